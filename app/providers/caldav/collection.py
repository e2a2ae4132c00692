"""One calendar on the server: its state, its resources, and what changed (RFC 4791 §7, RFC 6578 §3)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import quote, urlsplit

from app.domain.clock import DAY, Instant
from app.providers.caldav import dav
from app.providers.caldav.client import ICS, Client, Got
from app.providers.caldav.errors import Refused
from app.providers.caldav.listing import STATE, name_in, same_place
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
NO_TRAVERSAL = ("sync-traversal-supported", *NO_REPORT)
"""What is said of a folder within the calendar that tells no changes of its own (RFC 6578 §3.3)."""
NO_MULTIGET = (400, 403, 405, 413, 415, 422, 501, 507)
"""How servers refuse a request for several resources at once, so that each is asked for by itself."""
NO_SEARCH = (400, 403, 405, 415, 422, 501)
"""How they refuse to look for a property."""
GONE = (404, 410)
AT_ONCE = 6
"""Resources that are asked for one by one at the same time."""
MOST_UNREAD = 100
"""Where more cannot be read it is the server that is not well."""


@dataclass(frozen=True, slots=True)
class Named:
    """A resource that is there, not yet read."""

    href: str
    name: str
    etag: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """Resources with their text. ``unread``: those that did not come even when each was asked for by itself. They are there
    for all that anybody knows: only a resource that is not found is gone."""

    resources: list[Resource]
    unread: list[Named]

    def __add__(self, other: Fetched) -> Fetched:
        return Fetched([*self.resources, *other.resources], [*self.unread, *other.unread])


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
        self.one_by_one = False
        """The server gives no texts of several resources that are named to it."""

    async def state(self) -> dav.Row:
        """What the server says of the calendar itself."""
        rows = await self._taken("PROPFIND", dav.propfind(STATE), "0", lambda rows: rows)
        if not rows:
            raise Refused(404)
        if rows[0].status != 200:
            raise Refused(rows[0].status)
        return rows[0]

    async def query(self, start: Instant, end: Instant) -> Fetched:
        """The resources that touch the window, in one answer. Raises Refused where they are too many for it
        (``is_too_much``)."""
        return await self._completed(dav.query(start, end))

    async def _completed(self, body: bytes) -> Fetched:
        """What a query finds; what came without its text is fetched."""
        found, bare = await self._taken("REPORT", body, "1", self._sorted)
        fetched = Fetched(found, [])
        for part in in_parts(bare):
            fetched += await self.fetch(part)
        return fetched

    async def names(self, start: Instant, end: Instant) -> list[Named]:
        """The same resources by name and tag. A server that will not tell so many at once is asked for half of the window."""
        try:
            return await self._taken("REPORT", dav.query(start, end, data=False), "1", self._members, PATIENCE)
        except Refused as refused:
            if not is_too_much(refused) or end - start < 2 * DAY:
                raise
            middle = (start + end) // 2
            both = [*await self.names(start, middle), *await self.names(middle, end)]
            return list({each.name: each for each in both}.values())

    async def fetch(self, named: Sequence[Named]) -> Fetched:
        """These resources, without those that are gone. What does not come with the others is asked for by itself. To be asked
        for some BATCH of them at once."""
        found: dict[str, Resource | None] = {}
        if named and not self.one_by_one:
            try:
                found = await self._taken("REPORT", dav.multiget([each.href for each in named]), "1", _told)
            except Refused as error:
                if error.status not in NO_MULTIGET:
                    raise
                self.one_by_one = True
        single = await self._each([each for each in named if each.name not in found])
        return Fetched([each for each in found.values() if each is not None], []) + single

    async def each(self, names: Iterable[str]) -> Fetched:
        """These resources, each asked for by itself, without those that are gone."""
        return await self._each([Named(self.place_of(name), name, "") for name in names])

    async def _each(self, named: Sequence[Named]) -> Fetched:
        fetched = Fetched([], [])
        for first in range(0, len(named), AT_ONCE):
            part = named[first : first + AT_ONCE]
            for each, came in zip(part, await asyncio.gather(*map(self._one, part), return_exceptions=True), strict=True):
                if isinstance(came, BaseException):
                    raise came
                readable, resource = came
                if not readable:
                    fetched.unread.append(each)
                elif resource is not None:
                    fetched.resources.append(resource)
            if len(fetched.unread) > MOST_UNREAD:
                raise ValueError("too many resources that cannot be read")
        return fetched

    async def _one(self, named: Named) -> tuple[bool, Resource | None]:
        """Whether the server says what the resource is, and that; None if it is gone."""
        try:
            return True, await self.get(named.name)
        except Refused as refused:
            if refused.status in (401, 429) or refused.wait is not None:
                raise
        except ValueError:
            pass
        return False, None

    async def expanded(self, name: str, start: Instant, end: Instant) -> list[Resource]:
        """A series as its occurrences in the window, if the server makes them."""
        found = await self._taken("REPORT", dav.multiget([self.place_of(name)], (start, end)), "1", _told)
        return [each for each in found.values() if each is not None]

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
                elif row.status in GONE:
                    gone.add(name)
                    changed.pop(name, None)
                elif self._is_member(row) and row.refused not in NO_TRAVERSAL:
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

    async def with_text(self, name: str, text: str) -> list[Resource] | None:
        """The resources with a property of just that text, perhaps some others; None where the server cannot look for it."""
        try:
            return (await self._completed(dav.query_text(name, text))).resources
        except Refused as refused:
            if refused.status not in NO_SEARCH and not refused.precondition.startswith("supported-"):
                raise
            return None

    async def get(self, name: str) -> Resource | None:
        """None if it is not there. Raises ValueError for what is no calendar object."""
        # Web servers that compress give another tag, with which nothing can be written.
        got = await self._client.call("GET", self._place(name), headers={"Accept-Encoding": "identity"}, ok=GONE)
        if got.status in GONE:
            return None
        etag, text = str(got.headers.get("etag", "")), got.body.decode("utf-8-sig")
        if not is_object(text):
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

    async def replace(self, known: Resource, text: str) -> str:
        """Writes in the place of what was read, or removes it where ``text`` is empty; otherwise as ``put``.

        A weak tag may stand in no condition (RFC 9110 §13.1.1), and some servers have no other. They are told what they said,
        then the same as a strong one, and where they take neither and the resource is as it was, that it has to be there.
        """
        strong = known.etag.removeprefix("W/")
        for etag in dict.fromkeys((known.etag, strong)):
            with suppress(Taken):
                return await self._replace(known.name, text, etag)
        if known.etag == strong:
            raise Taken
        now = await self.get(known.name)
        if now is None or now.text != known.text:
            raise Taken
        return await self._replace(known.name, text, ANY)

    async def _replace(self, name: str, text: str, etag: str) -> str:
        if text:
            return await self.put(name, text, etag)
        await self.delete(name, etag)
        return ""

    async def delete(self, name: str, etag: str) -> None:
        """Raises Taken. One that is gone is no error."""
        got = await self._client.call("DELETE", self._place(name), headers={"If-Match": etag}, ok=(*GONE, 412))
        if got.status == 412:
            raise Taken
        if got.status not in GONE:
            _believed(got)

    def _sorted(self, rows: tuple[dav.Row, ...]) -> tuple[list[Resource], list[Named]]:
        """The resources of an answer, and those members that came without a text."""
        told = _told(rows)
        found = [each for each in told.values() if each is not None]
        return found, [each for each in self._members(rows) if each.name not in told]

    def _members(self, rows: tuple[dav.Row, ...]) -> list[Named]:
        return [_named(row) for row in rows if self._is_member(row)]

    def _is_member(self, row: dav.Row) -> bool:
        """A resource of which nobody says that it is gone; the collection itself, which some servers add, is none."""
        inside = not urlsplit(row.href).path.endswith("/") and not same_place(row.href, self.url)
        return inside and row.status not in GONE

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


def in_parts(named: Sequence[Named]) -> Iterator[Sequence[Named]]:
    for first in range(0, len(named), BATCH):
        yield named[first : first + BATCH]


async def read_aside(got: Got) -> dav.Answer:
    """An answer that is large is read in a thread."""
    return await aside(lambda: dav.read_answer(got.body), len(got.body))


async def aside(work: Callable[[], T], size: int) -> T:
    """Does what takes long for so many bytes in a thread."""
    return await asyncio.to_thread(undisturbed, work) if size > LARGE else work()


def is_object(text: str) -> bool:
    """Whether a text may be a calendar object, and not what somebody on the way says in its place."""
    return "BEGIN:VCALENDAR" in text.upper()


def _told(rows: tuple[dav.Row, ...]) -> dict[str, Resource | None]:
    """What rows with texts say for sure, by name: the resource, or None where it is gone."""
    found: dict[str, Resource | None] = {}
    for row in rows:
        text = row.raw(dav.DATA)
        if row.status in GONE:
            found[name_in(row.href)] = None
        elif row.status == 200 and is_object(text):
            found[name_in(row.href)] = Resource(name_in(row.href), row.text(dav.GETETAG), text)
    return found


def _named(row: dav.Row) -> Named:
    return Named(row.href, name_in(row.href), row.text(dav.GETETAG))
