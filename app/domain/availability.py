"""What is bookable, and why not: the one definition that the public pages, the booking itself and the explanation share.

``free_starts`` finds all free starts at once and is fast; ``explain`` takes one start and names every rule that forbids it.
Tests prove that it names none exactly for the free ones. Total functions of frozen data; the present is an argument.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.clock import HOUR, MINUTE, Instant
from app.domain.hours import Origin, bookable_span, grid_of, hourly_grid, open_spans, origin_of, ranges_on, window_span
from app.domain.intervals import Spans, gaps, union
from app.domain.pages import Fixed, Hours, Limits, Rules
from app.domain.travelling import day_of, days_of, opens_day, zone_on
from app.domain.zones import Day, monday, week_number

__all__ = [
    "Busy", "Occupied", "Plan", "Reason", "Why", "blocked", "bookable_span", "explain", "free_slots", "free_starts", "nearest",
    "open_spans",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Busy:
    """Time that is taken. ``before`` and ``after``: its own buffers in seconds, for a meeting that some page promised.

    ``source`` is ``event:<calendar>:<id>`` or ``booking:<id>``. An entry that ends before it starts counts for nothing; one
    of no length blocks the instant that it stands at.
    """

    start: Instant
    end: Instant
    before: int = 0
    after: int = 0
    source: str = ""


@dataclass(frozen=True, slots=True)
class Occupied:
    """A live booking, as the limits count it."""

    start: Instant
    page: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All that decides about a page's starts besides busy time. ``host_limits`` hold over all pages together."""

    page: str
    rules: Rules
    hours: Hours
    host_limits: Limits = Limits()


