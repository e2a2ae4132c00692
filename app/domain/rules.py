"""Recurrence rules as they are written: the value of an RRULE property (RFC 5545 §3.3.10), read. What follows from one is
``recurrence``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

UNITS = {"HOURLY": 3_600, "MINUTELY": 60, "SECONDLY": 1}
"""Seconds of the periods of rules finer than daily."""
_DAYS = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}
_BY_DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_UNTIL = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?")
_RANGES = {
    "BYMONTH": (1, 12, False), "BYMONTHDAY": (1, 31, True), "BYYEARDAY": (1, 366, True), "BYWEEKNO": (1, 53, True),
    "BYHOUR": (0, 23, False), "BYMINUTE": (0, 59, False), "BYSECOND": (0, 60, False), "BYSETPOS": (1, 366, True),
}  # fmt: skip


_EVER = 10_000 * 366 * 86_400
"""The seconds of all years: nothing that is counted so far ever comes to its end."""


class RuleError(ValueError):
    """The rule is not followed. ``reason``: ``form`` (it cannot be read), ``too_fine`` (one period has too many starts), or
    ``too_many`` (the window has)."""

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
    if every not in (*UNITS, "DAILY", "WEEKLY", "MONTHLY", "YEARLY"):
        raise RuleError("form", f"FREQ={every[:20]}")
    if parts.get("RSCALE", "GREGORIAN") not in ("GREGORIAN", "GREGORY"):
        raise RuleError("form", "RSCALE")
    return Rule(
        every=every,
        interval=_number(parts, "INTERVAL", 1),
        count=_count(parts.get("COUNT", "-1")),
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


def _number(parts: dict[str, str], name: str, default: int) -> int:
    if name not in parts:
        return default
    if not re.fullmatch(r"[0-9]{1,7}", parts[name]) or int(parts[name]) == 0:
        raise RuleError("form", f"{name}={parts[name][:20]}")
    return int(parts[name])


def _count(text: str) -> int | None:
    if text == "-1":
        return None
    if not re.fullmatch(r"[0-9]+", text) or not text.strip("0"):
        raise RuleError("form", f"COUNT={text[:20]}")
    return None if len(text) > len(str(_EVER)) or int(text) > _EVER else int(text)


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
