"""What cannot be read: passing faults, lost calendars, ended sign-ins, and what must never make a calendar look free."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.domain.booking import Promised, Refused, State
from app.domain.clock import DAY, HOUR, MINUTE
from app.domain.connections import Access, CalendarState, Lost
from app.domain.errors import AccessLost, SignInExpired
from app.domain.events import AccountChanged, CalendarChanged
from app.domain.notices import NoticeKind
from app.providers.memory import MemoryProvider
from tests.services.opened import MONDAY, at, wish
from tests.services.sync.followed import House, connect, draft, house, service

pytestmark = pytest.mark.anyio


@pytest.fixture
async def anna(tmp_path: Path) -> AsyncIterator[House]:
    """Two calendars in use, read and being followed."""
    services = service({"work": Access.OWNER, "team": Access.DETAILS})
    services.add("work", draft("Dentist"))
    opened = await house(tmp_path, services)
    opened.run()
    await opened.pass_time(1)
    opened.told(CalendarChanged)
    yield opened
    await opened.close()


# Passing faults


@pytest.mark.shows("INACT-1", "R14")
async def test_service_when_it_cannot_be_reached_then_that_is_shown_retried_and_over_when_it_answers(anna: House) -> None:
    work = anna.services["anna"]
    work.unreachable(times=1000)
    await anna.pass_time(30 * MINUTE)
    calendar = await anna.calendar("anna-work")
    assert calendar.state is CalendarState.ACTIVE
    assert MONDAY < calendar.failing_since <= MONDAY + 2 * MINUTE
    assert (await anna.calendar("anna-team")).failing_since
    assert await anna.titles() == ["Dentist"]
    assert not await anna.notices()
    work.heal()
    work.add("work", draft("New", 4))
    await anna.pass_time(6 * MINUTE)
    calendar = await anna.calendar("anna-work")
    assert (calendar.failing_since, await anna.titles()) == (0, ["Dentist", "New"])
    assert anna.timer.clock.now() - calendar.read_at <= MINUTE + 10


@pytest.mark.shows("R14")
async def test_service_while_it_fails_then_it_is_asked_at_most_once_a_second_and_ever_less(anna: House) -> None:
    asked: list[float] = []
    work = anna.services["anna"]
    receive = work.receive

    async def note(write: bool) -> None:
        asked.append(anna.timer.time())
        await receive(write)

    work.receive = note  # type: ignore[method-assign]
    work.unreachable(times=1000)
    anna.sync._coordinators["anna"]._list_due = 0.0
    began = anna.timer.time()
    await anna.pass_time(HOUR)
    gaps = [two - one for one, two in itertools.pairwise(asked)]
    assert min(gaps) >= 1.0 - 1e-6
    first, last = [each - began for each in asked if each - began < 150], [each for each in asked if each - began > 2400]
    assert len(first) >= 5
    assert 4 <= len(last) <= 12
    assert len(asked) < 45


@pytest.mark.shows("R14")
async def test_service_when_it_says_how_long_to_wait_then_it_is_left_alone_so_long_and_no_longer(anna: House) -> None:
    work = anna.services["anna"]
    work.limit(600)
    await anna.pass_time(70)
    calls, since = work.calls, anna.timer.time()
    anna.sync.wake("somebody is in a hurry")
    await anna.sync.now()
    await anna.pass_time(520)
    assert work.calls == calls
    while work.calls == calls:
        await anna.pass_time(1)
    assert anna.timer.time() - since <= 600 * 1.1
    assert (await anna.calendar("anna-work")).state is CalendarState.ACTIVE


@pytest.mark.shows("R18")
async def test_network_when_it_comes_back_then_everything_is_read_within_seconds(anna: House) -> None:
    ways = ["eth0"]
    await anna.stop()
    anna.sync._way_out = lambda: ways[0]
    anna.run()
    work = anna.services["anna"]
    work.unreachable(times=1000)
    ways[0] = ""
    await anna.pass_time(20 * MINUTE)
    work.heal()
    ways[0] = "wlan0"
    work.add("work", draft("New", 4))
    await anna.pass_time(6)
    assert await anna.titles() == ["Dentist", "New"]


async def test_one_calendar_when_it_alone_fails_then_the_others_are_read_as_ever(anna: House) -> None:
    work = anna.services["anna"]
    strike = anna.sync._desk.provider_of(await anna.account())
    changes = strike.changes

    async def sometimes(calendar: str, *rest: object) -> object:
        if calendar == "work":
            work.unreachable()
        return await changes(calendar, *rest)  # type: ignore[arg-type]

    strike.changes = sometimes  # type: ignore[method-assign,assignment]
    work.add("team", draft("Standup", 4))
    await anna.pass_time(5 * MINUTE)
    assert await anna.titles("anna-team") == ["Standup"]
    assert anna.timer.clock.now() - (await anna.calendar("anna-team")).read_at < 70
    assert (await anna.calendar("anna-work")).failing_since
    assert not (await anna.calendar("anna-team")).failing_since


# Stale copies


@pytest.mark.shows("SYNC-6")
async def test_booking_when_a_calendar_was_last_read_long_ago_then_it_becomes_a_request(
    anna: House,
) -> None:
    anna.services["anna"].unreachable(times=1000)
    booked = await anna.workspace.bookings.book(wish(at(13, 10)))
    assert isinstance(booked, Promised)
    assert booked.state is State.CONFIRMED
    anna.told(CalendarChanged)
    await anna.pass_time(16 * MINUTE)
    assert any(isinstance(each, CalendarChanged) for each in anna.facts), "pages have to say so"
    asked = await anna.workspace.bookings.book(wish(at(13, 12)))
    assert isinstance(asked, Promised)
    assert asked.state is State.REQUESTED
    told = [each for each in await anna.notices() if each.kind is NoticeKind.REQUESTED]
    assert [each.reason for each in told] == ["stale"]


@pytest.mark.shows("SYNC-6")
async def test_booking_before_the_first_reading_is_complete_then_it_becomes_a_request(tmp_path: Path) -> None:
    anna = await house(tmp_path, service())
    anna.services["anna"].unreachable(times=1000)
    anna.run()
    await anna.pass_time(10)
    asked = await anna.workspace.bookings.book(wish(at(13, 12)))
    assert isinstance(asked, Promised)
    assert asked.state is State.REQUESTED
    await anna.close()


@pytest.mark.shows("SYNC-6", "R21")
async def test_clock_when_it_is_set_back_then_a_reading_from_the_future_is_not_trusted_but_made_anew(anna: House) -> None:
    work = anna.services["anna"]
    anna.timer.set_clock(-2 * HOUR)
    work.unreachable(times=1000)
    asked = await anna.workspace.bookings.book(wish(at(13, 12)))
    assert isinstance(asked, Promised)
    assert asked.state is State.REQUESTED
    work.heal()
    await anna.pass_time(2)
    assert abs((await anna.calendar("anna-work")).read_at - anna.timer.clock.now()) <= 2


@pytest.mark.shows("R20", "R21")
@pytest.mark.parametrize("jump", [-2 * HOUR, 2 * HOUR, 400 * DAY])
async def test_clock_when_it_jumps_then_everything_is_read_at_once_and_nothing_is_lost(anna: House, jump: int) -> None:
    work = anna.services["anna"]
    work.add("work", draft("New", 4))
    anna.timer.set_clock(jump)
    await anna.pass_time(2)
    if jump < DAY:
        assert await anna.titles() == ["Dentist", "New"]
    anna.timer.set_clock(-jump)
    await anna.pass_time(2)
    assert await anna.titles() == ["Dentist", "New"]
    await anna.pass_time(5 * MINUTE)
    assert anna.timer.clock.now() - (await anna.calendar("anna-work")).read_at <= 70


@pytest.mark.shows("R20")
async def test_machine_when_it_wakes_up_then_connections_are_new_and_everything_is_read(anna: House) -> None:
    closed: list[str] = []
    provider = anna.sync._desk.provider_of(await anna.account())

    async def close() -> None:
        closed.append("closed")

    provider.close = close  # type: ignore[method-assign]
    anna.services["anna"].add("work", draft("New", 4))
    anna.timer.jump(8 * HOUR)
    await anna.quiet()
    await anna.pass_time(1)
    assert closed == ["closed"]
    assert await anna.titles() == ["Dentist", "New"]


# Lost access


@pytest.mark.shows("INACT-1")
@pytest.mark.parametrize(("act", "reason"), [("remove_calendar", Lost.REMOVED), ("unshare", Lost.UNSHARED)])
async def test_calendar_when_it_is_lost_then_it_is_inactive_told_once_and_active_when_it_is_back(
    anna: House, act: str, reason: Lost
) -> None:
    work = anna.services["anna"]
    getattr(work, act)("team")
    await anna.pass_time(3 * MINUTE)
    lost = await anna.calendar("anna-team")
    assert (lost.state, lost.lost) == (CalendarState.INACTIVE, reason)
    assert MONDAY < lost.since <= MONDAY + 2 * MINUTE
    assert [(each.kind, each.reason, each.target) for each in await anna.notices()] == [
        (NoticeKind.CALENDAR, reason.value, "anna-team")
    ]
    assert isinstance(await anna.workspace.bookings.book(wish(at(13, 12))), Refused)
    assert (await anna.calendar("anna-work")).state is CalendarState.ACTIVE
    calls = work.calls
    await anna.pass_time(10 * MINUTE)
    assert work.calls - calls <= 13
    work.share_again("team")
    work.add("team", draft("Standup", 4))
    await anna.pass_time(6 * MINUTE)
    found = await anna.calendar("anna-team")
    assert (found.state, found.lost, found.since) == (CalendarState.ACTIVE, None, 0)
    assert await anna.titles("anna-team") == ["Standup"]
    assert len([each for each in await anna.notices() if each.kind is NoticeKind.CALENDAR]) == 1


@pytest.mark.shows("INACT-1")
async def test_calendar_when_only_free_and_busy_may_be_seen_then_it_is_inactive(anna: House) -> None:
    anna.services["anna"].set_access("team", Access.FREE_BUSY)
    await anna.sync.now()
    lost = await anna.calendar("anna-team")
    assert (lost.state, lost.lost, lost.access) == (CalendarState.INACTIVE, Lost.LOWERED, Access.FREE_BUSY)
    anna.services["anna"].set_access("team", Access.DETAILS)
    await anna.sync.now()
    assert (await anna.calendar("anna-team")).state is CalendarState.ACTIVE


async def test_calendar_when_its_owner_switched_it_off_then_a_reading_does_not_switch_it_on(anna: House) -> None:
    await anna.workspace.accounts.set_state("anna-team", CalendarState.INACTIVE, Lost.SWITCHED)
    await anna.pass_time(3 * MINUTE)
    assert (await anna.calendar("anna-team")).state is CalendarState.INACTIVE


@pytest.mark.shows("INACT-1", "R15")
async def test_sign_in_when_it_ends_then_that_is_told_once_and_nothing_is_asked_until_it_is_renewed(
    anna: House,
) -> None:
    work = anna.services["anna"]
    work.signed_in = False
    calls = work.calls
    await anna.pass_time(20 * MINUTE)
    assert work.calls - calls <= 3
    assert (await anna.account()).signed_out
    for name in ("anna-work", "anna-team"):
        lost = await anna.calendar(name)
        assert (lost.state, lost.lost) == (CalendarState.INACTIVE, Lost.SIGN_IN)
    assert [(each.kind, each.target, each.email) for each in await anna.notices()] == [
        (NoticeKind.ACCOUNT, "anna", "anna@example.com")
    ]
    assert any(each.account.signed_out for each in anna.facts if isinstance(each, AccountChanged))
    work.heal()
    work.add("work", draft("New", 4))
    anna.sync.account_connected("anna")
    await anna.pass_time(2)
    assert not (await anna.account()).signed_out
    assert (await anna.calendar("anna-team")).state is CalendarState.ACTIVE
    assert await anna.titles() == ["Dentist", "New"]


@pytest.mark.shows("INACT-1")
async def test_write_when_it_finds_access_lost_then_that_is_known_at_once(anna: House) -> None:
    await anna.sync.lost(AccessLost("anna", "team", Lost.UNSHARED.value))
    assert (await anna.calendar("anna-team")).lost is Lost.UNSHARED
    await anna.sync.lost(SignInExpired("anna"))
    assert (await anna.account()).signed_out


async def test_account_when_it_is_disconnected_then_it_is_followed_no_more(anna: House) -> None:
    await anna.workspace.accounts.disconnect("anna")
    anna.sync.account_gone("anna")
    calls = anna.services["anna"].calls
    await anna.pass_time(5 * MINUTE)
    assert anna.services["anna"].calls == calls
    assert anna.sync.working == frozenset()


async def test_account_when_it_is_connected_while_the_worker_runs_then_it_is_followed_at_once(anna: House) -> None:
    bo = service(account="bo")
    bo.add("work", draft("Of Bo"))
    providers = {"anna": anna.sync._desk.provider_of(await anna.account()), "bo": MemoryProvider(bo)}
    anna.sync._desk.provider_of = lambda account: providers[account.id]
    await anna.workspace.database.write(lambda session: connect(session, bo, primary=False))
    anna.sync.account_connected("bo")
    await anna.pass_time(1)
    assert await anna.titles("bo-work") == ["Of Bo"]
    assert await anna.titles() == ["Dentist"]


@pytest.mark.logs("an account could not be followed")
async def test_following_when_it_meets_a_mistake_of_ours_then_it_goes_on_a_minute_later(anna: House) -> None:
    mistakes = [ValueError("a mistake")]

    def hook(*_: object) -> tuple[()]:
        if mistakes:
            raise mistakes.pop()
        return ()

    anna.sync.after.append(hook)
    anna.services["anna"].add("work", draft("New", 4))
    await anna.pass_time(70)
    assert await anna.titles() == ["Dentist"]
    await anna.pass_time(70)
    assert await anna.titles() == ["Dentist", "New"]


async def test_program_when_it_ends_in_the_middle_of_a_reading_then_it_ends_at_once(anna: House) -> None:
    anna.services["anna"].gate.clear()
    reading = asyncio.ensure_future(anna.sync.now())
    while not anna.sync.working:
        await asyncio.sleep(0.001)
    await anna.stop()
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    assert anna.sync.working == frozenset()


async def test_calendar_when_it_is_lost_after_it_could_not_be_reached_then_the_account_is_followed_on(anna: House) -> None:
    work = anna.services["anna"]
    await anna.change("anna-work", checked=False, booking=False, main=False)
    work.unreachable(times=3)
    await anna.pass_time(2 * MINUTE)
    await anna.change("anna-team", state=CalendarState.INACTIVE, lost=Lost.UNSHARED)
    calls = work.calls
    await anna.pass_time(HOUR)
    assert (await anna.calendar("anna-team")).state is CalendarState.ACTIVE
    assert work.calls - calls < 150
