"""Notices to the owner: kept in the database from the moment of the cause until somebody has shown them, so that none is
lost."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial

from app.domain.errors import AftaleError
from app.domain.events import (
    AccountChanged,
    Attempted,
    Booked,
    CalendarChanged,
    Cancelled,
    Fact,
    Requested,
    Rescheduled,
    UpstreamNoted,
    WriteFailed,
)
from app.domain.notices import Notice, NoticeKind
from app.domain.settings import Notify
from app.models import notices as rows
from app.models.base import Session
from app.models.database import Database
from app.services.announcer import Announcer
from app.services.settings import SettingsService

TOLD_BY: tuple[type[Fact], ...] = (
    Booked, Requested, Cancelled, Rescheduled, Attempted, CalendarChanged, AccountChanged, UpstreamNoted, WriteFailed,
)  # fmt: skip
"""Facts after which something may wait to be shown."""
Sink = Callable[[Notice], Awaitable[None]]
_log = logging.getLogger(__name__)


class NoticesService:
    """Hands each pending notice to the one sink, in order; it counts as shown when the sink returns without an error."""

    def __init__(self, database: Database, announcer: Announcer, settings: SettingsService) -> None:
        self._database, self._settings = database, settings
        self._sink: Sink | None = None
        self._woken = asyncio.Event()
        for kind in TOLD_BY:
            announcer.subscribe(kind, lambda fact: self._woken.set())

    def deliver_to(self, sink: Sink | None) -> None:
        """From now on ``sink`` shows notices, the waiting ones first."""
        self._sink = sink
        self._woken.set()

    async def pending(self) -> tuple[Notice, ...]:
        return await self._database.read(lambda session: tuple(rows.pending_notices(session)))

    async def forget(self) -> None:
        """Counts everything that waits as shown."""
        for notice in await self.pending():
            await self._database.write(partial(_shown, notice_id=notice.id))

    async def run(self) -> None:
        """Delivers what waits whenever something happened; ends by cancellation."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            if self._sink is not None:
                try:
                    await self._deliver(self._sink)
                except AftaleError as error:
                    _log.warning("notices have to wait: %s", error)

    async def _deliver(self, sink: Sink) -> None:
        for notice in await self.pending():
            if wanted(self._settings.current.notify, notice.kind):
                await sink(notice)
            await self._database.write(partial(_shown, notice_id=notice.id))


def _shown(session: Session, notice_id: str) -> None:
    rows.notice_shown(session, notice_id)


def wanted(notify: Notify, kind: NoticeKind) -> bool:
    """Whether the owner wants to see this kind. Faults are always shown."""
    return {
        NoticeKind.BOOKED: notify.booked,
        NoticeKind.REQUESTED: notify.requested,
        NoticeKind.ATTEMPT: notify.attempt,
        NoticeKind.CANCELLED: notify.cancelled,
        NoticeKind.RESCHEDULED: notify.rescheduled,
    }.get(kind, True)
