"""The cards of the list of pages, in one or two columns of one height. Only those near sight are widgets, so that two hundred
pages open as fast as three; the others are made on the way to them."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QScrollArea, QSizePolicy, QWidget

from app.ui import theme
from app.ui.pages.card import PageCardView
from app.ui.pages.state import PageCard
from app.ui.widgets.base import tell_role

tell_role("CardGrid", QAccessible.Role.List)

COLUMN, MOST, GAP = 320, 2, 16
_FIRST_HIGH = 202
_EDGE, _STEP = 48, 14
"""Within so many pixels of the edge of sight a card that is dragged scrolls the list, by so many at a time."""


class CardGrid(QWidget):
    """``last`` stands behind the cards. ``action_requested`` carries a page's id and a PageAction, ``dropped`` the id of a card
    that was dragged and the place where it lies now."""

    action_requested = Signal(str, str)
    dropped = Signal(str, int)

    def __init__(self, last: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._last = last
        last.setParent(self)
        self._area: QScrollArea | None = None
        self._cards: dict[str, PageCard] = {}
        self._order: list[str] = []
        self._views: dict[str, PageCardView] = {}
        self._spare: list[PageCardView] = []
        self._high = 0
        self._dragged: PageCardView | None = None
        self._grip = QPoint()
        self._before: list[str] = []
        self._scroll = QTimer(self)
        self._scroll.setInterval(16)
        self._scroll.timeout.connect(self._scroll_on)
        self._pull = 0
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        # Not fixed: the height depends on the width, and the layout would centre what it takes for too low.
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def follow(self, area: QScrollArea) -> None:
        """From now on the cards that ``area`` shows are there."""
        self._area = area
        area.verticalScrollBar().valueChanged.connect(lambda _value: self._look())

    def show_cards(self, cards: tuple[PageCard, ...]) -> None:
        """The order does not change under a card that is being dragged."""
        self._cards = {card.id: card for card in cards}
        if self._dragged is None:
            self._order = [card.id for card in cards]
        for page_id in self._views.keys() - self._cards.keys():
            self._put_away(page_id)
        for page_id, view in self._views.items():
            view.render_card(self._cards[page_id])
        self._last.setVisible(bool(cards))
        self.updateGeometry()
        self._look()

    def card(self, page_id: str) -> PageCardView:
        """The card of a page, made and brought into sight if it is not there."""
        if page_id not in self._views:
            place = self._place(self._order.index(page_id))
            if self._area is not None:
                self._area.ensureVisible(0, self.mapTo(self._content(), place.center()).y(), 0, place.height())
            self._take(page_id)
            self._arrange()
        return self._views[page_id]

    @property
    def shown(self) -> tuple[str, ...]:
        """The pages whose cards are widgets now, in order."""
        return tuple(page_id for page_id in self._order if page_id in self._views)

    # Measures

    def _columns(self, width: int) -> int:
        return max(1, min(MOST, (width + GAP) // (theme.sized(COLUMN) + GAP)))

    def _line(self) -> int:
        return (self._high or theme.sized(_FIRST_HIGH)) + GAP

    def _place(self, number: int) -> QRect:
        columns = self._columns(self.width())
        width = (self.width() - (columns - 1) * GAP) // columns
        line, column = divmod(number, columns)
        return QRect(column * (width + GAP), line * self._line(), width, self._line() - GAP)

    def heightForWidth(self, width: int) -> int:
        if not self._cards:
            return 0
        lines = -(-(len(self._order) + 1) // self._columns(width))
        return lines * self._line() - GAP

    def hasHeightForWidth(self) -> bool:
        return True

    def sizeHint(self) -> QSize:
        width = MOST * (theme.sized(COLUMN) + GAP) - GAP
        return QSize(width, self.heightForWidth(max(width, self.width())))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.sized(COLUMN) // 2, 0)

    def _content(self) -> QWidget:
        """What the area scrolls."""
        content = self._area.widget() if self._area is not None else None
        return content if content is not None else self

    def _sight(self) -> tuple[int, int]:
        """The first and last pixel in sight; before the first look, as much as a window may hold."""
        if self._area is None or not self._area.isVisible():
            return 0, 720
        top = self._area.verticalScrollBar().value() - self.mapTo(self._content(), QPoint(0, 0)).y()
        return top, top + self._area.viewport().height()

    # Cards come and go

    def _look(self) -> None:
        """Makes the cards in sight, and one line before and behind, which Tab may reach next; puts the others away."""
        if not self._cards:
            return
        top, low = self._sight()
        columns = self._columns(self.width())
        first = max(0, top // self._line() - 1) * columns
        behind = (low // self._line() + 2) * columns
        wanted = self._order[first:behind]
        kept = set(wanted)
        held = QApplication.focusWidget()
        for page_id in [each for each in self._views if each not in kept]:
            view = self._views[page_id]
            if view is not self._dragged and not (held is not None and view.isAncestorOf(held)):
                self._put_away(page_id)
        fresh = [page_id for page_id in wanted if page_id not in self._views]
        for page_id in fresh:
            self._take(page_id)
        self._arrange()
        if fresh:
            self._order_tabs()

    def _take(self, page_id: str) -> None:
        view = self._spare.pop() if self._spare else self._made()
        self._views[page_id] = view
        view.render_card(self._cards[page_id])
        view.show()

    def _made(self) -> PageCardView:
        view = PageCardView(self)
        view.action_requested.connect(self.action_requested)
        view.grabbed.connect(lambda point: self._grab(view, point))
        view.dragged.connect(self._drag)
        view.released.connect(self._release)
        return view

    def _put_away(self, page_id: str) -> None:
        view = self._views.pop(page_id)
        view.hide()
        self._spare.append(view)

    def _arrange(self) -> None:
        self._measure()
        for number, page_id in enumerate(self._order):
            view = self._views.get(page_id)
            if view is not None and view is not self._dragged:
                view.setGeometry(self._place(number))
        self._last.setGeometry(self._place(len(self._order)))

    def _measure(self) -> None:
        """All cards are as high as the highest that was seen."""
        width = self._place(0).width()
        high = self._high
        for view in self._views.values():
            layout = view.layout()
            if layout is not None:
                high = max(high, layout.heightForWidth(width) if layout.hasHeightForWidth() else layout.sizeHint().height())
        if high != self._high:
            self._high = high
            self.updateGeometry()

    def _order_tabs(self) -> None:
        """Tab follows the cards."""
        stops: list[QWidget] = []
        for page_id in self.shown:
            view = self._views[page_id]
            stops += [view.switch, view.copy, view.edit, view.more]
        for before, after in pairwise([*stops, self._last]):
            QWidget.setTabOrder(before, after)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._high = 0
        self._look()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.LanguageChange):
            self._high = 0
            self.updateGeometry()

    def keep_in_sight(self) -> None:
        """After an order was changed by keyboard: the card that has the keyboard stays in sight."""
        held = QApplication.focusWidget()
        for view in self._views.values():
            if self._area is not None and held is not None and view.isAncestorOf(held):
                self._area.ensureWidgetVisible(view, 0, GAP)
                return

    # Dragging

    def _grab(self, view: PageCardView, point: QPoint) -> None:
        if len(self._order) < 2:
            return
        self._dragged, self._grip, self._before = view, point, list(self._order)
        view.raise_()
        view.lift(True)
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    def _drag(self, point: QPoint) -> None:
        """``point``: where the mouse is, on the screen."""
        view = self._dragged
        if view is None:
            return
        at = self.mapFromGlobal(point)
        view.move(at - self._grip)
        self._shift(view)
        top, low = self._sight()
        self._pull = -_STEP if at.y() < top + _EDGE else _STEP if at.y() > low - _EDGE else 0
        if self._pull and not self._scroll.isActive():
            self._scroll.start()

    def _shift(self, view: PageCardView) -> None:
        """The others make room where the dragged card would lie."""
        page_id = view.page_id
        middle = view.geometry().center()
        columns = self._columns(self.width())
        column = min(columns - 1, max(0, middle.x() * columns // max(1, self.width())))
        number = max(0, middle.y() // self._line()) * columns + column
        number = min(len(self._order) - 1, number)
        if self._order.index(page_id) != number:
            self._order.remove(page_id)
            self._order.insert(number, page_id)
            self._arrange()

    def _scroll_on(self) -> None:
        if self._dragged is None or not self._pull or self._area is None:
            self._scroll.stop()
            return
        bar = self._area.verticalScrollBar()
        before = bar.value()
        bar.setValue(before + self._pull)
        self._dragged.move(self._dragged.pos() + QPoint(0, bar.value() - before))
        self._shift(self._dragged)

    def _release(self, dropped: bool) -> None:
        view, self._dragged = self._dragged, None
        self._scroll.stop()
        if view is None:
            return
        view.lift(False)
        page_id = view.page_id
        if not dropped:
            self._order = list(self._before)
        self._arrange()
        if self._order != self._before:
            self.dropped.emit(page_id, self._order.index(page_id))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and self._dragged is not None:
            # Esc gives the card back before it means anything to the window.
            event.accept()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._dragged is not None:
            self._release(False)
            return
        super().keyPressEvent(event)
