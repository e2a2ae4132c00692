"""The dashboard on a real workspace: what the owner presses happens, and stands on the screen afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QPushButton

from app import i18n
from app.domain.booking import State
from app.domain.connections import LOCAL, CalendarState, Lost
from app.domain.overview import Reachability
from app.domain.pages import Mode
from app.services.overview import OverviewService
from app.services.workspace import Workspace
from app.ui import theme
from app.ui.connect.view import ConnectWindow
from app.ui.dashboard.controller import DashboardController
from app.ui.dashboard.details import DetailsPopover
from app.ui.dashboard.view import DashboardView
from app.ui.dashboard.watch import OverviewWatch
from app.ui.main_window import MainWindow, Screen
from app.ui.widgets import Banner, Question, TextArea, Toast
from tests.services.opened import StandingClock, at, furnished, page, wish
from tests.ui.hearing import hear

PATIENCE = 10.0
InLoop = Callable[[Callable[[], object]], object]


class Dash:
    def __init__(self, workspace: Workspace, clock: StandingClock) -> None:
        self.workspace, self.clock = workspace, clock
        self.window = MainWindow()
        self.watch = OverviewWatch(clock)
        self.view = DashboardView()
        self.window.add_screen(Screen("meetings", "nav_meetings", lambda: "Meetings", lambda: self.view))
        self.controller = DashboardController(self.view, self.watch)
        self.window.show()

    async def until(self, happened: Callable[[], object]) -> None:
        end = asyncio.get_running_loop().time() + PATIENCE
        while not happened():
            assert asyncio.get_running_loop().time() < end, "this never happened"
            await asyncio.sleep(0.005)

    def press(self, words: str) -> None:
        for button in self.window.findChildren(QPushButton):
            if button.isVisible() and button.isEnabled() and words == button.text().replace("&", ""):
                button.click()
                return
        raise AssertionError(f"no button {words!r}")

    async def question(self) -> Question:
        await self.until(lambda: any(each.isVisible() for each in self.window.findChildren(Question)))
        return next(each for each in self.window.findChildren(Question) if each.isVisible())

    def toasts(self) -> list[str]:
        return [each.accessibleName() for each in self.window.findChildren(Toast) if each.isVisible()]

    def banners(self) -> list[str]:
        return [each.accessibleName() for each in self.view.findChildren(Banner) if each.isVisible()]


@asynccontextmanager
async def dash(folder: Path, **rest: object) -> AsyncIterator[Dash]:
    clock = StandingClock()
    workspace = await furnished(folder, clock, page(**rest))
    served = (Reachability.COMPUTER_ONLY, "http://127.0.0.1:8765")
    workspace.overview = OverviewService(workspace.database, clock, workspace.settings, lambda: served)
    i18n.use("en")
    theme.active().apply("light", 100)
    found = Dash(workspace, clock)
    found.controller.attach(workspace)
    found.watch.attach(workspace)
    await found.until(lambda: found.watch.current is not None)
    try:
        yield found
    finally:
        found.watch.detach()
        found.window.close()
        found.window.deleteLater()
        await asyncio.sleep(0)
        await workspace.close()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Links that were handed to the system, which takes them all."""
    found: list[str] = []

    def take(url: QUrl) -> bool:
        found.append(url.toString(QUrl.ComponentFormattingOption.FullyEncoded))
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", take)
    return found


