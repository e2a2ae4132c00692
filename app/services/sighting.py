"""Bookings beside their events, as an answer of the calendar's service shows them: which event is whose, and what the owner did
to it (SYNC-5).

An answer is no proof by itself. What was asked for before a change of ours cannot know it; a service may show that change a
moment late; an event that merely left the window was not deleted; and a copy that the owner made carries our mark, but is
theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from app.domain.booking import Booking, Cause, State
from app.domain.calendars import Event
from app.domain.clock import DAY, Instant
from app.domain.connections import Calendar
from app.domain.errors import NotFound
from app.domain.outbox import JobKind, JobState
from app.domain.syncing import LAG
from app.domain.upstream import Noted, holds_still, own_event, times_of
from app.models import accounts, bookings, calendars, outbox
from app.models import upstream as rows
from app.models.base import Session
from app.services.taking import owe_write

STANDS = (State.CONFIRMED, State.WRITTEN)
LATEST_WRITE = DAY
"""Seconds after the end of a booking in which an event of it is taken for a write that came late."""
MOST_DELETIONS = 3
OVER = (State.DECLINED, State.CANCELLED, State.RESCHEDULED, State.EXPIRED)


@dataclass(frozen=True, slots=True)
class Seen:
    """One booking beside its event. ``event`` None: it is in the calendar no more. ``was``: how it stood before, if it is known
    to have changed. ``stuck``: the move that the booking could not follow. ``settled``: the answer knows the event, and
    all that we wrote."""

    booking: Booking
    event: Event | None
    was: Event | None
    stuck: Noted | None
    settled: bool


def look(
    session: Session,
    now: Instant,
    calendar: Calendar,
    booking_ids: list[str],
    changed: tuple[Event, ...],
    lost: Mapping[str, Event],
    before: Mapping[str, Event],
) -> list[Seen]:
    """The bookings that this answer is about, each beside its event; events that are nobody's booking lose their mark."""
    writes = rows.last_writes(session, booking_ids)
    stuck = {each.booking: each for each in rows.stuck_in(session, calendar.id)}
    seen = []
    for booking_id in booking_ids:
        told = {each.id: each for each in changed if each.booking == booking_id}
        booking = _find(session, booking_id)
        home, write = writes.get(booking_id, ("", JobState.DONE))
        if booking is None or (booking.state in OVER and write is JobState.DONE):
            arrived = [each for each in told.values() if each.id not in before or before[each.id].booking]
            if booking is not None and arrived and home == calendar.id and _came_late(session, now, calendar, booking):
                owe_write(session, JobKind.DELETE, booking, calendar, now)
            else:
                _unmark(session, calendar, told.values())
        elif _is_ours_to_follow(session, now, calendar, booking):
            standing = rows.events_of_booking(session, booking_id)
            at_home = {each.id for each in standing if each.calendar == home and home != calendar.id}
            if at_home:
                # Copies, except one with the same id: that event is on its way from calendar to calendar.
                _unmark(session, calendar, (each for each in told.values() if each.id not in at_home))
                continue
            own = _own(session, calendar, booking, standing, told, before)
            if own is None and any(each.calendar != calendar.id for each in standing):
                continue
            was = lost.get(booking_id) if own is None else before.get(own.id)
            late = own is None or _is_late(session, calendar, booking, own, stuck.get(booking_id), named=own.id in told)
            noted = _still_stuck(session, stuck.get(booking_id), booking, own)
            seen.append(Seen(booking, own, was, noted, not late and write is JobState.DONE))
        elif booking_id in lost and booking.state in STANDS:
            _leave_to_the_next(session, calendar, lost[booking_id])
    return seen


def _came_late(session: Session, now: Instant, calendar: Calendar, booking: Booking) -> bool:
    """Whether the event of a booking that is over was made by a write of ours that the service carried out later than we waited
    for. What the owner deleted there and took back out of the bin is theirs; and so is what comes again and again."""
    recent = now - LATEST_WRITE < booking.changed_at < calendar.read_at
    if not (recent and calendar.writable) or bookings.history(session, booking.id)[-1].cause is Cause.UPSTREAM:
        return False
    return outbox.count_of(session, booking.id, JobKind.DELETE) < MOST_DELETIONS


