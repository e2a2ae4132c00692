"""Layouts that Qt does not have, and short ways to make those that it has."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QMargins, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLayout, QLayoutItem, QVBoxLayout, QWidget

L = TypeVar("L", bound=QBoxLayout)


def column(*, gap: int = 0, margins: tuple[int, int, int, int] = (0, 0, 0, 0), on: QWidget | None = None) -> QVBoxLayout:
    """A vertical layout; ``margins`` as left, top, right, bottom."""
    return _prepared(QVBoxLayout(on) if on is not None else QVBoxLayout(), gap, margins)


def row(*, gap: int = 0, margins: tuple[int, int, int, int] = (0, 0, 0, 0), on: QWidget | None = None) -> QHBoxLayout:
    """A horizontal layout; ``margins`` as left, top, right, bottom."""
    return _prepared(QHBoxLayout(on) if on is not None else QHBoxLayout(), gap, margins)


def _prepared(layout: L, gap: int, margins: tuple[int, int, int, int]) -> L:
    layout.setSpacing(gap)
    layout.setContentsMargins(*margins)
    return layout


def clear(layout: QLayout) -> None:
    """Takes everything out of ``layout``; its widgets are hidden at once and deleted when the event loop turns.

    They keep their parent until then: without one they would belong to Python and be deleted with its last reference, which
    may well be while one of them is still in the middle of telling that it was pressed.
    """
    while (item := layout.takeAt(0)) is not None:
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            clear(inner)


class FlowLayout(QLayout):
    """Items from left to right, broken into lines like words."""

    def __init__(self, parent: QWidget | None = None, gap: int = 8, line_gap: int = 8) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap, self._line_gap = gap, line_gap
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), place=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, place=True)

    def sizeHint(self) -> QSize:
        shown = [item.sizeHint() for item in self._items if not item.isEmpty()]
        width = sum(size.width() for size in shown) + self._gap * max(0, len(shown) - 1)
        return self._with_margins(QSize(width, max((size.height() for size in shown), default=0)))

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return self._with_margins(size)

    def _with_margins(self, size: QSize) -> QSize:
        margins: QMargins = self.contentsMargins()
        return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())

    def _arrange(self, rect: QRect, place: bool) -> int:
        margins = self.contentsMargins()
        area = rect.marginsRemoved(margins)
        x, y, tall = area.x(), area.y(), 0
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint()
            width = min(size.width(), max(area.width(), item.minimumSize().width()))
            if x > area.x() and x + width > area.x() + area.width():
                x, y, tall = area.x(), y + tall + self._line_gap, 0
            if place:
                item.setGeometry(QRect(QPoint(x, y), QSize(width, size.height())))
            x += width + self._gap
            tall = max(tall, size.height())
        return y + tall - rect.y() + margins.bottom()
