"""Two processes with several bookers each want the same times: each time has one winner, whoever asks (BOOK-2)."""

from __future__ import annotations

import asyncio
from multiprocessing.connection import Connection, wait
from pathlib import Path

import pytest

from app.domain.errors import SlotTaken
from app.models.database import Database
from app.paths import database_file
from tests.models.made import HALF, NOON, StandingClock, booking
from tests.reliability.booker import check, child, take

SLOTS, BOOKERS = 50, 4


def contend(path: Path, pipe: Connection, offset: int) -> None:
    """Four bookers, each after all the slots, one shifted by a few minutes against the next."""
    database = Database(path, StandingClock())
    database.open()
    pipe.send("ready")
    pipe.recv()

    async def one(number: int) -> list[str]:
        won = []
        for slot in range(SLOTS):
            new = booking(NOON + slot * HALF + (number + offset) % 3 * 300)
            try:
                await database.write(lambda session, new=new: take(session, new))
            except SlotTaken:
                continue
            won.append(new.id)
        return won

    async def all_of_them() -> list[list[str]]:
        return await asyncio.gather(*map(one, range(BOOKERS)))

    won = asyncio.run(all_of_them())
    database.close()
    pipe.send([("booked", name) for names in won for name in names])


@pytest.mark.shows("BOOK-2", "R9")
@pytest.mark.parametrize("round_", range(2))
def test_fifty_times_when_two_processes_of_four_bookers_want_them_are_taken_once(workspace_folder, round_):
    path = database_file(workspace_folder)
    made = Database(path, StandingClock())
    made.open()
    made.close()
    with child(contend, path, round_) as (_, first), child(contend, path, round_ + 1) as (_, second):
        for pipe in (first, second):
            assert pipe.recv() == "ready"
        for pipe in (first, second):
            pipe.send("go")
        promises = []
        for pipe in (first, second):
            assert wait([pipe], timeout=30)
            promises += pipe.recv()
    check(path, promises)
    assert 34 <= len(promises) <= SLOTS + 1
