"""Data and privacy (``desktop-30``): backups, taking everything away, somebody who asks, how long is remembered, what Aftale
may be connected to, and the end of it all.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from app.domain.settings import Retention
from app.i18n import _, ngettext
from app.ui.settings.panel import Panel
from app.ui.settings.privacy_rows import ActRow
from app.ui.settings.privacy_words import stock_words
from app.ui.settings.state import SettingsState, is_local
from app.ui.widgets import Banner, Button, Card, ChoiceRow, Divider, Label, Option, Select, Switch, column, row

MONTHS, DAYS, LOG_DAYS = (3, 6, 12, 24, 0), (7, 30, 90, 365), (3, 7, 14, 30)
BACKUP, BACKUPS, EXPORT, PERSON, MOVE, SUPPORT = "backup", "backups", "export", "person", "move", "support"
_ICONS = {
    BACKUP: "backup",
    BACKUPS: "arrow-counter-clockwise",
    EXPORT: "export",
    PERSON: "find_person",
    MOVE: "laptop",
    SUPPORT: "file-arrow-down",
}
_STOPPABLE = (EXPORT, MOVE)


class PrivacyPanel(Panel):
    """What is done at once is asked for with ``act_requested`` (one of the names above), ``stop_requested``,
    ``delete_requested`` and ``belief_requested``; how long is remembered and *personal e-mail access* (CON-5) wait for Save."""

    act_requested = Signal(str)
    stop_requested = Signal(str)
    delete_requested = Signal()
    belief_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._doubt = Banner("amber", "", "", (("believe", "", "secondary"),), icon="set_availability")
        self._doubt.action_requested.connect(lambda _id: self.belief_requested.emit())
        self._doubtful = QWidget()
        column(margins=(0, 0, 0, 16), on=self._doubtful).addWidget(self._doubt)
        self._doubtful.hide()
        self.lines.addWidget(self._doubtful)
        self.acts = {name: ActRow(icon, stoppable=name in _STOPPABLE) for name, icon in _ICONS.items()}
        self.lines.addWidget(self._make_card())
        self.lines.addSpacing(24)
        self._make_spans()
        self.lines.addSpacing(24)
        self._access = ChoiceRow(Switch(), "")
        self._stays = Label("", "small", "muted", wrap=True)
        self.lines.addWidget(self._access)
        self.lines.addWidget(self._stays)
        self.lines.addSpacing(20)
        self.lines.addWidget(Divider())
        self.lines.addSpacing(16)
        self._make_end()
        self.lines.addStretch(1)
        self._connect()
        self.retranslate()

    def show_work(self, name: str, words: str) -> None:
        """What is under way in a row; empty: nothing is."""
        self.acts[name].work(words)

    # State

    def render_state(self, state: SettingsState) -> None:
        super().render_state(state)
        self._show_access(state)
        kept = state.draft.retention
        for select, value in zip(self._spans, (kept.bookings, kept.attempts, kept.addresses), strict=True):
            if select.value() != value:
                self._fill_spans(kept)
        self._doubtful.setVisible(state.clock_doubted)
        self._show_stock()

    def rows(self) -> list[tuple[str, QWidget]]:
        named = [(act.title, act.button) for act in self.acts.values()]
        spans = [(select.label, select.box) for select in self._spans]
        # First what other panels lead to.
        access = (_("Personal e-mail access"), self._access.box)
        return [access, *named, *spans, (self._end_title.text(), self.delete)]

    def retranslate(self) -> None:
        self.set_words(_("Data and privacy"), _("Everything lies on this computer. You decide how long."))
        words = {
            BACKUP: (_("Your data"), "", _("Back up now")),
            BACKUPS: (_("Backups"), _("Put back what was here on another day."), _("Show backups…")),
            EXPORT: (_("Export all"), _("Your contacts and meetings as plain files."), _("Export…")),
            PERSON: (
                _("Someone asks what you know"),
                _("Collects everything about one person, to send or to delete."),
                _("Find a person…"),
            ),
            MOVE: (
                _("Another computer"),
                _("One file with everything. You sign in to your calendars again there."),
                _("Move…"),
            ),
            SUPPORT: (
                _("Ask for help"),
                _("Settings and log without names. You read them before anyone else does."),
                _("Collect…"),
            ),
        }
        for name, row_words in words.items():
            self.acts[name].set_words(*row_words)
        self._show_stock()
        self._doubt.show_words(
            _("Nothing is deleted: the clock has jumped"),
            _("This computer’s clock stands more than a year later than when Aftale last looked."),
            (("believe", _("The date is right"), "secondary"),),
        )
        self._spans_heading.setText(_("How long Aftale remembers"))
        for select, label in zip(
            self._spans, (_("Meetings and answers"), _("Booking attempts"), _("Log of the program")), strict=True
        ):
            select.set_label(label)
        self._spans_note.setText(_("Meetings count from their end. Visits to your pages are not kept at all."))
        self._fill_spans(self.state.draft.retention if self.state is not None else Retention())
        self._end_title.setText(_("Delete everything"))
        self._end_text.setText(_("Contacts, meetings, pages, sign-in keys, backups. Your calendar stays with its provider."))
        self.delete.setText(_("Delete…"))
        self.delete.setAccessibleDescription(self._end_title.text())

    # Parts

    def _make_card(self) -> Card:
        card = Card()
        card.set_padding(0, 2, 0, 2)
        for number, act in enumerate(self.acts.values()):
            if number:
                card.body.addWidget(Divider())
            card.body.addWidget(act)
        return card

    def _make_spans(self) -> None:
        self._spans_heading = Label("", "sub")
        self._spans_note = Label("", "small", "muted", wrap=True)
        self._spans = (Select(), Select(), Select())
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        for at, select in enumerate(self._spans):
            grid.addWidget(select, 0, at, Qt.AlignmentFlag.AlignBottom)
            grid.setColumnStretch(at, 1)
        self.lines.addWidget(self._spans_heading)
        self.lines.addSpacing(12)
        self.lines.addLayout(grid)
        self.lines.addSpacing(6)
        self.lines.addWidget(self._spans_note)

    def _make_end(self) -> None:
        self._end_title = Label("", "body_medium", wrap=True)
        self._end_text = Label("", "small", "muted", wrap=True)
        self.delete = Button("", "danger_outline")
        words = column(gap=2)
        words.addWidget(self._end_title)
        words.addWidget(self._end_text)
        line = row(gap=16)
        line.addLayout(words, 1)
        line.addWidget(self.delete)
        self.lines.addLayout(line)

    def _connect(self) -> None:
        for name, act in self.acts.items():
            act.pressed.connect(lambda name=name: self.act_requested.emit(name))
            act.stopped.connect(lambda name=name: self.stop_requested.emit(name))
        bookings, attempts, addresses = self._spans
        bookings.chosen.connect(lambda value: self._keep(bookings=value))
        attempts.chosen.connect(lambda value: self._keep(attempts=value))
        addresses.chosen.connect(lambda value: self._keep(addresses=value))
        self._access.toggled.connect(lambda on: self.edit(lambda draft: replace(draft, email_access=on)))
        self.delete.clicked.connect(self.delete_requested)

    def _keep(self, **changes: object) -> None:
        self.edit(lambda draft: replace(draft, retention=replace(draft.retention, **changes)))  # type: ignore[arg-type]

    def _fill_spans(self, kept: Retention) -> None:
        bookings, attempts, addresses = self._spans
        months = [Option(each, _months(each)) for each in _with(MONTHS, kept.bookings)]
        bookings.set_options(months, kept.bookings)
        attempts.set_options([Option(each, _days(each)) for each in _with(DAYS, kept.attempts)], kept.attempts)
        addresses.set_options([Option(each, _days(each)) for each in _with(LOG_DAYS, kept.addresses)], kept.addresses)

    def _show_stock(self) -> None:
        if self.state is not None:
            words = stock_words(self.state.stock, self.state.now, self.state.draft.profile.zone)
            self.acts[BACKUP].set_text(words)

    def _show_access(self, state: SettingsState) -> None:
        on = state.draft.email_access
        box = self._access.box
        if isinstance(box, Switch) and box.isChecked() != on:
            box.set_on(on)
        if on:
            effect = _(
                "Aftale may connect an e-mail account to use its calendar. It never reads your e-mail. Before each account you "
                "read what Aftale sees and writes."
            )
        else:
            effect = _("No e-mail account can be connected. The calendar on this computer needs none.")
        connected = not on and any(not is_local(each) for each in state.accounts)
        if connected:
            effect = _("No further e-mail account can be connected.")
        self._access.set_words(_("Personal e-mail access"), effect)
        self._stays.setText(
            _("Accounts that are connected already stay connected. Disconnect them under Calendars.") if connected else ""
        )
        self._stays.setVisible(connected)


def _with(usual: tuple[int, ...], value: int) -> tuple[int, ...]:
    """The usual choices, and what was chosen elsewhere; *for ever* last."""
    return tuple(sorted({*usual, value}, key=lambda each: (each <= 0, each)))


def _months(count: int) -> str:
    if count <= 0:
        return _("Until I delete them")
    if count % 12 == 0:
        return ngettext("{count} year", "{count} years", count // 12).format(count=count // 12)
    return ngettext("{count} month", "{count} months", count).format(count=count)


def _days(count: int) -> str:
    if count <= 0:
        return _("Until I delete them")
    if count % 365 == 0:
        return ngettext("{count} year", "{count} years", count // 365).format(count=count // 365)
    return ngettext("{count} day", "{count} days", count).format(count=count)
