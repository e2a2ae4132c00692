"""What guests read after booking, and the words of invitations."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.domain import tokens
from app.domain.after import done, host_of_link
from app.domain.public import PageState
from app.i18n import Wording
from tests.web.fake import NOW, ZONE, anna, at, intro

START = at(date(2026, 10, 15), "09:40")


@pytest.mark.shows("PAGE-2")
@pytest.mark.parametrize(
    ("link", "host"),
    [
        ("https://example.com", "example.com"),
        ("https://Example.com:8443/thanks?a=b#c", "example.com"),
        ("https://blåbær.dk/", "blåbær.dk"),
        ("http://example.com", ""),
        ("https://good.example@evil.example/", ""),
        ("https://good.example\\@evil.example/", ""),
        ("https://exa mple.com", ""),
        ("https://example.com/a b", ""),
        ("https://", ""),
        ("javascript:https://example.com", ""),
        ("", ""),
    ],
)
def test_link_when_guests_are_led_there_then_it_is_plain_https_and_its_host_is_known(link: str, host: str) -> None:
    assert host_of_link(link) == host


@pytest.mark.shows("PAGE-2")
def test_end_when_a_meeting_is_booked_then_it_names_time_place_and_where_guests_go_on_to() -> None:
    page = intro(thanks="Thank you.", redirect="https://example.com/x", zone_fixed=True)
    found = done(page, anna(), Wording(), NOW, START, 30, "America/New_York", "Maja")
    assert (found.heading, found.state) == ("See you Thursday, Maja", "The meeting is booked")
    assert (found.thanks, found.onward, found.leads) == ("Thank you.", "example.com", "Go on to example.com.")
    assert found.when.span == "03:40 to 04:10"
    assert found.when.elsewhere == "09:40 to 10:10 in Copenhagen time"


@pytest.mark.shows("BOOK-3")
def test_end_when_it_was_only_asked_for_then_nothing_is_promised_and_nobody_is_led_away() -> None:
    page = intro(state=PageState.REQUEST, thanks="Thank you.", redirect="https://example.com/x")
    found = done(page, anna(), Wording("da"), NOW, START, 30, ZONE, "Maja")
    assert found.heading == "Anna svarer dig snart"
    assert (found.thanks, found.onward, found.leads, found.calendar) == ("", "", "", "")


@pytest.mark.shows("PAGE-2")
@pytest.mark.parametrize(
    ("may_move", "may_cancel", "words"),
    [
        (True, True, "with it you can move or cancel the meeting."),
        (True, False, "with it you can move the meeting."),
        (False, True, "with it you can cancel the meeting."),
        (False, False, "with it you can see the meeting again."),
    ],
)
def test_end_when_changes_are_limited_then_no_more_is_said_than_is_true(may_move: bool, may_cancel: bool, words: str) -> None:
    page = replace(intro(), may_move=may_move, may_cancel=may_cancel)
    assert done(page, anna(), Wording(), NOW, START, 30, ZONE, "Maja").text.endswith(words)


@pytest.mark.shows("PAGE-2")
def test_tokens_when_filled_then_unknown_ones_stay_and_what_is_put_in_is_not_read_again() -> None:
    values = {"guest": "{{ page }}", "page": "Intro"}
    assert tokens.fill("{{guest}} at {{ page }}, {{ nothing }}", values) == "{{ page }} at Intro, {{ nothing }}"
    assert tokens.unknown("{{ guest }} {{ gest }} {{gest}}") == ("gest",)
