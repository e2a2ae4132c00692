"""Time that does not pass as it should: only while the outbox waits, so that days of it take seconds; or swiftly for all that
runs in a loop, so that long limits of real connections are soon over."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from app.domain.clock import DAY, Instant
from app.services.outbox import Outbox
from tests.services.opened import MONDAY


class SimulatedTime:
    """A clock on the wall and a pace. ``jump`` moves the clock alone, as somebody does who sets it."""

    def __init__(self, now: Instant = MONDAY) -> None:
        self.ran, self._wall = 0.0, float(now)
        self._working: Callable[[], object] = frozenset
        self._done: Callable[[], Awaitable[bool]] | None = None
        self._ended, self._until = asyncio.Event(), 0.0

    def now(self) -> Instant:
        return int(self._wall + self.ran)

    def time(self) -> float:
        return self.ran

    def jump(self, seconds: float) -> None:
        self._wall += seconds

    async def pause(self, woken: asyncio.Event, seconds: float) -> None:
        """Passes at once, unless writes are under way: those take real time."""
        while self._working() and not woken.is_set():
            await woken.wait()
        if woken.is_set():
            return
        if self.ran >= self._until or (self._done is not None and await self._done()):
            self._ended.set()
            await asyncio.Event().wait()
        self.ran += seconds
        await asyncio.sleep(0)

    async def run(self, outbox: Outbox, done: Callable[[], Awaitable[bool]] | None = None, within: float = 4 * DAY) -> float:
        """Lets the outbox work until it is ``done``, or for so long. Returns how long that took."""
        self._working, self._done = (lambda: outbox.working), done
        began, self._until = self.ran, self.ran + within
        self._ended.clear()
        working, ended = asyncio.ensure_future(outbox.run()), asyncio.ensure_future(self._ended.wait())
        await asyncio.wait({working, ended}, return_when=asyncio.FIRST_COMPLETED)
        working.cancel()
        ended.cancel()
        (found,) = await asyncio.gather(working, return_exceptions=True)
        if not isinstance(found, asyncio.CancelledError):
            raise found
        assert done is None or self.ran < self._until, "the outbox did not come to rest"
        return self.ran - began


class SwiftTime:
    """The running loop's time and a clock on the wall that keeps to it. All time-outs and waits of the loop are ``speed`` times
    as short while they last; threads do not notice."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._speed, self._real, self._shown = 1.0, time.monotonic(), self._loop.time()
        self._wall = time.time() - self._shown
        self._selector: Any = self._loop._selector  # type: ignore[attr-defined]
        self._select = self._selector.select
        self._loop.time = self.time  # type: ignore[method-assign]
        self._selector.select = self._hurried

    def time(self) -> float:
        return self._shown + (time.monotonic() - self._real) * self._speed

    def now(self) -> Instant:
        return int(self._wall + self.time())

    def pass_by(self, seconds: float) -> None:
        """So much time has passed at once."""
        self._shown += seconds

    def _hurried(self, timeout: float | None = None) -> Any:
        return self._select(timeout / self._speed if timeout else timeout)

    @contextlib.contextmanager
    def swift(self, speed: float) -> Iterator[None]:
        """Time passes that much faster meanwhile."""
        self._change(speed)
        try:
            yield
        finally:
            self._change(1.0)

    def _change(self, speed: float) -> None:
        self._shown, self._real, self._speed = self.time(), time.monotonic(), speed
