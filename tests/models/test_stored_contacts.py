"""Contacts and their meetings as they are stored, and how the contacts of an older workspace are made."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from app.domain.booking import Visitor
from app.domain.clock import DAY, HOUR
from app.domain.contacts import Contact, ContactMeeting, MeetingState
from app.domain.ids import new_id
from app.models import bookings, contacts, engine, migrations
from app.models.database import Database
from app.paths import database_file
from tests.models.made import NOON, StandingClock, booking, hash_of

pytestmark = pytest.mark.anyio
IDA = Contact(new_id(), "ida@example.org", "Ida", "Winther", "Europe/Copenhagen", "da", NOON)
BO = Contact(new_id(), "bo@example.org", "Bo", "Ås", created_at=NOON)


def meeting(**rest):
    plain = ContactMeeting(new_id(), IDA.id, "main", "e1", "s1", "Forårsplan", NOON, NOON + HOUR, MeetingState.SCHEDULED, NOON)
    return replace(plain, **rest)


@pytest.mark.shows("CRM-1")
async def test_a_contact_when_met_again_with_the_same_address_is_the_same_one(database):
    def write(session):
        contacts.keep_contact(session, IDA)
        contacts.keep_contact(session, BO)
        contacts.keep_contact(session, replace(IDA, id=new_id(), email="Ida@Example.org", first_name="I."))
        return contacts.list_contacts(session), contacts.contacts_by_email(session, ["ida@example.org", "x@example.org"])

    listed, found = await database.write(write)
    assert listed == (IDA, BO)
    assert found == {"ida@example.org": IDA}
    assert await database.read(lambda session: contacts.contacts_by_email(session, [])) == {}


@pytest.mark.shows("CRM-2")
async def test_a_meeting_when_saved_stands_on_the_timeline_and_is_found_by_its_event(database):
    first, second, other = meeting(), meeting(event="e2", start=NOON - DAY), meeting(contact=BO.id)

    def write(session):
        for each in (IDA, BO):
            contacts.keep_contact(session, each)
        for each in (first, second, other, replace(first, state=MeetingState.CANCELLED, title="Aflyst")):
            contacts.save_meeting(session, each)

    await database.write(write)
    after = replace(first, state=MeetingState.CANCELLED, title="Aflyst")
    assert await database.read(lambda session: contacts.timeline(session, IDA.id)) == (second, after)
    found = await database.read(lambda session: contacts.meetings_of_events(session, "main", ["e1", "e3"]))
    assert sorted(found, key=lambda pair: pair[1]) == [(other, "bo@example.org"), (after, "ida@example.org")]
    assert await database.read(lambda session: contacts.meetings_of_events(session, "team", ["e1"])) == ()
    assert await database.read(lambda session: contacts.meetings_of_events(session, "main", [])) == ()
    with pytest.raises(IntegrityError):
        await database.write(lambda session: contacts.save_meeting(session, meeting()))


@pytest.mark.shows("CRM-1", "DATA-2")
async def test_visitors_of_an_older_workspace_when_it_is_opened_are_contacts_as_they_first_wrote_themselves(workspace_folder):
    path = database_file(workspace_folder)
    people = [
        (Visitor("Ida", "Winther", "Ida@Example.org", "Europe/Copenhagen", "da"), NOON + 5),
        (Visitor("I.", "W.", "ida@example.org", "UTC"), NOON + 9),
        (Visitor("Bo", "Ås", "bo@example.org", "UTC"), NOON),
        (Visitor("Nobody", "", "", "UTC"), NOON),
    ]
    with engine.writer(path).connect() as session:
        session.connection.dbapi_connection.execute("PRAGMA journal_mode=WAL")
        with session.begin():
            migrations.upgrade(session, "0003")
            session.exec_driver_sql("INSERT INTO meta (id, salt, created_at) VALUES (1, ?, 0)", (b"s" * 32,))
            for day, (visitor, made) in enumerate(people):
                new = booking(NOON + day * DAY, visitor=visitor, created_at=made)
                bookings.insert_booking(session, new, hash_of(new), None, NOON, bookings.Cause.VISITOR)
    database = Database(path, StandingClock())
    database.open()
    found = await database.read(contacts.list_contacts)
    database.close()
    assert [replace(each, id="") for each in found] == [
        Contact("", "ida@example.org", "Ida", "Winther", "Europe/Copenhagen", "da", NOON + 5),
        Contact("", "bo@example.org", "Bo", "Ås", "UTC", "en", NOON),
    ]
    assert len({each.id for each in found} - {""}) == 2
