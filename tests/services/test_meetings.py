"""The owner works in their calendar; contacts and bookings follow through real readings of an account."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.booking import Booking, Promised, State
from app.domain.calendars import Event
from app.domain.clock import DAY, HOUR, Instant
from app.domain.contacts import Contact, ContactMeeting, MeetingState
from app.domain.events import Cancelled, Rescheduled
from app.domain.overview import Upstream
from app.models import accounts, contacts
from app.services.following import Following
from app.services.meetings import note_contact
from tests.models.made import booking as any_booking
from tests.services.opened import MONDAY, at, settle, wish
from tests.services.sync.followed import House, draft, house, service

pytestmark = pytest.mark.anyio
IDA = ("ida@example.org",)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def anna(tmp_path: Path) -> AsyncIterator[House]:
    opened = await house(tmp_path, service())
    opened.sync.after.append(Following(opened.timer.clock))
    yield opened
    await opened.close()


async def known(anna: House, email: str = "ida@example.org") -> Contact:
    """Somebody whom the owner has met."""

    def write(session):  # type: ignore[no-untyped-def]
        contacts.keep_contact(session, Contact(email, email, "Ida", created_at=MONDAY))
        return contacts.contacts_by_email(session, [email])[email]

    found: Contact = await anna.workspace.database.write(write)
    return found


async def timeline(anna: House, contact: Contact) -> tuple[ContactMeeting, ...]:
    return await anna.workspace.database.read(lambda session: contacts.timeline(session, contact.id))


async def read(anna: House) -> None:
    """The next reading, a minute later."""
    anna.timer.clock.at += 60
    await anna.sync.now()


async def booked(anna: House, start: Instant) -> tuple[Booking, str]:
    """A booking that is written and read back, with its event's id at the service."""
    answer = await anna.workspace.bookings.book(wish(start))
    assert isinstance(answer, Promised), answer
    await settle(anna.workspace)
    await read(anna)
    event = next(each for each in await anna.copy() if each.booking == answer.booking)
    return await anna.workspace.bookings.get(answer.booking), event.id


@pytest.mark.shows("CRM-1")
async def test_a_visitor_who_books_is_a_contact_from_then_on(anna: House) -> None:
    await booked(anna, at(13, 10))
    await booked(anna, at(14, 10))
    (contact,) = await anna.workspace.database.read(contacts.list_contacts)
    assert (contact.email, contact.first_name, contact.last_name) == ("ida@example.org", "Ida", "Winther")
    assert (contact.zone, contact.created_at) == ("Europe/Copenhagen", MONDAY)
    nobody = any_booking()
    nobody = replace(nobody, visitor=replace(nobody.visitor, email=""))
    await anna.workspace.database.write(lambda session: note_contact(session, nobody, MONDAY))
    assert len(await anna.workspace.database.read(contacts.list_contacts)) == 1


@pytest.mark.shows("CRM-2")
async def test_an_event_that_is_made_with_a_contact_is_on_their_timeline_and_follows(anna: House) -> None:
    ida, work = await known(anna), anna.services["anna"]
    work.add("work", draft("Long ago", 30, attendees=IDA))
    await anna.sync.now()
    assert await timeline(anna, ida) == ()
    event = work.add("work", draft("Spring plan", 50, attendees=("IDA@example.org", "x@example.org")))
    work.add("work", draft("Alone", 52))
    await read(anna)
    (meeting,) = await timeline(anna, ida)
    start = MONDAY + 50 * HOUR
    assert (meeting.title, meeting.start, meeting.end, meeting.state) == (
        "Spring plan", start, start + HOUR, MeetingState.SCHEDULED,
    )  # fmt: skip
    work.change("work", event, draft("Spring plan, moved", 60, attendees=IDA))
    await read(anna)
    (meeting,) = await timeline(anna, ida)
    assert (meeting.title, meeting.start) == ("Spring plan, moved", MONDAY + 60 * HOUR)
    work.remove("work", event)
    await read(anna)
    (meeting,) = await timeline(anna, ida)
    assert meeting.state is MeetingState.CANCELLED


@pytest.mark.shows("CRM-2")
async def test_an_event_becomes_a_meeting_once_for_each_contact_who_is_invited_to_it(anna: House) -> None:
    ida, bo = await known(anna), await known(anna, "bo@example.org")
    await anna.sync.now()
    event = Event("e1", "anna-work", at(13, 10), at(13, 11), "Plan", attendees=IDA, created=MONDAY + 1)
    both = replace(event, attendees=(*IDA, "bo@example.org"))
    hook, calendar = Following(anna.timer.clock), await anna.calendar("anna-work")
    for told, before in ((event, {}), (both, {"e1": event}), (both, {}), (replace(both, title="Plan 2"), {"e1": both})):
        await anna.workspace.database.write(
            lambda session, told=told, before=before: hook(session, calendar, (told,), (), False, before)  # type: ignore[misc]
        )
    assert [each.title for contact in (ida, bo) for each in await timeline(anna, contact)] == ["Plan 2", "Plan 2"]


