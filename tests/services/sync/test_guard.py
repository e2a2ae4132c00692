"""When many events vanish at once the owner is asked before the copy follows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.domain.events import CalendarChanged
from app.providers.memory import MemoryAccount
from tests.services.opened import MONDAY
from tests.services.sync.followed import House, draft, house, service

pytestmark = [pytest.mark.anyio, pytest.mark.shows("R17")]


@pytest.fixture
async def anna(tmp_path: Path) -> AsyncIterator[House]:
    """A calendar with forty events, read and being followed."""
    services = service()
    for number in range(40):
        services.add("work", draft(f"Event {number}", 24 + number))
    opened = await house(tmp_path, services)
    opened.run()
    await opened.pass_time(1)
    opened.told(CalendarChanged)
    yield opened
    await opened.close()


def empty(work: MemoryAccount, *, all_but: int = 0) -> dict[str, object]:
    """Everything vanishes from the calendar; returns what there was."""
    there = dict(work.calendars["work"].holding)
    for event in list(there)[all_but:]:
        work.calendars["work"].put(event, None)
    return there


async def test_events_when_all_vanish_then_the_copy_stays_and_the_owner_is_asked_once(anna: House) -> None:
    empty(anna.services["anna"])
    await anna.pass_time(5 * 60)
    calendar = await anna.calendar("anna-work")
    assert calendar.doubt == 40
    assert len(await anna.copy()) == 40
    assert len(anna.told(CalendarChanged)) == 1
    assert anna.timer.clock.now() - calendar.read_at < 70


async def test_events_when_they_are_back_then_nobody_is_asked_any_more(anna: House) -> None:
    work = anna.services["anna"]
    there = empty(work)
    await anna.pass_time(70)
    assert (await anna.calendar("anna-work")).doubt == 40
    for event, what in there.items():
        work.calendars["work"].put(event, what)  # type: ignore[arg-type]
    await anna.pass_time(70)
    assert (await anna.calendar("anna-work")).doubt == 0
    assert len(await anna.copy()) == 40


async def test_events_while_the_owner_is_asked_then_new_ones_are_added_and_moves_followed(anna: House) -> None:
    work = anna.services["anna"]
    kept = next(iter(empty(work, all_but=1)))
    work.add("work", draft("New", 4))
    work.change("work", kept, draft("Moved", 6))
    await anna.pass_time(70)
    titles = await anna.titles()
    assert len(titles) == 41
    assert {"New", "Moved"} <= set(titles)


async def test_owner_when_they_agree_then_the_copy_follows(anna: House) -> None:
    empty(anna.services["anna"])
    await anna.pass_time(70)
    await anna.sync.follow("anna-work")
    assert await anna.copy() == ()
    assert (await anna.calendar("anna-work")).doubt == 0


async def test_owner_when_they_keep_the_copy_then_they_are_asked_again_only_when_more_vanishes(anna: House) -> None:
    work = anna.services["anna"]
    empty(work, all_but=10)
    await anna.pass_time(70)
    assert (await anna.calendar("anna-work")).doubt == 30
    await anna.workspace.accounts.settle_doubt("anna-work", follow=False)
    anna.told(CalendarChanged)
    await anna.pass_time(10 * 60)
    assert (await anna.calendar("anna-work")).doubt == 0
    assert len(await anna.copy()) == 40
    empty(work)
    await anna.pass_time(70)
    assert (await anna.calendar("anna-work")).doubt >= 10
    assert len(await anna.copy()) == 40


async def test_events_when_a_few_of_many_vanish_then_nobody_is_asked(anna: House) -> None:
    empty(anna.services["anna"], all_but=20)
    await anna.pass_time(70)
    assert (await anna.calendar("anna-work")).doubt == 0
    assert len(await anna.copy()) == 20


async def test_series_when_a_long_one_is_deleted_then_that_is_asked_about_and_when_it_is_moved_it_is_not(anna: House) -> None:
    work = anna.services["anna"]
    daily = draft("Standup", 30, rrule="FREQ=DAILY;COUNT=30")
    series = work.add("work", daily)
    await anna.pass_time(70)
    assert len(await anna.copy()) == 70
    work.change("work", series, draft("Standup", 31, rrule="FREQ=DAILY;COUNT=30"))
    await anna.pass_time(70)
    assert (await anna.calendar("anna-work")).doubt == 0
    starts = sorted(each.start for each in await anna.copy() if each.title == "Standup")
    assert (len(starts), starts[0]) == (30, MONDAY + 31 * 3600)
    work.remove("work", series)
    await anna.pass_time(70)
    assert (await anna.calendar("anna-work")).doubt == 30


async def test_program_when_it_starts_anew_while_the_owner_is_asked_then_the_question_stands(anna: House) -> None:
    empty(anna.services["anna"])
    await anna.pass_time(70)
    await anna.stop()
    anna.sync._coordinators.clear()
    anna.told(CalendarChanged)
    anna.run()
    await anna.pass_time(70)
    assert (await anna.calendar("anna-work")).doubt == 40
    assert len(await anna.copy()) == 40
    assert not anna.told(CalendarChanged)
