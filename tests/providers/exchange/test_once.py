"""A server may do what was asked of it long after nobody waits for it any more: it is done once nevertheless."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.domain.calendars import Event, EventDraft
from app.domain.clock import HOUR
from app.domain.errors import Conflict, Unreachable
from tests.providers.contract import END, START, seen, timed
from tests.providers.exchange.worlds import EwsWorld
from tests.servers.ews.faults import Kind
from tests.servers.ews.serving import serving

pytestmark = [pytest.mark.anyio, pytest.mark.shows("SYNC-4", "BOOK-5", "R14")]
GUEST = "eva@example.org"
DRAFT = timed("k", "2026-10-20 09:00", booking="b", attendees=(GUEST,))
ALONE = timed("k", "2026-10-20 09:00", booking="b")


class Desk:
    """One booking that is written at a server of its own."""

    def __init__(self, world: EwsWorld) -> None:
        self.world, self.server, self.provider = world, world.server, world.provider

    async def insist(self, draft: EventDraft = DRAFT) -> Event:
        """What the outbox does, without its pauses."""
        while True:
            try:
                return await self.provider.create(self.world.calendar, draft)
            except Unreachable:
                await asyncio.sleep(0)

    async def given_up(self, operation: str, draft: EventDraft = DRAFT) -> None:
        """Asks, and waits in vain for the answer."""
        self.server.put_off = operation
        with pytest.raises(Unreachable):
            await self.provider.create(self.world.calendar, draft)
        assert len(self.server.late) == 1

    async def follow(self, token: str) -> tuple[Event, ...]:
        """Reads what changed, and what is there then."""
        await self.provider.changes(self.world.calendar, token, START, END)
        return await seen(self.world)

    @property
    def mails(self) -> list[tuple[str, tuple[str, ...]]]:
        return [(each.kind, each.guests) for each in self.server.service.mails]

    @property
    def events(self) -> list[Any]:
        return self.server.service.events(self.world.calendar)


@pytest.fixture
async def desk(anyio_backend: str) -> AsyncIterator[Desk]:
    with serving(tls=True) as server:
        world = EwsWorld(own=True, server=server)
        yield Desk(world)
        await world.close()


@pytest.mark.parametrize("draft", [DRAFT, ALONE], ids=["guest", "alone"])
async def test_create_when_it_is_done_after_it_was_tried_again_then_one_event_stays_and_guests_hear_once(
    desk: Desk, draft: EventDraft
) -> None:
    await desk.given_up("CreateItem", draft)
    made = await desk.insist(draft)
    before = await desk.provider.changes(desk.world.calendar, "", START, END)
    desk.server.carry_out()
    assert len(desk.events) == 2
    assert await desk.follow(before.token) == (made,)
    assert len(desk.events) == 1
    assert desk.mails == ([("invited", (GUEST,))] if draft is DRAFT else [])
    await desk.provider.delete(desk.world.calendar, made.id)
    assert desk.events == []


async def test_create_when_it_is_done_before_it_is_tried_again_then_that_event_is_taken_and_guests_are_invited(
    desk: Desk,
) -> None:
    await desk.given_up("CreateItem")
    desk.server.carry_out()
    assert desk.mails == []
    made = await desk.insist()
    assert await seen(desk.world) == (made,)
    assert made.attendees == (GUEST,)
    assert desk.mails == [("invited", (GUEST,))]


async def test_create_when_the_booking_moved_meanwhile_then_what_comes_late_does_not_stay(desk: Desk) -> None:
    await desk.given_up("CreateItem")
    made = await desk.insist()
    moved = timed("k", "2026-10-22 09:00", booking="b", attendees=(GUEST,))
    made = await desk.provider.update(desk.world.calendar, made.id, moved)
    before = await desk.provider.changes(desk.world.calendar, "", START, END)
    desk.server.carry_out()
    assert await desk.follow(before.token) == (made,)
    assert desk.mails == [("invited", (GUEST,)), ("updated", (GUEST,))]


async def test_delete_when_an_event_came_late_then_it_goes_with_the_other(desk: Desk) -> None:
    await desk.given_up("CreateItem")
    made = await desk.insist()
    desk.server.carry_out()
    await desk.provider.delete(desk.world.calendar, made.id)
    assert desk.events == []
    assert desk.mails == [("invited", (GUEST,)), ("cancelled", (GUEST,))]


async def test_invitation_when_it_is_done_after_it_was_tried_again_then_guests_hear_once(desk: Desk) -> None:
    await desk.given_up("UpdateItem")
    made = await desk.insist()
    (answer,) = desk.server.carry_out()
    assert "ErrorIrresolvableConflict" in answer
    assert await seen(desk.world) == (made,)
    assert desk.mails == [("invited", (GUEST,))]


@pytest.mark.parametrize("operation", ["FindItem", "CreateItem", "UpdateItem", "GetItem"])
@pytest.mark.parametrize("kind", [Kind.LOSE, Kind.DROP, Kind.HALF, Kind.ERROR_500])
async def test_create_when_an_answer_gets_lost_then_there_is_one_event_and_one_invitation(
    desk: Desk, kind: Kind, operation: str
) -> None:
    desk.world.faults.add(kind, operation=operation)
    made = await desk.insist()
    assert await seen(desk.world) == (made,)
    assert len(desk.events) == 1
    assert desk.mails == [("invited", (GUEST,))]


async def test_create_when_the_invitation_is_refused_for_good_then_nothing_stands_there(desk: Desk) -> None:
    desk.world.faults.add(Kind.REFUSE, operation="UpdateItem")
    with pytest.raises(Conflict):
        await desk.provider.create(desk.world.calendar, DRAFT)
    assert (desk.events, desk.mails) == ([], [])


async def test_copy_when_the_owner_makes_one_of_a_booking_then_both_stay(desk: Desk) -> None:
    made = await desk.insist(ALONE)
    (item,) = desk.events
    later = {"Start": item["Start"] + HOUR, "End": item["End"] + HOUR, "Subject": "Copy"}
    desk.server.service.insert(desk.world.calendar, {**later, "_extended": dict(item["_extended"])})
    assert await desk.insist(ALONE) == made
    before = await desk.provider.changes(desk.world.calendar, "", START, END)
    assert len(before.events) == len(await desk.follow(before.token)) == 2
