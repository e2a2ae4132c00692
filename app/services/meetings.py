"""Contacts, and the events with them that the owner makes in the calendar itself (CRM-1, CRM-2).

``follow`` runs in the transaction that brings the copy of a calendar up to date, as that of ``upstream`` does. An event becomes
a meeting once and follows its changes from then on; bookings are meetings already and are left out.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.booking import Booking
from app.domain.calendars import Event
from app.domain.clock import Instant
from app.domain.connections import Calendar
from app.domain.contacts import (
    Contact,
    ContactMeeting,
    MeetingState,
    Source,
    followed,
    may_begin,
    meetings_from,
    people_of,
    source_of,
)
from app.domain.ids import new_id
from app.models import accounts
from app.models import contacts as rows
from app.models.base import Session


def note_contact(session: Session, booking: Booking, now: Instant) -> None:
    """Whoever books is a contact from then on."""
    visitor = booking.visitor
    if visitor.email:
        contact = Contact(
            new_id(), visitor.email.lower(), visitor.first_name, visitor.last_name, visitor.zone, visitor.language, now
        )
        rows.keep_contact(session, contact)


def follow(
    session: Session,
    now: Instant,
    calendar: Calendar,
    changed: tuple[Event, ...],
    gone: tuple[str, ...],
    before: Mapping[str, Event],
    *,
    first: bool = False,
) -> None:
    """Brings the timelines of contacts to what ``calendar`` says. ``before``: how the changed and the gone ones stood in the
    copy; ``first``: the calendar is being read for the first time."""
    source = source_of(accounts.list_accounts(session), calendar, first=first)
    if source is None:
        return
    events: dict[str, Event | None] = {**dict.fromkeys(gone), **{each.id: each for each in changed}}
    known = _follow_known(session, now, calendar, events)
    fresh = [(each, each.id not in before) for each in changed if each.attendees]
    fresh = [(each, new) for each, new in fresh if may_begin(each, source, new=new)]
    _begin(session, now, source, fresh, known)


def _follow_known(
    session: Session, now: Instant, calendar: Calendar, events: Mapping[str, Event | None]
) -> set[tuple[str, str]]:
    """Meetings that are on a timeline already; returns their events and contacts."""
    known = set()
    for meeting, email in rows.meetings_of_events(session, calendar.id, events):
        known.add((meeting.event, meeting.contact))
        now_is = followed(meeting, email, events[meeting.event], now)
        if now_is != meeting:
            rows.save_meeting(session, now_is)
    return known


def _begin(
    session: Session, now: Instant, source: Source, events: list[tuple[Event, bool]], known: set[tuple[str, str]]
) -> None:
    """Meetings that are new on a timeline."""
    people = {email for event, _ in events for email in people_of(event, source.own)}
    contacts = rows.contacts_by_email(session, people)
    for event, new in events:
        for contact in meetings_from(event, contacts, source, new=new):
            if (event.id, contact.id) not in known:
                meeting = ContactMeeting(
                    new_id(), contact.id, source.calendar, event.id, event.series, event.title,
                    event.start, event.end, MeetingState.SCHEDULED, now,
                )  # fmt: skip
                rows.save_meeting(session, meeting)
