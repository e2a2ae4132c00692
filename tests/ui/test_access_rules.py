"""The rules of the walk find what they are for: each is shown a window with one thing wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from app import i18n
from app.ui import theme
from app.ui.widgets import Button, Card, IconButton, Label, LineEdit, TextField, column
from app.ui.widgets.base import draw_text, painter_for
from tests.ui.access import findings


@pytest.fixture
def window(qapp: QApplication) -> Iterator[QWidget]:
    i18n.use("en")
    theme.active().apply("light", 100)
    found = QWidget()
    found.setWindowTitle("A window")
    column(margins=(24, 24, 24, 24), gap=12, on=found)
    found.resize(480, 400)
    yield found
    found.close()
    found.deleteLater()


class Painted(QWidget):
    """Words in a place of 60."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self._words = words
        self.setFixedSize(60, 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_text(painter_for(self), self.rect(), self._words, "body", theme.colours().text)


class OnlyByMouse(QWidget):
    """Something to press that the keyboard does not come to."""

    def __init__(self) -> None:
        super().__init__()
        self.setCursor(Qt.CursorShape.PointingHandCursor)


def narrow(widget: QWidget) -> QWidget:
    widget.setMaximumWidth(40)
    return widget


def low(widget: QWidget) -> QWidget:
    widget.setFixedSize(200, 20)
    return widget


def without_keyboard(widget: QWidget) -> QWidget:
    widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return widget


WRONG: dict[str, tuple[Callable[[], QWidget], str]] = {
    "a field without label": (LineEdit, "no name"),
    "an icon without tool tip": (lambda: _nameless(IconButton("copy", "Copy")), "no tool tip"),
    "a small target": (lambda: low(Button("Save")), "small target"),
    "a narrow button": (lambda: narrow(Button("Save everything")), "squeezed"),
    "own words cut off": (lambda: narrow(Label("Scheduling pages")), "cut off"),
    "lines cut off": (lambda: low(Label("A text that needs three lines or more. " * 4, wrap=True)), "lines cut off"),
    "painted words cut off": (lambda: Painted("Scheduling pages"), "cut off"),
    "a foreign label cut off": (lambda: narrow(QLabel("Anything at all")), "cut off"),
    "something only for the mouse": (OnlyByMouse, "only by mouse"),
    "a button without keyboard": (lambda: without_keyboard(Button("Save")), "not by keyboard"),
}


def _nameless(button: IconButton) -> IconButton:
    button.setToolTip("")
    return button


def looked_at(window: QWidget, *widgets: QWidget) -> list[str]:
    layout = window.layout()
    assert layout is not None
    for widget in widgets:
        layout.addWidget(widget)
    window.show()
    window.activateWindow()
    QTest.qWaitForWindowActive(window)
    return findings(window)


def test_a_window_with_nothing_wrong_is_passed(window: QWidget) -> None:
    person = narrow(Label("Bartholomew Featherstonehaugh"))
    assert looked_at(window, TextField("Name"), Card("Heading"), person, Button("&Save"), Button("&Cancel")) == []


@pytest.mark.parametrize("name", WRONG)
def test_a_window_with_something_wrong_is_found_out(window: QWidget, name: str) -> None:
    make, finding = WRONG[name]
    found = looked_at(window, make(), Button("Close"))
    assert [each for each in found if each.startswith(finding)], found


def test_a_letter_that_is_taken_twice_is_found_out(window: QWidget) -> None:
    assert "Alt+S is taken 2 times" in looked_at(window, Button("&Save"), Button("&Send"))


def test_an_order_of_tab_that_jumps_is_found_out(window: QWidget) -> None:
    first, second, third = QPushButton("First"), QPushButton("Second"), QPushButton("Third")
    for button in (first, second, third):
        button.setMinimumSize(80, 32)
    assert not [each for each in looked_at(window, first, second, third) if each.startswith("Tab")]
    QWidget.setTabOrder(first, third)
    QWidget.setTabOrder(third, second)
    found = findings(window)
    assert [each for each in found if each.startswith("Tab goes back")], found
