"""The panel Notifications on a real workspace: the table by keyboard, quiet hours, the tray, the test message."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app import i18n
from app.domain.notices import Notice, NoticeKind, Subject, Way
from app.domain.settings import Desktop, Notify, QuietHours
from app.ui import theme
from app.ui.settings.notice_table import SCREEN, SOUND
from app.ui.settings.notifications import NotificationsPanel, ticked, ticks_of
from app.ui.settings.view import SettingsWindow
from app.ui.tray import Tray
from app.ui.widgets import Question
from tests.services.opened import StandingClock
from tests.ui.opened_program import press, running, until
from tests.ui.settings.test_settings_window import InLoop, Room, room, turns

pytestmark = pytest.mark.qt_log_ignore("does not support raise|propagateSizeHints|systemTrayWindowChanged")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    i18n.use("en")
    yield
    i18n.use("en")
    theme.active().apply("light", 100)


class Teller:
    """A desktop that answers ``ways``, one after the other; the last one stays."""

    def __init__(self, *ways: Way) -> None:
        self.ways, self.tests = list(ways), 0

    async def way(self) -> Way:
        return self.ways.pop(0) if len(self.ways) > 1 else self.ways[0]

    async def test(self) -> Way:
        self.tests += 1
        return await self.way()


async def at_panel(r: Room, teller: Teller | None = None) -> NotificationsPanel:
    r.workspace.notices.teller = teller
    r.window.show_panel("notifications")
    await turns()
    panel = r.window.panel_of("notifications")
    assert isinstance(panel, NotificationsPanel)
    return panel


def key(widget: QWidget | None, pressed: Qt.Key) -> None:
    assert widget is not None
    QTest.keyClick(widget, pressed)


def heard(control: QWidget) -> str:
    spoken = QAccessible.queryAccessibleInterface(control)
    return str(spoken.text(QAccessible.Text.Name))


def focused(window: SettingsWindow) -> QWidget:
    found = window.focusWidget()
    assert found is not None
    return found


def modal() -> QWidget:
    found = QApplication.activeModalWidget()
    assert found is not None
    return found


@pytest.mark.shows("DESK-3", "DESK-5")
def test_table_when_used_by_keyboard_is_one_stop_with_arrows_and_names_each_box(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            panel = await at_panel(r)
            stops = [box for box in panel.table.boxes.values() if box.focusPolicy() & Qt.FocusPolicy.TabFocus]
            assert [heard(box) for box in stops] == ["Someone could not book you, sound"]
            stops[0].setFocus()
            key(focused(r.window), Qt.Key.Key_Down)
            key(focused(r.window), Qt.Key.Key_Left)
            assert heard(focused(r.window)) == "New request, on screen"
            key(focused(r.window), Qt.Key.Key_Up)
            assert heard(focused(r.window)) == "New request, on screen"
            for _ in range(9):
                key(focused(r.window), Qt.Key.Key_Down)
            assert heard(focused(r.window)) == "A calendar or account needs you, on screen"
            key(focused(r.window), Qt.Key.Key_Up)
            key(focused(r.window), Qt.Key.Key_Space)
            assert r.footer() == "Unsaved changes"
            r.button("Save").click()
            await r.told("Saved")
            notify = r.workspace.settings.current.notify
            assert notify == Notify(server=False)

    in_loop(main)


def test_blocked_bookings_when_looked_at_cannot_be_switched_off_and_say_why(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            panel = await at_panel(r)
            box = panel.table.boxes[Subject.ATTEMPT, SCREEN]
            assert box.isChecked()
            assert not box.isEnabled()
            assert "the only way you learn of it" in box.accessibleDescription()

    in_loop(main)


@pytest.mark.parametrize("subject", list(Subject))
def test_tick_when_taken_away_and_given_again_is_what_it_was(subject: Subject) -> None:
    for column in (SCREEN, SOUND):
        if (subject, column) == (Subject.ATTEMPT, SCREEN):
            continue
        for on in (False, True):
            changed = Notify(**ticked(Notify(), (subject, column), on))  # type: ignore[arg-type]
            assert ticks_of(changed)[subject, column] is on
            others = {place: tick for place, tick in ticks_of(changed).items() if place != (subject, column)}
            assert others == {place: tick for place, tick in ticks_of(Notify()).items() if place != (subject, column)}


@pytest.mark.shows("DESK-3")
def test_quiet_hours_when_switched_on_show_times_and_days_and_need_a_day(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            panel = await at_panel(r)
            assert not panel.start.isVisible()
            panel.quiet.box.click()
            assert panel.quiet.box.accessibleDescription() == "Messages wait from 22:00 to 07:00. Faults do not wait."
            assert panel.start.isVisible()
            panel.end.chosen.emit(6 * 60 + 30)
            days = panel.days.chips()
            for chip in days:
                chip.click()
            assert r.footer() == "Choose the days of the quiet hours, or switch them off."
            r.window.show_panel("calendars")
            r.button("Save").click()
            assert r.window.panel == "notifications"
            assert focused(r.window) is days[0]
            days[4].click()
            r.button("Save").click()
            await r.told("Saved")
            assert r.workspace.settings.current.notify.quiet_hours == QuietHours(True, 1320, 390, frozenset({4}))

    in_loop(main)


def test_quiet_hours_when_the_week_starts_on_sunday_begin_there_and_on_another_clock_say_so(
    in_loop: InLoop, tmp_path: Path
) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            panel = await at_panel(r)
            assert panel.days.chips()[0].option.text == "Mon"
            appearance: object = r.window.panel_of("appearance")
            appearance._set(week_starts_monday=False, clock_24=False)  # type: ignore[attr-defined]
            panel.quiet.box.click()
            assert panel.days.chips()[0].option.text == "Sun"
            assert panel.quiet.box.accessibleDescription() == "Messages wait from 10:00 pm to 7:00 am. Faults do not wait."

    in_loop(main)


@pytest.mark.shows("DESK-3")
@pytest.mark.parametrize(
    ("way", "words", "warns"),
    [
        (Way.DESKTOP, "Sent. Your desktop shows it now.", ""),
        (Way.TRAY, "Sent. It stands at the icon in the tray, because this desktop has no notifications of its own.", ""),
        (Way.HELD, "Sent, but your desktop holds it back: it is set not to disturb you.", "Switch that off to see them."),
        (Way.BLOCKED, "Not shown: the system does not let Aftale show notifications.", "Allow them in"),
        (Way.NONE, "Not shown: there is nothing on this desktop that shows notifications.", "the window of Aftale"),
    ],
)
def test_test_message_when_sent_tells_where_it_went_and_how_to_allow_it(
    in_loop: InLoop, tmp_path: Path, way: Way, words: str, warns: str
) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            teller = Teller(way)
            panel = await at_panel(r, teller)
            assert (warns in panel._silent.text) if warns else not panel._silent.text
            panel.test.click()
            await r.until(lambda: panel._tested.text == words)
            assert teller.tests == 1
            assert r.footer() == "Everything is saved"

    in_loop(main)


def test_panel_when_the_desktop_shows_nothing_says_so_before_any_test(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            panel = await at_panel(r, Teller(Way.HELD, Way.DESKTOP))
            assert panel._silent.isVisible()
            panel.test.click()
            await r.until(lambda: panel._tested.text == "Sent. Your desktop shows it now.")
            assert not panel._silent.isVisible()

    in_loop(main)


def test_tray_when_there_is_none_says_what_closing_does(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            panel = await at_panel(r)
            panel.show_tray(False)
            assert "shows no tray" in panel.tray.box.accessibleDescription()
            panel.show_tray(True)
            assert panel.tray.box.accessibleDescription() == "Closing the window leaves your pages online."
            panel.tray.box.click()
            r.button("Save").click()
            await r.told("Saved")
            assert not r.workspace.settings.current.desktop.stay_in_tray

    in_loop(main)


@pytest.mark.shows("DESK-2")
def test_close_when_aftale_shall_not_stay_in_the_tray_asks_and_quits(
    in_loop: InLoop, workspace_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = StandingClock()
    monkeypatch.setattr(Tray, "available", property(lambda self: True))

    async def main() -> None:
        async with running(workspace_folder, clock, demo=True) as program:
            await until(lambda: program.session is not None, "the session")
            assert program.session is not None
            workspace = program.session.workspace
            await workspace.settings.save(replace(workspace.settings.current, desktop=Desktop(stay_in_tray=False)))
            program.shown.close()
            await until(QApplication.activeModalWidget, "the question")
            press(modal(), "Cancel")
            await until(lambda: QApplication.activeModalWidget() is None, "the answer")
            assert program.shown.isVisible()
            program.shown.close()
            await until(QApplication.activeModalWidget, "the question")
            question = modal()
            assert isinstance(question, Question)
            question.button("quit").click()
            await until(program._ended.is_set, "the end")

    in_loop(main)


@pytest.mark.shows("DESK-3")
def test_notice_that_pages_cannot_be_reached_when_clicked_leads_to_publishing(in_loop: InLoop, workspace_folder: Path) -> None:
    async def main() -> None:
        async with running(workspace_folder, StandingClock(), demo=True) as program:
            await until(lambda: program.session is not None, "the session")
            assert program.session is not None
            program.session.answer("open", Notice("n", NoticeKind.SERVER, 0))
            await until(lambda: program.shown.findChildren(SettingsWindow), "the settings")
            (window,) = program.shown.findChildren(SettingsWindow)
            assert window.panel == "publishing"
            window.allow_close()

    in_loop(main)
