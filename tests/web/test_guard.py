"""Who may ask: host names, cross-site requests, forged headers, limits, and what every answer carries."""

from __future__ import annotations

import itertools
import re

import pytest
from starlette.testclient import TestClient

from app.web import guard
from app.web.asgi import App
from app.web.limits import FormTokens, Kind, Rates
from tests.web.conftest import HERE, PERSON, START, Visitor, form_of
from tests.web.fake import FakeLink, FakeTicks, anna

BODY: dict[str, object] = {"start": START, "duration": 30, **PERSON}
PATH = "/meetings/anna/intro/book"
EVIL = "https://evil.example"
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "x-frame-options": "DENY",
}


# Host names


@pytest.mark.shows("S6")
@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "LOCALHOST:8000", "127.0.0.1", "localhost."])
def test_host_when_it_is_ours_then_it_is_answered(client: TestClient, host: str) -> None:
    assert client.get("/healthz", headers={"host": host}).status_code == 200


@pytest.mark.shows("S6")
@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "evil.example#127.0.0.1",
        "127.0.0.1@evil.example",
        "",
        "localhost:x",
        "[::1]",
        "127.0.0.1/x",
        "ünicode",
    ],
)
def test_host_when_it_is_not_ours_then_421_and_no_word_of_the_owner(client: TestClient, host: str) -> None:
    answer = client.get("/meetings/anna/intro", headers={"host": host.encode()})  # type: ignore[dict-item]
    assert answer.status_code == 421
    assert "Anna" not in answer.text


def test_host_when_forwarded_ones_are_forged_then_links_still_come_from_the_settings(client: TestClient) -> None:
    answer = client.post(PATH, json=BODY, headers={"x-forwarded-host": "evil.example", "x-forwarded-proto": "https"})
    assert answer.status_code == 403
    found = client.post(PATH, json=BODY)
    assert found.json()["manage_url"].startswith("http://127.0.0.1:8000/manage/")


# Cross-site requests


@pytest.mark.shows("S7")
@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "nonsense"},
        {"origin": EVIL},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "http://localhost:9999"},
        {"origin": "ftp://127.0.0.1:8000"},
        {"origin": "http://127.0.0.1:8000.evil.example"},
        {"sec-fetch-site": "same-origin", "origin": EVIL},
    ],
)
def test_post_when_another_site_sends_it_then_403_and_nothing_is_asked(
    client: TestClient, ticks: FakeTicks, fake: FakeLink, headers: dict[str, str]
) -> None:
    fields = {**form_of(client, ticks), **PERSON}
    for path, data in ((PATH, fields), ("/meetings/anna/intro/message", fields), ("/manage/" + "a" * 43 + "/cancel", {})):
        answer = client.post(path, data=data, headers={**headers, "accept": "application/json"})
        assert (answer.status_code, answer.json()) == (403, {"error": "cross_site"})
        assert client.post(path, json=BODY, headers=headers).status_code == 403
    assert fake.asked == []


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "same-origin", "origin": "null"},
        {"sec-fetch-site": "none"},
        {"origin": "http://127.0.0.1:8000"},
        {},
    ],
)
def test_post_when_our_own_form_sends_it_then_it_is_heard(
    client: TestClient, ticks: FakeTicks, headers: dict[str, str]
) -> None:
    assert client.post(PATH, data={**form_of(client, ticks), **PERSON}, headers=headers).status_code == 303


def test_post_when_pages_stand_behind_another_name_then_its_origin_is_ours_too(visitor: Visitor, fake: FakeLink) -> None:
    host = anna(
        origin="https://book.example.com",
        hosts=("book.example.com", "meet.example.net"),
        origins=("https://book.example.com", "https://meet.example.net"),
        reach="proxy",
        programs=True,
    )
    for origin, verdict in (
        (b"https://book.example.com", guard.Origin.OWN),
        (b"https://meet.example.net", guard.Origin.OWN),
        (b"https://meet.example.net:8443", guard.Origin.FOREIGN),
        (b"http://meet.example.net", guard.Origin.FOREIGN),
        (b"https://evil.example", guard.Origin.FOREIGN),
        (b"http://127.0.0.1:8000", guard.Origin.FOREIGN),
    ):
        assert guard.origin_of({b"origin": origin, b"host": b"book.example.com"}, host) is verdict


# Programs from outside


FORGED = [
    {"x-forwarded-for": "127.0.0.1"},
    {"forwarded": "for=127.0.0.1"},
    {"x-real-ip": "127.0.0.1"},
    {"cf-connecting-ip": "127.0.0.1"},
    {"true-client-ip": "127.0.0.1"},
    {"via": "1.1 tunnel"},
    {"x-forwarded-proto": "https"},
    {"x-forwarded-host": "localhost"},
]


