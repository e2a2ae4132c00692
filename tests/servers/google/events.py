"""The rules for events: what may be written, what becomes of it, and how series look in a window."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from app.domain.calendars import Days, days_to_instants
from app.domain.clock import DAY, Instant, to_iso
from app.domain.rules import Rule, RuleError, parse_rule
from app.domain.series import Start, expand, occurrence_id, split_occurrence_id, to_instant, to_wall
from tests.servers.google.answers import Refusal

Item = dict[str, Any]
ZONES = available_timezones()
ID = re.compile(r"[a-v0-9]{5,1024}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
READ_ONLY = {
    "kind", "etag", "htmlLink", "created", "updated", "creator", "organizer", "hangoutLink", "recurringEventId",
    "originalStartTime", "iCalUID", "locked", "privateCopy", "attendeesOmitted", "endTimeUnspecified",
}  # fmt: skip
WRITABLE = {
    "id", "status", "summary", "description", "location", "colorId", "start", "end", "recurrence", "transparency", "visibility",
    "sequence", "attendees", "extendedProperties", "conferenceData", "gadget", "anyoneCanAddSelf", "guestsCanInviteOthers",
    "guestsCanModify", "guestsCanSeeOtherGuests", "reminders", "source", "attachments", "eventType", "birthdayProperties",
    "focusTimeProperties", "outOfOfficeProperties", "workingLocationProperties", "eventLabelId",
}  # fmt: skip
CHOICES = {
    "status": {"confirmed", "tentative", "cancelled"},
    "transparency": {"opaque", "transparent"},
    "visibility": {"default", "public", "private", "confidential"},
    "eventType": {"birthday", "default", "focusTime", "fromGmail", "outOfOffice", "workingLocation"},
}
ANSWERS = {"needsAction", "declined", "tentative", "accepted"}
TEXTS = {"summary": 1024, "description": 8192, "location": 1024}
FOREVER = 3 * 366 * DAY
"""Seconds after now to which an endless series is expanded where no end is asked for."""


def invalid(what: str) -> Refusal:
    return Refusal(400, "invalid", f"Invalid value for: {what}")


# What may be written


def check(body: Any, calendar_zone: str) -> Item:
    """The writable part of an event, complete. Raises Refusal."""
    if not isinstance(body, dict):
        raise Refusal(400, "parseError", "Parse Error")
    if unknown := body.keys() - READ_ONLY - WRITABLE:
        raise Refusal(400, "badRequest", f'Invalid JSON payload received. Unknown name "{min(unknown)}"')
    event = {name: value for name, value in body.items() if name in WRITABLE and value is not None}
    for name, choices in CHOICES.items():
        if name in event and event[name] not in choices:
            raise invalid(f"{event[name]!r} is not a valid value of {name}")
    for name, longest in TEXTS.items():
        if not isinstance(event.get(name, ""), str) or len(event.get(name, "")) > longest:
            raise invalid(name)
        if event.get(name) == "":
            del event[name]
    _check_times(event, calendar_zone)
    _check_guests(event.get("attendees", []))
    _check_marks(event.get("extendedProperties", {}))
    if not event.get("attendees"):
        event.pop("attendees", None)
    if event.get("transparency") == "opaque":
        del event["transparency"]
    return event


def _check_times(event: Item, calendar_zone: str) -> None:
    lines = event.get("recurrence", [])
    if not isinstance(lines, list):
        raise invalid("recurrence")
    if not lines:
        event.pop("recurrence", None)
    for name in ("start", "end"):
        if not isinstance(event.get(name), dict):
            raise Refusal(400, "required", f"Missing {name} time.")
        event[name] = _checked_time(event[name], bool(lines), name)
    if ("date" in event["start"]) != ("date" in event["end"]):
        raise invalid("The start and end times must either both be date or both be dateTime.")
    low, high = span(event, calendar_zone)
    if high < low or ("date" in event["start"] and high == low):
        raise Refusal(400, "timeRangeEmpty", "The specified time range is empty.")
    if lines:
        try:
            rules_of(event)
        except (RuleError, ValueError) as error:
            raise invalid(f"recurrence: {error}") from error


def _checked_time(time: Item, recurs: bool, name: str) -> Item:
    given = {part: value for part, value in time.items() if value is not None}
    if given.keys() - {"date", "dateTime", "timeZone"} or ("date" in given) == ("dateTime" in given):
        raise invalid(name)
    if given.get("timeZone", "UTC") not in ZONES:
        raise invalid(f"time zone {given['timeZone']}")
    if "date" in given:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", str(given["date"])):
            raise invalid(name)
        date.fromisoformat(given["date"])
        return {"date": given["date"]}
    match = DATE_TIME.fullmatch(str(given["dateTime"]))
    if not match:
        raise invalid(name)
    if not match[2] and "timeZone" not in given:
        raise Refusal(400, "required", f"Missing time zone definition for {name} time.")
    if recurs and "timeZone" not in given:
        raise Refusal(400, "required", f"Missing time zone definition for {name} time.")
    return given


def _check_guests(guests: Any) -> None:
    if not isinstance(guests, list) or len(guests) > 200:
        raise invalid("attendees")
    for each in guests:
        if not EMAIL.fullmatch(str(each.get("email", ""))):
            raise invalid("attendee email")
        if each.setdefault("responseStatus", "needsAction") not in ANSWERS:
            raise invalid("responseStatus")


def _check_marks(properties: Any) -> None:
    if properties.keys() - {"private", "shared"}:
        raise invalid("extendedProperties")
    for group in properties.values():
        for name, value in group.items():
            if not isinstance(value, str) or len(name) > 44 or len(value) > 1024:
                raise invalid(f"extended property {name}")


def merged(before: Item, patch: Any) -> Item:
    """A patch as JSON merge patch does it (RFC 7396): null deletes, objects merge, the rest replaces."""
    if not isinstance(patch, dict):
        raise Refusal(400, "parseError", "Parse Error")
    after = dict(before)
    for name, value in patch.items():
        if value is None:
            after.pop(name, None)
        elif isinstance(value, dict):
            after[name] = merged(after[name] if isinstance(after.get(name), dict) else {}, value)
        else:
            after[name] = value
    return after


# Times


def instant(time: Item, calendar_zone: str) -> Instant:
    if "date" in time:
        day = date.fromisoformat(time["date"])
        return days_to_instants(Days(day, day + timedelta(days=1)), calendar_zone)[0]
    at = datetime.fromisoformat(time["dateTime"])
    return int(at.timestamp()) if at.tzinfo else to_instant(at, ZoneInfo(time["timeZone"]))


def span(event: Item, calendar_zone: str) -> tuple[Instant, Instant]:
    return instant(event["start"], calendar_zone), instant(event["end"], calendar_zone)


def written(at: Instant, zone: str) -> Item:
    """A time as the service tells it: the wall of the zone with its offset."""
    return {"dateTime": datetime.fromtimestamp(at, ZoneInfo(zone)).isoformat(timespec="seconds"), "timeZone": zone}


def touches(event: Item, calendar_zone: str, low: Instant | None, high: Instant | None) -> bool:
    """``timeMin`` is an exclusive bound of the end, ``timeMax`` one of the start."""
    start, end = span(event, calendar_zone)
    return (low is None or end > low) and (high is None or start < high)


# Series


@dataclass(slots=True)
class Recurrence:
    rules: list[Rule] = field(default_factory=list)
    extra: list[Start] = field(default_factory=list)
    left_out: list[Start] = field(default_factory=list)


def rules_of(event: Item) -> Recurrence:
    found = Recurrence()
    zone = event["start"].get("timeZone", "UTC")
    for line in event.get("recurrence", ()):
        name, _, value = line.partition(":")
        kind, *parameters = name.split(";")
        if kind == "RRULE":
            found.rules.append(parse_rule(value))
        elif kind in ("RDATE", "EXDATE"):
            for part in parameters:
                zone = part.removeprefix("TZID=") if part.startswith("TZID=") else zone
            starts = [_start(each, zone) for each in value.split(",")]
            (found.extra if kind == "RDATE" else found.left_out).extend(starts)
        else:
            raise ValueError(line)
    return found


def _start(text: str, zone: str) -> Start:
    if len(text) == 8:
        return datetime.strptime(text, "%Y%m%d").date()
    wall = datetime.strptime(text.rstrip("Z"), "%Y%m%dT%H%M%S")
    return to_instant(wall, UTC if text.endswith("Z") else ZoneInfo(zone))


def starts_of(series: Item, calendar_zone: str, low: Instant, high: Instant) -> Iterator[Start]:
    """Original starts of a series' occurrences that may touch the window."""
    start, end = span(series, calendar_zone)
    if "date" in series["start"]:
        first: date = date.fromisoformat(series["start"]["date"])
        zone = calendar_zone
    else:
        zone = series["start"]["timeZone"]
        first = to_wall(start, ZoneInfo(zone))
    made = rules_of(series)
    yield from expand(first, made.rules, ZoneInfo(zone), low - (end - start) - DAY, high, made.extra, made.left_out)


def occurrence(series: Item, at: Start, calendar_zone: str) -> Item:
    """An untouched occurrence: the series' own words at its own time."""
    item = {name: value for name, value in series.items() if name != "recurrence"}
    if isinstance(at, int):
        start, end = span(series, calendar_zone)
        zone = series["start"]["timeZone"]
        item["start"], item["end"] = written(at, zone), written(at + end - start, zone)
    else:
        length = date.fromisoformat(series["end"]["date"]) - date.fromisoformat(series["start"]["date"])
        item["start"], item["end"] = {"date": at.isoformat()}, {"date": (at + length).isoformat()}
    item |= {"id": occurrence_id(series["id"], at), "recurringEventId": series["id"], "originalStartTime": item["start"]}
    return item


def original_start(event: str) -> tuple[str, Start] | None:
    return split_occurrence_id(event)


def stamp(now: float) -> str:
    return to_iso(int(now)).replace("Z", ".000Z")
