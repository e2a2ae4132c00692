"""Options of pages in a real browser: another page to go on to, a lost race, secret links, being remembered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.web import views
from tests.web import looks
from tests.web.fake import FakeTicks, link
from tests.web.looks import CHOSEN, iso
from tests.web.serving import Served, serving

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with looks.chromium() as found:
        yield found


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr(views, "WAIT", 0)
    ticks = FakeTicks()
    with serving(link(), ticks=ticks) as found:
        found.link.ticks = ticks  # type: ignore[attr-defined]
        yield found


@pytest.fixture
def context(browser: Browser, served: Served) -> Iterator[BrowserContext]:
    found = browser.new_context(base_url=served.url, timezone_id="Europe/Copenhagen", locale="en-GB")
    yield found
    found.close()


def book(page: Page, served: Served) -> None:
    page.get_by_label("First name").fill("Maja")
    page.get_by_label("Last name").fill("Lindqvist")
    page.get_by_label("E-mail").fill("maja@example.org")
    served.link.ticks.at += 3  # type: ignore[attr-defined]
    page.get_by_role("button", name="Book the meeting").first.click()


@pytest.mark.shows("PAGE-2")
def test_guest_when_they_are_to_be_led_on_then_they_can_stay(context: BrowserContext, served: Served) -> None:
    page = context.new_page()
    page.goto(looks.onward(served.link))
    expect(page.locator("#soon")).to_be_visible()
    page.get_by_role("button", name="Stay here").click()
    expect(page.locator("#soon")).to_be_hidden()
    expect(page.get_by_role("link", name="example.com")).to_be_visible()


@pytest.mark.shows("PAGE-2")
def test_guest_when_there_is_no_script_then_only_the_link_leads_on(browser: Browser, served: Served) -> None:
    context = browser.new_context(base_url=served.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(looks.onward(served.link))
    expect(page.get_by_role("link", name="example.com")).to_be_visible()
    expect(page.locator("#soon")).to_be_hidden()
    context.close()


@pytest.mark.shows("BOOK-2")
def test_lost_time_when_there_is_a_script_then_the_chips_are_the_nearest_too(context: BrowserContext, served: Served) -> None:
    page = context.new_page()
    page.goto(looks.lost(served.link))
    chips = page.locator("#hurry .chip")
    texts = chips.all_inner_texts()
    assert texts[:2] == ["Thu 15 Oct, 09:00", "Thu 15 Oct, 10:20"]
    chips.nth(1).click()
    expect(page.locator(".slot input:checked")).to_have_value("2026-10-15T08:20:00Z")


@pytest.mark.shows("PAGE-2")
def test_secret_link_when_opened_then_all_steps_stay_below_it(context: BrowserContext, served: Served) -> None:
    served.link.links[looks.TOKEN] = "anna/intro"
    page = context.new_page()
    page.goto(f"/meetings/anna/intro/{looks.TOKEN}")
    looks.choose_time(page)
    page.get_by_role("button", name="Continue").click()
    assert looks.TOKEN in page.url
    book(page, served)
    expect(page.get_by_text("The meeting is booked")).to_be_visible()
    page.goto(f"/meetings/anna/intro/{looks.TOKEN}")
    expect(page.get_by_role("heading", name="This link has been used")).to_be_visible()


@pytest.mark.shows("URL-6")
def test_guest_when_the_browser_shall_remember_them_then_the_next_form_is_filled_in_until_it_is_cleared(
    context: BrowserContext, served: Served
) -> None:
    page = context.new_page()
    page.goto(f"/meetings/anna/intro?duration=15&start={iso(CHOSEN)}")
    page.get_by_label("Remember me in this browser").check()
    book(page, served)
    expect(page.get_by_text("The meeting is booked")).to_be_visible()
    (cookie,) = context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Lax", "/meetings")
    page.goto(f"/meetings/anna/intro?duration=15&start={iso(CHOSEN + 2400)}")
    expect(page.get_by_label("E-mail")).to_have_value("maja@example.org")
    page.get_by_role("link", name="Not you? Clear it").click()
    expect(page.get_by_label("E-mail")).to_have_value("")
    assert context.cookies() == []
