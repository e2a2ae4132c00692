"""Changes of events, whoever makes them: what becomes of the event, who is written to, and who is notified."""

from __future__ import annotations

import itertools
import threading
import time
from dataclasses import dataclass, field

from tests.servers.ews.faults import Faults
from tests.servers.ews.folders import Folder
from tests.servers.ews.ids import Named, item_id, new_token
from tests.servers.ews.invitations import deliver
from tests.servers.ews.items import ASKED_FOR, EMPTY, FRESH, Item, guests, set_times
from tests.servers.ews.soap import Refusal
from tests.servers.ews.zones import wall


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


class Mailboxes:
    """``lock`` guards everything: the socket lives in another thread than the tests."""

    def __init__(self) -> None:
        self.clock, self.lock = Clock(), threading.RLock()
        self.users: dict[str, User] = {}
        self.folders: dict[str, Folder] = {}
        self.mails: list[Mail] = []
        self.notices: list[Notice] = []
        self._numbers = itertools.count(1)

    def distinguished(self, email: str, kind: str) -> Folder:
        return next(each for each in self.folders.values() if each.owner == email and each.distinguished == kind)

    def default(self, email: str) -> Folder:
        return self.distinguished(email, "calendar")

    def put_new(self, folder: Folder, given: Item, send: str = "SendToNone", context: str = "") -> Item:
        """Raises Refusal."""
        now, token = self.clock.now(), new_token()
        home = given.pop("MeetingTimeZone", "") or context or self.users[folder.owner].zone
        item: Item = {**FRESH, "StartTimeZone": home, **{key: value for key, value in given.items() if value is not None}}
        set_times(item)
        item |= {
            "_token": token, "_made": now, "_changed": now,
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
        fresh = tuple(each for each in guests(after) if each not in guests(before))
        self._write_to_guests("invited", folder, after, send, fresh)
        self._write_to_guests("updated", folder, after, send, tuple(each for each in guests(after) if each not in fresh))
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
