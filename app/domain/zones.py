"""Wall clocks as arithmetic: a zone's offsets are looked up rarely and kept, so that no loop makes a datetime.

*Wall seconds* are what a zone's clock shows, counted the way instants are: days since 1970-01-01 times 86,400, plus the time of
day. Everything follows from the stretches of one offset; the time zone of the process plays no part.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.domain.clock import DAY, HOUR, MINUTE, Instant

Wall = int
Day = int
"""Days since 1970-01-01, a Thursday."""
Stretch = tuple[Instant, Instant, int]
"""From, to (half-open) and the seconds that the wall clock is ahead of UTC in between."""

_PROBE = 6 * HOUR
_CHUNK = 28 * DAY
_EPOCH = date(1970, 1, 1).toordinal()
_EARLIEST = (date(2, 1, 1).toordinal() - _EPOCH) * DAY
_LATEST = (date(9998, 12, 31).toordinal() - _EPOCH) * DAY


@lru_cache(512)
def is_known(zone: str) -> bool:
    """Whether this computer knows the time zone of that name."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def stretches(zone: str, start: Instant, end: Instant) -> tuple[Stretch, ...]:
    """The stretches of one offset each that together cover [start, end), and a little more at both sides."""
    found: list[tuple[Instant, int]] = []
    first, behind = start // _CHUNK, -(-end // _CHUNK)
    for number in range(first, max(behind, first + 1)):
        for begin, offset in _changes(zone, number):
            if not found or found[-1][1] != offset:
                found.append((begin, offset))
    ends = [begin for begin, _ in found[1:]] + [max(behind, first + 1) * _CHUNK]
    return tuple((begin, until, offset) for (begin, offset), until in zip(found, ends, strict=True))


def wall_clock(zone: str, instant: Instant) -> Wall:
    """What the clock in ``zone`` shows at ``instant``."""
    offset = 0
    for begin, ahead in _changes(zone, instant // _CHUNK):
        if begin <= instant:
            offset = ahead
    return instant + offset


def local_day(zone: str, instant: Instant) -> Day:
    """The day that the calendar on the wall in ``zone`` shows at ``instant``."""
    return wall_clock(zone, instant) // DAY


def first_shown(wall: Wall, over: Sequence[Stretch]) -> Instant:
    """The first instant at which the clock shows ``wall`` or later.

    So a time that the clock skips is the instant of the change, and of a time that it shows twice the first is meant. ``over``
    has to begin at least two days before ``wall``, so that no offset can reach out of it.
    """
    for begin, end, offset in over:
        at = max(begin, wall - offset)
        if at < end:
            return at
    return over[-1][1]


def day_start(zone: str, day: Day) -> Instant:
    """The instant at which ``day`` begins in ``zone``."""
    return first_shown(day * DAY, stretches(zone, (day - 2) * DAY, (day + 2) * DAY))


def day_number(day: date) -> Day:
    return day.toordinal() - _EPOCH


def weekday(day: Day) -> int:
    """0 for Monday to 6 for Sunday."""
    return (day + 3) % 7


def week_number(day: Day) -> int:
    """Weeks from Monday to Sunday (ISO 8601), counted from the one that holds 1970-01-01."""
    return (day + 3) // 7


def monday(week: int) -> Day:
    return week * 7 - 3


def wall_clocks(zone: str, starts: Sequence[Instant]) -> list[Wall]:
    """What the clock in ``zone`` shows at each of the ascending ``starts``."""
    found: list[Wall] = []
    if starts:
        for _, end, offset in stretches(zone, starts[0], starts[-1] + 1):
            behind = bisect_left(starts, end, len(found))
            found.extend([start + offset for start in starts[len(found) : behind]])
    return found


def visitor_days(starts: Sequence[Instant], zone: str) -> dict[date, tuple[tuple[Instant, int], ...]]:
    """Ascending ``starts`` under the days of the visitor's ``zone``, each with the minute of its day on the clock there."""
    found: dict[Day, list[tuple[Instant, int]]] = {}
    for start, wall in zip(starts, wall_clocks(zone, starts), strict=True):
        day = wall // DAY
        if day not in found:
            found[day] = []
        found[day].append((start, wall % DAY // MINUTE))
    return {date.fromordinal(day + _EPOCH): tuple(items) for day, items in found.items()}


@lru_cache(maxsize=2048)
def _changes(zone: str, chunk: int) -> tuple[tuple[Instant, int], ...]:
    """The instants within one chunk at which an offset begins, and the offset; the chunk's own beginning is the first.

    Looks every six hours: since 1900 no zone has changed twice within four days.
    """
    info = ZoneInfo(zone)
    before, end = chunk * _CHUNK, (chunk + 1) * _CHUNK
    offset = _offset(info, before)
    found = [(before, offset)]
    for probe in range(before + _PROBE, end + 1, _PROBE):
        ahead = _offset(info, probe)
        if ahead != offset:
            change = _change(info, before, probe)
            if change < end:
                found.append((change, ahead))
            offset = ahead
        before = probe
    return tuple(found)


def _change(info: ZoneInfo, low: Instant, high: Instant) -> Instant:
    """The first instant after ``low`` that has another offset than ``low``; ``high`` is known to have one."""
    offset = _offset(info, low)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(info, middle) == offset:
            low = middle
        else:
            high = middle
    return high


def _offset(info: ZoneInfo, instant: Instant) -> int:
    """Seconds ahead of UTC; outside the years that a datetime can hold, those of its first or last."""
    seconds = min(max(instant, _EARLIEST), _LATEST)
    there = info.fromutc(datetime(1970, 1, 1, tzinfo=info) + timedelta(seconds=seconds))
    ahead = there.utcoffset()
    return 0 if ahead is None else ahead.days * DAY + ahead.seconds
