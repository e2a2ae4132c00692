"""What anybody must be able to do with a window, as rules that are read off its widgets: names, tool tips, mnemonics, the order
of Tab, targets that can be hit, and text that is not cut off."""

from __future__ import annotations

import gettext
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QAccessible, QFontMetricsF, QKeySequence, QPainter, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QScrollArea,
    QWidget,
)

from app.ui import theme
from app.ui.tokens import Role
from app.ui.widgets import Label, base
from app.ui.widgets.buttons import plain
from app.ui.widgets.select import SelectBox

LOCALES = Path(__file__).resolve().parents[2] / "resources" / "i18n"
CONTROLS = (QAbstractButton, QLineEdit, QPlainTextEdit, QComboBox, QAbstractItemView, QAbstractSpinBox)
LEAST = 32
"""How high and wide a target is at least (DESIGN 8)."""


def shown(window: QWidget) -> list[QWidget]:
    """All widgets that stand in the window, also those that have to be scrolled to."""
    return [each for each in window.findChildren(QWidget) if each.isVisibleTo(window) and each.window() is window.window()]


def said_of(widget: QWidget) -> str:
    """How a finding names a widget."""
    words = widget.accessibleName() or (widget.text() if hasattr(widget, "text") else "")
    path, walk = type(widget).__name__, widget.parentWidget()
    while walk is not None and type(walk) is QWidget:
        walk = walk.parentWidget()
    return f"{type(walk).__name__ if walk is not None else '-'}/{path} {str(words)[:60]!r}"


def takes_keyboard(widget: QWidget) -> bool:
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.isEnabled() and not widget.focusProxy()


# Names


def unnamed(window: QWidget) -> Iterator[str]:
    """Controls of which a screen reader has nothing to say, or only what kind of thing they are."""
    for widget in [window, *shown(window)]:
        if widget is not window and not (takes_keyboard(widget) or isinstance(widget, QAbstractButton)):
            continue
        spoken = QAccessible.queryAccessibleInterface(widget)
        name = spoken.text(QAccessible.Text.Name).strip() if spoken is not None else ""
        if not name or name in (type(widget).__name__, widget.metaObject().className()):
            yield f"no name: {said_of(widget)}"
        elif widget is not window and spoken.role() in (
            QAccessible.Role.Client,
            QAccessible.Role.NoRole,
            QAccessible.Role.Whitespace,
        ):
            yield f"no role: {said_of(widget)}"


def without_tool_tip(window: QWidget, worded: set[QWidget]) -> Iterator[str]:
    """Buttons on which no word stands must say on hovering what they do. ``worded``: those on which words are painted."""
    for widget in shown(window):
        if isinstance(widget, QCheckBox | QRadioButton) or not isinstance(widget, QAbstractButton) or widget in worded:
            continue
        if not widget.toolTip() and not (widget.text() and widget.visibleRegion().isEmpty()):
            yield f"no tool tip: {said_of(widget)}"


def twice_taken(window: QWidget) -> Iterator[str]:
    """Alt with one letter can only press one thing."""
    keys: Counter[str] = Counter()
    for widget in shown(window):
        if isinstance(widget, QAbstractButton) or (isinstance(widget, QLabel) and widget.buddy() is not None):
            keys[QKeySequence.mnemonic(widget.text()).toString()] += 1
    for shortcut in window.findChildren(QShortcut):
        holder = shortcut.parent()
        if isinstance(holder, QWidget) and holder.isVisibleTo(window) and shortcut.isEnabled():
            keys[shortcut.key().toString()] += shortcut.context() != Qt.ShortcutContext.WidgetWithChildrenShortcut
    del keys[""]
    for key, times in keys.items():
        if times > 1:
            yield f"{key} is taken {times} times"


# Text that is cut off


@cache
def own_words() -> frozenset[str]:
    """Everything that the program says in words of its own alone, in both languages."""
    catalogue = gettext.translation("aftale", LOCALES, ["da"])
    found = {word for pair in catalogue._catalog.items() for word in pair if isinstance(word, str)}  # type: ignore[attr-defined]
    return frozenset(word for word in found if word and "{" not in word)


