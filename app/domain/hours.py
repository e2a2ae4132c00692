"""Bookable hours as instants: weekly wall times, dates with other hours, and the window of days that can be booked (PAGE-2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from app.domain.clock import DAY, MINUTE, Instant
from app.domain.intervals import Span, Spans, overlapping, union
from app.domain.pages import Fixed, Hours, Range, Rolling
from app.domain.travelling import clocks, day_of, opens_day, zone_on
from app.domain.zones import Day, Stretch, day_number, first_shown, monday, stretches, week_number, weekday

__all__ = [
    "Origin", "always_open", "bookable_span", "day_of", "grid_of", "hourly_grid", "open_spans", "opens_day", "origin_of",
    "ranges_on", "window_span",
]  # fmt: skip


class Origin(StrEnum):
    """What a day's hours come from, unless it is the week."""

    OVERRIDE = "override"
    SPELL = "spell"
    HOLIDAY = "holiday"


def open_spans(hours: Hours, start: Instant, end: Instant) -> Spans:
    """The bookable spans that overlap [start, end), whole: ranges that touch are one span, also over midnight.

    Only where the hours are open without an end, day and night, are spans cut, at a Monday's midnight outside [start, end).
    """
    if end <= start:
        return ()
    first = week_number(day_of(hours, start))
    last = week_number(day_of(hours, end + DAY))
    open_weeks = _open_weeks_elsewhere if hours.elsewhere else _open_weeks
    farther = 1
    while True:
        (begin, until), spans = open_weeks(hours, first, last)
        found = overlapping(spans, start, end)
        if not found or always_open(hours):
            return found
        goes_back, goes_on = found[0][0] == begin, found[-1][1] == until
        if not (goes_back or goes_on):
            return found
        first, last, farther = first - farther * goes_back, last + farther * goes_on, farther * 2


def always_open(hours: Hours) -> bool:
    """Whether every day of the week is open from midnight to midnight, so that a span may have no beginning."""
    return all(
        ranges and ranges[0][0] == 0 and ranges[-1][1] == 1440 and all(a[1] == b[0] for a, b in pairwise(ranges))
        for ranges in hours.weekly.days
    )


def ranges_on(hours: Hours, day: Day) -> tuple[Range, ...]:
    """The wall times of ``day``; none on a day off."""
    return _others(hours).get(day, hours.weekly.days[weekday(day)])


def origin_of(hours: Hours, day: Day) -> tuple[Origin | None, date | None]:
    """What the hours of ``day`` come from, and the date by which that can be looked up; nothing where the week decides."""
    for override in hours.overrides:
        if day_number(override.day) == day:
            return Origin.OVERRIDE, override.day
    for spell in reversed(hours.spells):
        if day_number(spell.first) <= day <= day_number(spell.last):
            return Origin.SPELL, spell.first
    for holiday in hours.holidays:
        if day_number(holiday) == day:
            return Origin.HOLIDAY, holiday
    return None, None


def bookable_span(notice_minutes: int, window: Rolling | Fixed, hours: Hours, now: Instant) -> Span:
    """The half-open span of starts that the present moment allows; empty, with its end at its start, when it allows none."""
    first, behind = window_span(window, hours, now)
    earliest = max(first, now + max(notice_minutes, 0) * MINUTE)
    return earliest, max(earliest, behind)


def window_span(window: Rolling | Fixed, hours: Hours, now: Instant) -> Span:
    """The days of ``window`` from the first midnight to the last, as the owner's days begin, whatever the notice."""
    today = day_of(hours, now)
    if isinstance(window, Fixed):
        first, last = day_number(window.first), day_number(window.last)
    else:
        first, last = today, _last_working_day(hours, today, window.days) if window.working else today + window.days
    return opens_day(hours, first), opens_day(hours, last + 1)


