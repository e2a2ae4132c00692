"""Accounts at a real Radicale, each with one calendar, for the suites that all providers pass."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import functools
import itertools
from datetime import UTC, datetime
from urllib.parse import quote

import httpx2

from app.domain.calendars import EventDraft
from app.domain.clock import Instant
from app.domain.connections import Access
from app.providers.caldav.keys import Keys
from app.providers.caldav.provider import CalDavProvider
from app.providers.caldav.reading import event_id, place_of
from app.providers.caldav.writing import Hand, changed_object, new_object, with_occurrence, without_occurrence, zone_text
from tests.providers.contract import ZONE, at
from tests.servers.caldav.door import Door, Visitor, forwarding, open_door
from tests.servers.caldav.faults import WRITES, Faults, Kind
from tests.servers.caldav.radicale import PASSWORD, Radicale, running

NOW = at("2026-10-01 12:00")
RIGHTS = {Access.OWNER: None, Access.EDIT: "rw", Access.DETAILS: "r", Access.FREE_BUSY: "f"}
_numbers = itertools.count(1)


@functools.cache
def radicale() -> tuple[Radicale, Door]:
    """One server for all tests of the process; accounts do not meet."""
    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    server = stack.enter_context(running())
    return server, stack.enter_context(open_door(forwarding(server.base)))


class FixedClock:
    def now(self) -> Instant:
        return NOW


class Gate(asyncio.Event):
    """Opens the door, which is in another thread."""

    def __init__(self, visitor: Visitor) -> None:
        super().__init__()
        self._visitor = visitor
        visitor.open.clear()

    def set(self) -> None:
        super().set()
        self._visitor.open.set()


class CalDavWorld:
    """``InjurableWorld`` with a calendar of our own, in which the owner works as another program does."""

    def __init__(self) -> None:
        self.server, self.door = radicale()
        self.user = f"anna{next(_numbers)}"
        self.server.add_user(self.user)
        self.calendar = f"/{self.user}/consultations/"
        self.owner = self.server.client()
        self.make_calendar(self.calendar, "Consultations")
        self.clock = FixedClock()
        self.hand = Hand("owner@example.com", NOW)
        self.providers: list[CalDavProvider] = []
        self.provider = self.connect()
        self._uids = itertools.count(1)

    closing: asyncio.Task[None]

    @classmethod
    async def open(cls) -> CalDavWorld:
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

    @property
    def email(self) -> str:
        return f"{self.user}@example.com"

    @property
    def visitor(self) -> Visitor:
        return self.door.visitors[self.user]

    @property
    def faults(self) -> Faults:
        return self.visitor.faults

    def keys(self, password: str = PASSWORD) -> Keys:
        home = f"{self.door.base}/{self.user}/"
        return Keys(self.email, self.user, password, (home,), home)

    def connect(self) -> CalDavProvider:
        self.providers.append(CalDavProvider("account", self.keys(), self.clock))
        return self.providers[-1]

    async def close(self) -> None:
        self.owner.close()
        for each in self.providers:
            await each.close()

    def make_calendar(self, path: str, name: str, more: str = "", zone: str = ZONE) -> None:
        from xml.sax.saxutils import escape

        body = (
            '<C:mkcalendar xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:I="http://apple.com/ns/ical/"><set><prop>'
            f"<displayname>{name}</displayname><C:calendar-timezone>{escape(zone_text(zone))}</C:calendar-timezone>{more}"
            "</prop></set></C:mkcalendar>"
        )
        self.ask("MKCALENDAR", path, body)

    # What the owner does

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> httpx2.Response:
        answer = self.owner.request(method, path, content=body.encode(), headers=headers)
        answer.raise_for_status()
        return answer

    def place(self, name: str) -> str:
        return self.calendar + quote(name, safe="@")

    def read(self, name: str) -> str:
        return self.ask("GET", self.place(name)).text

    def write(self, name: str, text: str) -> None:
        self.ask("PUT", self.place(name), text, **{"Content-Type": "text/calendar; charset=utf-8"})

    async def add(self, draft: EventDraft) -> str:
        number = next(self._uids)
        name = f"{datetime.fromtimestamp(NOW, UTC):%Y%m%d}-{number}@own.ics"
        self.write(name, new_object(draft, self.hand).replace("X-AFTALE-KEY", "X-OTHER-KEY"))
        return event_id(name)

    async def change(self, event: str, draft: EventDraft) -> None:
        name, start = place_of(event)
        old = self.read(name)
        changed = changed_object(old, draft, self.hand) if start is None else with_occurrence(old, start, draft, self.hand)
        self.write(name, changed)

    async def remove(self, event: str) -> None:
        name, start = place_of(event)
        text = without_occurrence(self.read(name), start, self.hand) if start is not None else ""
        if text:
            self.write(name, text)
        else:
            self.ask("DELETE", self.place(name))

    async def again(self) -> CalDavProvider:
        return self.connect()

    async def remove_calendar(self) -> None:
        self.ask("DELETE", self.calendar)

    # What goes wrong

    def unreachable(self, times: int = 1) -> None:
        self.faults.add(Kind.DROP, times)

    def limit(self, retry_after: float) -> None:
        self.faults.add(Kind.LIMIT_429, wait=int(retry_after))

    def refuse_writes(self) -> None:
        self.faults.add(Kind.REFUSE, methods=WRITES)

    def lose_answers(self, times: int = 1) -> None:
        self.faults.add(Kind.LOSE, times, methods=WRITES)

    def sign_out(self) -> None:
        self.server.set_password(self.user, "another one")

    def unshare(self) -> None:
        self.server.set_rights(self.calendar, "")

    def set_access(self, access: Access) -> None:
        self.server.set_rights(self.calendar, RIGHTS[access])

    def hold(self) -> asyncio.Event:
        return Gate(self.visitor)
