"""Windows of a calendar: asked for month by month, put together, and completed with what a view does not tell. Blocks.

A view tells nothing of guests and texts. They are asked for where there may be some (meetings, and what bookings of ours made),
once for each state of an item: a month without news costs one round trip, whatever is in it. Occurrences have the details of
their series, which also says what its id is; a view does not.

One item that the server cannot read, or we cannot understand, costs nothing but itself: as long as its times are known, it
takes them.
"""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from datetime import time as clock_time
from functools import partial
from typing import TypeVar
from zoneinfo import ZoneInfo

from app.domain.calendars import Event
from app.domain.clock import DAY, HOUR, Instant
from app.domain.connections import Flaw, Flaws, Lost
from app.domain.errors import AccessLost
from app.domain.rules import RuleError
from app.domain.series import to_instant
from app.providers.events import in_order, in_window
from app.providers.exchange import asking
from app.providers.exchange.calls import Line, error_in, good
from app.providers.exchange.errors import UNTOUCHED, denied, lasting, name_of, no_item
from app.providers.exchange.expanding import changed_ids, occurrences, pattern_of, unread_change
from app.providers.exchange.items import EXCEPTION, MASTER, NOT_UNDERSTOOD, OCCURRENCE, SINGLE, Item, read_item
from app.providers.exchange.mapping import NO_DETAILS, Details, Home, details_of, event_of, fingerprint_of, has_details
from app.providers.exchange.xml import MESSAGES, TYPES, Element
from app.providers.http import undisturbed

_T, _M = f"{{{TYPES}}}", f"{{{MESSAGES}}}"
MONTH = 33 * DAY
"""A month, and the day more at either end."""
SMALLEST = HOUR
"""A view of less is not asked for, however many items the server says it has."""
ITEMS_A_CALL = 100
FINGERPRINTS = 1 << 62
MOST_KEPT = 20_000
"""Items whose details are kept."""
YEARS = 30 * 366 * DAY
"""Seconds after the start of a series in which its first occurrence is looked for."""


AT_ONCE, BREATH = 40, 0.0003
"""Items that are read in one go, which takes a millisecond; seconds of the pause after them."""
PATIENCE = 3
"""Readings in a row at which one item may fail in passing: after that it is taken without its details."""
UNREAD = Item("", "", unread=True)
CLOSED = Item("", "")
"""Stand for an item that is there and cannot be read, and for one that is not shown to us."""
T = TypeVar("T")
Part = Callable[[tuple[Event, ...]], object]


@dataclass(frozen=True, slots=True)
class Window:
    """What lies in a window, in order, and how it looks. ``flaws``: what of it cannot be read as it should; ``doubled``: marks
    of keys of which several requests made an event."""

    events: tuple[Event, ...]
    fingerprint: int
    flaws: Flaws = ()
    doubled: tuple[str, ...] = ()

    def without(self, gone: Collection[str]) -> Window:
        left = tuple(each for each in self.events if each.id not in gone)
        return replace(self, events=left, fingerprint=_fingerprint(left), doubled=())