@pytest.mark.shows("BOOK-3")
def test_request_when_accepted_becomes_a_meeting_on_the_screen(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with dash(tmp_path, mode=Mode.APPROVAL) as d:
            await d.workspace.bookings.book(replace(wish(at(14, 10)), alternatives=(at(15, 11),)))
            await d.until(lambda: d.view._state and d.view._state.requests)
            d.press("Accept")
            await d.until(lambda: d.toasts())
            assert d.toasts() == ["Accepted: Wed 14 Oct, 10:00"]
            await d.until(lambda: d.view.lines())
            assert d.view.lines()[0].state.title == "Page 1 with Ida Winther"
            (booking,) = await d.workspace.bookings.list()
            assert booking.state is State.CONFIRMED

    in_loop(main)


@pytest.mark.shows("BOOK-2")
def test_request_when_its_time_was_taken_says_so_and_strikes_it_through(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with dash(tmp_path, mode=Mode.APPROVAL) as d:
            await d.workspace.bookings.book(replace(wish(at(14, 10)), alternatives=(at(15, 11),)))
            await d.until(lambda: d.view._state and d.view._state.requests)
            d.watch.detach()
            await d.workspace.accounts.add_busy(LOCAL, at(14, 10), at(14, 11), "Dentist")
            d.press("Accept")
            d.watch.attach(d.workspace)
            await d.until(lambda: [wish.free for wish in d.view._state.requests[0].wishes] == [False, True])  # type: ignore[union-attr]
            (booking,) = await d.workspace.bookings.list()
            assert booking.state is State.REQUESTED

    in_loop(main)


def test_request_when_declined_with_a_word_leaves_the_screen(in_loop: InLoop, tmp_path: Path, opened: list[str]) -> None:
    async def main() -> None:
        async with dash(tmp_path, mode=Mode.APPROVAL) as d:
            await d.workspace.bookings.book(wish(at(14, 10)))
            await d.until(lambda: d.view._state and d.view._state.requests)
            d.press("Decline")
            question = await d.question()
            area = question.findChild(TextArea)
            assert area is not None
            area.edit.setPlainText("Sorry, I am away.")
            question.button("decline").click()
            await d.until(lambda: d.view._state and not d.view._state.requests)
            (booking,) = await d.workspace.bookings.list()
            assert (booking.state, booking.word) == (State.DECLINED, "Sorry, I am away.")

    in_loop(main)


def test_request_when_another_time_is_suggested_opens_a_letter_in_the_guests_language(
    in_loop: InLoop, tmp_path: Path, opened: list[str]
) -> None:
    async def main() -> None:
        async with dash(tmp_path, mode=Mode.APPROVAL) as d:
            asked = wish(at(14, 10))
            danish = replace(asked, visitor=replace(asked.visitor, language="da", zone="Europe/Copenhagen"))
            await d.workspace.bookings.book(danish)
            await d.until(lambda: d.view._state and d.view._state.requests)
            d.view.suggest_requested.emit(d.view._state.requests[0].booking)  # type: ignore[union-attr]
            await d.until(lambda: opened)
            link = unquote(opened[0])
            assert link.startswith("mailto:ida@example.org?subject=Page 1: et andet tidspunkt&body=Hej Ida")
            assert "- mandag den 12. oktober kl. " in link
            assert "127.0.0.1" not in link

    in_loop(main)


def test_meeting_when_opened_tells_all_and_can_be_cancelled_with_a_word(
    in_loop: InLoop, tmp_path: Path, opened: list[str]
) -> None:
    async def main() -> None:
        async with dash(tmp_path) as d:
            await d.workspace.bookings.book(replace(wish(at(14, 10)), message="We are six people."))
            await d.until(lambda: d.view.lines())
            d.view.lines()[0].opened.emit()
            await d.until(lambda: d.window.findChildren(DetailsPopover))
            (popover,) = d.window.findChildren(DetailsPopover)
            assert popover.details.when == "Wednesday 14 October, 10:00 to 10:30"
            assert popover.details.message == "We are six people."
            d.press("Cancel the meeting")
            question = await d.question()
            question.button("cancel").click()
            await d.until(lambda: d.toasts() == ["The meeting is cancelled"])
            (booking,) = await d.workspace.bookings.list()
            assert booking.state is State.CANCELLED
            d.window.findChildren(Toast)[-1].button.click()  # type: ignore[union-attr]
            assert opened == ["mailto:ida@example.org?subject=Page%201"]

    in_loop(main)


@pytest.mark.shows("INACT-4")
def test_inactive_calendar_when_checked_again_puts_the_pages_back(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with dash(tmp_path) as d:
            await d.workspace.accounts.set_state(LOCAL, CalendarState.INACTIVE, Lost.SWITCHED)
            await d.until(lambda: d.banners())
            assert d.banners() == ["Nobody can book you: access to On this computer was lost"]
            d.press("Check again")
            await d.until(lambda: d.banners() == ["Connected"])
            assert d.watch.current is not None
            assert d.watch.current.inactive == ()

    in_loop(main)


@pytest.mark.shows("BOOK-3", "SET-2")
def test_offline_mode_when_scheduling_is_switched_on_again_ends(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with dash(tmp_path) as d:
            (account,) = await d.workspace.accounts.accounts()
            await d.workspace.accounts.set_scheduling(account.id, False)
            await d.until(lambda: d.banners() == ["You are in offline mode"])
            d.press("Switch it on")
            await d.until(lambda: d.banners() == [])

    in_loop(main)


@pytest.mark.shows("CON-3")
def test_offline_mode_when_no_calendar_is_connected_opens_the_dialog_that_connects_one(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with dash(tmp_path) as d:
            (account,) = await d.workspace.accounts.accounts()
            await d.workspace.accounts.disconnect(account.id)
            await d.until(lambda: d.banners() == ["You are in offline mode"])
            d.press("Connect a calendar")
            await d.until(lambda: any(each.isVisible() for each in d.window.findChildren(ConnectWindow)))
            d.window.findChildren(ConnectWindow)[0].reject()

    in_loop(main)


@pytest.mark.shows("URL-7")
def test_pause_when_switched_on_from_the_banner_ends(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with dash(tmp_path) as d:
            await d.workspace.settings.switch_pages(False)
            await d.until(lambda: d.banners() == ["Your pages are paused"])
            d.press("Switch on")
            await d.until(lambda: d.banners() == [])
            assert d.workspace.settings.current.pages_on

    in_loop(main)


def test_link_when_copied_is_in_the_clipboard(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with dash(tmp_path) as d:
            await d.until(lambda: d.watch.current and d.watch.current.link)
            d.controller.copy_link()
            assert d.watch.current is not None
            assert QGuiApplication.clipboard().text() == d.watch.current.link
            assert d.toasts() == ["Link copied"]

    in_loop(main)


def test_mail_when_no_program_takes_it_is_copied_instead(
    in_loop: InLoop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: False)

    async def main() -> None:
        async with dash(tmp_path) as d:
            await d.workspace.bookings.book(wish(at(14, 10)))
            await d.until(lambda: d.view.lines())
            d.view.write_to_requested.emit(d.view.lines()[0].state.booking)
            await d.until(lambda: d.toasts())
            assert d.toasts() == ["No mail program opened. The address was copied instead."]
            assert QGuiApplication.clipboard().text() == "ida@example.org"

    in_loop(main)


def test_watch_when_many_facts_come_at_once_reads_a_few_times(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with dash(tmp_path) as d:
            heard = hear(d.watch.changed)
            for hour in range(9, 17):
                await d.workspace.bookings.book(wish(at(14, hour), email=f"guest{hour}@example.org"))
            await d.until(lambda: len(d.view.lines()) == 8)
            assert len(heard) <= 8 * 2
            many = len(heard)
            for _ in range(50):
                d.watch._soon.start()
            await d.until(lambda: len(heard) > many)
            await asyncio.sleep(0.05)
            assert len(heard) <= many + 2

    in_loop(main)


def test_watch_when_a_minute_passes_moves_the_clock_without_reading(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with dash(tmp_path) as d:
            await d.workspace.bookings.book(wish(at(12, 9)))
            await d.until(lambda: d.view.lines())
            assert d.view.lines()[0].state.soon == "in 60 min"
            d.clock.at += 61
            d.watch._minute()
            assert d.view.lines()[0].state.soon == "in 59 min"

    in_loop(main)


@pytest.mark.shows("DESK-5")
def test_dashboard_when_the_language_changes_says_the_same_in_danish(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with dash(tmp_path) as d:
            i18n.use("da")
            theme.retranslate_all()
            assert d.view.header.title.text() == "Møder"
            assert d.view.header.subtitle.text().startswith("Mandag den 12. oktober")
            i18n.use("en")

    in_loop(main)