def _last_working_day(hours: Hours, today: Day, days: int) -> Day:
    """The day that is the ``days``-th one with hours after ``today``, or the last one there is."""
    others = _others(hours)
    weekly = [bool(ranges) for ranges in hours.weekly.days]
    if not any(weekly):
        ahead = sorted(day for day, ranges in others.items() if ranges and day > today)
        return ([today, *ahead[:days]])[-1]
    day = today
    while days > 0:
        day += 1
        days -= bool(others.get(day, weekly[weekday(day)]))
    return day


Piece = tuple[Instant, Instant, Instant]
"""Of the grid of starts: from, to (half-open) and the anchor from which the starts in between are whole steps away."""


def hourly_grid(hours: Hours, start: Instant, end: Instant) -> tuple[Piece, ...]:
    """For steps that divide an hour: anchored at the owner's full hour, anew wherever the clock changes."""
    return tuple((begin, until, -offset) for begin, until, offset in clocks(hours, start, end))


def grid_of(hours: Hours, opening: Span) -> tuple[Piece, ...]:
    """For other steps: anchored where the open span begins, or at each Monday's midnight if the hours never end."""
    begin, end = opening
    if not always_open(hours):
        return ((begin, end, begin),)
    first, last = (week_number(day_of(hours, each)) for each in opening)
    cuts = [begin, *(opens_day(hours, monday(week)) for week in range(first + 1, last + 1)), end]
    return tuple((low, high, low) for low, high in pairwise(cuts))


@lru_cache(maxsize=64)
def _others(hours: Hours) -> Mapping[Day, tuple[Range, ...]]:
    """The days that do not go by their weekday's hours, each with those that it has."""
    found: dict[Day, tuple[Range, ...]] = dict.fromkeys(map(day_number, hours.holidays), ())
    for spell in hours.spells:
        found |= dict.fromkeys(range(day_number(spell.first), day_number(spell.last) + 1), spell.ranges)
    return found | {day_number(each.day): each.ranges for each in hours.overrides}


@lru_cache(maxsize=128)
def _open_weeks(hours: Hours, first: int, last: int) -> tuple[Span, Spans]:
    """The beginning of week ``first`` and the end of week ``last``, and the bookable spans in between.

    Boundaries become instants before anything is stepped or compared, so that a clock change neither repeats nor loses time.
    """
    begin, end = monday(first), monday(last + 1)
    over = stretches(hours.zone, (begin - 2) * DAY, (end + 2) * DAY)
    found = list(_instants(hours, range(begin, end), over))
    return (first_shown(begin * DAY, over), first_shown(end * DAY, over)), union(*_ends(found))


@lru_cache(maxsize=128)
def _open_weeks_elsewhere(hours: Hours, first: int, last: int) -> tuple[Span, Spans]:
    """The same for an owner who travels. Dates of the weeks beside may reach into these: clocks are up to 26 hours apart."""
    begin, end = monday(first), monday(last + 1)
    found: list[Span] = []
    for day in range(begin - 3, end + 3):
        found += _instants(hours, (day,), stretches(zone_on(hours, day), (day - 2) * DAY, (day + 3) * DAY))
    opens, closes = opens_day(hours, begin), opens_day(hours, end)
    inside = [(max(low, opens), min(high, closes)) for low, high in overlapping(union(*_ends(found)), opens, closes)]
    return (opens, closes), tuple(inside)


def _instants(hours: Hours, days: Iterable[Day], over: Sequence[Stretch]) -> Iterator[Span]:
    """The ranges of ``days`` on the clock ``over``; one that the clock skips whole is none."""
    others = _others(hours)
    for day in days:
        for low, high in others.get(day, hours.weekly.days[weekday(day)]):
            opens = first_shown(day * DAY + low * MINUTE, over)
            closes = first_shown(day * DAY + high * MINUTE, over)
            if opens < closes:
                yield opens, closes


def _ends(spans: Sequence[Span]) -> tuple[list[Instant], list[Instant]]:
    return [low for low, _ in spans], [high for _, high in spans]
