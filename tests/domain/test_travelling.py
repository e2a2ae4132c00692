"""Journeys: on these dates the owner's hours are wall times of another place, and every instant still has one date."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.availability import Occupied, Plan, Reason, Why, explain, free_slots, free_starts, open_spans
from app.domain.clock import DAY, HOUR, from_iso, to_iso
from app.domain.hours import bookable_span, hourly_grid
from app.domain.pages import MORNINGS, DayOverride, Elsewhere, Fixed, Hours, Limits, OtherDays, Rolling, Rules, WeeklyHours
from app.domain.travelling import day_of, days_of, opens_day
from app.domain.zones import Day, day_number
from tests.domain.cases import ALWAYS, Case, cases

pytestmark = pytest.mark.shows("PAGE-2", "SYNC-3")

HOME = "Europe/Copenhagen"
TOKYO = Elsewhere(date(2026, 11, 24), date(2026, 11, 26), "Asia/Tokyo")
NEW_YORK = replace(TOKYO, zone="America/New_York")
MONDAY = from_iso("2026-11-23T00:00:00Z")


def spans(hours: Hours, start: int = MONDAY, days: int = 7) -> list[str]:
    return [f"{to_iso(low)[8:16]} {to_iso(high)[8:16]}" for low, high in open_spans(hours, start, start + days * DAY)]


def named(day: Day) -> str:
    return (date(1970, 1, 1) + timedelta(day)).isoformat()


def test_open_spans_when_the_owner_is_in_tokyo_then_mornings_are_mornings_there() -> None:
    assert spans(Hours(HOME, MORNINGS, elsewhere=(TOKYO,))) == [
        "23T08:00 23T11:00", "24T00:00 24T03:00", "25T00:00 25T03:00", "26T00:00 26T03:00", "27T08:00 27T11:00",
    ]  # fmt: skip


def test_open_spans_when_the_owner_goes_west_then_mornings_are_later() -> None:
    assert spans(Hours(HOME, MORNINGS, elsewhere=(NEW_YORK,)))[:3] == [
        "23T08:00 23T11:00", "24T14:00 24T17:00", "25T14:00 25T17:00",
    ]  # fmt: skip


def test_open_spans_when_two_dates_overlap_then_are_one_and_a_gap_is_closed() -> None:
    """Tuesday begins in Tokyo eight hours before Monday ends at home; Friday begins at home as long after Thursday there."""
    hours = Hours(HOME, ALWAYS, elsewhere=(TOKYO,))
    inside = [(to_iso(low)[8:16], to_iso(high)[8:16]) for low, high in open_spans(hours, MONDAY + DAY, MONDAY + 5 * DAY)]
    assert inside == [("22T23:00", "26T15:00"), ("26T23:00", "29T23:00")]


def test_day_of_when_dates_overlap_then_the_later_one_holds_and_in_a_gap_the_earlier_goes_on() -> None:
    hours = Hours(HOME, ALWAYS, elsewhere=(TOKYO,))
    shown = {at: named(day_of(hours, from_iso(f"2026-11-{at}:00Z"))) for at in ("23T14:59", "23T15:00", "26T22:59", "26T23:00")}
    assert shown == {
        "23T14:59": "2026-11-23", "23T15:00": "2026-11-24", "26T22:59": "2026-11-26", "26T23:00": "2026-11-27",
    }  # fmt: skip


def test_free_starts_when_open_all_day_on_a_journey_then_none_is_repeated_or_lost_but_the_gap() -> None:
    hours = Hours(HOME, ALWAYS, elsewhere=(TOKYO,))
    found = free_starts(Plan("page", Rules((15,)), hours), 15, (), (), MONDAY, MONDAY + 7 * DAY)
    assert len(found) == len(set(found)) == (7 * 24 - 8) * 4
    assert {after - before for before, after in pairwise(found)} == {900, 900 + 8 * HOUR}


def test_free_starts_when_the_place_is_half_an_hour_off_then_begin_at_the_full_hour_there() -> None:
    kolkata = Elsewhere(date(2026, 11, 24), date(2026, 11, 24), "Asia/Kolkata")
    plan = Plan("page", Rules((60,)), Hours(HOME, MORNINGS, elsewhere=(kolkata,)))
    found = free_starts(plan, 60, (), (), MONDAY, MONDAY + 3 * DAY)
    assert [to_iso(each)[8:16] for each in found] == [
        "23T08:00", "23T09:00", "23T10:00", "24T03:30", "24T04:30", "24T05:30", "25T08:00", "25T09:00", "25T10:00",
    ]  # fmt: skip


def test_free_starts_when_the_clock_changes_at_the_place_then_follow_it() -> None:
    """New York goes back on 1 November 2026: nine o'clock is 13:00 UTC before and 14:00 after."""
    away = Elsewhere(date(2026, 10, 30), date(2026, 11, 3), "America/New_York")
    hours = Hours(HOME, WeeklyHours((((540, 600),),) * 7), elsewhere=(away,))
    assert spans(hours, from_iso("2026-10-30T00:00:00Z"), 5) == [
        "30T13:00 30T14:00", "31T13:00 31T14:00", "01T14:00 01T15:00", "02T14:00 02T15:00", "03T14:00 03T15:00",
    ]  # fmt: skip


