"""What can be read: pages, lists of free times, redirects, and what is not there."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from app import wire
from app.domain.clock import DAY, HOUR, MINUTE, from_iso
from app.domain.pages import Rolling
from app.domain.public import FreeStarts, PageState
from app.web.asgi import App
from tests.web.conftest import START, Visitor
from tests.web.fake import FakeLink, at, date, intro

HTML = {"accept": "text/html"}
DATA = {"accept": "application/json"}


def slots(client: TestClient, **query: object) -> list[str]:
    answer = client.get("/meetings/anna/intro/slots", params={"duration": 30, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()["slots"]


# Free times


def test_slots_when_asked_then_from_counts_and_to_does_not(client: TestClient) -> None:
    found = slots(client, **{"from": "2026-10-15", "to": "2026-10-16"})
    assert found == [
        f"2026-10-15T{clock}:00Z" for clock in ("07:00", "07:40", "08:20", "09:00", "11:00", "11:40", "12:20", "13:00", "13:40")
    ]
    assert not any(start.startswith("2026-10-16") for start in found)


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ({"duration": 45}, {"duration": "not_offered"}),
        ({"duration": "long"}, {"duration": "not_offered"}),
        ({"duration": 30, "from": "15.10.2026"}, {"from": "not_a_date"}),
        ({"duration": 30, "from": "2026-10-15", "to": "2027-01-16"}, {"to": "too_many"}),
        ({"duration": 30, "from": "2026-10-15", "to": "2026-10-14"}, {"to": "not_offered"}),
    ],
)
def test_slots_when_the_question_makes_no_sense_then_422_says_why(
    client: TestClient, query: dict[str, object], fault: dict[str, str]
) -> None:
    answer = client.get("/meetings/anna/intro/slots", params=query)
    assert (answer.status_code, answer.json()) == (422, {"error": "invalid", "fields": fault})


def test_slots_when_92_days_are_asked_for_then_they_are_given_and_of_no_day_none(client: TestClient) -> None:
    assert slots(client, **{"from": "2026-10-01", "to": "2027-01-01"})
    assert slots(client, **{"from": "2026-10-15", "to": "2026-10-15"}) == []


def test_slots_when_the_page_is_unknown_then_404_in_json(client: TestClient) -> None:
    answer = client.get("/meetings/nobody/slots", headers=HTML)
    assert (answer.status_code, answer.json()) == (404, {"error": "not_found"})


@pytest.mark.shows("INACT-2", "URL-7")
@pytest.mark.parametrize("state", [PageState.PAUSED, PageState.UNAVAILABLE])
def test_slots_when_nobody_can_book_then_there_are_none(client: TestClient, fake: FakeLink, state: PageState) -> None:
    fake.change("anna/intro", lambda page: replace(page, state=state))
    assert slots(client) == []


def test_slots_when_the_notice_reaches_a_start_then_it_is_gone_without_a_push(client: TestClient, fake: FakeLink) -> None:
    fake.clock.at = from_iso("2026-10-15T05:59:00Z")
    assert slots(client)[0] == "2026-10-15T07:00:00Z"
    fake.clock.at += 2 * MINUTE
    assert slots(client)[0] == "2026-10-15T07:40:00Z"


def test_slots_when_the_window_ends_then_nothing_beyond_is_offered(client: TestClient, fake: FakeLink) -> None:
    fake.change("anna/intro", lambda page: replace(page, window=Rolling(3)))
    assert slots(client)[-1].startswith("2026-10-16")


# Pages


@pytest.mark.shows("BOOK-7")
def test_page_when_opened_then_the_first_free_day_is_chosen(client: TestClient) -> None:
    text = client.get("/meetings/anna/intro", headers=HTML).text
    assert '<h2 id="day-title">Wednesday 14 October</h2>' in text
    assert "8 free times" in text
    assert 'aria-label="Thursday 15 October, 9 free times"' in text
    assert text.count("<h1>") == 1
    assert "Tomorrow 09:40" in text


def test_page_when_another_zone_is_asked_for_then_times_are_those_of_its_clock_and_the_same_instants(
    client: TestClient,
) -> None:
    text = client.get("/meetings/anna/intro?tz=America/New_York&day=2026-10-15", headers=HTML).text
    assert "New York time" in text
    assert "09:41 for Anna, who is in Copenhagen time" in text
    assert re.findall(r'name="start" value="([^"]+)"', text) == slots(client, **{"from": "2026-10-15", "to": "2026-10-16"})
    assert "<span>03:00</span>" in text


@pytest.mark.parametrize(
    "junk", ["tz=Mars", "day=2026-99-99", "month=13", "duration=7", "pick=soon", "lang=xx", "day=%00", "start=x"]
)
def test_page_when_the_address_is_nonsense_then_it_is_left_out(client: TestClient, junk: str) -> None:
    answer = client.get(f"/meetings/anna/intro?{junk}", headers=HTML)
    assert answer.status_code == 200
    assert "Wednesday 14 October" in answer.text


def test_page_when_a_month_has_no_times_then_it_says_when_the_first_one_is(client: TestClient) -> None:
    text = client.get("/meetings/anna/intro?month=2026-12", headers=HTML).text
    assert "Nothing free in December." in text
    assert "First free: Tomorrow 09:40" in text


def test_page_when_nothing_is_free_at_all_then_it_says_so(client: TestClient, fake: FakeLink) -> None:
    fake.change("anna/intro", lambda page: replace(page, free={15: FreeStarts(), 30: FreeStarts()}))
    assert "There are no free times at the moment." in client.get("/meetings/anna/intro", headers=HTML).text


def test_page_when_clocks_go_back_then_the_two_hours_of_one_name_are_told_apart(client: TestClient, fake: FakeLink) -> None:
    night = at(date(2026, 10, 25), "00:30")
    starts = FreeStarts.pack(tuple(night + step * 30 * MINUTE for step in range(10)))
    fake.change("anna/intro", lambda page: replace(page, free={15: starts, 30: starts}))
    text = client.get("/meetings/anna/intro?day=2026-10-25", headers=HTML).text
    shown = re.findall(r"<span>(\d\d:\d\d)(?:<small>([^<]*)</small>)?</span>", text)
    assert shown[3:7] == [("02:00", "UTC+2"), ("02:30", "UTC+2"), ("02:00", "UTC+1"), ("02:30", "UTC+1")]
    assert shown[2] == ("01:30", "")


@pytest.mark.parametrize(
    ("accepts", "language"), [("da-DK,da;q=0.9,en;q=0.8", "da"), ("fr, en;q=0.3, da;q=0.2", "en"), ("fr", "en"), ("", "en")]
)
def test_language_when_none_is_asked_for_then_it_follows_the_browser(client: TestClient, accepts: str, language: str) -> None:
    answer = client.get("/meetings/anna/intro", headers={**HTML, "accept-language": accepts})
    assert f'<html lang="{language}">' in answer.text


def test_language_when_asked_for_then_it_wins_and_the_switch_leads_back(client: TestClient) -> None:
    text = client.get("/meetings/anna/intro?lang=da&duration=30", headers={**HTML, "accept-language": "en"}).text
    assert "Onsdag den 14. oktober" in text
    assert "Siden kommer fra Annas egen computer" in text
    assert 'href="?duration=30&amp;lang=en" lang="en"' in text


def test_week_when_it_starts_on_sunday_and_the_clock_has_12_hours_then_the_page_does_so_too(
    client: TestClient, fake: FakeLink
) -> None:
    fake.set_host(week_starts_monday=False, clock_24=False)
    text = client.get("/meetings/anna/intro", headers=HTML).text
    assert re.findall(r'<th scope="col"><span aria-hidden="true">(.)', text) == list("SMTWTFS")
    assert "<span>9:40 am</span>" in text


def test_page_when_a_start_is_asked_for_then_the_form_opens_with_it(client: TestClient) -> None:
    text = client.get(f"/meetings/anna/intro?duration=30&start={START}", headers=HTML).text
    assert "About you" in text
    assert "09:40 to 10:10" in text
    assert "Video call. You get the link once it is booked." in text
    assert "video.example.com" not in text


@pytest.mark.shows("BOOK-2")
def test_page_when_the_start_in_the_address_is_not_free_then_it_shows_the_nearest_day(client: TestClient) -> None:
    text = client.get("/meetings/anna/intro?duration=30&start=2026-10-16T11:20:00Z", headers=HTML).text
    assert "That time was just taken. These are the nearest free ones." in text
    assert "Friday 16 October" in text


@pytest.mark.shows("URL-6")
def test_form_when_the_link_fills_it_in_then_it_says_so_and_offers_to_clear_it(client: TestClient) -> None:
    query = f"duration=30&start={START}&first_name=Maja&email=maja@example.org"
    text = client.get(f"/meetings/anna/intro?{query}", headers=HTML).text
    assert 'value="Maja"' in text
    assert "Filled in from the link." in text
    cleared = re.search(r'href="\?([^"]*)">Not you\? Clear it', text)
    assert cleared is not None
    assert "Maja" not in cleared[1]
    assert "start=" in cleared[1]


@pytest.mark.shows("URL-6")
def test_form_when_the_link_names_a_question_then_its_field_is_filled(client: TestClient) -> None:
    text = client.get(f"/meetings/anna/workshop?start={START}&topic=Plans&which=People&size=10%20or%20more", headers=HTML).text
    assert ">\nPlans</textarea>" in text
    assert 'value="People" checked' in text
    assert "<option selected>10 or more</option>" in text


# Addresses


@pytest.mark.shows("URL-1")
def test_page_when_its_address_was_another_before_then_the_old_one_leads_on_with_its_query(
    client: TestClient, fake: FakeLink
) -> None:
    fake.shelf.take(wire.HostLine(2, fake.shelf.host, {"anna/first-talk": "anna/intro"}))  # type: ignore[arg-type]
    answer = client.get("/meetings/anna/first-talk?day=2026-10-15")
    assert (answer.status_code, answer.headers["location"]) == (301, "/meetings/anna/intro?day=2026-10-15")
    assert client.get("/meetings/anna/first-talk/slots").status_code == 200


def test_page_when_its_address_changes_then_the_old_one_is_gone_at_once(client: TestClient, fake: FakeLink) -> None:
    fake.push(intro(slug="anna/talk"))
    assert client.get("/meetings/anna/talk", headers=HTML).status_code == 200
    assert client.get("/meetings/anna/intro", headers=HTML).status_code == 404


def test_own_part_when_opened_then_it_lists_the_pages_that_are_not_secret(client: TestClient, fake: FakeLink) -> None:
    fake.change("anna/lunch", lambda page: replace(page, secret=True))
    text = client.get("/meetings/anna", headers=HTML).text
    assert "Intro call" in text
    assert "Workshop" in text
    assert "Lunch" not in text
    fake.shelf.take(wire.PageGone(3, "anna/workshop"))
    answer = client.get("/meetings/anna", headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, "/meetings/anna/intro")


def test_front_door_when_there_is_a_default_page_then_it_leads_there_else_nowhere(client: TestClient, fake: FakeLink) -> None:
    assert client.get("/").headers["location"] == "/meetings/anna/intro"
    fake.set_host(default_slug="")
    assert client.get("/").status_code == 404


def test_page_when_it_is_called_message_then_it_can_be_read(client: TestClient, fake: FakeLink) -> None:
    fake.push(intro(id="p9", slug="anna/message", title="Leave word"))
    assert "Leave word" in client.get("/meetings/anna/message", headers=HTML).text


@pytest.mark.parametrize(
    "path",
    [
        "/meetings/anna/lunch",
        "/meetings/anna/nobody",
        "/meetings/zoë",
        "/meetings/anna/intro/more",
        "/admin",
        "/meetings",
        "/meetings/",
        "/static/../../etc/passwd",
    ],
)
def test_page_when_it_is_secret_or_unknown_then_both_look_the_same(client: TestClient, fake: FakeLink, path: str) -> None:
    fake.change("anna/lunch", lambda page: replace(page, secret=True))
    answer = client.get(path, headers=HTML)
    assert answer.status_code == 404
    assert answer.text == client.get("/no/such/thing", headers=HTML).text
    assert "There is no page here" in answer.text


def test_page_when_the_address_ends_in_a_slash_then_it_leads_to_the_one_without(client: TestClient) -> None:
    answer = client.get("/meetings/anna/intro/")
    assert (answer.status_code, answer.headers["location"]) == (301, "/meetings/anna/intro")
    assert client.get("/meetings//evil.example/").status_code == 404


@pytest.mark.shows("URL-5")
def test_robots_when_indexing_is_off_then_pages_are_disallowed_and_carry_noindex(client: TestClient, fake: FakeLink) -> None:
    assert "Disallow: /meetings*" in client.get("/robots.txt").text
    assert '<meta name="robots" content="noindex' in client.get("/meetings/anna/intro", headers=HTML).text
    fake.set_host(indexed=True)
    assert "Disallow: /meetings" not in client.get("/robots.txt").text
    assert "noindex" not in client.get("/meetings/anna/intro", headers=HTML).text


def test_page_when_asked_for_as_data_then_it_is_described_without_the_link_of_the_meeting(client: TestClient) -> None:
    answer = client.get("/meetings/anna/workshop", headers=DATA)
    found = answer.json()
    assert (found["state"], found["durations"], found["time_zone"]) == ("request", [30], "Europe/Copenhagen")
    assert [each["id"] for each in found["questions"]][:2] == ["topic", "company"]
    assert found["consent"]["required"]
    assert "video.example.com" not in answer.text


# Closed


@pytest.mark.shows("URL-7")
def test_page_when_all_are_off_then_it_says_so_and_offers_to_write(client: TestClient, fake: FakeLink) -> None:
    until = from_iso("2026-11-01T00:00:00Z")
    fake.change("anna/intro", lambda page: replace(page, state=PageState.PAUSED))
    text = client.get("/meetings/anna/intro", headers=HTML).text
    assert "not taking bookings at the moment" in text
    assert "Write to Anna" in text
    fake.change("anna/intro", lambda page: replace(page, paused_until=until))
    assert "paused until 1 November" in client.get("/meetings/anna/intro", headers=HTML).text


@pytest.mark.shows("INACT-2")
def test_page_when_a_calendar_is_lost_then_nothing_private_is_said_and_a_mere_visit_tells_nobody(
    client: TestClient, fake: FakeLink
) -> None:
    fake.change("anna/intro", lambda page: replace(page, state=PageState.UNAVAILABLE))
    text = client.get("/meetings/anna/intro", headers=HTML).text
    assert "Booking is closed for a moment" in text
    assert "Let Anna write to me" in text
    assert "has been told" not in text
    assert fake.asked == []


def test_page_when_the_program_has_been_silent_for_long_then_free_times_are_not_shown_any_more(
    client: TestClient, fake: FakeLink
) -> None:
    fake.silent = True
    assert client.get("/meetings/anna/intro", headers=HTML).status_code == 200
    fake.stale = True
    answer = client.get("/meetings/anna/intro", headers=HTML)
    assert answer.status_code == 503
    assert "free times" not in answer.text
    assert client.get("/meetings/anna/intro", headers=DATA).json() == {"error": "unavailable"}
    slots = client.get("/meetings/anna/intro/slots")
    assert (slots.status_code, slots.json()) == (503, {"error": "unavailable"})


# Kept bytes


def test_page_when_something_changed_or_a_minute_passed_then_the_kept_bytes_are_not_used(
    client: TestClient, fake: FakeLink
) -> None:
    first = client.get("/meetings/anna/intro", headers=HTML).text
    assert client.get("/meetings/anna/intro", headers=HTML).text == first
    fake.clock.at += 60
    assert "now 09:42" in client.get("/meetings/anna/intro", headers=HTML).text
    fake.change("anna/intro", lambda page: replace(page, title="First talk"))
    assert "First talk" in client.get("/meetings/anna/intro", headers=HTML).text


def test_page_when_kept_then_other_languages_and_encodings_do_not_get_its_bytes(client: TestClient) -> None:
    english = client.get("/meetings/anna/intro", headers={**HTML, "accept-language": "en"})
    danish = client.get("/meetings/anna/intro", headers={**HTML, "accept-language": "da"})
    plain = client.get("/meetings/anna/intro", headers={**HTML, "accept-language": "en", "accept-encoding": "identity"})
    assert "Wednesday" in english.text
    assert "Onsdag" in danish.text
    assert english.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert plain.text == english.text
    for refused in ("gzip;q=0", "gzip; q=0.0, br", "br"):
        answer = client.get("/meetings/anna/intro", headers={**HTML, "accept-encoding": refused})
        assert "content-encoding" not in answer.headers


def test_kept_bytes_when_very_many_pages_are_asked_for_then_they_stay_few(client: TestClient, app: App) -> None:
    for number in range(150):
        client.get(f"/meetings/anna/intro?utm={number}", headers={**HTML, "accept-encoding": "identity"})
    assert app._kept._size < 4 * 1024 * 1024


def test_script_data_when_a_text_of_the_owner_looks_like_markup_then_it_cannot_end_the_element(
    client: TestClient, fake: FakeLink
) -> None:
    fake.set_host(name="</script><script>alert(1)</script>")
    text = client.get("/meetings/anna/intro", headers=HTML).text
    assert "<script>alert" not in text
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', text)
    assert data is not None
    assert json.loads(data[1])["name"].startswith("</script>")


@pytest.mark.shows("BOOK-7")
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/St_Johns", "Asia/Kathmandu", "Pacific/Pago_Pago"])
def test_month_when_seen_from_far_away_then_all_its_days_together_hold_the_same_instants(client: TestClient, zone: str) -> None:
    found: set[str] = set()
    for day in range(13, 32):
        text = client.get(f"/meetings/anna/intro?tz={zone}&day=2026-10-{day}", headers=HTML).text
        found |= set(re.findall(r'name="start" value="([^"]+)"', text))
    wanted = slots(client, **{"from": "2026-10-13", "to": "2026-10-31"})
    assert {start for start in found if start < "2026-10-31"} == set(wanted)


def test_free_times_when_packed_for_the_script_then_all_lengths_of_the_page_are_there(client: TestClient) -> None:
    text = client.get("/meetings/anna/intro", headers=HTML).text
    data = re.search(r'id="data">(.*?)</script>', text)
    assert data is not None
    packed = json.loads(data[1])["free"]["30"]
    at_, found = packed[0] * 60, [packed[0] * 60]
    for gap, times in zip(packed[1::2], packed[2::2], strict=True):
        for _ in range(times):
            at_ += gap * 60
            found.append(at_)
    assert found == [from_iso(start) for start in slots(client, **{"from": "2026-10-13", "to": "2026-12-13"})]
    assert found[-1] - found[0] > 20 * DAY > HOUR


def test_visits_when_pages_are_read_then_they_are_counted_not_told(visitor: Visitor, fake: FakeLink) -> None:
    client = visitor()
    for _ in range(3):
        client.get("/meetings/anna/intro", headers=HTML)
    assert fake.counted["views"] == 3
    assert fake.asked == []
