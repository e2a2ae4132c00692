"""Calendar objects as events. Pure.

A *resource* is one calendar object: an event, or a series with its changed occurrences, all of one UID (RFC 4791 §4.1). Its
name in the collection is the id of the event or of the series.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from app.domain.calendars import Event
from app.domain.clock import Instant
from app.domain.series import Start, split_occurrence_id
from app.providers.ics import read_ics
from app.providers.ics.lines import parse

BOOKING, MARK = "X-AFTALE-BOOKING", "X-AFTALE-KEY"
"""Properties of our events: the booking that made one, and what follows from the draft's key."""
_ZONES = re.compile(r"^BEGIN:VTIMEZONE.*?^END:VTIMEZONE", re.DOTALL | re.MULTILINE | re.IGNORECASE)
_RECURS = re.compile(r"^(?:RRULE|RDATE|RECURRENCE-ID)[:;]", re.MULTILINE | re.IGNORECASE)
_BOOKING = re.compile(rf"^{BOOKING}[^:\r\n]*:([^\r\n]*)", re.MULTILINE | re.IGNORECASE)
_MARK = re.compile(rf"^{MARK}[^:\r\n]*:([^\r\n]*)", re.MULTILINE | re.IGNORECASE)
_CREATED = re.compile(r"^CREATED[^:\r\n]*:(\d{8}T\d{6}Z)", re.MULTILINE | re.IGNORECASE)
_GUESTS = re.compile(r"^ATTENDEE[:;]", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Resource:
    """``name`` is its name in the collection, ``etag`` what it is now."""

    name: str
    etag: str
    text: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads resources of one calendar of ``zone`` for a window. ``owner``: the e-mail address whose answers count."""

    calendar: str
    zone: str
    owner: str
    start: Instant
    end: Instant

    def events(self, resource: Resource) -> tuple[Event, ...]:
        return self.read(resource)[0]

    def read(self, resource: Resource) -> tuple[tuple[Event, ...], bool]:
        """The occurrences in the window, and whether a rule was refused, so that there may be more of them.

        Of private events nothing but the time is kept, unless a booking of ours made them.
        """
        text = resource.text
        body = _ZONES.sub("", text) if "VTIMEZONE" in text else text
        ours = _MARK.search(body) is not None
        name = event_id(resource.name)
        found = read_ics(
            text, self.zone, self.start, self.end, calendar=self.calendar, owner=self.owner, own=ours, id_of=lambda uid: name
        )
        refused = any(problem.startswith("rule_") for problem in found.problems)
        return tuple(self._more(found.events, body)), refused

    def _more(self, events: Iterable[Event], body: str) -> Iterator[Event]:
        """The events with what a calendar on a server knows besides: marks, who said no, and since when they are there."""
        booking = _BOOKING.search(body)
        created = _CREATED.search(body)
        guests = _GUESTS.search(body) is not None
        if not (booking or created or guests):
            yield from events
            return
        refusing = declined_in(body) if guests and "DECLINED" in body.upper() else frozenset()
        made = _instant(created[1]) if created else 0
        for each in events:
            invited = tuple(who for who in each.attendees if who.lower() != self.owner.lower())
            yield replace(
                each,
                booking=booking[1].strip() if booking else "",
                created=made,
                attendees=invited,
                declined=tuple(who for who in invited if who.lower() in refusing),
            )


def recurs(text: str) -> bool:
    """Whether a resource is a series, or occurrences of one."""
    return _RECURS.search(_ZONES.sub("", text) if "VTIMEZONE" in text else text) is not None


def mark_of(text: str) -> str:
    """What stands for the key of the draft that made the resource, empty if none of ours did."""
    found = _MARK.search(text)
    return found[1].strip() if found else ""


def declined_in(text: str) -> frozenset[str]:
    """The addresses, in small letters, of those who declined."""
    found = set()
    for calendar in parse(text).inside("VCALENDAR"):
        for part in calendar.inside("VEVENT"):
            for each in part.all("ATTENDEE"):
                if each.parameters.get("PARTSTAT", "").upper() == "DECLINED":
                    found.add(each.value.strip().lower().removeprefix("mailto:"))
    return frozenset(found)


def _instant(stamp: str) -> Instant:
    try:
        return int(datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp())
    except ValueError:
        return 0


def event_id(name: str) -> str:
    """The id of what a resource holds. A name that looks like the id of an occurrence gets a sign that no name can have."""
    return f"{name}/" if split_occurrence_id(name) else name


def place_of(event: str) -> tuple[str, Start | None]:
    """The resource that an id means, and the original start if it is an occurrence's."""
    found = split_occurrence_id(event)
    series, at = (event, None) if found is None else found
    return series.removesuffix("/"), at
