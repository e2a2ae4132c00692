"""A real workspace whose accounts live in memory, and a time that passes only when a test lets it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from app.domain.calendars import Event, EventDraft
from app.domain.clock import HOUR
from app.domain.connections import Access, Account, Calendar, ProviderKind
from app.domain.events import AccountChanged, CalendarChanged, Fact, SyncProgressed
from app.domain.notices import Notice
from app.domain.settings import FirstRun, Profile
from app.models import accounts as account_rows
from app.models import calendars as rows
from app.models.database import Database
from app.paths import database_file
from app.providers.base import Provider
from app.providers.memory import MemoryAccount, MemoryProvider
from app.services.pace import Pace
from app.services.sync.service import SyncService
from app.services.workspace import Workspace
from tests.services.opened import MONDAY, ZONE, StandingClock, page

EVER = 1 << 40


class StandingTimer:
    """Time for waiting: it moves with ``pass_time`` alone, and the clock on the wall with it."""

    def __init__(self, clock: StandingClock) -> None:
        self.clock, self.at = clock, 1000.0
        self._waiting: list[tuple[float, asyncio.Event, asyncio.Event]] = []

    def time(self) -> float:
        return self.at

    async def pause(self, woken: asyncio.Event, seconds: float) -> None:
        if seconds <= 0 or woken.is_set():
            await asyncio.sleep(0)
            return
        over = asyncio.Event()
        entry = (self.at + seconds, over, woken)
        self._waiting.append(entry)
        first = [asyncio.ensure_future(each.wait()) for each in (woken, over)]
        try:
            await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in first:
                each.cancel()
            self._waiting.remove(entry)

    def resting(self) -> int:
        """How many wait, and have nothing to wake up for."""
        return sum(not over.is_set() and not woken.is_set() for _, over, woken in self._waiting)

    @property
    def next(self) -> float:
        """Seconds until somebody's wait is over; a day if nobody waits."""
        return min((at for at, _, _ in self._waiting), default=self.at + 86400) - self.at

    def jump(self, seconds: float) -> None:
        """All of it at once, as after a pause of the whole machine."""
        self.at += seconds
        self.clock.at = MONDAY + round(self.at - 1000.0) + self.offset
        for at, over, _ in self._waiting:
            if at <= self.at + 1e-9:
                over.set()

    offset = 0
    """How far the clock on the wall was set forward."""

    def set_clock(self, seconds: int) -> None:
        """Somebody sets the clock on the wall forward, or back."""
        self.offset += seconds
        self.clock.at += seconds


class RushingTimer(StandingTimer):
    """Nobody waits: whoever wants to makes the time pass."""

    async def pause(self, woken: asyncio.Event, seconds: float) -> None:
        if not woken.is_set():
            self.jump(max(0.0, seconds))
        await asyncio.sleep(0)


class House:
    """A workspace with the accounts of ``services``, by id, and what it announced."""

    def __init__(
        self, workspace: Workspace, services: dict[str, MemoryAccount], timer: StandingTimer, sync: SyncService
    ) -> None:
        self.workspace, self.services, self.timer, self.sync = workspace, services, timer, sync
        self.facts: list[Fact] = []
        for kind in (AccountChanged, CalendarChanged, SyncProgressed):
            workspace.announcer.subscribe(kind, self.facts.append)

    def run(self) -> None:
        """The worker runs from now on, in the timer's time."""
        self.worker = asyncio.ensure_future(self.sync.run())

    worker: asyncio.Future[None] | None = None

    async def stop(self) -> None:
        if self.worker is not None:
            self.worker.cancel()
            await asyncio.gather(self.worker, return_exceptions=True)
            self.worker = None

    async def close(self) -> None:
        await self.stop()
        await self.workspace.close()

    async def quiet(self) -> None:
        """Waits until everybody waits for time to pass."""
        async with asyncio.timeout(30):
            while self.timer.resting() < 1 + len(self.sync._tasks) or self.sync._changed.is_set():
                await asyncio.sleep(0.0005)

    async def pass_time(self, seconds: float) -> None:
        """Lets the worker do what comes up in so many seconds, one thing after the other."""
        await self.quiet()
        until = self.timer.at + seconds
        while self.timer.at < until:
            self.timer.jump(min(self.timer.next, until - self.timer.at))
            await self.quiet()

    def told(self, kind: type[Fact]) -> list[Fact]:
        """The facts of a kind since the last time."""
        found = [each for each in self.facts if isinstance(each, kind)]
        self.facts[:] = [each for each in self.facts if not isinstance(each, kind)]
        return found

    async def calendar(self, calendar_id: str) -> Calendar:
        return next(each for each in await self.workspace.accounts.calendars() if each.id == calendar_id)

    async def account(self, account_id: str = "anna") -> Account:
        return next(each for each in await self.workspace.accounts.accounts() if each.id == account_id)

    async def copy(self, calendar_id: str = "anna-work") -> tuple[Event, ...]:
        """Everything that stands in the copy."""
        return await self.workspace.database.read(lambda session: rows.events_between(session, (calendar_id,), -EVER, EVER))

    async def titles(self, calendar_id: str = "anna-work") -> list[str]:
        return [each.title for each in await self.copy(calendar_id)]

    async def notices(self) -> tuple[Notice, ...]:
        return await self.workspace.notices.pending()

    async def change(self, calendar_id: str, **values: object) -> None:
        calendar = replace(await self.calendar(calendar_id), **values)  # type: ignore[arg-type]
        await self.workspace.database.write(lambda session: account_rows.save_calendar(session, calendar))


