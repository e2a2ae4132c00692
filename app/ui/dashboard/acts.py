"""What is done about calendars from the dashboard: connecting, the cures of what was lost, and answers to what a calendar
refused or what was changed in it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from app import i18n
from app.domain.booking import Booking
from app.domain.clock import Instant
from app.domain.connections import Calendar, CalendarState, ProviderKind
from app.domain.errors import AftaleError
from app.domain.overview import Overview
from app.i18n import _, local
from app.ui import messages
from app.ui.dashboard.view import DashboardView
from app.ui.dashboard.watch import OverviewWatch
from app.ui.runtime import tasks

if TYPE_CHECKING:
    from app.services.workspace import Workspace
    from app.ui.connect.controller import ConnectController


class CalendarActs(QObject):
    """For one opened workspace. ``settings_requested``: a panel; ``mail_requested``: a booking whose guest is to be written to;
    ``failed``: what could not be done."""

    settings_requested = Signal(str)
    mail_requested = Signal(object)
    failed = Signal(object)

    def __init__(self, workspace: Workspace, view: DashboardView, watch: OverviewWatch) -> None:
        super().__init__(view)
        self._workspace, self._view, self._watch = workspace, view, watch
        self._dialog: ConnectController | None = None
        self._known: frozenset[str] | None = None
        watch.changed.connect(self._greet)
        view.move_requested.connect(self._move)
        view.retry_requested.connect(self.retry)
        view.change_settled.connect(self._settle)
        view.read_requested.connect(self._read_now)

    def end(self) -> None:
        """The services go."""
        self._watch.changed.disconnect(self._greet)
        view = self._view
        for signal, slot in (
            (view.move_requested, self._move),
            (view.retry_requested, self.retry),
            (view.change_settled, self._settle),
            (view.read_requested, self._read_now),
        ):
            signal.disconnect(slot)
        self.deleteLater()

    # Accounts

    def connect_calendar(self) -> None:
        """Opens the dialog that connects a calendar."""
        self._connect_dialog().open(self._view.window())

    def reconnect(self, about: str) -> None:
        """Signs in again: to an account, or to that of a calendar."""
        overview = self._watch.current
        if overview is None:
            return
        account = next((each.account for each in overview.calendars if each.id == about), about)
        found = next((each for each in overview.accounts if each.id == account), None)
        if found is not None:
            self._connect_dialog().reconnect(self._view.window(), found)

    def _connect_dialog(self) -> ConnectController:
        if self._dialog is None:
            from app.ui.connect.controller import ConnectController

            self._dialog = ConnectController(self._workspace, self)
            self._dialog.reconnected.connect(lambda _account: self._signed_in())
            self._dialog.privacy_requested.connect(lambda: self.settings_requested.emit("privacy"))
            self._dialog.settings_requested.connect(lambda: self.settings_requested.emit("calendars"))
        return self._dialog

    def _signed_in(self) -> None:
        self._view.flash("success", messages.Words(_("You are signed in again"), _("Guests can book you again.")))
        self._watch.reload()

    def _greet(self, overview: Overview) -> None:
        """An account that was connected a moment ago, from wherever that was, is told of here (CON-3)."""
        outside = {each.id: each for each in overview.accounts if each.provider is not ProviderKind.LOCAL}
        if self._known is not None:
            for name in outside.keys() - self._known:
                self._view.flash("success", messages.connected_words(outside[name]))
        self._known = frozenset(outside)

    # Cures of banners

    def cure(self, fault: str, action: str) -> None:
        """Does what a button of a calendar's or account's banner says."""
        kind, _colon, about = fault.partition(":")
        if action == "reconnect":
            self.reconnect(about.partition(":")[0] if kind == "account" else about)
        elif action == "remove":
            self._remove(kind, about)
        elif action in ("follow", "keep"):
            self._work(fault, self._workspace.accounts.settle_doubt(about, action == "follow"))
        elif action == "check":
            lost = self._lost()
            names = [about] if about else [each.id for each in lost]
            self._work(fault, self._check(names))

    def _remove(self, kind: str, about: str) -> None:
        from app.ui.dashboard import cures

        overview = self._watch.current
        if kind == "account" and overview is not None:
            about = next((each.id for each in overview.inactive if each.account == about), "")
        self._do(cures.remove(self._workspace, self._view.window(), about, self._do))

    def _lost(self) -> tuple[Calendar, ...]:
        """The inactive calendars that can be checked without signing in first."""
        overview = self._watch.current
        if overview is None:
            return ()
        signed_out = {each.id for each in overview.accounts if each.signed_out}
        return tuple(each for each in overview.inactive if each.account not in signed_out)

    async def _check(self, calendars: list[str]) -> None:
        found = [await self._workspace.accounts.check_again(each) for each in calendars]
        left = [each for each in found if each.state is CalendarState.INACTIVE]
        if left:
            words = _("Aftale still cannot read {calendar}").format(calendar=left[0].name)
            self._view.toast(words, icon="status_warning")
        else:
            self._view.flash("success", messages.Words(_("Connected"), _("Guests can book you again.")))

    def _work(self, fault: str, work: Coroutine[Any, Any, None]) -> None:
        def failed(error: AftaleError) -> None:
            self._view.fix_ended(fault)
            self.failed.emit(error)

        tasks.start(work, owner=self, done=lambda _none: self._view.fix_ended(fault), failed=failed)

    # Reading now

    def _read_now(self) -> None:
        """Reads all calendars, because what is shown is old."""

        def failed(error: AftaleError) -> None:
            self._view.read_ended()
            self.failed.emit(error)

        tasks.start(self._workspace.sync.now(), owner=self, done=lambda _none: self._read_over(), failed=failed)

    def _read_over(self) -> None:
        self._view.read_ended()
        self._watch.reload()

    # What the calendar refused, and what was changed in it

    def retry(self, booking: str) -> None:
        """Owes a refused event to the calendar again."""
        said = _("Aftale tries again now")
        self._mend(booking, self._workspace.bookings.retry_write(booking), lambda _found: said)

    def _move(self, booking: str, start: Instant) -> None:
        self._mend(booking, self._workspace.bookings.reschedule(booking, start), self._moved_words)

    def _moved_words(self, booking: Booking) -> str:
        zone = self._watch.current.zone if self._watch.current is not None else "UTC"
        return _("Moved to {time}").format(time=i18n.current().moment(local(booking.start, zone)))

    def _mend(self, booking: str, work: Coroutine[Any, Any, Booking], said: Callable[[Booking], str]) -> None:
        def done(found: Booking) -> None:
            self._view.failure_ended(booking)
            write = messages.write_to(found.visitor.first_name)
            self._view.toast(said(found), write, lambda: self.mail_requested.emit(found))
            self._watch.reload()

        def failed(error: AftaleError) -> None:
            words = messages.error_words(error)
            self._view.failure_ended(booking, f"{words.title}. {words.text}" if words.text else words.title)
            self._watch.reload()

        tasks.start(work, owner=self, done=done, failed=failed)

    def _settle(self, change: str, tell: bool) -> None:
        def done(_none: None) -> None:
            if tell:
                self._view.toast(_("The e-mail will be sent when mail is set up"))
            self._watch.reload()

        work = self._workspace.bookings.settle_upstream(change, tell)
        tasks.start(work, owner=self, done=done, failed=self.failed.emit)

    def _do(self, work: Coroutine[Any, Any, Any]) -> None:
        tasks.start(work, owner=self, failed=self.failed.emit)
