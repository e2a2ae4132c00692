"""The list of time zones for visitors who choose one by hand: places, by part of the world."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from zoneinfo import TZPATH, available_timezones

from app.domain.clock import Instant
from app.domain.saying import offset_text, wall
from app.i18n import Wording


@dataclass(frozen=True, slots=True)
class ZoneRow:
    name: str
    city: str
    offset: str


@dataclass(frozen=True, slots=True)
class ZoneGroup:
    title: str
    zones: tuple[ZoneRow, ...]


_AREAS = {
    "Europe": "Europe",
    "Africa": "Africa",
    "America": "America",
    "Antarctica": "Antarctica",
    "Arctic": "Arctic",
    "Asia": "Asia",
    "Atlantic": "Atlantic",
    "Australia": "Australia",
    "Indian": "Indian Ocean",
    "Pacific": "Pacific",
}


@lru_cache(maxsize=1)
def _zone_names() -> tuple[str, ...]:
    """The zones that have a place on the map of the time zone database; every name that is known where there is no such map."""
    places = [Path(folder) / "zone.tab" for folder in TZPATH]
    packaged = importlib.util.find_spec("tzdata")
    if packaged is not None and packaged.origin is not None:
        places.append(Path(packaged.origin).parent / "zoneinfo/zone.tab")
    for place in places:
        if place.is_file():
            lines = place.read_text(encoding="utf-8").splitlines()
            return tuple(sorted(line.split("\t")[2] for line in lines if line and not line.startswith("#")))
    return tuple(sorted(name for name in available_timezones() if name.partition("/")[0] in _AREAS and "/" in name))


def zone_groups(words: Wording, now: Instant, find: str) -> list[ZoneGroup]:
    """Places by part of the world, those that hold what was searched for."""
    wanted = find.strip().casefold()
    groups: dict[str, list[ZoneRow]] = {area: [] for area in _AREAS}
    for name in _zone_names():
        city = words.city(name)
        if wanted in city.casefold() or wanted in name.casefold().replace("_", " "):
            groups[name.partition("/")[0]].append(ZoneRow(name, city, offset_text(wall(now, name))))
    return [ZoneGroup(words.gettext(_AREAS[area]), tuple(rows)) for area, rows in groups.items() if rows]
