"""What the properties of the core are tried on: zones around a change of their clocks, and plans and meetings there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from app.domain.availability import Busy, Occupied, Plan
from app.domain.clock import DAY, HOUR, from_iso
from app.domain.pages import DayOverride, Elsewhere, Fixed, Hours, Limits, OtherDays, Range, Rolling, Rules, WeeklyHours

CHANGES = {
    # Forward, back. The minutes that are skipped or repeated, in wall time:
    "Europe/Copenhagen": ("2027-03-28T01:00:00Z", "2026-10-25T01:00:00Z"),  # 02:00 to 03:00
    "Europe/London": ("2027-03-28T01:00:00Z", "2026-10-25T01:00:00Z"),  # 01:00 to 02:00
    "America/New_York": ("2027-03-14T07:00:00Z", "2026-11-01T06:00:00Z"),  # 02:00 to 03:00; 01:00 to 02:00
    "America/St_Johns": ("2027-03-14T05:30:00Z", "2026-11-01T04:30:00Z"),  # the same at -03:30
    "America/Havana": ("2027-03-14T05:00:00Z", "2026-11-01T05:00:00Z"),  # midnight to 01:00, both times
    "America/Santiago": ("2026-09-06T04:00:00Z", "2027-04-04T03:00:00Z"),  # midnight to 01:00; 23:00 to midnight
    "America/Sao_Paulo": ("2018-11-04T03:00:00Z", "2019-02-17T02:00:00Z"),  # the same
    "Africa/Cairo": ("2026-04-23T22:00:00Z", "2026-10-29T21:00:00Z"),  # the same, on a Friday
    "Australia/Lord_Howe": ("2026-10-03T15:30:00Z", "2027-04-03T15:00:00Z"),  # 02:00 to 02:30; 01:30 to 02:00
    "Pacific/Chatham": ("2026-09-26T14:00:00Z", "2027-04-03T14:00:00Z"),  # 02:45 to 03:45 at +12:45
    "Pacific/Apia": ("2011-12-30T10:00:00Z", "2021-04-03T14:00:00Z"),  # all of 30 December; 03:00 to 04:00
    "Antarctica/Troll": ("2027-03-28T01:00:00Z", "2026-10-25T01:00:00Z"),  # 01:00 to 03:00: two hours
    "Asia/Kolkata": ("2027-03-28T01:00:00Z", "2026-10-25T01:00:00Z"),  # none: half an hour off, all year
    "Asia/Kathmandu": ("2027-03-28T01:00:00Z", "2026-10-25T01:00:00Z"),  # none: three quarters off
}
UNCHANGING = ("Asia/Kolkata", "Asia/Kathmandu")
ELSEWHERE = ("America/Los_Angeles", "Asia/Tokyo", "Pacific/Kiritimati", "Europe/Lisbon", "Asia/Kolkata", "America/New_York")
AWAY = (
    "Asia/Tokyo", "America/Los_Angeles", "Pacific/Kiritimati", "Pacific/Niue", "Etc/GMT+12", "Asia/Kathmandu", *sorted(CHANGES)
)  # fmt: skip
"""Where an owner travels: eastward, westward, across the date line both ways, and into other changes of the clock."""
ALWAYS = WeeklyHours((((0, 1440),),) * 7)


@dataclass(frozen=True, slots=True)
class Case:
    """One question to the core: which meetings of ``duration`` minutes may start from ``start`` to ``end``, as of ``now``?"""

    plan: Plan
    duration: int
    busy: tuple[Busy, ...]
    occupied: tuple[Occupied, ...]
    now: int
    start: int
    end: int


def local_date(zone: str, instant: int) -> date:
    return datetime.fromtimestamp(instant, UTC).astimezone(ZoneInfo(zone)).date()


def joined(cuts: list[int]) -> tuple[Range, ...]:
    """Ranges between each pair of ascending cuts."""
    return tuple(zip(cuts[::2], cuts[1::2], strict=False))


marks = st.one_of(
    st.integers(0, 288).map(lambda number: number * 5),
    st.sampled_from((0, 60, 90, 120, 150, 180, 240, 540, 720, 1380, 1440)),
)
day_ranges = st.one_of(
    st.just(((0, 1440),)),
    st.just(((540, 720), (720, 900))),
    st.just(()),
    st.lists(marks, min_size=0, max_size=6, unique=True).map(sorted).map(joined),
)
weeks = st.one_of(st.just(ALWAYS), st.tuples(*[day_ranges] * 7).map(WeeklyHours))


@st.composite
def changes(draw: st.DrawFn) -> tuple[str, int]:
    """A zone and the instant of one of its changes."""
    zone = draw(st.sampled_from(sorted(CHANGES)))
    return zone, from_iso(draw(st.sampled_from(CHANGES[zone])))


@st.composite
def hours_around(draw: st.DrawFn, zone: str, change: int) -> Hours:
    day = local_date(zone, change)
    near = st.integers(-3, 3).map(lambda days: day + timedelta(days=days))
    overrides = draw(st.lists(st.builds(DayOverride, near, day_ranges), max_size=3))
    hours = Hours(zone, draw(weeks), tuple(overrides))
    if draw(st.booleans()):
        return hours
    pairs = st.tuples(near, near).map(sorted)
    spells = draw(st.lists(st.builds(lambda days, ranges: OtherDays(*days, ranges), pairs, day_ranges), max_size=2))
    holidays = draw(st.lists(near, max_size=2))
    elsewhere = draw(st.lists(st.builds(lambda days, there: Elsewhere(*days, there), pairs, st.sampled_from(AWAY)), max_size=2))
    return replace(hours, spells=tuple(spells), holidays=tuple(holidays), elsewhere=tuple(elsewhere))


limits = st.builds(Limits, st.none() | st.integers(0, 3), st.none() | st.integers(0, 5))
few_limits = st.one_of(st.just(Limits()), st.just(Limits()), limits)


@st.composite
def rules_around(draw: st.DrawFn, zone: str, change: int) -> Rules:
    day = local_date(zone, change)
    near = st.integers(-4, 4).map(lambda days: day + timedelta(days=days))
    window = draw(
        st.one_of(
            st.builds(Rolling, st.integers(4, 12)),
            st.builds(Rolling, st.integers(0, 6), st.booleans()),
            st.tuples(near, near).map(lambda days: Fixed(min(days), max(days))),
        )
    )
    buffers = st.sampled_from((0, 0, 5, 10, 15, 60))
    return Rules(
        durations=tuple(draw(st.lists(st.sampled_from((5, 15, 20, 30, 45, 50, 60, 90)), min_size=1, max_size=3, unique=True))),
        step=draw(st.sampled_from((0, 0, 5, 10, 15, 15, 20, 30, 60, 25, 35, 45, 50, 55, 90, 120))),
        buffer_before=draw(buffers),
        buffer_after=draw(buffers),
        notice=draw(st.sampled_from((0, 0, 7, 60, 240, 1440))),
        window=window,
        limits=draw(few_limits),
    )


@st.composite
def busy_around(draw: st.DrawFn, change: int) -> Busy:
    start = change + draw(st.one_of(st.integers(-600, 600).map(lambda number: number * 300), st.integers(-DAY, DAY)))
    length = draw(st.one_of(st.sampled_from((0, 0, 900, 1800, 3600, 3600, -60, 3 * DAY)), st.integers(0, 6 * HOUR)))
    buffers = st.sampled_from((0, 0, 0, 300, 900, 3601))
    return Busy(start, start + length, draw(buffers), draw(buffers), f"event:work:{draw(st.integers(0, 9))}")


@st.composite
def cases(draw: st.DrawFn) -> Case:
    zone, change = draw(changes())
    rules = draw(rules_around(zone, change))
    plan = Plan("page", rules, draw(hours_around(zone, change)), draw(few_limits))
    near = st.integers(-72, 72).map(lambda hours: change + hours * HOUR)
    start = change + draw(st.one_of(st.integers(-48, 12).map(lambda hours: hours * HOUR), st.integers(-2 * DAY, 2 * DAY)))
    return Case(
        plan,
        draw(st.sampled_from(rules.durations)),
        tuple(draw(st.lists(busy_around(change), max_size=draw(st.sampled_from((0, 2, 4, 6)))))),
        tuple(draw(st.lists(st.builds(Occupied, near, st.sampled_from(("page", "another"))), max_size=6))),
        start - draw(st.sampled_from((DAY, DAY, 2 * DAY, 3 * DAY + 421, 7 * HOUR, 0, -5 * HOUR))),
        start,
        start + draw(st.one_of(st.sampled_from((HOUR, 6 * HOUR, DAY, 2 * DAY, 3 * DAY)), st.integers(0, 3 * DAY))),
    )
