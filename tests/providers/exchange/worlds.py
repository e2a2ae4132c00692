"""Accounts at the Exchange of the tests, each with a calendar that a colleague shares, for the suites of all providers."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import functools
import itertools
import os
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.calendars import Event, EventDraft, ShowAs
from app.domain.clock import Instant
from app.domain.connections import Access
from app.domain.errors import Conflict
from app.domain.series import split_occurrence_id
from app.providers.exchange.keys import Keys
from app.providers.exchange.provider import ExchangeProvider
from tests.providers.contract import ZONE
from tests.servers.ews.faults import Faults, Kind
from tests.servers.ews.serving import EwsServer, serving
from tests.servers.ews.state import User

EXCHANGES = Path(os.environ.get("AFTALE_JUDGES") or "/nonexistent") / "ews" / "exchanges"
"""What a real server once said; there, if the outside judges are."""
PASSWORD = "correct horse"
SCHEMA, BUILD = "Exchange2016", (15, 2, 1544, 11)
LEVELS = {Access.EDIT: "Editor", Access.DETAILS: "Reviewer", Access.FREE_BUSY: "FreeBusyTimeOnly"}
SHOWN = {
    ShowAs.FREE: "Free", ShowAs.TENTATIVE: "Tentative", ShowAs.BUSY: "Busy", ShowAs.OUT_OF_OFFICE: "OOF",
    ShowAs.WORKING_ELSEWHERE: "WorkingElsewhere",
}  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SHORT = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_numbers = itertools.count(1)


@functools.cache
def exchange() -> EwsServer:
    """One server for all tests of the process; accounts do not meet."""
    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(serving(tls=True))


@functools.cache
def plain_exchange() -> EwsServer:
    """One that leaves series as they are in a view, as grommunio does."""
    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    server = stack.enter_context(serving(tls=True))
    server.service.unexpanded = True
    return server


class ServiceClock:
    """The service's time, for our side."""

    def __init__(self, server: EwsServer) -> None:
        self._server = server

    def now(self) -> Instant:
        return int(self._server.service.clock.now())


class Gate(asyncio.Event):
    """Opens the account's door at the server, which lives in another thread."""

    def __init__(self, user: User) -> None:
        super().__init__()
        self._user = user
        user.open.clear()

    def set(self) -> None:
        super().set()
        self._user.open.set()


def as_outlook(draft: EventDraft) -> dict[str, Any]:
    """What somebody types into Outlook. A series begins on the first day of its pattern."""
    zone = ZoneInfo(draft.zone)
    if draft.days:
        first, last = (datetime(day.year, day.month, day.day) for day in (draft.days.first, draft.days.end))
    else:
        first, last = (datetime.fromtimestamp(at, UTC).astimezone(zone).replace(tzinfo=None) for at in (draft.start, draft.end))
    rule = dict(part.split("=") for part in draft.rrule.split(";")) if draft.rrule else {}
    days = [SHORT.index(each) for each in rule["BYDAY"].split(",")] if "BYDAY" in rule else []
    moved = 0
    while days and (first + timedelta(days=moved)).weekday() not in days:
        moved += 1
    exact = draft.days is None and not moved
    start, end = (
        at if exact else int((wall + timedelta(days=moved)).replace(tzinfo=zone).timestamp())
        for at, wall in ((draft.start, first), (draft.end, last))
    )
    return {
        "Subject": draft.title, "Start": start, "End": end, "IsAllDayEvent": draft.days is not None,
        "StartTimeZone": zone.key, "EndTimeZone": zone.key, "Location": draft.location, "Body": draft.description,
        "LegacyFreeBusyStatus": SHOWN[draft.show_as], "RequiredAttendees": list(draft.attendees),
        "Recurrence": _recurrence(rule, days, first + timedelta(days=moved)) if rule else None,
    }  # fmt: skip


def _recurrence(rule: dict[str, str], days: list[int], first: datetime) -> dict[str, Any]:
    interval = int(rule.get("INTERVAL", "1"))
    every: dict[str, dict[str, Any]] = {
        "DAILY": {"pattern": "DailyRecurrence", "Interval": interval},
        "WEEKLY": {
            "pattern": "WeeklyRecurrence", "Interval": interval,
            "DaysOfWeek": [DAYS[each] for each in days or [first.weekday()]], "FirstDayOfWeek": "Monday",
        },
        "MONTHLY": {"pattern": "AbsoluteMonthlyRecurrence", "Interval": interval, "DayOfMonth": first.day},
    }  # fmt: skip
    limits: dict[str, Any] = {"range": "NoEndRecurrence", "StartDate": first.date()}
    if "COUNT" in rule:
        limits = {"range": "NumberedRecurrence", "StartDate": first.date(), "NumberOfOccurrences": int(rule["COUNT"])}
    return every[rule["FREQ"]] | limits


