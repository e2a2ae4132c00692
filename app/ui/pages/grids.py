"""Layouts whose shape depends on the width: equal columns, and two widgets at the ends of a line."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

from app.ui import theme


class _Items(QLayout):
    """What a layout has to do besides arranging; ``_arrange`` gives the height and, with ``place``, moves the items."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), place=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, place=True)

    def shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _arrange(self, rect: QRect, place: bool) -> int:
        raise NotImplementedError


class EqualColumns(_Items):
    """Items of one width in up to ``most`` columns, fewer where they would be narrower than ``least`` (at normal text size).

    ``stretch``: every item is as high as the highest of its line; else it keeps its own height.
    """

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        most: int = 2,
        least: int = 320,
        gap: int = 16,
        line_gap: int = 16,
        stretch: bool = False,
    ) -> None:
        super().__init__(parent)
        self._most, self._least, self._gap, self._line_gap, self._stretch = most, least, gap, line_gap, stretch

    def order(self, widgets: Sequence[QWidget]) -> None:
        """Puts the items into this order; the ones that are not named stand last."""
        place: dict[QWidget | None, int] = {widget: number for number, widget in enumerate(widgets)}
        self._items.sort(key=lambda item: place.get(item.widget(), len(place)))
        self.invalidate()

    def sizeHint(self) -> QSize:
        width = self._most * (theme.sized(self._least) + self._gap) - self._gap
        return QSize(width, self.heightForWidth(width))

    def minimumSize(self) -> QSize:
        return QSize(max((item.minimumSize().width() for item in self.shown()), default=0), 0)

    def _arrange(self, rect: QRect, place: bool) -> int:
        items = self.shown()
        columns = max(1, min(self._most, (rect.width() + self._gap) // (theme.sized(self._least) + self._gap)))
        width = (rect.width() - (columns - 1) * self._gap) // columns
        top = rect.y()
        for first in range(0, len(items), columns):
            line = items[first : first + columns]
            heights = [_height(item, width) for item in line]
            if place:
                for number, (item, height) in enumerate(zip(line, heights, strict=True)):
                    left = rect.x() + number * (width + self._gap)
                    item.setGeometry(QRect(left, top, width, max(heights) if self._stretch else height))
            top += max(heights) + self._line_gap
        return max(0, top - rect.y() - self._line_gap)


class Ends(_Items):
    """Two widgets at the ends of a line, below each other where the width does not hold them."""

    _GAP = 8

    def sizeHint(self) -> QSize:
        sizes = [item.sizeHint() for item in self.shown()]
        return QSize(sum(size.width() for size in sizes) + self._GAP, max((size.height() for size in sizes), default=0))

    def minimumSize(self) -> QSize:
        return QSize(max((item.minimumSize().width() for item in self.shown()), default=0), 0)

    def _arrange(self, rect: QRect, place: bool) -> int:
        items = self.shown()
        sizes = [item.sizeHint() for item in items]
        beside = sum(size.width() for size in sizes) + self._GAP <= rect.width()
        height = max((size.height() for size in sizes), default=0)
        top = rect.y()
        for number, (item, size) in enumerate(zip(items, sizes, strict=True)):
            width = min(size.width(), rect.width())
            own = _height(item, width)
            if beside:
                left = rect.x() if number == 0 else rect.right() + 1 - width
                target = QRect(left, rect.y() + (height - own) // 2, width, own)
            else:
                target = QRect(rect.x(), top, width, own)
                top += own + self._GAP
            if place:
                item.setGeometry(target)
        return height if beside else max(0, top - rect.y() - self._GAP)


def _height(item: QLayoutItem, width: int) -> int:
    return item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height()


def columns_of(fields: Sequence[QWidget], *, most: int = 3, least: int = 132) -> QWidget:
    """Fields beside each other in equal columns, fewer where the width does not hold them."""
    holder = QWidget()
    grid = EqualColumns(holder, most=most, least=least, gap=16, line_gap=14)
    for field in fields:
        grid.addWidget(field)
    return holder


def ends_of(first: QWidget, last: QWidget) -> QWidget:
    """One at each end of a line, or below each other where the width does not hold both."""
    holder = QWidget()
    line = Ends(holder)
    line.addWidget(first)
    line.addWidget(last)
    return holder
