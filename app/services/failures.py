"""Writes that a calendar refused for good, as tasks for the owner: with other times that are one click away (SYNC-4)."""

from __future__ import annotations

from app.domain.booking import Booking
from app.domain.clock import DAY, Instant
from app.domain.errors import NotFound
from app.domain.overview import FailedWrite
from app.models import bookings as booking_rows
from app.models import outbox as outbox_rows
from app.models.base import Session
from app.services.changing import page_of
from app.services.ground import Ground
from app.services.taking import nearest_starts

SHOWN_FOR = 31 * DAY
"""So long after its meeting a refused write is still a task."""
WITH_TIMES = 10
"""So many of them come with other times; finding those takes a look at the page's whole window."""


def failed_writes(session: Session, ground: Ground, now: Instant) -> tuple[FailedWrite, ...]:
    """The oldest first, one a booking."""
    found: list[FailedWrite] = []
    for job in outbox_rows.dead_jobs(session):
        try:
            booking = booking_rows.get_booking(session, job.booking)
        except NotFound:
            continue
        if booking.end > now - SHOWN_FOR:
            times = _other_times(session, ground, booking, now) if len(found) < WITH_TIMES else ()
            found.append(FailedWrite(booking, job.error, job.run_at, times))
    return tuple(found)


def _other_times(session: Session, ground: Ground, booking: Booking, now: Instant) -> tuple[Instant, ...]:
    """None for one that is over or was cancelled: then it is the removal that was refused."""
    page = page_of(session, booking)
    if page is None or not booking.live or booking.start <= now:
        return ()
    nearest = nearest_starts(session, ground, page, booking.duration, booking.start, now, without=booking.id)
    return tuple(each for each in nearest if each != booking.start)
