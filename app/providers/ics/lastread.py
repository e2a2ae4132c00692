"""What a feed held when it was last read: what an answer that breaks off in the middle is held against.

Nobody knows what would have followed, so such an answer adds busy time and takes none away. What it tells of an event may be a
part of it too (a series without its changed occurrences, an event without its end), so a known one stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from app.domain.calendars import Event
from app.domain.clock import Instant
from app.providers.events import in_order


@dataclass(frozen=True, slots=True)
class LastRead:
    """The events of a window by id."""

    start: Instant
    end: Instant
    events: Mapping[str, Event]

    @classmethod
    def of(cls, start: Instant, end: Instant, events: Iterable[Event]) -> LastRead:
        return cls(start, end, {each.id: each for each in events})

    def covers(self, start: Instant, end: Instant) -> bool:
        return self.start <= start and end <= self.end

    def within(self, start: Instant, end: Instant) -> tuple[Event, ...]:
        return in_order([each for each in self.events.values() if _overlaps(each, start, end)])

    def renewed(self, start: Instant, end: Instant, events: Iterable[Event]) -> LastRead:
        """After a part of the window was read as a whole."""
        kept = {name: each for name, each in self.events.items() if not _overlaps(each, start, end)}
        return replace(self, events={**kept, **{each.id: each for each in events}})

    def joined(self, events: Iterable[Event]) -> LastRead:
        """With what was told besides. Where an event is told to be at another time, it takes both."""
        found = dict(self.events)
        for each in events:
            known = found.setdefault(each.id, each)
            if _taken(known) != _taken(each):
                second = replace(each, id=f"{each.id} {each.start}-{each.end} {each.show_as.value} {each.response.value}")
                found[second.id] = second
        return replace(self, events=found)


def _overlaps(event: Event, start: Instant, end: Instant) -> bool:
    """As ``Provider.read_window`` has it."""
    return event.start < end and (event.end > start or event.start >= start)


def _taken(event: Event) -> tuple[object, ...]:
    return event.start, event.end, event.show_as, event.response
