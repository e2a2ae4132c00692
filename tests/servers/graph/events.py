"""The rules for events: what may be written, what becomes of it, and how an event is told.

An item is the event as Graph tells it, with its times as they were given. Names that begin with ``_`` are the service's own:
``_token`` and ``_place`` make the ids, ``_stamp`` is the original start of an occurrence, ``_etag`` counts changes, ``_by`` is
the mailbox that it lies in, ``_zone`` the zone of the series, ``_span`` the instants, ``_extended`` holds extended properties.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from app.domain.clock import Instant
from tests.servers.graph.answers import Refusal, invalid, unread
from tests.servers.graph.ids import immutable_id, plain_id
from tests.servers.graph.recurrence import check_recurrence
from tests.servers.graph.zones import windows_name, zone

Item = dict[str, Any]
WALL = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d(\.\d{1,7})?)?")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
EXTENDED_ID = re.compile(
    r"(String|Integer|Boolean|Double|SystemTime|CLSID) (\{[0-9a-fA-F-]{36}\} (Name|Id) \S.*|0x[0-9a-fA-F]{4})"
)
CHOICES = {
    "showAs": ("unknown", "free", "tentative", "busy", "oof", "workingElsewhere"),
    "sensitivity": ("normal", "personal", "private", "confidential"),
    "importance": ("low", "normal", "high"),
    "onlineMeetingProvider": ("unknown", "skypeForBusiness", "skypeForConsumer", "teamsForBusiness"),
}
FLAGS = {"isAllDay", "isReminderOn", "responseRequested", "allowNewTimeProposals", "hideAttendees", "isOnlineMeeting"}
WRITABLE = {
    *CHOICES, *FLAGS, "subject", "body", "start", "end", "location", "locations", "attendees", "categories", "recurrence",
    "reminderMinutesBeforeStart", "transactionId", "singleValueExtendedProperties",
}  # fmt: skip
READ_ONLY = {
    "id", "createdDateTime", "lastModifiedDateTime", "changeKey", "originalStartTimeZone", "originalEndTimeZone",
    "iCalUId", "hasAttachments", "bodyPreview", "isCancelled", "isOrganizer", "seriesMasterId", "type", "webLink",
    "onlineMeetingUrl", "isDraft", "onlineMeeting", "responseStatus", "organizer", "originalStart", "cancelledOccurrences",
}  # fmt: skip
NAVIGATION = {
    "attachments", "calendar", "exceptionOccurrences", "extensions", "instances", "multiValueExtendedProperties",
    "singleValueExtendedProperties",
}  # fmt: skip
TOLD = (
    "createdDateTime", "lastModifiedDateTime", "changeKey", "categories", "transactionId", "originalStartTimeZone",
    "originalEndTimeZone", "iCalUId", "reminderMinutesBeforeStart", "isReminderOn", "hasAttachments", "subject", "bodyPreview",
    "importance", "sensitivity", "isAllDay", "isCancelled", "isOrganizer", "responseRequested", "seriesMasterId", "showAs",
    "type", "webLink", "onlineMeetingUrl", "isOnlineMeeting", "onlineMeetingProvider", "allowNewTimeProposals", "isDraft",
    "hideAttendees", "originalStart", "responseStatus", "body", "start", "end", "location", "locations", "recurrence",
    "attendees", "organizer", "onlineMeeting",
)  # fmt: skip
"""What comes without ``$select``."""
SELECTABLE = READ_ONLY | WRITABLE | NAVIGATION
FRESH: Item = {
    "subject": "", "body": {"contentType": "html", "content": ""}, "categories": [], "attendees": [], "recurrence": None,
    "reminderMinutesBeforeStart": 15, "isReminderOn": True, "importance": "normal", "sensitivity": "normal",
    "isAllDay": False, "showAs": "busy", "responseRequested": True, "allowNewTimeProposals": True, "hideAttendees": False,
    "isOnlineMeeting": False, "onlineMeetingProvider": "unknown", "transactionId": None, "hasAttachments": False,
    "isCancelled": False, "isDraft": False, "onlineMeetingUrl": None, "onlineMeeting": None,
}  # fmt: skip
NOWHERE = {"displayName": "", "locationType": "default", "uniqueIdType": "unknown", "address": {}, "coordinates": {}}
LOCATION = {
    "displayName", "locationType", "uniqueId", "uniqueIdType", "address", "coordinates", "locationEmailAddress", "locationUri",
}  # fmt: skip


# What may be written


def check_names(body: Any) -> Item:
    """The body of a write, if it has only what a client may write. Raises Refusal."""
    if not isinstance(body, dict):
        raise unread("The body is not an object.")
    for name in body:
        if name.startswith("@odata."):
            continue
        if name in READ_ONLY:
            raise Refusal(400, "ErrorInvalidPropertySet", f"The property '{name}' is read-only and cannot be set.")
        if name not in WRITABLE:
            raise unread(f"The property '{name}' does not exist on type 'microsoft.graph.event'.")
    return {name: value for name, value in body.items() if not name.startswith("@")}


def checked(given: Item) -> Item:
    """The values of a write as they are kept, without times. Raises Refusal."""
    kept = dict(given)
    for name, choices in CHOICES.items():
        if kept.get(name, choices[0]) not in choices:
            raise unread(f"Cannot convert the literal '{kept[name]}' to the expected type of '{name}'.")
    for name in FLAGS & kept.keys():
        if not isinstance(kept[name], bool):
            raise unread(f"Cannot convert the value of '{name}' to the expected type 'Edm.Boolean'.")
    for name in {"subject", "transactionId"} & kept.keys():
        if not isinstance(kept[name], str | None) or len(kept[name] or "") > 255:
            raise invalid(f"{name} is no text of at most 255 characters.")
    if "subject" in kept:
        kept["subject"] = kept["subject"] or ""
    minutes = kept.get("reminderMinutesBeforeStart", 0)
    if not isinstance(minutes, int) or isinstance(minutes, bool) or minutes < 0:
        raise invalid("reminderMinutesBeforeStart is no number of minutes.")
    checks: dict[str, Callable[[Any], Any]] = {
        "body": _checked_body, "location": _checked_location, "attendees": _checked_attendees, "categories": _checked_words,
    }  # fmt: skip
    for name, check in checks.items():
        if name in kept:
            kept[name] = check(kept[name])
    if "locations" in kept:
        kept["location"] = _checked_location((kept.pop("locations") or [{}])[0])
    if "singleValueExtendedProperties" in kept:
        kept["_extended"] = _checked_extended(kept.pop("singleValueExtendedProperties"))
    return kept


def _checked_body(body: Any) -> Item:
    if not isinstance(body, dict) or body.keys() - {"contentType", "content"}:
        raise unread("The body is malformed.")
    kind, content = str(body.get("contentType", "text")).lower(), body.get("content")
    if kind not in ("text", "html") or not isinstance(content, str | None):
        raise unread("The body is malformed.")
    return {"contentType": kind, "content": content or ""}


def _checked_location(location: Any) -> Item:
    if location is None:
        return dict(NOWHERE)
    if not isinstance(location, dict) or location.keys() - LOCATION:
        raise unread("The location is malformed.")
    return {**NOWHERE, **location}


def _checked_attendees(guests: Any) -> list[Item]:
    if not isinstance(guests, list) or len(guests) > 500:
        raise unread("The attendees are malformed.")
    kept = []
    for guest in guests:
        if not isinstance(guest, dict) or guest.keys() - {"emailAddress", "type", "status", "proposedNewTime"}:
            raise unread("An attendee is malformed.")
        address = guest.get("emailAddress") or {}
        if address.keys() - {"address", "name"} or guest.get("type", "required") not in ("required", "optional", "resource"):
            raise unread("An attendee is malformed.")
        if not EMAIL.fullmatch(str(address.get("address", ""))):
            raise Refusal(400, "ErrorInvalidRecipients", "At least one recipient is not valid.")
        who = {"name": address.get("name") or address["address"], "address": address["address"]}
        status = guest.get("status") or {"response": "none", "time": "0001-01-01T00:00:00Z"}
        kept.append({"type": guest.get("type", "required"), "status": status, "emailAddress": who})
    return kept


def _checked_words(words: Any) -> list[str]:
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise unread("The categories are malformed.")
    return words


def _checked_extended(properties: Any) -> dict[str, str]:
    if not isinstance(properties, list):
        raise unread("The extended properties are malformed.")
    kept: dict[str, str] = {}
    for each in properties:
        if not isinstance(each, dict) or {name for name in each if "@" not in name} != {"id", "value"}:
            raise unread("An extended property is malformed.")
        if not EXTENDED_ID.fullmatch(str(each["id"])):
            raise Refusal(400, "ErrorInvalidExtendedProperty", f"PropertyId '{each['id']}' is invalid.")
        if not isinstance(each["value"], str):
            raise unread("The value of an extended property is no text.")
        kept[extended_key(each["id"])] = each["value"]
    return kept


def extended_key(text: str) -> str:
    """The id of an extended property, its GUID in the form in which it is told."""
    return re.sub(r"\{[^}]*\}", lambda guid: guid[0].lower(), text)


def set_times(item: Item) -> None:
    """Checks start, end and recurrence of a whole event together, and completes them. Raises Refusal."""
    for name in ("start", "end"):
        if item.get(name) is None:
            raise invalid(f"{name} is required.")
        item[name] = _checked_time(item[name], name)
    start, end = (wall(item[name]) for name in ("start", "end"))
    if item["isAllDay"]:
        if start.time() != time(0) or end.time() != time(0):
            raise invalid("Start and end of an all-day event have to be midnight.")
        if item["start"]["timeZone"] != item["end"]["timeZone"]:
            raise invalid("Start and end of an all-day event have to be in one time zone.")
        if end <= start:
            raise invalid("The duration of an event marked as all day must be at least 24 hours.")
    item["_span"] = (instant(item["start"]), instant(item["end"]))
    if item["_span"][1] < item["_span"][0]:
        raise Refusal(400, "ErrorCalendarEndDateIsEarlierThanStartDate")
    item["originalStartTimeZone"] = windows_name(item["start"]["timeZone"])
    item["originalEndTimeZone"] = windows_name(item["end"]["timeZone"])
    if item.get("recurrence") is not None:
        item["recurrence"] = check_recurrence(item["recurrence"], start.date(), item["originalStartTimeZone"])


def _checked_time(given: Any, name: str) -> Item:
    if not isinstance(given, dict) or given.keys() - {"dateTime", "timeZone"}:
        raise unread(f"{name} is no dateTimeTimeZone.")
    match = WALL.fullmatch(str(given.get("dateTime")))
    if not match:
        raise invalid(f"{name} is no date and time without an offset.")
    try:
        at = datetime.fromisoformat(str(given["dateTime"])[:26])
    except ValueError as error:
        raise invalid(f"{name} is no date and time.") from error
    zone(str(given.get("timeZone") or ""))
    return {"dateTime": at.replace(microsecond=0).isoformat(), "timeZone": given["timeZone"]}


# Times


def wall(time: Item) -> datetime:
    return datetime.fromisoformat(time["dateTime"])


def instant(time: Item) -> Instant:
    """Of a wall that comes twice the first; one that is skipped counts from before the gap."""
    return int(wall(time).replace(tzinfo=zone(time["timeZone"]), fold=0).timestamp())


def span(item: Item) -> tuple[Instant, Instant]:
    found: tuple[Instant, Instant] = item["_span"]
    return found


def timed(at: datetime, name: str) -> Item:
    return {"dateTime": at.isoformat(), "timeZone": name}


def stamp(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


def shown_time(item: Item, name: str, asked: str) -> Item:
    """A time in the zone that was asked for. Midnights of a whole day stay midnights, whatever the zone."""
    if item["isAllDay"]:
        at = wall(item[name])
    else:
        at = datetime.fromtimestamp(item["_span"][name == "end"], zone(asked)).replace(tzinfo=None)
    return {"dateTime": at.strftime("%Y-%m-%dT%H:%M:%S") + ".0000000", "timeZone": asked}


# Occurrences


def occurrence(series: Item, at: datetime) -> Item:
    """An untouched occurrence: the series' own words at its own time."""
    first, last = wall(series["start"]), wall(series["end"])
    item = {**series, "recurrence": None, "type": "occurrence", "_stamp": at.strftime("%Y%m%dT%H%M")}
    item["start"] = timed(at, series["start"]["timeZone"])
    if series["isAllDay"]:
        item["end"] = timed(at + (last - first), series["end"]["timeZone"])
        item["_span"] = (instant(item["start"]), instant(item["end"]))
    else:
        begin, (low, high) = instant(item["start"]), series["_span"]
        item["_span"] = (begin, begin + high - low)
        until = datetime.fromtimestamp(begin + high - low, zone(series["end"]["timeZone"]))
        item["end"] = timed(until.replace(tzinfo=None), series["end"]["timeZone"])
    return item


