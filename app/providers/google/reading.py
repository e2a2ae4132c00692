"""Google's events as ours. Pure, and quick: a first reading brings ten thousand of them, and nobody shall notice."""

from __future__ import annotations

import html
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.calendars import Days, Event, Response, ShowAs, days_to_instants
from app.domain.clock import Instant
from app.providers.events import quick_event

Item = Mapping[str, Any]
BOOKING, MARK = "aftaleBooking", "aftaleKey"
"""Private properties of our events: the booking that made one, and what follows from the draft's key."""

LISTED_FIELDS = (
    "id,status,summary,description,location,start,end,recurringEventId,iCalUID,transparency,visibility,eventType,"
    "workingLocationProperties/type,organizer/self,attendees(email,self,resource,responseStatus),hangoutLink,created,source/url,"
    "conferenceData/conferenceSolution/key/type,extendedProperties"
)
"""What is read of an event: of ten thousand every one counts that is left out."""
EVENT_FIELDS = f"{LISTED_FIELDS},etag,recurrence,conferenceData/createRequest/status"
"""The same and what writing needs."""
RESPONSES = {
    "accepted": Response.ACCEPTED,
    "tentative": Response.TENTATIVE,
    "declined": Response.DECLINED,
    "needsAction": Response.UNANSWERED,
}
HIDDEN = ("private", "confidential")
OF_GOOGLE = ("fromGmail", "birthday")
"""Kinds of events that Google makes by itself."""
_NOTHING: Item = {}
_MIDNIGHT = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp())


def read_event(item: Item, calendar: str, zone: str) -> Event | None:
    """The event; None for one that is cancelled. Raises KeyError, TypeError or ValueError for what is no event."""
    return Reader(calendar, zone).event(item)


class Reader:
    """Reads events of one calendar in ``zone``. It remembers days and times of day, which repeat from event to event."""

    def __init__(self, calendar: str, zone: str) -> None:
        self._calendar, self._zone = calendar, zone
        self._spans: dict[tuple[str, str], tuple[Days, Instant, Instant]] = {}
        self._midnights: dict[str, Instant] = {}
        self._times: dict[str, int] = {}

    def event(self, item: Item) -> Event | None:
        """The event; None for one that is cancelled. Raises KeyError, TypeError or ValueError for what is no event.

        Of private events nothing but the time is kept, unless a booking of ours made them.
        """
        get = item.get
        if get("status") == "cancelled":
            return None
        days, start, end = self.times(item)
        marks = properties.get("private") or _NOTHING if (properties := get("extendedProperties")) else _NOTHING
        ours, private = MARK in marks, get("visibility") in HIDDEN
        attendees, declined, mine = _people(people) if (people := get("attendees")) else ((), (), None)
        if private and not ours:
            attendees, declined, get = (), (), _NOTHING.get
        # What nearly all events are is seen at once.
        plain = item.get("eventType") == "default" and item.get("status") == "confirmed" and "transparency" not in item
        show_as = ShowAs.BUSY if plain else show_as_of(item)
        description = get("description") or ""
        return quick_event(
            item["id"],
            self._calendar,
            start,
            end,
            get("summary") or "",
            days,
            show_as,
            Response.OWN if mine is None else _answer(mine, item),
            item.get("iCalUID") or "",
            item.get("recurringEventId") or "",
            marks.get(BOOKING, ""),
            get("location") or get("hangoutLink") or "",
            html.unescape(description) if ours else description,
            attendees,
            private,
            "",
            "",
            declined,
            int(datetime.fromisoformat(created).timestamp()) if (created := get("created")) else 0,
            not ours and is_by_program(item),
        )

    def times(self, item: Item) -> tuple[Days | None, Instant, Instant]:
        """All-day events are days of the calendar's zone (SYNC-3), their end exclusive as ours."""
        start, end = item["start"], item["end"]
        if not start.get("date"):
            return None, self._instant(start), self._instant(end)
        span = (start["date"], end["date"])
        if span not in self._spans:
            days = Days(*map(date.fromisoformat, span))
            self._spans[span] = (days, *days_to_instants(days, self._zone))
        return self._spans[span]

    def _instant(self, time: Item) -> Instant:
        """Midnight and time of day in UTC, each looked up: four times as quick as ``datetime.fromisoformat``."""
        text = time["dateTime"]
        day, rest = text[:10], text[10:]
        try:
            return self._midnights[day] + self._times[rest]
        except KeyError:
            at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            # The offset may be left to ``timeZone``.
            return int(at.replace(tzinfo=ZoneInfo(zone_or_utc(time.get("timeZone", self._zone)))).timestamp())
        if rest.startswith("T"):
            self._midnights[day] = int(datetime.fromisoformat(f"{day}T00:00:00Z").timestamp())
            self._times[rest] = int(datetime.fromisoformat(f"2000-01-01{rest}").timestamp()) - _MIDNIGHT
        return int(at.timestamp())


