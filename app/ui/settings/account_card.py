"""One connected account: what it is, how it is, and what it is used for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app.domain.connecting import AccountChoice
from app.domain.connections import Account, ProviderKind, Role
from app.i18n import _
from app.ui import messages, theme
from app.ui.settings import account_words as words
from app.ui.settings.blocking import BlockingChoice
from app.ui.settings.lost_cards import Help
from app.ui.settings.state import SettingsState, is_local
from app.ui.settings.tile import Tile
from app.ui.widgets import Badge, Button, Card, CheckBox, ChoiceRow, Divider, Label, Spinner, column, row
from app.ui.widgets.base import draw_rounded, painter_for
from app.ui.widgets.icons import draw_icon

_SIDE = 16
_ICONS = {ProviderKind.ICS: "link-simple"}
"""Those of kinds that nobody in particular provides."""


class AccountCard(Card):
    """Drawn for an account as it stands; ``show_state`` follows what changes without a new card: the draft, the time, how far
    the first reading has come. Signals carry the account's id."""

    choice_changed = Signal(str, object)
    disconnect_requested = Signal(str)
    reconnect_requested = Signal(str)
    stop_requested = Signal(str)
    help_requested = Signal(object)
    import_requested = Signal(str)
    export_requested = Signal(str)

    def __init__(self, account: Account, state: SettingsState, *, blocks_open: bool, parent: QWidget | None = None) -> None:
        super().__init__(padding=0, parent=parent)
        self.account = account
        self._amber = account.signed_out
        self._choice = state.draft.choice(account.id)
        self.sync: ChoiceRow | None = None
        self.scheduling: ChoiceRow | None = None
        self.blocks: BlockingChoice | None = None
        self._progress: _Progress | None = None
        self.setAccessibleName(self.name)
        self._add_head(state)
        if account.signed_out:
            self._add_sign_in(state)
        if words.first_reading(account, state):
            self._add_progress()
        self._add_end_of_sign_in(state)
        self._add_flaws(state)
        self.body.addWidget(Divider())
        self._add_choices(state, blocks_open)
        if is_local(account):
            self._add_files(state)
        self.show_state(state)

    @property
    def name(self) -> str:
        return messages.provider_name(self.account.provider)

    def show_state(self, state: SettingsState) -> None:
        """Shows the choices of the draft, and what follows from them."""
        account = self.account
        self._choice = choice = state.draft.choice(account.id)
        line, faint = words.account_line(account, state)
        self._line.setText(line)
        self._line.setVisible(bool(line))
        self._line.set_tone("faint" if faint else "muted")
        if self._progress is not None:
            self._progress.show_words(words.reading_words(state.reading.get(account.id, 0)))
        if self.sync is not None:
            _show(self.sync, choice.sync)
            self.sync.set_words(_("Calendar sync"), words.sync_words(choice.sync))
        if self.scheduling is not None:
            _show(self.scheduling, choice.scheduling)
            was_on = state.base.choice(account.id).scheduling
            several = not is_local(account)
            effect = words.scheduling_words(choice.scheduling, was_on, several=several)
            self.scheduling.set_words(_("Meeting scheduling pages"), effect)
        if self.blocks is not None:
            self.blocks.show_policy(choice.policy)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._amber:
            super().paintEvent(event)
            return
        c = theme.colours()
        draw_rounded(painter_for(self), self.rect(), 12, c.amber_soft, c.amber_line)

    # Parts

    def _add_head(self, state: SettingsState) -> None:
        account = self.account
        head = row(gap=12, margins=(_SIDE, 16, _SIDE, 16))
        head.addWidget(Tile(_ICONS.get(account.provider, f"provider_{account.provider.value}"), soft=False))
        lines = column(gap=2)
        title = row(gap=10)
        title.addWidget(Label(self.name, "sub"))
        badge = words.standing(account, state)
        title.addWidget(Badge(badge.words, badge.kind, icon=badge.icon, outlined=self._amber))  # type: ignore[arg-type]
        title.addStretch(1)
        lines.addLayout(title)
        self._line = Label(words.account_line(account, state)[0], "small", "muted", wrap=True)
        lines.addWidget(self._line)
        head.addLayout(lines, 1)
        self.leave = self._button("disconnect", _("Disconnect"), "secondary", self.disconnect_requested)
        head.addWidget(self.leave)
        self.body.addLayout(head)

    def _add_sign_in(self, state: SettingsState) -> None:
        """What it means that the sign-in was lost, and the cure."""
        lines = column(gap=2, margins=(_SIDE + 52, 0, _SIDE, 16))
        lost = [each for each in state.inactive if each.account == self.account.id]
        at = min((each.since for each in lost if each.since), default=0)
        text = _("Aftale is no longer signed in.")
        if lost and at:
            text += " " + _("Since {time} nobody can book you.").format(time=words.since(at, state))
        elif lost:
            text += " " + _("Until you sign in again, nobody can book you.")
        label = Label(text, "small", "muted", wrap=True)
        label.set_strong(_("nobody can book you"))
        lines.addWidget(label)
        lines.addSpacing(10)
        line = row(gap=8)
        line.addWidget(self._button("reconnect", _("Sign in again"), "primary", self.reconnect_requested))
        line.addStretch(1)
        lines.addLayout(line)
        self.body.addLayout(lines)

    def _add_progress(self) -> None:
        self._progress = _Progress()
        stop = self._button("stop", _("Not now"), "ghost", self.stop_requested)
        self._progress.add(stop)
        self.body.addWidget(self._progress)

    def _add_end_of_sign_in(self, state: SettingsState) -> None:
        text, soon = words.sign_in_ends(self.account, state)
        if not text:
            return
        line = row(gap=10, margins=(_SIDE + 4, 0, _SIDE, 14))
        line.addWidget(Note("status_warning" if soon else "info", text, amber=soon), 1, Qt.AlignmentFlag.AlignVCenter)
        how = Button(_("How to keep it"), "ghost", "small", flush=True)
        how.setObjectName(f"publish {self.account.id}")
        how.clicked.connect(lambda: self.help_requested.emit(Help(how, text, messages.how_to_publish())))
        line.addWidget(how)
        self.body.addLayout(line)

    def _add_flaws(self, state: SettingsState) -> None:
        """What of its calendars cannot be read as it should: whoever makes them can mend that."""
        found = [text for each in state.calendars_of(self.account.id) for text in words.flaw_words(each)]
        if not found:
            return
        lines = column(gap=6, margins=(_SIDE + 4, 0, _SIDE, 14))
        for text in found:
            lines.addWidget(Note("status_warning", text, amber=True))
        lines.addWidget(Note("info", _("Whoever looks after this calendar can put that right.")))
        self.body.addLayout(lines)

    def _add_choices(self, state: SettingsState, blocks_open: bool) -> None:
        account = self.account
        lines = column(gap=14, margins=(_SIDE, 14, _SIDE, 16))
        use = words.used_for(account)
        if use:
            lines.addWidget(Note("info", use))
        if account.primary and not is_local(account) and account.role is not Role.BOOKING:
            self.sync = self._choice_row(lines, "sync", lambda choice, on: replace(choice, sync=on))
        if account.primary and account.role is not Role.SYNC:
            self.scheduling = self._choice_row(lines, "scheduling", lambda choice, on: replace(choice, scheduling=on))
        self.body.addLayout(lines)
        self.body.addWidget(Divider())
        self.blocks = BlockingChoice(account.id, self.name, self._choice.policy, opened=blocks_open)
        self.blocks.changed.connect(lambda policy: self._choose(replace(self._choice, policy=policy)))
        holder = row(margins=(_SIDE, 12, _SIDE, 12))
        holder.addWidget(self.blocks)
        self.body.addLayout(holder)

    def _choice_row(self, lines: QVBoxLayout, name: str, change: Callable[[AccountChoice, bool], AccountChoice]) -> ChoiceRow:
        line = ChoiceRow(CheckBox(), "")
        line.box.setObjectName(f"{name} {self.account.id}")
        line.toggled.connect(lambda on: self._choose(change(self._choice, on)))
        lines.addWidget(line)
        return line

    def _add_files(self, state: SettingsState) -> None:
        """Calendar files of what is kept here."""
        found = state.calendars_of(self.account.id)
        if not found:
            return
        self.body.addWidget(Divider())
        line = row(gap=8, margins=(_SIDE, 10, _SIDE, 10))
        files = Label(_("Move events in or out as a calendar file (.ics)"), "small", "muted", wrap=True)
        line.addWidget(files, 1, Qt.AlignmentFlag.AlignVCenter)
        for name, text, signal in (
            ("import", _("Import…"), self.import_requested),
            ("export", _("Export…"), self.export_requested),
        ):
            button = Button(text, "secondary", "small")
            button.setObjectName(f"{name} {found[0].id}")
            button.clicked.connect(lambda _checked=False, signal=signal: signal.emit(found[0].id))
            line.addWidget(button)
        self.body.addLayout(line)

    def _button(self, name: str, text: str, kind: str, signal: object) -> Button:
        button = Button(text, kind, "small")  # type: ignore[arg-type]
        button.setObjectName(f"{name} {self.account.id}")
        button.setAccessibleDescription(f"{self.name} {self.account.email}".strip())
        button.clicked.connect(lambda: signal.emit(self.account.id))  # type: ignore[attr-defined]
        return button

    def _choose(self, choice: AccountChoice) -> None:
        self._choice = choice
        self.choice_changed.emit(self.account.id, choice)


