"""Time that passes only while the outbox waits, so that days of it take seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

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
