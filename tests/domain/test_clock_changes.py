"""Days on which clocks change, worked out by hand. All instants are UTC."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain.availability import Busy, Plan, Why, explain, free_slots, free_starts, open_spans
from app.domain.clock import DAY, HOUR, from_iso, to_iso
from app.domain.pages import DayOverride, Fixed, Hours, Range, Rolling, Rules, WeeklyHours

pytestmark = pytest.mark.shows("R22", "SYNC-3")


def plan(zone: str, day: date, *ranges: Range, duration: int = 30, step: int = 0, **more: int) -> Plan:
    """A page that is open on one date only."""
    return Plan("page", Rules((duration,), step, notice=0, window=Fixed(day, day), **more), only_on(zone, day, *ranges))


def only_on(zone: str, day: date, *ranges: Range) -> Hours:
    return Hours(zone, WeeklyHours(), (DayOverride(day, ranges),))


def starts(of: Plan, *busy: Busy) -> list[str]:
    """``25T00:30`` for each free start of that date, as offered the week before."""
    assert isinstance(of.rules.window, Fixed)
    noon = from_iso(f"{of.rules.window.first.isoformat()}T12:00:00Z")
    found = free_slots(of, of.rules.durations[0], busy, (), noon - 7 * DAY, noon - 7 * DAY, noon + 7 * DAY)
    return [to_iso(start)[8:16] for start in found]


SPRING = date(2027, 3, 28)
"""Copenhagen: 02:00 becomes 03:00 at 01:00 UTC."""
AUTUMN = date(2026, 10, 25)
"""Copenhagen: 03:00 becomes 02:00 at 01:00 UTC."""


def test_starts_when_the_spring_hour_is_skipped_then_there_is_one_hour_less_and_none_in_the_gap() -> None:
    # 01:00, 01:30, 03:00, 03:30 on the wall.
    assert starts(plan("Europe/Copenhagen", SPRING, (60, 240))) == ["28T00:00", "28T00:30", "28T01:00", "28T01:30"]


def test_starts_when_the_autumn_hour_comes_twice_then_both_are_offered() -> None:
    # 01:00, 01:30, 02:00, 02:30, 02:00 again, 02:30 again, 03:00, 03:30 on the wall.
    assert starts(plan("Europe/Copenhagen", AUTUMN, (60, 240))) == [
        "24T23:00", "24T23:30", "25T00:00", "25T00:30", "25T01:00", "25T01:30", "25T02:00", "25T02:30",
    ]  # fmt: skip


def test_starts_when_the_day_changes_clocks_then_the_afternoon_keeps_its_wall_time() -> None:
    assert starts(plan("Europe/Copenhagen", SPRING, (780, 900), duration=60)) == ["28T11:00", "28T12:00"]
    assert starts(plan("Europe/Copenhagen", AUTUMN, (780, 900), duration=60)) == ["25T12:00", "25T13:00"]


def test_starts_when_a_range_begins_in_the_gap_then_it_begins_at_the_change() -> None:
    assert starts(plan("Europe/Copenhagen", SPRING, (150, 270))) == ["28T01:00", "28T01:30", "28T02:00"]


def test_starts_when_a_range_ends_in_the_gap_then_it_ends_at_the_change() -> None:
    assert starts(plan("Europe/Copenhagen", SPRING, (60, 150))) == ["28T00:00", "28T00:30"]


def test_starts_when_a_range_lies_in_the_gap_then_there_are_none() -> None:
    assert starts(plan("Europe/Copenhagen", SPRING, (125, 175), duration=15)) == []
    change = from_iso("2027-03-28T01:00:00Z")
    assert open_spans(only_on("Europe/Copenhagen", SPRING, (125, 175)), change - DAY, change + DAY) == ()


def test_starts_when_a_range_begins_in_the_repeated_hour_then_it_begins_the_first_time() -> None:
    # From the first 02:30: 02:30, 02:00 again, 02:30 again, 03:00.
    assert starts(plan("Europe/Copenhagen", AUTUMN, (150, 210))) == ["25T00:30", "25T01:00", "25T01:30", "25T02:00"]


def test_starts_when_a_range_ends_in_the_repeated_hour_then_it_ends_the_first_time() -> None:
    assert starts(plan("Europe/Copenhagen", AUTUMN, (90, 150))) == ["24T23:30", "25T00:00"]


def test_starts_when_two_ranges_touch_in_the_gap_then_a_meeting_may_span_them() -> None:
    # 01:00 to 02:10 and 02:40 to 04:00: both inner ends are the change itself.
    assert starts(plan("Europe/Copenhagen", SPRING, (60, 130), (160, 240), duration=60, step=30)) == [
        "28T00:00", "28T00:30", "28T01:00",
    ]  # fmt: skip


def test_starts_when_a_long_meeting_spans_the_change_then_its_length_is_elapsed_time() -> None:
    # 01:00 to 04:00 on the wall is two hours in spring and four in autumn.
    assert starts(plan("Europe/Copenhagen", SPRING, (60, 240), duration=120)) == ["28T00:00"]
    assert starts(plan("Europe/Copenhagen", SPRING, (60, 240), duration=121)) == []
    assert starts(plan("Europe/Copenhagen", AUTUMN, (60, 240), duration=240)) == ["24T23:00"]
    assert starts(plan("Europe/Copenhagen", AUTUMN, (60, 240), duration=241)) == []


def test_starts_when_busy_in_the_second_of_two_equal_hours_then_the_first_stays_free() -> None:
    busy = Busy(from_iso("2026-10-25T01:00:00Z"), from_iso("2026-10-25T02:00:00Z"))
    assert starts(plan("Europe/Copenhagen", AUTUMN, (120, 240), duration=60), busy) == ["25T00:00", "25T02:00"]


def test_starts_when_steps_do_not_divide_an_hour_then_they_go_on_evenly_over_the_change() -> None:
    # 45 minutes each from 00:30: 00:30, 01:15, 03:00, 03:45, 04:30 on the wall.
    assert starts(plan("Europe/Copenhagen", SPRING, (30, 360), duration=45)) == [
        "27T23:30", "28T00:15", "28T01:00", "28T01:45", "28T02:30", "28T03:15",
    ]  # fmt: skip


def test_starts_when_new_york_goes_back_then_both_hours_of_one_oclock_are_offered() -> None:
    # 00:00 EDT, 01:00 EDT, 01:00 EST, 02:00 EST.
    assert starts(plan("America/New_York", date(2026, 11, 1), (0, 180), duration=60)) == [
        "01T04:00", "01T05:00", "01T06:00", "01T07:00",
    ]  # fmt: skip


def test_starts_when_lord_howe_moves_by_half_an_hour_then_each_part_stands_on_its_own_full_hours() -> None:
    # Spring: 00:00 and 01:00 at +10:30, then 03:00 and 04:00 at +11. The one from 01:00 lasts until 02:30.
    assert starts(plan("Australia/Lord_Howe", date(2026, 10, 4), (0, 300), duration=60)) == [
        "03T13:30", "03T14:30", "03T16:00", "03T17:00",
    ]  # fmt: skip
    of = plan("Australia/Lord_Howe", date(2026, 10, 4), (0, 300), duration=60)
    half_past = from_iso("2026-10-03T15:00:00Z")  # 01:30, on the grid of the later part only
    assert [each.why for each in explain(of, 60, (), (), half_past - DAY, half_past)] == [Why.OFF_GRID]
    # Autumn: 00:00 and 01:00 at +11; 02:00 and 03:00 at +10:30. Half past one comes twice, the full hours once.
    assert starts(plan("Australia/Lord_Howe", date(2027, 4, 4), (0, 240), duration=60)) == [
        "03T13:00", "03T14:00", "03T15:30", "03T16:30",
    ]  # fmt: skip
    # Steps of 20 minutes, too: :00 :20 :40 before and after, though ten minutes lie between 02:30 and 02:40.
    assert starts(plan("Australia/Lord_Howe", date(2026, 10, 4), (80, 190), duration=10, step=20)) == [
        "03T14:50", "03T15:10", "03T15:40", "03T16:00",
    ]  # fmt: skip


def test_starts_when_midnight_itself_is_skipped_then_the_day_begins_at_one() -> None:
    assert starts(plan("America/Havana", date(2027, 3, 14), (0, 120))) == ["14T05:00", "14T05:30"]
    assert starts(plan("Africa/Cairo", date(2026, 4, 24), (0, 90))) == ["23T22:00"]


def test_starts_when_midnight_comes_twice_then_the_day_begins_the_first_time() -> None:
    # Havana: 00:00 and 00:30 at -04:00, again at -05:00, then 01:00.
    assert starts(plan("America/Havana", date(2026, 11, 1), (0, 90))) == [
        "01T04:00",
        "01T04:30",
        "01T05:00",
        "01T05:30",
        "01T06:00",
    ]


def test_starts_when_the_last_hour_of_the_day_comes_twice_then_both_belong_to_that_day() -> None:
    # Cairo, Thursday 29 October: 23:00 at +03:00 and again at +02:00; midnight comes after that.
    assert starts(plan("Africa/Cairo", date(2026, 10, 29), (1380, 1440), duration=60)) == ["29T20:00", "29T21:00"]


def test_starts_when_samoa_left_a_day_out_then_its_hours_are_gone_and_the_days_beside_it_touch() -> None:
    assert starts(plan("Pacific/Apia", date(2011, 12, 30), (540, 1020))) == []
    beside = (DayOverride(date(2011, 12, 29), ((1380, 1440),)), DayOverride(date(2011, 12, 31), ((0, 60),)))
    hours = Hours("Pacific/Apia", WeeklyHours(), beside)
    change = from_iso("2011-12-30T10:00:00Z")
    assert open_spans(hours, change, change + 1) == ((change - HOUR, change + HOUR),)


ALWAYS = Hours("Europe/Copenhagen", WeeklyHours((((0, 1440),),) * 7))
OCTOBER_19 = from_iso("2026-10-18T22:00:00Z")
"""A Monday's midnight; the week that follows lasts an hour longer."""


