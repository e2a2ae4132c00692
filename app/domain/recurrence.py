"""Recurrence rules: which wall times follow from RRULE (RFC 5545 §3.3.10). ``series`` makes occurrences of them.

Pure and on integers. A rule is looked at period by period (day, week, month, year), and the walk begins at the window, not at
the series' first day, unless COUNT asks to count from there. The work is bounded by the window: a rule that can never be met
ends with it.

*wall*: a naive date and time on the clock of the series' zone. Rules are about walls; only their results become instants.
"""

from __future__ import annotations

from calendar import isleap, monthrange
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice, product

from app.domain.fine_recurrence import DAY, TooManySteps, counted_seconds, fine_effort, fine_walls
from app.domain.rules import UNITS, Rule, RuleError

MOST_A_PERIOD = 200_000
"""Combinations of days and times that one period of a rule may have."""

FIRST_DAY = datetime(1, 1, 1)
_NO_END = datetime.max.toordinal() * DAY + DAY - 1


def effort(rule: Rule, first: datetime, low: datetime, high: datetime) -> int:
    """About how many steps ``walls`` takes, for whoever follows the rules of strangers."""
    rule, last = _uncounted(rule, in_seconds(first))
    begin = in_seconds(first if rule.count is not None else max(first, low))
    seconds = max(0, min(in_seconds(high), last) - begin)
    if rule.every in UNITS:
        return fine_effort(rule, seconds)
    length, cost = {"DAILY": (1, 1), "WEEKLY": (7, 3), "MONTHLY": (30, 15), "YEARLY": (365, 60)}[rule.every]
    times = max(1, len(rule.by_hour)) * max(1, len(rule.by_minute)) * max(1, len(rule.by_second))
    return (seconds // (DAY * length * rule.interval) + 1) * (cost + times)


def walls(rule: Rule, first: datetime, low: datetime, high: datetime) -> Iterator[datetime]:
    """The walls of ``rule`` from ``low`` to ``high``, both included, ascending; ``first`` is the series' first start. UNTIL is
    the caller's. Raises RuleError: ``too_fine`` where one period has too many of them, ``too_many`` where the way to them is
    too long."""
    return (FIRST_DAY + timedelta(seconds=wall - DAY) for wall in wall_seconds(rule, first, low, high))


def wall_seconds(rule: Rule, first: datetime, low: datetime, high: datetime) -> Iterator[int]:
    """``walls`` as ``in_seconds``, three times as quick."""
    begin, lowest = in_seconds(first), in_seconds(low)
    rule, last = _uncounted(rule, begin)
    last = min(last, in_seconds(high))
    if last < begin:
        return iter(())
    if rule.count is None:
        return iter(_all_walls(rule, first, max(begin, lowest), last))
    return (wall for wall in islice(_all_walls(rule, first, begin, last), rule.count) if wall >= lowest)


def in_seconds(wall: datetime) -> int:
    """Seconds from the midnight before day 0 of the calendar, as ``toordinal`` counts days."""
    return wall.toordinal() * DAY + wall.hour * 3_600 + wall.minute * 60 + wall.second


def _uncounted(rule: Rule, first: int) -> tuple[Rule, int]:
    """The rule without its count where that is the same as an end, and that end."""
    seconds = counted_seconds(rule)
    return (rule, _NO_END) if seconds is None else (replace(rule, count=None), first + seconds)


def _completed(rule: Rule, first: datetime) -> Rule:
    """The rule with what it takes from the first start spelt out (§3.3.10: "derived from the DTSTART")."""
    if rule.every == "WEEKLY" and not rule.by_day:
        rule = replace(rule, by_day=((0, first.weekday()),))
    elif rule.every in ("MONTHLY", "YEARLY") and not (rule.by_day or rule.by_month_day or rule.by_year_day):
        if rule.by_week:
            rule = replace(rule, by_day=((0, first.weekday()),))
        else:
            rule = replace(rule, by_month_day=(first.day,))
            if rule.every == "YEARLY":
                rule = replace(rule, by_month=rule.by_month or (first.month,))
    return replace(
        rule,
        by_hour=rule.by_hour or (first.hour,),
        by_minute=rule.by_minute or (first.minute,),
        by_second=rule.by_second or (first.second,),
    )


def _all_walls(rule: Rule, first: datetime, low: int, high: int) -> Iterable[int]:
    if rule.every in UNITS:
        return _fine_walls(rule, first, low, high)
    rule = _completed(rule, first)
    step = _even_step(rule)
    return _even_walls(rule, first, step, low, high) if step else _uneven_walls(rule, first, low, high)


def _fine_walls(rule: Rule, first: datetime, low: int, high: int) -> Iterator[int]:
    try:
        yield from fine_walls(rule, in_seconds(first), low, high, _day_test(rule))
    except TooManySteps as error:
        raise RuleError("too_many", "no end of periods") from error


def _uneven_walls(rule: Rule, first: datetime, low: int, high: int) -> Iterator[int]:
    times = [
        (hour * 60 + minute) * 60 + second for hour, minute, second in product(rule.by_hour, rule.by_minute, rule.by_second)
    ]
    for days in _periods(rule, first.toordinal(), low // DAY, high // DAY):
        if len(days) * len(times) > MOST_A_PERIOD:
            raise RuleError("too_fine", "too many times in one period")
        found = [day * DAY + at for day in days for at in times]
        for wall in _positions(rule, found) if rule.by_position else found:
            if wall > high:
                return
            if wall >= low:
                yield wall


def _even_step(rule: Rule) -> int:
    """The seconds between the starts of a rule whose walls are evenly spaced; 0 for any other."""
    several = len(rule.by_hour) > 1 or len(rule.by_minute) > 1 or len(rule.by_second) > 1
    if several or rule.by_position or rule.by_month or rule.by_month_day or rule.by_year_day or rule.by_week:
        return 0
    if rule.every == "WEEKLY" and len(rule.by_day) == 1:
        return rule.interval * 7 * DAY
    return rule.interval * DAY if rule.every == "DAILY" and not rule.by_day else 0


def _even_walls(rule: Rule, first: datetime, step: int, low: int, high: int) -> range:
    at = (rule.by_hour[0] * 60 + rule.by_minute[0]) * 60 + rule.by_second[0]
    begin = first.toordinal()
    if rule.every == "WEEKLY":
        begin += (rule.by_day[0][1] - rule.week_start) % 7 - (first.weekday() - rule.week_start) % 7
    begin = begin * DAY + at
    return range(begin - (begin - low) // step * step if begin < low else begin, high + 1, step)


def _positions(rule: Rule, found: list[int]) -> Iterator[int]:
    """BYSETPOS: the period's starts by their number, from 1, or from -1 backwards."""
    wanted = {at - 1 if at > 0 else len(found) + at for at in rule.by_position}
    return (found[at] for at in sorted(wanted) if 0 <= at < len(found))


def _periods(rule: Rule, first: int, low: int, high: int) -> Iterator[Collection[int]]:
    """The days (ordinals, ascending) of each period that can touch ``low`` to ``high``, in order. Periods are ``interval``
    apart, counted from the one that holds ``first``; where ``first`` cuts it, the days before belong to it as well."""
    fits = _day_test(rule)
    if rule.every == "DAILY":
        weekdays = {day for _, day in rule.by_day} or set(range(7))
        for day in _steps(first, rule.interval, low, high):
            if (day - 1) % 7 in weekdays and (fits is None or fits(day)):
                yield (day,)
        return
    if rule.every == "WEEKLY":
        begin = first - (first - 1 - rule.week_start) % 7
        offsets = sorted((day - rule.week_start) % 7 for _, day in rule.by_day)
        for week in _steps(begin, rule.interval * 7, low, high):
            yield _those([week + offset for offset in offsets], fits)
        return
    one, from_, to = map(date.fromordinal, (first, low, high))
    if rule.every == "MONTHLY":
        for number in _steps(_month_number(one), rule.interval, _month_number(from_), _month_number(to)):
            yield _those(_spanned([(number // 12, number % 12 + 1)], rule), fits)
    else:
        for year in _steps(one.year, rule.interval, from_.year, to.year):
            yield _those(_spanned([(year, month) for month in rule.by_month] or [(year, 0)], rule), fits)


def _steps(begin: int, interval: int, low: int, high: int) -> range:
    """Numbers from ``begin`` to ``high``, ``interval`` apart, starting with the last one that is not after ``low``."""
    return range(begin + max(0, (low - begin) // interval) * interval, high + 1, interval)


def _month_number(day: date) -> int:
    return day.year * 12 + day.month - 1


def _those(days: list[int], fits: Callable[[int], bool] | None) -> list[int]:
    return days if fits is None else [day for day in days if fits(day)]


def _spanned(spans: list[tuple[int, int]], rule: Rule) -> list[int]:
    """The days of months (year, month) or of a year (year, 0) that BYDAY names, or all; its ordinals count within each span."""
    found: set[int] = set()
    for year, month in spans:
        begin = date(year, month or 1, 1).toordinal()
        size = monthrange(year, month)[1] if month else 365 + isleap(year)
        if not rule.by_day:
            found.update(range(begin, begin + size))
        for ordinal, weekday in rule.by_day:
            # Day number 1 was a Monday.
            every = range(begin + (weekday - begin + 1) % 7, begin + size, 7)
            if ordinal == 0:
                found.update(every)
            elif abs(ordinal) <= len(every):
                found.add(every[ordinal - 1 if ordinal > 0 else ordinal])
    return sorted(found)


def _day_test(rule: Rule) -> Callable[[int], bool] | None:
    """Whether a day fits BYMONTH, BYMONTHDAY, BYYEARDAY and BYWEEKNO; None if the rule has none of them."""
    months, month_days, year_days, weeks = map(
        frozenset, (rule.by_month, rule.by_month_day, rule.by_year_day, rule.by_week)
    )  # fmt: skip
    if not (months or month_days or year_days or weeks):
        return None
    from_the_end = min(month_days, default=0) < 0

    def fits(day: int) -> bool:
        at = date.fromordinal(day)
        if months and at.month not in months:
            return False
        if (
            month_days
            and at.day not in month_days
            and not (from_the_end and at.day - monthrange(at.year, at.month)[1] - 1 in month_days)
        ):
            return False
        if year_days:
            number = day - date(at.year, 1, 1).toordinal() + 1
            if number not in year_days and number - 366 - isleap(at.year) not in year_days:
                return False
        return not weeks or not weeks.isdisjoint(_week_numbers(day, rule.week_start))

    return fits


def _week_numbers(day: int, week_start: int) -> tuple[int, int]:
    """The number of the day's week, from the start of its year and from the end (ISO 8601, with another first day)."""
    middle = min(day - (day - 1 - week_start) % 7 + 3, date.max.toordinal())
    year = date.fromordinal(middle).year
    before, after = middle - date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() - middle
    return before // 7 + 1, -(after // 7) - 1
