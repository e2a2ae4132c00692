"""Events of all calendars as occurrences, series masters of the calendars that are kept here, and change numbers (SYNC-1,
SYNC-2).

Rows come and go by the ten thousand: everything works on many rows at a time and touches only those that differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from itertools import chain
from json.encoder import encode_basestring
from typing import Any

from sqlalchemy import Dialect, ForeignKey, Index, Row, Select, bindparam, delete, func, insert, or_, select, update
from sqlalchemy import text as sql

from app.domain.calendars import Days, Event, Response, Series, ShowAs
from app.domain.clock import DAY, Instant
from app.domain.connections import ProviderKind
from app.domain.errors import NotFound
from app.models.accounts import account, calendar
from app.models.base import Session, insert_for, store, table
from app.models.types import document, flag, load, maybe_text, number, one_of, text

_IS_LONG = f'"end" - start > {DAY}'
"""Events that a look-up bounded by one day before the window would miss; they have an index of their own."""

event = table(
    "event",
    text("calendar", ForeignKey("calendar.id", ondelete="CASCADE"), default=None, primary_key=True),
    text("id", default=None, primary_key=True),
    number("start"),
    number("end"),
    text("title"),
    maybe_text("first_day"),
    maybe_text("end_day"),
    text("show_as", default=ShowAs.BUSY.value),
    text("response", default=Response.OWN.value),
    text("uid"),
    text("series"),
    text("booking"),
    text("location"),
    text("description"),
    document("attendees", "[]"),
    flag("private"),
    text("tag"),
    text("key"),
    number("change", default=0),
    document("declined", "[]"),
    number("created", default=0),
    flag("by_program"),
    one_of("show_as", ShowAs),
    one_of("response", Response),
    Index("event_by_time", "calendar", "start", "end"),
    Index("event_long", "calendar", "end", sqlite_where=sql(_IS_LONG), postgresql_where=sql(_IS_LONG)),
    Index("event_of_booking", "booking", sqlite_where=sql("booking <> ''"), postgresql_where=sql("booking <> ''")),
    Index("event_of_series", "series", sqlite_where=sql("series <> ''"), postgresql_where=sql("series <> ''")),
    Index("event_by_key", "key", sqlite_where=sql("key <> ''"), postgresql_where=sql("key <> ''")),
)

event_gone = table(
    "event_gone",
    text("calendar", ForeignKey("calendar.id", ondelete="CASCADE"), default=None, primary_key=True),
    text("id", default=None, primary_key=True),
    number("change"),
)

series = table(
    "series",
    text("calendar", ForeignKey("calendar.id", ondelete="CASCADE"), default=None, primary_key=True),
    text("id", default=None, primary_key=True),
    text("ics", default=None),
    number("change", default=0),
)

_FIELDS = (
    "id", "calendar", "start", "end", "title", "first_day", "end_day", "show_as", "response", "uid", "series", "booking",
    "location", "description", "attendees", "private", "tag", "key", "declined", "created", "by_program",
)  # fmt: skip
_SELECT = select(*(event.c[name] for name in _FIELDS))
_SHOWS = {each.value: each for each in ShowAs}
_RESPONSES = {each.value: each for each in Response}
_SHOWN = {each: each.value for each in ShowAs}
_RESPONDED = {each: each.value for each in Response}

_OF = event.c.calendar.in_(bindparam("calendars", expanding=True))
_OVERLAPS = (event.c.start < bindparam("until"), or_(event.c.end > bindparam("since"), event.c.start >= bindparam("since")))
_SHORT = _SELECT.where(_OF, event.c.start > bindparam("since") - DAY, *_OVERLAPS, sql(f"NOT ({_IS_LONG})"))
_LONG = _SELECT.where(_OF, *_OVERLAPS, sql(_IS_LONG))


_KEYS = ("calendar", "id")
_SELDOM = ("first_day", "end_day", "booking", "private", "key", "declined", "by_program")
"""Columns in which most events have nothing but the default: left out of a statement they cost nothing."""
_TOGETHER = (100, 10, 1)
"""Rows that one statement stores; what is left of the many goes to the next."""

_STATE = select(calendar.c.change, account.c.provider).where(
    calendar.c.id == bindparam("of"), account.c.id == calendar.c.account
)
_COUNTED = update(calendar).where(calendar.c.id == bindparam("of")).values(change=bindparam("newest"))


@cache
def _upsert(dialect: str) -> Any:
    """Stores a row, and touches only what differs."""
    statement = insert_for(dialect, event)
    new = statement.excluded
    values = [name for name in _FIELDS if name not in _KEYS]
    return statement.on_conflict_do_update(
        index_elements=_KEYS,
        set_={name: new[name] for name in (*values, "change")},
        where=or_(*(event.c[name].is_distinct_from(new[name]) for name in values)),
    )


@cache
def _names(left_out: tuple[str, ...]) -> list[str]:
    return [each.name for each in event.columns if each.name not in left_out]


@cache
def _upsert_text(dialect: Dialect, left_out: tuple[str, ...], rows: int) -> str:
    """``_upsert`` of so many rows, in the driver's words. Columns that are left out get their defaults."""
    names = _names(left_out)
    one = f"({', '.join('?' * len(names))})"
    text = str(_upsert(dialect.name).compile(dialect=dialect, column_keys=names))
    return text.replace(f"VALUES {one}", f"VALUES {', '.join([one] * rows)}", 1)


