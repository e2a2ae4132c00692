"""Changes to the events of bookings that were made in the calendar itself, and how bookings follow them (SYNC-5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ForeignKey, Index, Row, and_, bindparam, delete, func, or_, select, update
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError

from app.domain.booking import Booking, Cause, State
from app.domain.calendars import Event
from app.domain.clock import Instant
from app.domain.outbox import JobState
from app.domain.overview import Upstream, UpstreamChange
from app.domain.upstream import Noted, holds_still
from app.models import bookings, outbox
from app.models.base import Session, store, table
from app.models.calendars import event, get_event
from app.models.overlap import SLOT_TAKEN
from app.models.types import document, dump, flag, load, number, one_of, text

upstream_change = table(
    "upstream_change",
    text("id", default=None, primary_key=True),
    text("booking", ForeignKey("booking.id", ondelete="CASCADE"), default=None),
    text("kind", default=None),
    number("at"),
    text("calendar"),
    text("event"),
    number("before", default=0),
    number("start", default=0),
    document("who", "[]"),
    flag("stuck"),
    flag("settled"),
    one_of("kind", Upstream),
    Index("upstream_change_of", "booking", "kind", "stuck", unique=True),
)

Times = tuple[Instant, Instant]
_OF_BOOKINGS = select(event.c.calendar, event.c.id).where(
    event.c.booking.in_(bindparam("bookings", expanding=True)), sql("booking <> ''")
)


def note(session: Session, new: Noted) -> None:
    """Remembers the change in the place of an earlier one of its kind."""
    earlier = upstream_change.c.booking == new.booking, upstream_change.c.kind == new.kind.value
    session.execute(
        delete(upstream_change).where(*earlier, upstream_change.c.stuck == int(new.stuck), upstream_change.c.id != new.id)
    )
    values = {
        "id": new.id,
        "booking": new.booking,
        "kind": new.kind.value,
        "at": new.at,
        "calendar": new.calendar,
        "event": new.event,
        "before": new.before,
        "start": new.start,
        "who": dump(new.who),
        "stuck": int(new.stuck),
        "settled": int(new.settled),
    }
    store(session, upstream_change, values)


def forget(session: Session, noted_id: str) -> None:
    session.execute(delete(upstream_change).where(upstream_change.c.id == noted_id))


def get_noted(session: Session, noted_id: str) -> Noted | None:
    row = session.execute(select(upstream_change).where(upstream_change.c.id == noted_id)).first()
    return None if row is None else _from_row(row)


def noted_of(session: Session, booking_id: str) -> tuple[Noted, ...]:
    """Everything that is remembered of the booking."""
    return tuple(map(_from_row, session.execute(select(upstream_change).where(upstream_change.c.booking == booking_id))))


def stuck_in(session: Session, calendar_id: str) -> tuple[Noted, ...]:
    """Moves in the calendar that bookings could not follow."""
    statement = select(upstream_change).where(upstream_change.c.stuck == 1, upstream_change.c.calendar == calendar_id)
    return tuple(map(_from_row, session.execute(statement)))


def open_changes(session: Session) -> tuple[UpstreamChange, ...]:
    """What waits for the owner's word, oldest first."""
    statement = select(upstream_change).where(upstream_change.c.settled == 0)
    found = []
    for noted in map(_from_row, session.execute(statement.order_by(upstream_change.c.at, upstream_change.c.id))):
        booking = bookings.get_booking(session, noted.booking)
        if holds_still(noted, booking):
            wanted = noted.start if noted.stuck else 0
            found.append(UpstreamChange(noted.id, noted.kind, booking, noted.at, noted.before, noted.who, wanted))
    return tuple(found)


def events_of_booking(session: Session, booking_id: str) -> tuple[Event, ...]:
    """Every event, in any calendar, that carries the booking's mark."""
    places = session.execute(_OF_BOOKINGS, {"bookings": [booking_id]}).all()
    found = (get_event(session, calendar, name) for calendar, name in places)
    return tuple(each for each in found if each is not None)


