"""Series: rules, added and left-out starts, as occurrences in a window (RFC 5545 §3.8.5).

A wall that the clock skips counts with the offset from before the gap; of one that comes twice the first is meant (§3.3.5).
A first start that does not fit its own rule is undefined in the RFC; here it is an occurrence, as most calendars show it. Where
UNTIL lies before it there is none: that is what *this and all following* leaves of a series if the first one was taken out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice

from app.domain.clock import DAY, Instant
from app.domain.offsets import day_offsets
from app.domain.recurrence import FIRST_DAY, wall_seconds, walls
from app.domain.rules import Rule, RuleError

Start = Instant | date
"""An instant, or the date of an all-day occurrence."""

MOST_STARTS = 100_000
"""Starts that one series may have in a window."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = -62_104_000_000, 253_370_000_000
"""Instants of the years 2 and 9998: beyond them a wall may have no date."""


def expand(
    first: date,
    rules: Collection[Rule],
    zone: tzinfo,
    low: Instant,
    high: Instant,
    extra: Collection[Start] = (),
    left_out: Collection[Start] = (),
) -> tuple[Start, ...]:
    """The starts of a series from ``low`` to ``high``, both included, ascending, each once.

    ``first`` is a naive wall in ``zone``, or a date: then the starts are dates, and a date stands where its midnight does.
    ``extra`` (RDATE) and ``left_out`` (EXDATE) hold instants or dates; a date leaves out all starts of its day. Raises
    RuleError.
    """
    if not isinstance(first, datetime):
        return _expand_days(first, rules, zone, low, high, extra, left_out)
    found = {_as_instant(each, zone) for each in extra}
    if not _is_over(rules, first, zone):
        found.add(to_instant(first, zone))
    for rule in rules:
        found.update(islice(_instants(rule, first, zone, low, high), MOST_STARTS + 1))
        if len(found) > MOST_STARTS:
            raise RuleError("too_many")
    days = {each for each in left_out if isinstance(each, date)}
    found -= {each for each in left_out if isinstance(each, int)}
    if days:
        found = {each for each in found if to_wall(each, zone).date() not in days}
    return tuple(sorted([each for each in found if low <= each <= high]))


def _expand_days(
    first: date,
    rules: Collection[Rule],
    zone: tzinfo,
    low: Instant,
    high: Instant,
    extra: Collection[Start],
    left_out: Collection[Start],
) -> tuple[Start, ...]:
    """``expand`` for an all-day series. Days have no clock, so rules follow them as naive midnights."""
    found = {_as_day(each, zone) for each in extra}
    if not _is_over(rules, first, zone):
        found.add(first)
    begin, wall_low, wall_high = datetime.combine(first, time(0)), to_wall(low - DAY, zone), to_wall(high, zone)
    for rule in rules:
        until = _last_day(rule.until, zone)
        last = wall_high if until is None else min(wall_high, datetime.combine(until, time(0)))
        found |= {wall.date() for wall in walls(rule, begin, wall_low, last)}
    found -= {_as_day(each, zone) for each in left_out}
    return tuple(sorted(each for each in found if low <= _as_instant(each, zone) <= high))


def _is_over(rules: Collection[Rule], first: date, zone: tzinfo) -> bool:
    """Whether every rule ended before the series began."""
    return bool(rules) and all(_ends_before(rule.until, first, zone) for rule in rules)


def _ends_before(until: date | None, first: date, zone: tzinfo) -> bool:
    if isinstance(until, datetime) and isinstance(first, datetime):
        return (to_wall(int(until.timestamp()), zone) if until.tzinfo else until) < first
    last = _last_day(until, zone)
    return last is not None and last < (first.date() if isinstance(first, datetime) else first)


def to_instant(wall: datetime, zone: tzinfo) -> Instant:
    """The instant of a naive ``wall`` in ``zone`` (§3.3.5: the first of two, and past a gap)."""
    return int(wall.replace(tzinfo=zone, fold=0).timestamp())


def to_wall(instant: Instant, zone: tzinfo) -> datetime:
    """The naive wall in ``zone`` at ``instant``; at the ends of the calendar that of the nearest instant that has one."""
    return (_EPOCH + timedelta(seconds=min(max(instant, _FIRST), _LAST))).astimezone(zone).replace(tzinfo=None, fold=0)


def _as_instant(start: Start, zone: tzinfo) -> Instant:
    return start if isinstance(start, int) else to_instant(datetime.combine(start, time(0)), zone)


def _as_day(start: Start, zone: tzinfo) -> date:
    return to_wall(start, zone).date() if isinstance(start, int) else start


def _last_day(until: date | None, zone: tzinfo) -> date | None:
    if not isinstance(until, datetime):
        return until
    return (until.astimezone(zone) if until.tzinfo else until).date()


def _instants(rule: Rule, first: datetime, zone: tzinfo, low: Instant, high: Instant) -> Iterator[Instant]:
    """The starts of ``rule`` from about a day before ``low`` to ``high``: wider, because offsets differ."""
    last, until = to_wall(high + DAY, zone), rule.until
    if isinstance(until, datetime) and until.tzinfo:
        high = min(high, int(until.timestamp()))
        last = min(last, to_wall(high + DAY, zone))
    elif isinstance(until, datetime):
        last = min(last, until)
    elif until is not None:
        last = min(last, datetime.combine(until, time.max))
    offsets = day_offsets(zone)
    for wall in wall_seconds(rule, first, to_wall(low - DAY, zone), last):
        offset = offsets[wall // DAY]
        instant = wall - offset if offset is not None else to_instant(FIRST_DAY + timedelta(seconds=wall - DAY), zone)
        if instant <= high:
            yield instant


def occurrence_id(series: str, start: Start) -> str:
    """The id of the occurrence that ``series`` has at its original ``start``; moving the occurrence does not change it."""
    stamp = (
        start.strftime("%Y%m%d") if isinstance(start, date) else (_EPOCH + timedelta(seconds=start)).strftime("%Y%m%dT%H%M%SZ")
    )
    return f"{series}_{stamp}"


def split_occurrence_id(event: str) -> tuple[str, Start] | None:
    """Series and original start of an id that ``occurrence_id`` made; None for any other."""
    series, mark, stamp = event.rpartition("_")
    try:
        if mark and len(stamp) == 8:
            return series, datetime.strptime(stamp, "%Y%m%d").date()
        if mark and len(stamp) == 16:
            return series, int(datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp())
    except ValueError:
        return None
    return None
