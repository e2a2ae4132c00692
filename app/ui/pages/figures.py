"""Figures and spans of time as they are typed: read, judged, and written back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from app.domain.pages import Minutes

LONGEST = 720


class Unit(StrEnum):
    """In what a span is typed; the value is its length in minutes."""

    MINUTES = "1"
    HOURS = "60"
    DAYS = "1440"

    @property
    def minutes(self) -> int:
        return int(self.value)


@dataclass(frozen=True, slots=True)
class Span:
    """A span of time as typed: figures and a unit."""

    count: str = "0"
    unit: Unit = Unit.HOURS


NO_TIME = Span()


def span_of(minutes: Minutes) -> Span:
    """The span in the largest unit that divides it; nothing is 0 hours."""
    for unit in (Unit.DAYS, Unit.HOURS):
        if minutes and minutes % unit.minutes == 0:
            return Span(str(minutes // unit.minutes), unit)
    return Span(str(minutes), Unit.MINUTES) if minutes else NO_TIME


def own_length(text: str) -> Minutes | None:
    """A length of its own: whole minutes from 5 to ``LONGEST``, also as ``1:30``, or None."""
    match = re.fullmatch(r"\s*(\d{1,2})[:.](\d{2})\s*", text)
    found = int(match[1]) * 60 + int(match[2]) if match else whole(text)
    return found if found is not None and 5 <= found <= LONGEST else None


def whole(text: str) -> int | None:
    """The whole number that ``text`` is, or None."""
    plain = text.strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= 6 else None


def optional_figure(value: int | None) -> str:
    return "" if value is None else str(value)


def read(text: str, low: int, high: int, otherwise: int) -> int:
    """The number if it lies between ``low`` and ``high``, both included."""
    found = whole(text)
    return found if found is not None and low <= found <= high else otherwise


def read_optional(text: str, otherwise: int | None) -> int | None:
    """None for an empty text, ``otherwise`` for what is no whole number from 1 on."""
    if not text.strip():
        return None
    found = whole(text)
    return found if found is not None and found >= 1 else otherwise


def read_span(span: Span, otherwise: Minutes) -> Minutes:
    """``otherwise`` for what cannot be read or is too long."""
    found = whole(span.count)
    return found * span.unit.minutes if found is not None and span_problem(span) is None else otherwise


def span_problem(span: Span) -> str | None:
    return figure_problem(span.count, 0, 365 * 1440 // span.unit.minutes)


def figure_problem(text: str, low: int, high: int, *, optional: bool = False) -> str | None:
    """``missing``, ``figure`` (not a whole number), ``least_<low>`` or ``most_<high>``; None if all is well."""
    if not text.strip():
        return None if optional else "missing"
    found = whole(text)
    if found is None:
        return "figure"
    if found < low:
        return f"least_{low}"
    return f"most_{high}" if found > high else None


def length_problem(text: str, most: int) -> str | None:
    return "too_long" if len(text) > most else None
