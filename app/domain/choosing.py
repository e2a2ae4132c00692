"""What a visitor sees while they choose a time, and when they move one: all of it worked out, nothing drawn.

The templates of the public pages draw these values, and so does the preview in the window; neither adds a date, a time, a count
or a name of its own. Pure functions of a public page, the present and the way a language says things (``saying.Words``).
"""

from __future__ import annotations

import calendar
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from app.domain.clock import MINUTE, Instant
from app.domain.hours import bookable_span
from app.domain.public import PageState, PublicHost, PublicPage
from app.domain.saying import (
    Words,
    capital,
    elsewhere,
    length,
    offset_text,
    place_within,
    same_wall_time,
    wall,
    zone_abbreviation,
)
from app.domain.zones import visitor_days

SUGGESTIONS = 3
"""The most times that a request may name."""
NOON, EVENING = 12 * 60, 18 * 60


# Which times


def open_starts(page: PublicPage, starts: Sequence[Instant], now: Instant) -> Sequence[Instant]:
    """Those of ascending ``starts`` that the present moment allows: after the notice, within the window."""
    first, behind = bookable_span(page.notice, page.window, page.hours, now)
    return starts[bisect_left(starts, first) : bisect_left(starts, behind)]


def pack(starts: Sequence[Instant]) -> list[int]:
    """Ascending starts as the first minute, then pairs of a gap in minutes and how often it follows: small in a page."""
    if not starts:
        return []
    packed = [starts[0] // MINUTE]
    for before, after in pairwise(starts):
        gap = (after - before) // MINUTE
        if len(packed) > 1 and packed[-2] == gap:
            packed[-1] += 1
        else:
            packed += (gap, 1)
    return packed


# Choose


@dataclass(frozen=True, slots=True)
class Selection:
    """What the visitor has said so far. ``picks``: chosen starts, in their order; one at most unless times are suggested."""

    duration: int
    zone: str
    month: tuple[int, int] | None = None
    day: date | None = None
    picks: tuple[Instant, ...] = ()


@dataclass(frozen=True, slots=True)
class Length:
    minutes: int
    text: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of the month. ``name`` is what a screen reader says."""

    day: date
    free: int
    name: str
    today: bool
    chosen: bool


@dataclass(frozen=True, slots=True)
class Weekday:
    letter: str
    name: str


@dataclass(frozen=True, slots=True)
class Month:
    """``before`` and ``after`` name the neighbouring months as ``2026-11``; empty where there is nothing to find."""

    title: str
    weekdays: tuple[Weekday, ...]
    weeks: tuple[tuple[Cell | None, ...], ...]
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Slot:
    """One time. ``note`` tells apart the two hours of the same name when clocks go back."""

    start: Instant
    text: str
    chosen: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class DayPart:
    """Morning, afternoon or evening. ``icon`` is a file of ``resources/icons``."""

    icon: str
    title: str
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    title: str
    count: str
    parts: tuple[DayPart, ...]


@dataclass(frozen=True, slots=True)
class Soon:
    """A suggestion for those in a hurry."""

    start: Instant
    day: date
    text: str


@dataclass(frozen=True, slots=True)
class Pick:
    """A chosen or suggested time."""

    start: Instant
    text: str


@dataclass(frozen=True, slots=True)
class Choose:
    """The first page. ``day`` is None where the shown month has no free time: ``nothing`` says so and ``first`` leads on.

    ``after_loss``: ``soonest`` holds the times nearest to one that somebody else took. ``shown``: year and month.
    ``owner_time``: what the clock shows where the owner is, if it shows something else there.
    """

    request: bool
    lengths: tuple[Length, ...]
    duration: int
    zone: str
    zone_name: str
    abbreviation: str
    now: str
    owner_time: str
    month: Month
    shown: tuple[int, int]
    day: Day | None
    nothing: str
    first: Soon | None
    soonest: tuple[Soon, ...]
    picks: tuple[Pick, ...]
    caption: str
    bar: str
    bar_detail: str
    after_loss: bool = False


def choose(
    page: PublicPage,
    host: PublicHost,
    words: Words,
    now: Instant,
    chosen: Selection,
    starts: Sequence[Instant],
    nearest: Sequence[Instant] = (),
) -> Choose:
    """``starts``: the bookable ones of the chosen duration, ascending. ``nearest``: those nearest to a time that was lost,
    which stand in the place of the soonest ones."""
    days = visitor_days(starts, chosen.zone)
    month, day = _shown(chosen, days, now)
    request = page.state is PageState.REQUEST
    picks = chosen.picks[: SUGGESTIONS if request else 1]
    today = wall(now, chosen.zone).date()
    return Choose(
        request=request,
        lengths=tuple(Length(each, length(words, each), each == chosen.duration) for each in page.durations),
        duration=chosen.duration,
        zone=chosen.zone,
        zone_name=words.zone_name(chosen.zone),
        abbreviation=zone_abbreviation(chosen.zone, starts[0] if starts else now),
        now=words.time(wall(now, chosen.zone)),
        owner_time=_owner_time(words, host, page.zone, chosen.zone, now),
        month=_month(words, host, month, day, today, days),
        shown=month,
        day=_day(words, day, days, picks, chosen.zone, request) if day is not None else None,
        nothing=_nothing(words, month, starts) if day is None else "",
        first=_soon(words, starts[0], chosen.zone, now) if day is None and starts else None,
        soonest=_quick(words, starts, nearest, chosen.zone, now, request),
        after_loss=bool(nearest),
        picks=tuple(Pick(start, capital(words.moment(wall(start, chosen.zone)))) for start in picks),
        caption=_caption(words, host, page, chosen, picks),
        bar=_bar(words, chosen, picks, request),
        bar_detail=f"{length(words, chosen.duration)}, {place_within(page.location, words, host.first_name)}",
    )


def _shown(chosen: Selection, days: Mapping[date, object], now: Instant) -> tuple[tuple[int, int], date | None]:
    """The month to show and the day in it; None where the month has no free day and none was asked for."""
    day = chosen.day
    if day is None and chosen.month is None and chosen.picks:
        day = wall(chosen.picks[-1], chosen.zone).date()
    month = chosen.month
    if month is None:
        fallback = next(iter(days), wall(now, chosen.zone).date())
        month = (day.year, day.month) if day is not None else (fallback.year, fallback.month)
    if day is None or (day.year, day.month) != month or day not in days:
        day = next((each for each in days if (each.year, each.month) == month), None)
    return month, day


def _month(
    words: Words,
    host: PublicHost,
    month: tuple[int, int],
    chosen: date | None,
    today: date,
    days: Mapping[date, Sequence[object]],
) -> Month:
    first_weekday = 0 if host.week_starts_monday else 6
    weeks = []
    for week in calendar.Calendar(first_weekday).monthdatescalendar(*month):
        cells = [_cell(words, day, len(days.get(day, ())), today, chosen) if day.month == month[1] else None for day in week]
        weeks.append(tuple(cells))
    names = [words.day_name(date(2024, 1, 1 + (first_weekday + number) % 7)) for number in range(7)]
    letters = words.day_letters(host.week_starts_monday)
    last = max(days, default=today)
    return Month(
        title=words.month(*month),
        weekdays=tuple(Weekday(letter, name) for letter, name in zip(letters, names, strict=True)),
        weeks=tuple(weeks),
        before=_month_text(month, -1) if month > (today.year, today.month) else "",
        after=_month_text(month, 1) if month < (last.year, last.month) else "",
    )


def _month_text(month: tuple[int, int], by: int) -> str:
    year, index = divmod(month[0] * 12 + month[1] - 1 + by, 12)
    return f"{year:04d}-{index + 1:02d}"


def _cell(words: Words, day: date, free: int, today: date, chosen: date | None) -> Cell:
    if free:
        name = words.ngettext("{day}, {count} free time", "{day}, {count} free times", free).format(
            day=words.date_long(day), count=free
        )
    else:
        name = words.gettext("{day}, no free times").format(day=words.date_long(day))
    return Cell(day, free, capital(name), day == today, day == chosen)


def _day(
    words: Words,
    day: date,
    days: Mapping[date, Sequence[tuple[Instant, int]]],
    picks: Sequence[Instant],
    zone: str,
    request: bool,
) -> Day:
    times = days.get(day, ())
    minutes = [minute for _, minute in times]
    parts = (
        ("sun-horizon", words.gettext("Morning"), 0, NOON),
        ("sun", words.gettext("Afternoon"), NOON, EVENING),
        ("moon", words.gettext("Evening"), EVENING, 24 * 60),
    )
    if request:
        parts = (("", "", 0, 24 * 60),)  # type: ignore[assignment]
    found = []
    for icon, title, low, high in parts:
        slots = tuple(
            Slot(
                start, clock(words, minute), start in picks, offset_text(wall(start, zone)) if minutes.count(minute) > 1 else ""
            )
            for start, minute in times
            if low <= minute < high
        )
        if slots:
            found.append(DayPart(icon, title, slots))
    count = words.ngettext("{count} free time", "{count} free times", len(times)).format(count=len(times))
    return Day(day, capital(words.date_long(day)), count, tuple(found))


def clock(words: Words, minute: int) -> str:
    """What the clock shows ``minute`` minutes after midnight."""
    return words.time(datetime(2000, 1, 1, minute // 60, minute % 60, tzinfo=UTC))


def _nothing(words: Words, month: tuple[int, int], starts: Sequence[Instant]) -> str:
    if not starts:
        return words.gettext("There are no free times at the moment.")
    return words.gettext("Nothing free in {month}.").format(month=words.month_name(month[1]))


def _soon(words: Words, start: Instant, zone: str, now: Instant) -> Soon:
    at, today = wall(start, zone), wall(now, zone).date()
    if at.date() == today:
        text = words.gettext("Today {time}").format(time=words.time(at))
    elif at.date() == today + timedelta(days=1):
        text = words.gettext("Tomorrow {time}").format(time=words.time(at))
    else:
        text = capital(words.moment(at))
    return Soon(start, at.date(), text)


def _quick(
    words: Words, starts: Sequence[Instant], nearest: Sequence[Instant], zone: str, now: Instant, request: bool
) -> tuple[Soon, ...]:
    if nearest:
        return tuple(_soon(words, start, zone, now) for start in sorted(nearest))
    return () if request else _soonest(words, starts[:2], zone, now)


def _soonest(words: Words, starts: Sequence[Instant], zone: str, now: Instant) -> tuple[Soon, ...]:
    found = [_soon(words, start, zone, now) for start in starts]
    if len(found) == 2 and found[0].day == found[1].day:
        found[1] = Soon(found[1].start, found[1].day, words.time(wall(found[1].start, zone)))
    return tuple(found)


def _owner_time(words: Words, host: PublicHost, zone: str, visitors: str, now: Instant) -> str:
    if same_wall_time(now, zone, visitors):
        return ""
    text = words.gettext("{time} for {name}, who is in {zone}")
    return text.format(time=words.time(wall(now, zone)), name=host.first_name, zone=words.zone_name(zone))


def _caption(words: Words, host: PublicHost, page: PublicPage, chosen: Selection, picks: Sequence[Instant]) -> str:
    """What stands under Continue: the choice, or what is still to be done."""
    if page.state is PageState.REQUEST:
        return words.gettext("Nothing is booked until {name} says yes").format(name=host.first_name)
    if not picks:
        return words.gettext("Choose a time to continue")
    begins = wall(picks[0], chosen.zone)
    ends = wall(picks[0] + chosen.duration * MINUTE, chosen.zone)
    text = capital(words.gettext("{moment} to {time}").format(moment=words.moment(begins), time=words.time(ends)))
    if same_wall_time(picks[0], chosen.zone, page.zone):
        return text
    return f"{text} ({elsewhere(words, picks[0], picks[0] + chosen.duration * MINUTE, chosen.zone, page.zone)})"


def _bar(words: Words, chosen: Selection, picks: Sequence[Instant], request: bool) -> str:
    """The choice in a few words, for the bar at the foot of a phone's screen."""
    if not picks:
        return words.gettext("No time chosen yet")
    if request:
        return suggestions(words, len(picks))
    return capital(words.moment(wall(picks[0], chosen.zone)))


def suggestions(words: Words, count: int) -> str:
    return words.gettext("{count} of {most} suggestions").format(count=count, most=SUGGESTIONS)


# Move


@dataclass(frozen=True, slots=True)
class NextDay:
    """Some times of one day, to move a meeting to."""

    title: str
    slots: tuple[Slot, ...]


def next_days(
    words: Words, starts: Sequence[Instant], around: Instant, zone: str, days: int = 2, most: int = 3
) -> tuple[NextDay, ...]:
    """The next free times to move a meeting to: of the first ``days`` days from its own on, up to ``most`` spread over each.

    Where nothing follows, the last days before it are offered.
    """
    by_day = visitor_days(starts, zone)
    own = wall(around, zone).date()
    later = [day for day in by_day if day >= own]
    chosen = later[:days] if later else list(by_day)[-days:]
    found = []
    for day in chosen:
        times = by_day[day]
        spread = times if len(times) <= most else [times[index * len(times) // most] for index in range(most)]
        found.append(
            NextDay(capital(words.date_long(day)), tuple(Slot(start, clock(words, minute), False) for start, minute in spread))
        )
    return tuple(found)
