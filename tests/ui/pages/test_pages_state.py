"""The list: what each card says in each state."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.domain.connections import Access, Calendar, CalendarState
from app.domain.overview import Overview, PageSummary
from app.domain.pages import Page
from app.domain.public import PageState
from app.i18n import Wording
from app.ui.pages.state import PageCard, PagesState, pages_state, reordered, without_scheme

NOW = int(datetime(2026, 10, 13, 8, tzinfo=UTC).timestamp())
PAUSED = int(datetime(2026, 10, 1, 22, 30, tzinfo=UTC).timestamp())
INTRO = PageSummary(Page("1", "anna/intro", "Intro call"), PageState.BOOK, "/meetings/anna/intro", 12, True)
FOLLOW = PageSummary(
    Page("2", "anna/follow-up", "Follow-up", on=False, paused_at=PAUSED), PageState.PAUSED, "/meetings/anna/follow-up"
)
OVERVIEW = Overview(NOW, "Europe/Copenhagen", "Anna Holm", pages=(INTRO, FOLLOW))
TEAM = Calendar("team", "work", "Team calendar", "UTC", Access.DETAILS, state=CalendarState.INACTIVE)


def shown(overview: Overview = OVERVIEW) -> PagesState:
    return pages_state(overview, "anna", lambda slug: f"https://meet.example.com/meetings/{slug}", Wording())


def card(overview: Overview, number: int = 0) -> PageCard:
    return shown(overview).cards[number]


@pytest.mark.shows("PAGE-1")
def test_the_list_when_drawn_then_counts_pages_and_names_the_address() -> None:
    assert shown().line == "2 pages at meet.example.com/meetings/anna"
    assert shown(replace(OVERVIEW, pages=(INTRO,))).line == "1 page at meet.example.com/meetings/anna"


def test_the_list_when_there_is_no_page_then_is_empty() -> None:
    state = shown(replace(OVERVIEW, pages=()))
    assert state.empty
    assert not PagesState().empty


def test_a_page_when_on_then_counts_what_was_booked_this_month() -> None:
    assert card(OVERVIEW).note == "12 booked this month"
    quiet = replace(OVERVIEW, pages=(replace(INTRO, booked_this_month=0),))
    assert card(quiet).note == "Nothing booked this month"


def test_a_page_when_paused_then_says_since_when_in_the_owners_zone() -> None:
    assert card(OVERVIEW, 1).note == "Paused by you on 2 October"


@pytest.mark.shows("INACT-2")
def test_a_page_when_a_calendar_that_it_checks_is_inactive_then_names_it() -> None:
    blocked = replace(OVERVIEW, pages=(replace(INTRO, state=PageState.UNAVAILABLE), FOLLOW), inactive=(TEAM,))
    assert card(blocked).warning == "Nobody can book: Team calendar is inactive"
    assert card(blocked, 1).warning == ""


def test_a_page_when_other_calendars_are_inactive_then_is_not_warned() -> None:
    page = replace(INTRO.page, calendars=("local",))
    others = replace(OVERVIEW, pages=(replace(INTRO, page=page),), inactive=(TEAM,))
    assert card(others).warning == ""


@pytest.mark.shows("URL-7")
def test_all_pages_when_paused_then_say_so_and_each_keeps_its_own_switch() -> None:
    state = shown(replace(OVERVIEW, pages_on=False))
    assert not state.pages_on
    assert state.pause_line.startswith("Guests read that you take no bookings")
    assert [each.on for each in state.cards] == [True, False]
    until = shown(replace(OVERVIEW, pages_on=False, paused_until=NOW + 3600))
    assert until.pause_line.startswith("Until Tue 13 Oct, 11:00")


def test_order_when_a_page_is_moved_then_stops_at_the_ends() -> None:
    assert reordered(("a", "b", "c"), "b", -1) == ("b", "a", "c")
    assert reordered(("a", "b", "c"), "c", 1) == ("a", "b", "c")
    assert [(each.first, each.last) for each in shown().cards] == [(True, False), (False, True)]


def test_an_address_when_shown_then_has_no_scheme() -> None:
    assert without_scheme("https://meet.example.com/meetings/anna") == "meet.example.com/meetings/anna"
