"""Something that floats, opened for good."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget

from app.ui.widgets.base import painter_for
from app.ui.widgets.popups import draw_shadow

_SHADOW = 24


class Opened(QWidget):
    """Something that floats, opened for good inside a place of its own."""

    def __init__(self, make: Callable[[QWidget], QWidget], width: int) -> None:
        super().__init__()
        anchor = QWidget()
        anchor.resize(width, 40)
        self._popover = make(anchor)
        self._anchor = anchor
        beside = self._popover.parentWidget()
        self._popover.setParent(self)
        if beside is not None:
            beside.deleteLater()
        self._popover.move(_SHADOW, _SHADOW // 2)
        layout = self._popover.layout()
        high = layout.heightForWidth(width) if layout is not None and layout.hasHeightForWidth() else -1
        size = QSize(width, high if high > 0 else self._popover.sizeHint().height())
        self._popover.resize(size)
        self._popover.show()
        self.setFixedSize(size + QSize(2 * _SHADOW, 2 * _SHADOW))

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_shadow(painter_for(self), QRectF(self._popover.geometry()), 14)
