"""Accounts at the Google of the tests, each with one calendar, for the suites that all providers pass."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import functools
import itertools
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.calendars import EventDraft, ShowAs
from app.domain.clock import Instant
from app.domain.connections import Access
from app.providers.google.api import Session
from app.providers.google.client_file import OAuthClient
from app.providers.google.places import Places
from app.providers.google.provider import GoogleProvider
from app.providers.google.tokens import Tokens, granted
from tests.providers.contract import ZONE
from tests.servers.google.faults import Faults, Kind
from tests.servers.google.serving import GoogleServer, serving
from tests.servers.google.state import OAuthRegistration, User

CLIENT = OAuthClient("123456789012-aftale.apps.googleusercontent.com", "GOCSPX-planted-client-secret")
TESTING = OAuthClient("210987654321-aftale.apps.googleusercontent.com", "GOCSPX-planted-client-secret")
ROLES = {Access.OWNER: "owner", Access.EDIT: "writer", Access.DETAILS: "reader", Access.FREE_BUSY: "freeBusyReader"}
_numbers = itertools.count(1)


@functools.cache
def google() -> GoogleServer:
    """One server for all tests of the process; accounts do not meet."""
    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    server = stack.enter_context(serving())
    server.service.clients[CLIENT.id] = OAuthRegistration(CLIENT.id, CLIENT.secret)
    server.service.clients[TESTING.id] = OAuthRegistration(TESTING.id, TESTING.secret, testing=True)
    return server


class ServiceClock:
    """The service's time, for our side."""

    def __init__(self, server: GoogleServer) -> None:
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


def as_google(draft: EventDraft) -> dict[str, Any]:
    """What somebody types into Google Calendar."""
    if draft.days:
        days = (draft.days.first, draft.days.end)
        start, end = ({"date": day.isoformat(), "dateTime": None, "timeZone": None} for day in days)
    else:
        start, end = (
            {
                "dateTime": datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(draft.zone)).isoformat(),
                "timeZone": draft.zone,
                "date": None,
            }
            for at in (draft.start, draft.end)
        )
    transparent = draft.show_as is ShowAs.FREE
    return {
        "summary": draft.title, "start": start, "end": end, "location": draft.location, "description": draft.description,
        "transparency": "transparent" if transparent else "opaque",
        "recurrence": [f"RRULE:{draft.rrule}"] if draft.rrule else [],
    }  # fmt: skip


class GoogleWorld:
    """``InjurableWorld`` with a calendar that belongs to somebody else and is shared with us as its owners."""

    def __init__(self, client: OAuthClient = CLIENT) -> None:
        self.server, self.client = google(), client
        number = next(_numbers)
        self.email = f"anna{number}@example.com"
        self.user = self.server.service.add_user(self.email)
        self.other = self.server.service.add_user(f"bo{number}@example.com", "Bo")
        held = self.server.service.add_calendar(self.other.email, "Consultations", ZONE)
        self.held, self.calendar = held, held.id
        self.server.service.share(self.calendar, self.email, "owner")
        self.clock = ServiceClock(self.server)
        self.kept: list[Tokens] = []
        self.providers: list[GoogleProvider] = []
        self.provider = self.connect()

    @classmethod
    async def open(cls) -> GoogleWorld:
        """A world that closes its connections when the loop ends."""
        world = cls()

        async def close_at_the_end() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                await world.close()

        world.closing = asyncio.create_task(close_at_the_end())
        await asyncio.sleep(0)
        return world

    closing: asyncio.Task[None]

    def tokens(self, *scopes: str) -> Tokens:
        given = (scopes,) if scopes else ()
        return granted(self.server.consents.give(self.email, self.client.id, *given), self.clock.now())

    def session(self, tokens: Tokens | None = None) -> Session:
        async def keep(tokens: Tokens) -> None:
            self.kept.append(tokens)

        where = Places.below(self.server.base)
        return Session("account", self.client, tokens or self.tokens(), self.clock, keep, where)

    def connect(self, tokens: Tokens | None = None) -> GoogleProvider:
        self.providers.append(GoogleProvider(self.session(tokens)))
        return self.providers[-1]

    async def close(self) -> None:
        for each in self.providers:
            await each.close()

    @property
    def faults(self) -> Faults:
        return self.user.faults

    # What the owner does

    async def add(self, draft: EventDraft) -> str:
        return str(self.server.service.insert(self.calendar, as_google(draft))["id"])

    async def change(self, event: str, draft: EventDraft) -> None:
        body = as_google(draft)
        if "recurringEventId" in (self.held.find(event) or {}):
            del body["recurrence"]
        self.server.service.edit(self.calendar, event, body)

    async def remove(self, event: str) -> None:
        self.server.service.delete(self.calendar, event)

    async def again(self) -> GoogleProvider:
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

    def hold(self) -> asyncio.Event:
        return Gate(self.user)
