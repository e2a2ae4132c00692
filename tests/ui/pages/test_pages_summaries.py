"""The words that stand for a page's settings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.domain.pages import (
    MORNINGS,
    WORKWEEK,
    Fixed,
    Hours,
    Limits,
    Location,
    LocationKind,
    Mode,
    Page,
    Question,
    Rolling,
    Rules,
    WeeklyHours,
)
from app.i18n import Wording
from app.ui.pages.editor_state import Section, draft_of
from app.ui.pages.editor_words import section_value
from app.ui.pages.summaries import (
    booking_in_words,
    form_in_words,
    lengths_in_words,
    limits_in_words,
    page_in_words,
    weekly_in_words,
    when_in_words,
)

EN = Wording()
NINE_TO_FIVE = ((540, 720), (780, 1020))


def week(**days: tuple[tuple[int, int], ...]) -> WeeklyHours:
    return WeeklyHours(tuple(days.get(name, ()) for name in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")))


@pytest.mark.shows("PAGE-1")
@pytest.mark.parametrize(
    ("page", "words"),
    [
        (Page("1", "a", "A", rules=Rules((30, 15))), "15 or 30 min · video call · your usual hours"),
        (
            Page(
                "2",
                "b",
                "B",
                rules=Rules((60,)),
                location=Location(LocationKind.PLACE, "your office"),
                hours=Hours("UTC", week(tue=NINE_TO_FIVE, thu=NINE_TO_FIVE)),
            ),
            "60 min · at your office · Tuesdays and Thursdays",
        ),
        (
            Page("3", "c", "C", location=Location(LocationKind.HOST_CALLS), hours=Hours("UTC", week(fri=((540, 720),)))),
            "30 min · phone · Friday mornings",
        ),
    ],
)
def test_a_page_when_on_its_card_then_says_length_place_and_days(page: Page, words: str) -> None:
    assert page_in_words(page) == words


@pytest.mark.parametrize(
    ("weekly", "words"),
    [
        (WORKWEEK, "weekdays"),
        (MORNINGS, "weekday mornings"),
        (week(mon=((780, 960),), wed=((780, 960),)), "Monday and Wednesday afternoons"),
        (week(mon=NINE_TO_FIVE, tue=NINE_TO_FIVE, wed=NINE_TO_FIVE, sat=NINE_TO_FIVE), "4 days a week"),
        (WeeklyHours((NINE_TO_FIVE,) * 7), "every day"),
        (WeeklyHours(), "no hours yet"),
    ],
)
def test_own_hours_when_in_words_then_name_the_days(weekly: WeeklyHours, words: str) -> None:
    assert when_in_words(Hours("UTC", weekly)) == words


def test_weekly_hours_when_days_are_alike_then_stand_together() -> None:
    found = week(mon=NINE_TO_FIVE, tue=NINE_TO_FIVE, wed=NINE_TO_FIVE, thu=NINE_TO_FIVE, fri=((540, 750),))
    assert weekly_in_words(found, EN) == "Mon to Thu 9–12 and 13–17, Fri 9–12.30"
    assert weekly_in_words(WeeklyHours(), EN) == "No hours"


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        (Rules(buffer_before=10, buffer_after=10), "10 min before and after · 4 hours’ notice · 60 days ahead"),
        (Rules(buffer_before=10, notice=60), "10 min before · 1 hour’s notice · 60 days ahead"),
        (Rules(buffer_before=60, buffer_after=5, notice=0), "1 hour before, 5 min after · 60 days ahead"),
        (Rules(notice=2880, window=Rolling(1)), "2 days’ notice · 1 day ahead"),
        (Rules(notice=45, window=Rolling(10, True)), "45 min notice · 10 working days ahead"),
        (
            Rules(notice=0, window=Fixed(date(2026, 12, 1), date(2026, 12, 20)), limits=Limits(4, 9)),
            "1 December to 20 December · at most 4 a day · at most 9 a week",
        ),
    ],
)
def test_buffers_and_limits_when_in_words_then_leave_out_what_is_not_set(rules: Rules, words: str) -> None:
    assert limits_in_words(rules, EN) == words


def test_booking_and_form_when_in_words_then_say_what_follows() -> None:
    assert booking_in_words(Mode.AT_ONCE, False, 0) == "Booked at once"
    assert booking_in_words(Mode.APPROVAL, True, 240) == (
        "You approve each one; the time is held · changes until 4 hours before"
    )
    assert form_in_words(()) == "Name and e-mail"
    assert form_in_words((Question("q", "A"),)) == "Name, e-mail and 1 question"
    assert lengths_in_words((60, 15, 30)) == "15, 30 or 60 min"


def test_a_closed_section_when_a_figure_is_half_typed_then_shows_the_saved_one() -> None:
    page = Page("1", "a", "A", rules=Rules(buffer_before=10, buffer_after=10))
    typed = replace(draft_of(page, Hours("UTC")), before="1x")
    assert section_value(Section.LIMITS, typed, page, EN).startswith("10 min before and after")


def test_own_hours_when_they_have_exceptions_then_the_section_counts_them() -> None:
    page = Page("1", "a", "A", hours=Hours("UTC", MORNINGS, ()))
    assert section_value(Section.HOURS, draft_of(page, Hours("UTC")), page, EN) == "Mon to Fri 9–12"
    usual = draft_of(Page("1", "a", "A"), Hours("UTC"))
    assert section_value(Section.HOURS, usual, page, EN) == "My usual hours"
