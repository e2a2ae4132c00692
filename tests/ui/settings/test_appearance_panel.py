"""The panel Appearance and language on a real workspace: what is chosen shows at once, and on the pages after Save."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAccessible, QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from app import i18n
from app.domain.pages import Hours, Picture
from app.domain.settings import Appearance
from app.services.availability import public_host
from app.ui import theme
from app.ui.pages.preview_state import public_page
from app.ui.settings.appearance import AppearancePanel
from app.ui.settings.picture_acts import PictureActs
from app.web.visit import visit
from tests.services.opened import ALWAYS, page
from tests.ui.settings.test_settings_window import InLoop, Room, room, turns

pytestmark = pytest.mark.qt_log_ignore("does not support raise|propagateSizeHints")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    i18n.use("en")
    yield
    i18n.use("en")
    theme.active().apply("light", 100)
    theme.active().reduced_motion = False


async def at_panel(r: Room) -> AppearancePanel:
    r.window.show_panel("appearance")
    await turns()
    panel = r.window.panel_of("appearance")
    assert isinstance(panel, AppearancePanel)
    return panel


async def saved(r: Room) -> Appearance:
    r.button("Save").click()
    await r.until(lambda: r.footer() == "Everything is saved")
    return r.workspace.settings.current.appearance


def photo(folder: Path, name: str = "me.png") -> Path:
    image = QImage(QSize(900, 600), QImage.Format.Format_RGB32)
    image.fill(QColor("#884422"))
    image.save(str(folder / name))
    return folder / name


def heard(control: QWidget) -> str:
    return str(QAccessible.queryAccessibleInterface(control).text(QAccessible.Text.Name))


@pytest.mark.shows("DESK-5")
def test_colour_when_chosen_by_arrows_is_that_of_the_next_page(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            panel = await at_panel(r)
            assert heard(panel.swatches.first) == "Colour Fjord"
            assert [each.hasFocus() for each in panel.swatches.swatches.values()].count(True) == 0
            panel.swatches.first.setFocus()
            QTest.keyClick(panel.swatches.first, Qt.Key.Key_Right)
            focused = r.window.focusWidget()
            assert focused is panel.swatches.swatches["heather"]
            QTest.keyClick(focused, Qt.Key.Key_Space)
            assert panel.swatches.swatches["heather"].isChecked()
            assert (await saved(r)).colour == "heather"
            assert r.workspace.pages.draft("New").colour == "heather"
            assert [each.colour for each in await r.workspace.pages.all()] == ["fjord"]

    in_loop(main)


@pytest.mark.shows("DESK-5")
@pytest.mark.parametrize(("choice", "asked", "spoken"), [("", "da", "da"), ("en", "da", "en"), ("da", "en", "da")])
def test_language_of_pages_when_chosen_goes_before_that_of_the_guest(choice: str, asked: str, spoken: str) -> None:
    from app.domain.settings import Settings

    host = public_host(replace(Settings(), appearance=Appearance(pages_language=choice)), "http://127.0.0.1", ())
    assert visit(*asking(asked), host).words.language == spoken
    assert visit(*asking(asked, "lang=en"), host).words.language == "en"


def asking(language: str, query: str = "") -> tuple[dict[str, object], object, dict[bytes, bytes]]:
    scope = {
        "type": "http", "method": "GET", "path": "/meetings/anna", "query_string": query.encode(), "headers": [],
        "client": ("127.0.0.1", 1),
    }  # fmt: skip
    return scope, None, {b"accept-language": language.encode(), b"host": b"127.0.0.1"}


def test_language_of_pages_when_saved_reaches_the_pages(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            panel = await at_panel(r)
            panel._pages_language.chosen.emit("da")
            assert i18n.current().language == "en"
            await saved(r)
            host = public_host(r.workspace.settings.current, "http://127.0.0.1", ())
            assert host.pages_language == "da"

    in_loop(main)


@pytest.mark.shows("PAGE-3")
@pytest.mark.parametrize("kind", [Picture.PHOTO, Picture.LOGO])
def test_picture_when_chosen_is_shown_and_stands_on_pages_without_their_own(
    in_loop: InLoop, tmp_path: Path, kind: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = photo(tmp_path)
    monkeypatch.setattr(QFileDialog, "open", lambda dialog: dialog.fileSelected.emit(str(file)))
    folder = tmp_path / "workspace"
    folder.mkdir()

    async def main() -> None:
        async with room(folder) as r:
            await r.workspace.pages.save(page(2, picture="own.png", picture_kind=Picture.PHOTO))
            panel = await at_panel(r)
            assert r.button("Choose…").accessibleName() == "Choose a picture or logo"
            panel.picture_wanted.emit(kind)
            await r.until(lambda: r.footer() == "Unsaved changes")
            assert panel.mark._kind is kind
            name = (await saved(r)).picture
            pages, _ = await r.workspace.availability.public_pages()
            shown = {each.id: (each.picture, each.picture_kind) for each in pages}
            assert shown == {"page1": (name, kind), "page2": ("own.png", Picture.PHOTO)}
            await r.workspace.pages.keep_picture("image/png", b"another")
            assert await r.workspace.pages.picture(name) is not None
            panel._set(picture="", picture_kind=Picture.NONE)
            assert panel.mark._kind is Picture.NONE
            await saved(r)
            pages, _ = await r.workspace.availability.public_pages()
            assert {each.id: each.picture for each in pages} == {"page1": "", "page2": "own.png"}

    in_loop(main)


def test_picture_when_the_settings_open_again_is_shown(in_loop: InLoop, tmp_path: Path) -> None:
    file = photo(tmp_path)
    folder = tmp_path / "workspace"
    folder.mkdir()

    async def main() -> None:
        async with room(folder) as r:
            panel = await at_panel(r)
            (acts,) = panel.findChildren(PictureActs)
            acts.take(str(file))
            await r.until(lambda: r.footer() == "Unsaved changes")
            await saved(r)
            r.controller.close()
            r.controller.open(r.parent)
            await r.until(lambda: r.window._state is not None)
            panel = await at_panel(r)
            await r.until(lambda: panel.mark._kind is Picture.PHOTO)

    in_loop(main)


def test_picture_when_the_file_is_none_says_so_and_changes_nothing(in_loop: InLoop, tmp_path: Path) -> None:
    file = tmp_path / "me.png"
    file.write_text("no picture at all")
    folder = tmp_path / "workspace"
    folder.mkdir()

    async def main() -> None:
        async with room(folder) as r:
            panel = await at_panel(r)
            (acts,) = panel.findChildren(PictureActs)
            acts.take(str(file))
            await r.told("This file is no picture that can be used.")
            assert r.footer() == "Everything is saved"

    in_loop(main)


@pytest.mark.shows("DESK-5")
def test_movement_when_always_reduced_is_so_at_once_and_goes_back_when_discarded(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            panel = await at_panel(r)
            panel._motion.chosen.emit(True)
            assert theme.duration(160) == 100
            r.window.close()
            (await r.question()).button("discard").click()
            await r.until(lambda: r.controller.window is None)
            assert theme.duration(160) == 160

    in_loop(main)


def test_name_when_it_is_typed_stands_in_the_card_that_guests_see(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            panel = await at_panel(r)
            panel.you.name.edit.setFocus()
            panel.you.name.edit.selectAll()
            QTest.keyClicks(panel.you.name.edit, "Jørgen Ærø")
            assert panel.you._shown_name.text() == "Jørgen Ærø"
            assert panel.you._mark.accessibleName() == "Jørgen Ærø"
            assert [menu for menu in panel.findChildren(QMenu) if menu.isVisible()] == []

    in_loop(main)


@pytest.mark.shows("PAGE-3")
def test_preview_of_a_page_when_it_has_no_picture_shows_the_owners_as_the_page_does() -> None:
    appearance = Appearance(picture="me.jpg", picture_kind=Picture.PHOTO)
    usual = Hours("Europe/Copenhagen", ALWAYS)
    drawn = public_page(page(), usual, offline=False, appearance=appearance)
    assert (drawn.picture, drawn.picture_kind) == ("me.jpg", Picture.PHOTO)
    own = public_page(page(picture="own.png", picture_kind=Picture.LOGO), usual, offline=False, appearance=appearance)
    assert (own.picture, own.picture_kind) == ("own.png", Picture.LOGO)
