"""Keeps the copies of all calendars that are kept elsewhere up to date (SYNC).

What it promises

* A change at the service is in the copy within a minute, while its pages are on, and within seconds where the service tells of
  it; after a sleep, a change of the network or on demand at once.
* The copy is never a state in which a calendar looks freer than it is: a calendar counts as read when all of it is there, and
  rows vanish only after a complete answer.
* Copy and token change in one transaction: a crash at any instant leaves a state that the next turn completes.
* When many events vanish at once, the owner is asked before the copy follows.
* A passing fault is retried with growing pauses and shown as *not reached since …*; lost access makes a calendar inactive, told
  once, and a calendar that answers again is active again. A sign-in that has ended is not tried again before it is renewed.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable

from app.domain.clock import Clock
from app.domain.connections import Account
from app.domain.errors import AccessLost, AftaleError, Conflict, ProviderError, SignInExpired
from app.domain.events import AccountChanged, PagesChanged, SettingsSaved
from app.models import accounts as rows
from app.models.database import Database
from app.providers.base import Provider
from app.services.announcer import Announcer
from app.services.pace import LoopPace, Pace
from app.services.settings import SettingsService
from app.services.sync.coordinator import Coordinator
from app.services.sync.desk import Desk
from app.services.sync.hooks import Hook
from app.services.sync.watch import Heartbeat, Network

BEAT, LOOK_AT_NETWORK = 1.0, 5
"""Seconds between two heartbeats; beats between two looks at the network."""
REST_AFTER_MISTAKE = 60.0
"""Seconds until an account is followed again after something that should not happen."""
_log = logging.getLogger(__name__)


class SyncService:
    """One per workspace. ``account_back`` hears of accounts that answer again; ``way_out`` describes the network (``watch``).
    ``after``: who takes part in the transactions of a reading (``hooks.Hook``)."""

    def __init__(
        self,
        database: Database,
        announcer: Announcer,
        clock: Clock,
        settings: SettingsService,
        provider_of: Callable[[Account], Provider],
        wake_outbox: Callable[[], None],
        account_back: Callable[[str], Awaitable[None]] | None = None,
        pace: Pace | None = None,
        chance: Callable[[], float] = random.random,
        way_out: Callable[[], str] | None = None,
    ) -> None:
        self.after: list[Hook] = []
        self._desk = Desk(
            database, announcer, clock, settings, provider_of, wake_outbox, account_back, pace or LoopPace(), chance, self.after
        )
        self._way_out = way_out
        self._network: Network | None = None
        self._coordinators: dict[str, Coordinator] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._rest_until: dict[str, float] = {}
        self._changed = asyncio.Event()

    @property
    def working(self) -> frozenset[str]:
        """The accounts that are being read."""
        return frozenset(name for name, each in self._coordinators.items() if each.working)

    @property
    def network(self) -> bool:
        """Whether this computer has a way out, as far as it is known."""
        return self._network is None or self._network.there

    def watch(self, looked_at: bool) -> None:
        """Whether somebody sees the window; while nobody does and the pages are off, calendars are read less often."""
        if looked_at and not self._desk.looked_at and self._desk.idle:
            self.wake("looked at")
        self._desk.looked_at = looked_at

    async def run(self) -> None:
        """Follows all accounts until it is cancelled."""
        announcer = self._desk.announcer
        ends = [
            announcer.subscribe(AccountChanged, lambda fact: self._look_again()),
            announcer.subscribe(PagesChanged, lambda fact: self._look_again()),
            announcer.subscribe(SettingsSaved, lambda fact: self._look_again()),
        ]
        try:
            await self._watch()
        finally:
            for end in ends:
                end()
            await self._stop()

    async def now(self, account_id: str = "") -> None:
        """Reads that account, or all, now, and returns when that is done. What the service asked us to wait with waits."""
        await self._gather()
        wanted = [each for name, each in self._coordinators.items() if account_id in ("", name)]
        await asyncio.gather(*(each.read_now() for each in wanted))

    async def follow(self, calendar_id: str) -> None:
        """The owner agreed that the events that vanished at once are gone: the copy follows."""
        calendars = await self._desk.database.read(rows.list_calendars)
        account = next((each.account for each in calendars if each.id == calendar_id), None)
        await self._gather()
        coordinator = self._coordinators.get(account or "")
        if coordinator is not None:
            coordinator.let_go(calendar_id)
            await coordinator.turn()

    def wake(self, why: str) -> None:
        """Something happened after which everything is due at once."""
        _log.debug("all calendars are read: %s", why)
        for each in self._coordinators.values():
            each.hurry()

    def stop_first(self, account_id: str) -> None:
        """Interrupts a first reading of the account; it goes on with the next turn."""
        if account_id in self._coordinators:
            self._coordinators[account_id].stop_first()

    async def lost(self, error: SignInExpired | AccessLost | Conflict) -> None:
        """Somebody else was told by the service that a sign-in has ended, a calendar is lost, or a write is refused."""
        await self.heard(error)

    async def heard(self, error: ProviderError) -> None:
        """What a service told somebody else."""
        await self._gather()
        if error.account in self._coordinators:
            await self._coordinators[error.account].heard(error)

    def may_ask(self, account_id: str) -> bool:
        """Whether somebody else may ask the account's service now."""
        coordinator = self._coordinators.get(account_id)
        return coordinator is None or coordinator.may_ask()

    def held_for(self, account_id: str) -> float:
        """For how many seconds the account's service still wants to be left alone, by its own word."""
        coordinator = self._coordinators.get(account_id)
        return 0.0 if coordinator is None else coordinator.held_for

    def is_failing(self, account_id: str) -> bool:
        """Whether the account's service has not answered of late."""
        coordinator = self._coordinators.get(account_id)
        return coordinator is not None and coordinator.is_failing

    def account_connected(self, account_id: str) -> None:
        """An account was connected, or signed in to again."""
        if account_id in self._coordinators:
            self._coordinators[account_id].signed_in()
        self._changed.set()

    def account_gone(self, account_id: str) -> None:
        """An account was disconnected."""
        self._coordinators.pop(account_id, None)
        task = self._tasks.pop(account_id, None)
        if task is not None:
            task.cancel()

    # The worker

    def _look_again(self) -> None:
        self._changed.set()
        for each in self._coordinators.values():
            each.look_again()

    async def _watch(self) -> None:
        pace = self._desk.pace
        heartbeat, network, beats = Heartbeat(self._desk.clock, pace), Network(self._way_out), 0
        self._network = network
        self._changed.set()
        while True:
            if self._changed.is_set() or self._rest_until:
                self._changed.clear()
                await self._start()
            await pace.pause(self._changed, BEAT)
            if heartbeat.jumped():
                for each in self._coordinators.values():
                    each.reconnect()
                self.wake("the machine slept, or its clock was set")
            beats += 1
            if beats % LOOK_AT_NETWORK == 0 and network.changed():
                for each in self._coordinators.values():
                    each.reconnect()
                self.wake("the network changed")

    async def _gather(self) -> None:
        """A coordinator for every account that is kept elsewhere."""
        accounts = await self._desk.database.read(rows.list_accounts)
        for account in accounts:
            if account.id not in self._coordinators and not self._desk.provider_of(account).keeps_events_here:
                self._coordinators[account.id] = Coordinator(account.id, self._desk)
        for name in self._coordinators.keys() - {each.id for each in accounts}:
            self.account_gone(name)

    async def _start(self) -> None:
        try:
            await self._gather()
        except AftaleError as error:
            _log.info("accounts have to wait: %s", type(error).__name__)
            return
        for name, coordinator in self._coordinators.items():
            if name in self._tasks or self._desk.pace.time() < self._rest_until.get(name, 0.0):
                continue
            self._rest_until.pop(name, None)
            task = asyncio.ensure_future(coordinator.run())
            self._tasks[name] = task
            task.add_done_callback(lambda done, name=name: self._ended(name, done))  # type: ignore[misc]

    def _ended(self, name: str, task: asyncio.Task[None]) -> None:
        if self._tasks.get(name) is not task:
            return
        del self._tasks[name]
        if not task.cancelled() and (error := task.exception()) is not None:
            # A mistake of ours must not end the following of the others, nor of this one for ever.
            _log.error("an account could not be followed", exc_info=error)
            self._rest_until[name] = self._desk.pace.time() + REST_AFTER_MISTAKE
        else:
            self._coordinators.pop(name, None)

    async def _stop(self) -> None:
        tasks, self._tasks = list(self._tasks.values()), {}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
