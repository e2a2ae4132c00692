"""The booking calendar may no longer be written, and may again: nothing is promised that cannot be kept, and
nothing is forgotten."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.domain.booking import Promised, State
from app.domain.clock import HOUR
from app.domain.connections import Access
from app.models import outbox as outbox_rows
from app.services.sync.coordinator import LIST_WHILE_LOST
from app.services.workspace import Workspace
from tests.services.opened import at, settle, wish
from tests.services.sync.followed import House, house, service

pytestmark = [pytest.mark.anyio, pytest.mark.logs("a calendar refused a write for good")]


@pytest.fixture
async def anna(tmp_path: Path) -> AsyncIterator[House]:
    opened = await house(tmp_path, service())
    opened.workspace.outbox.lost = opened.sync.lost
    opened.sync._desk.account_back = opened.workspace.outbox.account_back
    await opened.sync.now()
    yield opened
    await opened.close()


async def book(workspace: Workspace, hour: int) -> State:
    answer = await workspace.bookings.book(wish(at(14, hour), email=f"v{hour}@example.org"))
    assert isinstance(answer, Promised), answer
    await settle(workspace)
    return answer.state


async def states(workspace: Workspace) -> list[State]:
    return sorted(each.state for each in await workspace.bookings.list())


async def refused(workspace: Workspace) -> int:
    return len(await workspace.database.read(outbox_rows.dead_jobs))


@pytest.mark.shows("BOOK-4", "SYNC-4")
async def test_booking_calendar_when_it_becomes_read_only_then_after_one_refusal_visitors_ask(anna: House) -> None:
    work, workspace = anna.services["anna"], anna.workspace
    assert await book(workspace, 9) is State.CONFIRMED
    work.set_access("work", Access.DETAILS)
    assert await book(workspace, 10) is State.CONFIRMED
    assert not (await anna.calendar("anna-work")).writable
    assert await book(workspace, 11) is State.REQUESTED
    assert await states(workspace) == [State.CONFIRMED, State.REQUESTED, State.WRITTEN]
    assert await refused(workspace) == 1


@pytest.mark.shows("BOOK-4", "SYNC-4")
async def test_what_was_refused_when_the_right_is_back_then_it_is_written_without_anybody_s_help(anna: House) -> None:
    work, workspace = anna.services["anna"], anna.workspace
    work.set_access("work", Access.DETAILS)
    await book(workspace, 10)
    assert await book(workspace, 11) is State.REQUESTED
    request = next(each for each in await workspace.bookings.list() if each.state is State.REQUESTED)
    await workspace.bookings.accept(request.id)
    await settle(workspace)
    assert work.writes == []
    assert await refused(workspace) == 1
    work.set_access("work", Access.EDIT)
    anna.run()
    await anna.pass_time(LIST_WHILE_LOST + 60)
    await settle(workspace)
    assert [what for what, _ in work.writes] == ["create", "create"]
    assert await states(workspace) == [State.WRITTEN, State.WRITTEN]
    assert await refused(workspace) == 0


async def test_what_was_refused_when_its_meeting_is_over_by_then_then_nothing_is_written(anna: House) -> None:
    work, workspace = anna.services["anna"], anna.workspace
    work.set_access("work", Access.DETAILS)
    await book(workspace, 10)
    anna.timer.jump(at(14, 11) - anna.timer.clock.now() + HOUR)
    work.set_access("work", Access.OWNER)
    await anna.sync.now()
    await settle(workspace)
    assert work.writes == []
    assert await refused(workspace) == 1


async def test_write_when_it_is_refused_for_another_reason_then_the_calendar_stays_in_use(anna: House) -> None:
    anna.services["anna"].refuse_writes()
    await book(anna.workspace, 10)
    assert await book(anna.workspace, 11) is State.CONFIRMED
    assert await refused(anna.workspace) == 1


async def test_rights_when_they_cannot_be_read_then_they_are_asked_for_as_soon_as_the_service_answers(anna: House) -> None:
    work, workspace = anna.services["anna"], anna.workspace
    work.set_access("work", Access.DETAILS)
    answer = await workspace.bookings.book(wish(at(14, 10)))
    assert isinstance(answer, Promised)
    work.refuse_writes()
    work.unreachable()
    await settle(workspace)
    anna.run()
    await anna.pass_time(70)
    assert not (await anna.calendar("anna-work")).writable
