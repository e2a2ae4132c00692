"""The lines between the program and its public child."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import wire
from app.domain.booking import BookingRequest, LeftMessage, ManagedBooking, Promised, Refused, Taken
from app.domain.pages import DayOverride, Hours, Rolling
from app.domain.public import FreeStarts, PageState, PublicHost, PublicPage
from tests.domain.cases import day_ranges, weeks

hours = st.builds(Hours, st.text(), weeks, st.lists(st.builds(DayOverride, st.dates(), day_ranges), max_size=2).map(tuple))
starts = st.lists(st.integers(0, 5000), max_size=20, unique=True).map(lambda found: tuple(each * 60 for each in sorted(found)))
free = st.dictionaries(st.integers(5, 240), starts.map(FreeStarts.pack), max_size=3)
wishes = st.one_of(*map(st.from_type, (BookingRequest, LeftMessage, wire.Lookup, wire.FileFor, wire.CancelIt, wire.MoveIt)))
answers = st.one_of(*map(st.from_type, (Promised, Taken, Refused, ManagedBooking, wire.File, wire.Left)))
lines = st.one_of(
    st.from_type(wire.Hello),
    st.builds(wire.HostLine, host=st.from_type(PublicHost)),
    st.builds(wire.PageLine, page=st.builds(PublicPage, hours=hours, free=free)),
    st.from_type(wire.PageGone),
    st.from_type(wire.Alive),
    st.from_type(wire.Ready),
    st.from_type(wire.Visits),
)


@given(lines)
def test_decode_when_given_an_encoded_line_then_is_the_same_on_one_line(line: wire.Line) -> None:
    raw = wire.encode(line)
    assert raw.endswith(b"\n")
    assert raw.count(b"\n") == 1
    assert wire.decode(raw) == line


@given(st.integers(0, 2**40), wishes, answers, st.integers(0, 2**40))
def test_decode_when_given_an_ask_or_a_reply_then_tells_which_kind_of_message_it_holds(
    number: int, wish: Any, answer: Any, until: int
) -> None:
    ask = wire.decode(wire.encode(wire.Ask(number, wish, until=until)))
    reply = wire.decode(wire.encode(wire.Reply(number, answer)))
    assert isinstance(ask, wire.Ask)
    assert isinstance(reply, wire.Reply)
    assert (ask.id, ask.what, ask.kind, ask.until) == (number, wish, type(wish).__name__, until)
    assert (reply.id, reply.what, reply.kind) == (number, answer, type(answer).__name__)


def test_page_line_when_a_page_has_a_year_of_starts_then_fits_by_far() -> None:
    year = FreeStarts.pack(tuple(range(0, 365 * 86400, 300)))
    page = PublicPage(
        "p", "intro", "Intro", PageState.BOOK, (30, 60), "UTC", 0, Rolling(365), Hours("UTC"), {30: year, 60: year}
    )
    assert len(wire.encode(wire.PageLine(1, page))) < wire.LONGEST / 4


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\n", b"null", b"[]", b"{}", b'"Hello"', b"{", b"\xff\xfe", b'{"t":"Nothing"}', b'{"t":"Hello"}',
        b'{"t":"Hello","key":5}',
        b'{"t":"Ready","port":"80"}', b'{"t":"Ready","port":true}', b'{"t":"Alive","revision":1}',
        b'{"t":"Ask","id":1,"kind":"Nothing","what":{}}', b'{"t":"Ask","id":1,"what":{"token":"x"}}',
        b'{"t":"Ask","id":"1","kind":"Lookup","what":{"token":"x"}}', b'{"t":"Ask","id":1,"kind":"Lookup","what":{}}',
        b'{"t":"Ask","id":1,"kind":"Lookup","what":{"token":"x"},"until":"soon"}',
        b'{"t":"Reply","id":1,"kind":"Promised","what":{"state":"lost"}}',
        b'{"t":"Hello","key":"a"} {"t":"Hello","key":"b"}',
        b'{"t":[]}', b'{"t":{}}', b'{"t":"Ask","id":1,"kind":[],"what":{}}',
        b'{"t":"Ask","kind":"Lookup","what":{"token":"x"}}',
        b'{"t":"Ask","id":1,"kind":"Lookup"}', b'{"t":"Ask","id":1,"kind":"Left","what":{}}',
        b'{"t":"Reply","id":1,"kind":"Lookup","what":{"token":"x"}}', b"[" * 100_000,
    ],
)  # fmt: skip
def test_decode_when_it_is_no_line_of_the_protocol_then_raises_value_error(raw: bytes) -> None:
    with pytest.raises(ValueError):
        wire.decode(raw)


def test_encode_when_a_text_holds_line_breaks_then_they_stay_inside_the_line() -> None:
    raw = wire.encode(wire.Ask(1, wire.CancelIt("t", "one\ntwo\r\u2028three")))
    assert raw.count(b"\n") == 1
    assert json.loads(raw)["what"]["word"] == "one\ntwo\r\u2028three"
