"""What an owner can set on a page, as visitors meet it: hidden questions, zone, language, redirect, rules, links, memory."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from starlette.testclient import TestClient

from app import wire
from app.domain.booking import BookingRequest, Taken
from app.domain.clock import from_iso, to_iso
from app.domain.ids import new_token
from app.domain.pages import ClockFace, Consent, ConsentKind, Picture, Question, QuestionKind
from app.domain.settings import Retention
from app.web.known import COOKIE
from tests.web.conftest import HERE, OTHER, PERSON, START, Visitor, form_of, hidden
from tests.web.fake import FakeLink, FakeTicks, at

HTML = {"accept": "text/html"}
FORM = f"/meetings/anna/intro?duration=30&start={START}"


def options(fake: FakeLink, slug: str = "anna/intro", **changes: Any) -> None:
    fake.change(slug, lambda page: replace(page, **changes))


def asked(fake: FakeLink) -> BookingRequest:
    found = [each for each in fake.asked if isinstance(each, BookingRequest)]
    return found[-1]


# Questions


@pytest.mark.shows("PAGE-3")
def test_question_when_it_has_a_default_then_the_field_begins_with_it_until_it_is_cleared(
    client: TestClient, fake: FakeLink, ticks: FakeTicks
) -> None:
    options(fake, questions=(Question("topic", "Topic", default="Strategy"),))
    assert 'value="Strategy"' in client.get(FORM, headers=HTML).text
    sent = {**form_of(client, ticks), "answers.topic": "", "first_name": "Maja"}
    again = client.post("/meetings/anna/intro/book", data=sent, headers=HERE)
    assert again.status_code == 422
    assert 'value="Strategy"' not in again.text


@pytest.mark.shows("PAGE-3")
@pytest.mark.parametrize(("query", "answer"), [("", "website"), ("&from=letter", "letter")])
def test_question_when_hidden_then_nobody_sees_it_and_the_link_or_the_owner_answers(
    client: TestClient, fake: FakeLink, ticks: FakeTicks, query: str, answer: str
) -> None:
    options(fake, questions=(Question("from", "Lead source", hidden=True, default="website", required=True),))
    assert "Lead source" not in client.get(FORM + query, headers=HTML).text
    assert "Lead source" not in client.get("/meetings/anna/intro").text
    sent = {**form_of(client, ticks, FORM + query), **PERSON}
    assert client.post("/meetings/anna/intro/book", data=sent, headers=HERE).status_code == 303
    assert asked(fake).answers == {"from": answer}


@pytest.mark.shows("PAGE-3")
def test_question_when_hidden_and_the_link_says_what_it_cannot_be_then_the_owners_answer_stands(
    client: TestClient, fake: FakeLink, ticks: FakeTicks
) -> None:
    options(fake, questions=(Question("people", "People", QuestionKind.NUMBER, hidden=True, default="2"),))
    sent = {**form_of(client, ticks, FORM + "&people=many"), **PERSON}
    assert client.post("/meetings/anna/intro/book", data=sent, headers=HERE).status_code == 303
    assert asked(fake).answers == {"people": "2"}


@pytest.mark.shows("PAGE-3")
def test_consent_when_a_legal_basis_is_named_then_the_form_says_it(client: TestClient, fake: FakeLink) -> None:
    options(fake, consent=Consent(ConsentKind.LEGITIMATE_INTEREST, "We keep it.", basis="Article 6(1)(f): our records."))
    text = client.get(FORM, headers=HTML).text
    assert "We keep it. Article 6(1)(f): our records." in text
    assert "legitimate interest" not in text


# Zone, language, clock


@pytest.mark.shows("PAGE-2")
def test_zone_when_fixed_then_every_visitor_reads_the_pages_own_clock_and_cannot_change_it(
    client: TestClient, fake: FakeLink
) -> None:
    options(fake, zone_fixed=True)
    text = client.get("/meetings/anna/intro?tz=America/New_York&day=2026-10-15", headers=HTML).text
    assert "09:40" in text
    assert "03:40" not in text
    assert "choose=zone" not in text
    assert 'data-go="zone"' not in text
    assert '"guess":false' in text
    assert (
        "In which time zone are you?"
        not in client.get("/meetings/anna/intro?choose=zone", headers=HTML).text.split("<script")[0]
    )


@pytest.mark.shows("PAGE-2")
def test_language_when_the_page_has_its_own_then_it_speaks_it_unless_asked_otherwise(
    client: TestClient, fake: FakeLink
) -> None:
    options(fake, language="da", clock=ClockFace.HOURS_12)
    english = {"accept": "text/html", "accept-language": "en"}
    text = client.get("/meetings/anna/intro", headers=english).text
    assert '<html lang="da">' in text
    assert "9:40 am" in text
    assert '<html lang="en">' in client.get("/meetings/anna/intro?lang=en", headers=english).text
    assert '<html lang="en">' in client.get("/meetings/anna/lunch", headers=english).text


# After booking


def confirmed(client: TestClient, ticks: FakeTicks, path: str = FORM) -> str:
    sent = {**form_of(client, ticks, path), **PERSON}
    answer = client.post("/meetings/anna/intro/book", data=sent, headers=HERE)
    assert answer.status_code == 303
    return str(client.get(answer.headers["location"], headers=HTML).text)


@pytest.mark.shows("PAGE-2")
def test_redirect_when_set_then_its_host_is_said_before_and_the_way_stands_after(
    client: TestClient, fake: FakeLink, ticks: FakeTicks
) -> None:
    options(fake, redirect="https://example.com/thanks?from=aftale")
    assert "Afterwards you are led to example.com." in client.get(FORM, headers=HTML).text
    text = confirmed(client, ticks)
    assert 'id="onward"' in text
    assert '<a href="https://example.com/thanks?from=aftale" rel="noopener noreferrer">example.com</a>' in text


@pytest.mark.shows("PAGE-2")
@pytest.mark.parametrize(
    "link", ["http://example.com", "javascript:alert(1)", "//example.com", "https://good.com@evil.com/", "https://a b", ""]
)
def test_redirect_when_it_is_not_https_then_nobody_is_led_anywhere(
    client: TestClient, fake: FakeLink, ticks: FakeTicks, link: str
) -> None:
    options(fake, redirect=link)
    assert "Afterwards" not in client.get(FORM, headers=HTML).text
    assert 'id="onward"' not in confirmed(client, ticks)


@pytest.mark.shows("PAGE-2")
def test_calendar_buttons_when_not_offered_then_the_confirmation_has_none(
    client: TestClient, fake: FakeLink, ticks: FakeTicks
) -> None:
    options(fake, add_to_calendar=False)
    text = confirmed(client, ticks)
    assert "Add it to your calendar" not in text
    assert "Outlook" not in text
    assert "Keep the link of this page" in text


@pytest.mark.shows("PAGE-2")
def test_changes_when_only_cancelling_is_allowed_then_nothing_else_is_offered(client: TestClient, fake: FakeLink) -> None:
    fake.hold("t" * 43)
    fake.bookings["t" * 43] = replace(fake.bookings["t" * 43], may_move=False)
    text = client.get("/manage/" + "t" * 43, headers=HTML).text
    assert 'id="cancel"' in text
    assert 'id="move"' not in text


@pytest.mark.shows("PAGE-2")
def test_changes_when_none_is_allowed_then_the_page_says_whom_to_write_to(client: TestClient, fake: FakeLink) -> None:
    fake.hold("t" * 43)
    changes = {"may_move": False, "may_cancel": False, "can_change": False, "why_not": "not_allowed"}
    fake.bookings["t" * 43] = replace(fake.bookings["t" * 43], **changes)  # type: ignore[arg-type]
    text = client.get("/manage/" + "t" * 43, headers=HTML).text
    assert "This cannot be changed here: please write to Anna." in text
    assert 'id="cancel"' not in text
    assert 'id="move"' not in text
    assert "Your%20meeting%3A" in client.get("/manage/" + "t" * 43 + "?new=1", headers=HTML).text.replace("+", "%20")


# A lost race


@pytest.mark.shows("BOOK-2")
def test_lost_race_when_the_page_comes_back_then_it_shows_the_nearest_times_and_their_day(
    client: TestClient, fake: FakeLink, ticks: FakeTicks
) -> None:
    lost = to_iso(at(date(2026, 10, 28), "11:00"))
    sent = {**form_of(client, ticks, f"/meetings/anna/intro?duration=30&start={lost}"), **PERSON}
    near = tuple(at(date(2026, 10, 28), clock) for clock in ("09:40", "10:20", "13:00"))
    fake.script.append(Taken(near))
    answer = client.post("/meetings/anna/intro/book", data=sent, headers=HERE)
    assert answer.status_code == 409
    chips = answer.text[answer.text.index('id="hurry"') :].split("</section>")[0]
    assert "Nearest free times:" in chips
    assert "In a hurry?" not in answer.text
    for clock in ("09:40", "10:20", "13:00"):
        assert f"Wed 28 Oct, {clock}" in chips
    assert "Tomorrow" not in chips
    assert '"nearest":[' in answer.text
    assert "Wednesday 28 October" in answer.text


@pytest.mark.shows("BOOK-2")
def test_lost_time_when_an_old_link_is_opened_then_the_nearest_are_shown(client: TestClient, fake: FakeLink) -> None:
    fake.take_time(from_iso(START), from_iso(START) + 1800)
    text = client.get(FORM, headers=HTML).text
    assert "Nearest free times:" in text
    assert "Thu 15 Oct, 09:00" in text
    assert "Thu 15 Oct, 10:20" in text


# Secret links


@pytest.fixture
def token(fake: FakeLink) -> str:
    options(fake, secret=True)
    found = new_token()
    fake.links[found] = "anna/intro"
    return found


@pytest.mark.shows("PAGE-2")
def test_secret_page_when_its_link_is_opened_then_all_of_it_works_there_and_nowhere_else(
    client: TestClient, fake: FakeLink, ticks: FakeTicks, token: str
) -> None:
    path = f"/meetings/anna/intro/{token}"
    assert client.get("/meetings/anna/intro", headers=HTML).status_code == 404
    answer = client.get(path, headers=HTML)
    assert answer.status_code == 200
    assert answer.headers["x-robots-tag"] == "noindex"
    assert f'action="{path}"' in answer.text
    assert f'"path":"{path}"' in answer.text
    assert client.get(f"{path}/slots").json()["slots"]
    sent = {**form_of(client, ticks, f"{path}?duration=30&start={START}"), **PERSON}
    assert client.post(f"{path}/book", data=sent, headers=HERE).status_code == 303
    assert asked(fake).link == token


@pytest.mark.shows("PAGE-2")
@pytest.mark.parametrize(
    ("why", "words"), [("link_spent", "This link has been used"), ("link_expired", "This link has expired")]
)
def test_link_when_it_is_over_then_it_says_so_and_nothing_else(
    client: TestClient, fake: FakeLink, token: str, why: str, words: str
) -> None:
    fake.links[token] = why
    answer = client.get(f"/meetings/anna/intro/{token}", headers=HTML)
    assert answer.status_code == 410
    assert words in answer.text
    assert "Intro call" not in answer.text
    assert "15 min" not in answer.text
    data = client.get(f"/meetings/anna/intro/{token}/slots")
    assert (data.status_code, data.json()) == (410, {"error": why})


@pytest.mark.shows("PAGE-2")
def test_link_when_spent_while_the_form_is_filled_in_then_the_visitor_is_told(
    client: TestClient, fake: FakeLink, ticks: FakeTicks, token: str
) -> None:
    path = f"/meetings/anna/intro/{token}"
    first = {**form_of(client, ticks, f"{path}?duration=30&start={START}"), **PERSON}
    second = {**form_of(client, ticks, f"{path}?duration=30&start={OTHER}"), **PERSON}
    assert client.post(f"{path}/book", data=first, headers=HERE).status_code == 303
    answer = client.post(f"{path}/book", data=second, headers=HERE)
    assert answer.status_code == 410
    assert "This link has been used" in answer.text


@pytest.mark.shows("PAGE-2")
def test_link_when_it_is_guessed_then_it_is_not_there_and_guessing_ends(visitor: Visitor, fake: FakeLink, token: str) -> None:
    fake.set_host(reach="network")
    stranger = visitor("203.0.113.7")
    answers = [stranger.get(f"/meetings/anna/intro/{new_token()}", headers=HTML).status_code for _ in range(30)]
    assert answers[0] == 404
    assert answers[-1] == 429


# Known visitors


@pytest.mark.shows("URL-6")
def test_visitor_when_they_ask_to_be_remembered_then_one_cookie_fills_the_form_the_next_time(
    client: TestClient, fake: FakeLink, ticks: FakeTicks
) -> None:
    sent = {**form_of(client, ticks), **PERSON, "remember": "on"}
    answer = client.post("/meetings/anna/intro/book", data=sent, headers=HERE)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=known-1; ")
    for part in ("HttpOnly", "SameSite=Lax", "Path=/meetings", "Max-Age=15552000"):
        assert part in cookie
    assert "Domain" not in cookie
    text = client.get(f"/meetings/anna/intro?duration=30&start={OTHER}", headers=HTML).text
    assert "Filled in from your last visit." in text
    assert 'value="maja@example.org"' in text
    assert "Remember me" not in text


@pytest.mark.shows("URL-6")
def test_visitor_when_not_asked_to_be_remembered_then_no_cookie_is_set(client: TestClient, ticks: FakeTicks) -> None:
    sent = {**form_of(client, ticks), **PERSON}
    assert "set-cookie" not in client.post("/meetings/anna/intro/book", data=sent, headers=HERE).headers


@pytest.mark.shows("URL-6")
def test_visitor_when_it_is_not_them_then_the_form_is_empty_and_the_cookie_gone(client: TestClient) -> None:
    client.cookies.set(COOKIE, "known-1", path="/meetings")
    answer = client.get(f"{FORM}&fresh=1", headers=HTML)
    assert 'value="maja@example.org"' not in answer.text
    assert "Max-Age=0" in answer.headers["set-cookie"]


@pytest.mark.shows("URL-6")
@pytest.mark.parametrize("where", ["page", "host"])
def test_prefill_when_switched_off_then_neither_link_nor_cookie_fills_anything(
    client: TestClient, fake: FakeLink, where: str
) -> None:
    if where == "page":
        options(fake, prefill=False)
    else:
        fake.set_host(prefill=False)
    client.cookies.set(COOKIE, "known-1", path="/meetings")
    text = client.get(f"{FORM}&email=ida@example.org", headers=HTML).text
    assert 'name="email"' in text
    assert 'value="maja@example.org"' not in text
    assert 'value="ida@example.org"' not in text
    assert "Remember me" not in text


@pytest.mark.shows("URL-6")
def test_link_when_it_names_somebody_else_then_what_the_browser_remembers_stays_out(client: TestClient) -> None:
    client.cookies.set(COOKIE, "known-1", path="/meetings")
    text = client.get(f"{FORM}&email=ida@example.org", headers=HTML).text
    assert "Filled in from the link." in text
    assert "ida@example.org" in text
    assert "Lindqvist" not in text


# Picture


@pytest.mark.shows("PAGE-2")
def test_picture_when_a_page_has_one_then_it_is_served_from_here_and_kept_for_ever(client: TestClient, fake: FakeLink) -> None:
    body = b"\xff\xd8\xff picture"
    fake.shelf.take(wire.PictureLine(1, "abc.jpg", "image/jpeg", base64.b64encode(body).decode()))
    options(fake, picture="abc.jpg", picture_kind=Picture.PHOTO)
    assert '<img class="photo" src="/picture/abc.jpg" alt="">' in client.get("/meetings/anna/intro", headers=HTML).text
    answer = client.get("/picture/abc.jpg")
    assert (answer.content, answer.headers["content-type"]) == (body, "image/jpeg")
    assert "immutable" in answer.headers["cache-control"]
    assert client.get("/picture/abd.jpg").status_code == 404


def test_steps_when_a_form_is_kept_then_the_wish_to_be_remembered_goes_along(
    client: TestClient, fake: FakeLink, ticks: FakeTicks
) -> None:
    sent = {**form_of(client, ticks), **PERSON, "remember": "on", "step": "choose"}
    answer = client.post("/meetings/anna/intro/book", data=sent, headers=HERE)
    assert hidden(answer.text)["remember"] == ["on"]


@pytest.mark.shows("DATA-3")
def test_privacy_page_when_the_owner_keeps_things_longer_then_it_says_so(client: TestClient, fake: FakeLink) -> None:
    path = "/meetings/anna/intro?privacy"
    usual = client.get(path, headers=HTML).text
    assert "12 months after the meeting. Attempts" in usual
    assert "after 14 days" in usual
    fake.set_host(retention=Retention(bookings=24, attempts=7, addresses=1))
    longer = client.get(path, headers=HTML).text
    assert "24 months after the meeting" in longer
    assert "deleted after 7 days" in longer
    assert "deleted after 1 day." in longer
    fake.set_host(retention=Retention(bookings=0))
    assert "Bookings are kept until Anna deletes them." in client.get(path, headers=HTML).text
