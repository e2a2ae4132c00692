"""The thread of one account: calls that block run in it one after the other, and none can hold up the others for good."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

LIMIT = 60.0
"""Seconds that a call may run."""
T = TypeVar("T")


class Closable(Protocol):
    def close(self) -> None: ...


L = TypeVar("L", bound=Closable)


class TookTooLong(Exception):
    """The call runs longer than it may. Whether it did what it should is not known."""


@dataclass(slots=True)
class _Job(Generic[L]):
    call: Callable[[L], Any]
    loop: asyncio.AbstractEventLoop
    brought: asyncio.Future[Any]

    def tell(self, done: Callable[[], object]) -> None:
        # The loop may have ended, and whoever asked may have given up.
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(lambda: None if self.brought.done() else done())


class Worker(Generic[L]):
    """Runs ``call(line)`` in a daemon thread that opens the line at its first use. A call that runs longer than ``limit`` is
    given up: its thread is left to itself, and another one goes on with a line of its own. A daemon keeps no program from
    ending."""

    def __init__(self, name: str, open_line: Callable[[], L], limit: float = LIMIT) -> None:
        self._name, self._open, self._limit = name, open_line, limit
        self._jobs: deque[_Job[L]] = deque()
        self._here = threading.Condition()
        self._turn = 0
        self._works = False

    async def run(self, call: Callable[[L], T]) -> T:
        """What the call returns or raises, or TookTooLong. A cancelled wait leaves a call that runs alone."""
        loop = asyncio.get_running_loop()
        job: _Job[L] = _Job(call, loop, loop.create_future())
        with self._here:
            self._jobs.append(job)
            if not self._works:
                self._begin()
            self._here.notify()
        found: T = await job.brought
        return found

    def close(self) -> None:
        """Ends the thread and its line, at once or as soon as its call ends. The next ``run`` begins anew."""
        with self._here:
            self._turn += 1
            self._works = False
            self._here.notify_all()

    def _begin(self) -> None:
        self._turn, self._works = self._turn + 1, True
        threading.Thread(target=self._work, args=(self._turn,), name=self._name, daemon=True).start()

    def _work(self, turn: int) -> None:
        line: L | None = None
        try:
            while (job := self._next(turn)) is not None:
                over = self._watch(job, turn)
                try:
                    if line is None:
                        line = self._open()
                    result = job.call(line)
                except BaseException as error:
                    failed = error
                    job.tell(lambda job=job, failed=failed: job.brought.set_exception(failed))  # type: ignore[misc]
                else:
                    job.tell(lambda job=job, result=result: job.brought.set_result(result))  # type: ignore[misc]
                finally:
                    over()
        finally:
            if line is not None:
                line.close()

    def _next(self, turn: int) -> _Job[L] | None:
        """The next call that somebody waits for; None if this thread is to end."""
        with self._here:
            while turn == self._turn:
                while self._jobs:
                    job = self._jobs.popleft()
                    if not job.brought.cancelled():
                        return job
                self._here.wait()
        return None

    def _watch(self, job: _Job[L], turn: int) -> Callable[[], None]:
        """Gives the job up if it takes too long, also when nobody waits for it any more. What is returned ends the watch."""
        ended = threading.Event()

        def give_up() -> None:
            if ended.is_set():
                return
            with self._here:
                if turn == self._turn:
                    self._turn, self._works = self._turn + 1, False
                    if self._jobs:
                        self._begin()
            job.tell(lambda: job.brought.set_exception(TookTooLong()))

        timer = threading.Timer(self._limit, give_up)
        timer.daemon = True
        timer.name = f"{self._name} (limit)"
        timer.start()

        def over() -> None:
            ended.set()
            timer.cancel()

        return over
