"""*Why is this time (not) offered?* on the day ribbon, pressed and by keyboard, on a real workspace (PAGE-4)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.domain.connections import LOCAL, CalendarState, Lost
from app.domain.pages import Limits, Mode, Rolling, Rules
from app.ui.dashboard.asking import on_the_grid
from app.ui.dashboard.asking_ribbon import AskingRibbon
from app.ui.dashboard.details import DetailsPopover
from app.ui.why.popover import WhyPopover
from app.ui.widgets import Button
from tests.services.opened import at, page, wish
from tests.ui.dashboard.test_dashboard_controller import Dash
from tests.ui.dashboard.test_dashboard_controller import dash as empty_dash
from tests.ui.hearing import hear

InLoop = Callable[[Callable[[], object]], object]


@asynccontextmanager
async def dash(folder: Path, **rest: object) -> AsyncIterator[Dash]:
    """A dashboard with a meeting tomorrow, so that it shows its days."""
    async with empty_dash(folder, **{"rules": Rules((30,), step=30, notice=0, window=Rolling(30)), **rest}) as there:
        await there.workspace.bookings.book(wish(at(13, 10)))
        await there.until(lambda: len(there.view.lines()) == 1)
        yield there


def ribbon_of(there: Dash) -> AskingRibbon:
    return next(each for each in there.view.findChildren(AskingRibbon) if each.isVisible())


def press(there: Dash, hour: int, minute: int = 0) -> None:
    """Presses the ribbon at a time of today."""
    ribbon = ribbon_of(there)
    point = QPoint(round(ribbon._x(hour * 60 + minute)) + 1, 18)
    target = ribbon.childAt(point) or ribbon
    QTest.mouseClick(target, Qt.MouseButton.LeftButton, pos=target.mapFrom(ribbon, point))


async def popover(there: Dash) -> WhyPopover:
    """The open one, once it has answered."""

    def found() -> WhyPopover | None:
        return next((each for each in there.window.findChildren(WhyPopover) if each.isVisible()), None)

    await there.until(lambda: (why := found()) is not None and why.words)
    why = found()
    assert why is not None
    return why


def button(why: WhyPopover, words: str) -> Button:
    return next(each for each in why.findChildren(Button) if each.text().replace("&", "") == words)


@pytest.mark.shows("PAGE-4")
def test_a_free_time_when_pressed_then_is_said_to_be_bookable(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with dash(tmp_path) as there:
            press(there, 10, 40)
            why = await popover(there)
            assert why.field.text() == "10:30", "the start at or before the pressed time"
            assert why.verdict.text() == "Bookable"
            assert why.words == "It is offered: nothing stands in its way."
            QTest.keyClick(why, Qt.Key.Key_Escape)
            await there.until(lambda: not why.isVisible())
            assert there.window.focusWidget() is ribbon_of(there)

    in_loop(main)


@pytest.mark.shows("PAGE-4")
def test_a_taken_time_when_pressed_then_names_the_meeting_and_leads_to_it(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with dash(tmp_path) as there:
            await there.workspace.bookings.book(wish(at(12, 10)))
            await there.until(lambda: len(there.view.lines()) == 2)
            press(there, 10, 10)
            why = await popover(there)
            assert why.verdict.text() == "Not bookable"
            assert why.words == "“Page 1: Ida Winther” is then, Mon 12 Oct, 10:00 to 10:30."
            button(why, "Show the meeting").click()
            await there.until(lambda: any(each.isVisible() for each in there.window.findChildren(DetailsPopover)))

    in_loop(main)


@pytest.mark.shows("PAGE-4")
def test_an_event_of_the_calendar_when_in_the_way_then_leads_to_the_calendars(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with dash(tmp_path) as there:
            await there.workspace.accounts.add_busy(LOCAL, at(12, 11), at(12, 12), "Dentist")
            await there.until(lambda: there.watch.current is not None and len(there.watch.current.meetings) == 2)
            wanted = hear(there.controller.settings_requested)
            press(there, 11, 30)
            why = await popover(there)
            assert why.words.startswith("“Dentist” is then, ")
            button(why, "Open Calendars in Settings").click()
            assert wanted == ["calendars"]

    in_loop(main)


@pytest.mark.shows("PAGE-4")
def test_a_rule_when_it_decides_then_leads_to_its_section_of_the_asked_page(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        rules = Rules((30, 60), step=30, notice=600, window=Rolling(30))
        async with dash(tmp_path, rules=rules) as there:
            other = page(2, title="Usual", hours=None, rules=replace(rules, notice=0, durations=(30,)), mode=Mode.APPROVAL)
            await there.workspace.pages.save(other)
            await there.until(lambda: there.watch.current is not None and len(there.watch.current.pages) == 2)
            led: list[tuple[str, str]] = []
            there.controller.editor_requested.connect(lambda page, section: led.append((page, section)))
            press(there, 10)
            why = await popover(there)
            assert why.words.startswith("The notice is too short: the first time that can be booked now is ")
            why.pages.set_value("page2")
            why.pages.chosen.emit("page2")
            await there.until(lambda: why.verdict.text() == "On request")
            assert why.words.endswith("You approve each booking on this page, so guests ask for it.")
            assert not why.lengths.isVisible(), "it has one length"
            button(why, "Open Booking of the page").click()
            assert led == [("page2", "booking")]

    in_loop(main)


@pytest.mark.qt_log_ignore("This plugin does not support raise")
def test_the_ribbon_when_used_by_keyboard_then_tells_each_time_and_asks_on_enter(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with dash(tmp_path) as there:
            await there.workspace.bookings.book(wish(at(12, 10)))
            await there.until(lambda: len(there.view.lines()) == 2)
            ribbon = ribbon_of(there)
            ribbon.setFocus(Qt.FocusReason.TabFocusReason)
            QTest.keyClick(ribbon, Qt.Key.Key_Right)
            assert ribbon.accessibleDescription() == "08:00: cannot be booked", "it begins now"
            QTest.keyClick(ribbon, Qt.Key.Key_Down)
            assert ribbon.accessibleDescription() == "10:00: 10:00 to 10:30, Page 1 with Ida Winther"
            for _press in range(2):
                QTest.keyClick(ribbon, Qt.Key.Key_Right)
            assert ribbon.accessibleDescription() == "10:30: can be booked"
            QTest.keyClick(ribbon, Qt.Key.Key_Home)
            QTest.keyClick(ribbon, Qt.Key.Key_Left)
            assert ribbon.accessibleDescription().startswith("08:00"), "not beyond the edge"
            QTest.keyClick(ribbon, Qt.Key.Key_End)
            assert ribbon.accessibleDescription() == "17:45: cannot be booked"
            QTest.keyClick(ribbon, Qt.Key.Key_Return)
            why = await popover(there)
            assert why.field.text() == "17:30"
            assert why.words == "It lies outside the page’s hours, or does not fit into them."

    in_loop(main)


def test_a_lost_calendar_when_it_decides_then_is_named_with_everything_else(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        rules = Rules((30,), step=30, notice=0, window=Rolling(30), limits=Limits(per_day=1))
        async with dash(tmp_path, rules=rules) as there:
            await there.workspace.bookings.book(wish(at(12, 10)))
            await there.workspace.accounts.set_state(LOCAL, CalendarState.INACTIVE, Lost.UNSHARED)
            await there.until(lambda: there.watch.current is not None and there.watch.current.inactive)
            press(there, 14)
            why = await popover(there)
            assert why.words.splitlines() == [
                "Access to On this computer was lost, so nothing can be booked.",
                "The page has its most meetings on this day already.",
            ]
            assert [each.text().replace("&", "") for each in why.findChildren(Button)] == [
                "Open Calendars in Settings", "Open Buffers and limits of the page",
            ]  # fmt: skip

    in_loop(main)


def test_the_ribbon_when_the_mouse_is_over_a_block_then_marks_the_time_there_too(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with dash(tmp_path) as there:
            await there.workspace.bookings.book(wish(at(12, 10)))
            await there.until(lambda: len(there.view.lines()) == 2)
            ribbon = ribbon_of(there)
            block = ribbon.childAt(QPoint(round(ribbon._x(10 * 60 + 15)), 18))
            assert block is not None
            QTest.mouseMove(block, block.rect().center())
            await there.until(lambda: ribbon._hover is not None)
            assert ribbon._hover in (10 * 60 + 10, 10 * 60 + 15)

    in_loop(main)


@pytest.mark.parametrize(
    ("step", "durations", "minute", "start"),
    [(30, (30,), 640, 630), (0, (60, 30), 650, 630), (0, (45,), 653, 645), (40, (30,), 653, 645), (15, (60,), 659, 645)],
)
def test_a_pressed_time_when_asked_about_then_is_the_start_before_it(
    step: int, durations: tuple[int, ...], minute: int, start: int
) -> None:
    assert on_the_grid(minute, page(rules=Rules(durations, step=step))) == start
