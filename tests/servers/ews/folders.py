"""One folder of a mailbox: its events and series, who may do what with it, and how a window of it looks."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from app.domain.clock import DAY, Instant
from tests.servers.ews.ids import Named, change_key, folder_id, new_token
from tests.servers.ews.items import Item, occurrence, stamp_of, touches, wall_of
from tests.servers.ews.recurrence import walls
from tests.servers.ews.soap import Refusal, said, tag
from tests.servers.ews.zones import wall

CHANGES = itertools.count(1_000_001)
"""Every change anywhere gets a number; change keys and sync states are made of them."""
CALENDAR, FAR = "IPF.Appointment", 800 * DAY


@dataclass(frozen=True, slots=True)
class Rights:
    """What somebody may do in a folder. ``visible``: know that it is there; ``private``: see private events."""

    visible: bool = False
    read: bool = False
    create: bool = False
    modify: bool = False
    delete: bool = False
    own: bool = False
    private: bool = False

    def written(self) -> str:
        given = (
            ("CreateAssociated", self.own), ("CreateContents", self.create), ("CreateHierarchy", self.own),
            ("Delete", self.delete), ("Modify", self.modify), ("Read", self.read), ("ViewPrivateItems", self.private),
        )  # fmt: skip
        return tag("EffectiveRights", "".join(said(name, value) for name, value in given))


LEVELS = {
    "None": Rights(),
    "FreeBusyTimeOnly": Rights(),
    "FreeBusyTimeAndSubjectAndLocation": Rights(),
    "Reviewer": Rights(visible=True, read=True),
    "Contributor": Rights(visible=True, create=True),
    "NoneditingAuthor": Rights(visible=True, read=True, create=True),
    "Author": Rights(visible=True, read=True, create=True, modify=True, delete=True),
    "Editor": Rights(visible=True, read=True, create=True, modify=True, delete=True),
    "Owner": Rights(visible=True, read=True, create=True, modify=True, delete=True, own=True, private=True),
}
ALL = Rights(True, True, True, True, True, True, True)
SHARED_WITH_DETAILS = {
    "None": "None", "FreeBusyTimeOnly": "TimeOnly", "FreeBusyTimeAndSubjectAndLocation": "TimeAndSubjectAndLocation",
    "Contributor": "None",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """The last that happened to an item. ``made``: the number at which it was made."""

    number: int
    made: int
    gone: bool


@dataclass
class Folder:
    """``items``: events and series by token; ``exceptions`` and ``deleted`` occurrences of a series by their original start;
    ``log``: the last change of each item that ever was here; ``epoch``: sync states of another one are not valid."""

    token: str
    name: str
    owner: str
    parent: str = ""
    folder_class: str = CALENDAR
    distinguished: str = ""
    roles: dict[str, tuple[str, Rights]] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    exceptions: dict[str, dict[str, Item]] = field(default_factory=dict)
    deleted: dict[str, set[str]] = field(default_factory=dict)
    log: dict[str, Change] = field(default_factory=dict)
    epoch: str = field(default_factory=lambda: new_token()[:8])
    key: int = field(default_factory=lambda: next(CHANGES))
    rendered: dict[Any, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return folder_id(self.token)

    @property
    def is_calendar(self) -> bool:
        return self.folder_class.startswith(CALENDAR)

    def rights(self, email: str) -> Rights:
        return ALL if email == self.owner else self.roles.get(email, ("None", Rights()))[1]

    # Looking

    def find(self, named: Named) -> Item | None:
        """An event, a series, or one occurrence."""
        item = self.items.get(named.token)
        if item is None or not named.stamp:
            return item
        return self._occurrence(item, named.stamp)

    def _occurrence(self, series: Item, stamp: str) -> Item | None:
        token = series["_token"]
        if series["Recurrence"] is None or stamp in self.deleted.get(token, ()):
            return None
        changed = self.exceptions.get(token, {}).get(stamp)
        if changed is not None:
            return occurrence(series, stamp, changed)
        try:
            moment = wall_of(stamp)
        except ValueError:
            return None
        here = next(walls(series["Recurrence"], self._time(series), moment, moment), None)
        return occurrence(series, stamp) if here == moment else None

    @staticmethod
    def _time(series: Item) -> Any:
        return wall(series["Start"], series["StartTimeZone"]).time()

    def stamps(self, series: Item, low: Instant | None = None, high: Instant | None = None) -> Iterator[str]:
        """Original starts of all occurrences, also of those that were changed or deleted."""
        name = series["StartTimeZone"]
        length = timedelta(seconds=series["End"] - series["Start"])
        since = None if low is None else wall(low - DAY, name) - length
        until = None if high is None else wall(high + DAY, name)
        for at in walls(series["Recurrence"], self._time(series), until, since):
            yield stamp_of(at)

    def occurrences(self, series: Item, low: Instant, high: Instant) -> Iterator[Item]:
        """Those that touch the window."""
        token = series["_token"]
        changed, left_out = self.exceptions.get(token, {}), self.deleted.get(token, ())
        for stamp in self.stamps(series, low, high):
            if stamp not in left_out and stamp not in changed:
                item = occurrence(series, stamp)
                if touches(item, low, high):
                    yield item
        for stamp, change in changed.items():
            item = occurrence(series, stamp, change)
            if touches(item, low, high):
                yield item

    @staticmethod
    def original_start(series: Item, stamp: str) -> Instant:
        return int(occurrence(series, stamp)["OriginalStart"])

    def window(self, low: Instant, high: Instant, unexpanded: bool = False) -> list[Item]:
        """Single events, occurrences and exceptions that touch the window, by start. ``unexpanded``: series instead of their
        occurrences."""
        found: list[Item] = []
        for item in self.items.values():
            if item["Recurrence"] is None:
                found += [item] if touches(item, low, high) else []
            elif unexpanded:
                found += [item] if next(self.occurrences(item, low, high), None) is not None else []
            else:
                found += self.occurrences(item, low, high)
        return sorted(found, key=lambda item: (item["Start"], item["End"], item["_token"]))

    def numbered(self, series: Item, index: int) -> Item:
        """The occurrence at a place, counted from 1 with all that were deleted. Raises Refusal."""
        stamp = next(itertools.islice(self.stamps(series), index - 1, None), None) if index >= 1 else None
        if stamp is None:
            raise Refusal("ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange")
        found = self._occurrence(series, stamp)
        if found is None:
            raise Refusal("ErrorCalendarOccurrenceIsDeletedFromRecurrence")
        return found

    def ends(self, series: Item) -> tuple[Item, ...]:
        """The first and the last occurrence of a series that ends."""
        if series["Recurrence"]["range"] == "NoEndRecurrence":
            stamps = [next(self.stamps(series))]
        else:
            stamps = list(self.stamps(series))
        left = [each for each in (self._occurrence(series, stamp) for stamp in stamps) if each is not None]
        return (left[0], left[-1]) if left and len(stamps) > 1 else tuple(left[:1])

    # Changing

    def put(self, item: Item) -> Item:
        """Files an event or a series under a new change key."""
        item["_key"] = self.touch(item["_token"])
        item["CalendarItemType"] = "RecurringMaster" if item["Recurrence"] is not None else "Single"
        self.items[item["_token"]] = item
        return item

    def put_exception(self, series: Item, stamp: str, change: Item) -> Item:
        change["_key"] = series["_key"] = self.touch(series["_token"])
        self.exceptions.setdefault(series["_token"], {})[stamp] = change
        return occurrence(series, stamp, change)

    def delete_occurrence(self, series: Item, stamp: str) -> None:
        self.exceptions.get(series["_token"], {}).pop(stamp, None)
        self.deleted.setdefault(series["_token"], set()).add(stamp)
        series["_key"] = self.touch(series["_token"])

    def forget_exceptions(self, token: str) -> None:
        self.exceptions.pop(token, None)
        self.deleted.pop(token, None)

    def remove(self, token: str) -> None:
        del self.items[token]
        self.forget_exceptions(token)
        self.touch(token, gone=True)

    def touch(self, token: str, gone: bool = False) -> int:
        number = next(CHANGES)
        known = self.log.get(token)
        self.log[token] = Change(number, known.made if known else number, gone)
        self.key = number
        return number

    def check_between(self, series: Item, stamp: str, moved: Item) -> None:
        """An occurrence is not moved to the day of its neighbours or past them. Raises Refusal."""
        name, near = series["StartTimeZone"], int(moved["OriginalStart"])
        around = sorted(self.occurrences(series, near - FAR, near + FAR), key=lambda each: str(each["_stamp"]))
        before = [each for each in around if each["_stamp"] < stamp]
        after = [each for each in around if each["_stamp"] > stamp]
        day = wall(moved["Start"], name).date()
        low, high = (wall(each[0]["Start"], name).date() if each else None for each in (before[-1:], after[:1]))
        if (low and day <= low) or (high and day >= high):
            raise Refusal("ErrorOccurrenceCrossingBoundary")

    # Telling

    def reference(self) -> str:
        return tag("FolderId", Id=self.id, ChangeKey=change_key(self.key))

    def permission_set(self) -> str:
        """For its owner, who alone may see it."""
        entries = [("Default", "FreeBusyTimeOnly", Rights()), ("Anonymous", "None", Rights())]
        entries += [(email, level, rights) for email, (level, rights) in self.roles.items()]
        return tag("PermissionSet", tag("CalendarPermissions", "".join(_permission(*each) for each in entries)))


def _permission(who: str, level: str, rights: Rights) -> str:
    person = said("PrimarySmtpAddress", who) if "@" in who else said("DistinguishedUser", who)
    given = (
        ("CanCreateItems", rights.create), ("CanCreateSubFolders", rights.own), ("IsFolderOwner", rights.own),
        ("IsFolderVisible", rights.visible), ("IsFolderContact", False), ("EditItems", "All" if rights.modify else "None"),
        ("DeleteItems", "All" if rights.delete else "None"), ("ReadItems", SHARED_WITH_DETAILS.get(level, "FullDetails")),
        ("CalendarPermissionLevel", level),
    )  # fmt: skip
    return tag("CalendarPermission", tag("UserId", person) + "".join(said(name, value) for name, value in given))
