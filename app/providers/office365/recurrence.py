"""Recurrence rules as Graph says them (resource types recurrencePattern and recurrenceRange). Pure.

Graph's patterns say less than RFC 5545, and not always the same: in a month without a 31st Outlook takes the last day, where a
rule leaves the month out. What cannot be said exactly raises RuleError.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.calendars import EventDraft
from app.domain.recurrence import walls
from app.domain.rules import Rule, RuleError, parse_rule
from app.providers.events import first_of

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
PLACES = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}
LAST_SURE_DAY = {2: 28, 4: 30, 6: 30, 9: 30, 11: 30}
"""The last day of a month that every year has; 31 for the others."""


def write_recurrence(draft: EventDraft) -> dict[str, Any]:
    """The recurrence of a draft with a rule. Raises RuleError for a rule that Graph cannot say."""
    rule, first = parse_rule(draft.rrule), first_of(draft)
    if rule.by_hour or rule.by_minute or rule.by_second or rule.by_year_day or rule.by_week:
        raise _unsayable(draft)
    if not _fits(rule, first):
        # Exchange moves such a start to the first day that fits.
        raise _unsayable(draft)
    write = {"DAILY": _daily, "WEEKLY": _weekly, "MONTHLY": _monthly, "YEARLY": _yearly}.get(rule.every)
    pattern = write(rule, first) if write is not None else None
    if pattern is None:
        raise _unsayable(draft)
    return {"pattern": {"interval": rule.interval, **pattern}, "range": _range(rule, first, draft.zone)}


def _fits(rule: Rule, first: date) -> bool:
    """Whether the first start is one that the rule names."""
    wall = first if isinstance(first, datetime) else datetime.combine(first, time(0))
    return any(True for _ in walls(rule, wall, wall, wall))


def _unsayable(draft: EventDraft) -> RuleError:
    return RuleError("form", f"not for Graph: {draft.rrule[:60]}")


def _daily(rule: Rule, first: date) -> dict[str, Any] | None:
    if rule.by_month or rule.by_month_day or rule.by_position:
        return None
    if not rule.by_day:
        return {"type": "daily"}
    # Every day that is one of these is every week on these.
    return _weekly(rule, first) if rule.interval == 1 else None


def _weekly(rule: Rule, first: date) -> dict[str, Any] | None:
    if rule.by_month or rule.by_month_day or rule.by_position or any(at for at, _ in rule.by_day):
        return None
    days = [DAYS[day] for _, day in rule.by_day] or [DAYS[first.weekday()]]
    return {"type": "weekly", "daysOfWeek": days, "firstDayOfWeek": DAYS[rule.week_start]}


def _monthly(rule: Rule, first: date) -> dict[str, Any] | None:
    if rule.by_month:
        return None
    if (found := _relative(rule)) is not None:
        return {"type": "relativeMonthly", **found}
    day = _day_of_month(rule, first)
    return {"type": "absoluteMonthly", "dayOfMonth": day} if day and day <= 28 else None


def _yearly(rule: Rule, first: date) -> dict[str, Any] | None:
    if len(rule.by_month) > 1 or (rule.by_day and not rule.by_month):
        return None
    month = rule.by_month[0] if rule.by_month else first.month
    if (found := _relative(rule)) is not None:
        return {"type": "relativeYearly", "month": month, **found}
    if rule.by_month_day and not rule.by_month:
        return None
    day = _day_of_month(rule, first)
    return (
        {"type": "absoluteYearly", "month": month, "dayOfMonth": day} if day and day <= LAST_SURE_DAY.get(month, 31) else None
    )


def _day_of_month(rule: Rule, first: date) -> int:
    """The one day of the month that is meant, or 0."""
    if rule.by_day or rule.by_position or len(rule.by_month_day) > 1:
        return 0
    return max(0, rule.by_month_day[0]) if rule.by_month_day else first.day


def _relative(rule: Rule) -> dict[str, Any] | None:
    """``the second Tuesday``, ``the last working day``, ``the last day``."""
    if rule.by_month_day == (-1,) and not rule.by_day and not rule.by_position:
        return {"daysOfWeek": list(DAYS), "index": "last"}
    if rule.by_month_day or not rule.by_day:
        return None
    days = [DAYS[day] for _, day in rule.by_day]
    ordinals = {at for at, _ in rule.by_day}
    if ordinals == {0} and len(rule.by_position) == 1 and rule.by_position[0] in PLACES:
        return {"daysOfWeek": days, "index": PLACES[rule.by_position[0]]}
    (only, *more) = ordinals
    if len(days) == 1 and not more and only in PLACES and not rule.by_position:
        return {"daysOfWeek": days, "index": PLACES[only]}
    return None


def _range(rule: Rule, first: date, zone: str) -> dict[str, Any]:
    begin = first.date() if isinstance(first, datetime) else first
    found: dict[str, Any] = {"startDate": begin.isoformat(), "recurrenceTimeZone": zone}
    if rule.count is not None:
        return {"type": "numbered", "numberOfOccurrences": rule.count, **found}
    if rule.until is None:
        return {"type": "noEnd", **found}
    return {"type": "endDate", "endDate": _last_day(rule.until, first, zone).isoformat(), **found}


def _last_day(until: date, first: date, zone: str) -> date:
    """The last day on which an occurrence may begin: UNTIL is a moment, Graph's end a day."""
    if not isinstance(until, datetime):
        return until
    wall = until.astimezone(ZoneInfo(zone)) if until.tzinfo is UTC else until
    early = isinstance(first, datetime) and wall.time() < first.time()
    return wall.date() - timedelta(days=int(early))


def same_recurrence(wanted: dict[str, Any], have: dict[str, Any] | None) -> bool:
    """Whether Graph's recurrence, which comes with every default spelt out, is the one that we would write."""
    if not have:
        return False
    for name in ("pattern", "range"):
        for key, value in wanted[name].items():
            other = have[name].get(key)
            if key == "recurrenceTimeZone":
                continue
            if sorted(value) != sorted(other or ()) if isinstance(value, list) else value != other:
                return False
    return True
