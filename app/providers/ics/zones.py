"""What a TZID means: an IANA name, a Windows name, a name with a vendor before it, or the rules of the file's own VTIMEZONE.

The IANA zone goes before the file's rules of the same name, which are often cut down to one year. A file's rules count for that
file alone: icalendar keeps them for the whole process, and the next file with another *Custom* would be read with them.
"""

from __future__ import annotations

import contextlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar.prop import vDDDTypes, vUTCOffset
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from app.domain.recurrence import walls
from app.domain.rules import UNITS, RuleError, parse_rule
from app.providers.ics.lengths import Length, read_length
from app.providers.ics.lines import Component, Property

Moment = date | datetime
"""A date, or an aware time."""

_read_value: Callable[[str], object] = vDDDTypes.from_ical
_read_offset: Callable[[str], timedelta] = vUTCOffset.from_ical

UTC_NAMES = frozenset({"UTC", "GMT", "Z", "tzone://Microsoft/Utc", "Coordinated Universal Time"})
RULES_FROM, RULES_UNTIL = datetime(1950, 1, 1), datetime(2100, 1, 1)
MOST_CHANGES = 2_000
_EPOCH = datetime(1970, 1, 1)


def read_moment(text: str) -> date:
    """A date, or a naive or UTC time, from its text. Raises ValueError."""
    found = _read_value(text)
    if not isinstance(found, date):
        # A time of no day, a duration or a period.
        raise ValueError(f"not a date or time: {text[:40]}")
    return found


class Zones:
    """The zones of one file. ``home`` is the calendar's own, in which times without a zone are read; ``unknown`` collects the
    names that nothing explains and that are therefore read in ``home`` too."""

    def __init__(self, home: str, calendar: Iterable[Component] = ()) -> None:
        self.home = ZoneInfo(home)
        self.home_name = home
        self.unknown: set[str] = set()
        self._own = {name.strip(): part for part in calendar if (name := part.value("TZID"))}
        self._found: dict[str, tzinfo] = {}

    def of(self, name: str) -> tzinfo:
        """The zone of a TZID. An empty one, or one that nothing explains, is ``home``; the latter is noted."""
        name = name.strip()
        if not name:
            return self.home
        if name not in self._found:
            self._found[name] = self._find(name)
        return self._found[name]

    def own(self, name: str) -> Component | None:
        """The file's VTIMEZONE of that name."""
        return self._own.get(name)

    def _find(self, name: str) -> tzinfo:
        own = self._own.get(name)
        found = named_zone(name) or (own and (named_zone(own.value("X-LIC-LOCATION")) or ruled_zone(own)))
        if found is None:
            self.unknown.add(name)
        return found or self.home

    def moments(self, found: Property) -> Iterator[tuple[Moment, Moment | Length | None]]:
        """The values of a property that holds dates, times or periods, each with its end if it has one. What of them cannot be
        read is left out."""
        for text in found.value.split(","):
            with contextlib.suppress(ValueError, OverflowError):
                yield self._value(found, text.strip())

    def is_whole(self, found: Property) -> bool:
        """Whether all its values can be read."""
        return len(list(self.moments(found))) == found.value.count(",") + 1

    def moment(self, found: Property) -> Moment:
        """The single value of such a property, or the first. Raises ValueError, OverflowError."""
        return self._value(found, found.value.partition(",")[0].strip())[0]

    def _value(self, found: Property, text: str) -> tuple[Moment, Moment | Length | None]:
        zone = found.parameters.get("TZID", "")
        begin, period, end = text.partition("/")
        first = read_moment(begin)
        if not period:
            moment = self._aware(first, zone)
            whole_day = found.parameters.get("VALUE") == "DATE" and isinstance(moment, datetime)
            return (moment.date() if whole_day and isinstance(moment, datetime) else moment), None
        moment = self._aware(_at_midnight(first), zone)
        if end.lstrip("+-")[:1].upper() == "P":
            return moment, read_length(end)
        return moment, self._aware(_at_midnight(read_moment(end)), zone)

    def _aware(self, value: date, zone: str) -> Moment:
        if not isinstance(value, datetime):
            return value
        return value.replace(tzinfo=self.of(zone), fold=0) if value.tzinfo is None else value.astimezone(UTC)


