"""Between the dashboard and the services: shows each overview, carries out what the owner wants, and says how it went."""

from __future__ import annotations

from collections.abc import Coroutine
from datetime import date
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPoint, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QWidget

from app import i18n
from app.domain.booking import Booking
from app.domain.clock import DAY, Instant
from app.domain.connections import Account
from app.domain.errors import AftaleError, NotFound, SlotTaken
from app.domain.overview import Overview, Reachability
from app.i18n import _, local
from app.ui import messages
from app.ui.dashboard.acts import CalendarActs
from app.ui.dashboard.banners import BannerState
from app.ui.dashboard.state import DashboardState, MeetingRow, build
from app.ui.dashboard.view import DashboardView
from app.ui.dashboard.watch import OverviewWatch
from app.ui.runtime import tasks

if TYPE_CHECKING:
    from app.services.workspace import Workspace
    from app.ui.dashboard.asking import Asking
    from app.ui.dashboard.asking_ribbon import AskingRibbon
    from app.ui.why.reasons import Way

CURES = ("reconnect", "remove", "check", "follow", "keep")
"""Buttons of banners that are about calendars and accounts."""
LOOK_AHEAD = 28 * DAY
"""How far ahead times are looked for when the owner suggests others."""


class DashboardController(QObject):
    """``section_requested``, ``settings_requested`` (the panel) and ``editor_requested`` (page and section) lead elsewhere;
    ``state_changed`` follows each state drawn."""

    section_requested = Signal(str)
    settings_requested = Signal(str)
    editor_requested = Signal(str, str)
    state_changed = Signal(object)

    def __init__(self, view: DashboardView, watch: OverviewWatch) -> None:
        super().__init__(view)
        self._view, self._watch = view, watch
        self._workspace: Workspace | None = None
        self._acts: CalendarActs | None = None
        self._asking: Asking | None = None
        view.set_live(False)
        watch.changed.connect(self._show)
        watch.failed.connect(self._read_failed)
        view.retranslated.connect(self.retranslate)
        self._connect()
        if watch.current is not None:
            self._show(watch.current)

    def attach(self, workspace: Workspace) -> None:
        """From now on what the owner wants can be done."""
        self._workspace = workspace
        self._acts = acts = CalendarActs(workspace, self._view, self._watch)
        acts.settings_requested.connect(self.settings_requested)
        acts.mail_requested.connect(self._mail)
        acts.failed.connect(self._failed)
        self._view.set_live(True)

    def detach(self) -> None:
        """The services go."""
        self._workspace = None
        self._asking = None
        if self._acts is not None:
            self._acts.end()
            self._acts = None
        self._view.set_live(False)

    def retranslate(self) -> None:
        """Draws the same overview in the language in force."""
        if self._watch.current is not None:
            self._show(self._watch.current)

    def open_booking(self, booking: str) -> None:
        """Leads to a booking, from a notification: a request is opened, a question about it brought into view, any other
        meeting shown in full."""
        overview = self._watch.current
        if overview is not None and any(each.booking.id == booking for each in overview.requests):
            self._view.unfold_request(booking)
        elif not self._view.show_trouble(booking):
            self._open(booking)

    def accept(self, booking: str) -> None:
        """Accepts the first free time of a request, for the button of a notification."""
        self._accept(booking, None)

    def decline(self, booking: str) -> None:
        """Asks for a word and declines."""
        self._decline(booking)

    def connect_calendar(self) -> None:
        """Opens the dialog that connects a calendar."""
        if self._acts is not None:
            self._acts.connect_calendar()

    def reconnect(self, about: str) -> None:
        """Signs in again to an account, or to that of a calendar, for the button of a notification."""
        if self._acts is not None:
            self._acts.reconnect(about)

    def retry(self, booking: str) -> None:
        """Owes a refused event to the calendar again, for the button of a notification."""
        if self._acts is not None:
            self._acts.retry(booking)

    # Showing

    def _show(self, overview: Overview) -> None:
        state: DashboardState = build(overview)
        self._view.render_state(state)
        self.state_changed.emit(state)

    def _read_failed(self, error: AftaleError) -> None:
        self._view.flash("danger", messages.error_words(error))

    def _connect(self) -> None:
        view = self._view
        view.accept_requested.connect(self._accept)
        view.decline_requested.connect(self._decline)
        view.suggest_requested.connect(self._suggest)
        view.open_requested.connect(self._open)
        view.cancel_requested.connect(self._cancel)
        view.write_to_requested.connect(self._write_to_guest)
        view.write_about_attempt_requested.connect(self._write_about_attempt)
        view.dismiss_attempt_requested.connect(self._dismiss)
        view.copy_link_requested.connect(self.copy_link)
        view.copy_page_requested.connect(self._copy_page)
        view.open_page_requested.connect(self.open_page)
        view.join_requested.connect(lambda link: QDesktopServices.openUrl(QUrl(link)))
        view.pages_requested.connect(lambda: self.section_requested.emit("pages"))
        view.fix_requested.connect(self._fix)
        view.help_requested.connect(self._help)
        view.step_requested.connect(self._step)
        view.menu_requested.connect(self._menu)
        view.why_requested.connect(self._ask_why)

    # Requests

    def _accept(self, booking: str, start: Instant | None) -> None:
        if self._workspace is None:
            return
        tasks.start(
            self._workspace.bookings.accept(booking, start or None),
            owner=self,
            done=self._accepted,
            failed=lambda error: self._not_accepted(booking, error),
        )

    def _accepted(self, booking: Booking) -> None:
        when = i18n.current().moment(local(booking.start, self._zone()))
        words = _("Accepted: {time}").format(time=when)
        self._view.toast(words, messages.write_to(booking.visitor.first_name), lambda: self._mail(booking))

    def _not_accepted(self, booking: str, error: AftaleError) -> None:
        words = messages.error_words(error)
        if isinstance(error, SlotTaken):
            words = messages.Words(_("That time is not free any more."), _("Choose another one or suggest a time."))
        self._view.request_failed(booking, f"{words.title} {words.text}".strip())
        self._watch.reload()

    def _decline(self, booking: str) -> None:
        if self._workspace is not None:
            tasks.start(self._ask_and_decline(self._workspace, booking), owner=self, failed=self._failed)

    async def _ask_and_decline(self, workspace: Workspace, booking: str) -> None:
        from app.ui.widgets import Question

        found = await workspace.bookings.get(booking)
        name = found.visitor.first_name or found.visitor.name
        question = Question(
            self._view.window(),
            _("Decline the request of {name}?").format(name=found.visitor.name),
            _("{name} can read your answer on the page behind their link. Aftale sends no e-mail.").format(name=name),
            (("keep", _("Keep the request"), "secondary"), ("decline", _("Decline"), "danger")),
            word=_("A word to {name}").format(name=name),
            width=480,
        )
        await tasks.ask(question)
        if question.answer == "decline":
            await workspace.bookings.decline(booking, question.said())
            self._view.toast(_("Declined"), messages.write_to(name), lambda: self._mail(found))

    def _suggest(self, booking: str) -> None:
        if self._workspace is not None:
            tasks.start(self._write_suggestion(self._workspace, booking), owner=self, failed=self._failed)

    async def _write_suggestion(self, workspace: Workspace, booking: str) -> None:
        from app.ui.dashboard import letters

        overview = self._watch.current
        found = await workspace.bookings.get(booking)
        now = workspace.clock.now()
        starts = await workspace.availability.starts(found.page, found.duration, now, now + LOOK_AHEAD)
        offered = letters.spread(starts, found.visitor.zone)
        if not offered or overview is None:
            self._view.flash(
                "amber", messages.Words(_("You have no free time in the next four weeks"), _("Write to your guest yourself."))
            )
            return
        link = overview.link if overview.reach is Reachability.LIVE else ""
        subject, text = letters.suggestion(found, offered, overview.owner, link)
        self._open_mail(found.visitor.email, subject, text)

    # Meetings

    def _open(self, booking: str) -> None:
        if self._workspace is None or not booking:
            return
        tasks.start(
            self._workspace.bookings.get(booking), owner=self, done=lambda found: self._show_details(found), failed=self._failed
        )

    def _show_details(self, booking: Booking) -> None:
        from app.ui.dashboard.details import DetailsPopover, details_of

        overview = self._watch.current
        if overview is None:
            return
        anchor = self._view.line_of(booking.id) or self._view
        popover = DetailsPopover(anchor, details_of(booking, overview))
        popover.cancel_requested.connect(self._cancel)
        popover.write_requested.connect(lambda _id: self._mail(booking))
        popover.copy_requested.connect(self._copy)
        popover.open_at(anchor)

    def _ask_why(self, ribbon: AskingRibbon, day: date, minute: int) -> None:
        overview = self._watch.current
        if self._workspace is None or overview is None:
            return
        if self._asking is None:
            from app.ui.dashboard.asking import Asking

            self._asking = Asking(self._workspace, self)
            self._asking.way_chosen.connect(self._go)
        self._asking.ask(ribbon, day, minute, overview)

    def _go(self, page: str, way: Way) -> None:
        """To what decides about a time."""
        if way.goal == "booking":
            self.open_booking(way.target)
        elif way.goal == "settings":
            self.settings_requested.emit(way.target)
        elif way.goal == "section":
            self.editor_requested.emit(page, way.target)
        else:
            self.section_requested.emit("pages")

    def _menu(self, row: MeetingRow, point: QPoint) -> None:
        from app.ui.widgets import MenuPopup

        anchor: QWidget = self._view.line_of(row.booking) or self._view
        menu = MenuPopup(anchor, name=row.title)
        menu.add(_("Show the meeting"), lambda: self._open(row.booking), icon="nav_meetings")
        if row.join:
            menu.add(_("Join"), lambda: self._view.join_requested.emit(row.join), icon="where_video")
        if row.email:
            menu.add(messages.write_to(row.guest), lambda: self._write_to_guest(row.booking), icon="email")
        if not row.past:
            menu.add_separator()
            menu.add(_("Cancel the meeting…"), lambda: self._cancel(row.booking), icon="close", danger=True)
        menu.open_at_point(point)

    def _cancel(self, booking: str) -> None:
        if self._workspace is not None:
            tasks.start(self._ask_and_cancel(self._workspace, booking), owner=self, failed=self._failed)

    async def _ask_and_cancel(self, workspace: Workspace, booking: str) -> None:
        from app.ui.widgets import Question

        found = await workspace.bookings.get(booking)
        name = found.visitor.first_name or found.visitor.name
        when = i18n.current().moment(local(found.start, self._zone()))
        question = Question(
            self._view.window(),
            _("Cancel {page} with {name}?").format(page=found.title, name=found.visitor.name),
            _(
                "{time}. It goes from your calendar, and the time is free again. "
                "{name} can read your word on the page behind their link. Aftale sends no e-mail."
            ).format(time=when, name=name),
            (("keep", _("Keep the meeting"), "secondary"), ("cancel", _("Cancel the meeting"), "danger")),
            word=_("A word to {name}").format(name=name),
            width=480,
        )
        await tasks.ask(question)
        if question.answer == "cancel":
            await workspace.bookings.cancel(booking, question.said())
            self._view.toast(_("The meeting is cancelled"), messages.write_to(name), lambda: self._mail(found))

    def _write_to_guest(self, booking: str) -> None:
        if self._workspace is not None:
            tasks.start(self._workspace.bookings.get(booking), owner=self, done=self._mail, failed=self._failed)

    def _mail(self, booking: Booking) -> None:
        self._open_mail(booking.visitor.email, booking.title)

    # Attempts

    def _write_about_attempt(self, attempt: str) -> None:
        overview = self._watch.current
        found = next((each for each in overview.attempts if each.id == attempt), None) if overview is not None else None
        if found is not None:
            self._open_mail(found.email, found.title)

    def _dismiss(self, attempt: str) -> None:
        if self._workspace is not None:
            work = self._workspace.bookings.dismiss_attempt(attempt)
            tasks.start(work, owner=self, done=lambda _none: self._watch.reload(), failed=self._failed)

    # Faults and first steps

    def _fix(self, fault: str, action: str) -> None:
        workspace = self._workspace
        if workspace is None or self._acts is None:
            return
        about = fault.partition(":")[2]
        if action == "connect":
            self._acts.connect_calendar()
        elif action in CURES:
            self._acts.cure(fault, action)
        elif action == "settings":
            self.settings_requested.emit("calendars")
        elif action == "details":
            self._open(about)
        elif action == "restart":
            self._work_on(fault, workspace.publishing.try_again())
        elif action == "publishing":
            self.settings_requested.emit("publishing")
        elif action == "switch_on":
            self._work_on(fault, workspace.settings.switch_pages(True))
        elif action == "scheduling":
            primary = next((each for each in self._accounts() if each.primary), None)
            if primary is not None:
                self._work_on(fault, workspace.accounts.set_scheduling(primary.id, True))

    def _work_on(self, fault: str, work: Coroutine[Any, Any, None]) -> None:
        tasks.start(
            work,
            owner=self,
            done=lambda _none: self._view.fix_ended(fault),
            failed=lambda error: self._not_fixed(fault, error),
        )

    def _not_fixed(self, fault: str, error: AftaleError) -> None:
        self._view.fix_ended(fault)
        self._failed(error)

    def _help(self, wanted: tuple[BannerState, QWidget]) -> None:
        from app.ui.widgets import HelpPopover

        banner, button = wanted
        HelpPopover(button, banner.title, banner.help).open_at(button)

    def _step(self, step: str) -> None:
        if step == "calendar":
            self.connect_calendar()
        elif step == "page":
            self.section_requested.emit("pages")
        else:
            self.open_page()

    # Links and mail

    def copy_link(self) -> None:
        """Copies the link of the default page."""
        overview = self._watch.current
        if overview is not None and overview.link:
            self._copy(overview.link)

    def open_page(self) -> None:
        """Opens the default page in the browser."""
        overview = self._watch.current
        if overview is not None and overview.link:
            QDesktopServices.openUrl(QUrl(overview.link))

    def _copy_page(self, path: str) -> None:
        overview = self._watch.current
        if overview is not None and overview.link:
            self._copy(overview.link.partition("/meetings/")[0] + path)

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self._view.toast(_("Copied: {text}").format(text=text) if "@" in text else _("Link copied"))

    def _open_mail(self, email: str, subject: str, text: str = "") -> None:
        from app.ui.dashboard import letters

        if QDesktopServices.openUrl(QUrl(letters.mail_link(email, subject, text))):
            return
        QGuiApplication.clipboard().setText(f"{email}\n\n{text}" if text else email)
        words = _("No mail program opened. The e-mail was copied instead.")
        self._view.toast(words if text else _("No mail program opened. The address was copied instead."), icon="info")

    # Small things

    def _failed(self, error: AftaleError) -> None:
        self._view.flash("danger", messages.error_words(error))
        if isinstance(error, NotFound):
            self._watch.reload()

    def _zone(self) -> str:
        return self._watch.current.zone if self._watch.current is not None else "UTC"

    def _accounts(self) -> tuple[Account, ...]:
        return self._watch.current.accounts if self._watch.current is not None else ()
