"""What the owner does in the calendar in the very second in which a booking was written or moved is followed all the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.domain.booking import Booking, Promised, State
from app.domain.calendars import EventDraft
from app.domain.clock import HOUR, Instant
from app.services.following import Following
from tests.services.opened import ZONE, at, settle, wish
from tests.services.sync.followed import House, house, service

pytestmark = [pytest.mark.anyio, pytest.mark.shows("SYNC-5")]
START = at(14, 10)


@pytest.fixture
async def anna(tmp_path: Path) -> AsyncIterator[House]:
    opened = await house(tmp_path, service())
    opened.sync.after.append(Following(opened.timer.clock))
    await opened.sync.now()
    opened.timer.jump(1)
    yield opened
    await opened.close()


async def booked(anna: House) -> str:
    """The booking's event stands in the calendar, written this very second."""
    answer = await anna.workspace.bookings.book(wish(START))
    assert isinstance(answer, Promised), answer
    await settle(anna.workspace)
    return answer.booking


def event_of(anna: House, booking: str) -> str:
    return anna.services["anna"].calendars["work"].keys[booking]


def owner_moves(anna: House, booking: str, start: Instant) -> None:
    draft = EventDraft(booking, "Moved", start, start + 1800, ZONE, booking=booking)
    anna.services["anna"].change("work", event_of(anna, booking), draft)


def owner_deletes(anna: House, booking: str) -> None:
    anna.services["anna"].remove("work", event_of(anna, booking))


async def later(anna: House) -> None:
    """The next reading."""
    anna.timer.jump(2)
    await anna.sync.now()


async def found(anna: House, booking: str) -> Booking:
    return await anna.workspace.bookings.get(booking)


@pytest.mark.parametrize("seen", [False, True])
async def test_move_in_the_second_of_the_write_then_the_next_reading_follows_it(anna: House, seen: bool) -> None:
    booking = await booked(anna)
    if seen:
        await anna.sync.now()
    owner_moves(anna, booking, START + HOUR)
    await anna.sync.now()
    await later(anna)
    assert (await found(anna, booking)).start == START + HOUR


@pytest.mark.parametrize("seen", [False, True])
async def test_deletion_in_the_second_of_the_write_then_the_next_reading_follows_it(anna: House, seen: bool) -> None:
    booking = await booked(anna)
    if seen:
        await anna.sync.now()
    owner_deletes(anna, booking)
    await anna.sync.now()
    await later(anna)
    assert (await found(anna, booking)).state is State.CANCELLED
    assert START in await anna.workspace.availability.starts("page1", 30, START, START + HOUR)


@pytest.mark.parametrize("deleted", [False, True])
async def test_change_in_the_second_of_a_followed_move_then_the_next_reading_follows_it(anna: House, deleted: bool) -> None:
    booking = await booked(anna)
    await later(anna)
    owner_moves(anna, booking, START + HOUR)
    await later(anna)
    assert (await found(anna, booking)).start == START + HOUR
    if deleted:
        owner_deletes(anna, booking)
    else:
        owner_moves(anna, booking, START + 2 * HOUR)
    await anna.sync.now()
    await later(anna)
    after = await found(anna, booking)
    assert (after.state is State.CANCELLED) is deleted
    assert deleted or after.start == START + 2 * HOUR


async def test_move_while_the_write_is_not_yet_settled_then_it_is_followed_after_that(anna: House) -> None:
    answer = await anna.workspace.bookings.book(wish(START))
    assert isinstance(answer, Promised)
    # The event is made, and its answer is lost: the write is still owed when the owner moves the event and all is read.
    anna.services["anna"].lose_answers()
    await anna.workspace.outbox.drain()
    owner_moves(anna, answer.booking, START + HOUR)
    await later(anna)
    anna.timer.jump(30)
    await settle(anna.workspace)
    await later(anna)
    assert (await found(anna, answer.booking)).start == START + HOUR


async def test_booking_that_is_moved_here_twice_then_no_reading_brings_an_old_time_back(anna: House) -> None:
    booking = await booked(anna)
    await later(anna)
    for hours in (1, 2):
        await anna.workspace.bookings.reschedule(booking, START + hours * HOUR)
        await settle(anna.workspace)
    await later(anna)
    assert (await found(anna, booking)).start == START + 2 * HOUR


async def test_booking_when_its_event_is_told_late_then_it_is_not_taken_for_deleted(anna: House) -> None:
    booking = await booked(anna)
    work = anna.services["anna"].calendars["work"]
    event, key = event_of(anna, booking), work.keys.pop(booking)
    standing = work.holding[event]
    work.put(event, None)
    await later(anna)
    work.put(event, standing)
    work.keys[booking] = key
    await later(anna)
    await later(anna)
    assert (await found(anna, booking)).state is State.WRITTEN
