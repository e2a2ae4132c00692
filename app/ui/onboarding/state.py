"""What the first run shows, as frozen data: the answers so far, and the month that a guest will see. No Qt, no services."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum, StrEnum
from zoneinfo import ZoneInfo

from app.domain.clock import Instant
from app.domain.connections import ProviderKind
from app.domain.errors import InvalidFields
from app.domain.pages import MORNINGS, WORKWEEK, WeeklyHours, check_slug, to_slug_part
from app.domain.settings import Language
from app.i18n import Wording


class Step(IntEnum):
    """The three questions, by the numbers under which the settings remember them."""

    YOU = 1
    CALENDAR = 2
    PAGE = 3


DONE = 4
PHASES = {Step.YOU: 0.1, Step.CALENDAR: 0.5, Step.PAGE: 0.92}
"""How high the sun stands."""


class HoursChoice(StrEnum):
    WEEKDAYS = "weekdays"
    MORNINGS = "mornings"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class You:
    """The answers of the first step."""

    name: str = ""
    tagline: str = ""
    language: Language = Language.ENGLISH
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of the month. ``free``: it has a time; ``chosen``: its times stand below."""

    day: int
    free: bool = False
    today: bool = False
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class MonthCard:
    """The page as a guest sees it, small: a month of seven columns, and the first times of its first free day.

    ``cells`` are None where no day is; ``counted`` are the words for screen readers.
    """

    letters: tuple[str, ...]
    cells: tuple[Cell | None, ...]
    times: tuple[str, ...]
    month: str
    counted: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """Everything on the window. ``calendar``: what is connected, None before the answer or in offline mode.

    ``disclosed``: while the dialog of a provider is open, what Aftale does with that calendar, each an icon, a promise and what
    it means. ``zones_known``: the list of time zones was read, which takes too long for the first paint. ``fresh``: nothing was
    ever set up, so demo data may be filled in.
    """

    step: Step = Step.YOU
    you: You = You()
    name_missing: bool = False
    calendar: ProviderKind | None = None
    providers: tuple[ProviderKind, ...] = (ProviderKind.LOCAL,)
    hours: WeeklyHours = WORKWEEK
    title: str = ""
    link: str = ""
    month: MonthCard | None = None
    disclosed: tuple[tuple[str, str, str], ...] = ()
    busy: bool = False
    zones_known: bool = False
    fresh: bool = False
    problem: str = ""

    @property
    def hours_choice(self) -> HoursChoice:
        return {WORKWEEK: HoursChoice.WEEKDAYS, MORNINGS: HoursChoice.MORNINGS}.get(self.hours, HoursChoice.OWN)

    @property
    def phase(self) -> float:
        return PHASES[self.step]


def first_name(name: str) -> str:
    return name.split()[0] if name.split() else ""


def own_part(name: str) -> str:
    """The address that a name gives (URL-1): ``Anna Holm`` becomes ``anna-holm``; always one that a slug may have."""
    part = to_slug_part(name)
    for candidate in (part, f"{part}-1"[-40:], "my-page"):
        try:
            check_slug(candidate)
        except InvalidFields:
            continue
        return candidate
    raise AssertionError("the last one is always allowed")


def month_card(starts: Iterable[Instant], zone: str, now: Instant, wording: Wording, monday_first: bool = True) -> MonthCard:
    """The month of the first free day (this month if there is none), drawn from the real free starts."""
    info = ZoneInfo(zone)
    local = sorted(datetime.fromtimestamp(start, UTC).astimezone(info) for start in starts)
    today = datetime.fromtimestamp(now, UTC).astimezone(info).date()
    free = {start.date() for start in local}
    chosen = local[0].date() if local else None
    first = (chosen or today).replace(day=1)
    times = tuple(wording.time(start) for start in local if start.date() == chosen)[:3]
    days = calendar.monthrange(first.year, first.month)[1]
    lead = first.weekday() if monday_first else (first.weekday() + 1) % 7
    cells = tuple(
        Cell(each.day, each in free, each == today, each == chosen)
        for each in (first + timedelta(days=offset) for offset in range(days))
    )
    counted = wording.ngettext("One free day in {month}", "{count} free days in {month}", count := _count(free, first))
    month = wording.month(first.year, first.month)
    return MonthCard(
        wording.day_letters(monday_first), (None,) * lead + cells, times, month, counted.format(count=count, month=month)
    )


def _count(free: set[date], first: date) -> int:
    return sum((day.year, day.month) == (first.year, first.month) for day in free)
