"""Series: what a pattern and a range mean, and when they take place (dateutil, so that it shares nothing with the program)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from dateutil import rrule

from tests.servers.graph.answers import invalid, unread
from tests.servers.graph.zones import zone as known_zone

Item = dict[str, Any]
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
INDEXES = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
FREQUENCIES = {
    "daily": rrule.DAILY, "weekly": rrule.WEEKLY, "absoluteMonthly": rrule.MONTHLY, "relativeMonthly": rrule.MONTHLY,
    "absoluteYearly": rrule.YEARLY, "relativeYearly": rrule.YEARLY,
}  # fmt: skip
PATTERN = {"type", "interval", "month", "dayOfMonth", "daysOfWeek", "firstDayOfWeek", "index"}
RANGE = {"type", "startDate", "endDate", "recurrenceTimeZone", "numberOfOccurrences"}
NEEDED = {
    "daily": (), "weekly": ("daysOfWeek", "firstDayOfWeek"), "absoluteMonthly": ("dayOfMonth",),
    "relativeMonthly": ("daysOfWeek",), "absoluteYearly": ("dayOfMonth", "month"), "relativeYearly": ("daysOfWeek", "month"),
}  # fmt: skip
NOTHING: Item = {
    "interval": 1, "month": 0, "dayOfMonth": 0, "firstDayOfWeek": "sunday", "index": "first",
}  # fmt: skip
SAME_ON_ALL_MONTHS = 28


def check_recurrence(recurrence: Any, first: date, zone: str) -> Item:
    """A recurrence complete as the service tells it. Raises Refusal."""
    if not isinstance(recurrence, dict) or recurrence.keys() - {"pattern", "range"}:
        raise unread("The recurrence is malformed.")
    pattern, limits = recurrence.get("pattern"), recurrence.get("range")
    if not isinstance(pattern, dict) or not isinstance(limits, dict) or pattern.keys() - PATTERN or limits.keys() - RANGE:
        raise unread("The recurrence is malformed.")
    whole = {"pattern": _checked_pattern(pattern, first), "range": _checked_range(limits, first, zone)}
    if next(walls(whole, datetime.combine(first, time(0)), None), None) is None:
        raise invalid("The recurrence has no occurrence.")
    return whole


def _checked_pattern(given: Item, first: date) -> Item:
    kind = given.get("type")
    if kind not in FREQUENCIES:
        raise unread(f"Cannot convert the literal '{kind}' to the expected type 'recurrencePatternType'.")
    wanted = [name for name in NEEDED[kind] if name != "firstDayOfWeek" and not given.get(name)]
    if wanted:
        raise invalid(f"{wanted[0]} is required for a pattern of type {kind}.")
    pattern = {"type": kind, **NOTHING, **{name: value for name, value in given.items() if value is not None}}
    days = pattern.get("daysOfWeek", [])
    known = isinstance(days, list) and all(day in DAYS for day in days) and pattern["firstDayOfWeek"] in DAYS
    if not known or pattern["index"] not in INDEXES:
        raise unread("Cannot convert a literal of the pattern to the expected type.")
    numbers = {"interval": (1, 999), "month": (0, 12), "dayOfMonth": (0, 31)}
    for name, (least, most) in numbers.items():
        if not isinstance(pattern[name], int) or not least <= pattern[name] <= most:
            raise invalid(f"{name} is out of range.")
    if kind == "weekly" and DAYS[first.weekday()] not in days:
        raise invalid("The series does not start on a day of its pattern.")
    return pattern


def _checked_range(given: Item, first: date, zone: str) -> Item:
    kind = given.get("type")
    if kind not in ("endDate", "noEnd", "numbered"):
        raise unread(f"Cannot convert the literal '{kind}' to the expected type 'recurrenceRangeType'.")
    try:
        start = date.fromisoformat(str(given.get("startDate")))
        end = date.fromisoformat(given["endDate"]) if kind == "endDate" else date.min
    except (KeyError, ValueError, TypeError) as error:
        raise invalid("The range has no valid date.") from error
    if start != first:
        raise invalid("The startDate of the range has to be the date of the event's start.")
    if kind == "endDate" and end < start:
        raise invalid("The range ends before it starts.")
    number = given.get("numberOfOccurrences") or 0
    if kind == "numbered" and (not isinstance(number, int) or not 1 <= number <= 999):
        raise invalid("numberOfOccurrences is out of range.")
    if given.get("recurrenceTimeZone"):
        known_zone(str(given["recurrenceTimeZone"]))
    return {
        "type": kind, "startDate": start.isoformat(), "endDate": end.isoformat(),
        "recurrenceTimeZone": given.get("recurrenceTimeZone") or zone,
        "numberOfOccurrences": number if kind == "numbered" else 0,
    }  # fmt: skip


def walls(recurrence: Item, first: datetime, until: datetime | None, since: datetime | None = None) -> Iterator[datetime]:
    """The walls at which a series starts, from the first one on."""
    pattern, limits = recurrence["pattern"], recurrence["range"]
    rule = rrule.rrule(**_rule(pattern), dtstart=first, **_limits(limits))
    for wall in rule.xafter(max(first, since) if since else first, inc=True):
        if until is not None and wall > until:
            return
        yield wall


def _limits(limits: Item) -> Item:
    if limits["type"] == "numbered":
        return {"count": limits["numberOfOccurrences"]}
    if limits["type"] == "endDate":
        return {"until": datetime.combine(date.fromisoformat(limits["endDate"]), time(0)) + timedelta(days=1, seconds=-1)}
    return {}


def _rule(pattern: Item) -> Item:
    kind = pattern["type"]
    days = [DAYS.index(day) for day in pattern.get("daysOfWeek", ())]
    rule: Item = {"freq": FREQUENCIES[kind], "interval": pattern["interval"], "wkst": DAYS.index(pattern["firstDayOfWeek"])}
    if kind == "weekly":
        rule["byweekday"] = days
    if kind.startswith("relative"):
        rule |= {"byweekday": days, "bysetpos": INDEXES[pattern["index"]]}
    if kind.startswith("absolute"):
        # The 31st of a month that has none is its last day.
        last = pattern["dayOfMonth"]
        rule["bymonthday"] = last if last <= SAME_ON_ALL_MONTHS else list(range(SAME_ON_ALL_MONTHS, last + 1))
        if last > SAME_ON_ALL_MONTHS:
            rule["bysetpos"] = -1
    if kind.endswith("Yearly"):
        rule["bymonth"] = pattern["month"]
    return rule
