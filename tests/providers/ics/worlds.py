"""A feed at the web server of the tests, for the suite that all providers pass."""

from __future__ import annotations

import atexit
import contextlib
import functools
import itertools
from dataclasses import dataclass, field

import icalendar

from app.domain.calendars import EventDraft
from app.domain.clock import DAY, Instant
from app.domain.series import split_occurrence_id
from app.providers.ics import draft_text, series_id, with_changed, without
from app.providers.ics.feed import EVERY, Feed, FeedProvider
from app.providers.ics.lines import join
from app.providers.ics.writing import component, put_fields, put_times
from tests.providers.contract import START, ZONE
from tests.servers.feed.serving import FeedFile, FeedServer, serving

_numbers = itertools.count(1)
HEADER = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nX-WR-CALNAME:Kirsten\r\nX-WR-TIMEZONE:{zone}\r\nEND:VCALENDAR\r\n"
)


@functools.cache
def server() -> FeedServer:
    """One for all tests of the process; feeds do not meet."""
    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(serving())


@dataclass
class SteppingClock:
    at: Instant = START - 30 * DAY

    def now(self) -> Instant:
        return self.at


@dataclass
class FeedWorld:
    """``World`` whose owner edits a file on a web server. Five minutes pass with every edit."""

    zone: str = ZONE
    clock: SteppingClock = field(default_factory=SteppingClock)
    texts: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.path = f"/secret-{next(_numbers)}/kirsten.ics"
        self.file = FeedFile(b"")
        server().files[self.path] = self.file
        self.calendar = "feed-1"
        self.provider = self.connect()
        self.publish()

    @property
    def address(self) -> str:
        return server().base + self.path

    def connect(self) -> FeedProvider:
        return FeedProvider("account", Feed(self.address, self.calendar, "Kirsten", self.zone), self.clock)

    def publish(self) -> None:
        self.file.write((HEADER.format(zone=self.zone) + "".join(self.texts.values())).encode())
        self.clock.at += EVERY

    async def add(self, draft: EventDraft) -> str:
        uid = f"uid-{next(_numbers)}"
        self.texts[series_id(uid)] = _text(draft, uid)
        self.publish()
        return series_id(uid)

    async def change(self, event: str, draft: EventDraft) -> None:
        split = split_occurrence_id(event)
        if split is not None and split[0] in self.texts:
            self.texts[split[0]] = with_changed(self.texts[split[0]], split[1], draft)
        else:
            uid = icalendar.Calendar.from_ical(self.texts[event]).walk("VEVENT")[0]["UID"]
            self.texts[event] = _text(draft, str(uid))
        self.publish()

    async def remove(self, event: str) -> None:
        split = split_occurrence_id(event)
        if split is not None and split[0] in self.texts:
            self.texts[split[0]] = without(self.texts[split[0]], split[1])
        else:
            del self.texts[event]
        self.publish()

    async def again(self) -> FeedProvider:
        return self.connect()

    async def remove_calendar(self) -> None:
        self.file.status = 410
        self.clock.at += EVERY


def _text(draft: EventDraft, uid: str) -> str:
    if draft.rrule:
        return draft_text(draft, uid)
    part = icalendar.Event()
    part.add("uid", uid)
    put_times(part, draft.days, draft.start, draft.end, "UTC")
    put_fields(part, draft.title, draft.location, draft.description, draft.attendees, draft.show_as)
    return join(["BEGIN:VCALENDAR", "VERSION:2.0", *component(part).text_lines(), "END:VCALENDAR"])
