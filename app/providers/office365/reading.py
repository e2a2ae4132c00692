"""Windows of a calendar, and the signal that something in it changed.

The signal is ``calendarView/delta``, the truth ``calendarView``: rows of a delta are not complete (occurrences come without
subject and without how they show, deleted ones sometimes not at all, and what is said to be removed may only lie elsewhere).
So a delta that tells nothing is a cheap *nothing happened*; one that tells anything leads to reading the window, which is told
if it looks different than the last time (its fingerprint does).

A delta begins with a walk through its whole window, row by row and texts included. It is left to the second reading, so that
the first one is as quick as it can be. Its window is wider than what is asked for, and the link goes on counting while the
asked window moves inside it from day to day. The link is taken first and the window read after it: what changes in between is
told the next time.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from app.domain.calendars import Event
from app.domain.clock import DAY, Instant
from app.providers.events import in_order, in_window
from app.providers.http import undisturbed
from app.providers.office365.api import Api, part
from app.providers.office365.errors import Refused
from app.providers.office365.mapping import EVENT_FIELDS, EXPANDED, Home, Item, hides_details, read_event, window

PAGE_SIZE = 1000
"""Events that Graph gives in one answer at most."""
SIGNAL_PAGE = "odata.maxpagesize=200"
"""Rows of a delta are whole events, texts included: more of them would be one long gulp."""
FINGERPRINTS = 1 << 62
AHEAD = 60 * DAY
"""How far beyond the asked window a delta looks."""


@dataclass(frozen=True, slots=True)
class Token:
    """What ``changes`` needs the next time: the window that was told and its ``fingerprint``; the window of the delta and its
    ``link``, empty until there is one."""

    calendar: str
    start: Instant
    end: Instant
    fingerprint: int
    low: Instant = 0
    high: Instant = 0
    link: str = ""

    def dump(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def load(cls, text: str) -> Token | None:
        """What ``dump`` made; None for anything else."""
        try:
            found = cls(**json.loads(text))
        except (ValueError, TypeError):
            return None
        numbers = (found.start, found.end, found.fingerprint, found.low, found.high)
        words = (found.calendar, found.link)
        return found if all(type(each) is int for each in numbers) and all(type(each) is str for each in words) else None

    def shows(self, start: Instant, end: Instant) -> bool:
        """It was made for this window."""
        return (self.start, self.end) == (start, end)

    def reaches(self, start: Instant, end: Instant) -> bool:
        """The delta tells of everything in this window."""
        return bool(self.link) and self.low <= start and end <= self.high


def calendar_hash(calendar: str) -> str:
    return hashlib.sha256(calendar.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Page:
    """``hides``: its events show that somebody else's calendar gives away free and busy alone."""

    events: tuple[Event, ...] = ()
    fingerprint: int = 0
    hides: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """What lies in a window, in order, and how it looks."""

    events: tuple[Event, ...]
    fingerprint: int
    hides: bool


def page_reader(calendar: str, home: Home) -> Callable[[Any], Page]:
    """Reads an answer that lists events."""

    def read(answer: Any) -> Page:
        items = answer["value"]
        found = (read_event(item, calendar, home) for item in items)
        events = tuple([each for each in found if each is not None])
        return Page(events, sum(map(fingerprint_of, events)), home.shared and hides_details(items))

    return read


def fingerprint_of(event: Event) -> int:
    """A number for all that is known of an event: equal for equal ones, in any process."""
    days = f"{event.days.first}/{event.days.end}" if event.days else ""
    text = "\x1f".join(
        (
            event.id, str(event.start), str(event.end), days, event.title, event.show_as, event.response, event.uid,
            event.series, event.booking, event.location, event.description, event.tag, str(event.created),
            f"{event.private}{event.by_program}", *event.attendees, "\x1e", *event.declined,
        )
    )  # fmt: skip
    return int.from_bytes(hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=7).digest(), "big")


async def read_window(api: Api, calendar: str, home: Home, start: Instant, end: Instant) -> Window:
    """The events of a window. Asked for is a day more at either end: what touches the window is our own decision then, down to
    events of no length and days of other zones."""
    query: dict[str, str | int] = {
        **window(start - DAY, end + DAY), "$select": EVENT_FIELDS, "$expand": EXPANDED, "$top": PAGE_SIZE,
    }  # fmt: skip
    pages, _delta = await api.pages(f"me/calendars/{part(calendar)}/calendarView", page_reader(calendar, home), query)

    def put_together() -> Window:
        events = in_order(each for each in _once(pages) if in_window(each, start, end))
        return Window(events, sum(page.fingerprint for page in pages) % FINGERPRINTS, any(page.hides for page in pages))

    return put_together() if len(pages) == 1 else await asyncio.to_thread(undisturbed, put_together)


def _once(pages: Iterable[Page]) -> Iterable[Event]:
    """An event that changed while the pages were read may stand on two of them: the later one counts."""
    return {each.id: each for page in pages for each in page.events}.values()


async def first_link(api: Api, calendar: str, token: Token, start: Instant, end: Instant) -> Token:
    """A new delta, walked to its end: from now on it tells what changes. Where Exchange gives up on the walk, as it does on
    some series without an end, there is no link yet: the window is read each time."""
    low, high = start - DAY, end + AHEAD
    path = f"me/calendars/{part(calendar)}/calendarView/delta"
    try:
        _pages, link = await api.pages(path, _told, {**window(low, high)}, SIGNAL_PAGE)
    except Refused as refused:
        if refused.status not in (500, 504):
            raise
        link = ""
    return replace(token, low=low, high=high, link=link)


async def signal(api: Api, token: Token) -> tuple[bool, str] | None:
    """Whether something changed since the link was given, and the next link; None if it leads nowhere any more."""
    if not api.session.places.is_ours(token.link):
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
