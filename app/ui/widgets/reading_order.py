"""Where Tab goes next: as one reads, whatever was made or moved when.

Qt goes by the order in which widgets were made, so each part that comes later, such as a new row, would stand at the end. The
order here is read off the layouts when Tab is pressed, which costs nothing until then.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QGridLayout, QLayout, QMainWindow, QScrollArea, QWidget


def go(window: QWidget, forward: bool) -> bool:
    """Gives the keyboard to the stop after (or before) the one that has it; for ``focusNextPrevChild`` of a window."""
    found = stops(window)
    if not found:
        return False
    here = QApplication.focusWidget()
    reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
    if here in found:
        there = found[(found.index(here) + (1 if forward else -1)) % len(found)]
    else:
        there = _near(window, here, found, forward)
    there.setFocus(reason)
    _bring_into_view(there)
    return True


def stops(root: QWidget) -> list[QWidget]:
    """What Tab comes to below ``root``, from the first to the last."""
    return [widget for widget in in_reading_order(root) if _is_stop(widget)]


def in_reading_order(widget: QWidget) -> Iterator[QWidget]:
    """``widget`` and all that is seen below it, line by line. A widget with ``tab_order()`` says itself in which order its
    parts come."""
    yield widget
    own = getattr(widget, "tab_order", None)
    if own is not None:
        yield from own()
        return
    placed: set[QWidget] = set()
    for child in _children(widget):
        placed.add(child)
        if child.isVisible():
            yield from in_reading_order(child)
    for child in sorted(_loose(widget, placed), key=lambda each: (each.y(), each.x())):
        yield from in_reading_order(child)


def _children(widget: QWidget) -> Iterator[QWidget]:
    """What lies in the widget's layout, or in what stands for one."""
    if isinstance(widget, QScrollArea | QMainWindow):
        inner = widget.widget() if isinstance(widget, QScrollArea) else widget.centralWidget()
        if inner is not None:
            yield inner
        return
    layout = widget.layout()
    if layout is not None:
        yield from _in_layout(layout)


def _in_layout(layout: QLayout) -> Iterator[QWidget]:
    for index in _indices(layout):
        item = layout.itemAt(index)
        if item is None:
            continue
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            yield widget
        elif inner is not None:
            yield from _in_layout(inner)


def _indices(layout: QLayout) -> list[int]:
    """A grid is read row by row, however it was filled."""
    found = list(range(layout.count()))
    if isinstance(layout, QGridLayout):
        found.sort(key=lambda index: tuple(layout.getItemPosition(index))[:2])  # type: ignore[arg-type]
    return found


def _loose(widget: QWidget, placed: set[QWidget]) -> Iterator[QWidget]:
    """What was put into the widget by hand. What floats keeps Tab to itself."""
    if isinstance(widget, QScrollArea):
        return
    for child in widget.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
        if child not in placed and not child.isWindow() and child.isVisible() and not getattr(child, "keeps_tab", False):
            yield child


def _is_stop(widget: QWidget) -> bool:
    return (
        bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        and widget.isEnabled()
        and widget.isVisible()
        and not widget.focusProxy()
    )


def _near(window: QWidget, here: QWidget | None, found: list[QWidget], forward: bool) -> QWidget:
    """Where to go from something that is no stop itself, such as a row of a list that arrows came to."""
    order = list(in_reading_order(window))
    if here is None or here not in order:
        return found[0 if forward else -1]
    at = order.index(here)
    after = [stop for stop in found if (order.index(stop) > at) == forward]
    if not after:
        return found[0 if forward else -1]
    return after[0 if forward else -1]


def _bring_into_view(widget: QWidget) -> None:
    walk = widget.parentWidget()
    while walk is not None:
        if isinstance(walk, QScrollArea):
            walk.ensureWidgetVisible(widget, 0, 24)
        walk = walk.parentWidget()
