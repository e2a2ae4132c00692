"""Visitors in a real Chromium: with and without a script, by keyboard, on a phone, in Danish, elsewhere, and under attack."""

from __future__ import annotations

import contextlib
import http.server
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.domain.clock import from_iso, to_iso
from app.domain.pages import Location, LocationKind
from app.domain.public import PageState
from app.web import views
from tests.web import looks
from tests.web.fake import FakeTicks, at, date, link
from tests.web.serving import Served, serving

pytestmark = pytest.mark.browser

FIFTEENTH = to_iso(at(date(2026, 10, 15), "09:40"))
COPENHAGEN = "Europe/Copenhagen"
expect.set_options(timeout=10_000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with looks.chromium() as found:
        yield found


@pytest.fixture
def ticks() -> FakeTicks:
    return FakeTicks()


@pytest.fixture
def served(ticks: FakeTicks) -> Iterator[Served]:
    with serving(link(), ticks=ticks) as found:
        yield found


@pytest.fixture(autouse=True)
def no_wait(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forms go out at once: time passes only when a test lets it."""
    if "waits" not in request.node.name:
        monkeypatch.setattr(views, "WAIT", 0)


Open = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, served: Served) -> Iterator[Open]:
    """Opens an address in a browser of its own; what its console complains about fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def visit(address: str, **options: object) -> Page:
        settings: dict[str, object] = {
            "timezone_id": COPENHAGEN,
            "locale": "en-GB",
            "viewport": looks.SIZES["desktop"],
            **options,
        }
        context = browser.new_context(base_url=served.url, **settings)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        return page

    yield visit
    for context in contexts:
        context.close()
    # A page that answers 4xx or 5xx on purpose is noted by the console as well.
    assert [each for each in complaints if "Failed to load resource" not in each] == []


def fill_in(page: Page, first_name: str = "Maja") -> None:
    page.get_by_label("First name").fill(first_name)
    page.get_by_label("Last name").fill("Lindqvist")
    page.get_by_label("E-mail").fill("maja@example.org")


def names_of(served: Served) -> list[str]:
    return [booking.visitor.name for booking in served.link.bookings.values()]


# The way through


@pytest.mark.shows("BOOK-1", "BOOK-5", "BOOK-7")
def test_visitor_when_they_have_a_script_then_they_book_without_waiting_for_a_page(
    visit: Open, served: Served, ticks: FakeTicks
) -> None:
    page = visit("/meetings/anna/intro")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/static/" not in request.url else None)
    page.get_by_role("button", name="30 min").click()
    page.get_by_role("button", name="Thursday 15 October, 9 free times").click()
    expect(page.locator("#day-title")).to_have_text("Thursday 15 October")
    expect(page.locator("#said")).to_have_text("9 free times on Thursday 15 October")
    page.get_by_label("09:40").check()
    expect(page.locator("#caption")).to_have_text("Thu 15 Oct, 09:40 to 10:10")
    assert asked == []
    page.get_by_role("button", name="Continue").click()
    fill_in(page)
    ticks.at += 3
    page.get_by_role("button", name="Book the meeting").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("See you Thursday, Maja")
    assert "/manage/" in page.url
    booked = next(iter(served.link.bookings.values()))
    assert (to_iso(booked.start), booked.end - booked.start, booked.visitor.zone) == (FIFTEENTH, 1800, COPENHAGEN)


@pytest.mark.shows("BOOK-7")
def test_visitor_when_they_have_no_script_then_links_and_forms_lead_to_the_same_booking(
    visit: Open, served: Served, ticks: FakeTicks
) -> None:
    page = visit("/meetings/anna/intro", java_script_enabled=False)
    page.get_by_role("link", name="30 min").click()
    page.get_by_role("link", name="Next month").click()
    expect(page.get_by_role("heading", name="November 2026")).to_be_visible()
    page.get_by_role("link", name="Previous month").click()
    page.get_by_role("link", name="Thursday 15 October, 9 free times").click()
    page.get_by_label("09:40").check()
    page.get_by_role("button", name="Continue").last.click()
    fill_in(page)
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_role("heading", name="Thursday 15 October")).to_be_visible()
    page.get_by_role("button", name="Continue").last.click()
    expect(page.get_by_label("First name")).to_have_value("Maja")
    ticks.at += 3
    page.get_by_role("button", name="Book the meeting").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("See you Thursday, Maja")
    assert names_of(served) == ["Maja Lindqvist"]


@pytest.mark.shows("BOOK-7")
def test_visitor_when_they_use_the_keyboard_alone_then_they_get_there_too(
    visit: Open, served: Served, ticks: FakeTicks
) -> None:
    page = visit("/meetings/anna/intro?duration=30")
    focused = page.locator(":focus")
    for _ in range(8):
        page.keyboard.press("Tab")
        if focused.get_attribute("class") and "day" in str(focused.get_attribute("class")).split():
            break
    expect(focused).to_have_attribute("aria-label", "Wednesday 14 October, 8 free times")
    for key, name in (
        ("ArrowRight", "Thursday 15 October"),
        ("ArrowDown", "Thursday 22 October"),
        ("ArrowUp", "Thursday 15 October"),
        ("Home", "Monday 12 October"),
        ("End", "Sunday 18 October"),
        ("PageDown", "Wednesday 18 November"),
        ("PageUp", "Sunday 18 October"),
        ("ArrowLeft", "Saturday 17 October"),
        ("Shift+PageDown", "Sunday 1 November"),
        ("PageUp", "Thursday 1 October"),
    ):
        page.keyboard.press(key)
        expect(focused).to_have_attribute("aria-label", re.compile(f"^{name}, "))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#day-title")).to_have_text("Thursday 15 October")
    expect(focused).to_have_attribute("aria-label", "Thursday 15 October, 9 free times")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Space")
    expect(page.locator("#said")).to_have_text("Tuesday 13 October, no free times")
    for _ in range(12):
        page.keyboard.press("Tab")
        if focused.get_attribute("type") == "radio":
            break
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#caption")).to_have_text("Thu 15 Oct, 09:40 to 10:10")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="About you")).to_be_visible()
    page.get_by_label("First name").focus()
    for text in ("Maja", "Lindqvist", "maja@example.org"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    ticks.at += 3
    page.get_by_label("E-mail").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("See you Thursday, Maja")


def test_months_when_turned_then_one_is_told_and_free_times_are_read_afresh(visit: Open, served: Served) -> None:
    page = visit("/meetings/anna/intro")
    served.link.take_time(from_iso("2026-11-03T08:00:00Z"), from_iso("2026-11-03T16:00:00Z"))
    page.get_by_role("button", name="Next month").click()
    expect(page.locator("#said")).to_have_text("November 2026. Tuesday 3 November")
    expect(page.get_by_label("Tuesday 3 November, no free times")).to_be_visible()


def test_address_when_something_is_chosen_then_a_reload_shows_the_same(visit: Open) -> None:
    page = visit("/meetings/anna/intro?utm_source=letter")
    page.get_by_role("button", name="30 min").click()
    page.get_by_role("button", name="Friday 16 October").click()
    page.get_by_label("10:20").check()
    page.reload()
    expect(page.locator("#caption")).to_have_text("Fri 16 Oct, 10:20 to 10:50")
    expect(page.get_by_label("10:20")).to_be_checked()
    assert "utm_source=letter" in page.url
    page.get_by_role("link", name="Dansk").click()
    expect(page.locator("#caption")).to_have_text("Fre. 16. okt. kl. 10.20 til 10.50")


def test_continue_when_nothing_is_chosen_then_the_visitor_is_led_to_the_times(visit: Open) -> None:
    page = visit("/meetings/anna/intro")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#said")).to_have_text("Choose a time to continue")
    expect(page.locator(":focus")).to_have_attribute("type", "radio")
    assert "start=" not in page.url


def test_soonest_when_pressed_then_it_is_chosen(visit: Open) -> None:
    page = visit("/meetings/anna/intro?month=2026-11")
    page.get_by_role("button", name="Tomorrow 09:40").click()
    expect(page.locator("#day-title")).to_have_text("Wednesday 14 October")
    expect(page.get_by_label("09:40")).to_be_checked()


# Elsewhere


@pytest.mark.shows("BOOK-7")
def test_visitor_when_elsewhere_then_their_clock_is_guessed_and_both_are_shown(
    visit: Open, served: Served, ticks: FakeTicks
) -> None:
    page = visit("/meetings/anna/intro?duration=30", timezone_id="America/New_York")
    expect(page.locator("#zone-name")).to_have_text("New York time")
    expect(page.locator("#owner-time")).to_have_text("(09:41 for Anna, who is in Copenhagen time)")
    page.get_by_role("button", name="Thursday 15 October").click()
    page.get_by_label("03:40").check()
    expect(page.locator("#caption")).to_have_text("Thu 15 Oct, 03:40 to 04:10 (09:40 to 10:10 in Copenhagen time)")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("09:40 to 10:10 in Copenhagen time")).to_be_visible()
    fill_in(page)
    ticks.at += 3
    page.get_by_role("button", name="Book the meeting").click()
    page.wait_for_url("**/manage/**")
    booked = next(iter(served.link.bookings.values()))
    assert (to_iso(booked.start), booked.visitor.zone) == (FIFTEENTH, "America/New_York")


def test_zone_when_chosen_from_the_list_then_times_change_at_once(visit: Open) -> None:
    page = visit("/meetings/anna/intro?duration=30&day=2026-10-15")
    page.get_by_role("button", name="Copenhagen time").click()
    page.get_by_label("Search for a place").fill("kathm")
    page.get_by_role("button", name="Kathmandu").click()
    expect(page.locator("#zone-name")).to_have_text("Kathmandu time")
    expect(page.locator(".slot").first).to_have_text("12:45")
    assert "tz=Asia%2FKathmandu" in page.url


def test_zone_when_people_meet_in_person_then_the_clock_of_the_place_counts(visit: Open, served: Served) -> None:
    place = Location(LocationKind.PLACE, "Strandgade 4")
    served.link.change("anna/intro", lambda page: replace(page, location=place))
    page = visit("/meetings/anna/intro", timezone_id="Asia/Tokyo")
    expect(page.locator("#zone-name")).to_have_text("Copenhagen time")


SAME = (
    "",
    "?duration=30&day=2026-10-15",
    "?month=2026-11",
    "?month=2026-12",
    "?tz=America/New_York&day=2026-10-15",
    "?tz=Asia/Kathmandu",
    "?tz=Australia/Lord_Howe",
    "?tz=UTC&day=2026-11-03",
    f"?duration=30&pick={FIFTEENTH}",
    f"?tz=Asia/Tokyo&pick={FIFTEENTH}",
    f"?tz=America/Anchorage&pick={FIFTEENTH}",
)


def everything_said(page: Page) -> str:
    """What stands on the first page and what a screen reader is told, a line each."""
    parts = [page.locator(part).inner_text() for part in (".who", ".month-head", "thead", "#zone", "#times")]
    parts += [part.inner_text() for part in page.locator("#hurry").all()]
    days = page.locator(".day").evaluate_all(
        """days => days.map(day =>
            [day.getAttribute('aria-label') || day.querySelector('.vh').textContent, day.className].join(' '))"""
    )
    chosen = page.locator(".slot input").evaluate_all("inputs => inputs.map(one => `${one.value} ${one.checked}`)")
    only_without = ("Add the ticked times", "Tilføj de valgte tidspunkter")
    lines = (" ".join(line.split()) for line in "\n".join([*parts, *days, *chosen]).splitlines())
    return "\n".join(line for line in lines if line and line not in only_without)


@pytest.mark.shows("BOOK-7")
@pytest.mark.parametrize(("slug", "language"), [("intro", "en"), ("intro", "da"), ("workshop", "en"), ("lunch", "da")])
def test_texts_when_the_script_writes_them_then_they_are_those_of_the_templates(
    browser: Browser, served: Served, slug: str, language: str
) -> None:
    served.link.set_host(clock_24=slug != "lunch", week_starts_monday=slug != "lunch")
    texts: list[list[str]] = []
    for script in (False, True):
        context = browser.new_context(base_url=served.url, java_script_enabled=script, timezone_id=COPENHAGEN, locale=language)
        page = context.new_page()
        found = []
        for query in SAME:
            page.goto(f"/meetings/anna/{slug}{query}")
            found.append(everything_said(page))
        texts.append(found)
        context.close()
    for query, drawn, written in zip(SAME, *texts, strict=True):
        assert written == drawn, query


# Requests, races, closed pages


@pytest.mark.shows("BOOK-3")
def test_request_when_times_are_suggested_then_up_to_three_go_along_in_their_order(
    visit: Open, served: Served, ticks: FakeTicks
) -> None:
    page = visit("/meetings/anna/lunch")
    page.get_by_role("button", name="Friday 16 October").click()
    page.get_by_label("09:00", exact=True).check()
    page.get_by_role("button", name="Wednesday 14 October").click()
    page.get_by_label("10:20", exact=True).check()
    page.get_by_label("11:00", exact=True).check()
    expect(page.locator("#pick-count")).to_have_text("3 of 3")
    expect(page.get_by_label("13:00")).to_be_disabled()
    page.get_by_role("button", name="Remove Wed 14 Oct, 10:20").click()
    expect(page.get_by_label("13:00")).to_be_enabled()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("or Wednesday 14 October, 11:00 to 11:30")).to_be_visible()
    fill_in(page)
    page.get_by_label("A word to Anna").fill("Fish?")
    ticks.at += 3
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Anna answers you soon")
    booked = next(iter(served.link.bookings.values()))
    assert booked.start == at(date(2026, 10, 16), "09:00")
    assert booked.alternatives == (at(date(2026, 10, 14), "11:00"),)


