"""Mistakes that other scheduling programs and early prototypes made, one test each."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.domain.availability import Busy, Plan, blocked, explain, free_slots, free_starts
from app.domain.clock import DAY, HOUR, MINUTE, from_iso, to_iso
from app.domain.pages import Fixed, Hours, Limits, Range, Rolling, Rules, WeeklyHours
from app.domain.zones import visitor_days

pytestmark = pytest.mark.shows("PAGE-2", "P10")


def every_day(*ranges: Range) -> WeeklyHours:
    return WeeklyHours((ranges,) * 7)


def plan(zone: str, *ranges: Range, duration: int = 30, **more: int) -> Plan:
    return Plan("page", Rules(durations=(duration,), notice=more.pop("notice", 0), **more), Hours(zone, every_day(*ranges)))


def starts(of: Plan, day: date, *busy: Busy, now: int = 0) -> list[str]:
    """Wall times of the free starts on ``day`` in the owner's zone."""
    zone = ZoneInfo(of.hours.zone)
    first, end = (
        int(datetime(each.year, each.month, each.day, tzinfo=zone).timestamp()) for each in (day, day + timedelta(days=1))
    )
    found = free_slots(of, of.rules.durations[0], busy, (), now or first - DAY, first, end)
    return [f"{datetime.fromtimestamp(each, UTC).astimezone(zone):%H:%M}" for each in found]


def at(text: str) -> int:
    return from_iso(text)


@pytest.mark.parametrize("day", [date(2027, 3, 28), date(2026, 10, 25)])
def test_afternoon_when_the_clock_changed_that_night_then_is_not_an_hour_off(day: date) -> None:
    assert starts(plan("Europe/Copenhagen", (780, 1020), duration=60), day) == ["13:00", "14:00", "15:00", "16:00"]


def test_window_over_the_change_when_it_begins_at_midnight_then_offers_nothing_of_the_day_before() -> None:
    assert starts(plan("Europe/Copenhagen", (0, 240), duration=60), date(2027, 3, 28)) == ["00:00", "01:00", "03:00"]


def test_window_over_the_change_when_an_hour_comes_twice_then_loses_no_starts() -> None:
    assert starts(plan("Europe/Copenhagen", (0, 240), duration=15), date(2026, 10, 25)).count("02:15") == 2
    assert len(starts(plan("Europe/Copenhagen", (0, 240), duration=15), date(2026, 10, 25))) == 5 * 4


def test_window_when_it_ends_a_minute_before_midnight_then_does_not_mean_midnight() -> None:
    assert starts(plan("Europe/Copenhagen", (1380, 1439)), date(2026, 11, 24)) == ["23:00"]
    assert starts(plan("Europe/Copenhagen", (1380, 1440)), date(2026, 11, 24)) == ["23:00", "23:30"]


def test_meeting_when_one_second_too_long_for_what_is_left_then_is_not_offered() -> None:
    busy = Busy(at("2026-11-24T08:29:59Z"), at("2026-11-24T09:00:00Z"))
    assert starts(plan("Europe/Copenhagen", (540, 630)), date(2026, 11, 24), busy) == ["10:00"]
    assert starts(plan("Europe/Copenhagen", (540, 569)), date(2026, 11, 24)) == []


def test_grid_of_45_minutes_when_a_busy_time_ends_then_goes_on_as_before() -> None:
    busy = Busy(at("2026-11-24T08:50:00Z"), at("2026-11-24T09:10:00Z"))  # 09:50 to 10:10
    assert starts(plan("Europe/Copenhagen", (540, 780), duration=45), date(2026, 11, 24), busy) == [
        "09:00",
        "10:30",
        "11:15",
        "12:00",
    ]


def test_first_day_when_notice_ends_within_it_then_stands_on_the_same_grid_as_the_others() -> None:
    of = plan("Asia/Kolkata", (540, 1020), duration=60, notice=4 * 60)
    now = at("2026-11-24T04:37:00Z")  # 10:07 there
    assert starts(of, date(2026, 11, 24), now=now) == ["15:00", "16:00"]
    assert starts(of, date(2026, 11, 25), now=now)[-2:] == ["15:00", "16:00"]


