"""What the server knows: people, mailboxes, folders, invitations that went out. Its methods are what people do there without
us."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from tests.servers.ews.autodiscover import Discovery
from tests.servers.ews.faults import Faults
from tests.servers.ews.folders import CALENDAR, LEVELS, Folder
from tests.servers.ews.ids import Named, item_id, new_token, read_folder_id, read_item_id
from tests.servers.ews.invitations import deliver
from tests.servers.ews.items import ASKED_FOR, EMPTY, FRESH, PEOPLE, TIMES, Item, guests, person, set_times, stamp_of
from tests.servers.ews.soap import Refusal
from tests.servers.ews.versions import RELEASES, Release
from tests.servers.ews.zones import read_time, wall, windows_name

DOMAIN = "EXAMPLE"
DATES = {"StartDate", "EndDate"}
STANDARD = (
    ("root", "Root", "", ""),
    ("msgfolderroot", "Top of Information Store", "root", "IPF.Note"),
    ("inbox", "Inbox", "msgfolderroot", "IPF.Note"),
    ("sentitems", "Sent Items", "msgfolderroot", "IPF.Note"),
    ("drafts", "Drafts", "msgfolderroot", "IPF.Note"),
    ("deleteditems", "Deleted Items", "msgfolderroot", "IPF.Note"),
    ("outbox", "Outbox", "msgfolderroot", "IPF.Note"),
    ("contacts", "Contacts", "msgfolderroot", "IPF.Contact"),
    ("tasks", "Tasks", "msgfolderroot", "IPF.Task"),
    ("calendar", "Calendar", "msgfolderroot", CALENDAR),
)


class Clock:
    """The server's time: the computer's, moved by ``advance``."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> float:
        return time.time() + self.ahead

    def advance(self, seconds: float) -> None:
        self.ahead += seconds


@dataclass
class User:
    """``logins``: the names to sign in with, ``DOMAIN\\user`` among them or not. ``open``: cleared while answers are held back.
    ``blocked``: signed in, and answered with 403, as Exchange Online does with EWS."""

    email: str
    name: str
    password: str
    zone: str
    logins: tuple[str, ...]
    faults: Faults = field(default_factory=Faults)
    open: threading.Event = field(default_factory=threading.Event)
    writes: list[tuple[str, str]] = field(default_factory=list)
    requests: int = 0
    calls: list[str] = field(default_factory=list)
    blocked: bool = False

    def __post_init__(self) -> None:
        self.open.set()


@dataclass(frozen=True, slots=True)
class Mail:
    """Somebody was written to. ``kind``: invited, updated, cancelled or declined."""

    kind: str
    sender: str
    guests: tuple[str, ...]
    event: str
    subject: str = ""
    saved: bool = True


@dataclass(frozen=True, slots=True)
class Notice:
    """What a streaming subscription is told of."""

    number: int
    kind: str
    folder: str
    item: str
    at: float


