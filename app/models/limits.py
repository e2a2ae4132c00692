"""How much was booked lately, for the limits that hold while pages are published (QUALITY 4.5)."""

from __future__ import annotations

from sqlalchemy import func, select

from app.domain.booking import LIVE, State
from app.domain.clock import Instant
from app.models.base import Session
from app.models.bookings import booking

_OPEN = tuple(sorted(state.value for state in (*LIVE, State.REQUESTED)))


def open_bookings_of(session: Session, email: str, now: Instant) -> int:
    """The bookings and requests of this address that are still to come."""
    wanted = select(func.count()).where(
        booking.c.start > now, booking.c.state.in_(_OPEN), func.lower(booking.c.email) == email.lower()
    )
    return int(session.execute(wanted).scalar_one())


def booked_since(session: Session, since: Instant) -> int:
    """What was booked or asked for since then, whatever became of it."""
    # A booking lies in the future of its making, and by its start it is found without reading the whole history.
    wanted = select(func.count()).where(booking.c.start > since, booking.c.created_at > since)
    return int(session.execute(wanted).scalar_one())
