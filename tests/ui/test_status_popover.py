"""The status chip in every state, and what lies behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from app import i18n
from app.domain.overview import Overview, Reachability
from app.ui import messages, theme
from app.ui.main_window import MainWindow, Screen
from app.ui.status_popover import StatusPopover
from app.ui.widgets import IconButton, QrCode
from tests.ui import overviews as o
from tests.ui.hearing import hear
from tests.ui.test_main_window import Page

NORMAL = replace(o.NORMAL, reach=Reachability.COMPUTER_ONLY)
PROXY = replace(
    NORMAL, reach=Reachability.LIVE, way="proxy", address="meet.example.com", link="https://meet.example.com/meetings/anna"
)
NETWORK = replace(NORMAL, reach=Reachability.LIVE, way="network", link="http://192.168.1.20:8765/meetings/anna")


@pytest.fixture
def window(qapp: QApplication) -> Iterator[MainWindow]:
    i18n.use("en")
    theme.active().apply("light", 100)
    made = MainWindow()
    made.add_screen(Screen("meetings", "nav_meetings", lambda: "Meetings", Page))
    made.show()
    made.set_live(True)
    QApplication.processEvents()
    yield made
    made.close()
    made.deleteLater()


def popover(window: MainWindow, overview: Overview) -> StatusPopover:
    window.show_status(messages.status(overview), overview.link)
    window.sidebar.chip._words.click()
    QApplication.processEvents()
    return window.findChildren(StatusPopover)[-1]


def said(shown: StatusPopover) -> list[str]:
    return [each.text() for each in shown.findChildren(QLabel) if each.isVisible()]


@pytest.mark.shows("PUB-2")
@pytest.mark.parametrize(
    ("overview", "dot", "first", "second", "on"),
    [
        (PROXY, "success", "Live at", "meet.example.com", True),
        (NETWORK, "success", "Live on", "your network", True),
        (replace(PROXY, inactive=(o.TEAM,)), "amber", "Live at", "meet.example.com", True),
        (replace(PROXY, reach=Reachability.STARTING), "connecting", "Connecting", "to meet.example.com", True),
        (replace(PROXY, reach=Reachability.NOT_REACHED), "danger", "Not reached", "trying again", True),
        (NORMAL, "local", "Only on", "this computer", True),
        (replace(PROXY, offline=True), "accent", "Offline mode", "Requests only", True),
        (replace(PROXY, pages_on=False), "paused", "Paused", "No new bookings", False),
    ],
)
def test_chip_when_things_stand_so_says_it_in_dot_words_and_switch(
    overview: Overview, dot: str, first: str, second: str, on: bool
) -> None:
    i18n.use("en")
    status = messages.status(overview)
    assert (status.dot, status.first, status.second, status.on) == (dot, first, second, on)


@pytest.mark.shows("PUB-3")
def test_popover_when_published_has_the_address_a_code_to_scan_and_how_it_is_published(window: MainWindow) -> None:
    shown = popover(window, PROXY)
    assert "meet.example.com/meetings/anna" in said(shown)
    assert "Your reverse proxy passes visitors on to this computer." in said(shown)
    (code,) = shown.findChildren(QrCode)
    assert code.accessibleName() == "QR code of https://meet.example.com/meetings/anna"
    image: QImage = code.grab().toImage()
    assert {image.pixelColor(x, image.height() // 2).value() < 100 for x in range(image.width())} == {True, False}
    assert image.pixelColor(image.width() // 2, 6) == QColor("white")


@pytest.mark.shows("PUB-3")
def test_popover_when_only_on_this_computer_has_no_code_for_nobody_could_use_it(window: MainWindow) -> None:
    shown = popover(window, NORMAL)
    assert "Your pages open on this computer. Nobody else can open them yet." in said(shown)
    assert not shown.findChildren(QrCode)


def test_popover_when_paused_says_what_people_read(window: MainWindow) -> None:
    shown = popover(window, replace(PROXY, pages_on=False))
    assert "People read that you take no bookings at the moment. Nothing is deleted." in said(shown)


@pytest.mark.parametrize(
    ("name", "wish"),
    [
        ("Copy my link", "copy_link_requested"),
        ("Open my page", "open_page_requested"),
        ("Publishing settings", "publishing_requested"),
    ],
)
def test_popover_when_something_in_it_is_pressed_closes_and_asks_for_it(window: MainWindow, name: str, wish: str) -> None:
    shown = popover(window, NETWORK)
    heard = hear(getattr(window, wish))
    buttons = [*shown.findChildren(IconButton), *shown.findChildren(QPushButton)]
    next(each for each in buttons if name in (each.accessibleName(), each.text())).click()
    assert heard == [True]
    assert not shown.isVisible()
