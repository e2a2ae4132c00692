"""Killed at any instant of a restore or an export, the program loses nothing and leaves nothing half (DATA-2, DATA-4, R1)."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import sqlite3
import subprocess
import sys
import time
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from app.models import restoring
from app.models.database import Database
from app.paths import backup_folder, database_file
from tests.models.made import NOON, StandingClock
from tests.services.opened import StandingClock as Standing
from tests.services.opened import at, furnished, open_workspace, wish

pytestmark = [pytest.mark.shows("DATA-2", "DATA-4", "R1"), pytest.mark.timeout(120)]
KILLED = """
import os, shutil, signal, sys
from pathlib import Path
left = int(sys.argv[2])
def counted(real):
    def call(*given, **named):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*given, **named)
    return call
for name in ("replace", "unlink", "rename"):
    setattr(Path, name, counted(getattr(Path, name)))
os.fsync, shutil.rmtree = counted(os.fsync), counted(shutil.rmtree)
from app.models import restoring
from tests.models.made import NOON
database = Path(sys.argv[1])
if sys.argv[3] == "prepare":
    restoring.prepare(database, Path(sys.argv[4]), NOON)
else:
    restoring.finish(database)
print("done", flush=True)
"""


async def made(folder: Path) -> Path:
    """A workspace with one booking and, since its backup, another. Returns the backup."""
    workspace = await furnished(folder, Standing())
    await workspace.bookings.book(wish(at(13, 10)))
    backup = Path((await workspace.data.copies.make()).path)
    await workspace.bookings.book(wish(at(14, 10), email="second@example.org"))
    await workspace.close()
    return backup


def killed(database: Path, steps: int, *what: str) -> bool:
    """Runs a part in a process that dies after so many steps. Returns whether it came to its end first."""
    command = [sys.executable, "-c", KILLED, str(database), str(steps), *what]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=Path(__file__).parents[3])
    assert done.returncode in (0, -9), done.stderr
    return done.returncode == 0


async def emails(folder: Path) -> set[str]:
    workspace = await open_workspace(folder, Standing())
    found = {each.visitor.email for each in await workspace.bookings.list()}
    await workspace.close()
    return found


STRIDES = pytest.mark.parametrize("stride", [pytest.param(1, marks=pytest.mark.slow), 4])
OLD, NEW = {"ida@example.org"}, {"ida@example.org", "second@example.org"}


@STRIDES
def test_a_restore_when_killed_at_any_step_ends_at_the_next_start(workspace_folder: Path, tmp_path: Path, stride: int) -> None:
    backup = asyncio.run(made(workspace_folder))
    kept = tmp_path / "kept.db"
    kept.write_bytes(backup.read_bytes())
    database = database_file(workspace_folder)
    for steps in itertools.count(0, stride):
        restoring.prepare(database, kept, NOON)
        now = set(asyncio.run(emails_in(database)))
        ended = killed(database, steps, "finish")
        # The next start finishes it; what was there lies aside, whole.
        assert asyncio.run(emails(workspace_folder)) == OLD
        aside = max(backup_folder(workspace_folder).glob("before-*"), key=lambda each: each.stat().st_mtime_ns)
        assert set(asyncio.run(emails_in(aside / database.name))) == now
        assert not restoring.restore_folder(database).exists()
        if ended:
            break
    assert steps > 5
    assert any(
        set(asyncio.run(emails_in(each / database.name))) == NEW for each in backup_folder(workspace_folder).glob("before-*")
    )


async def emails_in(database: Path) -> list[str]:
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        return [email for (email,) in connection.execute("SELECT email FROM booking")]


@STRIDES
def test_an_order_when_killed_at_any_step_is_given_whole_or_not_at_all(workspace_folder: Path, stride: int) -> None:
    backup = asyncio.run(made(workspace_folder))
    database = database_file(workspace_folder)
    for steps in itertools.count(0, stride):
        ended = killed(database, steps, "prepare", str(backup))
        ordered = restoring.is_ordered(database)
        if not ended and not ordered:
            assert asyncio.run(emails(workspace_folder)) == NEW
        if ordered:
            restoring.withdraw(database)
        if ended:
            assert ordered
            break
    assert steps > 5


EXPORT = """
import asyncio, sys
from pathlib import Path
from tests.services.opened import StandingClock, open_workspace
async def main():
    workspace = await open_workspace(Path(sys.argv[1]), StandingClock())
    print("begun", flush=True)
    for number in range(1000):
        await workspace.data.exports.write(Path(sys.argv[2]) / ("all.zip" if number % 2 else f"all-{number}"))
asyncio.run(main())
"""


def test_an_export_when_killed_leaves_whole_files_or_none(workspace_folder: Path, tmp_path: Path) -> None:
    asyncio.run(made(workspace_folder))
    target, rng = tmp_path / "out", random.Random(7)
    target.mkdir()
    for _round in range(6):
        command = [sys.executable, "-c", EXPORT, str(workspace_folder), str(target)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"begun\n"
            time.sleep(rng.uniform(0.02, 0.4))
            process.kill()
        for each in target.iterdir():
            if each.name.endswith(".part"):
                continue
            if each.suffix == ".zip":
                with zipfile.ZipFile(each) as archive:
                    assert archive.testzip() is None
                    document = archive.read("aftale.json")
            else:
                document = (each / "aftale.json").read_bytes()
                assert (each / "calendar-1.ics").exists()
            assert len(json.loads(document)["tables"]["booking"]) == 2
    database = Database(database_file(workspace_folder), StandingClock())
    database.open()
    database.close()
    assert asyncio.run(emails(workspace_folder)) == NEW
