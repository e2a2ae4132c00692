"""Office 365 as a provider of calendars (``providers.base.Provider``)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from app.domain.calendars import Event, EventDraft
from app.domain.clock import DAY, Instant
from app.domain.connections import Access, Lost, ProviderKind
from app.domain.errors import AccessLost, Conflict, NotFound
from app.domain.rules import RuleError
from app.providers.base import Changes, RemoteCalendar
from app.providers.events import in_order
from app.providers.office365.api import Api, mailbox_settings, part
from app.providers.office365.drafts import changes_of, mark_of, transaction_of, write_event
from app.providers.office365.errors import Refused, translated
from app.providers.office365.mapping import (
    CALENDAR_FIELDS,
    EVENT_FIELDS,
    EXPANDED,
    MARK,
    ONE_EVENT_FIELDS,
    Home,
    Item,
    hides_details,
    home_of,
    read_calendar,
    read_event,
    read_instant,
    window,
)
from app.providers.office365.reading import Token, Window, calendar_hash, first_link, page_reader, read_window, signal
from app.providers.office365.tokens import Session
from app.providers.office365.zones import iana_zone

CALENDARS_A_PAGE = 100
PROBED, PROBED_AROUND = 10, 60 * DAY
"""Events that are looked at to learn what somebody else's calendar shows, and how far from today."""
MOST_ATTEMPTS = 50
"""Transactions of one draft: each deletion and writing anew takes one."""
FIRST_YEARS = (366 * DAY, 1820 * DAY)
"""Seconds after the start of a series in which its first occurrence is looked for; Graph opens no window of
more than 1825 days."""
SETTLING = (0.4, 1.2)
"""Seconds between the looks for an event that was written and is not to be seen: that it was deleted has to be sure."""
INSTANCES_A_PAGE = 50


