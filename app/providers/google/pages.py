"""Pages of events: read in one go, put together in order. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.domain.calendars import Event
from app.providers.google.mapping import Item, read_event, zone_or_utc


@dataclass(frozen=True, slots=True)
class Page:
    """``cancelled``: ids of what is gone. ``recurs``: something of a series is among them."""

    events: tuple[Event, ...] = ()
    cancelled: tuple[str, ...] = ()
    recurs: bool = False
    role: str = ""
    zone: str = "UTC"
    next_page: str = ""
    sync_token: str = ""

    def followed_by(self, page: Page) -> Page:
        """Both as one. An event that changed while the pages were read may stand on two of them: the later one counts."""
        told: dict[str, Event | None] = {}
        for one in (self, page):
            told |= {each.id: each for each in one.events} | dict.fromkeys(one.cancelled)
        events = tuple(each for each in told.values() if each is not None)
        cancelled = tuple(name for name, each in told.items() if each is None)
        recurs = self.recurs or page.recurs
        return Page(events, cancelled, recurs, page.role, page.zone, page.next_page, page.sync_token)


def page_reader(calendar: str) -> Callable[[Item], Page]:
    """Reads an answer of events.list or events.instances."""

    def read(answer: Item) -> Page:
        zone = zone_or_utc(answer.get("timeZone", ""))
        items = answer.get("items", ())
        events, cancelled = [], []
        for item in items:
            event = read_event(item, calendar, zone)
            if event is None:
                cancelled.append(item["id"])
            else:
                events.append(event)
        return Page(
            events=tuple(events),
            cancelled=tuple(cancelled),
            recurs=any(_recurs(each) for each in items),
            role=answer["accessRole"],
            zone=zone,
            next_page=answer.get("nextPageToken", ""),
            sync_token=answer.get("nextSyncToken", ""),
        )

    return read


def _recurs(item: Item) -> bool:
    # Of a cancelled event little more than the id comes; that of an occurrence has the original start at its end.
    return "recurringEventId" in item or "recurrence" in item or (item.get("status") == "cancelled" and "_" in item["id"])
