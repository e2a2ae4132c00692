"""The draft: nothing is lost on the way to a page and back, and each mistake is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.domain.pages import (
    MORNINGS,
    WORKWEEK,
    Consent,
    ConsentKind,
    DayOverride,
    Fixed,
    Hours,
    Limits,
    Location,
    LocationKind,
    Mode,
    Page,
    Question,
    QuestionKind,
    Rules,
    WeeklyHours,
)
from app.ui.pages.editor_state import (
    PageDraft,
    Section,
    address_of,
    draft_of,
    edited,
    fits_in_a_day,
    has_no_times,
    moved,
    rebase,
    section_of,
    to_page,
    to_slug,
)
from app.ui.pages.figures import Span, Unit, own_length, span_of
from app.ui.pages.overrides import OverrideDraft
from app.ui.pages.problems import problems

TODAY = date(2026, 11, 24)
USUAL = Hours("Europe/Copenhagen", WORKWEEK)
PLAIN = Page(id="p1", slug="anna/intro", title="Intro call")
FULL = Page(
    id="p2",
    slug="anna/strategy",
    title="Strategy session",
    description="What you need",
    colour="heather",
    mode=Mode.APPROVAL,
    holds=True,
    rules=Rules((30, 60), 15, 10, 5, 90, Fixed(date(2026, 12, 1), date(2026, 12, 20)), Limits(4, 12)),
    hours=Hours(
        "Europe/London",
        MORNINGS,
        (DayOverride(date(2026, 12, 24)), DayOverride(date(2026, 12, 25)), DayOverride(date(2026, 12, 27), ((600, 660),))),
    ),
    location=Location(LocationKind.PLACE, "Harbour 1"),
    questions=(
        Question("q1", "What about?", QuestionKind.LONG_TEXT, True, help="A line is enough"),
        Question("q2", "How many?", QuestionKind.CHOICE, False, ("One", "More")),
    ),
    consent=Consent(ConsentKind.TICK, "Anna may keep my answers.", "https://example.com/privacy"),
    guests_max=3,
    cutoff=240,
    thanks="Thank you",
    calendars=("local",),
    on=False,
    paused_at=7,
    secret=True,
    position=4,
    created_at=3,
)


def draft(**changes: Any) -> PageDraft:
    return replace(draft_of(PLAIN, USUAL), **changes)


def wrong(**changes: Any) -> dict[str, str]:
    return problems(draft(**changes), TODAY)


@pytest.mark.shows("PAGE-2")
@pytest.mark.parametrize("page", [PLAIN, FULL])
def test_a_page_when_drafted_and_made_again_then_is_the_same_and_clean(page: Page) -> None:
    found = draft_of(page, USUAL)
    assert problems(found, TODAY) == {}
    assert to_page(found, page) == page
    assert edited(found, draft_of(page, USUAL)) == frozenset()


@pytest.mark.shows("PAGE-2")
@pytest.mark.parametrize(
    ("changes", "key", "why"),
    [
        ({"title": "  "}, "title", "missing"),
        ({"title": "x" * 81}, "title", "too_long"),
        ({"durations": ()}, "durations", "missing"),
        ({"location": LocationKind.PLACE}, "detail", "missing_place"),
        ({"location": LocationKind.LINK, "detail": "zoom"}, "detail", "link"),
        ({"location": LocationKind.VIDEO, "detail": "javascript:alert(1)"}, "detail", "link"),
        ({"location": LocationKind.GUEST_CALLS, "detail": "call me"}, "detail", "phone"),
        ({"slug": ""}, "slug", "missing"),
        ({"slug": "anna/book"}, "slug", "reserved"),
        ({"slug": "a"}, "slug", "too_short"),
        ({"before": "ten"}, "before", "figure"),
        ({"before": "-5"}, "before", "figure"),
        ({"after": "1441"}, "after", "most_1440"),
        ({"after": ""}, "after", "missing"),
        ({"notice": Span("", Unit.HOURS)}, "notice", "missing"),
        ({"notice": Span("366", Unit.DAYS)}, "notice", "most_365"),
        ({"ahead": "0"}, "ahead", "least_1"),
        ({"ahead": "367"}, "ahead", "most_366"),
        ({"fixed": True, "last": TODAY}, "first", "missing"),
        ({"fixed": True, "first": date(2026, 12, 2), "last": date(2026, 12, 1)}, "last", "order"),
        ({"fixed": True, "first": date(2026, 11, 1), "last": date(2026, 11, 2)}, "last", "past"),
        ({"per_day": "0"}, "per_day", "least_1"),
        ({"per_week": "many"}, "per_week", "figure"),
        ({"cutoff": Span("x", Unit.HOURS)}, "cutoff", "figure"),
        ({"guests": "21"}, "guests", "most_20"),
        ({"questions": (Question("q", " "),)}, "questions.q.label", "missing"),
        ({"questions": (Question("q", "How?", QuestionKind.DROPDOWN, choices=("A", " ")),)}, "questions.q.choices", "too_few"),
        ({"questions": (Question("q", "How?", QuestionKind.CHOICE, choices=("A", "a ")),)}, "questions.q.choices", "twice"),
        ({"consent": ConsentKind.TICK}, "consent_text", "missing"),
        ({"consent": ConsentKind.NOTICE, "consent_text": "x", "consent_link": "privacy"}, "consent_link", "link"),
        ({"own_hours": True, "zone": "Mars/Olympus"}, "zone", "unknown"),
        ({"own_hours": True, "unread": True}, "weekly", "unread"),
        ({"own_hours": True, "overrides": (OverrideDraft(TODAY, TODAY, "9-"),)}, "overrides.0", "hours"),
        ({"own_hours": True, "overrides": (OverrideDraft(TODAY, date(2026, 11, 1)),)}, "overrides.0", "order"),
        (
            {"own_hours": True, "overrides": (OverrideDraft(TODAY, TODAY), OverrideDraft(date(2026, 11, 20), TODAY))},
            "overrides.1",
            "twice",
        ),
    ],
)
def test_a_mistake_when_typed_then_is_named_with_its_section(changes: dict[str, Any], key: str, why: str) -> None:
    found = draft(**changes)
    assert problems(found, TODAY) == {key: why}
    assert section_of(key) in edited(found, draft())


def test_what_cannot_be_read_when_a_page_is_made_then_keeps_its_saved_value() -> None:
    typed = replace(
        draft_of(FULL, USUAL), title=" ", durations=(), slug="x", before="?", after="9999", notice=Span("soon"), last=None,
        per_day="?", cutoff=Span(""), guests="?",
    )  # fmt: skip
    assert to_page(typed, FULL) == FULL


def test_mistakes_when_in_what_is_not_used_then_do_not_count() -> None:
    assert wrong(overrides=(OverrideDraft(TODAY, TODAY, "?"),), ahead="60", first=None) == {}
    assert wrong(fixed=True, first=TODAY, last=TODAY, ahead="?") == {}
    assert wrong(consent_link="?") == {}


def test_several_mistakes_when_named_then_stand_in_the_order_of_the_editor() -> None:
    found = wrong(title="", before="x", questions=(Question("q", ""),), consent=ConsentKind.NOTICE)
    assert list(found) == ["title", "before", "questions.q.label", "consent_text"]


def test_changes_without_effect_when_made_then_are_not_unsaved_changes() -> None:
    assert (
        edited(draft(weekly=MORNINGS, zone="UTC", first=TODAY, consent_text="x", title=" Intro call "), draft()) == frozenset()
    )


@pytest.mark.parametrize(
    ("changes", "section"),
    [
        ({"title": "Talk"}, Section.BASICS),
        ({"own_hours": True}, Section.HOURS),
        ({"working": True}, Section.LIMITS),
        ({"mode": Mode.APPROVAL}, Section.BOOKING),
        ({"guests": "1"}, Section.FORM),
        ({"consent": ConsentKind.NOTICE}, Section.CONSENT),
    ],
)
def test_a_change_when_made_then_its_section_alone_is_edited(changes: dict[str, Any], section: Section) -> None:
    assert edited(draft(**changes), draft()) == {section}


def test_own_hours_when_chosen_then_begin_as_the_usual_ones() -> None:
    page = to_page(draft(own_hours=True), PLAIN)
    assert page.hours == USUAL


def test_a_holiday_when_drafted_then_is_one_row_and_all_its_days() -> None:
    days = tuple(DayOverride(date(2026, 12, day)) for day in range(21, 32))
    page = replace(PLAIN, hours=Hours("UTC", WORKWEEK, days))
    found = draft_of(page, USUAL)
    assert found.overrides == (OverrideDraft(date(2026, 12, 21), date(2026, 12, 31)),)
    assert to_page(found, page) == page


def test_a_page_when_it_has_no_hours_at_all_then_says_so() -> None:
    assert has_no_times(draft(own_hours=True, weekly=WeeklyHours()), USUAL)
    assert not has_no_times(
        draft(own_hours=True, weekly=WeeklyHours(), overrides=(OverrideDraft(TODAY, TODAY, "9-12"),)), USUAL
    )
    assert has_no_times(draft(), Hours("UTC", WeeklyHours()))
    assert not has_no_times(draft(), USUAL)


def test_a_page_when_no_range_holds_its_longest_meeting_then_is_told_apart() -> None:
    assert fits_in_a_day(MORNINGS, 180)
    assert not fits_in_a_day(MORNINGS, 181)


@pytest.mark.shows("URL-1", "URL-2")
def test_the_address_of_a_new_page_when_it_follows_the_name_then_stands_under_the_own_part() -> None:
    assert address_of("Møde med Åse", "anna") == "anna/moede-med-aase"
    assert address_of("Intro", "") == "intro"
    assert address_of("", "anna") == "anna/"


@pytest.mark.shows("URL-2")
@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ("Anna Holm", "anna-holm"),
        ("anna ", "anna-"),
        ("anna-", "anna-"),
        ("anna--b", "anna-b"),
        ("anna/", "anna/"),
        ("anna/ø", "anna/oe"),
        ("anna/b/c", "anna/b"),
        ("---", ""),
    ],
)
def test_an_address_when_typed_then_takes_its_form_at_once(typed: str, slug: str) -> None:
    assert to_slug(typed) == slug


def test_questions_when_moved_then_stop_at_the_ends() -> None:
    a, b, c = (Question(name, name) for name in "abc")
    assert moved((a, b, c), "b", -1) == (b, a, c)
    assert moved((a, b, c), "a", -1) == (a, b, c)
    assert moved((a, b, c), "c", 1) == (a, b, c)


def test_a_page_when_changed_elsewhere_then_untouched_fields_follow_and_typed_ones_stay() -> None:
    old = draft()
    mine = replace(old, title="My name", before="x")
    new = replace(old, title="Their name", colour="moss")
    assert rebase(mine, old, new) == replace(new, title="My name", before="x")


@pytest.mark.parametrize(
    ("text", "minutes"), [("25", 25), (" 90 ", 90), ("1:30", 90), ("1.15", 75), ("4", None), ("721", None), ("x", None)]
)
def test_an_own_length_when_typed_then_is_read_or_refused(text: str, minutes: int | None) -> None:
    assert own_length(text) == minutes


@pytest.mark.parametrize("minutes", [0, 5, 60, 90, 240, 1440, 2880])
def test_a_span_when_shown_then_means_the_same_minutes(minutes: int) -> None:
    span = span_of(minutes)
    assert int(span.count) * span.unit.minutes == minutes
