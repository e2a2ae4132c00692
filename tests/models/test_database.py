"""What ``Database`` promises: one state for readers, one commit for all who wait, nobody answered before it is on the disk."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from app.domain.clock import DAY, HOUR
from app.domain.errors import SlotTaken, WorkspaceReadOnly, WorkspaceUnusable
from app.models import bookings
from app.models.database import Database, chunks
from app.models.lanes import MOST_TOGETHER
from app.paths import backup_folder, database_file
from tests.models.made import NOON, StandingClock, booking, inserting

pytestmark = pytest.mark.anyio
AT = NOON + DAY


def pragma(name):
    return lambda session: session.exec_driver_sql(f"PRAGMA {name}").scalar()


def ids(session):
    return {each.id for each in bookings.list_bookings(session)}


class Gate:
    """Holds the writer in a function until it is opened, so that others have to wait together."""

    def __init__(self, database):
        self._entered, self._opened = asyncio.Event(), threading.Event()
        self._database, self._loop = database, asyncio.get_running_loop()

    def _hold(self, _):
        self._loop.call_soon_threadsafe(self._entered.set)
        self._opened.wait()

    async def __aenter__(self):
        self._holding = asyncio.ensure_future(self._database.write(self._hold))
        await self._entered.wait()
        return self

    async def __aexit__(self, *_):
        # One turn of the loop lets what was begun inside reach the queue.
        await asyncio.sleep(0)
        self._opened.set()
        await self._holding


async def test_the_database_when_opened_is_set_to_lose_nothing(database, workspace_folder):
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5000,
        "trusted_schema": 0,
        "wal_autocheckpoint": 4000,
        "journal_size_limit": 8 * 1024 * 1024,
        "query_only": 0,
    }
    assert {name: await database.write(pragma(name)) for name in wanted} == wanted
    assert await database.read(pragma("query_only")) == 1
    assert await database.read(pragma("wal_autocheckpoint")) == 0


@pytest.mark.shows("S11")
async def test_files_of_the_workspace_when_made_belong_to_their_user_alone(tmp_path):
    folder = tmp_path / "new" / "workspace"
    database = Database(database_file(folder), StandingClock())
    database.open()
    await database.write(inserting(booking(AT)))
    backup = await database.backup()
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.name for path in files} == {"aftale.db", "aftale.db-wal", "aftale.db-shm", backup.name}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (folder, backup.parent)} == {0o700}
    database.close()
    assert sorted(path.name for path in folder.iterdir()) == ["aftale.db", "aftale.seal", "backups"]


async def test_a_reader_when_it_tries_to_write_is_refused(database):
    with pytest.raises(WorkspaceReadOnly):
        await database.read(lambda session: session.exec_driver_sql("DELETE FROM booking"))
    await database.write(inserting(booking(AT)))
    assert len(await database.read(ids)) == 1


async def test_a_reader_when_others_write_meanwhile_sees_one_state(database):
    await database.write(inserting(booking(AT)))
    loop, seen, written = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

    def read_twice(session):
        first = ids(session)
        loop.call_soon_threadsafe(seen.set)
        written.wait()
        return first, ids(session)

    reading = asyncio.ensure_future(database.read(read_twice))
    await seen.wait()
    await database.write(inserting(booking(AT + HOUR)))
    written.set()
    first, second = await reading
    assert first == second
    assert len(await database.read(ids)) == 2


async def test_writes_when_they_wait_together_share_one_commit(database):
    before = database.revision
    async with Gate(database):
        writes = [asyncio.ensure_future(database.write(inserting(booking(AT + n * HOUR)))) for n in range(MOST_TOGETHER + 6)]
    await asyncio.gather(*writes)
    assert database.revision == before + 3
    assert len(await database.read(ids)) == MOST_TOGETHER + 6


async def test_a_write_when_it_fails_among_others_is_undone_alone(database):
    taken, rows = booking(AT), [booking(AT + n * HOUR) for n in range(1, 5)]

    def broken(session):
        inserting(rows[3])(session)
        raise LookupError("ours")

    async with Gate(database):
        tasks = [
            asyncio.ensure_future(database.write(function))
            for function in (inserting(rows[0]), inserting(taken), inserting(booking(AT + 60)), broken, inserting(rows[1]), ids)
        ]
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    kept = {rows[0].id, taken.id, rows[1].id}
    assert [type(answer) for answer in answers[2:4]] == [SlotTaken, LookupError]
    assert (answers[0], answers[1], answers[4], answers[5]) == (None, None, None, kept)
    assert await database.read(ids) == kept


async def test_a_commit_when_it_fails_undoes_all_and_tells_everybody(database):
    def break_at_commit(session):
        session.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        session.exec_driver_sql("INSERT INTO slug_redirect (slug, page) VALUES ('anna/x', 'nobody')")

    before = database.revision
    async with Gate(database):
        tasks = [
            asyncio.ensure_future(database.write(function))
            for function in (inserting(booking(AT)), break_at_commit, inserting(booking(AT + 60)))
        ]
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(answer) for answer in answers] == [IntegrityError] * 3
    assert await database.read(ids) == set()
    assert database.revision == before + 1
    await database.write(inserting(booking(AT)))


async def test_writes_when_given_in_an_order_are_done_in_it(database):
    done = []
    await asyncio.gather(*(database.write(lambda _, number=number: done.append(number)) for number in range(200)))
    assert done == list(range(200))


async def test_a_write_when_given_up_before_it_began_is_not_done(database):
    async with Gate(database):
        given_up = asyncio.ensure_future(database.write(inserting(booking(AT))))
        await asyncio.sleep(0)
        given_up.cancel()
        kept = asyncio.ensure_future(database.write(inserting(booking(AT + HOUR))))
    await kept
    assert len(await database.read(ids)) == 1


async def test_a_long_write_when_a_booking_comes_lets_it_go_first(database):
    order = []
    steps = [lambda session, number=number: order.append(number) for number in range(20)]
    long_write = asyncio.ensure_future(database.write_slowly(steps))
    while len(order) < 3:
        await asyncio.sleep(0.001)
    await database.write(lambda session: order.append("booking"))
    assert order.index("booking") < 10
    assert await long_write == [None] * 20
    assert [each for each in order if each != "booking"] == list(range(20))


def test_rows_when_cut_into_chunks_are_all_there():
    assert [list(chunk) for chunk in chunks(range(5), 2)] == [[0, 1], [2, 3], [4]]
    assert list(chunks([])) == []


async def test_the_loop_when_closed_before_the_answer_harms_nobody(database):
    """A loop that ends while its write is still running: the write is done, and the writer goes on."""
    opened = threading.Event()

    def late(session):
        opened.wait()
        inserting(booking(AT))(session)

    def other_loop():
        async def give_up():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(database.write(late), 0.05)

        asyncio.run(give_up())

    await asyncio.to_thread(other_loop)
    opened.set()
    await database.write(inserting(booking(AT + HOUR)))
    assert len(await database.read(ids)) == 2


async def test_answers_when_asked_from_several_loops_arrive_in_their_own(database):
    counter = itertools.count()

    def other_loop():
        async def book():
            for _ in range(20):
                await database.write(inserting(booking(AT + next(counter) * HOUR)))
            return asyncio.get_running_loop()

        return asyncio.run(book())

    await asyncio.gather(*(asyncio.to_thread(other_loop) for _ in range(4)))
    assert len(await database.read(ids)) == 80


async def test_the_database_when_closed_has_done_what_it_accepted_and_takes_no_more(database):
    writes = [asyncio.ensure_future(database.write(inserting(booking(AT + n * HOUR)))) for n in range(30)]
    await asyncio.sleep(0)
    database.close()
    database.close()
    await asyncio.gather(*writes)
    for use in (database.read, database.write):
        with pytest.raises(WorkspaceUnusable, match="closed"):
            await use(ids)
    database.open()
    assert len(await database.read(ids)) == 30


async def test_an_error_of_the_database_when_logged_does_not_say_who_booked(database):
    with pytest.raises(IntegrityError) as error:
        await database.write(lambda session: (inserting(one := booking(AT))(session), inserting(one)(session)))
    assert "aase@example.org" not in str(error.value)


async def test_the_log_when_it_grew_is_moved_into_the_file_while_nobody_waits(database):
    before = database.path.stat().st_size
    async with Gate(database):
        writes = [asyncio.ensure_future(database.write(inserting(booking(AT + n * HOUR)))) for n in range(200)]
    await asyncio.gather(*writes)
    async with asyncio.timeout(10):
        while database.path.stat().st_size == before:
            await asyncio.sleep(0.01)


@pytest.mark.shows("DATA-2")
async def test_a_backup_when_made_while_others_write_is_whole(database, tmp_path):
    for number in range(300):
        await database.write(inserting(booking(AT + number * HOUR)))
    target = tmp_path / "copies" / "copy.db"
    copying = asyncio.ensure_future(database.backup(target))
    for number in range(300, 330):
        await database.write(inserting(booking(AT + number * HOUR)))
    assert await copying == target
    assert [path.name for path in target.parent.iterdir()] == ["copy.db"]
    with contextlib.closing(sqlite3.connect(target)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert 300 <= connection.execute("SELECT count(*) FROM booking").fetchone()[0] <= 330
    assert not backup_folder(database.path.parent).exists()


@pytest.mark.shows("DATA-2")
async def test_backups_when_many_were_made_are_the_newest_seven(workspace_folder):
    clock = StandingClock()
    database = Database(database_file(workspace_folder), clock)
    database.open()
    made = []
    for _ in range(9):
        clock.at += DAY
        made.append(await database.backup())
    assert sorted(backup_folder(workspace_folder).iterdir()) == made[2:]
    database.close()


@pytest.mark.shows("DATA-2")
async def test_a_backup_when_put_in_the_place_of_the_database_is_opened(database, workspace_folder):
    await database.write(inserting(booking(AT)))
    backup = await database.backup()
    await database.write(inserting(booking(AT + HOUR)))
    database.close()
    backup.replace(database.path)
    database.open()
    assert len(await database.read(ids)) == 1
    assert await database.write(pragma("journal_mode")) == "wal"


@pytest.mark.shows("DATA-2")
async def test_a_backup_when_it_cannot_be_made_leaves_nothing_behind(database, tmp_path):
    target = tmp_path / "copy.db"
    target.mkdir()
    (target / "x").touch()
    with pytest.raises(WorkspaceUnusable):
        await database.backup(target)
    assert [path.name for path in Path(tmp_path).iterdir() if path.name.endswith(".part")] == []


def test_the_database_when_used_from_the_loop_of_the_window_answers_in_it(workspace_folder):
    code = (
        "import asyncio, sys, threading; from pathlib import Path\n"
        "from PySide6.QtCore import QCoreApplication; from qasync import QEventLoop\n"
        "from app.models import bookings; from app.models.database import Database\n"
        "from tests.models.made import NOON, booking, inserting\n"
        "application = QCoreApplication([]); loop = QEventLoop(application); asyncio.set_event_loop(loop)\n"
        "database = Database(Path(sys.argv[1])); database.open()\n"
        "async def use():\n"
        "    await asyncio.gather(*(database.write(inserting(booking(NOON + n * 1800))) for n in range(20)))\n"
        "    assert threading.current_thread() is threading.main_thread()\n"
        "    return len(await database.read(bookings.list_bookings))\n"
        "with loop: print(loop.run_until_complete(use()))\n"
        "database.close()"
    )
    command = [sys.executable, "-c", code, database_file(workspace_folder)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    assert (run.stdout, run.returncode) == ("20\n", 0), run.stderr
