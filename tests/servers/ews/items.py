"""The rules for events: what may be written, and what becomes of it.

An item is a dict of the properties as EWS names them, times as instants. Names that begin with ``_`` are the server's own:
``_token`` makes the id, ``_stamp`` is the original start of an occurrence, ``_key`` counts changes,
``_made`` and ``_changed`` are times, ``_extended`` holds extended properties.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from app.domain.clock import DAY, Instant
from tests.servers.ews.fields import CALENDAR_ORDER, ITEM_ORDER, Key, extended_key, known_uri
from tests.servers.ews.recurrence import checked, read_recurrence, walls
from tests.servers.ews.soap import Element, Refusal, attribute, boolean, children, invalid, local, needed, number, only
from tests.servers.ews.soap import T as TYPES
from tests.servers.ews.versions import is_before
from tests.servers.ews.zones import instant, read_time, wall, zone

Item = dict[str, Any]
CHOICES = {
    "LegacyFreeBusyStatus": ("Free", "Tentative", "Busy", "OOF", "WorkingElsewhere", "NoData"),
    "Sensitivity": ("Normal", "Personal", "Private", "Confidential"),
    "Importance": ("Low", "Normal", "High"),
}
FLAGS = {"IsAllDayEvent", "ReminderIsSet", "IsResponseRequested", "AllowNewTimeProposal", "IsOnlineMeeting"}
TEXTS = {"Subject", "Location", "UID", "Culture", "MeetingWorkspaceUrl", "NetShowUrl", "InReplyTo", "When"}
PEOPLE = ("RequiredAttendees", "OptionalAttendees", "Resources")
TIMES = {"Start", "End", "ReminderDueBy"}
ZONES = {"StartTimeZone", "EndTimeZone", "MeetingTimeZone"}
OTHERS = {"Body", "Categories", "ReminderMinutesBeforeStart", "Recurrence", "ConferenceType", "ExtendedProperty"}
WRITABLE = {*CHOICES, *FLAGS, *TEXTS, *PEOPLE, *TIMES, *ZONES, *OTHERS}
ORDER = (*ITEM_ORDER, *CALENDAR_ORDER)
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
RESPONSES = ("Unknown", "Organizer", "Tentative", "Accept", "Decline", "NoResponseReceived")
FRESH: Item = {
    "Subject": "", "Body": ("Text", ""), "Categories": [], "Sensitivity": "Normal", "Importance": "Normal",
    "ReminderIsSet": True, "ReminderMinutesBeforeStart": 15, "IsAllDayEvent": False, "LegacyFreeBusyStatus": "Busy",
    "Location": "", "RequiredAttendees": [], "OptionalAttendees": [], "Resources": [], "Recurrence": None,
    "IsCancelled": False, "IsResponseRequested": True, "AllowNewTimeProposal": True, "MyResponseType": "Organizer",
}  # fmt: skip
EMPTY: Item = {
    "Subject": "", "Body": ("Text", ""), "Location": "", "Categories": [], "Recurrence": None, "RequiredAttendees": [],
    "OptionalAttendees": [], "Resources": [],
}  # fmt: skip
"""What deleting a property leaves."""
ASKED_FOR = ("Start", "End", "IsAllDayEvent", "Recurrence", "StartTimeZone")
"""Changing these in a series ends its exceptions."""
LONGEST = 5 * 366 * DAY


# Reading


def read_item(element: Element, context: str, version: str) -> Item:
    """The properties of a ``t:CalendarItem``, in the order of the schema. Raises Fault, Refusal."""
    if local(element) != "CalendarItem":
        raise Refusal("ErrorInvalidOperation", "Only calendar items can be kept in a calendar.")
    found: Item = {"_extended": {}}
    last = -1
    for part in children(element):
        name = local(part)
        if name not in ORDER or ORDER.index(name) < last or (ORDER.index(name) == last and name != "ExtendedProperty"):
            raise invalid(f"The element 'CalendarItem' has invalid child element '{name}'.")
        last = ORDER.index(name)
        if name == "ExtendedProperty":
            key, value = read_extended(part)
            found["_extended"][key] = value
        else:
            found[name] = read_property(part, context, version)
    return found


def read_property(part: Element, context: str, version: str) -> Any:
    """Raises Fault, Refusal."""
    name = local(part)
    if name not in WRITABLE:
        raise Refusal("ErrorInvalidPropertySet", f"Set action is invalid for property {name}.")
    if name in CHOICES:
        newer = part.text == "WorkingElsewhere" and is_before(version, "Exchange2013")
        if (part.text or "") not in CHOICES[name] or newer:
            raise invalid(f"The value '{part.text}' of '{name}' is invalid.")
        return part.text
    if name in FLAGS:
        return boolean(part.text)
    if name in TEXTS:
        if name == "Subject" and len(part.text or "") > 255:
            raise Refusal("ErrorInvalidPropertySet", "The subject is longer than 255 characters.")
        return part.text or ""
    if name in TIMES:
        return read_time(part.text or "", context)
    readers: dict[str, Callable[[Element], Any]] = {
        "Recurrence": read_recurrence, "Body": _read_body, "Categories": _read_categories,
        **dict.fromkeys(PEOPLE, _read_people), **dict.fromkeys(ZONES, _read_zone),
    }  # fmt: skip
    return readers[name](part) if name in readers else number(part.text, name, 0, 2_629_800)


def _read_body(part: Element) -> tuple[str, str]:
    kind, text = attribute(part, "BodyType", ("HTML", "Text")), part.text or ""
    return kind, text.replace("\r\n", "\n").replace("\n", "\r\n")


def _read_categories(part: Element) -> list[str]:
    return [each.text or "" for each in children(part)]


def _read_zone(part: Element) -> str:
    name = part.get("Id") or part.get("TimeZoneName") or ""
    zone(name)
    return name


def _read_people(part: Element) -> list[Item]:
    found = []
    for each in children(part):
        mailbox = needed(each, "Mailbox", TYPES)
        email = mailbox.findtext(f"{TYPES}EmailAddress") or ""
        if mailbox.findtext(f"{TYPES}RoutingType") in (None, "SMTP") and not EMAIL.fullmatch(email):
            raise Refusal("ErrorInvalidRecipients", Recipient=email)
        found.append(person(email, mailbox.findtext(f"{TYPES}Name") or ""))
    if not found:
        raise invalid(f"The element '{local(part)}' has incomplete content.")
    return found


def person(email: str, name: str = "", response: str = "Unknown") -> Item:
    """Somebody who is invited. What a client says of the answer is not taken over."""
    return {"email": email, "name": name or email, "response": response, "time": None}


def read_updates(updates: Element, version: str, context: str) -> Item:
    """What an item is to become; a property that is deleted is None. Raises Fault, Refusal."""
    found: Item = {"_extended": {}}
    for update in children(updates):
        parts = list(children(update))
        if local(update) not in ("SetItemField", "DeleteItemField", "AppendToItemField") or not parts:
            raise invalid(f"The element 'Updates' has invalid child element '{local(update)}'.")
        path = parts[0]
        extended = local(path) == "ExtendedFieldURI"
        name = "" if extended else known_uri(path.get("FieldURI", ""), version)
        if local(update) == "DeleteItemField":
            if extended:
                found["_extended"][extended_key(path)] = None
            elif name in ("Start", "End", "StartTimeZone", "EndTimeZone", "IsAllDayEvent"):
                raise Refusal("ErrorInvalidPropertyDelete", f"Delete action is invalid for property {name}.")
            else:
                found[name] = None
            continue
        if local(update) == "AppendToItemField" or len(parts) != 2 or len(parts[1]) != 1:
            raise Refusal("ErrorIncorrectUpdatePropertyCount", "An update has to set exactly one property.")
        value = only(parts[1])
        if extended:
            key, text = read_extended(value)
            if key != extended_key(path):
                raise Refusal("ErrorUpdatePropertyMismatch", "The property of the update is another one than that of its path.")
            found["_extended"][key] = text
        elif local(value) != name:
            raise Refusal("ErrorUpdatePropertyMismatch", "The property of the update is another one than that of its path.")
        else:
            found[name] = read_property(value, context, version)
    return found


def read_extended(part: Element) -> tuple[Key, str]:
    key = extended_key(needed(part, "ExtendedFieldURI", TYPES))
    return key, needed(part, "Value", TYPES).text or ""


def named_property(name: str, guid: str, kind: str = "String") -> Key:
    """The key of a named property, for tests that look into a mailbox."""
    return tuple(sorted({"PropertySetId": guid.lower(), "PropertyName": name, "PropertyType": kind}.items()))


# Completing


def set_times(item: Item) -> None:
    """Checks start, end, zones and recurrence of a whole event together, and completes them. Raises Refusal."""
    for name in ("Start", "End"):
        if item.get(name) is None:
            raise Refusal("ErrorInvalidPropertySet", f"The required property {name} is missing.")
    first, last = item["StartTimeZone"], item.setdefault("EndTimeZone", item["StartTimeZone"])
    for name in (first, last):
        zone(name)
    if item["IsAllDayEvent"]:
        start, end = midnight(wall(item["Start"], first)), wall(item["End"], last)
        end = end if end == midnight(end) else midnight(end) + timedelta(days=1)
        end = max(end, start + timedelta(days=1))
        item["Start"], item["End"] = instant(start, first), instant(end, last)
    if item["End"] < item["Start"]:
        raise Refusal("ErrorCalendarEndDateIsEarlierThanStartDate")
    if item["End"] - item["Start"] > LONGEST:
        raise Refusal("ErrorCalendarDurationIsTooLong")
    if item.get("Recurrence") is not None:
        item["Recurrence"] = checked(item["Recurrence"])
        _move_to_first(item)


def midnight(at: datetime) -> datetime:
    return datetime.combine(at.date(), time(0))


def _move_to_first(item: Item) -> None:
    """A series starts with its first occurrence, whatever its start was said to be."""
    start = wall(item["Start"], item["StartTimeZone"])
    begins = next(walls(item["Recurrence"], start.time()), None)
    if begins is None:
        raise Refusal("ErrorRecurrenceHasNoOccurrence")
    if begins != start:
        item["Start"], item["End"] = _span_at(item, begins)


def _span_at(series: Item, begin: datetime) -> tuple[Instant, Instant]:
    """Start and end of the occurrence at a wall."""
    first, last = series["StartTimeZone"], series["EndTimeZone"]
    start = instant(begin, first)
    if series["IsAllDayEvent"]:
        length = wall(series["End"], last) - wall(series["Start"], first)
        return start, instant(begin + length, last)
    return start, start + series["End"] - series["Start"]


# Occurrences


def stamp_of(at: datetime) -> str:
    return at.strftime("%Y%m%dT%H%M")


def wall_of(stamp: str) -> datetime:
    return datetime.strptime(stamp, "%Y%m%dT%H%M")


def occurrence(series: Item, stamp: str, change: Item | None = None) -> Item:
    """An occurrence with what was changed in it."""
    start, end = _span_at(series, wall_of(stamp))
    item = {
        **series, "Recurrence": None, "Start": start, "End": end, "_stamp": stamp, "CalendarItemType": "Occurrence",
        "OriginalStart": start, "RecurrenceId": start,
    }  # fmt: skip
    if change is not None:
        extended = {**series["_extended"], **change.get("_extended", {})}
        item |= {**change, "CalendarItemType": "Exception", "_extended": extended}
        item["_key"] = max(series["_key"], change["_key"])
    return item


def touches(item: Item, low: Instant, high: Instant) -> bool:
    """Whether an event is in a window: a time without length counts where it begins."""
    start, end = item["Start"], item["End"]
    return bool(start < high and (end > low or start == end == low))


def guests(item: Item) -> tuple[str, ...]:
    return tuple(each["email"] for name in PEOPLE for each in item[name])
