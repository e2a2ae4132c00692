"""The reference provider: an account that lives in memory, and the provider that speaks to it.

``MemoryAccount`` stands for the outside service. Its methods are what happens there without us: somebody adds, moves or removes
an event, unshares a calendar, lowers a role, changes the password; the service is slow, limits us, loses an answer.
``MemoryProvider`` is our side and knows only the protocol. Several providers may speak to one account, as after a restart.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import count
from zoneinfo import ZoneInfo

from app.domain.calendars import Days, Event, EventDraft, days_to_instants
from app.domain.clock import DAY, Instant
from app.domain.connections import Access, Lost, ProviderKind
from app.domain.errors import AccessLost, Conflict, NotFound, ProviderError, RateLimited, SignInExpired, Unreachable
from app.domain.rules import parse_rule
from app.domain.series import Start, expand, occurrence_id, split_occurrence_id
from app.providers.base import Changes, RemoteCalendar
from app.providers.events import event_of, first_of, in_order, in_window

TEN_YEARS = 3653 * DAY
VERSIONS_KEPT = 64
"""Changes for which a calendar still knows how it was before; older tokens get a full answer."""


@dataclass(frozen=True, slots=True)
class HeldSeries:
    """A series: its draft, and what was made of single occurrences, by their original start. None is a cancelled one."""

    draft: EventDraft
    changed: Mapping[Start, Event | None] = field(default_factory=dict)


Holding = Mapping[str, Event | HeldSeries]
"""Everything that a calendar holds at one moment, by id."""


@dataclass(slots=True)
class HeldCalendar:
    """``versions``: the calendar after each change, newest last, numbered from ``oldest`` on."""

    remote: RemoteCalendar
    lost: Lost | None = None
    keys: dict[str, str] = field(default_factory=dict)
    oldest: int = 0
    versions: deque[Holding] = field(default_factory=lambda: deque([{}]))

    @property
    def holding(self) -> Holding:
        return self.versions[-1]

    @property
    def number(self) -> int:
        return self.oldest + len(self.versions) - 1

    def put(self, event: str, what: Event | HeldSeries | None) -> None:
        """Makes the next version; None removes."""
        changed = {**self.holding}
        changed.pop(event, None)
        if what is not None:
            changed[event] = what
        self.versions.append(changed)
        if len(self.versions) > VERSIONS_KEPT:
            self.versions.popleft()
            self.oldest += 1

    def window(self, holding: Holding, start: Instant, end: Instant) -> dict[str, Event]:
        """The occurrences of ``holding`` in the window, by id."""
        found: list[Event] = []
        for event, what in holding.items():
            found += self._occurrences(event, what, start, end) if isinstance(what, HeldSeries) else [what]
        return {each.id: each for each in found if in_window(each, start, end)}

    def _occurrences(self, series: str, held: HeldSeries, start: Instant, end: Instant) -> Iterable[Event]:
        length = self.occurrence(series, held, first_of(held.draft))
        low = start - (length.end - length.start) - DAY
        rules = [parse_rule(held.draft.rrule)]
        for at in expand(first_of(held.draft), rules, ZoneInfo(held.draft.zone), low, end, (), held.changed.keys()):
            yield self.occurrence(series, held, at)
        yield from (each for each in held.changed.values() if each is not None)

    def first(self, series: str, held: HeldSeries) -> Event:
        """The first occurrence that was not cancelled. Raises NotFound if all are."""
        begin = days_to_instants(held.draft.days, self.remote.zone)[0] if held.draft.days else held.draft.start
        found = in_order(self._occurrences(series, held, begin, begin + TEN_YEARS))
        if not found:
            raise NotFound("event")
        return found[0]

    def occurrence(self, series: str, held: HeldSeries, at: Start) -> Event:
        """The untouched occurrence with the original start ``at``."""
        draft = held.draft
        plain = event_of(draft, occurrence_id(series, at), self.remote.id, self.remote.zone)
        plain = replace(plain, series=series, uid=draft.uid or series)
        if draft.days is None:
            begin = at if isinstance(at, int) else draft.start
            return replace(plain, start=begin, end=begin + draft.end - draft.start)
        first = at if isinstance(at, date) else draft.days.first
        days = Days(first, first + (draft.days.end - draft.days.first))
        begin, end = days_to_instants(days, self.remote.zone)
        return replace(plain, days=days, start=begin, end=end)


@dataclass(slots=True)
class Injury:
    """The next ``times`` calls fail with what ``error`` makes; ``late``: only writes, and after the write has happened."""

    error: Callable[[str], ProviderError]
    times: int
    writes_only: bool = False
    late: bool = False


class MemoryAccount:
    """The outside service. ``writes`` lists the writes that really happened, as (operation, key or id)."""

    def __init__(self, account: str = "memory") -> None:
        self.account = account
        self.calendars: dict[str, HeldCalendar] = {}
        self.signed_in = True
        self.seconds_slow = 0.0
        self.gate = asyncio.Event()
        self.gate.set()
        self.injuries: deque[Injury] = deque()
        self.writes: list[tuple[str, str]] = []
        self.calls = 0
        self._numbers = count(1)

    # What the owner and other people do there

    def add_calendar(
        self, calendar: str, name: str = "Calendar", zone: str = "Europe/Copenhagen", access: Access = Access.OWNER
    ) -> RemoteCalendar:
        """The first one is the account's primary calendar."""
        remote = RemoteCalendar(calendar, name, zone, access, primary=not self.calendars)
        self.calendars[calendar] = HeldCalendar(remote)
        return remote

    def remove_calendar(self, calendar: str) -> None:
        self.calendars[calendar].lost = Lost.REMOVED

    def unshare(self, calendar: str) -> None:
        self.calendars[calendar].lost = Lost.UNSHARED

    def set_access(self, calendar: str, access: Access) -> None:
        """Lowers or raises the role; with free/busy only, the calendar is lost to us (INACT-1)."""
        held = self.calendars[calendar]
        held.remote = replace(held.remote, access=access)
        held.lost = Lost.LOWERED if access is Access.FREE_BUSY else None

    def share_again(self, calendar: str) -> None:
        self.calendars[calendar].lost = None

    def add(self, calendar: str, draft: EventDraft) -> str:
        """Adds an event or, with a rule, a series, as its owner does there. Returns its id; the key means nothing to them."""
        event = f"m{next(self._numbers)}"
        held = self.calendars[calendar]
        held.put(event, HeldSeries(draft) if draft.rrule else event_of(draft, event, calendar, held.remote.zone))
        return event

    def change(self, calendar: str, event: str, draft: EventDraft) -> None:
        """Changes an event, an occurrence or a whole series."""
        held = self.calendars[calendar]
        what = held.holding.get(event)
        if what is None:
            series, at, found = self._occurrence(held, event)
            made = event_of(draft, event, calendar, held.remote.zone)
            changed = replace(made, series=series, uid=found.draft.uid or series)
            held.put(series, replace(found, changed={**found.changed, at: changed}))
        elif draft.rrule:
            same = isinstance(what, HeldSeries) and _times(what.draft) == _times(draft)
            held.put(event, HeldSeries(draft, what.changed if isinstance(what, HeldSeries) and same else {}))
        else:
            held.put(event, event_of(draft, event, calendar, held.remote.zone))

    def remove(self, calendar: str, event: str) -> None:
        """Removes an event, a whole series, or cancels one occurrence."""
        held = self.calendars[calendar]
        if event in held.holding:
            held.put(event, None)
            held.keys = {key: kept for key, kept in held.keys.items() if kept != event}
        else:
            series, at, found = self._occurrence(held, event)
            held.put(series, replace(found, changed={**found.changed, at: None}))

    def _occurrence(self, held: HeldCalendar, event: str) -> tuple[str, Start, HeldSeries]:
        series, at = split_occurrence_id(event) or ("", 0)
        found = held.holding.get(series)
        if not isinstance(found, HeldSeries) or found.changed.get(at, found) is None:
            raise NotFound("event")
        instant = at if isinstance(at, int) else days_to_instants(Days(at, at), found.draft.zone)[0]
        zone, rules = ZoneInfo(found.draft.zone), [parse_rule(found.draft.rrule)]
        if at not in found.changed and at not in expand(first_of(found.draft), rules, zone, instant, instant):
            raise NotFound("event")
        return series, at, found

    # What goes wrong there

    def unreachable(self, times: int = 1) -> None:
        self.injuries.append(Injury(lambda account: Unreachable(account, "no answer"), times))

    def limit(self, retry_after: float, times: int = 1) -> None:
        self.injuries.append(Injury(lambda account: RateLimited(account, retry_after), times))

    def refuse_writes(self, times: int = 1) -> None:
        self.injuries.append(Injury(lambda account: Conflict(account, "refused"), times, writes_only=True))

    def lose_answers(self, times: int = 1) -> None:
        """The next writes happen, but their answers never arrive."""
        self.injuries.append(Injury(lambda account: Unreachable(account, "answer lost"), times, writes_only=True, late=True))

    def heal(self) -> None:
        """Nothing is wrong any more, except with calendars."""
        self.injuries.clear()
        self.signed_in, self.seconds_slow = True, 0.0
        self.gate.set()

    async def receive(self, write: bool) -> None:
        """A call arrives: it waits as long as the service is slow, and raises what is wrong with the account."""
        self.calls += 1
        if self.seconds_slow:
            await asyncio.sleep(self.seconds_slow)
        await self.gate.wait()
        if not self.signed_in:
            raise SignInExpired(self.account)
        self._strike(write, late=False)

    def answer(self, operation: str, key: str) -> None:
        """A write has happened; its answer leaves, if it does."""
        self.writes.append((operation, key))
        self._strike(write=True, late=True)

    def _strike(self, write: bool, late: bool) -> None:
        if not self.injuries or self.injuries[0].late is not late or (self.injuries[0].writes_only and not write):
            return
        injury = self.injuries[0]
        injury.times -= 1
        if injury.times <= 0:
            self.injuries.popleft()
        raise injury.error(self.account)