@pytest.mark.shows("BOOK-2")
def test_race_when_lost_then_the_form_is_kept_through_to_another_time(visit: Open, served: Served, ticks: FakeTicks) -> None:
    page = visit(f"/meetings/anna/intro?duration=30&start={FIFTEENTH}")
    fill_in(page, "Ida")
    served.link.take_time(from_iso(FIFTEENTH), from_iso(FIFTEENTH) + 1800)
    ticks.at += 3
    page.get_by_role("button", name="Book the meeting").click()
    expect(page.get_by_role("alert")).to_have_text("That time was just taken. These are the nearest free ones.")
    expect(page.locator("#day-title")).to_have_text("Thursday 15 October")
    page.get_by_role("button", name="Monday 19 October").click()
    page.get_by_label("13:00").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_label("First name")).to_have_value("Ida")
    ticks.at += 3
    page.get_by_role("button", name="Book the meeting").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("See you Monday, Ida")
    assert names_of(served) == ["Ida Lindqvist"]


def test_form_when_sent_at_once_and_twice_then_the_script_waits_and_sends_it_once(browser: Browser) -> None:
    with serving(link()) as served:
        context = browser.new_context(base_url=served.url, timezone_id=COPENHAGEN)
        page = context.new_page()
        page.goto(f"/meetings/anna/intro?duration=30&start={FIFTEENTH}")
        posts: list[str] = []
        page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
        fill_in(page)
        page.get_by_role("button", name="Book the meeting").dblclick()
        expect(page.locator("#send")).to_have_attribute("aria-busy", "true")
        expect(page.get_by_role("heading", level=1)).to_have_text("See you Thursday, Maja")
        assert len(posts) == 1
        context.close()


