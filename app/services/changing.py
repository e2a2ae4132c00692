"""What may happen to a booking after it was made, inside the write transaction: accept, move, cancel, expire.

All changes compare and swap the state, so that of two that come at once the second is refused and nothing is done twice.
"""

from __future__ import annotations

from dataclasses import replace

from app.domain.availability import Why, explain
from app.domain.booking import AttemptKind, Booking, Cause, ManagedBooking, Refused, State, Taken
from app.domain.clock import DAY, MINUTE, Instant
from app.domain.connections import Calendar
from app.domain.decisions import Outcome, decide
from app.domain.errors import NotFound, SlotTaken, StateConflict, TooLate
from app.domain.events import Booked, Fact, Rescheduled
from app.domain.forms import answered
from app.domain.notices import NoticeKind
from app.domain.outbox import JobKind, JobState
from app.domain.pages import Location, LocationKind, Page
from app.domain.settings import Settings
from app.models import accounts as account_rows
from app.models import bookings as rows
from app.models import calendars as calendar_rows
from app.models import outbox as outbox_rows
from app.models import pages as page_rows
from app.models.base import Session
from app.services.ground import Ground, busy_time, occupied
from app.services.taking import NEVER, Desk, fresh_window, nearest_starts, owe_write
from app.services.telling import note_attempt, tell

OPEN = frozenset({State.HELD, State.REQUESTED, State.CONFIRMED, State.WRITTEN})


def page_of(session: Session, booking: Booking) -> Page | None:
    """None if it was deleted since."""
    try:
        return page_rows.get_page(session, booking.page)
    except NotFound:
        return None


def check_visitor_may(session: Session, booking: Booking, now: Instant) -> None:
    """Raises StateConflict for a booking that is over or ended, TooLate when the page's cut-off has passed. Which of the two
    changes the page allows at all is ``may``."""
    if booking.state not in OPEN:
        raise StateConflict(booking.state, State.CANCELLED)
    page = page_of(session, booking)
    cutoff = page.cutoff * MINUTE if page is not None and booking.state is not State.REQUESTED else 0
    if now >= booking.start - cutoff:
        raise TooLate


def may(page: Page | None, booking: Booking) -> tuple[bool, bool]:
    """Whether the page lets its guests move, and cancel; a request can always be changed and withdrawn."""
    if page is None or booking.state is State.REQUESTED:
        return page is not None or booking.state is not State.REQUESTED, True
    return page.may_move, page.may_cancel


def managed(session: Session, settings: Settings, booking: Booking, now: Instant) -> ManagedBooking:
    """What the holder of the manage link sees."""
    why_not = ""
    try:
        check_visitor_may(session, booking, now)
    except TooLate:
        why_not = "over" if now >= booking.start else "too_late"
    except StateConflict:
        why_not = booking.state.value
    page = page_of(session, booking)
    may_move, may_cancel = may(page, booking)
    if not why_not and not (may_move or may_cancel):
        why_not = "not_allowed"
    return ManagedBooking(
        slug=page.slug if page is not None else booking.slug,
        title=booking.title,
        host=settings.profile.name,
        start=booking.start,
        end=booking.end,
        state=booking.state,
        visitor=booking.visitor,
        zone=booking.zone,
        location=_with_link(session, booking),
        sequence=booking.sequence,
        uid=booking.uid,
        created_at=booking.created_at,
        changed_at=booking.changed_at,
        alternatives=booking.alternatives,
        message=booking.message,
        can_change=not why_not,
        why_not=why_not,
        offline=booking.offline,
        thanks=page.thanks if page is not None else "",
        may_move=may_move,
        may_cancel=may_cancel,
    )


def _with_link(session: Session, booking: Booking) -> Location:
    """The place, as its visitor wrote it where they chose it, or with the link that the calendar's service made for the
    meeting, once the event has come back with it."""
    if booking.location.kind is not LocationKind.ONLINE or booking.state not in (State.CONFIRMED, State.WRITTEN):
        return answered(booking.location, booking.answers)
    for calendar in account_rows.list_calendars(session):
        event = calendar_rows.find_event_by_booking(session, calendar.id, booking.id)
        if event is not None and event.location.startswith("https://"):
            return replace(booking.location, detail=event.location)
    return booking.location


def cancel(session: Session, desk: Desk, booking: Booking, cause: Cause, word: str) -> Booking:
    """Frees the time at once; the event is removed through the outbox (BOOK-6). Raises StateConflict."""
    before = booking
    booking = rows.change_state(session, booking.id, State.CANCELLED, cause, desk.now, note=word)
    booking = replace(booking, word=word or booking.word)
    if before.state is not State.REQUESTED:
        _follow_in_calendar(session, desk, JobKind.DELETE, booking)
    note_attempt(session, booking, AttemptKind.CANCELLED, desk.now)
    if cause is not Cause.HOST:
        tell(session, booking, NoticeKind.CANCELLED, desk.now)
    return booking


