"""A CalDAV account as a provider of calendars (``providers.base.Provider``)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from app.domain.calendars import Event, EventDraft
from app.domain.clock import Clock, Instant
from app.domain.connections import Access, Lost, ProviderKind
from app.domain.errors import AccessLost, Conflict, NotFound, RateLimited, Unreachable
from app.providers.base import Changes, RemoteCalendar
from app.providers.caldav import dav
from app.providers.caldav.client import Client, followed
from app.providers.caldav.collection import Collection, Named, NoSync, Taken, aside, in_parts, is_too_much, read_aside
from app.providers.caldav.errors import Astray, Refused, translated
from app.providers.caldav.keys import Keys
from app.providers.caldav.listing import (
    LISTED,
    NAME,
    Listed,
    access_of,
    calendar_url,
    is_calendar,
    read_list,
    remote,
    same_place,
    zone_of,
)  # fmt: skip
from app.providers.caldav.reading import MARK, Reader, Resource, event_id, mark_of, place_of, recurs
from app.providers.caldav.showing import BESIDE, first_event, holds, occurrence_of
from app.providers.caldav.tokens import Token, mark, read_token, tags_of, window_of
from app.providers.caldav.writing import (
    Hand,
    Unwritable,
    changed_object,
    new_object,
    own_mark,
    resource_name,
    uid_of,
    with_occurrence,
    without_occurrence,
    zone_text,
)
from app.providers.events import in_order

TRIES = 4
"""How often a write is tried while somebody else changes the same resource."""
MOST_CHANGED = 500
"""Changes that are fetched one by one; of more the whole window is read."""
MOST_OWNERS = 20
TASKS, TASKS_NOTE = "aftale-tasks", "aftale:tasks"
ADDRESSES = f"{dav.C}calendar-user-address-set"

Early = Callable[[tuple[Event, ...]], Awaitable[None]]
"""Takes the first events of a long reading while the rest is on its way."""


class CalDavProvider:
    """``invites``: the server mails the guests of our events, if it can. To be closed."""

    kind = ProviderKind.CALDAV
    keeps_events_here = False
    tells_early = True

    def __init__(self, account: str, keys: Keys, clock: Clock, invites: bool = True) -> None:
        self.account, self._keys, self._clock = account, keys, clock
        self._invites = invites and keys.schedules
        self._client = Client(keys.user, keys.password, clock, ca=keys.ca)
        self._zones: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"CalDavProvider({self.account})"

    async def close(self) -> None:
        await self._client.close()

    # Reading

    async def calendars(self) -> tuple[RemoteCalendar, ...]:
        with translated(self.account):
            found: list[Listed] = []
            for home in self._keys.homes:
                got = await self._client.dav("PROPFIND", home, dav.propfind(LISTED), "1")
                rows = (await read_aside(got)).rows
                found += read_list(rows, got.url, self._home, self._keys.principal, zone_here())
            self._zones |= {each.id: each.zone for each in found}
            return remote(found, await self._people({each.owner for each in found if each.owner}))

    async def _people(self, owners: Iterable[str]) -> dict[str, tuple[str, str]]:
        """E-mail address and name of those who share calendars, as far as the server tells."""
        found: dict[str, tuple[str, str]] = {}
        for owner in sorted(owners)[:MOST_OWNERS]:
            with suppress(Refused, Astray, ValueError):
                # A server may name somebody elsewhere, who shall not be shown the password.
                place = followed(self._home, owner)
                got = await self._client.dav("PROPFIND", place, dav.propfind((NAME, ADDRESSES)))
                row = (await read_aside(got)).rows[0]
                found[owner] = (address_in(row), row.text(NAME))
        return found

    async def read_window(self, calendar: str, start: Instant, end: Instant) -> tuple[Event, ...]:
        async with self._asking(calendar):
            reader = self._reader(calendar, await self._zone(calendar), start, end)
            return in_order((await self._read(reader))[0])

    async def changes(self, calendar: str, token: str, start: Instant, end: Instant, early: Early | None = None) -> Changes:
        """``early`` gets, where everything is read for the first time, the events part by part. They all come again in the
        answer."""
        known = read_token(token, window_of(calendar, start, end))
        async with self._asking(calendar):
            ever = True
            if known is not None:
                try:
                    told = await self._changed(calendar, known, start, end)
                except NoSync as error:
                    told, ever = None, not error.ever
                if told is not None:
                    return told
            return await self._everything(calendar, start, end, early, ever)

    async def _everything(
        self, calendar: str, start: Instant, end: Instant, early: Early | None, with_sync: bool
    ) -> Changes:  # fmt: skip
        """All of a window. The token is taken first: what changes during the reading is told once more."""
        state = await self._look(calendar)
        zone = self._zones[calendar]
        events, resources = await self._read(self._reader(calendar, zone, start, end), early)

        def told() -> Changes:
            token = Token(
                window_of(calendar, start, end),
                zone,
                sync=state.text(dav.SYNC_TOKEN) if with_sync else "",
                ctag=state.text(dav.CTAG),
                tags=tags_of((each.name, each.etag) for each in resources),
                series=frozenset(mark(each.name) for each in resources if recurs(each.text)),
            )
            return Changes(in_order(events), (), token.text(), full=True)

        return await aside(told, sum(len(each.text) for each in resources))

    async def _changed(self, calendar: str, known: Token, start: Instant, end: Instant) -> Changes | None:
        """What changed; None if that cannot be told and the window has to be read. Raises NoSync."""
        if known.sync:
            return await self._synced(calendar, known, start, end)
        if known.ctag:
            same = (await self._look(calendar)).text(dav.CTAG) == known.ctag
        else:
            named = await self._at(calendar).names(start - BESIDE, end + BESIDE)
            same = tags_of((each.name, each.etag) for each in named) == known.tags
        return Changes((), (), known.text(), full=False) if same else None

    async def _synced(self, calendar: str, known: Token, start: Instant, end: Instant) -> Changes | None:
        collection = self._at(calendar)
        synced = await collection.sync(known.sync)
        names = {*(each.name for each in synced.changed), *synced.gone}
        if len(names) > MOST_CHANGED or any(map(known.knows, names)):
            return None
        resources: list[Resource] = []
        for part in in_parts([each.href for each in synced.changed]):
            resources += await collection.fetch(part)
        if any(recurs(each.text) for each in resources):
            return None
        reader = self._reader(calendar, known.zone, start, end)
        events = in_order(event for each in resources for event in reader.events(each))
        gone = {event_id(name) for name in names} - {each.id for each in events}
        return Changes(events, tuple(sorted(gone)), known.after(synced.token).text(), full=False)

    async def _read(self, reader: Reader, early: Early | None = None) -> tuple[list[Event], list[Resource]]:
        """The events of a window, and what they stand in."""
        collection, window = self._at(reader.calendar), (reader.start - BESIDE, reader.end + BESIDE)
        if early is None:
            try:
                resources = await collection.query(*window)
                return await self._events(reader, resources), resources
            except Refused as refused:
                if not is_too_much(refused):
                    raise
        named: list[Named] = await collection.names(*window)
        events: list[Event] = []
        resources = []
        for part in in_parts([each.href for each in named]):
            batch = await collection.fetch(part)
            made = await self._events(reader, batch)
            events += made
            resources += batch
            if early is not None:
                await early(in_order(made))
        return events, resources

    async def _events(self, reader: Reader, resources: list[Resource]) -> list[Event]:
        def read() -> tuple[list[Event], list[Resource]]:
            events: list[Event] = []
            refused: list[Resource] = []
            for each in resources:
                found, incomplete = reader.read(each)
                if incomplete:
                    refused.append(each)
                else:
                    events += found
            return events, refused

        events, refused = await aside(read, sum(len(each.text) for each in resources))
        for each in refused:
            events += await self._expanded(reader, each)
        return events

    async def _expanded(self, reader: Reader, resource: Resource) -> tuple[Event, ...]:
        """The occurrences of a series whose rule is refused here: those that the server makes of it, if it does."""
        collection = self._at(reader.calendar)
        href = collection.place_of(resource.name)
        try:
            expanded = await collection.fetch([href], (reader.start, reader.end))
        except Refused as refused:
            if refused.status in (401, 429) or refused.status >= 500:
                raise
            expanded = []
        for each in expanded:
            found, incomplete = reader.read(each)
            if not incomplete and found:
                return tuple(replace(occurrence, series=event_id(resource.name)) for occurrence in found)
        return reader.events(resource)

    # Writing

    async def create(self, calendar: str, draft: EventDraft) -> Event:
        """Under a name that follows from the key. After ``TRIES`` times in which it keeps changing that is Unreachable."""
        name, collection = resource_name(draft.key), self._at(calendar)
        async with self._asking(calendar, write=True):
            zone = await self._zone(calendar)
            text = new_object(draft, self._hand())
            for _ in range(TRIES):
                # Looked for first: an answer that was lost may have been a yes.
                found = await collection.get(name) or await self._written(collection, name, text, draft)
                if found is not None:
                    return self._first(calendar, found, zone)
        raise Unreachable(self.account, "the event keeps changing")

    async def _written(self, collection: Collection, name: str, text: str, draft: EventDraft) -> Resource | None:
        """The new resource as it stands; None if somebody was faster."""
        try:
            etag = await collection.put(name, text)
        except Taken:
            return None
        except Refused as refused:
            if refused.precondition != "no-uid-conflict":
                raise
            # The server may keep it under another name.
            for each in await collection.with_text("UID", uid_of(draft)):
                if mark_of(each.text) == own_mark(draft.key):
                    return each
            raise
        return Resource(name, etag, text) if etag else await collection.get(name)

    async def update(self, calendar: str, event: str, draft: EventDraft) -> Event:
        """What others changed meanwhile is read again, and stays; after ``TRIES`` times that is Unreachable."""
        collection, (name, at) = self._at(calendar), place_of(event)
        async with self._asking(calendar, write=True):
            zone = await self._zone(calendar)
            for _ in range(TRIES):
                found = await collection.get(name)
                if found is None or not holds(self._reader(calendar, zone, 0, 0), found, event, at):
                    await self._look(calendar)
                    raise NotFound("event")
                hand = self._hand()
                text = changed_object(found.text, draft, hand) if at is None else with_occurrence(found.text, at, draft, hand)
                with suppress(Taken):
                    if text != found.text:
                        etag = await collection.put(name, text, found.etag)
                        found = Resource(name, etag, text) if etag else await collection.get(name)
                    if found is not None:
                        if at is None:
                            return self._first(calendar, found, zone)
                        return occurrence_of(self._reader(calendar, zone, 0, 0), found, event, draft)
        raise Unreachable(self.account, "the event keeps changing")

    async def delete(self, calendar: str, event: str) -> None:
        """A changed resource is read again first; after ``TRIES`` times that is Unreachable."""
        collection, (name, at) = self._at(calendar), place_of(event)
        async with self._asking(calendar, write=True):
            zone = await self._zone(calendar) if at is not None else ""
            for _ in range(TRIES):
                found = await collection.get(name)
                if found is None or not holds(self._reader(calendar, zone, 0, 0), found, event, at):
                    await self._look(calendar)
                    return
                text = without_occurrence(found.text, at, self._hand()) if at is not None else ""
                with suppress(Taken):
                    if text:
                        await collection.put(name, text, found.etag)
                    else:
                        await collection.delete(name, found.etag)
                    return
        raise Unreachable(self.account, "the event keeps changing")

    async def find(self, calendar: str, key: str) -> Event | None:
        collection, mark = self._at(calendar), own_mark(key)
        async with self._asking(calendar):
            zone = await self._zone(calendar)
            found = await collection.get(resource_name(key))
            if found is None:
                named = await collection.with_text(MARK, mark)
                found = next((each for each in named if mark_of(each.text) == mark), None)
            try:
                return self._first(calendar, found, zone) if found is not None else None
            except Conflict:
                return None

    async def task_calendar(self, name: str, zone: str) -> RemoteCalendar:
        """The calendar for tasks, made if there is none yet; it may be renamed. Raises Conflict where the server makes none."""
        with translated(self.account, write=True):
            url = f"{self._home.rstrip('/')}/{TASKS}/"
            body = dav.make_calendar(name, TASKS_NOTE, zone_text(zone))
            try:
                await self._client.call("MKCALENDAR", url, body, {"Content-Type": "application/xml; charset=utf-8"})
            except Refused as refused:
                # It is there already, which servers say in different ways.
                if refused.status not in (403, 405, 409):
                    raise
        for each in await self.calendars():
            if same_place(calendar_url(each.id, self._home), url):
                return each
        raise Conflict(self.account, "the server makes no calendars")

    # Parts of the above

    @property
    def _home(self) -> str:
        return self._keys.homes[0]

    def _at(self, calendar: str) -> Collection:
        return Collection(self._client, calendar_url(calendar, self._home))

    def _hand(self) -> Hand:
        return Hand(self._keys.email, self._clock.now(), self._invites)

    def _reader(self, calendar: str, zone: str, start: Instant, end: Instant) -> Reader:
        return Reader(calendar, zone, self._keys.email, start, end)

    @asynccontextmanager
    async def _asking(self, calendar: str, write: bool = False) -> AsyncIterator[None]:
        """A block about one calendar. Where it is refused because the calendar is lost, or because we are let in nowhere any
        more, that is what it says."""
        try:
            try:
                with translated(self.account, calendar, write):
                    try:
                        yield
                    except Unwritable as error:
                        raise Conflict(self.account, str(error)) from error
            except (Conflict, AccessLost):
                with translated(self.account, calendar):
                    await self._look(calendar)
                raise
        except AccessLost as lost:
            if lost.reason == Lost.UNSHARED:
                await self._see_whether_shut_out()
            raise

    async def _see_whether_shut_out(self) -> None:
        """Raises SignInExpired where not even the list of calendars may be seen."""
        with suppress(Unreachable, RateLimited), translated(self.account):
            await self._client.dav("PROPFIND", self._home, dav.propfind((NAME,)))

    async def _look(self, calendar: str) -> dav.Row:
        """What the server says of the calendar. Raises AccessLost if it cannot be read."""
        with translated(self.account, calendar):
            row = await self._at(calendar).state()
        if not is_calendar(row):
            raise AccessLost(self.account, calendar, Lost.REMOVED)
        if access_of(row) is Access.FREE_BUSY:
            raise AccessLost(self.account, calendar, Lost.LOWERED)
        self._zones[calendar] = zone_of(row, zone_here())
        return row

    async def _zone(self, calendar: str) -> str:
        if calendar not in self._zones:
            await self._look(calendar)
        return self._zones[calendar]

    def _first(self, calendar: str, found: Resource, zone: str) -> Event:
        """An event as we tell it; of a series its first occurrence that is left. Raises Conflict if none is."""
        event = first_event(self._reader(calendar, zone, 0, 0), found)
        if event is None:
            raise Conflict(self.account, "the series has no occurrence")
        return event


def address_in(row: dav.Row) -> str:
    """The e-mail address among those of a person, empty if there is none."""
    found = (each.partition(":")[2] for each in row.hrefs(ADDRESSES) if each.lower().startswith("mailto:"))
    return next(found, "")


def zone_here() -> str:
    """The zone of this computer, for calendars that tell none."""
    import tzlocal

    return str(tzlocal.get_localzone_name() or "UTC")
