"""What was read right before a booking, put into the copy inside the booking's transaction (SYNC-1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from app.domain.calendars import Event
from app.domain.clock import Instant
from app.domain.errors import NotFound
from app.domain.ids import new_id
from app.domain.syncing import kept
from app.models import accounts as account_rows
from app.models import bookings
from app.models import calendars as rows
from app.models.base import Session


def store_fresh(session: Session, calendar_id: str, start: Instant, end: Instant, events: Iterable[Event]) -> None:
    """Makes ``events`` all there is of the calendar in the span, except that our own bookings' events are not removed: what
    becomes of those is the next reading's to tell. Where that changed anything, the next reading compares everything: nobody
    knows which of the two answers is the older one."""
    known = {each.id: each for each in rows.events_between(session, (calendar_id,), start, end)}
    wanted = {
        each.id: _as_known(_unless_foreign(session, kept(each, calendar_id, details=False)), known.get(each.id))
        for each in events
    }
    gone = [name for name, each in known.items() if name not in wanted and not each.booking]
    changed = [each for name, each in wanted.items() if known.get(name) != each]
    if gone or changed:
        rows.delete_events(session, calendar_id, sorted(gone))
        rows.upsert_events(session, calendar_id, changed)
        account_rows.keep_sync_token(session, calendar_id, f"fresh {new_id()}")


def _unless_foreign(session: Session, event: Event) -> Event:
    """The booking of another workspace, which writes into the same calendar, takes time away like any other event."""
    if event.booking:
        try:
            bookings.get_booking(session, event.booking)
        except NotFound:
            return replace(event, booking="")
    return event


def _as_known(event: Event, known: Event | None) -> Event:
    """Only times and what blocks count before a booking: of an event that is known the rest stays."""
    if known is None:
        return event
    return replace(known, start=event.start, end=event.end, days=event.days, show_as=event.show_as, response=event.response)