def move(
    session: Session, desk: Desk, booking: Booking, start: Instant
) -> tuple[ManagedBooking | Taken | Refused, tuple[Fact, ...]]:
    """Moves a booking, or a request's wish, to ``start`` if its page offers that time with the old one out of the way."""
    try:
        check_visitor_may(session, booking, desk.now)
    except TooLate:
        return Refused("too_late"), ()
    except StateConflict:
        return Refused("state"), ()
    page = page_of(session, booking)
    if page is None:
        return Refused("not_found"), ()
    if not may(page, booking)[0]:
        return Refused("not_allowed"), ()
    ground = Ground.read(session, desk.settings)
    for calendar, events in desk.fresh.items():
        calendar_rows.replace_window(session, calendar, *fresh_window(start, booking.duration), events)
    refused = _may_move(session, desk, ground, page, booking, start)
    if refused is not None:
        return refused, ()
    return _move(session, desk, ground, page, booking, start)


def _may_move(
    session: Session, desk: Desk, ground: Ground, page: Page, booking: Booking, start: Instant
) -> Taken | Refused | None:
    end = start + booking.duration * MINUTE
    busy = busy_time(session, ground, ground.checked(page), start - DAY, end + DAY, without=booking.id)
    taken = occupied(session, start, end, without=booking.id)
    plan = ground.plan(page)
    if booking.duration not in plan.rules.durations:
        # The owner has taken this length off the page since; the meeting keeps its own.
        plan = replace(plan, rules=replace(plan.rules, durations=(*plan.rules.durations, booking.duration)))
    decision = decide(plan, booking.duration, start, busy, taken, ground.standing(page, desk.now, desk.fresh), desk.now)
    if decision.outcome is not Outcome.REFUSE:
        return None
    whys = {reason.why for reason in decision.reasons}
    if Why.PAUSED in whys or Why.CALENDAR_INACTIVE in whys:
        return Refused("paused" if Why.PAUSED in whys else "unavailable")
    if whys & NEVER:
        return Refused("invalid", {"start": "past" if Why.PAST in whys else "not_offered"})
    return Taken(nearest_starts(session, ground, page, booking.duration, start, desk.now, without=booking.id))


def _move(
    session: Session, desk: Desk, ground: Ground, page: Page, booking: Booking, start: Instant
) -> tuple[ManagedBooking | Taken | Refused, tuple[Fact, ...]]:
    end = start + booking.duration * MINUTE
    try:
        if booking.state is State.REQUESTED:
            moved = rows.change_state(
                session, booking.id, State.REQUESTED, Cause.VISITOR, desk.now, note="moved", start=start, end=end
            )
        else:
            moved = rows.move_booking(session, booking.id, start, end, Cause.VISITOR, desk.now)
    except SlotTaken:
        return Taken(nearest_starts(session, ground, page, booking.duration, start, desk.now, without=booking.id)), ()
    if moved.state is not State.REQUESTED:
        _follow_in_calendar(session, desk, JobKind.UPDATE, moved)
    note_attempt(session, moved, AttemptKind.MOVED, desk.now)
    tell(session, moved, NoticeKind.RESCHEDULED, desk.now)
    return managed(session, desk.settings, moved, desk.now), (Rescheduled(moved, Cause.VISITOR),)


def accept(session: Session, desk: Desk, booking_id: str, start: Instant | None) -> tuple[Booking, tuple[Fact, ...]]:
    """The owner's yes, to ``start`` or else to the first of the visitor's wishes that is free.

    Only what would put two things at one time counts against it; notice, hours, limits and lost calendars are the owner's
    own. Raises NotFound (also for a start that was not wished for), StateConflict, SlotTaken."""
    booking = rows.get_booking(session, booking_id)
    if booking.state not in (State.REQUESTED, State.HELD):
        raise StateConflict(booking.state, State.CONFIRMED)
    wishes = (booking.start, *booking.alternatives)
    if start is not None and start not in wishes:
        raise NotFound("time")
    ground = Ground.read(session, desk.settings)
    wanted = _first_free(session, ground, booking, wishes if start is None else (start,), desk.now)
    end = wanted + booking.duration * MINUTE
    booking = rows.change_state(session, booking_id, State.CONFIRMED, Cause.HOST, desk.now, start=wanted, end=end, holds=False)
    _follow_in_calendar(session, desk, JobKind.CREATE, booking)
    note_attempt(session, booking, AttemptKind.ACCEPTED, desk.now)
    return booking, (Booked(booking),)


