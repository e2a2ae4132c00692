"""The pages behind a manage link."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from app import wire
from app.domain.booking import Refused, State, Taken
from app.domain.clock import DAY, from_iso
from app.domain.ids import new_token
from app.domain.pages import Location, LocationKind
from app.domain.public import PageState
from tests.web.conftest import HERE, OTHER, PERSON, START, Visitor, hidden
from tests.web.fake import FakeLink

BODY: dict[str, object] = {"start": START, "duration": 30, **PERSON}
DATA = {"accept": "application/json"}


@pytest.fixture
def token(client: TestClient) -> str:
    return client.post("/meetings/anna/intro/book", json=BODY).json()["manage_url"].rpartition("/")[2]


@pytest.fixture
def asked(client: TestClient) -> str:
    """The token of a request."""
    found = client.post("/meetings/anna/lunch/book", json={**BODY, "alternatives": [OTHER], "message": "Fish?"}).json()
    return found["manage_url"].rpartition("/")[2]


@pytest.mark.shows("BOOK-5")
def test_booking_when_looked_at_then_it_can_be_moved_and_cancelled(client: TestClient, token: str) -> None:
    text = client.get(f"/manage/{token}", headers=HERE).text
    assert "Your meeting with Anna" in text
    assert "09:40 to 10:10" in text
    assert "booked by Maja Lindqvist" in text
    assert "https://video.example.com/anna" in text
    assert "Move it" in text
    assert "Cancel the meeting" in text


def test_booking_when_asked_for_as_data_then_it_holds_only_what_is_the_visitors(client: TestClient, token: str) -> None:
    found = client.get(f"/manage/{token}", headers=DATA).json()
    assert (found["state"], found["start"], found["can_change"]) == ("confirmed", START, True)
    assert set(found) == {
        "state", "title", "host", "start", "end", "alternatives", "time_zone", "can_change", "can_move", "can_cancel",
        "manage_url", "ics_url",
    }  # fmt: skip


def test_calendar_links_when_shown_then_they_hold_the_time_and_the_way_back(client: TestClient, token: str) -> None:
    text = client.get(f"/manage/{token}?new=1", headers=HERE).text
    google = parse_qs(urlsplit(re.findall(r'href="(https://calendar[^"]*)"', text)[0].replace("&amp;", "&")).query)
    assert google["dates"] == ["20261015T074000Z/20261015T081000Z"]
    assert f"/manage/{token}" in google["details"][0]
    outlook = parse_qs(urlsplit(re.findall(r'href="(https://outlook[^"]*)"', text)[0].replace("&amp;", "&")).query)
    assert outlook["startdt"] == ["2026-10-15T07:40:00Z"]


def test_file_when_asked_for_then_it_is_the_programs(client: TestClient, token: str) -> None:
    answer = client.get(f"/manage/{token}/ics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="meeting.ics"'
    assert answer.text.startswith("BEGIN:VCALENDAR\r\n")


@pytest.mark.shows("BOOK-6")
def test_cancel_when_pressed_then_the_word_arrives_and_the_page_says_it(client: TestClient, fake: FakeLink, token: str) -> None:
    form = hidden(client.get(f"/manage/{token}", headers=HERE).text)
    answer = client.post(f"/manage/{token}/cancel", data={**form, "word": "We have to wait\r\nuntil spring"}, headers=HERE)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/manage/{token}")
    assert fake.asked[-1] == wire.CancelIt(token, "We have to wait\nuntil spring")
    text = client.get(f"/manage/{token}", headers=HERE).text
    assert "The meeting is cancelled" in text
    assert "Book another time" in text


@pytest.mark.parametrize("send", [{"json": {}}, {"content": b""}, {"json": {"word": "Sorry"}}])
def test_cancel_when_a_program_asks_then_it_is_answered_in_data(
    client: TestClient, token: str, send: dict[str, object]
) -> None:
    answer = client.post(f"/manage/{token}/cancel", headers=DATA, **send)  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")


@pytest.mark.shows("BOOK-6")
def test_move_when_the_time_is_free_then_the_page_says_it(client: TestClient, fake: FakeLink, token: str) -> None:
    text = client.get(f"/manage/{token}", headers=HERE).text
    starts = re.findall(r'name="start" value="([^"]+)"', text)
    assert START not in starts
    assert len(starts) == 6
    answer = client.post(f"/manage/{token}/reschedule", data={**hidden(text, "move-form"), "start": starts[1]}, headers=HERE)
    assert answer.headers["location"] == f"/manage/{token}?moved=1"
    assert "The meeting is moved. Anna has the new time." in client.get(answer.headers["location"], headers=HERE).text
    assert fake.bookings[token].start == from_iso(starts[1])


def test_move_when_the_whole_calendar_is_asked_for_then_every_day_is_there(client: TestClient, token: str) -> None:
    text = client.get(f"/manage/{token}?all=1", headers=HERE).text
    assert "Friday 30 October" in text
    assert len(re.findall(r'name="start"', text)) > 80


@pytest.mark.shows("BOOK-2")
def test_move_when_the_time_was_taken_then_409_offers_the_nearest(client: TestClient, token: str) -> None:
    client.post("/meetings/anna/intro/book", json={**BODY, "start": OTHER, "email": "lars@example.org"})
    page = client.post(f"/manage/{token}/reschedule", data={"start": OTHER}, headers=HERE)
    assert page.status_code == 409
    assert "That time was just taken. These are the nearest free ones." in page.text
    found = client.post(f"/manage/{token}/reschedule", json={"start": OTHER})
    assert (found.status_code, found.json()["error"]) == (409, "taken")
    assert len(found.json()["nearest"]) >= 3


@pytest.mark.parametrize(("body", "fault"), [({}, "missing"), ({"start": "soon"}, "not_a_time"), ({"start": 5}, "not_a_time")])
def test_move_when_no_time_is_given_then_422(client: TestClient, token: str, body: dict[str, object], fault: str) -> None:
    answer = client.post(f"/manage/{token}/reschedule", json=body)
    assert (answer.status_code, answer.json()) == (422, {"error": "invalid", "fields": {"start": fault}})


@pytest.mark.parametrize(
    ("reply", "status", "error"),
    [
        (Refused("too_late"), 409, "too_late"),
        (Refused("state"), 409, "state"),
        (Refused("paused"), 503, "paused"),
        (Refused("unavailable"), 503, "unavailable"),
        (Refused("not_saved"), 503, "unavailable"),
        (Refused("invalid", {"start": "past"}), 422, "invalid"),
        (Taken(()), 409, "taken"),
    ],
)
def test_change_when_the_program_refuses_then_the_page_says_how_it_stands(
    client: TestClient, fake: FakeLink, token: str, reply: object, status: int, error: str
) -> None:
    fake.script.append(reply)  # type: ignore[arg-type]
    data = client.post(f"/manage/{token}/reschedule", json={"start": OTHER})
    assert (data.status_code, data.json()["error"]) == (status, error)
    fake.script.append(reply)  # type: ignore[arg-type]
    page = client.post(f"/manage/{token}/reschedule", data={"start": OTHER}, headers=HERE)
    assert page.status_code == status
    assert "09:40 to 10:10" in page.text
    assert 'role="alert"' in page.text


def test_booking_when_it_is_too_late_then_the_page_says_until_when_and_offers_nothing(
    client: TestClient, fake: FakeLink, token: str
) -> None:
    fake.change("anna/intro", lambda page: replace(page, cutoff=240))
    fake.bookings[token] = replace(fake.bookings[token], can_change=False, why_not="too_late")
    text = client.get(f"/manage/{token}", headers=HERE).text
    assert "Less than 4 hours left: please call Anna." in text
    assert "Cancel the meeting" not in text
    fake.bookings[token] = replace(fake.bookings[token], why_not="over")
    assert "This meeting is over." in client.get(f"/manage/{token}", headers=HERE).text


@pytest.mark.shows("BOOK-3")
def test_request_when_sent_then_the_page_says_that_nothing_is_booked_and_where_the_answer_comes(
    client: TestClient, asked: str
) -> None:
    text = client.get(f"/manage/{asked}?new=1", headers=HERE).text
    assert "Anna answers you soon" in text
    assert "The meeting is not booked yet. The answer will stand on this page" in text
    assert "Thu 15 Oct, 09:40" in text
    assert "Fri 16 Oct, 09:00" in text
    assert "Withdraw the request" in text
    assert "Fish?" in text
    assert "mail" not in re.sub(r"<style>.*?</style>", "", text, flags=re.S)


def test_request_when_another_time_is_wished_then_the_free_ones_are_shown(
    client: TestClient, fake: FakeLink, asked: str
) -> None:
    text = client.get(f"/manage/{asked}?change=1", headers=HERE).text
    start = re.findall(r'name="start" value="([^"]+)"', text)[0]
    assert "Suggest this time" in text
    answer = client.post(f"/manage/{asked}/reschedule", data={**hidden(text, "move-form"), "start": start}, headers=HERE)
    assert answer.status_code == 303
    assert fake.bookings[asked].start == from_iso(start)


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (State.DECLINED, "Anna could not take this meeting"),
        (State.EXPIRED, "The suggested times have passed"),
        (State.CANCELLED, "The meeting is cancelled"),
        (State.CONFIRMED, "Your meeting with Anna"),
        (State.WRITTEN, "Your meeting with Anna"),
    ],
)
def test_request_when_answered_then_the_same_link_tells_the_answer(
    client: TestClient, fake: FakeLink, asked: str, state: State, says: str
) -> None:
    fake.bookings[asked] = replace(fake.bookings[asked], state=state)
    assert says in client.get(f"/manage/{asked}", headers=HERE).text


def test_place_when_it_is_a_link_then_only_a_web_address_becomes_one(client: TestClient, fake: FakeLink, token: str) -> None:
    for detail in ("javascript:alert(1)", "data:text/html,x", "//evil.example", "ask me", "http://[broken"):
        fake.bookings[token] = replace(fake.bookings[token], location=Location(LocationKind.LINK, detail))
        text = client.get(f"/manage/{token}?new=1", headers=HERE).text
        assert f'href="{detail}"' not in text
        assert not re.search(r'href="(javascript|data):', text)


def test_place_when_the_guest_calls_then_the_number_is_shown_after_booking_only(client: TestClient, fake: FakeLink) -> None:
    place = Location(LocationKind.GUEST_CALLS, "+45 12 34 56 78")
    fake.change("anna/intro", lambda page: replace(page, location=place))
    assert "12 34 56 78" not in client.get(f"/meetings/anna/intro?start={START}", headers=HERE).text
    link = client.post("/meetings/anna/intro/book", json=BODY).json()["manage_url"]
    assert "12 34 56 78" in client.get(link + "?new=1", headers=HERE).text


@pytest.mark.shows("BOOK-5")
def test_place_when_the_guest_chose_it_then_every_page_and_calendar_link_says_it(client: TestClient, fake: FakeLink) -> None:
    fake.change("anna/intro", lambda page: replace(page, location=Location(LocationKind.ASK)))
    assert "You choose the place" in client.get(f"/meetings/anna/intro?start={START}", headers=HERE).text
    body = {**BODY, "answers": {"place": "Café Å & Ø"}}
    token = client.post("/meetings/anna/intro/book", json=body).json()["manage_url"].rpartition("/")[2]
    confirmed = client.get(f"/manage/{token}?new=1", headers=HERE).text
    links = [address.replace("&amp;", "&") for address in re.findall(r'href="(https://(?:calendar|outlook)[^"]*)"', confirmed)]
    assert [parse_qs(urlsplit(each).query)["location"] for each in links] == [["Café Å & Ø"]] * 2
    for text in (confirmed, client.get(f"/manage/{token}", headers=HERE).text):
        assert text.count("Café Å &amp; Ø") == 1
        assert "ou choose the place" not in text


def test_place_when_the_owner_calls_then_their_name_keeps_its_capital(client: TestClient, fake: FakeLink) -> None:
    fake.change("anna/intro", lambda page: replace(page, location=Location(LocationKind.HOST_CALLS)))
    body = {**BODY, "answers": {"phone": "+45 12 34 56 78"}}
    link = client.post("/meetings/anna/intro/book", json=body).json()["manage_url"]
    assert " · Anna calls you · " in client.get(link, headers=HERE).text


def test_booking_when_its_page_is_gone_then_it_still_stands_and_can_be_cancelled(
    client: TestClient, fake: FakeLink, token: str
) -> None:
    fake.shelf.take(wire.PageGone(9, "anna/intro"))
    text = client.get(f"/manage/{token}", headers=HERE).text
    assert "There are no free times at the moment." in text
    assert client.post(f"/manage/{token}/cancel", data={}, headers=HERE).status_code == 303
    assert "Book another time" not in client.get(f"/manage/{token}", headers=HERE).text


def test_booking_when_pages_are_closed_then_it_can_still_be_seen(client: TestClient, fake: FakeLink, token: str) -> None:
    fake.change("anna/intro", lambda page: replace(page, state=PageState.PAUSED, free={}))
    assert "Your meeting with Anna" in client.get(f"/manage/{token}", headers=HERE).text


def test_booking_when_the_visitor_is_elsewhere_then_both_clocks_are_told(client: TestClient, fake: FakeLink) -> None:
    link = client.post("/meetings/anna/intro/book", json={**BODY, "time_zone": "Asia/Tokyo", "language": "da"}).json()[
        "manage_url"
    ]
    text = client.get(link + "?new=1", headers={**HERE, "accept-language": "en"}).text
    assert "Kl. 16.40 til 17.10" in text
    assert "kl. 09.40 til 10.10 i dansk tid" in text
    assert '<html lang="da">' in text
    assert '<html lang="en">' in client.get(link + "?lang=en", headers=HERE).text


@pytest.mark.shows("S4")
@pytest.mark.parametrize("path", ["", "/ics", "/cancel", "/reschedule"])
def test_token_when_it_is_not_known_then_the_answer_is_that_of_any_page_that_is_not_there(
    client: TestClient, path: str
) -> None:
    url = f"/manage/{new_token()}{path}"
    answer = client.get(url, headers=HERE) if path in ("", "/ics") else client.post(url, data={"start": OTHER}, headers=HERE)
    assert answer.status_code == 404
    assert answer.text.split("<body")[1] == client.get("/no/such/thing", headers=HERE).text.split("<body")[1] or path not in (
        "",
        "/ics",
    )
    assert "There is no page here" in answer.text


@pytest.mark.shows("S4")
def test_token_when_guessed_ten_times_then_the_address_has_to_wait_and_others_do_not(
    visitor: Visitor, fake: FakeLink, token: str
) -> None:
    fake.set_host(reach="network", hosts=("127.0.0.1",))
    guesser, other = visitor("10.0.0.1"), visitor("10.0.0.2")
    assert [guesser.get(f"/manage/{new_token()}").status_code for _ in range(11)] == [404] * 10 + [429]
    waiting = guesser.get(f"/manage/{token}")
    assert waiting.status_code == 429
    assert 0 < int(waiting.headers["retry-after"]) <= 601
    assert other.get(f"/manage/{token}").status_code == 200
    assert fake.counted["refused"] == 2


def test_token_when_everybody_guesses_then_good_ones_still_work(visitor: Visitor, fake: FakeLink, token: str) -> None:
    fake.set_host(reach="network", hosts=("127.0.0.1",))
    codes = [visitor(f"10.0.{number // 9}.1").get(f"/manage/{new_token()}").status_code for number in range(105)]
    assert codes.count(404) == 100
    assert codes[-5:] == [429] * 5
    assert visitor("10.1.0.1").get(f"/manage/{token}").status_code == 200


@pytest.mark.parametrize("token", ["short", "a" * 65, "with.dot" * 5, "../../etc/passwd", "%2e%2e" * 5])
def test_token_when_it_cannot_be_one_then_the_program_is_not_even_asked(client: TestClient, fake: FakeLink, token: str) -> None:
    assert client.get(f"/manage/{token}").status_code == 404
    assert fake.asked == []


def test_manage_when_the_program_is_silent_then_nothing_was_changed(client: TestClient, fake: FakeLink, token: str) -> None:
    fake.silent = True
    page = client.get(f"/manage/{token}", headers=HERE)
    assert page.status_code == 503
    assert "Nothing was changed" in page.text
    assert client.post(f"/manage/{token}/cancel", json={}).json() == {"error": "unavailable"}


def test_greeting_when_the_meeting_is_near_or_far_then_it_names_the_day_so_that_it_is_clear(
    client: TestClient, fake: FakeLink, token: str
) -> None:
    booking = fake.bookings[token]
    for shift, says in (
        (0, "See you Thursday"),
        (5 * DAY, "See you on 20 October"),
        (-DAY, "See you tomorrow"),
        (-2 * DAY, "See you today"),
    ):
        fake.bookings[token] = replace(booking, start=booking.start + shift, end=booking.end + shift)
        assert says in client.get(f"/manage/{token}?new=1", headers=HERE).text
