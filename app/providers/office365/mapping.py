"""Graph's events and calendars as ours; ours as Graph's are in ``drafts``. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.calendars import Days, Event, Response, ShowAs, days_to_instants
from app.domain.clock import Instant
from app.domain.connections import Access
from app.providers.base import RemoteCalendar
from app.providers.events import quick_event
from app.providers.office365.zones import iana_zone

Item = Mapping[str, Any]
OURS = "{4f0c3f5e-9a1b-4c53-8d07-6b1e0a7d2c94}"
"""The property set of what we note in events."""
BOOKING, MARK = f"String {OURS} Name AftaleBooking", f"String {OURS} Name AftaleKey"
"""Extended properties of our events: the booking that made one, and what follows from the draft's key."""
CREATED = "SystemTime 0x3007"
"""When an event was made (PidTagCreationTime): a calendar view cannot ``$select`` createdDateTime."""

EVENT_FIELDS = (
    "id,iCalUId,subject,body,start,end,isAllDay,showAs,sensitivity,isCancelled,isOrganizer,organizer,responseStatus,"
    "seriesMasterId,type,transactionId,location,attendees,originalStartTimeZone,isOnlineMeeting,onlineMeeting"
)
ONE_EVENT_FIELDS = EVENT_FIELDS + ",recurrence"
EXPANDED = "singleValueExtendedProperties($filter=" + " or ".join(f"id eq '{each}'" for each in (BOOKING, MARK, CREATED)) + ")"
CALENDAR_FIELDS = "id,name,color,isDefaultCalendar,canEdit,owner,allowedOnlineMeetingProviders"

TEAMS = "teamsForBusiness"
OUR_TRANSACTIONS, OUTLOOKS_TRANSACTIONS = "aftale:", "localevent:"
BLOB = "_" * 20
"""With a line of these begins what Teams writes below the text of its meetings."""

