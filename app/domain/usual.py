"""The hours that hold for a page: the owner's usual ones, or the page's own, with what departs from them for all pages; and how
entries whose days overlap are settled.

Days off and public holidays close every page, also one with hours of its own, unless that has an override for the very date.
Spells with hours belong to the usual ones: a page with its own keeps those. A journey turns the clock for the usual hours and
for own hours in the zone that the owner is at home in; a page that lives in another zone stays there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from app.domain.pages import Elsewhere, Hours, OtherDays
from app.domain.settings import Availability, Journey, Spell
from app.domain.zones import is_known

E = TypeVar("E", Spell, Journey)


def usual_hours(zone: str, availability: Availability) -> Hours:
    """Dates, ranges and zones alone: no name of a spell or holiday is in it, for it leaves the program."""
    abroad = any(each.zone != zone for each in availability.journeys)
    return Hours(
        zone,
        availability.weekly,
        spells=tuple(OtherDays(each.first, each.last, each.ranges) for each in availability.spells),
        holidays=availability.holidays.days_off,
        elsewhere=tuple(Elsewhere(each.first, each.last, each.zone) for each in availability.journeys) if abroad else (),
    )


def hours_of(own: Hours | None, usual: Hours) -> Hours:
    """The hours of a page that has its ``own``, or goes by the ``usual`` ones. Own ones in a time zone that is not known here
    cannot be told; their page is paused."""
    if own is None or not is_known(own.zone):
        return usual
    off = tuple(each for each in usual.spells if not each.ranges)
    return replace(own, spells=off, holidays=usual.holidays, elsewhere=usual.elsewhere if own.zone == usual.zone else ())


def settled(entries: Sequence[E], at: int) -> tuple[E, ...]:
    """``entries`` by date, none overlapping the one ``at`` a place: those that say the same are one with it, and from others
    its days are taken."""
    mine: E = entries[at]
    rest = list(entries[:at]) + list(entries[at + 1 :])
    while (same := next((each for each in rest if _overlap(each, mine) and _same(each, mine)), None)) is not None:
        rest.remove(same)
        mine = replace(mine, first=min(mine.first, same.first), last=max(mine.last, same.last))
        if isinstance(mine, Spell) and isinstance(same, Spell):
            mine = replace(mine, name=mine.name or same.name)
    left: list[E] = [piece for each in rest for piece in _outside(each, mine)]
    left.append(mine)
    return tuple(sorted(left, key=lambda each: each.first))


def overlaps(entries: Sequence[E], at: int) -> bool:
    """Whether the one ``at`` a place has days in common with another."""
    return any(_overlap(each, entries[at]) for number, each in enumerate(entries) if number != at)


def _overlap(one: E, other: E) -> bool:
    return one.first <= other.last and other.first <= one.last


def _same(one: E, other: E) -> bool:
    if isinstance(one, Spell) and isinstance(other, Spell):
        return one.ranges == other.ranges
    return isinstance(one, Journey) and isinstance(other, Journey) and one.zone == other.zone


def _outside(entry: E, other: E) -> list[E]:
    """What is left of ``entry`` before and after the days of ``other``."""
    if not _overlap(entry, other):
        return [entry]
    found: list[E] = []
    if entry.first < other.first:
        found.append(replace(entry, last=other.first - timedelta(days=1)))
    if entry.last > other.last:
        found.append(replace(entry, first=other.last + timedelta(days=1)))
    return found
