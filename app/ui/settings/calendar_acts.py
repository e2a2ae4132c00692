"""What the calendars panel does at once, without Save: connect and disconnect, the cures of inactive calendars, calendar files,
help."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog

from app.domain.connections import Account, Calendar, CalendarState, booking_calendar
from app.i18n import _, ngettext
from app.ui.dashboard import cures, letters
from app.ui.runtime import tasks
from app.ui.settings import account_words as words
from app.ui.settings.calendar_help import HelpWithLetter
from app.ui.settings.lost_cards import Help
from app.ui.settings.state import SettingsState, is_local
from app.ui.settings.view import SettingsWindow
from app.ui.widgets import Button, HelpPopover, Question, toast

if TYPE_CHECKING:
    from app.services.workspace import Workspace
    from app.ui.connect.controller import ConnectController


class Host(Protocol):
    """The controller of the window, as far as it is needed here."""

    @property
    def state(self) -> SettingsState | None: ...

    def work(self, work: Coroutine[Any, Any, Any], done: Callable[[Any], None] | None = None) -> None:
        """Runs ``work`` while the window is open; what goes wrong is told in its footer."""

    def redraw(self) -> None:
        """Draws what is known anew, so that no button stays busy."""


class CalendarActs(QObject):
    """One for an open window. ``connected`` carries the account that was connected."""

    connected = Signal(object)

    def __init__(self, workspace: Workspace, window: SettingsWindow, host: Host) -> None:
        super().__init__(window)
        self._workspace, self._window, self._host = workspace, window, host
        self._dialog: ConnectController | None = None
        panel = window.calendars
        panel.connect_requested.connect(self._connect)
        panel.connect_local_requested.connect(self._connect_local)
        panel.disconnect_requested.connect(lambda account: host.work(self._ask_to_disconnect(account)))
        panel.reconnect_requested.connect(self._reconnect)
        panel.reconnect_calendar_requested.connect(self._reconnect_calendar)
        panel.stop_requested.connect(self._stop)
        panel.check_requested.connect(lambda calendar: host.work(self._check_again(calendar)))
        panel.ask_requested.connect(self._ask_for_access)
        panel.remove_requested.connect(lambda calendar: host.work(cures.remove(workspace, window, calendar, host.work)))
        panel.doubt_settled.connect(self._settle)
        panel.help_requested.connect(self._help)
        panel.import_requested.connect(self._import)
        panel.export_requested.connect(self._export)

    # Connecting

    def _connect(self) -> None:
        self._connect_dialog().open(self._window)

    def _reconnect(self, account: str) -> None:
        found = self._account(account)
        if found is not None:
            self._connect_dialog().reconnect(self._window, found)

    def _reconnect_calendar(self, calendar: str) -> None:
        found = self._calendar(calendar)
        if found is not None:
            self._reconnect(found.account)

    def _connect_dialog(self) -> ConnectController:
        if self._dialog is None:
            from app.ui.connect.controller import ConnectController

            self._dialog = ConnectController(self._workspace, self)
            self._dialog.connected.connect(self.connected)
            self._dialog.reconnected.connect(lambda _account: self._say(_("You are signed in again")))
            self._dialog.privacy_requested.connect(lambda: self._window.lead_to("privacy"))
        return self._dialog

    def _connect_local(self) -> None:
        zone = self._workspace.settings.current.profile.zone
        work = self._workspace.accounts.connect_local(_("On this computer"), zone)
        self._host.work(work, lambda _account: self._say(_("Connected")))

    def _stop(self, account: str) -> None:
        self._workspace.sync.stop_first(account)
        self._say(_("Aftale goes on reading a little later."))

    # Disconnecting

    async def _ask_to_disconnect(self, account: str) -> None:
        found = self._account(account)
        if found is None:
            return
        question = self._local_question() if is_local(found) else self._outside_question(found)
        await tasks.ask(question)
        if question.answer == "disconnect":
            await self._disconnect(account)
        elif question.answer == "export":
            calendars = await self._workspace.accounts.calendars()
            self._export(next((each.id for each in calendars if each.account == account), ""))

    async def _disconnect(self, account: str) -> None:
        accounts = self._workspace.accounts
        before = booking_calendar(await accounts.accounts(), await accounts.calendars())
        await accounts.disconnect(account)
        after = booking_calendar(await accounts.accounts(), await accounts.calendars())
        if before is not None and after is None:
            self._say(_("Disconnected. Your pages take requests now."))
        else:
            self._say(_("Disconnected"))

    def _local_question(self) -> Question:
        return Question(
            self._window,
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
            width=480,
        )

    def _outside_question(self, account: Account) -> Question:
        """Says what stays, and leads to the provider's own page for taking the permission back."""
        assert self._host.state is not None
        question = Question(
            self._window,
            words.disconnect_title(account),
            words.disconnect_words(account, self._host.state),
            (("keep", _("Stay connected"), "secondary"), ("disconnect", _("Disconnect"), "danger")),
            width=480,
        )
        page = words.connections_page(account.provider)
        if page:
            text = words.revoke_words(account.provider)
            link = Button(f"&{text}", "ghost", "small", icon_after="open_outside", flush=True)
            link.setAccessibleName(text)
            link.setAccessibleDescription(page)
            link.clicked.connect(lambda: self._open(page))
            question.body.insertWidget(question.body.count() - 1, link, 0, Qt.AlignmentFlag.AlignLeft)
        return question

    # Cures

    async def _check_again(self, calendar: str) -> None:
        accounts = self._workspace.accounts
        found = await accounts.check_again(calendar)
        # One that is still lost keeps the pages closed, whichever it is.
        left = [each for each in (found, *await accounts.calendars()) if each.state is CalendarState.INACTIVE and each.checked]
        if left:
            self._say(_("Aftale still cannot read {calendar}").format(calendar=left[0].name), icon="status_warning")
            self._host.redraw()
        else:
            self._say(_("Guests can book you again."))

    def _settle(self, calendar: str, follow: bool) -> None:
        said = _("Aftale follows the calendar") if follow else _("Aftale keeps what it knows")
        self._host.work(self._workspace.accounts.settle_doubt(calendar, follow), lambda _none: self._say(said))

    # Letters and help

    def _ask_for_access(self, calendar: str) -> None:
        found = self._calendar(calendar)
        account = self._account(found.account) if found is not None else None
        if found is None or account is None:
            return
        owner = self._workspace.settings.current.profile.name
        subject, text = letters.access(found.name, found.owner_name, owner, account.email)
        if not self._open(letters.mail_link(found.owner, subject, text)):
            QGuiApplication.clipboard().setText(f"{found.owner}\n\n{text}")
            self._say(_("No mail program opened. The e-mail was copied instead."), icon="info")

    def _help(self, wanted: Help) -> None:
        found = self._calendar(wanted.letter) if wanted.letter else None
        account = self._account(found.account) if found is not None else None
        if found is None or account is None:
            HelpPopover(wanted.button, wanted.title, wanted.text).open_at(wanted.button)
            return
        from app.ui.connect.help import more_access

        help = more_access(account.provider)
        if not found.owner:
            HelpPopover(wanted.button, help.title, help.text).open_at(wanted.button)
            return
        popover = HelpWithLetter(wanted.button, help.title, help.text, found.owner_name)
        popover.letter_requested.connect(lambda: self._ask_for_access(found.id))
        popover.open_at(wanted.button)

    # Calendar files

    def _import(self, calendar: str) -> None:
        dialog = QFileDialog(self._window, _("Import events"), "", _("Calendar files (*.ics)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self._host.work(self._read_file(calendar, Path(path))))
        dialog.open()

    async def _read_file(self, calendar: str, path: Path) -> None:
        loop = asyncio.get_running_loop()
        try:
            text = await loop.run_in_executor(None, lambda: path.read_text(encoding="utf-8", errors="replace"))
        except OSError:
            self._say(_("{file} cannot be read").format(file=path.name), icon="status_warning")
            return
        brought = await self._workspace.accounts.import_ics(calendar, text)
        many = brought.events + brought.series
        self._say(
            ngettext("{count} event is in your calendar now", "{count} events are in your calendar now", many).format(
                count=many
            )
        )

    def _export(self, calendar: str) -> None:
        dialog = QFileDialog(self._window, _("Export events"), "Aftale.ics", _("Calendar files (*.ics)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("ics")
        dialog.fileSelected.connect(lambda path: self._host.work(self._write_file(calendar, Path(path))))
        dialog.open()

    async def _write_file(self, calendar: str, path: Path) -> None:
        text = await self._workspace.accounts.export_ics(calendar)
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(None, lambda: path.write_text(text, encoding="utf-8", newline=""))
        except OSError:
            self._say(_("{file} cannot be written").format(file=path.name), icon="status_warning")
            return
        self._say(_("Saved as {file}").format(file=path.name))

    # Small things

    def _account(self, account: str) -> Account | None:
        state = self._host.state
        return next((each for each in state.accounts if each.id == account), None) if state is not None else None

    def _calendar(self, calendar: str) -> Calendar | None:
        state = self._host.state
        return next((each for each in state.calendars if each.id == calendar), None) if state is not None else None

    def _open(self, link: str) -> bool:
        return QDesktopServices.openUrl(QUrl(link))

    def _say(self, text: str, *, action: str = "", call: Callable[[], None] | None = None, icon: str = "status_ok") -> None:
        toast(self._window, text, action=action, call=call, icon=icon)
