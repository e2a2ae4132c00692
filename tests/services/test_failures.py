"""A booking that its calendar refuses stays promised, and the owner gets a task with ways out (BOOK-2, SYNC-4)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from app.domain.booking import Promised, State, Taken
from app.domain.calendars import EventDraft
from app.domain.clock import DAY
from app.domain.errors import NotFound, SlotTaken, StateConflict
from app.domain.events import Rescheduled, WriteFailed
from app.domain.pages import Mode
from app.providers.memory import MemoryAccount, MemoryProvider
from app.services.workspace import Workspace
from tests.services.opened import MONDAY, ZONE, StandingClock, at, furnished, page, settle, wish

pytestmark = [pytest.mark.anyio, pytest.mark.shows("SYNC-4", "BOOK-2", "R14")]
REFUSED = pytest.mark.logs("a calendar refused a write for good")


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def service() -> MemoryAccount:
    made = MemoryAccount("local")
    made.add_calendar("local", "Calendar", ZONE)
    return made


@pytest.fixture
async def workspace(tmp_path: Path, clock: StandingClock, service: MemoryAccount) -> AsyncIterator[Workspace]:
    pages = (page(1), page(2, mode=Mode.APPROVAL))
    opened = await furnished(tmp_path, clock, *pages, provider=MemoryProvider(service))
    yield opened
    await opened.close()


async def refused(workspace: Workspace, service: MemoryAccount, start: int = 0) -> str:
    """A booking whose event the calendar did not take."""
    answer = await workspace.bookings.book(wish(start or at(13, 10)))
    assert isinstance(answer, Promised)
    service.refuse_writes()
    await settle(workspace)
    service.heal()
    return answer.booking


async def stands(service: MemoryAccount) -> list[tuple[str, int]]:
    events = await MemoryProvider(service).read_window("local", MONDAY, MONDAY + 40 * DAY)
    return [(each.booking, each.start) for each in events if each.booking]


@REFUSED
async def test_refused_write_is_a_task_with_other_times_and_the_booking_stays(workspace, service, clock) -> None:
    heard: list[WriteFailed] = []
    workspace.announcer.subscribe(WriteFailed, heard.append)
    booking = await refused(workspace, service)
    (task,) = (await workspace.overview.load()).failures
    assert (task.booking.id, task.booking.state, task.reason, task.at) == (booking, State.CONFIRMED, "Conflict", clock.at)
    assert 3 <= len(task.nearest) <= 6
    assert at(13, 10) not in task.nearest
    assert at(13, 9, 30) in task.nearest
    assert (await workspace.overview.load()).failed_writes == (booking,)
    assert [fact.booking for fact in heard] == [booking]
    # Nobody else can have the time.
    assert isinstance(await workspace.bookings.book(wish(at(13, 10))), Taken)


@REFUSED
async def test_task_is_done_when_the_owner_takes_one_of_the_other_times(workspace, service) -> None:
    heard: list[Any] = []
    workspace.announcer.subscribe(Rescheduled, heard.append)
    booking = await refused(workspace, service)
    (task,) = (await workspace.overview.load()).failures
    moved = await workspace.bookings.reschedule(booking, task.nearest[0])
    assert (moved.start, moved.end, moved.state) == (task.nearest[0], task.nearest[0] + 1800, State.CONFIRMED)
    assert (await workspace.overview.load()).failures == ()
    await settle(workspace)
    assert await stands(service) == [(booking, task.nearest[0])]
    assert (await workspace.bookings.get(booking)).state is State.WRITTEN
    assert [fact.booking.id for fact in heard] == [booking]


@REFUSED
async def test_task_is_done_when_the_write_is_tried_again(workspace, service, clock) -> None:
    booking = await refused(workspace, service)
    clock.at += DAY // 4
    await workspace.bookings.retry_write(booking)
    assert (await workspace.overview.load()).failures == ()
    await settle(workspace)
    assert await stands(service) == [(booking, at(13, 10))]
    assert (await workspace.bookings.get(booking)).state is State.WRITTEN
    with pytest.raises(NotFound):
        await workspace.bookings.retry_write(booking)


@REFUSED
async def test_task_is_back_when_the_calendar_refuses_again(workspace, service, clock) -> None:
    booking = await refused(workspace, service)
    clock.at += 60
    await workspace.bookings.retry_write(booking)
    service.refuse_writes()
    await settle(workspace)
    service.heal()
    assert [(each.booking.id, each.at) for each in (await workspace.overview.load()).failures] == [(booking, clock.at)]


@REFUSED
@pytest.mark.parametrize("by_visitor", [True, False])
async def test_task_is_done_when_the_booking_is_cancelled(workspace, service, by_visitor) -> None:
    answer = await workspace.bookings.book(wish(at(13, 10)))
    service.refuse_writes()
    await settle(workspace)
    service.heal()
    if by_visitor:
        await workspace.bookings.cancel_by_token(answer.manage)
    else:
        await workspace.bookings.cancel(answer.booking)
    await settle(workspace)
    assert (await workspace.overview.load()).failures == ()
    assert await stands(service) == []
    assert (await workspace.bookings.get(answer.booking)).state is State.CANCELLED


@REFUSED
async def test_removal_that_is_refused_is_a_task_without_other_times_and_can_be_tried_again(workspace, service) -> None:
    answer = await workspace.bookings.book(wish(at(13, 10)))
    await settle(workspace)
    await workspace.bookings.cancel(answer.booking)
    service.refuse_writes()
    await settle(workspace)
    service.heal()
    (task,) = (await workspace.overview.load()).failures
    assert (task.booking.state, task.nearest) == (State.CANCELLED, ())
    await workspace.bookings.retry_write(answer.booking)
    await settle(workspace)
    assert await stands(service) == []
    assert (await workspace.overview.load()).failures == ()


@REFUSED
async def test_task_ends_a_month_after_its_meeting(workspace, service, clock) -> None:
    booking = await refused(workspace, service)
    clock.at = at(13, 11)
    (task,) = (await workspace.overview.load()).failures
    assert (task.booking.id, task.nearest) == (booking, ())
    clock.at = at(13, 10, 30) + 31 * DAY
    assert (await workspace.overview.load()).failures == ()


@REFUSED
async def test_retry_goes_where_bookings_go_now_when_the_promised_calendar_is_gone(workspace, service, clock) -> None:
    answer = await workspace.bookings.book(wish(at(13, 10)))
    service.refuse_writes()
    await settle(workspace)
    service.heal()
    await workspace.accounts.disconnect("local")
    with pytest.raises(NotFound):
        await workspace.bookings.retry_write(answer.booking)
    await workspace.accounts.connect_local("On this computer", ZONE)
    await settle(workspace)
    assert await stands(service) == [(answer.booking, at(13, 10))]
    assert (await workspace.overview.load()).failures == ()


async def test_owner_moves_a_written_booking_when_the_other_time_is_free(workspace, service) -> None:
    answer = await workspace.bookings.book(wish(at(13, 10)))
    await settle(workspace)
    assert (await workspace.bookings.reschedule(answer.booking, at(13, 10))).state is State.WRITTEN
    moved = await workspace.bookings.reschedule(answer.booking, at(13, 10, 15))
    assert (moved.start, moved.sequence) == (at(13, 10, 15), 1)
    await settle(workspace)
    assert await stands(service) == [(answer.booking, at(13, 10, 15))]


async def test_owner_cannot_move_a_booking_to_a_time_that_is_not_free(workspace, service, clock) -> None:
    first = await workspace.bookings.book(wish(at(13, 10)))
    await workspace.bookings.book(wish(at(13, 11)))
    service.add("local", EventDraft("own", "Dentist", at(13, 12), at(13, 13), ZONE))
    for start, reason in ((at(13, 10, 45), "busy"), (at(13, 12, 30), "busy"), (MONDAY - 3600, "past")):
        with pytest.raises(SlotTaken) as raised:
            await workspace.bookings.reschedule(first.booking, start)
        assert raised.value.reason == reason
    assert (await workspace.bookings.get(first.booking)).start == at(13, 10)
    with pytest.raises(NotFound):
        await workspace.bookings.reschedule("nobody", at(13, 9))
    await workspace.bookings.cancel(first.booking)
    with pytest.raises(StateConflict):
        await workspace.bookings.reschedule(first.booking, at(13, 9))


async def test_request_is_answered_not_moved(workspace, service) -> None:
    asked = await workspace.bookings.book(wish(at(13, 10), "anna/page-2"))
    with pytest.raises(StateConflict):
        await workspace.bookings.reschedule(asked.booking, at(13, 9))
    with pytest.raises(NotFound):
        await workspace.bookings.retry_write(asked.booking)
