"""The properties of items and folders in the order of the schema, their URIs, and which of them a client asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tests.servers.ews.soap import Element, Refusal, attribute, children, invalid, local
from tests.servers.ews.versions import is_before

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
GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
Key = tuple[tuple[str, str], ...]
"""What names an extended property."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a client wants to see of each item. ``extended``: keys of extended properties."""

    names: frozenset[str]
    extended: tuple[Key, ...] = ()
    body: str = "Best"
    zone: str = ""
    short: bool = False


def read_shape(element: Element, version: str, zone_name: str, short: bool = False) -> Shape:
    """Of ``m:ItemShape``. Raises Fault, Refusal."""
    names, keys, body = {"ItemId"}, [], "Best"
    parts = {local(part): part for part in children(element)}
    base = parts["BaseShape"].text if "BaseShape" in parts else None
    if base not in ("IdOnly", "Default", "AllProperties"):
        raise invalid("The element 'ItemShape' has incomplete content: 'BaseShape' is missing or invalid.")
    if base == "Default":
        names |= DEFAULT_SHAPE
    if base == "AllProperties":
        newer = SINCE_2013 if is_before(version, "Exchange2013") else set()
        names |= {*ITEM_ORDER, *CALENDAR_ORDER} - newer - {"TextBody", "UniqueBody", "MeetingTimeZone"}
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
        raise invalid(f"The 'FieldURI' attribute is invalid: the value '{uri}' is not one of the enumeration of {version}.")
    return URIS[uri]


def extended_key(uri: Element) -> Key:
    """What names an extended property, in the form in which it is told. Raises Fault, Refusal."""
    given = {str(name): str(value) for name, value in uri.attrib.items()}
    attribute(uri, "PropertyType")
    sets, tags = {"DistinguishedPropertySetId", "PropertySetId"} & given.keys(), {"PropertyName", "PropertyId"} & given.keys()
    fine = ("PropertyTag" in given and not sets and not tags) or (
        len(sets) == 1 and len(tags) == 1 and "PropertyTag" not in given
    )
    if not fine or given.keys() - {
        "DistinguishedPropertySetId", "PropertySetId", "PropertyName", "PropertyId", "PropertyTag", "PropertyType"
    }:  # fmt: skip
        raise Refusal("ErrorInvalidExtendedProperty", "The combination of attributes of an extended property is invalid.")
    if "PropertySetId" in given:
        if not GUID.fullmatch(given["PropertySetId"]):
            raise invalid(f"The value '{given['PropertySetId']}' of 'PropertySetId' is invalid.")
        given["PropertySetId"] = given["PropertySetId"].lower()
    return tuple(sorted(given.items()))


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


def _named_folder_fields(parts: Iterable[Element]) -> set[str]:
    found = set()
    for each in parts:
        if local(each) == "ExtendedFieldURI":
            continue
        uri = each.get("FieldURI", "")
        if uri not in FOLDER_URIS:
            raise invalid(f"The 'FieldURI' attribute is invalid: the value '{uri}' is not one of the enumeration.")
        found.add(FOLDER_URIS[uri])
    return found
