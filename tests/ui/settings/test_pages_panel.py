"""Scheduling pages in the settings: the owner's address, the domain that links are made with, and what else is set there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from app.domain.errors import SlugTaken
from app.domain.reaching import DomainCheck, Obstacle
from app.domain.settings import Domain, Reach
from app.ui.settings.address import ADD
from app.ui.settings.address_acts import MovedLinks
from app.ui.settings.pages import PagesPanel
from app.ui.settings.publishing import PublishingPanel
from app.ui.widgets import Toast
from tests.services.opened import page
from tests.ui.settings.pictured_public import BOOK, LIVE, MEET
from tests.ui.settings.test_privacy import texts
from tests.ui.settings.test_settings_window import InLoop, Room, room

pytestmark = pytest.mark.qt_log_ignore("does not support raise")


def panel(r: Room) -> PagesPanel:
    r.window.show_panel("pages")
    found = r.window.panel_of("pages")
    assert isinstance(found, PagesPanel)
    return found


def type_part(shown: PagesPanel, text: str) -> None:
    """Writes the own part as a person would, key by key."""
    edit = shown.address.part.edit
    edit.setFocus()
    edit.selectAll()
    QTest.keyClicks(edit, text)


async def with_domains(r: Room) -> None:
    """Two domains behind the owner's own proxy, the first one the default."""
    current = r.workspace.settings.current
    published = replace(current.publishing, reach=Reach.PROXY, domains=(MEET, BOOK), default_domain=MEET.host)
    await r.workspace.settings.save(replace(current, publishing=published))
    await r.until(lambda: r.window._state is not None and r.window._state.draft.publishing.domains)


async def saved(r: Room) -> None:
    r.button("Save").click()
    await r.until(lambda: r.footer() == "Everything is saved")