@contextmanager
def watching_text(found: set[str], worded: set[QWidget]) -> Iterator[None]:
    """While it lasts, every line of text that is painted too wide or too high for its place is put into ``found``, and the
    widgets on which some is painted into ``worded``."""
    before = base.fitted

    def fitted(painter: QPainter, words: str, role: Role, place: QRectF) -> str:
        cut = before(painter, words, role, place)
        widget = painter.device()
        if isinstance(widget, QWidget):
            worded.add(widget)
            if cut != words and not _may_be_cut(widget, words):
                found.add(f"cut off: {said_of(widget)}: {words!r} as {cut!r}")
            if QFontMetricsF(theme.font(role)).tightBoundingRect(words).height() > place.height() + 1:
                found.add(f"too low: {said_of(widget)}: {words!r} in {place.height():.0f}")
        return cut

    base.fitted = fitted
    try:
        yield
    finally:
        base.fitted = before


def _may_be_cut(widget: QWidget, words: str) -> bool:
    """What people typed may be longer than any place, and what is chosen in a select longer than the select; then the whole of
    it is the tool tip."""
    if isinstance(widget, SelectBox):
        return True
    if plain(words) in own_words():
        return False
    walk: QWidget | None = widget
    while walk is not None and not walk.toolTip():
        walk = walk.parentWidget()
    return isinstance(widget, Label) or walk is not None


def squeezed(window: QWidget) -> Iterator[str]:
    """Labels with more lines than fit, and buttons narrower than their words."""
    for widget in shown(window):
        if isinstance(widget, QLabel) and widget.text() and widget.wordWrap():
            needed = widget.heightForWidth(widget.width())
            if needed > widget.height():
                yield f"lines cut off: {said_of(widget)}: {needed} in {widget.height()}"
        elif isinstance(widget, QLabel) and widget.text():
            needed = widget.sizeHint()
            if widget.height() < needed.height():
                yield f"too low: {said_of(widget)}: {needed.height()} in {widget.height()}"
            if widget.width() < needed.width() - 1 and not (isinstance(widget, Label) and _may_be_cut(widget, widget.text())):
                yield f"cut off: {said_of(widget)}: {needed.width()} in {widget.width()}"
        elif isinstance(widget, QAbstractButton) and widget.text():
            needed = widget.minimumSizeHint()
            if widget.width() < needed.width() or widget.height() < min(needed.height(), widget.maximumHeight()):
                yield f"squeezed: {said_of(widget)}: {needed.toTuple()} in {widget.size().toTuple()}"


def painted(window: QWidget) -> tuple[set[str], set[QWidget]]:
    """What is cut off when the window and all that can be scrolled in it is painted, and what has words on it."""
    found: set[str] = set()
    worded: set[QWidget] = set()
    with watching_text(found, worded):
        window.grab()
        for area in window.findChildren(QScrollArea):
            if area.isVisibleTo(window) and area.widget() is not None:
                area.widget().grab()
    return found, worded


# Reaching things


def unreachable(window: QWidget) -> Iterator[str]:
    """What can be pressed with the mouse but not come to with the keyboard. Of a list one row is the stop for all, and what
    stands in a row is in its menu as well."""
    for widget in shown(window):
        if not widget.isEnabled() or widget.focusProxy() or takes_keyboard(widget):
            continue
        if isinstance(widget, CONTROLS):
            if not _is_one_of_a_list(window, widget) and not _is_in_a_row(window, widget):
                yield f"not by keyboard: {said_of(widget)}"
        elif _is_pressed(widget) and not any(takes_keyboard(each) for each in shown(widget)):
            yield f"only by mouse: {said_of(widget)}"


