"""The provider of an account that is kept elsewhere: made late, renewed without cutting anybody off."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection

import pytest

from app.domain.calendars import Event
from app.domain.connections import Account, ProviderKind
from app.domain.errors import SecretUnreadable, SignInExpired, Unreachable
from app.providers.base import Provider
from app.providers.memory import MemoryAccount, MemoryProvider
from app.services.remote import RemoteProvider

pytestmark = pytest.mark.anyio
ACCOUNT = Account("a", ProviderKind.GOOGLE, "Anna")


class Closing(MemoryProvider):
    """Says when it was closed."""

    closed = False

    async def close(self) -> None:
        self.closed = True


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_renew_when_a_call_is_running_then_that_call_ends_first() -> None:
    service = MemoryAccount("a")
    service.add_calendar("main")
    made: list[Closing] = []

    async def make(account: Account) -> Provider:
        made.append(Closing(service))
        return made[-1]

    remote = RemoteProvider(ACCOUNT, make)
    service.gate.clear()
    running = asyncio.ensure_future(remote.calendars())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await remote.renew()
    assert not made[0].closed
    service.gate.set()
    assert len(await running) == 1
    assert made[0].closed
    await remote.calendars()
    assert len(made) == 2


@pytest.mark.shows("CON-10")
async def test_a_call_when_the_secret_cannot_be_opened_then_it_asks_for_a_sign_in_and_tries_again_later() -> None:
    service, locked = MemoryAccount("a"), [True]

    async def make(account: Account) -> Provider:
        if locked:
            raise SecretUnreadable("locked")
        return MemoryProvider(service)

    remote = RemoteProvider(ACCOUNT, make)
    with pytest.raises(SignInExpired):
        await remote.calendars()
    locked.clear()
    assert await remote.calendars() == ()


class Mistaken(MemoryProvider):
    """A library of it fails in a way that nobody announced."""

    async def read_window(self, calendar: str, start: int, end: int) -> tuple[Event, ...]:
        raise OverflowError("date value out of range")

    async def listen(self, calendars: Collection[str], told: Callable[[str], None]) -> None:
        raise KeyError("a shape that nobody announced")


@pytest.mark.shows("SYNC-6", "R14")
@pytest.mark.logs("a calendar could not be used as it should")
async def test_a_call_when_it_meets_a_mistake_then_it_is_a_passing_fault_and_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def make(account: Account) -> Provider:
        return Mistaken(MemoryAccount("a"))

    remote = RemoteProvider(ACCOUNT, make)
    for _ in range(3):
        with pytest.raises(Unreachable):
            await remote.read_window("main", 0, 1)
    with pytest.raises(Unreachable):
        await remote.listen((), str)
    assert sum("could not be used" in each.message for each in caplog.records) == 2
