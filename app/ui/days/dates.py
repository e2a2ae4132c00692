"""Days as they are typed and picked in forms."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date

from app.domain.choosing import Cell, Month, Weekday
from app.domain.saying import capital
from app.i18n import Wording

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_FIGURES = re.compile(r"(\d{1,2})\s*[./-]\s*(\d{1,2})\.?(?:\s*[./-]?\s*(\d{2,4}))?")
_NAMED = re.compile(r"(\d{1,2})\.?\s*([^\W\d_]{3,})\.?,?\s*(\d{4})?")


def day_text(day: date, wording: Wording) -> str:
    """``Thu 24 Dec 2026``: what a date field shows and reads."""
    return f"{wording.date_short(day)} {day.year}"


def read_day(text: str, today: date, wording: Wording) -> date | None:
    """Reads ``24 Dec 2026``, ``24.12.2026``, ``24/12`` or ``2026-12-24``. Without a year the next such day is meant."""
    plain = re.sub(r"^[^\d]+", "", text.strip().lower())
    if match := _ISO.fullmatch(plain):
        return _made(int(match[1]), int(match[2]), int(match[3]))
    if match := _FIGURES.fullmatch(plain):
        return _dated(int(match[1]), int(match[2]), match[3], today)
    if match := _NAMED.fullmatch(plain):
        month = _month(match[2], wording)
        return _dated(int(match[1]), month, match[3], today) if month else None
    return None


def _month(name: str, wording: Wording) -> int:
    for language in dict.fromkeys((wording.language, "en", "da")):
        words = Wording(language)
        for month in range(1, 13):
            if words.month_name(month).lower().startswith(name):
                return month
    return 0


def _dated(day: int, month: int, year: str | None, today: date) -> date | None:
    if year:
        return _made(int(year) + (2000 if len(year) == 2 else 0), month, day)
    this = _made(today.year, month, day)
    return this if this is None or this >= today else _made(today.year + 1, month, day)


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def picker_month(
    year: int,
    month: int,
    chosen: date | None,
    today: date,
    wording: Wording,
    *,
    monday_first: bool = True,
    possible: Callable[[date], bool] = lambda _day: True,
) -> Month:
    """A month in which any ``possible`` day can be picked, in the shape that the public pages draw."""
    first = 0 if monday_first else 6
    weeks = tuple(
        tuple(
            Cell(day, int(possible(day)), capital(wording.date_long(day)), day == today, day == chosen)
            if day.month == month
            else None
            for day in week
        )
        for week in calendar.Calendar(first).monthdatescalendar(year, month)
    )
    letters = wording.day_letters(monday_first)
    names = [wording.day_name(date(2024, 1, 1 + (first + number) % 7)) for number in range(7)]
    weekdays = tuple(Weekday(letter, name) for letter, name in zip(letters, names, strict=True))
    return Month(wording.month(year, month), weekdays, weeks, shifted(year, month, -1), shifted(year, month, 1))


def shifted(year: int, month: int, by: int) -> str:
    """The month ``by`` months away, as ``2026-11``."""
    years, index = divmod(year * 12 + month - 1 + by, 12)
    return f"{years:04d}-{index + 1:02d}"


def month_of(text: str) -> tuple[int, int]:
    """``2026-11`` as year and month."""
    return int(text[:4]), int(text[5:7])
