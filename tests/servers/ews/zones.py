"""Zone names and times: Windows' names are understood and told."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from app.domain.clock import Instant
from tests.servers.ews.soap import Refusal, invalid

_PREFERRED = {
    "Romance Standard Time": ("Europe/Copenhagen", "Europe/Paris", "Europe/Madrid", "Europe/Brussels"),
    "W. Europe Standard Time": ("Europe/Berlin", "Europe/Amsterdam", "Europe/Oslo", "Europe/Stockholm", "Europe/Rome"),
    "Eastern Standard Time": ("America/New_York",),
}
"""Zones that Windows has no name of their own for."""


@cache
def zone(name: str) -> ZoneInfo:
    """The zone that a Windows name means. Raises Refusal."""
    for windows, several in _PREFERRED.items():
        if name == windows:
            return ZoneInfo(several[0])
    if name in WINDOWS_TO_OLSON:
        return ZoneInfo(WINDOWS_TO_OLSON[name])
    if name in ("UTC", "tzone://Microsoft/Utc"):
        return ZoneInfo("UTC")
    raise Refusal("ErrorTimeZone", f"The time zone '{name}' is not known.")


@cache
def windows_name(name: str) -> str:
    """The Windows name of a zone, however it was named."""
    if name in WINDOWS_TO_OLSON or name == "UTC":
        return name
    for windows, several in _PREFERRED.items():
        if name in several:
            return windows
    return next((windows for windows, iana in WINDOWS_TO_OLSON.items() if iana == name), name)


def read_time(text: str, zone_name: str) -> Instant:
    """Of an xs:dateTime; one without an offset is in ``zone_name``. Raises Fault, Refusal."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise invalid(f"The value '{text}' is not a valid DateTime value.") from error
    if len(text.strip()) < len("2026-01-01T00:00:00"):
        raise invalid(f"The value '{text}' is not a valid DateTime value.")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone(zone_name or "UTC"))
    return int(moment.timestamp())


def told(at: Instant | float) -> str:
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def wall(at: Instant, name: str) -> datetime:
    """What a clock in the zone shows, without the zone."""
    return datetime.fromtimestamp(at, zone(name)).replace(tzinfo=None)


def instant(at: datetime, name: str) -> Instant:
    """Of a wall that comes twice the first; one that is skipped counts from before the gap."""
    return int(at.replace(tzinfo=zone(name), fold=0).timestamp())
