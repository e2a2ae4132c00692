"""Our events as Graph's: what is written, and what has to change. Pure."""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.calendars import EventDraft
from app.providers.events import times_of
from app.providers.office365.mapping import (
    BOOKING,
    MARK,
    OUR_TRANSACTIONS,
    OURS,
    SHOWN,
    TEAMS,
    Home,
    Item,
    address_of,
    guests,
    marks_in,
    place_of,
    read_times,
    text_of,
)
from app.providers.office365.recurrence import same_recurrence, write_recurrence


def mark_of(key: str) -> str:
    """What is noted of a draft's key: fit for a query, whatever the key is."""
    return hashlib.sha256(key.encode()).hexdigest()[:40]


def transaction_of(key: str, attempt: int) -> str:
    """The same for every try of one write. Graph keeps it for good, so a deleted event needs another attempt's."""
    return f"{OUR_TRANSACTIONS}{uuid.uuid5(uuid.UUID(OURS), f'{mark_of(key)}/{attempt}')}"


def write_event(draft: EventDraft, home: Home, invites: bool = True) -> dict[str, Any]:
    """The whole event of a draft. Guests are invited by Exchange, always, once they stand in the event: without ``invites``
    their addresses stand in its text. Raises RuleError for a series that Graph cannot say."""
    start, end = write_times(draft, home)
    body: dict[str, Any] = {
        "subject": draft.title,
        "body": {"contentType": "text", "content": text_for(draft, invites)},
        "location": {"displayName": draft.location},
        "isAllDay": draft.days is not None,
        "start": start,
        "end": end,
        "showAs": SHOWN[draft.show_as],
    }
    if draft.attendees and invites:
        body["attendees"] = [_invited(each) for each in draft.attendees]
    if marks := marks_of(draft):
        body["singleValueExtendedProperties"] = [{"id": name, "value": value} for name, value in marks.items()]
    if draft.rrule:
        body["recurrence"] = write_recurrence(draft)
    return body | (meeting_of(draft, home))


def meeting_of(draft: EventDraft, home: Home) -> dict[str, Any]:
    """A Teams meeting, where the calendar has Teams; a meeting without its link is still better than none."""
    return {"isOnlineMeeting": True, "onlineMeetingProvider": TEAMS} if draft.online and home.teams else {}


def text_for(draft: EventDraft, invites: bool) -> str:
    """The description, with the guests below it where Microsoft is not to write to them."""
    if invites or not draft.attendees:
        return draft.description
    return "\n\n".join(part for part in (draft.description.rstrip(), "\n".join(draft.attendees)) if part)


def marks_of(draft: EventDraft) -> dict[str, str]:
    """The properties by which an event of ours is found again: key and booking, where it has them."""
    marks = {MARK: mark_of(draft.key)} if draft.key else {}
    return marks | ({BOOKING: draft.booking} if draft.booking else {})


def write_times(draft: EventDraft, home: Home) -> tuple[dict[str, str], dict[str, str]]:
    """Start and end. An hour that comes twice cannot be told in its own zone: then it is told in UTC."""
    if draft.days:
        last = max(draft.days.end, draft.days.first + timedelta(days=1))
        zone = home.zone or draft.zone
        return _wall(datetime(*draft.days.first.timetuple()[:3]), zone), _wall(datetime(*last.timetuple()[:3]), zone)
    info = ZoneInfo(draft.zone)
    walls = [datetime.fromtimestamp(at, UTC).astimezone(info) for at in (draft.start, draft.end)]
    if not draft.rrule and any(wall.replace(fold=1 - wall.fold).utcoffset() != wall.utcoffset() for wall in walls):
        return _wall(walls[0].astimezone(UTC), "UTC"), _wall(walls[1].astimezone(UTC), "UTC")
    return _wall(walls[0], draft.zone), _wall(walls[1], draft.zone)


def _wall(moment: datetime, zone: str) -> dict[str, str]:
    return {"dateTime": moment.strftime("%Y-%m-%dT%H:%M:%S"), "timeZone": zone}


def _invited(address: str) -> dict[str, Any]:
    return {"emailAddress": {"address": address}, "type": "required"}


def changes_of(draft: EventDraft, item: Item, home: Home, invites: bool = True) -> dict[str, Any]:
    """What a patch must say to bring the event ``item`` to the state of the draft; empty if it is there. All that drafts do not
    know stays, and so does the text of an online meeting: with it goes the way into the meeting."""
    wanted = write_event(draft, home, invites)
    body: dict[str, Any] = {}
    if wanted["subject"] != (item.get("subject") or ""):
        body["subject"] = wanted["subject"]
    if wanted["showAs"] != item.get("showAs"):
        body["showAs"] = wanted["showAs"]
    if draft.location != place_of(item) and (draft.location or not item.get("isOnlineMeeting")):
        body["location"] = wanted["location"]
    if text_for(draft, invites).rstrip() != text_of(item) and not item.get("isOnlineMeeting"):
        body["body"] = wanted["body"]
    if not item.get("seriesMasterId"):
        body |= _changed_series(wanted, item) | _changed_marks(draft, item)
    if read_times(item, home) != (draft.days, *times_of(draft.days, draft.start, draft.end, home.zone_of(item))) or (
        body.get("recurrence")
    ):
        body |= {name: wanted[name] for name in ("start", "end", "isAllDay")}
    if invites and sorted(map(str.lower, draft.attendees)) != sorted(map(str.lower, guests(item))):
        body["attendees"] = _kept_and_invited(draft, item)
    if not item.get("isOnlineMeeting"):
        body |= meeting_of(draft, home)
    return body


def _changed_series(wanted: Item, item: Item) -> dict[str, Any]:
    series = wanted.get("recurrence")
    if series is None:
        return {"recurrence": None} if item.get("recurrence") else {}
    return {} if same_recurrence(series, item.get("recurrence")) else {"recurrence": series}


def _changed_marks(draft: EventDraft, item: Item) -> dict[str, Any]:
    have = marks_in(item)
    marks = [{"id": name, "value": value} for name, value in marks_of(draft).items() if have.get(name) != value]
    return {"singleValueExtendedProperties": marks} if marks else {}


def _kept_and_invited(draft: EventDraft, item: Item) -> list[dict[str, Any]]:
    """A patch replaces the whole list: those who stay keep what they answered, and rooms stay."""
    known = {address_of(each).lower(): dict(each) for each in item.get("attendees") or ()}
    rooms = [each for each in known.values() if each.get("type") == "resource"]
    return rooms + [known.get(each.lower()) or _invited(each) for each in draft.attendees]
