"""Google's calendars as ours, and our events as Google's. Pure."""

from __future__ import annotations

import base64
import colorsys
import hashlib
import html
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.calendars import EventDraft, ShowAs
from app.domain.clock import Instant
from app.domain.connections import Access
from app.domain.series import to_wall
from app.providers.base import RemoteCalendar
from app.providers.events import times_of
from app.providers.google.reading import BOOKING, MARK, Item, guests, read_times, zone_or_utc

CALENDAR_FIELDS = "id,summary,summaryOverride,description,timeZone,accessRole,primary,deleted,backgroundColor,dataOwner"
SYSTEM = (".calendar.google.com", "@calendar.google.com")
"""How the ids of calendars end that are nobody's main calendar: shared ones, holidays, rooms, imported ones."""

ACCESS = {
    "owner": Access.OWNER,
    "writer": Access.EDIT,
    "writerWithoutPrivateAccess": Access.EDIT,
    "reader": Access.DETAILS,
    "freeBusyReader": Access.FREE_BUSY,
    "none": Access.FREE_BUSY,
}


def access_of(role: str) -> Access:
    """What a role allows. One that is not known yet counts as *reader*: looked at, never written to by mistake."""
    return ACCESS.get(role, Access.DETAILS)


def read_calendars(items: Iterable[Item]) -> tuple[RemoteCalendar, ...]:
    """The calendars of an account. Whose a calendar is follows from its id, which for people's main calendars is their address,
    or from ``dataOwner``, which others have. Google tells addresses and no names; the calendar of that address has one, if it
    is among these."""
    found = tuple(items)
    me = next((each["id"] for each in found if each.get("primary") is True), "")
    names = {each["id"]: each.get("summary", "") for each in found}
    return tuple(read_calendar(each, me, names) for each in found)


def read_calendar(item: Item, me: str = "", names: Mapping[str, str] | None = None) -> RemoteCalendar:
    """``me``: the account's own address. ``names``: what the calendars of the list are called, by address."""
    owner = owner_of(item)
    owner = "" if item.get("primary") is True or owner == me else owner
    name = (names or {}).get(owner, "")
    return RemoteCalendar(
        id=item["id"],
        name=item.get("summaryOverride") or item.get("summary") or item["id"],
        zone=zone_or_utc(item.get("timeZone", "")),
        access=access_of(item.get("accessRole", "")),
        primary=item.get("primary") is True,
        colour=colour_of(item.get("backgroundColor", "")),
        owner=owner,
        owner_name="" if "@" in name else name,
    )


def owner_of(item: Item) -> str:
    """The address of the calendar's owner; empty for one that no person owns, such as holidays."""
    if owner := item.get("dataOwner"):
        return str(owner)
    return item["id"] if "@" in item["id"] and not item["id"].endswith(SYSTEM) else ""


def colour_of(text: str) -> str:
    """The one of our colours that is nearest to ``#rrggbb``."""
    try:
        red, green, blue = (int(text[at : at + 2], 16) / 255 for at in (1, 3, 5))
    except ValueError:
        return "fjord"
    hue, _, saturation = colorsys.rgb_to_hls(red, green, blue)
    if saturation < 0.15:
        return "slate"
    for until, name in ((0.05, "brick"), (0.19, "amber"), (0.47, "moss"), (0.68, "fjord"), (0.93, "heather")):
        if hue < until:
            return name
    return "brick"


# Events as we write them


def own_id(key: str, attempt: int = 0) -> str:
    """The id under which the draft with ``key`` is written, in base32hex as Google wants it. A deleted event keeps its id for
    ever, so another attempt needs another one."""
    digest = hashlib.sha256(f"{key}\0{attempt}".encode()).digest()[:20]
    return "aftale" + base64.b32hexencode(digest).decode().rstrip("=").lower()


