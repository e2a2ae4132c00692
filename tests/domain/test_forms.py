"""What a visitor's fields become, and which are refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.booking import BookingRequest
from app.domain.errors import InvalidFields
from app.domain.forms import check_booking, questions_of, read_booking, read_message
from app.domain.pages import Consent, ConsentKind, Hours, Location, LocationKind, Question, QuestionKind, Rolling
from app.domain.public import PageState, PublicPage

QUESTIONS = (
    Question("topic", "What would you like to talk about?", QuestionKind.TEXT, required=True),
    Question("story", "Tell me more", QuestionKind.LONG_TEXT),
    Question("people", "How many will take part?", QuestionKind.NUMBER),
    Question("how", "How did you find me?", QuestionKind.CHOICE, choices=("A friend", "Search")),
    Question("which", "Which topics?", QuestionKind.SEVERAL, choices=("Plans", "People", "Money")),
    Question("size", "How big is the company?", QuestionKind.DROPDOWN, choices=("1 to 9", "10 or more")),
    Question("by", "When must it be done?", QuestionKind.DATE),
    Question("mobile", "Your number", QuestionKind.PHONE),
    Question("terms", "I know the terms", QuestionKind.TICK, required=True),
)
PAGE = PublicPage(
    id="p1",
    slug="anna/intro",
    title="Intro call",
    state=PageState.BOOK,
    durations=(30, 60),
    zone="Europe/Copenhagen",
    notice=0,
    window=Rolling(40),
    hours=Hours("Europe/Copenhagen"),
    guests_max=2,
)
FULL = replace(PAGE, questions=QUESTIONS, consent=Consent(ConsentKind.TICK, "Anna may keep my answers."))
SENT: dict[str, object] = {
    "start": "2026-10-15T07:40:00Z",
    "duration": 30,
    "first_name": "Maja",
    "last_name": "Lindqvist",
    "email": "maja@example.org",
}
FILLED: dict[str, object] = {
    **SENT,
    "answers": {"topic": "A workshop", "terms": True},
    "consent": {"privacy": True},
}


def faults(page: PublicPage, form: bool = False, **changed: object) -> dict[str, str]:
    with pytest.raises(InvalidFields) as refused:
        read_booking({**(FILLED if page is FULL else SENT), **changed}, page, form=form)
    return refused.value.fields


def read(page: PublicPage, form: bool = False, **changed: object) -> BookingRequest:
    return read_booking({**(FILLED if page is FULL else SENT), **changed}, page, form=form)


@pytest.mark.shows("PAGE-3")
def test_fields_when_all_are_good_then_the_request_holds_them() -> None:
    request = read(
        FULL,
        time_zone="America/New_York",
        language="da",
        guests=["lars@example.org", "ida@example.org"],
        message="Before Christmas,\r\nplease",
        alternatives=["2026-10-16T07:00:00Z", "2026-10-16T09:00:00+02:00", "2026-10-15T07:40:00Z"],
        key="k1",
        answers={
            "topic": "A workshop",
            "story": "Eight people\nand a dog",
            "people": 8,
            "how": "Search",
            "which": ["Money", "Plans"],
            "size": "1 to 9",
            "by": "2026-12-24",
            "mobile": "+45 12 34 56 78",
            "terms": True,
            "unknown": "ignored",
        },
    )
    assert request.slug == "anna/intro"
    assert request.start == 1792050000
    assert request.visitor.name == "Maja Lindqvist"
    assert request.visitor.zone == "America/New_York"
    assert request.visitor.language == "da"
    assert request.visitor.guests == ("lars@example.org", "ida@example.org")
    assert request.message == "Before Christmas,\nplease"
    assert request.alternatives == (1792134000,)
    assert request.consent == {"privacy": True}
    assert request.answers == {
        "topic": "A workshop",
        "story": "Eight people\nand a dog",
        "people": "8",
        "how": "Search",
        "which": "Plans\nMoney",
        "size": "1 to 9",
        "by": "2026-12-24",
        "mobile": "+45 12 34 56 78",
        "terms": "yes",
    }
    check_booking(request, FULL)


def test_fields_when_missing_then_every_one_is_named() -> None:
    with pytest.raises(InvalidFields) as refused:
        read_booking({}, FULL, form=False)
    assert refused.value.fields == {
        "start": "missing",
        "duration": "missing",
        "first_name": "missing",
        "last_name": "missing",
        "email": "missing",
        "answers.topic": "missing",
        "answers.terms": "must_be_ticked",
        "consent.privacy": "must_be_ticked",
    }


@pytest.mark.parametrize(
    ("email", "why"),
    [
        ("maja", "no_at"),
        ("maja@example", "no_end"),
        ("maja@example.", "no_end"),
        ("maja@example.o", "no_end"),
        ("@example.org", "not_an_address"),
        ("ma ja@example.org", "not_an_address"),
        ("maja@exam_ple..org", "not_an_address"),
        ("maja@-example.org", "not_an_address"),
        ("maja@127.0.0.1", "no_end"),
        ("maja@127.0.0.10", "not_an_address"),
        ("maja@[127.0.0.1]", "not_an_address"),
        ('"maja"@example.org', "not_an_address"),
        ("Maja <maja@example.org>", "not_an_address"),
        ("maja@example.org, ida@example.org", "not_an_address"),
        ("maja@example.org\r\nBcc: all@example.org", "characters"),
        ("maja@example.org\x00", "characters"),
        ("maja.@example.org", "not_an_address"),
        ("x" * 65 + "@example.org", "not_an_address"),
        ("maja@" + "a23456789." * 26 + "org", "too_long"),
        (7, "wrong_type"),
    ],
)
def test_email_when_it_is_not_an_address_then_the_reason_says_why(email: object, why: str) -> None:
    assert faults(PAGE, email=email) == {"email": why}


@pytest.mark.parametrize(
    ("email", "kept"),
    [
        ("  maja@Example.ORG ", "maja@example.org"),
        ("maja.l+booking@mail.example.org", "maja.l+booking@mail.example.org"),
        ("maja@grøn-blå.dk", "maja@grøn-blå.dk"),
        ("maja@例え.テスト", "maja@例え.テスト"),
        ("o'hara@example.org", "o'hara@example.org"),
    ],
)
def test_email_when_it_is_one_then_it_is_kept(email: str, kept: str) -> None:
    assert read(PAGE, email=email).visitor.email == kept


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("first_name", "x" * 201, "too_long"),
        ("first_name", "Ma\nja", "characters"),
        ("first_name", "Maja\u202e", "characters"),
        ("first_name", "\ud800", "characters"),
        ("first_name", ["Maja"], "wrong_type"),
        ("last_name", " \t ", "missing"),
        ("start", "2026-10-15T07:40:00", "not_a_time"),
        ("start", "2026-10-15", "not_a_time"),
        ("start", "2026-02-30T07:40:00Z", "not_a_time"),
        ("start", "0001-01-01T00:00:00+14:00", "not_offered"),
        ("start", "9998-12-31T23:59:00Z", "not_offered"),
        ("start", 1792050000, "wrong_type"),
        ("duration", 45, "not_offered"),
        ("duration", "30", "wrong_type"),
        ("duration", True, "wrong_type"),
        ("duration", 30.0, "wrong_type"),
        ("time_zone", "Mars/Olympus", "unknown_zone"),
        ("time_zone", "../../etc/passwd", "unknown_zone"),
        ("time_zone", "Europe", "unknown_zone"),
        ("time_zone", "localtime", "unknown_zone"),
        ("time_zone", 1, "wrong_type"),
        ("language", "xx", "unknown_language"),
        ("language", [], "unknown_language"),
        ("guests", ["a@example.org", "b@example.org", "c@example.org"], "too_many"),
        ("guests", ["nobody"], "no_at"),
        ("guests", 3, "wrong_type"),
        ("message", "x" * 4001, "too_long"),
        ("message", "\x07", "characters"),
        ("alternatives", "2026-10-16T07:00:00Z", "wrong_type"),
        ("alternatives", ["soon"], "not_a_time"),
        ("alternatives", [f"2026-10-{day}T07:00:00Z" for day in (16, 17, 18)], "too_many"),
        ("answers", "yes", "wrong_type"),
        ("consent", [], "wrong_type"),
        ("key", "k" * 201, "too_long"),
        ("key", {"a": 1}, "wrong_type"),
    ],
)
def test_field_when_it_cannot_be_accepted_then_the_reason_says_why(field: str, value: object, why: str) -> None:
    assert faults(PAGE, **{field: value})[field] == why


@pytest.mark.parametrize(
    ("answer", "value", "why"),
    [
        ("topic", "x" * 1001, "too_long"),
        ("story", "x" * 1001, "too_long"),
        ("people", "many", "not_a_number"),
        ("people", True, "wrong_type"),
        ("how", "Rumour", "not_a_choice"),
        ("how", 4, "wrong_type"),
        ("which", ["Plans", "Rumour"], "not_a_choice"),
        ("size", "11", "not_a_choice"),
        ("by", "24.12.2026", "not_a_date"),
        ("by", "2026-02-30", "not_a_date"),
        ("mobile", "call me", "not_a_phone"),
        ("mobile", "12", "not_a_phone"),
        ("terms", False, "must_be_ticked"),
        ("terms", "off", "must_be_ticked"),
    ],
)
@pytest.mark.shows("PAGE-3")
def test_answer_when_it_does_not_fit_its_question_then_the_reason_says_why(answer: str, value: object, why: str) -> None:
    answers = {"topic": "A workshop", "terms": True, answer: value}
    assert faults(FULL, answers=answers) == {f"answers.{answer}": why}


def test_form_when_everything_is_text_then_it_is_read_as_well() -> None:
    request = read(
        FULL, True, duration="60", guests="lars@example.org, ida@example.org\n",
        answers={"topic": "Plans", "people": "2,5", "which": ["Plans"], "terms": "on"}, consent={"privacy": "on"},
    )  # fmt: skip
    assert request.duration == 60
    assert request.visitor.guests == ("lars@example.org", "ida@example.org")
    assert request.answers == {"topic": "Plans", "people": "2.5", "which": "Plans", "terms": "yes"}
    assert faults(FULL, True, duration="6e1") == {"duration": "wrong_type"}


def test_zone_and_language_when_not_given_then_the_pages_zone_and_english() -> None:
    visitor = read(PAGE).visitor
    assert (visitor.zone, visitor.language) == ("Europe/Copenhagen", "en")


def test_duration_when_the_page_has_only_one_then_it_need_not_be_told() -> None:
    fields = {name: value for name, value in SENT.items() if name != "duration"}
    assert read_booking(fields, replace(PAGE, durations=(45,)), form=False).duration == 45


@pytest.mark.parametrize(("kind", "asks"), [(LocationKind.HOST_CALLS, "phone"), (LocationKind.ASK, "place")])
def test_place_when_the_visitor_must_name_it_then_it_is_asked_and_required(kind: LocationKind, asks: str) -> None:
    page = replace(PAGE, location=Location(kind))
    assert [each.id for each in questions_of(page)] == [asks]
    assert faults(page) == {f"answers.{asks}": "missing"}
    assert read(page, answers={asks: "+45 12345678"}).answers == {asks: "+45 12345678"}


def test_name_when_it_is_decomposed_or_spaced_out_then_it_is_composed_and_trimmed() -> None:
    assert read(PAGE, first_name="  Åse   Marie\u00a0").visitor.first_name == "Åse Marie"


@pytest.mark.parametrize(
    "changed",
    [
        {"duration": 45},
        {"answers": {"terms": "yes"}},
        {"consent": {}},
        {"consent": {"privacy": False}},
        {"message": "\x00"},
        {"alternatives": (1, 2, 3)},
        {"answers": {"topic": "x", "terms": "yes", "how": "Rumour"}},
    ],
)
def test_request_when_it_does_not_fit_the_page_any_more_then_the_program_refuses_it(changed: dict[str, object]) -> None:
    with pytest.raises(InvalidFields):
        check_booking(replace(read(FULL), **changed), FULL)


def test_message_when_only_the_address_is_given_then_it_is_enough() -> None:
    left = read_message({"email": "maja@example.org", "wishes": "Any Tuesday", "unknown": 1}, PAGE)
    assert (left.slug, left.email, left.wishes, left.name) == ("anna/intro", "maja@example.org", "Any Tuesday", "")
    with pytest.raises(InvalidFields) as refused:
        read_message({"name": "Maja"}, PAGE)
    assert refused.value.fields == {"email": "missing"}


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
names = st.sampled_from([*FILLED, "time_zone", "language", "guests", "message", "alternatives", "key"])


@given(
    st.dictionaries(names, anything), st.dictionaries(st.sampled_from([each.id for each in QUESTIONS]), anything), st.booleans()
)
def test_fields_when_they_are_anything_at_all_then_they_are_read_or_refused_and_what_is_read_passes_again(
    changed: dict[str, object], answers: dict[str, object], form: bool
) -> None:
    try:
        request = read_booking({**FILLED, "answers": {"topic": "x", "terms": True, **answers}, **changed}, FULL, form=form)
    except InvalidFields:
        return
    check_booking(request, FULL)