@pytest.mark.parametrize("step", [15, 50])
def test_starts_when_always_open_then_steps_cross_each_midnight_and_change(step: int) -> None:
    found = free_starts(Plan("page", Rules((15,), step), ALWAYS), 15, (), (), OCTOBER_19, OCTOBER_19 + 7 * DAY + HOUR)
    assert found == tuple(range(OCTOBER_19, OCTOBER_19 + 7 * DAY + HOUR, step * 60))


def test_starts_when_always_open_then_other_steps_begin_anew_each_monday() -> None:
    monday = OCTOBER_19 + 7 * DAY + HOUR
    of = Plan("page", Rules((15,), 50), ALWAYS)
    for first in (OCTOBER_19, monday - 2 * DAY, monday - HOUR):
        assert free_starts(of, 15, (), (), first, monday + HOUR)[-2:] == (monday, monday + 50 * 60)
    assert explain(of, 15, (), (), OCTOBER_19, monday + 50 * 60) == ()
    # On from the Monday before, this one would have been the next.
    assert [each.why for each in explain(of, 15, (), (), OCTOBER_19, monday + 20 * 60)] == [Why.OFF_GRID]


def test_starts_when_always_open_but_for_a_day_then_monday_still_counts_before_it() -> None:
    monday = OCTOBER_19 + 7 * DAY + HOUR
    thursday_off = Hours(ALWAYS.zone, ALWAYS.weekly, (DayOverride(date(2026, 10, 29)),))
    found = free_starts(Plan("page", Rules((15,), 50), thursday_off), 15, (), (), monday - HOUR, monday + 7 * DAY)
    assert [start - monday for start in found if start < monday + 3 * DAY][1:] == list(range(0, 3 * DAY - 899, 3000))
    assert [start - monday for start in found if start > monday + 3 * DAY][:2] == [4 * DAY, 4 * DAY + 3000]


def test_starts_when_always_open_then_a_meeting_of_days_fits() -> None:
    saturday, ten_days = OCTOBER_19 + 5 * DAY, 10 * 1440
    of = Plan("page", Rules((ten_days,), 60), ALWAYS)
    assert free_starts(of, ten_days, (), (), saturday, saturday + 1) == (saturday,)
    assert explain(of, ten_days, (), (), OCTOBER_19, saturday) == ()


def test_window_when_it_closes_at_midnight_then_that_instant_is_beyond_it() -> None:
    of = Plan("page", Rules((15,), notice=0, window=Rolling(0)), ALWAYS)
    midnight = OCTOBER_19 + DAY
    assert free_slots(of, 15, (), (), midnight - 1, midnight - HOUR, midnight + HOUR) == ()
    assert free_slots(of, 15, (), (), midnight - 900, midnight - HOUR, midnight + HOUR) == (midnight - 900,)
    assert explain(of, 15, (), (), midnight - 900, midnight - 900) == ()
    assert [each.why for each in explain(of, 15, (), (), midnight - 900, midnight)] == [Why.BEYOND_WINDOW]
