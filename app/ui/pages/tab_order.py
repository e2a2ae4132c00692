"""The order in which Tab goes: as one reads, also after parts of the screen were made or moved later."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QScrollArea, QWidget

from app.ui.widgets import WeeklyHoursEditor


def order_tabs(root: QWidget) -> None:
    """Qt puts every new widget at the end of the chain; this puts those below ``root`` where they stand."""
    stops = [widget for widget in in_reading_order(root) if widget.focusPolicy() != Qt.FocusPolicy.NoFocus]
    for before, after in pairwise(stops):
        if before.nextInFocusChain() is not after:
            QWidget.setTabOrder(before, after)


def in_reading_order(widget: QWidget) -> Iterator[QWidget]:
    """``widget`` and all that lies in its layouts, line by line."""
    yield widget
    if isinstance(widget, QScrollArea):
        content = widget.widget()
        if content is not None:
            yield from in_reading_order(content)
    elif isinstance(widget, WeeklyHoursEditor):
        # Boxes, tracks and figures are one stop each, and the stop moves from day to day: each kind stays together.
        days = [widget.day_parts(day) for day in range(7)]
        for kind in range(3):
            yield from (parts[kind] for parts in days)
    else:
        layout = widget.layout()
        if layout is not None:
            yield from _in_layout(layout)


def _in_layout(layout: QLayout) -> Iterator[QWidget]:
    for index in range(layout.count()):
        item = layout.itemAt(index)
        if item is None:
            continue
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            yield from in_reading_order(widget)
        elif inner is not None:
            yield from _in_layout(inner)
