"""Google's events and calendars as ours, and ours as Google's. Pure."""

from __future__ import annotations

import base64
import colorsys
import hashlib
import html
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.calendars import Days, Event, EventDraft, Response, ShowAs, days_to_instants
from app.domain.clock import Instant
from app.domain.connections import Access
from app.domain.series import to_wall
from app.providers.base import RemoteCalendar
from app.providers.events import times_of

Item = Mapping[str, Any]
BOOKING, MARK = "aftaleBooking", "aftaleKey"
"""Private properties of our events: the booking that made one, and what follows from the draft's key."""

EVENT_FIELDS = (
    "id,status,etag,summary,description,location,start,end,recurringEventId,recurrence,iCalUID,transparency,visibility,eventType,"
    "workingLocationProperties/type,organizer/self,attendees(email,self,resource,responseStatus),hangoutLink,"
    "conferenceData/createRequest/status,extendedProperties/private"
)
CALENDAR_FIELDS = "id,summary,summaryOverride,description,timeZone,accessRole,primary,deleted,backgroundColor"

ACCESS = {
    "owner": Access.OWNER,
    "writer": Access.EDIT,
    "writerWithoutPrivateAccess": Access.EDIT,
    "reader": Access.DETAILS,
    "freeBusyReader": Access.FREE_BUSY,
    "none": Access.FREE_BUSY,
}
RESPONSES = {
    "accepted": Response.ACCEPTED,
    "tentative": Response.TENTATIVE,
    "declined": Response.DECLINED,
    "needsAction": Response.UNANSWERED,
}


def access_of(role: str) -> Access:
    """What a role allows. One that is not known yet counts as *reader*: looked at, never written to by mistake."""
    return ACCESS.get(role, Access.DETAILS)


def read_calendar(item: Item) -> RemoteCalendar:
    return RemoteCalendar(
        id=item["id"],
        name=item.get("summaryOverride") or item.get("summary") or item["id"],
        zone=zone_or_utc(item.get("timeZone", "")),
        access=access_of(item.get("accessRole", "")),
        primary=item.get("primary") is True,
        colour=colour_of(item.get("backgroundColor", "")),
    )


def zone_or_utc(name: str) -> str:
    """Google's zones are those of the IANA; a secondary calendar may have none, and one may be newer than our data."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return "UTC"
    return name


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


# Events as we read them


def read_event(item: Item, calendar: str, zone: str) -> Event | None:
    """The event; None for one that is cancelled. Raises KeyError, TypeError or ValueError for what is no event.

    Of private events nothing but the time is kept, unless a booking of ours made them.
    """
    if item.get("status") == "cancelled":
        return None
    days, start, end = read_times(item, zone)
    marks = item["extendedProperties"].get("private", {}) if "extendedProperties" in item else {}
    private = item.get("visibility") in ("private", "confidential")
    words = {} if private and MARK not in marks else item
    description = words.get("description", "")
    return Event(
        id=item["id"],
        calendar=calendar,
        start=start,
        end=end,
        title=words.get("summary", ""),
        days=days,
        show_as=show_as_of(item),
        response=response_of(item),
        uid=item.get("iCalUID", ""),
        series=item.get("recurringEventId", ""),
        booking=marks.get(BOOKING, ""),
        location=words.get("location") or words.get("hangoutLink", ""),
        description=html.unescape(description) if MARK in marks else description,
        attendees=tuple([each["email"] for each in guests(words) if "email" in each]) if "attendees" in words else (),
        private=private,
        tag=item.get("etag", ""),
    )


def guests(item: Item) -> list[dict[str, Any]]:
    """The attendees other than the owner of the calendar and the rooms."""
    return [each for each in item.get("attendees", ()) if not each.get("self") and not each.get("resource")]


def read_times(item: Item, zone: str) -> tuple[Days | None, Instant, Instant]:
    """All-day events are days of the calendar's ``zone`` (SYNC-3), their end exclusive as ours."""
    start, end = item["start"], item["end"]
    if start.get("date"):
        days = Days(date.fromisoformat(start["date"]), date.fromisoformat(end["date"]))
        return days, *days_to_instants(days, zone)
    return None, read_instant(start, zone), read_instant(end, zone)


def read_instant(time: Item, zone: str) -> Instant:
    wall = datetime.fromisoformat(time["dateTime"])
    if wall.tzinfo is None:
        # The offset may be left to ``timeZone``.
        wall = wall.replace(tzinfo=ZoneInfo(zone_or_utc(time.get("timeZone", zone))))
    return int(wall.timestamp())


def show_as_of(item: Item) -> ShowAs:
    """Google knows opaque and transparent, and kinds of events that say more. ``status`` tentative is an event that its owner
    has not decided on."""
    kind = item.get("eventType", "default")
    if kind == "workingLocation":
        at_office = item.get("workingLocationProperties", {}).get("type") == "officeLocation"
        return ShowAs.FREE if at_office else ShowAs.WORKING_ELSEWHERE
    if kind == "birthday" or item.get("transparency") == "transparent":
        return ShowAs.FREE
    if kind == "outOfOffice":
        return ShowAs.OUT_OF_OFFICE
    return ShowAs.TENTATIVE if item.get("status") == "tentative" else ShowAs.BUSY


def response_of(item: Item) -> Response:
    """The answer of the calendar's owner. Whoever organises has accepted, but may decline an own event too."""
    if "attendees" not in item:
        return Response.OWN
    mine = next((each for each in item["attendees"] if each.get("self")), None)
    if mine is None:
        return Response.OWN
    said = RESPONSES.get(mine.get("responseStatus", ""), Response.UNANSWERED)
    return Response.OWN if item.get("organizer", {}).get("self") and said is not Response.DECLINED else said


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
