"""One calendar of a mailbox: its events and series, who may see them, and how a window of it looks."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from app.domain.clock import DAY, Instant
from tests.servers.graph.answers import Refusal
from tests.servers.graph.events import Item, days_of, occurrence, touches, wall
from tests.servers.graph.ids import Named, immutable_id
from tests.servers.graph.recurrence import walls
from tests.servers.graph.zones import zone

CHANGES = itertools.count(1_000_001)
"""Every change anywhere gets a number; etags and delta tokens are made of them."""
TOKENS_KEPT = 50
"""Delta tokens that a calendar remembers; older ones are answered with 410."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What a role allows. ``details``: subjects and guests; ``place``: subject and location alone."""

    details: bool = False
    place: bool = False
    private: bool = False
    edit: bool = False
    share: bool = False


ROLES = {
    "freeBusyRead": Rights(),
    "limitedRead": Rights(place=True),
    "read": Rights(details=True, place=True),
    "write": Rights(details=True, place=True, edit=True),
    "delegateWithoutPrivateEventAccess": Rights(details=True, place=True, edit=True),
    "delegateWithPrivateEventAccess": Rights(details=True, place=True, edit=True, private=True),
    "owner": Rights(details=True, place=True, edit=True, private=True, share=True),
}


@dataclass(slots=True)
class DeltaPoint:
    """What a client saw when it got its token: etags of the rows by id, the last change before it, and where the
    rows lay, which plain ids are made of."""

    low: Instant
    high: Instant
    seen: dict[str, int]
    change: int
    places: dict[str, str]


@dataclass
class HeldCalendar:
    """``events`` and series by token; ``exceptions`` and ``cancelled`` occurrences of a series by their original start;
    ``transactions``: what each transactionId made, also after it was deleted; ``lists``: answers that were
    made before, ``rendered``: their events by id and etag."""

    id: str
    name: str
    owner: str
    roles: dict[str, str] = field(default_factory=dict)
    default: bool = False
    removable: bool = True
    color: str = "auto"
    online: tuple[str, ...] = ("teamsForBusiness",)
    extended: dict[str, str] = field(default_factory=dict)
    events: dict[str, Item] = field(default_factory=dict)
    exceptions: dict[str, dict[str, Item]] = field(default_factory=dict)
    cancelled: dict[str, set[str]] = field(default_factory=dict)
    transactions: dict[str, Item] = field(default_factory=dict)
    points: dict[str, DeltaPoint] = field(default_factory=dict)
    change: int = field(default_factory=lambda: next(CHANGES))
    lists: dict[Any, list[str]] = field(default_factory=dict)
    rendered: dict[Any, dict[tuple[str, int], str]] = field(default_factory=dict)

    def role(self, email: str) -> str:
        return "owner" if email == self.owner else self.roles.get(email, "")

    # Looking

    def find(self, named: Named) -> Item | None:
        """An event, a series, or one occurrence."""
        event = self.events.get(named.token)
        if event is None or (named.place and named.place != event["_place"]):
            return None
        if not named.stamp:
            return event
        return self._occurrence(event, named.stamp)

    def _occurrence(self, series: Item, at: str) -> Item | None:
        if series["recurrence"] is None or at in self.cancelled.get(series["_token"], ()):
            return None
        changed = self.exceptions.get(series["_token"], {}).get(at)
        if changed is not None:
            return composed(series, at, changed)
        try:
            moment = datetime.strptime(at, "%Y%m%dT%H%M")
        except ValueError:
            return None
        here = next(walls(series["recurrence"], wall(series["start"]), moment, moment), None)
        return composed(series, at) if here == moment else None

    def occurrences(self, series: Item, low: Instant, high: Instant) -> Iterator[Item]:
        """Those that touch the window."""
        token, where = series["_token"], zone(series["start"]["timeZone"])
        changed, left_out = self.exceptions.get(token, {}), self.cancelled.get(token, ())
        since = datetime.fromtimestamp(low - DAY, where).replace(tzinfo=None) - days_of(series)
        until = datetime.fromtimestamp(high + DAY, where).replace(tzinfo=None)
        for at in walls(series["recurrence"], wall(series["start"]), until, since):
            name = at.strftime("%Y%m%dT%H%M")
            if name not in left_out and name not in changed:
                item = occurrence(series, at)
                item["id"] = immutable_id(token, name)
                if touches(item, low, high):
                    yield item
        for name, change in changed.items():
            item = composed(series, name, change)
            if touches(item, low, high):
                yield item

    def window(self, low: Instant, high: Instant) -> list[Item]:
        """Single events, occurrences and exceptions that touch the window."""
        found: list[Item] = []
        for event in self.events.values():
            if event["recurrence"] is not None:
                found += self.occurrences(event, low, high)
            elif touches(event, low, high):
                found.append(event)
        return found

    def masters_in(self, low: Instant, high: Instant) -> list[Item]:
        """Series with an occurrence in the window."""
        series = [each for each in self.events.values() if each["recurrence"] is not None]
        return [each for each in series if next(self.occurrences(each, low, high), None) is not None]

    # Changing

    def put(self, item: Item) -> Item:
        """Files an event or a series under a new etag."""
        item["_etag"] = self.touch()
        item["id"] = immutable_id(item["_token"])
        self.events[item["_token"]] = item
        return item

    def put_exception(self, series: Item, at: str, change: Item) -> Item:
        change["_etag"] = self.touch()
        self.exceptions.setdefault(series["_token"], {})[at] = change
        return composed(series, at, change)

    def cancel_occurrence(self, series: Item, at: str) -> None:
        self.exceptions.get(series["_token"], {}).pop(at, None)
        self.cancelled.setdefault(series["_token"], set()).add(at)
        series["_etag"] = self.touch()

    def remove(self, token: str) -> None:
        del self.events[token]
        self.exceptions.pop(token, None)
        self.cancelled.pop(token, None)
        self.touch()

    def touch(self) -> int:
        self.change = next(CHANGES)
        self.lists.clear()
        return self.change

    def neighbours(self, series: Item, at: str) -> tuple[Item | None, Item | None]:
        """The occurrences before and after one."""
        start = datetime.strptime(at, "%Y%m%dT%H%M").replace(tzinfo=UTC)
        near = int(start.timestamp())
        found = sorted(self.occurrences(series, near - 800 * DAY, near + 800 * DAY), key=lambda each: str(each["_stamp"]))
        before = [each for each in found if each["_stamp"] < at]
        after = [each for each in found if each["_stamp"] > at]
        return (before[-1] if before else None), (after[0] if after else None)

    def check_between(self, series: Item, at: str, moved: Item) -> None:
        """An occurrence is not moved to the day of its neighbours or past them. Raises Refusal."""
        before, after = self.neighbours(series, at)
        day = wall(moved["start"]).date()
        if (before and day <= wall(before["start"]).date()) or (after and day >= wall(after["start"]).date()):
            raise Refusal(400, "ErrorOccurrenceCrossingBoundary")


def composed(series: Item, at: str, change: Item | None = None) -> Item:
    """An occurrence with what was changed in it."""
    item = occurrence(series, datetime.strptime(at, "%Y%m%dT%H%M"))
    item["id"] = immutable_id(series["_token"], at)
    if change is not None:
        item |= change
        item["type"], item["_etag"] = "exception", max(series["_etag"], change["_etag"])
        if "_extended" in change:
            item["_extended"] = {**series["_extended"], **change["_extended"]}
    return item
