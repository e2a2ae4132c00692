"""A page in a colour of the owner's own: the style that comes with it, and the policy that allows exactly that."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from app.domain import colours
from tests.web.conftest import Visitor
from tests.web.fake import FakeLink

OWN = "#ffe14d"


@pytest.fixture
def own(fake: FakeLink, visitor: Visitor) -> TestClient:
    fake.change("anna/intro", lambda page: replace(page, colour=OWN))
    return visitor()


def styles(text: str) -> list[str]:
    return re.findall(r"<style>(.*?)</style>", text, flags=re.S)


def sources(client: TestClient, path: str) -> tuple[str, set[str]]:
    answer = client.get(path, headers={"accept": "text/html"})
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    return answer.text, set(policy["style-src"].split())


@pytest.mark.shows("PAGE-2", "S1")
def test_an_own_colour_when_its_page_is_read_then_is_readable_and_allowed_by_its_digest_alone(own: TestClient) -> None:
    text, allowed = sources(own, "/meetings/anna/intro")
    assert '<body class="c-own">' in text
    assert allowed == {f"'sha256-{base64.b64encode(hashlib.sha256(each.encode()).digest()).decode()}'" for each in styles(text)}
    assert len(allowed) == 2
    light, dark = colours.shades(OWN, colours.LIGHT), colours.shades(OWN, colours.DARK)
    assert f"--tile:{light.tile};--on_tile:#FFFFFF" in styles(text)[1]
    assert f"--tile:{dark.tile};--on_tile:#172124" in styles(text)[1]
    assert colours.contrast(light.tile, "#FFFFFF") >= 4.5
    assert sources(own, "/meetings/anna/intro")[1] == allowed, "also when the answer is a kept one"


def test_an_own_colour_when_another_page_is_read_then_its_style_is_not_there(own: TestClient) -> None:
    text, allowed = sources(own, "/meetings/anna/lunch")
    assert '<body class="c-moss">' in text
    assert len(styles(text)) == len(allowed) == 1


@pytest.mark.parametrize("colour", ["#ffe14", "#ffe14d}body{display:none", "</style><script>", "url(//evil.example)", ""])
def test_a_colour_when_it_is_none_then_the_page_is_fjord(fake: FakeLink, visitor: Visitor, colour: str) -> None:
    fake.change("anna/intro", lambda page: replace(page, colour=colour))
    text, allowed = sources(visitor(), "/meetings/anna/intro")
    assert '<body class="c-fjord">' in text
    assert len(styles(text)) == len(allowed) == 1
