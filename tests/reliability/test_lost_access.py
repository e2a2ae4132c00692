"""Sign-ins that end and calendars that go, at real servers: told once, nobody books, no retry storm, and all is back once cured
(R15, R16, R17)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.domain.booking import Answer, AttemptKind, Promised, Refused, State, Taken
from app.domain.clock import DAY, HOUR, Instant, SystemClock
from app.domain.connections import Calendar, CalendarState, Lost
from app.domain.notices import NoticeKind
from app.domain.public import PageState
from app.models import accounts as account_rows
from app.models import calendars as calendar_rows
from app.models import notices as notice_rows
from app.services.availability import public_pages
from app.services.workspace import Workspace
from tests.services.connected import KINDS, Connected, connect, sign_in_again, working
from tests.services.hands import Hands
from tests.services.opened import wish

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]
EACH = pytest.mark.parametrize("kind", KINDS)
PATIENCE = 15.0
NOBODY = Refused("unavailable")


def slot(days: int, hour: int = 10) -> Instant:
    """A time that the page offers, some days from now."""
    return (SystemClock().now() // DAY + days) * DAY + hour * HOUR


async def until(condition: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await condition():
            await asyncio.sleep(0.02)


async def is_written(workspace: Workspace, name: str) -> bool:
    return (await workspace.bookings.get(name)).state is State.WRITTEN


async def book(workspace: Workspace, start: Instant, email: str = "ida@example.org") -> Answer:
    return await workspace.bookings.book(wish(start, email=email))


async def told(workspace: Workspace, *kinds: NoticeKind) -> list[NoticeKind]:
    found = await workspace.database.read(notice_rows.pending_notices)
    return sorted(each.kind for each in found if each.kind in kinds)


async def state_of(workspace: Workspace, name: str) -> Calendar:
    return next(each for each in await workspace.accounts.calendars() if each.id == name)


@contextlib.asynccontextmanager
async def connected_to(kind: str, folder: Path, world: Any = None) -> AsyncIterator[tuple[Connected, Workspace]]:
    connected = await connect(folder, KINDS[kind], world)
    try:
        async with working(connected) as workspace:
            await workspace.sync.now()
            yield connected, workspace
    finally:
        await connected.world.close()


def withdrawn(hands: Hands) -> None:
    """Revoked by its owner, or by a new password."""
    hands.end_sign_in()


def storm(hands: Hands) -> None:
    """The service takes no token, however fresh."""
    hands.trouble("401")


def claims(hands: Hands) -> None:
    """Each answer asks for a proof that only a person can give."""
    hands.world.server.consents.demand(hands.world.email)
    hands.trouble("401 claims")


def asked(hands: Hands) -> None:
    """The company wants its people to sign in anew."""
    hands.world.server.consents.demand(hands.world.email)
    hands.world.server.consents.expire_access(hands.world.email)


def disabled(hands: Hands) -> None:
    """Both at once: consent gone and the service angry."""
    withdrawn(hands)
    storm(hands)


def forbidden(hands: Hands) -> None:
    """The server lets nobody in this way any more."""
    hands.trouble("403")


ENDS = [
    ("google", withdrawn), ("google", storm), ("google", disabled),
    ("office365", withdrawn), ("office365", storm), ("office365", claims), ("office365", asked), ("office365", disabled),
    ("exchange", withdrawn), ("exchange", storm), ("exchange", forbidden), ("caldav", withdrawn),
]  # fmt: skip


@pytest.mark.shows("CON-11", "INACT-1", "INACT-4", "R15")
@pytest.mark.parametrize(("kind", "end"), ENDS, ids=lambda each: getattr(each, "__name__", each))
async def test_sign_in_that_ended_is_told_once_and_not_tried_again_until_it_is_renewed(
    workspace_folder: Path, kind: str, end: Callable[[Hands], None]
) -> None:
    async with connected_to(kind, workspace_folder) as (connected, workspace):
        hands, visitor = connected.hands, connected.hands.visitor
        workspace.outbox.wake()
        before = await book(workspace, slot(3))
        assert isinstance(before, Promised)
        await until(lambda: is_written(workspace, before.booking))
        end(hands)
        requests, tokens = visitor.requests, hands.token_calls
        # Whoever books meanwhile is the first to find out; what is owed already waits.
        assert await book(workspace, slot(4)) == NOBODY
        await workspace.bookings.cancel(before.booking)

        async def signed_out() -> bool:
            return (await workspace.accounts.accounts())[0].signed_out

        await until(signed_out)
        for _ in range(5):
            workspace.sync.wake("a test")
            workspace.outbox.wake()
            await asyncio.sleep(0.05)
        tried = visitor.requests - requests, hands.token_calls - tokens
        print(f"{kind}, {end.__name__}: {tried[0]} requests, {tried[1]} token calls")
        # A look at each of two calendars and the write, each repeated once with a new token.
        assert tried[0] <= 6
        assert tried[1] <= 3
        assert await told(workspace, NoticeKind.ACCOUNT, NoticeKind.CALENDAR) == [NoticeKind.ACCOUNT]
        lost = await state_of(workspace, connected.booking.id)
        assert (lost.state, lost.lost) == (CalendarState.INACTIVE, Lost.SIGN_IN)
        assert await book(workspace, slot(5)) == NOBODY
        hands.calm()
        await sign_in_again(connected, workspace)

        async def is_removed() -> bool:
            return not await connected.events()

        await until(is_removed)
        after = await book(workspace, slot(5))
        assert isinstance(after, Promised)
        await until(lambda: is_written(workspace, after.booking))
        assert await connected.events() == [(after.booking, slot(5))]


FIVE = 5
GONE = ("removed", "unshared", "lowered", "booking")


def of_five(kind: str) -> Any:
    """An account with its own calendar and four that it works in together with others."""
    world = KINDS[kind].new_world()
    KINDS[kind].hands(world).add_calendars(FIVE - 2)
    return world


@EACH
@pytest.mark.parametrize("gone", GONE)
@pytest.mark.shows("INACT-1", "INACT-2", "INACT-3", "INACT-4", "R16")
async def test_nobody_books_when_one_calendar_of_five_is_gone_until_that_is_cured(
    workspace_folder: Path, kind: str, gone: str
) -> None:
    async with connected_to(kind, workspace_folder, of_five(kind)) as (connected, workspace):
        calendars = await workspace.accounts.calendars()
        assert [each.checked for each in calendars] == [True] * FIVE
        one = next(each for each in calendars if each.at == connected.world.calendar)
        if gone == "booking":
            for each in calendars:
                saved = replace(each, booking=each.id == one.id)
                await workspace.database.write(lambda session, saved=saved: account_rows.save_calendar(session, saved))
        await connected.hands.lose(gone)
        await workspace.sync.now()
        assert (await state_of(workspace, one.id)).state is CalendarState.INACTIVE
        assert await book(workspace, slot(3)) == NOBODY
        assert await book(workspace, slot(3)) == NOBODY
        await seen_from_outside(workspace, one)
        assert await told(workspace, NoticeKind.CALENDAR, NoticeKind.ATTEMPT, NoticeKind.ACCOUNT) == [
            NoticeKind.ATTEMPT, NoticeKind.CALENDAR,
        ]  # fmt: skip
        overview = await workspace.overview.load()
        assert [(each.kind, each.reason, each.times) for each in overview.attempts] == [(AttemptKind.BLOCKED, "unavailable", 2)]
        assert overview.mails_waiting == 1
        if gone in ("unshared", "booking"):
            connected.hands.share_again()
            assert (await workspace.accounts.check_again(one.id)).state is CalendarState.ACTIVE
        else:
            await workspace.accounts.remove_calendar(one.id)
        answer = await book(workspace, slot(3))
        assert isinstance(answer, Promised)
        assert answer.state is State.CONFIRMED
        await until(lambda: is_written(workspace, answer.booking))


@EACH
@pytest.mark.parametrize("gone", ["removed", "unshared"])
@pytest.mark.shows("INACT-1", "INACT-2", "SYNC-1")
async def test_nobody_books_from_the_look_before_a_booking_on_that_finds_a_calendar_gone(
    workspace_folder: Path, kind: str, gone: str
) -> None:
    async with connected_to(kind, workspace_folder, of_five(kind)) as (connected, workspace):
        calendars = await workspace.accounts.calendars()
        one = next(each for each in calendars if each.at == connected.world.calendar)
        await connected.hands.lose(gone)
        assert await book(workspace, slot(3)) == NOBODY
        assert (await state_of(workspace, one.id)).state is CalendarState.INACTIVE
        assert await told(workspace, NoticeKind.CALENDAR, NoticeKind.ATTEMPT) == [NoticeKind.ATTEMPT, NoticeKind.CALENDAR]


@EACH
@pytest.mark.parametrize("fault", ["busy", "500"])
@pytest.mark.shows("SYNC-1", "SYNC-6", "R14")
async def test_visitors_are_promised_from_the_copy_while_the_service_is_to_be_left_alone(
    workspace_folder: Path, kind: str, fault: str
) -> None:
    async with connected_to(kind, workspace_folder, of_five(kind)) as (connected, workspace):
        hands, user = connected.hands, connected.hands.visitor
        hands.trouble(hands.busy if fault == "busy" else fault, wait=30)
        for number in range(2):
            assert isinstance(await book(workspace, slot(3 + number), f"guest{number}@example.org"), Promised)
        before = user.requests
        async with asyncio.timeout(1):
            for number in range(6):
                assert isinstance(await book(workspace, slot(5 + number), f"guest{number}@example.com"), Promised)
        # The outbox goes its own way, at its own pace.
        assert user.requests - before <= 2


async def seen_from_outside(workspace: Workspace, lost: Calendar) -> None:
    """The page says that booking is not possible just now, and nothing of why."""
    settings, now = workspace.settings.current, workspace.clock.now()
    (page,) = await workspace.database.read(lambda session: public_pages(session, settings, now))
    assert page.state is PageState.UNAVAILABLE
    assert lost.name not in repr(page)
    assert lost.id not in repr(page)
    assert "example.com" not in repr(page)


@EACH
@pytest.mark.shows("SYNC-2", "R17")
async def test_copy_is_whole_again_when_the_service_has_forgotten_what_it_told(workspace_folder: Path, kind: str) -> None:
    async with connected_to(kind, workspace_folder) as (connected, workspace):
        hands = connected.hands
        first = await hands.add_own(slot(3))
        await hands.add_own(slot(4))
        await workspace.sync.now()
        assert isinstance(await book(workspace, slot(3)), Taken)
        await hands.remove_own([first])
        await hands.add_own(slot(5))
        hands.forget_tokens()
        await workspace.sync.now()
        assert isinstance(await book(workspace, slot(3)), Promised)
        for day in (4, 5):
            assert isinstance(await book(workspace, slot(day)), Taken)


@EACH
@pytest.mark.shows("SYNC-2", "R17")
async def test_copy_stays_when_an_answer_makes_no_sense(workspace_folder: Path, kind: str) -> None:
    async with connected_to(kind, workspace_folder) as (connected, workspace):
        await connected.hands.add_own(slot(3))
        await workspace.sync.now()
        for fault in ("html", "half"):
            connected.hands.trouble(fault, times=30)
            await workspace.sync.now()
            connected.hands.calm()
            known = await state_of(workspace, connected.booking.id)
            assert known.state is CalendarState.ACTIVE
            assert isinstance(await book(workspace, slot(3)), Taken)


@EACH
@pytest.mark.shows("SYNC-2", "R17")
async def test_owner_is_asked_before_the_copy_follows_when_everything_vanishes(workspace_folder: Path, kind: str) -> None:
    async with connected_to(kind, workspace_folder) as (connected, workspace):
        events = [await connected.hands.add_own(slot(3 + number)) for number in range(22)]
        await workspace.sync.now()
        await connected.hands.remove_own(events)
        await workspace.sync.now()
        asked = await state_of(workspace, connected.booking.id)
        assert asked.doubt == len(events)
        assert asked.state is CalendarState.ACTIVE
        assert await blocked_days(workspace) >= 20
        await workspace.accounts.settle_doubt(connected.booking.id, follow=True)
        assert (await state_of(workspace, connected.booking.id)).doubt == 0
        assert await blocked_days(workspace) == 0


async def blocked_days(workspace: Workspace) -> int:
    """Of the days to come, how many have an event in the copy at ten o'clock."""
    calendars = tuple(each.id for each in await workspace.accounts.calendars())
    found = await workspace.database.read(lambda session: calendar_rows.events_between(session, calendars, slot(2), slot(26)))
    return len({each.start for each in found})
