"""Calls to the Calendar API: one client, one sign-in, refreshed behind one lock."""

from __future__ import annotations

import asyncio
import functools
import gc
import json
import threading
import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from app.domain.clock import Clock
from app.domain.errors import SignInExpired
from app.providers.google.client_file import OAuthClient
from app.providers.google.errors import Refused, refusal, translated
from app.providers.google.places import Places, places
from app.providers.google.tokens import Tokens, died_of_testing, granted, known_as_testing, refreshed

if TYPE_CHECKING:
    import ssl

    import httpx2

T = TypeVar("T")
Query = Mapping[str, str | int]
CONNECT, ANSWER = 10.0, 30.0
"""Seconds to reach Google, and to wait for more of an answer."""
LARGE, LARGE_PACKED = 32_768, 4_096
"""Bytes of an answer above which it is read in a thread, so that nothing else waits for it."""
MOST_BYTES = 64 * 1024 * 1024
HEADERS = {"User-Agent": "Aftale (gzip)", "Accept-Encoding": "gzip"}
"""Google answers compressed only to an agent with this word in its name."""
FINAL = ("invalid_grant", "invalid_client", "unauthorized_client", "deleted_client")
"""Refusals of a refresh token that no waiting cures."""
TESTING = "testing"
"""Why a sign-in is over (``SignInExpired.detail``) whose client is in *Testing*: a week has passed."""
COMPACT = {"prettyPrint": "false"}
"""Without it a fourth of each answer is indentation."""
_PARSING = threading.Lock()


@functools.cache
def _trust() -> ssl.SSLContext:
    import httpx2

    return httpx2.create_ssl_context()


def http_client() -> httpx2.AsyncClient:
    """A client for one account; it belongs to the running loop."""
    import httpx2

    return httpx2.AsyncClient(
        verify=_trust(), timeout=httpx2.Timeout(ANSWER, connect=CONNECT), headers=HEADERS, follow_redirects=False
    )


class Session:
    """The sign-in of one account. However many calls find the access token old, one of them refreshes it and the others wait.

    A refresh token that Google refused is not tried again: only a new consent helps (no retry storm).
    """

    def __init__(
        self,
        account: str,
        client: OAuthClient,
        tokens: Tokens,
        clock: Clock,
        keep: Callable[[Tokens], Awaitable[None]] | None = None,
        where: Places | None = None,
    ) -> None:
        self.account, self.tokens, self.clock, self.places = account, tokens, clock, where or places()
        self._client, self._keep, self._lock, self._refused = client, keep, asyncio.Lock(), ""

    def __repr__(self) -> str:
        return f"Session({self.account})"

    async def bearer(self, http: httpx2.AsyncClient, stale: str = "") -> str:
        """A valid access token, another one than ``stale``. Raises SignInExpired, Unreachable, RateLimited."""
        async with self._lock:
            if self._refused:
                raise SignInExpired(self.account, self._refused)
            if self.tokens.access == stale or not self.tokens.is_fresh(self.clock.now()):
                await self._refresh(http)
            return self.tokens.access

    async def _refresh(self, http: httpx2.AsyncClient) -> None:
        with translated(self.account):
            try:
                now = self.clock.now()
                form = {"grant_type": "refresh_token", "refresh_token": self.tokens.refresh}
                self.tokens = refreshed(self.tokens, await token_call(http, self.places.token, self._client, form, now), now)
            except Refused as refused:
                if refused.reason in FINAL:
                    raise SignInExpired(self.account, await self._over(refused.reason)) from refused
                raise
        await self._kept()

    async def _over(self, reason: str) -> str:
        """Why the sign-in is over. That its client is in *Testing* is kept, for whoever tells the person (CON-7)."""
        self._refused = reason
        if reason == "invalid_grant" and died_of_testing(self.tokens, self.clock.now()):
            self._refused, before = TESTING, self.tokens
            self.tokens = known_as_testing(before)
            if self.tokens != before:
                await self._kept()
        return self._refused

    async def _kept(self) -> None:
        if self._keep is not None:
            await self._keep(self.tokens)


async def token_call(
    http: httpx2.AsyncClient, address: str, client: OAuthClient, form: Mapping[str, str], now: int
) -> dict[str, Any]:
    """One call of the token endpoint (RFC 6749 §3.2). Raises Refused, ValueError and the errors of httpx2."""
    whole = {**form, "client_id": client.id, "client_secret": client.secret}
    answer = await http.post(address, data=whole, headers={"Accept": "application/json"})
    if answer.status_code != 200:
        raise refusal(answer.status_code, answer.content, answer.headers.get("Retry-After", ""), now)
    found = json.loads(answer.content)
    if not isinstance(found, dict):
        raise ValueError("token answer")
    return found


