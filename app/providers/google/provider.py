"""Google Calendar as a provider of calendars (``providers.base.Provider``)."""

from __future__ import annotations

import asyncio
import functools
import hashlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import Any

from app.domain.calendars import Event, EventDraft
from app.domain.clock import DAY, Instant, from_iso
from app.domain.connections import Access, Lost, ProviderKind
from app.domain.errors import AccessLost, Conflict, NotFound, Unreachable
from app.providers.base import Changes, Early, RemoteCalendar
from app.providers.events import in_order, in_window
from app.providers.google.api import Api, Body, Session, aside, part
from app.providers.google.errors import Refused, translated
from app.providers.google.mapping import (
    CALENDAR_FIELDS,
    access_of,
    changes_of,
    own_id,
    read_calendar,
    read_calendars,
    window,
    write_event,
)  # fmt: skip
from app.providers.google.pages import Page, head_of, joined, page_reader, within
from app.providers.google.reading import EVENT_FIELDS, LISTED_FIELDS, MARK, Item, read_event, read_times

PAGE_SIZE = 2500
"""Events that Google gives in one answer at most."""
CALENDARS_A_PAGE = 250
MOST_ATTEMPTS = 50
"""Ids of one draft: each deletion and writing anew takes one."""
TRIES = 4
"""How often an update is tried while somebody else changes the same event."""
FIRST_YEARS = (366 * DAY, 30 * 366 * DAY)
"""Seconds after the start of a series in which its first occurrence is looked for."""
LINK_WAITS = (0.3, 0.7, 1.5)
"""Seconds between the looks for a video link that is still being made."""
PAGE_FIELDS = f"nextPageToken,nextSyncToken,timeZone,accessRole,items({LISTED_FIELDS})"
TASKS_NOTE = "aftale:tasks"

"""Takes the first events of a long answer while the rest is on its way."""


