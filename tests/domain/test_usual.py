"""What departs from the usual hours, for which page; and entries whose days overlap."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.domain.pages import MORNINGS, WORKWEEK, DayOverride, Elsewhere, Hours, OtherDays
from app.domain.plain import from_plain, to_plain
from app.domain.settings import Availability, Holiday, Holidays, Journey, Settings, Spell
from app.domain.usual import hours_of, overlaps, settled, usual_hours

pytestmark = pytest.mark.shows("PAGE-2")

HOME = "Europe/Copenhagen"


def day(number: int, month: int = 11) -> date:
    return date(2026, month, number)


OFF = Spell(day(2), day(6), name="Study week")
EVENING = Spell(day(9), day(9), ((1080, 1260),), "Late evening")
TOKYO = Journey(day(16), day(20), "Asia/Tokyo")
DANISH = Holidays("DK", "", (day(26, 12),), (Holiday(day(25, 12), "Juledag"), Holiday(day(26, 12), "2. juledag")), "DK")
ALL = Availability(WORKWEEK, spells=(OFF, EVENING), journeys=(TOKYO,), holidays=DANISH)


def test_usual_hours_when_something_departs_then_has_dates_ranges_and_zones() -> None:
    assert usual_hours(HOME, ALL) == Hours(
        HOME,
        WORKWEEK,
        spells=(OtherDays(day(2), day(6)), OtherDays(day(9), day(9), ((1080, 1260),))),
        holidays=(day(25, 12),),
        elsewhere=(Elsewhere(day(16), day(20), "Asia/Tokyo"),),
    )


def test_usual_hours_when_every_journey_stays_at_home_then_there_is_none() -> None:
    assert usual_hours("Asia/Tokyo", ALL).elsewhere == ()


@pytest.mark.shows("DATA-1")
def test_usual_hours_when_they_leave_then_carry_no_name() -> None:
    sent = repr(to_plain(usual_hours(HOME, ALL)))
    assert not [name for name in ("Study week", "Late evening", "Juledag", "2. juledag", "DK") if name in sent]


def test_holidays_when_no_country_is_chosen_then_none_is_a_day_off() -> None:
    assert replace(DANISH, country="").days_off == ()


def test_hours_of_when_a_page_has_its_own_then_days_off_close_it_and_other_hours_do_not_touch_it() -> None:
    own = Hours(HOME, MORNINGS, (DayOverride(day(3), ((600, 660),)),))
    found = hours_of(own, usual_hours(HOME, ALL))
    assert found == replace(
        own,
        spells=(OtherDays(day(2), day(6)),),
        holidays=(day(25, 12),),
        elsewhere=(Elsewhere(day(16), day(20), "Asia/Tokyo"),),
    )


def test_hours_of_when_a_page_lives_in_another_zone_then_it_stays_there_on_a_journey() -> None:
    assert hours_of(Hours("America/New_York", MORNINGS), usual_hours(HOME, ALL)).elsewhere == ()


def test_hours_of_when_a_page_has_none_then_are_the_usual_ones() -> None:
    assert hours_of(None, usual_hours(HOME, ALL)) == usual_hours(HOME, ALL)


def test_settings_when_kept_and_read_then_hold_what_departs() -> None:
    assert from_plain(Settings, to_plain(Settings(availability=ALL))).availability == ALL


def test_settled_when_nothing_overlaps_then_is_in_order() -> None:
    assert settled((EVENING, OFF), 1) == (OFF, EVENING)
    assert not overlaps((EVENING, OFF), 1)


def test_settled_when_days_off_overlap_then_are_one_with_the_name_that_there_is() -> None:
    more = Spell(day(5), day(10))
    assert overlaps((OFF, more), 1)
    assert settled((OFF, more), 1) == (Spell(day(2), day(10), name="Study week"),)
    chain = (OFF, Spell(day(9), day(12)), more)
    assert settled(chain, 2) == (Spell(day(2), day(12), name="Study week"),)


def test_settled_when_other_hours_overlap_then_their_days_are_taken_from_the_rest() -> None:
    inside = Spell(day(4), day(4), ((600, 720),))
    assert settled((OFF, inside), 1) == (
        Spell(day(2), day(3), name="Study week"),
        inside,
        Spell(day(5), day(6), name="Study week"),
    )
    assert settled((inside, OFF), 1) == (OFF,)


def test_settled_when_journeys_overlap_then_each_day_has_one_place() -> None:
    paris = Journey(day(18), day(24), "Europe/Paris")
    assert settled((TOKYO, paris), 1) == (Journey(day(16), day(17), "Asia/Tokyo"), paris)
    assert settled((TOKYO, replace(TOKYO, last=day(25))), 1) == (replace(TOKYO, last=day(25)),)
