"""The hours that hold for a page: the owner's usual ones, or the page's own, with what departs from them for all pages.

Days off and public holidays close every page, also one with hours of its own, unless that has an override for the very date.
Spells with hours belong to the usual ones: a page that has its own keeps them. A journey turns the clock for the usual hours and
for own hours in the zone that the owner is at home in; a page that lives in another zone stays there.
"""

from __future__ import annotations

from dataclasses import replace

from app.domain.pages import Elsewhere, Hours, OtherDays
from app.domain.settings import Availability


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
    """The hours of a page that has its ``own``, or goes by the ``usual`` ones."""
    if own is None:
        return usual
    off = tuple(each for each in usual.spells if not each.ranges)
    return replace(own, spells=off, holidays=usual.holidays, elsewhere=usual.elsewhere if own.zone == usual.zone else ())
