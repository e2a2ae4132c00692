"""What providers share about events: the window, the order, what a draft becomes where the calendar is kept by us, and how
many are made in a short time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from operator import attrgetter
from typing import Any, cast
from zoneinfo import ZoneInfo

from app.domain.calendars import Days, Event, EventDraft, Response, ShowAs, days_to_instants
from app.domain.clock import Instant
from app.domain.series import to_wall

_PLACE = attrgetter("start", "end", "id")


def in_window(event: Event, start: Instant, end: Instant) -> bool:
    """Whether the event overlaps the half-open window; one of no length does if it lies inside."""
    return event.start < end and (event.end > start or event.start >= start)


def in_order(events: Iterable[Event]) -> tuple[Event, ...]:
    return tuple(sorted(events, key=_PLACE))


def event_of(draft: EventDraft, event: str, calendar: str, zone: str) -> Event:
    """The event that ``draft`` describes, in a calendar of ``zone``. All-day ones have that zone's midnights (SYNC-3)."""
    start, end = times_of(draft.days, draft.start, draft.end, zone)
    return Event(
        id=event,
        calendar=calendar,
        start=start,
        end=end,
        title=draft.title,
        days=draft.days,
        show_as=draft.show_as,
        uid=draft.uid or event,
        booking=draft.booking,
        location=draft.location,
        description=draft.description,
        attendees=draft.attendees,
    )


def times_of(days: Days | None, start: Instant, end: Instant, zone: str) -> tuple[Instant, Instant]:
    """Start and end as a calendar of ``zone`` has them."""
    return (start, end) if days is None else days_to_instants(days, zone)


def first_of(draft: EventDraft) -> date:
    """Where a recurring draft begins: a naive wall in the draft's own zone, or a date."""
    return draft.days.first if draft.days else to_wall(draft.start, ZoneInfo(draft.zone))


class _Open:
    """An event whose attributes can be set, laid out in memory as an ``Event`` is."""

    __slots__ = Event.__slots__


def quick_event(
    event: str,
    calendar: str,
    start: Instant,
    end: Instant,
    title: str,
    days: Days | None,
    show_as: ShowAs,
    response: Response,
    uid: str,
    series: str,
    booking: str,
    location: str,
    description: str,
    attendees: tuple[str, ...],
    private: bool,
    tag: str,
    key: str,
    declined: tuple[str, ...],
    created: Instant,
    by_program: bool,
) -> Event:
    """``Event`` with all of its fields, six times as quick: a frozen dataclass sets each of them by a detour, which counts
    where there are ten thousand events."""
    made: Any = _Open()
    made.id = event
    made.calendar = calendar
    made.start = start
    made.end = end
    made.title = title
    made.days = days
    made.show_as = show_as
    made.response = response
    made.uid = uid
    made.series = series
    made.booking = booking
    made.location = location
    made.description = description
    made.attendees = attendees
    made.private = private
    made.tag = tag
    made.key = key
    made.declined = declined
    made.created = created
    made.by_program = by_program
    made.__class__ = Event
    return cast(Event, made)
