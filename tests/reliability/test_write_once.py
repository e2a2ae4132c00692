"""Killed before, in or after any call to a service, the outbox leaves exactly one event, moved and removed as owed (R1, R2)."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from app.domain.booking import Booking
from app.domain.clock import DAY, Instant
from app.domain.connections import Calendar
from app.paths import database_file
from app.providers.base import Provider
from app.services import outbox as outbox_service
from tests.reliability.booker import child
from tests.reliability.writer import run
from tests.services.connected import KINDS, Kind
from tests.services.office import FIRST, Office
from tests.services.simulated import SimulatedTime
from tests.services.test_outbox import connected, service, stands

pytestmark = [pytest.mark.timeout(180), pytest.mark.shows("SYNC-4", "R2")]
PLACES = ("before provider call", "after provider call", "after done mark")
OPERATIONS = ("create", "update", "delete")
KILLED = -9


class Desk:
    """A database and an account at a server; between two runs of the program somebody books, moves and cancels."""

    def __init__(self, folder: Path, kind: Kind) -> None:
        self.folder, self.kind, self.world = folder, kind, kind.new_world()
        self.secret, self.wanted = kind.secret(self.world), dict[str, Instant]()
        self.environment = {**kind.environment(kind.base(self.world)), "AFTALE_FAIL_AT": ""}
        self.visitor = kind.hands(self.world).visitor
        self.booked = 0

    def do(self, work: Callable[[Office, Calendar], Awaitable[Any]]) -> Any:
        """While the program does not run."""

        async def inside() -> Any:
            office = Office(self.folder, SimulatedTime(int(time.time()) - 60))
            office.booked = self.booked
            try:
                # Nothing is written here.
                calendar = await office.connect("account", None, self.world.calendar)  # type: ignore[arg-type]
                found = await work(office, calendar)
                self.booked = office.booked
                return found
            finally:
                office.close()

        return asyncio.run(inside())

    def owe(self, operation: str, name: str = "") -> str:
        """Books, or moves or cancels the booking ``name``. Returns which booking."""
        if operation == "create":
            booked: Booking = self.do(lambda office, calendar: office.book(calendar))
            self.wanted[booked.id] = booked.start
            return booked.id
        if operation == "update":
            self.wanted[name] = self.do(lambda office, calendar: office.move(name, calendar))
        else:
            self.do(lambda office, calendar: office.cancel(name, calendar))
            del self.wanted[name]
        return name

    @contextlib.contextmanager
    def program(self, place: str = "") -> Iterator[tuple[Any, Connection]]:
        environment = {**self.environment, "AFTALE_FAIL_AT": place}
        with child(run, database_file(self.folder), self.kind.provider, self.secret, environment) as (process, pipe):
            assert pipe.poll(30)
            assert pipe.recv() == "ready"
            yield process, pipe

    def die_at(self, place: str) -> None:
        with self.program(place) as (process, _):
            process.join(30)
            assert process.exitcode == KILLED, place

    def pay(self) -> None:
        """A run that comes to its end."""
        with self.program() as (process, pipe):
            assert pipe.poll(60)
            assert pipe.recv() == "paid"
            process.join(30)
            assert process.exitcode == 0

    def check(self) -> None:
        """Each live booking stands there once, at its time, and nothing else does."""

        async def look() -> list[tuple[str, Instant]]:
            provider: Provider = self.world.connect()
            found = await provider.read_window(self.world.calendar, FIRST - DAY, FIRST + 200 * DAY)
            await self.world.close()
            return sorted((each.booking, each.start) for each in found)

        assert asyncio.run(look()) == sorted(self.wanted.items())


@pytest.mark.parametrize("rounds", [1, pytest.param(3, marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", KINDS)
def test_event_is_there_once_when_the_program_dies_around_the_call(workspace_folder: Path, kind: str, rounds: int) -> None:
    desk = Desk(workspace_folder, KINDS[kind])
    for _ in range(rounds):
        for place in PLACES:
            name = ""
            for operation in OPERATIONS:
                name = desk.owe(operation, name)
                desk.die_at(place)
                desk.pay()
                desk.check()


@pytest.mark.parametrize("rounds", [1, pytest.param(3, marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", KINDS)
def test_event_is_there_once_when_the_program_dies_in_the_call(workspace_folder: Path, kind: str, rounds: int) -> None:
    desk = Desk(workspace_folder, KINDS[kind])
    for _ in range(rounds):
        # A write takes several requests: the program dies in each of them, and the service does what it was asked nevertheless.
        for request in (1, 2, 3):
            name = ""
            for operation in OPERATIONS:
                name = desk.owe(operation, name)
                held = die_in(desk, request)
                assert held or request > 2
                desk.pay()
                desk.check()


class HeldDoor:
    """Lets requests of an account in, but holds one of them and all after it until it is ``set``."""

    def __init__(self, user: Any, request: int) -> None:
        self._user, self._last, self._open = user, user.requests + request - 1, False

    @property
    def holds(self) -> bool:
        return bool(self._user.requests > self._last)

    def is_set(self) -> bool:
        return self._open or not self.holds

    def set(self) -> None:
        self._open = True


def die_in(desk: Desk, request: int) -> bool:
    """Kills the program while its ``request``-th request is at the service, which does then what it was asked. False if there
    are not so many."""
    user, deadline = desk.visitor, time.monotonic() + 30
    user.open = door = HeldDoor(user, request)
    with desk.program() as (process, pipe):
        while not door.holds and not pipe.poll(0.001):
            assert time.monotonic() < deadline
        process.kill()
        process.join()
    held = door.holds
    door.set()
    return held


@pytest.mark.parametrize("kills", [10, pytest.param(100, marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.shows("R1")
def test_events_are_there_once_when_the_program_is_killed_at_random(workspace_folder: Path, kind: str, kills: int) -> None:
    desk, dice = Desk(workspace_folder, KINDS[kind]), random.Random(kills)
    for number in range(kills):
        for _ in range(3):
            if desk.wanted and dice.random() < 0.6:
                desk.owe(dice.choice(("update", "update", "delete")), dice.choice(sorted(desk.wanted)))
            else:
                desk.owe("create")
        with desk.program() as (process, _):
            time.sleep(dice.uniform(0.001, 0.120))
            process.kill()
        if number % 5 == 4:
            desk.pay()
            desk.check()
    desk.pay()
    desk.check()
    print(
        f"{kind}: {kills} kills, {desk.booked} bookings and moves, {desk.visitor.requests} requests, {len(desk.wanted)} events"
    )


class Killed(BaseException):
    """Nothing that runs afterwards knows of it."""


@pytest.mark.anyio
@pytest.mark.parametrize("place", PLACES)
async def test_event_in_memory_is_there_once_when_the_program_dies_around_the_call(
    workspace_folder: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(passed: str) -> None:
        if passed == place:
            raise Killed

    simulated = SimulatedTime()
    office = Office(workspace_folder, simulated)
    made = service(simulated)
    calendar = await connected(office, made)
    booked = await office.book(calendar)
    wanted = [(booked.id, booked.start)]
    for operation in OPERATIONS:
        if operation == "update":
            wanted = [(booked.id, await office.move(booked.id, calendar))]
        elif operation == "delete":
            await office.cancel(booked.id, calendar)
            wanted = []
        monkeypatch.setattr(outbox_service, "passing", die)
        with pytest.raises(Killed):
            await office.outbox.drain()
        monkeypatch.setattr(outbox_service, "passing", lambda place: None)
        await simulated.run(office.started(), office.paid, within=120)
        assert await stands(made) == wanted
    # An update that is done again changes nothing; the others cannot be done again.
    assert [what for what, _ in made.writes if what != "update"] == ["create", "delete"]
    office.close()