class GoogleProvider:
    """``invites``: Google mails the guests of our events about every change. To be closed."""

    kind = ProviderKind.GOOGLE
    keeps_events_here = False
    tells_early = True

    def __init__(self, session: Session, invites: bool = True) -> None:
        self.account, self._api, self._invites = session.account, Api(session), invites

    async def close(self) -> None:
        await self._api.close()

    # Reading

    async def calendars(self) -> tuple[RemoteCalendar, ...]:
        with translated(self.account):
            return read_calendars(await self._listed_calendars())

    async def _listed_calendars(self) -> list[Item]:
        found: list[Item] = []
        query: dict[str, str | int] = {
            "maxResults": CALENDARS_A_PAGE,
            "fields": f"nextPageToken,items({CALENDAR_FIELDS})",
        }
        while True:
            answer = await self._api.get("users/me/calendarList", dict, query)
            found += [each for each in answer.get("items", ()) if not each.get("deleted")]
            if not _next_page(query, answer.get("nextPageToken", "")):
                return found

    async def read_window(self, calendar: str, start: Instant, end: Instant) -> tuple[Event, ...]:
        return (await self._read(calendar, start, end))[0]

    async def changes(self, calendar: str, token: str, start: Instant, end: Instant, early: Early | None = None) -> Changes:
        """``early`` gets, where everything has to be read, the events of each page while Google thinks about the next one. They
        all come again in the answer, which alone is complete: an event that changes meanwhile may be told early as it was."""
        head = f"{hashlib.sha256(calendar.encode()).hexdigest()[:12]}/{start}/{end}/"
        if token.startswith(head) and (told := await self._changed(calendar, token.removeprefix(head), start, end)):
            return Changes(told.events, tuple(sorted(told.cancelled)), head + told.sync_token, full=False)
        events, sync_token = await self._read(calendar, start, end, early)
        return Changes(events, (), head + sync_token if sync_token else "", full=True)

    async def _read(
        self, calendar: str, start: Instant, end: Instant, early: Early | None = None
    ) -> tuple[tuple[Event, ...], str]:
        """All of a window, and the token for what changes in it. Asked for is a day more at either end: what touches the
        window is our own decision then, down to events of no length and days of other zones."""
        pages = []
        async with aclosing(self._pages(calendar, **window(start - DAY, end + DAY))) as coming:
            async for page in coming:
                pages.append(page)
                if early is not None:
                    await early(tuple([each for each in page.events if in_window(each, start, end)]))
        told = await _whole(pages, start, end)
        return told.events, told.sync_token

    async def _changed(self, calendar: str, sync_token: str, start: Instant, end: Instant) -> Page | None:
        """What changed since the token; None if that does not tell enough and the window has to be read: the token is no longer
        valid, or a series is among the changes, whose occurrences only the window shows for sure."""
        try:
            told = await _whole([page async for page in self._pages(calendar, syncToken=sync_token)], start, end)
        except _TokenForgotten:
            return None
        return None if told.recurs or not told.sync_token else told

    async def _pages(self, calendar: str, **query: str) -> AsyncGenerator[Page, None]:
        """The pages of a list of events; a short or an empty one is not the end. While Google thinks about the next one, the
        last is read, and whoever gets it may go on with it. Raises AccessLost where only free and busy may be seen."""
        asked: dict[str, str | int] = {"singleEvents": "true", "maxResults": PAGE_SIZE, "fields": PAGE_FIELDS, **query}
        path, read = f"calendars/{part(calendar)}/events", page_reader(calendar)
        coming: asyncio.Task[Body] | None = asyncio.create_task(self._api.fetch(path, asked))
        try:
            while coming is not None:
                with translated(self.account, calendar):
                    body, coming = await _unless_forgotten(coming, query), None
                    text = await aside(body.text) if body.is_large else body.text()
                    if token := head_of(text).get("nextPageToken", ""):
                        coming = self._following(path, asked, token)
                    page = await aside(functools.partial(_parsed, text, read)) if body.is_large else _parsed(text, read)
                    if access_of(page.role) is Access.FREE_BUSY:
                        raise AccessLost(self.account, calendar, Lost.LOWERED)
                    if page.next_page and coming is None:
                        coming = self._following(path, asked, page.next_page)
                yield page
        finally:
            if coming is not None:
                coming.cancel()
                await asyncio.gather(coming, return_exceptions=True)

    def _following(self, path: str, asked: dict[str, str | int], token: str) -> asyncio.Task[Body]:
        _next_page(asked, token)
        return asyncio.create_task(self._api.fetch(path, dict(asked)))

    async def busy(self, calendar: str, start: Instant, end: Instant) -> tuple[tuple[Instant, Instant], ...]:
        """The busy spans of a window as Google's free/busy tells them: the last look before a booking is promised."""
        with translated(self.account, calendar):
            body = {**window(start, end), "items": [{"id": calendar}]}
            answer = await self._api.send("POST", "freeBusy", {}, body)
            found = answer["calendars"][calendar]
            # A calendar that is lost stands as an error inside an answer that is none.
            if errors := found.get("errors"):
                raise Refused(404 if errors[0]["reason"] == "notFound" else 503, errors[0]["reason"])
            return tuple((from_iso(each["start"]), from_iso(each["end"])) for each in found["busy"])

    # Writing

    async def create(self, calendar: str, draft: EventDraft) -> Event:
        """Under an id that follows from the key. Google never gives a deleted event's id again, so then the next one is taken;
        Conflict after ``MOST_ATTEMPTS``."""
        for attempt in range(MOST_ATTEMPTS):
            # Looked for first: Google does not promise to notice an id that is taken.
            item = await self._item(calendar, own_id(draft.key, attempt))
            if item is None:
                item = await self._insert(calendar, draft, attempt)
            if item is not None and item.get("status") != "cancelled":
                return await self._shown(calendar, await self._with_link(calendar, item))
        raise Conflict(self.account, "written and deleted too often")

    async def _insert(self, calendar: str, draft: EventDraft, attempt: int) -> Item | None:
        """The written event; None if its id was taken by one that is deleted."""
        body = write_event(draft) | {"id": own_id(draft.key, attempt)}
        query: dict[str, str | int] = {"sendUpdates": self._updates(draft), "fields": EVENT_FIELDS}
        if draft.online:
            query["conferenceDataVersion"] = 1
        async with self._writing(calendar):
            try:
                return await self._api.send("POST", f"calendars/{part(calendar)}/events", query, body)
            except Refused as refused:
                if refused.status != 409:
                    raise
        return await self._item(calendar, body["id"])

    async def update(self, calendar: str, event: str, draft: EventDraft) -> Event:
        """What others changed meanwhile is read again, and stays; after ``TRIES`` times that is Unreachable."""
        for _ in range(TRIES):
            item = await self._item(calendar, event)
            if item is None or item.get("status") == "cancelled":
                await self._look(calendar)
                raise NotFound("event")
            zone = await self._look(calendar) if _needs_zone(item) else "UTC"
            body = changes_of(draft, item, zone)
            if not body:
                return await self._shown(calendar, item)
            if (changed := await self._patch(calendar, item, body, draft)) is not None:
                return await self._shown(calendar, await self._with_link(calendar, changed))
        raise Unreachable(self.account, "the event keeps changing")

    async def _patch(self, calendar: str, item: Item, body: dict[str, Any], draft: EventDraft) -> Item | None:
        """The changed event; None if somebody changed it meanwhile."""
        query: dict[str, str | int] = {"sendUpdates": self._updates(draft, item), "fields": EVENT_FIELDS}
        if "conferenceData" in body:
            query["conferenceDataVersion"] = 1
        async with self._writing(calendar):
            try:
                return await self._api.send("PATCH", _event(calendar, item["id"]), query, body, item.get("etag", ""))
            except Refused as refused:
                if refused.status not in (404, 410, 412):
                    raise
                return None

    async def delete(self, calendar: str, event: str) -> None:
        """Google writes to the guests, if this account invites them."""
        async with self._writing(calendar):
            try:
                await self._api.send("DELETE", _event(calendar, event), {"sendUpdates": "all" if self._invites else "none"})
                return
            except Refused as refused:
                if refused.status not in (404, 410):
                    raise
        # Nothing there: the event is gone, or the calendar is.
        await self._look(calendar)

    async def find(self, calendar: str, key: str) -> Event | None:
        """Among the ids that ``create`` may have used, then by its mark."""
        item: Item | None = {}
        for attempt in range(MOST_ATTEMPTS):
            item = await self._item(calendar, own_id(key, attempt))
            if item is None or item.get("status") != "cancelled":
                break
        if item is None:
            # Google forgets deleted events after a while, and with them the trace to later attempts.
            item = await self._marked(calendar, key)
        return await self._shown(calendar, item) if item and item.get("status") != "cancelled" else None

    async def task_calendar(self, name: str, zone: str) -> RemoteCalendar:
        """The calendar for tasks, made if there is none yet; it may be renamed. Needs the right ``tokens.OWN_CALENDARS``."""
        with translated(self.account, write=True):
            for each in await self._listed_calendars():
                if TASKS_NOTE in each.get("description", "") and each.get("accessRole") == "owner":
                    return read_calendar(each)
            body = {"summary": name, "timeZone": zone, "description": TASKS_NOTE}
            return read_calendar({**await self._api.send("POST", "calendars", {}, body), "accessRole": "owner"})

    # Parts of the above

    @asynccontextmanager
    async def _writing(self, calendar: str) -> AsyncIterator[None]:
        """A block that writes. Where it is refused because the calendar is lost, that is what it says."""
        try:
            with translated(self.account, calendar, write=True):
                yield
        except (Conflict, AccessLost):
            await self._look(calendar)
            raise

    def _updates(self, draft: EventDraft, item: Item | None = None) -> str:
        guests = draft.attendees or (item or {}).get("attendees")
        return "all" if self._invites and guests else "none"

    async def _item(self, calendar: str, event: str) -> Item | None:
        """The event as Google has it, a deleted one with the status cancelled; None if there is none, or no calendar."""
        with translated(self.account, calendar):
            try:
                return await self._api.get(_event(calendar, event), dict, {"fields": EVENT_FIELDS})
            except Refused as refused:
                if refused.status not in (404, 410):
                    raise
                return None

    async def _marked(self, calendar: str, key: str) -> Item | None:
        """The event with our mark of the key. Raises AccessLost if there is no such calendar."""
        mark = f"{MARK}={own_id(key)}"
        with translated(self.account, calendar):
            query = {"privateExtendedProperty": mark, "fields": f"accessRole,items({EVENT_FIELDS})"}
            answer = await self._api.get(f"calendars/{part(calendar)}/events", dict, query)
        if access_of(answer.get("accessRole", "")) is Access.FREE_BUSY:
            raise AccessLost(self.account, calendar, Lost.LOWERED)
        masters = (each for each in answer.get("items", ()) if "recurringEventId" not in each)
        return next(masters, None)

    async def _look(self, calendar: str) -> str:
        """The calendar's zone. Raises AccessLost if it cannot be read."""
        with translated(self.account, calendar):
            query: dict[str, str | int] = {"maxResults": 1, "fields": "timeZone,accessRole"}
            page = await self._api.get(f"calendars/{part(calendar)}/events", page_reader(calendar), query)
        if access_of(page.role) is Access.FREE_BUSY:
            raise AccessLost(self.account, calendar, Lost.LOWERED)
        return page.zone

    async def _shown(self, calendar: str, item: Item) -> Event:
        """An event as we tell it; of a series its first occurrence that is left. Raises NotFound if none is."""
        zone = await self._look(calendar) if _needs_zone(item) else "UTC"
        with translated(self.account, calendar):
            if "recurrence" in item:
                return await self._first(calendar, item, zone)
            event = read_event(item, calendar, zone)
        if event is None:
            raise NotFound("event")
        return event

    async def _first(self, calendar: str, master: Item, zone: str) -> Event:
        begin = read_times(master, zone)[1]
        for years in FIRST_YEARS:
            query: dict[str, str | int] = {
                "timeMax": window(0, begin + years)["timeMax"],
                "fields": PAGE_FIELDS,
            }
            found: list[Event] = []
            more = True
            while more:
                page = await self._api.get(f"{_event(calendar, master['id'])}/instances", page_reader(calendar), query)
                found += page.events
                more = _next_page(query, page.next_page)
            if found:
                return in_order(found)[0]
        raise NotFound("event")

    async def _with_link(self, calendar: str, item: Item) -> Item:
        """The event with its video link, if that is ready soon; a later reading brings it else."""
        for wait in LINK_WAITS:
            if item.get("conferenceData", {}).get("createRequest", {}).get("status", {}).get("statusCode") != "pending":
                break
            await asyncio.sleep(wait)
            item = await self._item(calendar, item["id"]) or item
        return item