def test_address_when_it_is_left_half_written_then_the_field_says_what_is_missing(visit: Open) -> None:
    page = visit(f"/meetings/anna/intro?duration=30&start={FIFTEENTH}")
    email = page.get_by_label("E-mail")
    email.fill("maja@example")
    page.get_by_label("First name").focus()
    expect(page.get_by_text("The end is missing, for instance .org: maja@example.org")).to_be_visible()
    expect(email).to_have_attribute("aria-invalid", "true")
    email.fill("maja@example.org")
    page.get_by_label("First name").focus()
    expect(page.locator(".fault")).to_have_count(0)


def test_faults_when_the_form_comes_back_then_the_summary_has_the_focus_and_leads_to_the_field(
    visit: Open, ticks: FakeTicks
) -> None:
    page = visit(f"/meetings/anna/intro?duration=30&start={FIFTEENTH}")
    ticks.at += 3
    page.get_by_role("button", name="Book the meeting").click()
    expect(page.locator("#faults")).to_be_focused()
    page.get_by_role("link", name="Last name").click()
    expect(page.get_by_label("Last name")).to_be_focused()


@pytest.mark.shows("BOOK-6")
def test_meeting_when_moved_and_cancelled_then_the_page_follows(visit: Open, served: Served) -> None:
    page = visit(looks.book(served.link, "anna/intro"))
    page.locator("#move .slot").nth(2).click()
    expect(page.locator("#move-button")).to_have_text("Move to Thu 15 Oct, 14:20")
    page.locator("#move-button").click()
    expect(page.get_by_role("status")).to_have_text("The meeting is moved. Anna has the new time.")
    page.get_by_label("A word to Anna").fill("We have to wait")
    page.get_by_role("button", name="Cancel the meeting").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The meeting is cancelled")


