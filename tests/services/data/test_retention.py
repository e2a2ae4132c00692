"""What visitors left goes when its time is up, on the record, and never because a clock has jumped (DATA-3, R21)."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from app import log
from app.domain.booking import LeftMessage, Promised, State
from app.domain.clock import DAY, Instant
from app.domain.keeping import YEAR, RemovalKind
from app.domain.settings import Retention
from app.paths import log_file
from app.services.data.retention import RetentionRule
from app.services.workspace import Workspace
from tests.services.opened import MONDAY, StandingClock, at, furnished, settle, wish

pytestmark = [pytest.mark.anyio, pytest.mark.shows("DATA-3")]


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
async def workspace(workspace_folder: Path, clock: StandingClock) -> AsyncIterator[Workspace]:
    opened = await furnished(workspace_folder, clock)
    yield opened
    await opened.close()


async def live_until(workspace: Workspace, clock: StandingClock, instant: Instant) -> None:
    """The program runs every day and looks at the time."""
    while clock.at < instant:
        clock.at = min(clock.at + 5 * DAY, instant)
        await workspace.data.retention.apply()


async def test_a_booking_when_its_year_is_over_goes_with_its_event_and_is_on_the_record(
    workspace: Workspace, clock: StandingClock
) -> None:
    assert isinstance(await workspace.bookings.book(wish(at(13, 10))), Promised)
    await settle(workspace)
    await workspace.data.retention.apply()
    await live_until(workspace, clock, at(13, 10) + YEAR)
    assert len(await workspace.bookings.list()) == 1
    await live_until(workspace, clock, at(13, 10) + YEAR + 2 * DAY)
    assert await workspace.bookings.list() == ()
    provider = await workspace.accounts.provider("local")
    assert await provider.read_window("local", at(13, 0), at(14, 0)) == ()
    (line, *_rest) = await workspace.data.people.removals()
    assert line.kind is RemovalKind.RETENTION
    assert line.counts["bookings"] == 1
    assert line.counts["events"] == 1


async def test_attempts_and_refused_requests_when_thirty_days_old_go_and_the_meeting_stays(
    workspace: Workspace, clock: StandingClock
) -> None:
    await workspace.accounts.set_scheduling("local", on=False)
    asked = await workspace.bookings.book(wish(at(20, 10)))
    assert isinstance(asked, Promised)
    assert asked.state is State.REQUESTED
    await workspace.bookings.decline(asked.booking)
    await workspace.accounts.set_scheduling("local", on=True)
    assert isinstance(await workspace.bookings.book(wish(at(21, 10))), Promised)
    await workspace.settings.switch_pages(False)
    await workspace.bookings.leave_message(LeftMessage("anna/page-1", "Ida", "ida@example.org", "", "soon?"))
    await live_until(workspace, clock, MONDAY + 29 * DAY)
    assert len((await workspace.data.people.find("ida@example.org")).bookings) == 2
    await live_until(workspace, clock, MONDAY + 32 * DAY)
    known = await workspace.data.people.find("ida@example.org")
    assert [each.start for each in known.bookings] == [at(21, 10)]
    assert known.attempts == ()


async def test_a_rule_when_the_owner_sets_it_is_followed(workspace: Workspace, clock: StandingClock) -> None:
    await workspace.bookings.book(wish(at(13, 10)))
    await workspace.settings.save(replace(workspace.settings.current, retention=Retention(bookings=0)))
    await live_until(workspace, clock, MONDAY + 2 * YEAR)
    assert len(await workspace.bookings.list()) == 1
    await workspace.settings.save(replace(workspace.settings.current, retention=Retention(bookings=3)))
    await live_until(workspace, clock, clock.at + 2 * DAY)
    assert await workspace.bookings.list() == ()


@pytest.mark.shows("R21")
@pytest.mark.logs("nothing is removed")
async def test_bookings_when_the_clock_jumps_four_hundred_days_stay_until_the_owner_believes_it(
    workspace: Workspace, clock: StandingClock
) -> None:
    await workspace.bookings.book(wish(at(13, 10)))
    await workspace.data.retention.apply()
    clock.at += 400 * DAY
    for _ in range(3):
        assert not await workspace.data.retention.apply()
        clock.at += DAY
    assert await workspace.data.retention.doubted()
    assert len(await workspace.bookings.list()) == 1
    clock.at = MONDAY + 2 * DAY
    await workspace.data.retention.apply()
    assert not await workspace.data.retention.doubted()
    assert len(await workspace.bookings.list()) == 1
    clock.at += 400 * DAY
    await workspace.data.retention.apply()
    await workspace.data.retention.believe()
    assert await workspace.bookings.list() == ()
    assert not await workspace.data.retention.doubted()


@pytest.mark.shows("R21")
@pytest.mark.logs("nothing is removed")
async def test_bookings_when_the_clock_jumped_meanwhile_stay(workspace: Workspace, clock: StandingClock) -> None:
    await workspace.bookings.book(wish(at(13, 10)))
    # The database itself was made by the real clock of whoever runs this.
    clock.at = max(clock.at, int(time.time())) + 400 * DAY
    assert not await workspace.data.retention.apply()
    assert len(await workspace.bookings.list()) == 1


@pytest.mark.shows("R21")
async def test_a_second_clock_when_it_agrees_lets_the_rule_go_on(workspace: Workspace, clock: StandingClock) -> None:
    rule = with_second(workspace, clock, 0)
    await workspace.bookings.book(wish(at(13, 10)))
    await rule.apply()
    clock.at += 400 * DAY
    await rule.apply()
    assert await workspace.bookings.list() == ()


@pytest.mark.shows("R21")
@pytest.mark.logs("nothing is removed")
async def test_a_second_clock_when_it_disagrees_keeps_everything(workspace: Workspace, clock: StandingClock) -> None:
    rule = with_second(workspace, clock, -400 * DAY)
    await workspace.bookings.book(wish(at(13, 10)))
    await rule.apply()
    clock.at += 400 * DAY
    await rule.apply()
    assert len(await workspace.bookings.list()) == 1


def with_second(workspace: Workspace, clock: StandingClock, off: int) -> RetentionRule:
    """The rule with another clock that is ``off`` by so many seconds."""

    async def second() -> Instant:
        return clock.at + off

    return RetentionRule(workspace.folder, workspace.database, workspace.announcer, clock, workspace.settings, second)


async def test_many_bookings_when_removed_piece_by_piece_are_one_line(workspace: Workspace, clock: StandingClock) -> None:
    for half in range(160):
        start = at(13 + half // 16, 9, half % 16 * 30)
        assert isinstance(await workspace.bookings.book(wish(start, email=f"{half}@example.org")), Promised)
    await workspace.data.retention.apply()
    await live_until(workspace, clock, MONDAY + YEAR - DAY)
    clock.at = MONDAY + YEAR + 60 * DAY
    gone = await workspace.data.retention.apply()
    assert gone["bookings"] == 160
    line = (await workspace.data.people.removals())[0]
    assert line.counts["bookings"] == 160


async def test_the_log_when_two_weeks_old_is_forgotten_and_goes_on(workspace: Workspace, clock: StandingClock) -> None:
    log.start(workspace.folder)
    path = log_file(workspace.folder)
    old, new = (time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(MONDAY - days * DAY)) for days in (15, 13))
    path.write_text(f"{old} INFO app: an old word\n{new} INFO app: a newer word\n")
    path.with_name("aftale.log.1").write_text(f"{old} INFO app: an older word\n")
    await workspace.data.retention.apply()
    log.logging.getLogger("app").info("and a last word")
    log.stop()
    text = path.read_text()
    assert "old word" not in text
    assert "a newer word" in text
    assert text.rstrip().endswith("and a last word")
    assert not path.with_name("aftale.log.1").exists()
