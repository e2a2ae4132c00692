"""How others take part in what a reading brings: in the same transaction, before anybody else can see it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from app.domain.calendars import Event
from app.domain.connections import Calendar
from app.domain.events import Fact
from app.models.base import Session


class Hook(Protocol):
    """Hears what a reading brought to one calendar, inside the transaction that stores it, and returns facts to announce once
    that is committed. What it raises undoes the transaction, and the calendar is read again later.

    A long answer comes in several calls; an event stands in one of them. An answer that brings nothing comes as well: what an
    earlier one left open may be decided by now.
    """

    def __call__(
        self,
        session: Session,
        calendar: Calendar,
        changed: tuple[Event, ...],
        gone: tuple[str, ...],
        first: bool,
        before: Mapping[str, Event],
    ) -> tuple[Fact, ...]:
        """``calendar``: with ``read_at`` as the instant at which the answer began: what happened here later it cannot know.
        ``changed``: events that were made or differ from the copy, in the form that is kept. Events with our mark
        (``Event.booking``) come whenever the answer names them, even without any difference from the copy, and also when
        somebody moved them beyond the window that is read. ``gone``: ids of events that no longer exist at the service;
        those that only left the window are not among them. ``first``: the calendar is being read for the first time.
        ``before``: how the changed and the gone ones stood in the copy, without those that are new to it."""
        ...