def service(calendars: Mapping[str, Access] | None = None, account: str = "anna") -> MemoryAccount:
    """An account at a service that has one calendar of its own, ``work``, or the given ones."""
    made = MemoryAccount(account)
    for name, access in (calendars or {"work": Access.OWNER}).items():
        made.add_calendar(name, name.capitalize(), ZONE, access)
    return made


async def house(folder: Path, *services: MemoryAccount, clock: StandingClock | None = None) -> House:
    """The first account is the primary one, and its first calendar takes bookings."""
    providers: dict[str, Provider] = {each.account: MemoryProvider(each) for each in services}
    timer = StandingTimer(clock or StandingClock())
    workspace = opened(folder, providers, timer.clock)
    await workspace.database.write(lambda session: [connect(session, each, primary=each is services[0]) for each in services])
    await furnish(workspace)
    return House(workspace, {each.account: each for each in services}, timer, engine(workspace, providers, timer))


def opened(folder: Path, providers: Mapping[str, Provider], clock: StandingClock) -> Workspace:
    database = Database(database_file(folder))
    database.open()
    return Workspace(folder, database, clock, lambda account: providers[account.id], lambda plain, context: None)


async def furnish(workspace: Workspace) -> None:
    """A profile and a page."""
    await workspace.load()
    current = workspace.settings.current
    profile = Profile("Anna Holm", zone=ZONE)
    await workspace.settings.save(replace(current, profile=profile, own_part="anna", first_run=FirstRun(4)))
    await workspace.pages.save(page())


def engine(workspace: Workspace, providers: Mapping[str, Provider], pace: Pace) -> SyncService:
    """A sync engine of a program that was started just now."""
    return SyncService(
        workspace.database, workspace.announcer, workspace.clock, workspace.settings,
        lambda account: providers[account.id], workspace.outbox.wake, None, pace, lambda: 0.5, lambda: "",
    )  # fmt: skip


def connect(session: rows.Session, service: MemoryAccount, *, primary: bool) -> None:
    """Stores the account and its calendars, all of them checked."""
    account = Account(service.account, ProviderKind.GOOGLE, service.account, f"{service.account}@example.com", primary=primary,
                      sync=primary, scheduling=primary)  # fmt: skip
    account_rows.save_account(session, account)
    for number, held in enumerate(service.calendars.values()):
        found = held.remote
        calendar = Calendar(f"{account.id}-{found.id}", account.id, found.name, found.zone, found.access, remote=found.id)
        calendar = replace(calendar, booking=primary and not number, main=found.primary)
        account_rows.save_calendar(session, calendar)


def draft(title: str, hours: float = 2, minutes: int = 60, **more: object) -> EventDraft:
    """An event so many hours after the beginning of ``MONDAY``'s story."""
    start = MONDAY + round(hours * HOUR)
    return replace(EventDraft(title, title, start, start + minutes * 60, ZONE), **more)  # type: ignore[arg-type]
