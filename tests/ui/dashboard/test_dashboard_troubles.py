"""What the dashboard tells of calendars that are kept elsewhere: lost access, refused writes, changes made in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from app import i18n
from app.domain.booking import State
from app.domain.connections import Account, CalendarState, Lost, ProviderKind
from app.domain.overview import FailedWrite
from app.ui.dashboard.state import build
from app.ui.tray_state import tray_state
from tests.ui import overviews as o


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    i18n.use("en")
    yield
    i18n.use("en")


@pytest.mark.shows("INACT-1", "INACT-4")
def test_banner_when_a_whole_account_is_signed_out_is_one_and_offers_to_sign_in() -> None:
    (banner,) = build(o.SIGNED_OUT).banners
    assert banner.title == "Nobody can book you: sign in to Google Calendar again"
    assert banner.text == "Since Monday 18:20 your pages say that booking is temporarily unavailable. 1 person has tried."
    assert [action for action, _, _ in banner.actions] == ["reconnect", "help"]
    assert banner.id == "account:g"


def test_banner_when_an_account_that_nothing_checks_is_signed_out_does_not_say_that_nobody_can_book() -> None:
    office = Account("o", ProviderKind.OFFICE365, "Anna", "anna@example.net", primary=False, signed_out=True)
    (banner,) = build(replace(o.OUTSIDE, accounts=(o.GOOGLE, office))).banners
    assert banner.title == "Sign in to Office 365 again"
    assert banner.text == "Aftale is no longer signed in as anna@example.net."


def test_banner_when_one_calendar_of_a_signed_out_account_is_lost_can_also_remove_it() -> None:
    lost = replace(o.FAMILY, account="o", lost=Lost.SIGN_IN, **o.LOST)
    office = Account("o", ProviderKind.OFFICE365, "Anna", primary=False, signed_out=True)
    (banner,) = build(replace(o.OUTSIDE, accounts=(o.GOOGLE, office), inactive=(lost,))).banners
    assert [action for action, _, _ in banner.actions] == ["reconnect", "remove", "help"]


@pytest.mark.shows("INACT-4")
def test_banner_when_the_sign_in_of_one_calendar_is_lost_offers_to_reconnect() -> None:
    lost = replace(o.FAMILY, lost=Lost.SIGN_IN, **o.LOST)
    (banner,) = build(replace(o.OUTSIDE, inactive=(lost,))).banners
    assert [words for _, words, _ in banner.actions] == ["Reconnect", "Remove calendar", "How to fix"]


@pytest.mark.shows("INACT-1")
def test_banner_when_several_calendars_are_lost_is_one_with_their_names() -> None:
    (banner,) = build(o.TWO_LOST).banners
    assert banner.title == "Nobody can book you: access to 2 calendars was lost"
    assert banner.text.startswith("Family, Team calendar. Since Monday 18:20")
    assert "Kirsten Lund no longer shares it with you." in banner.help
    assert [action for action, _, _ in banner.actions] == ["check", "settings", "help"]


@pytest.mark.shows("CON-7")
def test_banners_when_events_vanished_and_a_sign_in_ends_warn_of_both() -> None:
    doubt, ends = build(o.DOUBT).banners
    assert doubt.title == "34 events vanished from Family at once"
    assert [action for action, _, _ in doubt.actions] == ["follow", "keep"]
    assert ends.title == "The sign-in to Google Calendar ends Wed 14 Oct, 16:00"
    assert "Publish app" in ends.help
    far = replace(o.DOUBT, accounts=(replace(o.GOOGLE, sign_in_ends=o.at(20, 9)),))
    assert len(build(far).banners) == 1


@pytest.mark.shows("SYNC-6")
def test_header_when_a_calendar_is_not_reached_says_when_it_was_last_read() -> None:
    assert build(o.STALE).stale == "Calendar last read 08:55. Until it is read again, bookings become requests."
    fresh = (replace(o.ANNA, read_at=o.NOW - 120, failing_since=o.NOW - 60),)
    assert build(replace(o.STALE, calendars=fresh)).stale == "Calendar last read 09:39"
    assert build(replace(o.STALE, calendars=(replace(o.ANNA, read_at=o.NOW - 600),))).stale == ""
    offline = build(replace(o.STALE, calendars=fresh, network=False))
    assert offline.stale == "No network. You see what was read at 09:39"
    assert build(replace(o.STALE, calendars=(o.ANNA,), network=False)).stale == "", "what is current needs no word"


@pytest.mark.parametrize(
    "change",
    [
        {"checked": False, "booking": False},
        {"state": CalendarState.INACTIVE},
        {"read_at": 0},
        {"account": "local"},
    ],
)
def test_header_when_the_old_calendar_does_not_count_says_nothing(change: dict[str, object]) -> None:
    old = replace(replace(o.ANNA, read_at=o.at(13, 8), failing_since=o.at(13, 8)), **change)  # type: ignore[arg-type]
    assert build(replace(o.OUTSIDE, accounts=(o.GOOGLE, o.LOCAL), calendars=(old,))).stale == ""


@pytest.mark.shows("SYNC-4")
def test_refused_write_when_shown_says_why_and_offers_other_times() -> None:
    state = build(o.TROUBLED)
    assert not [banner for banner in state.banners if banner.id.startswith("writes")]
    (failure,) = state.failures
    assert failure.title == "Not in your calendar: Intro call with Maja Lindqvist"
    assert failure.text == (
        "Wed 14 Oct, 10:00. Your calendar did not accept it. Your guest counts on this time. Try again, or take another one:"
    )
    assert [time.text for time in failure.times] == ["Wed 14 Oct, 11:00", "Wed 14 Oct, 13:30", "Thu 15 Oct, 09:00"]
    assert failure.times[0].spoken == "Move Maja Lindqvist to Wed 14 Oct, 11:00"
    assert (failure.retry, failure.write) == ("Try again", "Write to Maja")


def test_refused_write_when_it_is_a_removal_says_that_the_meeting_still_stands_there() -> None:
    gone = FailedWrite(replace(o.MAJA, state=State.CANCELLED), "Unreachable", o.NOW)
    (failure,) = build(replace(o.TROUBLED, failures=(gone,))).failures
    assert failure.title == "Still in your calendar: Intro call with Maja Lindqvist"
    assert failure.times == ()


def test_refused_writes_when_they_come_without_details_are_a_banner() -> None:
    state = build(replace(o.TROUBLED, failures=()))
    assert [banner.id for banner in state.banners] == [f"writes:{o.MAJA.id}"]


@pytest.mark.shows("SYNC-5")
def test_changes_in_the_calendar_itself_when_shown_ask_whether_the_guest_shall_know() -> None:
    deleted, moved, stuck, declined = build(o.TROUBLED).changes
    assert deleted.title == "You deleted Intro call with Emil Krogh in your calendar"
    assert deleted.text == "Wed 14 Oct, 09:00. The meeting is cancelled, and the time is free again. Emil has not been told."
    assert (deleted.tell, deleted.done) == ("Tell Emil", "Not needed")
    assert moved.text == "From Wed 14 Oct, 14:00 to Wed 14 Oct, 11:00. Sofie has not been told."
    assert stuck.title == "Strategy session with Noor Haddad could not be moved"
    assert "begins Thu 15 Oct, 09:00" in stuck.text
    assert stuck.tell == ""
    assert declined.title == "Lise Bang declined Intro call"
    assert (declined.write, declined.tell) == ("Write to Lise", "")


@pytest.mark.shows("INACT-3")
def test_letters_when_mail_is_not_set_up_are_counted_and_nothing_is_promised() -> None:
    assert build(o.STALE).mails == "2 e-mails will be sent when mail is set up"
    assert build(o.NORMAL).mails == ""


@pytest.mark.parametrize(
    ("overview", "fix"),
    [
        (o.SIGNED_OUT, "sign in to Google Calendar again"),
        (o.TWO_LOST, "Family is inactive"),
        (o.TROUBLED, "a meeting is missing in your calendar"),
        (o.DOUBT, "many events vanished from Family"),
        (o.OUTSIDE, ""),
    ],
)
def test_tray_when_a_calendar_needs_the_owner_names_it_and_shows_the_dot(overview: o.Overview, fix: str) -> None:
    state = tray_state(overview)
    assert (state.fix, state.dot) == (fix, "amber" if fix else "")


@pytest.mark.shows("PUB-2", "DESK-2")
def test_pages_that_guests_do_not_find_when_they_are_published_lead_to_what_is_in_the_way() -> None:
    (banner,) = build(o.ALL["out-of-reach"]).banners
    assert "meet.example.com" in banner.text
    assert [each[0] for each in banner.actions] == ["restart", "publishing"]
    (here,) = build(o.DOWN).banners
    assert [each[0] for each in here.actions] == ["restart"], "on this computer there is nothing else to look at"
