"""Somebody asks what is known about them, and to be forgotten (DATA-3)."""

from __future__ import annotations

import json
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import icalendar
import pytest

from app.domain.booking import LeftMessage, Promised, Visitor
from app.domain.erasing import struck, without_person
from app.domain.errors import NotFound
from app.domain.keeping import RemovalKind
from app.domain.pages import Mode
from app.paths import database_file
from app.services.workspace import Workspace
from tests.services.opened import StandingClock, at, furnished, page, settle, wish

pytestmark = [pytest.mark.anyio, pytest.mark.shows("DATA-3")]
IDA = "Ida.Winther@Example.org"
SAID = "a word that only Ida wrote"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("with bo@example.org, and", "with …, and"),
        ("<BO@Example.org>", "<…>"),
        ("jumbo@example.org", "jumbo@example.org"),
        ("bo@example.org.au", "bo@example.org.au"),
        ("see bo@example.org.", "see …."),
    ],
)
async def test_an_address_when_struck_takes_no_other_with_it(text: str, left: str) -> None:
    assert struck(text, "bo@example.org") == left


@pytest.fixture
async def workspace(workspace_folder: Path) -> AsyncIterator[Workspace]:
    opened = await furnished(workspace_folder, StandingClock(), page(guests_max=2), page(2, mode=Mode.APPROVAL))
    yield opened
    await opened.close()


async def live_with(workspace: Workspace) -> None:
    """Ida books twice and asks once, is a guest of Jonas, and could not book once."""
    visitor = Visitor("Ida", "Winther", IDA, "Europe/Copenhagen")
    for number, start in enumerate((at(13, 10), at(20, 10))):
        answer = await workspace.bookings.book(wish(start, visitor=replace(visitor), message=f"{SAID} {number}"))
        assert isinstance(answer, Promised)
    await workspace.bookings.book(wish(at(21, 10), "anna/page-2", visitor=replace(visitor)))
    jonas = Visitor("Jonas", "Beck", "jonas@example.net", "Europe/Copenhagen", guests=(IDA.lower(), "bo@example.org"))
    await workspace.bookings.book(wish(at(14, 10), visitor=jonas))
    await workspace.bookings.leave_message(LeftMessage("anna/page-1", "Ida", IDA, "soon", SAID))
    await settle(workspace)


async def test_a_person_when_looked_for_is_found_in_every_place(workspace: Workspace) -> None:
    await live_with(workspace)
    known = await workspace.data.people.find("  ida.winther@EXAMPLE.ORG ")
    assert [each.start for each in known.bookings] == [at(13, 10), at(20, 10), at(21, 10)]
    assert [each.visitor.name for each in known.guest_of] == ["Jonas Beck"]
    assert any(SAID in each.message for each in known.attempts)
    assert known.contact is not None
    assert known.name == "Ida Winther"
    assert known.events == 3
    assert known.notices > 0
    assert len(known.history[known.bookings[0].id]) == 2


async def test_a_person_when_nobody_is_known_is_nobody(workspace: Workspace) -> None:
    await live_with(workspace)
    assert not (await workspace.data.people.find("ida")).anything
    with pytest.raises(NotFound):
        await workspace.data.people.erase("somebody@example.org")


async def test_a_person_when_given_their_data_gets_a_document_and_a_calendar(workspace: Workspace, tmp_path: Path) -> None:
    await live_with(workspace)
    target = tmp_path / "ida.zip"
    await workspace.data.people.export(IDA, target)
    with zipfile.ZipFile(target) as archive:
        person = json.loads(archive.read("person.json"))["person"]
        calendar = icalendar.Calendar.from_ical(archive.read("meetings.ics"))
    assert person["bookings"][0]["start"] == "2026-10-13T08:00:00Z"
    assert person["bookings"][0]["message"] == f"{SAID} 0"
    assert person["guest_of"] == [{"title": "Page 1", "start": "2026-10-14T08:00:00Z", "end": "2026-10-14T08:30:00Z"}]
    assert "jonas" not in json.dumps(person)
    assert len(calendar.walk("VEVENT")) == 3
    assert [each.name for each in tmp_path.iterdir() if each.suffix == ".part"] == []


