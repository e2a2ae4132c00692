"""The rule how long is kept what visitors left, applied daily and on the record (DATA-3).

Nothing is removed on the word of a clock that has jumped (R21): when it stands more than a year after the last time that it was
believed, a second reading has to agree, or the owner, before anything goes.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

from app import log
from app.domain.clock import DAY, Clock, Instant
from app.domain.events import PagesChanged
from app.domain.ids import new_id
from app.domain.keeping import Cutoffs, Removal, RemovalKind, clock_is_doubtful, cutoffs
from app.models import backups, removing
from app.models.base import Session
from app.models.database import PAUSE, Database
from app.models.removals import last_look, record_removal
from app.services.announcer import Announcer
from app.services.data.working import in_thread
from app.services.settings import SettingsService

AT_ONCE = 100
"""Bookings that one transaction removes: a visitor who books meanwhile waits no longer than for that."""
ASIDE_FOR = 30 * DAY
"""So long a workspace is kept that a backup has replaced."""
AGREE = DAY
"""Two readings of the time that are not further apart agree."""
Second = Callable[[], Awaitable[Instant | None]]
_log = logging.getLogger(__name__)


class RetentionRule:
    """``second``: another clock, such as that of a server; None where there is none."""

    def __init__(
        self,
        folder: Path,
        database: Database,
        announcer: Announcer,
        clock: Clock,
        settings: SettingsService,
        second: Second | None = None,
    ) -> None:
        self._folder, self._database, self._announcer, self._clock = folder, database, announcer, clock
        self._settings, self._second = settings, second

    async def doubted(self) -> bool:
        """Whether nothing is removed because the clock has jumped."""
        look = await self._database.read(last_look)
        return look is not None and look.doubt

    async def believe(self) -> None:
        """The owner says that the clock is right: the rule is applied now."""
        now = self._clock.now()
        await self._database.write(lambda session: record_removal(session, _look(now)))
        await self._remove(now)

    async def apply(self) -> Counter[str]:
        """Removes what is due, at most once a day, and returns how much that was."""
        now = self._clock.now()
        last, looked = await self._database.read(_believed)
        if 0 <= now - looked < DAY:
            return Counter()
        if clock_is_doubtful(now, last) and not await self._agrees(now):
            if not await self.doubted():
                _log.warning("the clock stands more than a year later than when it was last right; nothing is removed")
            await self._database.write(lambda session: record_removal(session, _look(last, doubt=True)))
            return Counter()
        return await self._remove(now)

    async def _agrees(self, now: Instant) -> bool:
        other = await self._second() if self._second is not None else None
        return other is not None and abs(other - now) <= AGREE

    async def _remove(self, now: Instant) -> Counter[str]:
        limits = cutoffs(self._settings.current.retention, now)
        run, gone = new_id(), Counter[str]()
        while True:
            before = gone.total()
            gone = await self._database.write(lambda session, so_far=gone: _remove_some(session, limits, run, now, so_far))  # type: ignore[misc]
            if gone.total() == before:
                break
            await asyncio.sleep(PAUSE)
        await self._database.write(lambda session: record_removal(session, _look(now)))
        await in_thread(lambda _progress: self._forget_files(limits, now))
        if gone:
            _log.info("time was up: %s", ", ".join(f"{count} {name}" for name, count in sorted(gone.items())))
            self._announcer.announce(PagesChanged())
        return gone

    def _forget_files(self, limits: Cutoffs, now: Instant) -> None:
        if limits.addresses is not None:
            log.forget_before(self._folder, limits.addresses)
        backups.prune_set_aside(self._database.path, now - ASIDE_FOR)


def _remove_some(session: Session, limits: Cutoffs, run: str, now: Instant, so_far: Counter[str]) -> Counter[str]:
    """One transaction: what goes, and the line that says so. The line grows with each."""
    ids = removing.expired_bookings(session, limits, AT_ONCE)
    gone = removing.remove_bookings(session, ids) if ids else removing.remove_rest(session, limits)
    total = so_far + gone
    if gone:
        record_removal(session, Removal(run, now, RemovalKind.RETENTION, counts=dict(total)))
        removing.give_room_back(session)
    return total


def _look(at: Instant, doubt: bool = False) -> Removal:
    return Removal("", at, RemovalKind.LOOKED, doubt=doubt)


def _believed(session: Session) -> tuple[Instant, Instant]:
    """When the clock was last believed, and when the rule was last applied. In a workspace that never looked, people were the
    ones who believed it: whoever booked or tried to."""
    look = last_look(session)
    if look is None:
        return removing.newest_mark(session), 0
    return look.at, 0 if look.doubt else look.at