class MemoryProvider:
    """One connection to a ``MemoryAccount``."""

    keeps_events_here = False

    def __init__(self, service: MemoryAccount, kind: ProviderKind = ProviderKind.GOOGLE) -> None:
        self.kind, self.account, self._service = kind, service.account, service

    async def calendars(self) -> tuple[RemoteCalendar, ...]:
        await self._service.receive(write=False)
        gone = (Lost.REMOVED, Lost.UNSHARED)
        return tuple(held.remote for held in self._service.calendars.values() if held.lost not in gone)

    async def read_window(self, calendar: str, start: Instant, end: Instant) -> tuple[Event, ...]:
        held = await self._open(calendar)
        return in_order(held.window(held.holding, start, end).values())

    async def changes(self, calendar: str, token: str, start: Instant, end: Instant) -> Changes:
        held = await self._open(calendar)
        now, window = held.window(held.holding, start, end), f"{calendar}/{start}/{end}"
        next_token = f"{window}/{held.number}"
        since, _, number = token.rpartition("/")
        if since != window or not held.oldest <= int(number) <= held.number:
            return Changes(in_order(now.values()), (), next_token, full=True)
        before = held.window(held.versions[int(number) - held.oldest], start, end)
        changed = in_order(each for each in now.values() if before.get(each.id) != each)
        return Changes(changed, tuple(sorted(before.keys() - now.keys())), next_token, full=False)

    async def create(self, calendar: str, draft: EventDraft) -> Event:
        held = await self._open(calendar, write=True)
        if draft.key not in held.keys:
            held.keys[draft.key] = self._service.add(calendar, draft)
            self._service.answer("create", draft.key)
        return self._shown(held, held.keys[draft.key])

    async def update(self, calendar: str, event: str, draft: EventDraft) -> Event:
        held = await self._open(calendar, write=True)
        self._service.change(calendar, event, draft)
        self._service.answer("update", event)
        return self._shown(held, event)

    async def delete(self, calendar: str, event: str) -> None:
        await self._open(calendar, write=True)
        try:
            self._service.remove(calendar, event)
        except NotFound:
            return
        self._service.answer("delete", event)

    async def find(self, calendar: str, key: str) -> Event | None:
        held = await self._open(calendar)
        event = held.keys.get(key)
        return self._shown(held, event) if event and event in held.holding else None

    async def close(self) -> None:
        """There is no connection."""

    async def _open(self, calendar: str, write: bool = False) -> HeldCalendar:
        """The calendar, if the service lets us have it."""
        await self._service.receive(write)
        held = self._service.calendars.get(calendar)
        if held is None or held.lost is not None:
            raise AccessLost(self.account, calendar, (held and held.lost) or Lost.REMOVED)
        if write and held.remote.access not in (Access.OWNER, Access.EDIT):
            raise Conflict(self.account, "the calendar cannot be written")
        return held

    def _shown(self, held: HeldCalendar, event: str) -> Event:
        """An event as it is, or the first occurrence of a series, or the occurrence with that id."""
        what = held.holding.get(event)
        if isinstance(what, Event):
            return what
        if isinstance(what, HeldSeries):
            return held.first(event, what)
        series, at = split_occurrence_id(event) or ("", 0)
        found = held.holding.get(series)
        changed = found.changed.get(at) if isinstance(found, HeldSeries) else None
        if changed is None:
            raise NotFound("event")
        return changed


def _times(draft: EventDraft) -> tuple[date, str]:
    """What the starts of a series follow from."""
    return first_of(draft), draft.rrule
