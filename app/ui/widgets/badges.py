"""Small marks: badges, dots, avatars, skeleton rows."""

from __future__ import annotations

from typing import Literal
from zlib import crc32

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QAccessible, QColor, QFont, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.ui import theme, tokens
from app.ui.widgets.base import Sized, draw_rounded, draw_text, painter_for, tell_role, text_width, with_alpha
from app.ui.widgets.icons import draw_icon

BadgeKind = Literal["neutral", "success", "amber", "danger", "accent"]

tell_role("Avatar", QAccessible.Role.Graphic)
tell_role("StatusDot", QAccessible.Role.Indicator)


class Badge(Sized, QLabel):
    """A word in a pill, with an icon or a dot if wanted. ``outlined`` is for badges that lie on their own colour."""

    def __init__(
        self,
        text: str = "",
        kind: BadgeKind = "neutral",
        *,
        icon: str = "",
        dot: bool = False,
        size: Literal[20, 24] = 24,
        outlined: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._kind, self._icon, self._dot, self._size, self._outlined = kind, icon, dot, size, outlined
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setText(text)

    def set_text(self, text: str, kind: BadgeKind | None = None) -> None:
        """Other words, and another kind only where ``kind`` is given."""
        if kind is not None:
            self._kind = kind
        self.setText(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        side = 8 if self._size == 24 else 7
        wide = text_width(self.text(), "caption") + 2 * side
        wide += 18 if self._icon else 12 if self._dot else 0
        high = theme.sized(self._size)
        return QSize(max(high, round(wide + 0.5)), high)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        fill, colour, line, dot = _badge_colours(self._kind)
        draw_rounded(painter, self.rect(), self.height() / 2, fill, line if self._outlined else None)
        wide = text_width(self.text(), "caption")
        lead = 18.0 if self._icon else 12.0 if self._dot else 0.0
        left = (self.width() - wide - lead) / 2
        if self._icon:
            draw_icon(painter, self._icon, QRectF(round(left), round((self.height() - 14) / 2), 14, 14), colour)
        elif self._dot:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(dot)
            painter.drawEllipse(QPointF(left + 3, self.height() / 2), 3, 3)
        draw_text(painter, QRectF(left + lead, 0, wide + 2, self.height()), self.text(), "caption", colour)


def _badge_colours(kind: BadgeKind) -> tuple[QColor, QColor, QColor, QColor]:
    c = theme.colours()
    return {
        "neutral": (c.sunken, c.text_muted, c.border_button, c.text_faint),
        "success": (c.success_soft, c.success_text, c.success_line, c.success),
        "amber": (c.amber_soft, c.amber_text, c.amber_line, c.amber),
        "danger": (c.danger_soft, c.danger_text, c.danger_line, c.danger),
        "accent": (c.accent_soft, c.accent_text, c.accent_line, c.accent),
    }[kind]


class CountBadge(Sized, QLabel):
    """A number on the accent, for the navigation."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(max(20, round(text_width(self.text(), "caption")) + 12), 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        draw_rounded(painter, self.rect(), 10, c.accent)
        draw_text(painter, self.rect(), self.text(), "caption", c.on_accent, Qt.AlignmentFlag.AlignHCenter)


Dot = Literal["success", "amber", "danger", "accent", "local", "paused", "connecting"]


class StatusDot(QWidget):
    """A dot with its halo. ``connecting`` is hollow. Its words stand beside it."""

    def __init__(self, state: Dot = "local", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: Dot = state
        self.setFixedSize(16, 16)

    def set_state(self, state: Dot) -> None:
        self._state = state
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        colour = dot_colour(self._state)
        middle = QPointF(8, 8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(with_alpha(colour, 0.25))
        painter.drawEllipse(middle, 8, 8)
        if self._state == "connecting":
            painter.setBrush(theme.colours().surface)
            painter.drawEllipse(middle, 4, 4)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(colour)
            painter.drawEllipse(middle, 3.5, 3.5)
        else:
            painter.setBrush(colour)
            painter.drawEllipse(middle, 4, 4)


def dot_colour(state: Dot) -> QColor:
    c = theme.colours()
    return {
        "success": c.success,
        "amber": c.amber,
        "danger": c.danger,
        "accent": c.accent,
        "connecting": c.accent,
        "local": c.text_faint,
        "paused": c.border_strong,
    }[state]


class ColourDot(QWidget):
    """The mark of a scheduling page."""

    def __init__(self, colour: str = "fjord", size: int = 10, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colour = colour
        self.setFixedSize(size, size)

    def set_colour(self, colour: str) -> None:
        self._colour = colour
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.page_colour(self._colour))
        painter.drawEllipse(QRectF(self.rect()))


_AVATAR_COLOURS = ("moss", "heather", "fjord", "brick", "amber", "slate")


def initials(name: str) -> str:
    """``Maja Lindqvist`` is ``ML``; one name gives one letter."""
    parts = [part for part in name.split() if part[0].isalnum()]
    if not parts:
        return "?"
    return (parts[0][0] + (parts[-1][0] if len(parts) > 1 else "")).upper()


def avatar_colour(name: str) -> str:
    """The page colour that a name always gets."""
    return _AVATAR_COLOURS[crc32(name.encode() + b"\x0c") % len(_AVATAR_COLOURS)]


class Avatar(QWidget):
    """A person's initials. ``colour`` defaults to the one that the name always gets."""

    def __init__(
        self, name: str = "", size: Literal[32, 36, 40, 56] = 40, colour: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._colour = colour
        self.setFixedSize(size, size)
        self.set_name(name)

    def set_name(self, name: str) -> None:
        self._name = name
        self.setAccessibleName(name)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        colour = theme.page_colour(self._colour or avatar_colour(self._name))
        alpha = tokens.load().scheme(theme.active().scheme).avatar_alpha
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(with_alpha(colour, alpha))
        painter.drawEllipse(QRectF(self.rect()))
        ink = colour.lighter(115) if theme.active().dark else colour.darker(135)
        font = QFont(theme.font("sub"))
        font.setPixelSize(max(12, round(self.width() * 0.37)))
        painter.setFont(font)
        painter.setPen(ink)
        painter.drawText(QRectF(self.rect()), int(Qt.AlignmentFlag.AlignCenter), initials(self._name))


class SkeletonRow(QWidget):
    """The shape of a row that is still to come; appears only when waiting takes a moment."""

    def __init__(self, height: int = 60, after: int = 300, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(height)
        self._shown = after <= 0
        if not self._shown:
            QTimer.singleShot(after, self, self._show)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._shown:
            return
        painter = painter_for(self)
        fill = theme.colours().sunken
        middle = self.height() / 2
        draw_rounded(painter, QRectF(0, middle - 16, 40, 12), 4, fill)
        draw_rounded(painter, QRectF(0, middle + 4, 32, 10), 4, fill)
        draw_rounded(painter, QRectF(56, middle - 18, 4, 36), 2, fill)
        draw_rounded(painter, QRectF(72, middle - 16, min(220, self.width() - 80), 12), 4, fill)
        draw_rounded(painter, QRectF(72, middle + 4, min(140, self.width() - 80), 10), 4, fill)

    def _show(self) -> None:
        self._shown = True
        self.update()
