"""What a calendar holds: events, how they show, and which of them block time (SET-5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.domain.clock import Instant


class ShowAs(StrEnum):
    """How an event shows to others (transparency, legacy free/busy status)."""

    FREE = "free"
    TENTATIVE = "tentative"
    BUSY = "busy"
    OUT_OF_OFFICE = "out_of_office"
    WORKING_ELSEWHERE = "working_elsewhere"


class Response(StrEnum):
    """The owner's own answer to an invitation; ``OWN`` where the owner organises."""

    OWN = "own"
    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True)
class Days:
    """The days of an all-day event, last day exclusive (RFC 5545 §3.6.1). They have no zone of their own."""

    first: date
    end: date


@dataclass(frozen=True, slots=True)
class Event:
    """One occurrence in one calendar.

    ``start`` and ``end`` are instants, half-open; for an all-day event they are the calendar zone's midnights and ``days`` is
    set. ``id`` is the provider's id of the occurrence, ``series`` that of its series master. ``booking`` is our mark: the
    booking that made the event. ``declined``: those of ``attendees`` who said no. ``created`` is when the event was made, 0
    where the service does not tell; ``by_program``: another program made it, not the owner by hand.
    """

    id: str
    calendar: str
    start: Instant
    end: Instant
    title: str = ""
    days: Days | None = None
    show_as: ShowAs = ShowAs.BUSY
    response: Response = Response.OWN
    uid: str = ""
    series: str = ""
    booking: str = ""
    location: str = ""
    description: str = ""
    attendees: tuple[str, ...] = ()
    private: bool = False
    tag: str = ""
    key: str = ""
    declined: tuple[str, ...] = ()
    created: Instant = 0
    by_program: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """The master of a recurring event of a calendar that is kept here: its whole iCalendar text (VEVENTs with RRULE, RDATE,
    EXDATE and overrides), from which occurrences can be made for any window. ``changed``: the calendar's change number when
    it was last saved."""

    id: str
    calendar: str
    ics: str
    changed: int = 0


@dataclass(frozen=True, slots=True)
class EventDraft:
    """An event to be written. ``key`` makes the write idempotent: the same key never makes a second event. ``online``: with a
    link to a video meeting, made by the calendar's service (Google Meet, Teams)."""

    key: str
    title: str
    start: Instant
    end: Instant
    zone: str
    days: Days | None = None
    show_as: ShowAs = ShowAs.BUSY
    uid: str = ""
    sequence: int = 0
    booking: str = ""
    location: str = ""
    description: str = ""
    attendees: tuple[str, ...] = ()
    rrule: str = ""
    online: bool = False


@dataclass(frozen=True, slots=True)
class BlockingPolicy:
    """Which events block time (SET-5). A declined event never does."""

    busy: bool = True
    out_of_office: bool = True
    tentative: bool = True
    working_elsewhere: bool = False
    free: bool = False
    unanswered: bool = True


ONLY_BUSY = BlockingPolicy(out_of_office=False, tentative=False, unanswered=False)


def blocks(event: Event, policy: BlockingPolicy) -> bool:
    """Whether ``event`` takes time away under ``policy``."""
    if event.response is Response.DECLINED or event.end < event.start:
        return False
    if event.response is Response.UNANSWERED and not policy.unanswered:
        return False
    return {
        ShowAs.BUSY: policy.busy,
        ShowAs.OUT_OF_OFFICE: policy.out_of_office,
        ShowAs.TENTATIVE: policy.tentative,
        ShowAs.WORKING_ELSEWHERE: policy.working_elsewhere,
        ShowAs.FREE: policy.free,
    }[event.show_as]


def days_to_instants(days: Days, zone: str) -> tuple[Instant, Instant]:
    """First and last midnight of all-day ``days`` in the calendar's ``zone`` (SYNC-3). An empty or reversed span counts as
    one day."""
    end = max(days.end, days.first + timedelta(days=1))
    return midnight(days.first, zone), midnight(end, zone)


def midnight(day: date, zone: str) -> Instant:
    """The instant at which ``day`` begins in ``zone``: where the clock skips midnight, the first instant after the gap."""
    info = ZoneInfo(zone)
    found = datetime.combine(day, time(0), info)
    instant = int(found.timestamp())
    if datetime.fromtimestamp(instant, info).replace(tzinfo=None) == found.replace(tzinfo=None):
        return instant
    # The wall time does not exist. With the offset from before the gap the instant lies after the gap, with the later
    # offset before it; the gap itself begins in between.
    low, high = int(found.replace(fold=1).timestamp()), instant
    before = datetime.fromtimestamp(low, info).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, info).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high
