"""What other programs and servers do to our events: they drop what they do not know, give another name, tell weak tags. An
event is still ours, is moved and cancelled where it stands, and there is never a second one."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from app.domain.calendars import EventDraft
from app.domain.clock import HOUR
from app.providers.caldav.collection import Taken
from app.providers.caldav.keys import Keys
from app.providers.caldav.provider import CalDavProvider
from tests.providers.caldav.odd_world import OddWorld
from tests.providers.caldav.worlds import CalDavWorld, FixedClock
from tests.providers.contract import END, START, at, timed
from tests.servers.caldav.door import open_door
from tests.servers.caldav.odd import HOME, PASSWORD, PRINCIPAL, USER, OddServer

pytestmark = pytest.mark.anyio
BOOKING = "0123456789abcdef" * 2


@pytest.fixture
async def odd(anyio_backend: str) -> AsyncIterator[OddWorld]:
    server = OddServer()
    with open_door(server) as door, door.unrecorded():
        world = OddWorld(door, server, "work")
        yield world
        await world.provider.close()


def booked() -> EventDraft:
    return timed(BOOKING, "2026-10-20 09:00", uid=f"{BOOKING}@aftale", booking=BOOKING)


def without_marks(text: str) -> str:
    return re.sub(r"X-AFTALE[^\r]*\r\n", "", text)


def later(text: str) -> str:
    return text.replace("T090000", "T110000").replace("T100000", "T120000")


def renamed(odd: OddWorld, name: str, new: str, text: str) -> None:
    del odd.held.texts[name]
    odd.held.texts[new] = text
    odd.held.history += [name, new]


@pytest.mark.shows("SYNC-5")
@pytest.mark.parametrize("marks", [True, False], ids=["marked", "stripped"])
@pytest.mark.parametrize("name", ["", "B7-CLIENT.ics"], ids=["same name", "renamed"])
@pytest.mark.parametrize("searches", [True, False], ids=["searches", "lists"])
@pytest.mark.parametrize("read", [True, False], ids=["read", "new start"])
async def test_event_when_another_program_moves_it_its_own_way_then_it_is_still_ours(
    odd: OddWorld, marks: bool, name: str, searches: bool, read: bool
) -> None:
    odd.server.searches = searches
    draft = booked()
    made = await odd.provider.create(odd.calendar, draft)
    for number in range(3):
        odd.put(f"other{number}.ics", timed(f"o{number}", f"2026-10-2{number} 15:00"))
    provider, name = odd.provider, name or made.id
    token = (await provider.changes(odd.calendar, "", START, END)).token
    text = later(odd.held.texts[made.id])
    renamed(odd, made.id, name, text if marks else without_marks(text))
    if not read:
        keys = Keys(USER, USER, PASSWORD, (f"{odd.door.base}{HOME}",), f"{odd.door.base}{PRINCIPAL}", True)
        provider = CalDavProvider("account", keys, FixedClock())
    told = await provider.changes(odd.calendar, token, START, END)
    assert [(each.id, each.booking, each.start) for each in told.events] == [(name, BOOKING, at("2026-10-20 11:00"))]
    # The booking is moved, tried twice, and cancelled.
    moved = replace(draft, start=draft.start + 4 * HOUR, end=draft.end + 4 * HOUR)
    for _ in range(2):
        found = await provider.find(odd.calendar, BOOKING)
        assert found is not None
        assert found.id == name
        assert (await provider.update(odd.calendar, found.id, moved)).start == moved.start
    assert len(odd.held.texts) == 4
    await provider.delete(odd.calendar, found.id)
    assert await provider.find(odd.calendar, BOOKING) is None
    assert sorted(odd.held.texts) == ["other0.ics", "other1.ics", "other2.ics"]
    await provider.close()


@pytest.mark.shows("SYNC-5")
async def test_find_when_somebody_elses_event_has_our_uid_then_it_is_not_ours(odd: OddWorld) -> None:
    odd.put("theirs.ics", replace(booked(), key="another"))
    assert await odd.provider.find(odd.calendar, BOOKING) is None


@pytest.mark.shows("SYNC-5")
async def test_find_when_the_server_searches_and_a_program_dropped_our_marks_then_the_uid_finds_it(world: CalDavWorld) -> None:
    made = await world.provider.create(world.calendar, booked())
    text = world.read(made.id)
    await world.provider.delete(world.calendar, made.id)
    world.write("B7-CLIENT.ics", without_marks(text))
    found = await world.provider.find(world.calendar, BOOKING)
    assert found is not None
    assert (found.id, found.booking) == ("B7-CLIENT.ics", BOOKING)
    assert (await world.provider.create(world.calendar, booked())).id == "B7-CLIENT.ics"


@pytest.mark.shows("SYNC-4")
@pytest.mark.parametrize("tags", ["weak", "strict"])
async def test_write_when_a_server_has_weak_tags_alone_then_moves_and_removals_get_through(odd: OddWorld, tags: str) -> None:
    odd.server.tags = tags
    draft = booked()
    made = await odd.provider.create(odd.calendar, draft)
    moved = await odd.provider.update(odd.calendar, made.id, replace(draft, start=draft.start + HOUR, end=draft.end + HOUR))
    assert moved.start == draft.start + HOUR
    await odd.provider.delete(odd.calendar, made.id)
    assert odd.held.texts == {}


@pytest.mark.shows("SYNC-4")
@pytest.mark.parametrize("tags", ["weak", "strict"])
async def test_write_when_tags_are_weak_and_somebody_was_faster_then_nothing_is_lost(odd: OddWorld, tags: str) -> None:
    odd.server.tags = tags
    made = await odd.provider.create(odd.calendar, booked())
    collection = odd.provider._at(odd.calendar)
    stale = await collection.get(made.id)
    assert stale is not None
    theirs = odd.held.texts[made.id].replace("END:VEVENT", "CATEGORIES:Theirs\r\nEND:VEVENT")
    odd.held.texts[made.id] = theirs
    for text in (later(stale.text), ""):
        with pytest.raises(Taken):
            await collection.replace(stale, text)
        assert odd.held.texts[made.id] == theirs
    await odd.provider.update(
        odd.calendar, made.id, replace(booked(), start=at("2026-10-20 13:00"), end=at("2026-10-20 14:00"))
    )
    assert "CATEGORIES:Theirs" in odd.held.texts[made.id]
