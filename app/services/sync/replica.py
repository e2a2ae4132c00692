"""Stores an answer of a provider, so that at every instant the copy is a state in which nothing looks freer than it is.

What only adds goes in first, in short transactions with pauses; what may make time free, what is gone and the token follow in
one last transaction. A crash in between leaves the old token, and the next reading completes the work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.domain.calendars import Event
from app.domain.clock import Instant
from app.domain.connections import Calendar, CalendarState, Lost
from app.domain.errors import NotFound
from app.domain.events import Fact
from app.domain.syncing import Difference, Window, compare, fresh, guarded, kept
from app.models import accounts as account_rows
from app.models import calendars as rows
from app.models.base import Session
from app.models.database import CHUNK, Database, chunks
from app.providers.base import Changes
from app.services.sync.hooks import Hook

EVER = 1 << 40
"""Seconds around 1970 between which every event lies."""
FEW = 200
"""Rows that are looked up one by one, and events that are compared at once without a thread."""
PAUSE = 0.005
"""Seconds between two pieces: a booking that came meanwhile goes first."""
OUR_OWN = frozenset({Lost.REMOVED, Lost.UNSHARED, Lost.LOWERED, Lost.SIGN_IN})
"""What a reading found to be lost, a reading may find again."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at a calendar: what is followed of it, when the look began, and the token that was there before."""

    calendar: Calendar
    window: Window
    details: bool
    began: Instant
    stored: str

    @property
    def first(self) -> bool:
        return self.calendar.read_at == 0

    @property
    def token(self) -> str:
        """For the provider: empty where what is kept of an event has changed since."""
        head = self._head
        return self.stored.removeprefix(head) if self.stored.startswith(head) else ""

    def next_token(self, token: str) -> str:
        return self._head + token if token else ""

    @property
    def _head(self) -> str:
        # All-day events stand at the midnights of a zone that can change without any event changing.
        return f"{'details' if self.details else 'times'} {self.calendar.zone} "


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a reading. ``changed``: others may want to look again."""

    calendar: Calendar
    changed: bool
    facts: tuple[Fact, ...] = ()
    missing: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Beside:
    """What was looked up one by one beside an answer. ``strays``: events of our bookings that exist and that it does not name;
    ``absent``: those that stand nowhere, although they were written, as they were written."""

    strays: tuple[Event, ...] = ()
    absent: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrived:
    """What a first reading has stored before its answer is whole: the copy, and how each event of it was told."""

    known: Mapping[str, Event]
    raw: Mapping[str, Event]


def find(session: Session, calendar_id: str) -> Calendar | None:
    return next((each for each in account_rows.list_calendars(session) if each.id == calendar_id), None)


async def differences(
    database: Database,
    reading: Reading,
    answer: Changes,
    follow: bool,
    agreed: frozenset[str],
    arrived: Arrived | None = None,
) -> Difference:
    """What the answer changes. Long answers are compared in a thread. ``follow``: the owner agreed that much is gone.
    ``arrived``: the whole copy, where that is known already."""
    copy: Mapping[str, Event]
    raw: Mapping[str, Event]
    if arrived is None:
        raw = {}
        copy, ahead = await database.read(lambda session: _known(session, reading, answer, agreed))
    else:
        copy, ahead, raw = arrived.known, len(arrived.known), arrived.raw

    def look() -> Difference:
        name, details = reading.calendar.id, reading.details
        events = (copy[each.id] if raw.get(each.id) is each else kept(each, name, details) for each in answer.events)
        found = compare(copy, events, answer.gone, answer.full, reading.window)
        return found if reading.first or follow else guarded(found, ahead, reading.began, agreed)

    return look() if len(answer.events) + len(copy) <= FEW else await asyncio.to_thread(look)


def _known(session: Session, reading: Reading, answer: Changes, agreed: frozenset[str]) -> tuple[dict[str, Event], int]:
    """The rows that the answer speaks of, and how many events to come there are in the window, without the ``agreed``."""
    name, window, now = reading.calendar.id, reading.window, reading.began
    told = [*(each.id for each in answer.events), *answer.gone]
    if answer.full or len(told) > FEW:
        known = all_known(session, name)
        return known, _ahead(known.values(), window, now, agreed)
    found = (rows.get_event(session, name, each) for each in told)
    known = {each.id: each for each in found if each is not None}
    # How many there are matters only where several vanish.
    many = sum(each in known for each in answer.gone) > 1
    coming = rows.events_between(session, (name,), now, window.end) if many else ()
    return known, _ahead(coming, window, now, agreed)


def all_known(session: Session, calendar_id: str) -> dict[str, Event]:
    """The whole copy of a calendar, by id."""
    return {each.id: each for each in rows.events_between(session, (calendar_id,), -EVER, EVER)}


def _ahead(events: Iterable[Event], window: Window, now: Instant, agreed: frozenset[str]) -> int:
    return sum(each.end > now and window.holds(each) and each.id not in agreed for each in events)


async def store(
    database: Database,
    reading: Reading,
    answer: Changes,
    found: Difference,
    beside: Beside,
    hooks: Iterable[Hook],
    told: Callable[[int, tuple[Fact, ...]], None],
) -> Stored | None:
    """Brings the copy to the answer; None if the calendar is gone meanwhile. ``told`` hears after each step how many events it
    brought, and the facts of the hooks."""
    hooks = tuple(hooks)
    for part in _early(found):
        facts = await database.write(lambda session, part=part: add(session, reading, part, found.before, hooks))  # type: ignore[misc]
        if facts is None:
            return None
        told(len(part), facts)
        await asyncio.sleep(PAUSE)
    return await database.write(lambda session: _finish(session, reading, answer, found, beside, hooks))


def _early(found: Difference) -> Iterator[tuple[Event, ...]]:
    """All of what only adds, if it is too much for the last transaction."""
    if len(found.safe) + len(found.weighty) > CHUNK:
        yield from map(tuple, chunks(found.safe, CHUNK))


def add(
    session: Session, reading: Reading, part: tuple[Event, ...], before: Mapping[str, Event], hooks: tuple[Hook, ...]
) -> tuple[Fact, ...] | None:
    """Adds some of the events, before all that is to come is known; None if the calendar is gone."""
    try:
        rows.upsert_events(session, reading.calendar.id, part)
    except NotFound:
        return None
    return _call(session, replace(reading.calendar, read_at=reading.began), part, (), reading.first, before, hooks)


def _finish(
    session: Session, reading: Reading, answer: Changes, found: Difference, beside: Beside, hooks: tuple[Hook, ...]
) -> Stored | None:
    calendar = find(session, reading.calendar.id)
    if calendar is None:
        return None
    late = () if len(found.safe) + len(found.weighty) > CHUNK else found.safe
    changed = (*late, *found.weighty)
    rows.upsert_events(session, calendar.id, changed)
    rows.delete_events(session, calendar.id, (*found.gone, *found.outside))
    _keep_token(session, reading, answer, found)
    flaws = calendar.flaws if answer.flaws is None else answer.flaws
    now = replace(
        calendar, read_at=reading.began, failing_since=0, doubt=found.doubt, flaws=flaws, **_found_again(calendar)
    )  # fmt: skip
    if now != calendar:
        account_rows.save_calendar(session, now)
    absent = {each.id: each for each in beside.absent}
    beyond = {each.id for each in beside.strays}
    gone = (*(each for each in found.gone if each not in beyond), *absent)
    changed = (*changed, *found.ours, *beside.strays)
    facts = _call(session, now, changed, gone, reading.first, {**found.before, **absent}, hooks)
    # A copy that was too old to be trusted until now makes pages promise again, whatever it holds.
    was_stale = not fresh(calendar.read_at, reading.began)
    different = bool(found) or was_stale or replace(now, read_at=0) != replace(calendar, read_at=0)
    return Stored(now, different, facts, found.missing)


def _found_again(calendar: Calendar) -> dict[str, Any]:
    if calendar.state is CalendarState.INACTIVE and calendar.lost in OUR_OWN:
        return {"state": CalendarState.ACTIVE, "lost": None, "since": 0}
    return {}


def _keep_token(session: Session, reading: Reading, answer: Changes, found: Difference) -> None:
    """Without a token the next answer is a full one: as long as events are in doubt, and when somebody else wrote into the
    copy while this answer was on its way (``fresh``)."""
    untouched = account_rows.sync_token(session, reading.calendar.id) == reading.stored
    token = reading.next_token(answer.token) if untouched and not found.doubt else ""
    if token != reading.stored:
        account_rows.keep_sync_token(session, reading.calendar.id, token)


def _call(
    session: Session,
    calendar: Calendar,
    changed: tuple[Event, ...],
    gone: tuple[str, ...],
    first: bool,
    before: Mapping[str, Event],
    hooks: tuple[Hook, ...],
) -> tuple[Fact, ...]:
    of = {name: before[name] for name in (*(each.id for each in changed), *gone) if name in before}
    return tuple(fact for hook in hooks for fact in hook(session, calendar, changed, gone, first, of))
