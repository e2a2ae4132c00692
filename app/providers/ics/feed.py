"""A calendar behind a link: one account with one calendar that can only be looked at (``providers.base.Provider``).

The feed is the whole calendar each time, so what is new is told by the server (ETag, Last-Modified), or by the digest of what
came. Where nothing changed nothing is read again. A feed that cannot be read, because it is too large, takes too long or is
no calendar at all today, is out of reach for now: the copy that was read before stays, and why is told. What of a feed could
not be read as it should stands in the token too, so that it is told as long as the feed is as it was.

A transfer that breaks off looks like a feed whose maker cuts it. Such an answer only adds to what was known (``lastread``).
Where nobody remembers what was known, because the program was started since, the copy that is kept stays as it is; only what
goes on being cut for ``LASTING`` seconds is the maker's doing and is read as far as it goes.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace

from app.domain.calendars import Event, EventDraft
from app.domain.clock import MINUTE, Clock, Instant
from app.domain.connections import Access, Flaw, Flaws, Lost, ProviderKind
from app.domain.errors import AccessLost, Conflict, RateLimited, Unreachable, Unreadable
from app.providers.base import Changes, RemoteCalendar
from app.providers.ics.aside import READING, ReadFeed, read_aside
from app.providers.ics.fetching import FeedTrouble, Fetched, fetch, http_client
from app.providers.ics.lastread import LastRead

_OF_THE_WHOLE = {
    "too_large": Flaw.TOO_LARGE, "not_a_calendar": Flaw.NO_CALENDAR, "time_out": Flaw.TOO_LONG,
}  # fmt: skip
EVERY = 5 * MINUTE
"""How often a server is asked for changes at most: most feeds are made anew far less often."""
LASTING = 15 * MINUTE
"""Transfers that break off for so long do not break off by chance."""


@dataclass(frozen=True, slots=True)
class Feed:
    """What is needed to look again. ``id``: the calendar's, which tells nothing of the address."""

    address: str = field(repr=False)
    id: str
    name: str
    zone: str

    def dump(self) -> bytes:
        """To be sealed: an address can be a secret by itself."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def load(cls, secret: bytes) -> Feed:
        return cls(**json.loads(secret))


@dataclass(frozen=True, slots=True)
class _Token:
    """What ``changes`` told last: which calendar and window, what was wrong with it, and by what it would be known again."""

    calendar: str
    start: Instant
    end: Instant
    flaws: Flaws
    etag: str = ""
    modified: str = ""
    digest: str = ""

    @property
    def cut(self) -> bool:
        return _is_cut(self.flaws)

    def text(self) -> str:
        return base64.urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode()

    @classmethod
    def of(cls, text: str) -> _Token | None:
        """None for what is no token of ours."""
        try:
            found = json.loads(base64.urlsafe_b64decode(text.encode("ascii")))
            made = cls(**{**found, "flaws": tuple((Flaw(flaw), int(count)) for flaw, count in found["flaws"])})
        except (ValueError, TypeError, KeyError):
            return None
        return made if all(isinstance(each, str) for each in (made.etag, made.modified, made.digest)) else None


class FeedProvider:
    kind = ProviderKind.ICS
    keeps_events_here = False

    def __init__(self, account: str, feed: Feed, clock: Clock) -> None:
        self.account, self._feed, self._clock = account, feed, clock
        self._asked_at: Instant | None = None
        self._known = ""
        self._last: LastRead | None = None
        self._cut_since: Instant | None = None

    async def calendars(self) -> tuple[RemoteCalendar, ...]:
        """The one calendar, or none where it is gone."""
        try:
            await self._fetched(self._feed.id)
        except AccessLost:
            return ()
        return (RemoteCalendar(self._feed.id, self._feed.name, self._feed.zone, Access.DETAILS, primary=True),)

    async def read_window(self, calendar: str, start: Instant, end: Instant) -> tuple[Event, ...]:
        read = await self._read(await self._fetched(calendar), start, end)
        if not _is_cut(read.flaws):
            if self._last is not None:
                self._last = self._last.renewed(start, end, read.events)
            return read.events
        if self._last is None or not self._last.covers(start, end):
            raise Unreadable(self.account, Flaw.CUT_OFF)
        return self._last.joined(read.events).within(start, end)

    async def changes(self, calendar: str, token: str, start: Instant, end: Instant) -> Changes:
        """Nothing is fetched within ``EVERY`` seconds of the last time that the same was known."""
        known = _Token.of(token)
        if known is None or (known.calendar, known.start, known.end) != (calendar, start, end):
            return await self._all(await self._fetched(calendar), calendar, known, start, end)
        if self._is_fresh() and self._known == known.digest:
            return Changes((), (), token, full=False, flaws=known.flaws)
        found = await self._fetched(calendar, known)
        if found.body is None or found.digest == known.digest:
            digest = known.digest if found.body is None else found.digest
            self._saw(digest)
            if not known.cut:
                known = replace(known, etag=found.etag, modified=found.modified, digest=digest)
            return Changes((), (), known.text(), full=False, flaws=known.flaws)
        return await self._all(found, calendar, known, start, end)

    async def create(self, calendar: str, draft: EventDraft) -> Event:
        raise Conflict(self.account, "read_only")

    async def update(self, calendar: str, event: str, draft: EventDraft) -> Event:
        raise Conflict(self.account, "read_only")

    async def delete(self, calendar: str, event: str) -> None:
        raise Conflict(self.account, "read_only")

    async def find(self, calendar: str, key: str) -> Event | None:
        """Nothing was ever created here."""
        return None

    async def close(self) -> None:
        """Connections last no longer than one answer."""

    def _is_fresh(self) -> bool:
        return self._asked_at is not None and 0 <= self._clock.now() - self._asked_at < EVERY

    def _saw(self, digest: str) -> None:
        self._asked_at, self._known = self._clock.now(), digest

    async def _all(self, found: Fetched, calendar: str, known: _Token | None, start: Instant, end: Instant) -> Changes:
        read = await self._read(found, start, end)
        token = _Token(calendar, start, end, read.flaws, found.etag, found.modified, found.digest)
        if token.cut:
            return self._added(read, token, known)
        self._last, self._cut_since = LastRead.of(start, end, read.events), None
        self._saw(found.digest)
        return Changes(read.events, (), token.text(), full=True, flaws=read.flaws)

    def _added(self, read: ReadFeed, token: _Token, known: _Token | None) -> Changes:
        """What a feed that ends in the middle adds. The server's word for it is not kept: it may be that for the whole."""
        if self._last is None and known is not None and not known.cut:
            now = self._clock.now()
            self._cut_since = now if self._cut_since is None else min(self._cut_since, now)
            if now - self._cut_since < LASTING:
                raise Unreadable(self.account, Flaw.CUT_OFF)
        start, end = token.start, token.end
        last = LastRead.of(start, end, ()) if self._last is None else replace(self._last, start=start, end=end)
        self._last = last.joined(read.events)
        events = self._last.within(start, end)
        return Changes(events, (), replace(token, etag="", modified="").text(), full=False, flaws=read.flaws)

    async def _fetched(self, calendar: str, known: _Token | None = None) -> Fetched:
        with self._translated(calendar):
            if calendar != self._feed.id:
                raise FeedTrouble("gone")
            etag, modified = (known.etag, known.modified) if known else ("", "")
            async with http_client() as http:
                return await fetch(http, self._feed.address, self._clock.now(), etag, modified)

    async def _read(self, found: Fetched, start: Instant, end: Instant) -> ReadFeed:
        with self._translated(self._feed.id):
            return await read_aside(found.body or b"", self._feed.zone, start, end, self._feed.id)

    @contextmanager
    def _translated(self, calendar: str) -> Iterator[None]:
        try:
            yield
        except FeedTrouble as trouble:
            if trouble.reason == "gone":
                raise AccessLost(self.account, calendar, Lost.REMOVED) from trouble
            if trouble.reason == "refused":
                raise AccessLost(self.account, calendar, Lost.UNSHARED) from trouble
            if trouble.reason == "limited":
                raise RateLimited(self.account, trouble.wait) from trouble
            flaw = _OF_THE_WHOLE.get(trouble.reason)
            if flaw is not None and (flaw is not Flaw.TOO_LONG or trouble.detail == READING):
                raise Unreadable(self.account, flaw) from trouble
            raise Unreachable(self.account, str(trouble)) from trouble


def _is_cut(flaws: Flaws) -> bool:
    return any(flaw is Flaw.CUT_OFF for flaw, _ in flaws)
