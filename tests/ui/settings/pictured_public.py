"""States of the panels about pages in public, to draw and to test: Scheduling pages, Publishing, Chat and embed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QApplication

from app.domain.clock import HOUR, MINUTE
from app.domain.reaching import DomainCheck, Obstacle, Serving, Standing
from app.domain.settings import Domain, Publishing, Reach
from app.ui.settings.address_words import PartCheck, PartState
from app.ui.settings.embed import EmbedPanel
from app.ui.settings.pages import PagesPanel
from app.ui.settings.panel import Panel
from app.ui.settings.publishing import PublishingPanel
from app.ui.settings.state import SettingsState
from tests.ui.overviews import NOW
from tests.ui.settings import pictured

MEET, BOOK = Domain("meet.example.com"), Domain("book.example.net", indexed=True)
PROXY = Publishing(Reach.PROXY, 43117, (MEET, BOOK), MEET.host, embedders=("https://www.example.com",))
REACHED = DomainCheck(MEET.host, NOW - 2 * MINUTE, addresses=("192.0.2.7",), milliseconds=84, proxied=True)
LOST = DomainCheck(MEET.host, NOW - MINUTE, Obstacle.ELSEWHERE, ("198.51.100.4",))
LOST_TOO = DomainCheck(BOOK.host, NOW - MINUTE, Obstacle.NO_ADDRESS)
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


def _details(panel: Panel) -> None:
    assert isinstance(panel, PublishingPanel)
    panel.status._fault.button("details").click()


def _link(panel: Panel) -> None:
    assert isinstance(panel, EmbedPanel)
    panel.kind._segments[1].click()


def _below(panel: Panel) -> None:
    panel.window().show()
    QApplication.processEvents()
    QApplication.processEvents()
    bar = panel.area.verticalScrollBar()
    bar.setValue(bar.maximum())


def _paused() -> SettingsState:
    found = state()
    off = replace(found.base, pages_on=False)
    return replace(found, base=off, draft=off)


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
    "publishing-live": ("publishing", state(), _nothing),
    "publishing-slow": ("publishing", state(standing=replace(LIVE, milliseconds=3100, last_visit=0)), _nothing),
    "publishing-down": ("publishing", state(standing=DOWN), _details),
    "publishing-connecting": ("publishing", state(standing=replace(LIVE, serving=Serving.STARTING)), _nothing),
    "publishing-computer": ("publishing", state(COMPUTER, HERE), _nothing),
    "publishing-network": ("publishing", state(NETWORK, LAN), _nothing),
    "publishing-chosen": ("publishing", changed(state(COMPUTER, HERE), reach=Reach.PROXY), _nothing),
    "publishing-stopped": (
        "publishing",
        state(COMPUTER, replace(HERE, serving=Serving.NOT_REACHED, reason="port_taken")),
        _nothing,
    ),
    "publishing-paused": ("publishing", _paused(), _nothing),
    "publishing-below": ("publishing", state(standing=replace(LIVE, checks=(REACHED, LOST_TOO))), _below),
    "embed-frame": ("embed", state(), _nothing),
    "embed-link": ("embed", state(), _link),
    "embed-no-pages": ("embed", replace(state(), pages=()), _nothing),
    "pages-none": ("pages", replace(state(), pages=()), _nothing),
    "embed-none": ("embed", state(COMPUTER, HERE), _nothing),
    "pages-moved": ("pages", changed(state(), default_domain=BOOK.host), _nothing),
}
