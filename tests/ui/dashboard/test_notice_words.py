"""What notices say about accounts and calendars that are kept elsewhere, and what can be done from them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app import i18n
from app.domain.connections import Account, Lost, ProviderKind
from app.domain.notices import Notice, NoticeKind
from app.ui import messages
from app.ui.notice_desk import summary_words
from app.ui.notice_words import NoticeWords, notice_words
from tests.ui.overviews import NOW, ZONE, at

START, END = at(15, 10), at(15, 10, 30)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    i18n.use("en")
    yield
    i18n.use("en")


def told(kind: NoticeKind, **rest: object) -> NoticeWords:
    about = {"page_title": "Intro call", "name": "Maja Lindqvist", "email": "maja@example.org", "start": START, "end": END}
    return notice_words(Notice("n", kind, NOW, "target", **{**about, **rest}), ZONE)  # type: ignore[arg-type]


@pytest.mark.shows("INACT-1")
def test_notice_when_an_account_is_signed_out_names_it_and_offers_to_sign_in() -> None:
    words = told(NoticeKind.ACCOUNT, name="Anna Holm", email="anna@example.com", start=0, end=0, page_title="")
    assert words == (
        "Sign in again: anna@example.com",
        "Until then Aftale cannot see when you are busy.",
        (("reconnect", "Sign in again"),),
    )


@pytest.mark.shows("SYNC-6")
def test_notice_when_a_booking_became_a_request_because_the_calendar_was_not_read_says_so() -> None:
    words = told(NoticeKind.REQUESTED, reason="stale")
    assert words.text == ("Maja Lindqvist, Thu 15 Oct, 10:00 to 10:30. Your calendar could not be read, so this is a request.")
    assert [action for action, _ in words.actions] == ["accept", "decline"]
    assert told(NoticeKind.REQUESTED).text == "Maja Lindqvist, Thu 15 Oct, 10:00 to 10:30"


@pytest.mark.shows("SYNC-5")
def test_notices_when_the_calendar_itself_was_changed_lead_to_the_question_whether_to_tell() -> None:
    deleted = told(NoticeKind.CANCELLED, reason="upstream")
    assert deleted.text.endswith("You deleted it in your calendar.")
    assert deleted.actions == (("open", "Tell Maja"),)
    moved = told(NoticeKind.RESCHEDULED, reason="upstream")
    assert moved.text.endswith("You moved it in your calendar.")
    stuck = told(NoticeKind.RESCHEDULED, reason="overlap")
    assert stuck.title == "Could not be moved: Intro call"
    assert stuck.text.endswith("Another booking lies there.")
    assert told(NoticeKind.CANCELLED).actions == (("open", "Open"),)


@pytest.mark.shows("SYNC-5")
@pytest.mark.parametrize(
    ("name", "title"),
    [("Maja Lindqvist", "Maja Lindqvist declined the invitation"), ("", "maja@example.org declined the invitation")],
)
def test_notice_when_a_guest_declined_says_who_and_which_meeting(name: str, title: str) -> None:
    words = told(NoticeKind.GUEST_DECLINED, name=name)
    assert words == (title, "Intro call, Thu 15 Oct, 10:00", (("open", "Open"),))


@pytest.mark.shows("SYNC-4")
def test_notice_when_the_calendar_refused_a_meeting_offers_other_times_and_another_try() -> None:
    words = told(NoticeKind.WRITE_FAILED)
    assert words.actions == (("open", "See other times"), ("retry", "Try again"))


def test_summary_when_accounts_and_guests_are_among_it_counts_them() -> None:
    kinds = (NoticeKind.ACCOUNT, NoticeKind.GUEST_DECLINED, NoticeKind.GUEST_DECLINED)
    words = summary_words(Notice(str(at), kind, NOW) for at, kind in enumerate(kinds))
    assert words.text.splitlines() == ["1 account needs you to sign in again", "2 guests declined"]


@pytest.mark.shows("CON-3")
@pytest.mark.parametrize(
    ("account", "text"),
    [
        (Account("g", ProviderKind.GOOGLE, "A"), "People can book you, and bookings go into your calendar."),
        (Account("g", ProviderKind.GOOGLE, "A", scheduling=False), "Your pages take requests."),
        (Account("g", ProviderKind.GOOGLE, "A", primary=False), "Its calendars are checked before a time is offered."),
    ],
)
def test_account_when_it_was_connected_is_told_with_what_follows(account: Account, text: str) -> None:
    words = messages.connected_words(account)
    assert words.title == "Google Calendar is connected"
    assert words.text.endswith(text)


@pytest.mark.shows("INACT-1")
@pytest.mark.parametrize("lost", list(Lost))
@pytest.mark.parametrize("owner", ["", "Kirsten Lund"])
def test_lost_calendar_when_told_names_its_owner_only_where_that_is_why(lost: Lost, owner: str) -> None:
    words = messages.lost_words(lost, "Team calendar", owner)
    by_owner = bool(owner) and lost in (Lost.UNSHARED, Lost.LOWERED)
    assert ("Kirsten Lund" in words) is by_owner
    assert ("Team calendar" in words) is not by_owner


@pytest.mark.shows("INACT-1", "INACT-4")
@pytest.mark.parametrize(
    ("reason", "why", "cure"),
    [
        ("removed", "Team calendar was removed.", "check"),
        ("sign_in", "Aftale is no longer signed in to Team calendar.", "reconnect"),
        ("unheard", "Team calendar cannot be read.", "check"),
    ],
)
def test_notice_when_a_calendar_is_lost_says_why_and_offers_the_cure(reason: str, why: str, cure: str) -> None:
    words = told(NoticeKind.CALENDAR, calendar="Team calendar", reason=reason)
    assert words.title == "Nobody can book you: access to Team calendar was lost"
    assert words.text == f"{why} Your pages say that booking is temporarily unavailable."
    assert [action for action, _ in words.actions] == ["fix", cure]
