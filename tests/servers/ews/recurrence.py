"""Series: what a pattern and a range mean, and when they take place (dateutil, so that it shares nothing with the program).

A recurrence is a dict: ``pattern`` and ``range`` are the names of their elements, the rest are those elements' values.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from dateutil import rrule

from tests.servers.ews.soap import Element, Refusal, children, invalid, local, needed, number, said, tag
from tests.servers.ews.soap import T as TYPES

Recurrence = dict[str, Any]
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
GROUPS = {"Day": DAYS, "Weekday": DAYS[:5], "WeekendDay": DAYS[5:]}
INDEXES = {"First": 1, "Second": 2, "Third": 3, "Fourth": 4, "Last": -1}
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
PATTERNS = {
    "RelativeYearlyRecurrence": ("DaysOfWeek", "DayOfWeekIndex", "Month"),
    "AbsoluteYearlyRecurrence": ("DayOfMonth", "Month"),
    "RelativeMonthlyRecurrence": ("Interval", "DaysOfWeek", "DayOfWeekIndex"),
    "AbsoluteMonthlyRecurrence": ("Interval", "DayOfMonth"),
    "WeeklyRecurrence": ("Interval", "DaysOfWeek", "FirstDayOfWeek"),
    "DailyRecurrence": ("Interval",),
}
"""The elements of each, in the order of the schema."""
RANGES = {
    "NoEndRecurrence": ("StartDate",), "EndDateRecurrence": ("StartDate", "EndDate"),
    "NumberedRecurrence": ("StartDate", "NumberOfOccurrences"),
}  # fmt: skip
FREQUENCIES = {"Daily": rrule.DAILY, "Weekly": rrule.WEEKLY, "Monthly": rrule.MONTHLY, "Yearly": rrule.YEARLY}
SAME_IN_ALL_MONTHS = 28


def read_recurrence(element: Element) -> Recurrence:
    """Raises Fault, Refusal."""
    parts = list(children(element))
    names = [local(part) for part in parts]
    if len(parts) != 2 or names[0] not in PATTERNS or names[1] not in RANGES:
        raise invalid("The element 'Recurrence' has to have a pattern and a range.")
    found: Recurrence = {"pattern": names[0], "range": names[1]}
    for part, wanted in zip(parts, (PATTERNS[names[0]], RANGES[names[1]]), strict=True):
        given = [local(each) for each in children(part)]
        optional = {"FirstDayOfWeek"}
        if [name for name in wanted if name in given] != given or set(wanted) - set(given) - optional:
            raise invalid(f"The element '{local(part)}' has invalid or incomplete content.")
        for name in given:
            found[name] = _read_value(name, needed(part, name, TYPES).text or "")
    return checked(found)


def _read_value(name: str, text: str) -> Any:
    if name in ("StartDate", "EndDate"):
        try:
            return date.fromisoformat(text.strip()[:10])
        except ValueError as error:
            raise invalid(f"The value '{text}' of '{name}' is not a valid Date value.") from error
    if name in ("Interval", "DayOfMonth", "NumberOfOccurrences"):
        return number(text, name, -(2**31), 2**31 - 1)
    return text.split() if name == "DaysOfWeek" else text.strip()


def checked(given: Recurrence) -> Recurrence:
    """Complete, or refused. Raises Fault, Refusal."""
    found = {**given}
    kind = found["pattern"]
    if kind == "WeeklyRecurrence":
        found.setdefault("FirstDayOfWeek", "Sunday")
    days = found.get("DaysOfWeek", [])
    relative = kind.startswith("Relative")
    known = (*DAYS, *GROUPS) if relative else DAYS
    if not all(day in known for day in days) or (relative and len(days) != 1) or (kind == "WeeklyRecurrence" and not days):
        raise invalid(f"The value '{' '.join(days)}' of 'DaysOfWeek' is invalid.")
    if found.get("FirstDayOfWeek", "Sunday") not in DAYS or found.get("DayOfWeekIndex", "First") not in INDEXES:
        raise invalid("A value of the pattern is invalid.")
    if found.get("Month", "January") not in MONTHS:
        raise invalid("The value of 'Month' is invalid.")
    limits = {"Interval": (1, 999 if kind == "DailyRecurrence" else 99), "DayOfMonth": (1, 31), "NumberOfOccurrences": (1, 999)}
    for name, (least, most) in limits.items():
        if name in found and not least <= found[name] <= most:
            raise Refusal("ErrorCalendarInvalidRecurrence", f"{name} is out of range.")
    if found["range"] == "EndDateRecurrence" and found["EndDate"] < found["StartDate"]:
        raise Refusal("ErrorCalendarEndDateIsEarlierThanStartDate")
    return found


def write_recurrence(recurrence: Recurrence, offset: str) -> str:
    """``offset``: what a date is written with, for Exchange gives an xs:date the offset of the client's zone."""
    parts = []
    for name, wanted in ((recurrence["pattern"], PATTERNS), (recurrence["range"], RANGES)):
        values = []
        for each in wanted[name]:
            value = recurrence[each]
            shown = " ".join(value) if isinstance(value, list) else value
            values.append(said(each, f"{value.isoformat()}{offset}" if isinstance(value, date) else shown))
        parts.append(tag(name, "".join(values)))
    return tag("Recurrence", "".join(parts))


def walls(recurrence: Recurrence, at: time, until: datetime | None = None, since: datetime | None = None) -> Iterator[datetime]:
    """The walls at which a series starts, from its first on."""
    first = datetime.combine(recurrence["StartDate"], at)
    rule = rrule.rrule(**_rule(recurrence), dtstart=first, **_limits(recurrence))
    for wall in rule.xafter(max(first, since) if since else first, inc=True):
        if until is not None and wall > until:
            return
        yield wall


def _limits(recurrence: Recurrence) -> dict[str, Any]:
    if recurrence["range"] == "NumberedRecurrence":
        return {"count": recurrence["NumberOfOccurrences"]}
    if recurrence["range"] == "EndDateRecurrence":
        return {"until": datetime.combine(recurrence["EndDate"], time(0)) + timedelta(days=1, seconds=-1)}
    return {}


def _rule(recurrence: Recurrence) -> dict[str, Any]:
    kind = recurrence["pattern"].removesuffix("Recurrence").removeprefix("Absolute")
    days = [DAYS.index(day) for name in recurrence.get("DaysOfWeek", ()) for day in GROUPS.get(name, (name,))]
    rule: dict[str, Any] = {
        "freq": FREQUENCIES[kind.removeprefix("Relative")], "interval": recurrence.get("Interval", 1),
        "wkst": DAYS.index(recurrence.get("FirstDayOfWeek", "Sunday")),
    }  # fmt: skip
    if kind == "Weekly":
        rule["byweekday"] = days
    if kind.startswith("Relative"):
        rule |= {"byweekday": days, "bysetpos": INDEXES[recurrence["DayOfWeekIndex"]]}
    elif kind in ("Monthly", "Yearly"):
        # The 31st of a month that has none is its last day.
        last = recurrence["DayOfMonth"]
        rule["bymonthday"] = last if last <= SAME_IN_ALL_MONTHS else list(range(SAME_IN_ALL_MONTHS, last + 1))
        if last > SAME_IN_ALL_MONTHS:
            rule["bysetpos"] = -1
    if kind.endswith("Yearly"):
        rule["bymonth"] = 1 + MONTHS.index(recurrence["Month"])
    return rule
