"""One VEVENT, read: its times as they recur, and the rest as the fields of an event (RFC 5545 §3.6.1)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo

from app.domain.calendars import Days, Event, Response, ShowAs, days_to_instants
from app.domain.clock import Instant
from app.domain.rules import Rule, RuleError, parse_rule
from app.domain.series import Start, to_instant, to_wall
from app.providers.ics.lines import Component, Property
from app.providers.ics.zones import Moment, Zones, read_value

LONGEST_TITLE = 1_000
MOST_ATTENDEES = 200

_BUSY_STATUS = {
    "FREE": ShowAs.FREE,
    "TENTATIVE": ShowAs.TENTATIVE,
    "BUSY": ShowAs.BUSY,
    "OOF": ShowAs.OUT_OF_OFFICE,
    "WORKINGELSEWHERE": ShowAs.WORKING_ELSEWHERE,
}
_PARTICIPATION = {
    "ACCEPTED": Response.ACCEPTED,
    "TENTATIVE": Response.TENTATIVE,
    "DECLINED": Response.DECLINED,
    "NEEDS-ACTION": Response.UNANSWERED,
}
_RESPONSES = {each.value: each for each in Response}


@dataclass(frozen=True, slots=True)
class Length:
    """``days`` follow the wall clock, ``seconds`` do not: the end of DTEND is so many seconds later, that of P1D tomorrow."""

    days: int = 0
    seconds: int = 0

    def after(self, start: Instant, zone: tzinfo) -> Instant:
        """The end of what begins at ``start`` on the clocks of ``zone``."""
        if self.days:
            start = to_instant(to_wall(start, zone) + timedelta(days=self.days), zone)
        return start + self.seconds


@dataclass(frozen=True, slots=True)
class Entry:
    """A master, a single event, or the changed occurrence of ``recurrence``; ``future``: and of all that follow it.

    ``first`` is a date, or a naive wall in ``zone``. ``extra`` (RDATE) maps starts to lengths of their own. ``refused`` says
    why rules are not followed. ``fields`` is an event without its place in time, ``part`` what was read.
    """

    uid: str
    first: date
    zone: tzinfo
    length: Length
    fields: Event
    rules: tuple[Rule, ...] = ()
    extra: dict[Start, Length | None] = field(default_factory=dict)
    left_out: tuple[Start, ...] = ()
    recurrence: Start | None = None
    future: bool = False
    cancelled: bool = False
    sequence: int = 0
    refused: tuple[str, ...] = ()
    part: Component = field(default_factory=lambda: Component("VEVENT"), compare=False)

    @property
    def start(self) -> Start:
        return to_instant(self.first, self.zone) if isinstance(self.first, datetime) else self.first

    @property
    def recurs(self) -> bool:
        return bool(self.rules or self.extra)

    def original(self, recurrence: Start) -> Start:
        """The start of this series that a RECURRENCE-ID means: sloppy files write a date for a time, or a time for a date."""
        if isinstance(self.first, datetime) and isinstance(recurrence, date):
            return to_instant(datetime.combine(recurrence, self.first.time()), self.zone)
        if not isinstance(self.first, datetime) and isinstance(recurrence, int):
            return to_wall(recurrence, self.zone).date()
        return recurrence

    def place(self, start: Start, home: str, length: Length | None = None) -> tuple[Instant, Instant, Days | None]:
        """Begin and end of the occurrence at ``start``; all-day ones have the midnights of ``home``."""
        length = length or self.length
        if isinstance(start, date):
            days = Days(start, start + timedelta(days=max(1, length.days + (length.seconds > 0))))
            return *days_to_instants(days, home), days
        return start, max(start, length.after(start, self.zone)), None


def read_entry(part: Component, zones: Zones, owner: str = "", own: bool = True) -> Entry:
    """Raises ValueError or OverflowError where there is no start that can be read."""
    begin = part.first("DTSTART")
    if begin is None:
        raise ValueError("DTSTART missing")
    start = zones.moment(begin)
    first, zone = _apart(start, zones)
    refused, rules = [], []
    for each in part.all("RRULE"):
        try:
            if each.value.strip():
                rules.append(parse_rule(each.value))
        except RuleError as error:
            refused.append(error.reason)
    recurrence = part.first("RECURRENCE-ID")
    return Entry(
        uid=part.value("UID").strip() or _digest("\n".join(part.lines)),
        first=first,
        zone=zone,
        length=_length(part, start, zones),
        fields=_fields(part, owner.strip().lower(), own),
        rules=tuple(rules),
        extra=dict(_extra(part, start, zones)),
        left_out=tuple(like(start, each, zone) for found in part.all("EXDATE") for each, _ in _readable(zones, found)),
        recurrence=None if recurrence is None else _start(zones.moment(recurrence)),
        future=recurrence is not None and recurrence.parameters.get("RANGE", "").upper() == "THISANDFUTURE",
        cancelled=part.value("STATUS").strip().upper() == "CANCELLED",
        sequence=int(text) if (text := part.value("SEQUENCE").strip()).isdecimal() and len(text) < 10 else 0,
        refused=tuple(refused),
        part=part,
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def series_id(uid: str) -> str:
    """The same for every reading of the same file."""
    return f"ics{_digest(uid)}"


def _apart(start: Moment, zones: Zones) -> tuple[date, tzinfo]:
    """The moment as rules see it: a naive wall and its zone."""
    if isinstance(start, datetime):
        return start.replace(tzinfo=None), start.tzinfo or zones.home
    return start, zones.home


def _start(moment: Moment) -> Start:
    return int(moment.timestamp()) if isinstance(moment, datetime) else moment


def like(start: Moment, other: Moment, zone: tzinfo) -> Start:
    """``other`` in the form of a start of the series that begins at ``start``. A date beside times stays a date."""
    if isinstance(start, datetime) or not isinstance(other, datetime):
        return _start(other)
    return other.date()


def _readable(zones: Zones, found: Property) -> Iterator[tuple[Moment, Moment | timedelta | None]]:
    """The values up to the first that cannot be read."""
    try:
        yield from zones.moments(found)
    except (ValueError, OverflowError):
        return


def _extra(part: Component, start: Moment, zones: Zones) -> Iterator[tuple[Start, Length | None]]:
    for found in part.all("RDATE"):
        for moment, end in _readable(zones, found):
            if isinstance(end, datetime) and isinstance(moment, datetime):
                yield _start(moment), Length(seconds=int((end - moment).total_seconds()))
            else:
                own = Length(end.days, end.seconds) if isinstance(end, timedelta) else None
                yield like(start, moment, zones.home), own


def _length(part: Component, start: Moment, zones: Zones) -> Length:
    """DTEND, else DURATION, else a day for a date and nothing for a time (§3.6.1)."""
    end = part.first("DTEND")
    if end is not None:
        try:
            return _between(start, zones.moment(end), zones)
        except (ValueError, OverflowError):
            pass
    duration = part.value("DURATION").strip()
    if duration:
        try:
            found = read_value(duration)
        except (ValueError, OverflowError):
            found = None
        if isinstance(found, timedelta) and found >= timedelta(0):
            return Length(found.days, found.seconds)
    return Length() if isinstance(start, datetime) else Length(days=1)


def _between(start: Moment, end: Moment, zones: Zones) -> Length:
    if isinstance(start, datetime):
        if not isinstance(end, datetime):
            end = datetime(end.year, end.month, end.day, tzinfo=start.tzinfo)
        return Length(seconds=max(0, int(end.timestamp()) - int(start.timestamp())))
    last = end.date() if isinstance(end, datetime) else end
    return Length(days=max(1, (last - start).days))


def _fields(part: Component, owner: str, own: bool) -> Event:
    private = part.value("CLASS").strip().upper() in ("PRIVATE", "CONFIDENTIAL")
    event = Event(
        id="", calendar="", start=0, end=0, show_as=_show_as(part), response=_response(part, owner), private=private
    )  # fmt: skip
    if private and not own:
        return event
    return replace(
        event,
        title=_text(part, "SUMMARY")[:LONGEST_TITLE],
        location=_text(part, "LOCATION")[:LONGEST_TITLE],
        description=_text(part, "DESCRIPTION"),
        attendees=tuple(dict.fromkeys(filter(None, map(_address, part.all("ATTENDEE")))))[:MOST_ATTENDEES],
    )


def _text(part: Component, name: str) -> str:
    return part.value(name).strip()


def _address(found: Property) -> str:
    scheme, mark, address = found.value.strip().partition(":")
    return address.strip() if mark and scheme.lower() == "mailto" else ""


def _show_as(part: Component) -> ShowAs:
    """Outlook's own status is finer than TRANSP, and both go before STATUS."""
    finer = part.value("X-MICROSOFT-CDO-BUSYSTATUS").strip().upper()
    if finer in _BUSY_STATUS:
        return _BUSY_STATUS[finer]
    if part.value("TRANSP").strip().upper() == "TRANSPARENT":
        return ShowAs.FREE
    return ShowAs.TENTATIVE if part.value("STATUS").strip().upper() == "TENTATIVE" else ShowAs.BUSY


def _response(part: Component, owner: str) -> Response:
    """What the owner answered, where the file says which attendee they are."""
    written = part.value("X-AFTALE-RESPONSE").strip().lower()
    if written in _RESPONSES:
        return _RESPONSES[written]
    for found in part.all("ATTENDEE"):
        if owner and _address(found).lower() == owner:
            return _PARTICIPATION.get(found.parameters.get("PARTSTAT", "NEEDS-ACTION").upper(), Response.UNANSWERED)
    return Response.OWN
