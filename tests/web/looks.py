"""Pictures of every public page, for the eye: ``python -m tests.web.looks FOLDER [NAME …]``.

Anna's pages as in the design, on a desktop and a phone, light and dark, in both languages, drawn by Chromium at two pixels a
pixel.
"""

from __future__ import annotations

import base64
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from app import wire
from app.domain.booking import BookingRequest, Promised, State, Visitor
from app.domain.pages import Consent, ConsentKind, Picture, Question, QuestionKind
from app.domain.public import PageState
from tests.web.fake import FakeLink, at, date, intro, link, lunch, workshop
from tests.web.serving import Served, serving

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run"]
CHOSEN = at(date(2026, 10, 15), "09:40")


@dataclass(frozen=True)
class Look:
    """``prepare`` brings the program into its state and says which address to open; ``act`` goes on from there."""

    name: str
    prepare: Callable[[FakeLink], str]
    act: Callable[[Page], None] | None = None
    language: str = "en"


def page_of(slug: str, query: str = "") -> Callable[[FakeLink], str]:
    return lambda _: f"/meetings/{slug}?{query}"


def iso(moment: int) -> str:
    from app.domain.clock import to_iso

    return to_iso(moment)


def choose_time(page: Page) -> None:
    page.locator('[data-go="day 2026-10-15"]').click()
    page.locator(f'.slot input[value="{iso(CHOSEN)}"]').check()


def suggest(page: Page) -> None:
    page.locator('[data-go="day 2026-10-14"]').click()
    page.locator(f'.slot input[value="{iso(at(date(2026, 10, 14), "10:20"))}"]').check()
    page.locator('[data-go="day 2026-10-16"]').click()
    page.locator(f'.slot input[value="{iso(at(date(2026, 10, 16), "09:00"))}"]').check()


def book(link: FakeLink, slug: str, state: State | None = None, language: str = "en", zone: str = "Europe/Copenhagen") -> str:
    visitor = Visitor("Maja", "Lindqvist", "maja@example.org", zone, language)
    alternatives = (at(date(2026, 10, 16), "09:00"),) if slug != "anna/intro" else ()
    start = CHOSEN if slug == "anna/intro" else at(date(2026, 10, 14), "10:20")
    answer = link.answer(BookingRequest(slug, start, 30, visitor, alternatives=alternatives))
    assert isinstance(answer, Promised)
    if state is not None:
        link.bookings[answer.manage] = replace(link.bookings[answer.manage], state=state, can_change=False, why_not=state.value)
    return f"/manage/{answer.manage}"


def state(slug: str, state: PageState, query: str = "", **more: object) -> Callable[[FakeLink], str]:
    def prepare(link: FakeLink) -> str:
        link.change(slug, lambda page: replace(page, state=state, **more))  # type: ignore[arg-type]
        return f"/meetings/{slug}?{query}"

    return prepare


def full_form(link: FakeLink) -> str:
    questions = (
        Question("company", "Company"),
        Question("topic", "What would you like to talk about?", QuestionKind.LONG_TEXT),
        Question("people", "How many will take part?", QuestionKind.DROPDOWN, choices=("Only me", "2 to 5", "More")),
    )
    link.change("anna/intro", lambda page: replace(page, questions=questions, consent=Consent(ConsentKind.TICK)))
    return f"/meetings/anna/intro?duration=30&start={iso(CHOSEN)}"


def fill_wrongly(page: Page) -> None:
    page.locator("[name=first_name]").fill("Maja")
    page.locator("[name=last_name]").fill("Lindqvist")
    page.locator("[name=email]").fill("maja@example")
    page.locator("#send").click()
    page.locator("#faults").wait_for()


def silent(link: FakeLink) -> str:
    link.stale = True
    return "/meetings/anna/intro"


def too_many(link: FakeLink) -> str:
    link.set_host(reach="network")
    return "/meetings/anna/nothing"


def press_often(page: Page) -> None:
    for _ in range(61):
        page.evaluate("fetch('/nothing-here')")
    page.reload()


PICTURE = base64.b64encode(
    bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de")
    + bytes.fromhex("0000000c49444154789c63d0a8bd0600027a0151a1fdc2c80000000049454e44ae426082")
).decode()
TOKEN = "L" * 43


def lost(link: FakeLink) -> str:
    """A time that somebody took meanwhile."""
    link.take_time(CHOSEN, CHOSEN + 1800)
    return f"/meetings/anna/intro?duration=30&start={iso(CHOSEN)}"


def with_options(link: FakeLink) -> str:
    """Photo, fixed clock, a page to go on to, prefilled questions, and a legal basis."""
    link.shelf.take(wire.PictureLine(1, "p.png", "image/png", PICTURE))
    link.change(
        "anna/intro",
        lambda page: replace(
            page, picture="p.png", picture_kind=Picture.PHOTO, zone_fixed=True, redirect="https://example.com/thanks",
            questions=(Question("topic", "Topic", default="Strategy"), Question("from", "Source", hidden=True)),
            consent=Consent(ConsentKind.LEGITIMATE_INTEREST, basis="Article 6(1)(f): to prepare the meeting."), may_move=False,
        ),
    )  # fmt: skip
    return f"/meetings/anna/intro?duration=30&start={iso(CHOSEN)}"