class Why(StrEnum):
    """Why a time is not bookable. ``AWAY``: the owner took the day off, for all pages. The last three are a page's standing
    and hold for all its times."""

    DURATION = "duration"
    OFF_GRID = "off_grid"
    OUTSIDE_HOURS = "outside_hours"
    DAY_OFF = "day_off"
    HOLIDAY = "holiday"
    AWAY = "away"
    NOTICE = "notice"
    PAST = "past"
    BEYOND_WINDOW = "beyond_window"
    BEFORE_WINDOW = "before_window"
    BUSY = "busy"
    BUFFER = "buffer"
    PAGE_DAY_LIMIT = "page_day_limit"
    PAGE_WEEK_LIMIT = "page_week_limit"
    HOST_DAY_LIMIT = "host_day_limit"
    HOST_WEEK_LIMIT = "host_week_limit"
    CALENDAR_INACTIVE = "calendar_inactive"
    PAUSED = "paused"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason. ``source`` and the span name what stands in the way, as far as there is such a thing:

    the busy entry; the day or week that is full; the open span that the meeting would leave; the day off; ``start`` alone
    for the first instant that notice or window allow, ``end`` alone for the one at which the window closes. For hours,
    ``source`` is ``override`` where the page has hours of its own for the date, ``spell:<date>`` and ``holiday:<date>`` where
    the owner has (the first date of the spell), and ``journey:<zone>`` where the week's hours are read elsewhere; for calendars
    it is ``calendar:<id>``.
    """

    why: Why
    source: str = ""
    start: Instant = 0
    end: Instant = 0


def blocked(busy: Iterable[Busy], rules: Rules) -> Spans:
    """Where no meeting may be: busy time, wider by the larger of the two buffers that face each other on either side.

    Depends on neither duration nor present, so it can be kept for as long as busy time and rules stay the same.
    """
    ahead, behind = rules.buffer_after * MINUTE, rules.buffer_before * MINUTE
    taken = [each for each in busy if each.end >= each.start]
    starts = [each.start - (ahead if ahead > each.before else each.before) for each in taken]
    # Without any buffer behind it, an entry of no length still takes its one second: True counts as 1.
    ends = [each.end + (behind if behind > each.after else each.after or each.end == each.start) for each in taken]
    return union(starts, ends)


def free_starts(
    plan: Plan, duration_minutes: int, blocked_spans: Spans, occupied: Iterable[Occupied], start: Instant, end: Instant
) -> tuple[Instant, ...]:
    """The starts from ``start`` to before ``end`` that hours, steps, busy time and limits leave free, whatever the present.

    ``blocked_spans``: what ``blocked`` made of the busy time from ``start`` to ``end`` plus duration and buffers.
    """
    if not _offered(plan.rules, duration_minutes) or end <= start:
        return ()
    length, step = duration_minutes * MINUTE, _step(plan.rules, duration_minutes)
    hourly = hourly_grid(plan.hours, start, end) if HOUR % step == 0 else ()
    found: list[Instant] = []
    for opening in open_spans(plan.hours, start, end + length):
        grid = hourly or grid_of(plan.hours, opening)
        for low, high in gaps(opening, blocked_spans):
            first, behind = max(low, start), min(high - length + 1, end)
            for begin, until, anchor in grid:
                at = max(first, begin)
                found.extend(range(at + (anchor - at) % step, min(behind, until), step))
    return _within_limits(plan, occupied, found)


def free_slots(
    plan: Plan,
    duration_minutes: int,
    busy: Iterable[Busy],
    occupied: Iterable[Occupied],
    now: Instant,
    start: Instant,
    end: Instant,
) -> tuple[Instant, ...]:
    """The starts from ``start`` to before ``end`` that can be booked at the instant ``now``."""
    first, behind = bookable_span(plan.rules.notice, plan.rules.window, plan.hours, now)
    return free_starts(plan, duration_minutes, blocked(busy, plan.rules), occupied, max(first, start), min(behind, end))


def nearest(starts: Sequence[Instant], wanted: Instant, most: int = 6) -> tuple[Instant, ...]:
    """The up to ``most`` of ascending ``starts`` that lie nearest to ``wanted``, ascending; of two as near the earlier one."""
    high = bisect_left(starts, wanted)
    low = high
    while high - low < most and (low > 0 or high < len(starts)):
        if high == len(starts) or (low > 0 and wanted - starts[low - 1] <= starts[high] - wanted):
            low -= 1
        else:
            high += 1
    return tuple(starts[low:high])


def explain(
    plan: Plan, duration_minutes: int, busy: Iterable[Busy], occupied: Iterable[Occupied], now: Instant, start: Instant
) -> tuple[Reason, ...]:
    """Every reason why such a meeting cannot start at ``start``; empty exactly when ``free_slots`` has that start."""
    wrong = () if _offered(plan.rules, duration_minutes) else (Reason(Why.DURATION),)
    if duration_minutes <= 0:
        return wrong
    end = start + duration_minutes * MINUTE
    return (
        *wrong,
        *_too_soon_or_late(plan, now, start),
        *_not_in_hours(plan, duration_minutes, start, end),
        *_in_the_way(plan.rules, busy, start, end),
        *_limits_reached(plan, occupied, start),
    )


def _offered(rules: Rules, duration_minutes: int) -> bool:
    return duration_minutes > 0 and duration_minutes in rules.durations


def _step(rules: Rules, duration_minutes: int) -> int:
    """Seconds from one start to the next."""
    return (rules.step or duration_minutes) * MINUTE


def _too_soon_or_late(plan: Plan, now: Instant, start: Instant) -> Iterator[Reason]:
    first, behind = window_span(plan.rules.window, plan.hours, now)
    earliest = now + max(plan.rules.notice, 0) * MINUTE
    if start < now:
        yield Reason(Why.PAST)
    elif start < earliest:
        yield Reason(Why.NOTICE, start=earliest)
    if start < first and isinstance(plan.rules.window, Fixed):
        yield Reason(Why.BEFORE_WINDOW, start=first)
    if start >= behind:
        yield Reason(Why.BEYOND_WINDOW, end=behind)


_CLOSED = {Origin.SPELL: Why.AWAY, Origin.HOLIDAY: Why.HOLIDAY}


def _not_in_hours(plan: Plan, duration_minutes: int, start: Instant, end: Instant) -> Iterator[Reason]:
    hours, day = plan.hours, day_of(plan.hours, start)
    origin, source = _source_of(hours, day)
    opening = next((span for span in open_spans(hours, start, end) if span[0] <= start), None)
    if opening is None:
        if ranges_on(hours, day):
            yield Reason(Why.OUTSIDE_HOURS, source)
        else:
            why = Why.DAY_OFF if origin is None else _CLOSED.get(origin, Why.DAY_OFF)
            yield Reason(why, source, opens_day(hours, day), opens_day(hours, day + 1))
        return
    if end > opening[1]:
        yield Reason(Why.OUTSIDE_HOURS, source, *opening)
    step = _step(plan.rules, duration_minutes)
    grid = hourly_grid(hours, start, start + 1) if HOUR % step == 0 else grid_of(hours, opening)
    if not any(begin <= start < until and (start - anchor) % step == 0 for begin, until, anchor in grid):
        yield Reason(Why.OFF_GRID)


def _source_of(hours: Hours, day: Day) -> tuple[Origin | None, str]:
    """What the hours of ``day`` come from, and its name in a reason."""
    origin, date = origin_of(hours, day)
    if origin is None:
        zone = zone_on(hours, day)
        return None, f"journey:{zone}" if zone != hours.zone else ""
    return origin, origin if origin is Origin.OVERRIDE else f"{origin}:{date}"


def _in_the_way(rules: Rules, busy: Iterable[Busy], start: Instant, end: Instant) -> Iterator[Reason]:
    ahead, behind = rules.buffer_after * MINUTE, rules.buffer_before * MINUTE
    for each in busy:
        if each.end < each.start:
            continue
        if each.start < end and start < (each.end if each.end > each.start else each.start + 1):
            yield Reason(Why.BUSY, each.source, each.start, each.end)
        elif each.start - max(ahead, each.before) < end and start < each.end + max(behind, each.after):
            yield Reason(Why.BUFFER, each.source, each.start, each.end)


@dataclass(frozen=True, slots=True)
class _Limit:
    """At most ``most`` meetings a day, or a week if ``weekly``; ``counts`` tells how many each already has."""

    why: Why
    most: int
    weekly: bool
    counts: Counter[int]

    def reached(self, day: Day) -> bool:
        return self.counts[week_number(day) if self.weekly else day] >= self.most


def _limits(plan: Plan, occupied: Iterable[Occupied]) -> tuple[_Limit, ...]:
    """The limits that are set, with what counts towards each, in days and weeks of the owner."""
    page, host = plan.rules.limits, plan.host_limits
    if page == host == Limits():
        return ()
    taken = [(day_of(plan.hours, each.start), each.page) for each in occupied]
    everywhere = [day for day, _ in taken]
    here = [day for day, name in taken if name == plan.page]
    return tuple(
        _Limit(why, most, weekly, Counter(map(week_number, days) if weekly else days))
        for why, most, weekly, days in (
            (Why.PAGE_DAY_LIMIT, page.per_day, False, here),
            (Why.PAGE_WEEK_LIMIT, page.per_week, True, here),
            (Why.HOST_DAY_LIMIT, host.per_day, False, everywhere),
            (Why.HOST_WEEK_LIMIT, host.per_week, True, everywhere),
        )
        if most is not None
    )


def _within_limits(plan: Plan, occupied: Iterable[Occupied], starts: Sequence[Instant]) -> tuple[Instant, ...]:
    limits = _limits(plan, occupied)
    if not limits:
        return tuple(starts)
    days = days_of(plan.hours, starts)
    full = {day for day in set(days) if any(limit.reached(day) for limit in limits)}
    return tuple(start for start, day in zip(starts, days, strict=True) if day not in full)


def _limits_reached(plan: Plan, occupied: Iterable[Occupied], start: Instant) -> Iterator[Reason]:
    hours, day = plan.hours, day_of(plan.hours, start)
    for limit in _limits(plan, occupied):
        if limit.reached(day):
            first, behind = (monday(week_number(day)), monday(week_number(day) + 1)) if limit.weekly else (day, day + 1)
            yield Reason(limit.why, "", opens_day(hours, first), opens_day(hours, behind))
