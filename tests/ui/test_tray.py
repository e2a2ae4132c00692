"""The tray on a desktop: what the icon says, what stands in the menu, and what follows a press."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QAbstractButton, QSystemTrayIcon

from app import i18n
from app.domain.clock import HOUR, MINUTE, from_iso
from app.domain.connections import Calendar, CalendarState
from app.domain.overview import Meeting, Overview, Reachability
from app.domain.pages import Location, LocationKind
from app.ui.tray import Tray
from app.ui.tray_panel import TrayPanel
from app.ui.tray_state import rest_of_today, tray_state
from app.ui.widgets import Switch
from tests.servers.notifications import screen, session_bus
from tests.servers.tray_host import TrayHost

ZONE = "Europe/Copenhagen"
NOW = from_iso("2026-10-13T07:41:00Z")
"""Tuesday 13 October 2026, 09:41 in Copenhagen."""
INTRO = Meeting("booking:1", "Intro call", NOW + 19 * MINUTE, NOW + 49 * MINUTE, who="Maja Lindqvist", booking="1")
WELL = Overview(
    NOW,
    ZONE,
    "Anna Holm",
    meetings=(INTRO,),
    reach=Reachability.COMPUTER_ONLY,
    address="127.0.0.1:43117",
    link="http://127.0.0.1:43117/meetings/anna-holm",
)
LOST = replace(WELL, inactive=(Calendar("team", "google", "Team calendar", ZONE, state=CalendarState.INACTIVE),))

popup = pytest.mark.qt_log_ignore("This plugin does not support (raise|grabbing)", extend=True)
"""Without a window manager a popup can neither come to the front nor take the keyboard."""


@pytest.fixture(autouse=True)
def english():
    i18n.use("en")
    yield
    i18n.use("en")


# What it says


@pytest.mark.shows("DESK-2")
@pytest.mark.parametrize(
    ("overview", "dot", "tip"),
    [
        (WELL, "", "Aftale: Only on this computer"),
        (LOST, "amber", "Aftale: Only on this computer. Nobody can book"),
        (replace(WELL, reach=Reachability.NOT_REACHED), "danger", "Aftale: Not reached, trying again"),
        (replace(WELL, reach=Reachability.STOPPED), "danger", "Aftale: Not reached, trying again"),
        (replace(WELL, pages_on=False), "", "Aftale: Paused. No new bookings"),
        (replace(WELL, pages_on=False, paused_until=NOW + HOUR), "", "Aftale: Paused until 10:41"),
        (replace(WELL, offline=True), "", "Aftale: Offline mode. Requests only"),
        (replace(WELL, failed_writes=("1",)), "amber", "Aftale: Only on this computer"),
        (replace(WELL, reach=Reachability.LIVE, address="meet.example.com"), "", "Aftale: Live at meet.example.com"),
        (replace(WELL, reach=Reachability.LIVE, way="network"), "", "Aftale: Live on your network"),
        (replace(WELL, reach=Reachability.STARTING, way="proxy", address="a.dk"), "", "Aftale: Connecting to a.dk"),
    ],
)
def test_tray_state_when_things_stand_so_says_it_in_words_and_dot(overview, dot, tip):
    state = tray_state(overview)
    assert (state.dot, state.tip) == (dot, tip)


@pytest.mark.parametrize(
    ("meetings", "line", "detail"),
    [
        ((INTRO,), "10:00 Intro call, Maja Lindqvist", "in 19 min · Video"),
        ((replace(INTRO, start=NOW + 2 * HOUR, end=NOW + 3 * HOUR),), "11:41 Intro call, Maja Lindqvist", "Video"),
        ((replace(INTRO, start=NOW - MINUTE),), "09:40 Intro call, Maja Lindqvist", "now · Video"),
        ((replace(INTRO, event_only=True, title="Dentist"), INTRO), "10:00 Intro call, Maja Lindqvist", "in 19 min · Video"),
        ((replace(INTRO, start=NOW - HOUR, end=NOW),), None, None),
        ((replace(INTRO, start=NOW + 24 * HOUR, end=NOW + 25 * HOUR),), None, None),
        ((), None, None),
    ],
)
def test_tray_state_when_meetings_come_names_the_next_of_today(meetings, line, detail):
    meeting = tray_state(replace(WELL, meetings=meetings)).meeting
    assert (meeting and meeting.line, meeting and meeting.detail) == (line, detail)


def test_rest_of_today_when_the_clock_goes_back_lasts_until_the_local_midnight():
    evening = from_iso("2026-10-24T23:30:00Z")
    assert rest_of_today(evening, ZONE) == from_iso("2026-10-25T23:00:00Z")


def entries(tray: Tray) -> list[str]:
    return [entry.text() for entry in tray.entries() if not entry.isSeparator()]


@pytest.mark.shows("DESK-2", "URL-7")
def test_menu_when_all_is_well_has_only_what_works_now(qapp):
    tray = Tray()
    tray.show_state(tray_state(WELL))
    assert entries(tray) == [
        "Only on this computer",
        "10:00 Intro call, Maja Lindqvist",
        "Copy my link",
        "Pause bookings for…",
        "Open Aftale",
        "Settings…",
        "Quit and take pages offline",
    ]
    assert tray.entries()[0].isChecked()


def test_menu_when_things_change_follows(qapp):
    tray = Tray()
    tray.show_state(tray_state(LOST))
    assert "Fix: Team calendar is inactive…" in entries(tray)
    tray.show_state(tray_state(replace(WELL, pages_on=False, meetings=(), link="", reach=Reachability.STOPPED)))
    assert entries(tray) == ["Paused. No new bookings", "Open Aftale", "Settings…", "Quit"]
    assert not tray.entries()[0].isChecked()


@pytest.mark.shows("PUB-2")
def test_menu_when_the_pages_are_out_of_reach_offers_to_mend_that_and_the_panel_says_the_same(qapp):
    tray, state = Tray(), tray_state(replace(WELL, reach=Reachability.NOT_REACHED, way="proxy"))
    tray.show_state(state)
    assert entries(tray)[0] == "Not reached, trying again"
    assert "Fix: your pages cannot be reached…" in entries(tray)
    panel = TrayPanel(state)
    assert panel.accessibleName() == "Aftale: Not reached, trying again"
    assert "Fix: your pages cannot be reached…" in panel_texts(panel)
    panel.deleteLater()


def test_menu_when_a_name_has_an_ampersand_shows_it(qapp):
    tray = Tray()
    tray.show_state(tray_state(replace(WELL, meetings=(replace(INTRO, who="Beck & Partners"),))))
    assert "10:00 Intro call, Beck && Partners" in entries(tray)


@pytest.mark.shows("DESK-5")
def test_menu_when_the_language_changes_speaks_it(qapp):
    tray = Tray()
    i18n.use("da")
    tray.show_state(tray_state(WELL))
    assert entries(tray)[-1] == "Afslut, og tag siderne offline"


# The panel


def panel_texts(panel: TrayPanel) -> list[str]:
    return [button.accessibleName() or button.text() for button in panel.findChildren(QAbstractButton) if not button.isHidden()]


@pytest.mark.shows("DESK-2")
def test_panel_when_opened_offers_the_same_as_the_menu(qapp, qtbot):
    panel = TrayPanel(tray_state(LOST))
    qtbot.addWidget(panel)
    assert panel_texts(panel) == [
        "Scheduling pages are on",
        "Fix: Team calendar is inactive…",
        "Show",
        "Copy my link",
        "Pause bookings for…",
        "Open Aftale",
        "Settings",
        "Quit and take pages offline",
    ]


def test_panel_when_the_next_meeting_has_a_link_joins_it(qapp, qtbot):
    link = Location(LocationKind.LINK, "https://meet.example.com/anna")
    panel = TrayPanel(tray_state(replace(WELL, meetings=(replace(INTRO, location=link),))))
    join = next(button for button in panel.findChildren(QAbstractButton) if button.text() == "Join")
    with qtbot.waitSignal(panel.join_requested) as joined:
        join.click()
    assert joined.args == ["https://meet.example.com/anna"]


def test_panel_when_pause_is_pressed_unfolds_how_long(qapp, qtbot):
    panel = TrayPanel(tray_state(WELL))
    press(panel, "Pause bookings for…")
    with qtbot.waitSignal(panel.pause_requested) as told:
        press(panel, "Rest of today")
    assert told.args == ["today"]


@popup
def test_panel_when_the_switch_is_pressed_tells_it_and_stays(qapp, qtbot):
    panel = TrayPanel(tray_state(WELL))
    qtbot.addWidget(panel)
    panel.show()
    with qtbot.waitSignal(panel.switch_requested) as told:
        panel.findChild(Switch).click()
    assert told.args == [False]
    panel.show_state(tray_state(replace(WELL, pages_on=False)))
    assert panel.isVisible()
    assert not panel.findChild(Switch).isChecked()


@popup
@pytest.mark.parametrize("icon", [QRect(760, 780, 24, 24), QRect(2, 2, 24, 24), QRect(380, 0, 24, 24)])
def test_panel_when_opened_at_an_icon_stays_on_the_screen(qapp, qtbot, icon):
    panel = TrayPanel(tray_state(LOST))
    qtbot.addWidget(panel)
    panel.open_at(icon)
    body = panel.geometry().adjusted(20, 20, -20, -20)
    assert qapp.primaryScreen().geometry().contains(body)
    assert not body.intersects(icon)


def press(panel: TrayPanel, text: str) -> None:
    next(button for button in panel.findChildren(QAbstractButton) if button.text() == text and not button.isHidden()).click()


def test_click_when_the_desktop_does_not_tell_where_the_icon_is_opens_the_window(qapp, qtbot):
    tray = Tray()
    tray.show_state(tray_state(WELL))
    with qtbot.waitSignal(tray.open_requested):
        tray._icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)


# On a real bus

CHILD = """
import json, sys
from PySide6.QtWidgets import QApplication
from tests.ui.test_tray import LOST, WELL
from app.ui.tray import Tray
from app.ui.tray_state import tray_state

