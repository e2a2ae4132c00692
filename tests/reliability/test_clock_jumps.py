"""Somebody sets the clock: what is owed is paid as if nobody had, and nothing that lives is given up (R21)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.booking import ManagedBooking, Promised
from app.domain.clock import DAY, HOUR
from app.providers.memory import MemoryProvider
from tests.services.office import Office
from tests.services.opened import StandingClock, at, furnished, settle, wish
from tests.services.simulated import SimulatedTime
from tests.services.test_outbox import service, stands
from tests.services.watched import WatchedAccount, kept_waits, most_a_second

pytestmark = [pytest.mark.anyio, pytest.mark.shows("SYNC-4", "R21")]
JUMPS = pytest.mark.parametrize("jump", [-2 * HOUR, 2 * HOUR, 400 * DAY, -400 * DAY], ids=["-2 h", "+2 h", "+400 d", "-400 d"])


@pytest.fixture
def time() -> SimulatedTime:
    return SimulatedTime()


@pytest.fixture
def office(workspace_folder: Path, time: SimulatedTime) -> Iterator[Office]:
    opened = Office(workspace_folder, time)
    yield opened
    opened.close()


async def owing(office: Office, made: WatchedAccount) -> list[tuple[str, int]]:
    """Three bookings that are owed to ``made``."""
    calendar = await office.connect("one", MemoryProvider(made), "one@example.com")
    booked = [await office.book(calendar) for _ in range(3)]
    return [(each.id, each.start) for each in booked]


@JUMPS
@pytest.mark.parametrize("again", [False, True], ids=["goes on", "starts again"])
async def test_failing_writes_are_paid_when_the_clock_jumps_and_is_set_right(office, time, jump, again) -> None:
    made = service(time)
    wanted = await owing(office, made)
    made.unreachable(times=12)
    await time.run(office.outbox, within=20.0)
    time.jump(jump)
    if again:
        office.started()
    await time.run(office.outbox, within=20.0)
    time.jump(-jump)
    took = await time.run(office.outbox, office.paid, within=DAY)
    assert await office.dead() == ()
    assert await stands(made) == wanted
    assert most_a_second(made.asked) == 1
    # The back-off of twelve failures, and at most one quarter of an hour's poll more.
    assert took < 1.5 * HOUR


@JUMPS
async def test_service_that_asked_us_to_wait_is_left_alone_when_the_clock_jumps(office, time, jump) -> None:
    made = service(time)
    wanted = await owing(office, made)
    made.limit(120.0)
    await time.run(office.outbox, within=0.5)
    time.jump(jump)
    await time.run(office.outbox, within=30.0)
    time.jump(-jump)
    await time.run(office.outbox, office.paid, within=HOUR)
    assert await stands(made) == wanted
    (overrun,) = kept_waits(made.asked)
    assert 0 <= overrun <= 0.1


async def test_bookings_and_their_links_live_when_the_clock_was_a_year_ahead(tmp_path: Path) -> None:
    clock = StandingClock()
    workspace = await furnished(tmp_path, clock)
    answer = await workspace.bookings.book(wish(at(20, 10)))
    assert isinstance(answer, Promised)
    before = clock.at
    clock.at += 400 * DAY
    await settle(workspace)
    await workspace.bookings.forget_old_answers()
    await workspace.accounts.extend_horizons()
    clock.at = before
    await settle(workspace)
    assert isinstance(await workspace.bookings.look_up(answer.manage), ManagedBooking)
    events = await (await workspace.accounts.provider("local")).read_window("local", at(20, 9), at(20, 12))
    assert [each.booking for each in events] == [answer.booking]
    assert (await workspace.overview.load()).failures == ()
    await workspace.close()
