"""Anna's pages with a program made by hand behind them; visitors without a socket."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from app.domain.clock import to_iso
from app.web.asgi import App
from tests.web.fake import FakeLink, FakeTicks, at, date, link
from tests.web.serving import DRAWING, KEY

START = to_iso(at(date(2026, 10, 15), "09:40"))
OTHER = to_iso(at(date(2026, 10, 16), "09:00"))
PERSON = {"first_name": "Maja", "last_name": "Lindqvist", "email": "maja@example.org"}
HERE = {"sec-fetch-site": "same-origin", "accept": "text/html"}
"""What a browser sends with a form of our own."""


@pytest.fixture
def fake() -> FakeLink:
    return link()


@pytest.fixture
def ticks() -> FakeTicks:
    return FakeTicks()


@pytest.fixture
def app(fake: FakeLink, ticks: FakeTicks) -> App:
    return App(fake, KEY, fake.clock, ticks, DRAWING)


Visitor = Callable[..., TestClient]


@pytest.fixture
def visitor(app: App) -> Visitor:
    """Makes visitors: ``address`` is where their connection comes from."""

    def make(address: str = "127.0.0.1", **headers: str) -> TestClient:
        return TestClient(
            app, base_url="http://127.0.0.1:8000", client=(address, 50000), follow_redirects=False, headers=headers,
            raise_server_exceptions=False,
        )  # fmt: skip

    return make


@pytest.fixture
def client(visitor: Visitor) -> TestClient:
    return visitor()


def hidden(text: str, form: str = "") -> dict[str, list[str]]:
    """The hidden fields of a page's form."""
    if form:
        text = text[text.index(f'id="{form}"') :]
        text = text[: text.index("</form>")]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', text):
        found.setdefault(name, []).append(value)
    return found


def form_of(
    client: TestClient, ticks: FakeTicks, path: str = f"/meetings/anna/intro?duration=30&start={START}"
) -> dict[str, list[str]]:
    """The hidden fields of the booking form, three seconds after it was opened."""
    answer = client.get(path, headers={"accept": "text/html"})
    assert answer.status_code == 200
    ticks.at += 3
    return hidden(answer.text, "book")
