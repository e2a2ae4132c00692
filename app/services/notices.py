"""Notices to the owner: kept in the database from the moment of the cause until somebody has shown them, so that none is
lost. In the owner's quiet hours and meetings they wait there; faults do not."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol

from app.domain.clock import HOUR, MINUTE, Clock, Instant
from app.domain.connections import checked_calendars
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
    ServerChanged,
    SettingsSaved,
    UpstreamNoted,
    WriteFailed,
)
from app.domain.notices import SUBJECT_OF, Notice, Way
from app.domain.quiet import quiet_until, waits, wanted
from app.domain.settings import Settings
from app.models import notices as rows
from app.models.base import Session
from app.models.database import Database
from app.services.announcer import Announcer
from app.services.ground import Ground, busy_time
from app.services.settings import SettingsService

TOLD_BY: tuple[type[Fact], ...] = (
    Booked, Requested, Cancelled, Rescheduled, Attempted, CalendarChanged, AccountChanged, UpstreamNoted, WriteFailed,
    ServerChanged,
)  # fmt: skip
"""Facts after which something may wait to be shown."""
LOOK_AGAIN = 30.0
"""Seconds until what is held back is looked at again. Not until the quiet ends: the timers of a laptop that slept are late."""
LONGEST = 12 * HOUR
"""What lasts longer is no meeting but an absence, in which one may want to hear of bookings."""
Sink = Callable[[Notice], Awaitable[None]]
_log = logging.getLogger(__name__)


class Teller(Protocol):
    """What shows notices on this computer."""

    async def way(self) -> Way:
        """Where a notice would go now."""
        ...

    async def test(self) -> Way:
        """Shows a message that is only a test, and tells where it went."""
        ...


class NoticesService:
    """Hands each pending notice that is due to the one sink, in order; it counts as shown when the sink returns without an
    error. ``teller`` is there while a desktop may show notices."""

    def __init__(self, database: Database, announcer: Announcer, settings: SettingsService, clock: Clock) -> None:
        self._database, self._settings, self._clock = database, settings, clock
        self._sink: Sink | None = None
        self._woken = asyncio.Event()
        self._holding = False
        self.teller: Teller | None = None
        for kind in (*TOLD_BY, SettingsSaved):
            announcer.subscribe(kind, lambda fact: self._woken.set())

    def deliver_to(self, sink: Sink | None) -> None:
        """From now on ``sink`` shows notices, the waiting ones first."""
        self._sink = sink
        self._woken.set()

    async def pending(self) -> tuple[Notice, ...]:
        """All that nobody has shown, also what is held back or not wanted."""
        return await self._database.read(lambda session: tuple(rows.pending_notices(session)))

    async def due(self) -> tuple[Notice, ...]:
        """What shall be shown now, oldest first."""
        pending = [each for each in await self.pending() if self.wants(each)]
        quiet = await self.quiet_until() if pending else 0
        return tuple(each for each in pending if not waits(each.kind, self._clock.now(), quiet))

    def wants(self, notice: Notice) -> bool:
        """Whether the owner wants notices of this kind on screen."""
        return wanted(self._settings.current.notify, SUBJECT_OF[notice.kind])

    async def quiet_until(self) -> Instant:
        """When the quiet hours, or the meeting, in which the owner is now are over; not in the future where there are none."""
        current, now = self._settings.current, self._clock.now()
        until = quiet_until(current.notify.quiet_hours, current.profile.zone, now)
        if current.notify.quiet_in_meetings:
            until = max(until, await self._database.read(lambda session: meeting_until(session, current, now)))
        return until

    async def forget(self) -> None:
        """Counts everything that waits as shown."""
        for notice in await self.pending():
            await self._database.write(partial(_shown, notice_id=notice.id))

    async def run(self) -> None:
        """Delivers what is due whenever something happened, and what is held back when it is quiet no longer; ends by
        cancellation."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_AGAIN if self._holding else None):
                    await self._woken.wait()
            self._woken.clear()
            if self._sink is not None:
                try:
                    await self._deliver(self._sink)
                except AftaleError as error:
                    _log.warning("notices have to wait: %s", error)

    async def _deliver(self, sink: Sink) -> None:
        self._holding = False
        for notice in await self.pending():
            if self.wants(notice):
                if waits(notice.kind, self._clock.now(), await self.quiet_until()):
                    self._holding = True
                    continue
                await sink(notice)
            await self._database.write(partial(_shown, notice_id=notice.id))


def meeting_until(session: Session, settings: Settings, now: Instant) -> Instant:
    """When the meeting that goes on at ``now`` ends, 0 if there is none: a booking, or what blocks in a checked calendar."""
    ground = Ground.read(session, settings)
    busy = busy_time(session, ground, checked_calendars(ground.calendars), now, now + MINUTE)
    return max((each.end for each in busy if each.start <= now < each.end <= each.start + LONGEST), default=0)


def _shown(session: Session, notice_id: str) -> None:
    rows.notice_shown(session, notice_id)
