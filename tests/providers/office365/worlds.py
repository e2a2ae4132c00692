"""Accounts at the Microsoft of the tests, each with one calendar, for the suites that all providers pass."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import functools
import itertools
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msal

from app.domain.calendars import Event, EventDraft, ShowAs
from app.domain.clock import Instant
from app.domain.connections import Access
from app.domain.errors import Conflict
from app.providers.office365.places import Places
from app.providers.office365.provider import OfficeProvider
from app.providers.office365.tokens import Credentials, Session, short_scopes
from tests.providers.contract import START, ZONE, timed
from tests.servers.graph.faults import Faults, Kind
from tests.servers.graph.serving import GraphServer, serving
from tests.servers.graph.state import AppRegistration, User

CLIENT = "4d5d7a1e-2f0b-4c3e-9a39-0d7f3a1f6c11"
ROLES = {
    Access.OWNER: "delegateWithPrivateEventAccess", Access.EDIT: "write", Access.DETAILS: "read",
    Access.FREE_BUSY: "freeBusyRead",
}  # fmt: skip
SHOWN = {
    ShowAs.FREE: "free", ShowAs.TENTATIVE: "tentative", ShowAs.BUSY: "busy", ShowAs.OUT_OF_OFFICE: "oof",
    ShowAs.WORKING_ELSEWHERE: "workingElsewhere",
}  # fmt: skip
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SHORT = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_numbers = itertools.count(1)


@functools.cache
def microsoft() -> GraphServer:
    """One server for all tests of the process; accounts do not meet."""
    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    server = stack.enter_context(serving())
    server.service.clients[CLIENT] = AppRegistration(CLIENT)
    return server


class ServiceClock:
    """The service's time, for our side."""

    def __init__(self, server: GraphServer) -> None:
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
        moments = [datetime.fromtimestamp(at, UTC).astimezone(zone) for at in (draft.start, draft.end)]
        if any(each.fold for each in moments):
            zone, moments = ZoneInfo("UTC"), [each.astimezone(UTC) for each in moments]
        first, last = (each.replace(tzinfo=None) for each in moments)
    rule = dict(part.split("=") for part in draft.rrule.split(";")) if draft.rrule else {}
    days = [SHORT.index(each) for each in rule["BYDAY"].split(",")] if "BYDAY" in rule else []
    while days and first.weekday() not in days:
        first, last = first + timedelta(days=1), last + timedelta(days=1)
    start, end = ({"dateTime": each.isoformat(), "timeZone": zone.key} for each in (first, last))
    return {
        "subject": draft.title, "start": start, "end": end, "isAllDay": draft.days is not None,
        "location": {"displayName": draft.location}, "body": {"contentType": "text", "content": draft.description},
        "showAs": SHOWN[draft.show_as], "recurrence": _recurrence(rule, days, first) if rule else None,
    }  # fmt: skip


def _recurrence(rule: dict[str, str], days: list[int], first: datetime) -> dict[str, Any]:
    every: dict[str, dict[str, Any]] = {
        "DAILY": {"type": "daily"},
        "WEEKLY": {
            "type": "weekly",
            "daysOfWeek": [DAYS[each] for each in days or [first.weekday()]],
            "firstDayOfWeek": "monday",
        },
        "MONTHLY": {"type": "absoluteMonthly", "dayOfMonth": first.day},
    }
    limits: dict[str, Any] = {"type": "noEnd", "startDate": first.date().isoformat()}
    if "COUNT" in rule:
        limits |= {"type": "numbered", "numberOfOccurrences": int(rule["COUNT"])}
    return {"pattern": {"interval": int(rule.get("INTERVAL", "1")), **every[rule["FREQ"]]}, "range": limits}


