"""The worker that pays what the outbox owes to the calendars (SYNC-4).

What it promises

* A job is made in the transaction of the change that caused it, so a crash at any instant leaves both or neither.
* One worker at a time holds a job (a lease, longer than any call may take); a worker that died loses it when the lease ends.
* Every call to a provider is idempotent: a create carries the booking's id as its key, and a retry finds the event that the
  first try made. A job that is done twice changes nothing.
* Accounts do not wait for each other. While one does not answer, all its jobs share one back-off: 1, 2, 4 … seconds up to 15
  minutes, or what the service says.
* A job whose account has to be signed in to, or whose calendar is lost, rests until that is cured: no retry helps.
* What is refused for good, still fails after three days, or was owed to a calendar that is used no more, is buried and shown to
  the owner. What was refused for want of the right is owed again when the right is back (``sync.listing``).
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from app.domain.booking import Booking, Cause, State
from app.domain.calendars import EventDraft
from app.domain.clock import Clock
from app.domain.connections import Calendar, CalendarState
from app.domain.errors import (
    AccessLost,
    AftaleError,
    Conflict,
    NotFound,
    ProviderError,
    RateLimited,
    SignInExpired,
    StateConflict,
    Unreachable,
)
from app.domain.events import AccountChanged, CalendarChanged, WriteFailed, Written
from app.domain.ids import new_id
from app.domain.notices import Notice, NoticeKind
from app.domain.outbox import LIMITED, RESTS, Job, JobKind, backoff, given_up
from app.domain.plain import from_plain
from app.models import accounts as account_rows
from app.models import bookings as booking_rows
from app.models import notices as notice_rows
from app.models import outbox as rows
from app.models.base import Session
from app.models.database import Database
from app.providers.base import Provider
from app.services.accounts import owe_what_was_never_owed
from app.services.announcer import Announcer
from app.services.failpoints import passing
from app.services.pace import LoopPace, Pace

LEASE = 60
CALL_LIMIT = 45.0
"""Seconds that one job may take at a provider: less than the lease, so that nobody else begins it meanwhile."""
LONGEST_SLEEP = 60.0
DISK_WAIT = 5.0
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Strain:
    """How an account has answered of late: ``failures`` in a row, and before which time of the pace it is left alone;
    ``told``: by the service's own word."""

    failures: int = 0
    until: float = 0.0
    told: bool = False