class Reading:
    """Reads calendars of one mailbox, and keeps what costs a call of its own: details by item and state, series by UID."""

    def __init__(self, line: Line, home: Home) -> None:
        self._line, self._home = line, home
        self._details: OrderedDict[tuple[str, str], Details] = OrderedDict()
        self._series: OrderedDict[str, str] = OrderedDict()
        self._read: dict[str, tuple[Item, ...]] = {}
        """Series that were read whole for this window, each with its changed occurrences. A change key may stay the same when
        an occurrence changes, so they are not kept for the next."""
        self._flaws: dict[Flaw, set[str]] = {}
        self._attempts: dict[str, set[str]] = {}
        """Of this window: what each flaw concerns, and by the mark of a key the requests that made an event of it."""
        self._failed: Counter[str] = Counter()
        """How often in a row items could not be read in passing."""
        self._orphans: set[str] = set()
        """UIDs of series that could not be read."""

    # Windows

    def window(self, calendar: str, start: Instant, end: Instant, told: Part | None = None) -> Window:
        """Asked for is a day more at either end: what touches the window is our own decision then, down to events of no length
        and days of other zones. ``told`` hears each month as it comes. Raises exchangelib's errors."""
        events: dict[str, Event] = {}
        self._begin()
        for low, high in spans(start - DAY, end + DAY):
            month = undisturbed(partial(self._events, calendar, self._viewed(calendar, low, high), low, high))
            events |= month
            if told is not None:
                told(in_order(each for each in month.values() if in_window(each, start, end)))
        flaws = tuple((flaw, len(self._flaws[flaw])) for flaw in Flaw if flaw in self._flaws)
        doubled = tuple(mark for mark, attempts in self._attempts.items() if len(attempts) > 1)
        return undisturbed(lambda: _window(events.values(), start, end, flaws, doubled))

    def _begin(self) -> None:
        for kept in (self._read, self._flaws, self._attempts):
            kept.clear()
        for uid in self._orphans:
            self._series.pop(uid, None)
        self._orphans.clear()

    def _flawed(self, flaw: Flaw, about: str) -> None:
        self._flaws.setdefault(flaw, set()).add(about)

    def _viewed(self, calendar: str, low: Instant, high: Instant) -> list[Item]:
        """The items of a view, with the series of occurrences known and all details that are needed kept. A view with too
        many is halved."""
        (message,) = self._line.ask("FindItem", asking.view(calendar, low, high))
        error = error_in(message)
        too_many = error is not None and name_of(error) == "ErrorExceededFindCountLimit"
        if not too_many:
            root = good(message).find(f"{_M}RootFolder")
            too_many = root.get("IncludesLastItemInRange", "true").lower() in ("false", "0")
        if too_many and high - low > SMALLEST:
            middle = (low + high) // 2
            return self._viewed(calendar, low, middle) + self._viewed(calendar, middle, high)
        found = undisturbed(lambda: list(self._items(gently(self.listed(good(message))))))
        return self._completed(found)

    def _items(self, listed: Iterable[Element]) -> Iterator[Item]:
        for each in listed:
            try:
                yield read_item(each)
            except NOT_UNDERSTOOD:
                self._flawed(Flaw.LEFT_OUT, repr(each.xpath("string()")))

    def listed(self, message: Element) -> Iterator[Element]:
        """The calendar items of an answer: there may be others in a calendar."""
        items = message.find(f"{_M}RootFolder/{_T}Items")
        return (each for each in (() if items is None else items) if each.tag == f"{_T}CalendarItem")

    def _events(self, calendar: str, items: list[Item], low: Instant, high: Instant) -> dict[str, Event]:
        found: dict[str, Event] = {}
        for item in gently(items):
            if item.key and item.attempt and item.kind == SINGLE:
                self._attempts.setdefault(item.key, set()).add(item.attempt)
            for event in self._understood(item, calendar, low, high):
                found[event.id] = event
        return found

    def _understood(self, item: Item, calendar: str, low: Instant, high: Instant) -> list[Event]:
        """The events of an item; that it takes place, where nothing else of it makes sense."""
        try:
            found = [
                event_of(each, calendar, self._home, self._details.get(self._state(each), NO_DETAILS), series)
                for each, series in self._expanded(item, low, high)
            ]
        except NOT_UNDERSTOOD:
            found = [event_of(each, calendar, self._home) for each in self._only_times(item)]
        return [each for each in found if each is not None]

    def _only_times(self, item: Item) -> Iterator[Item]:
        """Of an item that cannot be read: that it takes place, once, if it is known when."""
        if not item.has_times:
            self._flawed(Flaw.LEFT_OUT, item.id)
            return
        if item.kind == MASTER:
            self._flawed(Flaw.REPEATS, item.id)
        yield item.bare()

    def _expanded(self, item: Item, low: Instant, high: Instant) -> Iterator[tuple[Item, str]]:
        """The item itself, or the unchanged occurrences of a series; and the series' id."""
        if item.kind != MASTER:
            yield item, self.series_of(item)
            return
        try:
            for each in occurrences(item, self._home, low, high):
                yield each, item.id
        except RuleError:
            # A pattern that nobody understands: what is known of it is that it begins.
            self._flawed(Flaw.REPEATS, item.id)
            yield item, ""

    # What a view does not tell

    def _state(self, item: Item) -> tuple[str, str]:
        """What an item's details are kept under: occurrences share those of their series."""
        shared = item.kind == OCCURRENCE
        return (f"uid:{item.plain.get('UID', '')}" if shared else item.id, item.change)

    def kept_details(self, item: Item, details: Details) -> Details:
        """Keeps the details of an item that was read whole, if a view would ask for them."""
        if not has_details(item):
            return NO_DETAILS
        self._keep(self._state(item), details)
        return details

    def _keep(self, state: tuple[str, str], details: Details) -> None:
        self._details[state] = details
        while len(self._details) > MOST_KEPT:
            self._details.popitem(last=False)

    def series_of(self, item: Item) -> str:
        """The id of the series that an occurrence belongs to; empty for any other item."""
        if item.kind not in (OCCURRENCE, EXCEPTION):
            return ""
        uid = item.plain.get("UID", "") or item.id
        if uid not in self._series:
            self._masters([item])
        return self._series.get(uid, "")

    def _completed(self, items: list[Item]) -> list[Item]:
        """The items with all that a window tells of them: series that the server did not expand are read whole, with their
        changed occurrences, and so are items of which a view told but their names, as some servers have it."""
        wanted: dict[tuple[str, str], Item] = {}
        for each in items:
            if each.kind in (OCCURRENCE, EXCEPTION) and (self._is_new(each) or (each.kind == OCCURRENCE and self._lacks(each))):
                wanted.setdefault(self._state(each), each)
        self._masters(wanted.values())
        names = (each.id for each in items if is_bare(each) or (each.kind != OCCURRENCE and self._lacks(each)))
        asked = list(dict.fromkeys(names))
        whole, unread, gone = self._whole([each for each in asked if each not in self._read])
        for item in whole.values():
            self._learn(item)
        self._read |= {each.id: (each, *self._changed(each)) for each in whole.values() if each.kind == MASTER}
        found: list[Item] = []
        for each in items:
            each.unread = each.unread or each.id in unread
            read = whole.get(each.id, each)
            if each.id in self._read:
                found.extend(self._read[each.id])
            elif not is_bare(read):
                found.append(read)
            elif each.id not in gone:
                found.extend(self._only_times(read))
        return found

    def _learn(self, item: Item) -> None:
        """Keeps what an item that was read whole says of itself, or of its occurrences."""
        uid = item.plain.get("UID", "")
        if item.kind == MASTER:
            self._series[uid or item.id] = item.id
        if has_details(item):
            state = (f"uid:{uid}", item.change) if item.kind == MASTER else self._state(item)
            self._keep(state, details_of(item, self._home))

    def _changed(self, master: Item) -> Iterator[Item]:
        """The changed occurrences of a series that is expanded here, under the ids that they had before."""
        asked = self._asked([asking.item_id(moved.id) for moved in master.moved])
        for item, moved, name in zip(asked, master.moved, changed_ids(master, self._home), strict=True):
            if item in (UNREAD, CLOSED):
                yield unread_change(master, moved, name)
            elif item is not None:
                changed = replace(item, id=name)
                self._learn(changed)
                yield changed

    def _is_new(self, item: Item) -> bool:
        return (item.plain.get("UID", "") or item.id) not in self._series

    def _lacks(self, item: Item) -> bool:
        return has_details(item) and self._state(item) not in self._details

    def _masters(self, members: Iterable[Item]) -> None:
        """Reads the series of occurrences: their ids and details."""
        asked = list(members)
        for member, master in zip(asked, self._asked([asking.master_id(each.id) for each in asked]), strict=True):
            uid = member.plain.get("UID", "") or member.id
            self._series[uid] = "" if master is None else master.id
            while len(self._series) > MOST_KEPT:
                self._series.popitem(last=False)
            if master is UNREAD:
                self._orphans.add(uid)
            elif master is not None and has_details(master) and member.kind == OCCURRENCE:
                self._keep(self._state(member), details_of(master, self._home))

    def _whole(self, ids: list[str]) -> tuple[dict[str, Item], set[str], set[str]]:
        """Items with all that is read of them; and the ids of those that cannot be read, and of those that are gone."""
        asked = dict(zip(ids, self._asked([asking.item_id(each) for each in ids]), strict=True))
        whole = {each.id: each for each in asked.values() if each is not None and each.id}
        unread, gone = ({name for name, each in asked.items() if each is what} for what in (UNREAD, None))
        return whole, unread, gone

    def _asked(self, ids: list[Element]) -> list[Item | None]:
        """Each of the items: None for one that is gone, UNREAD or CLOSED for one that is there."""
        found: list[Item | None] = [UNREAD] * len(ids)
        left = list(range(len(ids)))
        while left:
            now, left = left[:ITEMS_A_CALL], left[ITEMS_A_CALL:]
            messages = self._line.ask("GetItem", asking.get_items([ids[each] for each in now]))
            later = []
            for number, message in zip(now, messages, strict=False):
                error = error_in(message)
                if error is not None and name_of(error) in UNTOUCHED:
                    # The server stopped at another one.
                    later.append(number)
                else:
                    found[number] = self._told(_name_in(ids[number]), message, error)
            if later == now:
                raise error_in(messages[0]) or ValueError("nothing told")
            left = later + left
        return found

    def _told(self, name: str, message: Element, error: Exception | None) -> Item | None:
        """Raises what the server says of an item, if that may pass and is not said again and again."""
        if no_item(error) or denied(error):
            return None if no_item(error) else CLOSED
        if error is not None:
            self._failed[name] += 1
            if not lasting(error) and self._failed[name] < PATIENCE:
                raise error
            return UNREAD
        self._failed.pop(name, None)
        try:
            return read_item(message.find(f"{_M}Items")[0])
        except NOT_UNDERSTOOD:
            return UNREAD

    def probe(self, calendar: str, account: str) -> None:
        """Raises AccessLost if the calendar's items may not be seen."""
        (message,) = self._line.ask("FindItem", asking.view(calendar, 0, DAY))
        if denied(error_in(message)):
            raise AccessLost(account, calendar, Lost.UNSHARED)


