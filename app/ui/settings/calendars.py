"""The calendars panel: what is connected, what it is used for, and what is wrong with it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app import i18n
from app.domain.connections import Account, Calendar
from app.i18n import _, local
from app.ui import messages, theme
from app.ui.settings.owner import Tile
from app.ui.settings.panel import Panel
from app.ui.settings.state import SettingsState, is_local
from app.ui.widgets import (
    Badge,
    Button,
    Card,
    CheckBox,
    ChoiceRow,
    ColourDot,
    Divider,
    Label,
    Landscape,
    clear,
    column,
    row,
)
from app.ui.widgets.base import draw_rounded, painter_for
from app.ui.widgets.icons import draw_icon


class CalendarsPanel(Panel):
    """Signals act at once (CONTRACT 4): they carry the id of the account or the calendar. The check box waits for Save."""

    connect_requested = Signal()
    disconnect_requested = Signal(str)
    check_requested = Signal(str)
    remove_requested = Signal(str)
    help_requested = Signal(object)
    import_requested = Signal(str)
    export_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[object, ...] | None = None
        self._scheduling: dict[str, ChoiceRow] = {}
        self._effect: dict[str, Label] = {}
        self._parts: QVBoxLayout = column()
        self._first: QWidget = self
        self.lines.addLayout(self._parts)
        self.lines.addStretch(1)
        self.retranslate()

    def retranslate(self) -> None:
        self._shown = None
        self.set_words(_("Calendars"), _("Bookings go into your calendar, and your calendars decide when people can book you."))

    def render_state(self, state: SettingsState) -> None:
        super().render_state(state)
        key = (state.accounts, state.calendars)
        if key != self._shown:
            self._shown = key
            self._fill(state)
        for account, line in self._scheduling.items():
            on = account in state.draft.scheduling
            if line.box.isChecked() != on:
                blocked = line.box.blockSignals(True)
                line.box.setChecked(on)
                line.box.blockSignals(blocked)
            line.set_words(_("Meeting scheduling pages"), self._effect_words(on, account in state.base.scheduling))

    def rows(self) -> list[tuple[str, QWidget]]:
        found: list[tuple[str, QWidget]] = [(_("Calendars"), self._first)]
        return found + [(_("Meeting scheduling pages"), line.box) for line in self._scheduling.values()]

    def _effect_words(self, on: bool, was_on: bool) -> str:
        if on:
            return _("People can book you. Bookings go into this calendar.")
        if was_on:
            return _(
                "After Save your pages take requests, and you answer each one. Nothing goes into your calendar until you "
                "accept. This is called offline mode."
            )
        return _("Your pages take requests, and you answer each one. This is called offline mode.")

    def _fill(self, state: SettingsState) -> None:
        clear(self._parts)
        self._scheduling = {}
        for calendar in state.inactive:
            self._parts.addWidget(self._inactive(calendar, state))
            self._parts.addSpacing(16)
        if not state.accounts:
            self._parts.addWidget(self._none())
            self._parts.addSpacing(16)
            self._parts.addWidget(self._locked())
            return
        for account in state.accounts:
            self._parts.addWidget(self._account(account, state))
            self._parts.addSpacing(24)
        self._add_calendars(state)

    # Connected

    def _account(self, account: Account, state: SettingsState) -> Card:
        card = Card(padding=0)
        head = row(gap=12, margins=(16, 16, 16, 16))
        head.addWidget(Tile(f"provider_{account.provider.value}", soft=False))
        words = column(gap=2)
        title = row(gap=10)
        name = Label(account.name if not is_local(account) else _("On this computer"), "sub")
        title.addWidget(name)
        broken = any(each.account == account.id for each in state.inactive)
        badge = (
            Badge(_("Inactive"), "amber", icon="status_warning")
            if broken
            else Badge(_("Connected"), "success", icon="status_ok")
        )
        title.addWidget(badge)
        title.addStretch(1)
        words.addLayout(title)
        words.addWidget(
            Label(account.email or _("Kept by Aftale itself. It needs no account and no network."), "small", "muted")
        )
        head.addLayout(words, 1)
        leave = Button(_("Disconnect"), "secondary", "small")
        leave.clicked.connect(lambda: self.disconnect_requested.emit(account.id))
        self._first = leave
        head.addWidget(leave)
        card.body.addLayout(head)
        card.body.addWidget(Divider())
        box = CheckBox(checked=account.id in state.draft.scheduling)
        line = ChoiceRow(box, _("Meeting scheduling pages"))
        line.toggled.connect(lambda on: self._set_scheduling(account.id, on))
        self._scheduling[account.id] = line
        holder = row(margins=(16, 14, 16, 16))
        holder.addWidget(line)
        card.body.addLayout(holder)
        return card

    def _add_calendars(self, state: SettingsState) -> None:
        self._parts.addWidget(Label(_("Bookings go to"), "sub"))
        self._parts.addSpacing(8)
        for calendar in state.calendars:
            if calendar.booking:
                self._parts.addWidget(self._calendar(calendar, files=True))
        self._parts.addSpacing(24)
        self._parts.addWidget(Label(_("Also checked for conflicts"), "sub"))
        self._parts.addSpacing(4)
        others = [each for each in state.calendars if not each.booking and each not in state.inactive]
        words = _("You are not bookable when something in one of these calendars is in the way.")
        if not others:
            words = _("There are no other calendars to check.")
        self._parts.addWidget(Label(words, "small", "muted", wrap=True))
        for calendar in others:
            self._parts.addSpacing(8)
            self._parts.addWidget(self._calendar(calendar, files=False))

    def _calendar(self, calendar: Calendar, *, files: bool) -> Card:
        card = Card(padding=0)
        line = row(gap=10, margins=(14, 10, 12, 10))
        line.addWidget(ColourDot(calendar.colour))
        line.addWidget(Label(_("On this computer") if calendar.id == "local" else calendar.name, "body"), 1)
        line.addWidget(Badge(messages.access_words(calendar.access)))
        card.body.addLayout(line)
        if files:
            card.body.addWidget(Divider())
            line = row(gap=8, margins=(14, 10, 12, 10))
            line.addWidget(Label(_("Move events in or out as a calendar file (.ics)"), "small", "muted"), 1)
            bring = Button(_("Import…"), "secondary", "small")
            bring.clicked.connect(lambda: self.import_requested.emit(calendar.id))
            take = Button(_("Export…"), "secondary", "small")
            take.clicked.connect(lambda: self.export_requested.emit(calendar.id))
            line.addWidget(bring)
            line.addWidget(take)
            card.body.addLayout(line)
        return card

    def _inactive(self, calendar: Calendar, state: SettingsState) -> QWidget:
        card = _AmberCard()
        lines = column(gap=2, margins=(52, 14, 16, 16), on=card)
        head = row(gap=10)
        head.addWidget(Label(calendar.name, "body_medium"))
        head.addWidget(Badge(_("Inactive"), "amber", size=20, outlined=True))
        head.addStretch(1)
        lines.addLayout(head)
        zone = state.base.profile.zone
        since = i18n.current().moment(local(calendar.since, zone)) if calendar.since else ""
        reason = messages.lost_words(calendar.lost, calendar.name)
        strong = _("nobody can book you")
        text = (
            _("{reason} Since {time}. While it is on this list, nobody can book you.")
            if since
            else _("{reason} While it is on this list, nobody can book you.")
        )
        label = Label(text.format(reason=reason, time=since), "small", "muted", wrap=True)
        label.set_strong(strong)
        lines.addWidget(label)
        lines.addSpacing(10)
        buttons = row(gap=8)
        check = Button(_("Check again"), "primary", "small")
        check.clicked.connect(lambda: check.set_busy(True))
        check.clicked.connect(lambda: self.check_requested.emit(calendar.id))
        remove = Button(_("Remove calendar"), "secondary", "small")
        remove.clicked.connect(lambda: self.remove_requested.emit(calendar.id))
        how = Button(_("How to fix"), "ghost", "small")
        how.clicked.connect(lambda: self.help_requested.emit((how, reason, messages.how_to_fix(calendar.lost))))
        for button in (check, remove, how):
            buttons.addWidget(button)
        buttons.addStretch(1)
        lines.addLayout(buttons)
        return card

    # Not connected

    def _none(self) -> Card:
        card = Card(padding=0)
        picture = Landscape(0.12, radius=12)
        picture.setFixedHeight(144)
        card.body.addWidget(picture)
        lines = column(gap=6, margins=(24, 24, 24, 28))
        lines.addWidget(Label(_("No calendar is connected"), "heading", centred=True))
        text = _("People can send you requests, but not book by themselves. This is called offline mode.")
        lines.addWidget(Label(text, "body", "muted", wrap=True, centred=True))
        lines.addSpacing(14)
        connect = Button(_("Connect the calendar on this computer"), "primary", icon="schedule")
        connect.clicked.connect(self.connect_requested)
        self._first = connect
        lines.addWidget(connect, 0, Qt.AlignmentFlag.AlignHCenter)
        card.body.addLayout(lines)
        return card

    def _locked(self) -> Card:
        card = Card()
        box = CheckBox()
        line = ChoiceRow(
            box,
            _("Meeting scheduling pages"),
            _("Works when a calendar is connected. Until then, your pages take requests."),
        )
        line.set_possible(False)
        card.body.addWidget(line)
        return card

    def _set_scheduling(self, account: str, on: bool) -> None:
        self.edit(lambda draft: replace(draft, scheduling=draft.scheduling | {account} if on else draft.scheduling - {account}))


class _AmberCard(QFrame):
    """A calendar that cannot be used."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        draw_rounded(painter, self.rect(), 12, c.amber_soft, c.amber_line)
        draw_icon(painter, "calendar_inactive", QRectF(16, 13, 24, 24), c.amber)