def with_logo(link: FakeLink) -> str:
    with_options(link)
    link.change("anna/intro", lambda page: replace(page, picture_kind=Picture.LOGO))
    return "/meetings/anna/intro"


def onward(link: FakeLink, language: str = "en") -> str:
    with_options(link)
    path = book(link, "anna/intro", language=language)
    link.bookings[path.removeprefix("/manage/")] = replace(link.bookings[path.removeprefix("/manage/")], may_move=False)
    return path + "?new=1"


def only_cancel(link: FakeLink) -> str:
    return onward(link).removesuffix("?new=1")


def over(why: str) -> Callable[[FakeLink], str]:
    def prepare(link: FakeLink) -> str:
        link.links[TOKEN] = why
        return f"/meetings/anna/intro/{TOKEN}"

    return prepare


LOOKS = [
    Look("choose", page_of("anna/intro"), choose_time),
    Look("choose-first", page_of("anna/intro")),
    Look("choose-da", page_of("anna/intro", "duration=30"), choose_time, "da"),
    Look("choose-elsewhere", page_of("anna/intro", "tz=America/New_York"), choose_time),
    Look("choose-nothing", page_of("anna/intro", "month=2026-12")),
    Look("choose-moss", page_of("anna/lunch")),
    Look("choose-lost", lost),
    Look("choose-fixed-logo", with_logo),
    Look("form-options", with_options),
    Look("onward", onward),
    Look("only-cancel", only_cancel),
    Look("link-spent", over("link_spent")),
    Look("link-expired", over("link_expired")),
    Look("zones", page_of("anna/intro", "choose=zone&find=co")),
    Look("form", full_form),
    Look("form-da", full_form, language="da"),
    Look("form-faults", full_form, fill_wrongly),
    Look("form-everything", page_of("anna/workshop", f"start={iso(CHOSEN)}&first_name=Maja")),
    Look("confirmed", lambda link: book(link, "anna/intro") + "?new=1"),
    Look("confirmed-da", lambda link: book(link, "anna/intro", language="da") + "?new=1"),
    Look("request", page_of("anna/workshop"), suggest),
    Look("sent", lambda link: book(link, "anna/lunch") + "?new=1"),
    Look("sent-da", lambda link: book(link, "anna/lunch", language="da") + "?new=1"),
    Look("unavailable", state("anna/intro", PageState.UNAVAILABLE)),
    Look("unavailable-da", state("anna/intro", PageState.UNAVAILABLE), language="da"),
    Look("paused", state("anna/intro", PageState.PAUSED)),
    Look("left", state("anna/intro", PageState.PAUSED, "left=1")),
    Look("silent", silent),
    Look("manage", lambda link: book(link, "anna/intro"), lambda page: page.locator("#move .slot input").nth(1).check()),
    Look("manage-da", lambda link: book(link, "anna/intro", language="da")),
    Look("manage-elsewhere", lambda link: book(link, "anna/intro", zone="Asia/Tokyo") + "?moved=1"),
    Look("declined", lambda link: book(link, "anna/lunch", State.DECLINED)),
    Look("cancelled", lambda link: book(link, "anna/intro", State.CANCELLED)),
    Look("listing", page_of("anna")),
    Look("privacy", page_of("anna/intro", "privacy")),
    Look("missing", page_of("anna/nothing")),
    Look("too-many", too_many, press_often),
]
SIZES = {"desktop": {"width": 1100, "height": 700}, "phone": {"width": 390, "height": 844}}


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield browser
        browser.close()


def take(browser: Browser, look: Look, size: str, scheme: str, folder: Path) -> None:
    with serving(link(intro(), workshop(), lunch())) as served:
        context = browser.new_context(
            viewport=SIZES[size],  # type: ignore[arg-type]
            device_scale_factor=2,
            color_scheme=scheme,  # type: ignore[arg-type]
            locale=look.language,
            timezone_id="Europe/Copenhagen",
        )
        page = context.new_page()
        open_look(page, served, look)
        page.screenshot(path=folder / f"{look.name}-{size}-{scheme}.png", full_page=True)
        context.close()


def open_look(page: Page, served: Served, look: Look) -> None:
    page.goto(served.url + look.prepare(served.link))
    if look.act is not None:
        look.act(page)
    page.evaluate("document.fonts.ready")


def main(arguments: list[str]) -> None:
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    wanted = arguments[1:]
    with chromium() as browser:
        for look in LOOKS:
            if wanted and look.name not in wanted:
                continue
            for size in SIZES:
                for scheme in ("light", "dark"):
                    take(browser, look, size, scheme, folder)


if __name__ == "__main__":
    main(sys.argv[1:])
