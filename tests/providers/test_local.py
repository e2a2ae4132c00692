"""The calendar on this computer, in a real database file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from app.domain.calendars import EventDraft
from app.domain.clock import DAY
from app.domain.connections import Access, Account, Calendar, ProviderKind
from app.domain.errors import Conflict
from app.domain.ids import new_id
from app.models import accounts as account_rows
from app.models.database import Database
from app.providers.base import EmbeddedProvider, Provider
from app.providers.local import EXPANDED, LocalProvider
from app.services.event_store import DatabaseEventStore
from tests.providers.contract import END, START, ZONE, ProviderContract, World, all_day, at, seen, spans, timed

ACCOUNT = Account("local", ProviderKind.LOCAL, "On this computer")


class LocalWorld:
    """There is no other side: the owner, too, edits through the provider."""

    def __init__(self, database: Database, calendar: str) -> None:
        self.database, self.calendar = database, calendar
        self.provider = LocalProvider("local", DatabaseEventStore(database))

    @classmethod
    async def open(cls, database: Database, access: Access = Access.OWNER) -> LocalWorld:
        calendar = Calendar(new_id(), "local", "On this computer", ZONE, access)
        await database.write(lambda session: account_rows.save_account(session, ACCOUNT))
        await database.write(lambda session: account_rows.save_calendar(session, calendar))
        return cls(database, calendar.id)

    async def add(self, draft: EventDraft) -> str:
        made = await self.provider.create(self.calendar, draft)
        return made.series or made.id

    async def change(self, event: str, draft: EventDraft) -> None:
        await self.provider.update(self.calendar, event, draft)

    async def remove(self, event: str) -> None:
        await self.provider.delete(self.calendar, event)

    async def again(self) -> Provider:
        return LocalProvider("local", DatabaseEventStore(self.database))

    async def remove_calendar(self) -> None:
        await self.database.write(lambda session: account_rows.delete_calendar(session, self.calendar))


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    folder: Path = tmp_path_factory.mktemp("local")
    found = Database(folder / "workspace.db")
    found.open()
    TestLocalProvider.database = found
    yield found
    found.close()


@pytest.fixture
async def world(database: Database) -> LocalWorld:
    return await LocalWorld.open(database)


@pytest.mark.usefixtures("database")
class TestLocalProvider(ProviderContract):
    database: ClassVar[Database]

    @staticmethod
    async def make_world() -> World:
        return await LocalWorld.open(TestLocalProvider.database)


@pytest.mark.anyio
async def test_create_when_the_rule_cannot_be_followed_then_it_is_a_conflict_and_nothing_is_kept(world: LocalWorld) -> None:
    for rule in ("FREQ=SECONDLY", "every day", "FREQ=DAILY;UNTIL=20250101"):
        with pytest.raises(Conflict):
            await world.provider.create(world.calendar, timed("k", "2026-10-20 09:00", rrule=rule))
    with pytest.raises(Conflict):
        await world.provider.create(world.calendar, timed("k", "2026-10-20 09:00", zone="Mars/Olympus", rrule="FREQ=DAILY"))
    assert await seen(world) == ()
    assert await world.provider.find(world.calendar, "k") is None


@pytest.mark.anyio
async def test_write_when_the_calendar_may_only_be_read_then_it_is_a_conflict(database: Database) -> None:
    world = await LocalWorld.open(database, Access.DETAILS)
    with pytest.raises(Conflict):
        await world.add(timed("k", "2026-10-20 09:00"))
    assert await seen(world) == ()


@pytest.mark.anyio
@pytest.mark.shows("SYNC-2")
async def test_extend_when_the_horizon_moves_on_then_an_endless_series_does_too(world: LocalWorld) -> None:
    await world.add(timed("k", "2026-10-20 09:00", rrule="FREQ=WEEKLY", booking="b"))
    (first, second, *_) = await seen(world)
    await world.provider.delete(world.calendar, second.id)
    far = START + EXPANDED + 400 * DAY
    assert await seen(world, far - 30 * DAY, far) == ()
    for _ in range(2):
        await world.provider.extend(world.calendar, far)
    found = await seen(world, far - 28 * DAY, far)
    assert len(found) == 4
    assert {(each.key, each.booking, each.series) for each in found} == {("k", "b", first.series)}
    assert second.id not in [each.id for each in await seen(world)]
    await world.change(found[0].id, timed("", found[0].start + DAY))
    assert len(await seen(world, far - 28 * DAY, far)) == 4


@pytest.mark.anyio
async def test_extend_when_nothing_moves_then_no_event_is_told_as_changed(world: LocalWorld) -> None:
    await world.add(timed("k", "2026-10-20 09:00", rrule="FREQ=WEEKLY"))
    token = (await world.provider.changes(world.calendar, "", START, END)).token
    await world.provider.extend(world.calendar, END)
    told = await world.provider.changes(world.calendar, token, START, END)
    assert (told.full, told.events, told.gone) == (False, (), ())


@pytest.mark.anyio
async def test_update_when_a_series_keeps_its_times_then_what_was_made_of_single_occurrences_stays(world: LocalWorld) -> None:
    draft = timed("k", "2026-10-13 09:00", rrule="FREQ=WEEKLY;COUNT=4")
    series = await world.add(draft)
    first, second, third, fourth = await seen(world)
    await world.remove(first.id)
    await world.change(second.id, timed("", "2026-10-23 09:00", title="Moved"))
    await world.change(series, timed("k", "2026-10-13 09:00", 30, title="Shorter", rrule="FREQ=WEEKLY;COUNT=4"))
    found = await seen(world)
    assert [each.id for each in found] == [second.id, third.id, fourth.id]
    assert [each.title for each in found] == ["Moved", "Shorter", "Shorter"]
    assert found[1].end - found[1].start == 30 * 60


@pytest.mark.anyio
async def test_update_when_a_single_event_becomes_a_series_and_back_then_its_id_and_key_stay(world: LocalWorld) -> None:
    event = await world.add(timed("k", "2026-10-13 09:00"))
    await world.change(event, timed("k", "2026-10-13 09:00", rrule="FREQ=WEEKLY;COUNT=3"))
    assert {each.series for each in await seen(world)} == {event}
    assert len(await seen(world)) == 3
    await world.change(event, timed("k", "2026-10-14 09:00"))
    (found,) = await seen(world)
    assert (found.id, found.series, found.start) == (event, "", at("2026-10-14 09:00"))
    assert await world.provider.find(world.calendar, "k") == found


FILE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
X-WR-CALNAME:Old calendar
BEGIN:VEVENT
UID:single
DTSTART;TZID=Europe/Copenhagen:20261020T090000
DTEND;TZID=Europe/Copenhagen:20261020T100000
SUMMARY:Dentist
CLASS:PRIVATE
END:VEVENT
BEGIN:VEVENT
UID:weekly
DTSTART;TZID=Europe/Copenhagen:20201013T090000
DURATION:PT45M
RRULE:FREQ=WEEKLY
SUMMARY:Standup
BEGIN:VALARM
ACTION:DISPLAY
TRIGGER:-PT15M
DESCRIPTION:Soon
END:VALARM
END:VEVENT
BEGIN:VEVENT
UID:weekly
RECURRENCE-ID;TZID=Europe/Copenhagen:20261020T090000
DTSTART;TZID=Europe/Copenhagen:20261021T090000
DURATION:PT45M
SUMMARY:Standup (moved)
END:VEVENT
BEGIN:VEVENT
UID:fine
DTSTART:20261022T090000Z
RRULE:FREQ=FORTNIGHTLY
SUMMARY:Never ending
END:VEVENT
END:VCALENDAR
"""