@pytest.mark.shows("URL-1", "SET-6")
def test_own_part_when_changed_holds_for_new_pages_and_old_ones_keep_theirs(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            shown = panel(r)
            type_part(shown, "Åse Holm ")
            assert shown.address.part.text() == "aase-holm-"
            await r.until(lambda: "aase-holm is free." in texts(shown))
            assert "Pages you make from now on use aase-holm. Your page keeps anna, so old links still work." in texts(shown)
            assert shown.address.well.address.endswith("/meetings/aase-holm/page-1")
            await saved(r)
            workspace = r.workspace
            assert workspace.settings.current.own_part == "aase-holm"
            made = workspace.pages.draft("Intro call")
            await workspace.pages.save(replace(made, slug=await workspace.pages.free_slug("Intro call")))
            assert {each.slug for each in await workspace.pages.all()} == {"anna/page-1", "aase-holm/intro-call"}

    in_loop(main)


@pytest.mark.shows("URL-2", "SET-6")
def test_own_part_when_taken_is_not_saved_and_others_are_offered(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            await with_domains(r)
            await r.workspace.pages.save(page(2, slug="holm", title="Intro call"))
            shown = panel(r)
            type_part(shown, "holm")
            assert r.footer() == "Your address is still being checked"
            await r.until(lambda: "holm is taken on meet.example.com: it is the address of “Intro call”." in texts(shown))
            assert r.footer() == "Choose another address to save"
            r.window.show_panel("calendars")
            r.button("Save").click()
            assert r.window.panel == "pages"
            assert r.window.focusWidget() is shown.address.part.edit
            assert r.workspace.settings.current.own_part == "anna"
            r.button("anna-holm", shown).click()
            await r.until(lambda: "anna-holm is free on both of your domains." in texts(shown))
            await saved(r)
            assert r.workspace.settings.current.own_part == "anna-holm"

    in_loop(main)


@pytest.mark.shows("URL-2")
def test_own_part_when_an_old_link_leads_there_is_taken(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            await r.workspace.pages.save(page(2, slug="holm"))
            await r.workspace.pages.save(page(2, slug="anna/other"))
            shown = panel(r)
            type_part(shown, "holm")
            await r.until(lambda: "holm is taken: an old link to one of your pages leads there." in texts(shown))

    in_loop(main)


@pytest.mark.shows("URL-2", "SET-6")
def test_own_part_when_a_page_takes_it_just_before_saving_is_refused_whole(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            draft = r.workspace.settings.current
            await r.workspace.pages.save(page(2, slug="holm"))
            state = r.controller.state
            assert state is not None
            with pytest.raises(SlugTaken):
                await r.workspace.accounts.save(replace(draft, own_part="holm", pages_on=False), state.draft.choices)
            assert r.workspace.settings.current.own_part == "anna"
            assert r.workspace.settings.current.pages_on

    in_loop(main)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("a", "Write at least two letters or digits."),
        ("book", "book is kept for Aftale itself. Choose another one."),
        ("!", "Write your part of the address, for example your name."),
    ],
)
def test_own_part_when_it_breaks_the_rules_says_what_to_do(in_loop: InLoop, tmp_path: Path, typed: str, words: str) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            shown = panel(r)
            type_part(shown, typed)
            await r.until(lambda: words in texts(shown))
            assert shown.address.part.edit.accessibleDescription() == words
            assert r.footer() == "Choose another address to save"
            type_part(shown, "anna")
            await r.until(lambda: r.footer() == "Everything is saved")

    in_loop(main)


def test_own_part_when_typed_into_the_middle_keeps_the_cursor(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            shown = panel(r)
            edit = shown.address.part.edit
            edit.setFocus()
            edit.setCursorPosition(2)
            QTest.keyClicks(edit, "Ø")
            assert (edit.text(), edit.cursorPosition()) == ("anoena", 4)

    in_loop(main)


@pytest.mark.shows("URL-3")
def test_domain_when_another_is_chosen_moves_every_link_and_shows_which(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            await with_domains(r)
            shown = panel(r)
            assert "If you change the domain, every link is updated: 1 page." in texts(shown)
            shown.address.domain.box.setCurrentIndex(1)
            assert "When you save, the link of your page is updated." in texts(shown)
            assert not shown.address.well.copy.isEnabled()
            r.button("Save").click()
            await r.told("Saved. The link of 1 page has changed")
            assert r.workspace.pages.link("anna/page-1") == "https://book.example.net/meetings/anna/page-1"
            told = next(each for each in r.window.findChildren(Toast) if each.isVisible())
            next(each for each in told.findChildren(QPushButton) if each.text() == "See which").click()
            await r.until(lambda: any(each.isVisible() for each in r.window.findChildren(MovedLinks)))
            dialog = r.window.findChildren(MovedLinks)[0]
            assert "https://book.example.net/meetings/anna/page-1" in texts(dialog)
            dialog.close()
            await r.until(lambda: shown.address.well.copy.isEnabled())
            shown.address.well.copy.click()
            assert QGuiApplication.clipboard().text() == "https://book.example.net/meetings/anna/page-1"

    in_loop(main)


@pytest.mark.shows("URL-3")
def test_domain_when_there_is_none_says_where_links_lead_and_leads_to_adding_one(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            shown = panel(r)
            options = shown.address.domain.box.options
            assert [each.text for each in options] == ["On this computer", "Add a domain…"]
            shown.address.domain.box.setCurrentIndex([each.value for each in options].index(ADD))
            assert r.window.panel == "publishing"
            publishing = r.window.panel_of("publishing")
            assert isinstance(publishing, PublishingPanel)
            assert r.window.focusWidget() is publishing.domains.add.field.edit
            assert shown.address.domain.value() == ""
            assert r.footer() == "Everything is saved"

    in_loop(main)


@pytest.mark.shows("URL-3")
def test_domain_when_it_does_not_lead_here_says_so(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            await with_domains(r)
            shown = panel(r)
            state = r.controller.state
            assert state is not None
            lost = DomainCheck(MEET.host, state.now, Obstacle.NO_ADDRESS)
            r.window.render_state(replace(state, standing=replace(LIVE, checks=(lost,))))
            assert "meet.example.com does not answer yet." in texts(shown)

    in_loop(main)


@pytest.mark.shows("URL-5")
def test_search_engines_when_let_in_are_let_into_the_chosen_domain_alone(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            await with_domains(r)
            shown = panel(r)
            assert "stay away from everything under /meetings" in texts(shown)
            shown._indexed.box.click()
            assert "On: search engines may list your pages on meet.example.com." in texts(shown)
            await saved(r)
            assert r.workspace.settings.current.publishing.domains == (replace(MEET, indexed=True), BOOK)
            assert not r.workspace.settings.current.publishing.indexed

    in_loop(main)


@pytest.mark.shows("URL-5", "URL-6")
def test_switches_when_there_is_no_domain_hold_for_the_addresses_of_this_computer(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            shown = panel(r)
            shown._indexed.box.click()
            shown._prefill.box.click()
            assert "Off: every form begins empty." in texts(shown)
            await saved(r)
            publishing = r.workspace.settings.current.publishing
            assert (publishing.indexed, publishing.prefill) == (True, False)

    in_loop(main)


@pytest.mark.shows("URL-4")
def test_default_page_when_chosen_is_where_links_lead(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            await r.workspace.pages.save(page(2, title="Strategy"))
            shown = panel(r)
            await r.until(lambda: len(shown._default.box.options) == 2)
            assert [(each.text, each.note) for each in shown._default.box.options] == [
                ("Page 1", "/page-1"),
                ("Strategy", "/page-2"),
            ]
            shown._default.box.setCurrentIndex(1)
            assert shown.address.well.address.endswith("/meetings/anna/page-2")
            await saved(r)
            assert (await r.workspace.overview.load()).link.endswith("/meetings/anna/page-2")

    in_loop(main)


@pytest.mark.shows("URL-7")
def test_pages_when_switched_off_are_amber_and_everything_else_can_still_be_set(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            shown = panel(r)
            QTest.keyClick(shown._master.switch, Qt.Key.Key_Space)
            assert "Scheduling pages are off" in texts(shown)
            type_part(shown, "holm")
            await r.until(lambda: "holm is free." in texts(shown))
            await saved(r)
            assert not r.workspace.settings.current.pages_on

    in_loop(main)


@pytest.mark.shows("SET-6")
def test_saving_when_it_failed_can_be_tried_again(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            shown = panel(r)
            type_part(shown, "holm")
            await r.until(lambda: "holm is free." in texts(shown))
            save, tries = r.workspace.accounts.save, []

            async def fails_once(*given: object) -> object:
                tries.append(given)
                if len(tries) == 1:
                    raise SlugTaken("holm")
                return await save(*given)  # type: ignore[arg-type]

            r.workspace.accounts.save = fails_once  # type: ignore[assignment, method-assign]
            r.button("Save").click()
            await r.until(lambda: "holm is already the address of another page" in r.footer())
            assert shown.address.part.text() == "holm"
            await saved(r)
            assert r.workspace.settings.current.own_part == "holm"

    in_loop(main)


def test_domain_when_it_is_international_is_read_in_its_own_letters(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            current = r.workspace.settings.current
            host = Domain("xn--mde-0na.dk")
            await r.workspace.settings.save(replace(current, publishing=replace(current.publishing, domains=(host,))))
            shown = panel(r)
            await r.until(lambda: shown.address.domain.box.options[0].text == "møde.dk")

    in_loop(main)
