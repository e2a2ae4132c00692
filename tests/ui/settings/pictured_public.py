"""States of the panels about pages in public, to draw and to test: Scheduling pages, Publishing, Chat and embed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from app.domain.clock import HOUR, MINUTE
from app.domain.reaching import DomainCheck, Obstacle, Serving, Standing
from app.domain.settings import Domain, Publishing, Reach
from app.ui.settings.address_words import PartCheck, PartState
from app.ui.settings.pages import PagesPanel
from app.ui.settings.panel import Panel
from app.ui.settings.state import SettingsState
from tests.ui.overviews import NOW
from tests.ui.settings import pictured

MEET, BOOK = Domain("meet.example.com"), Domain("book.example.net", indexed=True)
PROXY = Publishing(Reach.PROXY, 43117, (MEET, BOOK), MEET.host, embedders=("https://www.example.com",))
REACHED = DomainCheck(MEET.host, NOW - 2 * MINUTE, addresses=("192.0.2.7",), milliseconds=84)
LOST = DomainCheck(MEET.host, NOW - MINUTE, Obstacle.ELSEWHERE, ("198.51.100.4",))
LIVE = Standing(
    Serving.LIVE, "proxy", MEET.origin, NOW - 3 * HOUR - 12 * MINUTE, NOW - 4 * MINUTE, 84, port=43117,
    lan=("192.168.1.20",), proxy_secret="5e" * 32, checks=(REACHED,),
)  # fmt: skip
DOWN = replace(
    LIVE, serving=Serving.NOT_REACHED, since=NOW - 4 * MINUTE, reason=Obstacle.ELSEWHERE.value, checks=(LOST,), milliseconds=0
)
HERE = Standing(Serving.LIVE, url="http://127.0.0.1:43117", since=NOW - HOUR, port=43117, lan=("192.168.1.20",))
LAN = replace(HERE, reach="network", url="http://192.168.1.20:43117", milliseconds=12)


def state(publishing: Publishing = PROXY, standing: Standing = LIVE, **draft: object) -> SettingsState:
    """The window with these settings of publishing; ``draft``: what the owner has changed."""
    settings = replace(pictured.SETTINGS, publishing=publishing, own_part="anna-holm", default_page="p1")
    found = pictured.state((pictured.GOOGLE,), (pictured.ANNA,), settings)
    return replace(found, standing=standing, draft=replace(found.draft, **draft))  # type: ignore[arg-type]


def changed(found: SettingsState, **publishing: object) -> SettingsState:
    """The state after the owner changed something of publishing."""
    draft = replace(found.draft, publishing=replace(found.draft.publishing, **publishing))  # type: ignore[arg-type]
    return replace(found, draft=draft)


def _checked(check: PartCheck) -> Callable[[Panel], None]:
    def prepare(panel: Panel) -> None:
        assert isinstance(panel, PagesPanel)
        panel.address.set_part(check.part)
        panel.show_check(check)

    return prepare


def _nothing(panel: Panel) -> None:
    pass


FREE = PartCheck("holm", PartState.FREE)
TAKEN = PartCheck("holm", PartState.TAKEN, others=("anna-holm-2", "holm-2"))
COMPUTER, NETWORK = Publishing(port=43117), Publishing(Reach.NETWORK, 43117)

PANELS: dict[str, tuple[str, SettingsState, Callable[[Panel], None]]] = {
    "pages-free": ("pages", state(own_part="holm"), _checked(FREE)),
    "pages-taken": ("pages", state(own_part="holm"), _checked(TAKEN)),
    "pages-checking": ("pages", state(own_part="holm"), _nothing),
    "pages-unreached": ("pages", state(standing=DOWN), _nothing),
    "pages-computer": ("pages", state(COMPUTER, HERE), _nothing),
    "pages-paused": ("pages", state(pages_on=False), _nothing),
    "pages-moved": ("pages", changed(state(), default_domain=BOOK.host), _nothing),
}
