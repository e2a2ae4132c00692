"""The calendars panel: what is connected, what it is used for, and what is wrong with it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from app.domain.connecting import AccountChoice
from app.domain.connections import Calendar
from app.i18n import _
from app.ui import messages
from app.ui.settings.account_card import AccountCard
from app.ui.settings.account_words import effects_words, first_reading
from app.ui.settings.checked_list import BookingSelect, CheckedCard, booking_choices
from app.ui.settings.lost_cards import DoubtCard, Help, InactiveCard
from app.ui.settings.panel import Panel
from app.ui.settings.state import SettingsState, in_use, is_local
from app.ui.widgets import (
    Banner,
    Button,
    Card,
    CheckBox,
    ChoiceRow,
    Label,
    Landscape,
    SkeletonRow,
    clear,
    column,
    row,
)


class CalendarsPanel(Panel):
    """Signals act at once (CONTRACT 4): they carry the id of the account or the calendar. Everything else waits for Save."""

    connect_requested = Signal()
    connect_local_requested = Signal()
    disconnect_requested = Signal(str)
    reconnect_requested = Signal(str)
    reconnect_calendar_requested = Signal(str)
    stop_requested = Signal(str)
    check_requested = Signal(str)
    ask_requested = Signal(str)
    remove_requested = Signal(str)
    doubt_settled = Signal(str, bool)
    help_requested = Signal(object)
    panel_requested = Signal(str)
    import_requested = Signal(str)
    export_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[object, ...] | None = None
        self.accounts: dict[str, AccountCard] = {}
        self.lists: list[CheckedCard] = []
        self.booking: BookingSelect | None = None
        self._follows: Label | None = None
        self._parts: QVBoxLayout = column()
        self._first: QWidget = self
        self.lines.addLayout(self._parts)
        self.lines.addStretch(1)
        self.retranslate()

    def retranslate(self) -> None:
        self._shown = None
        self._set_lead()

    def render_state(self, state: SettingsState) -> None:
        super().render_state(state)
        key = _structure(state)
        if key != self._shown:
            self._shown = key
            focus = self._focus_name()
            opened = {name for name, card in self.accounts.items() if card.blocks is not None and card.blocks.opened}
            self._set_lead()
            self._fill(state, opened)
            self._return_focus(focus)
        for card in self.accounts.values():
            card.show_state(state)
        for each in self.lists:
            each.show_state(state)
        if self.booking is not None:
            self.booking.show_state(state)
        if self._follows is not None:
            words = effects_words(state.effects, done=False) if state.dirty else ""
            self._follows.setText(_("After Save: {effects}").format(effects=words) if words else "")
            self._follows.setVisible(bool(words))

    def rows(self) -> list[tuple[str, QWidget]]:
        found: list[tuple[str, QWidget]] = [(_("Calendars"), self._first)]
        for card in self.accounts.values():
            if card.sync is not None:
                found.append((_("Calendar sync"), card.sync.box))
            if card.scheduling is not None:
                found.append((_("Meeting scheduling pages"), card.scheduling.box))
            if card.blocks is not None:
                found.append((_("What blocks"), card.blocks.fold))
        if self.booking is not None:
            found.append((_("Bookings go to"), self.booking.box))
        boxes = [box for each in self.lists for box in each.boxes.values() if box.isEnabled()]
        found += [(_("Also checked for conflicts"), box) for box in boxes[:1]]
        return found

    def _set_lead(self) -> None:
        lead = _("Bookings go into your calendar, and your calendars decide when people can book you.")
        if self.state is not None and self.state.shared_roles:
            lead = _("You connected two accounts in an earlier version. Both keep working.")
        self.set_words(_("Calendars"), lead)

    def _fill(self, state: SettingsState, opened: set[str]) -> None:
        clear(self._parts)
        self.accounts, self.lists, self.booking, self._follows = {}, [], None, None
        if not state.accounts:
            self._add(self._none(state), 16)
            self._add(self._locked())
            return
        for account in state.accounts:
            self._add(self._account(account.id, state, account.id in opened), 12)
        if state.shared_roles:
            self._add_two_accounts()
        else:
            self._add_connect(state)
        self._parts.addSpacing(12)
        self._add_booking(state)
        self._add_checked(state)

    def _add(self, widget: QWidget, space: int = 0) -> None:
        self._parts.addWidget(widget)
        if space:
            self._parts.addSpacing(space)

    # Connected

    def _account(self, account: str, state: SettingsState, opened: bool) -> AccountCard:
        found = next(each for each in state.accounts if each.id == account)
        card = AccountCard(found, state, blocks_open=opened)
        card.choice_changed.connect(self._choose)
        card.disconnect_requested.connect(self.disconnect_requested)
        card.reconnect_requested.connect(self.reconnect_requested)
        card.stop_requested.connect(self.stop_requested)
        card.help_requested.connect(self.help_requested)
        card.import_requested.connect(self.import_requested)
        card.export_requested.connect(self.export_requested)
        if not self.accounts:
            self._first = card.leave
        self.accounts[account] = card
        return card

    def _add_two_accounts(self) -> None:
        banner = Banner(
            "accent",
            _("If you disconnect one, one account stays"),
            _("The account that stays does everything. The two cannot share the work again after that."),
            icon="info",
        )
        self._parts.addSpacing(4)
        self._add(banner, 12)

    def _add_connect(self, state: SettingsState) -> None:
        connect = Button(_("Connect a calendar"), "secondary", "small", icon="add_quiet")
        connect.setObjectName("connect")
        connect.clicked.connect(self.connect_requested)
        line = row(gap=12)
        line.addWidget(connect)
        line.addStretch(1)
        self._parts.addLayout(line)
        if not state.may_connect:
            self._add_why_not(connect)
        self._parts.addSpacing(12)

    def _add_why_not(self, connect: Button, lines: QVBoxLayout | None = None) -> None:
        """Without personal e-mail access no account can be connected (CON-5); what needs none still can (CONTRACT 4)."""
        why = _("Personal e-mail access is off, so no account can be connected.")
        connect.setAccessibleDescription(why)
        line = row(gap=10)
        line.addWidget(Label(why, "small", "muted", wrap=True), 1, Qt.AlignmentFlag.AlignVCenter)
        lead = Button(_("Data and privacy"), "ghost", "small", flush=True)
        lead.setObjectName("to privacy")
        lead.clicked.connect(lambda: self.panel_requested.emit("privacy"))
        line.addWidget(lead, 0, Qt.AlignmentFlag.AlignVCenter)
        into = self._parts if lines is None else lines
        into.addSpacing(6)
        into.addLayout(line)

    def _add_booking(self, state: SettingsState) -> None:
        if not booking_choices(state):
            return
        self._add(Label(_("Bookings go to"), "sub"), 8)
        self.booking = BookingSelect(state)
        self.booking.chosen.connect(self._book_into)
        self._add(self.booking, 24)

    def _add_checked(self, state: SettingsState) -> None:
        self._add(Label(_("Also checked for conflicts"), "sub"), 4)
        others = _others(state)
        lost = [each for each in state.inactive if each.account not in state.signed_out]
        reading = [each for each in state.accounts if first_reading(each, state) and not state.calendars_of(each.id)]
        words = _("You are not bookable when something in one of these calendars is in the way.")
        if not (others or lost or reading):
            words = _("There are no other calendars to check.")
        self._add(Label(words, "small", "muted", wrap=True), 10)
        if not (others or lost or reading):
            self._add_how_to_share(state)
        for calendar in lost:
            self._add(self._inactive(calendar, state), 8)
        for calendar in state.doubtful:
            card = DoubtCard(calendar)
            card.settled.connect(self.doubt_settled)
            self._add(card, 8)
        self._add_rows(others, state)
        for _account in reading:
            self._add(SkeletonRow())
        self._follows = Label("", "small", "accent", wrap=True)
        self._follows.hide()
        self._add(self._follows)

    def _add_how_to_share(self, state: SettingsState) -> None:
        """How more calendars come here (CON-14)."""
        outside = next((each.provider for each in state.accounts if not is_local(each)), None)
        if outside is None:
            return
        from app.ui.connect.help import own_calendars

        help = own_calendars(outside)
        how = Button(help.title, "ghost", "small", flush=True)
        how.setObjectName("how to share")
        how.clicked.connect(lambda: self.help_requested.emit(Help(how, help.title, help.text)))
        self._parts.addWidget(how, 0, Qt.AlignmentFlag.AlignLeft)

    def _add_rows(self, others: tuple[Calendar, ...], state: SettingsState) -> None:
        several = len({each.account for each in others}) > 1
        for account in state.accounts:
            own = [each for each in others if each.account == account.id]
            if not own:
                continue
            if several:
                name = messages.provider_name(account.provider)
                self._parts.addSpacing(4)
                self._add(Label(f"{name} · {account.email}" if account.email else name, "label", "muted"), 6)
            card = CheckedCard(sorted(own, key=lambda each: not each.usable), state)
            card.ticked.connect(lambda calendar, on: self.edit(lambda draft: draft.checking(calendar, on)))
            card.help_requested.connect(self.help_requested)
            self.lists.append(card)
            self._add(card, 10)

    def _inactive(self, calendar: Calendar, state: SettingsState) -> InactiveCard:
        card = InactiveCard(calendar, state)
        card.reconnect_requested.connect(self.reconnect_calendar_requested)
        card.check_requested.connect(self.check_requested)
        card.ask_requested.connect(self.ask_requested)
        card.remove_requested.connect(self.remove_requested)
        card.help_requested.connect(self.help_requested)
        return card

    # Not connected

    def _none(self, state: SettingsState) -> Card:
        card = Card(padding=0)
        picture = Landscape(0.12, radius=12)
        picture.setFixedHeight(144)
        card.body.addWidget(picture)
        lines = column(gap=6, margins=(24, 24, 24, 28))
        lines.addWidget(Label(_("No calendar is connected"), "heading", centred=True))
        text = _("People can send you requests, but not book by themselves. This is called offline mode.")
        lines.addWidget(Label(text, "body", "muted", wrap=True, centred=True))
        lines.addSpacing(14)
        connect = Button(_("Connect a calendar"), "primary", icon="schedule")
        connect.setObjectName("connect")
        connect.clicked.connect(self.connect_requested)
        self._first = connect
        lines.addWidget(connect, 0, Qt.AlignmentFlag.AlignHCenter)
        lines.addWidget(self._local_button(), 0, Qt.AlignmentFlag.AlignHCenter)
        if not state.may_connect:
            self._add_why_not(connect, lines)
        card.body.addLayout(lines)
        return card

    def _local_button(self) -> Button:
        """The shortest way to a calendar: it needs no account."""
        local = Button(_("Use the calendar on this computer"), "ghost", "small")
        local.setObjectName("connect local")
        local.clicked.connect(self.connect_local_requested)
        return local

    def _locked(self) -> Card:
        card = Card(gap=14)
        for title, why in (
            (_("Calendar sync"), _("Works when a calendar is connected.")),
            (
                _("Meeting scheduling pages"),
                _("Works when a calendar is connected. Until then, your pages take requests."),
            ),
        ):
            line = ChoiceRow(CheckBox(), title)
            line.set_possible(False)
            card.body.addWidget(line)
            line.set_words(title, why)
        return card

    # Changes that wait for Save

    def _choose(self, account: str, choice: AccountChoice) -> None:
        self.edit(lambda draft: draft.choosing(account, choice))

    def _book_into(self, calendar: object) -> None:
        """The calendar that bookings went to before stays checked."""
        chosen = str(calendar)
        self.edit(lambda draft: replace(draft, booking=chosen, checked=draft.checked | {chosen}))

    # Keyboard

    def _focus_name(self) -> str:
        focused = QApplication.focusWidget()
        return focused.objectName() if focused is not None and self.isAncestorOf(focused) else ""

    def _return_focus(self, name: str) -> None:
        """Gives the keyboard back to the same control of the new cards."""
        for found in self.findChildren(QWidget, name)[-1:] if name else []:
            found.setFocus(Qt.FocusReason.OtherFocusReason)


def _others(state: SettingsState) -> tuple[Calendar, ...]:
    """The rows to tick: all but where bookings go, and but those that stand above in a card of their own."""
    cards = {each.id for each in state.inactive if each.account not in state.signed_out}
    return tuple(each for each in state.calendars if each.id != state.draft.booking and each.id not in cards)


def _structure(state: SettingsState) -> tuple[object, ...]:
    """What the cards are drawn from. Only the times of reading change without new ones."""
    calendars = tuple(replace(each, read_at=0, failing_since=0) for each in state.calendars)
    reading = tuple(first_reading(each, state) for each in state.accounts)
    days = tuple((each.sign_in_ends - state.now) // 3600 for each in state.accounts if each.sign_in_ends)
    used = tuple(in_use(each) for each in state.calendars)
    return state.accounts, calendars, reading, days, used, state.draft.booking, state.may_connect
