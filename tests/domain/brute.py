"""A second answer to "which starts are free?", found minute by minute with datetimes; it shares only its data with the core.

Slow and plain on purpose. The clock of a zone is read once a minute; everything else follows from those readings.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from app.domain.availability import Busy, Occupied, Plan
from app.domain.pages import Fixed, Hours, Range

Reading = tuple[date, int]
"""What a clock shows: the date and the minute of the day."""


@lru_cache(maxsize=4096)
def readings_of_utc_day(zone: str, day: int) -> tuple[Reading, ...]:
    """The clock of ``zone`` at each minute of one UTC day, counted from 1970."""
    info = ZoneInfo(zone)
    found = []
    for minute in range(1440):
        there = datetime.fromtimestamp(day * 86400 + minute * 60, UTC).astimezone(info)
        assert there.second == 0, "the brute force knows no offsets with seconds"
        found.append((there.date(), there.hour * 60 + there.minute))
    return tuple(found)


def readings(zone: str, first_day: int, end_day: int) -> list[Reading]:
    return [reading for day in range(first_day, end_day) for reading in readings_of_utc_day(zone, day)]


def ranges(hours: Hours, day: date) -> tuple[Range, ...]:
    for other in reversed(hours.overrides):
        if other.day == day:
            return other.ranges
    for spell in reversed(hours.spells):
        if spell.first <= day <= spell.last:
            return spell.ranges
    return () if day in hours.holidays else hours.weekly.days[day.weekday()]


def zone_on(hours: Hours, day: date) -> str:
    for each in reversed(hours.elsewhere):
        if each.first <= day <= each.last:
            return each.zone
    return hours.zone


def minute_number(reading: Reading) -> int:
    return reading[0].toordinal() * 1440 + reading[1]


@lru_cache(maxsize=256)
def first_showing(zone: str, first_day: int, end_day: int) -> dict[int, int]:
    """For each wall minute the index of the first reading that shows it or a later one."""
    found: dict[int, int] = {}
    peak = None
    for index, reading in enumerate(readings(zone, first_day, end_day)):
        shown = minute_number(reading)
        for each in range(shown if peak is None else peak + 1, shown + 1):
            found[each] = index
        peak = shown if peak is None else max(peak, shown)
    return found


@lru_cache(maxsize=4096)
def begins(zone: str, number: int) -> int:
    """The first minute since 1970 at which the calendar in ``zone`` shows the date with this ordinal, or a later one."""
    unix = number - date(1970, 1, 1).toordinal()
    return (unix - 2) * 1440 + first_showing(zone, unix - 2, unix + 3)[number * 1440]


def date_at(hours: Hours, instant: int) -> date:
    """The owner's date: of all that have begun, each in the zone that holds on it, the latest."""
    utc = instant // 86400 + date(1970, 1, 1).toordinal()
    begun = [
        number
        for number in range(utc - 3, utc + 4)
        if begins(zone_on(hours, date.fromordinal(number)), number) <= instant // 60
    ]
    return date.fromordinal(max(begun))


def open_minutes(hours: Hours, first_day: int, end_day: int) -> bytearray:
    """One byte a minute, set where the hours are open: from the first minute at which the clock shows the range's start or
    later to the first at which it shows its end or later; the clock is the one of the zone that holds on the date."""
    length = (end_day - first_day) * 1440
    found = bytearray(length)

    def index_of(first_seen: dict[int, int], earliest: int, wall: int) -> int:
        return first_seen.get(wall, 0 if wall < earliest else length)

    epoch = date(1970, 1, 1).toordinal()
    for number in range(epoch + first_day - 2, epoch + end_day + 3):
        day = date.fromordinal(number)
        first_seen = first_showing(zone_on(hours, day), first_day, end_day)
        earliest = min(first_seen)
        for low, high in ranges(hours, day):
            opens, closes = (index_of(first_seen, earliest, number * 1440 + each) for each in (low, high))
            found[opens:closes] = b"\1" * (closes - opens)
    return found


def owner_clock(hours: Hours, first_day: int, end_day: int) -> list[Reading]:
    """At each minute the owner's date, and what a clock shows where they are on it."""
    if not hours.elsewhere:
        return readings(hours.zone, first_day, end_day)
    epoch, length = date(1970, 1, 1).toordinal(), (end_day - first_day) * 1440
    days = [date.min] * length
    for number in range(epoch + first_day - 3, epoch + end_day + 4):
        day = date.fromordinal(number)
        begin = max(0, begins(zone_on(hours, day), number) - first_day * 1440)
        days[begin:] = [day] * max(0, length - begin)
    clock = {zone: readings(zone, first_day, end_day) for zone in {zone_on(hours, day) for day in set(days)}}
    return [(day, clock[zone_on(hours, day)][index][1]) for index, day in enumerate(days)]


