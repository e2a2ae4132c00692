"""Calendar services that fail as a seed draws it, and note every request: the same for all kinds of accounts.

A kind of account is one line in ``KINDS``: what opens it.
"""

from __future__ import annotations

import importlib
import random
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from app.domain.clock import DAY, Instant
from app.domain.errors import Conflict, RateLimited, Unreachable
from app.providers.base import Provider
from app.providers.memory import MemoryProvider
from tests.services.connected import KINDS as ACCOUNTS
from tests.services.office import FIRST
from tests.services.opened import ZONE
from tests.services.simulated import SimulatedTime
from tests.services.watched import Asked, WatchedAccount

SHARE = 0.3
WAITS = (1, 2, 3, 30, 600)
"""Seconds of Retry-After."""
TOLD = ("429", "503", "busy")
"""Faults that may tell how long to wait: by Retry-After, or by the back-off of EWS."""
RARE, FIRST_REFUSED = 30, 20
"""One fault of a write in so many is a refusal for good, and this write in any case."""
LEFT_OUT = ("401", "401 claims", "403", "410", "too many", "no token", "nothing", "drip")
"""A sign-in that ends rests until its owner is back; others belong to reading; and who never answers takes real time."""


@dataclass(slots=True)
class Failing:
    """One account. ``provider``: as another run of the program makes it; ``stop``: all is well from now on."""

    remote: str
    provider: Callable[[], Provider]
    asked: list[Asked]
    stop: Callable[[], None]
    struck: Callable[[], int]
    close: Callable[[], Awaitable[None]]

    async def events(self) -> list[tuple[str, Instant]]:
        """Which bookings stand in the calendar, and when."""
        provider = self.provider()
        found = await provider.read_window(self.remote, FIRST - DAY, FIRST + 200 * DAY)
        return sorted((each.booking, each.start) for each in found)


class DrawnTrouble:
    """Faults of one account of a server, drawn from a seed: takes the place of the ``Faults`` of that server's ``module``. A
    refusal for good is rarer than the rest, and strikes only writes. ``writes`` tells from what the server says of a request
    whether it is one."""

    def __init__(self, module: ModuleType, time: SimulatedTime, seed: int, writes: Callable[..., bool]) -> None:
        self._writes_it = writes
        self._fault, kinds = module.Fault, [each for each in module.Kind if each.value not in LEFT_OUT]
        self._passing = [each for each in kinds if each.value != "refuse"]
        self._refuse = module.Kind("refuse")
        self._time, self._dice, self.share, self.struck = time, random.Random(seed), SHARE, 0
        self._writes = 0
        self.asked: list[Asked] = []

    def stop(self) -> None:
        self.share = 0.0

    def next(self, *request: Any) -> Any:
        write, drawn = self._writes_it(*request), self._dice.random()
        self._writes += write
        if self._writes == FIRST_REFUSED and write:
            drawn = 0.0
        if drawn >= self.share:
            self.asked.append(Asked(self._time.time(), good=True))
            return None
        self.struck += 1
        if write and drawn < self.share / RARE:
            # An answer, if not the one that was hoped for.
            self.asked.append(Asked(self._time.time(), good=True))
            return self._fault(self._refuse)
        kind = self._dice.choice(self._passing)
        wait = self._dice.choice((None, *WAITS)) if kind.value in TOLD else None
        self.asked.append(Asked(self._time.time(), good=False, wait=wait or 0.0))
        return self._fault(kind, wait=wait)


def memory(time: SimulatedTime, seed: int) -> Failing:
    service, dice = WatchedAccount("memory", time.time), random.Random(seed)
    service.add_calendar("memory@example.com", "Calendar", ZONE)
    share, struck, writes = [SHARE], [0], [0]

    def draw(write: bool) -> None:
        drawn = dice.random()
        writes[0] += write
        if writes[0] == FIRST_REFUSED and write:
            drawn = 0.0
        if drawn >= share[0]:
            return
        struck[0] += 1
        if write and drawn < share[0] / RARE:
            raise Conflict("memory", "refused")
        if write and drawn < share[0] / 3:
            service.lose_answers()
        elif drawn < share[0] * 2 / 3:
            raise RateLimited("memory", dice.choice(WAITS))
        else:
            raise Unreachable("memory", "no answer")

    def stop() -> None:
        share[0] = 0.0
        service.heal()

    async def close() -> None:
        """There is no connection."""

    service.draw = draw
    return Failing("memory@example.com", lambda: MemoryProvider(service), service.asked, stop, lambda: struck[0], close)


def _told(write: bool, *rest: Any) -> bool:
    return write


def at_server(kind: str, writes: Callable[..., bool] = _told) -> Callable[[SimulatedTime, int], Failing]:
    """An account of that kind at a server of the tests, over a real socket."""

    def opened(time: SimulatedTime, seed: int) -> Failing:
        made = ACCOUNTS[kind].new_world()
        visitor = ACCOUNTS[kind].hands(made).visitor
        trouble = DrawnTrouble(importlib.import_module(type(visitor.faults).__module__), time, seed, writes)
        visitor.faults = trouble
        return Failing(made.calendar, made.connect, trouble.asked, trouble.stop, lambda: trouble.struck, made.close)

    return opened


KINDS: dict[str, Callable[[SimulatedTime, int], Failing]] = {
    "memory": memory,
    "google": at_server("google"),
    "office365": at_server("office365"),
    "exchange": at_server("exchange", lambda operation, write: bool(write)),
    "caldav": at_server("caldav", lambda method, body: method in ("PUT", "DELETE")),
}


def doubled(events: Iterable[tuple[str, Instant]]) -> list[str]:
    """Bookings that stand there more than once."""
    names = [name for name, _ in events]
    return sorted({name for name in names if names.count(name) > 1})