@pytest.mark.anyio
@pytest.mark.shows("SYNC-2")
async def test_import_when_a_file_is_read_twice_then_its_events_stand_once(world: LocalWorld) -> None:
    for _ in range(2):
        told = await world.provider.import_ics(world.calendar, FILE, START - 30 * DAY, END)
        assert (told.series, told.problems) == (1, ("rule_form: Never ending",))
        found = await seen(world)
        assert [each.title for each in found] == [
            "Standup", "Dentist", "Standup (moved)", "Never ending", "Standup", "Standup",
        ]  # fmt: skip
    await world.provider.extend(world.calendar, END + 365 * DAY)
    assert len(await seen(world, END + 330 * DAY, END + 358 * DAY)) == 4


@pytest.mark.anyio
async def test_import_when_a_newer_file_comes_then_events_take_its_state(world: LocalWorld) -> None:
    await world.provider.import_ics(world.calendar, FILE, START, END)
    newer = (
        FILE.replace("20261020T100000", "20261020T113000")
        .replace("RRULE:FREQ=WEEKLY", "X-WAS:weekly")
        .replace("UID:weekly\nRECURRENCE-ID", "UID:gone\nRECURRENCE-ID")
    )
    single_now = newer.replace("20201013T090000", "20261015T090000")
    await world.provider.import_ics(world.calendar, single_now, START, END)
    found = {each.title: each for each in await seen(world)}
    assert found["Dentist"].end == at("2026-10-20 11:30")
    assert spans((found["Standup"],)) == [(at("2026-10-15 09:00"), at("2026-10-15 09:45"))]
    assert len(await seen(world)) == 4


@pytest.mark.anyio
async def test_export_when_it_is_imported_elsewhere_then_busy_time_is_the_same(world: LocalWorld, database: Database) -> None:
    await world.provider.import_ics(world.calendar, FILE, START, END)
    await world.add(all_day("holiday", "2026-10-24", 2))
    await world.add(timed("night", at("2026-10-25 02:30", fold=1), 20))
    await world.add(timed("pairs", "2026-10-14 13:00", rrule="FREQ=WEEKLY;BYDAY=WE,FR;COUNT=6"))
    await world.remove((await seen(world))[-1].id)
    text = await world.provider.export_ics(world.calendar, START)
    assert "BEGIN:VALARM" in text
    other = await LocalWorld.open(database)
    told = await other.provider.import_ics(other.calendar, text, START, END)
    assert told.problems == ()
    here, there = await seen(world), await seen(other)
    assert [(each.start, each.end, each.title, each.private) for each in here] == [
        (each.start, each.end, each.title, each.private) for each in there
    ]


@pytest.mark.anyio
async def test_import_when_the_file_is_our_own_export_then_bookings_stay_as_they_are(world: LocalWorld) -> None:
    made = await world.provider.create(
        world.calendar, timed("b1", "2026-10-20 09:00", booking="b1", uid="b1@aftale", title="Intro: Åse")
    )
    await world.add(timed("own", "2026-10-21 09:00"))
    before = await seen(world)
    text = await world.provider.export_ics(world.calendar, START)
    await world.provider.import_ics(world.calendar, text.replace("Intro", "Forged"), START, END)
    assert await seen(world) == before
    assert await world.provider.find(world.calendar, "b1") == made


@pytest.mark.anyio
async def test_import_when_the_calendar_may_only_be_read_then_it_is_a_conflict(database: Database) -> None:
    world = await LocalWorld.open(database, Access.DETAILS)
    with pytest.raises(Conflict):
        await world.provider.import_ics(world.calendar, FILE, START, END)


def test_provider_when_its_type_is_asked_for_then_it_is_an_embedded_one(database: Database) -> None:
    provider: EmbeddedProvider = LocalProvider("local", DatabaseEventStore(database))
    assert provider.keeps_events_here