def _is_one_of_a_list(window: QWidget, widget: QWidget) -> bool:
    """Whether arrows lead to it from another one of its kind."""
    if widget.focusPolicy() == Qt.FocusPolicy.NoFocus and not isinstance(widget, QRadioButton):
        return False
    walk = widget
    while walk is not window:
        walk = walk.parentWidget()
        if any(takes_keyboard(each) for each in walk.findChildren(type(widget))):
            return True
    return False


def _is_in_a_row(window: QWidget, widget: QWidget) -> bool:
    walk = widget.parentWidget()
    while walk is not window:
        if walk.focusPolicy() != Qt.FocusPolicy.NoFocus:
            return True
        walk = walk.parentWidget()
    return False


def _is_pressed(widget: QWidget) -> bool:
    own = widget.testAttribute(Qt.WidgetAttribute.WA_SetCursor) and not isinstance(widget, QAbstractScrollArea)
    return own and widget.cursor().shape() == Qt.CursorShape.PointingHandCursor


def small(window: QWidget) -> Iterator[str]:
    """What is hard to hit. A row that explains a box is pressed as a whole."""
    for widget in shown(window):
        if not isinstance(widget, CONTROLS) or not widget.isEnabled() or isinstance(widget, QAbstractItemView):
            continue
        walk = widget.parentWidget()
        target = walk if widget in (getattr(walk, "box", None), getattr(walk, "radio", None)) else widget
        if isinstance(widget, QLineEdit) and isinstance(walk, QAbstractSpinBox | QComboBox):
            continue
        if min(target.width(), target.height()) < LEAST:
            yield f"small target: {said_of(widget)}: {target.size().toTuple()}"


# The order of Tab


def stops(window: QWidget) -> list[QWidget]:
    """Where Tab comes to, as it is pressed, until it begins anew."""
    found: list[QWidget] = []
    window.window().activateWindow()
    QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Tab)
    while len(found) < 500:
        focused = QApplication.focusWidget()
        if focused is None or focused in found or not window.isAncestorOf(focused):
            break
        found.append(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    return found


def passed_over(window: QWidget, found: list[QWidget]) -> Iterator[str]:
    """What Tab never comes to though it could."""
    for widget in shown(window):
        if takes_keyboard(widget) and widget not in found:
            yield f"Tab passes over {said_of(widget)}"


def backwards(window: QWidget, found: list[QWidget]) -> Iterator[str]:
    """Tab goes down and to the right, as one reads, column by column, and goes back once, from the last to the first."""
    back = [pair for pair in pairwise([*found, *found[:1]]) if _goes_back(window, *pair)]
    if len(back) > 1:
        yield from (f"Tab goes back from {said_of(before)} to {said_of(after)}" for before, after in back)


def _goes_back(window: QWidget, before: QWidget, after: QWidget) -> bool:
    old, new = _place(window, before, after), _place(window, after, before)
    up = new.bottom() <= old.top() and new.left() <= old.right()
    left = new.right() <= old.left() and new.top() < old.bottom() and new.bottom() > old.top()
    return up or left


def _place(window: QWidget, widget: QWidget, other: QWidget) -> QRect:
    """Where a widget stands in the window. To one outside a scrolled area, everything inside stands where the area does."""
    found, walk = widget, widget.parentWidget()
    while walk is not None and walk is not window:
        if isinstance(walk, QScrollArea) and not walk.isAncestorOf(other):
            found = walk
        walk = walk.parentWidget()
    return QRect(found.mapTo(window, QPoint(0, 0)), found.size()) if found is not window else window.rect()


def findings(window: QWidget, *, tab: bool = True) -> list[str]:
    """All that is wrong with a window that is shown. ``tab``: also walk through it with the Tab key."""
    cut, worded = painted(window)
    rules = (unnamed, twice_taken, squeezed, unreachable, small)
    found = {*cut, *without_tool_tip(window, worded), *(each for rule in rules for each in rule(window))}
    if tab:
        order = stops(window)
        found |= {*passed_over(window, order), *backwards(window, order)}
    return sorted(found)
