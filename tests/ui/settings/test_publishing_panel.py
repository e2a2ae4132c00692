"""Publishing in the settings, with the real page server: the ways, the domains, what is in the way and what is done then."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from app import i18n
from app.domain.reaching import DomainCheck, Obstacle, Serving
from app.domain.settings import Domain, Reach
from app.ui import theme
from app.ui.settings import publishing_words as words
from app.ui.settings.links import lan_address
from app.ui.settings.panel import Panel
from app.ui.settings.publishing import PublishingPanel
from app.ui.settings.state import SettingsState
from app.ui.settings.view import SettingsWindow
from tests.ui import access
from tests.ui.overviews import NOW
from tests.ui.settings import pictured_public
from tests.ui.settings.pictured_public import BOOK, DOWN, LIVE, MEET, PROXY
from tests.ui.settings.test_privacy import texts
from tests.ui.settings.test_settings_window import InLoop, Room, room

pytestmark = [pytest.mark.qt_log_ignore("does not support raise"), pytest.mark.timeout(120)]
PATH = "/meetings/anna/page-1"


class Proxy:
    """A reverse proxy of the owner's own, as plain as one can be: it adds its secret and passes everything on."""

    def __init__(self, host: str) -> None:
        self.host, self.port, self.secret, self.target = host, 0, "", 0
        self._server: asyncio.Server | None = None

    @property
    def origin(self) -> str:
        return f"http://{self.host}:{self.port}"

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._pass_on, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        secret = f"X-Aftale-Proxy: {self.secret}\r\n" if self.secret else ""
        first, rest = head.split(b"\r\n", 1)
        inward, outward = await asyncio.open_connection("127.0.0.1", self.target)
        outward.write(first + b"\r\n" + secret.encode() + b"Connection: close\r\n" + rest)
        writer.write(await inward.read())
        for stream in (outward, writer):
            stream.close()


@asynccontextmanager
async def published(folder: Path) -> AsyncIterator[Room]:
    async with room(folder) as r:
        await r.workspace.publishing.start(0)
        r.controller._reload()
        await r.until(lambda: r.controller.state is not None and r.controller.state.standing.serving is Serving.LIVE)
        yield r


@asynccontextmanager
async def proxies(r: Room, *hosts: str) -> AsyncIterator[tuple[Proxy, ...]]:
    made = tuple(Proxy(host) for host in hosts)
    for proxy in made:
        proxy.target = r.workspace.publishing.standing().port
        await proxy.open()
    try:
        yield made
    finally:
        for proxy in made:
            await proxy.close()


def panel(r: Room) -> PublishingPanel:
    r.window.show_panel("publishing")
    found = r.window.panel_of("publishing")
    assert isinstance(found, PublishingPanel)
    return found


def choose(shown: PublishingPanel, reach: Reach) -> None:
    shown.ways.cards[reach].radio.click()


async def saved(r: Room) -> None:
    r.button("Save").click()
    await r.until(lambda: r.footer() == "Everything is saved")


async def status(url: str) -> int:
    async with httpx2.AsyncClient(timeout=10) as client:
        try:
            return (await client.get(url)).status_code
        except httpx2.ConnectError:
            return 0


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


# Ways


@pytest.mark.shows("PUB-1", "PUB-2", "PUB-3")
def test_network_when_chosen_and_saved_is_where_others_open_the_page_until_publishing_is_stopped(
    in_loop: InLoop, tmp_path: Path
) -> None:
    async def main() -> None:
        async with published(tmp_path) as r:
            shown = panel(r)
            assert "Only on this computer" in texts(shown)
            assert "Nobody else can open your pages." in texts(shown)
            assert not shown.status.qr.isVisible()
            choose(shown, Reach.NETWORK)
            assert "see your pages without encryption" in texts(shown)
            assert await status(lan_address(r.workspace.publishing.standing()) + PATH) == 0, "not before Save"
            await saved(r)
            await r.until(lambda: "Live on your network" in texts(shown))
            url = lan_address(r.workspace.publishing.standing()) + PATH
            assert await status(url) == 200
            r.button("Copy link", shown.status).click()
            assert clipboard() == url
            assert shown.status.qr.isVisible()
            assert shown.status.qr.accessibleName() == f"QR code of {url}"
            r.button("Stop publishing", shown.status).click()
            assert r.footer() == "Unsaved changes"
            await saved(r)
            await r.until(lambda: "Only on this computer" in texts(shown.status))
            end = asyncio.get_running_loop().time() + 10
            while await status(url):
                assert asyncio.get_running_loop().time() < end, "the network still reaches the page"

    in_loop(main)


