"""The calendar *On this computer*: nothing outside is asked, the rows of the database are the calendar.

Occurrences stand as events, so that everybody reads them alike; of each series its iCalendar text is kept beside them, from
which they are made anew whenever it changes or the horizon moves on. Each call is one transaction: it happens or it does not;
only ``import_ics`` and ``extend``, which may be long, are several.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Protocol, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.domain.calendars import Event, EventDraft, Series
from app.domain.clock import DAY, Instant
from app.domain.connections import Calendar, Lost, ProviderKind
from app.domain.errors import AccessLost, Conflict, NotFound
from app.domain.ids import new_id
from app.domain.rules import RuleError
from app.domain.series import Start, split_occurrence_id
from app.providers.base import Changes, Imported, RemoteCalendar
from app.providers.events import event_of, in_order, times_of

if TYPE_CHECKING:
    from app.providers.ics import ImportedCalendar

T = TypeVar("T")
EXPANDED = 2 * 366 * DAY
"""Seconds after its first start up to which a new series is expanded at least; ``extend`` goes on from there."""
CHUNK = 500
PAUSE = 0.005
"""Events that an import writes in one transaction, and seconds between two: a booking that came meanwhile goes first."""
ALWAYS = (-62_135_510_400, 253_402_214_400)
"""Every instant that a date of the years 1 to 9999 can have in any zone."""


class EventTable(Protocol):
    """The rows of all calendars on this computer, inside one transaction."""

    def calendars(self, account: str) -> tuple[Calendar, ...]: ...
    def between(self, calendar: str, start: Instant, end: Instant) -> tuple[Event, ...]: ...
    def get(self, calendar: str, event: str) -> Event | None: ...
    def by_key(self, calendar: str, key: str) -> Event | None: ...
    def put(self, calendar: str, events: Iterable[Event]) -> None: ...
    def drop(self, calendar: str, events: Iterable[str]) -> None: ...
    def series(self, calendar: str) -> tuple[Series, ...]: ...
    def one_series(self, calendar: str, series: str) -> Series | None: ...
    def put_series(self, series: Series) -> None: ...
    def drop_series(self, calendar: str, series: str) -> None:
        """With its occurrences."""
        ...

    def changes_since(self, calendar: str, number: int) -> tuple[tuple[str, ...], tuple[str, ...], int]:
        """Ids made or changed, ids gone, and the newest number."""
        ...


class EventStore(Protocol):
    """Runs a function in a transaction. Of ``write`` either everything stands on the disk when it returns, or nothing."""

    async def read(self, function: Callable[[EventTable], T]) -> T: ...
    async def write(self, function: Callable[[EventTable], T]) -> T: ...


class LocalProvider:
    """The calendars of one account that are kept in ``store``."""

    kind = ProviderKind.LOCAL
    keeps_events_here = True

    def __init__(self, account: str, store: EventStore) -> None:
        self.account, self._store = account, store
        self._horizon: Instant = 0

    async def calendars(self) -> tuple[RemoteCalendar, ...]:
        found = await self._store.read(lambda table: table.calendars(self.account))
        return tuple(
            RemoteCalendar(each.id, each.name, each.zone, each.access, primary=each.booking, colour=each.colour)
            for each in found
        )

    async def read_window(self, calendar: str, start: Instant, end: Instant) -> tuple[Event, ...]:
        def read(table: EventTable) -> tuple[Event, ...]:
            self._known(table, calendar)
            return in_order(table.between(calendar, start, end))

        return await self._store.read(read)

    async def changes(self, calendar: str, token: str, start: Instant, end: Instant) -> Changes:
        def read(table: EventTable) -> Changes:
            self._known(table, calendar)
            window = f"{calendar}/{start}/{end}"
            since, _, number = token.rpartition("/")
            known = int(number) if since == window and number.isdecimal() else -1
            changed, gone, newest = table.changes_since(calendar, max(0, known))
            events, next_token = in_order(table.between(calendar, start, end)), f"{window}/{newest}"
            if not 0 <= known <= newest:
                return Changes(events, (), next_token, full=True)
            inside, touched = {each.id for each in events}, set(changed)
            gone = tuple(sorted({*gone, *touched} - inside))
            return Changes(tuple(each for each in events if each.id in touched), gone, next_token, full=False)

        return await self._store.read(read)

    async def create(self, calendar: str, draft: EventDraft) -> Event:
        ics = await _ics() if draft.rrule else None

        def write(table: EventTable) -> Event:
            home = self._writable(table, calendar)
            known = table.by_key(calendar, draft.key) if draft.key else None
            return known or self._put(table, home, new_id(), draft, ics)

        return await self._store.write(write)

    async def update(self, calendar: str, event: str, draft: EventDraft) -> Event:
        ics = await _ics() if draft.rrule or split_occurrence_id(event) else None

        def write(table: EventTable) -> Event:
            home = self._writable(table, calendar)
            if table.get(calendar, event) is None and table.one_series(calendar, event) is None:
                raise NotFound("event")
            occurrence = self._occurrence(table, calendar, event)
            if occurrence is None or ics is None:
                return self._put(table, home, event, draft, ics)
            series, at = occurrence
            self._bring(table, home, replace(series, ics=ics.with_changed(series.ics, at, draft)), ics, draft)
            changed = table.get(calendar, event)
            if changed is None:
                raise NotFound("event")
            return changed

        return await self._store.write(write)

    async def delete(self, calendar: str, event: str) -> None:
        ics = await _ics() if split_occurrence_id(event) else None

        def write(table: EventTable) -> None:
            home = self._writable(table, calendar)
            occurrence = self._occurrence(table, calendar, event)
            if occurrence is None or ics is None:
                table.drop_series(calendar, event)
                table.drop(calendar, [event])
            elif table.get(calendar, event) is not None:
                series, at = occurrence
                self._bring(table, home, replace(series, ics=ics.without(series.ics, at)), ics)

        await self._store.write(write)

    async def find(self, calendar: str, key: str) -> Event | None:
        def read(table: EventTable) -> Event | None:
            self._known(table, calendar)
            return table.by_key(calendar, key) if key else None

        return await self._store.read(read)

    async def close(self) -> None:
        """There is no connection."""

    # What only calendars that are kept here can do

    async def extend(self, calendar: str, until: Instant) -> None:
        """A transaction for each series, with a pause between two."""
        self._horizon = max(self._horizon, until)
        known = await self._store.read(lambda table: table.series(calendar))
        if not known:
            return
        ics = await _ics()
        for series in known:
            await self._store.write(partial(self._extend, calendar=calendar, series=series.id, ics=ics))
            await asyncio.sleep(PAUSE)

    async def import_ics(self, calendar: str, text: str, start: Instant, until: Instant) -> Imported:
        """Read in a thread, written in pieces of ``CHUNK`` with pauses: one that is given up leaves what it wrote, and the same
        file again brings the rest."""
        ics = await _ics()
        home, known = await self._store.read(lambda table: (self._writable(table, calendar), self._uids(table, calendar)))
        reading = partial(
            ics.read_ics, text, home.zone, start, until,
            calendar=calendar, id_of=lambda uid: known.get(uid, "") or ics.series_id(uid),
        )  # fmt: skip
        found: ImportedCalendar = await asyncio.to_thread(reading)
        single: list[Event] = []
        of_series: dict[str, list[Event]] = defaultdict(list)
        for each in found.events:
            if known.get(each.uid) != "":
                (of_series[each.series] if each.series else single).append(each)
        for first in range(0, len(single), CHUNK):
            await self._store.write(partial(self._import_single, calendar=calendar, events=single[first : first + CHUNK]))
            await asyncio.sleep(PAUSE)
        for name, made in of_series.items():
            series = Series(name, calendar, found.series[name])
            await self._store.write(partial(self._import_series, series=series, made=made))
            await asyncio.sleep(PAUSE)
        return Imported(len(single) + sum(map(len, of_series.values())), len(of_series), found.problems)

    async def export_ics(self, calendar: str, now: Instant) -> str:
        ics = await _ics()

        def read(table: EventTable) -> tuple[Calendar, tuple[Event, ...], dict[str, str]]:
            series = {each.id: each.ics for each in table.series(calendar)}
            return self._known(table, calendar), table.between(calendar, *ALWAYS), series

        home, events, series = await self._store.read(read)
        text: str = await asyncio.to_thread(ics.write_ics, home.name, home.zone, events, series, now)
        return text

    # Inside a transaction

    def _known(self, table: EventTable, calendar: str) -> Calendar:
        for each in table.calendars(self.account):
            if each.id == calendar:
                return each
        raise AccessLost(self.account, calendar, Lost.REMOVED)

    def _writable(self, table: EventTable, calendar: str) -> Calendar:
        found = self._known(table, calendar)
        if not found.writable:
            raise Conflict(self.account, "the calendar cannot be written")
        return found

    def _uids(self, table: EventTable, calendar: str) -> dict[str, str]:
        """The id that stands for each UID; empty where one of our bookings made the event."""
        return {
            each.uid: "" if each.booking else each.series or each.id for each in table.between(calendar, *ALWAYS) if each.uid
        }

    def _occurrence(self, table: EventTable, calendar: str, event: str) -> tuple[Series, Start] | None:
        """The series of which ``event`` is an occurrence, and its original start there."""
        found = split_occurrence_id(event)
        series = table.one_series(calendar, found[0]) if found else None
        return None if found is None or series is None else (series, found[1])

    def _put(self, table: EventTable, home: Calendar, event: str, draft: EventDraft, ics: ModuleType | None) -> Event:
        """Brings a single event or a whole series to the state of the draft, whatever it was before."""
        old, master = table.get(home.id, event), table.one_series(home.id, event)
        if draft.rrule and ics is not None:
            series = Series(event, home.id, self._text(draft, event, master, ics))
            begin, _ = times_of(draft.days, draft.start, draft.end, home.zone)
            made = ics.occurrences(series.ics, event, home.id, home.zone, ALWAYS[0], max(self._horizon, begin + EXPANDED))
            if not made:
                raise Conflict(self.account, "the series has no occurrence")
            made = tuple(replace(each, key=draft.key, booking=draft.booking) for each in made)
            self._put_series(table, series, made)
            return in_order(made)[0]
        made_event = replace(event_of(draft, event, home.id, home.zone), key=draft.key)
        if old is not None:
            made_event = replace(
                made_event, key=draft.key or old.key, uid=draft.uid or old.uid, private=old.private, response=old.response
            )
        self._put_single(table, home.id, [made_event])
        return made_event

    def _text(self, draft: EventDraft, series: str, master: Series | None, ics: ModuleType) -> str:
        try:
            ZoneInfo(draft.zone)
            if master is not None:
                return str(ics.redrafted(master.ics, draft))
            return str(ics.draft_text(draft, draft.uid or series))
        except (RuleError, ZoneInfoNotFoundError) as error:
            raise Conflict(self.account, str(error)) from error

    def _bring(
        self, table: EventTable, home: Calendar, series: Series, ics: ModuleType, draft: EventDraft | None = None
    ) -> None:
        """Makes the occurrences of a changed series anew, as far as they reached before. ``draft``: where one of them is."""
        old = self._rows(table, series)
        times = [(each.start, each.end) for each in old]
        if draft is not None:
            start, end = times_of(draft.days, draft.start, draft.end, home.zone)
            times.append((start - 1, end + 1))
        low = min((start for start, _ in times), default=ALWAYS[0])
        high = max((end for _, end in times), default=ALWAYS[0])
        made = ics.occurrences(series.ics, series.id, home.id, home.zone, low, max(high, self._horizon))
        if old:
            made = tuple(replace(each, key=old[0].key, booking=old[0].booking) for each in made)
        self._put_series(table, series, made)

    def _put_series(self, table: EventTable, series: Series, made: tuple[Event, ...]) -> None:
        """Keeps the series with these occurrences and no others."""
        old = {each.id for each in self._rows(table, series)}
        table.put_series(series)
        table.drop(series.calendar, sorted(old - {each.id for each in made}))
        table.put(series.calendar, made)

    def _put_single(self, table: EventTable, calendar: str, events: list[Event]) -> None:
        for each in events:
            if table.one_series(calendar, each.id) is not None:
                table.drop_series(calendar, each.id)
        table.put(calendar, events)

    def _import_single(self, table: EventTable, calendar: str, events: list[Event]) -> None:
        known = ((each, table.get(calendar, each.id)) for each in events)
        self._put_single(table, calendar, [replace(each, key=old.key if old else "") for each, old in known])

    def _import_series(self, table: EventTable, series: Series, made: list[Event]) -> None:
        old = self._rows(table, series)
        self._put_series(table, series, tuple(replace(each, key=old[0].key if old else "") for each in made))

    def _rows(self, table: EventTable, series: Series) -> list[Event]:
        """What stands of the series now, also where it was a single event."""
        every = table.between(series.calendar, *ALWAYS)
        return [each for each in every if each.series == series.id or each.id == series.id]

    def _extend(self, table: EventTable, calendar: str, series: str, ics: ModuleType) -> None:
        found = table.one_series(calendar, series)
        if found is not None:
            self._bring(table, self._known(table, calendar), found, ics)


async def _ics() -> ModuleType:
    """The iCalendar part, loaded in a thread."""

    def load() -> ModuleType:
        from app.providers import ics

        return ics

    return await asyncio.to_thread(load)