def upsert_events(session: Session, calendar_id: str, events: Iterable[Event]) -> int:
    """Adds the events to the calendar or changes those that differ, and returns how many that were. Raises NotFound (the
    calendar).
    """
    newest, kept_here = _state(session, calendar_id)
    # Of one that is told twice the later telling counts.
    found = {each.id: each for each in events}
    plain, special = _rows(calendar_id, found.values(), newest + 1)
    changed = _store(session, _SELDOM, plain) + _store(session, (), special)
    if changed:
        _count(session, calendar_id, newest + 1)
    if changed and kept_here:
        back = (event_gone.c.calendar == bindparam("of"), event_gone.c.id == bindparam("back"))
        session.execute(delete(event_gone).where(*back), [{"of": calendar_id, "back": name} for name in found])
    return changed


def _store(session: Session, left_out: tuple[str, ...], rows: list[tuple[Any, ...]]) -> int:
    """Stores the rows and returns how many differed; where the driver lets us, many in one statement, at half the price."""
    if not rows:
        return 0
    if session.dialect.paramstyle != "qmark":
        named = [dict(zip(_names(left_out), row, strict=True)) for row in rows]
        return session.execute(_upsert(session.dialect.name), named).rowcount
    changed, at = 0, 0
    for size in _TOGETHER:
        most = len(rows) - (len(rows) - at) % size
        if many := [tuple(chain.from_iterable(rows[first : first + size])) for first in range(at, most, size)]:
            changed += session.exec_driver_sql(_upsert_text(session.dialect, left_out, size), many).rowcount
            at = most
    return changed


def delete_events(session: Session, calendar_id: str, ids: Iterable[str]) -> int:
    """Removes the events and returns how many there were."""
    wanted = [{"of": calendar_id, "gone": each} for each in ids]
    if not wanted:
        return 0
    newest, kept_here = _state(session, calendar_id)
    change = newest + 1
    which = (event.c.calendar == bindparam("of"), event.c.id == bindparam("gone"))
    if kept_here:
        marks = select(event.c.calendar, event.c.id, bindparam("change", change)).where(*which)
        session.execute(insert(event_gone).from_select(["calendar", "id", "change"], marks), wanted)
    removed = session.execute(delete(event).where(*which), wanted).rowcount
    if removed:
        _count(session, calendar_id, change)
    return removed


def replace_window(session: Session, calendar_id: str, start: Instant, end: Instant, events: Iterable[Event]) -> int:
    """Makes ``events`` all there is of the calendar in the span, and returns how many rows had to change."""
    new = tuple(events)
    gone = {each.id for each in events_between(session, (calendar_id,), start, end)} - {each.id for each in new}
    return delete_events(session, calendar_id, sorted(gone)) + upsert_events(session, calendar_id, new)


def events_between(session: Session, calendar_ids: Iterable[str], start: Instant, end: Instant) -> tuple[Event, ...]:
    """Events that overlap the span, however long they are, ascending. One without length counts if it begins in the span."""
    values = {"calendars": list(calendar_ids), "since": start, "until": end}
    if not values["calendars"]:
        return ()
    rows = [*session.execute(_SHORT, values), *session.execute(_LONG, values)]
    rows.sort(key=lambda row: (row.start, row.end, row.calendar, row.id))
    return tuple(map(_from_row, rows))


def get_event(session: Session, calendar_id: str, event_id: str) -> Event | None:
    return _one(session, _SELECT.where(event.c.calendar == calendar_id, event.c.id == event_id))


def find_event_by_booking(session: Session, calendar_id: str, booking_id: str) -> Event | None:
    """The event that the booking made in this calendar."""
    return _one(session, _SELECT.where(event.c.booking == booking_id, sql("booking <> ''"), event.c.calendar == calendar_id))


def find_event_by_key(session: Session, calendar_id: str, key: str) -> Event | None:
    """The event, of a series the first occurrence, that a write with this key made."""
    return _one(session, _SELECT.where(event.c.key == key, sql("key <> ''"), event.c.calendar == calendar_id))


def events_naming(session: Session, calendar_id: str, email: str, bookings: Iterable[str]) -> tuple[Event, ...]:
    """Events of the calendar that name the address, given in lower case, among their people or in their text, or that one of
    the bookings made, ascending. Reads the whole calendar."""
    people = func.lower(event.c.attendees + event.c.declined).contains(encode_basestring(email), autoescape=True)
    named = or_(people, func.lower(event.c.description).contains(email, autoescape=True))
    statement = _SELECT.where(event.c.calendar == calendar_id, or_(named, event.c.booking.in_(list(bookings))))
    return tuple(map(_from_row, session.execute(statement.order_by(event.c.start, event.c.id))))


