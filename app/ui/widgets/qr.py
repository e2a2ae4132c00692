"""A QR code, painted sharp at any scale (PUB-3)."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QAccessible, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.ui import theme
from app.ui.widgets.base import Sized, draw_rounded, painter_for, tell_role

tell_role("QrCode", QAccessible.Role.Graphic)

_QUIET = 4
"""Modules of quiet zone on each side (ISO/IEC 18004)."""


@lru_cache(maxsize=8)
def modules(text: str) -> tuple[tuple[bool, ...], ...]:
    """The code of ``text`` as rows of dark and light, with error correction M."""
    import segno

    return tuple(tuple(bool(cell) for cell in line) for line in segno.make_qr(text, error="m").matrix)


class QrCode(Sized, QWidget):
    """Always dark on white, in the dark look as well: many readers know no other. ``name`` says what it leads to."""

    def __init__(self, text: str = "", name: str = "", side: int = 128, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text, self._side = "", side
        self.show_text(text, name)

    def show_text(self, text: str, name: str = "") -> None:
        """Shows the code of ``text``."""
        self._text = text
        self.setAccessibleName(name)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._side, self._side)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours_of("light")
        draw_rounded(painter, self.rect(), 12, c.surface, theme.colours().border)
        if not self._text:
            return
        code = modules(self._text)
        ratio = self.devicePixelRatioF()
        # Whole device pixels for each module, so that no edge is blurred.
        module = int(min(self.width(), self.height()) * ratio // (len(code) + 2 * _QUIET)) / ratio
        edge_x = round((self.width() - module * len(code)) / 2 * ratio) / ratio
        edge_y = round((self.height() - module * len(code)) / 2 * ratio) / ratio
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(QRectF(edge_x, edge_y, module * len(code), module * len(code)), _picture(self._text))


def _picture(text: str) -> QImage:
    """One pixel a module."""
    code = modules(text)
    picture = QImage(len(code), len(code), QImage.Format.Format_RGB32)
    picture.fill(theme.colours_of("light").surface)
    for y, line in enumerate(code):
        for x, dark in enumerate(line):
            if dark:
                picture.setPixelColor(x, y, theme.colours_of("light").text)
    return picture
