"""Series over both clock changes of a year, with occurrences that were moved, cancelled and made all-day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from app.domain.calendars import Days
from app.domain.clock import DAY, HOUR
from tests.providers.caldav.worlds import CalDavWorld
from tests.providers.contract import ZONE, all_day, at, timed

pytestmark = pytest.mark.anyio
AUTUMN, SPRING = (at("2026-10-19 00:00"), at("2026-11-09 00:00")), (at("2027-03-15 00:00"), at("2027-04-05 00:00"))


@pytest.mark.shows("SYNC-2", "SYNC-3")
async def test_series_when_both_clock_changes_lie_in_it_then_every_exception_is_read_right(world: CalDavWorld) -> None:
    provider, calendar = world.provider, world.calendar
    await world.add(timed("weekly", "2026-10-04 02:30", rrule="FREQ=WEEKLY;COUNT=30"))
    found = await provider.read_window(calendar, at("2026-10-01 00:00"), at("2027-06-01 00:00"))
    assert len(found) == 30
    walls = {datetime.fromtimestamp(each.start, ZoneInfo(ZONE)).strftime("%H:%M") for each in found}
    # 02:30 comes twice in October, of which the first is meant, and not at all in March.
    assert walls == {"02:30", "03:30"}
    by_day = {datetime.fromtimestamp(each.start, ZoneInfo(ZONE)).date(): each for each in found}
    october, november = by_day[date(2026, 10, 25)], by_day[date(2026, 11, 1)]
    march, april = by_day[date(2027, 3, 28)], by_day[date(2027, 4, 4)]
    assert october.start == at("2026-10-25 02:30", fold=0)

    await provider.update(calendar, october.id, all_day("", "2026-10-25", title="All of the long day"))
    await world.change(november.id, timed("", "2026-10-25 02:30", title="Moved into the night"))
    await world.remove(march.id)
    await world.change(april.id, timed("", "2027-03-28 03:30", 90, title="Moved behind the gap"))
    autumn = {each.id: each for each in await provider.read_window(calendar, *AUTUMN)}
    assert autumn[october.id].days == Days(date(2026, 10, 25), date(2026, 10, 26))
    assert autumn[october.id].end - autumn[october.id].start == 25 * HOUR
    assert (autumn[november.id].start, autumn[november.id].title) == (at("2026-10-25 02:30"), "Moved into the night")
    assert len(autumn) == 3
    spring = {each.id: each for each in await provider.read_window(calendar, *SPRING)}
    assert march.id not in spring
    assert (spring[april.id].start, spring[april.id].end) == (at("2027-03-28 03:30"), at("2027-03-28 05:00"))
    assert len(spring) == 2


async def test_series_when_the_server_expands_it_then_an_all_day_occurrence_is_lost_so_we_expand(world: CalDavWorld) -> None:
    """Why series are not expanded by the server."""
    await world.add(timed("weekly", "2026-10-13 09:00", rrule="FREQ=WEEKLY;COUNT=2"))
    first, _second = await world.provider.read_window(world.calendar, at("2026-10-12 00:00"), at("2026-11-09 00:00"))
    await world.change(first.id, all_day("", "2026-10-14"))
    (found, _) = await world.provider.read_window(world.calendar, at("2026-10-12 00:00"), at("2026-11-09 00:00"))
    assert found.days == Days(date(2026, 10, 14), date(2026, 10, 15))
    start, end = (datetime.fromtimestamp(each, UTC).strftime("%Y%m%dT%H%M%SZ") for each in (found.start - DAY, found.end + DAY))
    body = (
        '<C:calendar-query xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><prop><C:calendar-data>'
        f'<C:expand start="{start}" end="{end}"/></C:calendar-data></prop><C:filter><C:comp-filter name="VCALENDAR">'
        f'<C:comp-filter name="VEVENT"><C:time-range start="{start}" end="{end}"/></C:comp-filter></C:comp-filter></C:filter>'
        "</C:calendar-query>"
    )
    expanded = world.owner.request("REPORT", world.calendar, content=body.encode(), headers={"Depth": "1"}).text
    assert "DTSTART;VALUE=DATE:20261014" not in expanded


@pytest.mark.shows("SYNC-2", "SYNC-4")
async def test_series_when_ours_is_changed_then_what_others_put_into_it_stays(world: CalDavWorld) -> None:
    provider, calendar = world.provider, world.calendar
    draft = timed("k", "2026-10-20 09:00", rrule="FREQ=WEEKLY;COUNT=4", description="ours")
    made = await provider.create(calendar, draft)
    (name,) = {made.series}
    alarm = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:soon\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\nEND:VEVENT"
    world.write(name, world.read(name).replace("END:VEVENT", f"CATEGORIES:Red\r\n{alarm}", 1))
    await provider.delete(calendar, made.id)
    assert len(await provider.read_window(calendar, at("2026-10-12 00:00"), at("2026-11-20 00:00"))) == 3
    await provider.update(calendar, name, timed("k", "2026-10-20 09:00", 45, rrule="FREQ=WEEKLY;COUNT=4", title="Shorter"))
    found = await provider.read_window(calendar, at("2026-10-12 00:00"), at("2026-11-20 00:00"))
    assert [(each.title, each.end - each.start) for each in found] == [("Shorter", 45 * 60)] * 3
    text = world.read(name)
    assert "CATEGORIES:Red" in text
    assert "TRIGGER:-PT15M" in text
    assert text.count("BEGIN:VTIMEZONE") == 1
