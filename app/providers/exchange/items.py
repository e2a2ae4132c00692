"""Items as EWS tells them, read in any order of their elements: servers are not strict about it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from app.domain.clock import Instant
from app.providers.exchange.asking import ATTEMPT, BOOKING, KEY, OURS
from app.providers.exchange.xml import MESSAGES, TYPES, Element

_T, _M = f"{{{TYPES}}}", f"{{{MESSAGES}}}"
_LENGTH = len(_T)
SINGLE, OCCURRENCE, EXCEPTION, MASTER = "Single", "Occurrence", "Exception", "RecurringMaster"
_PLAIN = frozenset(
    {
        "Subject", "Sensitivity", "DateTimeCreated", "Start", "End", "IsAllDayEvent", "LegacyFreeBusyStatus", "Location",
        "IsMeeting", "IsCancelled", "CalendarItemType", "MyResponseType", "UID", "Body", "StartTimeZoneId",
    }
)  # fmt: skip
_SURE = ("Start", "End", "IsCancelled", "UID")
NOT_UNDERSTOOD = (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError)
"""What reading raises at a thing that makes no sense."""
EARLIEST, LATEST = -62_135_000_000, 253_370_764_800
"""The first week of the year 1 and the end of 9998: what lies outside counts as if it were there, for not every zone has such a
day."""


@dataclass(frozen=True, slots=True)
class Person:
    address: str
    response: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """An occurrence that was changed: when it takes place, and when it did before."""

    id: str
    start: Instant
    original: Instant


@dataclass(slots=True)
class Item:
    """``plain``: texts of the simple elements by name. ``guests``: how many are invited, ``people`` those with an
    address. ``attempt``: which request of ours made it. ``unread``: the server, or
    we, cannot read all of it, so that not even its being free is believed."""

    id: str
    change: str
    plain: dict[str, str] = field(default_factory=dict)
    zone: str = ""
    end_zone: str = ""
    booking: str = ""
    key: str = ""
    organizer: str = ""
    people: list[Person] = field(default_factory=list)
    recurrence: Element = None
    moved: list[Moved] = field(default_factory=list)
    left_out: list[Instant] = field(default_factory=list)
    guests: int = 0
    attempt: str = ""
    unread: bool = False

    @property
    def kind(self) -> str:
        return self.plain.get("CalendarItemType", SINGLE)

    @property
    def start(self) -> Instant:
        return instant_of(self.plain["Start"])

    @property
    def end(self) -> Instant:
        return instant_of(self.plain["End"])

    def says(self, name: str) -> bool:
        return self.plain.get(name, "") in ("true", "1")

    @property
    def has_times(self) -> bool:
        """Whether it is known when it begins and ends."""
        try:
            return self.start <= self.end
        except NOT_UNDERSTOOD:
            return False

    def bare(self) -> Item:
        """What is left of it where it cannot be understood: that it takes place."""
        plain = {name: self.plain[name] for name in _SURE if name in self.plain}
        return Item(self.id, self.change, plain, unread=True)


def read_item(found: Element) -> Item:
    """What can be read of it. Raises AttributeError for what is no item."""
    name = found.find(f"{_T}ItemId")
    item = Item(name.get("Id"), name.get("ChangeKey") or "")
    plain = item.plain
    for each in found:
        tag = each.tag[_LENGTH:] if isinstance(each.tag, str) else ""
        if tag in _PLAIN:
            plain[tag] = each.text or ""
        elif tag in _READERS:
            try:
                _READERS[tag](item, each)
            except NOT_UNDERSTOOD:
                item.unread = True
    return item


def _read_zone(item: Item, found: Element) -> None:
    item.zone = found.get("Id") or item.zone


def _read_end_zone(item: Item, found: Element) -> None:
    item.end_zone = found.get("Id") or item.end_zone


def _read_property(item: Item, found: Element) -> None:
    uri, value = found.find(f"{_T}ExtendedFieldURI"), found.findtext(f"{_T}Value") or ""
    if uri is None or (uri.get("PropertySetId") or "").lower() != OURS:
        return
    if uri.get("PropertyName") == BOOKING:
        item.booking = value
    elif uri.get("PropertyName") == KEY:
        item.key = value
    elif uri.get("PropertyName") == ATTEMPT:
        item.attempt = value


def _read_organizer(item: Item, found: Element) -> None:
    item.organizer = _address(found)


def _read_people(item: Item, found: Element) -> None:
    for each in found:
        item.guests += 1
        if address := _address(each):
            item.people.append(Person(address, each.findtext(f"{_T}ResponseType") or ""))


def _address(found: Element) -> str:
    """An SMTP address, empty for one of Exchange's own kind."""
    address = found.findtext(f"{_T}Mailbox/{_T}EmailAddress") or ""
    return address if "@" in address else ""


def _read_recurrence(item: Item, found: Element) -> None:
    item.recurrence = found


def _read_moved(item: Item, found: Element) -> None:
    for each in found:
        name, original = each.find(f"{_T}ItemId"), each.findtext(f"{_T}OriginalStart")
        if name is not None and original:
            start = each.findtext(f"{_T}Start") or original
            item.moved.append(Moved(name.get("Id"), instant_of(start), instant_of(original)))


def _read_left_out(item: Item, found: Element) -> None:
    item.left_out.extend(instant_of(text) for each in found if (text := each.findtext(f"{_T}Start")))


_READERS = {
    "StartTimeZone": _read_zone, "EndTimeZone": _read_end_zone, "ExtendedProperty": _read_property,
    "Organizer": _read_organizer, "RequiredAttendees": _read_people, "OptionalAttendees": _read_people,
    "Recurrence": _read_recurrence, "ModifiedOccurrences": _read_moved, "DeletedOccurrences": _read_left_out,
}  # fmt: skip


def instant_of(text: str) -> Instant:
    """A moment (xs:dateTime). UTC was asked for, so one without offset is in UTC."""
    if text[-1:] == "Z":
        text = text[:19]
    moment = datetime.fromisoformat(text)
    found = int((moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment).timestamp())
    return min(max(found, EARLIEST), LATEST)


def day_of(text: str) -> date:
    """A day of a recurrence (xs:date, with or without offset; some servers write a time too)."""
    return date.fromisoformat(text.strip()[:10])
