"""The settings window on a real workspace: one Save, previews that go back, questions before changes are lost."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPushButton, QWidget

from app import i18n
from app.domain.booking import Promised, State
from app.domain.connections import LOCAL, CalendarState, Lost
from app.domain.settings import Language, Theme
from app.models import engine
from app.services.workspace import Workspace
from app.ui import theme
from app.ui.settings import open_settings
from app.ui.settings.appearance import AppearancePanel
from app.ui.settings.availability import AvailabilityPanel
from app.ui.settings.controller import SettingsController, apply_appearance
from app.ui.settings.state import PANELS
from app.ui.settings.view import SettingsWindow
from app.ui.widgets import Button, Label, Question, Toast
from tests.services.opened import StandingClock, at, furnished, wish

pytestmark = pytest.mark.qt_log_ignore("does not support raise")
PATIENCE = 10.0
InLoop = Callable[[Callable[[], object]], object]


class Room:
    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.parent = QWidget()
        self.controller: SettingsController = open_settings(self.parent, workspace)

    @property
    def window(self) -> SettingsWindow:
        assert self.controller.window is not None
        return self.controller.window

    async def until(self, happened: Callable[[], object]) -> None:
        end = asyncio.get_running_loop().time() + PATIENCE
        while not happened():
            assert asyncio.get_running_loop().time() < end, "this never happened"
            await asyncio.sleep(0.005)

    def button(self, words: str, under: QWidget | None = None) -> QPushButton:
        found = [
            each
            for each in (under or self.window).findChildren(QPushButton)
            if each.isVisible() and each.text().replace("&", "") == words
        ]
        assert found, f"no button {words!r}"
        return found[0]

    async def question(self) -> Question:
        await self.until(lambda: any(each.isVisible() for each in self.window.findChildren(Question)))
        return next(each for each in self.window.findChildren(Question) if each.isVisible())

    async def told(self, words: str) -> None:
        await self.until(
            lambda: words in [each.accessibleName() for each in self.window.findChildren(Toast) if each.isVisible()]
        )

    def footer(self) -> str:
        shown = [each.text() for each in self.window._footer.findChildren(QLabel) if each.isVisible()]
        shown += [self.window._footer.problem.text()] if self.window._footer.problem.isVisible() else []
        return shown[0]


async def turns() -> None:
    """Lets begin what a panel does when it is first shown: a task that is met by ``processEvents`` first never would."""
    for _ in range(10):
        await asyncio.sleep(0)


@asynccontextmanager
async def room(folder: Path) -> AsyncIterator[Room]:
    workspace = await furnished(folder, StandingClock())
    i18n.use("en")
    theme.active().apply("light", 100)
    found = Room(workspace)
    await found.until(lambda: found.window._state is not None)
    try:
        yield found
    finally:
        found.controller.close()
        found.parent.deleteLater()
        await asyncio.sleep(0)
        await workspace.close()
        i18n.use("en")
        theme.active().apply("light", 100)


@pytest.mark.shows("SET-6")
def test_settings_when_nothing_changed_say_so_and_close_without_a_question(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            assert r.footer() == "Everything is saved"
            assert not r.button("Save").isEnabled()
            window = r.window
            window.close()
            assert not window.isVisible()
            assert r.controller.window is None

    in_loop(main)


@pytest.mark.shows("DESK-5")
def test_appearance_when_chosen_is_shown_at_once_and_goes_back_when_discarded(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            panel: Any = r.window.panel_of("appearance")
            r.window.show_panel("appearance")
            panel._radios[Theme.DARK].click()
            panel._set(text_size=130)
            panel._set(language=Language.DANISH)
            assert theme.active().dark
            assert theme.active().scale == 1.3
            assert r.window.windowTitle() == "Indstillinger"
            assert r.footer() == "Ændringer er ikke gemt"
            r.window.close()
            question = await r.question()
            question.button("discard").click()
            await r.until(lambda: r.controller.window is None)
            assert not theme.active().dark
            assert theme.active().scale == 1.0
            assert i18n.current().language == "en"
            assert r.workspace.settings.current.appearance.theme is Theme.SYSTEM

    in_loop(main)


@pytest.mark.shows("SET-6")
def test_changes_when_saved_are_kept_all_together(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            profile = r.window.panel_of("appearance")
            assert isinstance(profile, AppearancePanel)
            r.window.show_panel("appearance")
            profile.you.name.edit.setFocus()
            profile.you.name.edit.selectAll()
            QTest.keyClicks(profile.you.name.edit, "Anna Marie Holm")
            r.window.show_panel("availability")
            figures = availability(r).hours.day_parts(5)[2]
            figures.setFocus()
            QTest.keyClicks(figures, "10-14")
            r.window.show_panel("pages")
            pages: Any = r.window.panel_of("pages")
            pages.rows()[0][1].click()
            assert r.workspace.settings.current.pages_on
            assert r.footer() == "Unsaved changes"
            QTest.keyClick(r.window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
            await r.told("Saved")
            await r.until(lambda: r.footer() == "Everything is saved")
            saved = r.workspace.settings.current
            assert saved.profile.name == "Anna Marie Holm"
            assert saved.availability.weekly.days[5] == ((600, 840),)
            assert not saved.pages_on

    in_loop(main)


def test_save_when_the_name_is_missing_leads_there_and_saves_nothing(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            profile = r.window.panel_of("appearance")
            assert isinstance(profile, AppearancePanel)
            r.window.show_panel("appearance")
            profile.you.name.edit.setFocus()
            profile.you.name.edit.selectAll()
            QTest.keyClick(profile.you.name.edit, Qt.Key.Key_Delete)
            r.window.show_panel("calendars")
            assert r.footer() == "Write your name. Guests see it on your pages."
            assert r.button("Save").isEnabled()
            r.button("Save").click()
            assert r.window.panel == "appearance"
            assert profile.you.name.error == "Write your name. Guests see it on your pages."
            assert r.workspace.settings.current.profile.name == "Anna Holm"

    in_loop(main)


def test_close_when_hours_cannot_be_read_asks_and_leads_there(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            r.window.show_panel("availability")
            figures = availability(r).hours.day_parts(0)[2]
            figures.setFocus()
            figures.selectAll()
            QTest.keyClicks(figures, "9-")
            r.window.close()
            question = await r.question()
            question.button("save").click()
            await r.until(lambda: not question_open(r))
            assert r.window.isVisible()
            assert r.window.panel == "availability"

    in_loop(main)


def availability(r: Room) -> AvailabilityPanel:
    panel = r.window.panel_of("availability")
    assert isinstance(panel, AvailabilityPanel)
    return panel


def question_open(r: Room) -> bool:
    return any(each.isVisible() for each in r.window.findChildren(Question))


@pytest.mark.shows("SET-2", "BOOK-3")
def test_scheduling_when_switched_off_explains_and_waits_for_save(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            line = r.window.calendars.accounts[LOCAL].scheduling
            assert line is not None
            line.box.click()
            assert line.box.accessibleDescription().startswith("After Save your pages take requests")
            (account,) = await r.workspace.accounts.accounts()
            assert account.scheduling
            r.button("Save").click()
            await r.told("Saved. Your pages take requests now.")
            (account,) = await r.workspace.accounts.accounts()
            assert not account.scheduling
            answer = await r.workspace.bookings.book(wish(at(14, 10)))
            assert isinstance(answer, Promised)
            assert answer.state is State.REQUESTED

    in_loop(main)


@pytest.mark.shows("CON-11")
def test_calendar_when_disconnected_asks_once_and_can_be_connected_again(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            r.button("Disconnect").click()
            question = await r.question()
            question.button("disconnect").click()
            await r.told("Disconnected. Your pages take requests now.")
            await r.until(lambda: r.window._state and not r.window._state.accounts)
            QApplication.processEvents()
            assert any(each.text() == "No calendar is connected" for each in r.window.findChildren(Label) if each.isVisible())
            r.button("Use the calendar on this computer").click()
            await r.until(lambda: r.window._state and r.window._state.accounts)
            assert len(await r.workspace.accounts.accounts()) == 1

    in_loop(main)


@pytest.mark.shows("INACT-1", "INACT-4")
def test_inactive_calendar_when_shown_has_reason_and_cures(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            await r.workspace.accounts.set_state(LOCAL, CalendarState.INACTIVE, Lost.SWITCHED)
            await r.until(lambda: r.window._state and r.window._state.inactive)
            QApplication.processEvents()
            spoken = QAccessible.queryAccessibleInterface(r.window._items["calendars"])
            assert spoken.text(QAccessible.Text.Description) == "Needs attention"
            r.button("Check again").click()
            await r.told("Guests can book you again.")

    in_loop(main)


def test_settings_when_something_else_is_saved_meanwhile_keep_what_was_changed_here(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            profile = r.window.panel_of("appearance")
            assert isinstance(profile, AppearancePanel)
            profile._set_profile("tagline", "Coach")
            await r.workspace.settings.switch_pages(False)
            await r.until(lambda: r.window._state and not r.window._state.base.pages_on)
            state = r.window._state
            assert state is not None
            assert not state.draft.pages_on
            assert state.draft.profile.tagline == "Coach"

    in_loop(main)


@pytest.mark.shows("DESK-5")
def test_search_when_a_setting_is_named_leads_to_it(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            r.window.activateWindow()
            QTest.keyClicks(r.window._search, "text si")
            assert [key for key, item in r.window._items.items() if item.isVisible()] == ["appearance"]
            assert r.window.panel == "appearance"
            QTest.keyClick(r.window._search, Qt.Key.Key_Return)
            panel: Any = r.window.panel_of("appearance")
            assert r.window.focusWidget() is panel._size.box
            r.window._search.setText("nothing like it")
            assert r.window._nothing.text() == "No setting is called “nothing like it”."

    in_loop(main)


def test_calendar_file_when_exported_and_imported_again_is_whole(
    in_loop: InLoop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out.ics"

    def answer(dialog: QFileDialog) -> None:
        dialog.fileSelected.emit(str(target))

    monkeypatch.setattr(QFileDialog, "open", answer)

    async def main() -> None:
        folder = tmp_path / "workspace"
        folder.mkdir()
        async with room(folder) as r:
            await r.workspace.accounts.add_busy(LOCAL, at(14, 10), at(14, 11), "Dentist")
            r.button("Export…").click()
            await r.told("Saved as out.ics")
            assert "Dentist" in target.read_text()
            text = target.read_text().replace("UID:", "UID:other-")
            target.write_text(text)
            r.button("Import…").click()
            await r.told("1 event is in your calendar now")

    in_loop(main)


@pytest.mark.shows("DESK-5")
@pytest.mark.parametrize("panel", PANELS)
def test_panels_when_danish_and_large_cut_nothing_and_name_everything(in_loop: InLoop, tmp_path: Path, panel: str) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            current = r.workspace.settings.current.appearance
            apply_appearance(replace(current, language=type(current.language)("da"), text_size=130))
            r.window.show_panel(panel)
            r.window.resize(1092, 720)
            await turns()
            # What is in a card in a panel in a scroll area takes two turns to find its height.
            QApplication.processEvents()
            QApplication.processEvents()
            shown = r.window.panel_of(panel)
            assert shown.area.widget().width() <= shown.area.viewport().width()
            for label in r.window.findChildren(Label):
                if label.isVisible() and label.wordWrap():
                    assert label.height() >= label.heightForWidth(label.width()), label.text()
            for button in r.window.findChildren(Button):
                if button.isVisible() and button.text():
                    assert button.width() >= button.sizeHint().width(), button.text()
            controls = [
                each
                for each in r.window.findChildren(QWidget)
                if each.isVisible() and each.focusPolicy() & Qt.FocusPolicy.TabFocus and not isinstance(each, QLabel)
            ]
            for control in controls:
                spoken = QAccessible.queryAccessibleInterface(control)
                assert spoken.text(QAccessible.Text.Name).strip(), type(control).__name__

    in_loop(main)


# Questions, and what happens meanwhile


async def rename(r: Room, words: str) -> None:
    r.window.show_panel("appearance")
    name = r.window.findChild(AppearancePanel).you.name.edit
    name.setFocus()
    name.selectAll()
    QTest.keyClicks(name, words)
    await r.until(lambda: r.controller.state is not None and r.controller.state.draft.profile.name == words)


def questions(r: Room) -> list[Question]:
    return [each for each in r.window.findChildren(Question) if each.isVisible()]


@pytest.mark.shows("SET-6", "URL-7")
def test_pages_when_switched_off_while_the_question_is_open_stay_off_after_save(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            await rename(r, "Anna Lund")
            r.window.close()
            question = await r.question()
            await r.workspace.settings.switch_pages(False)
            question.button("save").click()
            await r.until(lambda: r.controller.window is None)
            assert r.workspace.settings.current.profile.name == "Anna Lund"
            assert not r.workspace.settings.current.pages_on

    in_loop(main)


@pytest.mark.shows("SET-6", "URL-7")
def test_pages_when_switched_off_just_as_save_is_pressed_stay_off(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            await rename(r, "Anna Lund")
            off = asyncio.ensure_future(r.workspace.settings.switch_pages(False))
            r.button("Save").click()
            await off
            await r.until(lambda: r.workspace.settings.current.profile.name == "Anna Lund")
            assert not r.workspace.settings.current.pages_on

    in_loop(main)


@pytest.mark.shows("SET-6")
def test_settings_when_closed_again_while_the_question_is_open_ask_once(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            await rename(r, "Anna Lund")
            QTest.keyClick(r.window, Qt.Key.Key_Escape)
            QTest.keyClick(r.window, Qt.Key.Key_Escape)
            question = await r.question()
            r.window.close()
            await turns()
            assert questions(r) == [question]
            question.button("stay").click()
            await r.until(lambda: not questions(r))
            await turns()
            r.window.close()
            (await r.question()).button("discard").click()
            await r.until(lambda: r.controller.window is None)
            assert r.workspace.settings.current.profile.name == "Anna Holm"

    in_loop(main)


@pytest.mark.shows("SET-6")
def test_save_when_another_program_holds_the_database_says_so_and_can_be_tried_again(
    in_loop: InLoop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_MS", 200)

    async def main() -> None:
        async with room(tmp_path) as r:
            await rename(r, "Anna Lund")
            with contextlib.closing(sqlite3.connect(r.workspace.database.path, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                r.button("Save").click()
                busy = "Aftale’s database is busy. Another program is using it. Nothing was lost. Try again in a moment."
                await r.until(lambda: r.footer() == busy)
                other.execute("ROLLBACK")
            assert r.workspace.settings.current.profile.name == "Anna Holm"
            r.button("Try again").click()
            await r.until(lambda: r.footer() == "Everything is saved")
            assert r.workspace.settings.current.profile.name == "Anna Lund"

    in_loop(main)
