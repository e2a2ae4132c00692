"""What the tests do at the service of a connected account, in the same words for every kind: the owner's own events, calendars
that come and go, passwords, and trouble by command."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any, Protocol

from app.domain.clock import Instant
from app.domain.connections import Access
from tests.providers.contract import timed


class Visitor(Protocol):
    """What a server knows of one account: how often it was asked, whether its door is open, and the trouble to come."""

    requests: int
    open: Any
    faults: Any


class Hands:
    """Of one world. ``busy``: how the service asks to be left alone, as a fault; ``fresh``: the requests of a look before a
    booking at one calendar."""

    busy = "429"

    def __init__(self, world: Any) -> None:
        self.world = world

    @property
    def visitor(self) -> Any:
        """A ``Visitor``."""
        return self.world.user

    def trouble(self, kind: str, times: int = 1_000_000, wait: int | None = None) -> None:
        """The next requests end so."""
        faults = self.visitor.faults
        kinds = importlib.import_module(type(faults).__module__).Kind
        faults.add(kinds(kind), times=times, wait=wait)

    def calm(self) -> None:
        self.visitor.faults.stop()

    def end_sign_in(self) -> None:
        """From now on the service lets nobody in with what was given before."""
        self.world.server.consents.withdraw(self.world.email)

    def renew(self) -> None:
        """What the person does at the service before they sign in again: nothing, where a sign-in gives new tokens."""

    @property
    def token_calls(self) -> int:
        """How often a new token was asked for."""
        return int(self.world.server.consents.token_calls)

    # Calendars

    def add_calendars(self, number: int) -> None:
        """Calendars of others that the account works in."""
        service = self.world.server.service
        role = importlib.import_module(type(self.world).__module__).ROLES[Access.EDIT]
        for each in range(number):
            shared = service.add_calendar(self.world.other.email, f"Team {each}")
            service.share(shared.id, self.world.email, role)

    async def lose(self, how: str) -> None:
        """The world's calendar is ``removed``, no longer shared, or shows only when it is busy (``lowered``)."""
        if how == "removed":
            await self.world.remove_calendar()
        elif how == "lowered":
            self.world.set_access(Access.FREE_BUSY)
        else:
            self.world.unshare()

    def share_again(self) -> None:
        self.world.set_access(Access.OWNER)

    def shut_out(self, out: bool) -> None:
        """Whether the account, whose password is right, is let in nowhere: where accounts are signed in to in a form."""
        raise NotImplementedError

    # The owner's own main calendar

    @property
    def own(self) -> str:
        """In the words of the service."""
        service = self.world.server.service
        return str(service.default(self.world.email).id) if hasattr(service, "default") else str(self.world.email)

    async def add_own(self, start: Instant) -> str:
        """The owner adds an hour, there. Returns the event's id."""
        writes = importlib.import_module(type(self.world).__module__)
        body = (writes.as_google if hasattr(writes, "as_google") else writes.as_outlook)(timed("own", start))
        return str(self.world.server.service.insert(self.own, body)["id"])

    async def remove_own(self, events: Sequence[str]) -> None:
        for event in events:
            self.world.server.service.delete(self.own, event)

    def forget_tokens(self) -> None:
        """The service no longer knows what it told."""
        self.world.server.service.forget_tokens(self.own)


class ExchangeHands(Hands):
    busy = "busy"
    token_calls = 0

    def end_sign_in(self) -> None:
        self.world.sign_out()

    def renew(self) -> None:
        from tests.providers.exchange.worlds import PASSWORD

        self.world.server.service.set_password(self.world.email, PASSWORD)

    def add_calendars(self, number: int) -> None:
        """Beside the own one and the colleague's."""
        for each in range(number):
            self.world.server.service.add_calendar(self.world.email, f"Team {each}")

    def share_again(self) -> None:
        self.world.set_access(Access.EDIT)

    def shut_out(self, out: bool) -> None:
        self.world.user.blocked = out

    async def add_own(self, start: Instant) -> str:
        from tests.providers.exchange.worlds import as_outlook

        return str(self.world.server.service.insert(self.own, as_outlook(timed("own", start))))

    def forget_tokens(self) -> None:
        self.world.server.service.forget_states(self.own)


class AtTheDoor:
    """A ``Visitor`` of the door before a CalDAV server."""

    def __init__(self, visitor: Any) -> None:
        self._visitor = visitor

    @property
    def requests(self) -> int:
        return len(self._visitor.requests)

    @property
    def open(self) -> Any:
        return self._visitor.open

    @open.setter
    def open(self, door: Any) -> None:
        self._visitor.open = door

    @property
    def faults(self) -> Any:
        return self._visitor.faults

    @faults.setter
    def faults(self, trouble: Any) -> None:
        self._visitor.faults = trouble


class CalDavHands(Hands):
    """All calendars lie in one home; the first one is the main one."""

    token_calls = 0

    @property
    def visitor(self) -> Any:
        return AtTheDoor(self.world.visitor)

    def end_sign_in(self) -> None:
        self.world.sign_out()

    def renew(self) -> None:
        from tests.servers.caldav.radicale import PASSWORD

        self.world.server.set_password(self.world.user, PASSWORD)

    def add_calendars(self, number: int) -> None:
        for each in range(number + 1):
            self.world.make_calendar(f"/{self.world.user}/team-{each}/", f"Team {each}")

    def shut_out(self, out: bool) -> None:
        home = f"/{self.world.user}/"
        names = ("", "consultations/", *(f"team-{each}/" for each in range(5)))
        for name in names:
            self.world.server.set_rights(f"{home}{name}", "" if out else None)

    @property
    def own(self) -> str:
        return str(self.world.calendar)

    async def add_own(self, start: Instant) -> str:
        return str(await self.world.add(timed(f"own {start}", start)))

    async def remove_own(self, events: Sequence[str]) -> None:
        for event in events:
            await self.world.remove(event)

    def forget_tokens(self) -> None:
        faults = self.visitor.faults
        kinds = importlib.import_module(type(faults).__module__).Kind
        faults.add(kinds("no token"), about=b"sync-collection")
