"""Everything the domain says in data has words, in both languages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app import i18n
from app.domain import errors
from app.domain.connections import Access, Lost
from app.domain.notices import Notice, NoticeKind
from app.domain.pages import Location, LocationKind
from app.ui import messages
from app.ui.notice_words import notice_words
from tests.ui.overviews import ZONE, at


@pytest.fixture(params=["en", "da"], autouse=True)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    i18n.use(request.param)
    yield request.param
    i18n.use("en")


def every_error(kind: type[errors.AftaleError] = errors.AftaleError) -> Iterator[type[errors.AftaleError]]:
    """Those of the one tree; what a provider keeps to itself is told by the screen that connects it."""
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield child
        yield from every_error(child)


MADE: dict[type[errors.AftaleError], errors.AftaleError] = {
    errors.InvalidFields: errors.InvalidFields({"slug": "missing", "title": "too_long"}),
    errors.NotFound: errors.NotFound("page"),
    errors.SlugTaken: errors.SlugTaken("anna/intro"),
    errors.StateConflict: errors.StateConflict("declined", "confirmed"),
    errors.PortTaken: errors.PortTaken(8765),
    errors.AccessLost: errors.AccessLost("a", "c", "removed"),
    errors.RateLimited: errors.RateLimited("a", 3),
    errors.ProviderError: errors.ProviderError("a"),
    errors.SignInExpired: errors.SignInExpired("a"),
    errors.Unreachable: errors.Unreachable("a"),
    errors.Unreadable: errors.Unreadable("a", "too_large"),
    errors.Conflict: errors.Conflict("a"),
    errors.SignInFailed: errors.SignInFailed("refused"),
    errors.SecretUnreadable: errors.SecretUnreadable("locked"),
}
REASONS = errors.SignInFailed.REASONS


@pytest.mark.parametrize("kind", sorted({*every_error()}, key=lambda kind: kind.__name__))
def test_error_when_told_has_words_of_its_own(kind: type[errors.AftaleError], language: str) -> None:
    words = messages.error_words(MADE[kind] if kind in MADE else kind())
    assert words.title
    assert words != messages.our_fault()
    assert "{" not in words.title + words.text


@pytest.mark.shows("CON-4")
@pytest.mark.parametrize("reason", REASONS)
def test_sign_in_when_it_failed_says_why_and_what_to_do(reason: str) -> None:
    words = messages.sign_in_words(reason, "Google")
    assert words != messages.our_fault()
    assert len(words.text) > 20
    assert "{" not in words.title + words.text
    assert messages.error_words(errors.SignInFailed(reason)).text == words.text


def test_secret_when_it_cannot_be_opened_tells_a_lock_from_a_damage() -> None:
    locked, damaged = (messages.error_words(errors.SecretUnreadable(reason)) for reason in ("locked", "damaged"))
    assert locked.title != damaged.title
    assert "AFTALE_PASSPHRASE" in locked.text


def test_error_when_nobody_expected_it_is_ours() -> None:
    assert messages.error_words(errors.AftaleError("?")) == messages.our_fault()


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_notice_when_told_says_who_and_when(kind: NoticeKind, language: str) -> None:
    notice = Notice("n", kind, at(13, 9), "b", "Intro call", "Ida Winther", "ida@example.org", at(15, 10, 20), at(15, 10, 50))
    words = notice_words(notice, ZONE)
    assert words.title
    assert "{" not in words.title + words.text
    if kind in (NoticeKind.BOOKED, NoticeKind.REQUESTED, NoticeKind.CANCELLED, NoticeKind.RESCHEDULED):
        assert "Intro call" in words.title
        assert "Ida Winther" in words.text
        assert ("10:20" if language == "en" else "10.20") in words.text


@pytest.mark.shows("INACT-3")
def test_notice_when_somebody_could_not_book_names_the_calendar_and_offers_to_write(language: str) -> None:
    notice = Notice(
        id="n",
        kind=NoticeKind.ATTEMPT,
        at=at(13, 9),
        page_title="Intro call",
        name="Ida Winther",
        email="ida@example.org",
        start=at(15, 10, 20),
        reason="unavailable",
        calendar="Team calendar",
    )
    words = notice_words(notice, ZONE)
    if language == "en":
        assert words.title == "Someone could not book you"
        assert words.text == "Ida Winther tried Intro call, Thu 15 Oct, 10:20. Team calendar is inactive, so nobody can book."
        assert [label for _, label in words.actions] == ["Fix it", "Write to Ida"]
    else:
        assert words.title == "Nogen kunne ikke booke dig"
        assert (
            words.text
            == "Ida Winther prøvede Intro call, tors. 15. okt. kl. 10.20. Team calendar er inaktiv, så ingen kan booke."
        )


def test_notice_when_several_were_folded_counts_them(language: str) -> None:
    notice = Notice("n", NoticeKind.ATTEMPT, at(13, 9), page_title="Intro call", count=3)
    expected = "3 people could not book you" if language == "en" else "3 personer kunne ikke booke dig"
    assert notice_words(notice, ZONE).title == expected


@pytest.mark.parametrize("lost", [*Lost, None])
def test_inactive_calendar_when_explained_has_reason_and_cure(lost: Lost | None) -> None:
    assert "Team calendar" in messages.lost_words(lost, "Team calendar")
    assert len(messages.how_to_fix(lost)) > 40


@pytest.mark.parametrize("kind", list(LocationKind))
def test_place_when_named_has_icon_and_words(kind: LocationKind) -> None:
    icon, words = messages.place(Location(kind))
    assert icon.startswith("where_")
    assert words


@pytest.mark.parametrize("access", list(Access))
def test_access_when_shown_has_a_badge(access: Access) -> None:
    assert messages.access_words(access)


def test_length_when_written_uses_hours_from_sixty_minutes(language: str) -> None:
    lengths = [messages.length(minutes) for minutes in (15, 60, 90)]
    assert lengths == (["15 min", "1 h", "1 h 30 min"] if language == "en" else ["15 min.", "1 t.", "1 t. 30 min."])


def test_a_service_that_asks_to_wait_says_for_how_long_where_that_is_worth_a_word() -> None:
    soon, later = (messages.error_words(errors.RateLimited("g", seconds)).text for seconds in (20, 61))
    assert not any(letter.isdigit() for letter in soon)
    assert " 2 minut" in later
