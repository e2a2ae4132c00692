"""A write that a service carries out when nobody waits for it any more, and its booking is over: its event goes again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.domain.booking import Promised
from app.domain.calendars import EventDraft
from app.services.following import Following
from tests.services.opened import ZONE, at, settle, wish
from tests.services.sync.followed import House, house, service

pytestmark = [pytest.mark.anyio, pytest.mark.shows("SYNC-4", "R14")]
START = at(14, 10)


@pytest.fixture
async def anna(tmp_path: Path) -> AsyncIterator[House]:
    opened = await house(tmp_path, service())
    opened.sync.after.append(Following(opened.timer.clock))
    await opened.sync.now()
    yield opened
    await opened.close()


async def cancelled(anna: House) -> str:
    """A booking whose create had no effect yet when it was cancelled; nothing is owed any more."""
    answer = await anna.workspace.bookings.book(wish(START))
    assert isinstance(answer, Promised), answer
    anna.services["anna"].unreachable()
    await anna.workspace.outbox.drain()
    anna.timer.jump(30)
    await anna.workspace.bookings.cancel(answer.booking)
    # The create is tried again and then undone: its first try is still under way.
    await settle(anna.workspace)
    anna.timer.jump(30)
    return answer.booking


def arrives(anna: House, booking: str) -> str:
    """The write happens now."""
    work = anna.services["anna"]
    event = work.add("work", EventDraft(booking, "Late", START, START + 1800, ZONE, booking=booking))
    work.calendars["work"].keys[booking] = event
    return event


async def read(anna: House) -> None:
    anna.timer.jump(60)
    await anna.sync.now()
    await settle(anna.workspace)


def stands(anna: House) -> int:
    return len(anna.services["anna"].calendars["work"].holding)


async def test_event_that_a_late_write_made_of_a_cancelled_booking_then_it_is_deleted(anna: House) -> None:
    booking = await cancelled(anna)
    arrives(anna, booking)
    await read(anna)
    assert stands(anna) == 0
    await read(anna)
    assert await anna.copy() == ()


async def test_event_that_comes_again_and_again_then_it_is_left_to_whoever_brings_it(anna: House) -> None:
    booking = await cancelled(anna)
    for _ in range(5):
        if not stands(anna):
            arrives(anna, booking)
        await read(anna)
    assert stands(anna) == 1
    assert START not in await anna.workspace.availability.starts("page1", 30, START, START + 1800)


async def test_event_that_the_owner_copied_from_a_booking_then_it_outlives_the_booking(anna: House) -> None:
    answer = await anna.workspace.bookings.book(wish(START))
    assert isinstance(answer, Promised), answer
    await settle(anna.workspace)
    await read(anna)
    work = anna.services["anna"]
    copy = work.add("work", EventDraft("copy", "Mine", START + 7200, START + 9000, ZONE, booking=answer.booking))
    await read(anna)
    await anna.workspace.bookings.cancel(answer.booking)
    await settle(anna.workspace)
    work.change("work", copy, EventDraft("copy", "Mine, later", START + 9000, START + 10800, ZONE, booking=answer.booking))
    await read(anna)
    assert list(work.calendars["work"].holding) == [copy]


async def test_event_of_another_workspaces_booking_then_it_is_left_alone(anna: House) -> None:
    arrives(anna, "unknown")
    await read(anna)
    await read(anna)
    assert stands(anna) == 1
