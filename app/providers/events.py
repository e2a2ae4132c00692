"""What providers share about events: the window, the order, and what a draft becomes where the calendar is kept by us."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

from app.domain.calendars import Days, Event, EventDraft, days_to_instants
from app.domain.clock import Instant
from app.domain.series import to_wall


def in_window(event: Event, start: Instant, end: Instant) -> bool:
    """Whether the event overlaps the half-open window; one of no length does if it lies inside."""
    return event.start < end and (event.end > start or event.start >= start)


def in_order(events: Iterable[Event]) -> tuple[Event, ...]:
    return tuple(sorted(events, key=lambda event: (event.start, event.end, event.id)))


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