def write_event(draft: EventDraft) -> dict[str, Any]:
    """The whole event of a draft. Out of office is written as busy: as a kind of its own Google takes it on primary calendars
    only and without guests. Working elsewhere is written as free."""
    start, end = write_times(draft)
    body: dict[str, Any] = {
        "summary": draft.title,
        "description": html.escape(draft.description, quote=False),
        "location": draft.location,
        "start": start,
        "end": end,
        "status": "tentative" if draft.show_as is ShowAs.TENTATIVE else "confirmed",
        "transparency": "transparent" if draft.show_as in (ShowAs.FREE, ShowAs.WORKING_ELSEWHERE) else "opaque",
        "attendees": [{"email": each} for each in draft.attendees],
        "extendedProperties": {"private": marks_of(draft)},
    }
    if draft.rrule:
        body["recurrence"] = [f"RRULE:{draft.rrule}"]
    if draft.online:
        request = {"requestId": own_id(draft.key), "conferenceSolutionKey": {"type": "hangoutsMeet"}}
        body["conferenceData"] = {"createRequest": request}
    return body


def marks_of(draft: EventDraft) -> dict[str, str]:
    """The private properties by which an event of ours is found again: key and booking, where it has them."""
    marks = {MARK: own_id(draft.key)} if draft.key else {}
    return marks | ({BOOKING: draft.booking} if draft.booking else {})


def write_times(draft: EventDraft) -> tuple[dict[str, Any], dict[str, Any]]:
    """Start and end. The wall carries its offset, for an hour that comes twice; the zone says where the series lives."""
    if draft.days:
        return {"date": draft.days.first.isoformat()}, {"date": draft.days.end.isoformat()}
    zone = ZoneInfo(draft.zone)
    start, end = (
        {"dateTime": datetime.fromtimestamp(at, UTC).astimezone(zone).isoformat(timespec="seconds"), "timeZone": draft.zone}
        for at in (draft.start, draft.end)
    )
    return start, end


def changes_of(draft: EventDraft, item: Item, zone: str) -> dict[str, Any]:
    """What a patch must say to bring the event ``item`` to the state of the draft; empty if it is there. Answers that guests
    gave stay, and so does all that drafts do not know."""
    wanted = write_event(draft)
    private = item.get("extendedProperties", {}).get("private", {})
    have: dict[str, Any] = {
        "summary": item.get("summary", ""),
        "description": item.get("description", ""),
        "location": item.get("location", ""),
        "status": item.get("status"),
        "transparency": item.get("transparency", "opaque"),
        "recurrence": list(item.get("recurrence", [])),
    }
    body = {name: wanted.get(name, []) for name, value in have.items() if wanted.get(name, []) != value}
    if read_times(item, zone) != (draft.days, *times_of(draft.days, draft.start, draft.end, zone)) or "recurrence" in body:
        body |= {name: _either(wanted[name]) for name in ("start", "end")}
    if marks := {name: value for name, value in marks_of(draft).items() if private.get(name) != value}:
        body["extendedProperties"] = {"private": marks}
    # Of a series' occurrence the mark is the series' own, which it inherits.
    if item.get("recurringEventId"):
        body.pop("recurrence", None)
        body.pop("extendedProperties", None)
    if sorted(draft.attendees) != sorted(each.get("email", "") for each in guests(item)):
        body["attendees"] = _invited(draft, item)
    if draft.online and not item.get("hangoutLink"):
        body["conferenceData"] = wanted["conferenceData"]
    return body


def _either(time: dict[str, Any]) -> dict[str, Any]:
    """A time for a patch, which would leave the other kind standing beside it."""
    return {"date": None, **time} if "dateTime" in time else {**time, "dateTime": None, "timeZone": None}


def _invited(draft: EventDraft, item: Item) -> list[dict[str, Any]]:
    """A patch replaces the whole list: those who stay keep what they answered."""
    known = {each["email"]: dict(each) for each in item.get("attendees", ()) if "email" in each}
    kept = [each for each in known.values() if each.get("self") or each.get("resource")]
    return kept + [known.get(email, {"email": email}) for email in draft.attendees]


def window(start: Instant, end: Instant) -> dict[str, str]:
    """The query of a window."""
    low, high = (to_wall(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for at in (start, end))
    return {"timeMin": low, "timeMax": high}
