"""Words that are longer than a phone is wide, in every text that an owner or a visitor writes: they break, and nothing of them
is cut off or scrolls sideways.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from app.domain.booking import ManagedBooking
from app.domain.pages import Consent, ConsentKind, Location, LocationKind, Question
from app.domain.public import PublicPage
from tests.web import looks
from tests.web.conftest import START
from tests.web.fake import FakeLink, link
from tests.web.looks import LOOKS, Look, open_look, page_of
from tests.web.serving import serving

pytestmark = pytest.mark.browser

WORD = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz"[:60]
LINK = "https://www.annaholm.dk/privatlivspolitik-og-handelsbetingelser-2026"
PHONE = {"width": 320, "height": 640}
CUT = """() => {
  const wide = innerWidth + 0.5, found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode()); ) {
    const holder = node.parentElement;
    if (!node.data.trim() || holder.closest("script, style, select, textarea, .vh, .skip, .trap, .about > h1")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const { left, right, width } of range.getClientRects())
      if (width && (left < -0.5 || right > wide)) { found.push([node.data.trim().slice(0, 30), Math.round(right)]); break; }
  }
  for (const one of document.querySelectorAll("main *")) {
    if (one.closest(".vh, .skip, .trap, svg, select, input, textarea, .about > h1") || !one.clientWidth) continue;
    const beyond = one.scrollWidth - one.clientWidth;
    if (beyond > 1) found.push([one.tagName + "." + one.className, beyond]);
  }
  return found;
}"""
"""Texts that end beyond the edge of the screen, and boxes that hold more than they show."""


def long_question(question: Question) -> Question:
    choices = tuple(f"{WORD}{number}" for number in range(len(question.choices)))
    return replace(question, label=f"{WORD} ({LINK})", help=WORD, choices=choices, default="")


def long_page(page: PublicPage) -> PublicPage:
    consent = page.consent if page.consent.kind is not ConsentKind.NONE else Consent(ConsentKind.TICK)
    return replace(
        page,
        title=WORD,
        description=f"{WORD} {LINK}",
        thanks=f"{WORD} {LINK}",
        location=Location(LocationKind.PLACE, f"{WORD}, {LINK}"),
        redirect=f"https://{WORD.lower().replace('ü', 'u')}.example.com/",
        questions=tuple(map(long_question, page.questions)),
        consent=replace(consent, text=f"{WORD} {LINK}", link=LINK, basis=WORD),
        may_move=True,
    )


def long_booking(booking: ManagedBooking) -> ManagedBooking:
    visitor = replace(booking.visitor, first_name=WORD, last_name=WORD, email=f"{WORD}@{WORD}.example.org")
    location = Location(LocationKind.ASK, f"{WORD} {LINK}")
    return replace(
        booking,
        title=WORD,
        host=f"{WORD} {WORD}",
        visitor=visitor,
        location=location,
        message=f"{WORD} {LINK}",
        thanks=f"{WORD} {LINK}",
    )


def lengthen(served: FakeLink) -> None:
    """Every text of Anna and of her visitors holds a word of sixty letters."""
    served.set_host(name=f"{WORD} {WORD}", tagline=WORD)
    for page in tuple(served.shelf.pages):
        served.push(long_page(page))
    served.bookings = {token: long_booking(booking) for token, booking in served.bookings.items()}


def book_in_frame(page: Page) -> None:
    for name in ("first_name", "last_name"):
        page.locator(f"[name={name}]").fill(WORD)
    page.locator("[name=email]").fill("maja@example.org")
    page.locator("#consent").check()
    page.locator("#send").click()
    expect(page.locator(".state.success")).to_be_visible()


FRAMED = Look("booked-inside-a-site", page_of("anna/intro", f"duration=30&start={START}&embed=1"), book_in_frame)
SEEN = [*(look for look in LOOKS if not look.name.endswith("-da")), FRAMED]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with looks.chromium() as found:
        yield found


@pytest.mark.shows("S12", "BOOK-7")
@pytest.mark.parametrize("look", SEEN, ids=lambda look: look.name)
def test_page_when_words_are_longer_than_the_phone_is_wide_then_they_break_and_nothing_is_cut_off(
    browser: Browser, look: Look
) -> None:
    def prepare(served: FakeLink) -> str:
        address = look.prepare(served)
        lengthen(served)
        return address

    context = browser.new_context(viewport=PHONE, locale="en", timezone_id="Europe/Copenhagen", reduced_motion="reduce")  # type: ignore[arg-type]
    with serving(link()) as served:
        page = context.new_page()
        open_look(page, served, replace(look, prepare=prepare))
        cut, width = page.evaluate(CUT), page.evaluate("document.documentElement.scrollWidth")
        context.close()
    assert cut == []
    assert width <= PHONE["width"]
