"""The properties of items and folders in the order of the schema, their URIs, and how an event is told."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tests.servers.ews import ids
from tests.servers.ews.recurrence import write_recurrence
from tests.servers.ews.soap import Element, Fault, children, invalid, local, said, tag
from tests.servers.ews.versions import is_before
from tests.servers.ews.zones import told, zone

if TYPE_CHECKING:
    from tests.servers.ews.folders import Rights

ITEM_ORDER = (
    "MimeContent", "ItemId", "ParentFolderId", "ItemClass", "Subject", "Sensitivity", "Body", "Attachments",
    "DateTimeReceived", "Size", "Categories", "Importance", "InReplyTo", "IsSubmitted", "IsDraft", "IsFromMe", "IsResend",
    "IsUnmodified", "InternetMessageHeaders", "DateTimeSent", "DateTimeCreated", "ResponseObjects", "ReminderDueBy",
    "ReminderIsSet", "ReminderNextTime", "ReminderMinutesBeforeStart", "DisplayCc", "DisplayTo", "HasAttachments",
    "ExtendedProperty", "Culture", "EffectiveRights", "LastModifiedName", "LastModifiedTime", "IsAssociated",
    "WebClientReadFormQueryString", "WebClientEditFormQueryString", "ConversationId", "UniqueBody", "Flag", "StoreEntryId",
    "InstanceKey", "NormalizedBody", "EntityExtractionResult", "PolicyTag", "ArchiveTag", "RetentionDate", "Preview",
    "TextBody", "IconIndex",
)  # fmt: skip
CALENDAR_ORDER = (
    "UID", "RecurrenceId", "DateTimeStamp", "Start", "End", "OriginalStart", "IsAllDayEvent", "LegacyFreeBusyStatus",
    "Location", "When", "IsMeeting", "IsCancelled", "IsRecurring", "MeetingRequestWasSent", "IsResponseRequested",
    "CalendarItemType", "MyResponseType", "Organizer", "RequiredAttendees", "OptionalAttendees", "Resources",
    "ConflictingMeetingCount", "AdjacentMeetingCount", "ConflictingMeetings", "AdjacentMeetings", "Duration", "TimeZone",
    "AppointmentReplyTime", "AppointmentSequenceNumber", "AppointmentState", "Recurrence", "FirstOccurrence",
    "LastOccurrence", "ModifiedOccurrences", "DeletedOccurrences", "MeetingTimeZone", "StartTimeZone", "EndTimeZone",
    "ConferenceType", "AllowNewTimeProposal", "IsOnlineMeeting", "MeetingWorkspaceUrl", "NetShowUrl", "EnhancedLocation",
    "StartWallClock", "EndWallClock", "StartTimeZoneId", "EndTimeZoneId", "IntendedFreeBusyStatus", "JoinOnlineMeetingUrl",
    "OnlineMeetingSettings", "IsOrganizer",
)  # fmt: skip
FOLDER_FIELDS = (
    "FolderId", "ParentFolderId", "FolderClass", "DisplayName", "TotalCount", "ChildFolderCount", "EffectiveRights",
    "DistinguishedFolderId", "SharingEffectiveRights", "PermissionSet", "UnreadCount",
)  # fmt: skip
URIS = {
    **{f"item:{name}": name for name in ITEM_ORDER if name != "ExtendedProperty"},
    **{f"calendar:{name}": name for name in CALENDAR_ORDER},
}  # fmt: skip
FOLDER_URIS = {f"folder:{name}": name for name in FOLDER_FIELDS}
SINCE_2010 = {"StartTimeZone", "EndTimeZone", "EffectiveRights", "UniqueBody"}
SINCE_2013 = {
    "Flag", "StoreEntryId", "InstanceKey", "NormalizedBody", "EntityExtractionResult", "PolicyTag", "ArchiveTag",
    "RetentionDate", "Preview", "TextBody", "IconIndex", "EnhancedLocation", "StartWallClock", "EndWallClock",
    "StartTimeZoneId", "EndTimeZoneId", "IntendedFreeBusyStatus", "JoinOnlineMeetingUrl", "OnlineMeetingSettings",
    "IsOrganizer",
}  # fmt: skip
DEFAULT_SHAPE = {
    "ItemId", "Subject", "HasAttachments", "Start", "End", "LegacyFreeBusyStatus", "Location", "CalendarItemType", "Organizer",
}  # fmt: skip
NOT_IN_LISTS = {
    "Body", "TextBody", "UniqueBody", "RequiredAttendees", "OptionalAttendees", "Resources", "Recurrence", "FirstOccurrence",
    "LastOccurrence", "ModifiedOccurrences", "DeletedOccurrences",
}  # fmt: skip
"""What FindItem leaves out, whoever asks for it."""
BODY_TYPES = ("Best", "HTML", "Text")
LINE = re.compile(r"\r?\n")


@dataclass(frozen=True, slots=True)
class Shape:
    """What a client wants to see of each item. ``extended``: keys of extended properties."""

    names: frozenset[str]
    extended: tuple[Any, ...] = ()
    body: str = "Best"
    zone: str = ""
    short: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """How an item is looked at: from which folder, with which rights, and for a series what was changed in it."""

    shape: Shape
    folder: str
    rights: Rights
    owner: tuple[str, str]
    modified: tuple[dict[str, Any], ...] = ()
    deleted: tuple[int, ...] = ()
    ends: tuple[dict[str, Any], ...] = ()
    """First and last occurrence of a series that ends."""


def read_shape(element: Element, version: str, zone_name: str, short: bool = False) -> Shape:
    """Of ``m:ItemShape``. Raises Fault, Refusal."""
    from tests.servers.ews.items import extended_key

    names, keys, body = {"ItemId"}, [], "Best"
    parts = {local(part): part for part in children(element)}
    base = parts["BaseShape"].text if "BaseShape" in parts else None
    if base not in ("IdOnly", "Default", "AllProperties"):
        raise invalid("The element 'ItemShape' has incomplete content: 'BaseShape' is missing or invalid.")
    if base == "Default":
        names |= DEFAULT_SHAPE
    if base == "AllProperties":
        newer = SINCE_2013 if is_before(version, "Exchange2013") else set()
        names |= {*ITEM_ORDER, *CALENDAR_ORDER} - newer - {"TextBody", "UniqueBody"}
    if "BodyType" in parts:
        body = parts["BodyType"].text or ""
        if body not in BODY_TYPES:
            raise invalid(f"The value '{body}' of 'BodyType' is invalid.")
    for each in children(parts["AdditionalProperties"]) if "AdditionalProperties" in parts else ():
        if local(each) == "FieldURI":
            names.add(known_uri(each.get("FieldURI", ""), version))
        elif local(each) == "ExtendedFieldURI":
            keys.append(extended_key(each))
        elif local(each) != "IndexedFieldURI":
            raise invalid(f"The element 'AdditionalProperties' has invalid child element '{local(each)}'.")
    return Shape(frozenset(names - NOT_IN_LISTS if short else names), tuple(keys), body, zone_name, short)


def known_uri(uri: str, version: str) -> str:
    """The name of the property. Raises Fault."""
    if uri not in URIS:
        raise invalid(f"The 'FieldURI' attribute is invalid: the value '{uri}' is not one of the enumeration.")
    newer = (URIS[uri] in SINCE_2013 and is_before(version, "Exchange2013")) or (
        URIS[uri] in SINCE_2010 and is_before(version, "Exchange2010")
    )
    if newer:
        raise Fault("ErrorInvalidRequest", f"The property {uri} is not known in {version}.")
    return URIS[uri]


# Telling


def tell(item: dict[str, Any], seen: Seen) -> str:
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


def _extended(key: tuple[tuple[str, str], ...], value: str) -> str:
    return tag("ExtendedProperty", tag("ExtendedFieldURI", **dict(key)) + said("Value", value))


def item_reference(item: dict[str, Any]) -> str:
    return tag("ItemId", Id=ids.item_id(item["_token"], item.get("_stamp", "")), ChangeKey=ids.change_key(item["_key"]))


def _plain(name: str) -> Callable[[dict[str, Any], Seen], str]:
    def write(item: dict[str, Any], seen: Seen) -> str:
        value = item.get(name)
        return "" if value is None or value == "" else said(name, value)

    return write


def _time(name: str, key: str) -> Callable[[dict[str, Any], Seen], str]:
    def write(item: dict[str, Any], seen: Seen) -> str:
        return "" if item.get(key) is None else said(name, told(item[key]))

    return write


def _body(item: dict[str, Any], seen: Seen) -> str:
    kind, text = item["Body"]
    if seen.shape.body == "Text" and kind == "HTML":
        kind, text = "Text", html.unescape(re.sub(r"<[^>]*>", "", re.sub(r"(?i)<br[^>]*>|</p>|</div>", "\r\n", text)))
    elif seen.shape.body == "HTML" and kind == "Text":
        lines = LINE.sub("<br>\r\n", html.escape(text, quote=False))
        kind, text = "HTML", f"<html><head></head><body>{lines}</body></html>" if text else ""
    return said("Body", text).replace("<t:Body", f'<t:Body BodyType="{kind}"', 1)


def _text_body(item: dict[str, Any], seen: Seen) -> str:
    return _body(item, Seen(Shape(frozenset(), body="Text"), seen.folder, seen.rights, seen.owner)).replace(
        "t:Body", "t:TextBody"
    )


def mailbox(email: str, name: str, whole: bool = True) -> str:
    more = said("EmailAddress", email) + said("RoutingType", "SMTP") + said("MailboxType", "Mailbox") if whole else ""
    return tag("Mailbox", said("Name", name) + more)


def _organizer(item: dict[str, Any], seen: Seen) -> str:
    email, name = item.get("Organizer") or seen.owner
    return tag("Organizer", mailbox(email, name, not seen.shape.short))


def _people(name: str) -> Callable[[dict[str, Any], Seen], str]:
    def write(item: dict[str, Any], seen: Seen) -> str:
        found = []
        for each in item[name]:
            answered = said("LastResponseTime", told(each["time"])) if each["time"] else ""
            found.append(
                tag("Attendee", mailbox(each["email"], each["name"]) + said("ResponseType", each["response"]) + answered)
            )
        return tag(name, "".join(found)) if found else ""

    return write


def _zone(name: str) -> Callable[[dict[str, Any], Seen], str]:
    def write(item: dict[str, Any], seen: Seen) -> str:
        return zone_definition(item[name], name)

    return write


def zone_definition(name: str, element: str = "TimeZoneDefinition", full: bool = True) -> str:
    """A definition that the schema is content with: the standard period of the zone."""
    offset = zone(name).utcoffset(datetime(2026, 1, 15)) or datetime.min - datetime.min
    seconds = -int(offset.total_seconds())
    shown = f"{'-' if seconds < 0 else ''}PT{abs(seconds) // 3600}H{abs(seconds) % 3600 // 60}M"
    period = tag("Period", Bias=shown, Name="Standard", Id="std")
    to = '<t:To Kind="Period">std</t:To>'
    group = tag("TransitionsGroups", tag("TransitionsGroup", tag("Transition", to), Id="0"))
    always = tag("Transitions", tag("Transition", '<t:To Kind="Group">0</t:To>'))
    return tag(element, tag("Periods", period) + group + always if full else "", Id=name, Name=name)


def _recurrence(item: dict[str, Any], seen: Seen) -> str:
    if item["Recurrence"] is None:
        return ""
    return write_recurrence(item["Recurrence"], _offset(seen.shape.zone, item["Start"]))


def _offset(name: str, at: int) -> str:
    if not name:
        return "Z"
    text = datetime.fromtimestamp(at, zone(name)).strftime("%z")
    return f"{text[:3]}:{text[3:]}"


def _occurrence(name: str, item: dict[str, Any]) -> str:
    reference = item_reference(item)
    times = (("Start", "Start"), ("End", "End"), ("OriginalStart", "OriginalStart"))
    return tag(name, reference + "".join(said(shown, told(item[key])) for shown, key in times))


def _modified(item: dict[str, Any], seen: Seen) -> str:
    found = "".join(_occurrence("Occurrence", each) for each in seen.modified)
    return tag("ModifiedOccurrences", found) if found else ""


def _deleted(item: dict[str, Any], seen: Seen) -> str:
    found = "".join(tag("DeletedOccurrence", said("Start", told(at))) for at in seen.deleted)
    return tag("DeletedOccurrences", found) if found else ""


def _duration(item: dict[str, Any], seen: Seen) -> str:
    days, rest = divmod(item["End"] - item["Start"], 86400)
    hours, minutes = rest // 3600, rest % 3600 // 60
    parts = "".join(f"{value}{unit}" for value, unit in ((hours, "H"), (minutes, "M")) if value)
    return said("Duration", f"P{f'{days}D' if days else ''}{f'T{parts}' if parts or not days else ''}".replace("PT", "PT", 1)
                if parts or days else "PT0S")  # fmt: skip


def is_meeting(item: dict[str, Any]) -> bool:
    return bool(item["RequiredAttendees"] or item["OptionalAttendees"] or item["Resources"])


def _state(item: dict[str, Any], seen: Seen) -> str:
    received = item.get("Organizer") is not None
    return said("AppointmentState", is_meeting(item) * 1 + received * 2 + bool(item["IsCancelled"]) * 4)


def _local(name: str, key: str, zone_key: str) -> Callable[[dict[str, Any], Seen], str]:
    def write(item: dict[str, Any], seen: Seen) -> str:
        return said(name, datetime.fromtimestamp(item[key], zone(item[zone_key])).isoformat())

    return write


def _names(key: str) -> Callable[[dict[str, Any]], str]:
    return lambda item: "; ".join(each["name"] for each in item[key])


WRITERS: dict[str, Callable[[dict[str, Any], Seen], str]] = {
    **{
        name: _plain(name)
        for name in (
            "Subject", "Sensitivity", "Importance", "InReplyTo", "ReminderIsSet", "ReminderMinutesBeforeStart", "Culture", "UID",
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
        "ItemClass", "IPM.Appointment" if item.get("CalendarItemType") != "Exception" else "IPM.OLE.CLASS.{00061055-0000-0000-C000-000000000046}"
    ),
    "Body": _body, "TextBody": _text_body,
    "Size": lambda item, seen: said("Size", 2000 + len(item["Body"][1])),
    "Categories": lambda item, seen: tag("Categories", "".join(said("String", each) for each in item["Categories"]))
    if item["Categories"] else "",
    "IsSubmitted": lambda item, seen: said("IsSubmitted", False), "IsDraft": lambda item, seen: said("IsDraft", False),
    "IsFromMe": lambda item, seen: said("IsFromMe", False), "IsResend": lambda item, seen: said("IsResend", False),
    "IsUnmodified": lambda item, seen: said("IsUnmodified", False), "IsAssociated": lambda item, seen: said("IsAssociated", False),
    "HasAttachments": lambda item, seen: said("HasAttachments", False),
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
    "StartTimeZone": _zone("StartTimeZone"), "EndTimeZone": _zone("EndTimeZone"),
    "StartTimeZoneId": lambda item, seen: said("StartTimeZoneId", item["StartTimeZone"]),
    "EndTimeZoneId": lambda item, seen: said("EndTimeZoneId", item["EndTimeZone"]),
    "StartWallClock": _local("StartWallClock", "Start", "StartTimeZone"),
    "EndWallClock": _local("EndWallClock", "End", "EndTimeZone"),
}  # fmt: skip


def read_folder_shape(element: Element) -> frozenset[str]:
    """Of ``m:FolderShape``. Raises Fault."""
    parts = {local(part): part for part in children(element)}
    base = parts["BaseShape"].text if "BaseShape" in parts else None
    if base not in ("IdOnly", "Default", "AllProperties"):
        raise invalid("The element 'FolderShape' has incomplete content: 'BaseShape' is missing or invalid.")
    names: set[str] = {"FolderId"}
    if base != "IdOnly":
        names |= {"DisplayName", "TotalCount", "ChildFolderCount", "UnreadCount"}
    if base == "AllProperties":
        names |= set(FOLDER_FIELDS)
    names |= _named_folder_fields(children(parts["AdditionalProperties"]) if "AdditionalProperties" in parts else ())
    return frozenset(names)


def _named_folder_fields(parts: Collection[Element] | Any) -> set[str]:
    found = set()
    for each in parts:
        if local(each) == "ExtendedFieldURI":
            continue
        uri = each.get("FieldURI", "")
        if uri not in FOLDER_URIS:
            raise invalid(f"The 'FieldURI' attribute is invalid: the value '{uri}' is not one of the enumeration.")
        found.add(FOLDER_URIS[uri])
    return found


UTC_ZONE = ZoneInfo("UTC")
