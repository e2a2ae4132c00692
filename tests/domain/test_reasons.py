"""Why a time is not offered: what the owner reads when they ask (PAGE-4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.domain.availability import Busy, Occupied, Plan, Reason, Why, explain, nearest
from app.domain.clock import DAY, HOUR, MINUTE, Instant, from_iso
from app.domain.pages import DayOverride, Fixed, Hours, Limits, Rolling, Rules, WeeklyHours

pytestmark = pytest.mark.shows("PAGE-4")

MONDAY = from_iso("2026-11-22T23:00:00Z")
"""Midnight in Copenhagen."""
NINE = MONDAY + DAY + 9 * HOUR
"""Tuesday 24 November, 09:00."""
WEEKDAYS = WeeklyHours((((540, 720), (780, 1020)),) * 5 + ((), ()))
PLAN = Plan(
    "intro",
    Rules((30, 60), step=30, buffer_before=10, buffer_after=15, notice=240, window=Rolling(14)),
    Hours("Europe/Copenhagen", WEEKDAYS),
)


def why(
    start: Instant,
    *busy: Busy,
    plan: Plan = PLAN,
    duration: int = 30,
    occupied: tuple[Occupied, ...] = (),
    now: Instant = MONDAY,
) -> tuple[Reason, ...]:
    return explain(plan, duration, busy, occupied, now, start)


def with_rules(**changes: object) -> Plan:
    return replace(PLAN, rules=replace(PLAN.rules, **changes))  # type: ignore[arg-type]


def test_explain_when_the_time_is_offered_then_says_nothing() -> None:
    assert why(NINE) == ()


def test_explain_when_the_duration_is_not_offered_then_says_so() -> None:
    assert why(NINE, duration=45) == (Reason(Why.DURATION),)
    assert why(NINE, duration=0) == (Reason(Why.DURATION),)


def test_explain_when_the_time_has_passed_then_says_only_that_about_time() -> None:
    assert why(NINE, now=NINE + 1) == (Reason(Why.PAST),)
    assert why(NINE, plan=with_rules(notice=0), now=NINE) == ()


def test_explain_when_within_the_notice_then_says_when_it_ends() -> None:
    assert why(NINE, now=NINE - 240 * MINUTE + 1) == (Reason(Why.NOTICE, start=NINE + 1),)
    assert why(NINE, now=NINE - 240 * MINUTE) == ()


def test_explain_when_beyond_the_window_then_says_where_it_closes() -> None:
    assert why(NINE + 14 * DAY) == (Reason(Why.BEYOND_WINDOW, end=MONDAY + 15 * DAY),)
    assert why(NINE + 13 * DAY) == ()


def test_explain_when_before_the_fixed_dates_then_says_where_they_begin() -> None:
    fixed = with_rules(window=Fixed(date(2026, 11, 25), date(2026, 11, 26)))
    assert why(NINE, plan=fixed) == (Reason(Why.BEFORE_WINDOW, start=MONDAY + 2 * DAY),)
    assert why(NINE + DAY, plan=fixed) == ()
    assert why(NINE + 3 * DAY, plan=fixed) == (Reason(Why.BEYOND_WINDOW, end=MONDAY + 4 * DAY),)


def test_explain_when_the_day_has_no_hours_then_says_which_day_and_whether_it_is_the_weeks_or_its_own() -> None:
    saturday = NINE + 4 * DAY
    assert why(saturday) == (Reason(Why.DAY_OFF, "", MONDAY + 5 * DAY, MONDAY + 6 * DAY),)
    off = replace(PLAN, hours=Hours("Europe/Copenhagen", WEEKDAYS, (DayOverride(date(2026, 11, 24)),)))
    assert why(NINE, plan=off) == (Reason(Why.DAY_OFF, "override", MONDAY + DAY, MONDAY + 2 * DAY),)


def test_explain_when_outside_the_hours_then_says_so() -> None:
    assert why(NINE - HOUR) == (Reason(Why.OUTSIDE_HOURS),)
    assert why(NINE + 3 * HOUR) == (Reason(Why.OUTSIDE_HOURS),)
    other = replace(PLAN, hours=Hours("Europe/Copenhagen", WEEKDAYS, (DayOverride(date(2026, 11, 24), ((600, 660),)),)))
    assert why(NINE, plan=other) == (Reason(Why.OUTSIDE_HOURS, "override"),)


def test_explain_when_the_meeting_would_outlast_the_hours_then_names_the_open_span() -> None:
    assert why(NINE + 150 * MINUTE, duration=60) == (Reason(Why.OUTSIDE_HOURS, "", NINE, NINE + 3 * HOUR),)


def test_explain_when_between_two_steps_then_says_so() -> None:
    assert why(NINE + 10 * MINUTE) == (Reason(Why.OFF_GRID),)
    assert why(NINE + 1) == (Reason(Why.OFF_GRID),)
    fifty = with_rules(step=50)
    assert why(NINE + 50 * MINUTE, plan=fifty) == ()
    assert why(NINE + 30 * MINUTE, plan=fifty) == (Reason(Why.OFF_GRID),)


def test_explain_when_events_are_in_the_way_then_names_each() -> None:
    dentist = Busy(NINE + 10 * MINUTE, NINE + 20 * MINUTE, source="event:home:1")
    call = Busy(NINE - HOUR, NINE + 1, source="event:work:7")
    assert why(NINE, dentist, call) == (
        Reason(Why.BUSY, "event:home:1", dentist.start, dentist.end),
        Reason(Why.BUSY, "event:work:7", call.start, call.end),
    )


def test_explain_when_only_a_buffer_is_in_the_way_then_says_buffer() -> None:
    before = Busy(NINE - HOUR, NINE - 9 * MINUTE, source="booking:a")
    after = Busy(NINE + 40 * MINUTE, NINE + HOUR, source="booking:b")
    assert why(NINE, before, after) == (
        Reason(Why.BUFFER, "booking:a", before.start, before.end),
        Reason(Why.BUFFER, "booking:b", after.start, after.end),
    )
    assert why(NINE, Busy(NINE - HOUR, NINE - 10 * MINUTE), Busy(NINE + 45 * MINUTE, NINE + HOUR)) == ()


def test_explain_when_an_event_has_no_length_then_is_busy_at_its_instant() -> None:
    bare = with_rules(buffer_before=0, buffer_after=0)
    for at in (NINE, NINE + 29 * MINUTE):
        assert why(NINE, Busy(at, at), plan=bare) == (Reason(Why.BUSY, "", at, at),)
    for at in (NINE - 1, NINE + 30 * MINUTE):
        assert why(NINE, Busy(at, at), plan=bare) == ()


def test_explain_when_the_neighbour_needs_more_room_then_its_own_buffer_counts() -> None:
    demanding = Busy(NINE - HOUR, NINE - 20 * MINUTE, after=21 * MINUTE, source="booking:a")
    assert why(NINE, demanding) == (Reason(Why.BUFFER, "booking:a", demanding.start, demanding.end),)
    assert why(NINE, replace(demanding, after=20 * MINUTE)) == ()


def test_explain_when_the_day_is_full_then_names_the_day_and_whose_limit_it_is() -> None:
    day = (MONDAY + DAY, MONDAY + 2 * DAY)
    here, there = Occupied(day[0], "intro"), Occupied(day[1] - 1, "another")
    two = with_rules(limits=Limits(per_day=2))
    assert why(NINE, plan=two, occupied=(here, there)) == ()
    assert why(NINE, plan=two, occupied=(here, here)) == (Reason(Why.PAGE_DAY_LIMIT, "", *day),)
    host = replace(PLAN, host_limits=Limits(per_day=2))
    assert why(NINE, plan=host, occupied=(here, there)) == (Reason(Why.HOST_DAY_LIMIT, "", *day),)
    outside = (Occupied(day[0] - 1, "intro"), Occupied(day[1], "intro"))
    assert why(NINE, plan=two, occupied=outside) == ()


def test_explain_when_the_week_is_full_then_counts_from_monday_to_sunday() -> None:
    week = (MONDAY, MONDAY + 7 * DAY)
    sunday, next_monday = Occupied(week[1] - 1, "intro"), Occupied(week[1], "intro")
    one = with_rules(limits=Limits(per_week=1))
    assert why(NINE, plan=one, occupied=(sunday,)) == (Reason(Why.PAGE_WEEK_LIMIT, "", *week),)
    assert why(NINE, plan=one, occupied=(next_monday,)) == ()
    host = replace(PLAN, host_limits=Limits(per_week=1))
    assert why(NINE, plan=host, occupied=(Occupied(MONDAY, "another"),)) == (Reason(Why.HOST_WEEK_LIMIT, "", *week),)
    assert why(NINE, plan=host, occupied=(Occupied(MONDAY - 1, "another"),)) == ()


def test_explain_when_many_rules_forbid_the_time_then_names_them_all() -> None:
    full = replace(PLAN, rules=replace(PLAN.rules, limits=Limits(0, 0)), host_limits=Limits(0, 0))
    found = why(NINE + 155 * MINUTE, Busy(NINE, NINE + DAY, source="event:work:1"), plan=full, duration=45, now=NINE)
    assert [reason.why for reason in found] == [
        Why.DURATION, Why.NOTICE, Why.OUTSIDE_HOURS, Why.OFF_GRID, Why.BUSY,
        Why.PAGE_DAY_LIMIT, Why.PAGE_WEEK_LIMIT, Why.HOST_DAY_LIMIT, Why.HOST_WEEK_LIMIT,
    ]  # fmt: skip


@pytest.mark.shows("BOOK-2")
@pytest.mark.parametrize(
    ("wanted", "most", "found"),
    [
        (50, 3, (40, 50, 60)),
        (45, 2, (40, 50)),
        (45, 1, (40,)),
        (0, 3, (10, 20, 30)),
        (999, 3, (60, 70, 80)),
        (50, 6, (20, 30, 40, 50, 60, 70)),
        (50, 99, (10, 20, 30, 40, 50, 60, 70, 80)),
        (50, 0, ()),
    ],
)
def test_nearest_when_asked_then_are_those_around_the_wanted_time(wanted: int, most: int, found: tuple[int, ...]) -> None:
    assert nearest((10, 20, 30, 40, 50, 60, 70, 80), wanted, most) == found


def test_nearest_when_nothing_is_free_then_is_nothing() -> None:
    assert nearest((), 50) == ()
