"""Pages of events: read in one go, put together in order. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

from app.domain.calendars import Event
from app.domain.clock import Instant
from app.providers.events import in_order, in_window
from app.providers.google.reading import Item, Reader, zone_or_utc

_OPENING, _COMMA = re.compile(r"\s*{"), re.compile(r"\s*,")
_NAME = re.compile(r'\s*"(\w+)"\s*:\s*')
_ID = attrgetter("id")
_decode = json.JSONDecoder().raw_decode
FEW_UNREADABLE = 3
"""Events of one page that may make no sense; of a long page, a hundredth."""


@dataclass(frozen=True, slots=True)
class Page:
    """``events`` in order; ``cancelled``: ids of what is gone; ``recurs``: something of a series is among them."""

    events: tuple[Event, ...] = ()
    cancelled: tuple[str, ...] = ()
    recurs: bool = False
    role: str = ""
    zone: str = "UTC"
    next_page: str = ""
    sync_token: str = ""


def joined(pages: Iterable[Page]) -> Page:
    """All pages as one. An event that changed while they were read may stand on two of them: the later one counts."""
    told: dict[str, Event | None] = {}
    whole = Page()
    for page in pages:
        told.update(zip(map(_ID, page.events), page.events, strict=True))
        told.update(dict.fromkeys(page.cancelled))
        whole = replace(page, recurs=whole.recurs or page.recurs)
    events = tuple([each for each in told.values() if each is not None])
    return replace(whole, events=events, cancelled=tuple([name for name, each in told.items() if each is None]))


def within(page: Page, start: Instant, end: Instant) -> Page:
    """The page with the events of the window in order; those beyond it count as cancelled."""
    inside = [each for each in page.events if in_window(each, start, end)]
    kept = {each.id for each in inside} if len(inside) < len(page.events) else None
    beyond = () if kept is None else tuple(each.id for each in page.events if each.id not in kept)
    return replace(page, events=in_order(inside), cancelled=page.cancelled + beyond)


def head_of(text: str) -> dict[str, Any]:
    """The members of an answer that stand before its ``items``: where the next page is can be known before the work of reading
    this one. Google may put it behind them as well. Raises ValueError for what is no answer."""
    found: dict[str, Any] = {}
    at = _OPENING.match(text)
    while at and (name := _NAME.match(text, at.end())) and name[1] != "items":
        found[name[1]], end = _decode(text, name.end())
        at = _COMMA.match(text, end)
    return found


def page_reader(calendar: str) -> Callable[[Item], Page]:
    """Reads an answer of events.list or events.instances."""

    def read(answer: Item) -> Page:
        if "items" not in answer and "accessRole" not in answer:
            # Whatever this is, it is no list of events that happens to be empty.
            raise ValueError("list of events")
        zone = zone_or_utc(answer.get("timeZone", ""))
        items = answer.get("items", ())
        events, cancelled, unreadable = [], [], 0
        read_event = Reader(calendar, zone).event
        for item in items:
            try:
                event = read_event(item)
            except (KeyError, TypeError, ValueError, OverflowError):
                # One odd event does not cost the whole calendar; many say that we do not understand Google any more.
                unreadable += 1
                if unreadable > max(FEW_UNREADABLE, len(items) // 100):
                    raise
                continue
            if event is None:
                cancelled.append(item["id"])
            else:
                events.append(event)
        return Page(
            events=in_order(events),
            cancelled=tuple(cancelled),
            recurs=any(_recurs(each) for each in items),
            role=answer.get("accessRole", ""),
            zone=zone,
            next_page=answer.get("nextPageToken", ""),
            sync_token=answer.get("nextSyncToken", ""),
        )

    return read


def _recurs(item: Item) -> bool:
    # Of a cancelled event little more than the id comes; that of an occurrence has the original start at its end.
    return "recurringEventId" in item or "recurrence" in item or (item.get("status") == "cancelled" and "_" in item["id"])
