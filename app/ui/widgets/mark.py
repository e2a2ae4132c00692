"""The mark: two equal circles that overlap, the lens they share in amber."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.ui import theme, tokens
from app.ui.widgets.base import painter_for
from app.ui.widgets.speaking import tell_nothing

if TYPE_CHECKING:
    from PySide6.QtGui import QIcon


tell_nothing("Mark")


class Mark(QWidget):
    """Two circles that overlap, the lens in amber."""

    def __init__(self, height: int = 18, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(round(height * 1.5), height)

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_mark(painter_for(self), QRectF(self.rect()))


def draw_mark(painter: QPainter, place: QRectF, *, one_colour: QColor | None = None) -> None:
    """Paints the mark into ``place`` (3 to 2). ``one_colour``: outlines with the lens filled, for trays of one colour."""
    radius = min(place.height(), place.width() / 1.5) / 2
    middle = place.center()
    left, right = QPainterPath(), QPainterPath()
    left.addEllipse(QPointF(middle.x() - radius / 2, middle.y()), radius, radius)
    right.addEllipse(QPointF(middle.x() + radius / 2, middle.y()), radius, radius)
    lens = left.intersected(right)
    if one_colour is not None:
        thick = max(1.0, radius * 0.16)
        painter.setPen(QPen(one_colour, thick))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for x in (-0.5, 0.5):
            painter.drawEllipse(QPointF(middle.x() + radius * x, middle.y()), radius - thick / 2, radius - thick / 2)
        painter.fillPath(lens, one_colour)
        return
    colours = theme.brand()
    painter.setPen(Qt.PenStyle.NoPen)
    for path, colour in ((right, colours.circle_2), (left, colours.circle_1), (lens, colours.lens)):
        painter.setBrush(QColor(colour))
        painter.drawPath(path)


def mark_icon(state: str = "", *, one_colour: QColor | None = None) -> QIcon:
    """The mark as an icon for windows and tray. ``state``: ``amber`` or ``danger`` puts a dot at the lower right, ``""``
    none."""
    from PySide6.QtGui import QIcon, QPixmap

    found = QIcon()
    for size in (16, 22, 24, 32, 48, 64, 128, 256):
        pixmap = QPixmap(size, size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_mark(painter, QRectF(0, size / 6, size, size / 1.5), one_colour=one_colour)
        if state:
            dot = size * 10 / 24
            colour = QColor(getattr(tokens.load().scheme(theme.active().scheme).palette, state))
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
            painter.drawEllipse(QRectF(size - dot - 1, size - dot - 1, dot + 2, dot + 2))
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawEllipse(QRectF(size - dot, size - dot, dot, dot))
        painter.end()
        found.addPixmap(pixmap)
    return found
