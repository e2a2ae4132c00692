"""Bookings, their history and the tokens of their manage links (BOOK-1, BOOK-2, BOOK-5).

A change is a compare-and-swap: it names the state that it found and fails when another change came first. That no two live
bookings overlap is not this code's promise but the schema's (``overlap``): whatever writes, the triggers look.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Row, bindparam, func, insert, select, update
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError

from app.domain.booking import Booking, Cause, Change, State, Visitor, check_follows
from app.domain.clock import DAY, Instant, to_iso
from app.domain.errors import NotFound, SlotTaken, StateConflict
from app.domain.pages import Location, LocationKind
from app.models.base import Session, add, table
from app.models.overlap import LIVE, SLOT_TAKEN, guard
from app.models.types import blob, document, dump, flag, load, maybe_blob, number, one_of, text

LONGEST = 31 * DAY
"""No booking is longer, so that a look-up by time has a lower bound on the start and need not read the whole history."""

booking = table(
    "booking",
    text("id", default=None, primary_key=True),
    text("page", default=None),
    text("slug"),
    text("title"),
    number("start"),
    number("end"),
    text("state", default=None),
    number("seat", default=0),
    flag("holds"),
    number("buffer_before", default=0),
    number("buffer_after", default=0),
    text("first_name"),
    text("last_name"),
    text("email"),
    text("visitor_zone"),
    text("language", default="en"),
    document("guests", "[]"),
    text("zone", default=None),
    number("created_at"),
    number("changed_at"),
    text("uid", default=None),
    number("sequence", default=0),
    text("location_kind", default=LocationKind.VIDEO.value),
    text("location_detail"),
    text("colour", default="fjord"),
    document("answers"),
    document("consent"),
    text("message"),
    text("word"),
    document("alternatives", "[]"),
    flag("offline"),
    CheckConstraint(f'"end" > start AND "end" - start <= {LONGEST}'),
    one_of("state", State),
    Index("booking_by_time", "start", "end"),
    Index("booking_by_creation", "created_at"),
    Index("booking_live", "seat", "start", "end", sqlite_where=sql(LIVE), postgresql_where=sql(LIVE)),
    Index("booking_open", "created_at", sqlite_where=sql("state = 'requested'"), postgresql_where=sql("state = 'requested'")),
)
guard(booking)

booking_change = table(
    "booking_change",
    Column("number", Integer, primary_key=True),
    text("booking", ForeignKey("booking.id", ondelete="CASCADE"), default=None),
    number("at"),
    text("state", default=None),
    text("cause", default=None),
    number("start"),
    number("end"),
    text("note"),
    one_of("state", State),
    one_of("cause", Cause),
    Index("booking_change_of", "booking"),
)

manage_token = table(
    "manage_token",
    blob("hash", primary_key=True),
    text("booking", ForeignKey("booking.id", ondelete="CASCADE"), default=None, unique=True),
    maybe_blob("cipher"),
    number("expires"),
)

BOOKED = (State.CONFIRMED.value, State.WRITTEN.value)
_INSERT = insert(booking)
_INSERT_CHANGE = insert(booking_change)
_INSERT_TOKEN = insert(manage_token)
_SELECT = select(booking)
_BY_ID = _SELECT.where(booking.c.id == bindparam("wanted"))
_OVERLAPPING = _SELECT.where(
    booking.c.start < bindparam("until"),
    booking.c.start > bindparam("since") - LONGEST,
    booking.c.end > bindparam("since"),
).order_by(booking.c.start, booking.c.id)
_LIVE_BETWEEN = _OVERLAPPING.where(sql(f"({LIVE})"))
_BY_TOKEN = _SELECT.join(manage_token, manage_token.c.booking == booking.c.id).where(
    manage_token.c.hash == bindparam("hash"), manage_token.c.expires > bindparam("now")
)
_SWAP = update(booking).where(booking.c.id == bindparam("wanted"), booking.c.state == bindparam("found"))


def insert_booking(
    session: Session,
    new: Booking,
    token_hash: bytes,
    token_cipher: bytes | None,
    expires: Instant,
    cause: Cause,
) -> None:
    """Takes the time for ``new`` and begins its history. The token of its manage link is known by its hash alone.

    ``expires``: when the link ends. Raises SlotTaken when another live booking overlaps; then nothing changed.
    """
    with _guard():
        add(session, _INSERT, _to_row(new))
    add(session, _INSERT_TOKEN, {"hash": token_hash, "booking": new.id, "cipher": token_cipher, "expires": expires})
    _note(session, new.id, Change(new.created_at, new.state, cause, new.start, new.end))


def change_state(
    session: Session,
    booking_id: str,
    want: State,
    cause: Cause,
    at: Instant,
    note: str = "",
    start: Instant | None = None,
    end: Instant | None = None,
    holds: bool | None = None,
) -> Booking:
    """Brings the booking into the state ``want``, with other times and another ``holds`` where given.

    SEQUENCE grows when the times change or the booking is cancelled (RFC 5545 §3.8.7.4). ``note`` is kept in the history
    and, as the word of whoever declined or cancelled, with the booking. Raises NotFound, StateConflict, SlotTaken; then
    nothing changed.
    """
    found = get_booking(session, booking_id)
    check_follows(found.state, want)
    new_start = found.start if start is None else start
    new_end = found.end if end is None else end
    moved = (new_start, new_end) != (found.start, found.end)
    values: dict[str, Any] = {
        "state": want.value,
        "start": new_start,
        "end": new_end,
        "holds": int(found.holds if holds is None else holds),
        "sequence": found.sequence + int(moved or want is State.CANCELLED),
        "changed_at": at,
    }
    if note and want in (State.CANCELLED, State.DECLINED):
        values["word"] = note
    _swap(session, found, want, values)
    _note(session, booking_id, Change(at, want, cause, new_start, new_end, note))
    if moved:
        _follow_with_token(session, found, new_end)
    return get_booking(session, booking_id)


def move_booking(session: Session, booking_id: str, start: Instant, end: Instant, cause: Cause, at: Instant) -> Booking:
    """Gives a confirmed booking other times, at once and on the same row (BOOK-6); its calendar follows, so it is
    *confirmed* again.

    The history gets one entry *rescheduled* with the new times; its note is the old span (ISO 8601, ``start/end``). Raises
    NotFound, StateConflict unless the booking is confirmed or written, SlotTaken; then all is as it was.
    """
    found = get_booking(session, booking_id)
    if found.state not in (State.CONFIRMED, State.WRITTEN):
        raise StateConflict(found.state, State.RESCHEDULED)
    values = {
        "state": State.CONFIRMED.value,
        "start": start,
        "end": end,
        "sequence": found.sequence + 1,
        "changed_at": at,
    }
    _swap(session, found, State.RESCHEDULED, values)
    old = f"{to_iso(found.start)}/{to_iso(found.end)}"
    _note(session, booking_id, Change(at, State.RESCHEDULED, cause, start, end, old))
    _follow_with_token(session, found, end)
    return get_booking(session, booking_id)


def get_booking(session: Session, booking_id: str) -> Booking:
    """Raises NotFound."""
    row = session.execute(_BY_ID, {"wanted": booking_id}).first()
    if row is None:
        raise NotFound("booking")
    return _from_row(row)


def booking_by_token(session: Session, token_hash: bytes, now: Instant) -> Booking | None:
    """The booking behind a manage link; None for a token that is unknown or has expired."""
    row = session.execute(_BY_TOKEN, {"hash": token_hash, "now": now}).first()
    return None if row is None else _from_row(row)


def bookings_between(
    session: Session, start: Instant, end: Instant, states: Iterable[State] | None = None
) -> tuple[Booking, ...]:
    """Bookings that overlap the span, ascending; only those in ``states`` where given."""
    statement = _OVERLAPPING
    if states is not None:
        statement = statement.where(booking.c.state.in_([state.value for state in states]))
    return _all(session, statement, {"since": start, "until": end})


def live_between(session: Session, start: Instant, end: Instant) -> tuple[Booking, ...]:
    """Bookings that occupy time in the span, ascending."""
    return _all(session, _LIVE_BETWEEN, {"since": start, "until": end})


def open_requests(session: Session) -> tuple[Booking, ...]:
    """Requests that wait for an answer, the oldest first."""
    return _all(session, _SELECT.where(sql("state = 'requested'")).order_by(booking.c.created_at, booking.c.id), {})


def list_bookings(session: Session, limit: int = 1000) -> tuple[Booking, ...]:
    """The bookings made last, newest first."""
    return _all(session, _SELECT.order_by(booking.c.created_at.desc(), booking.c.id).limit(limit), {})


def each_booking(session: Session) -> Iterator[Booking]:
    """All bookings by time, read as they are asked for."""
    rows = session.execute(_SELECT.order_by(booking.c.start, booking.c.id)).yield_per(500)
    return (_from_row(row) for row in rows)


def history(session: Session, booking_id: str) -> tuple[Change, ...]:
    """Every change of the booking with time and cause, in the order in which they came."""
    entries = booking_change.c
    statement = select(entries.at, entries.state, entries.cause, entries.start, entries.end, entries.note)
    rows = session.execute(statement.where(entries.booking == booking_id).order_by(entries.number))
    return tuple(Change(at, State(state), Cause(cause), start, end, note) for at, state, cause, start, end, note in rows)


def count_by_page(session: Session, start: Instant, end: Instant) -> dict[str, int]:
    """How many meetings that stand begin in the span, by page."""
    statement = (
        select(booking.c.page, func.count())
        .where(booking.c.start >= start, booking.c.start < end, booking.c.state.in_(BOOKED))
        .group_by(booking.c.page)
    )
    return dict(session.execute(statement).all())


def _all(session: Session, statement: Any, values: Mapping[str, Any]) -> tuple[Booking, ...]:
    return tuple(_from_row(row) for row in session.execute(statement, values))


@contextmanager
def _guard() -> Iterator[None]:
    """Around a write that the triggers watch. Raises SlotTaken."""
    try:
        yield
    except IntegrityError as error:
        if SLOT_TAKEN in str(error.orig):
            raise SlotTaken("overlap") from None
        raise


def _swap(session: Session, found: Booking, want: State, values: Mapping[str, Any]) -> None:
    with _guard():
        met = session.execute(_SWAP, {**values, "wanted": found.id, "found": found.state.value}).rowcount
    if met != 1:
        raise StateConflict(get_booking(session, found.id).state, want)


def _note(session: Session, booking_id: str, change: Change) -> None:
    values = {
        "booking": booking_id,
        "at": change.at,
        "state": change.state.value,
        "cause": change.cause.value,
        "start": change.start,
        "end": change.end,
        "note": change.note,
    }
    add(session, _INSERT_CHANGE, values)


def _follow_with_token(session: Session, found: Booking, end: Instant) -> None:
    """The manage link ends as long after the new meeting as after the old one."""
    later = manage_token.c.expires + (end - found.end)
    session.execute(update(manage_token).where(manage_token.c.booking == found.id).values(expires=later))


def _to_row(new: Booking) -> dict[str, Any]:
    visitor = new.visitor
    return {
        "id": new.id,
        "page": new.page,
        "slug": new.slug,
        "title": new.title,
        "start": new.start,
        "end": new.end,
        "state": new.state.value,
        "seat": new.seat,
        "holds": int(new.holds),
        "buffer_before": new.buffer_before,
        "buffer_after": new.buffer_after,
        "first_name": visitor.first_name,
        "last_name": visitor.last_name,
        "email": visitor.email,
        "visitor_zone": visitor.zone,
        "language": visitor.language,
        "guests": dump(visitor.guests),
        "zone": new.zone,
        "created_at": new.created_at,
        "changed_at": new.changed_at,
        "uid": new.uid,
        "sequence": new.sequence,
        "location_kind": new.location.kind.value,
        "location_detail": new.location.detail,
        "colour": new.colour,
        "answers": dump(new.answers),
        "consent": dump(new.consent),
        "message": new.message,
        "word": new.word,
        "alternatives": dump(new.alternatives),
        "offline": int(new.offline),
    }


def _from_row(row: Row[Any]) -> Booking:
    return Booking(
        id=row.id,
        page=row.page,
        slug=row.slug,
        title=row.title,
        start=row.start,
        end=row.end,
        state=State(row.state),
        visitor=Visitor(row.first_name, row.last_name, row.email, row.visitor_zone, row.language, tuple(load(row.guests))),
        zone=row.zone,
        created_at=row.created_at,
        changed_at=row.changed_at,
        uid=row.uid,
        sequence=row.sequence,
        seat=row.seat,
        holds=bool(row.holds),
        buffer_before=row.buffer_before,
        buffer_after=row.buffer_after,
        location=Location(LocationKind(row.location_kind), row.location_detail),
        colour=row.colour,
        answers=load(row.answers),
        consent=load(row.consent),
        message=row.message,
        word=row.word,
        alternatives=tuple(load(row.alternatives)),
        offline=bool(row.offline),
    )
