"""A whole workspace with an Exchange account that tells of changes itself, over real sockets."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.clock import DAY, HOUR, SystemClock
from app.domain.connections import Calendar, CalendarState, Lost
from app.domain.notices import NoticeKind
from app.models import accounts as account_rows
from app.services.workspace import Workspace
from tests.providers.contract import timed
from tests.providers.exchange.worlds import EwsWorld
from tests.services.connected import KINDS, Connected, connect, working

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]
SOON = 20.0
"""Seconds: generous, and much less than the minute after which the program would look by itself."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def connected(anyio_backend: str, tmp_path: Path) -> AsyncIterator[Connected]:
    world = EwsWorld(own=True)
    world.server.service.share(world.server.service.default(world.other).id, world.email, "Editor")
    yield await connect(tmp_path, KINDS["exchange"], world)
    await world.close()


async def soon(true: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(SOON):
        while not await true():
            await asyncio.sleep(0.02)


async def starts(workspace: Workspace) -> set[int]:
    (page,) = await workspace.pages.all()
    return {*await workspace.availability.preview(page, 30)}


async def listening(connected: Connected) -> None:
    """The stream stands, and what was asked for when it began is read."""
    held = connected.world.server.service

    async def quiet() -> bool:
        streams, calls = held.streams, len(connected.world.user.calls)
        await asyncio.sleep(0.5)
        return bool(streams) and calls == len(connected.world.user.calls)

    await soon(quiet)


@pytest.mark.shows("SYNC-1", "SYNC-2")
async def test_event_when_it_is_made_moved_or_removed_in_exchange_then_pages_show_it_within_seconds(
    connected: Connected,
) -> None:
    world = connected.world
    at = (SystemClock().now() // DAY + 3) * DAY + 10 * HOUR

    async with working(connected) as workspace:
        await listening(connected)

        async def taken(moment: int) -> bool:
            return moment not in await starts(workspace)

        assert not await taken(at)
        event = await world.add(timed("Dentist", at))
        await soon(lambda: taken(at))
        await world.change(event, timed("Dentist", at + 3 * HOUR))
        await soon(lambda: taken(at + 3 * HOUR))
        assert not await taken(at)
        began = time.monotonic()
    assert time.monotonic() - began < 10

    async def ended() -> bool:
        return not [each.name for each in threading.enumerate() if each.name == "exchange stream"]

    await soon(ended)


@pytest.mark.shows("INACT-1", "R16")
async def test_shared_calendar_when_the_colleague_takes_it_back_then_it_is_inactive_within_seconds(
    connected: Connected,
) -> None:
    world = connected.world
    async with working(connected) as workspace:

        async def shared() -> Calendar:
            return next(each for each in await workspace.accounts.calendars() if each.owner == world.other)

        checked = replace(await shared(), checked=True)
        await workspace.database.write(lambda session: account_rows.save_calendar(session, checked))
        await workspace.sync.now()
        workspace.sync.wake("another calendar is checked")
        await soon(lambda: count_of(connected, 2))
        await listening(connected)
        world.server.service.unshare(world.server.service.default(world.other).id, world.email)

        async def lost() -> bool:
            return (await shared()).state is CalendarState.INACTIVE

        await soon(lost)
        assert (await shared()).lost is Lost.UNSHARED
        assert [each.kind for each in await workspace.notices.pending()] == [NoticeKind.CALENDAR]


async def count_of(connected: Connected, subscriptions: int) -> bool:
    found = connected.world.server.service.subscriptions.values()
    return sum(each.user == connected.world.email for each in found) == subscriptions
