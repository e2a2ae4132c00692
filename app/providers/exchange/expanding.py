"""A series that the server left as it is in a view: its occurrences are made here. Pure.

Exchange lets a series have one occurrence a day, so one that was deleted or changed is known by its day; the time of day that
servers tell of it is not always right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.domain.clock import DAY, Instant
from app.domain.recurrence import walls
from app.domain.rules import Rule, RuleError
from app.domain.series import Start, expand, occurrence_id, split_occurrence_id, to_instant
from app.providers.exchange.items import NOT_UNDERSTOOD, Item, Moved
from app.providers.exchange.mapping import Home, days_of
from app.providers.exchange.recurrence import rule_of
from app.providers.exchange.zones import iana_zone

FIRST_WITHIN = timedelta(days=12 * 366)
"""A 29th of February may be eight years away, and a pattern may skip years."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A series: ``first`` is the wall of its first start, or its first day; ``length`` of an occurrence in seconds or days;
    ``left_out`` the days that have none of the pattern's occurrences (any more)."""

    first: date
    rule: Rule
    zone: str
    length: int
    left_out: frozenset[date]

    def starts(self, low: Instant, high: Instant) -> Iterator[Start]:
        """The starts of the pattern that reach into the window, those left out not among them."""
        info = ZoneInfo(self.zone)
        back = self.length * (DAY if self.whole else 1) + DAY
        for start in expand(self.first, [self.rule], info, low - back, high + DAY):
            if _day(start, info) not in self.left_out:
                yield start

    @property
    def whole(self) -> bool:
        return not isinstance(self.first, datetime)


def pattern_of(master: Item, home: Home) -> Pattern:
    """Raises RuleError."""
    day, rule = rule_of(master.recurrence)
    if master.says("IsAllDayEvent"):
        days = days_of(master, home)
        zone, wall, length = home.zone, datetime.combine(day, time(0)), (days.end - days.first).days
    else:
        zone = iana_zone(master.zone, home.zone) or iana_zone(master.plain.get("StartTimeZoneId", ""), home.zone) or home.zone
        begin = datetime.fromtimestamp(master.start, UTC).astimezone(ZoneInfo(zone))
        wall, length = datetime.combine(day, begin.time()), master.end - master.start
    # A pattern begins with the first day that it names, which need not be the one from which on it is to be.
    fitting = next(iter(walls(rule, wall, wall, wall + FIRST_WITHIN)), wall)
    first = fitting.date() if master.says("IsAllDayEvent") else fitting
    info = ZoneInfo(zone)
    changed = (*master.left_out, *(each.original for each in master.moved))
    out = frozenset(_nearest_day(at, info) if master.says("IsAllDayEvent") else _day(at, info) for at in changed)
    return Pattern(first, rule, zone, length, out)


def _day(start: Start, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(start, UTC).astimezone(zone).date() if isinstance(start, int) else start


def _nearest_day(midnight: Instant, zone: ZoneInfo) -> date:
    return _day(midnight + DAY // 4, zone)


def occurrences(master: Item, home: Home, low: Instant, high: Instant) -> Iterator[Item]:
    """The unchanged occurrences of a series in a window, as items of their own."""
    pattern = pattern_of(master, home)
    for start in pattern.starts(low, high):
        yield occurrence(master, pattern, start)


def occurrence(master: Item, pattern: Pattern, start: Start) -> Item:
    """The item that the server would have made."""
    if isinstance(start, int):
        begin, end = start, start + pattern.length
    else:
        info = ZoneInfo(pattern.zone)
        begin, end = (
            int(datetime.combine(start + timedelta(days=more), time(0), info).timestamp()) for more in (0, pattern.length)
        )
    plain = master.plain | {
        "CalendarItemType": "Occurrence", "Start": _text(begin), "End": _text(end),
    }  # fmt: skip
    name = occurrence_id(master.id, start)
    return Item(
        name, master.change, plain, master.zone, master.end_zone, master.booking, master.key, master.organizer, master.people
    )


def unread_change(master: Item, moved: Moved, name: str) -> Item:
    """A changed occurrence of which nothing is known but when it begins: as long as the others are."""
    length = master.end - master.start if master.has_times else 0
    plain = {"CalendarItemType": "Exception", "Start": _text(moved.start), "End": _text(moved.start + length)}
    return Item(name, master.change, plain | {"UID": master.plain.get("UID", "")}, unread=True)


def _text(at: Instant) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def changed_ids(master: Item, home: Home) -> list[str]:
    """The ids that the changed occurrences of a series had before they were changed."""
    if not master.moved:
        return []
    try:
        pattern = pattern_of(master, home)
    except (RuleError, *NOT_UNDERSTOOD):
        return [each.id for each in master.moved]
    info = ZoneInfo(pattern.zone)
    found = []
    for each in master.moved:
        if pattern.whole:
            start: Start = _nearest_day(each.original, info)
        else:
            wall = datetime.combine(_day(each.original, info), datetime.time(pattern.first))  # type: ignore[arg-type]
            start = to_instant(wall, info)
        found.append(occurrence_id(master.id, start))
    return found


def place_in(master: Item, home: Home, start: Start) -> int | None:
    """The number of an occurrence in its series, from 1, as ``OccurrenceItemId`` counts: whatever was deleted counts too."""
    pattern = pattern_of(master, home)
    info = ZoneInfo(pattern.zone)
    wanted = _day(start, info)
    end = start if isinstance(start, int) else int(datetime.combine(start, time(0), info).timestamp())
    for number, each in enumerate(expand(pattern.first, [pattern.rule], info, -(1 << 36), end + DAY), start=1):
        if _day(each, info) == wanted:
            return number
    return None


def split_id(event: str) -> tuple[str, Start] | None:
    """Series and start of an occurrence that was made here; None for any other id."""
    return split_occurrence_id(event)
