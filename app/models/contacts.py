"""Contacts, and the events that are meetings with them (CRM-1, CRM-2)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import ForeignKey, Index, Row, bindparam, select

from app.domain.contacts import Contact, ContactMeeting, MeetingState
from app.models.base import Session, insert_for, store, table
from app.models.types import number, one_of, text

contact = table(
    "contact",
    text("id", default=None, primary_key=True),
    text("email", default=None, unique=True),
    text("first_name"),
    text("last_name"),
    text("zone"),
    text("language", default="en"),
    number("created_at"),
)

meeting = table(
    "meeting",
    text("id", default=None, primary_key=True),
    text("contact", ForeignKey("contact.id", ondelete="CASCADE"), default=None),
    text("calendar", default=None),
    text("event", default=None),
    text("series"),
    text("title"),
    number("start"),
    number("end"),
    text("state", default=None),
    number("at"),
    one_of("state", MeetingState),
    Index("meeting_of_event", "calendar", "event", "contact", unique=True),
    Index("meeting_of_contact", "contact", "start"),
)
"""No reference to the calendar: what was met stays on the timeline when its account is disconnected (CON-11)."""

_BY_EMAIL = select(contact).where(contact.c.email.in_(bindparam("emails", expanding=True)))
_OF_EVENTS = (
    select(meeting, contact.c.email)
    .join(contact, contact.c.id == meeting.c.contact)
    .where(meeting.c.calendar == bindparam("of"), meeting.c.event.in_(bindparam("events", expanding=True)))
    .order_by(meeting.c.start, meeting.c.id)
)


@cache
def _insert_if_new(dialect: str) -> Any:
    return insert_for(dialect, contact).on_conflict_do_nothing(index_elements=["email"])


def keep_contact(session: Session, new: Contact) -> None:
    """Adds the contact, unless there is one with that e-mail: what the owner knows of them stays."""
    values = {
        "id": new.id,
        "email": new.email.lower(),
        "first_name": new.first_name,
        "last_name": new.last_name,
        "zone": new.zone,
        "language": new.language,
        "created_at": new.created_at,
    }
    session.execute(_insert_if_new(session.dialect.name), values)


def contacts_by_email(session: Session, emails: Iterable[str]) -> dict[str, Contact]:
    """Those of ``emails``, in lower case, that are known."""
    wanted = sorted(set(emails))
    if not wanted:
        return {}
    return {row.email: _to_contact(row) for row in session.execute(_BY_EMAIL, {"emails": wanted})}


def list_contacts(session: Session) -> tuple[Contact, ...]:
    """By name, then e-mail."""
    statement = select(contact).order_by(contact.c.last_name, contact.c.first_name, contact.c.email)
    return tuple(map(_to_contact, session.execute(statement)))


def meetings_of_events(session: Session, calendar_id: str, events: Iterable[str]) -> tuple[tuple[ContactMeeting, str], ...]:
    """The meetings that those events of the calendar are, each with its contact's e-mail."""
    wanted = list(events)
    if not wanted:
        return ()
    rows = session.execute(_OF_EVENTS, {"of": calendar_id, "events": wanted})
    return tuple((_to_meeting(row), row.email) for row in rows)


def timeline(session: Session, contact_id: str) -> tuple[ContactMeeting, ...]:
    """The meetings with a contact that were made in the calendar, ascending."""
    statement = select(meeting).where(meeting.c.contact == contact_id).order_by(meeting.c.start, meeting.c.id)
    return tuple(map(_to_meeting, session.execute(statement)))


def save_meeting(session: Session, saved: ContactMeeting) -> None:
    """Adds the meeting or changes it."""
    values = {
        "id": saved.id,
        "contact": saved.contact,
        "calendar": saved.calendar,
        "event": saved.event,
        "series": saved.series,
        "title": saved.title,
        "start": saved.start,
        "end": saved.end,
        "state": saved.state.value,
        "at": saved.at,
    }
    store(session, meeting, values)


def _to_contact(row: Row[Any]) -> Contact:
    return Contact(row.id, row.email, row.first_name, row.last_name, row.zone, row.language, row.created_at)


def _to_meeting(row: Row[Any]) -> ContactMeeting:
    return ContactMeeting(
        row.id, row.contact, row.calendar, row.event, row.series, row.title, row.start, row.end, MeetingState(row.state), row.at
    )