@pytest.mark.shows("INACT-2")
def test_closed_page_when_a_message_is_left_then_it_is_kept(visit: Open, served: Served, ticks: FakeTicks) -> None:
    served.link.change("anna/intro", lambda page: replace(page, state=PageState.UNAVAILABLE))
    page = visit("/meetings/anna/intro")
    page.get_by_label("Your e-mail").fill("maja@example.org")
    page.get_by_text("Add your name, when it would suit you, and a message").click()
    page.get_by_label("When would it suit you?").fill("Any Tuesday")
    ticks.at += 3
    page.get_by_role("button", name="Let Anna write to me").click()
    expect(page.get_by_role("status")).to_have_text("Anna has your message now.")
    assert served.link.messages[0].wishes == "Any Tuesday"


# Screens


@pytest.mark.parametrize(("scheme", "colour"), [("light", "rgb(244, 247, 246)"), ("dark", "rgb(16, 24, 26)")])
def test_colours_when_the_system_is_light_or_dark_then_the_page_is_so_too(visit: Open, scheme: str, colour: str) -> None:
    page = visit("/meetings/anna/intro", color_scheme=scheme)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == colour


def test_columns_when_the_window_narrows_then_three_become_two_and_one(visit: Open) -> None:
    page = visit("/meetings/anna/intro")
    for width, columns in ((1100, 3), (900, 2), (700, 1)):
        page.set_viewport_size({"width": width, "height": 800})
        lefts = page.evaluate(
            "['.who', '.month', '.times'].map(part => document.querySelector(part).getBoundingClientRect().left)"
        )
        assert len(set(lefts)) == columns