class EwsService:
    """All mailboxes. ``lock`` guards everything: the socket lives in another thread than the tests.

    ``offers``: how one may sign in. ``find_limit``: most items that FindItem gives. ``unexpanded``: series are left as they are
    in a calendar view, as grommunio does. ``time_zones``: whether GetServerTimeZones is there. ``streaming``: whether
    notifications are.
    """

    def __init__(self, version: str = "2019") -> None:
        self.clock, self.lock = Clock(), threading.RLock()
        self.release: Release = RELEASES[version]
        self.users: dict[str, User] = {}
        self.folders: dict[str, Folder] = {}
        self.mails: list[Mail] = []
        self.notices: list[Notice] = []
        self.discoveries: dict[str, Discovery] = {}
        self.offers: tuple[str, ...] = ("Negotiate", "NTLM", "Basic")
        self.find_limit = 1000
        self.unexpanded = False
        self.time_zones = self.streaming = True
        self.subscriptions: dict[str, Any] = {}
        self.latency = 0.0
        self.recording = True
        self._numbers = itertools.count(1)

    def become(self, version: str) -> None:
        """Another release: a key of ``RELEASES``."""
        with self.lock:
            self.release = RELEASES[version]

    # People

    def add_user(
        self, email: str, name: str = "Anna", password: str = "correct horse", zone: str = "Europe/Copenhagen",
        logins: tuple[str, ...] | None = None,
    ) -> User:  # fmt: skip
        """Somebody with a mailbox, who signs in with the address or as ``EXAMPLE\\anna`` if nothing else is said."""
        with self.lock:
            given = (email, f"{DOMAIN}\\{email.partition('@')[0]}") if logins is None else logins
            user = User(email, name, password, windows_name(zone), tuple(each.casefold() for each in given))
            self.users[email] = user
            made: dict[str, str] = {}
            for kind, title, parent, folder_class in STANDARD:
                folder = Folder(new_token(), title, email, made.get(parent, ""), folder_class, kind)
                made[kind] = folder.token
                self.folders[folder.token] = folder
            return user

    def set_password(self, email: str, password: str) -> None:
        with self.lock:
            self.users[email].password = password

    def by_login(self, login: str) -> User | None:
        return next((each for each in self.users.values() if login.casefold() in each.logins), None)

    # Calendars

    def add_calendar(self, owner: str, name: str, parent: str = "calendar", folder_class: str = CALENDAR) -> Folder:
        """Below the default calendar, or another distinguished folder."""
        with self.lock:
            return self.make_folder(self.distinguished(owner, parent), name, folder_class)

    def make_folder(self, above: Folder, name: str, folder_class: str = CALENDAR) -> Folder:
        folder = Folder(new_token(), name, above.owner, above.token, folder_class)
        self.folders[folder.token] = folder
        self._notice("CreatedEvent", folder, "")
        return folder

    def distinguished(self, email: str, kind: str) -> Folder:
        return next(each for each in self.folders.values() if each.owner == email and each.distinguished == kind)

    def default(self, email: str) -> Folder:
        return self.distinguished(email, "calendar")

    def calendar(self, identity: str) -> Folder:
        """By its id as clients know it, or by its token."""
        token = read_folder_id(identity) or identity
        return self.folders[token]

    def share(self, calendar: str, email: str, level: str, private: bool = False, visible: bool | None = None) -> None:
        """Gives a level of ``LEVELS``, another one, or with ``None`` takes it away. ``visible``: whether the folder can be found,
        where the level does not say so already."""
        with self.lock:
            folder = self.calendar(calendar)
            rights = replace(LEVELS[level], private=private or LEVELS[level].private)
            if visible is not None:
                rights = replace(rights, visible=visible)
            folder.roles[email] = (level, rights)

    def unshare(self, calendar: str, email: str) -> None:
        with self.lock:
            self.calendar(calendar).roles.pop(email, None)

    def remove_calendar(self, calendar: str) -> None:
        with self.lock:
            folder = self.calendar(calendar)
            del self.folders[folder.token]
            self._notice("DeletedEvent", folder, "")

    def forget_states(self, calendar: str) -> None:
        """All sync states of a calendar end."""
        with self.lock:
            self.calendar(calendar).epoch = new_token()[:8]

    # Events, as their owner makes them

    def find(self, calendar: str, event: str) -> Item | None:
        """By its id as clients know it."""
        named = read_item_id(event)
        return self.calendar(calendar).find(named) if named else None

    def holding(self, token: str) -> Folder | None:
        return next((each for each in self.folders.values() if token in each.items), None)

    def events(self, calendar: str) -> list[Item]:
        return list(self.calendar(calendar).items.values())

    def insert(self, calendar: str, body: Mapping[str, Any], send: str = "SendToNone") -> str:
        """Writes an event; see ``prepared`` for the body. Returns its id. Raises Refusal."""
        with self.lock:
            item = self.put_new(self.calendar(calendar), self.prepared(calendar, body), send)
            return item_id(item["_token"])

    def edit(self, calendar: str, event: str, body: Mapping[str, Any], send: str = "SendToNone") -> Item:
        """Changes an event, a series, or one occurrence, which becomes an exception. Raises Refusal."""
        with self.lock:
            folder, named = self.calendar(calendar), read_item_id(event)
            if named is None:
                raise Refusal("ErrorInvalidIdMalformed")
            return self.put_changed(folder, named, self.prepared(calendar, body), send)

    def delete(self, calendar: str, event: str, send: str = "SendToNone") -> None:
        """Deletes an event or a series, or one occurrence. Raises Refusal."""
        with self.lock:
            named = read_item_id(event)
            if named is None:
                raise Refusal("ErrorInvalidIdMalformed")
            self.take_away(self.calendar(calendar), named, send)

    def prepared(self, calendar: str, body: Mapping[str, Any]) -> Item:
        """Properties as EWS names them, from what is handy in Python: ``Start`` and ``End`` as instants, aware datetimes or texts
        with an offset (without one they are in the owner's zone), people as addresses, ``Body`` as a text, zones by any name,
        ``Recurrence`` as in ``recurrence``; ``_extended`` maps ``named_property(...)`` to values."""
        home = self.users[self.calendar(calendar).owner].zone
        found: Item = {"_extended": {}, **body}
        for name in ("StartTimeZone", "EndTimeZone"):
            if name in found:
                found[name] = windows_name(found[name])
        for name in TIMES & found.keys():
            value = found[name]
            if isinstance(value, datetime):
                found[name] = int(value.timestamp())
            elif isinstance(value, str):
                found[name] = read_time(value, found.get("StartTimeZone", home))
        for name in PEOPLE:
            if name in found:
                found[name] = [each if isinstance(each, dict) else person(each) for each in found[name]]
        if found.get("Recurrence"):
            dates = {name: date.fromisoformat(str(found["Recurrence"][name])) for name in DATES & found["Recurrence"].keys()}
            found["Recurrence"] = {**found["Recurrence"], **dates}
        if isinstance(found.get("Body"), str):
            found["Body"] = ("Text", found["Body"].replace("\r\n", "\n").replace("\n", "\r\n"))
        return found

    # What the operations and the owner have in common

    def put_new(self, folder: Folder, given: Item, send: str = "SendToNone", context: str = "") -> Item:
        """Raises Refusal."""
        now, token = self.clock.now(), new_token()
        home = given.pop("MeetingTimeZone", "") or context or self.users[folder.owner].zone
        item: Item = {**FRESH, "StartTimeZone": home, **{key: value for key, value in given.items() if value is not None}}
        set_times(item)
        item |= {
            "_token": token, "_owner": folder.owner, "_made": now, "_changed": now,
            "UID": item.get("UID") or f"040000008200E00074C5B7101A82E00800000000{token.upper()}",
        }  # fmt: skip
        folder.put(item)
        self._notice("CreatedEvent", folder, item_id(token))
        self._write_to_guests("invited", folder, item, send)
        return item

    def put_changed(self, folder: Folder, named: Named, given: Item, send: str = "SendToNone", strict: bool = False) -> Item:
        """``strict``: an occurrence stays between its neighbours. Raises Refusal."""
        before = folder.find(named)
        if before is None:
            raise Refusal("ErrorItemNotFound")
        given = {**given}
        zone = given.pop("MeetingTimeZone", "")
        if zone:
            given["StartTimeZone"] = given["EndTimeZone"] = zone
        for name in [name for name, value in given.items() if value is None]:
            given[name] = EMPTY.get(name, FRESH.get(name))
        extended = {**before["_extended"], **given.get("_extended", {})}
        given["_extended"] = {key: value for key, value in extended.items() if value is not None}
        if named.stamp:
            after = self._change_occurrence(folder, before, given, strict)
        else:
            after = self._change_whole(folder, before, given)
        self._notice("ModifiedEvent", folder, item_id(named.token, named.stamp))
        dropped = tuple(each for each in guests(before) if each not in guests(after))
        self._write_to_guests("updated", folder, after, send)
        self._write_to_guests("cancelled", folder, before, send, dropped)
        return after

    def _change_whole(self, folder: Folder, before: Item, given: Item) -> Item:
        after = {**before, **given, "_changed": self.clock.now()}
        if after["Recurrence"] is not None and "Recurrence" not in given and "Start" in given:
            start = wall(after["Start"], after["StartTimeZone"]).date()
            if start != after["Recurrence"]["StartDate"]:
                after["Recurrence"] = {**after["Recurrence"], "StartDate": start}
        set_times(after)
        if any(after[name] != before[name] for name in ASKED_FOR):
            folder.forget_exceptions(after["_token"])
            after["_sequence"] = before.get("_sequence", 0) + 1
        return folder.put(after)

    def _change_occurrence(self, folder: Folder, before: Item, given: Item, strict: bool) -> Item:
        if given.pop("Recurrence", None) is not None:
            raise Refusal("ErrorInvalidPropertySet", "The recurrence of an occurrence cannot be set.")
        series, stamp = folder.items[before["_token"]], before["_stamp"]
        after = {**before, **given}
        set_times(after)
        if strict and after["Start"] != before["Start"]:
            folder.check_between(series, stamp, after)
        known = folder.exceptions.get(before["_token"], {}).get(stamp, {})
        times = {name: after[name] for name in ("Start", "End", "StartTimeZone", "EndTimeZone")}
        return folder.put_exception(series, stamp, {**known, **given, **times, "_changed": self.clock.now()})

    def take_away(self, folder: Folder, named: Named, send: str = "SendToNone", to_bin: bool = False) -> None:
        """Raises Refusal."""
        before = folder.find(named)
        if before is None:
            raise Refusal("ErrorItemNotFound")
        self._write_to_guests("cancelled", folder, before, send)
        if named.stamp:
            folder.delete_occurrence(folder.items[named.token], named.stamp)
            self._notice("ModifiedEvent", folder, item_id(named.token))
            return
        folder.remove(named.token)
        self._notice("DeletedEvent", folder, item_id(named.token))
        if to_bin:
            self.distinguished(folder.owner, "deleteditems").put({**before, "_token": new_token()})

    # What only the server itself or other programs make

    def answer_invitation(self, calendar: str, event: str, email: str, answer: str) -> None:
        """A guest says yes, no or perhaps (``Accept``, ``Decline``, ``Tentative``)."""
        with self.lock:
            folder, item = self.calendar(calendar), self.find(calendar, event)
            assert item is not None
            now = self.clock.now()
            for name in PEOPLE:
                item[name] = [
                    {**each, "response": answer, "time": now} if each["email"] == email else each for each in item[name]
                ]
            folder.put({**item})

    def put_raw(self, calendar: str, event: str, **properties: Any) -> Item:
        """Gives an event what clients cannot: ``IsCancelled``, ``MyResponseType``, ``Organizer=(address, name)``."""
        with self.lock:
            folder, item = self.calendar(calendar), self.find(calendar, event)
            assert item is not None
            if "_stamp" in item:
                series = folder.items[item["_token"]]
                known = folder.exceptions.get(item["_token"], {}).get(item["_stamp"])
                kept = known or {name: item[name] for name in ("Start", "End", "StartTimeZone", "EndTimeZone")}
                return folder.put_exception(series, item["_stamp"], {**kept, **properties})
            return folder.put({**item, **properties})

    def occurrence_id(self, series: str, at: datetime) -> str:
        """The id of the occurrence that starts at a wall of the series' zone."""
        named = read_item_id(series)
        assert named is not None
        return item_id(named.token, stamp_of(at))

    # Mail and notifications

    def _write_to_guests(self, kind: str, folder: Folder, item: Item, send: str, people: tuple[str, ...] | None = None) -> None:
        """Whoever organizes writes to the guests if told to."""
        told = guests(item) if people is None else people
        if send == "SendToNone" or not told:
            return
        if item.get("Organizer") is not None:
            if kind == "cancelled":
                self.mails.append(
                    Mail("declined", folder.owner, (item["Organizer"][0],), item_id(item["_token"]), item["Subject"])
                )
            return
        item["_sent"] = True
        saved = send.endswith("SaveCopy")
        self.mails.append(
            Mail(kind, folder.owner, told, item_id(item["_token"], item.get("_stamp", "")), item["Subject"], saved)
        )
        deliver(self, kind, folder, item, told)

    def _notice(self, kind: str, folder: Folder, item: str) -> None:
        self.notices.append(Notice(next(self._numbers), kind, folder.token, item, self.clock.now()))
