"""Starting, closing and quitting: the window comes first and tells the truth, and nothing ends by surprise."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication, QDialog

from app import i18n
from app.domain.booking import LeftMessage, State
from app.domain.clock import DAY, HOUR
from app.domain.errors import PortTaken, WorkspaceDamaged, WorkspaceFull, WorkspaceInUse, WorkspaceNewer, WorkspaceReadOnly
from app.domain.notices import Notice, NoticeKind
from app.domain.settings import Appearance, FirstRun, Language, Profile, Theme
from app.paths import first_screen_file
from app.ui import theme, window_state
from app.ui.program import Program, tell_problem
from app.ui.runtime import tasks
from app.ui.tray import Tray
from app.ui.window_state import FirstScreen
from tests.services.opened import ZONE, StandingClock, at, furnished, open_workspace, wish
from tests.ui.opened_program import press, reads, running, until
from tests.ui.test_tray import WELL

pytestmark = pytest.mark.qt_log_ignore("does not support raise", "No such signal QPlatformNativeInterface", extend=True)
"""The screenless platform has neither a stack of windows nor a tray."""


@pytest.fixture(autouse=True)
def english():
    i18n.use("en")
    yield
    i18n.use("en")
    theme.active().apply("system", 100)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def tray_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tray, "available", property(lambda self: True))


async def set_up(folder, clock) -> None:
    """A workspace past its first run, with one page."""
    workspace = await furnished(folder, clock)
    await workspace.close()


async def live(program: Program) -> None:
    await until(lambda: program.session and program.session.shell.watch.current, "the services")


def dialog() -> QDialog:
    found = QApplication.activeModalWidget()
    assert isinstance(found, QDialog)
    return found


async def answer(text: str) -> None:
    """Presses a button of the question that comes."""
    await until(QApplication.activeModalWidget, "a question")
    press(dialog(), text)


# The first picture


@pytest.mark.shows("P3", "DESK-6")
def test_start_when_the_workspace_is_not_open_yet_draws_the_last_state(in_loop, clock, workspace_folder):
    async def main() -> None:
        await set_up(workspace_folder, clock)
        overview = replace(
            WELL, now=clock.now() - HOUR, meetings=(replace(WELL.meetings[0], start=at(12, 10), end=at(12, 11)),)
        )
        window_state.write(workspace_folder, FirstScreen(first_run=FirstRun(4), overview=overview))
        gate = asyncio.Event()

        async def slow():
            await gate.wait()
            return await open_workspace(workspace_folder, clock)

        async with running(workspace_folder, clock, opening=slow) as program:
            await until(lambda: "Maja Lindqvist" in reads(program.shown), "the last state")
            assert "Starting" in reads(program.shown)
            assert program.session is None
            gate.set()
            await live(program)
            await until(lambda: "Maja Lindqvist" not in reads(program.shown), "the true state")

    in_loop(main)


def test_start_when_the_last_state_is_of_another_day_does_not_show_what_is_over(in_loop, clock, workspace_folder):
    async def main() -> None:
        await set_up(workspace_folder, clock)
        window_state.write(workspace_folder, FirstScreen(first_run=FirstRun(4), overview=WELL))
        clock.at = WELL.now + 2 * DAY
        gate = asyncio.Event()

        async def never():
            await gate.wait()
            return await open_workspace(workspace_folder, clock)

        async with running(workspace_folder, clock, opening=never) as program:
            await until(lambda: "Thursday 15 October" in reads(program.shown), "today")
            assert "Maja Lindqvist" not in reads(program.shown)
            gate.set()

    in_loop(main)


def test_start_when_the_last_state_is_unreadable_starts_plain(in_loop, clock, workspace_folder):
    async def main() -> None:
        await set_up(workspace_folder, clock)
        first_screen_file(workspace_folder).write_bytes(b"{ not json")
        async with running(workspace_folder, clock) as program:
            await live(program)

    in_loop(main)


@pytest.mark.shows("DESK-5")
def test_start_when_danish_dark_and_large_were_chosen_is_so_from_the_first_picture(in_loop, clock, workspace_folder):
    async def main() -> None:
        await set_up(workspace_folder, clock)
        look = Appearance(Theme.DARK, Language.DANISH, text_size=130)
        window_state.write(workspace_folder, FirstScreen(appearance=look, first_run=FirstRun(4), overview=WELL))
        async with running(workspace_folder, clock) as program:
            assert "Bookingsider" in reads(program.shown)
            assert theme.active().dark
            assert theme.active().scale == 1.3

    in_loop(main)


def test_start_when_closed_keeps_what_the_next_start_draws(in_loop, clock, workspace_folder):
    async def main() -> None:
        await set_up(workspace_folder, clock)
        async with running(workspace_folder, clock) as program:
            await live(program)
            await program.session.workspace.bookings.book(wish(at(14, 10)))
            await until(lambda: "Ida Winther" in reads(program.shown), "the booking")
            program.shown.resize(900, 677)
        kept = window_state.read(workspace_folder)
        assert [meeting.who for meeting in kept.overview.meetings] == ["Ida Winther"]
        assert kept.first_run.step == 4
        async with running(workspace_folder, clock) as program:
            assert program.shown.height() == 677

    in_loop(main)


# What cannot be opened


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (WorkspaceDamaged("page 7"), 3, "aftale: the workspace cannot be used: damaged: page 7"),
        (WorkspaceNewer(), 3, "aftale: the workspace cannot be used: newer"),
        (WorkspaceReadOnly(), 3, "aftale: the workspace cannot be used: read-only"),
        (WorkspaceFull(), 3, "aftale: the workspace cannot be used: full"),
        (PortTaken(8080), 4, "aftale: port 8080 is taken by another program; choose another with --port"),
    ],
)
def test_start_when_the_workspace_cannot_be_opened_ends_with_its_code_and_one_line(
    qapp, clock, workspace_folder, capsys, error, code, line
):
    async def refuse():
        raise error

    program = Program(qapp, workspace_folder)
    assert tasks.run(lambda: program.main(refuse), qapp) == code
    assert capsys.readouterr().err == line + "\n"


@pytest.mark.parametrize(
    ("error", "title"),
    [
        (WorkspaceDamaged(), "Aftale’s database is damaged"),
        (WorkspaceInUse("serve"), "Aftale is already running"),
        (PortTaken(8080), "Port 8080 is taken by another program"),
    ],
)
def test_tell_problem_when_somebody_can_see_it_says_what_to_do(in_loop, tmp_path, error, title):
    async def main() -> None:
        telling = asyncio.ensure_future(tell_problem(error, tmp_path))
        await until(QApplication.activeModalWidget, "the dialog")
        assert title in reads(dialog())
        press(dialog(), "Quit")
        await telling

    in_loop(main)


@pytest.mark.shows("DATA-4")
def test_tell_problem_when_there_is_a_good_backup_names_it(in_loop, tmp_path):
    async def main() -> None:
        telling = asyncio.ensure_future(tell_problem(WorkspaceDamaged(str(tmp_path / "aftale-2026-10-13.db")), tmp_path))
        await until(QApplication.activeModalWidget, "the dialog")
        assert "The newest good backup is aftale-2026-10-13.db." in reads(dialog())
        press(dialog(), "Quit")
        await telling

    in_loop(main)


def test_start_when_the_owner_closes_the_first_run_while_it_opens_ends(in_loop, clock, workspace_folder):
    async def main() -> None:
        gate = asyncio.Event()

        async def slow():
            await gate.wait()
            return await open_workspace(workspace_folder, clock)

        async with running(workspace_folder, clock, opening=slow) as program:
            program.shown.close()
            gate.set()

    in_loop(main)


def test_close_when_the_services_are_not_there_yet_ends(in_loop, clock, workspace_folder):
    async def main() -> None:
        await set_up(workspace_folder, clock)
        gate = asyncio.Event()

        async def slow():
            await gate.wait()
            return await open_workspace(workspace_folder, clock)

        async with running(workspace_folder, clock, opening=slow) as program:
            program.shown.close()
            await until(program._ended.is_set, "the end")
            gate.set()

    in_loop(main)


# Closing and quitting


@pytest.mark.shows("DESK-2")
def test_close_when_there_is_a_tray_keeps_serving_and_says_so_once(in_loop, clock, workspace_folder, tray_there):
    async def main() -> None:
        await set_up(workspace_folder, clock)
        async with running(workspace_folder, clock) as program:
            await live(program)
            program.shown.close()
            await until(QApplication.activeModalWidget, "the word about the tray")
            assert "Aftale stays in the tray" in reads(dialog())
            press(dialog(), "Close the window")
            await until(lambda: not program.shown.isVisible(), "the window to go")
            program.session.show_window()
            assert program.shown.isVisible()
            program.shown.close()
            await until(lambda: not program.shown.isVisible(), "the window to go")
            assert QApplication.activeModalWidget() is None
            assert program.session.workspace.settings.current.first_run.told_tray

    in_loop(main)


@pytest.mark.shows("DESK-2")
def test_close_when_there_is_no_tray_asks_and_can_minimise(in_loop, clock, workspace_folder):
    async def main() -> None:
        await set_up(workspace_folder, clock)
        async with running(workspace_folder, clock) as program:
            await live(program)
            program.shown.close()
            await until(QApplication.activeModalWidget, "the question")
            assert "Your pages go offline until you start Aftale again." in reads(dialog())
            press(dialog(), "Minimise instead")
            await until(lambda: program.shown.isMinimized(), "the small window")
            program.shown.showNormal()
            program.shown.close()
            await answer("Quit")
            await until(program._ended.is_set, "the end")

    in_loop(main)


def test_close_when_the_tray_vanishes_brings_the_hidden_window_back(in_loop, clock, workspace_folder, monkeypatch):
    async def main() -> None:
        there = [True]
        monkeypatch.setattr(Tray, "available", property(lambda self: there[0]))
        await set_up(workspace_folder, clock)
        async with running(workspace_folder, clock) as program:
            await live(program)
            program.shown.hide()
            there[0] = False
            program.session.tray.look()
            assert program.shown.isVisible()
            assert program.shown.isMinimized()

    in_loop(main)


def test_quit_when_a_page_is_half_edited_asks_first(in_loop, clock, workspace_folder, tray_there):
    async def main() -> None:
        await set_up(workspace_folder, clock)
        async with running(workspace_folder, clock) as program:
            await live(program)
            shell = program.session.shell
            shell.window.show_section("pages")
            await until(lambda: shell.pages is not None, "the pages")
            asked = []

            async def stay() -> bool:
                asked.append(True)
                return False

            shell.pages.leave = stay
            program.session.tray.quit_requested.emit()
            program.shown.close()
            await until(lambda: len(asked) == 2, "the question about the page")
            assert program.shown.isVisible()
            assert not program._ended.is_set()

    in_loop(main)


@pytest.mark.logs("did not close within")
def test_quit_when_a_service_hangs_ends_all_the_same(in_loop, clock, workspace_folder, monkeypatch):
    monkeypatch.setattr("app.ui.program.CLOSED_BY", 0.2)

    async def main() -> None:
        await set_up(workspace_folder, clock)
        async with running(workspace_folder, clock) as program:
            await live(program)
            publishing, stop, asked = program.session.workspace.publishing, asyncio.Event(), []

            async def hang(real=publishing.stop) -> None:
                asked.append(True)
                if len(asked) == 1:
                    await stop.wait()
                await real()

            publishing.stop = hang
        assert len(asked) == 2

    in_loop(main)


# What follows a press in the tray or on a notice


@pytest.mark.shows("URL-7")
def test_tray_when_paused_for_an_hour_puts_the_pages_on_again_by_themselves(in_loop, clock, workspace_folder):
    async def main() -> None:
        await set_up(workspace_folder, clock)
        async with running(workspace_folder, clock) as program:
            await live(program)
            tray, workspace = program.session.tray, program.session.workspace
            tray.pause_requested.emit("hour")
            await until(lambda: not workspace.settings.current.pages_on, "the pause")
            assert workspace.settings.current.paused_until == clock.now() + HOUR
            await until(lambda: "Paused" in reads(program.shown), "the pause in the window")
            tray.switch_requested.emit(True)
            await until(lambda: workspace.settings.current.pages_on, "the pages")
            tray.pause_requested.emit("today")
            await until(lambda: workspace.settings.current.paused_until == at(13, 0), "the pause until midnight")

    in_loop(main)


@pytest.mark.shows("DESK-3")
def test_notice_when_accept_is_pressed_accepts_and_when_it_cannot_opens_the_request(in_loop, clock, workspace_folder):
    async def main() -> None:
        workspace = await furnished(workspace_folder, clock)
        await workspace.accounts.set_scheduling("local", False)
        for email in ("ida@example.org", "lars@example.org"):
            await workspace.bookings.book(wish(at(14, 10), email=email))
        await workspace.close()
        async with running(workspace_folder, clock) as program:
            await live(program)
            workspace = program.session.workspace
            first, second = await workspace.bookings.list()
            program.session.answer("accept", Notice("n1", NoticeKind.REQUESTED, 0, first.id))
            while (await workspace.bookings.get(first.id)).state is State.REQUESTED:
                await asyncio.sleep(0.005)
            program.shown.hide()
            program.session.answer("accept", Notice("n2", NoticeKind.REQUESTED, 0, second.id))
            await until(lambda: program.shown.isVisible(), "the window")
            assert (await workspace.bookings.get(second.id)).state is State.REQUESTED

    in_loop(main)


@pytest.mark.parametrize("kind", [NoticeKind.BOOKED, NoticeKind.ATTEMPT, NoticeKind.CALENDAR, NoticeKind.CANCELLED])
def test_notice_when_clicked_brings_the_window_to_its_meeting(in_loop, clock, workspace_folder, kind):
    async def main() -> None:
        await set_up(workspace_folder, clock)
        async with running(workspace_folder, clock) as program:
            await live(program)
            workspace = program.session.workspace
            await workspace.bookings.book(wish(at(14, 10)))
            await workspace.settings.switch_pages(False)
            await workspace.bookings.leave_message(LeftMessage("anna/page-1", "Lars", "lars@example.org"))
            (booking,) = [each for each in await workspace.bookings.list() if each.state is not State.CANCELLED]
            program.session.shell.window.show_section("pages")
            program.shown.hide()
            program.session.answer("open", Notice("n", kind, 0, booking.id))
            await until(lambda: program.shown.isVisible(), "the window")
            if kind is not NoticeKind.CALENDAR:
                assert program.session.shell.window.current == "meetings"

    in_loop(main)


# While it runs


@pytest.mark.shows("DESK-5")
def test_settings_when_language_theme_and_size_change_are_followed_at_once(in_loop, clock, workspace_folder):
    async def main() -> None:
        await set_up(workspace_folder, clock)
        async with running(workspace_folder, clock) as program:
            await live(program)
            workspace = program.session.workspace
            look = Appearance(Theme.DARK, Language.DANISH, text_size=115)
            await workspace.settings.save(replace(workspace.settings.current, appearance=look))
            await until(lambda: "Bookingsider" in reads(program.shown), "Danish")
            assert (theme.active().dark, theme.active().scale) == (True, 1.15)
            assert program.session.tray.entries()[-1].text().startswith("Afslut")

    in_loop(main)


@pytest.mark.logs("a task failed")
def test_fault_when_it_is_ours_is_told_in_the_window(in_loop, clock, workspace_folder):
    async def main() -> None:
        await set_up(workspace_folder, clock)
        async with running(workspace_folder, clock) as program:
            await live(program)

            async def broken() -> None:
                raise ZeroDivisionError

            tasks.start(broken(), program.shown)
            await until(lambda: "Something went wrong in Aftale" in reads(program.shown), "the toast")

    in_loop(main)


def test_profile_when_the_run_was_left_half_way_is_shown_from_the_first_picture(in_loop, clock, workspace_folder):
    async def main() -> None:
        profile = Profile("Anna Holm", zone=ZONE, language=Language.DANISH)
        window_state.write(workspace_folder, FirstScreen(profile=profile, first_run=FirstRun(2)))
        async with running(workspace_folder, clock) as program:
            assert program.first_run.view.state.you.name == "Anna Holm"
            assert "Hvilken kalender bruger du?" in reads(program.shown)

    in_loop(main)
