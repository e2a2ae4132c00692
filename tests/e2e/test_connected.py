"""The served program with a connected account: what was promised stands at the service once, through kills, bad networks and
sleep (R2, R18, R20)."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from app.domain.clock import from_iso
from tests.e2e.proxy import Weather, between
from tests.e2e.serving import Served, serving
from tests.e2e.test_crash import wait_until_written
from tests.reliability.test_write_once import HeldDoor
from tests.services.connected import BY_BROWSER, KINDS, Connected, connect

pytestmark = pytest.mark.timeout(180)
BOTH = pytest.mark.parametrize("kind", BY_BROWSER)
BACK_WITHIN = 10.0


@contextlib.contextmanager
def running(connected: Connected, **environment: str) -> Iterator[Served]:
    with serving(connected.folder, "--port", "0", environment={**connected.environment, **environment}) as served:
        yield served


def expect(connected: Connected, *starts: str) -> None:
    """Exactly these stand at the service, each made by a booking of its own."""
    events = asyncio.run(connected.events())
    assert sorted(start for _, start in events) == sorted(from_iso(each) for each in starts), events
    assert len({name for name, _ in events}) == len(events)


def die_in_the_call(served: Served, world: Any, request: int, act: Callable[[], object]) -> None:
    """Kills the program while the service has its ``request``-th request, from now on, in hand; it is done nevertheless."""
    world.user.open = door = HeldDoor(world.user, request)
    # Depending on who is quicker, the visitor is told of the promise or that nobody answered.
    with contextlib.suppress(httpx2.HTTPError):
        act()
    deadline = time.monotonic() + 30
    while not door.holds:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    served.kill()
    door.set()


def written_after(connected: Connected) -> None:
    with running(connected) as served:
        wait_until_written(served)


@pytest.mark.parametrize("kind", ["google", pytest.param("office365", marks=pytest.mark.slow)])
@pytest.mark.shows("SYNC-4", "BOOK-2", "BOOK-6", "R2")
def test_one_event_stands_at_the_service_when_the_program_is_killed_in_the_calls(tmp_path: Path, kind: str) -> None:
    connected = asyncio.run(connect(tmp_path, KINDS[kind]))
    world, fresh = connected.world, 2
    """Requests that a booking makes before it is promised: each of the two checked calendars is looked at."""
    with running(connected) as served:
        first, second = served.slots()[5], served.slots()[9]
        answers: list[Any] = []
        # The look at the calendars, the look for the event, and the write itself is what dies.
        die_in_the_call(served, world, fresh + 2, lambda: answers.append(served.book(first).json()))
    written_after(connected)
    expect(connected, first)
    manage = answers[0]["manage_url"].rpartition("/")[2]
    with running(connected) as served:
        url = f"{served.url}/manage/{manage}"
        die_in_the_call(served, world, fresh + 3, lambda: httpx2.post(f"{url}/reschedule", json={"start": second}))
    written_after(connected)
    expect(connected, second)
    with running(connected) as served:
        url = f"{served.url}/manage/{manage}"
        die_in_the_call(served, world, 2, lambda: httpx2.post(f"{url}/cancel", json={}))
    with running(connected) as served:
        deadline = time.monotonic() + 30
        while asyncio.run(connected.events()):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert [each["state"] for each in served.send(do="list")["bookings"]] == ["cancelled"]
        assert second in served.slots()


@BOTH
@pytest.mark.parametrize(
    "place",
    [
        pytest.param("before provider call", marks=pytest.mark.slow), "after provider call",
        pytest.param("after done mark", marks=pytest.mark.slow),
    ],
)  # fmt: skip
@pytest.mark.shows("SYNC-4", "R2")
def test_one_event_stands_at_the_service_when_the_program_dies_around_the_call(tmp_path: Path, kind: str, place: str) -> None:
    connected = asyncio.run(connect(tmp_path, KINDS[kind]))
    with running(connected, AFTALE_FAIL_AT=place) as served:
        start = served.slots()[5]
        with contextlib.suppress(httpx2.HTTPError):
            assert served.book(start).status_code in (201, 503)
        served.process.wait(30)
    written_after(connected)
    expect(connected, start)


@BOTH
@pytest.mark.parametrize("weather", [Weather.RESET, Weather.SILENT, Weather.HALF_OPEN])
@pytest.mark.shows("SYNC-4", "SYNC-6", "R18")
def test_no_promise_is_lost_when_the_network_fails(tmp_path: Path, kind: str, weather: Weather) -> None:
    world = KINDS[kind].new_world()
    with between(world.server.base) as proxy:
        connected = asyncio.run(connect(tmp_path, KINDS[kind], world, proxy.base))
        with running(connected) as served:
            starts = served.slots()[5:30:6]
            assert served.book(starts[0]).status_code == 201
            wait_until_written(served)
            proxy.change(weather)
            began = time.monotonic()
            answer = served.book(starts[1])
            assert answer.status_code == 201
            # A calendar that does not answer is waited for three seconds, no longer.
            assert time.monotonic() - began < 6
            proxy.change(Weather.FINE)
            began = time.monotonic()
            assert served.book(starts[2]).json()["state"] == "confirmed"
            assert time.monotonic() - began < BACK_WITHIN
            for start in starts[:3]:
                assert start not in served.slots()
        # A connection that nobody answers is given up after half a minute; a restart need not wait for that.
        written_after(connected)
        expect(connected, *starts[:3])


@BOTH
@pytest.mark.shows("SYNC-4", "SYNC-6", "R20")
@pytest.mark.parametrize("seconds", [5, pytest.param(60, marks=pytest.mark.slow)])
def test_nothing_is_stale_or_done_twice_when_the_computer_has_slept(tmp_path: Path, kind: str, seconds: int) -> None:
    connected = asyncio.run(connect(tmp_path, KINDS[kind]))
    world = connected.world
    with running(connected) as served:
        starts = served.slots()[5:30:6]
        world.user.open = door = HeldDoor(world.user, 4)
        assert served.book(starts[0]).status_code == 201
        while not door.holds:
            time.sleep(0.002)
        # The write is under way when the lid closes.
        served.process.send_signal(signal.SIGSTOP)
        door.set()
        asyncio.run(connected.hands.add_own(from_iso(starts[1])))
        time.sleep(seconds)
        served.process.send_signal(signal.SIGCONT)
        answer = served.book(starts[1])
        assert answer.status_code == 409, answer.text
        assert served.book(starts[2]).status_code == 201
        wait_until_written(served)
        expect(connected, starts[0], starts[2])


@BOTH
@pytest.mark.shows("DATA-1", "DATA-5")
def test_no_address_is_printed_when_a_calendar_is_called_by_one(tmp_path: Path, kind: str) -> None:
    connected = asyncio.run(connect(tmp_path, KINDS[kind]))
    with Served(connected.folder, "--port", "0", environment=connected.environment) as served:
        calendars = served.ready()["calendars"]
        assert {each["id"] for each in calendars} == {each.id for each in connected.calendars}
        assert all(each["name"] and "@" not in each["name"] for each in calendars)
