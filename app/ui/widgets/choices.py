"""Choosing: check box, radio button, switch, and the row that explains one of them."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QRadioButton, QSizePolicy, QWidget

from app.ui import theme
from app.ui.tokens import Role
from app.ui.widgets.base import Focusable, Sized, draw_rounded, draw_text, mixed, painter_for, text_width, with_alpha
from app.ui.widgets.layouts import column, row
from app.ui.widgets.motion import Glide
from app.ui.widgets.text import Label


class _Box(Focusable):
    """What check box, radio button and switch share: the mark at the left, the text beside it, the whole row as target."""

    mark_size = QSize(18, 18)
    gap = 9
    least_height = 32
    text_role: Role = "body"
    quiet = False

    def _text(self) -> str:
        return self.text()  # type: ignore[attr-defined, no-any-return]

    def sizeHint(self) -> QSize:
        text = self._text()
        width = self.mark_size.width() + 2 + (self.gap + text_width(text, self.text_role) if text else 0)
        return QSize(round(width + 1), max(self.least_height, theme.line("body") + 4))

    def minimumSizeHint(self) -> QSize:
        text = self._text()
        size = self.sizeHint()
        return QSize(min(size.width(), self.mark_size.width() + 60) if text else size.width(), size.height())

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def mark_place(self) -> QRect:
        """Where the mark is painted, in the box's own coordinates; the words follow to the right of it."""
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
            colour = c.text_faint if not self.isEnabled() else c.text_muted if self.quiet else c.text
            draw_text(painter, place, text, self.text_role, colour)


def draw_tick(painter: QPainter, place: QRectF, colour: QColor, width: float = 2.0) -> None:
    """The tick alone, its line ``width`` pixels thick."""
    pen = QPen(colour, width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    x, y, u = place.x(), place.y(), place.width()
    painter.drawPolyline(QPolygonF([QPointF(x + u * x1, y + u * y1) for x1, y1 in ((0.26, 0.51), (0.43, 0.67), (0.76, 0.33))]))


class CheckBox(_Box, QCheckBox):
    """Takes effect with Save. A disabled one that is ticked is drawn as locked."""

    focus_radius = 5

    def __init__(self, text: str = "", *, checked: bool = False, role: Role = "body", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.text_role = role
        self.setChecked(checked)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def set_quiet(self, quiet: bool) -> None:
        """Draws the text muted, for what is not in use."""
        self.quiet = quiet
        self.update()

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
        draw_tick(painter, place, c.surface if not enabled else c.on_accent, 1.4)
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
        off, on = place.left() + 10, place.right() - 10
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
        words = column(gap=2)
        words.addWidget(self._title)
        words.addWidget(self._effect)
        line = row(gap=12, on=self)
        if isinstance(box, Switch):
            line.addLayout(words, 1)
            line.addWidget(box, 0, Qt.AlignmentFlag.AlignTop)
            box.setFixedHeight(24)
        else:
            line.addWidget(box, 0, Qt.AlignmentFlag.AlignTop)
            line.addLayout(words, 1)
            box.setFixedHeight(theme.line("body_medium"))
        self._line = line
        # Only now is it part of the row: shown before, it would be a window of its own.
        self._show_effect(effect)
        box.setAccessibleName(title)
        box.setAccessibleDescription(effect)
        box.toggled.connect(self.toggled)

    def set_words(self, title: str, effect: str = "") -> None:
        """The words are the box's name and description for screen readers too; without ``effect`` there is no second line."""
        self._title.setText(title)
        self._show_effect(effect)
        self.box.setAccessibleName(title)
        self.box.setAccessibleDescription(effect)

    def _show_effect(self, effect: str) -> None:
        """Without a second line the row is as high as a target has to be."""
        air = 0 if effect else 4 if isinstance(self.box, Switch) else 6
        self._line.setContentsMargins(0, air, 0, air)
        self._effect.setText(effect)
        self._effect.setVisible(bool(effect))

    def set_possible(self, possible: bool) -> None:
        """Whether it can be changed; its effect stays legible either way."""
        self.box.setEnabled(possible)
        self._title.set_tone("text" if possible else "faint")

    def mouseReleaseEvent(self, event: object) -> None:
        if self.box.isEnabled():
            self.box.click()
