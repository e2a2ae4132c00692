"""An icon on a soft square."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget

from app.ui import theme
from app.ui.widgets.base import draw_rounded, painter_for
from app.ui.widgets.icons import draw_icon


class Tile(QWidget):
    """An icon on a soft square."""

    def __init__(self, icon: str, *, soft: bool = True, size: int = 40, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self._soft = icon, soft
        self.setFixedSize(size, size)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        draw_rounded(painter, self.rect(), 8, c.accent_soft if self._soft else c.sunken)
        edge = (self.width() - 20) // 2
        draw_icon(painter, self._icon, QRectF(edge, edge, 20, 20), c.accent if self._soft else c.text)
