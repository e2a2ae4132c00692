"""Pages inside other sites (PUB-3): headers, steps with and without a script, and what a real browser makes of them."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Frame, Page
from starlette.testclient import TestClient

from app.domain.embedding import check_embedder, frame_code, is_embedder, link_code
from app.domain.errors import InvalidFields
from app.domain.pages import Location, LocationKind
from app.domain.public import PageState
from app.domain.settings import Publishing, Settings
from app.services.availability import public_host
from app.web import views
from tests.web import looks
from tests.web.conftest import HERE, PERSON, START, Visitor, form_of, hidden
from tests.web.fake import FakeLink, FakeTicks, link
from tests.web.serving import Served, serving
from tests.web.test_browser import foreign_site

SITE = "https://www.example.com"
PATH = "/meetings/anna/intro"
FORM = f"{PATH}?duration=30&start={START}&embed=1"


def ancestors(answer: object) -> str:
    headers = answer.headers  # type: ignore[attr-defined]
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    return str(policy["frame-ancestors"])


@pytest.fixture
def listed(fake: FakeLink) -> FakeLink:
    fake.set_host(embedders=(SITE, "http://localhost:8080"))
    return fake


def booked_in_frame(client: TestClient, ticks: FakeTicks, **more: str) -> str:
    sent = {**form_of(client, ticks, FORM), **PERSON, **more}
    answer = client.post(f"{PATH}/book", data=sent, headers=HERE)
    assert answer.status_code == 200, answer.text
    assert ancestors(answer) == f"{SITE} http://localhost:8080"
    return answer.text


@pytest.mark.shows("PUB-3", "S7")
def test_headers_when_sites_are_listed_then_only_booking_pages_may_be_shown_there(client: TestClient, listed: FakeLink) -> None:
    for path in (PATH, f"{PATH}?duration=30&start={START}", f"{PATH}?choose=zone", f"{PATH}?privacy"):
        answer = client.get(path, headers={"accept": "text/html"})
        assert ancestors(answer) == f"{SITE} http://localhost:8080", path
        assert "x-frame-options" not in answer.headers
    manage = looks.book(listed, "anna/intro")
    for path in (manage, f"{manage}?new=1", "/meetings/nobody", "/meetings/anna", "/robots.txt", "/healthz"):
        answer = client.get(path, headers={"accept": "text/html"})
        assert ancestors(answer) == "'none'", path
        assert answer.headers["x-frame-options"] == "DENY"


@pytest.mark.shows("PUB-3", "S7")
def test_headers_when_no_site_is_listed_then_no_page_may_be_shown_anywhere(client: TestClient) -> None:
    answer = client.get(f"{PATH}?embed=1", headers={"accept": "text/html"})
    assert ancestors(answer) == "'none'"
    assert answer.headers["x-frame-options"] == "DENY"


@pytest.mark.shows("PUB-3", "BOOK-7")
def test_steps_when_the_page_is_inside_a_site_then_every_link_and_form_stays_inside(
    client: TestClient, listed: FakeLink, ticks: FakeTicks
) -> None:
    def links(text: str) -> list[str]:
        found = re.findall(r'<a href="([^"#][^"]*)"', text) + re.findall(r'name="go" value="([^"]*)"', text)
        return [each for each in found if not each.startswith("http")]

    for path in (f"{PATH}?embed=1", f"{PATH}?choose=zone&embed=1", FORM, f"{PATH}?privacy&embed=1"):
        text = client.get(path, headers={"accept": "text/html"}).text
        assert 'class="c-fjord embed"' in text
        assert links(text)
        assert all("embed=1" in each for each in links(text)), (path, links(text))
        for form in re.findall(r"<form.*?</form>", text, re.S):
            assert '<input type="hidden" name="embed" value="1">' in form
    # What a form that keeps its fields goes on with, also when something is wrong.
    sent = {**form_of(client, ticks, FORM), **PERSON}
    again = client.post(f"{PATH}/book", data={**sent, "step": "choose"}, headers=HERE)
    assert hidden(again.text, "step")["embed"] == ["1"]
    wrong = client.post(f"{PATH}/book", data={**sent, "email": "maja"}, headers=HERE)
    assert wrong.status_code == 422
    assert hidden(wrong.text, "book")["embed"] == ["1"]
    assert ancestors(wrong).startswith(SITE)


@pytest.mark.shows("PUB-3")
def test_booking_when_made_inside_a_site_then_its_own_page_opens_beside_it(
    client: TestClient, listed: FakeLink, ticks: FakeTicks
) -> None:
    listed.change("anna/intro", lambda page: replace(page, redirect="https://after.example/thanks"))
    text = booked_in_frame(client, ticks)
    assert "The meeting is booked" in text
    token = next(iter(listed.bookings))
    outside = re.findall(r'<a [^>]*href="([^"]*)"[^>]*target="_blank"', text)
    assert f"http://127.0.0.1:8000/manage/{token}" in outside
    assert f"http://127.0.0.1:8000/manage/{token}/ics" in outside
    assert "https://after.example/thanks" in outside
    assert not re.search(r'<a [^>]*href="[^"]*/manage/[^"]*"(?![^>]*target="_blank")', text)
    assert "<script" not in text


@pytest.mark.shows("PUB-3", "BOOK-5")
def test_booking_when_made_inside_a_site_then_the_place_is_the_one_that_the_guest_wrote(
    client: TestClient, listed: FakeLink, ticks: FakeTicks
) -> None:
    listed.change("anna/intro", lambda page: replace(page, location=Location(LocationKind.ASK)))
    text = booked_in_frame(client, ticks, **{"answers.place": "Café Å"})
    assert "Café Å" in text
    assert "You choose the place" not in text


@pytest.mark.shows("PUB-3", "BOOK-3")
def test_request_when_sent_inside_a_site_then_says_that_nothing_is_booked_yet(
    client: TestClient, listed: FakeLink, ticks: FakeTicks
) -> None:
    listed.change("anna/intro", lambda page: replace(page, state=PageState.REQUEST))
    text = booked_in_frame(client, ticks)
    assert "The request is sent" in text
    assert "The meeting is not booked yet." in text
    assert "/ics" not in text


@pytest.mark.shows("PUB-3", "URL-6")
def test_cookie_when_the_page_is_inside_a_site_then_none_is_offered_set_or_read(
    visitor: Visitor, listed: FakeLink, ticks: FakeTicks
) -> None:
    client = visitor(cookie="aftale-known=somebody")
    text = client.get(FORM, headers={"accept": "text/html"}).text
    assert 'name="remember"' not in text
    assert [each for each in listed.asked if type(each).__name__ == "WhoIs"] == []
    sent = {**form_of(client, ticks, FORM), **PERSON, "remember": "on"}
    answer = client.post(f"{PATH}/book", data=sent, headers=HERE)
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert [each.remember for each in listed.asked if type(each).__name__ == "BookingRequest"] == [False]  # type: ignore[union-attr]


@pytest.mark.shows("PUB-3", "INACT-2")
def test_closed_page_when_inside_a_site_then_its_message_stays_inside(
    client: TestClient, listed: FakeLink, ticks: FakeTicks
) -> None:
    listed.change("anna/intro", lambda page: replace(page, state=PageState.UNAVAILABLE))
    text = client.get(f"{PATH}?embed=1", headers={"accept": "text/html"}).text
    ticks.at += 3
    answer = client.post(f"{PATH}/message", data={**hidden(text, "book"), "email": "maja@example.org"}, headers=HERE)
    assert answer.status_code == 303
    assert "embed=1" in answer.headers["location"]
    assert ancestors(client.get(answer.headers["location"], headers={"accept": "text/html"})).startswith(SITE)


# What the owner types and pastes


@pytest.mark.shows("PUB-3")
@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://www.example.com", SITE),
        (" HTTPS://WWW.Example.COM/ ", SITE),
        ("www.example.com", SITE),
        ("https://www.example.com:443", SITE),
        ("https://www.example.com:8443", f"{SITE}:8443"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
        ("https://søren.dk", "https://xn--sren-gra.dk"),
    ],
)
def test_site_when_typed_as_people_do_then_its_origin_is_found(text: str, origin: str) -> None:
    assert check_embedder(text) == origin


@pytest.mark.shows("PUB-3", "S7")
@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "missing"),
        ("*", "wildcard"),
        ("https://*.example.com", "wildcard"),
        ("http://www.example.com", "scheme"),
        ("ftp://www.example.com", "scheme"),
        ("javascript://www.example.com", "scheme"),
        ("https://www.example.com/contact", "path"),
        ("https://www.example.com?page=1", "path"),
        ("https://www.example.com#top", "path"),
        ("https://anna:secret@www.example.com", "form"),
        ("https://www.example.com; script-src *", "wildcard"),
        ("https://www.example.com; report-uri x", "form"),
        ("https://www.example.com 'unsafe-inline'", "form"),
        ("https://www.example.com\r\nx: y", "form"),
        ("https://example", "form"),
        ("https://www.example.com:0", "port"),
        ("https://www.example.com:99999", "port"),
        ("http://localhost:99999", "port"),
        ("ftp://localhost", "scheme"),
    ],
)
def test_site_when_it_is_no_origin_then_is_refused_with_the_reason(text: str, fault: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        check_embedder(text)
    assert refused.value.fields == {"embedder": fault}


@pytest.mark.shows("PUB-3")
def test_code_when_names_hold_what_html_means_then_it_is_escaped() -> None:
    title = 'Tea & "talk" <with> me'
    code = frame_code("https://meet.example.com/meetings/anna?duration=30&tz=UTC", title, 9999)
    assert "Tea &amp; &quot;talk&quot; &lt;with&gt; me" in code
    assert 'src="https://meet.example.com/meetings/anna?duration=30&amp;tz=UTC&amp;embed=1"' in code
    assert "height: 2000px" in code
    assert link_code('https://meet.example.com/"x', title).startswith('<a href="https://meet.example.com/&quot;x">Tea &amp; ')


# In a real browser, on two real origins


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with looks.chromium() as found:
        yield found


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr(views, "WAIT", 0)
    ticks = FakeTicks()
    with serving(link(), ticks=ticks) as found:
        found.ticks = ticks  # type: ignore[attr-defined]
        yield found


@contextlib.contextmanager
def framed(browser: Browser, served: Served, *, listed: bool, script: bool) -> Iterator[tuple[Page, Frame]]:
    """A site of somebody's with the page in it; the frame."""
    with foreign_site(frame_code(f"{served.url}{PATH}", "Book a meeting")) as url:
        served.link.set_host(embedders=(url.rstrip("/") if listed else SITE,))
        context = browser.new_context(viewport={"width": 1100, "height": 900}, java_script_enabled=script)
        page = context.new_page()
        page.goto(url, wait_until="networkidle")
        yield page, page.frames[-1]
        context.close()


