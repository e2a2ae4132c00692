"""One resource as the event that a caller asked for. Pure.

The reader that is passed gives calendar, zone and owner; its window is set here.
"""

from __future__ import annotations

from dataclasses import replace

from app.domain.calendars import Event, EventDraft, midnight
from app.domain.clock import DAY
from app.domain.errors import NotFound
from app.domain.series import Start
from app.providers.caldav.reading import Reader, Resource
from app.providers.caldav.writing import Parts
from app.providers.events import in_order, times_of

BESIDE = 2 * DAY
"""What is looked at beside a window: servers have their own idea of when days begin that have no zone."""
FIRST_YEARS = (366 * DAY, 30 * 366 * DAY)
"""Seconds after the start of a series in which its first occurrence is looked for."""


def holds(reader: Reader, found: Resource, event: str, at: Start | None) -> bool:
    """Whether the resource holds the event, or the occurrence with the original start ``at``."""
    if at is None:
        return True
    changed = Parts.of(found.text).changed(at)
    if changed is not None:
        return not changed.cancelled
    begin = at if isinstance(at, int) else midnight(at, reader.zone)
    near = replace(reader, start=begin - BESIDE, end=begin + BESIDE)
    return any(each.id == event for each in near.events(found))


def first_event(reader: Reader, found: Resource) -> Event | None:
    """The event; of a series its first occurrence that is left, None if none is."""
    begin = Parts.of(found.text).first()
    for years in FIRST_YEARS:
        events = in_order(replace(reader, start=begin - BESIDE, end=begin + years).events(found))
        if events:
            return events[0]
    return None


def occurrence_of(reader: Reader, found: Resource, event: str, draft: EventDraft) -> Event:
    """The occurrence that was brought to the state of the draft. Raises NotFound."""
    start, end = times_of(draft.days, draft.start, draft.end, reader.zone)
    for each in replace(reader, start=start - BESIDE, end=end + BESIDE).events(found):
        if each.id == event:
            return each
    raise NotFound("event")