def test_dates_when_samoa_skips_one_then_it_has_no_hours_and_the_others_have_theirs() -> None:
    """Samoa went from 29 to 31 December 2011."""
    away = Elsewhere(date(2011, 12, 28), date(2012, 1, 2), "Pacific/Apia")
    hours = Hours(HOME, WeeklyHours((((540, 600),),) * 7), elsewhere=(away,))
    found = spans(hours, from_iso("2011-12-28T00:00:00Z"), 7)
    assert found == ["28T19:00 28T20:00", "29T19:00 29T20:00", "30T19:00 30T20:00", "31T19:00 31T20:00", "01T19:00 01T20:00",
                     "03T08:00 03T09:00"]  # fmt: skip
    skipped, after = day_number(date(2011, 12, 30)), day_number(date(2011, 12, 31))
    assert opens_day(hours, skipped) == opens_day(hours, after) == from_iso("2011-12-30T10:00:00Z")
    assert named(day_of(hours, from_iso("2011-12-30T09:59:00Z"))) == "2011-12-29"


def test_dates_when_the_way_leads_over_the_date_line_then_one_is_skipped_but_its_hours_stand() -> None:
    """From Baker Island (UTC-12) to Kiritimati (UTC+14) the next date begins two hours before the present one."""
    hours = Hours("Etc/GMT+12", MORNINGS, elsewhere=(Elsewhere(date(2026, 11, 25), date(2026, 11, 27), "Pacific/Kiritimati"),))
    tuesday, wednesday = day_number(date(2026, 11, 24)), day_number(date(2026, 11, 25))
    assert opens_day(hours, tuesday) == opens_day(hours, wednesday) == from_iso("2026-11-24T10:00:00Z")
    assert spans(hours, MONDAY, 2) == ["23T21:00 24T00:00", "24T19:00 25T00:00"]
    limited = Plan("page", Rules((60,), limits=Limits(per_day=1)), hours)
    taken = (Occupied(from_iso("2026-11-24T22:00:00Z"), "page"),)
    assert [to_iso(each)[8:13] for each in free_starts(limited, 60, (), taken, MONDAY, MONDAY + 2 * DAY)] == [
        "23T21", "23T22", "23T23",
    ]  # fmt: skip


def test_limits_when_the_owner_is_elsewhere_then_count_the_days_there() -> None:
    """03:00 in Tokyo is the evening before at home."""
    hours = Hours(HOME, WeeklyHours((((0, 1440),),) * 7), elsewhere=(TOKYO,))
    plan = Plan("page", Rules((60,), limits=Limits(per_day=1), window=Rolling(30), notice=0), hours)
    early = from_iso("2026-11-24T18:00:00Z")
    evening = from_iso("2026-11-25T12:00:00Z")
    day = (from_iso("2026-11-24T15:00:00Z"), from_iso("2026-11-25T15:00:00Z"))
    assert explain(plan, 60, (), (Occupied(early, "page"),), MONDAY, evening) == (Reason(Why.PAGE_DAY_LIMIT, "", *day),)
    assert explain(plan, 60, (), (Occupied(early, "page"),), MONDAY, day[0] - HOUR) == ()


def test_window_when_it_ends_on_a_journey_then_ends_at_the_midnight_there() -> None:
    hours = Hours(HOME, MORNINGS, elsewhere=(TOKYO,))
    wednesday = Fixed(date(2026, 11, 25), date(2026, 11, 25))
    assert [to_iso(each)[8:16] for each in bookable_span(0, wednesday, hours, MONDAY)] == ["24T15:00", "25T15:00"]
    in_tokyo = from_iso("2026-11-24T16:00:00Z")
    assert [to_iso(each)[8:16] for each in bookable_span(0, Rolling(0), hours, in_tokyo)] == ["24T16:00", "25T15:00"]


