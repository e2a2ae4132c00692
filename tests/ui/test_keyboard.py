"""The program without a mouse: real keys, sent to whatever has the keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from app import i18n
from app.services.workspace import Workspace
from app.ui import theme
from app.ui.help import HelpDialog
from app.ui.pages.screen import PagesScreen
from app.ui.program import Program
from app.ui.settings.view import SettingsWindow
from tests.services.opened import StandingClock, furnished, page
from tests.ui.opened_program import running, until

pytestmark = [
    pytest.mark.shows("DESK-5"),
    pytest.mark.qt_log_ignore("This plugin does not support raise", extend=True),
]
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(autouse=True)
def as_before(qapp: QApplication) -> Iterator[None]:
    i18n.use("en")
    yield
    i18n.use("en")
    theme.active().apply("light", 100)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


def focused() -> QWidget:
    found = QApplication.focusWidget()
    assert found is not None, "nothing has the keyboard"
    return found


def strike(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(QApplication.focusWidget() or QApplication.activeWindow(), key, modifier)


def write(text: str) -> None:
    QTest.keyClicks(focused(), text)


def tab_to(name: str, most: int = 80) -> QWidget:
    """Tab, until what has the keyboard is called so."""
    passed = []
    for _stop in range(most):
        strike(Qt.Key.Key_Tab)
        here = focused()
        words = here.accessibleName() or (here.text().replace("&", "") if isinstance(here, QPushButton) else "")
        if words == name:
            return here
        passed.append(words)
    raise AssertionError(f"Tab never came to {name!r}, only to {passed}")


async def opened(program: Program) -> QWidget:
    await until(lambda: program.session is not None, "the main window")
    window = program.shown
    window.activateWindow()
    await until(lambda: QApplication.activeWindow() is window, "an active window")
    return window


def opening(folder: Path, clock: StandingClock) -> Any:
    async def open_it() -> Workspace:
        return await furnished(folder, clock, page(1), page(2))

    return open_it


def test_a_page_when_made_and_saved_by_keyboard_alone_is_there(in_loop: Any, clock: StandingClock, tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path, clock, opening=opening(tmp_path, clock)) as program:
            window = await opened(program)
            strike(Qt.Key.Key_2, CTRL)
            screen = window.findChild(PagesScreen)
            assert isinstance(screen, PagesScreen)
            await until(lambda: screen.list._state.loaded, "the pages")
            strike(Qt.Key.Key_N, CTRL)
            await until(lambda: screen.editing, "the editor")
            await until(lambda: focused().accessibleName().startswith("Name"), "the name")
            write("Coffee in town")
            await until(lambda: screen.editor.bar.save.isEnabled(), "an address")
            strike(Qt.Key.Key_S, CTRL)
            workspace = program.session.workspace
            await until(lambda: not screen.editor.bar.save.isEnabled(), "saved")
            strike(Qt.Key.Key_Escape)
            await until(lambda: not screen.editing, "the list")
            assert "Coffee in town" in [each.title for each in await workspace.pages.all()]
            strike(Qt.Key.Key_1, CTRL)
            assert window.current == "meetings"

    in_loop(main)


def test_a_page_when_paused_by_tab_and_space_is_off(in_loop: Any, clock: StandingClock, tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path, clock, opening=opening(tmp_path, clock)) as program:
            window = await opened(program)
            strike(Qt.Key.Key_2, CTRL)
            screen = window.findChild(PagesScreen)
            assert isinstance(screen, PagesScreen)
            await until(lambda: screen.list._state.loaded and screen.list._state.cards, "the pages")
            QApplication.processEvents()
            tab_to("Guests can book on Page 2")
            strike(Qt.Key.Key_Space)
            await until(lambda: not screen.list._state.cards[1].on, "the page to be paused")
            assert not (await program.session.workspace.pages.get("page2")).on

    in_loop(main)


def test_the_window_when_its_keys_are_struck_does_as_the_design_says(
    in_loop: Any, clock: StandingClock, tmp_path: Path
) -> None:
    async def main() -> None:
        async with running(tmp_path, clock, opening=opening(tmp_path, clock)) as program:
            window = await opened(program)
            await until(lambda: program.session.shell.watch.current is not None, "the overview")
            QGuiApplication.clipboard().clear()
            strike(Qt.Key.Key_L, CTRL)
            await until(lambda: "/meetings/anna" in QGuiApplication.clipboard().text(), "the link")
            strike(Qt.Key.Key_F6)
            assert not window.sidebar.isAncestorOf(focused())
            strike(Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
            assert window.sidebar.isAncestorOf(focused())
            strike(Qt.Key.Key_F1)
            help_ = window.findChild(HelpDialog)
            assert isinstance(help_, HelpDialog)
            await until(help_.isActiveWindow, "the help")
            assert help_.windowTitle() == "Help"
            strike(Qt.Key.Key_Escape)
            await until(lambda: not any(each.isVisible() for each in window.findChildren(HelpDialog)), "help to go")

    in_loop(main)


def test_settings_when_used_by_keyboard_alone_are_found_changed_and_saved(
    in_loop: Any, clock: StandingClock, tmp_path: Path
) -> None:
    async def main() -> None:
        async with running(tmp_path, clock, opening=opening(tmp_path, clock)) as program:
            window = await opened(program)
            strike(Qt.Key.Key_Comma, CTRL)
            await until(lambda: any(each.isVisible() for each in window.findChildren(SettingsWindow)), "the settings")
            settings = next(each for each in window.findChildren(SettingsWindow) if each.isVisible())
            settings.activateWindow()
            await until(lambda: QApplication.activeWindow() is settings and settings._state, "active settings")
            strike(Qt.Key.Key_F, CTRL)
            write("Text size")
            strike(Qt.Key.Key_Return)
            await until(lambda: focused().accessibleName() == "Text size", "the setting")
            strike(Qt.Key.Key_Down)
            strike(Qt.Key.Key_S, CTRL)
            workspace = program.session.workspace
            await until(lambda: workspace.settings.current.appearance.text_size == 115, "saved")
            await until(lambda: not settings._state.dirty, "nothing left to save")
            strike(Qt.Key.Key_F6)
            strike(Qt.Key.Key_F1)
            await until(lambda: any(each.isVisible() for each in settings.findChildren(HelpDialog)), "help")
            shown = next(each for each in settings.findChildren(HelpDialog) if each.isVisible())
            shown.activateWindow()
            await until(shown.isActiveWindow, "active help")
            strike(Qt.Key.Key_F1)
            await until(lambda: not shown.isVisible(), "help to go")
            settings.activateWindow()
            await until(lambda: QApplication.activeWindow() is settings, "active settings")
            strike(Qt.Key.Key_Escape)
            await until(lambda: not any(each.isVisible() for each in window.findChildren(SettingsWindow)), "settings to close")

    in_loop(main)
