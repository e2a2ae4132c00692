"""The worker that pays what the outbox owes to the calendars (SYNC-4).

What it promises

* A job is made in the transaction of the change that caused it, so a crash at any instant leaves both or neither.
* One worker at a time holds a job (a lease); a worker that died loses it when the lease ends.
* Every call to a provider is idempotent: a create carries the booking's id as its key, and a retry finds the event that the
  first try made. A job that is done twice changes nothing.
* What fails for a while is tried again after 1, 2, 4 … seconds up to 15 minutes, or when the provider says; what is refused for
  good, or still fails after three days, is buried and shown to the owner.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable

from app.domain.booking import Booking, Cause, State
from app.domain.calendars import EventDraft
from app.domain.clock import Clock
from app.domain.errors import AftaleError, Conflict, NotFound, ProviderError, RateLimited, StateConflict
from app.domain.events import WriteFailed, Written
from app.domain.ids import new_id
from app.domain.notices import Notice, NoticeKind
from app.domain.outbox import GIVE_UP_AFTER, Job, JobKind, backoff
from app.domain.plain import from_plain
from app.models import bookings as booking_rows
from app.models import notices as notice_rows
from app.models import outbox as rows
from app.models.base import Session
from app.models.database import Database
from app.providers.base import Provider
from app.services.announcer import Announcer
from app.services.failpoints import passing

LEASE = 60
BATCH = 20
LONGEST_SLEEP = 60.0
_log = logging.getLogger(__name__)


class Outbox:
    """One worker. ``wake`` may be called from the loop at any time; ``run`` returns only by cancellation."""

    def __init__(
        self, database: Database, announcer: Announcer, clock: Clock, provider_of: Callable[[str], Awaitable[Provider]]
    ) -> None:
        self._database, self._announcer, self._clock, self._provider_of = database, announcer, clock, provider_of
        self._owner, self._woken = new_id(), asyncio.Event()

    def wake(self) -> None:
        self._woken.set()

    async def run(self) -> None:
        """Works until it is cancelled."""
        # The workspace is locked by this process: a lease that is still there belongs to one that was killed.
        await self._database.write(rows.release_all)
        while True:
            self._woken.clear()
            try:
                busy = await self.drain()
                wait = 0.0 if busy else await self._until_next()
            except AftaleError as error:
                # The disk is full or locked: what is owed stays owed.
                _log.warning("the outbox has to wait: %s", error)
                wait = 5.0
            if wait > 0:
                await self._sleep(wait)

    async def drain(self) -> bool:
        """Does what is due now. Returns whether anything was."""
        now = self._clock.now()
        jobs = await self._database.write(lambda session: rows.lease(session, self._owner, now, LEASE, BATCH))
        for job in jobs:
            await self._do(job)
        return bool(jobs)

    async def _until_next(self) -> float:
        at = await self._database.read(rows.next_run)
        return LONGEST_SLEEP if at is None else max(0.05, min(LONGEST_SLEEP, at - self._clock.now()))

    async def _sleep(self, seconds: float) -> None:
        # Not wait_for: in Python 3.11 it can swallow the cancellation that ends this.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()

    async def _do(self, job: Job) -> None:
        try:
            provider = await self._provider_of(job.account)
        except NotFound:
            # Disconnected: nothing to write to any more. The booking stays as history; connecting again owes the write anew.
            await self._database.write(lambda session: rows.finish(session, job.number, self._owner))
            return
        try:
            await self._call(provider, job)
        except (Conflict, NotFound) as error:
            await self._bury(job, type(error).__name__)
        except RateLimited as error:
            await self._postpone(job, max(1, round(error.retry_after)), "rate limited")
        except ProviderError as error:
            await self._postpone(job, backoff(job.tries, random.random()), type(error).__name__)
        else:
            passing("after provider call")
            await self._finish(job)

    async def _call(self, provider: Provider, job: Job) -> None:
        passing("before provider call")
        draft = from_plain(EventDraft, job.draft)
        if job.kind is JobKind.CREATE:
            await provider.create(job.calendar, draft)
            return
        event = await provider.find(job.calendar, draft.key)
        if job.kind is JobKind.DELETE:
            if event is not None:
                await provider.delete(job.calendar, event.id)
        elif event is None:
            await provider.create(job.calendar, draft)
        else:
            await provider.update(job.calendar, event.id, draft)

    async def _finish(self, job: Job) -> None:
        now = self._clock.now()

        def write(session: Session) -> Booking | None:
            rows.finish(session, job.number, self._owner)
            if job.kind is JobKind.DELETE or rows.pending_for(session, job.booking):
                return None
            try:
                return booking_rows.change_state(session, job.booking, State.WRITTEN, Cause.SYSTEM, now)
            except (StateConflict, NotFound):
                # Cancelled meanwhile: the job that removes the event follows.
                return None

        booking = await self._database.write(write)
        if booking is not None:
            self._announcer.announce(Written(booking))

    async def _postpone(self, job: Job, seconds: int, why: str) -> None:
        now = self._clock.now()
        if now - job.created_at > GIVE_UP_AFTER:
            await self._bury(job, why)
            return
        await self._database.write(lambda session: rows.postpone(session, job.number, self._owner, now + seconds, why))

    async def _bury(self, job: Job, why: str) -> None:
        now = self._clock.now()

        def write(session: Session) -> None:
            rows.bury(session, job.number, self._owner, why)
            notice_rows.add_notice(session, Notice(new_id(), NoticeKind.WRITE_FAILED, now, job.booking, reason=why))

        await self._database.write(write)
        _log.warning("a calendar refused a write for good: %s", why)
        self._announcer.announce(WriteFailed(job.booking, why))
