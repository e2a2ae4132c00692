"""A process that books on a database of its own and tells on a pipe what it was promised, to be killed at any instant.

Runs in children of a fork server that has imported everything already, so that hundreds of them start in milliseconds.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from app.domain.booking import Booking, Cause, State
from app.domain.calendars import EventDraft
from app.domain.errors import SlotTaken, StateConflict
from app.domain.outbox import JobKind
from app.models import bookings, outbox
from app.models.base import Session
from app.models.database import Database
from tests.models.made import HALF, NOON, StandingClock, booking, hash_of

Promise = tuple[str, str]
"""What was acknowledged (``booked``, ``moved``, ``cancelled``, ``written`` or ``done``), and of which booking or job."""
Tell = Callable[[Promise], None]

STEP = 600
"""Starts lie ten minutes apart, meetings last thirty: most wishes contend with others."""

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["tests.reliability.booker"])


def take(session: Session, new: Booking) -> None:
    bookings.insert_booking(session, new, hash_of(new), None, new.end, Cause.VISITOR)
    draft = EventDraft(new.id, new.title, new.start, new.end, new.zone, booking=new.id)
    outbox.enqueue(session, JobKind.CREATE, new.id, "local", "local", draft, NOON)


async def book(database: Database, tell: Tell, rounds: int, seed: int) -> None:
    """Books, moves and cancels at random, and tells each promise after it was made."""
    rng, mine = random.Random(seed), []
    for _ in range(rounds):
        start = NOON + rng.randrange(600) * STEP
        try:
            if mine and rng.random() < 0.15:
                name = mine.pop(rng.randrange(len(mine)))
                await database.write(lambda s, name=name: bookings.change_state(s, name, State.CANCELLED, Cause.VISITOR, NOON))
                tell(("cancelled", name))
            elif mine and rng.random() < 0.15:
                name = rng.choice(mine)
                await database.write(
                    lambda s, name=name, start=start: bookings.move_booking(s, name, start, start + HALF, Cause.VISITOR, NOON)
                )
                tell((f"moved to {start}", name))
            else:
                new = booking(start)
                await database.write(lambda s, new=new: take(s, new))
                mine.append(new.id)
                tell(("booked", new.id))
        except SlotTaken:
            continue


async def work_off(database: Database, tell: Tell, rounds: int) -> None:
    """Does what the outbox owes."""
    for _ in range(rounds):
        for job in await database.write(lambda s: outbox.lease(s, "worker", NOON, 60, 5)):
            await database.write(lambda s, job=job: settle(s, job.number, job.booking))
            tell(("done", str(job.number)))
        await asyncio.sleep(0.001)


def settle(session: Session, number: int, name: str) -> None:
    outbox.finish(session, number, "worker")
    try:
        bookings.change_state(session, name, State.WRITTEN, Cause.SYSTEM, NOON)
    except StateConflict:
        return


def run(path: Path, pipe: Connection, seed: int) -> None:
    """Two bookers and the outbox, for ever."""
    database = Database(path, StandingClock())
    database.open()

    async def all_of_it() -> None:
        tell: Tell = lambda promise: pipe.send(promise)  # noqa: E731
        await asyncio.gather(
            book(database, tell, 10**9, seed), book(database, tell, 10**9, seed + 1), work_off(database, tell, 10**9)
        )

    pipe.send(("ready", ""))
    asyncio.run(all_of_it())


def told(pipe: Connection) -> list[Promise]:
    """Everything that had been told when the other end died."""
    promises = []
    while True:
        try:
            promises.append(pipe.recv())
        except (EOFError, OSError):
            return promises


@contextmanager
def child(target: Callable[..., None], *arguments: Any) -> Iterator[tuple[Any, Connection]]:
    """A process with a pipe to it; killed at the end if it still lives."""
    ours, theirs = processes.Pipe(duplex=True)
    process = processes.Process(target=target, args=(*arguments[:1], theirs, *arguments[1:]), daemon=True)
    process.start()
    theirs.close()
    try:
        yield process, ours
    finally:
        process.kill()
        process.join()
        ours.close()


def check(path: Path, promises: list[Promise]) -> None:
    """The invariants: whole, no overlap, every promise kept, each booking with the write that is owed for it."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        rows = connection.execute('SELECT id, start, "end", state FROM booking').fetchall()
        jobs = connection.execute("SELECT number, booking, kind, state FROM outbox").fetchall()
        changes = connection.execute("SELECT booking, state FROM booking_change").fetchall()
    live = sorted((start, end) for _, start, end, state in rows if state in ("held", "confirmed", "written"))
    overlaps = [(one, other) for one, other in pairwise(live) if other[0] < one[1]]
    assert not overlaps
    by_id = {row[0]: row for row in rows}
    assert len(by_id) == len(rows)
    assert sorted(name for _, name, kind, _ in jobs if kind == "create") == sorted(by_id)
    assert {name for name, _ in changes} == set(by_id)
    states = {str(number): state for number, _, _, state in jobs}
    for what, name in promises:
        if what == "done":
            assert states[name] == "done"
        elif what == "cancelled":
            assert by_id[name][3] == "cancelled"
        elif what != "ready":
            assert name in by_id
    last_move = {name: int(what.rpartition(" ")[2]) for what, name in promises if what.startswith("moved")}
    for name, start in last_move.items():
        moves = sum(1 for each, state in changes if each == name and state == "rescheduled")
        told_moves = sum(1 for what, each in promises if each == name and what.startswith("moved"))
        # A move that was made but not yet told when the process died may have followed.
        assert by_id[name][1] == start or moves == told_moves + 1
