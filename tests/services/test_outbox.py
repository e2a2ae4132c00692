"""The outbox at work: each account by itself, patient with services, honest about what cannot be done (SYNC-4)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.booking import State
from app.domain.clock import DAY, HOUR
from app.domain.connections import Access, CalendarState, Lost
from app.domain.errors import ProviderError
from app.domain.events import AccountChanged, CalendarChanged, WriteFailed, Written
from app.domain.notices import NoticeKind
from app.domain.outbox import GIVE_UP_TRIES, JobKind
from app.models import outbox as rows
from app.providers.memory import MemoryAccount, MemoryProvider
from app.services import outbox as outbox_service
from tests.services.office import FIRST, Office
from tests.services.opened import ZONE
from tests.services.simulated import SimulatedTime
from tests.services.watched import WatchedAccount, kept_waits, most_a_second

pytestmark = pytest.mark.anyio
BURIED = pytest.mark.logs("a calendar refused a write for good")


@pytest.fixture
def time() -> SimulatedTime:
    return SimulatedTime()


@pytest.fixture
def office(workspace_folder: Path, time: SimulatedTime) -> Iterator[Office]:
    opened = Office(workspace_folder, time)
    yield opened
    opened.close()


def service(time: SimulatedTime, account: str = "one", access: Access = Access.OWNER) -> WatchedAccount:
    made = WatchedAccount(account, time.time)
    made.add_calendar(f"{account}@example.com", "Calendar", ZONE, access)
    return made


async def connected(office: Office, made: WatchedAccount, **rest: object):  # type: ignore[no-untyped-def]
    return await office.connect(made.account, MemoryProvider(made), f"{made.account}@example.com", **rest)


async def stands(made: MemoryAccount) -> list[tuple[str, int]]:
    """Which bookings stand in the calendar, and when."""
    made.heal()
    events = await MemoryProvider(made).read_window(f"{made.account}@example.com", FIRST - DAY, FIRST + 90 * DAY)
    return [(each.booking, each.start) for each in events]


@pytest.mark.shows("SYNC-4", "BOOK-4")
async def test_booking_stands_in_its_calendar_when_the_service_calls_that_by_another_name(office, time) -> None:
    made = service(time)
    calendar = await connected(office, made)
    heard: list[object] = []
    office.announcer.subscribe(Written, heard.append)
    booked = await office.book(calendar)
    await time.run(office.outbox, office.paid)
    assert await stands(made) == [(booked.id, booked.start)]
    start = await office.move(booked.id, calendar)
    await time.run(office.outbox, office.paid)
    assert await stands(made) == [(booked.id, start)]
    assert await office.state(booked.id) is State.WRITTEN
    assert len(heard) == 2
    await office.cancel(booked.id, calendar)
    await time.run(office.outbox, office.paid)
    assert await stands(made) == []
    assert [what for what, _ in made.writes] == ["create", "update", "delete"]


@pytest.mark.shows("SYNC-4", "R14")
async def test_account_that_hangs_holds_up_no_other(office) -> None:
    slow, quick = MemoryAccount("slow"), MemoryAccount("quick")
    for made in (slow, quick):
        made.add_calendar(f"{made.account}@example.com", "Calendar", ZONE)
    calendars = [
        await office.connect(each.account, MemoryProvider(each), f"{each.account}@example.com") for each in (slow, quick)
    ]
    slow.gate.clear()
    names = [(await office.book(calendar)).id for calendar in (calendars[0], calendars[1], calendars[0], calendars[1])]
    written: list[str] = []
    both = asyncio.Event()

    def note(fact: Written) -> None:
        written.append(fact.booking.id)
        if len(written) == 2:
            both.set()

    office.announcer.subscribe(Written, note)
    worker = asyncio.ensure_future(office.started(real=True).run())
    async with asyncio.timeout(10):
        await both.wait()
    assert written == [names[1], names[3]]
    assert "slow" in office.outbox.working
    assert [await office.state(name) for name in names].count(State.WRITTEN) == 2
    worker.cancel()
    with pytest.raises(asyncio.CancelledError):
        await worker


@pytest.mark.shows("SYNC-4", "R14")
async def test_jobs_of_a_failing_account_share_one_back_off(office, time) -> None:
    made = service(time)
    calendar = await connected(office, made)
    for _ in range(20):
        await office.book(calendar)
    made.unreachable(times=9)
    took = await time.run(office.outbox, office.paid)
    failed = [each.at for each in made.asked if not each.good]
    assert len(failed) == 9
    assert most_a_second(made.asked) == 1
    # 1, 2, 4 … 256 seconds, each a quarter more or less: not one such series a booking.
    assert 383 <= took <= 640
    assert len(await stands(made)) == 20


@pytest.mark.shows("SYNC-4", "R14")
@pytest.mark.parametrize("seconds", [1.0, 2.5, 30.0, 3600.0])
async def test_service_is_left_alone_for_as_long_as_it_asked(office, time, seconds) -> None:
    made = service(time)
    calendar = await connected(office, made)
    for _ in range(5):
        await office.book(calendar)
    made.limit(seconds)
    await time.run(office.outbox, office.paid)
    (overrun,) = kept_waits(made.asked)
    assert 0 <= overrun <= 0.1


@pytest.mark.shows("SYNC-4", "R14")
async def test_service_is_left_alone_also_by_the_next_run_of_the_program(office, time) -> None:
    made = service(time)
    calendar = await connected(office, made)
    await office.book(calendar)
    made.limit(600.0)
    await time.run(office.outbox, within=1.0)
    await office.book(calendar)
    await time.run(office.started(), office.paid)
    (overrun,) = kept_waits(made.asked)
    assert 0 <= overrun <= 0.1
    assert len(await stands(made)) == 2


@pytest.mark.shows("SYNC-4", "CON-11", "R15")
async def test_nothing_is_tried_when_the_sign_in_has_ended_until_there_is_a_new_one(office, time) -> None:
    made = service(time)
    calendar = await connected(office, made)
    lost: list[ProviderError] = []

    async def hear(error: ProviderError) -> None:
        lost.append(error)

    office.outbox.lost = hear
    made.signed_in = False
    for _ in range(5):
        await office.book(calendar)
    await time.run(office.outbox, within=12 * HOUR)
    assert made.calls == 1
    assert [type(error).__name__ for error in lost] == ["SignInExpired"]
    made.heal()
    await office.outbox.account_back("one")
    await time.run(office.outbox, office.paid, within=60)
    assert len(await stands(made)) == 5


@pytest.mark.shows("SYNC-4", "CON-11", "R15")
async def test_writes_follow_when_the_account_is_told_to_be_signed_in_again(office, time) -> None:
    made = service(time)
    calendar = await connected(office, made)
    made.signed_in = False
    await office.book(calendar)
    await time.run(office.outbox, within=60)
    signed_out = await office.set_account("one", signed_out=True)
    office.announcer.announce(AccountChanged(signed_out))
    await time.run(office.outbox, within=3 * DAY)
    assert made.calls == 1
    made.heal()
    office.announcer.announce(AccountChanged(await office.set_account("one", signed_out=False)))
    await time.run(office.outbox, office.paid, within=60)
    assert len(await stands(made)) == 1


@pytest.mark.shows("SYNC-4", "R15")
async def test_sign_in_is_tried_once_more_when_the_program_starts_again(office, time) -> None:
    made = service(time)
    calendar = await connected(office, made)
    made.signed_in = False
    await office.book(calendar)
    await time.run(office.outbox, within=60)
    made.heal()
    await time.run(office.started(), office.paid, within=60)
    assert len(await stands(made)) == 1


@pytest.mark.shows("SYNC-4", "INACT-4", "R16")
async def test_writes_of_a_lost_calendar_rest_and_those_of_its_neighbour_go_on(office, time) -> None:
    made = service(time)
    made.add_calendar("team", "Team", ZONE)
    calendar = await connected(office, made)
    team = await office.connect("one", MemoryProvider(made), "team", id="team-calendar")
    made.unshare("one@example.com")
    lost, other = await office.book(calendar), await office.book(team)
    await time.run(office.outbox, within=HOUR)
    assert await office.state(other.id) is State.WRITTEN
    assert await office.state(lost.id) is State.CONFIRMED
    asked = made.calls
    assert asked == 2
    inactive = await office.set_calendar(calendar.id, state=CalendarState.INACTIVE, lost=Lost.UNSHARED)
    office.announcer.announce(CalendarChanged(inactive))
    await time.run(office.outbox, within=2 * DAY)
    assert made.calls == asked
    made.share_again("one@example.com")
    office.announcer.announce(CalendarChanged(await office.set_calendar(calendar.id, state=CalendarState.ACTIVE, lost=None)))
    await time.run(office.outbox, office.paid, within=60)
    assert await office.state(lost.id) is State.WRITTEN


@BURIED
@pytest.mark.shows("SYNC-4", "R16")
async def test_owner_is_told_when_the_calendar_that_a_booking_was_promised_to_is_removed(office, time) -> None:
    made = service(time)
    calendar = await connected(office, made)
    heard: list[WriteFailed] = []
    office.announcer.subscribe(WriteFailed, heard.append)
    booked = await office.book(calendar)
    await office.set_calendar(calendar.id, state=CalendarState.INACTIVE, lost=Lost.REMOVED, booking=False, checked=False)
    await time.run(office.outbox, office.paid, within=60)
    assert made.calls == 0
    assert [(job.booking, job.error) for job in await office.dead()] == [(booked.id, "NotFound")]
    assert [(each.kind, each.target) for each in await office.notices()] == [(NoticeKind.WRITE_FAILED, booked.id)]
    assert [fact.booking for fact in heard] == [booked.id]
    assert await office.state(booked.id) is State.CONFIRMED


@pytest.mark.shows("SYNC-4", "CON-11")
async def test_nothing_is_owed_any_more_when_the_account_was_disconnected(office, time) -> None:
    made = service(time)
    calendar = await connected(office, made)
    booked = await office.book(calendar)
    await office.database.write(lambda session: rows.accounts.delete_account(session, "one"))
    await time.run(office.outbox, office.paid, within=60)
    assert await office.dead() == ()
    assert await office.state(booked.id) is State.CONFIRMED


@BURIED
@pytest.mark.shows("SYNC-4", "R14")
async def test_write_is_a_task_for_the_owner_when_it_still_fails_after_three_days(office, time) -> None:
    made = service(time)
    calendar = await connected(office, made)
    booked = await office.book(calendar)
    made.unreachable(times=100_000)
    took = await time.run(office.outbox, office.paid, within=5 * DAY)
    assert 3 * DAY <= took <= 3 * DAY + HOUR
    assert [(job.booking, job.error) for job in await office.dead()] == [(booked.id, "Unreachable")]
    assert made.calls < 400


@pytest.mark.shows("SYNC-4", "R20", "R21")
async def test_write_is_not_given_up_when_the_computer_slept_or_its_clock_was_ahead(office, time) -> None:
    made = service(time)
    calendar = await connected(office, made)
    await office.book(calendar)
    made.unreachable(times=GIVE_UP_TRIES - 1)
    await time.run(office.outbox, within=10.0)
    time.jump(400 * DAY)
    await time.run(office.outbox, within=60.0)
    time.jump(-400 * DAY)
    await time.run(office.outbox, office.paid, within=2 * DAY)
    assert await office.dead() == ()
    assert len(await stands(made)) == 1


@pytest.mark.shows("SYNC-4", "R14")
async def test_write_that_is_done_but_never_answered_is_not_done_twice(office, time, monkeypatch) -> None:
    monkeypatch.setattr(outbox_service, "CALL_LIMIT", 0.05)
    made = service(time)
    calendar = await connected(office, made)
    assert outbox_service.LEASE > 45
    booked = await office.book(calendar)
    made.lose_answers(1)
    made.gate.clear()
    worker = asyncio.ensure_future(office.outbox.drain())
    assert await worker
    assert [job.error for job in await office.owed()] == ["Unreachable"]
    made.gate.set()
    await time.run(office.outbox, office.paid)
    assert await stands(made) == [(booked.id, booked.start)]
    assert made.writes == [("create", booked.id)]


@pytest.mark.logs("a calendar could not be written")
async def test_other_bookings_are_written_when_one_meets_a_mistake_of_ours(office, time) -> None:
    made = service(time)
    calendar = await connected(office, made)
    bad = await office.book(calendar)
    await office.database.write(
        lambda session: session.exec_driver_sql("UPDATE outbox SET draft = '{\"key\": 1}' WHERE booking = ?", (bad.id,))
    )
    good = await office.book(calendar)
    await time.run(office.outbox, within=30.0)
    assert await office.state(good.id) is State.WRITTEN
    assert [job.booking for job in await office.owed()] == [bad.id]


async def test_event_is_made_anew_when_it_was_deleted_before_its_booking_moved(office, time) -> None:
    made = service(time)
    calendar = await connected(office, made)
    booked = await office.book(calendar)
    await time.run(office.outbox, office.paid)
    (event,) = await MemoryProvider(made).read_window("one@example.com", FIRST, FIRST + DAY)
    made.remove("one@example.com", event.id)
    start = await office.move(booked.id, calendar)
    await time.run(office.outbox, office.paid)
    assert await stands(made) == [(booked.id, start)]


@pytest.mark.shows("SYNC-4", "R2")
async def test_second_worker_does_nothing_twice_when_the_first_one_is_slow(office, time) -> None:
    made = service(time)
    calendar = await connected(office, made)
    names = [(await office.book(calendar)).id for _ in range(4)]
    made.gate.clear()
    first, second = office.outbox, office.started()
    slow = asyncio.ensure_future(first.drain())
    while not made.calls:
        await asyncio.sleep(0)
    # The one that is under way is held; what waits behind it is not.
    made_by_second = asyncio.ensure_future(second.drain())
    while made.calls < 2:
        await asyncio.sleep(0)
    made.gate.set()
    await asyncio.gather(slow, made_by_second)
    assert sorted(key for _, key in made.writes) == sorted(names)


async def test_last_word_counts_when_a_booking_was_moved_and_cancelled_before_anything_was_written(office, time) -> None:
    made = service(time)
    calendar = await connected(office, made)
    booked = await office.book(calendar)
    await office.move(booked.id, calendar)
    await office.cancel(booked.id, calendar)
    assert [job.kind for job in await office.owed()] == [JobKind.CREATE, JobKind.UPDATE, JobKind.DELETE]
    await time.run(office.outbox, office.paid)
    assert await stands(made) == []
    assert await office.state(booked.id) is State.CANCELLED


@BURIED
async def test_calendar_that_may_not_be_written_any_more_refuses_for_good(office, time) -> None:
    made = service(time, access=Access.DETAILS)
    calendar = await connected(office, made)
    booked = await office.book(calendar)
    await time.run(office.outbox, office.paid, within=60)
    assert [(job.booking, job.error) for job in await office.dead()] == [(booked.id, "Conflict")]
