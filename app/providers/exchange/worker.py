"""The thread of one account: calls that block run in it one after the other, and none can hold up the others for good."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from app.domain.errors import AftaleError

LIMIT = 60.0
"""Seconds that a call may run without an answer from the server."""
MOST_TIMES = 10
"""So many limits a call may run in all, however often the server answers."""
T = TypeVar("T")


class Closable(Protocol):
    def close(self) -> None: ...


L = TypeVar("L", bound=Closable)


class TookTooLong(Exception):
    """The call runs longer than it may. Whether it did what it should is not known."""


class Broke(Exception):
    """The call raised what nobody expects: its cause. Whether it did what it should is not known."""


@dataclass(slots=True)
class _Job(Generic[L]):
    call: Callable[[L], Any]
    loop: asyncio.AbstractEventLoop
    brought: asyncio.Future[Any]

    def tell(self, done: Callable[[], object]) -> None:
        """From any thread: calls ``done`` in the loop's, unless the answer is there by then."""
        # The loop may have ended, and whoever asked may have given up.
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(lambda: None if self.brought.done() else done())


class Worker(Generic[L]):
    """Runs ``call(line)`` in a daemon thread that opens the line at its first use. A call that runs longer than ``limit``
    without a ``beat`` is given up: its thread is left to itself, and another one goes on with a line of its own. A daemon keeps
    no program from ending."""

    def __init__(self, name: str, open_line: Callable[[], L], limit: float = LIMIT) -> None:
        self._name, self._open, self._limit = name, open_line, limit
        self._jobs: deque[_Job[L]] = deque()
        self._here = threading.Condition()
        self._turn = 0
        self._works = False
        self._watch: _Watch | None = None

    async def run(self, call: Callable[[L], T]) -> T:
        """What the call returns or raises of ``domain.errors``; else Broke, or TookTooLong. A cancelled wait leaves a call that
        runs alone."""
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
                watch = self._begin_watch(job, turn)
                try:
                    if line is None:
                        line = self._open()
                    result = job.call(line)
                except BaseException as error:
                    failed = error if isinstance(error, AftaleError) else broken(error)
                    job.tell(lambda job=job, failed=failed: job.brought.set_exception(failed))  # type: ignore[misc]
                else:
                    job.tell(lambda job=job, result=result: job.brought.set_result(result))  # type: ignore[misc]
                finally:
                    watch.end()
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

    def beat(self) -> None:
        """To be called by the line whenever the server answered: the limit of the call begins anew, but not for ever."""
        with self._here:
            if self._watch is not None and self._watch.of(threading.get_ident()):
                self._watch.extend(self._limit)

    def _begin_watch(self, job: _Job[L], turn: int) -> _Watch:
        """Gives the job up if it takes too long, also when nobody waits for it any more."""

        def give_up() -> None:
            with self._here:
                if turn == self._turn:
                    self._turn, self._works, self._watch = self._turn + 1, False, None
                    if self._jobs:
                        self._begin()
            job.tell(lambda: job.brought.set_exception(TookTooLong()))

        watch = _Watch(f"{self._name} (limit)", self._limit, self._limit * MOST_TIMES, give_up)
        with self._here:
            if turn == self._turn:
                self._watch = watch
        return watch


def broken(cause: BaseException) -> Broke:
    """``cause`` handed over, with the place it comes from."""
    places = traceback.extract_tb(cause.__traceback__)
    made = Broke(f"{type(cause).__name__} in {places[-1].name}, line {places[-1].lineno}" if places else type(cause).__name__)
    made.__cause__ = cause
    return made


class _Watch:
    """Calls ``late`` once ``seconds`` have passed since the last time that it was extended, or ``most`` since it began; in a
    thread of its own."""

    def __init__(self, name: str, seconds: float, most: float, late: Callable[[], None]) -> None:
        now = time.monotonic()
        self._until, self._last, self._late, self._name = now + seconds, now + most, late, name
        self._ended, self._thread = threading.Event(), threading.get_ident()
        self._arm(seconds)

    def of(self, thread: int) -> bool:
        """Whether it watches this thread."""
        return thread == self._thread

    def extend(self, seconds: float) -> None:
        self._until = min(time.monotonic() + seconds, self._last)

    def end(self) -> None:
        """From now on ``late`` is not called, unless that has just begun."""
        self._ended.set()
        self._timer.cancel()

    def _arm(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._look)
        self._timer.daemon, self._timer.name = True, self._name
        self._timer.start()

    def _look(self) -> None:
        left = self._until - time.monotonic()
        if self._ended.is_set():
            return
        if left > 0:
            self._arm(left)
        else:
            self._late()
