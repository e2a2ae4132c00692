"""Names of time zones: Windows', which Exchange uses, and IANA's. Pure, but for exchangelib's tables: for threads."""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

COMPARED_FROM, COMPARED_HOURS = datetime(2025, 1, 1, tzinfo=UTC), 2 * 365 * 24
"""Two years have every rule of today in them."""


@functools.lru_cache(256)
def iana_zone(name: str, here: str = "") -> str:
    """The IANA name of a zone, empty for one that nobody knows (*Customized Time Zone*). Windows has one name for several of
    them, *Romance Standard Time* for Paris, Madrid and Copenhagen: ``here`` is taken if its clocks are the same."""
    from exchangelib.winzone import MS_TIMEZONE_TO_IANA_MAP  # type: ignore[import-untyped]

    found = str(MS_TIMEZONE_TO_IANA_MAP.get(name, ""))
    if not found or _info(found) is None:
        return name if "/" in name and _info(name) else "UTC" if name.upper() in ("UTC", "GMT", "ETC/UTC") else ""
    return here if here and same_clock(here, found) else found


@functools.lru_cache(256)
def windows_zone(name: str) -> str:
    """Windows' name of an IANA zone, empty where it has none."""
    from exchangelib.winzone import CLDR_TO_MS_TIMEZONE_MAP, IANA_TO_MS_TIMEZONE_MAP

    for table in (CLDR_TO_MS_TIMEZONE_MAP, IANA_TO_MS_TIMEZONE_MAP):
        if (found := table.get(name)) is not None:
            return str(found[0])
    return ""


@functools.lru_cache(256)
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