def _first_free(session: Session, ground: Ground, booking: Booking, wishes: tuple[Instant, ...], now: Instant) -> Instant:
    """Raises SlotTaken when none of ``wishes`` is free: ``past`` when all have passed, else ``busy``."""
    for wish in wishes:
        if wish > now and is_free(session, ground, booking, wish, now):
            return wish
    raise SlotTaken("past" if max(wishes) <= now else "busy")


def is_free(session: Session, ground: Ground, booking: Booking, start: Instant, now: Instant) -> bool:
    """Whether nothing else lies at ``start`` for the length of ``booking``."""
    page = page_of(session, booking)
    end = start + booking.duration * MINUTE
    calendars = ground.checked(page) if page is not None else tuple(each for each in ground.calendars if each.checked)
    busy = busy_time(session, ground, calendars, start - DAY, end + DAY, without=booking.id)
    if page is None:
        return not any(each.start < end and start < each.end for each in busy)
    plan = ground.plan(page)
    reasons = explain(plan, booking.duration, busy, occupied(session, start, end, without=booking.id), now, start)
    return not any(reason.why in (Why.BUSY, Why.PAST) for reason in reasons)


def reschedule(session: Session, desk: Desk, booking_id: str, start: Instant) -> tuple[Booking, tuple[Fact, ...]]:
    """The owner takes another time for a booking. As with ``accept``, only what would put two things at one time counts against
    it. Raises NotFound, StateConflict, SlotTaken."""
    booking = rows.get_booking(session, booking_id)
    if booking.state not in (State.CONFIRMED, State.WRITTEN):
        raise StateConflict(booking.state, State.RESCHEDULED)
    if booking.start == start:
        return booking, ()
    for calendar, events in desk.fresh.items():
        calendar_rows.replace_window(session, calendar, *fresh_window(start, booking.duration), events)
    ground = Ground.read(session, desk.settings)
    if start <= desk.now:
        raise SlotTaken("past")
    if not is_free(session, ground, booking, start, desk.now):
        raise SlotTaken("busy")
    moved = rows.move_booking(session, booking_id, start, start + booking.duration * MINUTE, Cause.HOST, desk.now)
    _follow_in_calendar(session, desk, JobKind.UPDATE, moved)
    note_attempt(session, moved, AttemptKind.MOVED, desk.now)
    return moved, (Rescheduled(moved, Cause.HOST),)


def write_again(session: Session, desk: Desk, booking_id: str) -> Booking:
    """What a calendar refused for good is owed again, as the booking is now. It stays promised to the calendar it was promised
    to, as long as there is one. Raises NotFound when nothing was refused or no calendar is there."""
    booking = rows.get_booking(session, booking_id)
    dead = outbox_rows.last_for(session, booking_id)
    if dead is None or dead.state is not JobState.DEAD:
        raise NotFound("refused write")
    calendar = home_of(session, Ground.read(session, desk.settings), booking)
    if calendar is None:
        raise NotFound("calendar")
    kind = JobKind.UPDATE if booking.state in (State.CONFIRMED, State.WRITTEN) else JobKind.DELETE
    owe_write(session, kind, booking, calendar, desk.now)
    return booking


def _follow_in_calendar(session: Session, desk: Desk, kind: JobKind, booking: Booking) -> None:
    calendar = home_of(session, Ground.read(session, desk.settings), booking)
    if calendar is not None:
        owe_write(session, kind, booking, calendar, desk.now)


def home_of(session: Session, ground: Ground, booking: Booking) -> Calendar | None:
    """The calendar in which the booking's event stands or will stand: never just the one that is used for bookings now."""
    known = {each.id: each for each in ground.calendars if not each.given_up}
    for job in reversed(outbox_rows.pending_for(session, booking.id)):
        if job.calendar in known:
            return known[job.calendar]
    for calendar in ground.calendars:
        if calendar_rows.find_event_by_booking(session, calendar.id, booking.id) is not None:
            return calendar
    last = outbox_rows.last_for(session, booking.id)
    return known.get(last.calendar, ground.target) if last is not None else ground.target


def expire(session: Session, now: Instant) -> None:
    """Ends the requests of which every time has begun, the wished for and the other ones."""
    for booking in rows.open_requests(session):
        if max((booking.start, *booking.alternatives)) <= now:
            rows.change_state(session, booking.id, State.EXPIRED, Cause.SYSTEM, now)
