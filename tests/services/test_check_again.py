"""*Check again* and *Sync now*: whoever presses them is answered by the service, not by what a provider remembers (INACT-4)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.domain.calendars import Event
from app.domain.clock import Clock, Instant
from app.domain.connections import Account, Calendar, CalendarState, Lost, ProviderKind
from app.domain.errors import RateLimited, SignInExpired
from app.providers.base import Changes, Keep, Provider
from app.providers.memory import MemoryAccount, MemoryProvider
from app.services.workspace import Workspace
from tests.services.doors import MemoryDoor, open_with_doors
from tests.services.opened import StandingClock

pytestmark = [pytest.mark.anyio, pytest.mark.shows("INACT-4")]
EMAIL = "jane@example.com"


class Sparing(MemoryProvider):
    """Asks nothing for a while after a refusal, and reads a calendar once in a while only, as a provider may."""

    def __init__(self, service: MemoryAccount) -> None:
        super().__init__(service, ProviderKind.GOOGLE)
        self._refused, self._last = False, dict[str, Changes]()

    async def read_window(self, calendar: str, start: Instant, end: Instant) -> tuple[Event, ...]:
        if self._refused:
            raise SignInExpired(self.account)
        try:
            return await super().read_window(calendar, start, end)
        except SignInExpired:
            self._refused = True
            raise

    async def changes(self, calendar: str, token: str, start: Instant, end: Instant) -> Changes:
        if calendar in self._last and self._last[calendar].token == token:
            return Changes((), (), token, full=False)
        self._last[calendar] = await super().changes(calendar, token, start, end)
        return self._last[calendar]


class SparingDoor(MemoryDoor):
    def provider(self, account: str, secret: bytes, keep: Keep, clock: Clock) -> Provider:
        return Sparing(self.service(self.person))


@pytest.fixture
def door() -> SparingDoor:
    return SparingDoor()


@pytest.fixture
async def workspace(tmp_path: Path, door: SparingDoor) -> AsyncIterator[Workspace]:
    opened = open_with_doors(tmp_path, StandingClock(), door)
    await opened.load()
    yield opened
    await opened.close()


async def connected(workspace: Workspace) -> tuple[Account, Calendar]:
    await workspace.connecting.allow(True)
    found = await workspace.connecting.sign_in(ProviderKind.GOOGLE, str, asyncio.Event(), str)
    account = await workspace.connecting.confirm(found.id)
    await workspace.sync.now(account.id)
    (calendar,) = await workspace.accounts.calendars()
    return account, calendar


async def test_check_again_right_after_a_refusal_then_the_service_is_asked_at_once(
    workspace: Workspace, door: SparingDoor
) -> None:
    _, calendar = await connected(workspace)
    service = door.service(EMAIL)
    service.signed_in = False
    assert (await workspace.accounts.check_again(calendar.id)).lost is Lost.SIGN_IN
    service.signed_in = True
    assert (await workspace.accounts.check_again(calendar.id)).state is CalendarState.ACTIVE


async def test_sync_now_right_after_a_reading_then_the_calendar_is_read(workspace: Workspace, door: SparingDoor) -> None:
    account, _ = await connected(workspace)
    calls = door.service(EMAIL).calls
    await workspace.sync.now(account.id)
    # The list of calendars, and the calendar.
    assert door.service(EMAIL).calls == calls + 2


async def test_check_again_while_the_service_wants_to_be_left_alone_then_it_is_and_that_is_said(
    workspace: Workspace, door: SparingDoor
) -> None:
    account, calendar = await connected(workspace)
    service = door.service(EMAIL)
    service.limit(600)
    await workspace.sync.now(account.id)
    calls = service.calls
    with pytest.raises(RateLimited) as told:
        await workspace.accounts.check_again(calendar.id)
    assert service.calls == calls
    assert 590 < told.value.retry_after <= 700