def _is_ours_to_follow(session: Session, now: Instant, calendar: Calendar, booking: Booking) -> bool:
    # A change of ours that lies ahead was made while the clock was wrong, and the answer is later than it seems.
    known = booking.changed_at < calendar.read_at or booking.changed_at > now
    return booking.state in STANDS and known and not outbox.pending_for(session, booking.id)


def _own(
    session: Session,
    calendar: Calendar,
    booking: Booking,
    standing: Iterable[Event],
    told: Mapping[str, Event],
    before: Mapping[str, Event],
) -> Event | None:
    """The booking's event in this calendar; copies of it lose the mark."""
    here = {each.id: each for each in standing if each.calendar == calendar.id} | dict(told)
    known = {each for each in here if each not in told or (each in before and before[each].booking == booking.id)}
    own = own_event(booking, here.values(), frozenset(known))
    _unmark(session, calendar, (each for each in here.values() if each is not own))
    return own


def _still_stuck(session: Session, noted: Noted | None, booking: Booking, event: Event | None) -> Noted | None:
    """What the booking still wants to follow: not when the event is back where the booking is, nor when the booking was moved
    here since and the event is to follow."""
    if noted is None or event is None:
        return None
    if times_of(event) == (booking.start, booking.end):
        rows.forget(session, noted.id)
        return None
    return noted if holds_still(noted, booking) else None


def _leave_to_the_next(session: Session, calendar: Calendar, event: Event) -> None:
    """That the event is gone cannot be followed yet: the next answer has to tell it again, so it tells everything."""
    if event.calendar == calendar.id:
        calendars.upsert_events(session, calendar.id, [event])
    accounts.keep_sync_token(session, calendar.id, "")


def _is_late(session: Session, calendar: Calendar, booking: Booking, event: Event, noted: Noted | None, *, named: bool) -> bool:
    """Services show a change of ours a moment late: where the event stood before it, it need not stand any more. Of one that is
    not ``named`` by the answer, and stands where it once stood, the next answer has to tell: it tells everything."""
    if named and booking.changed_at <= calendar.read_at - LAG:
        return False
    if noted is not None and not holds_still(noted, booking) and noted.start == event.start:
        return True
    changes = bookings.history(session, booking.id)
    moves = [number for number, each in enumerate(changes) if each.state is State.RESCHEDULED]
    counted = moves[-1:] if named else moves
    left = [changes[each - 1] for each in counted if changes[each].cause is not Cause.UPSTREAM]
    late = times_of(event) in [(each.start, each.end) for each in left]
    if late and not named and times_of(event) != (booking.start, booking.end):
        accounts.keep_sync_token(session, calendar.id, "")
    return late


def _find(session: Session, booking_id: str) -> Booking | None:
    try:
        return bookings.get_booking(session, booking_id)
    except NotFound:
        return None


def _unmark(session: Session, calendar: Calendar, events: Iterable[Event]) -> None:
    """What the owner made themselves takes time away whatever becomes of the booking."""
    own = [replace(each, booking="") for each in events if calendars.get_event(session, calendar.id, each.id) is not None]
    calendars.upsert_events(session, calendar.id, own)


def was_deleted(seen: Seen, now: Instant) -> bool:
    return seen.event is None and seen.was is not None and min(seen.was.end, seen.booking.end) > now


def was_moved(seen: Seen, now: Instant) -> bool:
    """The times differ, and it was the calendar that changed: not a write of ours that never arrived."""
    event, booking = seen.event, seen.booking
    if event is None or booking.end <= now or times_of(event) == (booking.start, booking.end):
        return False
    return seen.settled or seen.stuck is not None or (seen.was is not None and times_of(seen.was) != times_of(event))
