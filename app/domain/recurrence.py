"""Recurrence rules: which wall times follow from RRULE (RFC 5545 §3.3.10). ``series`` makes occurrences of them.

Pure and on integers. A rule is looked at period by period (day, week, month, year), and the walk begins at the window, not at
the series' first day, unless COUNT asks to count from there. The work is bounded by the window: a rule that can never be met
ends with it.

*wall*: a naive date and time on the clock of the series' zone. Rules are about walls; only their results become instants.
"""

from __future__ import annotations

import re
from calendar import isleap, monthrange
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from itertools import product

MOST_A_PERIOD = 200_000
"""Combinations of days and times that one period of a rule may have."""

_DAYS = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}
_BY_DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_UNTIL = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?")
_RANGES = {
    "BYMONTH": (1, 12, False), "BYMONTHDAY": (1, 31, True), "BYYEARDAY": (1, 366, True), "BYWEEKNO": (1, 53, True),
    "BYHOUR": (0, 23, False), "BYMINUTE": (0, 59, False), "BYSECOND": (0, 60, False), "BYSETPOS": (1, 366, True),
}  # fmt: skip


class RuleError(ValueError):
    """The rule is not followed. ``reason``: ``form`` (it cannot be read), ``too_fine`` (it recurs more often than daily),
    or ``too_many`` (starts in the window)."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Rule:
    """One RRULE. ``by_day`` holds (ordinal or 0, weekday with Monday 0). ``until`` is a naive wall, an aware UTC time or a
    date, inclusive. Empty tuples are parts that the rule does not have."""

    every: str
    interval: int = 1
    count: int | None = None
    until: date | None = None
    week_start: int = 0
    by_month: tuple[int, ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_year_day: tuple[int, ...] = ()
    by_week: tuple[int, ...] = ()
    by_day: tuple[tuple[int, int], ...] = ()
    by_hour: tuple[int, ...] = ()
    by_minute: tuple[int, ...] = ()
    by_second: tuple[int, ...] = ()
    by_position: tuple[int, ...] = ()


def parse_rule(text: str) -> Rule:
    """Reads the value of an RRULE property. COUNT=-1, which some calendars write, is no count. Raises RuleError."""
    parts: dict[str, str] = {}
    for part in text.strip().strip(";").upper().split(";"):
        name, mark, value = part.partition("=")
        if not mark or not value:
            raise RuleError("form", part[:40])
        parts[name.strip()] = value.strip()
    every = parts.get("FREQ", "")
    if every in ("SECONDLY", "MINUTELY", "HOURLY"):
        raise RuleError("too_fine", every)
    if every not in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY"):
        raise RuleError("form", f"FREQ={every[:20]}")
    if parts.get("RSCALE", "GREGORIAN") not in ("GREGORIAN", "GREGORY"):
        raise RuleError("form", "RSCALE")
    return Rule(
        every=every,
        interval=_number(parts, "INTERVAL", 1) or 1,
        count=_number(parts, "COUNT", None),
        until=_until(parts.get("UNTIL", "")),
        week_start=_DAYS.get(parts.get("WKST", "MO"), 0),
        by_month=_numbers(parts, "BYMONTH"),
        by_month_day=_numbers(parts, "BYMONTHDAY"),
        by_year_day=_numbers(parts, "BYYEARDAY"),
        by_week=_numbers(parts, "BYWEEKNO"),
        by_day=_weekdays(parts.get("BYDAY", "")),
        by_hour=_numbers(parts, "BYHOUR"),
        by_minute=_numbers(parts, "BYMINUTE"),
        by_second=tuple(sorted({min(each, 59) for each in _numbers(parts, "BYSECOND")})),
        by_position=_numbers(parts, "BYSETPOS"),
    )


def _number(parts: dict[str, str], name: str, default: int | None) -> int | None:
    if name not in parts or (name, parts[name]) == ("COUNT", "-1"):
        return default
    if not re.fullmatch(r"\d{1,7}", parts[name]) or int(parts[name]) == 0:
        raise RuleError("form", f"{name}={parts[name][:20]}")
    return int(parts[name])


def _numbers(parts: dict[str, str], name: str) -> tuple[int, ...]:
    if name not in parts:
        return ()
    low, high, signed = _RANGES[name]
    found = set()
    for text in parts[name].split(","):
        if not re.fullmatch(r"[+-]?\d{1,3}" if signed else r"\d{1,3}", text.strip()):
            raise RuleError("form", f"{name}={text[:20]}")
        number = int(text)
        if not low <= abs(number) <= high:
            raise RuleError("form", f"{name}={number}")
        found.add(number)
    return tuple(sorted(found))


def _weekdays(text: str) -> tuple[tuple[int, int], ...]:
    found = set()
    for each in text.split(",") if text else ():
        match = _BY_DAY.fullmatch(each.strip())
        if not match:
            raise RuleError("form", f"BYDAY={each[:20]}")
        found.add((int(match[1] or 0), _DAYS[match[2]]))
    return tuple(sorted(found))


def _until(text: str) -> date | None:
    if not text:
        return None
    match = _UNTIL.fullmatch(text)
    try:
        if not match:
            raise ValueError(text)
        day = date(int(match[1]), int(match[2]), int(match[3]))
        if match[4] is None:
            return day
        wall = datetime.combine(day, time(int(match[4]), int(match[5]), min(int(match[6]), 59)))
        return wall.replace(tzinfo=UTC) if match[7] else wall
    except ValueError as error:
        raise RuleError("form", f"UNTIL={text[:20]}") from error


def effort(rule: Rule, first: datetime, low: datetime, high: datetime) -> int:
    """About how many steps ``walls`` takes, for whoever follows the rules of strangers."""
    days = max(0, (high - (first if rule.count is not None else max(first, low))).days)
    length, cost = {"DAILY": (1, 1), "WEEKLY": (7, 3), "MONTHLY": (30, 15), "YEARLY": (365, 60)}[rule.every]
    times = max(1, len(rule.by_hour)) * max(1, len(rule.by_minute)) * max(1, len(rule.by_second))
    return (days // (length * rule.interval) + 1) * (cost + times)


def walls(rule: Rule, first: datetime, low: datetime, high: datetime) -> Iterator[datetime]:
    """The walls of ``rule`` from ``low`` to ``high``, both included, ascending; ``first`` is the series' first start. UNTIL is
    the caller's. Raises RuleError (``too_fine``) where one period has too many of them."""
    if high < first:
        return
    begin = first if rule.count is not None else max(first, low)
    for number, wall in enumerate(_all_walls(_completed(rule, first), first, begin, high), 1):
        if wall >= low:
            yield wall
        if number == rule.count:
            return


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