def gently(many: Iterable[T]) -> Iterator[T]:
    """One after the other, with a short breath now and then: whoever waits for the interpreter, the window first of all, need
    not wait until it is taken away from us."""
    for number, each in enumerate(many, start=1):
        yield each
        if number % AT_ONCE == 0:
            time.sleep(BREATH)


def _name_in(reference: Element) -> str:
    return str(reference.get("Id") or reference.get("OccurrenceId") or "")


def is_bare(item: Item) -> bool:
    """Whether a view told too little of it to make events of it."""
    return item.kind == MASTER or "Start" not in item.plain or "End" not in item.plain


def spans(start: Instant, end: Instant) -> Iterator[tuple[Instant, Instant]]:
    """A window in parts of a month at most."""
    while start < end:
        yield start, min(start + MONTH, end)
        start += MONTH


def _window(events: Iterable[Event], start: Instant, end: Instant, flaws: Flaws, doubled: tuple[str, ...]) -> Window:
    inside = in_order(each for each in events if in_window(each, start, end))
    return Window(inside, _fingerprint(inside), flaws, doubled)


def _fingerprint(events: Iterable[Event]) -> int:
    return sum(map(fingerprint_of, gently(events))) % FINGERPRINTS


def first_event(reading: Reading, calendar: str, master: Item, home: Home) -> Event | None:
    """The first occurrence that is left of a series, as a window tells it; None if none is."""
    info, begin = ZoneInfo(home.zone), master.start
    start = next(iter(pattern_of(master, home).starts(begin, begin + YEARS)), None)
    moments = [each.start for each in master.moved]
    if start is not None:
        moments.append(start if isinstance(start, int) else to_instant(datetime.combine(start, clock_time(0)), info))
    for moment in sorted(moments):
        for event in reading.window(calendar, moment, moment + HOUR).events:
            if event.series == master.id:
                return event
    return None
