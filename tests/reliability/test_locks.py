"""Another program holds the database: readers do not notice, writers wait and are told, the loop never stands still (R8)."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from app.domain.errors import WorkspaceBusy
from app.models import bookings, engine
from app.models.database import Database
from app.paths import database_file
from tests.models.made import HALF, NOON, StandingClock, booking
from tests.reliability.booker import child, take

pytestmark = pytest.mark.anyio


def hold(path: Path, pipe: Connection) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    pipe.send("held")
    pipe.recv()
    connection.execute("ROLLBACK")
    pipe.send("free")


@contextmanager
def held(path):
    with child(hold, path) as (_, pipe):
        assert pipe.recv() == "held"
        yield lambda: (pipe.send("let go"), pipe.recv())


class Heartbeat:
    """Notes the longest time for which the loop did not come round."""

    async def __aenter__(self):
        self.longest = 0.0
        self._task = asyncio.ensure_future(self._beat())
        return self

    async def __aexit__(self, *_):
        self._task.cancel()

    async def _beat(self):
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.01)
            self.longest = max(self.longest, time.perf_counter() - began - 0.01)


async def wait_for_lock(folder, seconds, within):
    """Four bookers while another program holds the database for ``seconds``; returns what they got."""
    database = Database(database_file(folder), StandingClock())
    database.open()
    await database.write(lambda session: take(session, booking(NOON)))
    loop = asyncio.get_running_loop()
    async with Heartbeat() as heart:
        with held(database.path) as let_go:
            loop.call_later(seconds, let_go)
            began = time.perf_counter()
            writes = []
            for number in range(1, 5):
                new = booking(NOON + number * HALF)
                writes.append(asyncio.ensure_future(database.write(lambda session, new=new: take(session, new))))
                await asyncio.sleep(0.05)
                assert len(await database.read(bookings.list_bookings)) == 1
            answers = await asyncio.gather(*writes, return_exceptions=True)
            assert time.perf_counter() - began < within
    assert heart.longest < 0.5
    await database.write(lambda session: take(session, booking(NOON + 9 * HALF)))
    found = len(await database.read(bookings.list_bookings))
    database.close()
    return answers, found


@pytest.mark.shows("R8")
async def test_bookers_when_another_program_lets_go_in_time_are_served(workspace_folder):
    answers, found = await wait_for_lock(workspace_folder, 0.5, within=5)
    assert answers == [None] * 4
    assert found == 6


@pytest.mark.shows("R8")
async def test_bookers_when_another_program_keeps_the_lock_are_all_told_together(workspace_folder, monkeypatch):
    monkeypatch.setattr(engine, "BUSY_MS", 400)
    answers, found = await wait_for_lock(workspace_folder, 2, within=1.9)
    assert [type(answer) for answer in answers] == [WorkspaceBusy] * 4
    assert found == 2


@pytest.mark.slow
@pytest.mark.shows("R8")
@pytest.mark.parametrize(("seconds", "served"), [(1, True), (4, True), (10, False)])
async def test_bookers_when_another_program_holds_the_lock_for_seconds_wait_five_at_most(workspace_folder, seconds, served):
    answers, found = await wait_for_lock(workspace_folder, seconds, within=6)
    assert [type(answer) for answer in answers] == [type(None) if served else WorkspaceBusy] * 4
    assert found == (6 if served else 2)


@pytest.mark.shows("R8")
async def test_a_workspace_when_another_program_holds_it_is_said_to_be_busy(workspace_folder, monkeypatch):
    monkeypatch.setattr(engine, "BUSY_MS", 200)
    database = Database(database_file(workspace_folder), StandingClock())
    database.open()
    database.close()
    with held(database.path), pytest.raises(WorkspaceBusy):
        database.open()
    database.open()
    database.close()