async def test_a_person_when_forgotten_is_in_no_byte_of_the_database(workspace: Workspace) -> None:
    await live_with(workspace)
    line = await workspace.data.people.erase(IDA)
    await settle(workspace)
    assert not (await workspace.data.people.find(IDA)).anything
    assert line.counts["bookings"] == 3
    assert line.kind is RemovalKind.PERSON
    assert line.address_hash == workspace.data.people.hash_of("ida.winther@example.org")
    (kept,) = await workspace.data.people.removals()
    assert kept == line
    await workspace.close()
    content = database_file(workspace.folder).read_bytes()
    for trace in (IDA, IDA.lower(), "Winther", SAID):
        assert trace.encode() not in content
    assert b"jonas@example.net" in content


async def test_meetings_when_their_guest_is_forgotten_are_cancelled_and_leave_the_calendar(workspace: Workspace) -> None:
    await live_with(workspace)
    calendar = await workspace.accounts.provider("local")
    assert len(await calendar.read_window("local", at(12, 0), at(30, 0))) == 3
    await workspace.data.people.erase(IDA)
    await settle(workspace)
    (left,) = await calendar.read_window("local", at(12, 0), at(30, 0))
    assert left.attendees == ("jonas@example.net", "bo@example.org")
    (jonas,) = await workspace.bookings.list()
    assert jonas.visitor.guests == ("bo@example.org",)
    assert isinstance(await workspace.bookings.book(wish(at(13, 10))), Promised)


async def test_a_removal_that_is_owed_to_a_calendar_when_its_guest_is_forgotten_is_still_paid_and_says_nothing(
    workspace: Workspace,
) -> None:
    await live_with(workspace)
    await workspace.data.people.erase(IDA)
    owed = await workspace.database.read(
        lambda session: session.exec_driver_sql("SELECT kind, draft FROM outbox WHERE state = 'pending'").all()
    )
    assert {kind for kind, _draft in owed} == {"delete"}
    assert all("ida" not in draft.lower() for _kind, draft in owed)
    await settle(workspace)
    open_jobs = "SELECT 1 FROM outbox WHERE state <> 'done'"
    assert await workspace.database.read(lambda session: session.exec_driver_sql(open_jobs).all()) == []


SERIES = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Somebody//EN
BEGIN:VEVENT
UID:weekly
SUMMARY:Weekly talk
DTSTAMP:20260901T080000Z
DTSTART;TZID=Europe/Copenhagen:20261015T100000
DTEND;TZID=Europe/Copenhagen:20261015T103000
RRULE:FREQ=WEEKLY;COUNT=3
DESCRIPTION:Ask ida.winther@example.org for the numbers\\, or bo@example.org
ATTENDEE;CN="Ida Winther, whose name makes the line so long that it is fold
 ed";PARTSTAT=ACCEPTED:mailto:ida.win
 ther@example.org
ATTENDEE:mailto:bo@example.org
END:VEVENT
END:VCALENDAR
"""


async def test_a_series_when_one_of_its_people_is_forgotten_goes_on_without_them(workspace: Workspace) -> None:
    await workspace.accounts.import_ics("local", SERIES.replace("\n", "\r\n"))
    calendar = await workspace.accounts.provider("local")
    before = await calendar.read_window("local", at(15, 0), at(30, 0))
    assert len(before) == 3
    await workspace.data.people.erase(IDA)
    after = await calendar.read_window("local", at(15, 0), at(30, 0))
    assert [each.start for each in after] == [each.start for each in before]
    assert {each.attendees for each in after} == {("bo@example.org",)}
    await workspace.close()
    content = database_file(workspace.folder).read_bytes()
    for trace in (IDA.lower(), "Winther", "ida.win"):
        assert trace.encode() not in content, trace


def test_a_calendar_file_that_does_not_name_somebody_stays_as_it_is_byte_for_byte() -> None:
    assert without_person(SERIES, "nobody@example.org") == SERIES
