"""Reads one calendar and brings its copy to what was told."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field

from app.domain.booking import Booking
from app.domain.calendars import Event
from app.domain.clock import Instant
from app.domain.connections import Calendar
from app.domain.events import Fact, SyncProgressed
from app.domain.syncing import LAG, Difference, Window, kept
from app.models import accounts as rows
from app.models.base import Session
from app.models.database import CHUNK, chunks
from app.models.upstream import unseen_in
from app.providers.base import Provider, TellsEarly
from app.services.sync.asking import Asking
from app.services.sync.desk import Desk, Plan
from app.services.sync.replica import FEW, PAUSE, Arrived, Beside, Reading, Stored, add, all_known, differences, store


@dataclass(slots=True)
class Following:
    """How one calendar is followed. ``due``: when it is read next, and ``looked``: when it was, in the pace's seconds;
    ``news``: the service told of a change since then. ``missing``: events that the owner is asked about; ``agreed``: those of
    which they said that the copy keeps them; ``let_go``: they said that all may go. ``unseen``: bookings whose events were
    looked for in vain the last time."""

    due: float = 0.0
    looked: float = float("-inf")
    news: bool = False
    failures: int = 0
    window: Window | None = None
    detailed: bool = False
    missing: frozenset[str] = frozenset()
    agreed: frozenset[str] = frozenset()
    let_go: bool = False
    unseen: frozenset[str] = frozenset()
    stale_told: bool = False


async def copy(
    desk: Desk, asked: Asking, provider: Provider, found: Plan, calendar: Calendar, following: Following
) -> Stored | None:
    """One reading; None if the calendar is gone meanwhile. Raises what the provider raises."""
    began, window = desk.clock.now(), found.window
    token, written = await desk.database.read(lambda session: _known(session, calendar, window, began))
    reading = Reading(calendar, window, calendar.id in found.detailed, began, token)
    sent = "" if following.let_go else reading.token
    told = _Told(desk, reading)
    arriving: _Arriving | None = None
    if reading.first and isinstance(provider, TellsEarly):
        arriving = _Arriving(desk, reading, told, await desk.database.read(lambda session: all_known(session, calendar.id)))
        answer = await asked(provider.changes(calendar.at, sent, window.start, window.end, arriving.store))
    else:
        answer = await asked(provider.changes(calendar.at, sent, window.start, window.end))
    difference = await differences(
        desk.database, reading, answer, following.let_go, following.agreed, None if arriving is None else arriving.arrived
    )
    beside = await _beside(asked, provider, calendar, difference, written, {each.booking for each in answer.events}, following)
    stored = await store(desk.database, reading, answer, difference, beside, desk.hooks, told)
    if stored is not None and reading.first:
        desk.announce(SyncProgressed(calendar.account, calendar.id, len(answer.events), done=True))
    return stored


def _known(session: Session, calendar: Calendar, window: Window, now: Instant) -> tuple[str, tuple[Booking, ...]]:
    """The token, and the bookings that the copy does not know yet although they were written of late."""
    token = rows.sync_token(session, calendar.id)
    if not calendar.read_at:
        return token, ()
    return token, unseen_in(session, calendar.id, max(window.start, now), window.end, calendar.read_at - LAG)


async def _beside(
    asked: Asking,
    provider: Provider,
    calendar: Calendar,
    found: Difference,
    written: tuple[Booking, ...],
    told: Collection[str],
    following: Following,
) -> Beside:
    """Events of our bookings that left the window but exist: an answer does not tell them from those that are gone. And those
    that no answer has named: one that was deleted before it was ever read is missing twice."""
    strays = []
    for name in found.gone:
        booking = found.before[name].booking
        if booking:
            event = await asked(provider.find(calendar.at, booking))
            strays += [event] if event is not None and event.id == name else []
    missing: list[Event] = []
    for each in written:
        if each.id not in told:
            event = await asked(provider.find(calendar.at, each.id))
            if event is None:
                missing.append(_as_written(each))
            else:
                strays.append(event)
    absent = tuple(each for each in missing if each.booking in following.unseen)
    following.unseen = frozenset(each.booking for each in missing)
    return Beside(tuple(strays), absent)


def _as_written(booking: Booking) -> Event:
    """The event that the booking made, which is in no copy."""
    return Event(f"unseen {booking.id}", "", booking.start, booking.end, booking=booking.id)


@dataclass(slots=True)
class _Told:
    """Announces what a step brought, and of a first reading how far it is."""

    desk: Desk
    reading: Reading
    events: int = 0

    def __call__(self, events: int, facts: tuple[Fact, ...]) -> None:
        self.events += events
        if self.reading.first:
            self.desk.announce(SyncProgressed(self.reading.calendar.account, self.reading.calendar.id, self.events))
        self.desk.announce(*facts)


@dataclass(slots=True)
class _Arriving:
    """Stores what a first reading tells early: the calendar does not count as read yet, so it can only take time away.
    ``known``: what is in the copy by now; ``raw``: how that was told."""

    desk: Desk
    reading: Reading
    told: _Told
    known: dict[str, Event] = field(default_factory=dict)
    raw: dict[str, Event] = field(default_factory=dict)

    @property
    def arrived(self) -> Arrived:
        return Arrived(self.known, self.raw)

    async def store(self, events: tuple[Event, ...]) -> None:
        """In pieces, with a pause between two; stops in silence once the calendar is gone."""
        reading, hooks = self.reading, tuple(self.desk.hooks)

        def needed() -> list[Event]:
            events_kept = (kept(each, reading.calendar.id, reading.details) for each in events)
            return [each for each in events_kept if self.known.get(each.id) != each]

        new = needed() if len(events) <= FEW else await asyncio.to_thread(needed)
        for part in map(tuple, chunks(new, CHUNK)):
            before = {each.id: self.known[each.id] for each in part if each.id in self.known}
            facts = await self.desk.database.write(
                lambda session, part=part, before=before: add(session, reading, part, before, hooks)  # type: ignore[misc]
            )
            if facts is None:
                return
            self.known.update((each.id, each) for each in part)
            self.told(len(part), facts)
            await asyncio.sleep(PAUSE)
        self.raw.update((each.id, each) for each in events)
