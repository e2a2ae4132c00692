"""Slugs, ranges of hours, and what a page holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import InvalidFields
from app.domain.pages import MORNINGS, RESERVED, WORKWEEK, WeeklyHours, check_ranges, check_slug, to_slug_part


@pytest.mark.shows("URL-2")
@pytest.mark.parametrize(
    "slug", ["intro", "jane/intro", "a1", "30-minutes", "moede-med-aase", "x" * 40, "2026/11", "a" * 40 + "/" + "b" * 40]
)
def test_check_slug_when_it_follows_the_rules_then_is_accepted(slug: str) -> None:
    check_slug(slug)


@pytest.mark.shows("URL-2")
@pytest.mark.parametrize(
    ("slug", "reason"),
    [
        ("", "missing"),
        ("Intro", "form"),
        ("in tro", "form"),
        ("intro--call", "form"),
        ("-intro", "form"),
        ("intro-", "form"),
        ("intro/", "form"),
        ("/intro", "form"),
        ("a/b/c", "form"),
        ("møde", "form"),
        ("intro_call", "form"),
        ("intro.html", "form"),
        ("intro\n", "form"),
        ("..", "form"),
        ("a", "too_short"),
        ("jane/x", "too_short"),
        ("x" * 41, "too_long"),
        ("jane/" + "x" * 41, "too_long"),
        ("book", "reserved"),
        ("jane/slots", "reserved"),
        ("manage/intro", "reserved"),
    ],
)
def test_check_slug_when_it_breaks_a_rule_then_says_which(slug: str, reason: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        check_slug(slug)
    assert refused.value.fields == {"slug": reason}


@pytest.mark.shows("URL-2")
def test_reserved_words_when_looked_at_then_hold_every_route_of_the_server() -> None:
    assert {"slots", "book", "manage", "ics", "embed", "static"} <= RESERVED


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Intro call", "intro-call"),
        ("Møde med Åse", "moede-med-aase"),
        ("  30 min. -- quick?! ", "30-min-quick"),
        ("Straße", "strasse"),
        ("Café Ægir", "cafe-aegir"),
        ("A\u030aben dag", "aaben-dag"),
        ("日本", ""),
        ("", ""),
        ("x" * 60, "x" * 40),
        ("x" * 39 + " y", "x" * 39),
    ],
)
def test_to_slug_part_when_a_title_is_typed_then_is_spelled_in_plain_letters(text: str, part: str) -> None:
    assert to_slug_part(text) == part


@pytest.mark.shows("URL-2")
@given(st.text(max_size=80))
def test_to_slug_part_when_any_text_is_typed_then_what_is_left_has_the_form_of_a_slug(text: str) -> None:
    part = to_slug_part(text)
    assert to_slug_part(part) == part
    if len(part) >= 2 and part not in RESERVED:
        check_slug(part)


@pytest.mark.parametrize("ranges", [(), ((0, 1440),), ((540, 720), (720, 900)), ((0, 1), (1439, 1440))])
def test_check_ranges_when_they_ascend_within_the_day_then_are_accepted(ranges: tuple[tuple[int, int], ...]) -> None:
    check_ranges(ranges)


@pytest.mark.parametrize(
    "ranges",
    [((540, 540),), ((720, 540),), ((-1, 60),), ((0, 1441),), ((540, 720), (700, 900)), ((780, 900), (540, 600))],
)
def test_check_ranges_when_empty_backwards_outside_or_overlapping_then_are_refused(ranges: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(ValueError):
        check_ranges(ranges)
    with pytest.raises(ValueError):
        WeeklyHours((ranges, (), (), (), (), (), ()))


def test_weekly_hours_when_not_seven_days_then_are_refused() -> None:
    with pytest.raises(ValueError):
        WeeklyHours(((), ()))


def test_usual_weeks_when_looked_at_then_leave_the_weekend_free() -> None:
    for week in (WORKWEEK, MORNINGS):
        assert all(week.days[:5])
        assert week.days[5:] == ((), ())
