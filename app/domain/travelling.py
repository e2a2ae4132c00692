"""Days of an owner who travels: on some dates wall times are those of another zone, and the days follow one another there.

A date is the one of the zone that holds on it: it opens when the calendar there begins it, and goes on until the next date
opens in its own zone. Where the way leads east, the last hours of a date belong to the next one already; where it leads west, a
date is longer. So every instant has exactly one date, dates ascend with time, and of one that the way skips, over the date
line, nothing is left. Bookable ranges are read on the clock of their date: those of two dates that overlap are one, and what
lies between two dates is closed.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from app.domain.clock import DAY, Instant
from app.domain.pages import Elsewhere, Hours
from app.domain.zones import Day, Stretch, day_number, day_start, local_day, stretches, wall_clocks

_EVER = 10**15


class Stay(NamedTuple):
    """The instants from ``begin`` to before ``until`` and the dates from ``first`` to before ``behind``: all in one zone."""

    begin: Instant
    until: Instant
    zone: str
    first: Day
    behind: Day


def zone_on(hours: Hours, day: Day) -> str:
    """Where the clock hangs that ``day`` goes by."""
    return _zone_on(hours.zone, hours.elsewhere, day)


def day_of(hours: Hours, instant: Instant) -> Day:
    """The date of the owner at ``instant``."""
    if not hours.elsewhere:
        return local_day(hours.zone, instant)
    found = _stays(hours.zone, hours.elsewhere)
    stay = found[bisect_right(found, instant, key=lambda each: each.begin) - 1]
    return _within(stay, local_day(stay.zone, instant))


def days_of(hours: Hours, starts: Sequence[Instant]) -> list[Day]:
    """The date of the owner at each of the ascending ``starts``."""
    if not hours.elsewhere:
        return [wall // DAY for wall in wall_clocks(hours.zone, starts)]
    found: list[Day] = []
    for stay in _stays(hours.zone, hours.elsewhere):
        part = starts[len(found) : bisect_left(starts, stay.until, len(found))]
        found += [_within(stay, wall // DAY) for wall in wall_clocks(stay.zone, part)]
    return found


def opens_day(hours: Hours, day: Day) -> Instant:
    """The instant at which ``day`` begins; that of the next one if it is skipped."""
    return _opens(hours.zone, hours.elsewhere, day) if hours.elsewhere else day_start(hours.zone, day)


def clocks(hours: Hours, start: Instant, end: Instant) -> tuple[Stretch, ...]:
    """The stretches of one offset that together cover [start, end): the clock of the owner, wherever they are."""
    if not hours.elsewhere:
        return stretches(hours.zone, start, end)
    found = []
    for stay in _stays(hours.zone, hours.elsewhere):
        low, high = max(start, stay.begin), min(end, stay.until)
        for begin, until, offset in stretches(stay.zone, low, high) if low < high else ():
            if max(low, begin) < min(high, until):
                found.append((max(low, begin), min(high, until), offset))
    return tuple(found)


def _within(stay: Stay, day: Day) -> Day:
    return min(max(day, stay.first), stay.behind - 1)


def _zone_on(home: str, elsewhere: tuple[Elsewhere, ...], day: Day) -> str:
    for each in reversed(elsewhere):
        if day_number(each.first) <= day <= day_number(each.last):
            return each.zone
    return home


def _opens(home: str, elsewhere: tuple[Elsewhere, ...], day: Day) -> Instant:
    """No two places are farther apart than the next date: what begins earlier than a date itself is that at most."""
    return min(day_start(_zone_on(home, elsewhere, each), each) for each in (day, day + 1))


@lru_cache(maxsize=64)
def _stays(home: str, elsewhere: tuple[Elsewhere, ...]) -> tuple[Stay, ...]:
    """All of time, stay after stay; ones that are skipped are left out."""
    days = sorted({day for each in elsewhere for day in (day_number(each.first), day_number(each.last) + 1)})
    begins = [-_EVER, *(_opens(home, elsewhere, day) for day in days), _EVER]
    dates = [-_EVER, *days, _EVER]
    zones = [home, *(_zone_on(home, elsewhere, day) for day in days)]
    return tuple(
        Stay(begin, until, zone, first, behind)
        for (begin, until), zone, (first, behind) in zip(pairwise(begins), zones, pairwise(dates), strict=True)
        if begin < until
    )