@pytest.mark.parametrize("visitor", ["Asia/Kolkata", "Asia/Kathmandu", "Australia/Adelaide"])
def test_grid_when_the_visitor_lives_off_the_full_hour_then_is_still_the_owners(visitor: str) -> None:
    of = plan("Europe/Copenhagen", (540, 720), duration=60)
    found = free_slots(of, 60, (), (), at("2026-11-23T00:00:00Z"), at("2026-11-24T00:00:00Z"), at("2026-11-25T00:00:00Z"))
    assert [to_iso(each)[11:16] for each in found] == ["08:00", "09:00", "10:00"]
    assert {minute % 60 for times in visitor_days(found, visitor).values() for _, minute in times} <= {30, 45}


@pytest.mark.parametrize(("zone", "minute"), [("Asia/Kolkata", 30), ("Asia/Kathmandu", 15), ("Pacific/Chatham", 15)])
def test_grid_of_full_hours_when_the_owner_lives_off_utc_then_is_the_owners_full_hour(zone: str, minute: int) -> None:
    of = plan(zone, (550, 1000), duration=60)
    found = free_slots(of, 60, (), (), at("2026-11-23T00:00:00Z"), at("2026-11-24T00:00:00Z"), at("2026-11-26T00:00:00Z"))
    assert {each // MINUTE % 60 for each in found} == {minute}
    assert starts(of, date(2026, 11, 25)) == ["10:00", "11:00", "12:00", "13:00", "14:00", "15:00"]


def test_spring_night_when_shown_then_has_no_wall_time_that_does_not_exist_and_no_instant_twice() -> None:
    found = starts(plan("Europe/Copenhagen", (0, 1440)), date(2027, 3, 28))
    assert "02:00" not in found
    assert "02:30" not in found
    assert len(found) == len(set(found)) == 46


def test_notice_when_a_day_then_counts_to_the_minute_and_not_to_the_midnight() -> None:
    now = at("2026-11-23T08:07:00Z")  # 09:07
    assert starts(plan("Europe/Copenhagen", (540, 660), notice=24 * 60), date(2026, 11, 24), now=now) == [
        "09:30",
        "10:00",
        "10:30",
    ]


def test_busy_time_when_it_spans_two_windows_then_blocks_both() -> None:
    busy = Busy(at("2026-11-24T10:30:00Z"), at("2026-11-24T12:30:00Z"))  # 11:30 to 13:30, over the break
    assert starts(plan("Europe/Copenhagen", (660, 720), (780, 840)), date(2026, 11, 24), busy) == ["11:00", "13:30"]


def test_busy_time_when_weeks_long_then_blocks_the_days_in_its_middle() -> None:
    busy = Busy(at("2026-10-01T00:00:00Z"), at("2026-12-24T00:00:00Z"))
    assert starts(plan("Europe/Copenhagen", (540, 600)), date(2026, 11, 24), busy) == []


def test_touching_ranges_when_a_meeting_crosses_their_border_then_is_offered() -> None:
    assert starts(plan("Europe/Copenhagen", (540, 570), (570, 600), duration=60), date(2026, 11, 24)) == ["09:00"]
    assert starts(plan("Europe/Copenhagen", (540, 569), (570, 600), duration=60), date(2026, 11, 24)) == []


def test_midnight_when_both_days_are_open_then_a_meeting_may_cross_it() -> None:
    assert starts(plan("Europe/Copenhagen", (0, 30), (1410, 1440), duration=60, step=30), date(2026, 11, 24)) == ["23:30"]


def test_neighbours_when_both_have_buffers_then_the_larger_wins_and_they_do_not_add_up() -> None:
    of = plan("Europe/Copenhagen", (540, 720), duration=30, step=5, buffer_before=10, buffer_after=15)
    busy = Busy(at("2026-11-24T09:00:00Z"), at("2026-11-24T09:30:00Z"), before=20 * MINUTE, after=5 * MINUTE)  # 10:00 to 10:30
    found = starts(of, date(2026, 11, 24), busy)
    assert "09:10" in found  # ends 09:40: 20 minutes, the meeting's own, before it
    assert "09:15" not in found
    assert "10:40" in found  # 10 minutes, the page's own, after it
    assert "10:35" not in found


def test_buffers_when_at_the_edge_of_the_day_then_may_reach_outside_the_hours() -> None:
    of = plan("Europe/Copenhagen", (540, 600), buffer_before=60, buffer_after=60)
    assert starts(of, date(2026, 11, 24)) == ["09:00", "09:30"]
    early = Busy(at("2026-11-24T07:00:00Z"), at("2026-11-24T07:30:00Z"))  # 08:00 to 08:30
    assert starts(of, date(2026, 11, 24), early) == ["09:30"]


@pytest.mark.parametrize(
    ("minute", "left"),
    [(0, ["09:30"]), (10, ["09:30"]), (29, ["09:30"]), (30, ["09:00"]), (60, ["09:00", "09:30"])],
)
def test_busy_instant_when_it_has_no_length_then_blocks_the_meeting_that_it_lies_in(minute: int, left: list[str]) -> None:
    instant = at("2026-11-24T08:00:00Z") + minute * MINUTE
    assert starts(plan("Europe/Copenhagen", (540, 600)), date(2026, 11, 24), Busy(instant, instant)) == left


def test_busy_time_when_it_ends_before_it_starts_then_counts_for_nothing() -> None:
    nine = at("2026-11-24T08:00:00Z")
    backwards = Busy(nine + HOUR, nine - HOUR, before=HOUR, after=HOUR)
    assert starts(plan("Europe/Copenhagen", (540, 600)), date(2026, 11, 24), backwards) == ["09:00", "09:30"]
    assert blocked([backwards], Rules()) == ()


def test_busy_times_when_they_overlap_touch_or_repeat_then_block_what_they_cover() -> None:
    nine = at("2026-11-24T08:00:00Z")
    spans = ((0, 40), (10, 20), (40, 60), (0, 40), (90, 100))
    busy = [Busy(nine + low * MINUTE, nine + high * MINUTE) for low, high in spans]
    assert blocked(busy, Rules()) == ((nine, nine + HOUR), (nine + 90 * MINUTE, nine + 100 * MINUTE))


def test_limits_when_none_may_be_booked_at_all_then_nothing_is_offered() -> None:
    of = Plan("page", Rules((30,), notice=0, limits=Limits(per_day=0)), Hours("UTC", every_day((540, 600))))
    assert starts(of, date(2026, 11, 24)) == []
    assert starts(Plan("page", Rules((30,), notice=0), of.hours, Limits(per_week=0)), date(2026, 11, 24)) == []


def test_page_when_it_has_no_durations_then_offers_nothing() -> None:
    of = Plan("page", Rules((), notice=0), Hours("UTC", every_day((540, 600))))
    assert free_starts(of, 30, (), (), at("2026-11-24T00:00:00Z"), at("2026-11-25T00:00:00Z")) == ()
    assert free_starts(Plan("page", Rules((0, -5)), of.hours), 0, (), (), 0, DAY) == ()
    assert explain(Plan("page", Rules((0, -5)), of.hours), -5, (), (), 0, 0) != ()


def test_start_when_the_hours_end_before_the_meeting_does_then_is_not_offered() -> None:
    window = Fixed(date(2026, 11, 24), date(2026, 11, 24))
    of = Plan("page", Rules((60,), step=15, notice=0, window=window), Hours("UTC", every_day((540, 630))))
    assert starts(of, date(2026, 11, 24)) == ["09:00", "09:15", "09:30"]


def test_today_when_rolling_no_further_then_is_still_bookable() -> None:
    of = Plan("page", Rules((30,), notice=0, window=Rolling(0)), Hours("Europe/Copenhagen", every_day((0, 60))))
    now = at("2026-11-23T23:10:00Z")
    assert free_slots(of, 30, (), (), now, now - DAY, now + 3 * DAY) == (at("2026-11-23T23:30:00Z"),)
