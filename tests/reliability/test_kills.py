"""Killed at any instant, the program loses nothing that it acknowledged and doubles nothing (R1)."""

from __future__ import annotations

import asyncio
import random
import time

import pytest

from app.models import bookings
from app.models.database import Database
from app.paths import database_file
from tests.models.made import StandingClock
from tests.reliability.booker import check, child, run, told

READY_WITHIN = 3.0


def kill_and_check(folder, rounds, seed):
    path, promises, rng = database_file(folder), [], random.Random(seed)
    for number in range(rounds):
        with child(run, path, seed + number * 10) as (process, pipe):
            promises.append(pipe.recv())
            time.sleep(rng.uniform(0.001, 0.080))
            process.kill()
            promises += told(pipe)
        database = Database(path, StandingClock())
        began = time.perf_counter()
        database.open()
        assert time.perf_counter() - began < READY_WITHIN
        if number % 3 == 0:
            # Sometimes the next start finds a clean exit, sometimes what the last one left.
            database.close()
        else:
            asyncio.run(database.read(bookings.list_bookings))
            database.close()
        check(path, promises)
    return promises


@pytest.mark.shows("R1", "BOOK-2", "DATA-4")
def test_bookings_when_the_program_is_killed_thirty_times_are_all_kept(workspace_folder):
    promises = kill_and_check(workspace_folder, 30, seed=1)
    assert len([what for what, _ in promises if what == "booked"]) > 10
    assert len([what for what, _ in promises if what == "done"]) > 3


@pytest.mark.slow
@pytest.mark.shows("R1", "BOOK-2", "DATA-4")
def test_bookings_when_the_program_is_killed_five_hundred_times_are_all_kept(tmp_path):
    for number in range(10):
        folder = tmp_path / str(number)
        folder.mkdir()
        kill_and_check(folder, 50, seed=1000 * number)
