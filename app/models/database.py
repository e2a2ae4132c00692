"""The database of a workspace: the only way to what is stored.

``read(fn)`` and ``write(fn)`` run ``fn(session)`` in the database's own threads and bring its result back to the loop.
Domain objects come out, never rows, and a session never leaves its function.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar, cast

from sqlalchemy import Connection

from app.domain.clock import Clock, SystemClock
from app.domain.errors import WorkspaceUnusable
from app.models import backups, restoring
from app.models.base import Session
from app.models.errors import translate
from app.models.lanes import Job, Reader, Writer, deliver
from app.models.opening import open_reader, open_writer
from app.models.seal import put_seal

__all__ = ["CHUNK", "Database", "Session", "chunks"]

T = TypeVar("T")
CHUNK = 500
"""Rows that a long write stores at a time."""
PAUSE = 0.005
"""Seconds between two chunks: a booking that came meanwhile goes first."""


class Database:
    """One workspace. Between ``open`` and ``close`` it may be used from any event loop.

    What ``write`` returned stands on the disk. Functions are run in the order in which they were given; those that wait
    together share one commit. ``revision`` grows with every commit.
    """

    def __init__(self, path: Path, clock: Clock | None = None) -> None:
        self.path = path
        self.revision = 0
        self._clock = clock or SystemClock()
        self._opening = 0
        self._writer: Writer | None = None
        self._reader: Reader | None = None

    def open(self) -> None:
        """Makes, checks and migrates the workspace as needed, after putting a backup in its place if that was ordered
        (``restoring``). Takes a moment: not for the loop's thread.

        Raises WorkspaceReadOnly, WorkspaceDamaged (``detail``: the newest good backup's path, or empty), WorkspaceNewer,
        WorkspaceFull, WorkspaceBusy, or WorkspaceUnusable for a place where no file can be. Nothing was changed then.
        """
        self._carry_out_order()
        writer, reader = Writer("writer", self.path, self._committed), Reader("reader", self.path)
        writer.start(self._connect)
        try:
            reader.start(lambda: open_reader(self.path))
        except BaseException:
            writer.stop()
            raise
        self._writer, self._reader = writer, reader

    def close(self) -> None:
        """Finishes what was accepted and leaves one whole file, sealed. A second call does nothing."""
        writer, reader = self._writer, self._reader
        self._writer = self._reader = None
        if reader is not None:
            reader.stop()
        if writer is not None:
            writer.stop()
            put_seal(self.path, self._opening)

    async def read(self, function: Callable[[Session], T]) -> T:
        """What ``function`` finds. It cannot write. Raises its error, or WorkspaceUnusable and its kinds."""
        if self._reader is None:
            raise WorkspaceUnusable("closed")
        return cast(T, await self._reader.ask(function))

    async def write(self, function: Callable[[Session], T]) -> T:
        """Runs ``function`` in a transaction and returns its result when that stands on the disk.

        An error that it raises undoes what it did. Raises WorkspaceFull, WorkspaceBusy, WorkspaceReadOnly, WorkspaceDamaged or
        WorkspaceUnusable when nothing could be written. A caller who is cancelled does not know whether it was.
        """
        if self._writer is None:
            raise WorkspaceUnusable("closed")
        return cast(T, await self._writer.ask(function))

    async def write_slowly(self, functions: Iterable[Callable[[Session], T]]) -> list[T]:
        """Runs a long write as many short transactions with pauses between them, so that nobody waits for it (``chunks``)."""
        results = []
        for function in functions:
            results.append(await self.write(function))
            await asyncio.sleep(PAUSE)
        return results

    async def backup(self, to: Path | None = None) -> Path:
        """Copies the database while it is in use to ``to``, or into the workspace's own folder where the newest seven are kept.

        The copy is checked and appears whole or not at all. Raises WorkspaceFull and its siblings.
        """
        target = to or backups.backup_path(self.path, self._clock.now())

        def copy(_: object) -> Path:
            backups.copy(self.path, target)
            if to is None:
                backups.prune(self.path)
            return target

        return await self._aside(copy)

    async def _aside(self, function: Callable[[object], T]) -> T:
        """In a thread of its own: neither readers nor writers wait for it, nor does a loop that is being closed."""
        loop = asyncio.get_running_loop()
        job = Job(function, loop, loop.create_future())

        def work() -> None:
            try:
                job.result = function(None)
            except BaseException as error:
                job.error = translate(error, self.path)
            deliver([job])

        threading.Thread(target=work, name="database backup", daemon=True).start()
        return cast(T, await job.future)

    def _carry_out_order(self) -> None:
        try:
            restoring.finish(self.path)
        except OSError as error:
            raise translate(error, self.path) from error

    def _connect(self) -> Connection:
        session, self._opening = open_writer(self.path, self._clock)
        return session

    def _committed(self) -> None:
        self.revision += 1


def chunks(items: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """``items`` in pieces of at most ``size``."""
    for first in range(0, len(items), size):
        yield items[first : first + size]