class GraphWorld:
    """``InjurableWorld`` with a calendar that belongs to somebody else and is shared with us; ``own``: with one of ours."""

    def __init__(self, own: bool = False) -> None:
        self.server = microsoft()
        number = next(_numbers)
        self.email, service = f"anna{number}@example.com", self.server.service
        self.user, self.other = (
            service.add_user(self.email, "Anna Holm"),
            service.add_user(f"bo{number}@example.com", "Bo Lind"),
        )
        self.held = service.add_calendar(self.email if own else self.other.email, f"Bookings {number}")
        self.calendar = self.held.id
        if not own:
            service.share(self.calendar, self.email, "delegateWithPrivateEventAccess")
        self.clock = ServiceClock(self.server)
        self.kept: list[bytes] = []
        self.providers: list[OfficeProvider] = []
        self.provider = self.connect()

    @classmethod
    async def open(cls, own: bool = False) -> GraphWorld:
        return cls(own)

    @property
    def where(self) -> Places:
        return Places(self.server.base, self.server.base)

    def credentials(self, *scopes: str) -> Credentials:
        """A sign-in that happened before."""
        given = (("openid", "profile", "offline_access", *scopes),) if scopes else ()
        answer = self.server.consents.give(self.email, CLIENT, *given)
        told = short_scopes(str(answer["scope"]).split())
        cache = msal.SerializableTokenCache()
        cache.add(
            {
                "client_id": CLIENT, "scope": list(told), "response": answer, "environment": "login.microsoftonline.com",
                "token_endpoint": "https://login.microsoftonline.com/common/oauth2/v2.0/token",
                "grant_type": "authorization_code",
            }
        )  # fmt: skip
        (account,) = cache.search(cache.CredentialType.ACCOUNT)
        return Credentials(CLIENT, "common", account["home_account_id"], self.email, told, cache.serialize())

    def session(self, credentials: Credentials | None = None) -> Session:
        async def keep(secret: bytes) -> None:
            self.kept.append(secret)

        return Session("account", credentials or self.credentials(), self.clock, keep, self.where)

    def connect(self, credentials: Credentials | None = None, **more: Any) -> OfficeProvider:
        self.providers.append(OfficeProvider(self.session(credentials), here=ZONE, settling=(0.0,), **more))
        return self.providers[-1]

    async def close(self) -> None:
        for each in self.providers:
            await each.close()

    @property
    def faults(self) -> Faults:
        return self.user.faults

    # What the owner does

    async def add(self, draft: EventDraft) -> str:
        return str(self.server.service.insert(self.calendar, as_outlook(draft))["id"])

    async def change(self, event: str, draft: EventDraft) -> None:
        body = as_outlook(draft)
        found = self.server.service.find(self.calendar, event)
        if found is not None and "_stamp" in found:
            del body["recurrence"]
        self.server.service.edit(self.calendar, event, body)

    async def remove(self, event: str) -> None:
        self.server.service.delete(self.calendar, event)

    async def again(self) -> OfficeProvider:
        return self.connect()

    async def remove_calendar(self) -> None:
        self.server.service.remove_calendar(self.calendar)

    # What goes wrong

    def unreachable(self, times: int = 1) -> None:
        self.faults.add(Kind.DROP, times)

    def limit(self, retry_after: float) -> None:
        self.faults.add(Kind.LIMIT_429, wait=int(retry_after))

    def refuse_writes(self) -> None:
        self.faults.add(Kind.REFUSE, writes_only=True)

    def lose_answers(self, times: int = 1) -> None:
        self.faults.add(Kind.LOSE, times, writes_only=True)

    def sign_out(self) -> None:
        self.server.consents.withdraw(self.email)

    def unshare(self) -> None:
        self.server.service.share(self.calendar, self.email, "none")

    def set_access(self, access: Access) -> None:
        self.server.service.share(self.calendar, self.email, ROLES[access])
        if access is Access.FREE_BUSY:
            # Only events show that their details are hidden: Graph does not tell the role.
            self.server.service.insert(self.calendar, as_outlook(timed("hidden", START)))

    def hold(self) -> asyncio.Event:
        return Gate(self.user)


class Bounded:
    """A provider for those who move occurrences without asking: Exchange takes none past its neighbours."""

    def __init__(self, provider: OfficeProvider) -> None:
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


class BoundedWorld(GraphWorld):
    """For machines, which end their loop without closing a world: it is closed together with the loop."""

    @classmethod
    async def open(cls, own: bool = False) -> BoundedWorld:
        world = cls(own)
        world.provider = Bounded(world.provider)  # type: ignore[assignment]
        world.ending = world.closed_with_the_loop()
        await anext(world.ending)
        return world

    async def closed_with_the_loop(self) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            await self.close()
