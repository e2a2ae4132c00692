"""Zone names: Windows' and IANA's are understood, Windows' are told."""

from __future__ import annotations

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from tests.servers.graph.answers import Refusal

_IANA = available_timezones()
_PREFERRED = {
    "Romance Standard Time": ("Europe/Copenhagen", "Europe/Paris", "Europe/Madrid", "Europe/Brussels"),
    "W. Europe Standard Time": ("Europe/Berlin", "Europe/Amsterdam", "Europe/Oslo", "Europe/Stockholm", "Europe/Rome"),
    "Eastern Standard Time": ("America/New_York",),
}
"""Zones that Windows has no name of their own for."""
CUSTOM = "tzone://Microsoft/Custom"
"""What is told of a zone that somebody put together in an old Outlook."""


@cache
def zone(name: str) -> ZoneInfo:
    """The zone that a name means. Raises Refusal."""
    if name in WINDOWS_TO_OLSON:
        return ZoneInfo(WINDOWS_TO_OLSON[name])
    if name in _IANA and ("/" in name or name == "UTC"):
        return ZoneInfo(name)
    detail = f"A valid TimeZone value must be specified. The following TimeZone value is not supported: '{name}'."
    raise Refusal(400, "TimeZoneNotSupportedException", detail)


@cache
def windows_name(name: str) -> str:
    """The Windows name of a zone, however it was named."""
    if name in WINDOWS_TO_OLSON:
        return name
    for windows, several in _PREFERRED.items():
        if name in several:
            return windows
    for windows, iana in WINDOWS_TO_OLSON.items():
        if iana == name:
            return windows
    return name
