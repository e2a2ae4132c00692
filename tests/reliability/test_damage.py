"""Damaged files: found at the start, never served as if nothing were, never written over (R7, DATA-4)."""

from __future__ import annotations

import random
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.domain.booking import Booking
from app.domain.errors import WorkspaceDamaged
from app.models import bookings
from app.models.database import Database
from app.models.seal import log_path
from app.paths import database_file
from tests.models.made import HALF, NOON, StandingClock, booking
from tests.reliability.booker import take

pytestmark = pytest.mark.anyio
found_damaged = pytest.mark.logs("is damaged")
PAGE = 4096


@dataclass
class Kept:
    """A workspace as it lies on the disk, and what was booked in it, in this order."""

    folder: Path
    booked: list[Booking]

    def copy_to(self, folder: Path) -> Path:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder)
        return database_file(folder)


@pytest.fixture
async def closed(tmp_path):
    """Left by a clean exit."""
    return await kept(tmp_path / "closed", close=True)


@pytest.fixture
async def crashed(tmp_path):
    """As a crash leaves it: the newest bookings are in the log alone, which has been begun anew before."""
    return await kept(tmp_path / "crashed", close=False)


async def kept(folder, close):
    database, booked = Database(database_file(folder), StandingClock()), []
    database.open()
    await database.write(lambda session: session.exec_driver_sql("PRAGMA wal_autocheckpoint=100"))
    for number in range(40):
        new = booking(NOON + number * HALF)
        await database.write(lambda session, new=new: take(session, new))
        booked.append(new)
        if number == 20:
            await database.backup()
            await database.write(lambda session: session.exec_driver_sql("PRAGMA wal_autocheckpoint=1000"))
    if not close:
        shutil.copytree(folder, folder.with_name("as it was"))
        database.close()
        return Kept(folder.with_name("as it was"), booked)
    database.close()
    return Kept(folder, booked)


def damage(path: Path, rng: random.Random) -> None:
    """Flips one bit, or fills one page with noise."""
    raw = bytearray(path.read_bytes())
    at = rng.randrange(len(raw))
    if rng.random() < 0.5:
        raw[at] ^= 1 << rng.randrange(8)
    else:
        first = at // PAGE * PAGE
        raw[first : first + PAGE] = rng.randbytes(len(raw[first : first + PAGE]))
    path.write_bytes(raw)


async def outcome(path: Path) -> list[Booking] | None:
    """What the damaged workspace shows, or None when it is found to be damaged; then it lies there untouched."""
    before = {each.name: each.read_bytes() for each in path.parent.iterdir() if each.is_file()}
    database = Database(path, StandingClock())
    try:
        database.open()
    except WorkspaceDamaged as damaged:
        named = Path(damaged.detail)
        after = {each.name: each.read_bytes() for each in path.parent.iterdir() if each.is_file()}
    else:
        found = await database.read(lambda session: bookings.bookings_between(session, NOON, NOON + 100 * HALF))
        database.close()
        return list(found)
    assert named.parent == path.parent / "backups"
    for name, raw in before.items():
        assert name.endswith("-shm") or after[name] == raw
    return None


async def damage_often(original: Kept, tmp_path: Path, name: str, rounds: int, seed: int) -> list[list[Booking] | None]:
    rng, outcomes = random.Random(seed), []
    for _ in range(rounds):
        path = original.copy_to(tmp_path / "copy")
        damage(path.with_name(name), rng)
        outcomes.append(await outcome(path))
    return outcomes


@found_damaged
@pytest.mark.shows("R7", "DATA-4")
async def test_a_database_when_anything_in_it_changed_while_closed_is_found_damaged(closed, tmp_path):
    assert await outcome(closed.copy_to(tmp_path / "copy")) == closed.booked
    assert await damage_often(closed, tmp_path, "aftale.db", 50, seed=1) == [None] * 50


