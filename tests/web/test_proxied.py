"""Pages behind the owner's own reverse proxy and on several domains: whom they believe, whom they count, what they tell search
engines (URL-3, URL-5, QUALITY 4.4)."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from app import wire
from app.domain.booking import Refused
from app.web import guard
from app.web.asgi import App
from tests.web import looks
from tests.web.conftest import PERSON, START, Visitor
from tests.web.fake import FakeLink, FakeTicks, anna
from tests.web.serving import DRAWING, KEY

BODY: dict[str, object] = {"start": START, "duration": 30, **PERSON}
PATH = "/meetings/anna/intro/book"
SECRET = "c0ffee" * 10
MARK = hashlib.sha256(SECRET.encode()).hexdigest()
DOMAIN = {"host": "meet.example.com"}


@pytest.fixture
def behind(fake: FakeLink) -> FakeLink:
    fake.set_host(
        reach="proxy", proxy_mark=MARK, origin="https://meet.example.com", origins=("https://meet.example.com",),
        hosts=("127.0.0.1", "localhost", "meet.example.com"), programs=True,
    )  # fmt: skip
    return fake


@pytest.mark.shows("S5", "S6", "PUB-1")
@pytest.mark.parametrize(
    ("told", "counted"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("203.0.113.9, 198.51.100.7", "198.51.100.7"),
        ("198.51.100.7 ", "198.51.100.7"),
        ("2001:db8::1:2:3", "2001:db8::"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("198.51.100.7:4711", "127.0.0.1"),
        ("unknown", "127.0.0.1"),
        ("198.51.100.7, <script>", "127.0.0.1"),
        ("", "127.0.0.1"),
        ("1" * 10_000, "127.0.0.1"),
    ],
)
def test_address_when_the_proxy_says_it_then_its_last_word_is_believed_if_it_is_an_address(told: str, counted: str) -> None:
    host = anna(reach="proxy", proxy_mark=MARK)
    scope = {"client": ("127.0.0.1", 5)}
    headers = {b"x-forwarded-for": told.encode(), guard.MARK: SECRET.encode()}
    assert guard.visitor_address(scope, headers, host) == counted
    for spoiled in ({**headers, guard.MARK: b"0" * 60}, {b"x-forwarded-for": told.encode()}):
        assert guard.visitor_address(scope, spoiled, host) == "127.0.0.1"
    for reach in ("computer", "network", "tunnel"):
        assert guard.visitor_address(scope, headers, replace(host, reach=reach)) == "127.0.0.1"
    assert guard.visitor_address(scope, headers, replace(host, proxy_mark="")) == "127.0.0.1"


@pytest.mark.shows("S6")
def test_headers_when_tls_ends_at_the_proxy_then_say_so_for_it_alone(visitor: Visitor, behind: FakeLink) -> None:
    come = {**DOMAIN, "x-aftale-proxy": SECRET, "x-forwarded-proto": "https", "accept": "text/html"}
    page = visitor().get("/meetings/anna/intro", headers=come)
    assert page.headers["strict-transport-security"] == "max-age=31536000"
    for other in ({"x-forwarded-proto": "http"}, {"x-aftale-proxy": "wrong"}):
        answer = visitor().get("/meetings/anna/intro", headers={**come, **other})
        assert answer.status_code == 200
        assert "strict-transport-security" not in answer.headers


@pytest.mark.shows("S6")
@pytest.mark.parametrize(
    "more", [{"x-aftale-proxy": SECRET}, {"x-aftale-proxy": "x"}, {"x-forwarded-for": "127.0.0.1"}, {"via": "1.1 x"}, DOMAIN]
)
def test_program_when_it_comes_from_elsewhere_to_published_pages_then_it_needs_the_owners_leave(
    visitor: Visitor, fake: FakeLink, more: dict[str, str]
) -> None:
    for reach in ("proxy", "network"):
        fake.set_host(reach=reach, proxy_mark=MARK, hosts=("127.0.0.1", "meet.example.com"))
        assert visitor().post(PATH, json=BODY, headers=more).status_code == 403
        assert visitor("10.0.0.7").post(PATH, json=BODY).status_code == 403
    assert fake.asked == []


@pytest.mark.shows("S5", "S6")
@pytest.mark.parametrize("reach", ["network", "proxy", "computer"])
def test_program_when_it_runs_on_this_computer_then_it_may_book_and_is_limited_unless_pages_are_only_here(
    visitor: Visitor, fake: FakeLink, reach: str
) -> None:
    fake.set_host(reach=reach, proxy_mark=MARK)
    here = visitor()
    first, *rest = [here.post(PATH, json={**BODY, "email": f"v{number}@example.org"}) for number in range(6)]
    assert first.status_code == 201
    assert {each.status_code for each in rest[:4]} == {409}
    assert (rest[4].status_code == 429) is (reach != "computer")
    manage = "/manage/" + first.json()["manage_url"].rpartition("/")[2]
    assert here.post(f"{manage}/cancel", json={}).status_code == 200
    assert here.post(PATH, json=BODY, headers={"origin": "http://evil.example"}).status_code == 403


@pytest.mark.shows("S6")
@pytest.mark.parametrize("more", [{"x-aftale-proxy": "anything"}, DOMAIN])
def test_visitor_when_coming_by_a_domain_or_a_proxy_to_pages_of_this_computer_alone_then_is_not_direct(
    visitor: Visitor, fake: FakeLink, more: dict[str, str]
) -> None:
    fake.set_host(hosts=("127.0.0.1", "meet.example.com"))
    assert visitor().post(PATH, json=BODY, headers=more).status_code == 403
    assert visitor().post(PATH, json=BODY).status_code == 201


@pytest.mark.shows("URL-5")
def test_search_engines_when_one_domain_is_open_to_them_then_only_that_one(visitor: Visitor, behind: FakeLink) -> None:
    behind.set_host(
        hosts=("127.0.0.1", "meet.example.com", "book.example.net"),
        origins=("https://meet.example.com", "https://book.example.net"),
        indexed_hosts=("book.example.net",),
        indexed=True,
    )
    client = visitor(accept="text/html")
    for name, listed in (("meet.example.com", False), ("book.example.net", True), ("127.0.0.1", True)):
        # Asked in turn, twice, so that nothing that is kept for one is sent to another.
        for _ in range(2):
            robots = client.get("/robots.txt", headers={"host": name}).text
            page = client.get("/meetings/anna/intro", headers={"host": name})
            assert ("Disallow: /meetings*" in robots) is not listed, name
            assert ('content="noindex' in page.text) is not listed
            assert ("x-robots-tag" in page.headers) is not listed
            assert "Disallow: /manage*" in robots
    manage = client.get(looks.book(behind, "anna/intro"), headers={"host": "book.example.net"})
    assert manage.headers.get_list("x-robots-tag") == ["noindex"]


@pytest.mark.shows("PUB-2", "S4")
def test_sign_when_a_number_is_sent_then_this_child_alone_could_have_answered(client: TestClient, fake: FakeLink) -> None:
    assert client.get("/healthz").text == "ok"
    nonce = "0123456789abcdef" * 2
    found = client.get(f"/healthz?sign={nonce}").json()
    assert found == {"status": "ok", "sign": wire.sign_of(KEY.hex(), nonce), "proxied": False}
    assert found["sign"] != client.get(f"/healthz?sign={nonce[::-1]}").json()["sign"]
    for name in ("meet.example.com", "evil.example"):
        assert client.get(f"/healthz?sign={nonce}", headers={"host": name}).json() == found
        assert client.get("/meetings/anna/intro", headers={"host": name}).status_code == 421
    for wrong in ("", "x" * 32, "A" * 32, "0" * 15, "0" * 65):
        assert client.get(f"/healthz?sign={wrong}").status_code == 422


@pytest.mark.shows("BOOK-8", "S5")
def test_booking_when_the_program_says_it_is_one_too_many_then_429_and_when_to_come_back(
    client: TestClient, fake: FakeLink
) -> None:
    fake.script.append(Refused("too_many"))
    answer = client.post(PATH, json=BODY)
    assert (answer.status_code, answer.json()) == (429, {"error": "too_many"})
    assert int(answer.headers["retry-after"]) > 600


@pytest.mark.shows("S5")
def test_limits_when_another_child_takes_over_then_it_goes_on_counting(
    visitor: Visitor, fake: FakeLink, ticks: FakeTicks
) -> None:
    fake.set_host(reach="network")
    first = visitor("10.0.0.7")
    for number in range(10):
        assert first.get(f"/manage/{number:043d}").status_code == 404
    name = fake.shelf.name_of("10.0.0.7")
    assert [(each.kind, each.name) for each in fake.noted[:2]] == [("bad_token", name), ("bad_token", "")]
    assert "10.0.0.7" not in repr(fake.noted)
    fake.remembered = (*fake.noted, wire.Counted("of another version", name, 0))
    fake.clock.at += 60

    def later(address: str) -> int:
        app = App(fake, KEY, fake.clock, ticks, DRAWING)
        client = TestClient(app, base_url="http://127.0.0.1:8000", client=(address, 1))
        return client.get(f"/manage/{99:043d}").status_code

    assert later("10.0.0.7") == 429
    assert later("10.0.0.8") == 404
    fake.clock.at += 600
    assert later("10.0.0.7") == 404
