"""The reference provider keeps the contract, so that tests may trust it in place of a real service."""

from __future__ import annotations

import asyncio

import pytest

from app.domain.calendars import EventDraft
from app.domain.connections import Access
from app.domain.errors import AccessLost
from app.providers.base import Provider
from app.providers.memory import VERSIONS_KEPT, MemoryAccount, MemoryProvider
from tests.providers.contract import END, START, ZONE, FaultContract, ProviderContract, seen, timed


class MemoryWorld:
    def __init__(self) -> None:
        self.service, self.calendar = MemoryAccount("account"), "main"
        self.service.add_calendar(self.calendar, "Anna", ZONE)
        self.provider = MemoryProvider(self.service)

    async def add(self, draft: EventDraft) -> str:
        return self.service.add(self.calendar, draft)

    async def change(self, event: str, draft: EventDraft) -> None:
        self.service.change(self.calendar, event, draft)

    async def remove(self, event: str) -> None:
        self.service.remove(self.calendar, event)

    async def again(self) -> Provider:
        return MemoryProvider(self.service)

    async def remove_calendar(self) -> None:
        self.service.remove_calendar(self.calendar)

    def unreachable(self, times: int = 1) -> None:
        self.service.unreachable(times)

    def limit(self, retry_after: float) -> None:
        self.service.limit(retry_after)

    def refuse_writes(self) -> None:
        self.service.refuse_writes()

    def lose_answers(self, times: int = 1) -> None:
        self.service.lose_answers(times)

    def sign_out(self) -> None:
        self.service.signed_in = False

    def unshare(self) -> None:
        self.service.unshare(self.calendar)

    def set_access(self, access: Access) -> None:
        self.service.set_access(self.calendar, access)

    def hold(self) -> asyncio.Event:
        self.service.gate.clear()
        return self.service.gate


@pytest.fixture
def world() -> MemoryWorld:
    return MemoryWorld()


class TestMemoryProvider(ProviderContract, FaultContract):
    @staticmethod
    async def make_world() -> MemoryWorld:
        return MemoryWorld()


@pytest.mark.anyio
async def test_changes_when_the_token_is_too_old_then_everything_is_told(world: MemoryWorld) -> None:
    token = (await world.provider.changes(world.calendar, "", START, END)).token
    for number in range(VERSIONS_KEPT + 1):
        await world.add(timed(str(number), START + number * 3600))
    told = await world.provider.changes(world.calendar, token, START, END)
    assert told.full
    assert told.events == await seen(world)


@pytest.mark.anyio
async def test_writes_when_counted_at_the_service_then_a_retry_is_not_a_second_one(world: MemoryWorld) -> None:
    for _ in range(3):
        await world.provider.create(world.calendar, timed("k", "2026-10-20 09:00"))
    assert world.service.writes == [("create", "k")]


@pytest.mark.anyio
async def test_calendar_when_it_is_shared_again_then_it_can_be_read(world: MemoryWorld) -> None:
    world.unshare()
    with pytest.raises(AccessLost):
        await seen(world)
    world.service.share_again(world.calendar)
    assert await seen(world) == ()
