"""Choosing among a few: chips, and the segmented control for views."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QEnterEvent, QKeyEvent, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QCheckBox, QRadioButton, QSizePolicy, QWidget

from app.ui import theme
from app.ui.widgets.base import Focusable, Sized, draw_rounded, draw_text, painter_for, tell_role, text_width
from app.ui.widgets.icons import draw_icon
from app.ui.widgets.layouts import FlowLayout, clear, row
from app.ui.widgets.option import Option

tell_role("ChipGroup", QAccessible.Role.Grouping)
tell_role("Segmented", QAccessible.Role.Grouping)


def _draw_chip(chip: QAbstractButton, option: Option, place: QRectF) -> None:
    painter = painter_for(chip)
    c = theme.colours()
    height = chip.height()
    if not option.possible:
        draw_rounded(painter, place, 8, c.surface, c.border)
        draw_text(painter, place, option.text, "label", c.text_faint, Qt.AlignmentFlag.AlignHCenter)
        wide = text_width(option.text, "label")
        painter.setPen(QPen(c.text_faint, 1))
        middle = round(place.center().y()) + 0.5
        painter.drawLine(QPointF(place.center().x() - wide / 2, middle), QPointF(place.center().x() + wide / 2, middle))
        return
    if chip.isChecked():
        draw_rounded(painter, place, 8, c.accent_soft, c.accent if chip.isEnabled() else c.border_strong, 1.5)
    elif not chip.isEnabled():
        draw_rounded(painter, place, 8, c.sunken, c.border)
    else:
        fill = c.sunken if chip.isDown() else c.hover if chip.underMouse() else c.surface
        draw_rounded(painter, place, 8, fill, c.border_strong if chip.underMouse() else c.border_button)
    colour = c.text_faint if not chip.isEnabled() else c.accent_text if chip.isChecked() else c.text
    wide = text_width(option.text, "label") + (22 if option.icon or option.colour else 0)
    left = (place.width() - wide) / 2
    if option.icon:
        draw_icon(painter, option.icon, QRectF(round(left), round((height - 16) / 2), 16, 16), colour)
        left += 22
    elif option.colour:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.page_colour(option.colour))
        painter.drawEllipse(QPointF(left + 6, height / 2), 5, 5)
        left += 22
    draw_text(painter, QRectF(left, 0, place.width() - left - 4, height), option.text, "label", colour)


class _ChipBase(Focusable):
    focus_radius = 8

    def __init__(self, option: Option, height: Literal[28, 32, 36] = 32, parent: QWidget | None = None) -> None:
        super().__init__(option.text, parent)  # type: ignore[arg-type]
        self._height = height
        self.set_option(option)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_option(self, option: Option) -> None:
        """Takes words, state and reason from ``option``; whether the chip is chosen stays as it was."""
        self.option = option
        self.setText(option.text)  # type: ignore[attr-defined]
        self.setEnabled(option.possible)
        name = option.text if not option.reason else f"{option.text}, {option.reason}"
        self.setAccessibleName(name)
        self.setToolTip(option.reason)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        extra = 22 if self.option.icon or self.option.colour else 0
        # A chip of 28 is pressed in the air above and below it too.
        return QSize(round(text_width(self.option.text, "label") + extra + 24.5), max(32, theme.sized(self._height)))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        air = max(0.0, (self.height() - theme.sized(self._height)) / 2)
        _draw_chip(self, self.option, QRectF(self.rect()).adjusted(0, air, 0, -air))  # type: ignore[arg-type]


class Chip(_ChipBase, QRadioButton):
    """One of several chips of which one is chosen."""


class CheckChip(_ChipBase, QCheckBox):
    """One of several chips of which any number is chosen."""


class ChipGroup(Sized, QWidget):
    """Chips in lines. One Tab stop; arrows move. ``chosen`` tells the value (or, with ``several``, all chosen values) after a
    press.

    Options that are not possible are struck through and cannot be chosen.
    """

    chosen = Signal(object)

    def __init__(
        self,
        options: Sequence[Option] = (),
        value: object = None,
        *,
        several: bool = False,
        height: Literal[28, 32, 36] = 32,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._several, self._height = several, height
        self._group = QButtonGroup(self)
        self._group.setExclusive(not several)
        self._flow = FlowLayout(self)
        self._chips: list[Chip | CheckChip] = []
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(name)
        self.set_options(options, value)

    def set_options(self, options: Sequence[Option], value: object = None) -> None:
        """Shows other options; ``value`` is the chosen one, or a collection of them with ``several``."""
        clear(self._flow)
        self._chips = []
        wanted = value if self._several and isinstance(value, list | tuple | set | frozenset) else (value,)
        for option in options:
            chip = (CheckChip if self._several else Chip)(option, self._height)
            self._group.addButton(chip)
            if option.possible and option.value in wanted:
                chip.setChecked(True)
            chip.clicked.connect(self._pressed)
            chip.installEventFilter(self)
            self._flow.addWidget(chip)
            self._chips.append(chip)
        self.updateGeometry()

    def value(self) -> object:
        return next((chip.option.value for chip in self._chips if chip.isChecked()), None)

    def values(self) -> tuple[object, ...]:
        return tuple(chip.option.value for chip in self._chips if chip.isChecked())

    def set_value(self, value: object) -> None:
        """Chooses ``value`` (with ``several``: exactly the values of the collection) without ``chosen``."""
        wanted = value if self._several and isinstance(value, list | tuple | set | frozenset) else (value,)
        for chip in self._chips:
            chip.setChecked(chip.option.value in wanted)

    def chips(self) -> tuple[Chip | CheckChip, ...]:
        return tuple(self._chips)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if self._several and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
            possible = [chip for chip in self._chips if chip.isEnabled()]
            if step and watched in possible:
                at = possible.index(watched)
                possible[(at + step) % len(possible)].setFocus(Qt.FocusReason.TabFocusReason)
                return True
        return False

    def _pressed(self) -> None:
        self.chosen.emit(self.values() if self._several else self.value())


class _Segment(Focusable, QRadioButton):
    """One word of a segmented control, as high as the whole."""

    focus_radius = 7

    def focus_place(self) -> QRect:
        return self.rect().adjusted(0, 3, 0, -3)

    def __init__(self, option: Option) -> None:
        super().__init__(option.text)
        self.option = option
        self.setAccessibleName(option.text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        extra = 22 if self.option.icon else 0
        return QSize(round(text_width(self.option.text, "label") + extra + 24.5), theme.sized(32))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        if self.isChecked():
            draw_rounded(painter, self.rect().adjusted(0, 3, 0, -3), 6, c.surface, c.border)
        colour = c.text if self.isChecked() or self.underMouse() else c.text_muted
        wide = text_width(self.option.text, "label") + (22 if self.option.icon else 0)
        left = (self.width() - wide) / 2
        if self.option.icon:
            draw_icon(painter, self.option.icon, QRectF(round(left), (self.height() - 16) // 2, 16, 16), colour)
            left += 22
        draw_text(painter, QRectF(left, 0, self.width() - left, self.height()), self.option.text, "label", colour)


class Segmented(Sized, QWidget):
    """Two to four short words for views of the same thing; never for actions. One Tab stop, arrows choose."""

    chosen = Signal(object)

    def __init__(
        self, options: Sequence[Option], value: object = None, *, name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._line = row(margins=(3, 0, 3, 0), on=self)
        self._segments: list[_Segment] = []
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        for option in options:
            segment = _Segment(option)
            segment.setChecked(option.value == value)
            segment.toggled.connect(self._toggled)
            self._line.addWidget(segment)
            self._segments.append(segment)
        self._silent = False

    def value(self) -> object:
        return next((segment.option.value for segment in self._segments if segment.isChecked()), None)

    def set_value(self, value: object) -> None:
        """Chooses without ``chosen``; a value that no segment has changes nothing."""
        self._silent = True
        for segment in self._segments:
            segment.setChecked(segment.option.value == value)
        self._silent = False

    def segments(self) -> tuple[QRadioButton, ...]:
        """The words, as the buttons that they are."""
        return tuple(self._segments)

    def set_texts(self, texts: Sequence[str]) -> None:
        """Other words for the same options, after the language changed."""
        for segment, text in zip(self._segments, texts, strict=True):
            segment.option = Option(segment.option.value, text, icon=segment.option.icon)
            segment.setText(text)
            segment.setAccessibleName(text)
            segment.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        c = theme.colours()
        draw_rounded(painter_for(self), self.rect(), 8, c.sunken, c.border)

    def _toggled(self, on: bool) -> None:
        self.update()
        if on and not self._silent:
            self.chosen.emit(self.value())
