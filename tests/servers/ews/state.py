"""What the server knows: people, mailboxes, folders, invitations that went out. Its methods are what people do there without
us."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from tests.servers.ews.autodiscover import Discovery
from tests.servers.ews.changing import Mailboxes, User
from tests.servers.ews.folders import CALENDAR, LEVELS, Folder
from tests.servers.ews.ids import item_id, new_token, read_folder_id, read_item_id
from tests.servers.ews.items import PEOPLE, TIMES, Item, person, stamp_of
from tests.servers.ews.soap import Refusal
from tests.servers.ews.versions import RELEASES, Release
from tests.servers.ews.zones import read_time, windows_name

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


class EwsService(Mailboxes):
    """All mailboxes, and what the server is like.

    ``elsewhere``: where a GET for autodiscover, which needs no sign-in, is sent. ``dialects``: in which of its two ways
    autodiscover is asked, plain XML (``xml``) and SOAP (``svc``). ``offers``: how one may sign in.
    ``extended_protection``: over TLS, NTLM has to be bound to the certificate, as is the default since Exchange 2019 CU14.
    ``find_limit``: most items that FindItem gives. ``unexpanded``: series are left as they are in a calendar view, as
    grommunio does. ``damaged``: what is said of items that stand in views and cannot be told, by their tokens; ``spoiled``: a
    property of theirs that makes no sense. ``time_zones``: whether GetServerTimeZones is there. ``streaming``: whether
    notifications are; ``streams``: on how many connections somebody waits for some.
    """

    def __init__(self, version: str = "2019") -> None:
        super().__init__()
        self.release: Release = RELEASES[version]
        self.discoveries: dict[str, Discovery] = {}
        self.elsewhere = ""
        self.dialects = {"xml", "svc"}
        self.offers: tuple[str, ...] = ("Negotiate", "NTLM", "Basic")
        self.extended_protection = True
        self.find_limit = 1000
        self.unexpanded = False
        self.damaged: dict[str, str] = {}
        self.spoiled: dict[str, str] = {}
        self.time_zones = self.streaming = True
        self.subscriptions: dict[str, Any] = {}
        self.streams = 0
        self.latency = 0.0
        self.recording = True

    def become(self, version: str) -> None:
        """Another release: a key of ``RELEASES``."""
        with self.lock:
            self.release = RELEASES[version]

    # People

    def add_user(
        self, email: str, name: str = "Anna", password: str = "correct horse", zone: str = "Europe/Copenhagen",
        logins: tuple[str, ...] | None = None,
    ) -> User:  # fmt: skip
        """Somebody with a mailbox, who signs in with the address or as ``EXAMPLE\\anna`` if no other names are given."""
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

    def remove_user(self, email: str) -> None:
        """The mailbox is gone, with everything in it."""
        with self.lock:
            del self.users[email]
            self.folders = {token: folder for token, folder in self.folders.items() if folder.owner != email}

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

    def calendar(self, identity: str) -> Folder:
        """By its id as clients know it, or by its token."""
        token = read_folder_id(identity) or identity
        return self.folders[token]

    def share(self, calendar: str, email: str, level: str, private: bool = False, visible: bool | None = None) -> None:
        """Gives a level of ``LEVELS``, another one, or with ``None`` takes it away. ``visible``: whether the folder can be
        found, where the level does not say so already."""
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
        """Properties as EWS names them, from what is handy in Python: ``Start`` and ``End`` as instants, aware datetimes or
        texts with an offset (without one they are in the owner's zone), people as addresses, ``Body`` as a text, zones by any
        name, ``Recurrence`` as in ``recurrence``; ``_extended`` maps ``named_property(...)`` to values."""
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

    def damage(self, event: str, code: str = "ErrorItemCorrupt") -> None:
        """An event, or with it its series, that is shown in a view and cannot be told any more."""
        named = read_item_id(event)
        assert named is not None
        self.damaged[named.token] = code

    def spoil(self, event: str, name: str) -> None:
        """One property of an event makes no sense."""
        named = read_item_id(event)
        assert named is not None
        self.spoiled[named.token] = name

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
