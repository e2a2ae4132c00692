"""What follows from a reading of a calendar, beside its copy: for bookings, and for contacts. The sync engine calls these."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.calendars import Event
from app.domain.clock import Clock
from app.domain.connections import Calendar
from app.domain.events import Fact
from app.models.base import Session
from app.services import meetings, upstream


class Following:
    """A hook of the sync engine (``services.sync.hooks``): bookings first, then meetings with contacts, in one transaction."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def __call__(
        self,
        session: Session,
        calendar: Calendar,
        changed: tuple[Event, ...],
        gone: tuple[str, ...],
        first: bool,
        before: Mapping[str, Event],
    ) -> tuple[Fact, ...]:
        now = self._clock.now()
        facts = upstream.follow(session, now, calendar, changed, gone, before)
        if changed or gone:
            meetings.follow(session, now, calendar, changed, gone, before, first=first)
        return facts