@found_damaged
@pytest.mark.shows("R7", "DATA-4")
async def test_a_log_when_damaged_is_found_so_or_has_lost_nothing(crashed, tmp_path):
    assert await outcome(crashed.copy_to(tmp_path / "copy")) == crashed.booked
    outcomes = await damage_often(crashed, tmp_path, "aftale.db-wal", 50, seed=2)
    assert outcomes.count(None) > 10
    assert all(found in (None, crashed.booked) for found in outcomes)


@found_damaged
@pytest.mark.shows("R7", "DATA-4")
async def test_a_log_when_damaged_and_its_index_gone_lost_nothing_but_what_an_interrupted_commit_would(crashed, tmp_path):
    log_path(database_file(crashed.folder)).with_name("aftale.db-shm").unlink()
    outcomes = await damage_often(crashed, tmp_path, "aftale.db-wal", 50, seed=2)
    assert outcomes.count(None) > 10
    for found in outcomes:
        assert found is None or found == crashed.booked[: len(found)]
        assert found is None or len(found) >= len(crashed.booked) - 2


@pytest.mark.shows("R7")
async def test_the_index_of_the_log_when_damaged_has_no_effect(crashed, tmp_path):
    assert await damage_often(crashed, tmp_path, "aftale.db-shm", 20, seed=3) == [crashed.booked] * 20


@found_damaged
@pytest.mark.shows("R7", "DATA-4")
async def test_a_database_when_damaged_after_a_crash_never_shows_other_times(crashed, tmp_path):
    def times(found):
        return [(each.start, each.end, each.state, each.seat) for each in found]

    outcomes = await damage_often(crashed, tmp_path, "aftale.db", 50, seed=4)
    assert outcomes.count(None) > 10
    assert all(found is None or times(found) == times(crashed.booked) for found in outcomes)


@found_damaged
@pytest.mark.slow
@pytest.mark.shows("R7", "DATA-4")
async def test_files_when_damaged_two_thousand_times_never_show_anything_wrong(closed, crashed, tmp_path):
    assert await damage_often(closed, tmp_path, "aftale.db", 1000, seed=5) == [None] * 1000
    for found in await damage_often(crashed, tmp_path, "aftale.db-wal", 1000, seed=6):
        assert found in (None, crashed.booked)


@found_damaged
@pytest.mark.shows("R7", "DATA-4")
@pytest.mark.parametrize("left", [b"", b"SQLite format 3\0", b"\0" * 8192, b"no database at all" * 500])
async def test_a_database_when_it_is_no_database_is_found_damaged_or_missing_beside_its_log(crashed, tmp_path, left):
    path = crashed.copy_to(tmp_path / "copy")
    path.write_bytes(left)
    assert await outcome(path) is None
    path.unlink()
    assert await outcome(path) is None
    assert log_path(path).exists()


@found_damaged
@pytest.mark.shows("DATA-4")
async def test_the_backup_that_is_named_when_the_newest_is_damaged_too_is_the_one_before(closed, tmp_path):
    path = closed.copy_to(tmp_path / "copy")
    good = path.parent / "backups" / "aftale-20261124T120000Z.db"
    for name, content in (("20261125", b"half a backup"), ("20261126", good.read_bytes()[: 3 * PAGE])):
        (path.parent / "backups" / f"aftale-{name}T120000Z.db").write_bytes(content)
    damage(path, random.Random(7))
    with pytest.raises(WorkspaceDamaged) as damaged:
        Database(path).open()
    assert Path(damaged.value.detail) == good
    shutil.rmtree(path.parent / "backups")
    with pytest.raises(WorkspaceDamaged) as damaged:
        Database(path).open()
    assert damaged.value.detail == ""


@found_damaged
@pytest.mark.shows("DATA-4")
async def test_another_database_when_it_lies_in_the_workspace_is_no_workspace(workspace_folder):
    with sqlite3.connect(database_file(workspace_folder)) as other:
        other.execute("CREATE TABLE notes (text)")
    other.close()
    with pytest.raises(WorkspaceDamaged):
        Database(database_file(workspace_folder)).open()