class OfficeProvider:
    """``invites``: guests of our events stand in them, and so Exchange invites them and tells them about every change; else
    their addresses stand in the text. ``farewell`` is what guests read when a meeting is cancelled. ``here``: the zone of this
    computer; ``settling`` for tests. To be closed."""

    kind = ProviderKind.OFFICE365
    keeps_events_here = False

    def __init__(
        self,
        session: Session,
        invites: bool = True,
        farewell: str = "",
        here: str = "",
        settling: tuple[float, ...] = SETTLING,
    ) -> None:
        self.account, self._api = session.account, Api(session)
        self._invites, self._farewell, self._here, self._settling = invites, farewell, here, settling
        self._zone: str | None = None
        self._me = ""
        self._homes: dict[str, Home] = {}
        self._attempts: dict[str, int] = {}
        """By a draft's mark, the first transaction that may not be spent; where there is none it is 0."""

    async def close(self) -> None:
        await self._api.close()

    # Calendars

    async def calendars(self) -> tuple[RemoteCalendar, ...]:
        """Own calendars and those that others share. What a role shows is known to the owner alone, so the latter are looked
        into: one that refuses, or whose events have no details, counts as free/busy."""
        with translated(self.account):
            zone, items = await self._mailbox_zone(afresh=True), await self._listed_calendars()
            me = self._who(items)
            homes = [home_of(each, me, zone) for each in items]
            self._homes = {each["id"]: home for each, home in zip(items, homes, strict=True)}
            accesses = await asyncio.gather(*map(self._access, items, homes), return_exceptions=True)
            return tuple(
                read_calendar(each, home, zone, _sure(access))
                for each, home, access in zip(items, homes, accesses, strict=True)
            )

    async def _listed_calendars(self) -> list[Item]:
        query: dict[str, str | int] = {"$select": CALENDAR_FIELDS, "$top": CALENDARS_A_PAGE}
        pages, _delta = await self._api.pages("me/calendars", _values, query)
        return [each for page in pages for each in page]

    def _who(self, items: list[Item]) -> str:
        """The address of the mailbox: that of whoever owns its default calendar. People sign in with other names."""
        owners = [(each.get("owner") or {}).get("address") or "" for each in items if each.get("isDefaultCalendar")]
        self._me = next(filter(None, owners), self._me) or self._api.session.credentials.email
        return self._me

    async def _access(self, item: Item, home: Home) -> Access:
        """What may be done with a calendar. Raises what says nothing about it."""
        if not home.shared:
            return home.access
        now = self._api.session.clock.now()
        query: dict[str, str | int] = {
            **window(now - PROBED_AROUND, now + PROBED_AROUND), "$select": "id,subject,organizer,sensitivity", "$top": PROBED,
        }  # fmt: skip
        try:
            found = await self._api.get(f"me/calendars/{part(item['id'])}/calendarView", _values, query)
        except Refused as refused:
            if refused.status != 403 and not refused.gone:
                raise
            return Access.FREE_BUSY
        return Access.FREE_BUSY if hides_details(found) else home.access

    async def _mailbox_zone(self, afresh: bool = False) -> str:
        """Where the owner of the mailbox lives, as Outlook has it; empty where that may not be read."""
        if self._zone is None or afresh:
            name = str((await mailbox_settings(self._api)).get("timeZone") or "")
            self._zone = await asyncio.to_thread(lambda: iana_zone(name, self._here or _local_zone()))
        return self._zone

    async def _home(self, calendar: str) -> Home:
        """Whose calendar it is. Raises Refused if there is none."""
        if calendar not in self._homes:
            self._homes[calendar] = await self._fresh_home(calendar)
        return self._homes[calendar]

    async def _fresh_home(self, calendar: str) -> Home:
        path = f"me/calendars/{part(calendar)}"
        item = await self._api.get(path, dict, {"$select": CALENDAR_FIELDS})
        if not self._me:
            self._who([await self._api.get("me/calendar", dict, {"$select": CALENDAR_FIELDS})])
        return home_of(item, self._me, await self._mailbox_zone())

    # Reading

    async def read_window(self, calendar: str, start: Instant, end: Instant) -> tuple[Event, ...]:
        with translated(self.account, calendar):
            return (await self._window(calendar, start, end)).events

    async def _window(self, calendar: str, start: Instant, end: Instant) -> Window:
        """Raises AccessLost where only free and busy may be seen."""
        found = await read_window(self._api, calendar, await self._home(calendar), start, end)
        if found.hides:
            raise AccessLost(self.account, calendar, Lost.LOWERED)
        return found

    async def changes(self, calendar: str, token: str, start: Instant, end: Instant) -> Changes:
        """Graph's delta only signals: where it tells anything, the window is read and compared by fingerprint."""
        with translated(self.account, calendar):
            known = Token.load(token)
            if known is None or known.calendar != calendar_hash(calendar):
                return self._told(Token(calendar_hash(calendar), start, end, 0), await self._window(calendar, start, end))
            ended = False
            if known.reaches(start, end):
                told = await signal(self._api, known)
                if told and not told[0] and known.shows(start, end):
                    return Changes((), (), replace(known, link=told[1]).dump(), full=False)
                known, ended = replace(known, link=told[1] if told else ""), told is None
            if not known.reaches(start, end):
                known = await first_link(self._api, calendar, known, start, end)
            found = await self._window(calendar, start, end)
            if known.shows(start, end) and known.fingerprint == found.fingerprint and not ended:
                return Changes((), (), known.dump(), full=False)
            return self._told(replace(known, start=start, end=end), found)

    @staticmethod
    def _told(token: Token, found: Window) -> Changes:
        return Changes(found.events, (), replace(token, fingerprint=found.fingerprint).dump(), full=True)

    # Writing

    async def create(self, calendar: str, draft: EventDraft) -> Event:
        """Writes the event once: it is looked for by its mark first, and a repeated transaction gives the same event again,
        should the mark of an event that was made a moment ago not be found yet. Guests are invited by Exchange."""
        mark = mark_of(draft.key)
        if (item := await self._marked(calendar, draft.key)) is not None:
            return await self._shown(calendar, item)
        for attempt in range(self._attempts.get(mark, 0), MOST_ATTEMPTS):
            item = await self._settled(calendar, await self._post(calendar, draft, attempt))
            if item is not None:
                return await self._shown(calendar, item)
            # What comes back for a repeated transaction was deleted since: that transaction is spent, also for a retry.
            self._attempts[mark] = attempt + 1
        raise Conflict(self.account, "written and deleted too often")

    async def _settled(self, calendar: str, event: str) -> Item | None:
        """The event that was written, now or before; None if it was deleted since."""
        item = await self._item(calendar, event)
        for wait in self._settling:
            if item is not None:
                break
            await asyncio.sleep(wait)
            item = await self._item(calendar, event)
        return item

    async def _post(self, calendar: str, draft: EventDraft, attempt: int) -> str:
        """The id of the event that was written, now or before."""
        async with self._writing(calendar):
            home = await self._home(calendar)
            if draft.online:
                # Whether there is Teams may have changed since the calendar was looked at.
                home = self._homes[calendar] = await self._fresh_home(calendar)
            body = write_event(draft, home, self._invites) | {"transactionId": transaction_of(draft.key, attempt)}
            return str((await self._api.send("POST", f"me/calendars/{part(calendar)}/events", body))["id"])

    async def update(self, calendar: str, event: str, draft: EventDraft) -> Event:
        item = await self._item(calendar, event)
        if item is None or item.get("isCancelled"):
            await self._look(calendar)
            raise NotFound("event")
        async with self._writing(calendar):
            body = changes_of(draft, item, await self._home(calendar), self._invites)
            if body:
                try:
                    await self._api.send("PATCH", _event(calendar, event), body)
                except Refused as refused:
                    if refused.status != 404:
                        raise
        if not body:
            return await self._shown(calendar, item)
        changed = await self._item(calendar, event)
        if changed is None:
            await self._look(calendar)
            raise NotFound("event")
        return await self._shown(calendar, changed)

    async def delete(self, calendar: str, event: str) -> None:
        """Removes the event; guests of a meeting of ours get a cancellation."""
        item = await self._item(calendar, event)
        if item is not None:
            async with self._writing(calendar):
                try:
                    await self._remove(calendar, event, bool(item.get("isOrganizer") and item.get("attendees")))
                    return
                except Refused as refused:
                    if refused.status not in (404, 410):
                        raise
        # Nothing there: the event is gone, or the calendar is.
        await self._look(calendar)

    async def _remove(self, calendar: str, event: str, has_guests: bool) -> None:
        if has_guests:
            await self._api.send("POST", f"{_event(calendar, event)}/cancel", {"comment": self._farewell})
        else:
            await self._api.send("DELETE", _event(calendar, event))

    async def find(self, calendar: str, key: str) -> Event | None:
        item = await self._marked(calendar, key)
        return await self._shown(calendar, item) if item is not None else None

    # Parts of the above

    @asynccontextmanager
    async def _writing(self, calendar: str) -> AsyncIterator[None]:
        """A block that writes. Where it is refused because the calendar is lost, that is what it says."""
        try:
            with translated(self.account, calendar, write=True):
                try:
                    yield
                except RuleError as error:
                    raise Conflict(self.account, str(error)) from error
        except (Conflict, AccessLost):
            await self._look(calendar)
            raise

    async def _item(self, calendar: str, event: str) -> Item | None:
        """The event as Graph has it; None if there is none, or no calendar."""
        with translated(self.account, calendar):
            try:
                return await self._api.get(_event(calendar, event), dict, {"$select": ONE_EVENT_FIELDS, "$expand": EXPANDED})
            except Refused as refused:
                if not refused.gone:
                    raise
                return None

    async def _marked(self, calendar: str, key: str) -> Item | None:
        """The event with our mark of the key. Raises AccessLost if there is no such calendar."""
        condition = f"singleValueExtendedProperties/Any(ep: ep/id eq '{MARK}' and ep/value eq '{mark_of(key)}')"
        query: dict[str, str | int] = {"$filter": condition, "$select": ONE_EVENT_FIELDS, "$expand": EXPANDED, "$top": 10}
        with translated(self.account, calendar):
            found = await self._api.get(f"me/calendars/{part(calendar)}/events", _values, query)
        left = (each for each in found if not each.get("isCancelled") and not each.get("seriesMasterId"))
        return next(left, None)

    async def _look(self, calendar: str) -> None:
        """Raises AccessLost if the calendar cannot be read."""
        now = self._api.session.clock.now()
        query: dict[str, str | int] = {**window(now, now + DAY), "$select": "id", "$top": 1}
        with translated(self.account, calendar):
            await self._api.get(f"me/calendars/{part(calendar)}/calendarView", _values, query)

    async def _shown(self, calendar: str, item: Item) -> Event:
        """An event as we tell it; of a series its first occurrence that is left. Raises NotFound if none is."""
        with translated(self.account, calendar):
            home = await self._home(calendar)
            if item.get("type") == "seriesMaster":
                return await self._first(calendar, item, home)
            event = read_event(item, calendar, home)
        if event is None:
            raise NotFound("event")
        return event

    async def _first(self, calendar: str, master: Item, home: Home) -> Event:
        begin = read_instant(master["start"])
        for years in FIRST_YEARS:
            query: dict[str, str | int] = {
                **window(begin - DAY, begin + years), "$select": EVENT_FIELDS, "$expand": EXPANDED, "$top": INSTANCES_A_PAGE,
            }  # fmt: skip
            path = f"{_event(calendar, master['id'])}/instances"
            pages, _delta = await self._api.pages(path, page_reader(calendar, home), query)
            if found := in_order(each for page in pages for each in page.events):
                return found[0]
        raise NotFound("event")


def _event(calendar: str, event: str) -> str:
    return f"me/calendars/{part(calendar)}/events/{part(event)}"


def _values(answer: Any) -> list[Item]:
    value = answer["value"]
    if not isinstance(value, list):
        raise TypeError("value")
    return value


def _sure(found: Access | BaseException) -> Access:
    if isinstance(found, BaseException):
        raise found
    return found


def _local_zone() -> str:
    import tzlocal

    return str(tzlocal.get_localzone_name() or "")