@pytest.mark.shows("S5")
@pytest.mark.parametrize("headers", [*FORGED, {}])
def test_json_when_it_comes_from_outside_without_a_form_token_then_no_header_helps_it(
    visitor: Visitor, fake: FakeLink, headers: dict[str, str]
) -> None:
    outside = visitor("192.0.2.7") if not headers else visitor()
    for more in ({}, {"sec-fetch-site": "same-origin"}, {"origin": "http://127.0.0.1:8000"}):
        answer = outside.post(PATH, json=BODY, headers={**headers, **more})
        assert (answer.status_code, answer.json()) == (403, {"error": "form_token"})
    assert fake.asked == []


def test_json_when_pages_are_open_to_the_network_then_another_computer_needs_a_form_token_or_the_owners_leave(
    visitor: Visitor, fake: FakeLink
) -> None:
    fake.set_host(reach="network")
    outside = visitor("192.0.2.7")
    assert outside.post(PATH, json=BODY).status_code == 403
    fake.set_host(programs=True)
    assert outside.post(PATH, json=BODY).status_code == 201


def test_json_when_it_carries_the_token_of_a_form_then_it_is_accepted_from_outside(
    visitor: Visitor, fake: FakeLink, ticks: FakeTicks
) -> None:
    fake.set_host(reach="network")
    outside = visitor("192.0.2.7")
    key = form_of(outside, ticks)["key"][0]
    assert outside.post(PATH, json={**BODY, "key": key}, headers={"sec-fetch-site": "same-origin"}).status_code == 201


def test_manage_when_a_program_from_outside_has_no_token_of_the_form_then_the_link_alone_is_not_pressed(
    visitor: Visitor, fake: FakeLink, client: TestClient, ticks: FakeTicks
) -> None:
    token = client.post(PATH, json=BODY).json()["manage_url"].rpartition("/")[2]
    fake.set_host(reach="network")
    outside = visitor("192.0.2.7")
    assert outside.post(f"/manage/{token}/cancel", json={}).status_code == 403
    text = outside.get(f"/manage/{token}", headers=HERE).text
    key = re.findall(r'name="key" value="([^"]+)"', text)[0]
    assert outside.post(f"/manage/{token}/cancel", data={"key": key}).status_code == 303


# Limits


@pytest.mark.shows("R26")
def test_booking_when_one_address_books_often_then_the_sixth_in_ten_minutes_waits(
    visitor: Visitor, fake: FakeLink, ticks: FakeTicks
) -> None:
    fake.set_host(reach="network", programs=True)
    starts = [f"2026-10-19T{clock}:00Z" for clock in ("07:00", "07:40", "08:20", "09:00", "11:00", "11:40")]
    one, other = visitor("192.0.2.7"), visitor("192.0.2.8")
    codes = [one.post(PATH, json={**BODY, "start": start, "duration": 15}).status_code for start in starts]
    assert codes == [201] * 5 + [429]
    assert other.post(PATH, json={**BODY, "start": starts[-1], "duration": 15}).status_code == 201
    waiting = one.post(PATH, json={**BODY, "duration": 15})
    assert waiting.json() == {"error": "too_many"}
    ticks.at += int(waiting.headers["retry-after"])
    assert one.post(PATH, json={**BODY, "duration": 15}).status_code == 201


def test_booking_when_the_form_is_only_wrong_then_it_does_not_count(visitor: Visitor, fake: FakeLink) -> None:
    fake.set_host(reach="network", programs=True)
    one = visitor("192.0.2.7")
    assert {one.post(PATH, json={**BODY, "email": "maja"}).status_code for _ in range(20)} == {422}
    assert one.post(PATH, json=BODY).status_code == 201


@pytest.mark.parametrize(
    ("path", "most"), [("/meetings/anna/intro", 60), ("/no/such/page", 60), ("/meetings/anna/intro/slots", 30)]
)
def test_reading_when_one_address_asks_too_often_then_it_waits_a_minute(
    visitor: Visitor, fake: FakeLink, ticks: FakeTicks, path: str, most: int
) -> None:
    fake.set_host(reach="network")
    one = visitor("2001:db8:1:2::1")
    same_network = visitor("2001:db8:1:2:ffff::9")
    codes = [one.get(path).status_code for _ in range(most)]
    assert 429 not in codes
    answer = same_network.get(path, headers={"accept": "text/html"})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) <= 61
    assert visitor("2001:db8:1:3::1").get(path).status_code != 429
    ticks.at += 61
    assert one.get(path).status_code != 429


def test_reading_when_the_same_page_is_asked_for_from_outside_then_kept_bytes_count_as_well(
    visitor: Visitor, fake: FakeLink
) -> None:
    fake.set_host(reach="network")
    codes = [visitor("192.0.2.7").get("/meetings/anna/intro", headers={"accept": "text/html"}).status_code for _ in range(70)]
    assert codes == [200] * 60 + [429] * 10
    assert fake.counted == {"views": 60, "bots": 0, "refused": 10}


