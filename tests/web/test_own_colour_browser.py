"""A colour of the owner's own in a real Chromium: the policy lets its style in, tile and avatar wear it, buttons do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser

from app.domain import colours
from app.domain.clock import to_iso
from app.domain.colours import DARK, LIGHT, Ground
from tests.web import looks
from tests.web.fake import at, date, link
from tests.web.serving import Served, serving

pytestmark = pytest.mark.browser

OWN = "#ffe14d"
FORM = f"/meetings/anna/intro?step=form&duration=30&start={to_iso(at(date(2026, 10, 15), '09:40'))}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with looks.chromium() as found:
        yield found


@pytest.fixture
def served() -> Iterator[Served]:
    with serving(link()) as found:
        found.link.change("anna/intro", lambda page: replace(page, colour=OWN))
        yield found


def rgb(colour: str) -> str:
    return f"rgb({int(colour[1:3], 16)}, {int(colour[3:5], 16)}, {int(colour[5:7], 16)})"


@pytest.mark.shows("PAGE-2")
@pytest.mark.parametrize(("scheme", "ground"), [("light", LIGHT), ("dark", DARK)])
def test_an_own_colour_when_the_form_is_shown_then_tints_tile_and_avatar_alone(
    browser: Browser, served: Served, scheme: str, ground: Ground
) -> None:
    context = browser.new_context(base_url=served.url, color_scheme=scheme, locale="en-GB")  # type: ignore[arg-type]
    complaints: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(FORM)

    def style(part: str, name: str) -> str:
        return str(page.locator(part).first.evaluate(f"one => getComputedStyle(one).{name}"))

    found = colours.shades(OWN, ground)
    assert style(".tile b", "backgroundColor") == rgb(found.tile)
    assert style(".tile b", "color") == rgb(found.on_tile)
    assert style(".avatar", "color") == rgb(found.initials)
    assert style("#send", "backgroundColor") == rgb("#82CAD3" if ground.dark else "#1A5F6C"), "what can be pressed stays fjord"
    hill = style(".l-near", "fill")
    assert hill != rgb("#14252A" if ground.dark else "#3F7F8B"), "the landscape takes something of it"
    assert complaints == []
    context.close()
