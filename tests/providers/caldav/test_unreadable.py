"""What a server does not give of a calendar: a copy that follows never looks freer than the calendar, and one odd resource
never costs the others. Besides servers without requests for several resources."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from app.domain.connections import Flaw
from app.domain.errors import Unreachable
from app.providers.caldav.provider import PATIENT
from tests.providers.caldav.odd_world import OddWorld
from tests.providers.contract import END, START, Replica, at, timed
from tests.servers.caldav.door import open_door
from tests.servers.caldav.odd import OddServer

pytestmark = pytest.mark.anyio
LOST = ((Flaw.LEFT_OUT, 1),)


@pytest.fixture
async def odd(request: pytest.FixtureRequest, anyio_backend: str) -> AsyncIterator[OddWorld]:
    server = OddServer()
    with open_door(server) as door, door.unrecorded():
        world = OddWorld(door, server, getattr(request, "param", "work"))
        yield world
        await world.provider.close()


def row(status: int) -> Callable[[OddWorld, str], None]:
    def harm(odd: OddWorld, name: str) -> None:
        odd.server.rows[name] = odd.server.alone[name] = status

    return harm


def bare(status: int) -> Callable[[OddWorld, str], None]:
    def harm(odd: OddWorld, name: str) -> None:
        odd.server.bare[name], odd.server.alone[name] = status, 500

    return harm


def text(made: Callable[[str], str]) -> Callable[[OddWorld, str], None]:
    def harm(odd: OddWorld, name: str) -> None:
        odd.held.texts[name] = made(odd.held.texts[name])
        odd.held.history.append(name)

    return harm


HARMS = {
    "row 500": row(500),
    "row 403": row(403),
    "text 404": bare(404),
    "text 403": bare(403),
    "text 500": bare(500),
    "empty": text(lambda old: ""),
    "page": text(lambda old: "<html>oops</html>"),
    "cut": text(lambda old: old[: old.index("DTEND")]),
    "no start": text(lambda old: old.replace("DTSTART", "X-START")),
}


@pytest.mark.shows("SYNC-1", "R14")
@pytest.mark.parametrize("odd", ["work", "plain", "bare"], indirect=True)
@pytest.mark.parametrize("harm", HARMS)
async def test_read_when_one_resource_cannot_be_read_then_it_stays_known_and_the_rest_is_followed(
    odd: OddWorld, harm: str
) -> None:
    replica = Replica(odd)  # type: ignore[arg-type]
    odd.put("a.ics", timed("a", "2026-10-20 09:00"))
    odd.put("s.ics", timed("s", "2026-10-20 11:00", rrule="FREQ=DAILY;COUNT=2"))
    odd.put("z.ics", timed("z", "2026-10-25 09:00"))
    await replica.follow()
    known = dict(replica.events)
    assert len(known) == 4
    kept = odd.held.texts["a.ics"]

    odd.put("a.ics", timed("a", "2026-10-20 09:00"))
    HARMS[harm](odd, "a.ics")
    odd.put("b.ics", timed("b", "2026-10-22 09:00"))
    await replica.follow()
    told = await odd.provider.changes(odd.calendar, replica.token, START, END)
    assert (told.full, told.flaws) == (False, LOST)
    assert replica.events.keys() == known.keys() | {"b.ics"}
    assert replica.events["a.ics"] == known["a.ics"]
    with pytest.raises(Unreachable):
        await odd.provider.read_window(odd.calendar, at("2026-10-20 00:00"), at("2026-10-21 00:00"))

    # Everything has to be read again, others are gone: a single one, and an occurrence of a series.
    odd.held.dead = len(odd.held.history) + 1
    del odd.held.texts["z.ics"]
    odd.put("s.ics", timed("s", "2026-10-20 11:00", rrule="FREQ=DAILY;COUNT=1"))
    odd.held.history.append("z.ics")
    await replica.follow()
    odd.held.dead = 0
    assert len(replica.events) == 3
    assert replica.events["a.ics"] == known["a.ics"]

    for faults in (odd.server.rows, odd.server.bare, odd.server.alone):
        faults.clear()
    odd.held.texts["a.ics"] = kept.replace("T090000", "T120000").replace("T100000", "T130000")
    odd.held.history.append("a.ics")
    token = replica.token
    await replica.follow()
    assert replica.events["a.ics"].start == at("2026-10-20 12:00")
    assert (await odd.provider.changes(odd.calendar, token, START, END)).flaws == ()
    del odd.held.texts["a.ics"]
    odd.held.history.append("a.ics")
    await replica.follow()
    assert "a.ics" not in replica.events


@pytest.mark.shows("SYNC-1", "R14")
@pytest.mark.parametrize("harm", ["row 500", "text 403"])
async def test_read_when_a_resource_is_refused_among_others_then_it_is_asked_for_by_itself(odd: OddWorld, harm: str) -> None:
    for name in ("a", "b"):
        odd.put(f"{name}.ics", timed(name, "2026-10-20 09:00"))
    HARMS[harm](odd, "a.ics")
    odd.server.alone.clear()
    assert len(await odd.provider.read_window(odd.calendar, START, END)) == 2
    told = await odd.provider.changes(odd.calendar, "", START, END)
    assert (len(told.events), told.full, told.flaws) == (2, True, ())
    odd.server.alone["a.ics"] = 410
    assert [each.id for each in await odd.provider.read_window(odd.calendar, START, END)] == ["b.ics"]


@pytest.mark.shows("SYNC-1", "R14")
async def test_read_when_nothing_is_known_yet_then_a_resource_that_cannot_be_read_is_waited_for(odd: OddWorld) -> None:
    for name in ("a", "b"):
        odd.put(f"{name}.ics", timed(name, "2026-10-20 09:00"))
    HARMS["row 500"](odd, "a.ics")
    for _ in range(PATIENT):
        with pytest.raises(Unreachable):
            await odd.provider.changes(odd.calendar, "", START, END)
    told = await odd.provider.changes(odd.calendar, "", START, END)
    assert ([each.id for each in told.events], told.flaws) == (["b.ics"], LOST)
    HARMS["row 500"](odd, "b.ics")
    odd.held.dead = len(odd.held.history) + 1
    with pytest.raises(Unreachable):
        await odd.provider.changes(odd.calendar, "", START, END)


@pytest.mark.shows("SYNC-1")
@pytest.mark.parametrize("status", [403, 405, 501])
async def test_read_when_several_resources_at_once_are_refused_then_each_is_asked_for(odd: OddWorld, status: int) -> None:
    odd.server.multiget = status
    replica = Replica(odd)  # type: ignore[arg-type]
    for number in range(8):
        odd.put(f"{number}.ics", timed(f"k{number}", f"2026-10-{20 + number} 09:00"))
    await replica.follow()
    assert len(replica.events) == 8
    odd.put("7.ics", timed("k7", "2026-10-20 15:00"))
    del odd.held.texts["6.ics"]
    odd.held.history.append("6.ics")
    await replica.follow()
    assert len(replica.events) == 7
    assert replica.events["7.ics"].start == at("2026-10-20 15:00")
    assert len(await odd.provider.read_window(odd.calendar, START, END)) == 7
