"""Windows of a calendar, and the signal that something in it changed.

The signal is ``calendarView/delta``, the truth ``calendarView``: rows of a delta are not complete (occurrences come without
subject and without how they show, deleted ones sometimes not at all, and what is said to be removed may only lie elsewhere). So
a delta that tells nothing is a cheap *nothing happened*; one that tells anything leads to reading the window.

A delta begins with a walk through its whole window, so that is wider than what is asked for, and the link goes on counting
while the asked window moves inside it from day to day. The link is taken first and the window read after it: what changes in
between is told the next time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from app.domain.calendars import Event
from app.domain.clock import DAY, Instant
from app.providers.events import in_order, in_window
from app.providers.office365.api import Api, part
from app.providers.office365.errors import Refused
from app.providers.office365.mapping import EVENT_FIELDS, EXPANDED, Home, Item, hides_details, read_event, window

PAGE_SIZE = 1000
"""Events that Graph gives in one answer at most."""
SIGNAL_PAGE = "odata.maxpagesize=200"
"""Rows of a delta are whole events, texts included: more of them would be one long gulp."""
AHEAD = 60 * DAY
"""How far beyond the asked window a delta looks."""


@dataclass(frozen=True, slots=True)
class Token:
    """What ``changes`` needs the next time: the window that was told, that of the delta, and its link."""

    calendar: str
    start: Instant
    end: Instant
    low: Instant
    high: Instant
    link: str

    def dump(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def load(cls, text: str) -> Token | None:
        """What ``dump`` made; None for anything else."""
        try:
            found = cls(**json.loads(text))
        except (ValueError, TypeError):
            return None
        numbers = (found.start, found.end, found.low, found.high)
        words = (found.calendar, found.link)
        return found if all(type(each) is int for each in numbers) and all(type(each) is str for each in words) else None

    def covers(self, calendar: str, start: Instant, end: Instant) -> bool:
        return self.calendar == calendar_hash(calendar) and self.low <= start and end <= self.high


def calendar_hash(calendar: str) -> str:
    return hashlib.sha256(calendar.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Page:
    """``hides``: its events show that somebody else's calendar gives away free and busy alone."""

    events: tuple[Event, ...] = ()
    hides: bool = False


def page_reader(calendar: str, home: Home) -> Callable[[Any], Page]:
    """Reads an answer that lists events."""

    def read(answer: Any) -> Page:
        items = answer["value"]
        found = (read_event(item, calendar, home) for item in items)
        hides = home.shared and hides_details(items)
        return Page(tuple(each for each in found if each is not None), hides)

    return read


async def read_window(api: Api, calendar: str, home: Home, start: Instant, end: Instant) -> tuple[tuple[Event, ...], bool]:
    """The events of a window, and whether they hide their details. Asked for is a day more at either end: what touches the
    window is our own decision then, down to events of no length and days of other zones."""
    query: dict[str, str | int] = {
        **window(start - DAY, end + DAY), "$select": EVENT_FIELDS, "$expand": EXPANDED, "$top": PAGE_SIZE,
    }  # fmt: skip
    pages, _delta = await api.pages(f"me/calendars/{part(calendar)}/calendarView", page_reader(calendar, home), query)
    return in_order(each for each in _once(pages) if in_window(each, start, end)), any(page.hides for page in pages)


def _once(pages: Iterable[Page]) -> Iterable[Event]:
    """An event that changed while the pages were read may stand on two of them: the later one counts."""
    return {each.id: each for page in pages for each in page.events}.values()


async def first_link(api: Api, calendar: str, start: Instant, end: Instant) -> Token:
    """A new delta, walked to its end: from now on it tells what changes."""
    low, high = start - DAY, end + AHEAD
    path = f"me/calendars/{part(calendar)}/calendarView/delta"
    _pages, link = await api.pages(path, _told, {**window(low, high)}, SIGNAL_PAGE)
    return Token(calendar_hash(calendar), start, end, low, high, link)


async def signal(api: Api, token: Token) -> tuple[bool, str] | None:
    """Whether something changed since the link was given, and the next link; None if it leads nowhere any more."""
    if not token.link or not api.session.places.is_ours(token.link):
        return None
    try:
        pages, link = await api.pages(token.link, _told, None, SIGNAL_PAGE)
    except Refused as refused:
        # A link that is not understood is as good as one that ended. Everything else is about the calendar.
        if refused.resync or refused.status == 400:
            return None
        raise
    return any(pages), link


def _told(answer: Any) -> bool:
    value: list[Item] = answer["value"]
    return bool(value)
