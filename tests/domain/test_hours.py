"""Bookable hours as instants, and the days that can be booked."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain.clock import DAY, HOUR, from_iso, to_iso
from app.domain.hours import always_open, bookable_span, open_spans
from app.domain.pages import MORNINGS, WORKWEEK, DayOverride, Fixed, Hours, Range, Rolling, WeeklyHours

pytestmark = pytest.mark.shows("PAGE-2")

DANISH = Hours("Europe/Copenhagen", MORNINGS)
MONDAY = from_iso("2026-11-23T00:00:00Z")
TUESDAY_1230 = from_iso("2026-11-24T11:30:00Z")


def spans(hours: Hours, start: int = MONDAY, end: int = MONDAY + 7 * DAY) -> list[str]:
    return [f"{to_iso(low)[8:16]} {to_iso(high)[8:16]}" for low, high in open_spans(hours, start, end)]


def week(*days: tuple[Range, ...]) -> WeeklyHours:
    return WeeklyHours(days + ((),) * (7 - len(days)))


def span(window: Rolling | Fixed, notice: int = 0, hours: Hours = DANISH, now: int = TUESDAY_1230) -> list[str]:
    return [to_iso(each)[5:16] for each in bookable_span(notice, window, hours, now)]


def test_open_spans_when_hours_are_weekly_then_are_their_instants() -> None:
    assert spans(Hours("Europe/Copenhagen", WORKWEEK)) == [f"{day}T08:00 {day}T16:00" for day in (23, 24, 25, 26, 27)]
    assert spans(Hours("Asia/Kathmandu", MORNINGS), end=MONDAY + DAY) == ["23T03:15 23T06:15"]


def test_open_spans_when_a_date_has_its_own_hours_then_they_replace_the_weekdays() -> None:
    others = (
        DayOverride(date(2026, 11, 24), ((600, 660), (840, 900))),
        DayOverride(date(2026, 11, 25)),
        DayOverride(date(2026, 11, 28), ((0, 60),)),
    )
    assert spans(Hours("Europe/Copenhagen", MORNINGS, others)) == [
        "23T08:00 23T11:00", "24T09:00 24T10:00", "24T13:00 24T14:00", "26T08:00 26T11:00", "27T08:00 27T11:00",
        "27T23:00 28T00:00",
    ]  # fmt: skip


def test_open_spans_when_ranges_touch_then_are_one_also_over_midnight() -> None:
    hours = Hours("Europe/Copenhagen", week(((540, 720), (720, 900), (1380, 1440)), ((0, 60), (90, 120))))
    assert spans(hours) == ["23T08:00 23T14:00", "23T22:00 24T00:00", "24T00:30 24T01:00"]


def test_open_spans_when_only_a_moment_is_asked_for_then_the_span_around_it_is_whole() -> None:
    friday_to_tuesday = week(((0, 60),), (), (), (), ((1200, 1440),), ((0, 1440),), ((0, 1440),))
    sunday_night = from_iso("2026-11-22T22:59:59Z")
    assert spans(Hours("Europe/Copenhagen", friday_to_tuesday), sunday_night, sunday_night + 1) == ["20T19:00 23T00:00"]


def test_open_spans_when_a_chain_of_days_is_months_long_then_is_one_span() -> None:
    first = date(2026, 11, 2).toordinal()
    chain = tuple(DayOverride(date.fromordinal(first + number), ((0, 1440),)) for number in range(100))
    middle = from_iso("2026-12-20T12:00:00Z")
    ((start, end),) = open_spans(Hours("UTC", WeeklyHours(), chain), middle, middle + 1)
    assert (to_iso(start), to_iso(end)) == ("2026-11-02T00:00:00Z", "2027-02-10T00:00:00Z")


def test_open_spans_when_the_end_is_the_start_of_a_span_then_it_does_not_overlap() -> None:
    nine = MONDAY + 8 * HOUR
    assert open_spans(DANISH, MONDAY, nine) == ()
    assert open_spans(DANISH, nine + 3 * HOUR, nine + 4 * HOUR) == ()
    assert open_spans(DANISH, nine, nine) == ()
    assert open_spans(DANISH, nine + HOUR, nine) == ()


def test_open_spans_when_a_date_is_given_twice_then_the_later_entry_counts() -> None:
    twice = (DayOverride(date(2026, 11, 23), ((0, 60),)), DayOverride(date(2026, 11, 23)))
    assert open_spans(Hours("Europe/Copenhagen", MORNINGS, twice), MONDAY, MONDAY + DAY) == ()


def test_always_open_when_one_minute_is_missing_then_is_not() -> None:
    assert always_open(Hours("UTC", WeeklyHours((((0, 700), (700, 1440)),) * 7)))
    assert not always_open(Hours("UTC", WeeklyHours((((0, 700), (701, 1440)),) * 7)))
    assert not always_open(Hours("UTC", WeeklyHours((((0, 1439),),) * 7)))
    assert not always_open(Hours("UTC", WeeklyHours((((1, 1440),),) * 7)))
    assert not always_open(Hours("UTC", WeeklyHours((((0, 1440),),) * 6 + ((),))))


def test_bookable_span_when_rolling_then_ends_after_the_last_day() -> None:
    assert span(Rolling(60)) == ["11-24T11:30", "01-23T23:00"]
    assert span(Rolling(0)) == ["11-24T11:30", "11-24T23:00"]


def test_bookable_span_when_notice_is_given_then_begins_to_the_minute_later() -> None:
    assert span(Rolling(7), notice=24 * 60 + 7) == ["11-25T11:37", "12-01T23:00"]
    assert span(Rolling(7), notice=-60) == ["11-24T11:30", "12-01T23:00"]


def test_bookable_span_when_notice_is_longer_than_the_window_then_is_empty() -> None:
    assert span(Rolling(1), notice=10 * 24 * 60) == ["12-04T11:30", "12-04T11:30"]


def test_bookable_span_when_today_is_already_tomorrow_there_then_counts_the_days_of_the_hours_zone() -> None:
    late = from_iso("2026-11-24T23:30:00Z")
    assert span(Rolling(1), now=late) == ["11-24T23:30", "11-26T23:00"]
    assert span(Rolling(1), hours=Hours("America/New_York", MORNINGS), now=late) == ["11-24T23:30", "11-26T05:00"]


def test_bookable_span_when_the_clock_changes_inside_then_ends_at_the_new_midnight() -> None:
    assert span(Rolling(1), now=from_iso("2026-10-24T10:00:00Z")) == ["10-24T10:00", "10-25T23:00"]


def test_bookable_span_when_working_days_count_then_days_off_do_not() -> None:
    # From Tuesday: Wednesday, Thursday, Friday, then Monday.
    assert span(Rolling(4, working=True)) == ["11-24T11:30", "11-30T23:00"]
    off = Hours(
        "Europe/Copenhagen", MORNINGS, (DayOverride(date(2026, 11, 26)), DayOverride(date(2026, 11, 28), ((600, 660),)))
    )
    assert span(Rolling(4, working=True), hours=off) == ["11-24T11:30", "11-30T23:00"]
    assert span(Rolling(3, working=True), hours=off) == ["11-24T11:30", "11-28T23:00"]


def test_bookable_span_when_no_weekday_has_hours_then_counts_single_dates() -> None:
    dates = tuple(DayOverride(date(2026, 12, day), ((600, 660),)) for day in (10, 1, 20))
    hours = Hours("Europe/Copenhagen", WeeklyHours(), (*dates, DayOverride(date(2026, 11, 1), ((600, 660),))))
    assert span(Rolling(2, working=True), hours=hours) == ["11-24T11:30", "12-10T23:00"]
    assert span(Rolling(9, working=True), hours=hours) == ["11-24T11:30", "12-20T23:00"]
    assert span(Rolling(9, working=True), hours=Hours("Europe/Copenhagen", WeeklyHours())) == ["11-24T11:30", "11-24T23:00"]


def test_bookable_span_when_dates_are_fixed_then_both_are_included() -> None:
    assert span(Fixed(date(2026, 12, 1), date(2026, 12, 2))) == ["11-30T23:00", "12-02T23:00"]
    assert span(Fixed(date(2026, 11, 1), date(2026, 11, 24))) == ["11-24T11:30", "11-24T23:00"]
    assert span(Fixed(date(2026, 11, 1), date(2026, 11, 2))) == ["11-24T11:30", "11-24T11:30"]
    assert span(Fixed(date(2026, 11, 25), date(2026, 11, 25)), notice=24 * 60) == ["11-25T11:30", "11-25T23:00"]


def test_bookable_span_when_dates_are_the_first_and_last_of_all_then_still_answers() -> None:
    first, behind = bookable_span(0, Fixed(date.min, date.max), DANISH, TUESDAY_1230)
    assert first == TUESDAY_1230
    assert behind == from_iso("9999-12-31T23:59:59Z") + 1 - HOUR