@lru_cache(1024)
def named_zone(name: str) -> tzinfo | None:
    """The zone that goes by this name anywhere, or None."""
    name = name.strip().strip("/")
    if name in UTC_NAMES:
        return UTC
    parts = name.split("/")
    for candidate in (name, WINDOWS_TO_OLSON.get(name, ""), *("/".join(parts[at:]) for at in range(1, len(parts)))):
        try:
            if "/" in candidate or candidate == name:
                return ZoneInfo(candidate)
        except (KeyError, ValueError, OSError):
            continue
    return None


class RuledZone(tzinfo):
    """A zone made of the offsets of a VTIMEZONE: ``before`` up to the first change, then each change's own."""

    def __init__(self, before: timedelta, changes: list[tuple[datetime, timedelta]]) -> None:
        self._offsets = [before, *(offset for _, offset in changes)]
        self._utc = [at for at, _ in changes]
        pairs = list(zip(self._utc, self._offsets, self._offsets[1:], strict=False))
        self._first = [at + max(old, new) for at, old, new in pairs]
        self._second = [at + min(old, new) for at, old, new in pairs]

    def utcoffset(self, wall: datetime | None) -> timedelta:
        if wall is None:
            return self._offsets[-1]
        changes = self._second if wall.fold else self._first
        return self._offsets[bisect_right(changes, wall.replace(tzinfo=None, fold=0))]

    def fromutc(self, utc: datetime) -> datetime:
        at = bisect_right(self._utc, utc.replace(tzinfo=None))
        wall = utc + self._offsets[at]
        return wall.replace(fold=int(at > 0 and wall.replace(tzinfo=None) < self._first[at - 1]))

    def dst(self, wall: datetime | None) -> timedelta | None:
        return None

    def tzname(self, wall: datetime | None) -> str | None:
        return None


def ruled_zone(part: Component) -> tzinfo | None:
    """The zone that a VTIMEZONE describes (§3.6.5); None if it cannot be followed."""
    changes: list[tuple[datetime, timedelta]] = []
    before: tuple[datetime, timedelta] | None = None
    try:
        for rules in (*part.inside("STANDARD"), *part.inside("DAYLIGHT")):
            old, new = (_read_offset(rules.value(name)) for name in ("TZOFFSETFROM", "TZOFFSETTO"))
            for wall in _onsets(rules):
                changes.append((wall - old, new))
                if before is None or wall < before[0]:
                    before = wall, old
                if len(changes) > MOST_CHANGES:
                    return None
    except (ValueError, OverflowError, RuleError):
        return None
    if before is None:
        return None
    return RuledZone(before[1], sorted(changes))


def _onsets(rules: Component) -> Iterator[datetime]:
    """When an observance begins, as walls before the change."""
    start = rules.first("DTSTART")
    if start is None:
        raise ValueError("DTSTART missing")
    first = _naive(read_moment(start.value))
    yield first
    for rule in map(parse_rule, (each.value for each in rules.all("RRULE"))):
        if rule.every in UNITS:
            raise RuleError("too_fine")
        until = rule.until or RULES_UNTIL
        if isinstance(until, datetime) and until.tzinfo:
            # UNTIL stands in UTC, one offset away from the wall; a day more adds no onset of a yearly rule.
            until = until.replace(tzinfo=None) + timedelta(days=1)
        yield from walls(rule, first, RULES_FROM, min(_naive(until), RULES_UNTIL))
    for listed in rules.all("RDATE"):
        yield from (_naive(read_moment(text.strip().partition("/")[0])) for text in listed.value.split(","))


def _at_midnight(value: date) -> datetime:
    """A period of dates, which nobody should write, is one of their midnights."""
    return value if isinstance(value, datetime) else _naive(value)


def _naive(value: date) -> datetime:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return datetime(value.year, value.month, value.day)
