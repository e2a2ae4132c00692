"""Bookings: taken by visitors, answered, moved and cancelled by either side (BOOK-1 to BOOK-7).

What this service promises

* A visitor who was told *confirmed* or *requested* has a row on the disk that survives a power cut, with its history, its
  notice to the owner and, where a calendar is connected, the write that is owed to it: all in one transaction.
* Before the transaction the one window is read afresh from every calendar that is not kept here, waiting at most
  ``FRESH_WITHIN`` seconds; a calendar that does not answer counts as it was read last (SYNC-6).
* Facts are announced after the commit, in the loop's thread.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from app.domain.booking import (
    Answer,
    AttemptKind,
    Booking,
    BookingRequest,
    Cause,
    LeftMessage,
    ManagedBooking,
    Refused,
    State,
    Taken,
)
from app.domain.calendars import Event
from app.domain.clock import Clock, Instant
from app.domain.errors import StateConflict, TooLate
from app.domain.events import Cancelled, Declined, Fact, UpstreamNoted
from app.domain.ids import token_hash
from app.models import attempts as attempt_rows
from app.models import bookings as rows
from app.models import idempotency
from app.models.base import Session
from app.models.database import Database
from app.services import changing, links, remembering, upstream
from app.services.announcer import Announcer
from app.services.settings import SettingsService
from app.services.taking import Desk, Outcomes, leave_message, page_by_any_slug, take
from app.services.telling import note_attempt

FRESH_WITHIN = 3.0


class FreshReader(Protocol):
    """Reads the window of a meeting from the calendars that a page checks."""

    async def read_fresh(self, slug: str, start: Instant, duration: int, within: float) -> dict[str, tuple[Event, ...]]:
        """Events by calendar, only of calendars that answered in time."""
        ...


class BookingService:
    """One per workspace."""

    def __init__(
        self,
        database: Database,
        announcer: Announcer,
        clock: Clock,
        settings: SettingsService,
        seal: Callable[[bytes, str], bytes | None],
        fresh: FreshReader,
        wake_outbox: Callable[[], None],
    ) -> None:
        self._database, self._announcer, self._clock, self._settings = database, announcer, clock, settings
        self._seal, self._fresh, self._wake_outbox = seal, fresh, wake_outbox

    def _desk(self, fresh: dict[str, tuple[Event, ...]] | None = None) -> Desk:
        return Desk(self._settings.current, self._settings.salt, self._clock.now(), self._seal, fresh or {})

    def _announce(self, facts: tuple[Fact, ...]) -> None:
        self._wake_outbox()
        for fact in facts:
            self._announcer.announce(fact)

    # What visitors do

    async def book(self, request: BookingRequest, until: Instant = 0) -> Answer:
        """Books, asks for, or refuses the wanted time. Raises WorkspaceFull and its siblings when nothing could be written.

        After ``until`` nobody waits for the answer any more: nothing is booked then.
        """
        fresh = await self._fresh.read_fresh(request.slug, request.start, request.duration, FRESH_WITHIN)
        desk = self._desk(fresh)

        def write(session: Session) -> Outcomes:
            if until and self._clock.now() > until:
                return Outcomes(Refused("unavailable"))
            return take(session, desk, request)

        outcome = await self._database.write(write)
        self._announce(outcome.facts)
        return outcome.answer

    async def leave_message(self, left: LeftMessage) -> None:
        """Keeps a message from a page that could not book. Raises NotFound."""
        desk = self._desk()
        self._announce(await self._database.write(lambda session: leave_message(session, desk, left)))

    async def look_up(self, token: str) -> ManagedBooking | Refused:
        """The booking behind a manage link, as its visitor may see it."""
        desk = self._desk()

        def read(session: Session) -> ManagedBooking | Refused:
            booking = self._by_token(session, desk, token)
            return Refused("not_found") if booking is None else changing.managed(session, desk.settings, booking, desk.now)

        return await self._database.read(read)

    async def cancel_by_token(self, token: str, word: str = "") -> ManagedBooking | Refused:
        """The visitor cancels, or withdraws a request. Cancelling twice is no error."""
        desk = self._desk()

        def write(session: Session) -> tuple[ManagedBooking | Refused, tuple[Fact, ...]]:
            booking = self._by_token(session, desk, token)
            if booking is None:
                return Refused("not_found"), ()
            if booking.state is State.CANCELLED:
                return changing.managed(session, desk.settings, booking, desk.now), ()
            try:
                changing.check_visitor_may(session, booking, desk.now)
            except TooLate:
                return Refused("too_late"), ()
            except StateConflict:
                return Refused("state"), ()
            if not changing.may(changing.page_of(session, booking), booking)[1]:
                return Refused("not_allowed"), ()
            booking = changing.cancel(session, desk, booking, Cause.VISITOR, word)
            return changing.managed(session, desk.settings, booking, desk.now), (Cancelled(booking, Cause.VISITOR),)

        answer, facts = await self._database.write(write)
        self._announce(facts)
        return answer

    async def move_by_token(self, token: str, start: Instant) -> ManagedBooking | Taken | Refused:
        """The visitor takes another time: the new one is taken and the old one freed together, or nothing changes (BOOK-6)."""
        found = await self.look_up(token)
        if isinstance(found, Refused):
            return found
        duration = (found.end - found.start) // 60
        desk = self._desk(await self._fresh.read_fresh(found.slug, start, duration, FRESH_WITHIN))

        def write(session: Session) -> tuple[ManagedBooking | Taken | Refused, tuple[Fact, ...]]:
            booking = self._by_token(session, desk, token)
            if booking is None:
                return Refused("not_found"), ()
            if booking.start == start and booking.live:
                return changing.managed(session, desk.settings, booking, desk.now), ()
            return changing.move(session, desk, booking, start)

        answer, facts = await self._database.write(write)
        self._announce(facts)
        return answer

    def _by_token(self, session: Session, desk: Desk, token: str) -> Booking | None:
        return rows.booking_by_token(session, token_hash(desk.salt, "manage", token), desk.now)

    async def open_link(self, slug: str, token: str) -> str | Refused:
        """The address of the page that the secret link opens, or why it does not."""
        salt, now = self._settings.salt, self._clock.now()

        def read(session: Session) -> str | Refused:
            page = page_by_any_slug(session, slug)
            if page is None:
                return Refused("not_found")
            refused = links.refusal(page, token, links.find(session, salt, page, token), now)
            return Refused(refused) if refused else page.slug

        return await self._database.read(read)

    def recall_visitor(self, kept: str, host: str) -> dict[str, str]:
        """What fills the form of a visitor whose browser was told to remember them (URL-6)."""
        return remembering.recall(self._settings.salt, host, kept, self._clock.now())

    # What the owner does

    async def accept(self, booking_id: str, start: Instant | None = None) -> Booking:
        """Says yes to a request, to its first time or to ``start``, one of those it asked for.

        The time is checked again. Raises NotFound, StateConflict (answered already), SlotTaken (not free any more).
        """
        desk = self._desk()
        booking, facts = await self._database.write(lambda session: changing.accept(session, desk, booking_id, start))
        self._announce(facts)
        return booking

    async def decline(self, booking_id: str, word: str = "") -> Booking:
        """Says no to a request. Raises NotFound, StateConflict."""
        desk = self._desk()

        def write(session: Session) -> Booking:
            booking = rows.change_state(session, booking_id, State.DECLINED, Cause.HOST, desk.now, note=word)
            note_attempt(session, booking, AttemptKind.DECLINED, desk.now)
            return booking

        booking = await self._database.write(write)
        self._announce((Declined(booking),))
        return booking

    async def cancel(self, booking_id: str, word: str = "") -> Booking:
        """The owner cancels a booking. Raises NotFound, StateConflict."""
        desk = self._desk()

        def write(session: Session) -> Booking:
            return changing.cancel(session, desk, rows.get_booking(session, booking_id), Cause.HOST, word)

        booking = await self._database.write(write)
        self._announce((Cancelled(booking, Cause.HOST),))
        return booking

    async def reschedule(self, booking_id: str, start: Instant) -> Booking:
        """The owner moves a booking to ``start``. The time is checked again, against what its calendars say now.

        Raises NotFound, StateConflict (it is not confirmed), SlotTaken (``past`` or not free).
        """
        before = await self.get(booking_id)
        desk = self._desk(await self._fresh.read_fresh(before.slug, start, before.duration, FRESH_WITHIN))
        booking, facts = await self._database.write(lambda session: changing.reschedule(session, desk, booking_id, start))
        self._announce(facts)
        return booking

    async def retry_write(self, booking_id: str) -> Booking:
        """What a calendar refused for good is tried again. Raises NotFound when nothing was refused or no calendar is there."""
        desk = self._desk()
        booking = await self._database.write(lambda session: changing.write_again(session, desk, booking_id))
        self._announce(())
        return booking

    async def settle_upstream(self, change_id: str, tell: bool) -> None:
        """The owner's answer to a change that was made in the calendar itself: its visitor's letter is released, or dropped.
        Raises NotFound for one that is answered already."""
        booking = await self._database.write(lambda session: upstream.settle(session, change_id, tell))
        self._announcer.announce(UpstreamNoted(booking))

    async def get(self, booking_id: str) -> Booking:
        return await self._database.read(lambda session: rows.get_booking(session, booking_id))

    async def list(self) -> tuple[Booking, ...]:
        return await self._database.read(rows.list_bookings)

    async def dismiss_attempt(self, attempt_id: str) -> None:
        await self._database.write(lambda session: attempt_rows.dismiss_attempt(session, attempt_id))

    async def forget_old_answers(self) -> None:
        """Answers that were kept for repeats of the same request, older than a day."""
        now = self._clock.now()
        await self._database.write(lambda session: idempotency.forget_expired(session, now))

    async def expire_requests(self) -> None:
        """Requests whose every wished time has passed get no answer any more."""
        now = self._clock.now()
        await self._database.write(lambda session: changing.expire(session, now))
