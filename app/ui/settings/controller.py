"""Between the settings window and the services: loads, previews, saves all or nothing, and asks before changes are lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QPushButton, QWidget

from app import i18n
from app.domain.connections import CalendarState
from app.domain.errors import AftaleError
from app.domain.events import CalendarChanged, PagesChanged, SettingsSaved
from app.domain.settings import Appearance
from app.i18n import _, ngettext
from app.ui import messages, theme
from app.ui.runtime import tasks
from app.ui.settings.state import Draft, SettingsState, applied, draft_of, rebased
from app.ui.settings.view import SettingsWindow
from app.ui.widgets import HelpPopover, Option, Question, toast

if TYPE_CHECKING:
    from app.services.workspace import Workspace


def apply_appearance(appearance: Appearance) -> None:
    """Puts look, text size, language and clock into force in all open windows."""
    theme.active().apply(appearance.theme.value, appearance.text_size)
    if i18n.current() != i18n.Wording(appearance.language.value, appearance.clock_24):
        i18n.use(appearance.language.value, appearance.clock_24)
        theme.retranslate_all()


class SettingsController(QObject):
    """One window at a time. ``appearance_changed`` follows each preview and each way back, after it is in force."""

    appearance_changed = Signal(object)

    def __init__(self, workspace: Workspace, zones: Callable[[str], tuple[Option, ...]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.workspace, self._zones = workspace, zones
        self._window: SettingsWindow | None = None
        self._state: SettingsState | None = None
        self._ends: list[Callable[[], None]] = []

    @property
    def window(self) -> SettingsWindow | None:
        """The open window, if there is one."""
        return self._window

    def open(self, parent: QWidget | None, panel: str = "") -> None:
        """Shows the window, at ``panel`` if one is named."""
        if self._window is None:
            self._window = SettingsWindow(self._zones, parent)
            self._connect(self._window)
            self._reload()
        if panel:
            self._window.show_panel(panel)
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()

    def close(self) -> None:
        """Closes the window and forgets what was not saved."""
        if self._window is not None:
            self._revert()
            self._window.allow_close()

    # State

    def _connect(self, window: SettingsWindow) -> None:
        window.edited.connect(self._edited)
        window.hours_read.connect(self._hours_read)
        window.save_requested.connect(self._save)
        window.close_requested.connect(self._ask_to_close)
        window.left.connect(self._closed)
        window.calendars.connect_requested.connect(self._connect_local)
        window.calendars.disconnect_requested.connect(self._disconnect)
        window.calendars.check_requested.connect(self._check)
        window.calendars.remove_requested.connect(self._remove)
        window.calendars.help_requested.connect(self._help)
        window.calendars.import_requested.connect(self._import)
        window.calendars.export_requested.connect(self._export)
        announcer = self.workspace.announcer
        for fact in (SettingsSaved, CalendarChanged, PagesChanged):
            self._ends.append(announcer.subscribe(fact, lambda _fact: self._reload()))

    def _closed(self) -> None:
        for end in self._ends:
            end()
        self._ends.clear()
        self._window = self._state = None

    def _reload(self) -> None:
        if self._window is not None:
            tasks.latest("load", self._load(), owner=self._window, done=self._loaded, failed=self._failed)

    async def _load(self) -> SettingsState:
        workspace = self.workspace
        accounts, calendars = await workspace.accounts.accounts(), await workspace.accounts.calendars()
        pages = len(await workspace.pages.all())
        # Finding all zones reads folders; the panel that lists them finds them known.
        zone = workspace.settings.current.profile.zone
        await asyncio.get_running_loop().run_in_executor(None, self._zones, zone)
        base = draft_of(workspace.settings.current, accounts)
        return SettingsState(base, base, accounts, calendars, pages, workspace.clock.now())

    def _loaded(self, fresh: SettingsState) -> None:
        if self._state is not None:
            fresh = replace(fresh, draft=rebased(self._state, fresh.base), hours_valid=self._state.hours_valid)
        self._show(fresh)

    def _show(self, state: SettingsState, failed: str = "") -> None:
        self._state = state
        if self._window is not None:
            self._window.render_state(state, failed=failed)

    def _edited(self, draft: Draft) -> None:
        if self._state is None:
            return
        before = self._state.draft.appearance
        self._show(replace(self._state, draft=draft))
        if draft.appearance != before:
            self._preview(draft.appearance)

    def _hours_read(self, valid: bool) -> None:
        if self._state is not None and self._state.hours_valid != valid:
            self._show(replace(self._state, hours_valid=valid))

    def _preview(self, appearance: Appearance) -> None:
        apply_appearance(appearance)
        self.appearance_changed.emit(appearance)

    def _revert(self) -> None:
        if self._state is not None and self._state.draft.appearance != self._state.base.appearance:
            self._preview(self._state.base.appearance)

    # Saving

    def _save(self) -> None:
        state, window = self._state, self._window
        if state is None or window is None or not state.dirty:
            return
        if state.problems:
            window.show_problem()
            return
        window.render_state(state, saving=True)
        tasks.start(self._write(state), owner=window, done=lambda _none: self._saved(), failed=self._not_saved)

    async def _write(self, state: SettingsState) -> None:
        """Saves the document first: it is what can be refused. The accounts follow."""
        workspace = self.workspace
        await workspace.settings.save(applied(workspace.settings.current, state.draft))
        for account in state.accounts:
            on = account.id in state.draft.scheduling
            if on != account.scheduling:
                await workspace.accounts.set_scheduling(account.id, on)

    def _saved(self) -> None:
        if self._window is not None:
            toast(self._window, _("Saved"))
        self._reload()

    def _not_saved(self, error: AftaleError) -> None:
        words = messages.error_words(error)
        if self._state is not None:
            self._show(self._state, f"{words.title} {words.text}".strip())

    def _ask_to_close(self) -> None:
        if self._window is not None:
            tasks.start(self._asked(self._window), owner=self._window, failed=self._not_saved)

    async def _asked(self, window: SettingsWindow) -> None:
        state = self._state
        if state is None:
            return
        question = Question(
            window,
            _("Save changes?"),
            "",
            (("stay", _("Keep editing"), "ghost"), ("discard", _("Discard"), "secondary"), ("save", _("Save"), "primary")),
        )
        await tasks.ask(question)
        if question.answer == "discard":
            self._revert()
            window.allow_close()
        elif question.answer == "save" and state.problems:
            window.show_problem()
        elif question.answer == "save":
            await self._write(state)
            window.allow_close()

    # Calendars: at once

    def _connect_local(self) -> None:
        zone = self.workspace.settings.current.profile.zone
        self._work(
            self.workspace.accounts.connect_local(_("On this computer"), zone), lambda _account: self._say(_("Connected"))
        )

    def _disconnect(self, account: str) -> None:
        if self._window is not None:
            self._work(self._ask_to_disconnect(self._window, account))

    async def _ask_to_disconnect(self, window: SettingsWindow, account: str) -> None:
        question = Question(
            window,
            _("Disconnect the calendar on this computer?"),
            _(
                "The events that you put in it are deleted. Bookings stay in Aftale, and your pages stay open: "
                "people send requests and you answer each one."
            ),
            (
                ("export", _("Export first…"), "ghost"),
                ("keep", _("Keep it"), "secondary"),
                ("disconnect", _("Disconnect"), "danger"),
            ),
        )
        await tasks.ask(question)
        if question.answer == "disconnect":
            await self.workspace.accounts.disconnect(account)
            self._say(_("Disconnected. Your pages take requests now."))
        elif question.answer == "export":
            calendars = await self.workspace.accounts.calendars()
            booking = next((each.id for each in calendars if each.account == account), "")
            self._export(booking)

    def _check(self, calendar: str) -> None:
        self._work(self._check_again(calendar))

    async def _check_again(self, calendar: str) -> None:
        found = await self.workspace.accounts.check_again(calendar)
        if found.state is CalendarState.ACTIVE:
            self._say(_("Guests can book you again."))
        else:
            self._say(_("Aftale still cannot read {calendar}").format(calendar=found.name))
            if self._window is not None and self._state is not None:
                self._window.calendars.retranslate()
                self._window.render_state(self._state)

    def _remove(self, calendar: str) -> None:
        if self._window is not None:
            self._work(self._ask_to_remove(self._window, calendar))

    async def _ask_to_remove(self, window: SettingsWindow, calendar: str) -> None:
        name = next((each.name for each in await self.workspace.accounts.calendars() if each.id == calendar), "")
        question = Question(
            window,
            _("Remove {calendar}?").format(calendar=name),
            _("Aftale no longer looks there before it offers a time. Its events stay where they are."),
            (("keep", _("Keep it"), "secondary"), ("remove", _("Remove calendar"), "danger")),
        )
        await tasks.ask(question)
        if question.answer == "remove":
            await self.workspace.accounts.remove_calendar(calendar)

    def _help(self, wanted: tuple[QPushButton, str, str]) -> None:
        button, title, text = wanted
        HelpPopover(button, title, text).open_at(button)

    # Calendar files

    def _import(self, calendar: str) -> None:
        if self._window is None:
            return
        dialog = QFileDialog(self._window, _("Import events"), "", _("Calendar files (*.ics)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self._work(self._read_file(calendar, Path(path))))
        dialog.open()

    async def _read_file(self, calendar: str, path: Path) -> None:
        loop = asyncio.get_running_loop()
        try:
            text = await loop.run_in_executor(None, lambda: path.read_text(encoding="utf-8", errors="replace"))
        except OSError:
            self._say(_("{file} cannot be read").format(file=path.name), "status_warning")
            return
        brought = await self.workspace.accounts.import_ics(calendar, text)
        many = brought.events + brought.series
        self._say(
            ngettext("{count} event is in your calendar now", "{count} events are in your calendar now", many).format(
                count=many
            )
        )

    def _export(self, calendar: str) -> None:
        if self._window is None:
            return
        dialog = QFileDialog(self._window, _("Export events"), "Aftale.ics", _("Calendar files (*.ics)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("ics")
        dialog.fileSelected.connect(lambda path: self._work(self._write_file(calendar, Path(path))))
        dialog.open()

    async def _write_file(self, calendar: str, path: Path) -> None:
        text = await self.workspace.accounts.export_ics(calendar)
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(None, lambda: path.write_text(text, encoding="utf-8", newline=""))
        except OSError:
            self._say(_("{file} cannot be written").format(file=path.name), "status_warning")
            return
        self._say(_("Saved as {file}").format(file=path.name))

    # Small things

    def _work(self, work: Coroutine[Any, Any, Any], done: Callable[[Any], None] | None = None) -> None:
        if self._window is not None:
            tasks.start(work, owner=self._window, done=done, failed=self._failed)
        else:
            work.close()

    def _failed(self, error: AftaleError) -> None:
        words = messages.error_words(error)
        if self._state is not None:
            self._show(self._state, f"{words.title} {words.text}".strip())

    def _say(self, text: str, icon: str = "status_ok") -> None:
        if self._window is not None:
            toast(self._window, text, icon=icon)