@pytest.mark.shows("PUB-1", "PUB-2", "URL-3")
def test_proxy_when_set_up_is_tested_goes_live_and_its_domains_serve_every_page(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with published(tmp_path) as r, proxies(r, "127.0.0.2", "127.0.0.3") as (one, two):
            shown = panel(r)
            choose(shown, Reach.PROXY)
            assert r.footer() == "Write the public address of your proxy"
            r.button("Save").click()
            assert r.window.focusWidget() is shown.ways.proxy.address.edit
            QTest.keyClicks(shown.ways.proxy.address.edit, f"{one.origin}/some/page")
            assert r.footer() == "Unsaved changes"
            code = shown.ways.proxy.code.toPlainText()
            one.secret = two.secret = r.workspace.publishing.standing().proxy_secret
            assert one.secret in code
            assert not shown.ways.proxy.test.isEnabled()
            assert shown.ways.proxy.result.text == "It can be tested once it is saved."
            await saved(r)
            await r.until(lambda: f"Live at 127.0.0.2:{one.port}" in texts(shown))
            r.button("Test connection", shown).click()
            await r.until(lambda: "Reached just now" in shown.ways.proxy.result.text)
            shown.domains.add.field.edit.setFocus()
            QTest.keyClicks(shown.domains.add.field.edit, f"{two.origin}\r")
            await saved(r)
            shown.domains.rows["127.0.0.3"].default.click()
            await saved(r)
            await r.until(lambda: f"Live at 127.0.0.3:{two.port}" in texts(shown))
            r.button("Copy link", shown.status).click()
            assert clipboard() == two.origin + PATH
            for proxy in (one, two):
                assert await status(proxy.origin + PATH) == 200

    in_loop(main)


@pytest.mark.shows("PUB-2")
def test_pages_when_their_address_leads_nowhere_are_in_a_danger_card_until_they_are_reached(
    in_loop: InLoop, tmp_path: Path
) -> None:
    async def main() -> None:
        async with published(tmp_path) as r, proxies(r, "127.0.0.2") as (proxy,):
            shown = panel(r)
            current = r.workspace.settings.current
            domain = Domain("127.0.0.2", proxy.port, secure=False)
            behind = replace(current.publishing, reach=Reach.PROXY, domains=(domain,), default_domain=domain.host)
            await r.workspace.settings.save(replace(current, publishing=behind))
            await r.until(lambda: "Live at 127.0.0.2" in texts(shown))
            await proxy.close()
            for _twice in range(2):
                await r.workspace.domains.check(domain)
            await r.until(lambda: "Your pages cannot be reached" in texts(shown))
            assert f"Nothing answers at 127.0.0.2:{proxy.port}. Is your proxy running" in texts(shown)
            assert "In use, not reached" in texts(shown)
            assert r.window._items["publishing"].accessibleDescription() == "Needs attention"
            r.button("Show details", shown).click()
            r.button("Copy details", shown).click()
            assert "Reason: refused" in clipboard()
            assert r.workspace.publishing.standing().proxy_secret not in clipboard()
            await proxy.open()
            r.button("Try now", shown).click()
            await r.until(lambda: "Live at 127.0.0.2" in texts(shown))

    in_loop(main)


@pytest.mark.shows("PUB-2")
def test_proxy_when_it_does_not_prove_itself_is_told_to_the_owner(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with published(tmp_path) as r, proxies(r, "127.0.0.2") as (proxy,):
            shown = panel(r)
            choose(shown, Reach.PROXY)
            QTest.keyClicks(shown.ways.proxy.address.edit, proxy.origin)
            await saved(r)
            await r.until(lambda: "Live at 127.0.0.2" in texts(shown))
            shown.domains.rows["127.0.0.2"].check.click()
            await r.until(lambda: "all visitors seem to be one" in texts(shown.domains))

    in_loop(main)


@pytest.mark.shows("DESK-5")
def test_ways_when_there_is_no_mouse_are_chosen_with_arrows_and_filled_in(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            r.window.activateWindow()
            shown = panel(r)
            shown.go_to(shown.ways.go_to_first())
            for reach in (Reach.NETWORK, Reach.PROXY):
                QTest.keyClick(r.window.focusWidget(), Qt.Key.Key_Down)
                assert r.window.focusWidget() is shown.ways.cards[reach].radio
                assert r.controller.state.draft.publishing.reach is reach  # type: ignore[union-attr]
            QTest.keyClick(r.window.focusWidget(), Qt.Key.Key_Tab)
            assert r.window.focusWidget() is shown.ways.proxy.address.edit
            QTest.keyClicks(r.window.focusWidget(), "meet.example.com")
            row = shown.domains.rows["meet.example.com"]
            await r.until(row.isVisible)
            wanted, seen = [shown.ways.proxy.code, shown.ways.proxy.copy, row.remove, shown.domains.add.field.edit], []
            while r.window.focusWidget() is not shown._programs.box:
                QTest.keyClick(r.window.focusWidget(), Qt.Key.Key_Tab)
                seen.append(r.window.focusWidget())
                assert len(seen) < 30
            assert [each for each in seen if each in wanted] == wanted

    in_loop(main)


# Domains


@pytest.mark.shows("URL-3")
def test_domains_when_added_are_cleaned_and_when_removed_say_what_follows(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            shown = panel(r)
            field = shown.domains.add.field
            for typed in ("https://Meet.Example.com/anna?x", "møde.dk"):
                field.edit.setFocus()
                QTest.keyClicks(field.edit, f"{typed}\r")
            assert list(shown.domains.rows) == ["meet.example.com", "xn--mde-0na.dk"]
            await r.until(lambda: "møde.dk" in texts(shown.domains))
            assert "Links use a domain once your pages are published" in texts(shown.domains)
            QTest.keyClicks(field.edit, "MEET.example.com\r")
            assert field.error == "This domain is in your list already."
            assert r.footer() == "Add “MEET.example.com” to the list, or empty its field"
            r.window.show_panel("calendars")
            r.button("Save").click()
            assert r.window.focusWidget() is field.edit
            field.edit.selectAll()
            QTest.keyClicks(field.edit, "book.example.net")
            r.button("Add a domain", shown).click()
            await saved(r)
            shown.domains.rows["meet.example.com"].remove.click()
            question = await r.question()
            assert (
                "Links with meet.example.com open nothing any more once you save. "
                "Your page stays, and its link is made with møde.dk." in texts(question)
            )
            question.button("remove").click()
            await r.until(lambda: list(shown.domains.rows) == ["xn--mde-0na.dk", "book.example.net"])
            await saved(r)
            publishing = r.workspace.settings.current.publishing
            assert publishing.default_domain == "xn--mde-0na.dk"
            assert len(publishing.domains) == 2

    in_loop(main)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Write a domain, for example meet.example.com."),
        ("meet example", "Write a domain like meet.example.com, without spaces."),
        ("ftp://meet.example.com", "The address must begin with https:// or http://."),
        ("meet.example.com:70000", "The number behind the colon is a port, from 1 to 65535."),
    ],
)
def test_domain_when_it_is_none_says_what_to_do(in_loop: InLoop, tmp_path: Path, typed: str, said: str) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            field = panel(r).domains.add.field
            field.edit.setFocus()
            QTest.keyClicks(field.edit, f"{typed}\r")
            assert field.error == said
            assert field.edit.accessibleDescription() == said

    in_loop(main)


@pytest.mark.shows("URL-3", "SET-6")
def test_public_address_when_typed_changes_the_default_domain_alone(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            current = r.workspace.settings.current
            await r.workspace.settings.save(replace(current, publishing=replace(PROXY, port=0, domains=(MEET, BOOK))))
            shown = panel(r)
            edit = shown.ways.proxy.address.edit
            await r.until(lambda: edit.text() == "https://meet.example.com")
            edit.setFocus()
            edit.selectAll()
            QTest.keyClicks(edit, "https://book.example.network")
            assert [each.host for each in r.controller.state.draft.publishing.domains] == [  # type: ignore[union-attr]
                "book.example.network",
                BOOK.host,
            ]
            edit.selectAll()
            QTest.keyClicks(edit, "not one")
            assert r.footer() == "Write the public address of your proxy"
            shown.ways.proxy.copy.setFocus()
            assert shown.ways.proxy.address.error == "Write a domain like meet.example.com, without spaces."
            choose(shown, Reach.COMPUTER)
            assert r.footer() == "Unsaved changes"

    in_loop(main)


def test_programs_when_let_in_are_let_in_with_save(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            shown = panel(r)
            assert "Off: only programs on this computer" in texts(shown)
            shown._programs.box.click()
            assert "The limits against misuse stay." in texts(shown)
            await saved(r)
            assert r.workspace.settings.current.publishing.programs

    in_loop(main)


# Words


@pytest.mark.parametrize(
    ("obstacle", "said"),
    [
        (Obstacle.NO_ADDRESS, "meet.example.com points nowhere yet."),
        (Obstacle.REFUSED, "Nothing answers at meet.example.com."),
        (Obstacle.TIMEOUT, "meet.example.com did not answer in time."),
        (Obstacle.CERTIFICATE, "The certificate of meet.example.com is not trusted."),
        (Obstacle.ELSEWHERE, "It points to 198.51.100.4; this computer is 192.168.1.20."),
        (Obstacle.ANOTHER, "At meet.example.com another Aftale answers"),
    ],
)
def test_obstacle_when_told_says_what_is_in_the_way_and_what_to_do(obstacle: Obstacle, said: str) -> None:
    i18n.use("en")
    check = DomainCheck(MEET.host, NOW, obstacle, ("198.51.100.4",))
    told = words.obstacle_words(check, MEET, LIVE)
    assert said in told
    assert told.endswith((".", "?"))
    state = pictured_public.state(standing=replace(DOWN, reason=obstacle.value, checks=(check,)))
    assert told in words.status_words(state).lines


@pytest.mark.parametrize("obstacle", list(Obstacle))
def test_obstacle_when_there_is_one_has_words_in_danish(obstacle: Obstacle) -> None:
    english = words.obstacle_words(DomainCheck(MEET.host, NOW, obstacle), MEET, LIVE)
    i18n.use("da")
    try:
        assert words.obstacle_words(DomainCheck(MEET.host, NOW, obstacle), MEET, LIVE) != english
    finally:
        i18n.use("en")


# How it looks


@pytest.mark.shows("DESK-5")
@pytest.mark.parametrize("name", list(pictured_public.PANELS))
def test_panels_when_danish_and_large_cut_nothing_in_any_state(in_loop: InLoop, name: str) -> None:
    async def main() -> None:
        i18n.use("da")
        theme.active().apply("light", 130)
        key, state, prepare = pictured_public.PANELS[name]
        window = SettingsWindow(lambda _zone: ())
        try:
            _show(window, key, state, prepare)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            found = window.panel_of(key)
            assert found.area.widget().width() <= found.area.viewport().width()
            assert not [*access.squeezed(found), *access.unnamed(found)]
        finally:
            window.allow_close()
            window.deleteLater()
            i18n.use("en")
            theme.active().apply("light", 100)

    in_loop(main)


def _show(window: SettingsWindow, key: str, state: SettingsState, prepare: object) -> None:
    from PySide6.QtWidgets import QApplication

    shown = [state]

    def show(changed: SettingsState) -> None:
        shown[0] = changed
        window.render_state(changed)

    window.edited.connect(lambda draft: show(replace(shown[0], draft=draft)))
    window.render_state(state)
    window.show_panel(key)
    window.resize(1092, 720)
    panel: Panel = window.panel_of(key)
    prepare(panel)  # type: ignore[operator]
    window.show()
    for _turn in range(3):
        QApplication.processEvents()
