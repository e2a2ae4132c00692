"""Reads one calendar and brings its copy to what was told."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from app.domain.calendars import Event
from app.domain.connections import Calendar
from app.domain.events import Fact, SyncProgressed
from app.domain.syncing import Difference, Window, kept
from app.models import accounts as rows
from app.models.database import CHUNK, chunks
from app.providers.base import Provider, TellsEarly
from app.services.sync.asking import Asking
from app.services.sync.desk import Desk, Plan
from app.services.sync.replica import FEW, PAUSE, Arrived, Reading, Stored, add, all_known, differences, store


@dataclass(slots=True)
class Following:
    """How one calendar is followed. ``due``: when it is read next, and ``looked``: when it was, in the pace's seconds;
    ``news``: the service told of a change since then. ``missing``: events that the owner
    is asked about; ``agreed``: those of which they said that the copy keeps them; ``let_go``: they said that all may go."""

    due: float = 0.0
    looked: float = float("-inf")
    news: bool = False
    failures: int = 0
    window: Window | None = None
    detailed: bool = False
    missing: frozenset[str] = frozenset()
    agreed: frozenset[str] = frozenset()
    let_go: bool = False
    stale_told: bool = False


async def copy(
    desk: Desk, asked: Asking, provider: Provider, found: Plan, calendar: Calendar, following: Following
) -> Stored | None:
    """One reading; None if the calendar is gone meanwhile. Raises what the provider raises."""
    began, window = desk.clock.now(), found.window
    token = await desk.database.read(lambda session: rows.sync_token(session, calendar.id))
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
    strays = await _strays(asked, provider, calendar, difference)
    stored = await store(desk.database, reading, answer, difference, strays, desk.hooks, told)
    if stored is not None and reading.first:
        desk.announce(SyncProgressed(calendar.account, calendar.id, len(answer.events), done=True))
    return stored


async def _strays(asked: Asking, provider: Provider, calendar: Calendar, found: Difference) -> tuple[Event, ...]:
    """Events of our bookings that left the window but exist: an answer does not tell them from those that are gone."""
    strays = []
    for name in found.gone:
        booking = found.before[name].booking
        if booking:
            event = await asked(provider.find(calendar.at, booking))
            strays += [event] if event is not None and event.id == name else []
    return tuple(strays)


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
