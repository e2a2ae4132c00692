"""Items of EWS as events. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.domain.calendars import Days, Event, Response, ShowAs, days_to_instants
from app.domain.clock import Instant
from app.providers.events import quick_event
from app.providers.exchange.items import SINGLE, Item, instant_of
from app.providers.exchange.zones import iana_zone

SHOWS = {
    "Free": ShowAs.FREE,
    "Tentative": ShowAs.TENTATIVE,
    "Busy": ShowAs.BUSY,
    "OOF": ShowAs.OUT_OF_OFFICE,
    "WorkingElsewhere": ShowAs.WORKING_ELSEWHERE,
}
"""``NoData``, and what else may come, counts as busy."""
SHOWN = {ours: theirs for theirs, ours in SHOWS.items()}
RESPONSES = {
    "Unknown": Response.OWN,
    "Organizer": Response.OWN,
    "Tentative": Response.TENTATIVE,
    "Accept": Response.ACCEPTED,
    "Decline": Response.DECLINED,
    "NoResponseReceived": Response.UNANSWERED,
}


@dataclass(frozen=True, slots=True)
class Details:
    """What a view does not tell."""

    text: str = ""
    attendees: tuple[str, ...] = ()
    declined: tuple[str, ...] = ()


NO_DETAILS = Details()


@dataclass(frozen=True, slots=True)
class Home:
    """Whose calendar it is: ``me``, their address; ``zone``: where they live."""

    me: str
    zone: str


def mark_of(key: str) -> str:
    """What is noted of a draft's key: fit for a search, whatever the key is."""
    return hashlib.sha256(key.encode()).hexdigest()[:40]


def has_details(item: Item) -> bool:
    """Whether there is something to be told that a view does not."""
    return bool(item.key or item.booking or (item.says("IsMeeting") and is_open(item)))


def is_open(item: Item) -> bool:
    return item.plain.get("Sensitivity", "Normal") == "Normal"


def details_of(item: Item, home: Home) -> Details:
    """Of an item that was asked for with all that is read of it."""
    text = item.plain.get("Body", "").replace("\r\n", "\n").rstrip()
    me = home.me.lower()
    found: dict[str, None] = {}
    if item.organizer and item.plain.get("MyResponseType", "Organizer") not in ("Organizer", "Unknown"):
        found[item.organizer] = None
    found |= {each.address: None for each in item.people}
    declined = tuple(each.address for each in item.people if each.response == "Decline" and each.address.lower() != me)
    return Details(text, tuple(each for each in found if each.lower() != me), declined)


def event_of(item: Item, calendar: str, home: Home, details: Details = NO_DETAILS, series: str = "") -> Event | None:
    """The event; None for one that is cancelled. Raises KeyError or ValueError for what is no event.

    Of private events nothing but the time is kept, unless a booking of ours made them.
    """
    if item.says("IsCancelled"):
        return None
    plain = item.plain
    days, start, end = times_of_item(item, home)
    open_ = is_open(item)
    told = open_ or bool(item.key)
    return quick_event(
        item.id, calendar, start, end,
        plain.get("Subject", "") if told else "",
        days,
        ShowAs.BUSY if item.unread else SHOWS.get(plain.get("LegacyFreeBusyStatus", ""), ShowAs.BUSY),
        RESPONSES.get(plain.get("MyResponseType", "Unknown"), Response.UNANSWERED),
        plain.get("UID", ""),
        series,
        item.booking,
        plain.get("Location", "") if told else "",
        details.text if told else "",
        details.attendees if told else (),
        not open_,
        # An occurrence has the change key of its series, which changes with every other occurrence.
        item.change if item.kind == SINGLE else "",
        "",
        details.declined if told else (),
        created_of(plain.get("DateTimeCreated", "")),
        False,
    )  # fmt: skip


def created_of(text: str) -> Instant:
    """0 where it was not told or cannot be read."""
    try:
        return max(0, instant_of(text)) if text else 0
    except ValueError:
        return 0


def times_of_item(item: Item, home: Home) -> tuple[Days | None, Instant, Instant]:
    """All-day events come as instants, midnights of the zone that they were made in: they are days of their owner (SYNC-3)."""
    if not item.says("IsAllDayEvent"):
        return None, item.start, item.end
    days = days_of(item, home)
    return days, *days_to_instants(days, home.zone)


def days_of(item: Item, home: Home) -> Days:
    """The days of an all-day event, at least one."""
    first = day_at(item.start, item.zone, home.zone)
    last = day_at(item.end, item.end_zone or item.zone, home.zone)
    return Days(first, max(last, first + timedelta(days=1)))


def day_at(midnight: Instant, zone: str, here: str) -> date:
    """The day that begins at ``midnight``. Where nobody knows the zone, the one in which it is one, or nearly."""
    moment = datetime.fromtimestamp(midnight, UTC)
    for name in (iana_zone(zone, here), here):
        if name:
            wall = moment.astimezone(ZoneInfo(name))
            if (wall.hour, wall.minute) == (0, 0):
                return wall.date()
    return (moment + timedelta(hours=12)).date()


def fingerprint_of(event: Event) -> int:
    """A number for all that is known of an event: equal for equal ones, in any process."""
    days = f"{event.days.first}/{event.days.end}" if event.days else ""
    text = "\x1f".join(
        (
            event.id, str(event.start), str(event.end), days, event.title, event.show_as, event.response, event.uid,
            event.series, event.booking, event.location, event.description, event.tag, str(event.created),
            str(event.private), *event.attendees, "\x1e", *event.declined,
        )
    )  # fmt: skip
    return int.from_bytes(hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=7).digest(), "big")
