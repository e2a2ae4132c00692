"""Items that nobody sane would make, and requests that come in the middle of everything (R24)."""

from __future__ import annotations

import asyncio
import time
from datetime import date
from pathlib import Path

import pytest

from app.domain.calendars import Days, Event, ShowAs
from app.domain.clock import DAY, HOUR
from app.providers.base import Changes
from tests.services.opened import MONDAY, at, wish
from tests.services.sync.followed import House, house, service

pytestmark = [pytest.mark.anyio, pytest.mark.shows("R24")]


async def answering(folder: Path, *events: Event) -> House:
    """A calendar whose service answers with these events, whatever they are."""
    followed = await house(folder, service())
    provider = followed.sync._desk.provider_of(await followed.account())

    async def changes(calendar: str, token: str, start: int, end: int) -> Changes:
        return Changes(events, (), "token", full=True)

    provider.changes = changes  # type: ignore[method-assign]
    return followed


async def test_items_when_they_are_hostile_then_the_copy_takes_them_and_pages_go_on(tmp_path: Path) -> None:
    start = at(13, 10)
    wild = [
        Event("far", "work", MONDAY, 253402300799, "Until 9999", Days(date(2026, 10, 1), date.max), ShowAs.FREE),
        Event("old", "work", -62135596800, MONDAY, "Since the year 1"),
        Event("back", "work", start, start - DAY, "Ends before it begins"),
        Event("long", "work", start, start + HOUR, "x" * 1_000_000, location="y" * 1_000_000, attendees=("a@x",) * 50_000),
        Event("half", "work", start, start + HOUR, "\ud83d half a character \x00 and a zero", uid="\udfff"),
        Event("i" * 5000, "work", start, start + HOUR, "A long id", series="s" * 50_000),
    ]
    anna = await answering(tmp_path, *wild)
    await anna.sync.now()
    assert len(await anna.copy()) == len(wild)
    assert (await anna.calendar("anna-work")).read_at == MONDAY
    assert sum(len(each.title) + len(each.location) for each in await anna.copy()) < 2000
    starts = await anna.workspace.availability.starts("page1", 30, MONDAY, MONDAY + 3 * DAY)
    assert start not in starts
    assert start + HOUR in starts
    await anna.sync.now()
    assert len(await anna.copy()) == len(wild)
    await anna.close()


@pytest.mark.shows("SYNC-1")
async def test_first_reading_when_it_is_huge_then_neither_the_loop_nor_a_booking_waits(
    tmp_path: Path,
) -> None:
    starts = (MONDAY + 20 * DAY + number * 300 for number in range(10_000))
    events = [Event(f"e{number}", "work", begin, begin + 300) for number, begin in enumerate(starts)]
    anna = await answering(tmp_path, *events)
    late = 0.0

    async def tick() -> None:
        nonlocal late
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.005)
            late = max(late, time.perf_counter() - began - 0.005)

    ticking = asyncio.ensure_future(tick())
    reading = asyncio.ensure_future(anna.sync.now())
    waits = []
    day = 13
    while not reading.done():
        began = time.perf_counter()
        await anna.workspace.bookings.book(wish(at(day, 9)))
        waits.append(time.perf_counter() - began)
        day = day + 1 if day < 28 else 13
    await reading
    ticking.cancel()
    assert len(await anna.copy()) == 10_000
    # Loose, for busy machines; the bench measures it.
    assert max(waits) < 2.0
    assert late < 0.5
    await anna.close()