class EwsWorld:
    """``InjurableWorld`` with the calendar of a colleague who shares it; ``own``: with a mailbox's own main calendar."""

    def __init__(self, own: bool = False, server: EwsServer | None = None, auth: str = "basic") -> None:
        self.server = server or exchange()
        number, service = next(_numbers), self.server.service
        self.email, self.other = f"anna{number}@example.com", f"bo{number}@example.com"
        self.user = service.add_user(self.email, "Anna Holm", PASSWORD, ZONE)
        service.add_user(self.other, "Bo Lind", "his own", ZONE)
        self.held = service.default(self.email if own else self.other)
        self.calendar = self.held.id
        if not own:
            service.share(self.calendar, self.email, "Editor", private=True)
        self.clock, self.auth = ServiceClock(self.server), auth
        self.providers: list[ExchangeProvider] = []
        self.provider = self.connect()

    @classmethod
    async def open(cls) -> EwsWorld:
        return cls()

    @property
    def keys(self) -> Keys:
        """A sign-in that happened before."""
        return Keys(
            self.email, PASSWORD, self.email, self.server.url, SCHEMA, BUILD, self.auth, self.server.ca, (self.other,)
        )  # fmt: skip

    def connect(self, keys: Keys | None = None, **more: Any) -> ExchangeProvider:
        self.providers.append(ExchangeProvider("account", keys or self.keys, self.clock, here=ZONE, **more))
        return self.providers[-1]

    async def close(self) -> None:
        for each in self.providers:
            await each.close()

    @property
    def faults(self) -> Faults:
        return self.user.faults

    # What the owner does

    def theirs(self, event: str) -> str:
        """How the server calls an event: an occurrence that the program made of a series has an id of ours."""
        found = split_occurrence_id(event)
        if found is None:
            return event
        series, start = found
        if isinstance(start, int):
            return self.server.service.occurrence_id(series, datetime.fromtimestamp(start, ZoneInfo(ZONE)).replace(tzinfo=None))
        return self.server.service.occurrence_id(series, datetime(start.year, start.month, start.day))

    async def add(self, draft: EventDraft) -> str:
        return self.server.service.insert(self.calendar, as_outlook(draft))

    async def change(self, event: str, draft: EventDraft) -> None:
        body, event = as_outlook(draft), self.theirs(event)
        found = self.server.service.find(self.calendar, event)
        if found is not None and "_stamp" in found:
            del body["Recurrence"]
        self.server.service.edit(self.calendar, event, body)

    async def remove(self, event: str) -> None:
        self.server.service.delete(self.calendar, self.theirs(event))

    async def again(self) -> ExchangeProvider:
        return self.connect()

    async def remove_calendar(self) -> None:
        self.server.service.remove_calendar(self.calendar)

    # What goes wrong

    def unreachable(self, times: int = 1) -> None:
        self.faults.add(Kind.DROP, times)

    def limit(self, retry_after: float) -> None:
        self.faults.add(Kind.BUSY, wait=int(retry_after))

    def refuse_writes(self) -> None:
        self.faults.add(Kind.REFUSE, writes_only=True)

    def lose_answers(self, times: int = 1) -> None:
        self.faults.add(Kind.LOSE, times, writes_only=True)

    def sign_out(self) -> None:
        self.server.service.set_password(self.email, "another one")

    def unshare(self) -> None:
        self.server.service.unshare(self.calendar, self.email)

    def set_access(self, access: Access) -> None:
        self.server.service.share(self.calendar, self.email, LEVELS[access], visible=True)

    def hold(self) -> asyncio.Event:
        return Gate(self.user)


class Bounded:
    """A provider for those who move occurrences without asking: Exchange takes none past its neighbours."""

    def __init__(self, provider: ExchangeProvider) -> None:
        self._provider = provider

    def __getattr__(self, name: str) -> Any:
        return getattr(self._provider, name)

    async def update(self, calendar: str, event: str, draft: EventDraft) -> Event | None:
        try:
            return await self._provider.update(calendar, event, draft)
        except Conflict as conflict:
            if "ErrorOccurrenceCrossingBoundary" not in conflict.detail:
                raise
            return None


class BoundedWorld(EwsWorld):
    """For machines, which end their loop without closing a world: it is closed together with the loop."""

    @classmethod
    async def open(cls, **how: Any) -> BoundedWorld:
        world = cls(**how)
        world.provider = Bounded(world.provider)  # type: ignore[assignment]
        world.ending = world.closed_with_the_loop()
        await anext(world.ending)
        return world

    async def closed_with_the_loop(self) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            await self.close()
