"""Buttons: seven kinds, three sizes, icon-only ones, and the spinner that a working button shows."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QAccessible, QColor, QEnterEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from app.ui import theme
from app.ui.tokens import Role
from app.ui.widgets.base import Focusable, draw_rounded, draw_text, mixed, painter_for, tell_role, text_width, with_alpha
from app.ui.widgets.icons import draw_icon
from app.ui.widgets.motion import Glide

tell_role("Spinner", QAccessible.Role.Animation)

Kind = Literal["primary", "secondary", "soft", "ghost", "quiet", "danger", "danger_outline", "dashed"]
Size = Literal["small", "normal", "large"]

_HEIGHTS = {"small": 32, "normal": 36, "large": 44}
_PADDINGS = {"small": 12, "normal": 14, "large": 20}
_ROLES: dict[str, Role] = {"small": "label", "normal": "body_medium", "large": "body_medium"}
_GAP = 6
SPINNER_AFTER = 300
"""Milliseconds after which work that still goes on shows a spinner."""


class Look:
    """Fill, outline and text of a button in one state."""

    __slots__ = ("fill", "outline", "text")

    def __init__(self, fill: QColor | None, outline: QColor | None, text: QColor) -> None:
        self.fill, self.outline, self.text = fill, outline, text


def looks(kind: Kind) -> tuple[Look, Look, Look]:
    """Rest, hover and pressed."""
    c = theme.colours()
    found = _soft_looks(kind)
    if theme.contrast():
        # There are no half tones: what is pointed at has an outline, what is pressed is filled.
        return found[0], Look(found[0].fill, c.accent, found[0].text), Look(c.accent, None, c.on_accent)
    return found


def _soft_looks(kind: Kind) -> tuple[Look, Look, Look]:
    c = theme.colours()
    if kind == "primary":
        return (
            Look(c.accent, None, c.on_accent),
            Look(c.accent_hover, None, c.on_accent),
            Look(c.accent_pressed, None, c.on_accent),
        )
    if kind == "soft":
        return Look(c.accent_soft, None, c.accent_text), *[Look(c.accent_line, None, c.accent_text)] * 2  # type: ignore[return-value]
    if kind == "ghost":
        return Look(None, None, c.accent), Look(c.accent_soft, None, c.accent), Look(c.accent_line, None, c.accent_text)
    if kind == "quiet":
        return Look(None, None, c.text_muted), Look(c.sunken, None, c.text_muted), Look(c.border, None, c.text)
    if kind == "danger":
        return Look(c.danger, None, c.on_danger), *[Look(c.danger_hover, None, c.on_danger)] * 2  # type: ignore[return-value]
    if kind == "danger_outline":
        return Look(c.surface, c.danger, c.danger), *[Look(c.danger_soft, c.danger, c.danger)] * 2  # type: ignore[return-value]
    rest = Look(c.surface, c.border_strong if kind == "dashed" else c.border_button, c.text)
    return rest, Look(c.hover, c.border_strong, c.text), Look(c.sunken, c.border_strong, c.text)


class Button(Focusable, QPushButton):
    """A push button. ``flush``: a ghost or quiet one at a column's edge, without side padding.

    ``set_busy`` keeps label and width, swallows presses, and shows a spinner once the work has taken a moment.
    """

    def __init__(
        self,
        text: str = "",
        kind: Kind = "secondary",
        size: Size = "normal",
        *,
        icon: str = "",
        icon_after: str = "",
        flush: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._kind, self._size, self._icon, self._icon_after, self._flush = kind, size, icon, icon_after, flush
        self._busy = False
        self._spinner: Spin | None = None
        self._hover = Glide(self, theme.motion().hover)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)

    def set_kind(self, kind: Kind) -> None:
        self._kind = kind
        self.update()

    def set_icon(self, icon: str) -> None:
        """The icon before the words; an empty name takes it away."""
        self._icon = icon
        self.updateGeometry()
        self.update()

    @property
    def busy(self) -> bool:
        return self._busy

    def set_busy(self, busy: bool) -> None:
        if busy == self._busy:
            return
        self._busy = busy
        if self._spinner is None:
            self._spinner = Spin(self)
        self._spinner.run(busy)
        self.update()

    def hitButton(self, pos: object) -> bool:
        return not self._busy and self.rect().contains(pos)  # type: ignore[call-overload]

    def nextCheckState(self) -> None:
        if not self._busy:
            super().nextCheckState()

    def sizeHint(self) -> QSize:
        padding = 0 if self._flush else _PADDINGS[self._size]
        width = text_width(self._label(), _ROLES[self._size]) + 2 * padding
        for name in (self._icon, self._icon_after):
            if name:
                width += self._glyph(name) + _GAP
        return QSize(round(width + 0.5), theme.sized(_HEIGHTS[self._size]))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._hover.to(1.0)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover.to(0.0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        fill, outline, text = self._colours()
        if not (self._flush and self.isEnabled()):
            draw_rounded(painter, self.rect(), 8, fill, outline, dashed=self._kind == "dashed")
        self._draw_content(painter, text)

    def _colours(self) -> tuple[QColor | None, QColor | None, QColor]:
        c = theme.colours()
        if not self.isEnabled():
            return (None, None, c.text_faint) if self._flush else (c.sunken, c.border, c.text_faint)
        rest, hover, pressed = looks(self._kind)
        if self.isDown() and not self._busy:
            return pressed.fill, pressed.outline, pressed.text
        share = max(self._hover.value, 0.0) if not self._busy else 0.0
        return (
            _blend(rest.fill, hover.fill, share),
            _blend(rest.outline, hover.outline, share),
            mixed(rest.text, hover.text, share),
        )

    def _draw_content(self, painter: QPainter, colour: QColor) -> None:
        role = _ROLES[self._size]
        label = self._label()
        lead = self._glyph(self._icon) + _GAP if self._icon else 0.0
        spinning = self._spinner is not None and self._spinner.shown
        if spinning and not self._icon:
            lead = 20.0
        tail = self._glyph(self._icon_after) + _GAP if self._icon_after else 0.0
        wide = lead + text_width(label, role) + tail
        left = 0.0 if self._flush else max(4.0, (self.width() - wide) / 2)
        if spinning and self._spinner is not None:
            size = 14.0
            self._spinner.draw(painter, QRectF(left, (self.height() - size) / 2, size, size), colour)
        elif self._icon:
            size = self._glyph(self._icon)
            draw_icon(painter, self._icon, QRectF(round(left), round((self.height() - size) / 2), size, size), colour)
        place = QRectF(left + lead, 0, self.width() - left - lead - (0 if self._flush else 4), self.height())
        draw_text(painter, place, label, role, colour)
        if self._flush and (self._hover.value > 0.5 or self.isDown()) and self.isEnabled():
            wide = text_width(label, role)
            base = self.height() / 2 + theme.line(role) * 0.38
            painter.setPen(QPen(with_alpha(colour, 0.6), 1))
            painter.drawLine(round(left + lead), round(base), round(left + lead + wide), round(base))
        if self._icon_after:
            size = self._glyph(self._icon_after)
            at = left + wide - size if not self._flush else left + lead + text_width(label, role) + _GAP
            draw_icon(painter, self._icon_after, QRectF(round(at), round((self.height() - size) / 2), size, size), colour)

    def _label(self) -> str:
        return plain(self.text())

    def _glyph(self, name: str) -> float:
        base = 16 if self._size == "small" else 18
        return float(round(base * max(1.0, theme.active().scale)))


def plain(text: str) -> str:
    """A button's text without the marks of mnemonics."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&")


