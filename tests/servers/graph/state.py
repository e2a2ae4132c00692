"""What the service knows: people, mailboxes, calendars, mail that went out. Its methods are what people do there without us."""

from __future__ import annotations

import math
import threading
import time
import uuid
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from tests.servers.graph.answers import Refusal, invalid, not_found
from tests.servers.graph.calendars import HeldCalendar
from tests.servers.graph.events import FRESH, NOWHERE, Item, check_names, checked, set_times, stamp, wall
from tests.servers.graph.faults import Faults
from tests.servers.graph.ids import calendar_id, new_place, new_token, read_id
from tests.servers.graph.invitations import copy_of, deliver
from tests.servers.graph.zones import windows_name

TENANT = "8c5b21f7-5a04-4d55-9a0f-3bb2ad02f1c4"
PERSONAL_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"
"""Where all personal accounts live."""
QUOTA_TIME = 600
"""Seconds over which requests are counted."""
ASKED_FOR = {"start", "end", "isAllDay", "recurrence"}
"""Changing these in a series ends its exceptions."""


class Clock:
    """The service's time: the computer's, moved by ``advance``."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> float:
        return time.time() + self.ahead

    def advance(self, seconds: float) -> None:
        self.ahead += seconds


@dataclass(slots=True)
class AppRegistration:
    """An app of the platform *Mobile and desktop*. ``audience``: ``all``, ``work``, ``personal``, or one tenant's id."""

    id: str
    redirects: tuple[str, ...] = ("http://localhost",)
    audience: str = "all"
    name: str = "Aftale"


@dataclass
class User:
    """``open``: cleared while answers are held back. ``mailbox``: False for a guest, or who has the mailbox elsewhere.
    ``upn``: the name to sign in with, where it is not the address. ``running`` and ``most_running``: requests under way, now
    and at most."""

    email: str
    name: str
    zone: str
    tenant: str
    mailbox: bool = True
    purpose: str = "user"
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    faults: Faults = field(default_factory=Faults)
    open: threading.Event = field(default_factory=threading.Event)
    writes: list[tuple[str, str]] = field(default_factory=list)
    requests: int = 0
    running: int = 0
    most_running: int = 0
    needs_admin: bool = False
    recent: deque[float] = field(default_factory=deque)
    upn: str = ""

    def __post_init__(self) -> None:
        self.open.set()
        self.upn = self.upn or self.email

    def over_quota(self, now: float, quota: int) -> int:
        """Seconds to wait if the mailbox had ``quota`` requests in the last ten minutes, else 0. Counts this one."""
        while self.recent and self.recent[0] <= now - QUOTA_TIME:
            self.recent.popleft()
        if len(self.recent) >= quota:
            return max(1, math.ceil(self.recent[0] + QUOTA_TIME - now))
        self.recent.append(now)
        return 0


@dataclass(frozen=True, slots=True)
class Mail:
    """Somebody was written to. ``kind``: invited, updated, cancelled or declined."""

    kind: str
    sender: str
    guests: tuple[str, ...]
    event: str
    subject: str = ""
    comment: str = ""


