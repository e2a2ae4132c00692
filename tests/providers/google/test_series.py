"""A series with everything that happens to one, over both changes of the clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.domain.calendars import BlockingPolicy, Event, blocks
from app.domain.clock import HOUR, MINUTE, Instant
from app.providers.base import Changes
from tests.providers.contract import ZONE, at, timed
from tests.providers.google.worlds import GoogleWorld

pytestmark = pytest.mark.anyio
FIRST, LAST = at("2026-03-01 00:00"), at("2026-11-30 00:00")
"""Summer time begins on 29 March and ends on 25 October 2026."""
MONDAYS = ("2026-03-23", "2026-03-30", "2026-04-06", "2026-10-19", "2026-10-26", "2026-11-02")


def wall(event: Event) -> str:
    return datetime.fromtimestamp(event.start, ZoneInfo(ZONE)).strftime("%Y-%m-%d %H:%M")


def occurrence(series: str, start: Instant) -> str:
    return f"{series}_{datetime.fromtimestamp(start, UTC):%Y%m%dT%H%M%SZ}"


def at_nine(days: int) -> dict[str, Any]:
    return {"dateTime": f"2026-04-{days:02}T09:00:00", "timeZone": ZONE, "date": None}


async def series_with_a_life(world: GoogleWorld) -> str:
    """Every Monday at nine from March to November; around either change of the clock one is moved, one cancelled and one made
    all-day, and another one is moved onto the very night of the change."""
    series = await world.add(timed("weekly", f"{MONDAYS[0]} 09:00", rrule="FREQ=WEEKLY;UNTIL=20261109T080000Z"))
    moved, cancelled, whole_day = (occurrence(series, at(f"{day} 09:00")) for day in MONDAYS[:3])
    service = world.server.service
    service.edit(world.calendar, moved, {"start": at_nine(1), "end": at_nine(2)})
    service.delete(world.calendar, cancelled)
    day = {"dateTime": None, "timeZone": None}
    service.edit(world.calendar, whole_day, {"start": {"date": "2026-04-06", **day}, "end": {"date": "2026-04-07", **day}})
    night, gone, autumn_day = (occurrence(series, at(f"{day} 09:00")) for day in MONDAYS[3:])
    twice = ({"dateTime": f"2026-10-25T02:30:00{offset}", "timeZone": ZONE} for offset in ("+02:00", "+01:00"))
    service.edit(world.calendar, night, dict(zip(("start", "end"), twice, strict=True)))
    service.delete(world.calendar, gone)
    service.edit(world.calendar, autumn_day, {"start": {"date": "2026-10-25", **day}, "end": {"date": "2026-10-26", **day}})
    return series


def taken(events: tuple[Event, ...]) -> tuple[tuple[Instant, Instant], ...]:
    """The time that events take away, merged."""
    merged: list[tuple[Instant, Instant]] = []
    for event in events:
        if blocks(event, BlockingPolicy()):
            if merged and event.start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(merged[-1][1], event.end))
            else:
                merged.append((event.start, event.end))
    return tuple(merged)


@pytest.mark.shows("SYNC-1", "SYNC-3", "R18")
async def test_series_when_moved_cancelled_and_made_all_day_over_both_clock_changes_then_it_blocks_what_google_says(
    world: GoogleWorld,
) -> None:
    series = await series_with_a_life(world)
    found = await world.provider.read_window(world.calendar, FIRST, LAST)
    assert taken(found) == await world.provider.busy(world.calendar, FIRST, LAST)
    assert {each.series for each in found} == {series}
    by_wall = {wall(each): each for each in found}
    assert not {f"{day} 09:00" for day in MONDAYS} & by_wall.keys()
    untouched = [each for each in found if wall(each).endswith("09:00") and each.days is None and each.end - each.start == HOUR]
    assert len(untouched) == 34 - len(MONDAYS)
    assert {datetime.fromtimestamp(each.start, UTC).hour for each in untouched} == {7, 8}
    assert by_wall["2026-04-01 09:00"].end == at("2026-04-02 09:00")
    assert by_wall["2026-10-25 02:30"].end - by_wall["2026-10-25 02:30"].start == 60 * MINUTE
    spring, autumn = (each for each in found if each.days)
    assert (spring.end - spring.start, autumn.end - autumn.start) == (24 * HOUR, 25 * HOUR)


@pytest.mark.shows("SYNC-1", "R17")
async def test_series_when_all_that_happens_to_it_comes_as_changes_then_the_copy_is_what_a_full_reading_is(
    world: GoogleWorld,
) -> None:
    copy: dict[str, Event] = {}

    def follow(told: Changes) -> str:
        if told.full:
            copy.clear()
        for name in told.gone:
            copy.pop(name, None)
        copy.update({each.id: each for each in told.events})
        return told.token

    token = follow(await world.provider.changes(world.calendar, "", FIRST, LAST))
    series = await series_with_a_life(world)
    token = follow(await world.provider.changes(world.calendar, token, FIRST, LAST))
    assert tuple(sorted(copy.values(), key=lambda each: (each.start, each.end, each.id))) == (
        await world.provider.read_window(world.calendar, FIRST, LAST)
    )
    world.server.service.delete(world.calendar, series)
    follow(await world.provider.changes(world.calendar, token, FIRST, LAST))
    assert copy == {}
