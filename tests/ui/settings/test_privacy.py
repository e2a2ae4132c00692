"""Data and privacy as the owner uses it: on a real workspace, with real files, in the whole program where it is opened anew."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPlainTextEdit, QWidget
from shiboken6 import Shiboken

from app.domain.booking import Promised
from app.ui.settings.privacy import PrivacyPanel
from app.ui.settings.privacy_dialogs import PersonDialog, TextDialog
from app.ui.widgets import Dialog, Question
from app.ui.widgets.menu import MenuPopup
from tests.services.opened import at, wish
from tests.ui.settings.test_settings_window import InLoop, Room, room, turns

pytestmark = pytest.mark.qt_log_ignore("does not support raise")


def texts(widget: QWidget) -> str:
    return "\n".join(each.text() for each in widget.findChildren(QLabel) if each.isVisible())


def panel(r: Room) -> PrivacyPanel:
    r.window.show_panel("privacy")
    found = r.window.panel_of("privacy")
    assert isinstance(found, PrivacyPanel)
    return found


async def dialog(r: Room, kind: type[Dialog]) -> Dialog:
    """The open dialog of that kind, wherever it hangs."""

    def found() -> Dialog | None:
        return next((each for each in QApplication.topLevelWidgets() if isinstance(each, kind) and each.isVisible()), None)

    await r.until(found)
    shown = found()
    assert shown is not None
    return shown


def choose(monkeypatch: pytest.MonkeyPatch, target: Path) -> None:
    """Every file dialog is answered with ``target``."""
    monkeypatch.setattr(QFileDialog, "open", lambda asked: asked.fileSelected.emit(str(target)))


async def pick(r: Room, words: str) -> None:
    """Chooses an entry of the open menu."""

    def menus() -> list[MenuPopup]:
        return [each for each in r.window.findChildren(MenuPopup) if each.isVisible()]

    await r.until(menus)
    next(each for each in menus()[0].rows if each.text() == words).click()


@pytest.mark.shows("DATA-2")
def test_backup_when_asked_for_is_made_and_told(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            shown = panel(r)
            assert "Not backed up yet." in texts(shown)
            r.button("Back up now").click()
            await r.told("Backed up")
            await r.until(lambda: "Not backed up yet" not in texts(shown))
            assert len(await r.workspace.data.copies.all()) == 1

    in_loop(main)


@pytest.mark.shows("DATA-3", "SET-6")
def test_spans_when_chosen_wait_for_save(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            shown = panel(r)
            shown._spans[0].chosen.emit(24)
            assert r.footer() == "Unsaved changes"
            assert r.workspace.settings.current.retention.bookings == 12
            r.button("Save").click()
            await r.told("Saved")
            assert r.workspace.settings.current.retention.bookings == 24
            assert shown._spans[0].value() == 24

    in_loop(main)


@pytest.mark.shows("DATA-3")
def test_person_when_found_is_shown_and_deleted_with_a_proof(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            panel(r)
            assert isinstance(await r.workspace.bookings.book(wish(at(14, 10))), Promised)
            r.button("Find a person…").click()
            asked = await dialog(r, PersonDialog)
            assert isinstance(asked, PersonDialog)
            asked.email.set_text("somebody@example.org")
            r.button("Find", asked).click()
            await r.until(lambda: "Aftale keeps nothing about somebody@example.org" in texts(asked))
            assert not asked.erase_button.isEnabled()
            asked.email.set_text("IDA@example.org")
            r.button("Find", asked).click()
            await r.until(lambda: "Ida Winther, ida@example.org" in texts(asked))
            assert "1 meeting or request, with answers" in texts(asked)
            r.button("Delete…", asked).click()
            question = await dialog(r, Question)
            assert "1 meeting to come is cancelled" in texts(question)
            r.button("Delete the person", question).click()
            await r.until(lambda: "Proof: " in texts(asked))
            (line,) = await r.workspace.data.people.removals()
            assert line.address_hash.hex()[:16] in texts(asked)
            assert await r.workspace.bookings.list() == ()
            asked.reject()

    in_loop(main)


@pytest.mark.shows("DATA-5")
def test_help_when_it_was_read_first_is_saved_as_it_was_shown(
    in_loop: InLoop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "help.txt"
    choose(monkeypatch, target)

    async def main() -> None:
        async with room(tmp_path) as r:
            panel(r)
            r.button("Collect…").click()
            asked = await dialog(r, TextDialog)
            shown = asked.findChildren(QPlainTextEdit)[0].toPlainText()
            r.button("Save…", asked).click()
            await r.told("Saved as help.txt")
            assert target.read_text(encoding="utf-8").strip() == shown.strip()
            assert len(shown) > 100

    in_loop(main)


def test_settings_when_closed_while_the_texts_for_help_are_collected_end_that_quietly(
    in_loop: InLoop, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            shown = panel(r)
            r.button("Collect…").click()
            await r.until(lambda: "Collecting…" in texts(shown))
            r.controller.close()
            await r.until(lambda: not Shiboken.isValid(shown))
            await turns()
            assert [each.getMessage() for each in caplog.records if each.levelno >= logging.ERROR] == []

    in_loop(main)