class GraphService:
    """All mailboxes. ``lock`` guards everything: the socket lives in another thread than the tests. ``concurrency`` and
    ``quota``: requests that a mailbox takes at once, and in ten minutes."""

    def __init__(self) -> None:
        self.clock, self.lock = Clock(), threading.RLock()
        self.users: dict[str, User] = {}
        self.calendars: dict[str, HeldCalendar] = {}
        self.clients: dict[str, AppRegistration] = {}
        self.mails: list[Mail] = []
        self.latency = 0.0
        self.recording = True
        self.concurrency = 4
        self.quota = 10_000

    # People

    def add_user(self, email: str, name: str = "Anna", zone: str = "Europe/Copenhagen", **more: Any) -> User:
        """A work account, or with ``tenant=PERSONAL_TENANT`` a personal one, with its default calendar."""
        with self.lock:
            user = User(email, name, windows_name(zone), **{"tenant": TENANT, **more})
            self.users[email] = user
            if user.mailbox:
                providers = () if user.tenant == PERSONAL_TENANT else ("teamsForBusiness",)
                self.add_calendar(email, "Calendar", default=True, removable=False, online=providers)
            return user

    def add_calendar(self, owner: str, name: str, **more: Any) -> HeldCalendar:
        with self.lock:
            held = HeldCalendar(calendar_id(), name, owner, **more)
            self.calendars[held.id] = held
            return held

    def default(self, email: str) -> HeldCalendar:
        return next(each for each in self.calendars.values() if each.owner == email and each.default)

    def share(self, calendar: str, email: str, role: str) -> None:
        """Gives a role, another one, or with ``none`` takes it away."""
        with self.lock:
            held = self.calendars[calendar]
            held.roles[email] = role
            held.touch()

    def remove_calendar(self, calendar: str) -> None:
        with self.lock:
            del self.calendars[calendar]

    # Events, as their owner makes them

    def find(self, calendar: str, event: str) -> Item | None:
        """By an id of either kind."""
        named = read_id(event)
        return self.calendars[calendar].find(named) if named else None

    def insert(self, calendar: str, body: Item, by: str = "") -> Item:
        """Writes an event; guests are invited. ``id`` is its immutable id. Raises Refusal."""
        with self.lock:
            held, now = self.calendars[calendar], self.clock.now()
            given = checked(check_names(body))
            item = {**FRESH, "location": dict(NOWHERE), "_extended": {}, **given}
            set_times(item)
            self._set_meeting(item, held)
            token = new_token()
            organizer = self.users[held.owner]
            item |= {
                "_token": token, "_place": new_place(), "_by": held.owner, "_zone": item["start"]["timeZone"],
                "createdDateTime": stamp(now), "lastModifiedDateTime": stamp(now), "isOrganizer": True,
                "iCalUId": f"040000008200E00074C5B7101A82E008000000{token.upper()}",
                "type": "seriesMaster" if item["recurrence"] else "singleInstance",
                "responseStatus": {"response": "organizer", "time": "0001-01-01T00:00:00Z"},
                "organizer": {"emailAddress": {"name": organizer.name, "address": organizer.email}},
            }  # fmt: skip
            held.put(item)
            self._write_to_guests("invited", item)
            return item

    def edit(self, calendar: str, event: str, body: Item, strict: bool = False) -> Item:
        """Changes an event, a series, or one occurrence, which becomes an exception. ``strict``: an occurrence stays between
        its neighbours. Raises Refusal."""
        with self.lock:
            held = self.calendars[calendar]
            before = self.find(calendar, event)
            if before is None:
                raise not_found()
            if "transactionId" in body and body["transactionId"] != before["transactionId"]:
                raise Refusal(400, "ErrorInvalidPropertySet", "The property 'transactionId' cannot be changed.")
            given = checked(check_names(body))
            if before["isOnlineMeeting"] and given.get("isOnlineMeeting", True) is False:
                raise invalid("An online meeting cannot be turned back into another one.")
            if "_stamp" in before:
                after = self._edit_occurrence(held, before, given, strict)
            else:
                after = self._edit_whole(held, before, given)
            self._write_to_guests("updated", after)
            return after

    def _edit_whole(self, held: HeldCalendar, before: Item, given: Item) -> Item:
        after = {**before, **given, "lastModifiedDateTime": stamp(self.clock.now())}
        after["_extended"] = {**before["_extended"], **given.get("_extended", {})}
        if after["recurrence"] is not None and "recurrence" not in given and isinstance(after["start"], dict):
            limits = {**after["recurrence"]["range"], "startDate": str(after["start"].get("dateTime"))[:10]}
            after["recurrence"] = {**after["recurrence"], "range": limits}
        set_times(after)
        self._set_meeting(after, held)
        after["type"] = "seriesMaster" if after["recurrence"] else "singleInstance"
        after["_zone"] = after["start"]["timeZone"]
        if any(after[name] != before[name] for name in ASKED_FOR):
            held.exceptions.pop(after["_token"], None)
            held.cancelled.pop(after["_token"], None)
        return held.put(after)

    def _edit_occurrence(self, held: HeldCalendar, before: Item, given: Item, strict: bool) -> Item:
        if given.get("recurrence") is not None:
            raise invalid("The recurrence of an occurrence cannot be set.")
        given.pop("recurrence", None)
        series = held.events[before["_token"]]
        after = {**before, **given, "lastModifiedDateTime": stamp(self.clock.now())}
        set_times(after)
        if strict and wall(after["start"]).date() != wall(before["start"]).date():
            held.check_between(series, before["_stamp"], after)
        self._set_meeting(after, held)
        kept = ("_span", "originalStartTimeZone", "originalEndTimeZone", "start", "end", "lastModifiedDateTime")
        known = held.exceptions.get(before["_token"], {}).get(before["_stamp"], {})
        change = {**known, **given, **{name: after[name] for name in kept}}
        return held.put_exception(series, before["_stamp"], change)

    def _set_meeting(self, item: Item, held: HeldCalendar) -> None:
        """A Teams link, where the calendar has Teams; once made it stays."""
        if not item["isOnlineMeeting"] or item["onlineMeeting"]:
            return
        provider = item["onlineMeetingProvider"]
        if provider == "unknown":
            provider = held.online[0] if held.online else "unknown"
        if provider not in held.online:
            item["isOnlineMeeting"], item["onlineMeetingProvider"] = False, "unknown"
            return
        link = f"https://teams.microsoft.com/l/meetup-join/19%3ameeting_{new_token()}%40thread.v2/0"
        item |= {"onlineMeetingProvider": provider, "onlineMeeting": {"joinUrl": link}}

    def delete(self, calendar: str, event: str, comment: str = "") -> None:
        """Deletes an event or a series, or cancels an occurrence; guests are told. Raises Refusal."""
        with self.lock:
            held, before = self.calendars[calendar], self.find(calendar, event)
            if before is None:
                raise not_found()
            self._write_to_guests("cancelled", before, comment)
            if "_stamp" in before:
                held.cancel_occurrence(held.events[before["_token"]], before["_stamp"])
            else:
                held.remove(before["_token"])

    def move(self, calendar: str, event: str, target: str) -> Item:
        """Into another calendar of the same mailbox: the plain id becomes another one. Raises Refusal."""
        with self.lock:
            held, item = self.calendars[calendar], self.find(calendar, event)
            if item is None or "_stamp" in item:
                raise not_found()
            held.remove(item["_token"])
            return self.calendars[target].put({**item, "_place": new_place()})

    def answer_invitation(self, calendar: str, event: str, email: str, answer: str) -> None:
        """A guest says yes, no or perhaps (``accepted``, ``declined``, ``tentativelyAccepted``)."""
        with self.lock:
            held, item = self.calendars[calendar], self.find(calendar, event)
            assert item is not None
            status = {"response": answer, "time": stamp(self.clock.now())}
            guests = [
                {**each, "status": status} if each["emailAddress"]["address"] == email else each for each in item["attendees"]
            ]
            held.put({**item, "attendees": guests})

    def respond(self, email: str, event: str, answer: str) -> None:
        """Somebody answers an invitation in the own default calendar, and the organizer learns of it."""
        with self.lock:
            held, mine = self.default(email), self.find(self.default(email).id, event)
            assert mine is not None
            status = {"response": answer, "time": stamp(self.clock.now())}
            held.put({**mine, "responseStatus": status, "showAs": "busy" if answer == "accepted" else mine["showAs"]})
            organizer = mine["organizer"]["emailAddress"]["address"]
            meeting = copy_of(self.default(organizer), mine) if organizer in self.users else None
            if meeting is not None:
                self.answer_invitation(self.default(organizer).id, meeting["id"], email, answer)

    def put_raw(self, calendar: str, event: str, **properties: Any) -> Item:
        """Gives an event what only the service itself or other programs make: ``isCancelled``, ``responseStatus``,
        ``isOrganizer``, odd zones."""
        with self.lock:
            held, item = self.calendars[calendar], self.find(calendar, event)
            assert item is not None
            if "_stamp" in item:
                series = held.events[item["_token"]]
                known = held.exceptions.get(item["_token"], {}).get(item["_stamp"], {})
                return held.put_exception(series, item["_stamp"], {**known, **properties})
            return held.put({**item, **properties})

    def forget_tokens(self, calendar: str) -> None:
        """All delta tokens of a calendar end."""
        with self.lock:
            self.calendars[calendar].points.clear()

    # Mail

    def _write_to_guests(self, kind: str, item: Item, comment: str = "") -> None:
        """Whoever organizes writes to the guests, always; a guest who deletes an invitation declines it."""
        guests = tuple(each["emailAddress"]["address"] for each in item["attendees"])
        guests = tuple(each for each in guests if each != item["_by"])
        if not item["isOrganizer"]:
            if kind == "cancelled":
                organizer = item["organizer"]["emailAddress"]["address"]
                self.mails.append(Mail("declined", item["_by"], (organizer,), item["id"], item["subject"], comment))
        elif guests:
            self.mails.append(Mail(kind, item["_by"], guests, item["id"], item["subject"], comment))
            deliver(self, kind, item, guests)
