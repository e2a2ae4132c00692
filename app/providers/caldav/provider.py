"""A CalDAV account as a provider of calendars (``providers.base.Provider``)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace

from app.domain.calendars import Event, EventDraft
from app.domain.clock import DAY, Clock, Instant
from app.domain.connections import Access, Flaw, Flaws, Lost, ProviderKind
from app.domain.errors import AccessLost, Conflict, NotFound, RateLimited, Unreachable
from app.providers.base import Changes, RemoteCalendar
from app.providers.caldav import dav
from app.providers.caldav.client import Client, followed
from app.providers.caldav.collection import (
    BATCH,
    MOST_UNREAD,
    Collection,
    Fetched,
    NoSync,
    Taken,
    aside,
    in_parts,
    is_too_much,
    read_aside,
)
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
from app.providers.caldav.reading import MARK, Reader, Resource, event_id, place_of, recurs
from app.providers.caldav.showing import BESIDE, first_event, holds, occurrence_of
from app.providers.caldav.tokens import Token, mark, read_token, tags_of, window_of
from app.providers.caldav.writing import (
    Hand,
    Unwritable,
    changed_object,
    made_with,
    new_object,
    own_mark,
    resource_name,
    uid_for,
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
PATIENT = 3
"""First readings that are not believed because of a resource that cannot be read."""
TASKS, TASKS_NOTE = "aftale-tasks", "aftale:tasks"
BEFORE, AFTER = 366 * DAY, 6 * 366 * DAY
"""Seconds around now in which a renamed event is looked for."""
ADDRESSES = f"{dav.C}calendar-user-address-set"

Early = Callable[[tuple[Event, ...]], Awaitable[None]]
"""Takes the first events of a long reading while the rest is on its way."""


@dataclass(frozen=True, slots=True)
class Found:
    """The events of some resources. ``tags``: names and tags of all of these; ``unread``: the names of those that could not be
    read, or not all of what is in them."""

    events: list[Event] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)
    tags: list[tuple[str, str]] = field(default_factory=list)
    unread: frozenset[str] = frozenset()

    def __add__(self, other: Found) -> Found:
        return Found(
            [*self.events, *other.events], [*self.resources, *other.resources], [*self.tags, *other.tags],
            self.unread | other.unread,
        )  # fmt: skip


def flaws_of(unread: frozenset[str]) -> Flaws:
    return ((Flaw.LEFT_OUT, len(unread)),) if unread else ()


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
        self._tries: dict[str, int] = {}
        """How often a reading of each calendar was not believed, by its address."""
        self._told: dict[str, dict[str, str]] = {}
        """Of each calendar, by its address, the UIDs of the events that were told, by id."""

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
        """An answer with a hole would look freer than the calendar: then it is Unreachable."""
        async with self._asking(calendar):
            found = await self._read(self._reader(calendar, await self._zone(calendar), start, end))
            if found.unread:
                raise Unreachable(self.account, f"{len(found.unread)} resources cannot be read")
            return in_order(found.events)

    async def changes(self, calendar: str, token: str, start: Instant, end: Instant, early: Early | None = None) -> Changes:
        """``early`` gets, where everything is read for the first time, the events part by part. They all come again in the
        answer. What is known of a resource that cannot be read stays, is told as a flaw, and is asked for again each time."""
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
            return await self._everything(calendar, start, end, early, ever, first=not token)

    async def _everything(
        self, calendar: str, start: Instant, end: Instant, early: Early | None, with_sync: bool, first: bool
    ) -> Changes:
        """All of a window. The token is taken first: what changes during the reading is told once more."""
        state = await self._look(calendar)
        zone, url = self._zones[calendar], self._at(calendar).url
        found = await self._read(self._reader(calendar, zone, start, end), early)
        self._believe(found, url, first)

        def told() -> Changes:
            token = Token(
                window_of(calendar, start, end),
                zone,
                sync=state.text(dav.SYNC_TOKEN) if with_sync else "",
                ctag=state.text(dav.CTAG),
                tags=tags_of(found.tags),
                series=frozenset(mark(each.name) for each in found.resources if recurs(each.text)),
                unread=found.unread,
            )
            events, before = in_order(found.events), self._told.get(url, {})
            now = {each.id: each.uid for each in events}
            if not found.unread:
                self._told[url] = now
                return Changes(events, (), token.text(), full=True, flaws=())
            # Not full: what is not among the events is not all gone. Told once more later, for it may not be believed at once.
            self._told[url] = before | now
            gone = sorted(each for each in before if each not in now and place_of(each)[0] not in found.unread)
            return Changes(events, tuple(gone), token.text(), full=False, flaws=flaws_of(found.unread))

        return await aside(told, sum(len(each.text) for each in found.resources))

    def _believe(self, found: Found, url: str, first: bool) -> None:
        """Raises Unreachable where it is the server that is not well, not a single resource; and in the ``first`` readings also
        for a single one, as long as that may pass: there is no copy that could keep its times."""
        unread = len(found.unread)
        waits = first and url not in self._told and self._tries.get(url, 0) < PATIENT
        if unread > MOST_UNREAD or (unread > 1 and unread == len(found.tags)) or (unread and waits):
            self._tries[url] = self._tries.get(url, 0) + 1
            raise Unreachable(self.account, f"{unread} resources cannot be read")

    async def _changed(self, calendar: str, known: Token, start: Instant, end: Instant) -> Changes | None:
        """What changed; None if that cannot be told and the window has to be read, as it is once something can be read that
        could not be. Raises NoSync."""
        if known.unread:
            reader = self._reader(calendar, known.zone, start, end)
            again = await self._events(reader, await self._at(calendar).each(sorted(known.unread)))
            if again.unread != known.unread:
                return None
        if known.sync:
            return await self._synced(calendar, known, start, end)
        if known.ctag:
            same = (await self._look(calendar)).text(dav.CTAG) == known.ctag
        else:
            named = await self._at(calendar).names(start - BESIDE, end + BESIDE)
            same = tags_of((each.name, each.etag) for each in named) == known.tags
        return Changes((), (), known.text(), full=False, flaws=flaws_of(known.unread)) if same else None

    async def _synced(self, calendar: str, known: Token, start: Instant, end: Instant) -> Changes | None:
        collection = self._at(calendar)
        synced = await collection.sync(known.sync)
        names = {*(each.name for each in synced.changed), *synced.gone}
        if len(names) > MOST_CHANGED or any(map(known.knows, names)):
            return None
        fetched = Fetched([], [])
        for part in in_parts(synced.changed):
            fetched += await collection.fetch(part)
        if any(recurs(each.text) for each in fetched.resources):
            return None
        found = await self._events(self._reader(calendar, known.zone, start, end), fetched)
        unread = (known.unread - names) | found.unread
        if known.unread - unread:
            return None
        events = in_order(found.events)
        gone = {event_id(name) for name in names - found.unread} - {each.id for each in events}
        self._told.setdefault(collection.url, {}).update((each.id, each.uid) for each in events)
        token = known.after(synced.token, unread)
        return Changes(events, tuple(sorted(gone)), token.text(), full=False, flaws=flaws_of(unread))

    async def _read(self, reader: Reader, early: Early | None = None) -> Found:
        """The events of a window, and what they stand in."""
        collection, window = self._at(reader.calendar), (reader.start - BESIDE, reader.end + BESIDE)
        if early is None:
            try:
                return await self._events(reader, await collection.query(*window))
            except Refused as refused:
                if not is_too_much(refused):
                    raise
        named = await collection.names(*window)
        found = Found()
        for part in in_parts(named):
            made = await self._events(reader, await collection.fetch(part))
            if early is not None:
                await early(in_order(made.events))
                if collection.one_by_one and len(named) > BATCH:
                    # One answer with everything is better than one for each.
                    return await self._read(reader)
            found += made
        return found

    async def _events(self, reader: Reader, fetched: Fetched) -> Found:
        def read() -> tuple[Found, list[Resource]]:
            events: list[Event] = []
            refused: list[Resource] = []
            unread = {each.name for each in fetched.unread}
            for each in fetched.resources:
                found = reader.read(each)
                if not found.whole:
                    unread.add(each.name)
                if found.refused:
                    refused.append(each)
                else:
                    events += found.events
            tags = [(each.name, each.etag) for each in fetched.resources]
            tags += [(each.name, each.etag) for each in fetched.unread]
            return Found(events, fetched.resources, tags, frozenset(unread)), refused

        found, refused = await aside(read, sum(len(each.text) for each in fetched.resources))
        for each in refused:
            found.events.extend(await self._expanded(reader, each))
        return found

    async def _expanded(self, reader: Reader, resource: Resource) -> tuple[Event, ...]:
        """The occurrences of a series whose rule is refused here: those that the server makes of it, if it does."""
        try:
            expanded = await self._at(reader.calendar).expanded(resource.name, reader.start, reader.end)
        except Refused as refused:
            if refused.status in (401, 429) or refused.status >= 500:
                raise
            expanded = []
        for each in expanded:
            found = reader.read(each)
            if not found.refused and found.events:
                return tuple(replace(occurrence, series=event_id(resource.name)) for occurrence in found.events)
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
            found = await self._renamed(collection, draft.key, uid_of(draft))
            if found is None:
                raise
            return found
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
                        etag = await collection.replace(found, text)
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
                    await collection.replace(found, text)
                    return
        raise Unreachable(self.account, "the event keeps changing")

    async def find(self, calendar: str, key: str) -> Event | None:
        collection = self._at(calendar)
        async with self._asking(calendar):
            zone = await self._zone(calendar)
            found = await collection.get(resource_name(key)) or await self._renamed(collection, key, uid_for(key))
            try:
                return self._first(calendar, found, zone) if found is not None else None
            except Conflict:
                return None

    async def _renamed(self, collection: Collection, key: str, uid: str) -> Resource | None:
        """What a draft with ``key`` made, under another name: programs may give it one when they change it. A server that
        cannot look for it names everything, and what is not known to be something else is looked at."""
        searched = True
        for name, text in ((MARK, own_mark(key)), ("UID", uid)):
            hits = await collection.with_text(name, text)
            # A mark may have been dropped, so that not to find one says nothing.
            searched = hits is not None
            for hit in hits or ():
                if made_with(hit.text, key, uid):
                    return hit
        if searched:
            return None
        now = self._clock.now()
        told = {place_of(each)[0]: known for each, known in self._told.get(collection.url, {}).items()}
        named = await collection.names(now - BEFORE, now + AFTER)
        unknown = [each for each in named if told.get(each.name, uid) == uid]
        for part in in_parts(unknown):
            for each in (await collection.fetch(part)).resources:
                if made_with(each.text, key, uid):
                    return each
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