class _TokenForgotten(Exception):
    """Google does not know the sync token any more, or takes it for none."""


async def _unless_forgotten(coming: asyncio.Task[Body], query: Mapping[str, str]) -> Body:
    try:
        return await coming
    except Refused as refused:
        forgotten = refused.status == 410 or (refused.status == 400 and refused.reason in ("invalid", "invalidParameter"))
        if forgotten and "syncToken" in query:
            raise _TokenForgotten from refused
        raise


def _parsed(text: str, read: Callable[[Any], Page]) -> Page:
    return read(json.loads(text))


async def _whole(pages: list[Page], start: Instant, end: Instant) -> Page:
    def put_together() -> Page:
        return within(joined(pages), start, end)

    return await aside(put_together) if len(pages) > 1 else put_together()


def _needs_zone(item: Item) -> bool:
    """Whether its instants follow from the calendar's zone."""
    return "recurrence" in item or "date" in item["start"]


def _event(calendar: str, event: str) -> str:
    return f"calendars/{part(calendar)}/events/{part(event)}"


def _next_page(query: dict[str, str | int], token: str) -> bool:
    """Turns ``query`` to the next page. A server that gives the same page again and again is not followed."""
    if not token:
        return False
    if query.get("pageToken") == token:
        raise ValueError("the same page again")
    query["pageToken"] = token
    return True