@pytest.mark.shows("CRM-2")
async def test_each_occurrence_of_a_series_with_a_contact_is_a_meeting(anna: House) -> None:
    ida, work = await known(anna), anna.services["anna"]
    await anna.sync.now()
    series = work.add("work", draft("Weekly", 26, attendees=IDA, rrule="FREQ=WEEKLY;COUNT=4"))
    await read(anna)
    meetings = await timeline(anna, ida)
    assert [(each.start - meetings[0].start) // DAY for each in meetings] == [0, 7, 14, 21]
    assert {each.series for each in meetings} == {series}
    work.remove("work", meetings[1].event)
    await read(anna)
    assert [each.state for each in await timeline(anna, ida)] == [
        MeetingState.SCHEDULED, MeetingState.CANCELLED, MeetingState.SCHEDULED, MeetingState.SCHEDULED,
    ]  # fmt: skip


@pytest.mark.shows("CRM-2")
async def test_a_meeting_that_is_over_stays_on_the_timeline_when_its_event_leaves_the_window(anna: House) -> None:
    ida, work = await known(anna), anna.services["anna"]
    await anna.sync.now()
    work.add("work", draft("Spring plan", 5, attendees=IDA))
    await read(anna)
    anna.timer.clock.at += 4 * DAY
    await anna.sync.now()
    (meeting,) = await timeline(anna, ida)
    assert meeting.state is MeetingState.SCHEDULED
    assert await anna.titles() == []


@pytest.mark.shows("CRM-2", "SET-1")
async def test_nothing_becomes_a_meeting_while_calendar_sync_is_off_nor_a_booking_twice(anna: House) -> None:
    ida, work = await known(anna), anna.services["anna"]
    await anna.sync.now()
    await booked(anna, at(13, 10))
    assert await timeline(anna, ida) == ()
    off = replace(await anna.account(), sync=False)
    await anna.workspace.database.write(lambda session: accounts.save_account(session, off))
    work.add("work", draft("Spring plan", 50, attendees=IDA))
    await read(anna)
    assert await timeline(anna, ida) == ()


@pytest.mark.shows("SYNC-5")
async def test_a_booking_follows_the_owners_hand_through_a_reading(anna: House) -> None:
    facts: list[object] = []
    for kind in (Cancelled, Rescheduled):
        anna.workspace.announcer.subscribe(kind, facts.append)
    work = anna.services["anna"]
    await anna.sync.now()
    booking, event = await booked(anna, at(13, 10))
    await read(anna)
    assert facts == []
    work.change("work", event, draft("Ida", 0, booking=booking.id, start=at(14, 12), end=at(14, 13)))
    await read(anna)
    after = await anna.workspace.bookings.get(booking.id)
    assert (after.start, after.end, after.state) == (at(14, 12), at(14, 13), State.WRITTEN)
    work.remove("work", event)
    await read(anna)
    assert (await anna.workspace.bookings.get(booking.id)).state is State.CANCELLED
    assert [type(each) for each in facts] == [Rescheduled, Cancelled]
    (change,) = (await anna.workspace.overview.load()).upstream
    assert change.kind is Upstream.DELETED
    await settle(anna.workspace)
    assert [name for name, _ in work.writes] == ["create"]


@pytest.mark.shows("SYNC-5", "SYNC-1")
async def test_a_change_that_was_first_seen_right_before_another_booking_is_followed_by_the_next_reading(anna: House) -> None:
    work = anna.services["anna"]
    await anna.sync.now()
    moved, event = await booked(anna, at(13, 10))
    deleted, gone = await booked(anna, at(13, 12))
    anna.timer.clock.at += 60
    work.change("work", event, draft("Ida", 0, booking=moved.id, start=at(13, 11), end=at(13, 11, 30)))
    work.remove("work", gone)
    await booked(anna, at(13, 9))
    assert (await anna.workspace.bookings.get(moved.id)).start == at(13, 11)
    assert (await anna.workspace.bookings.get(deleted.id)).state is State.CANCELLED


@pytest.mark.shows("SYNC-5")
async def test_a_booking_that_the_owner_moves_far_ahead_is_not_taken_for_a_deleted_one(anna: House) -> None:
    work = anna.services["anna"]
    await anna.sync.now()
    booking, event = await booked(anna, at(13, 10))
    far = at(13, 10) + 300 * DAY
    work.change("work", event, draft("Ida", 0, booking=booking.id, start=far, end=far + 1800))
    await read(anna)
    after = await anna.workspace.bookings.get(booking.id)
    assert (after.state, after.start) == (State.WRITTEN, far)
