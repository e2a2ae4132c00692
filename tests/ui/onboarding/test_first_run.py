"""Three answers, and the page can be booked; left at any step, the run goes on there."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from app import i18n
from app.domain.booking import Promised, State
from app.domain.connections import ProviderKind
from app.domain.pages import MORNINGS, WORKWEEK
from app.domain.settings import Language
from app.ui import zone_list as zones
from app.ui.onboarding import controller
from app.ui.onboarding.state import MonthCard, Step
from app.ui.program import Program
from app.ui.widgets import Select, WeeklyHoursEditor
from tests.services.opened import StandingClock, open_workspace, wish
from tests.ui.opened_program import button, press, reads, running, until

pytestmark = pytest.mark.shows("DESK-1")


@pytest.fixture(autouse=True)
def english():
    i18n.use("en")
    yield
    i18n.use("en")


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


def field(program: Program, label: str) -> QLineEdit:
    view = program.shown
    return next(each for each in view.findChildren(QLineEdit) if label in each.accessibleName())


def write(program: Program, label: str, text: str) -> None:
    edit = field(program, label)
    edit.selectAll()
    QTest.keyClicks(edit, text)


def select(program: Program, label: str) -> Select:
    return next(each for each in program.shown.findChildren(Select) if label in each.box.accessibleName())


async def at_step(program: Program, step: Step) -> None:
    await until(lambda: program.first_run.view.state.step is step and not program.first_run.view.state.busy, f"{step}")


async def introduce(program: Program, name: str = "Anna Holm") -> None:
    write(program, "Your name", name)
    write(program, "What you do", "Organisation consultant")
    press(program.shown, "Continue")
    await at_step(program, Step.CALENDAR)


def free_days(month: MonthCard) -> list[int]:
    return [cell.day for cell in month.cells if cell is not None and cell.free]


async def to_page(program: Program) -> None:
    await introduce(program)
    press(program.shown, "On this computer")
    await at_step(program, Step.PAGE)


def test_first_run_when_three_questions_are_answered_leaves_a_page_that_books(in_loop, clock, workspace_folder):
    async def main() -> None:
        async with running(workspace_folder, clock) as program:
            assert program.shown.windowTitle() == "Welcome to Aftale"
            await to_page(program)
            assert "Your page is ready, Anna" in reads(program.shown)
            assert "free days in October 2026" in reads(program.shown)
            press(program.shown, "Copy my link")
            assert QGuiApplication.clipboard().text() == "http://127.0.0.1/meetings/anna-holm"
            press(program.shown, "Open Aftale")
            await until(lambda: program.session, "the main window")
            assert program.shown.windowTitle() == "Aftale"
            workspace = program.session.workspace
            assert workspace.settings.current.first_run.step == 4
            assert workspace.settings.current.profile.name == "Anna Holm"
            (account,) = await workspace.accounts.accounts()
            assert account.provider is ProviderKind.LOCAL
            (page,) = await workspace.pages.all()
            assert (page.slug, page.title) == ("anna-holm/intro-call", "Intro call")
            start = (await workspace.availability.preview(page, 30))[0]
            answer = await workspace.bookings.book(wish(start, page.slug))
            assert isinstance(answer, Promised)
            assert answer.state is State.CONFIRMED
            await until(lambda: "Ida Winther" in reads(program.shown), "the booking in the window")

    in_loop(main)


def test_first_run_when_continue_comes_before_the_workspace_is_open_waits_for_it(in_loop, clock, workspace_folder):
    async def main() -> None:
        gate = asyncio.Event()

        async def slow():
            await gate.wait()
            return await open_workspace(workspace_folder, clock)

        async with running(workspace_folder, clock, opening=slow) as program:
            await until(lambda: program.first_run.view.state.zones_known, "the zones")
            write(program, "Your name", "Anna Holm")
            press(program.shown, "Continue")
            assert program.first_run.view.state.busy
            gate.set()
            await at_step(program, Step.CALENDAR)
            gate.set()

    in_loop(main)


def test_first_run_when_the_name_is_missing_says_so_only_on_continue(in_loop, clock, workspace_folder):
    async def main() -> None:
        async with running(workspace_folder, clock) as program:
            problem = "Write your name. Guests see it on your page."
            assert problem not in reads(program.shown)
            press(program.shown, "Continue")
            assert problem in reads(program.shown)
            write(program, "Your name", "A")
            assert problem not in reads(program.shown)

    in_loop(main)


@pytest.mark.shows("BOOK-3")
def test_first_run_when_the_calendar_comes_later_starts_in_offline_mode(in_loop, clock, workspace_folder):
    async def main() -> None:
        async with running(workspace_folder, clock) as program:
            await introduce(program)
            press(program.shown, "Not now: use offline mode")
            await at_step(program, Step.PAGE)
            press(program.shown, "Open Aftale")
            await until(lambda: program.session, "the main window")
            workspace = program.session.workspace
            assert await workspace.accounts.accounts() == ()
            (page,) = await workspace.pages.all()
            start = (await workspace.availability.preview(page, 30))[0]
            answer = await workspace.bookings.book(wish(start, page.slug))
            assert answer.state is State.REQUESTED
            await until(lambda: "Ida Winther" in reads(program.shown), "the request in the window")

    in_loop(main)


@pytest.mark.parametrize("step", list(Step))
def test_first_run_when_left_at_a_step_is_resumed_there(in_loop, clock, workspace_folder, step):
    async def main() -> None:
        async with running(workspace_folder, clock) as program:
            await until(lambda: program.first_run.view.state.fresh, "the workspace")
            if step is Step.YOU:
                write(program, "Your name", "Anna Holm")
            elif step is Step.CALENDAR:
                await introduce(program)
            else:
                await to_page(program)
            program.shown.close()
        async with running(workspace_folder, clock) as program:
            assert program.first_run.view.state.step is step
            assert program.first_run.view.state.you.name == "Anna Holm"
            if step is Step.PAGE:
                await until(lambda: program.first_run.view.state.link, "the link")
                workspace = await program.first_run.workspace()
                assert len(await workspace.pages.all()) == 1

    in_loop(main)


def test_first_run_when_the_name_changes_after_the_page_was_made_changes_its_address(in_loop, clock, workspace_folder):
    async def main() -> None:
        async with running(workspace_folder, clock) as program:
            await to_page(program)
            press(program.shown, "Back")
            press(program.shown, "Back")
            await introduce(program, "Jørgen Ærø")
            press(program.shown, "On this computer")
            await at_step(program, Step.PAGE)
            workspace = await program.first_run.workspace()
            (page,) = await workspace.pages.all()
            assert page.slug == "joergen-aeroe/intro-call"
            assert program.first_run.view.state.link.endswith("/meetings/joergen-aeroe")

    in_loop(main)


def test_first_run_when_hours_are_chosen_shows_the_month_that_follows(in_loop, clock, workspace_folder):
    async def main() -> None:
        async with running(workspace_folder, clock) as program:
            await to_page(program)
            view = program.first_run.view
            workspace = await program.first_run.workspace()
            assert view.state.hours == WORKWEEK
            await until(lambda: view.state.month, "the month")
            assert 17 not in free_days(view.state.month)
            press(program.shown, "Mornings")
            await until(lambda: workspace.settings.current.availability.weekly == MORNINGS, "other hours")
            press(program.shown, "Choose…")
            await until(lambda: QApplication.activeModalWidget(), "the dialog")
            dialog = QApplication.activeModalWidget()
            editor = dialog.findChild(WeeklyHoursEditor)
            editor.copy_day(0, (5,))
            press(dialog, "Use these hours")
            await until(lambda: workspace.settings.current.availability.weekly.days[5] == ((540, 720),), "Saturday")
            assert button(program.shown, "Choose…").isChecked()
            await until(lambda: 17 in free_days(view.state.month), "Saturday in the month")

    in_loop(main)


@pytest.mark.shows("DESK-5")
def test_first_run_when_danish_is_chosen_speaks_it_at_once_and_names_the_page_so(in_loop, clock, workspace_folder):
    async def main() -> None:
        async with running(workspace_folder, clock) as program:
            write(program, "Your name", "Anna Holm")
            language = select(program, "Language")
            language.set_value(Language.DANISH)
            language.chosen.emit(Language.DANISH)
            assert program.shown.windowTitle() == "Velkommen til Aftale"
            assert field(program, "Dit navn").text() == "Anna Holm"
            press(program.shown, "Fortsæt")
            await at_step(program, Step.CALENDAR)
            press(program.shown, "På denne computer")
            await at_step(program, Step.PAGE)
            workspace = await program.first_run.workspace()
            (page,) = await workspace.pages.all()
            assert page.title == "Introsamtale"
            settings = workspace.settings.current
            assert settings.profile.language is settings.appearance.language is Language.DANISH

    in_loop(main)


def test_first_run_when_sample_data_is_wanted_fills_it_in_and_opens_the_window(in_loop, clock, workspace_folder):
    async def main() -> None:
        async with running(workspace_folder, clock) as program:
            await until(lambda: program.first_run.view.state.fresh, "the offer")
            press(program.shown, "Look around with sample data")
            await until(lambda: program.session, "the main window")
            assert len(await program.session.workspace.pages.all()) == 3
            assert program.session.workspace.settings.current.demo

    in_loop(main)


def test_first_run_when_only_the_keyboard_is_used_gets_to_the_end(in_loop, clock, workspace_folder):
    async def main() -> None:
        async with running(workspace_folder, clock) as program:
            view = program.shown
            QTest.keyClicks(QApplication.focusWidget(), "Anna Holm")
            QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
            await at_step(program, Step.CALENDAR)
            QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
            await at_step(program, Step.PAGE)
            QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
            assert view.state.step is Step.CALENDAR
            QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
            await at_step(program, Step.PAGE)
            QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
            await until(lambda: program.session, "the main window")

    in_loop(main)


@pytest.mark.shows("DESK-5")
def test_first_run_when_heard_instead_of_seen_names_every_control_on_every_step(in_loop, clock, workspace_folder):
    def nameless(program: Program) -> list[QWidget]:
        controls = [each for each in program.shown.findChildren(QWidget) if each.focusPolicy() & Qt.FocusPolicy.TabFocus]
        heard = [QAccessible.queryAccessibleInterface(each) for each in controls if each.isVisibleTo(program.shown)]
        return [each.object() for each in heard if not each.text(QAccessible.Text.Name)]

    async def main() -> None:
        async with running(workspace_folder, clock) as program:
            assert nameless(program) == []
            await introduce(program)
            assert nameless(program) == []
            press(program.shown, "On this computer")
            await at_step(program, Step.PAGE)
            assert nameless(program) == []

    in_loop(main)


def test_first_run_when_a_workspace_only_served_so_far_still_asks(in_loop, clock, workspace_folder):
    async def main() -> None:
        workspace = await open_workspace(workspace_folder, clock)
        await workspace.close()
        async with running(workspace_folder, clock) as program:
            await until(lambda: program.first_run and program.first_run.attached, "the questions")
            await introduce(program)

    in_loop(main)


def test_guess_when_the_computer_has_an_odd_zone_takes_utc(monkeypatch):
    for name, zone in {"Europe/Copenhagen": "Europe/Copenhagen", "Mars/Base": "UTC", "": "UTC", "Etc/UTC": "UTC"}.items():
        monkeypatch.setattr(zones, "system_zone", lambda name=name: name)
        assert controller.guess().zone == zone
