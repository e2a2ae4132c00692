"""What the page servers counted of visitors, for the next one and, in a small copy, for the next start (QUALITY 4.5)."""

from __future__ import annotations

import asyncio
import logging
from collections import deque

from app import wire
from app.domain.clock import DAY, HOUR, Clock, Instant
from app.domain.errors import AftaleError
from app.models.base import Session
from app.models.counted import add_counted, counted_since, forget_counted
from app.models.database import Database

SAVED_EVERY = 5.0
_MOST = 4000
_log = logging.getLogger(__name__)


class Counts:
    """``lines``: of the last day, the oldest first. Nothing is limited over longer, so nothing is kept longer."""

    def __init__(self) -> None:
        self.lines: deque[wire.Counted] = deque(maxlen=_MOST)
        self._fresh: deque[wire.Counted] = deque(maxlen=_MOST)
        self._loaded = False
        self._pruned_at: Instant = 0

    def add(self, line: wire.Counted) -> None:
        """Heard from a page server."""
        self.lines.append(line)
        self._fresh.append(line)

    async def load(self, database: Database, clock: Clock) -> None:
        """What was kept before this start, once."""
        if self._loaded:
            return
        since = clock.now() - DAY
        kept = await database.read(lambda session: counted_since(session, since, _MOST))
        self.lines.extendleft(wire.Counted(*each) for each in reversed(kept))
        self._loaded = True

    async def save(self, database: Database, clock: Clock) -> None:
        """Keeps what is new and forgets what is a day old. What cannot be kept now is kept the next time."""
        now, fresh = clock.now(), tuple(self._fresh)
        while self.lines and self.lines[0].at <= now - DAY:
            self.lines.popleft()
        if not fresh and abs(now - self._pruned_at) < HOUR:
            return

        def keep(session: Session) -> None:
            forget_counted(session, now - DAY)
            add_counted(session, ((each.kind, each.name, each.at) for each in fresh))

        try:
            await database.write(keep)
        except AftaleError as error:
            _log.warning("what visitors did could not be kept: %s", type(error).__name__)
            return
        self._pruned_at = now
        for _ in fresh:
            self._fresh.popleft()

    async def keep_saving(self, database: Database, clock: Clock) -> None:
        """Until it is cancelled."""
        while True:
            await asyncio.sleep(SAVED_EVERY)
            await self.save(database, clock)
