"""What the settings say about accounts, and what becomes of a draft when something changes elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from app import i18n
from app.domain.calendars import ONLY_BUSY, BlockingPolicy
from app.domain.clock import DAY, HOUR
from app.domain.connecting import AccountChoice, Effects
from app.domain.connections import Access, CalendarState, Flaw, Lost, ProviderKind, Role
from app.domain.settings import Privacy, Settings
from app.ui.settings import account_words as words
from app.ui.settings.state import SettingsState, applied, rebased, without_lost
from tests.ui.overviews import CALENDAR, LOCAL, NOW, at
from tests.ui.settings import pictured as p


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    i18n.use("en")
    yield
    i18n.use("en")


def aged(read_at: int, **rest: object) -> SettingsState:
    return p.state((p.GOOGLE,), (replace(p.ANNA, read_at=read_at, **rest), p.HOLIDAYS))  # type: ignore[arg-type]


@pytest.mark.shows("SYNC-6")
@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (20, "checked just now"),
        (60, "checked 1 minute ago"),
        (130, "checked 2 minutes ago"),
        (HOUR, "checked 1 hour ago"),
        (5 * HOUR, "checked 5 hours ago"),
        (30 * HOUR, "checked Monday 03:41"),
        (9 * DAY, "checked 4 October"),
    ],
)
def test_account_when_it_was_read_a_while_ago_says_how_long(ago: int, said: str) -> None:
    line, faint = words.account_line(p.GOOGLE, aged(NOW - ago))
    assert line == f"anna@example.com · {said}"
    assert not faint


@pytest.mark.shows("SYNC-6")
def test_account_when_several_calendars_are_in_use_tells_the_age_of_the_oldest_and_of_no_other() -> None:
    state = p.state((p.GOOGLE,), (p.ANNA, replace(p.FAMILY, read_at=NOW - 600), replace(p.HOLIDAYS, read_at=NOW - 9000)))
    assert words.account_line(p.GOOGLE, state)[0].endswith("checked 10 minutes ago")


@pytest.mark.shows("INACT-1")
def test_account_when_it_is_not_reached_says_since_when_and_is_not_inactive() -> None:
    state = aged(at(13, 8, 50), failing_since=at(13, 8, 55))
    assert words.account_line(p.GOOGLE, state) == ("anna@example.com · not reached since 08:55", True)
    assert words.standing(p.GOOGLE, state).words == "Connected"


def test_account_when_it_was_signed_out_asks_for_the_sign_in_before_anything_else() -> None:
    state = p.ALL["signed-out"]
    assert words.standing(state.accounts[0], state).words == "Sign in again"
    assert words.account_line(state.accounts[0], state) == ("anna@example.com", False)


@pytest.mark.shows("INACT-1")
def test_account_when_one_calendar_in_use_is_inactive_is_inactive_but_not_for_one_that_is_not_used() -> None:
    state = p.ALL["inactive"]
    assert words.standing(p.GOOGLE, state).words == "Inactive"
    unused = p.state((p.GOOGLE,), (p.ANNA, replace(p.LOST, checked=False)))
    assert words.standing(p.GOOGLE, unused).words == "Connected"
    assert not unused.attention("calendars")


@pytest.mark.shows("SYNC-1")
def test_first_reading_when_something_in_use_was_never_read_goes_on_until_it_was() -> None:
    assert words.first_reading(p.GOOGLE, aged(0))
    assert not words.first_reading(p.GOOGLE, aged(NOW))
    assert not words.first_reading(p.GOOGLE, aged(0, failing_since=NOW))
    assert not words.first_reading(p.GOOGLE, aged(0, state=CalendarState.INACTIVE))
    assert not words.first_reading(LOCAL, p.state((LOCAL,), (replace(CALENDAR, read_at=0),)))
    assert words.reading_words(1250) == "Reading your calendars for the first time: 1,250 events so far"


@pytest.mark.shows("CON-7")
def test_sign_in_when_it_ends_is_counted_down_and_the_last_days_stand_out() -> None:
    def said(left: int) -> tuple[str, bool]:
        account = replace(p.GOOGLE, sign_in_ends=NOW + left)
        return words.sign_in_ends(account, p.state((account,), (p.ANNA,)))

    assert said(6 * DAY) == ("The sign-in ends on Monday. Publish your Google client to keep it.", False)
    assert said(DAY) == ("The sign-in ends on Wednesday. Publish your Google client to keep it.", True)
    assert said(2 * HOUR) == ("The sign-in ends today at 11:41. Publish your Google client to keep it.", True)
    assert words.sign_in_ends(p.GOOGLE, p.ALL["connected"]) == ("", False)


@pytest.mark.shows("SET-6")
@pytest.mark.parametrize(
    ("effects", "said"),
    [
        (Effects(), ""),
        (Effects(3, 2), "3 pages now check 2 more calendars."),
        (Effects(1, 0, 1), "1 page now checks 1 calendar fewer."),
        (Effects(2, 1, 2), "2 pages now check 1 more and 2 fewer calendars."),
        (Effects(offline=True), "Your pages take requests now."),
        (Effects(offline=False, booking="Work"), "People can book you by themselves. Bookings go to Work from now on."),
    ],
)
def test_effects_when_saved_are_said_in_words(effects: Effects, said: str) -> None:
    assert words.effects_words(effects, done=True) == said


@pytest.mark.shows("SET-5")
def test_blocking_when_summed_up_names_what_blocks() -> None:
    assert words.blocking_summary(BlockingPolicy()) == "Busy, out of office, tentative, unanswered invitations"
    assert words.blocking_summary(ONLY_BUSY) == "Busy"
    assert words.blocking_summary(replace(ONLY_BUSY, busy=False)) == "Nothing in these calendars blocks your time"


@pytest.mark.shows("CON-11", "CON-12")
def test_disconnecting_when_asked_about_says_what_stays_and_what_follows() -> None:
    alone = words.disconnect_words(p.GOOGLE, p.ALL["connected"])
    assert "Bookings stay in Aftale, and your events stay in your calendar." in alone
    assert alone.endswith("Your pages stay open: people send requests and you answer each one.")
    two = p.ALL["two-accounts"]
    assert words.disconnect_words(two.accounts[0], two).endswith("The account that stays does everything from then on.")
    beside = p.ALL["several"]
    assert words.disconnect_words(p.OFFICE, beside).endswith("Its calendars are no longer checked for conflicts.")
    local = p.state((p.GOOGLE, replace(LOCAL, primary=False)), (p.ANNA,))
    assert "on this computer" in words.disconnect_words(p.GOOGLE, local)
    for kind in (ProviderKind.GOOGLE, ProviderKind.OFFICE365):
        assert words.connections_page(kind).startswith("https://")
        assert words.revoke_words(kind)


@pytest.mark.shows("CON-13")
def test_calendar_when_only_busy_times_are_shared_says_who_and_why() -> None:
    said = words.why_not_usable(p.JONAS)
    assert said == "Cannot be used: Jonas shares only busy times, not event details."
    assert "{" not in words.why_not_usable(replace(p.JONAS, owner="", owner_name=""))


@pytest.mark.shows("CON-12")
def test_roles_when_two_accounts_share_them_are_told_apart() -> None:
    state = p.ALL["two-accounts"]
    assert state.shared_roles
    assert [words.used_for(each) for each in state.accounts] == ["Used for meetings with your contacts", "Used for bookings"]
    assert state.booking_account is not None
    assert state.booking_account.id == "o"
    assert not p.state((replace(p.GOOGLE, role=Role.SYNC),), (p.ANNA,)).shared_roles


# Drafts


@pytest.mark.shows("SET-6")
def test_draft_when_something_changes_elsewhere_keeps_what_was_ticked_here_and_follows_the_rest() -> None:
    state = p.ALL["several"]
    draft = state.draft.checking(p.FAMILY.id, False).choosing("g", AccountChoice(sync=False))
    base = replace(
        state.base,
        checked=state.base.checked | {"room-4"},
        accounts={**state.base.accounts, "o": AccountChoice(policy=ONLY_BUSY)},
    )
    merged = rebased(replace(state, draft=draft), base)
    assert merged.checked == {p.ANNA.id, p.WORK.id, "room-4"}
    assert not merged.choice("g").sync
    assert merged.choice("o").policy == ONLY_BUSY


def test_draft_when_an_account_or_calendar_is_gone_lets_go_of_it() -> None:
    state = p.ALL["several"]
    draft = replace(state.draft.checking("room-4", True), booking=p.FAMILY.id)
    base = replace(state.base, accounts={"g": state.base.accounts["g"]})
    merged = without_lost(rebased(replace(state, draft=draft), base), base, (p.ANNA,))
    assert set(merged.accounts) == {"g"}
    assert merged.checked == {p.ANNA.id}
    assert merged.booking == p.ANNA.id


@pytest.mark.shows("INACT-2")
def test_draft_when_a_checked_calendar_shows_only_busy_times_by_now_keeps_it_until_it_is_removed() -> None:
    lowered = replace(p.FAMILY, access=Access.FREE_BUSY, state=CalendarState.INACTIVE, lost=Lost.LOWERED)
    state = p.state((p.GOOGLE,), (p.ANNA, lowered))
    assert lowered.id in state.draft.choices.checked
    assert state.inactive == (lowered,)


@pytest.mark.shows("CON-5")
def test_email_access_when_switched_counts_as_asked() -> None:
    settings = Settings(privacy=Privacy())
    draft = replace(p.ALL["connected"].draft, email_access=True)
    assert applied(settings, draft).privacy == Privacy(email_access=True, asked=True)
    assert applied(settings, replace(draft, email_access=False)).privacy == Privacy()


FLAWED = tuple((flaw, number) for number, flaw in enumerate(Flaw, start=1))


@pytest.mark.shows("CON-1", "R24")
@pytest.mark.parametrize("language", ["en", "da"])
def test_calendar_when_it_cannot_be_read_as_it_should_says_what_and_how_much(language: str) -> None:
    i18n.use(language)
    told = words.flaw_words(replace(p.ANNA, flaws=FLAWED))
    assert len(set(told)) == len(Flaw)
    assert not [text for text in told if "{" in text or not text.endswith(".")]
    for flaw, count in FLAWED[:4]:
        one, many = (words.flaw_words(replace(p.ANNA, flaws=((flaw, number),)))[0] for number in (1, 1250))
        assert one.startswith("1 ")
        assert many.startswith("1,250 " if language == "en" else "1.250 ")
        assert any(text.startswith(f"{count} ") for text in told)
    assert words.flaw_words(p.ANNA) == ()