app = QApplication([])
app.setQuitOnLastWindowClosed(False)
tray = Tray()

def told(name):
    return lambda *values: print(json.dumps([name, *values]), flush=True)

for name in ("open", "settings", "copy", "switch", "pause", "fix", "join", "quit"):
    getattr(tray, f"{name}_requested").connect(told(name))
tray.came.connect(told("came"))
tray.show_state(tray_state(LOST))
app.exec()
"""


@pytest.mark.desktop
@pytest.mark.anyio
@pytest.mark.shows("DESK-2", "URL-7")
async def test_tray_when_a_desktop_shows_it_is_read_and_pressed_there():
    with screen() as display, session_bus() as address:
        host = await TrayHost(address).start()
        environment = {**os.environ, **display, **address, "PYTHONPATH": "."}
        environment.pop("QT_QPA_PLATFORM", None)
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", CHILD, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

        async def said() -> list[object]:
            async with asyncio.timeout(20):
                return json.loads(await child.stdout.readline())

        try:
            assert await said() == ["came"]
            item = await host.item()
            assert await item.tip() == "Aftale: Only on this computer. Nobody can book"
            assert (22, 22) in await item.pictures()
            first = (await item.entries())[0]
            assert (first.text, first.checked) == ("Only on this computer. Nobody can book", True)
            for path, answer in {
                ("Only on this computer. Nobody can book",): ["switch", False],
                ("10:00 Intro call, Maja Lindqvist",): ["open", "1"],
                ("Fix: Team calendar is inactive…",): ["fix"],
                ("Copy my link",): ["copy"],
                ("Pause bookings for…", "1 hour"): ["pause", "hour"],
                ("Open Aftale",): ["open", ""],
                ("Settings…",): ["settings"],
                ("Quit and take pages offline",): ["quit"],
            }.items():
                await item.press(*path)
                assert await said() == answer
            await item.click()
            assert await said() == ["open", ""]
        finally:
            child.kill()
            await child.wait()
            await host.stop()