def read_times(item: Item, zone: str) -> tuple[Days | None, Instant, Instant]:
    return Reader("", zone).times(item)


def zone_or_utc(name: str) -> str:
    """Google's zones are those of the IANA; a secondary calendar may have none, and one may be newer than our data."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return "UTC"
    return name


def guests(item: Item) -> list[dict[str, Any]]:
    """The attendees other than the owner of the calendar and the rooms."""
    return [each for each in item.get("attendees", ()) if not each.get("self") and not each.get("resource")]


def _people(attendees: list[Item]) -> tuple[tuple[str, ...], tuple[str, ...], Item | None]:
    """The guests, those of them who said no, and the entry of the calendar's owner."""
    mine: Item | None = None
    invited, declined = [], []
    for each in attendees:
        if each.get("self"):
            mine = mine or each
        elif "email" in each and not each.get("resource"):
            invited.append(each["email"])
            if each.get("responseStatus") == "declined":
                declined.append(each["email"])
    return tuple(invited), tuple(declined), mine


def response_of(item: Item) -> Response:
    """The answer of the calendar's owner; their own where nobody asked."""
    mine = _people(item.get("attendees", []))[2]
    return Response.OWN if mine is None else _answer(mine, item)


def _answer(mine: Item, item: Item) -> Response:
    """Whoever organises has accepted, but may decline an own event too."""
    said = RESPONSES.get(mine.get("responseStatus", ""), Response.UNANSWERED)
    return Response.OWN if item.get("organizer", _NOTHING).get("self") and said is not Response.DECLINED else said


def show_as_of(item: Item) -> ShowAs:
    """Google knows opaque and transparent, and kinds of events that say more. ``status`` tentative is an event that its owner
    has not decided on."""
    kind = item.get("eventType", "default")
    if kind == "workingLocation":
        at_office = item.get("workingLocationProperties", _NOTHING).get("type") == "officeLocation"
        return ShowAs.FREE if at_office else ShowAs.WORKING_ELSEWHERE
    if kind == "birthday" or item.get("transparency") == "transparent":
        return ShowAs.FREE
    if kind == "outOfOffice":
        return ShowAs.OUT_OF_OFFICE
    return ShowAs.TENTATIVE if item.get("status") == "tentative" else ShowAs.BUSY


def is_by_program(item: Item) -> bool:
    """Whether a program made the event, as far as Google lets us tell: it never names the program, so one that leaves no trace
    is taken for the owner.

    Traces are ``source`` (what the event was made from: only programs set it), the kinds that Google makes by itself, and
    extended properties, which only programs write. Of these a video service's add-on leaves some in events that people make by
    hand and add a meeting to, so they say nothing where the meeting is an add-on's.
    """
    if "source" in item or item.get("eventType") in OF_GOOGLE:
        return True
    return bool(item.get("extendedProperties")) and _solution(item) != "addOn"


def _solution(item: Item) -> object:
    solution = item.get("conferenceData", _NOTHING).get("conferenceSolution", _NOTHING)
    return solution.get("key", _NOTHING).get("type")
