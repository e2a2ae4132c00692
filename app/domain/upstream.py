"""What the owner does in the calendar itself to the events of bookings, and what follows for the booking (SYNC-5). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.booking import Booking
from app.domain.calendars import Event
from app.domain.clock import Instant
from app.domain.overview import Upstream


@dataclass(frozen=True, slots=True)
class Noted:
    """A change in the calendar that is remembered until it is settled; at most one of a kind a booking, and one that is stuck.

    ``event``, of ``calendar``, is the event that changed. ``before``: the start that the visitor knows; ``start``: the one that
    the event has. ``who``: the guests who declined. ``stuck``: the booking could not follow and kept its time. ``settled``: the
    owner has seen it; it is kept only so that it is not told again.
    """

    id: str
    booking: str
    kind: Upstream
    at: Instant
    calendar: str
    event: str = ""
    before: Instant = 0
    start: Instant = 0
    who: tuple[str, ...] = ()
    stuck: bool = False
    settled: bool = False


def holds_still(noted: Noted, booking: Booking) -> bool:
    """Whether there is still something to say: a booking that was cancelled, or moved once more here, says it by itself."""
    if noted.kind is Upstream.DELETED:
        return True
    if noted.kind is Upstream.DECLINED:
        return booking.live
    if noted.stuck:
        return booking.live and booking.changed_at <= noted.at
    return booking.live and booking.start == noted.start


def own_event(booking: Booking, events: Iterable[Event], known: frozenset[str]) -> Event | None:
    """Which of the events with the booking's mark is the booking's. A copy that the owner makes in the calendar carries the
    mark too; the one that was ``known`` (ids) before is the booking's, else the one that was made first or is at its time."""

    def order(event: Event) -> tuple[bool, Instant, bool, str]:
        return event.id not in known, event.created, times_of(event) != (booking.start, booking.end), event.id

    return min(events, key=order, default=None)


def times_of(event: Event) -> tuple[Instant, Instant]:
    return event.start, event.end


def who_declined(booking: Booking, event: Event) -> tuple[str, ...]:
    """The visitor and guests of the booking who said no, as the booking writes them."""
    said_no = {each.lower() for each in event.declined}
    return tuple(each for each in dict.fromkeys((booking.visitor.email, *booking.visitor.guests)) if each.lower() in said_no)
