"""Names of time zones as Exchange writes them: Windows names, IANA names, and some of its own. Pure."""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

UTC_NAMES = frozenset({"UTC", "tzone://Microsoft/Utc", "Coordinated Universal Time", "Etc/UTC", "Etc/GMT", "GMT"})
COMPARED_FROM, COMPARED_HOURS = datetime(2025, 1, 1, tzinfo=UTC), 2 * 365 * 24
"""Two years have every rule of today in them."""


@functools.lru_cache(256)
def iana_zone(name: str, here: str = "") -> str:
    """The IANA name of a zone, empty for one that nobody knows (``tzone://Microsoft/Custom``). Windows has one name for several
    of them, *Romance Standard Time* for Paris, Madrid and Copenhagen: ``here``, where the owner is, is taken if its clocks are
    the same."""
    if name in UTC_NAMES:
        return "UTC"
    if found := WINDOWS_TO_OLSON.get(name, ""):
        return here if here and same_clock(here, found) else found
    return name if "/" in name and _info(name) else ""


def same_clock(one: str, other: str) -> bool:
    """Whether two zones show the same time all year round."""
    first, second = _info(one), _info(other)
    if first is None or second is None:
        return False
    moments = (COMPARED_FROM + timedelta(hours=number) for number in range(COMPARED_HOURS))
    return all(moment.astimezone(first).utcoffset() == moment.astimezone(second).utcoffset() for moment in moments)


def _info(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return None
