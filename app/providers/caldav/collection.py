"""One calendar on the server: its state, its resources, and what changed (RFC 4791 §7, RFC 6578 §3)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import quote, urlsplit

from app.domain.clock import DAY, Instant
from app.providers.caldav import dav
from app.providers.caldav.client import ICS, Client, Got
from app.providers.caldav.errors import Refused
from app.providers.caldav.listing import STATE, name_in
from app.providers.caldav.reading import Resource
from app.providers.http import ANSWER, LARGE, undisturbed

T = TypeVar("T")
BATCH = 200
"""Resources that are asked for at once."""
PATIENCE = 120.0
"""Seconds to wait for the list of a whole calendar: a small server looks through it for the first time."""
MOST_PAGES = 100
TOO_MUCH = (400, 413, 507)
"""How servers refuse an answer that would be too large, where they do not name the condition: Radicale says 400."""
NO_TOKEN = (400, 403, 405, 409, 410, 412, 415, 501, 507)
"""How they refuse a sync token that is not valid any more, or never was: 403 by the book, Xandikos says 412."""
ANY = "*"
"""Stands for the tag where the server tells none."""
NO_REPORT = ("supported-report",)


@dataclass(frozen=True, slots=True)
class Named:
    """A resource that is there, not yet read."""

    href: str
    name: str
    etag: str


@dataclass(frozen=True, slots=True)
class Synced:
    """``gone`` are names. ``token`` is for the next time."""

    changed: tuple[Named, ...]
    gone: tuple[str, ...]
    token: str


class NoSync(Exception):
    """The token is of no use. ``ever``: the server does not know such tokens at all."""

    def __init__(self, ever: bool) -> None:
        super().__init__("no sync token")
        self.ever = ever


class Taken(Exception):
    """Somebody else was faster: the resource is there already, or is another one by now."""


class Collection:
    """Raises Refused, Astray, ValueError and the errors of httpx2."""

    def __init__(self, client: Client, url: str) -> None:
        self._client, self.url = client, url

    async def state(self) -> dav.Row:
        """What the server says of the calendar itself."""
        rows = await self._taken("PROPFIND", dav.propfind(STATE), "0", lambda rows: rows)
        if not rows:
            raise Refused(404)
        if rows[0].status != 200:
            raise Refused(rows[0].status)
        return rows[0]

    async def query(self, start: Instant, end: Instant) -> list[Resource]:
        """The resources that touch the window, in one answer. Raises Refused where they are too many for it
        (``is_too_much``)."""
        found, bare = await self._taken("REPORT", dav.query(start, end), "1", lambda rows: (_resources(rows), _bare(rows)))
        for part in in_parts([each.href for each in bare]):
            found += await self.fetch(part)
        return found

    async def names(self, start: Instant, end: Instant) -> list[Named]:
        """The same resources by name and tag. A server that will not tell so many at once is asked for half of the window."""
        try:
            return await self._taken("REPORT", dav.query(start, end, data=False), "1", _members, PATIENCE)
        except Refused as refused:
            if not is_too_much(refused) or end - start < 2 * DAY:
                raise
            middle = (start + end) // 2
            both = [*await self.names(start, middle), *await self.names(middle, end)]
            return list({each.name: each for each in both}.values())

    async def fetch(self, hrefs: Sequence[str], expanded: tuple[Instant, Instant] | None = None) -> list[Resource]:
        """These resources, without those that are gone; as occurrences of a window where that is wanted. To be asked for some
        BATCH of them at once."""
        return await self._taken("REPORT", dav.multiget(hrefs, expanded), "1", _resources)

    async def sync(self, token: str) -> Synced:
        """What changed since the token. Raises NoSync."""
        changed: dict[str, Named] = {}
        gone: set[str] = set()
        for _page in range(MOST_PAGES):
            answer = await self._synced(token)
            cut = False
            for row in answer.rows:
                name = name_in(row.href)
                if row.status == 507:
                    cut = True
                elif row.status in (404, 410):
                    gone.add(name)
                    changed.pop(name, None)
                elif _is_member(row):
                    changed[name] = _named(row)
                    gone.discard(name)
            if not answer.sync_token or (cut and answer.sync_token == token):
                break
            token = answer.sync_token
            if not cut:
                return Synced(tuple(changed.values()), tuple(sorted(gone)), token)
        raise NoSync(ever=False)

    async def _synced(self, token: str) -> dav.Answer:
        try:
            got = await self._client.dav("REPORT", self.url, dav.sync(token), "0")
        except Refused as refused:
            if refused.status not in NO_TOKEN:
                raise
            raise NoSync(refused.status in (405, 415, 501) or refused.precondition in NO_REPORT) from refused
        return await read_aside(got)

    async def with_text(self, name: str, text: str) -> list[Resource]:
        """The resources with a property of just that text; none where the server cannot look for it."""
        try:
            return await self._taken("REPORT", dav.query_text(name, text), "1", _resources)
        except Refused as refused:
            if refused.status == 404 or refused.status in (401, 429, 503) or not refused.precondition.startswith("supported-"):
                raise
            return []

    async def get(self, name: str) -> Resource | None:
        """None if it is not there. Raises ValueError for what is no calendar object."""
        # Web servers that compress give another tag, with which nothing can be written.
        got = await self._client.call("GET", self._place(name), headers={"Accept-Encoding": "identity"}, ok=(404, 410))
        if got.status in (404, 410):
            return None
        etag, text = str(got.headers.get("etag", "")).removeprefix("W/"), got.body.decode("utf-8-sig")
        if "BEGIN:VCALENDAR" not in text.upper():
            # Somebody on the way answers in the server's place.
            raise ValueError("not a calendar object")
        return Resource(name, etag or ANY, text)

    async def put(self, name: str, text: str, etag: str = "") -> str:
        """Writes a new resource, or the one with this tag. Returns the new tag, empty where the server changed what was
        written. Raises Taken."""
        condition = {"If-Match": etag} if etag else {"If-None-Match": "*"}
        sent = {"Content-Type": ICS, **condition}
        got = await self._client.call("PUT", self._place(name), text.encode(), sent, ok=(412,))
        if got.status == 412:
            raise Taken
        tag = str(got.headers.get("etag", ""))
        if not tag:
            _believed(got)
        return tag

    async def delete(self, name: str, etag: str) -> None:
        """Raises Taken. One that is gone is no error."""
        got = await self._client.call("DELETE", self._place(name), headers={"If-Match": etag}, ok=(404, 410, 412))
        if got.status == 412:
            raise Taken
        if got.status not in (404, 410):
            _believed(got)

    def place_of(self, name: str) -> str:
        """The path of a resource, as it stands in requests for many."""
        return urlsplit(self._place(name)).path

    def _place(self, name: str) -> str:
        return self.url + quote(name, safe="~!$'()*,;=:@-._")

    async def _taken(
        self, method: str, body: bytes, depth: str, take: Callable[[tuple[dav.Row, ...]], T], wait: float = ANSWER
    ) -> T:
        """What is made of the rows of an answer; of a large one in a thread."""
        got = await self._client.dav(method, self.url, body, depth, wait)
        return await aside(lambda: take(read_rows(got.body)), len(got.body))


def _believed(got: Got) -> None:
    """Raises ValueError for a yes to a write that somebody on the way may have said, such as the page of a captive portal, and
    for one that tells of parts (RFC 4918 §9.6.1)."""
    page = got.status == 200 and "html" in got.headers.get("content-type", "").lower() and bool(got.body.strip())
    if page or got.status == 207:
        raise ValueError(f"status {got.status} for a write")


def is_too_much(refused: Refused) -> bool:
    """Whether less may be asked for instead."""
    return refused.status in TOO_MUCH or refused.precondition == "number-of-matches-within-limits"


def read_rows(body: bytes) -> tuple[dav.Row, ...]:
    """The rows of an answer. Raises Refused for one that the server cut off (RFC 5323 §2.3.1, as RFC 4791 has it)."""
    rows = dav.read_answer(body).rows
    if any(row.status == 507 for row in rows):
        raise Refused(507)
    return rows


def in_parts(hrefs: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(hrefs), BATCH):
        yield hrefs[first : first + BATCH]


async def read_aside(got: Got) -> dav.Answer:
    """An answer that is large is read in a thread."""
    return await aside(lambda: dav.read_answer(got.body), len(got.body))


async def aside(work: Callable[[], T], size: int) -> T:
    """Does what takes long for so many bytes in a thread."""
    return await asyncio.to_thread(undisturbed, work) if size > LARGE else work()


def _resource(row: dav.Row) -> Resource | None:
    text = row.raw(dav.DATA)
    return Resource(name_in(row.href), row.text(dav.GETETAG), text) if text.strip() else None


def _resources(rows: tuple[dav.Row, ...]) -> list[Resource]:
    return [resource for row in rows if (resource := _resource(row)) is not None]


def _members(rows: tuple[dav.Row, ...]) -> list[Named]:
    return [_named(row) for row in rows if _is_member(row)]


def _bare(rows: tuple[dav.Row, ...]) -> list[Named]:
    """Those that came without their text."""
    return [_named(row) for row in rows if _is_member(row) and not row.raw(dav.DATA).strip()]


def _named(row: dav.Row) -> Named:
    return Named(row.href, name_in(row.href), row.text(dav.GETETAG))


def _is_member(row: dav.Row) -> bool:
    """A resource that is there; the collection itself, which some servers add, has a slash at its end."""
    return row.status == 200 and dav.GETETAG in row.found and not urlsplit(row.href).path.endswith("/")
