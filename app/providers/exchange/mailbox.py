"""One mailbox over its line: looking into calendars and writing to them. Blocks, and imports exchangelib: for the account's
thread. Raises errors of ``domain.errors`` alone."""

from __future__ import annotations

import threading
import uuid
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from app.domain.calendars import Event, EventDraft
from app.domain.clock import Instant
from app.domain.connections import Access, Lost
from app.domain.errors import AccessLost, Conflict, NotFound, Unreachable
from app.providers.base import Changes, RemoteCalendar
from app.providers.exchange import asking, writing
from app.providers.exchange.calls import Line, error_in, good
from app.providers.exchange.errors import lasting, no_item, outdated, translated
from app.providers.exchange.expanding import place_in, split_id
from app.providers.exchange.folders import calendars_of, folder_of
from app.providers.exchange.items import MASTER, SINGLE, Item, read_item
from app.providers.exchange.mapping import Home, details_of, event_of, mark_of
from app.providers.exchange.reading import Part, Reading, Window, first_event
from app.providers.exchange.token import Token, calendar_hash
from app.providers.exchange.walking import signal
from app.providers.exchange.xml import MESSAGES, Element

_M = f"{{{MESSAGES}}}"
PATIENCE = 45.0
"""Seconds that one creation waits for another."""
INVITING, MOST_MADE = 3, 10_000
"""Times in a row that guests are invited to an event that changes meanwhile; events whose making is remembered."""
_made: OrderedDict[tuple[str, str, str], str] = OrderedDict()
"""Which event we made, by server, mailbox and mark of the key."""
_creating: dict[tuple[str, str], threading.Lock] = {}


