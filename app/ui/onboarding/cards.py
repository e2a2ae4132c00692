"""The framed rows of the first run: one that leads on, and one that is chosen."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QEnterEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QRadioButton, QSizePolicy, QWidget

from app.ui import theme
from app.ui.widgets.base import Focusable, draw_rounded, draw_text, painter_for
from app.ui.widgets.icons import draw_icon


class CardButton(Focusable, QPushButton):
    """A row of 56 that is one target: glyph, title, note, and a caret that says it leads on."""

    focus_radius = 12

    def __init__(self, icon: str) -> None:
        super().__init__()
        self._icon, self._title, self._note, self._lit = icon, "", "", False
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_words(self, title: str, note: str, lit: bool) -> None:
        """``lit``: drawn as if the mouse were on it, to stand out."""
        self._title, self._note, self._lit = title, note, lit
        self.setAccessibleName(title)
        self.setAccessibleDescription(note)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, max(56, theme.line("body_medium") + theme.line("small") + 17))

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self.sizeHint().height())

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, c = painter_for(self), theme.colours()
        lit = self._lit or self.underMouse() or self.isDown()
        outline = c.accent if lit else c.border
        draw_rounded(painter, self.rect(), 12, c.accent_soft if lit else c.surface, outline, 1.5 if lit else 1)
        middle = (self.height() - 24) / 2
        draw_icon(painter, self._icon, QRectF(18, middle, 24, 24), c.accent if lit else c.text)
        _draw_two_lines(self, painter, 56, self._title, self._note)
        draw_icon(painter, "row_open", QRectF(self.width() - 16 - 16, (self.height() - 16) / 2, 16, 16), c.text_muted)


class ReachCard(Focusable, QRadioButton):
    """A radio button with title and effect, framed."""

    focus_radius = 12

    def __init__(self, icon: str) -> None:
        super().__init__()
        self._icon, self._title, self._note = icon, "", ""
        self.setChecked(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_words(self, title: str, note: str) -> None:
        self._title, self._note = title, note
        self.setAccessibleName(title)
        self.setAccessibleDescription(note)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, max(58, theme.line("body_medium") + theme.line("small") + 19))

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, c = painter_for(self), theme.colours()
        on = self.isChecked()
        draw_rounded(
            painter, self.rect(), 12, c.accent_soft if on else c.surface, c.accent if on else c.border, 1.5 if on else 1
        )
        dot = QRectF(17, (self.height() - 18) / 2, 18, 18)
        draw_rounded(painter, dot, 9, c.surface, c.accent if on else c.border_strong, 1.5)
        if on:
            draw_rounded(painter, dot.adjusted(4.5, 4.5, -4.5, -4.5), 5, c.accent)
        _draw_two_lines(self, painter, 48, self._title, self._note)
        draw_icon(painter, self._icon, QRectF(self.width() - 20 - 16, (self.height() - 20) / 2, 20, 20), c.text_muted)


def _draw_two_lines(widget: QWidget, painter: QPainter, left: int, title: str, note: str) -> None:
    c, one, two = theme.colours(), theme.line("body_medium"), theme.line("small")
    top = (widget.height() - one - two) / 2
    wide = widget.width() - left - 44
    draw_text(painter, QRectF(left, top, wide, one), title, "body_medium", c.text)
    draw_text(painter, QRectF(left, top + one, wide, two), note, "small", c.text_muted)
