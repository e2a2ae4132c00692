"""The month of the first run, and the address that a name gives."""

from __future__ import annotations

import pytest

from app.domain.clock import DAY, from_iso
from app.domain.connections import ProviderKind
from app.domain.pages import MORNINGS, WORKWEEK, WeeklyHours, check_slug
from app.i18n import Wording
from app.ui.onboarding.state import HoursChoice, State, Step, month_card, own_part

ZONE = "Europe/Copenhagen"
NOW = from_iso("2026-10-13T07:41:00Z")


@pytest.mark.shows("URL-1")
@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("Anna Holm", "anna-holm"),
        ("Åse Brønd-Østergård", "aase-broend-oestergaard"),
        ("李明", "my-page"),
        ("X", "x-1"),
        ("Book", "book-1"),
        ("  ", "my-page"),
        ("a" * 80, "a" * 40),
    ],
)
def test_own_part_when_a_name_is_given_is_always_one_that_a_slug_may_have(name, part):
    assert own_part(name) == part
    check_slug(own_part(name))


def test_month_card_when_times_are_free_shows_the_first_free_day_and_its_times():
    first = from_iso("2026-10-15T07:00:00Z")
    card = month_card((first + 1800, first, first + 3600, first + 5400, first + 5 * DAY), ZONE, NOW, Wording())
    assert card.month == "October 2026"
    assert card.times == ("09:00", "09:30", "10:00")
    days = [cell for cell in card.cells if cell is not None]
    assert [cell.day for cell in days if cell.free] == [15, 20]
    assert [cell.day for cell in days if cell.chosen] == [15]
    assert [cell.day for cell in days if cell.today] == [13]
    assert card.cells.index(days[0]) == 3
    assert card.counted == "2 free days in October 2026"


def test_month_card_when_nothing_is_free_this_month_shows_the_month_of_the_first_free_day():
    card = month_card((from_iso("2026-12-01T08:00:00Z"),), ZONE, NOW, Wording("da"))
    assert (card.month, card.times, card.letters[2]) == ("December 2026", ("09.00",), "O")
    assert not any(cell.today for cell in card.cells if cell)


def test_month_card_when_the_week_starts_on_sunday_begins_there():
    card = month_card((), ZONE, NOW, Wording(), monday_first=False)
    assert card.letters[0] == "S"
    assert [cell is None for cell in card.cells[:5]] == [True] * 4 + [False]
    assert card.times == ()


def test_month_card_when_the_evening_is_tomorrow_elsewhere_counts_days_in_the_owners_zone():
    card = month_card((from_iso("2026-10-14T22:30:00Z"),), ZONE, NOW, Wording())
    assert [cell.day for cell in card.cells if cell and cell.free] == [15]


def test_state_when_hours_are_own_ones_says_so():
    assert State(hours=WORKWEEK).hours_choice is HoursChoice.WEEKDAYS
    assert State(hours=MORNINGS).hours_choice is HoursChoice.MORNINGS
    assert State(hours=WeeklyHours()).hours_choice is HoursChoice.OWN


def test_state_when_steps_go_on_lets_the_sun_rise():
    assert [State(step=step).phase for step in Step] == [0.1, 0.5, 0.92]
    assert State().providers == (ProviderKind.LOCAL,)
