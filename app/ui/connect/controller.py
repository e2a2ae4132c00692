"""Leads through connecting an account. Until somebody has said "this is the one", closing the window at any point keeps
nothing: the wait for the browser is ended, and a sign-in that has come already is given back (CON-4)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QWidget
from shiboken6 import Shiboken

from app.domain.connections import Account, ProviderKind, booking_calendar
from app.domain.errors import AftaleError, InvalidFields
from app.domain.events import SettingsSaved, SyncProgressed
from app.i18n import _
from app.ui.connect import guide
from app.ui.connect.client_desk import ClientDesk
from app.ui.connect.form_desk import FormDesk
from app.ui.connect.state import BY_BROWSER, Page, State, Trouble, cure_of, offered, trouble_of
from app.ui.connect.unlocking import ask_for_key
from app.ui.connect.view import ConnectWindow
from app.ui.connect.words import trouble_words
from app.ui.messages import Words
from app.ui.runtime import tasks
from app.ui.widgets import toast

if TYPE_CHECKING:
    from app.services.workspace import Workspace


def browse(address: str) -> bool:
    """Opens an address in the system's browser; False if there is none."""
    return QDesktopServices.openUrl(QUrl(address))


class ConnectController(QObject):
    """One window at a time. ``connected`` and ``reconnected`` carry the account, once its window is closed; ``closed`` follows
    every window. ``privacy_requested`` and ``settings_requested`` want *Data and privacy* or *Calendars* in Settings.
    ``left_with``: what stood in the way when the last window was closed without an account."""

    connected = Signal(object)
    reconnected = Signal(object)
    closed = Signal()
    privacy_requested = Signal()
    settings_requested = Signal()

    def __init__(
        self,
        workspace: Workspace,
        parent: QObject | None = None,
        *,
        browse: Callable[[str], bool] = browse,
    ) -> None:
        super().__init__(parent)
        self.workspace, self._browse = workspace, browse
        self._window: ConnectWindow | None = None
        self._state = State()
        self._cancel: asyncio.Event | None = None
        self._ends: list[Callable[[], None]] = []
        self._counts: dict[str, int] = {}
        self.left_with: Words | None = None
        self.client, self.forms = ClientDesk(workspace, self), FormDesk(workspace, self)

    @property
    def state(self) -> State:
        """What is shown, or would be."""
        return self._state

    @property
    def window(self) -> ConnectWindow | None:
        """The open window, if there is one."""
        return self._window

    def open(self, parent: QWidget | None, kind: ProviderKind | str = "") -> None:
        """Shows the dialog over ``parent``; with a ``kind`` at what is shared with that one."""
        if not self._raised():
            tasks.start(self._begin(parent, ProviderKind(kind) if kind else None), self)

    def reconnect(self, parent: QWidget | None, account: Account) -> None:
        """Signs in to a connected account again. What it shares was read when it was connected."""
        if self._raised():
            return
        browser = account.provider in BY_BROWSER
        page, allowed = Page.WAITING if browser else Page.FORM, self.workspace.connecting.allowed
        self._show(parent, State(page, kind=account.provider, again=account, allowed=allowed))
        if browser:
            self.sign_in()
        else:
            self.forms.fill_in(account)

    def close(self) -> None:
        """Closes the window as its owner would."""
        if self._window is not None:
            self._window.reject()

    # The window

    def _raised(self) -> bool:
        if self._window is None:
            return False
        self._window.raise_()
        self._window.activateWindow()
        return True

    async def _begin(self, parent: QWidget | None, kind: ProviderKind | None) -> None:
        workspace = self.workspace
        accounts, calendars = await workspace.accounts.accounts(), await workspace.accounts.calendars()
        local = any(each.provider is ProviderKind.LOCAL for each in accounts)
        beside = next((each for each in accounts if each.primary and each.provider is not ProviderKind.LOCAL), None)
        state = State(
            # Beside a primary account there is no second one, and the calendar on this computer would be that.
            kinds=offered(workspace.connecting.kinds(), local=not local and beside is None),
            connected=booking_calendar(accounts, calendars) is not None,
            beside=(beside.email or beside.name) if beside is not None else "",
            allowed=workspace.connecting.allowed,
            asking=not workspace.settings.current.privacy.asked,
            zone=workspace.settings.current.profile.zone,
        )
        if kind is not None and kind in state.kinds:
            state = chosen(state, kind)
        if not self._raised():
            self._show(parent, state)

    def _show(self, parent: QWidget | None, state: State) -> None:
        self._state = replace(state, now=self.workspace.clock.now(), zone=self.workspace.settings.current.profile.zone)
        self._window = window = ConnectWindow(parent)
        self._wire(window)
        announcer = self.workspace.announcer
        self._ends = [
            announcer.subscribe(SettingsSaved, lambda _fact: self._settings_saved()),
            announcer.subscribe(SyncProgressed, self._progressed),
        ]
        window.show_state(self._state)
        window.open()

    def _wire(self, window: ConnectWindow) -> None:
        window.go_requested.connect(self._go)
        window.back_requested.connect(self._back)
        window.cancel_requested.connect(self._give_up)
        window.offline_requested.connect(window.reject)
        window.other_requested.connect(self._other)
        window.stop_requested.connect(self._stop)
        window.finished.connect(lambda: self._finished(window))
        window.destroyed.connect(lambda: self._finished(window))
        window.choose.chosen.connect(self.choose)
        for panel in (window.choose, window.shared):
            panel.access.switched.connect(self._allow)
            panel.access.privacy_requested.connect(lambda: self._leave_for(self.privacy_requested))
        window.shared.boxes_changed.connect(lambda sync, scheduling: self.change(sync=sync, scheduling=scheduling))
        self.client.attend(window)
        window.client.open_requested.connect(self._browse)
        window.client.copy_requested.connect(lambda text: self._copy(text, _("Copied")))
        window.waiting.open_requested.connect(lambda: self._open_page(self._state.address))
        window.waiting.copy_requested.connect(lambda: self._copy(self._state.address, _("Link copied")))
        self.forms.attend(window)
        window.form.report.copy_requested.connect(lambda: self._copy(self.forms.report, _("Copied")))
        window.confirm.open_requested.connect(self._browse)
        window.confirm.audience_requested.connect(lambda: self._browse(guide.AUDIENCE))

    def _finished(self, window: ConnectWindow) -> None:
        """The window closes, however that came about: also with the window that it was opened over."""
        if window is not self._window:
            return
        state, self._window = self._state, None
        for end in self._ends:
            end()
        self._ends = []
        self._end_wait()
        if state.candidate is not None and state.account is None:
            self._refuse(state.candidate.id)
        self._state = State()
        if not Shiboken.isValid(self):
            return
        self.left_with = None
        if state.account is None and state.trouble is not None:
            self.left_with = trouble_words(state.trouble, state.kind)
        if state.account is not None:
            (self.reconnected if state.again is not None else self.connected).emit(state.account)
        self.closed.emit()

    def _leave_for(self, wanted: Any) -> None:
        self.close()
        wanted.emit()

    # Buttons

    def _go(self) -> None:
        state = self._state
        match state.page:
            case Page.SHARED if state.kind in BY_BROWSER:
                self.work(self._go_on(), busy=True)
            case Page.SHARED:
                self.change(page=Page.FORM, trouble=None, problems={})
            case Page.CLIENT:
                self.client.send()
            case Page.FORM:
                self._send_form()
            case Page.FAILED:
                self._cure()
            case Page.CONFIRM if state.candidate is not None:
                self.work(self._confirm(state.candidate.id), busy=True)
            case Page.READING:
                self.close()

    def _back(self) -> None:
        state = self._state
        if state.page in (Page.FAILED, Page.FORM) and state.again is not None:
            self.close()
        else:
            self.change(page=Page.CHOOSE if state.page is Page.SHARED else Page.SHARED, trouble=None, problems={})

    def _give_up(self) -> None:
        """Cancel: out of the wait back to where it began, anywhere else out of the window."""
        if self._state.page is Page.WAITING and self._state.again is None:
            self._end_wait()
            self.change(page=Page.SHARED, address="", told=())
        elif self._state.page is Page.FORM:
            self._end_wait()
            self.change(busy=False)
        else:
            self.close()

    def _other(self) -> None:
        """Not this account: its sign-in is given back, and another one may be tried."""
        if self._state.candidate is not None:
            self._refuse(self._state.candidate.id)
        self.change(page=Page.SHARED if self._state.kind in BY_BROWSER else Page.FORM, candidate=None)

    def _stop(self) -> None:
        if self._state.account is not None:
            self.workspace.sync.stop_first(self._state.account.id)
        self.close()

    def _cure(self) -> None:
        state = self._state
        assert state.trouble is not None
        match cure_of(state.trouble, state.kind):
            case "client":
                self.client.begin()
            case "privacy":
                self._leave_for(self.privacy_requested)
            case "settings":
                self._leave_for(self.settings_requested)
            case _ if state.kind in BY_BROWSER:
                self.sign_in()
            case _:
                self.change(page=Page.FORM, trouble=None)

    # Personal e-mail access

    def _allow(self, on: bool) -> None:
        self.change(allowed=on)
        self.work(self.workspace.connecting.allow(on))

    def _settings_saved(self) -> None:
        if self._window is not None:
            self.change(allowed=self.workspace.connecting.allowed)

    # Signing in

    async def _go_on(self) -> None:
        """From what is shared to the browser, by way of the client where there is none."""
        window = self._window
        await ask_for_key(window, self.workspace)
        known = await self.workspace.connecting.has_client(self._state.kind)
        if window is not self._window:
            return
        if known:
            self.change(busy=False)
            self.sign_in()
        else:
            self.client.begin()

    def _send_form(self) -> None:
        form = self._window.form.form if self._window is not None else None
        if form is None:
            return
        fields = form.fields()
        if self._state.kind is ProviderKind.LOCAL:
            if fields["name"]:
                self.work(self._make_local(fields["name"]), busy=True)
            else:
                self.change(problems={"name": "missing"})
        else:
            self.sign_in(fields)

    async def _make_local(self, name: str) -> None:
        account = await self.workspace.accounts.connect_local(name, self.workspace.settings.current.profile.zone)
        self.change(account=account, busy=False)
        self.close()

    def sign_in(self, fields: dict[str, str] | None = None) -> None:
        """Begins to sign in: in the browser, or with the ``fields`` of a form."""
        self._end_wait()
        self._cancel = cancel = asyncio.Event()
        page = Page.WAITING if fields is None else Page.FORM
        self.change(page=page, busy=fields is not None, told=(), address="", unopened=False, trouble=None, problems={})
        tasks.start(self._wait(cancel, fields), self)

    async def _wait(self, cancel: asyncio.Event, fields: dict[str, str] | None) -> None:
        """Waits for the person. What comes after the wait was given up is given back, unseen."""
        connecting, state = self.workspace.connecting, self._state
        loop = asyncio.get_running_loop()

        def here(call: Callable[[str], None], text: str) -> None:
            # A provider may wait in a thread of its own.
            loop.call_soon_threadsafe(partial(self._while_waiting, cancel, call, text))

        open_browser, told = partial(here, self._come), partial(here, self._tell)
        # Said before anybody signs in: without a key the sign-in could not be kept.
        await ask_for_key(self._window, self.workspace)
        try:
            if state.again is not None:
                account = await connecting.reconnect(state.again.id, open_browser, cancel, told, fields)
                self._while_waiting(cancel, self._reconnected, account)
                return
            candidate = await connecting.sign_in(state.kind, open_browser, cancel, told, fields)
        except AftaleError as error:
            self._while_waiting(cancel, self._not_signed_in, error)
            return
        if cancel is not self._cancel or self._window is None:
            await connecting.refuse(candidate.id)
            return
        self._cancel = None
        self.change(page=Page.CONFIRM, candidate=candidate, busy=False, now=self.workspace.clock.now())

    def _while_waiting(self, cancel: asyncio.Event, call: Callable[[Any], None], value: Any) -> None:
        if cancel is self._cancel and self._window is not None:
            call(value)

    def _come(self, address: str) -> None:
        self.change(address=address)
        self._open_page(address)

    def browse(self, address: str) -> bool:
        """Opens the address of a page; False if there is no browser."""
        return self._browse(address)

    def choose(self, kind: ProviderKind) -> None:
        """Goes to what is shared with accounts of ``kind``."""
        self._become(chosen(self._state, kind))

    def _open_page(self, address: str) -> None:
        self.change(unopened=not self._browse(address))

    def _tell(self, code: str) -> None:
        self.change(told=(*self._state.told, code))

    def _reconnected(self, account: Account) -> None:
        self._cancel = None
        self.change(account=account)
        self.close()

    def _not_signed_in(self, error: AftaleError) -> None:
        self._cancel = None
        trouble, browser = trouble_of(error), self._state.kind in BY_BROWSER
        if trouble.reason == "cancelled":
            self._give_up()
        elif not browser:
            # Where it was filled in it can be mended.
            problems = error.fields if isinstance(error, InvalidFields) else {}
            reported = not problems and bool(self.forms.report)
            self.change(busy=False, problems=problems, trouble=None if problems else trouble, reported=reported)
        elif trouble.reason == "refused" and self._state.again is None:
            self.change(page=Page.SHARED, trouble=trouble)
        else:
            # What is kept of a client is refused like a client that the provider does not take.
            self.change(page=Page.FAILED, trouble=Trouble("client") if isinstance(error, InvalidFields) else trouble)

    def _end_wait(self) -> None:
        cancel, self._cancel = self._cancel, None
        if cancel is not None:
            cancel.set()

    def _refuse(self, candidate_id: str) -> None:
        """Goes on when the window that this one was opened over is closed as well."""
        owner = QCoreApplication.instance()
        assert owner is not None
        tasks.start(self.workspace.connecting.refuse(candidate_id), owner, failed=lambda _error: None)

    # This is the one

    async def _confirm(self, candidate_id: str) -> None:
        state, self._counts = self._state, {}
        account = await self.workspace.connecting.confirm(candidate_id, state.sync, state.scheduling)
        self.change(page=Page.READING, account=account, busy=False)
        reading = self.workspace.sync.now(account.id)
        # One that fails goes on by itself later, and says so on the dashboard.
        tasks.start(reading, self, lambda _none: self._read(account), lambda _error: self._read(account))

    def _read(self, account: Account) -> None:
        """Whoever still looks on goes where everything else is."""
        if self._state.account is account:
            self.close()

    def _progressed(self, fact: SyncProgressed) -> None:
        if self._state.account is not None and fact.account == self._state.account.id:
            self._counts[fact.calendar] = fact.events
            self.change(events=sum(self._counts.values()))

    # How it is done

    def work(self, work: Coroutine[Any, Any, None], *, busy: bool = False) -> None:
        """Does something that ends on the page of failures if it fails. ``busy``: the main button waits for it."""
        if busy:
            self.change(busy=True)
        tasks.start(work, self, failed=self._failed)

    def _failed(self, error: AftaleError) -> None:
        """Something between two pages went wrong. A sign-in that waits for its yes is given back."""
        if self._state.candidate is not None and self._state.account is None:
            self._refuse(self._state.candidate.id)
        self.change(page=Page.FAILED, busy=False, candidate=None, trouble=trouble_of(error))

    def _copy(self, text: str, said: str) -> None:
        QGuiApplication.clipboard().setText(text)
        if self._window is not None:
            toast(self._window, said)

    def change(self, **changes: Any) -> None:
        """Changes the state, and what is drawn."""
        self._become(replace(self._state, **changes))

    def _become(self, state: State) -> None:
        self._state = state
        if self._window is not None:
            self._window.show_state(self._state)


def chosen(state: State, kind: ProviderKind) -> State:
    """The state after a kind was chosen: a new account begins with what is on by default for it (SET-1, SET-2)."""
    sync = kind in BY_BROWSER
    scheduling = kind is not ProviderKind.ICS
    return replace(state, page=Page.SHARED, kind=kind, sync=sync, scheduling=scheduling, trouble=None, problems={}, fields={})
