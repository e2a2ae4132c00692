"""What the service knows: people, calendars, events, consents. Its methods are what people do there without us."""

from __future__ import annotations

import itertools
import secrets
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from app.domain.clock import Instant
from app.domain.series import occurrence_id
from tests.servers.google.answers import Refusal
from tests.servers.google.events import (
    CHOICES,
    FOREVER,
    ID,
    Item,
    check,
    merged,
    occurrence,
    original_start,
    span,
    stamp,
    starts_of,
    touches,
)  # fmt: skip
from tests.servers.google.faults import Faults

RANK = {"none": 0, "freeBusyReader": 1, "reader": 2, "writerWithoutPrivateAccess": 3, "writer": 4, "owner": 5}
TOKENS_KEPT = 50
"""Sync tokens that a calendar remembers; older ones are answered with 410."""
ETAGS = itertools.count(3_181_161_784_712_000)


def etag() -> str:
    return f'"{next(ETAGS)}"'


class Clock:
    """The service's time: the computer's, moved by ``advance``."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> float:
        return time.time() + self.ahead

    def advance(self, seconds: float) -> None:
        self.ahead += seconds


@dataclass(slots=True)
class OAuthRegistration:
    """A client of type *Desktop app*. ``testing``: its consents end after seven days."""

    id: str
    secret: str
    testing: bool = False
    disabled: bool = False


@dataclass
class User:
    """``open``: cleared while answers are held back. ``pending_links``: answers in which a new video link is still made."""

    email: str
    name: str
    faults: Faults = field(default_factory=Faults)
    open: threading.Event = field(default_factory=threading.Event)
    pending_links: int = 0
    writes: list[tuple[str, str]] = field(default_factory=list)
    requests: int = 0

    def __post_init__(self) -> None:
        self.open.set()


@dataclass(slots=True)
class SyncPoint:
    """What a client saw when it got its token: etags by id, under the conditions of its first request."""

    conditions: dict[str, str]
    low: Instant | None
    high: Instant | None
    seen: dict[str, str]


@dataclass
class HeldCalendar:
    """``events`` by id, deleted ones with the status cancelled; ``exceptions`` of a series by the occurrence's id."""

    id: str
    summary: str
    zone: str
    roles: dict[str, str]
    primary: bool = False
    description: str = ""
    colour: str = "#9fe1e7"
    events: dict[str, Item] = field(default_factory=dict)
    exceptions: dict[str, dict[str, Item]] = field(default_factory=dict)
    points: dict[str, SyncPoint] = field(default_factory=dict)
    etag: str = field(default_factory=etag)
    meet: bool = True
    data_owner: str = ""

    def role(self, email: str) -> str:
        return self.roles.get(email, "none")

    # Looking

    def find(self, event: str) -> Item | None:
        """An event, a series or an occurrence, also a cancelled one."""
        if event in self.events:
            return self.events[event]
        split = original_start(event)
        series = self.events.get(split[0]) if split else None
        if split is None or series is None or "recurrence" not in series or series["status"] == "cancelled":
            return None
        exception = self.exceptions.get(series["id"], {}).get(event)
        if exception:
            return exception
        at = split[1]
        if isinstance(at, int) is not ("dateTime" in series["start"]):
            # An occurrence of before the series was made all-day, or timed.
            return None
        low = at if isinstance(at, int) else span(occurrence(series, at, self.zone), self.zone)[0]
        return occurrence(series, at, self.zone) if at in starts_of(series, self.zone, low, low) else None

    def occurrences(self, series: Item, low: Instant, high: Instant) -> Iterable[Item]:
        """All that may touch the window, cancelled ones too."""
        exceptions = self.exceptions.get(series["id"], {})
        for at in starts_of(series, self.zone, low, high):
            if occurrence_id(series["id"], at) not in exceptions:
                yield occurrence(series, at, self.zone)
        yield from exceptions.values()

    def listed(self, single: bool, low: Instant | None, high: Instant | None, deleted: bool, now: float) -> list[Item]:
        """The events of a window, series expanded or not."""
        found: list[Item] = []
        until = high if high is not None else int(now) + FOREVER
        for event in self.events.values():
            if "recurrence" not in event or event["status"] == "cancelled":
                found.append(event)
            elif single:
                found += self.occurrences(event, low if low is not None else span(event, self.zone)[0], until)
            else:
                # Cancelled occurrences of a series come along, for nothing else tells of them.
                found.append(event)
                found += self.exceptions.get(event["id"], {}).values()
        return [each for each in found if self._is_shown(each, single, low, high, deleted)]

    def _is_shown(self, item: Item, single: bool, low: Instant | None, high: Instant | None, deleted: bool) -> bool:
        if item["status"] == "cancelled" and not deleted and (single or "recurringEventId" not in item):
            return False
        if "recurrence" in item:
            return any(touches(each, self.zone, low, high) for each in self.occurrences(item, low or 0, high or 2**33))
        return "start" not in item or touches(item, self.zone, low, high)

    # Changing

    def put(self, item: Item, now: float) -> Item:
        """Files an event or an exception under a new etag."""
        item = {**item, "etag": etag(), "updated": stamp(now)}
        series = item.get("recurringEventId")
        if series:
            self.exceptions.setdefault(series, {})[item["id"]] = item
        else:
            before = self.events.get(item["id"], {})
            if _times(before) != _times(item):
                self.exceptions.pop(item["id"], None)
            self.events[item["id"]] = item
        return item