def _blend(one: QColor | None, other: QColor | None, share: float) -> QColor | None:
    if one is None and other is None:
        return None
    if one is None and other is not None:
        return with_alpha(other, other.alphaF() * share) if share > 0 else None
    if other is None and one is not None:
        return with_alpha(one, one.alphaF() * (1 - share))
    assert one is not None
    assert other is not None
    return mixed(one, other, share)


class IconButton(Focusable, QPushButton):
    """A button that is only an icon; its name is its tool tip as well. ``outlined`` draws it like a secondary button."""

    def __init__(
        self,
        icon: str,
        name: str,
        *,
        size: int = 32,
        glyph: int = 18,
        tone: Literal["muted", "accent", "text"] = "muted",
        outlined: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon, self._edge, self._size, self._tone, self._outlined = icon, size, glyph, tone, outlined
        self._hover = Glide(self, theme.motion().hover)
        self.set_name(name)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_name(self, name: str) -> None:
        """Says what it does, as tooltip and for screen readers: it has no words of its own."""
        self.setAccessibleName(name)
        self.setToolTip(name)

    def set_icon(self, icon: str) -> None:
        self._icon = icon
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._edge, self._edge)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._hover.to(1.0)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover.to(0.0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        rest, hover, pressed = looks("secondary" if self._outlined else "quiet")
        look = pressed if self.isDown() else rest
        share = 0.0 if self.isDown() or not self.isEnabled() else self._hover.value
        draw_rounded(painter, self.rect(), 8, _blend(look.fill, hover.fill, share), _blend(look.outline, hover.outline, share))
        colour = {"muted": c.text_muted, "accent": c.accent, "text": c.text}[self._tone] if self.isEnabled() else c.text_faint
        if self.isDown() and theme.contrast():
            colour = pressed.text
        at = QRectF((self.width() - self._size) // 2, (self.height() - self._size) // 2, self._size, self._size)
        draw_icon(painter, self._icon, at, colour)


class Spin:
    """Turns for a widget: begins to show after a moment, so that quick work does not flicker."""

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget
        self._angle = 0
        self.shown = False
        self._wait = QTimer(widget)
        self._wait.setSingleShot(True)
        self._wait.timeout.connect(self._begin)
        self._turn = QTimer(widget)
        self._turn.setInterval(33)
        self._turn.timeout.connect(self._step)

    def run(self, on: bool, at_once: bool = False) -> None:
        """Shows after ``SPINNER_AFTER`` milliseconds, or in the next turn of the loop with ``at_once``; goes without delay."""
        if on:
            self._wait.start(0 if at_once else SPINNER_AFTER)
        else:
            self._wait.stop()
            self._turn.stop()
            self.shown = False
            self._widget.update()

    def _begin(self) -> None:
        self.shown = True
        if not theme.active().reduced_motion:
            self._turn.start()
        self._widget.update()

    def _step(self) -> None:
        self._angle = (self._angle + 12) % 360
        self._widget.update()

    def draw(self, painter: QPainter, place: QRectF, colour: QColor) -> None:
        """For the ``paintEvent`` of the widget, while ``shown``."""
        inner = place.adjusted(1.5, 1.5, -1.5, -1.5)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        pen = QPen(with_alpha(colour, 0.25), 2)
        painter.setPen(pen)
        painter.drawEllipse(inner)
        pen = QPen(colour, 2)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawArc(inner, -self._angle * 16, 100 * 16)


class Spinner(QWidget):
    """A spinner on its own; ``name`` says what is being waited for."""

    def __init__(self, name: str = "", size: int = 18, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFixedSize(size, size)
        self._spin = Spin(self)

    def run(self, on: bool) -> None:
        self._spin.run(on)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._spin.shown:
            self._spin.draw(painter_for(self), QRectF(self.rect()), theme.colours().accent)
