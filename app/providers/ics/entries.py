"""One VEVENT, read: its times as they recur, and the rest as the fields of an event (RFC 5545 §3.6.1)."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo

from app.domain.calendars import Days, Event, Response, ShowAs, days_to_instants
from app.domain.clock import Instant
from app.domain.rules import Rule, RuleError, parse_rule
from app.domain.series import Start, to_instant, to_wall
from app.providers.ics.lengths import Length, read_length
from app.providers.ics.lines import Component, Property
from app.providers.ics.zones import Moment, Zones

UNREADABLE = (ValueError, TypeError, ArithmeticError, LookupError, AttributeError)
"""What reading a stranger's text may raise, here and in the libraries that it goes through."""
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
_TIMES = ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE")
_RESPONSES = {each.value: each for each in Response}


@dataclass(frozen=True, slots=True)
class Entry:
    """A master, a single event, or the changed occurrence of ``recurrence``; ``future``: and of all that follow it.

    ``first`` is a date, or a naive wall in ``zone``. ``length`` is a day, or nothing, where none is told (§3.6.1). ``extra``
    (RDATE) maps starts to lengths of their own. ``refused`` says why rules are not followed, ``broken`` that its end, or the
    occurrence that it is, is told and cannot be read. ``fields`` is an event without its place in time, ``part`` what was read.
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
    broken: bool = False
    part: Component = field(default_factory=lambda: Component("VEVENT"), compare=False)

    @property
    def start(self) -> Start:
        return to_instant(self.first, self.zone) if isinstance(self.first, datetime) else self.first

    @property
    def recurs(self) -> bool:
        return bool(self.rules or self.extra)

    @property
    def times(self) -> str:
        """What tells it apart from another event with the same UID."""
        return "\n".join(sorted(line for line in self.part.lines if line.upper().startswith(_TIMES)))

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
            days = Days(start, start + timedelta(days=max(1, length.whole_days)))
            return *days_to_instants(days, home), days
        return start, max(start, length.after(start, self.zone)), None


def read_entry(part: Component, zones: Zones, owner: str = "", own: bool = True) -> Entry:
    """Raises one of ``UNREADABLE`` where there is no start that can be read. Of a RECURRENCE-ID or RDATE that cannot be read
    the event itself stays."""
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
    if not all(map(zones.is_whole, part.all("RDATE"))):
        refused.append("form")
    recurrence = part.first("RECURRENCE-ID")
    length = _length(part, start, zones)
    original = None if recurrence is None else next((each for each, _ in zones.moments(recurrence)), None)
    stray = recurrence is not None and original is None
    uid = part.value("UID").strip()
    return Entry(
        # A change of nobody knows which occurrence stands by itself, beside the series.
        uid=uid if uid and not stray else digest("\n".join(part.lines)),
        first=first,
        zone=zone,
        length=length or (Length() if isinstance(start, datetime) else Length(days=1)),
        fields=_fields(part, owner.strip().lower(), own),
        rules=tuple(rules),
        extra=dict(_extra(part, start, zones)),
        left_out=tuple(like(start, each, zone) for found in part.all("EXDATE") for each, _ in zones.moments(found)),
        recurrence=None if original is None else _start(original),
        future=recurrence is not None and recurrence.parameters.get("RANGE", "").upper() == "THISANDFUTURE",
        cancelled=part.value("STATUS").strip().upper() == "CANCELLED",
        sequence=int(text) if (text := part.value("SEQUENCE").strip()).isdecimal() and len(text) < 10 else 0,
        refused=tuple(refused),
        broken=stray or (length is None and any(part.value(name).strip() for name in ("DTEND", "DURATION"))),
        part=part,
    )


def digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:32]


def series_id(uid: str) -> str:
    """The same for every reading of the same file."""
    return f"ics{digest(uid)}"


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


def _extra(part: Component, start: Moment, zones: Zones) -> Iterator[tuple[Start, Length | None]]:
    for found in part.all("RDATE"):
        for moment, end in zones.moments(found):
            if isinstance(end, datetime) and isinstance(moment, datetime):
                yield _start(moment), Length(seconds=max(0, int((end - moment).total_seconds())))
            else:
                yield like(start, moment, zones.home), end if isinstance(end, Length) else None


def _length(part: Component, start: Moment, zones: Zones) -> Length | None:
    """DTEND, else DURATION; None where neither can be read."""
    for end in part.all("DTEND"):
        with contextlib.suppress(ValueError, OverflowError):
            return _between(start, zones.moment(end), zones)
    for duration in part.all("DURATION"):
        with contextlib.suppress(ValueError):
            return read_length(duration.value)
    return None


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