async def exchange(
    http: httpx2.AsyncClient, where: Places, client: OAuthClient, code: str, verifier: str, redirect: str, now: int
) -> Tokens:
    """The tokens for a code (RFC 6749 §4.1.3 with the verifier of RFC 7636 §4.5)."""
    form = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier, "redirect_uri": redirect}
    return granted(await token_call(http, where.token, client, form, now), now)


class Api:
    """Calls in the name of one account. Raises Refused, SignInExpired and the errors of httpx2, to be ``translated``."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._http: httpx2.AsyncClient | None = None

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    async def get(self, path: str, read: Callable[[Any], T], query: Query) -> T:
        """What ``read`` makes of the answer; of a large one, in a thread."""
        body = await self.fetch(path, query)
        if not body.is_large:
            return read(json.loads(body.text()))
        return await aside(lambda: read(json.loads(body.text())))

    async def fetch(self, path: str, query: Query) -> Body:
        """The answer as it came, for who reads it piece by piece."""
        return await self._call("GET", path, query)

    async def send(
        self, method: str, path: str, query: Query, body: Mapping[str, Any] | None = None, etag: str = ""
    ) -> dict[str, Any]:
        """A write, and the answer to it. With ``etag`` it is refused (412) if somebody was faster."""
        answer = (await self._call(method, path, query, body, etag)).text()
        found = json.loads(answer) if answer else {}
        if not isinstance(found, dict):
            raise ValueError("answer")
        return found

    async def revoke(self) -> None:
        """Gives the sign-in back to Google, with everything that came of it (RFC 7009)."""
        tokens = self.session.tokens
        answer = await self._open().post(self.session.places.revoke, data={"token": tokens.refresh or tokens.access})
        # 400 is a token that Google does not know any more: as good as revoked.
        if answer.status_code not in (200, 400):
            raise Refused(answer.status_code)

    async def _call(self, method: str, path: str, query: Query, body: Mapping[str, Any] | None = None, etag: str = "") -> Body:
        http = self._open()
        token = await self.session.bearer(http)
        try:
            return await self._once(http, method, path, query, body, etag, token)
        except Refused as refused:
            if refused.status != 401:
                raise
        token = await self.session.bearer(http, stale=token)
        return await self._once(http, method, path, query, body, etag, token)

    def _open(self) -> httpx2.AsyncClient:
        self._http = self._http or http_client()
        return self._http

    async def _once(
        self, http: httpx2.AsyncClient, method: str, path: str, query: Query,
        body: Mapping[str, Any] | None, etag: str, token: str,
    ) -> Body:  # fmt: skip
        headers = {"Authorization": f"Bearer {token}"} | ({"If-Match": etag} if etag else {})
        address = f"{self.session.places.api}/{path}"
        async with http.stream(method, address, params={**query, **COMPACT}, json=body, headers=headers) as answer:
            content = await _content(answer)
        if not 200 <= answer.status_code < 300:
            wait = answer.headers.get("Retry-After", "")
            raise refusal(answer.status_code, content.bytes(), wait, self.session.clock.now())
        return content


@dataclass(frozen=True, slots=True)
class Body:
    """An answer's content as it came over the wire: to unpack it is work, and not for the loop if there is much."""

    wire: bytes = field(repr=False)
    packed: bool = False

    @property
    def is_large(self) -> bool:
        return len(self.wire) >= (LARGE_PACKED if self.packed else LARGE)

    def bytes(self) -> bytes:
        """Raises ValueError for half an answer, and for one that swells without end."""
        if not self.packed:
            return self.wire
        unpacking = zlib.decompressobj(31)
        try:
            found = unpacking.decompress(self.wire, MOST_BYTES)
        except zlib.error as error:
            raise ValueError("answer not packed as told") from error
        if not unpacking.eof:
            raise ValueError("answer too large, or half of one")
        return found

    def text(self) -> str:
        return self.bytes().decode()


async def _content(answer: httpx2.Response) -> Body:
    encoding = answer.headers.get("Content-Encoding", "identity").lower()
    if encoding not in ("identity", "gzip"):
        raise ValueError("answer packed in a way that nobody asked for")
    chunks, size = [], 0
    async for chunk in answer.aiter_raw():
        size += len(chunk)
        if size > MOST_BYTES:
            raise ValueError("answer too large")
        chunks.append(chunk)
    return Body(b"".join(chunks), encoding == "gzip")


async def aside(work: Callable[[], T]) -> T:
    """Does what makes very many objects in a thread, one such work at a time, with the garbage collector held off: it would
    look through all the new objects again and again, find nothing, and stop the window meanwhile."""
    return await asyncio.to_thread(_uncollected, work)


def _uncollected(work: Callable[[], T]) -> T:
    with _PARSING:
        collects = gc.isenabled()
        gc.disable()
        try:
            return work()
        finally:
            if collects:
                gc.enable()


def part(text: str) -> str:
    """An id as one part of a path: calendars' ids have ``@`` and ``#``."""
    return quote(text, safe="")