def test_explain_when_the_hours_are_read_elsewhere_then_names_the_zone() -> None:
    plan = Plan("page", Rules((60,), notice=0), Hours(HOME, MORNINGS, elsewhere=(TOKYO,)))
    assert explain(plan, 60, (), (), MONDAY, MONDAY + DAY + 8 * HOUR) == (Reason(Why.OUTSIDE_HOURS, "journey:Asia/Tokyo"),)
    assert explain(plan, 60, (), (), MONDAY, MONDAY + DAY + HOUR) == ()


def test_explain_when_the_owner_is_off_then_names_the_spell_or_the_holiday() -> None:
    hours = Hours(
        HOME,
        MORNINGS,
        spells=(
            OtherDays(date(2026, 11, 23), date(2026, 11, 25)),
            OtherDays(date(2026, 11, 27), date(2026, 11, 27), ((600, 660),)),
        ),
        holidays=(date(2026, 11, 26), date(2026, 11, 27)),
    )
    plan = Plan("page", Rules((60,), notice=0), hours)

    def why(at: str) -> tuple[Reason, ...]:
        return explain(plan, 60, (), (), MONDAY - DAY, from_iso(f"2026-11-{at}:00Z"))

    first = from_iso("2026-11-23T23:00:00Z")
    assert why("24T09:00") == (Reason(Why.AWAY, "spell:2026-11-23", first, first + DAY),)
    assert why("26T09:00") == (Reason(Why.HOLIDAY, "holiday:2026-11-26", first + 2 * DAY, first + 3 * DAY),)
    assert why("27T09:00") == ()
    assert why("27T08:00") == (Reason(Why.OUTSIDE_HOURS, "spell:2026-11-27"),)
    own = replace(plan, hours=replace(hours, overrides=(DayOverride(date(2026, 11, 24), ((600, 660),)),)))
    assert explain(own, 60, (), (), MONDAY, from_iso("2026-11-24T09:00:00Z")) == ()


def test_working_days_when_counted_then_spells_and_holidays_do_not_count() -> None:
    hours = Hours(HOME, MORNINGS, spells=(OtherDays(date(2026, 11, 25), date(2026, 11, 26)),), holidays=(date(2026, 11, 27),))
    _, behind = bookable_span(0, Rolling(2, working=True), hours, MONDAY + HOUR)
    assert to_iso(behind) == "2026-11-30T23:00:00Z"


@given(cases(), st.integers(-6 * DAY, 6 * DAY), st.integers(1, 3 * DAY))
def test_dates_when_any_journey_then_tile_all_of_time(case: Case, first: int, length: int) -> None:
    hours = case.plan.hours
    start, end = case.start + first, case.start + first + length
    instants = list(range(start, end, 1800))
    days = days_of(hours, instants)
    assert days == sorted(days) == [day_of(hours, each) for each in instants]
    assert all(opens_day(hours, day) <= at < opens_day(hours, day + 1) for at, day in zip(instants, days, strict=True))


@given(cases(), st.integers(-6 * DAY, 6 * DAY), st.integers(1, 3 * DAY))
def test_grid_when_any_journey_then_has_no_hole_and_no_overlap(case: Case, first: int, length: int) -> None:
    start, end = case.start + first, case.start + first + length
    pieces = hourly_grid(case.plan.hours, start, end)
    assert pieces[0][0] <= start
    assert pieces[-1][1] >= end
    assert all(before[1] == after[0] for before, after in pairwise(pieces))


@given(cases())
def test_free_slots_when_a_journey_leads_nowhere_else_then_are_the_same(case: Case) -> None:
    """A journey to the zone that the owner is in anyway."""
    plan = replace(case.plan, hours=replace(case.plan.hours, elsewhere=()))
    day = datetime.fromtimestamp(case.start, UTC).date()
    here = Elsewhere(day, day + timedelta(days=2), plan.hours.zone)
    moved = replace(plan, hours=replace(plan.hours, elsewhere=(here,)))
    question = (case.duration, case.busy, case.occupied, case.now, case.start, case.end)
    assert free_slots(plan, *question) == free_slots(moved, *question)