class Note(QWidget):
    """An icon and a line of small words beside it."""

    def __init__(self, icon: str, text: str, *, amber: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self._is_amber = icon, amber
        line = row(margins=(26, 0, 0, 0), on=self)
        line.addWidget(Label(text, "label", "amber" if amber else "muted", wrap=True), 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        c = theme.colours()
        top = (theme.line("label") - 16) // 2 if self.height() > theme.line("label") * 1.5 else (self.height() - 16) // 2
        draw_icon(painter_for(self), self._icon, QRectF(1, top, 16, 16), c.amber if self._is_amber else c.text_muted)


class _Progress(QWidget):
    """The first reading: a spinner, how far it has come, and the way to do it later."""

    def __init__(self) -> None:
        super().__init__()
        self._lines = row(gap=10, margins=(_SIDE + 12, 0, _SIDE, 14), on=self)
        self._spinner = Spinner(_("Reading"), 16)
        self._spinner.run(True)
        self._lines.addWidget(self._spinner)
        self._words = Label("", "small", "muted", wrap=True)
        self._lines.addWidget(self._words, 1, Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    def add(self, button: Button) -> None:
        self._lines.addWidget(button)

    def show_words(self, text: str) -> None:
        self._words.setText(text)

    def sizeHint(self) -> QSize:
        return QSize(300, max(theme.sized(32) + 14, super().sizeHint().height()))


def _show(line: ChoiceRow, on: bool) -> None:
    if line.box.isChecked() != on:
        blocked = line.box.blockSignals(True)
        line.box.setChecked(on)
        line.box.blockSignals(blocked)
