"""How an event is told: a writer for each property that the server knows."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.servers.ews import ids
from tests.servers.ews.fields import CALENDAR_ORDER, ITEM_ORDER, Key, Shape
from tests.servers.ews.recurrence import write_recurrence
from tests.servers.ews.soap import said, tag
from tests.servers.ews.zones import told, zone

if TYPE_CHECKING:
    from tests.servers.ews.folders import Rights

Item = dict[str, Any]
LINE = re.compile(r"\r?\n")
EXCEPTION_CLASS = "IPM.OLE.CLASS.{00061055-0000-0000-C000-000000000046}"


@dataclass(frozen=True, slots=True)
class Seen:
    """How an item is looked at: from which folder, with which rights, and for a series what was changed in it."""

    shape: Shape
    folder: str
    rights: Rights
    owner: tuple[str, str]
    modified: tuple[Item, ...] = ()
    deleted: tuple[int, ...] = ()
    ends: tuple[Item, ...] = ()
    """First and last occurrence of a series that ends."""


Writer = Callable[[Item, Seen], str]


def tell(item: Item, seen: Seen) -> str:
    """A ``t:CalendarItem``."""
    if item["Sensitivity"] == "Private" and not seen.rights.private:
        item = {
            **item, "Subject": "Private Appointment", "Body": ("Text", ""), "Location": "", "Categories": [], "_extended": {},
            "RequiredAttendees": [], "OptionalAttendees": [], "Resources": [],
        }  # fmt: skip
    parts = []
    for name in (*ITEM_ORDER, *CALENDAR_ORDER):
        if name == "ExtendedProperty":
            parts += [_extended(key, item["_extended"][key]) for key in seen.shape.extended if key in item["_extended"]]
        elif name in seen.shape.names and name in WRITERS:
            parts.append(WRITERS[name](item, seen))
    return tag("CalendarItem", "".join(parts))


def _extended(key: Key, value: str) -> str:
    return tag("ExtendedProperty", tag("ExtendedFieldURI", **dict(key)) + said("Value", value))


def item_reference(item: Item) -> str:
    return tag("ItemId", Id=ids.item_id(item["_token"], item.get("_stamp", "")), ChangeKey=ids.change_key(item["_key"]))


def _plain(name: str) -> Writer:
    def write(item: Item, seen: Seen) -> str:
        value = item.get(name)
        return "" if value is None or value == "" else said(name, value)

    return write


def _time(name: str, key: str) -> Writer:
    def write(item: Item, seen: Seen) -> str:
        return "" if item.get(key) is None else said(name, told(item[key]))

    return write


def _body(item: Item, seen: Seen) -> str:
    kind, text = item["Body"]
    if seen.shape.body == "Text" and kind == "HTML":
        kind, text = "Text", html.unescape(re.sub(r"<[^>]*>", "", re.sub(r"(?i)<br[^>]*>|</p>|</div>", "\r\n", text)))
    elif seen.shape.body == "HTML" and kind == "Text":
        lines = LINE.sub("<br>\r\n", html.escape(text, quote=False))
        kind, text = "HTML", f"<html><head></head><body>{lines}</body></html>" if text else ""
    return said("Body", text).replace("<t:Body", f'<t:Body BodyType="{kind}"', 1)


def _text_body(item: Item, seen: Seen) -> str:
    return _body(item, replace(seen, shape=replace(seen.shape, body="Text"))).replace("t:Body", "t:TextBody")


def mailbox(email: str, name: str, whole: bool = True) -> str:
    more = said("EmailAddress", email) + said("RoutingType", "SMTP") + said("MailboxType", "Mailbox") if whole else ""
    return tag("Mailbox", said("Name", name) + more)


def _organizer(item: Item, seen: Seen) -> str:
    email, name = item.get("Organizer") or seen.owner
    return tag("Organizer", mailbox(email, name, not seen.shape.short))


def _people(name: str) -> Writer:
    def write(item: Item, seen: Seen) -> str:
        found = []
        for each in item[name]:
            answered = said("LastResponseTime", told(each["time"])) if each["time"] else ""
            found.append(
                tag("Attendee", mailbox(each["email"], each["name"]) + said("ResponseType", each["response"]) + answered)
            )
        return tag(name, "".join(found)) if found else ""

    return write


def _zone(name: str) -> Writer:
    def write(item: Item, seen: Seen) -> str:
        return zone_definition(item[name], name)

    return write


def zone_definition(name: str, element: str = "TimeZoneDefinition") -> str:
    """A definition that the schema is content with: the standard period of the zone."""
    offset = zone(name).utcoffset(datetime(2026, 1, 15)) or timedelta()
    seconds = -int(offset.total_seconds())
    shown = f"{'-' if seconds < 0 else ''}PT{abs(seconds) // 3600}H{abs(seconds) % 3600 // 60}M"
    period = tag("Period", Bias=shown, Name="Standard", Id="std")
    group = tag("TransitionsGroup", tag("Transition", '<t:To Kind="Period">std</t:To>'), Id="0")
    always = tag("Transitions", tag("Transition", '<t:To Kind="Group">0</t:To>'))
    return tag(element, tag("Periods", period) + tag("TransitionsGroups", group) + always, Id=name, Name=name)


def _recurrence(item: Item, seen: Seen) -> str:
    if item["Recurrence"] is None:
        return ""
    return write_recurrence(item["Recurrence"], _offset(seen.shape.zone, item["Start"]))


def _offset(name: str, at: int) -> str:
    if not name:
        return "Z"
    text = datetime.fromtimestamp(at, zone(name)).strftime("%z")
    return f"{text[:3]}:{text[3:]}"


def _occurrence(name: str, item: Item) -> str:
    reference = item_reference(item)
    times = (("Start", "Start"), ("End", "End"), ("OriginalStart", "OriginalStart"))
    return tag(name, reference + "".join(said(shown, told(item[key])) for shown, key in times))


def _modified(item: Item, seen: Seen) -> str:
    found = "".join(_occurrence("Occurrence", each) for each in seen.modified)
    return tag("ModifiedOccurrences", found) if found else ""


def _deleted(item: Item, seen: Seen) -> str:
    found = "".join(tag("DeletedOccurrence", said("Start", told(at))) for at in seen.deleted)
    return tag("DeletedOccurrences", found) if found else ""


def _duration(item: Item, seen: Seen) -> str:
    days, rest = divmod(item["End"] - item["Start"], 86400)
    hours, minutes = rest // 3600, rest % 3600 // 60
    day = f"{days}D" if days else ""
    clock = "".join(f"{value}{unit}" for value, unit in ((hours, "H"), (minutes, "M")) if value)
    return said("Duration", f"P{day}" + (f"T{clock}" if clock else "" if day else "T0S"))


def is_meeting(item: Item) -> bool:
    return bool(item["RequiredAttendees"] or item["OptionalAttendees"] or item["Resources"])


def _state(item: Item, seen: Seen) -> str:
    received = item.get("Organizer") is not None
    return said("AppointmentState", is_meeting(item) * 1 + received * 2 + bool(item["IsCancelled"]) * 4)


def _local(name: str, key: str, zone_key: str) -> Writer:
    def write(item: Item, seen: Seen) -> str:
        return said(name, datetime.fromtimestamp(item[key], zone(item[zone_key])).isoformat())

    return write


def _never(name: str) -> Writer:
    return lambda item, seen: said(name, False)


def _names(key: str) -> Callable[[Item], str]:
    return lambda item: "; ".join(each["name"] for each in item[key])


WRITERS: dict[str, Writer] = {
    **{
        name: _plain(name)
        for name in (
            "Subject", "Sensitivity", "Importance", "InReplyTo", "ReminderIsSet", "ReminderMinutesBeforeStart", "Culture",
            "UID",
            "IsAllDayEvent", "LegacyFreeBusyStatus", "Location", "When", "IsCancelled", "IsResponseRequested",
            "CalendarItemType", "MyResponseType", "ConferenceType", "AllowNewTimeProposal", "IsOnlineMeeting",
            "MeetingWorkspaceUrl", "NetShowUrl",
        )
    },
    **{
        name: _time(name, key)
        for name, key in (
            ("Start", "Start"), ("End", "End"), ("OriginalStart", "OriginalStart"), ("RecurrenceId", "RecurrenceId"),
            ("DateTimeReceived", "_made"), ("DateTimeCreated", "_made"), ("DateTimeSent", "_made"),
            ("DateTimeStamp", "_changed"), ("LastModifiedTime", "_changed"), ("ReminderDueBy", "Start"),
        )
    },
    "ItemId": lambda item, seen: item_reference(item),
    "ParentFolderId": lambda item, seen: tag("ParentFolderId", Id=ids.folder_id(seen.folder), ChangeKey=ids.change_key(1)),
    "ItemClass": lambda item, seen: said(
        "ItemClass", EXCEPTION_CLASS if item["CalendarItemType"] == "Exception" else "IPM.Appointment"
    ),
    "Body": _body, "TextBody": _text_body,
    "Size": lambda item, seen: said("Size", 2000 + len(item["Body"][1])),
    "Categories": lambda item, seen: tag("Categories", "".join(said("String", each) for each in item["Categories"]))
    if item["Categories"] else "",
    **{
        name: _never(name)
        for name in ("IsSubmitted", "IsDraft", "IsFromMe", "IsResend", "IsUnmodified", "IsAssociated", "HasAttachments")
    },
    "DisplayTo": lambda item, seen: said("DisplayTo", _names("RequiredAttendees")(item)),
    "DisplayCc": lambda item, seen: said("DisplayCc", _names("OptionalAttendees")(item)),
    "LastModifiedName": lambda item, seen: said("LastModifiedName", seen.owner[1]),
    "EffectiveRights": lambda item, seen: seen.rights.written(),
    "IsMeeting": lambda item, seen: said("IsMeeting", is_meeting(item)),
    "IsRecurring": lambda item, seen: said("IsRecurring", "_stamp" in item),
    "MeetingRequestWasSent": lambda item, seen: said("MeetingRequestWasSent", bool(item.get("_sent"))),
    "Organizer": _organizer, "Duration": _duration, "AppointmentState": _state,
    "IsOrganizer": lambda item, seen: said("IsOrganizer", item.get("Organizer") is None),
    **{name: _people(name) for name in ("RequiredAttendees", "OptionalAttendees", "Resources")},
    "TimeZone": lambda item, seen: said("TimeZone", item["StartTimeZone"]),
    "AppointmentSequenceNumber": lambda item, seen: said("AppointmentSequenceNumber", item.get("_sequence", 0)),
    "Recurrence": _recurrence,
    "FirstOccurrence": lambda item, seen: _occurrence("FirstOccurrence", seen.ends[0]) if seen.ends else "",
    "LastOccurrence": lambda item, seen: _occurrence("LastOccurrence", seen.ends[-1]) if len(seen.ends) > 1 else "",
    "ModifiedOccurrences": _modified, "DeletedOccurrences": _deleted,
    "MeetingTimeZone": lambda item, seen: tag("MeetingTimeZone", TimeZoneName=item["StartTimeZone"]),
    "StartTimeZone": _zone("StartTimeZone"), "EndTimeZone": _zone("EndTimeZone"),
    "StartTimeZoneId": lambda item, seen: said("StartTimeZoneId", item["StartTimeZone"]),
    "EndTimeZoneId": lambda item, seen: said("EndTimeZoneId", item["EndTimeZone"]),
    "StartWallClock": _local("StartWallClock", "Start", "StartTimeZone"),
    "EndWallClock": _local("EndWallClock", "End", "EndTimeZone"),
}  # fmt: skip
