"""Bookable hours as instants: weekly wall times, dates with other hours, and the window of days that can be booked (PAGE-2)."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

from app.domain.clock import DAY, MINUTE, Instant
from app.domain.intervals import Span, Spans, overlapping, union
from app.domain.pages import Fixed, Hours, Range, Rolling
from app.domain.zones import Day, day_number, day_start, first_shown, local_day, monday, stretches, week_number, weekday


def open_spans(hours: Hours, start: Instant, end: Instant) -> Spans:
    """The bookable spans that overlap [start, end), whole: ranges that touch are one span, also over midnight.

    Only where the hours are open without an end, day and night, are spans cut, at a Monday's midnight outside [start, end).
    """
    if end <= start:
        return ()
    first = week_number(local_day(hours.zone, start))
    last = week_number(local_day(hours.zone, end + DAY))
    farther = 1
    while True:
        (begin, until), spans = _open_weeks(hours, first, last)
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
    return other_hours(hours).get(day, hours.weekly.days[weekday(day)])


def other_hours(hours: Hours) -> dict[Day, tuple[Range, ...]]:
    """The dates that have hours of their own, instead of their weekday's."""
    return {day_number(each.day): each.ranges for each in hours.overrides}


def bookable_span(notice_minutes: int, window: Rolling | Fixed, hours: Hours, now: Instant) -> Span:
    """The half-open span of starts that the present moment allows; empty, with its end at its start, when it allows none."""
    first, behind = window_span(window, hours, now)
    earliest = max(first, now + max(notice_minutes, 0) * MINUTE)
    return earliest, max(earliest, behind)


def window_span(window: Rolling | Fixed, hours: Hours, now: Instant) -> Span:
    """The days of ``window`` from the first midnight to the last, in the hours' zone, whatever the notice."""
    today = local_day(hours.zone, now)
    if isinstance(window, Fixed):
        first, last = day_number(window.first), day_number(window.last)
    else:
        first, last = today, _last_working_day(hours, today, window.days) if window.working else today + window.days
    return day_start(hours.zone, first), day_start(hours.zone, last + 1)


def _last_working_day(hours: Hours, today: Day, days: int) -> Day:
    """The day that is the ``days``-th one with hours after ``today``, or the last one there is."""
    others = other_hours(hours)
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


def hourly_grid(zone: str, start: Instant, end: Instant) -> tuple[Piece, ...]:
    """For steps that divide an hour: anchored at the owner's full hour, anew wherever the clock changes."""
    return tuple((begin, until, -offset) for begin, until, offset in stretches(zone, start, end))


def grid_of(hours: Hours, opening: Span) -> tuple[Piece, ...]:
    """For other steps: anchored where the open span begins, or at each Monday's midnight if the hours never end."""
    begin, end = opening
    if not always_open(hours):
        return ((begin, end, begin),)
    first, last = (week_number(local_day(hours.zone, each)) for each in opening)
    cuts = [begin, *(day_start(hours.zone, monday(week)) for week in range(first + 1, last + 1)), end]
    return tuple((low, high, low) for low, high in pairwise(cuts))


@lru_cache(maxsize=128)
def _open_weeks(hours: Hours, first: int, last: int) -> tuple[Span, Spans]:
    """The beginning of week ``first`` and the end of week ``last``, and the bookable spans in between.

    Boundaries become instants before anything is stepped or compared, so that a clock change neither repeats nor loses time.
    """
    begin, end = monday(first), monday(last + 1)
    over = stretches(hours.zone, (begin - 2) * DAY, (end + 2) * DAY)
    others = other_hours(hours)
    starts: list[Instant] = []
    ends: list[Instant] = []
    for day in range(begin, end):
        for low, high in others.get(day, hours.weekly.days[weekday(day)]):
            opens = first_shown(day * DAY + low * MINUTE, over)
            closes = first_shown(day * DAY + high * MINUTE, over)
            if opens < closes:
                starts.append(opens)
                ends.append(closes)
    return (first_shown(begin * DAY, over), first_shown(end * DAY, over)), union(starts, ends)
