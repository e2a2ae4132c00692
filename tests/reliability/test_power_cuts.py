"""Whenever the power goes, what was acknowledged is there at the next start, and a migration happened or did not (R3, R4)."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.models.database import Database
from app.models.opening import NEWEST, REVISIONS
from app.paths import backup_folder, database_file
from tests.models.made import StandingClock
from tests.models.test_migrations import filled
from tests.reliability import powered
from tests.reliability.booker import check
from tests.reliability.power import cuts, lay_out, record


@pytest.fixture
def after(tmp_path: Path) -> Iterator[Path]:
    """Where the states are laid out: in memory where there is room, since thousands of them are synced again and again."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="aftale-", dir=memory if memory.is_dir() else tmp_path))
    yield folder / "workspace"
    shutil.rmtree(folder)


def replay(tmp_path: Path, after: Path, count: int, before: int = 1) -> int:
    folder = tmp_path / "workspace"
    steps = record(["-m", powered.__name__, "book", str(folder), str(count)], folder, tmp_path / "trace")
    assert sum(step.kind == "sync" for step in steps) > count
    states = 0
    for files, said in cuts(steps, count, before=before):
        lay_out(files, folder, after)
        database = Database(database_file(after), StandingClock())
        database.open()
        database.close()
        promises = [tuple(line.split()) for line in said]
        check(database_file(after), [promise for promise in promises if promise[0] in ("booked", "cancelled")])
        states += 1
    return states


@pytest.mark.shows("R3", "DATA-4")
def test_bookings_when_the_power_goes_at_any_moment_are_kept(tmp_path, after):
    assert replay(tmp_path, after, 2, before=6) > 100


@pytest.mark.slow
@pytest.mark.shows("R3", "DATA-4")
def test_forty_bookings_when_the_power_goes_at_any_moment_are_kept(tmp_path, after):
    assert replay(tmp_path, after, 40) > 1000


@pytest.mark.shows("R4", "DATA-2")
def test_a_migration_when_the_power_goes_at_any_moment_is_done_or_not_begun(tmp_path, after):
    before = tmp_path / "workspace"
    before.mkdir(mode=0o700)
    path = filled(database_file(before), REVISIONS[0])
    held = {str(each): each.read_bytes() for each in before.iterdir()}
    steps = record(["-m", powered.__name__, "migrate", str(before)], before, tmp_path / "trace")
    revisions, backups = set(), 0
    for files, said in cuts(steps, seed=4, held=held):
        lay_out(files, before, after)
        revisions.add(revision_of(database_file(after)))
        for backup in backup_folder(after).glob("*.db"):
            assert revision_of(backup) == REVISIONS[0]
            backups += 1
        assert "open -" not in said or revision_of(database_file(after)) == NEWEST
        database = Database(database_file(after), StandingClock())
        database.open()
        database.close()
        assert revision_of(database_file(after)) == NEWEST
    assert revisions == {REVISIONS[0], NEWEST}
    assert backups > 0
    assert path.exists()


def revision_of(path: Path) -> str:
    """The revision of a whole database, with exactly the triggers that belong to it."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("SELECT count(*) FROM booking").fetchone() == (1,)
        (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        (triggers,) = connection.execute("SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'").fetchone()
    assert triggers == (6 if revision == NEWEST else 0)
    return str(revision)
