"""iCalendar text for tests, and what was read of it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from app.domain.calendars import Event
from app.domain.clock import DAY, Instant
from app.providers.ics import ImportedCalendar, read_ics

ZONE = "Europe/Copenhagen"


def at(text: str, zone: str = ZONE, fold: int = 0) -> Instant:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp())


START, END = at("2026-10-01 00:00"), at("2026-12-01 00:00")


def calendar(*parts: str, header: str = "") -> str:
    """A file with these components; lines may be indented."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", *header.split("\n"), *"\n".join(parts).split("\n")]
    return "\r\n".join(line.strip() for line in [*lines, "END:VCALENDAR"] if line.strip()) + "\r\n"


def event(*lines: str, uid: str = "u1", title: str = "Meeting") -> str:
    return "\n".join(["BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:{title}", *lines, "END:VEVENT"])


def read(text: str, zone: str = ZONE, start: Instant = START, end: Instant = END, **more: object) -> ImportedCalendar:
    return read_ics(text, zone, start, end, **more)  # type: ignore[arg-type]


def shown(found: Event, zone: str = ZONE) -> str:
    """``20 Oct 09:00 +60``, or ``20 Oct all day +1``."""
    begin = datetime.fromtimestamp(found.start, ZoneInfo(zone))
    if found.days:
        return f"{begin:%d %b} all day +{(found.days.end - found.days.first).days}"
    return f"{begin:%d %b %H:%M} +{(found.end - found.start) // 60}"


def all_shown(found: ImportedCalendar, zone: str = ZONE) -> list[str]:
    return [shown(each, zone) for each in found.events]


__all__ = ["DAY", "END", "START", "ZONE", "all_shown", "at", "calendar", "event", "read", "shown"]
