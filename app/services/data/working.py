"""Long work with files, in a thread, that tells how far it is and can be given up; and what the system's errors mean there."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from app.domain.errors import FileUnusable
from app.models import backups

T = TypeVar("T")
Told = Callable[[int], None]
"""Hears how many percent are done, in the loop's thread."""
_STAGING = "staging"


class Stopped(Exception):
    """Nobody wants the result any more."""


class Progress:
    """How far a piece of work is. ``step`` raises Stopped when it was given up."""

    def __init__(self, told: Told | None = None) -> None:
        self._told, self._loop = told, asyncio.get_running_loop()
        self._stopped, self._last = threading.Event(), -1
        self.done, self.total = 0, 1

    def stop(self) -> None:
        self._stopped.set()

    def step(self, by: int = 1) -> None:
        """From any thread: counts ``by`` of ``total``. Raises Stopped; the percent are told only when they grew."""
        if self._stopped.is_set():
            raise Stopped
        self.done += by
        percent = min(100, self.done * 100 // max(1, self.total))
        if percent != self._last and self._told is not None:
            self._last = percent
            # The loop may have ended while a thread was still at work.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._told, percent)


async def in_thread(work: Callable[[Progress], T], told: Told | None = None) -> T:
    """Runs ``work`` beside the loop. Whoever is cancelled while waiting gives it up; it has cleared away by then what it had
    begun. Raises FileUnusable for what the system refuses."""
    progress = Progress(told)
    running = asyncio.get_running_loop().run_in_executor(None, work, progress)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        progress.stop()
        with contextlib.suppress(Stopped, FileUnusable, OSError):
            await running
        raise


@contextlib.contextmanager
def told_errors(name: str = "", reason: str = "write") -> Iterator[None]:
    """What the system says about a file of the owner's becomes FileUnusable."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise FileUnusable("full" if full else reason, name) from error


def staging_file(folder: Path, name: str) -> Path:
    """A place in the workspace for what is made on the way; nobody else can look into it. What a killed program has left there
    under the same name is gone afterwards."""
    place = folder / _STAGING
    place.mkdir(mode=0o700, exist_ok=True)
    path = place / name
    path.unlink(missing_ok=True)
    return path


def clear_staging(folder: Path) -> None:
    """Removes what killed programs have left. Only at the start, when nothing is under way."""
    place = folder / _STAGING
    if place.exists():
        for each in place.iterdir():
            each.unlink(missing_ok=True)


def put(half: Path, target: Path) -> None:
    """``half``, which is whole by now, becomes ``target`` at once."""
    backups.flush(half)
    half.replace(target)
    backups.flush(target.parent)
