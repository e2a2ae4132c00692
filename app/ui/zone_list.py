"""The time zones to choose from, and the one that this computer is in."""

from __future__ import annotations

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from PySide6.QtCore import QTimeZone

from app.i18n import current
from app.ui.widgets import Option

_AREAS = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def guessed() -> str:
    """The zone of this computer, or UTC where it has a name that nobody knows."""
    name = system_zone()
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return "UTC"
    return "UTC" if name in ("Etc/UTC", "Etc/Universal", "Zulu", "Universal", "UCT", "") else name


def system_zone() -> str:
    return bytes(QTimeZone.systemTimeZoneId().data()).decode("ascii", "replace")


@cache
def names() -> tuple[str, ...]:
    """All zones that are named after a place, and UTC."""
    return (*sorted(zone for zone in available_timezones() if zone.partition("/")[0] in _AREAS), "UTC")


def options(*wanted: str) -> tuple[Option, ...]:
    """The zones by the names of their cities, in the alphabet of the language in force; ``wanted`` ones are among them."""
    wording = current()
    zones = {*names(), *wanted}
    return tuple(sorted((Option(zone, wording.city(zone)) for zone in zones), key=lambda option: option.text.casefold()))
