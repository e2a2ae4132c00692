"""Bodies, names and objects of CalDAV, without a server."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.calendars import ShowAs
from app.providers.caldav.client import followed, is_loopback, site_of
from app.providers.caldav.dav import DATA, SLICE, D, propfind, read_answer, read_precondition, read_xml
from app.providers.caldav.errors import Astray
from app.providers.caldav.listing import calendar_id, calendar_url, colour_of, name_in, named_in
from app.providers.caldav.reading import Reader, Resource, event_id, place_of
from app.providers.caldav.report import Report
from app.providers.caldav.tokens import Token, read_token
from app.providers.caldav.writing import Hand, changed_object, new_object, zone_text
from tests.providers.caldav.worlds import NOW, FixedClock
from tests.providers.contract import END, START, ZONE, at, timed

HAND = Hand("owner@example.com", NOW)


def multistatus(data: str) -> bytes:
    return (
        '<?xml version="1.0"?><!-- x --><d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:response>'
        f"<d:href>/a/b%40.ics</d:href><d:propstat><d:prop><c:calendar-data>{data}</c:calendar-data></d:prop>"
        "<d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response></d:multistatus>"
    ).encode()


@pytest.mark.shows("R24")
@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        b'<?xml version="1.0"?> <!-- c --> <!DOCTYPE a><a/>',
        b"\xff\xfe<\x00a\x00/\x00>\x00",
        b" " * (SLICE + 10) + b"<!DOCTYPE a><a/>",
        b"<!--" + b" " * (SLICE + 10) + b"--><!DOCTYPE a><a/>",
        b"<a>",
        b"",
        b"{}",
    ],
)
def test_xml_when_it_is_dangerous_or_broken_then_it_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_xml(body)
    assert read_precondition(body) == ""


def test_xml_when_it_holds_signs_that_are_forbidden_then_the_rest_is_read() -> None:
    (row,) = read_answer(multistatus("one\x0btwo&#11;&#x1F;three &amp; <![CDATA[<!DOCTYPE html>]]>")).rows
    assert row.raw(DATA) == "onetwothree & <!DOCTYPE html>"
    assert name_in(row.href) == "b@.ics"


@given(st.integers(SLICE - 300, SLICE + 20))
def test_xml_when_a_reference_lies_between_two_parts_then_it_is_whole(length: int) -> None:
    (row,) = read_answer(multistatus("æ" * (length % 7) + "x" * length + "&amp;&#233;&#11;" * 3)).rows
    assert row.raw(DATA).endswith("x&é&é&é")


def test_request_when_it_is_made_then_it_can_be_read_back() -> None:
    assert [each.tag for each in read_xml(propfind((f"{D}getetag",))).iter()] == [f"{D}propfind", f"{D}prop", f"{D}getetag"]


@pytest.mark.parametrize(
    ("url", "location", "target"),
    [
        ("https://example.com/.well-known/caldav", "/dav/", "https://example.com/dav/"),
        ("https://example.com/", "https://dav.example.com/x", "https://dav.example.com/x"),
        ("https://own.example/", "https://caldav.fastmail.com/dav/", "https://caldav.fastmail.com/dav/"),
        ("https://example.com/", "http://example.com/dav/", ""),
        ("https://example.com/", "https://attacker.example/", ""),
        ("https://shop.co.uk/", "https://attacker.co.uk/", ""),
        ("https://example.com/", "https://a:b@example.com/", ""),
        ("https://example.com/", "", ""),
        ("http://127.0.0.1:5232/", "http://127.0.0.1:9/", "http://127.0.0.1:9/"),
    ],
)
def test_redirect_when_it_leads_on_then_it_is_followed_within_the_site_alone(url: str, location: str, target: str) -> None:
    if target:
        assert followed(url, location) == target
    else:
        with pytest.raises(Astray):
            followed(url, location)


def test_site_when_hosts_are_compared_then_addresses_are_their_own() -> None:
    assert site_of("127.0.0.1") == "127.0.0.1"
    assert site_of("a.b.example.com") == "example.com"
    assert is_loopback("::1")
    assert not is_loopback("example.com")


def test_calendar_when_it_lies_on_another_server_then_its_id_says_so() -> None:
    home = "https://p1-caldav.icloud.com/1/calendars/"
    for url in ("https://p1-caldav.icloud.com:443/1/calendars/work/", "https://p2-caldav.icloud.com/9/shared/"):
        name = calendar_id(url, home)
        assert calendar_url(name, home) == url.replace(":443", "")
    assert calendar_id("https://p1-caldav.icloud.com/1/calendars/w%C3%B8rk", home) == "/1/calendars/w%C3%B8rk/"


@pytest.mark.parametrize(
    ("text", "colour"), [("#3BA55DFF", "moss"), ("#ff0000", "brick"), ("blue", "fjord"), ("#888888", "slate")]
)
def test_colour_when_it_is_told_then_it_is_one_of_ours(text: str, colour: str) -> None:
    assert colour_of(text) == colour


def test_zone_when_a_calendar_tells_it_then_it_is_named() -> None:
    assert named_in(zone_text(ZONE)) == ZONE
    assert named_in("nothing") == ""


@given(st.text(st.characters(exclude_characters="/", exclude_categories=("Cs",)), min_size=1))
def test_id_when_it_is_made_of_a_name_then_the_name_comes_back(name: str) -> None:
    assert place_of(event_id(name)) == (name, None)


def test_token_when_it_is_written_then_it_is_read_for_its_window_alone() -> None:
    token = Token("w", ZONE, "sync", "ctag", "tags", frozenset({"abcdefg", "1234567"}))
    assert read_token(token.text(), "w") == token
    assert read_token(token.text(), "other") is None
    for text in ("", "0", "[]", '["w",1,2,3,4,5]', "æ"):
        assert read_token(text, "w") is None


def test_object_when_a_wall_comes_twice_then_each_instant_is_kept() -> None:
    for fold in (0, 1):
        draft = timed("k", at("2026-10-25 02:30", fold=fold), 60, show_as=ShowAs.OUT_OF_OFFICE)
        text = new_object(draft, HAND)
        (event,) = Reader("c", ZONE, "", START, END).events(Resource("n.ics", "", text))
        assert (event.start, event.end, event.show_as) == (draft.start, draft.end, ShowAs.OUT_OF_OFFICE)
        assert text == changed_object(text, draft, HAND), "an event that is as it shall be is not written again"


def test_object_when_fields_hold_line_ends_then_nothing_is_injected() -> None:
    draft = timed("k", "2026-10-20 09:00", title="a\r\nATTENDEE:mailto:x@example.com", attendees=("a@example.com\r\nX:y",))
    text = new_object(draft, HAND)
    assert "\r\nATTENDEE" not in text
    assert "\r\nX:y" not in text


def test_report_when_a_server_gives_the_password_back_then_it_is_hidden() -> None:
    report = Report(FixedClock(), "p&ss wörd")
    report.add("https://example.com/?token=abc", "GET", "p&ss wörd p%26ss+w%C3%B6rd p&amp;ss wörd")
    assert "abc" not in report.text()
    assert report.text().endswith("https://example.com/  GET  … … …")
