"""The list of scheduling pages: draws a PagesState and says what the owner wants (DESIGN 10.6)."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.i18n import _
from app.ui.pages.card import NewCard, PageCardView
from app.ui.pages.card_grid import CardGrid
from app.ui.pages.grids import EqualColumns
from app.ui.pages.state import PagesState
from app.ui.widgets import Banner, Button, Card, EmptyState, Label, MenuPopup, Option, ScrollArea, SkeletonRow, column, row

WIDEST = 1040
_COPIES_LISTED = 7
COLUMN = 320


class PagesList(QWidget):
    """The screen. ``action_requested`` carries a page's id and a PageAction; ``copy_requested`` the id of the page to copy;
    ``dropped`` a page and the place to which its card was dragged."""

    action_requested = Signal(str, str)
    new_requested = Signal()
    copy_requested = Signal(str)
    dropped = Signal(str, int)
    pause_all_requested = Signal()
    resume_all_requested = Signal()
    reload_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = PagesState()
        self._title = Label("", "title")
        self._line = Label("", "small", "muted")
        self.pause = Button("", icon="pause")
        self.new = Button("", "primary", icon="add")
        self.banner = Banner("neutral")
        self.fault = Banner("danger")
        self.empty = EmptyState()
        self.new_card = NewCard()
        self.grid = CardGrid(self.new_card)
        self._waiting = QWidget()
        self._fill()
        self._connect()
        self.render_state(self._state)

    def _fill(self) -> None:
        content = QWidget()
        waiting = EqualColumns(self._waiting, least=COLUMN, stretch=True)
        for _number in range(2):
            waiting.addWidget(_skeleton())
        words = column(gap=2)
        words.addWidget(self._title)
        words.addWidget(self._line)
        head = row(gap=8)
        head.addLayout(words, 1)
        head.addWidget(self.pause, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(self.new, 0, Qt.AlignmentFlag.AlignVCenter)
        lines = column(gap=20)
        lines.addLayout(head)
        lines.addWidget(self.fault)
        lines.addWidget(self.banner)
        lines.addWidget(self._waiting)
        lines.addWidget(self.grid)
        lines.addWidget(self.empty, 1000)
        lines.addStretch(1)
        middle = QWidget()
        middle.setLayout(lines)
        middle.setMaximumWidth(WIDEST)
        outer = row(margins=(32, 24, 32, 24), on=content)
        outer.addWidget(middle, 1)
        self.area = ScrollArea(content)
        column(on=self).addWidget(self.area)
        self.grid.follow(self.area)

    def _connect(self) -> None:
        self.new.clicked.connect(self.new_requested)
        self.pause.clicked.connect(self._switch_all)
        self.banner.action_requested.connect(self.resume_all_requested)
        self.fault.action_requested.connect(self.reload_requested)
        self.empty.action_requested.connect(self.new_requested)
        self.new_card.clicked.connect(self._choose_beginning)
        self.grid.action_requested.connect(self.action_requested)
        self.grid.dropped.connect(self.dropped)
        shortcut = QShortcut(QKeySequence.StandardKey.New, self)
        shortcut.activated.connect(self.new_requested)

    def render_state(self, state: PagesState) -> None:
        self._state = state
        self._title.setText(_("Scheduling pages"))
        self._line.setText(state.line)
        self.new.setText(_("New page"))
        self.new.setVisible(not state.empty)
        self.pause.setText(_("Pause all") if state.pages_on else _("Switch on again"))
        self.pause.set_icon("pause" if state.pages_on else "play")
        self.pause.setVisible(bool(state.cards))
        self._render_banners(state)
        self.new_card.show_words(_("Make a new page"), _("From scratch or as a copy of another page"))
        self.grid.setVisible(bool(state.cards))
        self.grid.setAccessibleName(_("Scheduling pages"))
        self.empty.setVisible(state.empty)
        self._waiting.setVisible(not state.loaded and not state.failed)
        self.grid.show_cards(state.cards)
        self.grid.keep_in_sight()
        QWidget.setTabOrder(self.pause, self.new)

    def _render_banners(self, state: PagesState) -> None:
        self.fault.setVisible(state.failed)
        self.fault.show_words(
            _("Your pages could not be read"),
            _("Nothing is lost. Guests still see what you saved last."),
            [("retry", _("Try again"), "primary")],
        )
        self.banner.setVisible(not state.pages_on and bool(state.cards))
        self.banner.show_words(_("All pages are paused"), state.pause_line, [("resume", _("Switch on again"), "primary")])
        self.empty.show_words(
            _("No scheduling pages yet"),
            _("Each page offers one kind of meeting. Guests open its link and book a time that is free in your calendar."),
            [("new", _("Make a new page"), "primary", "add")],
        )

    def card(self, page_id: str) -> PageCardView:
        return self.grid.card(page_id)

    def _switch_all(self) -> None:
        (self.pause_all_requested if self._state.pages_on else self.resume_all_requested).emit()

    def _choose_beginning(self) -> None:
        menu = MenuPopup(self.new_card, name=_("Make a new page"))
        menu.add(_("From scratch"), self.new_requested.emit, icon="add_quiet")
        menu.add_separator()
        if len(self._state.cards) > _COPIES_LISTED:
            menu.add(_("As a copy…"), self._choose_copy, icon="copy-simple")
            menu.open_at(self.new_card)
            return
        for card in self._state.cards:
            menu.add(
                _("Copy of {page}").format(page=card.title),
                lambda page_id=card.id: self.copy_requested.emit(page_id),  # type: ignore[misc]
                icon="copy-simple",
            )
        menu.open_at(self.new_card)

    def _choose_copy(self) -> None:
        """Of many pages one is looked for by name."""
        from app.ui.widgets.select_list import OptionPopover

        options = tuple(Option(card.id, card.title, colour=card.colour) for card in self._state.cards)
        popover = OptionPopover(self.new_card, options, -1, lambda index: self.copy_requested.emit(str(options[index].value)))
        popover.open_at(self.new_card)


def _skeleton() -> Card:
    card = Card(padding=20)
    card.body.addWidget(SkeletonRow(60))
    card.body.addWidget(SkeletonRow(60))
    return card
