"""Exceptions of a page's hours as spans of days: a holiday is one row, not fourteen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from app.domain.pages import DayOverride, Range
from app.ui.widgets import hours_text

DAYS_MAX = 366


@dataclass(frozen=True, slots=True)
class OverrideDraft:
    """Other hours on the days from ``first`` to ``last``, both included; ``hours`` empty means days off."""

    first: date
    last: date
    hours: str = ""


def fold(overrides: Iterable[DayOverride]) -> tuple[OverrideDraft, ...]:
    """Days in a row with the same hours as one span."""
    found: list[OverrideDraft] = []
    for each in sorted(overrides, key=lambda override: override.day):
        hours = hours_text.write(each.ranges)
        if found and found[-1].last + timedelta(days=1) == each.day and found[-1].hours == hours:
            found[-1] = replace(found[-1], last=each.day)
        else:
            found.append(OverrideDraft(each.day, each.day, hours))
    return tuple(found)


def unfold(spans: Iterable[OverrideDraft]) -> tuple[DayOverride, ...]:
    """The days of all spans, ascending; spans whose hours cannot be read are left out, of two for one day the first counts."""
    found: dict[date, tuple[Range, ...]] = {}
    for span in spans:
        ranges = hours_text.parse(span.hours)
        if ranges is None:
            continue
        for day in days_of(span):
            found.setdefault(day, ranges)
    return tuple(DayOverride(day, found[day]) for day in sorted(found))


def days_of(span: OverrideDraft) -> list[date]:
    """The first ``DAYS_MAX`` at most; none if the last day is before the first."""
    count = min((span.last - span.first).days + 1, DAYS_MAX)
    return [span.first + timedelta(days=number) for number in range(count)]
