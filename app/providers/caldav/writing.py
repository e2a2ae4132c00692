"""Drafts as calendar objects. What others put into an object stays in it. Pure.

Walls are written in the draft's own zone with its VTIMEZONE, so that other programs show the zone; a wall that comes twice or
never is written in UTC, because it could not say which instant is meant.

Guests stand as ATTENDEE in either case. Where the server does not send invitations itself, or shall not, they are marked as our
own business (SCHEDULE-AGENT=CLIENT, RFC 6638 §7.1).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar

from app.domain.calendars import EventDraft
from app.domain.clock import Instant
from app.domain.rules import RuleError, parse_rule
from app.domain.series import Start
from app.providers.caldav.reading import BOOKED, BOOKING, MARK, mark_of, uids_in
from app.providers.ics.entries import Entry, read_entry
from app.providers.ics.lines import Component, join, parse, parse_line
from app.providers.ics.reading import PRODUCT
from app.providers.ics.writing import clean, component, put_fields, zone_component
from app.providers.ics.zones import Zones, named_zone

OWN = frozenset(
    {
        "DTSTART", "DTEND", "DURATION", "SUMMARY", "LOCATION", "DESCRIPTION", "X-ALT-DESC", "TRANSP", "STATUS", "SEQUENCE",
        "RRULE", "X-MICROSOFT-CDO-BUSYSTATUS", "DTSTAMP", "LAST-MODIFIED", "ATTENDEE", "ORGANIZER", BOOKING,
    }
)  # fmt: skip
"""Properties that follow from the draft; all others stay as they were."""
OF_SERIES = frozenset({"RRULE", "RDATE", "EXDATE", "EXRULE"})
KEYED = "@key.aftale"
"""The end of the UID of a draft that brings none."""
_ID = re.compile("[0-9a-f]{32}")
PASSING = ("DTSTAMP", "LAST-MODIFIED", "SEQUENCE")
"""Properties that change with every writing and say nothing of the event."""


class Unwritable(ValueError):
    """The draft cannot be written: its rule or its zone makes no sense."""


@dataclass(frozen=True, slots=True)
class Hand:
    """Who writes, and when. ``invites``: the server sends the invitations."""

    email: str
    now: Instant
    invites: bool = False


def resource_name(key: str) -> str:
    """The name under which the draft with ``key`` is written."""
    return f"aftale-{own_mark(key)}.ics"


def own_mark(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def uid_of(draft: EventDraft) -> str:
    return draft.uid or uid_for(draft.key)


def uid_for(key: str) -> str:
    """The UID that a draft with ``key`` has: a booking's own, where the key is a booking's id, or what follows from the key."""
    return f"{key}{BOOKED}" if _ID.fullmatch(key) else f"{own_mark(key)}{KEYED}"


def made_with(text: str, key: str, uid: str) -> bool:
    """Whether a draft with ``key`` and ``uid`` made the object: by its mark, or where a program that changed it dropped the
    mark, by its UID."""
    mark = mark_of(text)
    return mark == own_mark(key) if mark else uid in uids_in(text)


def new_object(draft: EventDraft, hand: Hand) -> str:
    """The whole object of a new draft. Raises Unwritable."""
    part = Component("VEVENT", _lines(draft, hand, uid_of(draft), draft.rrule))
    part.lines += [f"{MARK}:{own_mark(draft.key)}", f"CREATED:{_stamp(hand.now)}"]
    return whole([part])


def changed_object(text: str, draft: EventDraft, hand: Hand) -> str:
    """The object after all of it was brought to the state of the draft. Occurrences stay as they were made, unless the times of
    the series change: then nobody could say which of the new ones they are. Raises Unwritable."""
    parts = Parts.of(text)
    old = parts.master or parts.others[0]
    new = _brought(old.part, draft, hand, draft.rrule)
    found = read_entry(new, parts.zones)
    same = parts.master is not None and (found.start, found.rules) == (old.start, old.rules)
    if not same:
        new.lines = [line for line in new.lines if name_of(line) not in ("EXDATE", "RDATE", "EXRULE", "RECURRENCE-ID")]
    return _kept(text, whole([new, *(entry.part for entry in parts.others if same)], parts.zone_parts))


def with_occurrence(text: str, at: Start, draft: EventDraft, hand: Hand) -> str:
    """The object after one occurrence was brought to the state of the draft. Raises Unwritable."""
    parts = Parts.of(text)
    known = parts.changed(at)
    if known is not None:
        new = _brought(known.part, draft, hand)
    elif parts.master is not None:
        base = Component("VEVENT", [line for line in parts.master.part.lines if name_of(line) not in OF_SERIES])
        base.parts = list(parts.master.part.parts)
        new = _brought(base, draft, hand)
        new.lines.append(_moment("RECURRENCE-ID", at, parts.master.part))
    else:
        raise Unwritable("no such occurrence")
    kept = [entry.part for entry in parts.all() if entry is not known]
    return _kept(text, whole([*kept, new], parts.zone_parts))


def without_occurrence(text: str, at: Start, hand: Hand) -> str:
    """The object after one occurrence was taken out; empty if nothing is left of it."""
    parts = Parts.of(text)
    known = parts.changed(at)
    kept = [entry.part for entry in parts.all() if entry is not known]
    if parts.master is not None:
        parts.master.part.lines.append(_moment("EXDATE", at, parts.master.part))
        _stamped(parts.master.part, hand)
    return whole(kept, parts.zone_parts) if kept else ""


@dataclass(slots=True)
class Parts:
    """An object taken apart."""

    master: Entry | None
    others: list[Entry]
    zones: Zones
    zone_parts: list[Component]

    @classmethod
    def of(cls, text: str) -> Parts:
        """Raises ValueError for what is no calendar object."""
        (calendar,) = parse(text).inside("VCALENDAR")
        zone_parts = calendar.inside("VTIMEZONE")
        zones = Zones("UTC", zone_parts)
        entries = [read_entry(part, zones) for part in calendar.inside("VEVENT")]
        if not entries:
            raise ValueError("no event")
        masters = [each for each in entries if each.recurrence is None]
        return cls(next(iter(masters), None), [each for each in entries if each.recurrence is not None], zones, zone_parts)

    def all(self) -> list[Entry]:
        return [*([self.master] if self.master else []), *self.others]

    def changed(self, at: Start) -> Entry | None:
        """The changed occurrence with that original start."""
        for each in self.others:
            if each.recurrence is not None and at in (each.recurrence, self._original(each.recurrence)):
                return each
        return None

    def _original(self, recurrence: Start) -> Start:
        return self.master.original(recurrence) if self.master else recurrence

    def first(self) -> Instant:
        """The earliest start of all."""
        return min(_as_instant(each.start) for each in self.all())


def whole(parts: Iterable[Component], known: Iterable[Component] = ()) -> str:
    """Components as one object, with the zones that they name: those that came with it, or made here."""
    parts = list(parts)
    own = {part.value("TZID").strip(): part for part in known}
    zones = []
    for name in sorted({zone for part in parts for zone in _zones_named(part)}):
        found = named_zone(name)
        if name in own:
            zones.append(own[name])
        elif getattr(found, "key", "") == name:
            zones.append(zone_component(name))
    head = ["VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN"]
    return join(Component("VCALENDAR", head, [*zones, *parts]).text_lines())


def _zones_named(part: Component) -> Iterable[str]:
    for line in part.lines:
        if "TZID=" in line.upper():
            found = parse_line(line)
            if found is not None and (name := found.parameters.get("TZID", "").strip()):
                yield name


def _brought(old: Component, draft: EventDraft, hand: Hand, rrule: str = "") -> Component:
    """A component in the state of the draft, with what others put into it."""
    lines = _lines(draft, hand, draft.uid or old.value("UID"), rrule, old)
    kept = [line for line in old.lines if name_of(line) not in OWN and name_of(line) != "UID"]
    return Component("VEVENT", [*lines, *kept], list(old.parts))


def _lines(draft: EventDraft, hand: Hand, uid: str, rrule: str, old: Component | None = None) -> list[str]:
    part = icalendar.Event()
    part.add("uid", clean(uid))
    part.add("dtstamp", datetime.fromtimestamp(hand.now, UTC))
    _put_times(part, draft)
    if rrule:
        try:
            parse_rule(rrule)
        except RuleError as error:
            raise Unwritable(str(error)) from error
    part.add("sequence", max(draft.sequence, _sequence(old)))
    put_fields(part, draft.title, draft.location, draft.description, (), draft.show_as)
    lines = [*component(part).lines, *([f"RRULE:{rrule}"] if rrule else [])]
    booking = draft.booking or (old.value(BOOKING) if old else "")
    return [*lines, *_people(draft, hand, old), *([f"{BOOKING}:{clean(booking)}"] if booking else [])]


def _put_times(part: icalendar.Event, draft: EventDraft) -> None:
    """DTSTART, and DTEND unless there is no length: it has to be later (§3.8.2.2)."""
    if draft.days is not None:
        part.add("dtstart", draft.days.first)
        part.add("dtend", max(draft.days.end, draft.days.first + timedelta(days=1)))
        return
    try:
        zone = ZoneInfo(draft.zone)
    except (ValueError, OSError, KeyError) as error:
        raise Unwritable(f"zone {draft.zone}") from error
    for name, at in (("dtstart", draft.start), ("dtend", draft.end)):
        wall = datetime.fromtimestamp(at, zone)
        # A series has to recur by the wall, whatever its first one is.
        in_utc = draft.zone == "UTC" or (wall.fold and not draft.rrule)
        if name == "dtstart" or draft.end > draft.start:
            part.add(name, datetime.fromtimestamp(at, UTC) if in_utc else wall.replace(fold=0))


def _people(draft: EventDraft, hand: Hand, old: Component | None) -> list[str]:
    """ORGANIZER and ATTENDEEs. A guest who is there already keeps the answer that was given."""
    found = [f"mailto:{each}" for each in draft.attendees if each == clean(each) and not set(each) & set("\r\n\t ")]
    if not found:
        return []
    known = {_value(line): line for line in (old.lines if old else ()) if name_of(line) in ("ATTENDEE", "ORGANIZER")}
    agent = "" if hand.invites else ";SCHEDULE-AGENT=CLIENT"
    fresh = f"ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION{';RSVP=TRUE' if hand.invites else ''}{agent}:"
    organizer = next((line for line in known.values() if name_of(line) == "ORGANIZER"), "")
    if not organizer and "@" in hand.email:
        organizer = f"ORGANIZER{agent}:mailto:{hand.email}"
    return [*filter(None, [organizer]), *(known.get(each.lower(), fresh + each) for each in found)]


def _value(line: str) -> str:
    found = parse_line(line)
    return found.value.strip().lower() if found is not None else ""


def _moment(name: str, at: Start, master: Component) -> str:
    """An original start, written as the series writes its own."""
    if not isinstance(at, int):
        return f"{name};VALUE=DATE:{at:%Y%m%d}"
    begin = master.first("DTSTART")
    zone = begin.parameters.get("TZID", "") if begin is not None else ""
    info = named_zone(zone) if zone else None
    if info is not None and getattr(info, "key", "") == zone:
        wall = datetime.fromtimestamp(at, info)
        if not wall.fold:
            return f"{name};TZID={zone}:{wall:%Y%m%dT%H%M%S}"
    return f"{name}:{_stamp(at)}"


def _kept(old: str, new: str) -> str:
    """The new text, or the old one where nothing of the event differs."""
    return old if _meaning(old) == _meaning(new) else new


def _meaning(text: str) -> list[list[str]]:
    (calendar,) = parse(text).inside("VCALENDAR")
    return sorted(_sorted_lines(part) for part in calendar.inside("VEVENT"))


def _sorted_lines(part: Component) -> list[str]:
    return sorted(line for line in part.text_lines() if name_of(line) not in PASSING)


def _stamped(part: Component, hand: Hand) -> None:
    part.lines = [line for line in part.lines if name_of(line) not in ("DTSTAMP", "LAST-MODIFIED")]
    part.lines.append(f"DTSTAMP:{_stamp(hand.now)}")


def _sequence(old: Component | None) -> int:
    text = old.value("SEQUENCE").strip() if old else ""
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _as_instant(start: Start) -> Instant:
    return start if isinstance(start, int) else int(datetime(start.year, start.month, start.day, tzinfo=UTC).timestamp())


def name_of(line: str) -> str:
    return line.partition(":")[0].partition(";")[0].strip().upper()


def _stamp(at: Instant) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y%m%dT%H%M%SZ")


def zone_text(zone: str) -> str:
    """The VTIMEZONE of a zone as an object of its own, for the property of a calendar."""
    return join(Component("VCALENDAR", ["VERSION:2.0", f"PRODID:{PRODUCT}"], [zone_component(zone)]).text_lines())