def save_series(session: Session, saved: Series) -> Series:
    """Keeps the master; its occurrences are the caller's to make. Returns it with its change number. Raises NotFound (the
    calendar).
    """
    change = _newest(session, saved.calendar) + 1
    store(session, series, {"calendar": saved.calendar, "id": saved.id, "ics": saved.ics, "change": change})
    _count(session, saved.calendar, change)
    return Series(saved.id, saved.calendar, saved.ics, change)


def get_series(session: Session, calendar_id: str, series_id: str) -> Series | None:
    row = session.execute(select(series).where(series.c.calendar == calendar_id, series.c.id == series_id)).first()
    return None if row is None else _to_series(row)


def list_series(session: Session, calendar_id: str) -> tuple[Series, ...]:
    rows = session.execute(select(series).where(series.c.calendar == calendar_id).order_by(series.c.id))
    return tuple(_to_series(row) for row in rows)


def delete_series(session: Session, calendar_id: str, series_id: str) -> None:
    """Removes the master with all its occurrences. One that is gone already is no error."""
    occurrences = select(event.c.id).where(event.c.series == series_id, sql("series <> ''"), event.c.calendar == calendar_id)
    delete_events(session, calendar_id, list(session.execute(occurrences).scalars()))
    session.execute(delete(series).where(series.c.calendar == calendar_id, series.c.id == series_id))


def changes_since(session: Session, calendar_id: str, change: int) -> tuple[tuple[str, ...], tuple[str, ...], int]:
    """Ids of events made or changed since that change number, ids of those gone since, and the newest number.

    What is gone is known only for calendars that are kept here. A number that never was (newest is smaller) or 0 asks for
    everything: then nothing is told as gone. Raises NotFound (the calendar).
    """
    newest = _newest(session, calendar_id)
    since = change if 0 < change <= newest else 0
    made = select(event.c.id).where(event.c.calendar == calendar_id, event.c.change > since).order_by(event.c.id)
    gone = select(event_gone.c.id).where(event_gone.c.calendar == calendar_id, event_gone.c.change > since)
    lost = tuple(session.execute(gone.order_by(event_gone.c.id)).scalars()) if since else ()
    return tuple(session.execute(made).scalars()), lost, newest


def _state(session: Session, calendar_id: str) -> tuple[int, bool]:
    """The calendar's newest change number, and whether the rows are the calendar itself, not copies of one that is kept
    elsewhere. Raises NotFound.
    """
    row = session.execute(_STATE, {"of": calendar_id}).first()
    if row is None:
        raise NotFound("calendar")
    return int(row.change), row.provider == ProviderKind.LOCAL.value


def _newest(session: Session, calendar_id: str) -> int:
    return _state(session, calendar_id)[0]


def _count(session: Session, calendar_id: str, change: int) -> None:
    session.execute(_COUNTED, {"of": calendar_id, "newest": change})


def _one(session: Session, statement: Select[Any]) -> Event | None:
    row = session.execute(statement.order_by(event.c.start, event.c.id).limit(1)).first()
    return None if row is None else _from_row(row)


def _rows(calendar_id: str, events: Iterable[Event], change: int) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """The rows in the order of the table's columns: those without the columns that seldom say something, and whole ones. Lists
    of texts are written as ``dump`` writes them, at a fourth of its price."""
    plain: list[tuple[Any, ...]] = []
    special: list[tuple[Any, ...]] = []
    shows, responses = _SHOWN, _RESPONDED
    for each in events:
        people = each.attendees
        people_text = f"[{','.join(map(encode_basestring, people))}]" if people else "[]"
        days = each.days
        if days is None and not (each.booking or each.private or each.key or each.declined or each.by_program):
            plain.append((
                calendar_id, each.id, each.start, each.end, each.title, shows[each.show_as], responses[each.response],
                each.uid, each.series, each.location, each.description, people_text, each.tag, change, each.created,
            ))  # fmt: skip
        else:
            special.append((
                calendar_id, each.id, each.start, each.end, each.title, days and days.first.isoformat(),
                days and days.end.isoformat(), shows[each.show_as], responses[each.response], each.uid, each.series,
                each.booking, each.location, each.description, people_text, int(each.private), each.tag, each.key, change,
                f"[{','.join(map(encode_basestring, each.declined))}]", each.created, int(each.by_program),
            ))  # fmt: skip
    return plain, special


def _from_row(row: Sequence[Any]) -> Event:
    (
        event_id, of, start, end, title, first_day, end_day, show_as, response, uid, master, booking, location, description,
        attendees, private, tag, key, declined, created, by_program,
    ) = row  # fmt: skip
    days = None if first_day is None else Days(date.fromisoformat(first_day), date.fromisoformat(end_day))
    people = () if attendees == "[]" else tuple(load(attendees))
    return Event(
        event_id, of, start, end, title, days, _SHOWS[show_as], _RESPONSES[response], uid, master, booking, location,
        description, people, bool(private), tag, key, () if declined == "[]" else tuple(load(declined)), created,
        bool(by_program),
    )  # fmt: skip


def _to_series(row: Row[Any]) -> Series:
    return Series(row.id, row.calendar, row.ics, row.change)
