"""Recurrences as EWS says them ([MS-OXWSCDATA] RecurrenceType), from and to rules. Pure.

EWS says less than RFC 5545, and not always the same: in a month without a 31st Outlook takes the last day, where a rule leaves
the month out. That can be read as a rule; what cannot be said exactly raises RuleError.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.domain.calendars import EventDraft
from app.domain.recurrence import walls
from app.domain.rules import Rule, RuleError, parse_rule
from app.providers.events import first_of
from app.providers.exchange.items import day_of
from app.providers.exchange.xml import TYPES, Element, t

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
PLACES = {1: "First", 2: "Second", 3: "Third", 4: "Fourth", -1: "Last"}
LAST_SURE_DAY = {2: 28, 4: 30, 6: 30, 9: 30, 11: 30}
"""The last day of a month that every year has; 31 for the others."""
_T = f"{{{TYPES}}}"
_SHORT = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_GROUPS = {"Day": _SHORT, "Weekday": _SHORT[:5], "WeekendDay": _SHORT[5:]}


# Reading


def rule_of(found: Element) -> tuple[date, Rule]:
    """First day and rule of a recurrence. Raises RuleError for one that makes no sense."""
    pattern = limit = None
    for each in found:
        name = each.tag.removeprefix(_T) if isinstance(each.tag, str) else ""
        if name in _PATTERNS:
            pattern = _PATTERNS[name](each)
        elif name in ("NoEndRecurrence", "EndDateRecurrence", "NumberedRecurrence"):
            limit = each
    if pattern is None or limit is None:
        raise RuleError("form", "no pattern")
    parts = [pattern]
    if count := limit.findtext(f"{_T}NumberOfOccurrences"):
        parts.append(f"COUNT={count.strip()}")
    if until := limit.findtext(f"{_T}EndDate"):
        parts.append(f"UNTIL={day_of(until):%Y%m%d}")
    return day_of(limit.findtext(f"{_T}StartDate") or ""), parse_rule(";".join(parts))


def _text(found: Element, name: str, default: str = "") -> str:
    return (found.findtext(f"{_T}{name}") or default).strip()


def _interval(found: Element) -> str:
    return f"INTERVAL={_text(found, 'Interval', '1')}"


def _days(names: str) -> tuple[str, ...]:
    found: list[str] = []
    for name in names.split():
        if name not in _GROUPS and name not in DAYS:
            raise RuleError("form", name[:20])
        found.extend(_GROUPS[name] if name in _GROUPS else (_SHORT[DAYS.index(name)],))
    return tuple(found)


def _read_weekly(found: Element) -> str:
    week_start = _days(_text(found, "FirstDayOfWeek", "Monday"))[0]
    return f"FREQ=WEEKLY;{_interval(found)};BYDAY={','.join(_days(_text(found, 'DaysOfWeek')))};WKST={week_start}"


def _read_day_of_month(found: Element) -> str:
    day = int(_text(found, "DayOfMonth", "1"))
    # Where the month is shorter, its last day is meant.
    return f"BYMONTHDAY={day}" if day <= 28 else f"BYMONTHDAY={','.join(map(str, range(28, day + 1)))};BYSETPOS=-1"


def _read_relative(found: Element) -> str:
    place = {name: number for number, name in PLACES.items()}.get(_text(found, "DayOfWeekIndex"))
    if place is None:
        raise RuleError("form", "DayOfWeekIndex")
    return f"BYDAY={','.join(_days(_text(found, 'DaysOfWeek')))};BYSETPOS={place}"


def _month(found: Element) -> str:
    name = _text(found, "Month")
    if name not in MONTHS:
        raise RuleError("form", "Month")
    return f"BYMONTH={MONTHS.index(name) + 1}"


_PATTERNS: Mapping[str, Callable[[Element], str]] = {
    "DailyRecurrence": lambda found: f"FREQ=DAILY;{_interval(found)}",
    "WeeklyRecurrence": _read_weekly,
    "AbsoluteMonthlyRecurrence": lambda found: f"FREQ=MONTHLY;{_interval(found)};{_read_day_of_month(found)}",
    "RelativeMonthlyRecurrence": lambda found: f"FREQ=MONTHLY;{_interval(found)};{_read_relative(found)}",
    "AbsoluteYearlyRecurrence": lambda found: f"FREQ=YEARLY;{_month(found)};{_read_day_of_month(found)}",
    "RelativeYearlyRecurrence": lambda found: f"FREQ=YEARLY;{_month(found)};{_read_relative(found)}",
}


# Writing


def write_recurrence(draft: EventDraft) -> Element:
    """The recurrence of a draft with a rule. Raises RuleError for a rule that EWS cannot say."""
    rule, first = parse_rule(draft.rrule), first_of(draft)
    # Exchange would move a start that does not fit to the first day that does.
    if rule.by_hour or rule.by_minute or rule.by_second or rule.by_year_day or rule.by_week or not _fits(rule, first):
        raise _unsayable(draft)
    write = {"DAILY": _daily, "WEEKLY": _weekly, "MONTHLY": _monthly, "YEARLY": _yearly}.get(rule.every)
    pattern = write(rule, first) if write is not None else None
    if pattern is None:
        raise _unsayable(draft)
    return t("Recurrence", pattern, _limit(rule, first, draft.zone))


def _fits(rule: Rule, first: date) -> bool:
    wall = first if isinstance(first, datetime) else datetime.combine(first, time(0))
    return any(True for _ in walls(rule, wall, wall, wall))


def _unsayable(draft: EventDraft) -> RuleError:
    return RuleError("form", f"not for Exchange: {draft.rrule[:60]}")


def _every(rule: Rule) -> Element:
    return t("Interval", text=str(rule.interval))


def _daily(rule: Rule, first: date) -> Element | None:
    if rule.by_month or rule.by_month_day or rule.by_position:
        return None
    if not rule.by_day:
        return t("DailyRecurrence", _every(rule))
    return _weekly(rule, first) if rule.interval == 1 else None


def _weekly(rule: Rule, first: date) -> Element | None:
    if rule.by_month or rule.by_month_day or rule.by_position or any(at for at, _ in rule.by_day):
        return None
    days = [DAYS[day] for _, day in rule.by_day] or [DAYS[first.weekday()]]
    start = t("FirstDayOfWeek", text=DAYS[rule.week_start])
    return t("WeeklyRecurrence", _every(rule), t("DaysOfWeek", text=" ".join(days)), start)


def _monthly(rule: Rule, first: date) -> Element | None:
    if rule.by_month:
        return None
    if (relative := _relative(rule)) is not None:
        return t("RelativeMonthlyRecurrence", _every(rule), *relative)
    day = _day_of_month(rule, first)
    return t("AbsoluteMonthlyRecurrence", _every(rule), t("DayOfMonth", text=str(day))) if 0 < day <= 28 else None


def _yearly(rule: Rule, first: date) -> Element | None:
    if rule.interval != 1 or len(rule.by_month) > 1 or (rule.by_day and not rule.by_month):
        return None
    if rule.by_month_day and not rule.by_month:
        return None
    number = rule.by_month[0] if rule.by_month else first.month
    month = t("Month", text=MONTHS[number - 1])
    if (relative := _relative(rule)) is not None:
        return t("RelativeYearlyRecurrence", *relative, month)
    day = _day_of_month(rule, first)
    sure = 0 < day <= LAST_SURE_DAY.get(number, 31)
    return t("AbsoluteYearlyRecurrence", t("DayOfMonth", text=str(day)), month) if sure else None


def _day_of_month(rule: Rule, first: date) -> int:
    """The one day of the month that is meant, or 0."""
    if rule.by_day or rule.by_position:
        return 0
    days = rule.by_month_day or (first.day,)
    return days[0] if len(days) == 1 and days[0] > 0 else 0


def _relative(rule: Rule) -> tuple[Element, Element] | None:
    """*The second Tuesday*, *the last working day*; None if the rule says no such thing."""
    if not rule.by_day or rule.by_month_day:
        return None
    places = {at for at, _ in rule.by_day}
    weekdays = tuple(_SHORT[day] for _, day in rule.by_day)
    if len(rule.by_day) == 1 and not rule.by_position:
        place, name = rule.by_day[0][0], DAYS[rule.by_day[0][1]]
    elif places == {0} and len(rule.by_position) == 1:
        place = rule.by_position[0]
        one = DAYS[_SHORT.index(weekdays[0])] if len(weekdays) == 1 else ""
        name = one or next((group for group, days in _GROUPS.items() if set(days) == set(weekdays)), "")
    else:
        return None
    if place not in PLACES or not name:
        return None
    return t("DaysOfWeek", text=name), t("DayOfWeekIndex", text=PLACES[place])


def _limit(rule: Rule, first: date, zone: str) -> Element:
    start = t("StartDate", text=f"{first:%Y-%m-%d}")
    if rule.count is not None:
        return t("NumberedRecurrence", start, t("NumberOfOccurrences", text=str(rule.count)))
    if rule.until is None:
        return t("NoEndRecurrence", start)
    return t("EndDateRecurrence", start, t("EndDate", text=f"{_last_day(rule.until, first, zone):%Y-%m-%d}"))


def _last_day(until: date, first: date, zone: str) -> date:
    """The last day on which a start is still within UNTIL."""
    if not isinstance(until, datetime):
        return until
    wall = until.astimezone(ZoneInfo(zone)).replace(tzinfo=None) if until.tzinfo is UTC or until.tzinfo else until
    begins = first.time() if isinstance(first, datetime) else time(0)
    return wall.date() if begins <= wall.time() else wall.date() - timedelta(days=1)
