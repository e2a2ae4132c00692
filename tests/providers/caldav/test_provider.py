"""What CalDAV alone has to show: few round trips, several ways to follow changes, faults, and other servers' habits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from app.domain.calendars import Event, Response, ShowAs
from app.domain.clock import HOUR
from app.domain.connections import Access
from app.domain.errors import AccessLost, Conflict, RateLimited, Unreachable
from app.providers.caldav.writing import new_object
from tests.providers.caldav.odd_world import OddWorld
from tests.providers.caldav.worlds import CalDavWorld
from tests.providers.contract import END, START, ZONE, Replica, all_day, at, seen, timed
from tests.servers.caldav.door import open_door
from tests.servers.caldav.faults import Kind
from tests.servers.caldav.odd import OddServer

pytestmark = pytest.mark.anyio


def since(world: CalDavWorld) -> list[str]:
    """The methods that were asked since the last call."""
    methods = [method for method, _ in world.visitor.requests]
    world.visitor.requests.clear()
    return methods


@pytest.mark.shows("SYNC-1")
async def test_changes_when_nothing_happened_then_one_round_trip_says_so(world: CalDavWorld) -> None:
    for number in range(5):
        await world.add(timed(f"k{number}", "2026-10-20 09:00", rrule="FREQ=WEEKLY;COUNT=2" if number else ""))
    first = await world.provider.changes(world.calendar, "", START, END)
    since(world)
    second = await world.provider.changes(world.calendar, first.token, START, END)
    assert since(world) == ["REPORT"]
    assert (second.events, second.gone, second.full) == ((), (), False)
    again = await world.again()
    assert not (await again.changes(world.calendar, second.token, START, END)).full


@pytest.mark.shows("SYNC-1")
async def test_changes_when_one_event_changed_then_it_alone_is_fetched(world: CalDavWorld) -> None:
    kept = await world.add(timed("kept", "2026-10-19 09:00"))
    changed = await world.add(timed("changed", "2026-10-20 09:00"))
    removed = await world.add(timed("removed", "2026-10-21 09:00"))
    first = await world.provider.changes(world.calendar, "", START, END)
    await world.change(changed, timed("changed", "2026-10-20 15:00"))
    await world.remove(removed)
    since(world)
    told = await world.provider.changes(world.calendar, first.token, START, END)
    assert since(world) == ["REPORT", "REPORT"]
    assert not told.full
    assert [each.id for each in told.events] == [changed]
    assert removed in told.gone
    assert kept not in told.gone


@pytest.mark.shows("SYNC-1", "SYNC-2")
async def test_changes_when_a_series_becomes_a_single_event_then_its_occurrences_go(world: CalDavWorld) -> None:
    series = await world.add(timed("s", "2026-10-20 09:00", rrule="FREQ=DAILY;COUNT=3"))
    replica = Replica(world)
    await replica.follow()
    assert len(replica.events) == 3
    await world.change(series, timed("s", "2026-10-20 09:00"))
    await replica.follow()
    assert list(replica.events) == [series]
    await world.remove(series)
    await replica.follow()
    assert replica.events == {}


@pytest.mark.shows("SYNC-1")
async def test_changes_when_the_server_forgot_the_token_then_everything_is_told(world: CalDavWorld) -> None:
    await world.add(timed("a", "2026-10-20 09:00"))
    first = await world.provider.changes(world.calendar, "", START, END)
    world.faults.add(Kind.NO_TOKEN, methods=("REPORT",), about=b"sync-collection")
    told = await world.provider.changes(world.calendar, first.token, START, END)
    assert told.full
    assert told.events == await seen(world)


@pytest.mark.shows("SYNC-1")
async def test_read_when_the_server_gives_no_large_answers_then_it_is_asked_in_parts(world: CalDavWorld) -> None:
    for number in range(6):
        await world.add(timed(f"k{number}", f"2026-10-{20 + number} 09:00"))
    whole = await seen(world)
    world.faults.add(Kind.TOO_MANY, 2, methods=("REPORT",))
    assert await seen(world) == whole
    assert len(whole) == 6


@pytest.mark.shows("SYNC-1")
async def test_changes_when_everything_is_read_first_then_parts_are_told_early(world: CalDavWorld) -> None:
    for number in range(3):
        await world.add(timed(f"k{number}", f"2026-10-{20 + number} 09:00"))
    parts: list[tuple[Event, ...]] = []

    async def early(events: tuple[Event, ...]) -> None:
        parts.append(events)

    told = await world.provider.changes(world.calendar, "", START, END, early)
    assert told.events == tuple(each for part in parts for each in part)
    assert len(told.events) == 3


@pytest.mark.shows("R14")
@pytest.mark.parametrize("kind", [Kind.HALF, Kind.HTML, Kind.ODD, Kind.ERROR_500, Kind.ERROR_503])
async def test_read_when_the_answer_makes_no_sense_then_it_is_a_passing_fault(world: CalDavWorld, kind: Kind) -> None:
    await world.add(timed("a", "2026-10-20 09:00"))
    await seen(world)
    with world.door.unrecorded():
        world.faults.add(kind)
        with pytest.raises(Unreachable):
            await seen(world)
    assert len(await seen(world)) == 1


@pytest.mark.shows("R14")
async def test_read_when_the_server_is_busy_then_it_says_for_how_long(world: CalDavWorld) -> None:
    world.faults.add(Kind.ERROR_503, wait=90)
    with pytest.raises(RateLimited) as limited:
        await seen(world)
    assert limited.value.retry_after == 90


@pytest.mark.shows("SYNC-4")
async def test_write_when_it_is_refused_then_the_precondition_is_named(world: CalDavWorld) -> None:
    world.refuse_writes()
    with pytest.raises(Conflict) as refused:
        await world.provider.create(world.calendar, timed("k", "2026-10-20 09:00"))
    assert refused.value.detail == "403 valid-calendar-object-resource"


@pytest.mark.shows("SYNC-4")
async def test_create_when_the_uid_is_in_use_elsewhere_then_ours_is_found_or_it_is_a_conflict(world: CalDavWorld) -> None:
    draft = timed("k", "2026-10-20 09:00", uid="uid-1@aftale")
    made = await world.provider.create(world.calendar, draft)
    text = world.read(made.id)
    await world.provider.delete(world.calendar, made.id)
    world.write("renamed by the server.ics", text)
    assert (await world.provider.create(world.calendar, draft)).id == "renamed by the server.ics"
    found = await world.provider.find(world.calendar, "k")
    assert found is not None
    assert found.id == "renamed by the server.ics"
    with pytest.raises(Conflict):
        await world.provider.create(world.calendar, replace(draft, key="another"))


async def test_update_when_somebody_else_writes_at_the_same_time_then_neither_is_lost(world: CalDavWorld) -> None:
    made = await world.provider.create(world.calendar, timed("k", "2026-10-20 09:00"))
    gone_before = world.provider._at(world.calendar)
    stale = await gone_before.get(made.id)
    assert stale is not None
    world.write(made.id, stale.text.replace("END:VEVENT", "CATEGORIES:Theirs\r\nEND:VEVENT"))
    await world.provider.update(world.calendar, made.id, timed("k", "2026-10-21 09:00"))
    assert "CATEGORIES:Theirs" in world.read(made.id)
    assert [each.start for each in await seen(world)] == [at("2026-10-21 09:00")]


@pytest.mark.shows("SYNC-4")
async def test_create_when_guests_are_named_then_the_server_is_not_asked_to_mail_them(world: CalDavWorld) -> None:
    made = await world.provider.create(world.calendar, timed("k", "2026-10-20 09:00", attendees=("ase@example.com",)))
    text = world.read(made.id)
    assert "SCHEDULE-AGENT=CLIENT" in text
    world.write(made.id, text.replace("PARTSTAT=NEEDS-ACTION", "PARTSTAT=DECLINED"))
    (found,) = await seen(world)
    assert (found.attendees, found.declined, found.response) == (("ase@example.com",), ("ase@example.com",), Response.OWN)
    await world.provider.update(world.calendar, made.id, timed("k", "2026-10-20 10:00", attendees=("ase@example.com",)))
    assert "PARTSTAT=DECLINED" in world.read(made.id)


@pytest.mark.shows("SYNC-5")
async def test_read_when_an_event_is_private_then_only_its_time_is_kept(world: CalDavWorld) -> None:
    event = await world.add(timed("a", "2026-10-20 09:00", title="Doctor", location="Clinic"))
    world.write(event, world.read(event).replace("TRANSP:OPAQUE", "TRANSP:OPAQUE\r\nCLASS:PRIVATE"))
    (found,) = await seen(world)
    assert (found.title, found.location, found.private, found.show_as) == ("", "", True, ShowAs.BUSY)


async def test_tasks_when_their_calendar_is_wanted_then_it_is_made_once(world: CalDavWorld) -> None:
    made = await world.provider.task_calendar("Opgaver & mere", "America/New_York")
    assert (made.name, made.zone, made.access) == ("Opgaver & mere", "America/New_York", Access.OWNER)
    assert await world.provider.task_calendar("Opgaver", ZONE) == made
    day = await world.provider.create(made.id, all_day("k", "2026-10-20"))
    assert day.start == at("2026-10-20 00:00", "America/New_York")


@pytest.mark.shows("SYNC-3")
async def test_read_when_names_of_resources_look_like_occurrences_then_they_are_told_apart(world: CalDavWorld) -> None:
    text = new_object(timed("a", "2026-10-20 09:00", uid="u"), world.hand)
    world.write("meeting_20261020", text)
    (found,) = await seen(world)
    changed = await world.provider.update(world.calendar, found.id, timed("a", "2026-10-20 10:00"))
    assert (changed.id, changed.start) == (found.id, at("2026-10-20 10:00"))
    await world.provider.delete(world.calendar, found.id)
    assert await seen(world) == ()


# Another server


@pytest.fixture
async def odd(request: pytest.FixtureRequest, anyio_backend: str) -> AsyncIterator[OddWorld]:
    server = OddServer()
    with open_door(server) as door:
        world = OddWorld(door, server, getattr(request, "param", "work"))
        yield world
        await world.provider.close()


@pytest.mark.shows("SYNC-1")
@pytest.mark.parametrize("odd", ["work", "plain", "bare"], indirect=True)
async def test_changes_when_a_server_follows_in_its_own_way_then_a_replica_is_right(odd: OddWorld) -> None:
    """By sync tokens, by a tag of the calendar alone, by nothing but the tags of the resources."""
    replica = Replica(odd)  # type: ignore[arg-type]
    odd.put("a@x.ics", timed("a", "2026-10-20 09:00"))
    odd.put("s.ics", timed("s", "2026-10-20 11:00", rrule="FREQ=DAILY;COUNT=2"))
    await replica.follow()
    assert len(replica.events) == 3
    before = dict(replica.events)
    told = await odd.provider.changes(odd.calendar, replica.token, START, END)
    assert (told.full, told.events, told.gone) == (False, (), ())
    odd.put("a@x.ics", timed("a", "2026-10-21 09:00"))
    await replica.follow()
    assert replica.events.keys() == before.keys()
    assert replica.events["a@x.ics"].start == at("2026-10-21 09:00")
    del odd.held.texts["a@x.ics"]
    odd.held.history.append("a@x.ics")
    await replica.follow()
    assert len(replica.events) == 2


@pytest.mark.shows("SYNC-1")
async def test_changes_when_a_dead_token_is_answered_with_412_then_everything_is_told(odd: OddWorld) -> None:
    odd.put("a.ics", timed("a", "2026-10-20 09:00"))
    token = (await odd.provider.changes(odd.calendar, "", START, END)).token
    odd.put("b.ics", timed("b", "2026-10-20 10:00"))
    odd.held.dead = 2
    with odd.door.unrecorded():
        told = await odd.provider.changes(odd.calendar, token, START, END)
    assert told.full
    assert len(told.events) == 2


@pytest.mark.shows("SYNC-1")
async def test_changes_when_they_come_in_pages_then_all_are_read(odd: OddWorld) -> None:
    token = (await odd.provider.changes(odd.calendar, "", START, END)).token
    odd.server.page = 2
    for number in range(5):
        odd.put(f"{number}.ics", timed(f"k{number}", f"2026-10-{20 + number} 09:00"))
    told = await odd.provider.changes(odd.calendar, token, START, END)
    assert not told.full
    assert len(told.events) == 5


@pytest.mark.shows("SYNC-4")
async def test_create_when_the_server_keeps_events_in_its_own_way_then_it_is_read_back(odd: OddWorld) -> None:
    draft = timed("k", "2026-10-20 09:00", attendees=("ase@example.com",), booking="b1")
    made = await odd.provider.create(odd.calendar, draft)
    assert await odd.provider.create(odd.calendar, draft) == made
    assert await odd.provider.find(odd.calendar, "k") == made
    assert await odd.provider.find(odd.calendar, "other") is None
    (text,) = odd.held.texts.values()
    # This server sends invitations itself.
    assert "ORGANIZER:mailto:bo@example.com" in text
    assert "SCHEDULE-AGENT" not in text
    moved = await odd.provider.update(odd.calendar, made.id, replace(draft, start=draft.start + HOUR, end=draft.end + HOUR))
    assert (moved.start, moved.booking) == (draft.start + HOUR, "b1")
    await odd.provider.delete(odd.calendar, made.id)
    assert odd.held.texts == {}


@pytest.mark.shows("SYNC-4", "R14")
@pytest.mark.parametrize("kind", [Kind.HTML, Kind.ODD])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_write_when_somebody_on_the_way_says_yes_then_it_is_not_taken_for_done(
    world: CalDavWorld, kind: Kind, method: str
) -> None:
    draft = timed("k", "2026-10-20 09:00")
    made = await world.provider.create(world.calendar, draft)
    later = replace(draft, start=draft.start + HOUR, end=draft.end + HOUR)
    if method != "DELETE":
        world.faults.add(kind, methods=(method,))
        with pytest.raises(Unreachable):
            await world.provider.update(world.calendar, made.id, later)
        assert (await world.provider.update(world.calendar, made.id, later)).start == later.start
    if method != "PUT":
        since(world)
        world.faults.add(kind, methods=(method,))
        with pytest.raises(Unreachable):
            await world.provider.delete(world.calendar, made.id)
        assert "DELETE" not in since(world) or method == "DELETE"
        await world.provider.delete(world.calendar, made.id)
        assert await world.provider.find(world.calendar, "k") is None


async def test_tasks_when_the_server_makes_calendars_then_a_second_one_is_not_made(odd: OddWorld) -> None:
    made = await odd.provider.task_calendar("Tasks", ZONE)
    assert await odd.provider.task_calendar("Tasks", ZONE) == made
    assert len(odd.server.calendars) == 7


@pytest.mark.shows("CON-13", "INACT-1")
@pytest.mark.parametrize("odd", ["times"], indirect=True)
async def test_read_when_only_times_may_be_seen_then_access_is_lost(odd: OddWorld) -> None:
    with pytest.raises(AccessLost) as lost:
        await odd.provider.read_window(odd.calendar, START, END)
    assert lost.value.reason == "lowered"


@pytest.mark.shows("SYNC-2")
async def test_read_when_a_rule_is_refused_here_then_the_server_is_asked_to_expand_it(odd: OddWorld) -> None:
    odd.door.recording = False
    odd.put("s.ics", timed("s", "2026-10-20 09:00", rrule="FREQ=DAILY;COUNT=2"))
    text = odd.held.texts["s.ics"].replace("FREQ=DAILY", "FREQ=WORKDAILY")
    odd.held.texts["s.ics"] = text
    alone = await odd.provider.read_window(odd.calendar, START, END)
    assert [each.start for each in alone] == [at("2026-10-20 09:00")]
    event = text[text.index("BEGIN:VEVENT") : text.index("END:VCALENDAR")].replace("RRULE:FREQ=WORKDAILY;COUNT=2\r\n", "")
    first, second = (
        event.replace("20261020T090000", f"202610{day}T090000")
        .replace("20261020T100000", f"202610{day}T100000")
        .replace("DTSTAMP", f"RECURRENCE-ID;TZID={ZONE}:202610{day}T090000\r\nDTSTAMP")
        for day in (20, 21)
    )
    odd.held.expanded["s.ics"] = text.replace(text[text.index("BEGIN:VEVENT") : text.index("END:VCALENDAR")], first + second)
    found = await odd.provider.read_window(odd.calendar, START, END)
    assert [each.start for each in found] == [at("2026-10-20 09:00"), at("2026-10-21 09:00")]
    assert {each.series for each in found} == {"s.ics"}


@pytest.mark.shows("CON-10")
async def test_calendars_when_an_owner_is_named_elsewhere_then_nobody_is_shown_the_password(odd: OddWorld) -> None:
    with open_door(odd.server) as elsewhere:
        odd.server.calendars["cy"].owner = elsewhere.base.replace("127.0.0.1", "localhost") + "/principals/cy/"
        found = {each.name: each for each in await odd.provider.calendars()}
        assert elsewhere.visitors == {}
    assert found["Cy's"].access is Access.DETAILS
    assert found["Cy's"].owner == ""
