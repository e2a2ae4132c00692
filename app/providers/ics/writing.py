"""iCalendar text of a calendar (RFC 5545), made by the icalendar library alone.

Times of single events are written in UTC: a wall cannot say which of two equal hours is meant. Series keep the text that they
are kept in. Every TZID has its VTIMEZONE, made here: icalendar 7.3 writes the wall after a change where the one before belongs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import icalendar

from app.domain.calendars import Days, Event, Response, ShowAs
from app.domain.clock import Instant
from app.providers.ics.lines import CONTROL, Component, join, parse
from app.providers.ics.reading import PRODUCT
from app.providers.ics.zones import named_zone

ZONES_FROM, ZONES_UNTIL = datetime(1970, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)
_BUSY_STATUS = {
    ShowAs.FREE: ("TRANSPARENT", "FREE"),
    ShowAs.TENTATIVE: ("OPAQUE", "TENTATIVE"),
    ShowAs.BUSY: ("OPAQUE", "BUSY"),
    ShowAs.OUT_OF_OFFICE: ("OPAQUE", "OOF"),
    ShowAs.WORKING_ELSEWHERE: ("TRANSPARENT", "WORKINGELSEWHERE"),
}


def write_ics(name: str, zone: str, events: Iterable[Event], series: Mapping[str, str], now: Instant) -> str:
    """A calendar as one file. ``series``: texts of masters by id; of ``events`` their occurrences are left out."""
    parts: list[Component] = []
    zones: dict[str, Component] = {}
    written: set[str] = set()
    for event, text in sorted(series.items()):
        found = parse(text).inside("VCALENDAR")
        own = {part.value("TZID"): part for calendar in found for part in calendar.inside("VTIMEZONE")}
        if any(_differs(zones.get(zone_name), part) for zone_name, part in own.items()):
            # Two files with different zones of one name: the occurrences stand in UTC below.
            continue
        zones |= own
        parts += (part for calendar in found for part in calendar.inside("VEVENT"))
        written.add(event)
    singles = [each for each in events if each.series not in written]
    parts += _singles(singles, {part.value("UID") for part in parts})
    for part in parts:
        if part.first("DTSTAMP") is None:
            part.lines += _lines_of(_stamped(now))
    for missing in sorted(_zone_names(parts) - zones.keys()):
        zones[missing] = zone_component(missing)
    header = _lines_of(_header(name, zone))
    return join(Component("VCALENDAR", header, [*(zones[each] for each in sorted(zones)), *parts]).text_lines())


def _differs(known: Component | None, other: Component) -> bool:
    return known is not None and list(known.text_lines()) != list(other.text_lines())


def _singles(events: Iterable[Event], taken: set[str]) -> Iterator[Component]:
    for event in events:
        uid = event.uid if event.uid and not event.series and event.uid not in taken else event.id
        taken.add(uid)
        part = icalendar.Event()
        part.add("uid", clean(uid))
        put_times(part, event.days, event.start, event.end)
        put_fields(part, event.title, event.location, event.description, event.attendees, event.show_as)
        if event.private:
            part.add("class", "PRIVATE")
        if event.response is not Response.OWN:
            part.add("x-aftale-response", event.response.value)
        yield component(part)


def put_times(part: icalendar.Event, days: Days | None, start: Instant, end: Instant, zone: str = "UTC") -> None:
    """DTSTART and DTEND, as dates for all-day events, else as walls of ``zone``."""
    if days is not None:
        part.add("dtstart", days.first)
        part.add("dtend", max(days.end, days.first + timedelta(days=1)))
    else:
        at = UTC if zone == "UTC" else ZoneInfo(zone)
        part.add("dtstart", datetime.fromtimestamp(start, at))
        part.add("dtend", datetime.fromtimestamp(end, at))


def put_fields(
    part: icalendar.Event, title: str, location: str, description: str, attendees: Iterable[str], show_as: ShowAs
) -> None:
    """What is empty is left out, and an address that would break its line."""
    for name, text in (("summary", title), ("location", location), ("description", description)):
        if text:
            part.add(name, clean(text))
    transparency, status = _BUSY_STATUS[show_as]
    part.add("transp", transparency)
    part.add("x-microsoft-cdo-busystatus", status)
    for address in attendees:
        if address == clean(address) and not set(address) & set("\r\n\t "):
            part.add("attendee", f"mailto:{address}")


def clean(text: str) -> str:
    """Without control characters, which RFC 5545 does not allow anywhere (§3.1)."""
    return text.translate(CONTROL)


def component(part: icalendar.cal.Component) -> Component:
    return parse(part.to_ical().decode()).parts[0]


def _lines_of(part: icalendar.cal.Component) -> list[str]:
    return component(part).lines


def _stamped(now: Instant) -> icalendar.Event:
    part = icalendar.Event()
    part.add("dtstamp", datetime.fromtimestamp(now, UTC))
    return part


def _header(name: str, zone: str) -> icalendar.Calendar:
    calendar = icalendar.Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", icalendar.vText(clean(name)))
    calendar.add("x-wr-timezone", zone)
    return calendar


def _zone_names(parts: Iterable[Component]) -> set[str]:
    """IANA names that stand as TZID."""
    found: set[str] = set()
    for part in parts:
        for name in ("DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE"):
            found |= {each.parameters.get("TZID", "") for each in part.all(name)}
    return {name for name in found if name and getattr(named_zone(name), "key", "") == name}


@lru_cache(64)
def zone_component(name: str) -> Component:
    """The VTIMEZONE of an IANA zone: its changes from 1970 to 2040, those between the same offsets together (§3.6.5)."""
    zone = ZoneInfo(name)
    made = icalendar.Timezone()
    made.add("tzid", name)
    first = ZONES_FROM.astimezone(zone)
    onsets: dict[tuple[timedelta, timedelta, str, bool], list[datetime]] = {_kind(first, first): [first.replace(tzinfo=None)]}
    for at in _changes(zone):
        before, after = (at - timedelta(seconds=1)).astimezone(zone), at.astimezone(zone)
        wall = at.replace(tzinfo=None) + _offset(before)
        onsets.setdefault(_kind(before, after), []).append(wall)
    for (old, new, abbreviation, daylight), walls in onsets.items():
        part = icalendar.TimezoneDaylight() if daylight else icalendar.TimezoneStandard()
        part.add("dtstart", walls[0])
        part.add("tzoffsetfrom", old)
        part.add("tzoffsetto", new)
        part.add("tzname", abbreviation)
        if walls[1:]:
            part.add("rdate", walls[1:])
        made.add_component(part)
    return component(made)


def _kind(before: datetime, after: datetime) -> tuple[timedelta, timedelta, str, bool]:
    return _offset(before), _offset(after), after.tzname() or "", bool(after.dst())


def _offset(at: datetime) -> timedelta:
    return at.utcoffset() or timedelta(0)


def _changes(zone: ZoneInfo) -> Iterator[datetime]:
    """The instants at which the offset changes: found week by week, then by halving."""
    low, week = ZONES_FROM, timedelta(days=7)
    while low < ZONES_UNTIL:
        high = low + week
        if _offset(low.astimezone(zone)) != _offset(high.astimezone(zone)):
            begin, end = low, high
            while end - begin > timedelta(seconds=1):
                middle = begin + timedelta(seconds=(end - begin).total_seconds() // 2)
                if _offset(middle.astimezone(zone)) == _offset(low.astimezone(zone)):
                    begin = middle
                else:
                    end = middle
            yield end
        low = high
