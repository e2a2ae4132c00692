"""Which entries of a file belong together: those of one UID, which are mostly one event, but not always."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from app.domain.series import Start
from app.providers.ics.entries import Entry, digest


@dataclass(slots=True)
class Group:
    """A single event, or a series with its changed occurrences."""

    master: Entry | None = None
    changed: dict[Start, Entry] = field(default_factory=dict)

    @property
    def recurs(self) -> bool:
        return self.master is not None and (self.master.recurs or bool(self.changed))

    @property
    def title(self) -> str:
        return next((entry.fields.title for entry in (self.master, *self.changed.values()) if entry is not None), "")


@dataclass(slots=True)
class Sharing:
    """All that has one UID. ``masters`` by their times: some services give one UID to all of their events."""

    masters: dict[str, Entry] = field(default_factory=dict)
    changed: dict[Start, Entry] = field(default_factory=dict)

    def take(self, entry: Entry) -> None:
        """Of several versions the highest SEQUENCE counts, the last of equals; other times of the same one are no version."""
        if entry.recurrence is not None:
            known = self.changed.get(entry.recurrence)
            if known is None or entry.sequence >= known.sequence:
                self.changed[entry.recurrence] = entry
            return
        newest = max((each.sequence for each in self.masters.values()), default=entry.sequence)
        if entry.sequence > newest:
            self.masters.clear()
        if entry.sequence >= newest:
            self.masters[entry.times] = entry

    def groups(self, uid: str) -> Iterator[tuple[str, Group]]:
        """Each event by itself, the one to which the changed occurrences belong with the UID, the others with one of their
        own."""
        masters = list(self.masters.values())
        main = next((each for each in masters if each.recurs), masters[0] if masters else None)
        yield uid, Group(main, self.changed)
        for times, each in self.masters.items():
            if each is not main:
                yield f"{uid} {digest(times)[:8]}", Group(each)
