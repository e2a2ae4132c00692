"""Offsets of a zone day by day, for those who turn very many walls into instants.

A day on which the clock changes has none: there each wall is looked at by itself. Zones made of a file's own rules are not
trusted to change at most once a day, so all their days are such.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from app.domain.clock import DAY

_EPOCH = date(1970, 1, 1).toordinal() * DAY
MOST_DAYS = 50_000
_LAST = date.max.toordinal()


class DayOffsets(dict[int, int | None]):
    """What to take from a wall in seconds (``recurrence.in_seconds``) to have its instant, by day (ordinal); None for a day on
    which that changes."""

    def __init__(self, zone: tzinfo) -> None:
        super().__init__()
        self._zone = zone
        self._steady = isinstance(zone, ZoneInfo) or zone is UTC

    def __missing__(self, day: int) -> int | None:
        if len(self) > MOST_DAYS:
            self.clear()
        self[day] = offset = self._offset(day) if self._steady and day < _LAST else None
        return offset

    def _offset(self, day: int) -> int | None:
        begin = datetime.combine(date.fromordinal(day), time(0), self._zone)
        offset = begin.utcoffset()
        if offset is None or offset != (begin + timedelta(days=1)).utcoffset() or offset.microseconds:
            return None
        return offset.days * DAY + offset.seconds + _EPOCH


@lru_cache(64)
def day_offsets(zone: tzinfo) -> DayOffsets:
    return DayOffsets(zone)