SHOWS = {
    "free": ShowAs.FREE,
    "tentative": ShowAs.TENTATIVE,
    "busy": ShowAs.BUSY,
    "oof": ShowAs.OUT_OF_OFFICE,
    "workingElsewhere": ShowAs.WORKING_ELSEWHERE,
}
SHOWN = {ours: theirs for theirs, ours in SHOWS.items()}
RESPONSES = {
    "none": Response.OWN,
    "organizer": Response.OWN,
    "accepted": Response.ACCEPTED,
    "tentativelyAccepted": Response.TENTATIVE,
    "declined": Response.DECLINED,
    "notResponded": Response.UNANSWERED,
}
COLOURS = {
    "lightGreen": "moss", "lightOrange": "amber", "lightYellow": "amber", "lightGray": "slate", "lightPink": "heather",
    "lightBrown": "brick", "lightRed": "brick",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Home:
    """Whose calendar it is. ``zone``: where the owner lives; empty where nobody tells, then each event's own zone counts."""

    zone: str = ""
    owner: str = ""
    owner_name: str = ""
    shared: bool = False
    teams: bool = False
    access: Access = Access.OWNER

    def zone_of(self, item: Item) -> str:
        return self.zone or iana_zone(item.get("originalStartTimeZone") or "") or "UTC"


# Calendars


def home_of(item: Item, me: str, zone: str, me_shared: bool = False) -> Home:
    """What a calendar of the list says of its owner. ``me``: the address of the mailbox that was signed in to."""
    owner = item.get("owner") or {}
    address = owner.get("address") or me
    shared = address.lower() != me.lower()
    edits = item.get("canEdit") is not False
    access = (Access.EDIT if shared else Access.OWNER) if edits else Access.DETAILS
    teams = TEAMS in (item.get("allowedOnlineMeetingProviders") or ())
    return Home("" if shared else zone, address, owner.get("name") or "", shared, teams, access)


def read_calendar(item: Item, home: Home, zone: str, access: Access) -> RemoteCalendar:
    """``zone`` is that of the account, for calendars that say none. Owners are told of shared calendars alone."""
    return RemoteCalendar(
        id=item["id"],
        name=item.get("name") or item["id"],
        zone=home.zone or zone or "UTC",
        access=access,
        primary=item.get("isDefaultCalendar") is True and not home.shared,
        colour=COLOURS.get(item.get("color", ""), "fjord"),
        owner=home.owner if home.shared else "",
        owner_name=home.owner_name if home.shared else "",
    )


# Events as we read them


def read_event(item: Item, calendar: str, home: Home) -> Event | None:
    """The event; None for one that is cancelled. Raises KeyError, TypeError or ValueError for what is no event.

    Of private events nothing but the time is kept, unless a booking of ours made them.
    """
    if item.get("isCancelled"):
        return None
    days, start, end = read_times(item, home)
    marks = marks_in(item)
    private = item.get("sensitivity", "normal") != "normal"
    words: Item = {} if private and MARK not in marks else item
    attendees, declined = people(words, home) if words.get("attendees") or not item.get("isOrganizer", True) else ((), ())
    return quick_event(
        item["id"],
        calendar,
        start,
        end,
        words.get("subject") or "",
        days,
        SHOWS.get(item.get("showAs", ""), ShowAs.BUSY),
        response_of(item),
        item.get("iCalUId") or "",
        item.get("seriesMasterId") or "",
        marks.get(BOOKING, ""),
        place_of(words),
        text_of(words),
        attendees,
        private,
        # An occurrence has the tag of its series, which changes with every other occurrence.
        "" if item.get("type") == "occurrence" else item.get("@odata.etag", ""),
        "",
        declined,
        instant_of(marks[CREATED]) if CREATED in marks else 0,
        is_by_program(item.get("transactionId") or ""),
    )


def read_times(item: Item, home: Home) -> tuple[Days | None, Instant, Instant]:
    """All-day events come as midnights of no zone in particular: they are days of their owner (SYNC-3), end exclusive."""
    start, end = item["start"], item["end"]
    if item.get("isAllDay"):
        days = Days(date.fromisoformat(start["dateTime"][:10]), date.fromisoformat(end["dateTime"][:10]))
        return days, *days_to_instants(days, home.zone_of(item))
    return None, read_instant(start), read_instant(end)


def read_instant(time: Item) -> Instant:
    """The instant of a dateTimeTimeZone. UTC was asked for; a server that does not listen says which zone it took."""
    wall = datetime.fromisoformat(time["dateTime"][:19])
    zone = time.get("timeZone") or "UTC"
    return int(wall.replace(tzinfo=UTC if zone == "UTC" else ZoneInfo(iana_zone(zone) or "UTC")).timestamp())


def instant_of(text: str) -> Instant:
    """A moment with its offset; 0 for one that makes no sense, as Exchange's year 1 does not."""
    try:
        return max(0, int(datetime.fromisoformat(text[:19]).replace(tzinfo=UTC).timestamp()))
    except (ValueError, OverflowError):
        return 0


def marks_in(item: Item) -> dict[str, str]:
    """The extended properties that were asked for. Exchange writes their ids with capitals of its own."""
    found = item.get("singleValueExtendedProperties")
    if not found:
        return {}
    names = {each.lower(): each for each in (BOOKING, MARK, CREATED)}
    return {names[key]: each.get("value") or "" for each in found if (key := str(each["id"]).lower()) in names}


def response_of(item: Item) -> Response:
    """The answer of the calendar's owner. Whoever organises has nothing to answer."""
    said = RESPONSES.get((item.get("responseStatus") or {}).get("response", "none"), Response.UNANSWERED)
    return Response.OWN if item.get("isOrganizer") and said is not Response.DECLINED else said


def people(item: Item, home: Home) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Everybody but the owner and the rooms, whoever invited included; and those who said no."""
    found: dict[str, None] = {}
    declined: list[str] = []
    if not item.get("isOrganizer", True) and (host := address_of(item.get("organizer") or {})):
        found[host] = None
    for each in item.get("attendees") or ():
        if each.get("type") == "resource" or not (address := address_of(each)):
            continue
        found[address] = None
        if (each.get("status") or {}).get("response") == "declined":
            declined.append(address)
    owner = home.owner.lower()
    return tuple(each for each in found if each.lower() != owner), tuple(each for each in declined if each.lower() != owner)


def address_of(person: Item) -> str:
    return (person.get("emailAddress") or {}).get("address") or ""


def guests(item: Item) -> list[str]:
    """The addresses that were invited, without rooms."""
    found = (address_of(each) for each in item.get("attendees") or () if each.get("type") != "resource")
    return [each for each in found if each]


def place_of(item: Item) -> str:
    """Where it is; of a video meeting that is nowhere else, its link."""
    name = (item.get("location") or {}).get("displayName") or ""
    link = (item.get("onlineMeeting") or {}).get("joinUrl") or ""
    return link if link and (not name or name.startswith("Microsoft Teams")) else name


def text_of(item: Item) -> str:
    """The text of an event as plain text was asked for, without what Teams adds to it."""
    text: str = (item.get("body") or {}).get("content") or ""
    if not text:
        return ""
    text = text.replace("\r\n", "\n")
    if item.get("isOnlineMeeting"):
        text = text.partition(BLOB)[0]
    return text.rstrip()


def is_by_program(transaction: str) -> bool:
    """A transaction id is set by programs; also by Outlook itself, whose owner typed the event."""
    return bool(transaction) and not transaction.lower().startswith((OUR_TRANSACTIONS, OUTLOOKS_TRANSACTIONS))


def hides_details(items: list[Item]) -> bool:
    """Whether somebody else's calendar shows free and busy alone: its events come without subject and without who organises,
    and every event has the latter."""
    open_ones = [each for each in items if each.get("sensitivity", "normal") == "normal"]
    return bool(open_ones) and not any(each.get("subject") or address_of(each.get("organizer") or {}) for each in open_ones)


def window(start: Instant, end: Instant) -> dict[str, str]:
    """The query of a window."""
    low, high = (datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for at in (start, end))
    return {"startDateTime": low, "endDateTime": high}
