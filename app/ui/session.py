"""What lives while a workspace is open in the window: tray, notices, the look that the settings ask for, and the state that the
next start draws. Here stands what closing the window and quitting mean.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication

from app import i18n
from app.domain.clock import HOUR, Instant
from app.domain.connections import ProviderKind
from app.domain.errors import AftaleError
from app.domain.events import SettingsSaved
from app.domain.notices import Notice, NoticeKind
from app.domain.overview import Overview, Reachability
from app.domain.settings import Theme
from app.i18n import _
from app.ui import messages, theme, window_state
from app.ui.first_picture import Keeper
from app.ui.notice_desk import NoticeDesk
from app.ui.runtime import garbage, tasks
from app.ui.runtime.notifier import Notifier
from app.ui.shell import Shell
from app.ui.tray import Tray
from app.ui.tray_state import TODAY, rest_of_today, tray_state
from app.ui.widgets import Question, mark_icon, toast

if TYPE_CHECKING:
    from app.services.workspace import Workspace

KEEP_AFTER = 2000
"""Milliseconds of rest after which the first screen of the next start is kept."""


_ABOUT_NO_BOOKING = (NoticeKind.ATTEMPT, NoticeKind.CALENDAR, NoticeKind.SERVER, NoticeKind.ACCOUNT)


class Session(QObject):
    """``quit`` ends the program; it is called when the owner has agreed to everything that follows."""

    def __init__(self, shell: Shell, workspace: Workspace, folder: Path, quit: Callable[[], None]) -> None:
        super().__init__(shell)
        self.shell, self.workspace, self._folder, self._quit = shell, workspace, folder, quit
        self._quitting = False
        self.tray = Tray(self)
        self.notifier = Notifier(_mark(folder), self.tray, QApplication.beep)
        self.desk = NoticeDesk(workspace, self.notifier, self.answer, self)
        self._keeper = Keeper(shell.window, folder, self._picture_until, self._follows_system)
        self._keep = self._timer(lambda: self._do(self._keep_first_screen()))
        self._settle = self._timer(garbage.settle)
        self._end_following = workspace.announcer.subscribe(SettingsSaved, lambda fact: self._follow_look())
        self._connect()
        self._follow_look()
        shell.attach(workspace)
        self.desk.start()
        self._settle.start()
        self._do(self._ask_for_key())

    async def _ask_for_key(self) -> None:
        """Where the sign-ins of accounts are locked, their calendars are not read: the owner is asked for the key once
        (CON-10)."""
        accounts = await self.workspace.accounts.accounts()
        if all(each.provider is ProviderKind.LOCAL for each in accounts) or await self.workspace.key_needed() is None:
            return
        from app.ui.connect.unlocking import ask_for_key

        await ask_for_key(self.shell.window, self.workspace)

    async def close(self) -> None:
        """Lets go of the services in good order and keeps what the next start draws."""
        self._keeper.keep()
        self._end_following()
        self.desk.stop()
        self.tray.hide()
        self.shell.detach()
        self.shell.watch.changed.disconnect(self._show)
        for timer in (self._keep, self._settle):
            timer.stop()
        await self._keep_first_screen()
        await self.notifier.close()

    # Closing and quitting

    def close_requested(self) -> bool:
        """The window's close button: True lets it close. With a tray the program stays there, which is said once, unless the
        owner does not want it there."""
        if self._quitting:
            return True
        if not self.workspace.settings.current.desktop.stay_in_tray:
            self._do(self._ask_to_quit())
        elif self.tray.available:
            self._do(self._hide())
        else:
            self._do(self._ask_to_quit(minimise=True))
        return False

    async def _hide(self) -> None:
        if not await self.shell.leave():
            return
        current = self.workspace.settings.current
        if not current.first_run.told_tray:
            question = Question(
                self.shell.window,
                _("Aftale stays in the tray"),
                _("Your pages stay online, so people can go on booking you. You find Aftale next to the clock."),
                (("quit", _("Quit instead"), "ghost"), ("stay", _("Close the window"), "primary")),
            )
            await tasks.ask(question)
            if question.answer == "quit":
                await self._leave_for_good()
            if question.answer != "stay":
                return
            await self.workspace.settings.change(
                lambda stored: replace(stored, first_run=replace(stored.first_run, told_tray=True))
            )
        self.shell.window.hide()

    async def _ask_to_quit(self, *, minimise: bool = False) -> None:
        state = tray_state(self.shell.watch.current) if self.shell.watch.current is not None else None
        text = _("Your pages go offline until you start Aftale again. Meetings that are booked stay.")
        stay = ("minimise", _("Minimise instead"), "secondary") if minimise else ("stay", _("Cancel"), "secondary")
        go = ("quit", _("Quit and take pages offline") if state is None or state.serving else _("Quit"), "primary")
        question = Question(self.shell.window, _("Quit Aftale?"), text, (stay, go))  # type: ignore[arg-type]
        await tasks.ask(question)
        if question.answer == "minimise":
            self.shell.window.showMinimized()
        elif question.answer == "quit":
            await self._leave_for_good()

    async def _leave_for_good(self) -> None:
        """Quits unless something unsaved keeps the owner."""
        if await self.shell.leave():
            self._quitting = True
            self._quit()

    # What the tray and the notices lead to

    def show_window(self, booking: str = "") -> None:
        """Brings the window to the front, at a booking if one is named."""
        self.shell.window.raise_to_front()
        if booking:
            self.shell.show_meetings()
            self.shell.dashboard.open_booking(booking)

    def open_settings(self, panel: str = "") -> None:
        """Opens the settings over the window."""
        from app.ui.settings import open_settings

        self.shell.window.raise_to_front()
        settings = open_settings(self.shell.window, self.workspace, panel)
        settings.connected.connect(self._account_connected, Qt.ConnectionType.UniqueConnection)

    def _account_connected(self, account: object) -> None:
        """One lands on the dashboard, which greets the account (CON-3)."""
        self.shell.show_meetings()

    def answer(self, action: str, notice: Notice) -> None:
        """Does what a button of a notice says; the notice itself leads to its booking."""
        booking = "" if notice.kind in _ABOUT_NO_BOOKING else notice.target
        if action == "accept":
            tasks.start(self.workspace.bookings.accept(booking), self, failed=lambda error: self._not_accepted(booking, error))
        elif action == "decline":
            self.show_window()
            self.shell.dashboard.decline(booking)
        elif action == "write" and notice.email:
            QDesktopServices.openUrl(QUrl(f"mailto:{notice.email}"))
        elif action == "check":
            self._do(self._check_again(notice.target))
        elif action == "reconnect":
            self.show_window()
            self.shell.dashboard.reconnect(notice.target)
        elif action == "retry":
            self.shell.dashboard.retry(notice.target)
        elif notice.kind is NoticeKind.SERVER:
            self.open_settings("publishing")
        else:
            self.show_window(booking)
            if notice.kind in _ABOUT_NO_BOOKING:
                # The first screen has the fault with its cure on top.
                self.shell.show_meetings()

    def _not_accepted(self, booking: str, error: AftaleError) -> None:
        self.show_window(booking)
        self._failed(error)

    async def _check_again(self, calendar: str) -> None:
        await self.workspace.accounts.check_again(calendar)

    def _pause(self, name: str) -> None:
        now = self.workspace.clock.now()
        until = rest_of_today(now, self.workspace.settings.current.profile.zone) if name == TODAY else now + HOUR
        self._do(self.workspace.settings.switch_pages(False, until))

    def _switch(self, on: bool) -> None:
        self._do(self.workspace.settings.switch_pages(on))

    # Following

    def _connect(self) -> None:
        shell, tray = self.shell, self.tray
        shell.window.on_close = self.close_requested
        shell.window.pages_switched.connect(self._switch)
        shell.settings_requested.connect(self.open_settings)
        shell.watch.changed.connect(self._show)
        if shell.watch.current is not None:
            self._show(shell.watch.current)
        quit_keys = QShortcut(QKeySequence("Ctrl+Q"), shell.window)
        quit_keys.activated.connect(lambda: self._do(self._ask_to_quit()))
        tray.open_requested.connect(self.show_window)
        tray.settings_requested.connect(self.open_settings)
        tray.copy_requested.connect(shell.dashboard.copy_link)
        tray.switch_requested.connect(self._switch)
        tray.pause_requested.connect(self._pause)
        tray.fix_requested.connect(self._show_faults)
        tray.join_requested.connect(lambda link: QDesktopServices.openUrl(QUrl(link)))
        tray.quit_requested.connect(lambda: self._do(self._leave_for_good()))
        tray.came.connect(self.desk.look_again)
        tray.gone.connect(self._tray_gone)

    def _show(self, overview: Overview) -> None:
        self.tray.show_state(tray_state(overview))
        self._keep.start()

    def _show_faults(self) -> None:
        self.show_window()
        self.shell.show_meetings()

    def _tray_gone(self) -> None:
        """The desktop took its tray away: a hidden window would be out of reach."""
        if not self.shell.window.isVisible():
            self.shell.window.showMinimized()

    def _follow_look(self) -> None:
        """The settings' theme, text size, movement and language, without a restart (DESK-5)."""
        appearance = self.workspace.settings.current.appearance
        theme.active().reduced_motion = appearance.reduced_motion
        theme.active().apply(appearance.theme.value, appearance.text_size)
        wording = i18n.current()
        if (wording.language, wording.clock_24) != (appearance.language.value, appearance.clock_24):
            i18n.use(appearance.language.value, appearance.clock_24)
            theme.retranslate_all()
            self.shell.dashboard.retranslate()
            if self.shell.watch.current is not None:
                self.tray.show_state(tray_state(self.shell.watch.current))
                self.tray.retranslate()

    async def _keep_first_screen(self) -> None:
        settings = self.workspace.settings.current
        state = window_state.FirstScreen(
            profile=settings.profile,
            appearance=settings.appearance,
            first_run=settings.first_run,
            overview=self.shell.watch.current,
            geometry=self.shell.geometry(),
            section=self.shell.window.current,
        )
        await asyncio.get_running_loop().run_in_executor(None, window_state.write, self._folder, state)

    def _timer(self, call: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(KEEP_AFTER)
        timer.timeout.connect(call)
        return timer

    def _picture_until(self) -> Instant:
        """The picture of the first screen holds for today; there is none before the services told how things stand."""
        shown = self.shell.watch.current
        return rest_of_today(shown.now, shown.zone) if shown is not None and shown.reach is not Reachability.STARTING else 0

    def _follows_system(self) -> bool:
        return self.workspace.settings.current.appearance.theme is Theme.SYSTEM

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        tasks.start(work, self, failed=self._failed)

    def _failed(self, error: AftaleError) -> None:
        words = messages.error_words(error)
        if self.shell.window.isVisible():
            toast(self.shell.window, words.title, icon="status_error")


def _mark(folder: Path) -> Path | None:
    """The mark as a file, for the notification service, which is another process."""
    path = folder / "mark.png"
    with contextlib.suppress(OSError):
        if path.exists() or mark_icon().pixmap(128, 128).save(str(path), "PNG"):
            return path
    return None