class Mailbox:
    """``account``: ours of the account; ``home``: who it is and where they live."""

    def __init__(self, account: str, line: Line, home: Home, manners: writing.Manners) -> None:
        self.account, self._line, self._home, self._manners = account, line, home, manners
        self._reading = Reading(line, home)

    def close(self) -> None:
        self._line.close()

    # Looking

    def calendars(self) -> tuple[RemoteCalendar, ...]:
        with translated(self.account):
            main, found = calendars_of(self._line)
            return tuple(
                RemoteCalendar(each.id, each.name or each.id, self._home.zone, each.access, each.id == main, owner=each.owner)
                for each in found
            )

    def window(self, calendar: str, start: Instant, end: Instant, told: Part | None = None) -> Window:
        with self._of(calendar):
            found = self._reading.window(calendar, start, end, told)
            twins = {each for mark in found.doubled for each in self._without_twins(self._all_marked(calendar, mark))}
        return found.without(twins) if twins else found

    def changes(self, calendar: str, token: str, start: Instant, end: Instant, early: Part | None = None) -> Changes:
        """``early`` hears each month of a first reading."""
        known = Token.load(token)
        if known is None or known.calendar != calendar_hash(calendar):
            return _told(Token(calendar_hash(calendar), start, end, 0), self.window(calendar, start, end, early))
        with self._of(calendar):
            told = signal(self._line, calendar, known.state)
        ended = told.ended
        if known.state and not told.changed and not ended and known.shows(start, end):
            return Changes((), (), known.with_state(told.state).dump(), full=False)
        known = known.with_state(told.state)
        found = self.window(calendar, start, end)
        if known.shows(start, end) and known.fingerprint == found.fingerprint and not ended:
            return Changes((), (), known.dump(), full=False, flaws=found.flaws)
        return _told(Token(known.calendar, start, end, 0, known.state), found)

    def find(self, calendar: str, key: str) -> Event | None:
        with self._of(calendar):
            item = self._marked(calendar, mark_of(key))
        return self._shown(calendar, item) if item is not None else None

    # Writing

    def create(self, calendar: str, draft: EventDraft) -> Event:
        """Guests are invited when it is there, and there once."""
        with self._alone():
            with self._of(calendar):
                item = self._marked(calendar, mark_of(draft.key))
            if item is None:
                with self._of(calendar, write=True):
                    payload = writing.create(calendar, draft, self._home, self._manners, attempt=uuid.uuid4().hex)
                    made = read_item(self._line.one("CreateItem", payload).find(f"{_M}Items")[0])
                    self._keep(mark_of(draft.key), made.id)
                    item = self._marked(calendar, mark_of(draft.key)) or self._item(asking.item_id(made.id))
            if item is not None:
                item = self._invited(calendar, draft, item)
        if item is None:
            raise NotFound("event")
        return self._shown(calendar, item)

    def _invited(self, calendar: str, draft: EventDraft, item: Item) -> Item | None:
        """The item with the draft's guests, who get their invitation once; where that is refused for good, it is removed."""
        try:
            for _try in range(INVITING):
                if (payload := writing.invite(item, draft, self._manners)) is None:
                    return item
                with self._of(calendar, write=True):
                    (message,) = self._line.ask("UpdateItem", payload)
                    error = error_in(message)
                    if not no_item(error) and not outdated(error):
                        good(message)
                    there = self._item(asking.item_id(item.id))
                if error is None or there is None:
                    return there
                item = there
        except Conflict:
            with self._of(calendar, write=True):
                self._removed(item)
            raise
        raise Unreachable(self.account, "the event changes all the time")

    def _keep(self, mark: str, event: str) -> None:
        _made[self._place(mark)] = event
        while len(_made) > MOST_MADE:
            _made.popitem(last=False)

    def _place(self, mark: str) -> tuple[str, str, str]:
        return self._line.keys.url, self._home.me.lower(), mark

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else in this process creates in the mailbox meanwhile: EWS knows no request that is done only once."""
        gate = _creating.setdefault((self._line.keys.url, self._home.me.lower()), threading.Lock())
        if not gate.acquire(timeout=PATIENCE):
            raise Unreachable(self.account, "another event is being written")
        try:
            yield
        finally:
            gate.release()

    def update(self, calendar: str, event: str, draft: EventDraft) -> Event:
        item = self._there(calendar, event)
        if item is None:
            raise NotFound("event")
        with self._of(calendar, write=True):
            payload = writing.update(item, draft, self._home, self._manners)
            if payload is None:
                return self._shown(calendar, item, event)
            (message,) = self._line.ask("UpdateItem", payload)
            error = error_in(message)
            if no_item(error):
                raise NotFound("event")
            good(message)
            changed = self._item(asking.item_id(read_item(message.find(f"{_M}Items")[0]).id))
        if changed is None:
            raise NotFound("event")
        return self._shown(calendar, changed, event)

    def delete(self, calendar: str, event: str) -> None:
        """Moves it to the deleted items. Guests of a meeting of ours are told."""
        item = self._there(calendar, event)
        if item is None:
            return
        with self._of(calendar, write=True):
            ours = item.plain.get("MyResponseType", "Organizer") in ("Organizer", "Unknown")
            (message,) = self._line.ask(
                "DeleteItem", writing.delete(asking.item_id(item.id, item.change), ours and bool(item.people))
            )
            if not no_item(error_in(message)):
                good(message)
            if item.attempt and item.kind == SINGLE:
                # What a request of long ago made meanwhile goes with it.
                self._without_twins([item, *self._all_marked(calendar, item.key)])

    # Parts of the above

    @contextmanager
    def _of(self, calendar: str, write: bool = False) -> Iterator[None]:
        """A block about one calendar. A refusal is looked into: the calendar may be lost, or show less than it did."""
        try:
            with translated(self.account, calendar, write):
                yield
        except (AccessLost, Conflict) as refused:
            self._look(calendar, refused)
            raise

    def _look(self, calendar: str, refused: AccessLost | Conflict) -> None:
        """Raises AccessLost if the calendar cannot be read; what was refused may be something else in it."""
        with translated(self.account, calendar):
            folder = folder_of(self._line, calendar)
        if folder.access is Access.FREE_BUSY:
            raise AccessLost(self.account, calendar, Lost.LOWERED) from refused
        if isinstance(refused, AccessLost):
            # It is there and may be read: whatever was refused, it was not the calendar.
            self._reading.probe(calendar, self.account)

    def _marked(self, calendar: str, mark: str) -> Item | None:
        """The event or series with our mark of a key. Of several that as many requests made, which a lost answer and a slow
        server can leave, one stays."""
        found = self._all_marked(calendar, mark)
        self._without_twins(found)
        return found[0] if found else None

    def _without_twins(self, found: list[Item]) -> set[str]:
        """Removes what other requests made than the one that made the first. Returns its ids."""
        return {each.id for each in found if each.attempt != found[0].attempt and self._removed(each)}

    def _all_marked(self, calendar: str, mark: str) -> list[Item]:
        """All events and series with a mark, first the one that is to stay: whose guests are invited, or that we know of, or
        that was there first. A copy that somebody made has the name of the same request."""
        message = self._line.one("FindItem", asking.marked(calendar, mark))
        names = [read_item(each).id for each in self._reading.listed(message)]
        items = (self._item(asking.item_id(each)) for each in names)
        left = (each for each in items if each is not None and not each.says("IsCancelled"))
        found = [each for each in left if each.kind in (SINGLE, MASTER)]
        known = _made.get(self._place(mark), "")
        found.sort(key=lambda each: (not each.guests, each.id != known, each.plain.get("DateTimeCreated", ""), each.id))
        return found

    def _removed(self, item: Item) -> bool:
        """Whether it is gone now. Raises what may pass."""
        which = asking.item_id(item.id, item.change)
        (message,) = self._line.ask("DeleteItem", writing.delete(which, bool(item.guests)))
        error = error_in(message)
        if error is not None and not no_item(error) and not lasting(error):
            raise error
        return error is None or no_item(error)

    def _item(self, which: Element) -> Item | None:
        """An item with all that is read of it; None if there is none."""
        (message,) = self._line.ask("GetItem", asking.get_items([which]))
        if no_item(error_in(message)):
            return None
        return read_item(good(message).find(f"{_M}Items")[0])

    def _there(self, calendar: str, event: str) -> Item | None:
        """The item that is to be changed; None if it is gone. Raises AccessLost if the calendar is."""
        with self._of(calendar):
            made_here = split_id(event)
            item = self._item(asking.item_id(event)) if made_here is None else self._by_place(*made_here)
            if item is None or item.says("IsCancelled"):
                folder = folder_of(self._line, calendar)
                if folder.access is Access.FREE_BUSY:
                    raise AccessLost(self.account, calendar, Lost.LOWERED)
                return None
            return item

    def _by_place(self, series: str, start: Any) -> Item | None:
        """The occurrence of a series that the server does not expand."""
        master = self._item(asking.item_id(series))
        if master is None or master.recurrence is None:
            return None
        number = place_in(master, self._home, start)
        return None if number is None else self._item(asking.occurrence_id(series, number))

    def _shown(self, calendar: str, item: Item, event: str = "") -> Event:
        """An event as a window tells it; of a series its first occurrence that is left. Raises NotFound if none is."""
        if split_id(event) is not None:
            item = replace(item, id=event)
        with self._of(calendar):
            if item.kind == MASTER:
                found = first_event(self._reading, calendar, item, self._home)
            else:
                details = details_of(item, self._home)
                series = self._reading.series_of(item)
                found = event_of(item, calendar, self._home, self._reading.kept_details(item, details), series)
        if found is None:
            raise NotFound("event")
        return found


def _told(token: Token, found: Window) -> Changes:
    return Changes(found.events, (), token.with_fingerprint(found.fingerprint).dump(), full=True, flaws=found.flaws)
