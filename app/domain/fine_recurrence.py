"""Rules that recur more often than daily (HOURLY, MINUTELY, SECONDLY), and what is left of rules with too many starts.

Periods of one unit are ``interval`` apart on the wall clock, counted from the one that holds the first start. Of the BY parts
those that name something coarser than the period or the period itself limit (RFC 5545 §3.3.10), the finer ones add. The walk
jumps over days, hours and minutes that cannot match, so that the work is bounded by what the window can hold.

Walls are integers here: seconds since the midnight before day 0 of the calendar, as ``date.toordinal`` counts days.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import product

from app.domain.rules import UNITS, Rule

DAY, HOUR, MINUTE = 86_400, 3_600, 60
MOST_STEPS = 1_000_000
"""Periods and gaps that one walk looks at: a rule of strangers that needs more is not followed."""


_LONGEST = 10_000 * 366 * DAY


class TooManySteps(Exception):
    """The walk was given up."""


def fine_effort(rule: Rule, seconds: int) -> int:
    """About how many steps ``fine_walls`` takes for a span of so many ``seconds``."""
    hours, minutes, each = (len(part) for part in (rule.by_hour, rule.by_minute, rule.by_second))
    added, fit = {
        "HOURLY": ((minutes or 1) * (each or 1), hours or 24),
        "MINUTELY": (each or 1, (hours or 24) * (minutes or 60)),
        "SECONDLY": (1, (hours or 24) * (minutes or 60) * (each or 60)),
    }[rule.every]
    periods = min(seconds // (UNITS[rule.every] * rule.interval), (seconds // DAY + 1) * (fit + 1)) + 1
    return periods * (1 + added)


def fine_walls(rule: Rule, first: int, low: int, high: int, fits: Callable[[int], bool] | None) -> Iterator[int]:
    """The walls of ``rule`` from ``low`` to ``high``, ascending. ``fits``: whether a day can have any. Raises TooManySteps."""
    unit, step = UNITS[rule.every], UNITS[rule.every] * rule.interval
    begin = first - first % unit
    added = _within(rule, first, unit)
    limits = _Limits(rule, unit, fits)
    at = begin + max(0, (low - begin) // step) * step
    steps = 0
    while at <= high:
        steps += 1
        if steps > MOST_STEPS:
            raise TooManySteps
        after = limits.jump(at)
        if after == at:
            for offset in added:
                if low <= at + offset <= high:
                    yield at + offset
            at += step
        else:
            at += -((at - after) // step) * step


def _within(rule: Rule, first: int, unit: int) -> tuple[int, ...]:
    """Where in a period its starts lie: what BYMINUTE and BYSECOND add, and what BYSETPOS leaves of it."""
    minutes = rule.by_minute or (first // MINUTE % 60,) if unit == HOUR else (0,)
    seconds = rule.by_second or (first % MINUTE,) if unit >= MINUTE else (0,)
    found = [minute * MINUTE + second for minute, second in product(minutes, seconds)]
    if not rule.by_position:
        return tuple(found)
    wanted = {at - 1 if at > 0 else len(found) + at for at in rule.by_position}
    return tuple(found[at] for at in sorted(wanted) if 0 <= at < len(found))


class _Limits:
    """What a period must fit. ``jump``: itself if it does, else a later moment before which nothing fits."""

    def __init__(self, rule: Rule, unit: int, fits: Callable[[int], bool] | None) -> None:
        self._day, self._days = fits, {day for _, day in rule.by_day}
        self._hour = _next(rule.by_hour, 24)
        self._minute = _next(rule.by_minute, 60) if unit <= MINUTE else None
        self._second = _next(rule.by_second, 60) if unit == 1 else None
        self._known, self._known_fits = -1, False

    def jump(self, at: int) -> int:
        day, rest = divmod(at, DAY)
        if day != self._known:
            self._known, self._known_fits = day, self._fits(day)
        if not self._known_fits:
            return (day + 1) * DAY
        hour = rest // HOUR
        if self._hour is not None and (found := self._hour[hour]) != hour:
            return day * DAY + found * HOUR
        minute = rest // MINUTE % 60
        if self._minute is not None and (found := self._minute[minute]) != minute:
            return at - rest % HOUR + found * MINUTE
        second = rest % MINUTE
        if self._second is not None and (found := self._second[second]) != second:
            return at - second + found
        return at

    def _fits(self, day: int) -> bool:
        return (not self._days or (day - 1) % 7 in self._days) and (self._day is None or self._day(day))


def _next(wanted: Collection[int], size: int) -> list[int] | None:
    """For each number the next one wanted, itself included; ``size`` where there is none. None if all are wanted."""
    if not wanted:
        return None
    return [min((each for each in wanted if each >= number), default=size) for number in range(size)]


@dataclass(frozen=True, slots=True)
class Coarse:
    """One start a day in place of many; ``seconds``: from it to behind the last of the many."""

    rule: Rule
    seconds: int


def coarse(rule: Rule, first: datetime) -> Coarse:
    """What is left of a rule with more starts than anybody can follow: each of its days, from the hour of the first start
    to the end of the hour of the last. A count is left out where only walking would tell when it is reached."""
    fine = rule.every in UNITS
    hours = rule.by_hour or (range(24) if fine else (first.hour,))
    every, interval = ("DAILY", 1) if fine else (rule.every, rule.interval)
    seconds = counted_seconds(rule)
    daily = replace(
        rule, every=every, interval=interval, count=None, by_hour=(min(hours),), by_minute=(0,), by_second=(0,), by_position=(),
        until=rule.until if seconds is None else _later(first, seconds),
    )  # fmt: skip
    return Coarse(daily, (max(hours) - min(hours) + 1) * HOUR)


def _later(first: datetime, seconds: int) -> datetime:
    return first + min(timedelta(seconds=min(seconds, _LONGEST)), datetime.max - first)


def counted_seconds(rule: Rule) -> int | None:
    """How long after the first start its count is reached: where every period has one start, that needs no counting."""
    parts = (
        rule.by_month, rule.by_month_day, rule.by_year_day, rule.by_week, rule.by_day, rule.by_hour, rule.by_minute,
        rule.by_second, rule.by_position,
    )  # fmt: skip
    length = {**UNITS, "DAILY": DAY, "WEEKLY": 7 * DAY}.get(rule.every)
    if rule.count is None or length is None or any(parts):
        return None
    return (rule.count - 1) * rule.interval * length
