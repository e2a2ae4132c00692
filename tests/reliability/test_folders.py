"""A workspace folder that cannot be written, or that vanishes: said clearly, nothing lost, nothing crashed (R6)."""

from __future__ import annotations

import pytest

from app.domain.errors import WorkspaceReadOnly, WorkspaceUnusable
from app.models import bookings
from app.models.database import Database
from app.paths import database_file
from tests.models.made import HALF, NOON, StandingClock, booking
from tests.reliability.booker import check, take
from tests.reliability.mounts import read_only

pytestmark = pytest.mark.anyio


def book(number):
    return lambda session: take(session, booking(NOON + number * HALF))


@pytest.mark.shows("R6")
@pytest.mark.parametrize("filled", [True, False])
async def test_a_folder_when_it_cannot_be_written_is_said_to_be_read_only(workspace_folder, filled):
    database = Database(database_file(workspace_folder), StandingClock())
    if filled:
        database.open()
        await database.write(book(0))
        database.close()
    before = sorted(path.name for path in workspace_folder.iterdir())
    with read_only(workspace_folder):
        with pytest.raises(WorkspaceReadOnly):
            database.open()
        assert sorted(path.name for path in workspace_folder.iterdir()) == before
    database.open()
    await database.write(book(1))
    database.close()
    check(database.path, [])


@pytest.mark.shows("R6")
async def test_a_folder_when_it_vanishes_takes_no_promise_with_it_and_can_come_back(workspace_folder):
    database = Database(database_file(workspace_folder), StandingClock())
    database.open()
    await database.write(book(0))
    elsewhere = workspace_folder.rename(workspace_folder.with_name("elsewhere"))
    for _ in range(2):
        with pytest.raises(WorkspaceUnusable):
            await database.write(book(1))
    elsewhere.rename(workspace_folder)
    await database.write(book(2))
    assert len(await database.read(bookings.list_bookings)) == 2
    database.close()
    check(database.path, [])


@pytest.mark.shows("R6")
async def test_a_database_when_another_takes_its_place_is_not_written_any_more(workspace_folder):
    database = Database(database_file(workspace_folder), StandingClock())
    database.open()
    database.path.rename(workspace_folder / "old.db")
    database.path.touch()
    with pytest.raises(WorkspaceUnusable, match="replaced"):
        await database.write(book(1))
    database.close()


@pytest.mark.shows("R6")
@pytest.mark.parametrize("where", ["file/aftale.db", "folder"])
async def test_a_place_when_it_cannot_hold_a_workspace_is_said_to_be_unusable(tmp_path, where):
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(WorkspaceUnusable):
        Database(tmp_path / where).open()