def _times(item: Item) -> object:
    """What the starts of a series follow from."""
    return item.get("start"), item.get("recurrence")


class GoogleService:
    """All accounts. ``lock`` guards everything: the socket lives in another thread than the tests."""

    def __init__(self) -> None:
        self.clock, self.lock = Clock(), threading.RLock()
        self.users: dict[str, User] = {}
        self.calendars: dict[str, HeldCalendar] = {}
        self.clients: dict[str, OAuthRegistration] = {}
        self.latency = 0.0
        self.recording = True
        self.most_a_page = 2500

    # People

    def add_user(self, email: str, name: str = "Anna", zone: str = "Europe/Copenhagen") -> User:
        """An account with its primary calendar."""
        with self.lock:
            self.users[email] = User(email, name)
            self.calendars[email] = HeldCalendar(email, name, zone, {email: "owner"}, primary=True)
            return self.users[email]

    def add_calendar(self, owner: str, summary: str, zone: str = "Europe/Copenhagen", **more: Any) -> HeldCalendar:
        """A secondary calendar, which has a person as its data owner."""
        with self.lock:
            name = f"{secrets.token_hex(13)}@group.calendar.google.com"
            self.calendars[name] = HeldCalendar(name, summary, zone, {owner: "owner"}, **{"data_owner": owner, **more})
            return self.calendars[name]

    def add_public(self, name: str, summary: str, reader: str, zone: str = "Europe/Copenhagen") -> HeldCalendar:
        """A calendar that Google itself keeps and somebody has subscribed to."""
        with self.lock:
            self.calendars[name] = HeldCalendar(name, summary, zone, {reader: "reader"})
            return self.calendars[name]

    def share(self, calendar: str, email: str, role: str) -> None:
        """Gives a role, another one, or with ``none`` takes it away."""
        with self.lock:
            self.calendars[calendar].roles[email] = role
            self.calendars[calendar].etag = etag()

    def remove_calendar(self, calendar: str) -> None:
        with self.lock:
            del self.calendars[calendar]

    # Events, as their owner makes them

    def insert(self, calendar: str, body: Item, by: str = "") -> Item:
        """Writes an event. Raises Refusal."""
        with self.lock:
            held, now = self.calendars[calendar], self.clock.now()
            event = check(body, held.zone)
            name = event.setdefault("id", secrets.token_hex(13))
            if not ID.fullmatch(name):
                raise Refusal(400, "invalid", "Invalid resource id value.")
            if name in held.events:
                raise Refusal(409, "duplicate")
            person = {"email": by or calendar} | ({"self": True} if (by or calendar) == calendar else {})
            event |= {
                "kind": "calendar#event", "created": stamp(now), "creator": person, "iCalUID": f"{name}@google.com",
                "organizer": {"email": calendar, "displayName": held.summary, "self": True}, "sequence": 0,
                "htmlLink": f"https://www.google.com/calendar/event?eid={name}",
            }  # fmt: skip
            event.setdefault("status", "confirmed")
            event.setdefault("eventType", "default")
            event.setdefault("reminders", {"useDefault": True})
            for guest in event.get("attendees", ()):
                if guest["email"] == calendar:
                    guest |= {"self": True, "organizer": True}
            return held.put(event, now)

    def edit(self, calendar: str, event: str, body: Item, whole: bool = False) -> Item:
        """Changes an event, a series, or one occurrence, which becomes an exception. Raises Refusal."""
        with self.lock:
            held, now = self.calendars[calendar], self.clock.now()
            before = held.find(event)
            if before is None:
                raise Refusal(404)
            if before["status"] == "cancelled":
                # An id that was deleted stays taken, and is not brought back this way.
                raise Refusal(403, "forbidden", "Cannot modify a cancelled event.")
            kept = {name: value for name, value in before.items() if name not in ("etag", "updated")}
            wanted = {name: value for name, value in body.items() if name != "id"} if whole else merged(kept, body)
            if "recurringEventId" in before and wanted.get("recurrence"):
                raise Refusal(400, "invalid", "Cannot change the recurrence of an instance.")
            after = check({**wanted, "id": event}, held.zone)
            fixed = {
                name: kept[name]
                for name in (
                    "kind", "created", "creator", "organizer", "iCalUID", "htmlLink", "eventType", "recurringEventId",
                    "originalStartTime", "hangoutLink", "conferenceData", "reminders",
                )
                if name in kept
            }  # fmt: skip
            after = {**fixed, **after, "sequence": kept.get("sequence", 0) + 1}
            after.setdefault("status", "confirmed")
            return held.put(after, now)

    def delete(self, calendar: str, event: str) -> None:
        """Removes an event or a series, or cancels an occurrence. Raises Refusal."""
        with self.lock:
            held, now = self.calendars[calendar], self.clock.now()
            before = held.find(event)
            if before is None:
                raise Refusal(404)
            if before["status"] == "cancelled":
                raise Refusal(410, "deleted")
            after = {**before, "status": "cancelled"}
            after.pop("recurrence", None)
            held.exceptions.pop(event, None)
            held.put(after, now)

    def answer_invitation(self, calendar: str, event: str, email: str, answer: str) -> None:
        """A guest says yes or no."""
        with self.lock:
            held = self.calendars[calendar]
            item = held.find(event)
            assert item is not None
            guests = [each | ({"responseStatus": answer} if each["email"] == email else {}) for each in item["attendees"]]
            held.put({**item, "attendees": guests}, self.clock.now())

    def put_raw(self, calendar: str, **item: Any) -> Item:
        """An event that only the service itself or other programs make: kinds, invitations of others, odd fields."""
        with self.lock:
            assert item.get("eventType", "default") in CHOICES["eventType"]
            name = item.setdefault("id", secrets.token_hex(13))
            whole = {"kind": "calendar#event", "status": "confirmed", "iCalUID": f"{name}@google.com"} | item
            return self.calendars[calendar].put(whole, self.clock.now())

    def forget_tokens(self, calendar: str) -> None:
        """All sync tokens of a calendar end."""
        with self.lock:
            self.calendars[calendar].points.clear()

    def purge_deleted(self, calendar: str) -> None:
        """Deleted events are forgotten, as after a month; their ids stay taken."""
        with self.lock:
            for event in self.calendars[calendar].events.values():
                if event["status"] == "cancelled":
                    event["purged"] = True
