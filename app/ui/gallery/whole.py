"""The gallery as a widget, and its picture."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget

from app.ui import theme
from app.ui.gallery import more, sheet
from app.ui.gallery.states import show_rings
from app.ui.widgets import column, row
from app.ui.widgets.base import painter_for

WIDE, HIGH = 1104, 880


class Gallery(QWidget):
    """All components. ``whole``: also those that the design's sheet leaves out."""

    def __init__(self, *, whole: bool = True) -> None:
        super().__init__()
        self.setWindowTitle("Aftale")
        lines = column(gap=16, margins=(32, 32, 32, 32), on=self)
        parts = [(sheet.left_column(), sheet.right_column())]
        if whole:
            parts.append((more.left_column(), more.right_column()))
        for left, right in parts:
            sides = row(gap=16)
            sides.addWidget(more.stack(left, 16), 1)
            sides.addWidget(more.stack(right, 12 if left is parts[0][0] else 16), 1)
            lines.addLayout(sides)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter_for(self).fillRect(self.rect(), theme.colours().canvas)


def save(gallery: Gallery, file: Path) -> None:
    """Draws the gallery into ``file``."""
    gallery.setFixedWidth(round(WIDE * max(1.0, theme.active().scale)))
    gallery.show()
    gallery.adjustSize()
    QCoreApplication.sendPostedEvents()
    gallery.resize(gallery.width(), gallery.heightForWidth(gallery.width()))
    QCoreApplication.sendPostedEvents()
    show_rings(gallery)
    gallery.grab().save(str(file))
