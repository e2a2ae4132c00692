"""A visitor books, as a program and through the forms of the pages; loses a race; meets closed pages; leaves a message."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from app.domain.booking import BookingRequest, LeftMessage, Refused, State, Taken
from app.domain.clock import from_iso
from app.domain.pages import Consent, ConsentKind
from app.domain.public import PageState
from app.web.link import ParentSilent
from tests.web.conftest import HERE, OTHER, PERSON, START, form_of, hidden
from tests.web.fake import FakeLink, FakeTicks

BODY: dict[str, object] = {"start": START, "duration": 30, **PERSON}
PATH = "/meetings/anna/intro/book"


# Programs


@pytest.mark.shows("BOOK-1")
def test_booking_when_the_time_is_free_then_201_says_what_was_promised(client: TestClient, fake: FakeLink) -> None:
    answer = client.post(PATH, json=BODY)
    found = answer.json()
    assert answer.status_code == 201
    assert (found["state"], found["start"], found["end"]) == ("confirmed", START, "2026-10-15T08:10:00Z")
    token = found["manage_url"].rpartition("/")[2]
    assert found["manage_url"] == f"http://127.0.0.1:8000/manage/{token}"
    assert found["ics_url"] == f"{found['manage_url']}/ics"
    assert len(token) >= 43
    assert fake.bookings[token].visitor.name == "Maja Lindqvist"


@pytest.mark.shows("BOOK-2")
def test_booking_when_somebody_else_was_quicker_then_409_names_the_nearest(client: TestClient) -> None:
    assert client.post(PATH, json=BODY).status_code == 201
    answer = client.post(PATH, json={**BODY, "email": "lars@example.org"})
    found = answer.json()
    assert (answer.status_code, found["error"]) == (409, "taken")
    assert 3 <= len(found["nearest"]) <= 6
    assert START not in found["nearest"]
    assert found["nearest"] == sorted(found["nearest"])


def test_booking_when_fields_are_wrong_then_422_names_each(client: TestClient, fake: FakeLink) -> None:
    answer = client.post(PATH, json={**BODY, "email": "maja@example", "time_zone": "Mars", "duration": 45})
    assert answer.status_code == 422
    assert answer.json() == {
        "error": "invalid",
        "fields": {"duration": "not_offered", "email": "no_end", "time_zone": "unknown_zone"},
    }
    assert fake.asked == []


def test_booking_when_the_program_refuses_the_start_then_the_reason_is_handed_on(client: TestClient) -> None:
    answer = client.post(PATH, json={**BODY, "start": "2026-10-12T07:00:00Z"})
    assert (answer.status_code, answer.json()["fields"]) == (422, {"start": "past"})


@pytest.mark.shows("BOOK-3")
def test_booking_when_the_owner_answers_each_then_it_is_requested_with_its_other_wishes(
    client: TestClient, fake: FakeLink
) -> None:
    answer = client.post("/meetings/anna/lunch/book", json={**BODY, "alternatives": [OTHER], "message": "Fish?"})
    assert (answer.status_code, answer.json()["state"]) == (201, "requested")
    asked = fake.asked[-1]
    assert isinstance(asked, BookingRequest)
    assert (asked.alternatives, asked.message) == ((from_iso(OTHER),), "Fish?")


@pytest.mark.shows("R10")
def test_booking_when_sent_a_hundred_times_with_one_key_then_one_booking_and_one_answer(
    client: TestClient, fake: FakeLink
) -> None:
    answers = {client.post(PATH, json={**BODY, "key": "k-1"}).text for _ in range(100)}
    assert len(answers) == 1
    assert len(fake.bookings) == 1
    other = client.post(PATH, json={**BODY, "key": "k-1", "first_name": "Lars"})
    assert (other.status_code, other.json()["fields"]) == (422, {"key": "used_for_another_body"})


def test_booking_when_the_same_is_written_another_way_then_it_has_the_same_digest(client: TestClient, fake: FakeLink) -> None:
    client.post(PATH, json={**BODY, "key": "k-1", "language": "en", "unknown": 1})
    client.post(PATH, json={"key": "k-1", **dict(reversed(BODY.items())), "start": "2026-10-15T09:40:00+02:00"})
    assert len(fake.bookings) == 1


@pytest.mark.shows("URL-7", "INACT-3")
@pytest.mark.parametrize("state", [PageState.PAUSED, PageState.UNAVAILABLE])
def test_booking_when_pages_are_closed_then_503_and_the_program_hears_of_the_attempt(
    client: TestClient, fake: FakeLink, state: PageState
) -> None:
    fake.change("anna/intro", lambda page: replace(page, state=state))
    answer = client.post(PATH, json=BODY)
    assert (answer.status_code, answer.json()) == (503, {"error": state.value})
    assert "retry-after" in answer.headers
    assert len(fake.asked) == 1


@pytest.mark.parametrize("reply", [ParentSilent(asked=True), Refused("not_saved")])
def test_booking_when_the_program_is_silent_then_503_unavailable(client: TestClient, fake: FakeLink, reply: object) -> None:
    fake.script.append(reply)  # type: ignore[arg-type]
    answer = client.post(PATH, json=BODY)
    assert (answer.status_code, answer.json()) == (503, {"error": "unavailable"})


def test_booking_when_the_page_is_unknown_or_secret_then_404(client: TestClient, fake: FakeLink) -> None:
    assert client.post("/meetings/anna/nobody/book", json=BODY).status_code == 404
    fake.change("anna/intro", lambda page: replace(page, secret=True))
    assert client.post(PATH, json=BODY).json() == {"error": "not_found"}


@pytest.mark.parametrize(
    ("content", "kind", "status", "error"),
    [
        (b"x" * 10_000_000, "application/json", 413, "too_large"),
        (b"<xml/>", "application/xml", 415, "content_type"),
        (b"--x\r\n", "multipart/form-data; boundary=x", 415, "content_type"),
        (b"{", "application/json", 422, "invalid"),
        (b"[" * 60_000, "application/json", 422, "invalid"),
        (b'"text"', "application/json", 422, "invalid"),
        (b'{"start": NaN}', "application/json", 422, "invalid"),
        (b"\xff\xfe\x00", "application/json", 422, "invalid"),
        (b"a=1&" * 300, "application/x-www-form-urlencoded", 422, "invalid"),
    ],
)
def test_body_when_it_cannot_be_read_then_the_answer_says_which_way(
    client: TestClient, fake: FakeLink, content: bytes, kind: str, status: int, error: str
) -> None:
    answer = client.post(PATH, content=content, headers={"content-type": kind, "accept": "application/json"})
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    page = client.post(PATH, content=content, headers={"content-type": kind, "accept": "text/html"})
    assert page.status_code == status
    assert "Nothing was saved" in page.text
    assert fake.asked == []


# Forms


def send(client: TestClient, fields: dict[str, object], path: str = PATH) -> object:
    return client.post(path, data={**fields, **PERSON}, headers=HERE)


@pytest.mark.shows("BOOK-5", "BOOK-7")
def test_form_when_sent_then_it_leads_to_the_confirmed_page(client: TestClient, ticks: FakeTicks, fake: FakeLink) -> None:
    answer = client.post(PATH, data={**form_of(client, ticks), **PERSON}, headers=HERE)
    assert answer.status_code == 303
    page = client.get(answer.headers["location"], headers=HERE)
    assert "See you Thursday, Maja" in page.text
    assert "invitation" not in page.text
    assert "Save the appointment in your calendar" in page.text
    assert "calendar.google.com" in page.text
    assert "outlook.live.com" in page.text
    assert "/ics" in page.text
    assert len(fake.bookings) == 1


def test_form_when_pressed_twice_then_both_lead_to_the_same_booking(
    client: TestClient, ticks: FakeTicks, fake: FakeLink
) -> None:
    fields = {**form_of(client, ticks), **PERSON}
    first, second = (client.post(PATH, data=fields, headers=HERE) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert len(fake.bookings) == 1


def test_form_when_fields_are_wrong_then_it_comes_back_with_what_was_typed_and_a_summary(
    client: TestClient, ticks: FakeTicks
) -> None:
    fields = {**form_of(client, ticks), **PERSON, "email": "maja@example", "last_name": ""}
    answer = client.post(PATH, data=fields, headers=HERE)
    assert answer.status_code == 422
    assert "2 things are not right yet" in answer.text
    assert "The end is missing, for instance .org: maja@example.org" in answer.text
    assert 'value="maja@example"' in answer.text
    assert 'id="faults" role="alert" tabindex="-1" autofocus' in answer.text
    ticks.at += 3
    again = client.post(PATH, data={**hidden(answer.text, "book"), **PERSON}, headers=HERE)
    assert again.status_code == 303


@pytest.mark.shows("BOOK-8")
def test_form_when_sent_within_two_seconds_then_it_waits_with_the_answers_kept(
    client: TestClient, ticks: FakeTicks, fake: FakeLink
) -> None:
    fields = form_of(client, ticks)
    ticks.at -= 1.01
    answer = client.post(PATH, data={**fields, **PERSON}, headers=HERE)
    assert answer.status_code == 422
    assert "That was very fast" in answer.text
    assert 'value="Maja"' in answer.text
    data = client.post(PATH, data={**fields, **PERSON}, headers={**HERE, "accept": "application/json"})
    assert data.json() == {"error": "invalid", "fields": {"key": "too_fast"}}
    assert fake.asked == []
    assert fake.counted["bots"] == 2
    ticks.at += 0.02
    assert client.post(PATH, data={**fields, **PERSON}, headers=HERE).status_code == 303


def test_form_when_open_for_more_than_two_hours_then_it_has_expired_with_the_answers_kept(
    client: TestClient, ticks: FakeTicks
) -> None:
    fields = form_of(client, ticks)
    ticks.at += 7200
    answer = client.post(PATH, data={**fields, **PERSON}, headers=HERE)
    assert answer.status_code == 422
    assert "This form has been open for a long time" in answer.text
    assert 'value="maja@example.org"' in answer.text


@pytest.mark.parametrize("key", ["", "nonsense", "A" * 74, "Ä"])
def test_form_when_its_token_is_not_ours_then_it_has_expired(client: TestClient, ticks: FakeTicks, key: str) -> None:
    answer = client.post(
        PATH, data={**form_of(client, ticks), **PERSON, "key": key}, headers={**HERE, "accept": "application/json"}
    )
    assert (answer.status_code, answer.json()["fields"]) == (422, {"key": "expired"})


def test_token_when_made_for_another_page_or_purpose_then_it_is_worth_nothing_here(
    client: TestClient, ticks: FakeTicks
) -> None:
    fields = form_of(client, ticks, f"/meetings/anna/lunch?start={START}")
    answer = client.post(PATH, data={**fields, **PERSON}, headers={**HERE, "accept": "application/json"})
    assert answer.json()["fields"] == {"key": "expired"}


@pytest.mark.shows("BOOK-8")
def test_form_when_the_hidden_field_is_filled_then_nothing_is_booked_and_a_person_can_go_on(
    client: TestClient, ticks: FakeTicks, fake: FakeLink
) -> None:
    answer = client.post(PATH, data={**form_of(client, ticks), **PERSON, "website": "https://spam.example"}, headers=HERE)
    assert answer.status_code == 422
    assert "A hidden field was filled in" in answer.text
    assert "spam.example" not in answer.text
    assert fake.asked == []


def test_form_when_a_tick_is_missing_then_the_summary_leads_to_it(client: TestClient, ticks: FakeTicks, fake: FakeLink) -> None:
    fake.change("anna/intro", lambda page: replace(page, consent=Consent(ConsentKind.TICK, "Anna may keep this.")))
    fields = form_of(client, ticks)
    answer = client.post(PATH, data={**fields, **PERSON}, headers=HERE)
    assert '<a href="#consent">Consent</a>: Please tick this to go on.' in answer.text
    ticks.at += 3
    again = client.post(PATH, data={**hidden(answer.text, "book"), **PERSON, "consent.privacy": "on"}, headers=HERE)
    assert again.status_code == 303


def test_form_when_it_asks_everything_then_all_kinds_of_answers_arrive(
    client: TestClient, ticks: FakeTicks, fake: FakeLink
) -> None:
    fields = form_of(client, ticks, f"/meetings/anna/workshop?start={START}&start={OTHER}")
    typed = {
        "answers.topic": "Plans\r\nand people",
        "answers.people": "8", "answers[how]": "Search", "answers.which": ["Plans", "Money"],
        "answers.size": "1 to 9", "answers.by": "2026-12-24", "answers.mobile": "+45 12 34 56 78", "answers.terms": "on",
        "consent[privacy]": "on", "guests": "lars@example.org\r\nida@example.org", "message": "Soon, please",
    }  # fmt: skip
    answer = client.post("/meetings/anna/workshop/book", data={**fields, **PERSON, **typed}, headers=HERE)
    assert answer.status_code == 303, re.findall(r"<li>(.*?)</li>", answer.text)
    asked = fake.asked[-1]
    assert isinstance(asked, BookingRequest)
    assert asked.answers == {
        "topic": "Plans\nand people", "people": "8",
        "how": "Search", "which": "Plans\nMoney", "size": "1 to 9", "by": "2026-12-24",
        "mobile": "+45 12 34 56 78", "terms": "yes",
    }  # fmt: skip
    assert (asked.start, asked.alternatives) == (from_iso(START), (from_iso(OTHER),))
    assert asked.visitor.guests == ("lars@example.org", "ida@example.org")
    assert asked.consent == {"privacy": True}


# A lost race keeps the answers through every step


@pytest.mark.shows("BOOK-2")
def test_race_when_lost_then_the_nearest_times_are_shown_and_the_answers_go_along(
    client: TestClient, ticks: FakeTicks, fake: FakeLink
) -> None:
    fields = {**form_of(client, ticks), **PERSON}
    fake.take_time(from_iso(START), from_iso(START) + 1800)
    lost = client.post(PATH, data=fields, headers=HERE)
    assert lost.status_code == 409
    assert "That time was just taken. These are the nearest free ones." in lost.text
    assert f'value="{START}"' not in lost.text
    kept = hidden(lost.text, "step")
    assert kept["first_name"] == ["Maja"]
    assert kept["email"] == ["maja@example.org"]

    other_day = client.post(PATH, data={**kept, "go": "day=2026-10-19&month="}, headers=HERE)
    assert other_day.status_code == 200
    assert "Monday 19 October" in other_day.text
    kept = hidden(other_day.text, "step")
    start = re.findall(r'name="start" value="([^"]+)"', other_day.text)[2]

    form = client.post(PATH, data={**kept, "start": start, "step": "form"}, headers=HERE)
    assert 'value="Maja"' in form.text
    assert "10:20 to 10:50" in form.text
    ticks.at += 3
    done = client.post(PATH, data={**hidden(form.text, "book"), **PERSON}, headers=HERE)
    assert done.status_code == 303
    assert len(fake.bookings) == 1


def test_form_when_going_back_then_what_was_typed_is_kept_and_in_no_address(client: TestClient, ticks: FakeTicks) -> None:
    back = client.post(PATH, data={**form_of(client, ticks), **PERSON, "step": "choose"}, headers=HERE)
    assert back.status_code == 200
    kept = hidden(back.text, "step")
    assert kept["last_name"] == ["Lindqvist"]
    assert f'value="{START}" checked' in back.text
    assert not re.search(r'href="[^"]*Lindqvist', back.text)
    zones = client.post(PATH, data={**kept, "go": "choose=zone"}, headers=HERE)
    assert "In which time zone are you?" in zones.text
    assert hidden(zones.text, "step")["last_name"] == ["Lindqvist"]
    away = client.post(PATH, data={**hidden(zones.text, "step"), "go": "tz=Asia/Tokyo&find="}, headers=HERE)
    assert "Tokyo time" in away.text
    assert hidden(away.text, "step")["email"] == ["maja@example.org"]


def test_suggestions_when_ticked_without_a_script_then_they_are_kept_from_day_to_day(client: TestClient) -> None:
    first = client.get(f"/meetings/anna/lunch?start={START}&more=1", headers=HERE)
    assert "1. Thu 15 Oct, 09:40" in first.text
    second = client.get(f"/meetings/anna/lunch?pick={START}&day=2026-10-16&start={OTHER}&more=1", headers=HERE)
    assert "2. Fri 16 Oct, 09:00" in second.text
    assert "3. Add one more, if you like" in second.text
    removed = re.search(r'href="\?([^"]*)" class="remove" aria-label="Remove Thu 15 Oct, 09:40"', second.text)
    assert removed is not None
    assert "pick=2026-10-16" in removed[1]
    assert "pick=2026-10-15" not in removed[1]
    form = client.get(f"/meetings/anna/lunch?start={START}&start={OTHER}", headers=HERE)
    assert "or Friday 16 October, 09:00 to 09:30" in form.text


def test_suggestions_when_going_back_without_a_script_then_none_is_lost(client: TestClient, ticks: FakeTicks) -> None:
    path = "/meetings/anna/lunch/book"
    fields = form_of(client, ticks, f"/meetings/anna/lunch?start={START}&start={OTHER}")
    back = client.post(path, data={**fields, **PERSON, "step": "choose"}, headers=HERE)
    assert "1. Thu 15 Oct, 09:40" in back.text
    assert "2. Fri 16 Oct, 09:00" in back.text
    other_day = client.post(path, data={**hidden(back.text, "step"), "go": "day=2026-10-19&month="}, headers=HERE)
    third = "2026-10-19T07:00:00Z"
    more = client.post(path, data={**hidden(other_day.text, "step"), "start": third, "more": "1"}, headers=HERE)
    assert "3. Mon 19 Oct, 09:00" in more.text
    form = client.post(path, data={**hidden(more.text, "step"), "step": "form"}, headers=HERE)
    assert hidden(form.text, "book")["alternatives"] == [OTHER, third]
    assert 'value="Maja"' in form.text


def test_suggestions_when_three_are_chosen_then_the_others_are_calm(client: TestClient) -> None:
    picks = "&".join(f"pick=2026-10-15T{clock}:00Z" for clock in ("07:00", "07:40", "08:20"))
    text = client.get(f"/meetings/anna/lunch?{picks}", headers=HERE).text
    assert text.count(" disabled>") == 9
    assert 'class="more"' not in text


# Closed pages, and a program that does not answer


@pytest.mark.shows("INACT-2", "INACT-3")
def test_form_when_the_page_closed_meanwhile_then_a_message_is_offered_with_what_was_typed(
    client: TestClient, ticks: FakeTicks, fake: FakeLink
) -> None:
    fields = {**form_of(client, ticks), **PERSON}
    fake.change("anna/intro", lambda page: replace(page, state=PageState.UNAVAILABLE))
    closed = client.post(PATH, data=fields, headers=HERE)
    assert closed.status_code == 503
    assert "Anna has been told that you tried." in closed.text
    assert 'value="maja@example.org"' in closed.text
    assert "Thu 15 Oct, 09:40 (Copenhagen time)" in closed.text
    ticks.at += 3
    left = {
        **hidden(closed.text, "book"),
        "email": "maja@example.org",
        "name": "Maja",
        "wishes": "Any Tuesday",
        "message": "Call me",
    }
    answer = client.post("/meetings/anna/intro/message", data=left, headers=HERE)
    assert answer.status_code == 303
    assert "Anna has your message now." in client.get(answer.headers["location"], headers=HERE).text
    assert fake.messages == [
        LeftMessage("anna/intro", "Maja", "maja@example.org", "Any Tuesday", "Call me", "Europe/Copenhagen", "en")
    ]


def test_form_when_the_program_is_silent_then_nothing_was_saved_and_the_same_form_goes_out_again(
    client: TestClient, ticks: FakeTicks, fake: FakeLink
) -> None:
    fields = {**form_of(client, ticks), **PERSON}
    fake.script.append(ParentSilent(asked=True))
    silent = client.post(PATH, data=fields, headers=HERE)
    assert silent.status_code == 503
    assert "Nothing was saved." in silent.text
    assert "has been told" not in silent.text
    again = hidden(silent.text)
    assert again["key"] == fields["key"]
    assert client.post(PATH, data=again, headers=HERE).status_code == 303


def test_message_when_the_address_is_missing_then_it_says_so(client: TestClient, ticks: FakeTicks, fake: FakeLink) -> None:
    fake.change("anna/intro", lambda page: replace(page, state=PageState.PAUSED))
    page = client.get("/meetings/anna/intro", headers=HERE)
    ticks.at += 3
    answer = client.post("/meetings/anna/intro/message", data={**hidden(page.text, "book"), "message": "Hello"}, headers=HERE)
    assert answer.status_code == 422
    assert "Please fill this in." in answer.text
    assert ">\nHello</textarea>" in answer.text
    assert "<details open>" in answer.text
    assert fake.messages == []


def test_message_when_sent_by_a_program_then_it_is_kept(client: TestClient, fake: FakeLink) -> None:
    answer = client.post("/meetings/anna/intro/message", json={"email": "maja@example.org"})
    assert (answer.status_code, answer.json()) == (201, {"kept": True})
    assert client.post("/meetings/anna/intro/message", json={}).json() == {"error": "invalid", "fields": {"email": "missing"}}
    fake.silent = True
    assert client.post("/meetings/anna/intro/message", json={"email": "maja@example.org"}).status_code == 503


def test_answer_when_the_form_was_danish_then_the_answer_is_danish_as_well(client: TestClient, ticks: FakeTicks) -> None:
    fields = form_of(client, ticks, f"/meetings/anna/intro?duration=30&start={START}&lang=da")
    answer = client.post(PATH, data={**fields, **PERSON, "email": "maja@example"}, headers={**HERE, "accept-language": "en"})
    assert "Slutningen mangler" in answer.text
    ticks.at += 3
    done = client.post(PATH, data={**hidden(answer.text, "book"), **PERSON}, headers=HERE)
    assert "Vi ses torsdag, Maja" in client.get(done.headers["location"], headers=HERE).text


@pytest.mark.logs("a request failed: RuntimeError in")
def test_request_when_something_breaks_then_the_visitor_learns_no_more_than_that(client: TestClient, fake: FakeLink) -> None:
    fake.script.append(RuntimeError("maja@example.org was here"))
    answer = client.post(PATH, json=BODY)
    assert (answer.status_code, answer.json()) == (500, {"error": "internal"})


def test_taken_when_the_program_knows_nothing_near_then_the_list_is_empty(client: TestClient, fake: FakeLink) -> None:
    fake.script.append(Taken(()))
    assert client.post(PATH, json=BODY).json() == {"error": "taken", "nearest": []}


def test_state_when_confirmed_then_data_says_the_word_of_the_contract(client: TestClient) -> None:
    raw = client.post(PATH, json=BODY).content
    assert json.loads(raw)["state"] == State.CONFIRMED.value
