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
from app.domain.connections import Flaw
from app.domain.series import Start, split_occurrence_id
from app.providers.ics import read_ics
from app.providers.ics.lines import parse

BOOKING, MARK = "X-AFTALE-BOOKING", "X-AFTALE-KEY"
"""Properties of our events: the booking that made one, and what follows from the draft's key."""
BOOKED = "@aftale"
"""The end of the UID of a booking's event, after the booking's id."""
END = "END:VEVENT"
NOT_WHOLE = frozenset({Flaw.LEFT_OUT, Flaw.CUT_OFF, Flaw.TOO_LARGE, Flaw.TOO_LONG, Flaw.NO_CALENDAR})
UNREADABLE = (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, RecursionError)
"""What an object that nobody foresaw may raise in whoever reads it."""
_ZONES = re.compile(r"^BEGIN:VTIMEZONE.*?^END:VTIMEZONE", re.DOTALL | re.MULTILINE | re.IGNORECASE)
_RECURS = re.compile(r"^(?:RRULE|RDATE|RECURRENCE-ID)[:;]", re.MULTILINE | re.IGNORECASE)
_BOOKING = re.compile(rf"^{BOOKING}[^:\r\n]*:([^\r\n]*)", re.MULTILINE | re.IGNORECASE)
_OURS = re.compile(rf"^UID:([0-9a-f]{{32}}){BOOKED}[ \t]*\r?$", re.MULTILINE)
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
class Read:
    """What a resource holds. ``refused``: a rule was, so that there may be more occurrences; ``whole``: all else could be
    read."""

    events: tuple[Event, ...] = ()
    refused: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads resources of one calendar of ``zone`` for a window. ``owner``: the e-mail address whose answers count."""

    calendar: str
    zone: str
    owner: str
    start: Instant
    end: Instant

    def events(self, resource: Resource) -> tuple[Event, ...]:
        return self.read(resource).events

    def read(self, resource: Resource) -> Read:
        """The occurrences in the window. Of private events nothing but the time is kept, unless a booking of ours made them."""
        try:
            return self._read(resource)
        except UNREADABLE:
            return Read()

    def _read(self, resource: Resource) -> Read:
        text = resource.text
        body = _ZONES.sub("", text) if "VTIMEZONE" in text else text
        ours = _MARK.search(body) is not None or booking_in(body) != ""
        name = event_id(resource.name)
        found = read_ics(
            text, self.zone, self.start, self.end, calendar=self.calendar, owner=self.owner, own=ours, id_of=lambda uid: name
        )
        flaws = {flaw for flaw, _ in found.flaws}
        if Flaw.CUT_OFF in flaws and (known := _as_far_as_whole(text)) != text:
            return replace(self._read(replace(resource, text=known)), whole=False) if known else Read()
        refused = any(problem.startswith("rule_") for problem in found.problems)
        return Read(tuple(self._more(found.events, body)), refused, not flaws & NOT_WHOLE)

    def _more(self, events: Iterable[Event], body: str) -> Iterator[Event]:
        """The events with what a calendar on a server knows besides: marks, who said no, and since when they are there."""
        booking = booking_in(body)
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
                booking=booking,
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


def booking_in(text: str) -> str:
    """The booking that made the event: by our own property, or by the UID, for programs that change an event may drop what
    they do not know."""
    found = _BOOKING.search(text) or _OURS.search(text)
    return found[1].strip() if found else ""


def uids_in(text: str) -> frozenset[str]:
    return frozenset(part.value("UID").strip() for each in parse(text).inside("VCALENDAR") for part in each.inside("VEVENT"))


def _as_far_as_whole(text: str) -> str:
    """The text of an object that was cut off, up to its last whole event; empty if there is none: half of an event may tell
    another time."""
    end = text.upper().rfind(END)
    return f"{text[: end + len(END)]}\r\nEND:VCALENDAR\r\n" if end >= 0 else ""


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