def test_bar_when_on_a_phone_then_it_names_the_choice_and_hides_no_focused_field(visit: Open) -> None:
    page = visit("/meetings/anna/intro?duration=30&day=2026-10-15", viewport={"width": 390, "height": 700})
    page.get_by_label("15:40").focus()
    page.get_by_label("15:40").check()
    expect(page.locator(".bar")).to_have_text("Thu 15 Oct, 15:40\n30 min, video call".replace("\n", ""))
    slot = page.locator(".slot").last.bounding_box()
    bar = page.locator("#go").bounding_box()
    assert slot is not None
    assert bar is not None
    assert slot["y"] + slot["height"] <= bar["y"]


def test_targets_when_on_a_phone_then_they_are_large_enough_for_a_finger(visit: Open) -> None:
    page = visit("/meetings/anna/intro", viewport={"width": 390, "height": 700})
    sizes = page.evaluate(
        """[...document.querySelectorAll('.slot, .day, .turn, .button')]
            .map(one => one.getBoundingClientRect()).filter(box => box.width).map(box => [box.width, box.height])"""
    )
    assert min(min(size) for size in sizes) >= 40
    assert len(sizes) > 30


def test_colours_when_the_system_forces_them_then_what_is_chosen_still_stands_out(visit: Open) -> None:
    page = visit(f"/meetings/anna/intro?pick={FIFTEENTH}", forced_colors="active")
    width = page.locator(".slot input:checked + span").evaluate("one => getComputedStyle(one).borderTopWidth")
    other = page.locator(".slot input:not(:checked) + span").first.evaluate("one => getComputedStyle(one).borderTopWidth")
    assert width != other


