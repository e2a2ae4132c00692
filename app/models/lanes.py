"""The two threads that touch the database, and how their answers get back to the loop.

A lane is a thread with one connection and a queue. Whoever asks waits in an event loop, any loop; the answer arrives there by
``call_soon_threadsafe`` and is dropped when the loop has closed meanwhile.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from sqlalchemy import Connection

from app.domain.errors import WorkspaceBusy, WorkspaceUnusable
from app.models.base import Session
from app.models.engine import raw
from app.models.errors import translate

MOST_TOGETHER = 64
"""Functions that one transaction takes at most."""
ROWS_IN_LOG = 300
"""Changed rows, about a thousand pages, after which the log is moved into the file at the next quiet moment."""
QUIET = 0.05
"""Seconds without a job that make a quiet moment."""


@dataclass(slots=True, eq=False)
class Job:
    """One function that somebody waits for."""

    run: Callable[[Session], Any]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None

    def settle(self) -> None:
        """In the loop of whoever waits, unless they gave up."""
        if self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


class Lane:
    """Does jobs in the order in which they came, in a thread of its own, until it is stopped; then what was accepted is
    still done.
    """

    together = 1

    def __init__(self, name: str, path: Path) -> None:
        self._name, self._path = name, path
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._door, self._closed = threading.Lock(), False
        self._last = False

    def start(self, connect: Callable[[], Connection]) -> None:
        """Connects in the thread. Raises what ``connect`` raises; then there is no thread."""
        ready: Future[None] = Future()
        self._thread = threading.Thread(target=self._live, args=(connect, ready), name=f"database {self._name}", daemon=True)
        self._thread.start()
        ready.result()

    def stop(self) -> None:
        """Finishes what was accepted and closes the connection."""
        with self._door:
            self._closed = True
            self._queue.put(None)
        if self._thread is not None:
            self._thread.join()

    async def ask(self, run: Callable[[Session], Any]) -> Any:
        """Raises what ``run`` raises, and WorkspaceUnusable when the lane has been stopped."""
        loop = asyncio.get_running_loop()
        job = Job(run, loop, loop.create_future())
        with self._door:
            if self._closed:
                raise WorkspaceUnusable("closed")
            self._queue.put(job)
        return await job.future

    def _live(self, connect: Callable[[], Connection], ready: Future[None]) -> None:
        try:
            session = connect()
        except BaseException as error:
            ready.set_exception(error)
            return
        ready.set_result(None)
        while jobs := self._take(session):
            self._work(session, jobs)
            deliver(jobs)
        session.close()

    def _take(self, session: Connection) -> list[Job]:
        """The next jobs, or none when the lane is to stop. One that nobody waits for any more is left out."""
        while not self._last:
            try:
                first = self._queue.get(timeout=QUIET if self._has_chores(session) else None)
            except Empty:
                self._do_chores(session)
                continue
            jobs = self._waiting(first, self.together)
            if jobs:
                return jobs
        return []

    def _waiting(self, first: Job | None, most: int) -> list[Job]:
        jobs: list[Job] = []
        found = first
        while True:
            if found is None:
                self._last = True
                return jobs
            if not found.future.cancelled():
                jobs.append(found)
            if len(jobs) >= most:
                return jobs
            try:
                found = self._queue.get_nowait()
            except Empty:
                return jobs

    def _all_waiting(self) -> list[Job]:
        jobs = []
        with suppress(Empty):
            while not self._last:
                jobs += self._waiting(self._queue.get_nowait(), MOST_TOGETHER)
        return jobs

    def _work(self, session: Connection, jobs: list[Job]) -> None:
        raise NotImplementedError

    def _has_chores(self, session: Connection) -> bool:
        return False

    def _do_chores(self, session: Connection) -> None:
        """What nobody waits for, in a quiet moment."""


def deliver(jobs: list[Job]) -> None:
    """Hands the answers to the loops that wait for them."""
    by_loop: defaultdict[asyncio.AbstractEventLoop, list[Job]] = defaultdict(list)
    for job in jobs:
        by_loop[job.loop].append(job)
    for loop, settled in by_loop.items():
        try:
            loop.call_soon_threadsafe(_settle, settled)
        except RuntimeError:
            # The loop is closed: whoever waited is gone.
            continue


def _settle(jobs: list[Job]) -> None:
    for job in jobs:
        job.settle()


class Reader(Lane):
    """Each function sees one state of the database, the newest when it begins."""

    def _work(self, session: Connection, jobs: list[Job]) -> None:
        for job in jobs:
            try:
                with session.begin() as transaction:
                    job.result = job.run(session)
                    transaction.rollback()
            except BaseException as error:
                job.error = translate(error, self._path)


class Writer(Lane):
    """Takes all functions that wait, up to ``MOST_TOGETHER``, into one transaction: one wait for the disk for all of them.

    Each runs in a savepoint of its own. One that raises is undone alone and gets its error; when the commit fails everything is
    undone and everybody gets that error. Nobody is answered before the commit. When another program keeps the lock for five
    seconds, everybody who waits is told so.
    """

    together = MOST_TOGETHER

    def __init__(self, name: str, path: Path, committed: Callable[[], None]) -> None:
        super().__init__(name, path)
        self._committed = committed
        self._place = (0, 0)
        self._put_away = 0

    def start(self, connect: Callable[[], Connection]) -> None:
        """Notes too which file it writes: once another one bears the name, nothing is written any more."""
        super().start(connect)
        self._place = self._find_place()

    def _work(self, session: Connection, jobs: list[Job]) -> None:
        try:
            if self._find_place() != self._place:
                raise WorkspaceUnusable("the database was replaced while it was in use")
            with session.begin():
                if len(jobs) == 1:
                    jobs[0].result = jobs[0].run(session)
                else:
                    for job in jobs:
                        self._run_apart(session, job)
        except BaseException as error:
            undo(session)
            told = translate(error, self._path)
            if isinstance(told, WorkspaceBusy):
                jobs += self._all_waiting()
            for job in jobs:
                job.error = told
        else:
            self._committed()

    def _has_chores(self, session: Connection) -> bool:
        return raw(session).total_changes - self._put_away >= ROWS_IN_LOG

    def _do_chores(self, session: Connection) -> None:
        """Moves the log into the file, which takes as long as many bookings."""
        with suppress(sqlite3.Error):
            raw(session).execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        self._put_away = raw(session).total_changes

    def _run_apart(self, session: Connection, job: Job) -> None:
        # Straight to the driver: SQLAlchemy compiles the words of a savepoint anew each time, which costs as much as a booking.
        run = raw(session).execute
        run("SAVEPOINT job")
        try:
            job.result = job.run(session)
        except BaseException as error:
            job.error = translate(error, self._path)
            if not raw(session).in_transaction:
                # SQLite gave up the whole transaction (no room, a failing disk), and what the others did with it.
                raise
            run("ROLLBACK TO job")
        run("RELEASE job")

    def _find_place(self) -> tuple[int, int]:
        """Which file bears the name. A file that was moved or removed could still be written, and nobody would find it
        again.
        """
        found = self._path.stat()
        return found.st_dev, found.st_ino


def undo(session: Connection) -> None:
    """Ends a transaction whose commit failed: SQLite keeps it open for another try, and SQLAlchemy takes it for ended."""
    if raw(session).in_transaction:
        with suppress(sqlite3.Error):
            raw(session).rollback()