class Outbox:
    """One worker. ``wake`` may be called from the loop at any time; ``run`` returns only by cancellation.

    ``lost`` hears of sign-ins and calendars that a write found lost, and of writes that a calendar refused which was thought to
    be writable; whoever keeps the accounts sets it.
    """

    def __init__(
        self,
        database: Database,
        announcer: Announcer,
        clock: Clock,
        provider_of: Callable[[str], Awaitable[Provider]],
        pace: Pace | None = None,
    ) -> None:
        self._database, self._announcer, self._clock, self._provider_of = database, announcer, clock, provider_of
        self._pace: Pace = pace or LoopPace()
        self._owner, self._woken = new_id(), asyncio.Event()
        self._lanes: dict[str, asyncio.Task[None]] = {}
        self._strains: dict[str, Strain] = {}
        self._resting: set[str] = set()
        self._back: set[tuple[str, str]] = set()
        self.lost: Callable[[SignInExpired | AccessLost | Conflict], Awaitable[None]] | None = None
        announcer.subscribe(AccountChanged, self._account_changed)
        announcer.subscribe(CalendarChanged, self._calendar_changed)

    def wake(self) -> None:
        self._woken.set()

    @property
    def working(self) -> frozenset[str]:
        """The accounts that are being written to."""
        return frozenset(self._lanes)

    # What others tell

    async def account_back(self, account_id: str) -> None:
        """The account can be written to again: what was put off is due, unless the service itself said when."""
        self._back.add((account_id, ""))
        await self._welcome_back()
        self.wake()

    def _account_changed(self, fact: AccountChanged) -> None:
        if fact.account.id in self._resting and not fact.account.signed_out:
            self._back.add((fact.account.id, ""))
            self.wake()

    def _calendar_changed(self, fact: CalendarChanged) -> None:
        if fact.calendar.id in self._resting and fact.calendar.state is CalendarState.ACTIVE:
            self._back.add((fact.calendar.account, fact.calendar.id))
            self.wake()

    async def _welcome_back(self) -> None:
        while self._back:
            account, calendar = self._back.pop()
            now = self._clock.now()
            await self._database.write(partial(rows.make_due, account=account, now=now, calendar=calendar))
            await self._database.write(partial(owe_what_was_never_owed, account=account, now=now))
            self._resting -= {account, calendar}
            if not self._strain(account).told:
                self._strains.pop(account)

    # When

    async def run(self) -> None:
        """Works until it is cancelled."""
        try:
            while not await self._begin():
                await self._pace.pause(self._woken, DISK_WAIT)
            while True:
                self._woken.clear()
                wait = await self._step()
                await self._pace.pause(self._woken, wait)
        finally:
            lanes = tuple(self._lanes.values())
            for lane in lanes:
                lane.cancel()
            await asyncio.gather(*lanes, return_exceptions=True)

    async def _begin(self) -> bool:
        """Takes over from the worker before. False when the disk did not let it."""
        now = self._clock.now()
        try:
            # The workspace is locked by this process: a lease that is still there belongs to one that was killed.
            await self._database.write(lambda session: rows.begin(session, now))
            failing = await self._database.read(rows.failing)
            limited = await self._database.read(lambda session: rows.limited_until(session, now))
        except AftaleError as error:
            _log.warning("the outbox has to wait: %s", error)
            return False
        for account, until in limited.items():
            # Whole seconds: the end of the last one is meant.
            self._strains.setdefault(account, Strain(1, self._pace.time() + until - now + 1, told=True))
        for account in failing:
            self._strains.setdefault(account, Strain(1, self._pace.time() + 1))
        return True

    async def _step(self) -> float:
        """Begins what is due. Returns after how many seconds there may be more."""
        now, wait = self._clock.now(), LONGEST_SLEEP
        try:
            await self._welcome_back()
            due = await self._database.read(lambda session: rows.next_runs(session, now))
        except AftaleError as error:
            # The disk is full or locked: what is owed stays owed.
            _log.warning("the outbox has to wait: %s", error)
            return DISK_WAIT
        for account, at in due.items():
            if account in self._lanes:
                continue
            rest = max(float(at - now), self._strain(account).until - self._pace.time())
            if rest <= 0:
                self._lanes[account] = asyncio.ensure_future(self._lane(account))
            else:
                wait = min(wait, rest)
        return wait

    async def _lane(self, account: str) -> None:
        """The jobs of one account that are due."""
        try:
            await self._work(account)
        except AftaleError as error:
            _log.warning("the outbox has to wait: %s", error)
            self._strain(account).until = self._pace.time() + DISK_WAIT
        finally:
            del self._lanes[account]
            self.wake()

    async def drain(self) -> bool:
        """Does what is due now, back-offs or not. Returns whether anything was."""
        now = self._clock.now()
        await self._welcome_back()
        due = await self._database.read(lambda session: rows.next_runs(session, now))
        found = await asyncio.gather(*(self._work(account) for account, at in due.items() if at <= now))
        return any(found)

    async def _work(self, account: str) -> bool:
        """Does the account's jobs one after the other until none is due or one fails. Returns whether any was."""
        did = False
        while True:
            leased = await self._database.write(partial(self._take, account=account, now=self._clock.now()))
            if leased is None:
                return did
            did = True
            if not await self._do(*leased):
                return did

    def _take(self, session: Session, account: str, now: int) -> tuple[Job, bool, Calendar | None] | None:
        """The next job, whether its account is connected, and the calendar that it was promised to, if that is there."""
        jobs = rows.lease(session, self._owner, now, LEASE, 1, account)
        if not jobs:
            return None
        connected = any(each.id == account for each in account_rows.list_accounts(session))
        calendars = {each.id: each for each in account_rows.list_calendars(session)}
        return jobs[0], connected, calendars.get(jobs[0].calendar)

    def _strain(self, account: str) -> Strain:
        return self._strains.setdefault(account, Strain())

    # What

    async def _do(self, job: Job, connected: bool, calendar: Calendar | None) -> bool:
        """Returns whether the account's next job may follow at once."""
        gone = calendar is None or calendar.given_up
        if not connected or (gone and job.kind is JobKind.DELETE):
            # Disconnected: nothing to write to any more. The booking stays as history; connecting again owes the write anew.
            await self._database.write(lambda session: rows.finish(session, job.number, self._owner))
            return True
        if calendar is None or gone:
            await self._bury(job, NotFound.__name__)
            return True
        try:
            provider = await self._provider_of(job.account)
            passing("before provider call")
            async with asyncio.timeout(CALL_LIMIT):
                await _write(provider, calendar.at, job)
            passing("after provider call")
        except (ProviderError, NotFound, TimeoutError) as error:
            return await self._failed(job, calendar, error)
        except AftaleError:
            raise
        except Exception as error:
            # Nothing of the kind comes out of a provider that keeps to the protocol. What is owed stays owed.
            _log.exception("a calendar could not be written")
            return await self._failed(job, calendar, error)
        await self._finish(job)
        self._answered(job.account)
        passing("after done mark")
        return True

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

    def _answered(self, account: str) -> None:
        if self._strains.pop(account, Strain()).failures:
            _log.info("account %s takes writes again", account)

    # What goes wrong

    async def _failed(self, job: Job, calendar: Calendar, error: Exception) -> bool:
        unused = not calendar.booking and not calendar.checked
        if isinstance(error, Conflict) or (isinstance(error, AccessLost) and unused):
            # Nobody misses a calendar that is not used, so nobody would bring it back.
            await self._bury(job, type(error).__name__)
            if isinstance(error, Conflict) and calendar.writable and self.lost is not None:
                # Perhaps the right is gone; then nothing more may be promised.
                await self.lost(error)
            return True
        if isinstance(error, SignInExpired | AccessLost):
            await self._rest(job, error)
            return isinstance(error, AccessLost)
        if isinstance(error, RateLimited):
            await self._obey(job, error)
        else:
            await self._back_off(job, Unreachable.__name__ if isinstance(error, TimeoutError) else type(error).__name__)
        return False

    async def _back_off(self, job: Job, why: str) -> None:
        now, strain = self._clock.now(), self._strain(job.account)
        if not strain.failures:
            _log.info("account %s does not take writes: %s", job.account, why)
        strain.failures, strain.told = strain.failures + 1, False
        strain.until = self._pace.time() + backoff(strain.failures, random.random())
        if given_up(job, now):
            await self._bury(job, why)
            return
        at = now + backoff(job.tries, random.random())
        await self._database.write(lambda session: rows.postpone(session, job.number, self._owner, at, why))

    async def _obey(self, job: Job, error: RateLimited) -> None:
        """The service said when. It stands in the database too, for a program that starts again meanwhile."""
        now, strain, seconds = self._clock.now(), self._strain(job.account), max(1.0, error.retry_after)
        strain.failures, strain.told = strain.failures + 1, True
        strain.until = self._pace.time() + seconds
        if given_up(job, now):
            await self._bury(job, LIMITED)
            return

        def write(session: Session) -> None:
            rows.postpone(session, job.number, self._owner, now, LIMITED)
            rows.put_off(session, job.account, now + int(seconds), LIMITED)

        await self._database.write(write)

    async def _rest(self, job: Job, error: SignInExpired | AccessLost) -> None:
        """No retry storm: only the owner can help, and knows it from whoever keeps the accounts."""
        now, why = self._clock.now(), type(error).__name__
        calendar = job.calendar if isinstance(error, AccessLost) else ""
        self._resting.add(calendar or job.account)

        def write(session: Session) -> None:
            rows.postpone(session, job.number, self._owner, now, why)
            rows.put_off(session, job.account, now + RESTS, why, calendar)

        await self._database.write(write)
        if self.lost is not None:
            await self.lost(error)

    async def _bury(self, job: Job, why: str) -> None:
        now = self._clock.now()

        def write(session: Session) -> bool:
            buried = rows.bury(session, job.number, self._owner, why, now)
            if buried:
                notice_rows.add_notice(session, Notice(new_id(), NoticeKind.WRITE_FAILED, now, job.booking, reason=why))
            return buried

        if await self._database.write(write):
            _log.warning("a calendar refused a write for good: %s", why)
            self._announcer.announce(WriteFailed(job.booking, why))


async def _write(provider: Provider, calendar: str, job: Job) -> None:
    draft = from_plain(EventDraft, job.draft)
    if job.kind is JobKind.CREATE:
        await provider.create(calendar, draft)
        return
    event = await provider.find(calendar, draft.key)
    if job.kind is JobKind.DELETE:
        if event is not None:
            await provider.delete(calendar, event.id)
        return
    if event is not None:
        try:
            await provider.update(calendar, event.id, draft)
            return
        except NotFound:
            # Somebody deleted it this instant.
            event = None
    await provider.create(calendar, draft)