# Weight


def test_first_view_when_loaded_then_it_is_small_and_comes_from_here_alone(browser: Browser, served: Served) -> None:
    context = browser.new_context(base_url=served.url, timezone_id=COPENHAGEN)
    page = context.new_page()
    sizes: dict[str, int] = {}
    page.on("requestfinished", lambda request: sizes.update({request.url: request.sizes()["responseBodySize"]}))
    page.goto("/meetings/anna/intro", wait_until="networkidle")
    assert all(url.startswith(served.url) for url in sizes)
    assert sum(sizes.values()) < 120_000, sizes
    needed = [url for url in sizes if not url.endswith((".woff2", ".js", ".svg"))]
    assert needed == [f"{served.url}/meetings/anna/intro"]
    context.close()


# Attacks


@contextlib.contextmanager
def foreign_site(page: str) -> Iterator[str]:
    """Another site, on another name of this computer."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.shows("S7")
def test_frame_when_another_site_shows_the_page_in_one_then_it_stays_empty(browser: Browser, served: Served) -> None:
    with foreign_site(f'<iframe src="{served.url}/meetings/anna/intro"></iframe>') as url:
        page = browser.new_page()
        page.goto(url, wait_until="networkidle")
        assert "Intro call" not in (page.frames[-1].content() if len(page.frames) > 1 else "")
        page.close()


@pytest.mark.shows("S7")
@pytest.mark.parametrize("policy", ["no-referrer", "same-origin", "unsafe-url"])
def test_form_when_another_site_sends_it_then_nothing_is_booked(browser: Browser, served: Served, policy: str) -> None:
    path = looks.book(served.link, "anna/intro")
    form = f'<form method="post" action="{served.url}{path}/cancel"><button>Win</button></form>'
    form = f'<meta name="referrer" content="{policy}">{form}'
    with foreign_site(form) as url:
        page = browser.new_page()
        page.goto(url)
        with page.expect_response("**/cancel") as answer:
            page.get_by_role("button").click()
        assert answer.value.status == 403
        page.close()
    assert not any(booking.state == "cancelled" for booking in served.link.bookings.values())


@pytest.mark.shows("S7")
def test_script_when_it_is_slipped_into_a_page_then_it_does_not_run(browser: Browser, served: Served) -> None:
    page = browser.new_page()
    page.goto(f"{served.url}/meetings/anna/intro")
    page.evaluate(
        """() => {
            const script = document.createElement("script"); script.textContent = "window.ran = true";
            document.body.append(script);
            const code = '<img src="data:," onerror="window.ran = true"><p style="color: red">x</p>';
            document.body.insertAdjacentHTML("beforeend", code);
        }"""
    )
    page.wait_for_timeout(100)
    assert page.evaluate("window.ran") is None
    assert page.evaluate("getComputedStyle(document.querySelector('p[style]')).color") != "rgb(255, 0, 0)"
    page.close()


@pytest.mark.shows("S3")
def test_names_when_they_look_like_code_then_the_browser_shows_them_as_text(visit: Open, served: Served) -> None:
    nasty = "<img src=x onerror=window.ran=1>"
    served.link.set_host(name=nasty)
    served.link.change(
        "anna/intro", lambda page: replace(page, title=nasty, description=nasty, location=Location(LocationKind.PLACE, nasty))
    )
    page = visit("/meetings/anna/intro", timezone_id="Asia/Tokyo")
    page.get_by_role("button", name="Friday 16 October").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(nasty)
    assert page.evaluate("window.ran") is None
