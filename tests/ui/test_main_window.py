"""The main window: sections, keyboard, the compact sidebar, the status chip, and the picture of the last screen."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget

from app import i18n
from app.ui import first_picture, messages, theme
from app.ui.dashboard.state import build
from app.ui.dashboard.view import DashboardView
from app.ui.main_window import MainWindow, Screen
from app.ui.widgets import Button, IconButton, Label
from app.ui.widgets.base import FocusRing
from app.ui.widgets.popups import floating
from tests.ui import overviews as o
from tests.ui.hearing import hear

ROOT = Path(__file__).resolve().parents[2]


class Page(QWidget):
    """A screen that can ask before it is left."""

    def __init__(self) -> None:
        super().__init__()
        self.asks = False
        self.proceed: Callable[[], None] | None = None
        self.backs = 0
        lines = QVBoxLayout(self)
        self.button = Button("Edit")
        lines.addWidget(self.button)

    def may_leave(self, proceed: Callable[[], None]) -> bool:
        self.proceed = proceed
        return not self.asks

    def go_back(self) -> bool:
        self.backs += 1
        return True


@pytest.fixture
def window(qapp: QApplication) -> Iterator[MainWindow]:
    i18n.use("en")
    theme.active().apply("light", 100)
    FocusRing.keyboard = False
    found = MainWindow()
    found.add_screen(Screen("meetings", "nav_meetings", lambda: i18n._("Meetings"), Page))
    found.add_screen(Screen("pages", "nav_pages", lambda: i18n._("Scheduling pages"), Page))
    found.resize(1120, 720)
    found.show()
    found.activateWindow()
    QTest.qWaitForWindowActive(found)
    yield found
    found.close()
    found.deleteLater()
    i18n.use("en")
    theme.active().apply("light", 100)


def test_sections_when_chosen_by_mouse_or_keys_are_shown_and_made_once(window: MainWindow) -> None:
    heard = hear(window.section_changed)
    first = window.screen_widget("meetings")
    window.sidebar.nav.items[1].click()
    assert window.current == "pages"
    QTest.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert window.current == "meetings"
    assert heard == ["pages", "meetings"]
    assert window.screen_widget("meetings") is first
    assert [item.isChecked() for item in window.sidebar.nav.items] == [True, False]


def test_section_when_it_asks_first_is_left_only_afterwards(window: MainWindow) -> None:
    page = window.screen_widget("meetings")
    assert isinstance(page, Page)
    page.asks = True
    window.show_section("pages")
    assert window.current == "meetings"
    assert window.sidebar.nav.items[0].isChecked()
    assert page.proceed is not None
    page.proceed()
    assert window.current == "pages"


@pytest.mark.shows("DESK-5")
def test_shortcuts_when_pressed_do_what_the_design_says(window: MainWindow) -> None:
    copied, settings = hear(window.copy_link_requested), hear(window.settings_requested)
    QTest.keyClick(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(window, Qt.Key.Key_Escape)
    page = window.screen_widget("meetings")
    assert isinstance(page, Page)
    assert (copied, settings, page.backs) == ([True], [True], 1)


def test_f6_when_pressed_goes_from_pane_to_pane(window: MainWindow) -> None:
    page = window.screen_widget("meetings")
    QTest.keyClick(window, Qt.Key.Key_F6)
    focused = QApplication.focusWidget()
    assert isinstance(page, Page)
    assert focused is page.button
    QTest.keyClick(window, Qt.Key.Key_F6)
    focused = QApplication.focusWidget()
    assert focused is not None
    assert window.sidebar.isAncestorOf(focused)


def test_navigation_when_driven_by_arrows_is_one_stop(window: MainWindow) -> None:
    items = window.sidebar.nav.items
    assert [bool(item.focusPolicy() & Qt.FocusPolicy.TabFocus) for item in items] == [True, False]
    items[0].setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(items[0], Qt.Key.Key_Down)
    assert QApplication.focusWidget() is items[1]
    QTest.keyClick(items[1], Qt.Key.Key_Return)
    assert window.current == "pages"


def test_window_when_it_opens_shows_no_focus_ring(window: MainWindow) -> None:
    assert not [ring for ring in window.findChildren(FocusRing) if ring.isVisible()]


def test_sidebar_when_the_window_is_narrow_shows_icons_with_names(window: MainWindow) -> None:
    window.resize(1000, 700)
    QApplication.processEvents()
    assert window.sidebar.width() == 64
    assert window.sidebar.nav.items[0].toolTip() == "Meetings (Ctrl+1)"
    window.resize(1120, 700)
    QApplication.processEvents()
    assert window.sidebar.width() == 208
    window.force_compact(True)
    assert window.sidebar.width() == 64


def test_count_when_requests_wait_is_shown_and_spoken(window: MainWindow) -> None:
    window.set_count("meetings", 2)
    item = window.sidebar.nav.items[0]
    assert item._badge.isVisible()
    assert QAccessible.queryAccessibleInterface(item).text(QAccessible.Text.Description) == "2 wait for your answer"
    window.set_count("meetings", 0)
    assert not item._badge.isVisible()


@pytest.mark.shows("URL-7")
def test_chip_when_its_switch_is_pressed_asks_to_pause_and_follows_the_state(window: MainWindow) -> None:
    window.set_live(True)
    window.show_status(messages.status(o.NORMAL), o.NORMAL.link)
    heard = hear(window.pages_switched)
    window.sidebar.chip._switch.click()
    assert heard == [False]
    window.show_status(messages.status(replace(o.NORMAL, pages_on=False)))
    assert not window.sidebar.chip._switch.isChecked()
    assert heard == [False]
    assert window.sidebar.chip._words.accessibleName() == "Paused. No new bookings"


def test_chip_when_pressed_opens_the_address_to_copy(window: MainWindow) -> None:
    window.set_live(True)
    window.show_status(messages.status(o.NORMAL), o.NORMAL.link)
    copied = hear(window.copy_link_requested)
    window.sidebar.chip._words.click()
    QApplication.processEvents()
    shown = [label.text() for label in window.findChildren(Label) if label.isVisible()]
    assert "127.0.0.1:8765/meetings/anna-holm/intro-call" in shown
    next(each for each in window.findChildren(IconButton) if each.accessibleName() == "Copy my link").click()
    assert copied == [True]


def test_escape_when_something_floats_closes_it_and_nothing_else(window: MainWindow) -> None:
    page = window.screen_widget("meetings")
    assert isinstance(page, Page)
    window.show_status(messages.status(o.NORMAL), o.NORMAL.link)
    window.sidebar.chip._words.click()
    assert floating(window)
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, Qt.Key.Key_Escape)
    assert not floating(window)
    assert page.backs == 0
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert page.backs == 1


def test_close_when_the_program_wants_to_stay_does_not_close(window: MainWindow) -> None:
    window.on_close = lambda: False
    window.close()
    assert window.isVisible()
    window.on_close = lambda: True


@pytest.mark.shows("DESK-5")
def test_language_when_changed_renames_everything_without_restart(window: MainWindow) -> None:
    i18n.use("da")
    theme.retranslate_all()
    assert [item.text() for item in window.sidebar.nav.items] == ["Møder", "Bookingsider"]
    assert window.sidebar.settings.text() == "Indstillinger"


# The picture of the last screen


def drawn() -> MainWindow:
    window = MainWindow()
    view = DashboardView()
    window.add_screen(Screen("meetings", "nav_meetings", lambda: "Meetings", lambda: view))
    view.render_state(build(o.NORMAL))
    window.show_status(messages.status(o.NORMAL), o.NORMAL.link)
    window.resize(1120, 720)
    window.show()
    QApplication.processEvents()
    return window


def alike(one: QImage, other: QImage) -> float:
    """The share of points, on a coarse grid, that look the same."""
    points = [(x, y) for x in range(4, min(one.width(), other.width()), 12) for y in range(4, one.height(), 12)]
    near = [
        max(abs(a - b) for a, b in zip(one.pixelColor(x, y).getRgb()[:3], other.pixelColor(x, y).getRgb()[:3], strict=True))
        < 12
        for x, y in points
    ]
    return sum(near) / len(near)


@pytest.mark.shows("P1")
def test_first_picture_when_the_program_starts_again_looks_like_the_last_screen(qapp: QApplication, tmp_path: Path) -> None:
    theme.active().apply("light", 100)
    window = drawn()
    first_picture.keep(window, tmp_path, o.NOW + 3600, system=False)
    before = window.centralWidget().grab().toImage()
    window.close()
    again = first_picture.show(tmp_path, o.NOW)
    assert again is not None
    again.resize(1120, 720)
    QApplication.processEvents()
    assert alike(before, again.centralWidget().grab().toImage()) > 0.98
    again.close()


def test_first_picture_when_it_is_from_another_day_shows_only_the_frame(qapp: QApplication, tmp_path: Path) -> None:
    window = drawn()
    first_picture.keep(window, tmp_path, o.NOW + 3600, system=False)
    window.close()
    again = first_picture.show(tmp_path, o.NOW + 7200)
    assert again is not None
    again.resize(1120, 720)
    QApplication.processEvents()
    image = again.centralWidget().grab().toImage()
    canvas = theme.colours_of("light").canvas.name()
    assert {image.pixelColor(x, y).name() for x in range(220, 1100, 40) for y in range(10, 700, 20)} == {canvas}
    assert image.pixelColor(100, 300).name() == theme.colours_of("light").sidebar.name()
    again.close()


def test_first_picture_when_its_file_is_damaged_or_missing_counts_as_none(qapp: QApplication, tmp_path: Path) -> None:
    assert first_picture.show(tmp_path, o.NOW) is None
    for content in (b"", b"{}\n", b"not json\nxx", json.dumps({"version": 1}).encode() + b"\nxx", b"\x00\xff" * 200):
        (tmp_path / first_picture.FILE).write_bytes(content)
        assert first_picture.read(tmp_path, o.NOW) is None


def test_first_picture_when_screens_come_gives_them_its_place(qapp: QApplication, tmp_path: Path) -> None:
    window = drawn()
    first_picture.keep(window, tmp_path, o.NOW + 3600, system=False)
    window.close()
    again = first_picture.show(tmp_path, o.NOW)
    assert again is not None
    again.add_screen(Screen("meetings", "nav_meetings", lambda: "Meetings", lambda: QLabel("here")))
    assert again.current == "meetings"
    assert not isinstance(again.centralWidget(), first_picture.PictureView)
    again.close()


def test_first_picture_when_kept_is_for_its_owner_alone(qapp: QApplication, tmp_path: Path) -> None:
    window = drawn()
    first_picture.keep(window, tmp_path, o.NOW + 3600, system=False)
    window.close()
    assert (tmp_path / first_picture.FILE).stat().st_mode & 0o077 == 0


@pytest.mark.shows("P3")
def test_first_picture_when_shown_has_imported_nothing_but_qt_and_the_standard_library(
    tmp_path: Path, qapp: QApplication
) -> None:
    window = drawn()
    first_picture.keep(window, tmp_path, o.NOW + 3600, system=False)
    window.close()
    code = (
        "import sys; from pathlib import Path; from PySide6.QtWidgets import QApplication; app = QApplication([]);"
        "from app.ui import first_picture;"
        f"assert first_picture.show(Path({str(tmp_path)!r}), {o.NOW}) is not None;"
        "near = ('app', 'PySide6.Qt', 'asyncio', 'qasync', 'sqlite3');"
        "print(' '.join(name for name in sys.modules if name.startswith(near)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == {
        "app", "app.ui", "app.ui.first_picture", "app.ui.fonts", "app.ui.main_window",
        "PySide6.QtCore", "PySide6.QtGui", "PySide6.QtWidgets",
    }  # fmt: skip


def test_keeper_when_the_window_is_left_keeps_the_picture_once_there_is_something(qapp: QApplication, tmp_path: Path) -> None:
    window = drawn()
    until = [0]
    keeper = first_picture.Keeper(window, tmp_path, lambda: until[0], lambda: True)
    window.close()
    assert not (tmp_path / first_picture.FILE).exists()
    window.show()
    until[0] = o.NOW + 3600
    keeper.keep()
    assert (tmp_path / first_picture.FILE).exists()
    window.close()