def collides(busy: Busy, plan: Plan, start: int, end: int) -> bool:
    """Whether a meeting from ``start`` to ``end`` overlaps ``busy`` or leaves less than the larger facing buffer between."""
    if busy.end < busy.start:
        return False
    if busy.start == busy.end and start <= busy.start < end:
        return True
    after_it = start - busy.end >= max(busy.after, plan.rules.buffer_before * 60)
    before_it = busy.start - end >= max(busy.before, plan.rules.buffer_after * 60)
    return not (after_it or before_it)


def last_day(hours: Hours, today: date, days: int, working: bool) -> date:
    day = today
    for _ in range(3000):
        if days == 0:
            break
        day += timedelta(days=1)
        days -= not working or bool(ranges(hours, day))
    return day


def allowed_now(plan: Plan, now: int, start: int) -> bool:
    day, today = date_at(plan.hours, start), date_at(plan.hours, now)
    if start < now + plan.rules.notice * 60:
        return False
    window = plan.rules.window
    if isinstance(window, Fixed):
        return window.first <= day <= window.last
    return day <= last_day(plan.hours, today, window.days, window.working)


def under_limits(plan: Plan, occupied: Iterable[Occupied], day: date) -> bool:
    days, weeks = Counter[tuple[bool, object]](), Counter[tuple[bool, object]]()
    for each in occupied:
        there = date_at(plan.hours, each.start)
        for own in {False, each.page == plan.page}:
            days[own, there] += 1
            weeks[own, there.isocalendar()[:2]] += 1
    return all(
        most is None or count < most
        for most, count in (
            (plan.rules.limits.per_day, days[True, day]),
            (plan.rules.limits.per_week, weeks[True, day.isocalendar()[:2]]),
            (plan.host_limits.per_day, days[False, day]),
            (plan.host_limits.per_week, weeks[False, day.isocalendar()[:2]]),
        )
    )


def anchors(hours: Hours, clock: list[Reading], opened: bytearray, step: int) -> list[int]:
    """For each open minute the index from which its grid is counted: the owner's last full hour where the step divides an hour,
    else where the open span began (or Monday's midnight, where the hours never end)."""
    if 60 % step == 0:
        return [index - reading[1] % 60 for index, reading in enumerate(clock)]
    never_ends = all(sum(high - low for low, high in day) == 1440 for day in hours.weekly.days)
    found = [0] * len(clock)
    for index in range(1, len(clock)):
        new_week = clock[index][0].isocalendar()[:2] != clock[index - 1][0].isocalendar()[:2]
        goes_on = opened[index - 1] and not (never_ends and new_week)
        found[index] = found[index - 1] if goes_on else index
    return found


def free_starts(
    plan: Plan, duration: int, busy: Iterable[Busy], occupied: Iterable[Occupied], start: int, end: int, back: int = 30
) -> list[int]:
    """The free starts from ``start`` to before ``end``, whatever the present. ``back``: days to look back for an anchor."""
    if duration not in plan.rules.durations:
        return []
    occupied = tuple(occupied)
    near: defaultdict[int, list[Busy]] = defaultdict(list)
    for each in busy:
        for day_number in range(each.start // 86400 - 1, each.end // 86400 + 2):
            near[day_number].append(each)
    step = plan.rules.step or duration
    first_day = start // 86400 - (2 if 60 % step == 0 else back)
    end_day = (end + duration * 60) // 86400 + 3
    clock = owner_clock(plan.hours, first_day, end_day)
    opened = open_minutes(plan.hours, first_day, end_day)
    counted_from = anchors(plan.hours, clock, opened, step)
    limits: dict[date, bool] = {}
    found = []
    for at in range(-(-start // 60) * 60, end, 60):
        index = at // 60 - first_day * 1440
        if not opened[index] or not all(opened[index : index + duration]):
            continue
        day = clock[index][0]
        if day not in limits:
            limits[day] = under_limits(plan, occupied, day)
        if (
            limits[day]
            and (index - counted_from[index]) % step == 0
            and not any(collides(each, plan, at, at + duration * 60) for each in near[at // 86400])
        ):
            found.append(at)
    return found


def free_slots(
    plan: Plan, duration: int, busy: Iterable[Busy], occupied: Iterable[Occupied], now: int, start: int, end: int
) -> list[int]:
    """The free starts from ``start`` to before ``end`` at the instant ``now``."""
    return [each for each in free_starts(plan, duration, busy, occupied, start, end) if allowed_now(plan, now, each)]
