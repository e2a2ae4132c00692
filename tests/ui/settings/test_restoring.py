"""Another database takes the place of the one in use: in the running program, and where the one that is there is damaged."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.domain.booking import Promised
from app.domain.keeping import BackupKind
from app.paths import database_file
from app.services.workspace import Workspace
from app.ui import program as programs
from app.ui.rescue import RescueDialog
from app.ui.settings.privacy import PrivacyPanel
from app.ui.settings.privacy_dialogs import BackupsDialog
from app.ui.widgets import Dialog
from tests.services.opened import StandingClock, at, furnished, open_workspace, wish
from tests.ui.opened_program import press, running, until
from tests.ui.settings.test_settings_window import InLoop

pytestmark = pytest.mark.qt_log_ignore("does not support raise")


def opening(folder: Path, clock: StandingClock) -> Callable[[], object]:
    async def open_it() -> Workspace:
        return await open_workspace(folder, clock)

    return open_it


async def fill(folder: Path, clock: StandingClock, day: int) -> str:
    """A workspace with a booking and, before that, a backup. Returns the backup's path."""
    workspace = await furnished(folder, clock)
    made = await workspace.data.copies.make()
    assert isinstance(await workspace.bookings.book(wish(at(day, 10))), Promised)
    await workspace.close()
    return made.path


@pytest.mark.shows("DATA-2")
def test_backup_when_put_back_opens_at_once_in_the_running_program(in_loop: InLoop, tmp_path: Path) -> None:
    clock = StandingClock()

    async def main() -> None:
        await fill(tmp_path, clock, 13)
        async with running(tmp_path, clock, opening=opening(tmp_path, clock)) as program:  # type: ignore[arg-type]
            await until(lambda: program.session is not None, "the session")
            session = program.session
            assert session is not None
            before = session.workspace
            assert len(await before.bookings.list()) == 1
            session.open_settings("privacy")
            await until(lambda: any(isinstance(each, PrivacyPanel) for each in QApplication.allWidgets()), "the panel")
            press(next(each for each in QApplication.allWidgets() if isinstance(each, PrivacyPanel)), "Show backups…")
            await until(lambda: shown(BackupsDialog), "the dialog")
            shown(BackupsDialog)[0].button("restore").click()
            await until(lambda: program.session not in (None, session), "another session")
            assert program.session is not None
            after = program.session.workspace
            assert after is not before
            assert await after.bookings.list() == ()
            assert [each.kind for each in await after.data.copies.all()].count(BackupKind.SET_ASIDE) == 1
            assert program.shown.isVisible()

    in_loop(main)


def shown(kind: type[Dialog]) -> list[Dialog]:
    return [each for each in QApplication.topLevelWidgets() if isinstance(each, kind) and each.isVisible()]


@pytest.mark.shows("DATA-4")
@pytest.mark.logs("is damaged")
def test_damaged_workspace_when_started_offers_its_backups_and_goes_on(
    in_loop: InLoop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "somebody_sees", lambda _app: True)
    clock = StandingClock()

    async def main() -> None:
        await fill(tmp_path, clock, 13)
        path = database_file(tmp_path)
        broken = path.read_bytes()[:4096] + os.urandom(4096 * 8)
        path.write_bytes(broken)
        async with running(tmp_path, clock, opening=opening(tmp_path, clock)) as program:  # type: ignore[arg-type]
            await until(lambda: shown(RescueDialog), "the rescue")
            (asked,) = shown(RescueDialog)
            assert path.read_bytes() == broken
            asked.button("restore").click()
            await until(lambda: program.session is not None, "the session")
            assert program.session is not None
            assert await program.session.workspace.bookings.list() == ()
            (aside,) = (tmp_path / "backups").glob("before-*")
            assert (aside / path.name).read_bytes() == broken

    in_loop(main)
