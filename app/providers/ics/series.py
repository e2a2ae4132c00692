"""The occurrences of one series: its rules, and what was made of single occurrences (RFC 5545 §3.8.4.4, §3.8.5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from typing import NamedTuple

from app.domain.clock import DAY, Instant
from app.domain.fine_recurrence import coarse
from app.domain.recurrence import effort
from app.domain.series import Start, expand, to_instant, to_wall
from app.providers.ics.entries import Entry
from app.providers.ics.lengths import Length


class Placed(NamedTuple):
    """One occurrence: where it was meant to start, where it starts, and what it is. ``length``: if not that of the entry."""

    original: Start
    start: Start
    entry: Entry
    length: Length | None = None


class EntrySeries:
    """A master with its changed occurrences; one with RANGE=THISANDFUTURE also shifts and replaces what follows (§3.2.13)."""

    def __init__(self, master: Entry, changed: Mapping[Start, Entry]) -> None:
        self._master = master
        self._changed = {master.original(recurrence): entry for recurrence, entry in changed.items()}
        future = ((at, entry) for at, entry in self._changed.items() if entry.future and not entry.cancelled)
        self._future = sorted(future, key=lambda each: self._instant(each[0]))
        self._reach = max(self._reach_of(at, entry) for at, entry in [(master.start, master), *self._changed.items()])

    def effort(self, start: Instant, end: Instant) -> int:
        """About how many steps ``occurrences`` takes."""
        low, high = to_wall(start - self._reach, self._master.zone), to_wall(end + self._reach, self._master.zone)
        return len(self._changed) + sum(effort(rule, _wall_of(self._master.first), low, high) for rule in self._master.rules)

    def coarse(self) -> EntrySeries:
        """One span a day in place of starts that are too many to follow, and the changed occurrences."""
        wall = _wall_of(self._master.first)
        found = [coarse(rule, wall) for rule in self._master.rules]
        longest, first = self._master.length, self._master.first
        if isinstance(first, datetime) and found:
            first = first.replace(hour=min(each.rule.by_hour[0] for each in found), minute=0, second=0)
            longest = Length(longest.days, longest.seconds + max(each.seconds for each in found))
        rules = tuple(each.rule for each in found)
        return EntrySeries(replace(self._master, first=first, length=longest, rules=rules, left_out=()), self._changed)

    def occurrences(self, start: Instant, end: Instant) -> Iterator[Placed]:
        """All that can touch the window, and some more. Raises RuleError."""
        master, low, high = self._master, start - self._reach, end + self._reach
        left_out = [*master.left_out, *self._changed]
        for at in expand(master.first, master.rules, master.zone, low, high, master.extra.keys(), left_out):
            yield self._placed(at)
        for at, entry in self._changed.items():
            if not entry.cancelled and at not in master.left_out:
                yield Placed(at, entry.start, entry)

    def _placed(self, at: Start) -> Placed:
        for original, entry in reversed(self._future):
            if self._instant(original) <= self._instant(at):
                return Placed(at, self._shifted(at, original, entry), entry)
        return Placed(at, at, self._master, self._master.extra.get(at))

    def _shifted(self, at: Start, original: Start, entry: Entry) -> Start:
        """``at``, moved by as much wall time as ``entry`` moved its own occurrence."""
        wall = self._wall(at) + (_wall_of(entry.first) - self._wall(original))
        return to_instant(wall, entry.zone) if isinstance(entry.first, datetime) else wall.date()

    def _instant(self, at: Start) -> Instant:
        return at if isinstance(at, int) else to_instant(datetime.combine(at, time(0)), self._master.zone)

    def _wall(self, at: Start) -> datetime:
        return to_wall(at, self._master.zone) if isinstance(at, int) else datetime.combine(at, time(0))

    def _reach_of(self, original: Start, entry: Entry) -> int:
        """Seconds that an occurrence may lie or last beyond its original start."""
        lengths = [entry.length, *(each for each in entry.extra.values() if each is not None)]
        shift = abs(_wall_of(entry.first) - self._wall(original)) if entry.future else None
        return max(each.days * DAY + each.seconds for each in lengths) + int(shift.total_seconds() if shift else 0) + 2 * DAY


def _wall_of(first: date) -> datetime:
    return first if isinstance(first, datetime) else datetime.combine(first, time(0))