def _all_walls(rule: Rule, first: datetime, low: datetime, high: datetime) -> Iterator[datetime]:
    times = tuple(time(*each) for each in product(rule.by_hour, rule.by_minute, rule.by_second))
    for days in _periods(rule, first.date(), low.date(), high.date()):
        if len(days) * len(times) > MOST_A_PERIOD:
            raise RuleError("too_fine", "too many times in one period")
        for day, at in _positions(rule, product(days, times)) if rule.by_position else product(days, times):
            wall = datetime.combine(date.fromordinal(day), at)
            if wall > high:
                return
            if wall >= low:
                yield wall


def _positions(rule: Rule, found: Iterable[tuple[int, time]]) -> Iterator[tuple[int, time]]:
    """BYSETPOS: the period's starts by their number, from 1, or from -1 backwards."""
    every = tuple(found)
    wanted = {at - 1 if at > 0 else len(every) + at for at in rule.by_position}
    return (every[at] for at in sorted(wanted) if 0 <= at < len(every))


def _periods(rule: Rule, first: date, low: date, high: date) -> Iterator[Collection[int]]:
    """The days (ordinals, ascending) of each period that can touch ``low`` to ``high``, in order. Periods are ``interval``
    apart, counted from the one that holds ``first``; where ``first`` cuts it, the days before belong to it as well."""
    fits = _day_test(rule)
    if rule.every == "DAILY":
        weekdays = {day for _, day in rule.by_day} or set(range(7))
        for day in _steps(first.toordinal(), rule.interval, low.toordinal(), high.toordinal()):
            if (day - 1) % 7 in weekdays and (fits is None or fits(day)):
                yield (day,)
    elif rule.every == "WEEKLY":
        begin = first.toordinal() - (first.weekday() - rule.week_start) % 7
        offsets = sorted((day - rule.week_start) % 7 for _, day in rule.by_day)
        for week in _steps(begin, rule.interval * 7, low.toordinal(), high.toordinal()):
            yield _those([week + offset for offset in offsets], fits)
    elif rule.every == "MONTHLY":
        for number in _steps(_month_number(first), rule.interval, _month_number(low), _month_number(high)):
            yield _those(_spanned([(number // 12, number % 12 + 1)], rule), fits)
    else:
        for year in _steps(first.year, rule.interval, low.year, high.year):
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

    def fits(day: int) -> bool:
        at = date.fromordinal(day)
        if months and at.month not in months:
            return False
        if month_days and at.day not in month_days and at.day - monthrange(at.year, at.month)[1] - 1 not in month_days:
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
