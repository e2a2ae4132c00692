"""Wall clocks as arithmetic, held against the standard library's own."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.calendars import midnight
from app.domain.clock import DAY, HOUR, from_iso
from app.domain.zones import (
    day_number,
    day_start,
    first_shown,
    local_day,
    monday,
    stretches,
    visitor_days,
    wall_clock,
    wall_clocks,
    week_number,
    weekday,
)
from tests.domain.cases import CHANGES, UNCHANGING, changes

EPOCH = datetime(1970, 1, 1)


def there(zone: str, instant: int) -> datetime:
    return datetime.fromtimestamp(instant, UTC).astimezone(ZoneInfo(zone))


def offset(zone: str, instant: int) -> int:
    shift = there(zone, instant).utcoffset()
    assert shift is not None
    return int(shift.total_seconds())


@pytest.mark.shows("R22")
@pytest.mark.parametrize("zone", sorted(set(CHANGES) - set(UNCHANGING)))
def test_stretches_when_the_clock_changes_then_break_at_the_published_instants(zone: str) -> None:
    for change in map(from_iso, CHANGES[zone]):
        (before, after) = stretches(zone, change - 1, change + 1)
        assert before[1] == after[0] == change
        assert before[2] == offset(zone, change - 1) != offset(zone, change) == after[2]


@pytest.mark.parametrize(
    ("zone", "instants"),
    [
        ("America/Recife", ("2000-10-08T03:00:00Z", "2000-10-15T02:00:00Z")),  # summer time for one week
        ("Africa/Cairo", ("2010-08-10T21:00:00Z", "2010-09-09T22:00:00Z", "2010-09-30T21:00:00Z")),  # none in Ramadan
        ("Europe/Berlin", ("1945-05-24T00:00:00Z",)),
        ("Asia/Tehran", ("2018-03-21T20:30:00Z",)),
    ],
)
def test_stretches_when_the_clock_changes_often_or_anywhere_then_none_is_missed(zone: str, instants: tuple[str, ...]) -> None:
    at = [from_iso(each) for each in instants]
    found = stretches(zone, at[0] - 5 * DAY, at[-1] + 5 * DAY)
    assert [begin for begin, _, _ in found if at[0] - 5 * DAY < begin < at[-1] + 5 * DAY] == at


@given(changes(), st.integers(-60 * DAY, 60 * DAY), st.integers(0, 100 * DAY), st.data())
def test_stretches_when_any_span_is_asked_for_then_cover_it_with_the_right_offsets(
    change: tuple[str, int], first: int, length: int, data: st.DataObject
) -> None:
    zone, start = change[0], change[1] + first
    found = stretches(zone, start, start + length)
    assert found[0][0] <= start
    assert found[-1][1] >= start + length
    assert all(before[1] == after[0] and before[2] != after[2] for before, after in pairwise(found))
    at = data.draw(st.integers(found[0][0], found[-1][1] - 1))
    assert [ahead for begin, end, ahead in found if begin <= at < end] == [offset(zone, at)]


@given(changes(), st.integers(-400 * DAY, 400 * DAY))
def test_wall_clock_when_read_then_shows_what_the_zone_shows(change: tuple[str, int], away: int) -> None:
    zone, at = change[0], change[1] + away
    shown = there(zone, at)
    assert EPOCH + timedelta(seconds=wall_clock(zone, at)) == shown.replace(tzinfo=None)
    assert local_day(zone, at) == day_number(shown.date())
    assert weekday(local_day(zone, at)) == shown.weekday()


@given(changes(), st.integers(-3 * DAY, 3 * DAY))
def test_first_shown_when_the_wall_time_exists_then_is_its_first_occurrence(change: tuple[str, int], away: int) -> None:
    zone, at = change[0], change[1] + away
    shown = there(zone, at).replace(fold=0)
    over = stretches(zone, at - 4 * DAY, at + 4 * DAY)
    assert first_shown(wall_clock(zone, at), over) == int(shown.timestamp())


@pytest.mark.parametrize(
    ("zone", "wall", "instant"),
    [
        # Skipped: the instant of the change.
        ("Europe/Copenhagen", "2027-03-28T02:00:00Z", "2027-03-28T01:00:00Z"),
        ("Europe/Copenhagen", "2027-03-28T02:30:00Z", "2027-03-28T01:00:00Z"),
        ("Europe/Copenhagen", "2027-03-28T03:00:00Z", "2027-03-28T01:00:00Z"),
        ("Europe/Copenhagen", "2027-03-28T03:30:00Z", "2027-03-28T01:30:00Z"),
        ("Pacific/Apia", "2011-12-30T09:00:00Z", "2011-12-30T10:00:00Z"),
        ("America/Havana", "2027-03-14T00:30:00Z", "2027-03-14T05:00:00Z"),
        # Shown twice: the first time.
        ("Europe/Copenhagen", "2026-10-25T02:00:00Z", "2026-10-25T00:00:00Z"),
        ("Europe/Copenhagen", "2026-10-25T02:59:59Z", "2026-10-25T00:59:59Z"),
        ("Europe/Copenhagen", "2026-10-25T03:00:00Z", "2026-10-25T02:00:00Z"),
        ("Australia/Lord_Howe", "2027-04-04T01:45:00Z", "2027-04-03T14:45:00Z"),
        ("Africa/Cairo", "2026-10-29T23:30:00Z", "2026-10-29T20:30:00Z"),
        ("Africa/Cairo", "2026-10-30T00:00:00Z", "2026-10-29T22:00:00Z"),
    ],
)
def test_first_shown_when_the_clock_skips_or_repeats_a_time_then_is_the_instant_written_here(
    zone: str, wall: str, instant: str
) -> None:
    seconds = from_iso(wall)
    assert first_shown(seconds, stretches(zone, seconds - 2 * DAY, seconds + 2 * DAY)) == from_iso(instant)


@pytest.mark.shows("SYNC-3")
@given(changes(), st.integers(-400, 400))
def test_day_start_when_compared_with_the_midnight_of_all_day_events_then_is_the_same(
    change: tuple[str, int], days: int
) -> None:
    day = there(*change).date() + timedelta(days=days)
    assert day_start(change[0], day_number(day)) == midnight(day, change[0])


@given(st.dates())
def test_weeks_when_counted_then_turn_on_mondays(day: date) -> None:
    number = day_number(day)
    assert monday(week_number(number)) == number - day.weekday()


@pytest.mark.parametrize("zone", ["Europe/Copenhagen", "America/St_Johns", "Asia/Kathmandu"])
@pytest.mark.parametrize("instant", [-(10**13), -62135596800, 253402300799, 10**13])
def test_wall_clock_when_the_instant_lies_outside_all_calendars_then_still_answers(zone: str, instant: int) -> None:
    assert abs(wall_clock(zone, instant) - instant) < DAY


def test_stretches_when_the_clock_went_back_over_midnight_then_the_day_comes_twice() -> None:
    """Newfoundland changed its clocks at one minute past midnight until 2011."""
    change = from_iso("2010-11-07T02:31:00Z")
    sunday, saturday = day_number(date(2010, 11, 7)), day_number(date(2010, 11, 6))
    assert [local_day("America/St_Johns", change + away) for away in (-120, -1, 0, 3540)] == [
        saturday,
        sunday,
        saturday,
        sunday,
    ]
    assert day_start("America/St_Johns", sunday) == change - 60


def test_wall_clocks_when_there_are_no_starts_then_are_none() -> None:
    assert wall_clocks("Europe/Copenhagen", ()) == []
    assert visitor_days((), "Europe/Copenhagen") == {}


@pytest.mark.shows("BOOK-7", "R22")
def test_visitor_days_when_the_visitors_clock_goes_back_then_an_hour_comes_twice_in_order() -> None:
    starts = tuple(range(from_iso("2026-11-01T04:30:00Z"), from_iso("2026-11-01T07:30:00Z"), HOUR // 2))
    found = visitor_days(starts, "America/New_York")
    assert list(found) == [date(2026, 11, 1)]
    assert [minute for _, minute in found[date(2026, 11, 1)]] == [30, 60, 90, 60, 90, 120]


def test_visitor_days_when_the_visitor_lives_a_day_ahead_then_starts_stand_under_that_day() -> None:
    starts = (from_iso("2026-11-24T09:00:00Z"), from_iso("2026-11-24T10:15:00Z"))
    assert visitor_days(starts, "Pacific/Kiritimati") == {
        date(2026, 11, 24): ((starts[0], 23 * 60),),
        date(2026, 11, 25): ((starts[1], 15),),
    }
