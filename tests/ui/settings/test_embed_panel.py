"""Chat and embed in the settings: code for a site, and the sites that may show a page."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from app.ui.settings.embed import FRAME, LINK, EmbedPanel
from tests.services.opened import page
from tests.ui.settings.pictured_public import PROXY
from tests.ui.settings.test_privacy import texts
from tests.ui.settings.test_settings_window import InLoop, Room, room

pytestmark = pytest.mark.qt_log_ignore("does not support raise")


class Read(HTMLParser):
    """The one element of a piece of code, with its attributes and its text."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.name, self.attributes, self.text = "", {}, ""
        self.feed(code)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.name, self.attributes = tag, dict(attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def panel(r: Room) -> EmbedPanel:
    r.window.show_panel("embed")
    found = r.window.panel_of("embed")
    assert isinstance(found, EmbedPanel)
    return found


def show(shown: EmbedPanel, kind: str) -> None:
    next(each for each in shown.kind._segments if each.option.value == kind).click()


async def live(r: Room) -> None:
    """Published behind the owner's own proxy, as far as the settings know."""
    current = r.workspace.settings.current
    await r.workspace.settings.save(replace(current, publishing=replace(PROXY, port=0, embedders=())))
    await r.until(lambda: r.controller.state is not None and r.controller.state.draft.publishing.domains)


@pytest.mark.shows("PUB-3", "URL-3")
def test_code_when_a_page_is_chosen_shows_that_page_on_the_default_domain(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            await r.workspace.pages.save(page(2, title='Talk "soon" & more'))
            await live(r)
            shown = panel(r)
            await r.until(lambda: len(shown.page.box.options) == 2)
            code = Read(shown.code.toPlainText())
            assert (code.name, code.attributes["title"]) == ("iframe", "Page 1 with Anna Holm")
            assert code.attributes["src"] == "https://meet.example.com/meetings/anna/page-1?embed=1"
            shown.page.box.setCurrentIndex(1)
            code = Read(shown.code.toPlainText())
            assert code.attributes["title"] == 'Talk "soon" & more with Anna Holm'
            assert code.attributes["src"] == "https://meet.example.com/meetings/anna/page-2?embed=1"
            assert r.footer() == "Everything is saved", "the code is kept nowhere"
            r.button("Copy code", shown).click()
            await r.told("Code copied")
            assert QGuiApplication.clipboard().text() == shown.code.toPlainText()

    in_loop(main)


@pytest.mark.shows("PUB-3")
def test_link_when_its_words_are_typed_says_them(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            await live(r)
            shown = panel(r)
            assert not shown.words.isVisible()
            show(shown, LINK)
            assert Read(shown.code.toPlainText()).text == "Book a meeting with Anna"
            assert not shown.sites.isVisible(), "a link needs no leave"
            shown.words.edit.setFocus()
            QTest.keyClicks(shown.words.edit, "Coffee <& tea>?")
            code = Read(shown.code.toPlainText())
            assert (code.name, code.text) == ("a", "Coffee <& tea>?")
            assert code.attributes["href"] == "https://meet.example.com/meetings/anna/page-1"
            assert shown.picture.accessibleName() == "Your site with the link “Coffee <& tea>?”"
            show(shown, FRAME)
            assert shown.picture.accessibleName() == "Your site with the page “Page 1” in it"

    in_loop(main)


def test_code_when_pages_are_not_live_says_that_it_waits(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            assert "The code works when your pages are live." in texts(panel(r))

    in_loop(main)


@pytest.mark.shows("PUB-3", "SET-6")
def test_sites_when_added_and_removed_are_kept_with_save(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            shown = panel(r)
            assert "No site is in the list yet, so the code shows nothing." in texts(shown)
            field = shown.sites.add.field
            field.edit.setFocus()
            QTest.keyClicks(field.edit, "www.Example.com\r")
            QTest.keyClicks(field.edit, "http://localhost:8000\r")
            await r.until(lambda: "https://www.example.com" in texts(shown))
            assert r.workspace.settings.current.publishing.embedders == ()
            QTest.keyClicks(field.edit, "https://www.example.com\r")
            assert field.error == "This site is in your list already."
            r.window.show_panel("calendars")
            r.button("Save").click()
            assert r.window.focusWidget() is field.edit
            field.edit.selectAll()
            field.edit.del_()
            r.button("Save").click()
            await r.until(lambda: r.footer() == "Everything is saved")
            assert r.workspace.settings.current.publishing.embedders == ("https://www.example.com", "http://localhost:8000")
            shown.sites.removers["http://localhost:8000"].click()
            r.button("Save").click()
            await r.until(lambda: r.footer() == "Everything is saved")
            assert r.workspace.settings.current.publishing.embedders == ("https://www.example.com",)

    in_loop(main)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Write the address of your site, for example https://www.example.com."),
        ("https://*.example.com", "Write each site by its full name. A star does not count."),
        ("https://example.com/contact", "Leave out what comes after the name: every page of the site may show it then."),
        ("http://www.example.com", "The site must begin with https://."),
        ("www example", "Write an address like https://www.example.com, without spaces."),
    ],
)
def test_site_when_it_is_none_says_what_to_do(in_loop: InLoop, tmp_path: Path, typed: str, said: str) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            field = panel(r).sites.add.field
            field.edit.setFocus()
            QTest.keyClicks(field.edit, f"{typed}\r")
            assert field.error == said

    in_loop(main)
