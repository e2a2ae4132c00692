"""VFREEBUSY: time that is told to be taken, without what it is taken by (RFC 5545 §3.6.4)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from app.domain.calendars import ShowAs
from app.domain.clock import Instant
from app.providers.ics.lengths import Length
from app.providers.ics.lines import Component
from app.providers.ics.zones import Zones

_SHOWN = {"BUSY-UNAVAILABLE": ShowAs.OUT_OF_OFFICE, "BUSY-TENTATIVE": ShowAs.TENTATIVE}


class BusyPeriod(NamedTuple):
    start: Instant
    end: Instant
    show_as: ShowAs


def busy_periods(part: Component, zones: Zones) -> tuple[list[BusyPeriod], bool]:
    """The periods that are not free, and whether some cannot be read. Of a type that nobody knows a period is busy
    (§3.2.9)."""
    found, broken = [], False
    for each in part.all("FREEBUSY"):
        kind = each.parameters.get("FBTYPE", "BUSY").strip().upper()
        if kind == "FREE":
            continue
        broken = broken or not zones.is_whole(each)
        for begin, end in zones.moments(each):
            if not isinstance(begin, datetime) or end is None:
                broken = True
                continue
            start = int(begin.timestamp())
            if isinstance(end, Length):
                until = end.after(start, begin.tzinfo or zones.home)
            else:
                until = int(end.timestamp()) if isinstance(end, datetime) else start
            if until > start:
                found.append(BusyPeriod(start, until, _SHOWN.get(kind, ShowAs.BUSY)))
    return found, broken