def test_reading_when_the_visitor_sits_at_this_computer_then_nothing_is_limited(client: TestClient) -> None:
    assert {client.get("/meetings/anna/intro/slots").status_code for _ in range(100)} == {200}
    assert {
        client.post(PATH, json={**BODY, "start": f"2026-10-{day}T07:40:00Z"}).status_code for day in (14, 15, 16, 19, 20, 21)
    } == {201}


def test_too_many_tries_when_shown_to_a_person_then_it_is_a_page(visitor: Visitor, fake: FakeLink) -> None:
    fake.set_host(reach="network")
    one = visitor("192.0.2.7", accept="text/html")
    for _ in range(60):
        one.get("/meetings/anna/intro")
    answer = one.get("/meetings/anna/intro")
    assert "Too many tries" in answer.text
    assert fake.counted["refused"] == 1


def test_rates_when_many_addresses_come_then_the_memory_stays_bounded() -> None:
    rates = Rates(FakeTicks())
    for number in range(30_000):
        rates.take(Kind.VIEW, str(number))
    assert len(rates._seen) == 20_000


@pytest.mark.parametrize("address", ["203.0.113.9", "::ffff:203.0.113.9"])
def test_address_when_it_is_counted_then_two_ways_of_writing_it_are_one(address: str) -> None:
    assert guard.counted_as(address) == "203.0.113.9"
    assert guard.counted_as("garbage<script>") == ""


def test_form_tokens_when_made_twice_then_no_two_are_alike_and_none_fits_another_key() -> None:
    ticks = FakeTicks()
    tokens, others = FormTokens(b"a" * 32, ticks), FormTokens(b"b" * 32, ticks)
    made = {tokens.make("p1", "book") for _ in range(100)}
    assert len(made) == 100
    ticks.at += 3
    for token in made:
        assert tokens.fault(token, "p1", "book") is None
        assert others.fault(token, "p1", "book") == "expired"
        changed = token[:10] + ("A" if token[10] != "A" else "B") + token[11:]
        assert tokens.fault(changed, "p1", "book") == "expired"


# Headers and methods


