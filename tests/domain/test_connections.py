"""Where bookings are written, and which calendars take time away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.connections import Access, Account, Calendar, ProviderKind, booking_calendar, checked_calendars

MINE = Account("a", ProviderKind.LOCAL, "On this computer")
OTHER = Account("b", ProviderKind.ICS, "Feed", primary=False)
WORK = Calendar("work", "a", "Work", "UTC", booking=True)
HOME = Calendar("home", "a", "Home", "UTC")
FEED = Calendar("feed", "b", "Feed", "UTC", access=Access.DETAILS)


@pytest.mark.shows("SET-4")
def test_booking_calendar_when_one_is_chosen_and_writable_then_is_that_one() -> None:
    assert booking_calendar([OTHER, MINE], [FEED, HOME, WORK]) == WORK
    assert booking_calendar([MINE], [replace(WORK, access=Access.EDIT)]) == replace(WORK, access=Access.EDIT)


@pytest.mark.shows("BOOK-3")
@pytest.mark.parametrize(
    ("account", "calendar"),
    [
        (replace(MINE, scheduling=False), WORK),
        (replace(MINE, primary=False), WORK),
        (MINE, replace(WORK, access=Access.FREE_BUSY)),
        (MINE, replace(WORK, access=Access.DETAILS)),
        (MINE, replace(WORK, booking=False)),
        (MINE, replace(WORK, account="b")),
    ],
)
def test_booking_calendar_when_none_can_be_written_then_is_none(account: Account, calendar: Calendar) -> None:
    assert booking_calendar([account, OTHER], [calendar, FEED]) is None
    assert booking_calendar([], []) is None


@pytest.mark.shows("SET-4")
def test_checked_calendars_when_a_page_names_some_then_are_those_and_always_the_booking_calendar() -> None:
    unticked = replace(FEED, checked=False)
    assert checked_calendars([WORK, HOME, FEED]) == (WORK, HOME, FEED)
    assert checked_calendars([WORK, HOME, FEED], ()) == (WORK, HOME, FEED)
    assert checked_calendars([WORK, HOME, FEED], ("feed",)) == (WORK, FEED)
    assert checked_calendars([WORK, HOME, unticked], ("feed",)) == (WORK,)
    assert checked_calendars([replace(WORK, checked=False), unticked]) == (replace(WORK, checked=False),)
