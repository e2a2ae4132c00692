"""Choosing: check box, radio button, switch, chips and the segmented control."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QCheckBox, QRadioButton, QSizePolicy, QWidget

from app.ui import theme
from app.ui.widgets.base import Focusable, Sized, draw_rounded, draw_text, mixed, painter_for, text_width, with_alpha
from app.ui.widgets.icons import draw_icon
from app.ui.widgets.layouts import FlowLayout, clear, column, row
from app.ui.widgets.motion import Glide
from app.ui.widgets.text import Label


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose. ``note`` stands muted beside the text; ``colour`` is a page colour's dot; ``reason`` says why it
    cannot be chosen."""

    value: object
    text: str
    note: str = ""
    colour: str = ""
    icon: str = ""
    possible: bool = True
    reason: str = ""


class _Box(Focusable):
    """What check box, radio button and switch share: the mark at the left, the text beside it, the whole row as target."""

    mark_size = QSize(18, 18)
    gap = 10
    least_height = 32
    _locked: str

    def _text(self) -> str:
        return self.text()  # type: ignore[attr-defined, no-any-return]

    def sizeHint(self) -> QSize:
        text = self._text()
        width = self.mark_size.width() + 2 + (self.gap + text_width(text, "body") if text else 0)
        return QSize(round(width + 1), max(self.least_height, theme.line("body") + 4))

    def minimumSizeHint(self) -> QSize:
        text = self._text()
        return QSize(self.sizeHint().width() if not text else self.mark_size.width() + 60, self.sizeHint().height())

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def mark_place(self) -> QRect:
        size = self.mark_size
        return QRect(1, (self.height() - size.height()) // 2, size.width(), size.height())

    def focus_place(self) -> QRect:
        return self.mark_place()

    def draw_label(self, painter: QPainter) -> None:
        text = self._text()
        if text:
            left = self.mark_place().right() + 1 + self.gap
            c = theme.colours()
            place = QRectF(left, 0, self.width() - left, self.height())
            draw_text(painter, place, text, "body", c.text if self.isEnabled() else c.text_faint)


def draw_tick(painter: QPainter, place: QRectF, colour: QColor, width: float = 2.0) -> None:
    pen = QPen(colour, width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    x, y, u = place.x(), place.y(), place.width()
    painter.drawPolyline(QPolygonF([QPointF(x + u * x1, y + u * y1) for x1, y1 in ((0.25, 0.52), (0.43, 0.69), (0.76, 0.33))]))


class CheckBox(_Box, QCheckBox):
    """Takes effect with Save. A disabled one that is ticked is drawn as locked."""

    focus_radius = 5

    def __init__(self, text: str = "", *, checked: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setChecked(checked)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        draw_check(painter, QRectF(self.mark_place()), self.isChecked(), self.isEnabled(), self.underMouse(), self.isDown())
        self.draw_label(painter)


def draw_check(
    painter: QPainter, place: QRectF, on: bool, enabled: bool = True, hover: bool = False, down: bool = False
) -> None:
    c = theme.colours()
    if on:
        fill = c.border_strong if not enabled else c.accent_pressed if down else c.accent_hover if hover else c.accent
        draw_rounded(painter, place, 5, fill)
        draw_tick(painter, place, c.surface if not enabled else c.on_accent, 1.8)
    elif not enabled:
        draw_rounded(painter, place, 5, c.sunken, c.border_button, 1.5)
    else:
        draw_rounded(painter, place, 5, c.sunken if down else c.hover if hover else c.surface, c.border_strong, 1.5)


class Radio(_Box, QRadioButton):
    """One of several; its siblings in the same parent are left when it is chosen."""

    focus_radius = 9

    def __init__(self, text: str = "", *, checked: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setChecked(checked)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        place = QRectF(self.mark_place()).adjusted(0.75, 0.75, -0.75, -0.75)
        on = self.isChecked()
        line = c.border_strong if not on or not self.isEnabled() else c.accent
        painter.setPen(QPen(line, 1.5))
        painter.setBrush(c.hover if self.underMouse() and not on else c.surface)
        painter.drawEllipse(place)
        if on:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(line)
            painter.drawEllipse(place.center(), 4.5, 4.5)
        self.draw_label(painter)


class Switch(_Box, QCheckBox):
    """Takes effect at once. ``name`` is what it switches, for those who do not see where it stands; ``text`` is drawn beside
    it, if any."""

    focus_radius = 10
    mark_size = QSize(36, 20)
    least_height = 24

    def __init__(self, name: str = "", text: str = "", *, checked: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._slide = Glide(self, theme.motion().switch, 1.0 if checked else 0.0)
        self.set_name(name or text)
        self.setChecked(checked)
        self.toggled.connect(lambda on: self._slide.to(1.0 if on else 0.0))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_name(self, name: str) -> None:
        self.setAccessibleName(name)

    def set_on(self, on: bool) -> None:
        """Shows a state that came from elsewhere: no ``toggled``, no movement."""
        blocked = self.blockSignals(True)
        self.setChecked(on)
        self.blockSignals(blocked)
        self._slide.jump(1.0 if on else 0.0)

    def sizeHint(self) -> QSize:
        return super().sizeHint() + QSize(2, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        place = QRectF(self.mark_place())
        share = self._slide.value
        fill = c.border_strong if not self.isEnabled() else c.accent_hover if self.underMouse() else c.accent
        draw_rounded(painter, place, 10, c.hover if self.underMouse() else c.surface, c.border_strong, 1.5)
        if share > 0:
            draw_rounded(painter, place, 10, with_alpha(fill, share))
        off, on = place.left() + 9, place.right() - 10
        knob = c.border_strong if share < 0.5 else c.on_accent if self.isEnabled() else c.surface
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mixed(c.border_strong, knob, share))
        radius = 6 + share
        painter.drawEllipse(QPointF(off + (on - off) * share, place.center().y()), radius, radius)
        self.draw_label(painter)


class ChoiceRow(Sized, QWidget):
    """A check box, radio button or switch with a title in medium and the effect in one line beneath it.

    A press anywhere on the row counts; a locked one says why in ``effect``.
    """

    toggled = Signal(bool)

    def __init__(self, box: QAbstractButton, title: str, effect: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = box
        self._title = Label(title, "body_medium", wrap=True)
        self._effect = Label(effect, "small", "muted", wrap=True)
        self._effect.setVisible(bool(effect))
        words = column(gap=2)
        words.addWidget(self._title)
        words.addWidget(self._effect)
        line = row(gap=12, on=self)
        if isinstance(box, Switch):
            line.addLayout(words, 1)
            line.addWidget(box, 0, Qt.AlignmentFlag.AlignTop)
        else:
            line.addWidget(box, 0, Qt.AlignmentFlag.AlignTop)
            line.addLayout(words, 1)
            box.setFixedHeight(theme.line("body_medium"))
        box.setAccessibleName(title)
        box.setAccessibleDescription(effect)
        box.toggled.connect(self.toggled)

    def set_words(self, title: str, effect: str = "") -> None:
        self._title.setText(title)
        self._effect.setText(effect)
        self._effect.setVisible(bool(effect))
        self.box.setAccessibleName(title)
        self.box.setAccessibleDescription(effect)

    def set_possible(self, possible: bool) -> None:
        self.box.setEnabled(possible)
        self._title.set_tone("text" if possible else "faint")

    def mouseReleaseEvent(self, event: object) -> None:
        if self.box.isEnabled():
            self.box.click()


def _draw_chip(chip: QAbstractButton, option: Option, height: int) -> None:
    painter = painter_for(chip)
    c = theme.colours()
    place = QRectF(chip.rect())
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
    draw_text(painter, QRectF(left, 0, place.width() - left - 4, place.height()), option.text, "label", colour)


class _ChipBase(Focusable):
    focus_radius = 8

    def __init__(self, option: Option, height: Literal[28, 32, 36] = 32, parent: QWidget | None = None) -> None:
        super().__init__(option.text, parent)  # type: ignore[arg-type]
        self._height = height
        self.set_option(option)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_option(self, option: Option) -> None:
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
        return QSize(round(text_width(self.option.text, "label") + extra + 24.5), theme.sized(self._height))

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
        _draw_chip(self, self.option, self.height())  # type: ignore[arg-type]


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
    """One word of a segmented control."""

    focus_radius = 7

    def __init__(self, option: Option) -> None:
        super().__init__(option.text)
        self.option = option
        self.setAccessibleName(option.text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        extra = 22 if self.option.icon else 0
        return QSize(round(text_width(self.option.text, "label") + extra + 24.5), theme.sized(32) - 6)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        if self.isChecked():
            draw_rounded(painter, self.rect(), 6, c.surface, c.border)
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
        self._line = row(margins=(3, 3, 3, 3), on=self)
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
        self._silent = True
        for segment in self._segments:
            segment.setChecked(segment.option.value == value)
        self._silent = False

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