ROUTES = {
    "/": {"GET"},
    "/healthz": {"GET"},
    "/robots.txt": {"GET"},
    "/meetings/anna": {"GET"},
    "/meetings/anna/intro": {"GET"},
    "/meetings/anna/intro/slots": {"GET"},
    "/meetings/anna/intro/book": {"POST"},
    "/meetings/anna/intro/message": {"POST"},
    "/manage/{token}": {"GET"},
    "/manage/{token}/ics": {"GET"},
    "/manage/{token}/cancel": {"POST"},
    "/manage/{token}/reschedule": {"POST"},
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")


@pytest.fixture
def routes(client: TestClient, app: App) -> dict[str, set[str]]:
    token = client.post(PATH, json=BODY).json()["manage_url"].rpartition("/")[2]
    found = {path.format(token=token): methods for path, methods in ROUTES.items()}
    return {**found, **{f"/static/{name}": {"GET"} for name in app.assets.files}}


@pytest.mark.shows("S2")
def test_routes_when_every_method_is_tried_then_only_the_listed_ones_work_and_reading_changes_nothing(
    client: TestClient, fake: FakeLink, routes: dict[str, set[str]]
) -> None:
    before = dict(fake.bookings)
    for path, method in itertools.product(routes, METHODS):
        if method == "POST" and "POST" in routes[path]:
            continue
        answer = client.request(method, path, headers={"accept": "text/html"})
        allowed = {*routes[path], "OPTIONS", *(("HEAD",) if "GET" in routes[path] else ())}
        if method == "OPTIONS":
            assert (answer.status_code, answer.headers["allow"]) == (204, ", ".join(sorted(allowed)))
        elif method in ("GET", "HEAD") and "GET" in routes[path]:
            assert answer.status_code in (200, 303), (method, path)
        else:
            assert (answer.status_code, answer.headers["allow"]) == (405, ", ".join(sorted(allowed))), (method, path)
        if method == "HEAD":
            assert answer.content == b""
    assert fake.bookings == before


def walk(client: TestClient, routes: dict[str, set[str]]) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for path, accept in itertools.product([*routes, "/nothing", "/meetings/anna/nobody"], ("text/html", "application/json")):
        for method in ("GET", "POST", "PUT", "OPTIONS"):
            found.append((f"{method} {path}", client.request(method, path, headers={"accept": accept})))
    found.append(("421", client.get("/", headers={"host": "evil.example"})))
    found.append(("413", client.post(PATH, content=b"x" * 70_000, headers={"content-type": "application/json"})))
    found.append(("403", client.post(PATH, json=BODY, headers={"origin": EVIL})))
    return found


@pytest.mark.shows("S1")
def test_headers_when_any_answer_is_given_then_it_carries_them_all(client: TestClient, routes: dict[str, set[str]]) -> None:
    for what, answer in walk(client, routes):
        headers = answer.headers  # type: ignore[attr-defined]
        for name, value in HEADERS.items():
            assert headers.get(name) == value, (what, name)
        policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["font-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
        assert re.fullmatch(r"'sha256-[A-Za-z0-9+/]{43}='", policy["style-src"])
        assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
        static = what.startswith("GET /static")
        assert headers["cache-control"] == ("public, max-age=31536000, immutable" if static else "no-store"), what
        assert "server" not in headers
        assert "set-cookie" not in headers
        assert "access-control-allow-origin" not in headers


def test_style_when_it_stands_in_a_page_then_the_policy_allows_exactly_it(client: TestClient) -> None:
    import base64
    import hashlib

    answer = client.get("/meetings/anna/intro", headers={"accept": "text/html"})
    style = re.findall(r"<style>(.*?)</style>", answer.text, flags=re.S)
    assert len(style) == 1
    digest = base64.b64encode(hashlib.sha256(style[0].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in answer.headers["content-security-policy"]
    assert not re.search(r'\sstyle="', answer.text)
    assert not re.search(r"\son\w+=", answer.text)


@pytest.mark.shows("URL-5")
def test_manage_when_indexing_is_on_then_its_pages_still_ask_not_to_be_found(client: TestClient, fake: FakeLink) -> None:
    fake.set_host(indexed=True)
    link = client.post(PATH, json=BODY).json()["manage_url"]
    assert client.get(link, headers=HERE).headers["x-robots-tag"] == "noindex"


# What visitors write


NASTY = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*1913 }}",
    "${7*1913}",
    "%s%n",
    "' OR 1=1 --",
    "=cmd|' /C calc'!A0",
    "</textarea><script>alert(1)</script>",
    "&lt;b&gt;",
    "\\",
    "javascript:alert(1)",
    "[a](http://evil.example)",
    "<b>bold</b>",
]


@pytest.mark.shows("S3")
@pytest.mark.parametrize("text", NASTY)
def test_text_when_it_looks_like_code_then_pages_show_it_as_it_was_typed(
    client: TestClient, fake: FakeLink, ticks: FakeTicks, text: str
) -> None:
    typed = {"first_name": text, "last_name": text, "email": "maja@example", "message": text}
    form = client.post(
        "/meetings/anna/lunch/book",
        data={**form_of(client, ticks, f"/meetings/anna/lunch?start={START}"), **typed},
        headers=HERE,
    )
    link = client.post("/meetings/anna/lunch/book", json={**BODY, **typed, "email": "maja@example.org"}).json()["manage_url"]
    query = client.get("/meetings/anna/lunch", params={"start": START, **typed}, headers=HERE)
    zones = client.get("/meetings/anna/intro", params={"choose": "zone", "find": text}, headers=HERE)
    pages = [form, client.get(link, headers=HERE), client.get(link + "?change=1", headers=HERE), query, zones]
    for page in pages:
        assert "<script>alert" not in page.text
        assert "<img" not in page.text
        assert "<b>bold" not in page.text
        assert "13391" not in page.text


@pytest.mark.shows("S3")
@pytest.mark.parametrize(
    "bad", ["a\r\nBcc: all@example.org", "a\x00b", "a\u202eb", "a\u2066b", "a\x1b[0m", "a\x85b", "a\ufeff"]
)
@pytest.mark.parametrize("field", ["first_name", "last_name", "email", "key"])
def test_text_when_it_holds_control_characters_then_it_is_refused(
    client: TestClient, fake: FakeLink, field: str, bad: str
) -> None:
    answer = client.post(PATH, json={**BODY, field: bad})
    assert answer.status_code == 422
    assert set(answer.json()["fields"]) == {field}
    assert fake.asked == []


@pytest.mark.parametrize("query", ["lang=en%0d%0aSet-Cookie:%20a=b", "tz=%0d%0aX:%201", "%0d%0aX: 1"])
def test_redirect_when_the_query_holds_line_ends_then_no_header_is_added(
    client: TestClient, fake: FakeLink, query: str
) -> None:
    from app import wire

    fake.shelf.take(wire.HostLine(2, fake.shelf.host, {"anna/old": "anna/intro"}))  # type: ignore[arg-type]
    answer = client.get(f"/meetings/anna/old?{query}")
    assert answer.status_code == 301
    assert "set-cookie" not in answer.headers
    assert "x" not in answer.headers
    assert "\r" not in answer.headers["location"]