def differing_in(session: Session, calendar_id: str, now: Instant) -> frozenset[str]:
    """Bookings to come whose event in the calendar's copy lies at another time than they do."""
    held = bookings.booking.c
    statement = select(held.id, event.c.calendar).join(event, and_(event.c.booking == held.id, sql("event.booking <> ''")))
    differ = or_(event.c.start != held.start, event.c.end != held.end)
    # Asked for by calendar, ten thousand other events would be looked through.
    found = session.execute(
        statement.where(held.state.in_(bookings.BOOKED), held.end > now, held.start > now - bookings.LONGEST, differ)
    )
    return frozenset(name for name, calendar in found if calendar == calendar_id)


def unseen_in(session: Session, calendar_id: str, start: Instant, end: Instant, since: Instant) -> tuple[Booking, ...]:
    """Bookings between ``start`` and ``end`` that were written to the calendar, changed no earlier than ``since``, and stand in
    no copy of any calendar."""
    found = [
        each
        for each in bookings.bookings_between(session, start, end, (State.WRITTEN,))
        if each.changed_at >= since and each.start >= start and each.end <= end
    ]
    if not found:
        return ()
    writes = last_writes(session, [each.id for each in found])
    here = [each for each in found if writes.get(each.id) == (calendar_id, JobState.DONE)]
    return tuple(each for each in here if not events_of_booking(session, each.id))


def last_writes(session: Session, booking_ids: Iterable[str]) -> dict[str, tuple[str, JobState]]:
    """Of each booking, to which calendar the latest write went and what became of it."""
    jobs = outbox.outbox
    latest = select(func.max(jobs.c.number)).where(jobs.c.booking.in_(list(booking_ids))).group_by(jobs.c.booking)
    rows = session.execute(select(jobs.c.booking, jobs.c.calendar, jobs.c.state).where(jobs.c.number.in_(latest)))
    return {row.booking: (row.calendar, JobState(row.state)) for row in rows}


def move_together(session: Session, wanted: Mapping[str, Times], at: Instant) -> tuple[tuple[Booking, ...], tuple[str, ...]]:
    """Moves the bookings to their new times, as their calendar has them already, and returns those that moved and the ids of
    those that could not: at the new time another booking lies, or the new length is none for a booking.

    Two may take each other's place: none counts as in the way while it moves itself.
    """
    going, refused = dict(wanted), [name for name, times in wanted.items() if not _fits(times)]
    for name in refused:
        del going[name]
    while going:
        attempt = session.begin_nested()
        stopped = _try(session, going, at)
        if stopped is None:
            attempt.commit()
            break
        attempt.rollback()
        refused.append(stopped)
        del going[stopped]
    return tuple(bookings.get_booking(session, name) for name in going), tuple(refused)


def _fits(times: Times) -> bool:
    start, end = times
    return 0 < end - start <= bookings.LONGEST


def _try(session: Session, going: Mapping[str, Times], at: Instant) -> str | None:
    """Moves all of ``going``; returns the first that cannot lie where it should."""
    seats = {name: bookings.get_booking(session, name).seat for name in going}
    for place, name in enumerate(going, start=1):
        _sit(session, name, -place)
    for name, (start, end) in going.items():
        bookings.move_booking(session, name, start, end, Cause.UPSTREAM, at)
        bookings.change_state(session, name, State.WRITTEN, Cause.UPSTREAM, at)
    for name, seat in seats.items():
        try:
            _sit(session, name, seat)
        except IntegrityError as error:
            if SLOT_TAKEN in str(error.orig):
                return name
            raise
    return None


def _sit(session: Session, booking_id: str, seat: int) -> None:
    session.execute(update(bookings.booking).where(bookings.booking.c.id == booking_id).values(seat=seat))


def _from_row(row: Row[Any]) -> Noted:
    return Noted(
        id=row.id,
        booking=row.booking,
        kind=Upstream(row.kind),
        at=row.at,
        calendar=row.calendar,
        event=row.event,
        before=row.before,
        start=row.start,
        who=tuple(load(row.who)),
        stuck=bool(row.stuck),
        settled=bool(row.settled),
    )
