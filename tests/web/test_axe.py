"""Every state of every page under axe (WCAG 2.2 A and AA), on wide screens and at 320 pixels, light and dark, in both
languages.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.web import looks
from tests.web.fake import link
from tests.web.looks import LOOKS, Look, open_look
from tests.web.serving import serving

pytestmark = pytest.mark.browser

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SIZES = {"wide": {"width": 1100, "height": 700}, "narrow": {"width": 320, "height": 700}}
# Each state twice in every run, so that each language, scheme and size is seen; all eight ways in the full one.
ALWAYS = [("en", "light", "wide"), ("da", "dark", "narrow")]
ALL = [(language, scheme, size) for language in ("en", "da") for scheme in ("light", "dark") for size in SIZES]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with looks.chromium() as found:
        yield found


def check(browser: Browser, look: Look, language: str, scheme: str, size: str) -> None:
    context = browser.new_context(
        viewport=SIZES[size], locale=language, color_scheme=scheme, timezone_id="Europe/Copenhagen", reduced_motion="reduce"
    )  # type: ignore[arg-type]
    with serving(link()) as served:
        page = context.new_page()
        open_look(page, served, look)
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]})
        width = page.evaluate("document.documentElement.scrollWidth")
        context.close()
    assert found.violations_count == 0, found.generate_report()
    assert width <= SIZES[size]["width"]


@pytest.mark.shows("S12", "BOOK-7")
@pytest.mark.parametrize("way", ALWAYS, ids="-".join)
@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_page_when_judged_by_axe_then_nothing_is_found_and_nothing_scrolls_sideways(
    browser: Browser, look: Look, way: tuple[str, str, str]
) -> None:
    check(browser, look, *way)


@pytest.mark.slow
@pytest.mark.shows("S12", "BOOK-7")
@pytest.mark.parametrize("way", [way for way in ALL if way not in ALWAYS], ids="-".join)
@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_page_when_judged_by_axe_in_every_way_then_nothing_is_found(
    browser: Browser, look: Look, way: tuple[str, str, str]
) -> None:
    check(browser, look, *way)
