"""The window in each of its states: by keyboard alone, with a name for everything, in both languages and at large text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QWidget

from app import i18n
from app.ui import theme
from app.ui.connect.shared import PrivacyDialog
from app.ui.connect.state import Page, State
from app.ui.connect.view import ConnectWindow
from app.ui.widgets.buttons import Button, plain
from app.ui.widgets.chips import Chip
from tests.ui.connect.looks import window_of
from tests.ui.connect.states import ALL, GOOGLE, WAITING
from tests.ui.hearing import hear


@pytest.fixture(params=[("en", 100), ("da", 130)], ids=["en", "da"])
def look(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[str]:
    language, size = request.param
    i18n.use(language)
    theme.active().apply("dark" if language == "da" else "light", size)
    yield language
    i18n.use("en")
    theme.active().apply("light", 100)


def shown(qapp: QApplication, state: State) -> ConnectWindow:
    window = window_of(state)
    window.show()
    # A text that needs another line makes all around it ask for room, from the inside out.
    for _pass in range(4):
        qapp.processEvents()
    return window


def stops(window: QWidget) -> list[QWidget]:
    """What Tab reaches, in order, from wherever the focus is once around."""
    found: list[QWidget] = []
    here = window.focusWidget()
    while here is not None and here not in found:
        found.append(here)
        QTest.keyClick(here, Qt.Key.Key_Tab)
        here = window.focusWidget()
    return found


@pytest.mark.parametrize("name", ALL)
def test_state_when_shown_can_be_used_by_keyboard_alone(qapp: QApplication, look: str, name: str) -> None:
    window = shown(qapp, ALL[name])
    controls = [
        each
        for each in window.findChildren(QWidget)
        if isinstance(each, QAbstractButton | QLineEdit | QComboBox) and each.isVisibleTo(window) and each.isEnabled()
        # The arrow keys go from the chosen chip to the others.
        if not isinstance(each, Chip) or each.isChecked()
    ]
    assert controls
    assert set(controls) <= set(stops(window)), "Tab does not reach everything"
    for control in controls:
        interface = QAccessible.queryAccessibleInterface(control)
        assert plain(interface.text(QAccessible.Text.Name)), f"{type(control).__name__} has no name"
    letters = [
        button.shortcut().toString()
        for button in window.findChildren(Button)
        if button.isVisibleTo(window) and not button.shortcut().isEmpty()
    ]
    assert len(letters) == len(set(letters))
    assert len(letters) == len([button for button in window.buttons.values() if button.isVisibleTo(window)])
    window.close()


@pytest.mark.parametrize("name", ALL)
def test_state_when_shown_fits_into_the_window(qapp: QApplication, look: str, name: str) -> None:
    window = shown(qapp, ALL[name])
    for widget in window.findChildren(QWidget):
        if not widget.isVisibleTo(window):
            continue
        right = widget.mapTo(window, widget.rect().topRight()).x()
        assert right < window.width(), f"{type(widget).__name__} is cut off"
        if isinstance(widget, QLabel) and not widget.wordWrap() and widget.text():
            assert widget.width() >= widget.sizeHint().width() - 1, f"{widget.text()!r} is cut"
        if isinstance(widget, QLabel) and widget.wordWrap():
            assert widget.height() >= widget.heightForWidth(widget.width()), f"{widget.text()!r} is cut"
        if isinstance(widget, Button):
            assert widget.width() >= widget.sizeHint().width(), f"{widget.text()!r} is cut"
    window.close()


@pytest.mark.parametrize("name", ALL)
def test_state_when_the_window_is_as_small_as_can_be_keeps_its_buttons_whole(qapp: QApplication, look: str, name: str) -> None:
    window = shown(qapp, ALL[name])
    window.resize(window.minimumSize())
    qapp.processEvents()
    for button in window.findChildren(Button):
        if button.isVisibleTo(window):
            assert button.width() >= button.sizeHint().width(), f"{button.text()!r} is cut"
            assert button.mapTo(window, button.rect().topRight()).x() < window.width()
    window.close()


def test_privacy_when_opened_in_detail_fits_and_closes_with_escape(qapp: QApplication, look: str) -> None:
    window = shown(qapp, GOOGLE)
    detail = PrivacyDialog(window, GOOGLE.kind, "")
    detail.open()
    qapp.processEvents()
    texts = [each.text() for each in detail.findChildren(QLabel)]
    assert "https://www.googleapis.com/auth/calendar.events" in texts
    for label in detail.findChildren(QLabel):
        assert label.height() >= label.heightForWidth(label.width())
    QTest.keyClick(detail, Qt.Key.Key_Escape)
    assert not detail.isVisible()
    window.close()


def test_language_when_it_changes_changes_every_page(qapp: QApplication) -> None:
    windows = {name: shown(qapp, state) for name, state in ALL.items()}

    def texts(window: ConnectWindow) -> list[str]:
        return sorted(each.text() for each in window.findChildren(QLabel) if each.isVisibleTo(window) and each.text())

    before = {name: texts(window) for name, window in windows.items()}
    i18n.use("da")
    theme.retranslate_all()
    qapp.processEvents()
    try:
        for name, window in windows.items():
            fresh = shown(qapp, ALL[name])
            assert texts(window) == texts(fresh), name
            assert texts(window) != before[name], name
            fresh.close()
    finally:
        i18n.use("en")
        for window in windows.values():
            window.close()


def test_page_when_it_comes_by_itself_takes_the_focus_and_says_so(qapp: QApplication) -> None:
    window = shown(qapp, WAITING)
    assert window.focusWidget() is window.buttons["cancel"]
    window.show_state(ALL["confirm"])
    qapp.processEvents()
    assert window.focusWidget() is window.buttons["go"]
    assert window.accessibleName() == "Connected as jane@example.com. Is this the one?"
    assert not window.waiting.isVisible()
    window.close()


def test_ring_when_motion_is_reduced_stands_still(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    for reduced in (False, True):
        monkeypatch.setattr(theme.active(), "reduced_motion", reduced)
        window = shown(qapp, WAITING)
        QTest.qWait(20)
        assert window.waiting.ring.turning
        assert window.waiting.ring._spin._turn.isActive() is not reduced
        window.show_state(GOOGLE)
        assert not window.waiting.ring.turning
        window.close()


def test_enter_when_a_box_has_the_focus_presses_the_main_button(qapp: QApplication) -> None:
    window = shown(qapp, GOOGLE)
    wanted = hear(window.go_requested)
    window.shared.sync.setFocus()
    QTest.keyClick(window.shared.sync, Qt.Key.Key_Return)
    assert wanted == [True]
    window.buttons["back"].setFocus()
    QTest.keyClick(window.buttons["back"], Qt.Key.Key_Return)
    assert wanted == [True]
    window.close()


def test_window_when_the_account_is_being_stored_does_not_close(qapp: QApplication) -> None:
    window = shown(qapp, replace(ALL["confirm"], busy=True))
    QTest.keyClick(window, Qt.Key.Key_Escape)
    window.close()
    assert window.isVisible()
    window.show_state(replace(ALL["confirm"], page=Page.READING))
    window.close()
    assert not window.isVisible()