def original_start(item: Item) -> str:
    at = datetime.strptime(item["_stamp"], "%Y%m%dT%H%M")
    moment = instant(timed(at, item["_zone"]))
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def touches(item: Item, low: Instant, high: Instant) -> bool:
    """Whether an event is in a window: a time without length counts where it begins."""
    start, end = item["_span"]
    return bool(start < high and (end > low or start == end == low))


# Telling


def item_id(item: Item, immutable: bool) -> str:
    text = item.get("_stamp", "")
    return immutable_id(item["_token"], text) if immutable else plain_id(item["_place"], item["_token"], text)


def change_key(item: Item) -> str:
    return f"sM3iRkVhSEyRrhQhT{item['_etag']:011}=="


def etag(item: Item) -> str:
    return f'W/"{change_key(item)}"'


def master_id(item: Item, immutable: bool) -> str | None:
    if "_stamp" not in item:
        return None
    return immutable_id(item["_token"]) if immutable else plain_id(item["_place"], item["_token"])


def made_of(item: Item, name: str, zone_name: str, immutable: bool) -> Any:
    """One property as it is told."""
    if name in ("start", "end"):
        return shown_time(item, name, zone_name)
    if name == "seriesMasterId":
        return master_id(item, immutable)
    if name == "changeKey":
        return change_key(item)
    if name == "webLink":
        return f"https://outlook.office365.com/owa/?itemid={item['_token']}&exvsurl=1&path=/calendar/item"
    if name == "locations":
        return [item["location"]] if item["location"]["displayName"] else []
    if name == "bodyPreview":
        return as_text(item["body"])["content"][:255]
    if name == "originalStart":
        return original_start(item) if "_stamp" in item else None
    return item.get(name)


def as_text(body: Item) -> Item:
    """Prefer: outlook.body-content-type="text"."""
    if body["contentType"] == "text":
        return body
    lines = re.sub(r"(?i)<br[^>]*>|</p>|</div>", "\n", body["content"])
    return {"contentType": "text", "content": html.unescape(re.sub(r"<[^>]*>", "", lines))}


def as_html(body: Item) -> Item:
    """What was written as text comes back as HTML unless text is asked for."""
    if body["contentType"] == "html":
        return body
    text = html.escape(body["content"], quote=False).replace("\n", "<br>\n")
    return {"contentType": "html", "content": f"<html><head></head><body>{text}</body></html>" if text else ""}


def days_of(item: Item) -> timedelta:
    return wall(item["end"]) - wall(item["start"])
