"""Accounts that are signed in to in a form, in a whole workspace over real sockets: booked into, moved, cancelled, and lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.domain.booking import BookingRequest, Promised, Visitor
from app.domain.clock import DAY, HOUR, SystemClock
from app.domain.connections import CalendarState, Lost, ProviderKind
from app.domain.notices import NoticeKind
from tests.services.connected import BY_FORM, KINDS, Connected, connect, working
from tests.services.opened import ZONE

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]
OWN = replace(KINDS["exchange"], how={"own": True})
"""Bookings go into a mailbox's own main calendar."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=BY_FORM)
async def connected(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Connected]:
    found = await connect(tmp_path, OWN if request.param == "exchange" else KINDS[request.param])
    yield found
    await found.world.close()


def wish() -> BookingRequest:
    start = (SystemClock().now() // DAY + 3) * DAY + 10 * HOUR
    return BookingRequest("anna/page-1", start, 30, Visitor("Ida", "Winther", "ida@example.org", ZONE))


async def until(true: Any) -> None:
    async with asyncio.timeout(30):
        while not await true():
            await asyncio.sleep(0.05)


@pytest.mark.shows("BOOK-4", "BOOK-6", "SYNC-4", "CON-1")
async def test_a_booking_when_made_moved_and_cancelled_then_the_calendar_follows(connected: Connected) -> None:
    async with working(connected) as workspace:
        asked = wish()
        answer = await workspace.bookings.book(asked)
        assert isinstance(answer, Promised)

        async def stands(*times: int) -> bool:
            return [start for _, start in await connected.events()] == list(times)

        await until(lambda: stands(asked.start))
        await workspace.bookings.reschedule(answer.booking, asked.start + 2 * HOUR)
        await until(lambda: stands(asked.start + 2 * HOUR))
        await workspace.bookings.cancel(answer.booking)
        await until(lambda: stands())


@pytest.mark.shows("INACT-1", "INACT-2", "R15")
async def test_the_password_when_it_is_changed_then_the_account_asks_for_a_sign_in_once(connected: Connected) -> None:
    async with working(connected) as workspace:
        connected.world.sign_out()
        for _ in range(3):
            await workspace.sync.now()
        (account,) = [each for each in await workspace.accounts.accounts() if each.provider is connected.kind.provider]
        assert account.signed_out
        used = [each for each in await workspace.accounts.calendars() if each.checked]
        assert {(each.state, each.lost) for each in used} == {(CalendarState.INACTIVE, Lost.SIGN_IN)}
        assert [each.kind for each in await workspace.notices.pending()] == [NoticeKind.ACCOUNT]
        assert not isinstance(await workspace.bookings.book(wish()), Promised)


@pytest.mark.shows("INACT-1", "R16")
async def test_the_calendar_when_it_is_gone_then_nobody_can_book_and_the_owner_is_told_once(connected: Connected) -> None:
    if connected.kind.provider is ProviderKind.EXCHANGE:
        # Nobody can delete the own main calendar there; the server no longer lets anybody in instead.
        connected.world.user.blocked = True
    else:
        await connected.world.remove_calendar()
    async with working(connected) as workspace:
        for _ in range(3):
            await workspace.sync.now()
        assert (await workspace.overview.load()).inactive
        assert len(await workspace.notices.pending()) == 1
        assert not isinstance(await workspace.bookings.book(wish()), Promised)
