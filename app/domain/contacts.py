"""Contacts, and which events of the owner's calendar are meetings with them (CRM-2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from app.domain.calendars import Event, Response
from app.domain.clock import Instant
from app.domain.connections import Account, Calendar, sync_account


class MeetingState(StrEnum):
    """What became of a meeting (CRM-4). The calendar moves it between *scheduled* and *cancelled*; the others are the owner's
    word, which the calendar never changes."""

    SCHEDULED = "scheduled"
    COMPLETED = "completed"
    RESCHEDULED = "rescheduled"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"


FOLLOWING = frozenset({MeetingState.SCHEDULED, MeetingState.CANCELLED})
"""States in which a meeting follows its event."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody whom the owner meets. ``email`` is in lower case and names one contact (CRM-1); ``zone`` is an IANA name."""

    id: str
    email: str
    first_name: str = ""
    last_name: str = ""
    zone: str = ""
    language: str = "en"
    created_at: Instant = 0


@dataclass(frozen=True, slots=True)
class ContactMeeting:
    """An event that was made in the calendar itself, on the timeline of one contact; each occurrence of a series is one.

    ``calendar`` and ``event`` are the ids of the event's copy here; ``at``: when this entry was last changed.
    """

    id: str
    contact: str
    calendar: str
    event: str
    series: str
    title: str
    start: Instant
    end: Instant
    state: MeetingState
    at: Instant


@dataclass(frozen=True, slots=True)
class Source:
    """The one calendar whose events become meetings, as it stands while a change of it is followed.

    ``connected_at``: events from before it stay the calendar's own. ``own``: the owner's addresses in lower case, who is no
    contact of theirs. ``first``: it is being read for the first time, so what is new here need not be new there.
    """

    calendar: str
    connected_at: Instant
    own: frozenset[str] = frozenset()
    first: bool = False


def source_of(accounts: tuple[Account, ...], calendar: Calendar, *, first: bool = False) -> Source | None:
    """None for calendars that are only checked for conflicts, and while calendar sync is off (CON-2, SET-1)."""
    account = sync_account(accounts)
    if account is None or calendar.account != account.id or not calendar.main:
        return None
    own = frozenset(each.email.lower() for each in accounts if each.email)
    return Source(calendar.id, account.connected_at, own, first)


def people_of(event: Event, own: frozenset[str]) -> tuple[str, ...]:
    """Whom the event is with: addresses in lower case, each once."""
    return tuple(dict.fromkeys(each.lower() for each in event.attendees if each and each.lower() not in own))


def may_begin(event: Event, source: Source, *, new: bool) -> bool:
    """Whether the event may become a meeting: made after connecting, by a person, and no booking of ours, which is one
    already. ``new``: it was not here before; that counts where the service does not tell when an event was made."""
    if event.booking or event.by_program or event.response is Response.DECLINED:
        return False
    return event.created >= source.connected_at if event.created else new and not source.first


def takes_place(event: Event, email: str) -> bool:
    """Whether a meeting with ``email`` still stands in the event: neither side has said no, and they are still invited."""
    declined = {each.lower() for each in event.declined}
    invited = {each.lower() for each in event.attendees}
    return event.response is not Response.DECLINED and email in invited and email not in declined


def meetings_from(event: Event, contacts: Mapping[str, Contact], source: Source, *, new: bool) -> tuple[Contact, ...]:
    """The contacts, of ``contacts`` by e-mail, on whose timeline the event becomes a meeting (CRM-2)."""
    if not event.attendees or not may_begin(event, source, new=new):
        return ()
    known = (contacts.get(email) for email in people_of(event, source.own))
    return tuple(each for each in known if each is not None and takes_place(event, each.email))


def followed(meeting: ContactMeeting, email: str, event: Event | None, now: Instant) -> ContactMeeting:
    """The meeting as its event says it; ``event`` None: it is gone. What is over stays as it was (the event may only have left
    the window that is read), and so does what the owner has said of it."""
    if meeting.state not in FOLLOWING:
        return meeting
    if event is None:
        state = MeetingState.CANCELLED if meeting.end > now else meeting.state
        return meeting if state is meeting.state else replace(meeting, state=state, at=now)
    # Whom a private event is with, and what about, is not kept; that it was this meeting is known already.
    hidden = event.private and event.response is not Response.DECLINED
    state = MeetingState.SCHEDULED if hidden or takes_place(event, email) else MeetingState.CANCELLED
    title = meeting.title if event.private else event.title
    fresh = replace(meeting, title=title, start=event.start, end=event.end, series=event.series, state=state)
    return meeting if fresh == meeting else replace(fresh, at=now)