@pytest.mark.shows("PUB-3", "S7", "BOOK-7")
@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_guest_when_the_page_is_inside_a_listed_site_then_books_there(browser: Browser, served: Served, script: bool) -> None:
    with framed(browser, served, listed=True, script=script) as (page, frame):
        frame.locator("label.slot").first.click()
        frame.get_by_role("button", name="Continue").click()
        frame.wait_for_selector("#book")
        served.ticks.at += 3  # type: ignore[attr-defined]
        for name, text in PERSON.items():
            frame.fill(f"input[name={name}]", text)
        if script:
            frame.locator("#send").scroll_into_view_if_needed()
        frame.locator("#send").click()
        frame.get_by_text("The meeting is booked").wait_for()
        assert "embed" in str(frame.locator("body").get_attribute("class"))
        outside = frame.get_by_role("link", name="Open the page of the meeting")
        with page.expect_popup() as opened:
            outside.click()
        opened.value.wait_for_load_state()
        assert "/manage/" in opened.value.url
        assert "maja@example.org" not in frame.url
    assert len(served.link.bookings) == 1


@pytest.mark.shows("PUB-3", "S7")
def test_page_when_the_site_is_not_listed_then_the_browser_shows_nothing(browser: Browser, served: Served) -> None:
    with framed(browser, served, listed=False, script=True) as (_, frame):
        assert "Intro call" not in frame.content()


@pytest.mark.shows("PUB-3", "S7")
def test_manage_page_when_a_listed_site_shows_it_then_the_browser_shows_nothing(browser: Browser, served: Served) -> None:
    path = looks.book(served.link, "anna/intro")
    with foreign_site(f'<iframe src="{served.url}{path}?embed=1"></iframe>') as url:
        served.link.set_host(embedders=(url.rstrip("/"),))
        page = browser.new_page()
        page.goto(url, wait_until="networkidle")
        assert "Intro call" not in page.frames[-1].content()
        page.close()


@pytest.mark.parametrize("stored", ["https://a.example\r\nx: y", "https://bücher.example", "*", "'none'; script-src *", ""])
def test_a_stored_site_that_is_no_origin_is_in_no_header(stored: str) -> None:
    assert not is_embedder(stored)
    settings = Settings(publishing=Publishing(embedders=(stored, "https://www.example.com")))
    assert public_host(settings, "http://127.0.0.1", ()).embedders == ("https://www.example.com",)
