"""Calls to Microsoft Graph: one client, one sign-in, a few at a time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

import httpx2

from app.providers.http import ANSWER, CONNECT, LARGE, content, parsed
from app.providers.office365.errors import Refused, refusal
from app.providers.office365.places import trust
from app.providers.office365.tokens import Session

T = TypeVar("T")
Query = Mapping[str, str | int]
AT_ONCE = 3
"""Requests under way together: Outlook allows four to a program and mailbox, and the owner may have us on two computers."""
PREFERENCES = 'outlook.timezone="UTC", IdType="ImmutableId", outlook.body-content-type="text"'
"""On every call: times in UTC; ids that stay when an event is moved; texts without the HTML of Outlook."""
MOST_PAGES = 1000


class Api:
    """Calls in the name of one account. Raises Refused, SignInExpired and the errors of httpx2, to be ``translated``."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._http: httpx2.AsyncClient | None = None
        self._turn, self._opening = asyncio.Semaphore(AT_ONCE), asyncio.Lock()

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    async def get(self, path: str, read: Callable[[Any], T], query: Query | None = None, prefer: str = "") -> T:
        """What ``read`` makes of the answer; of a large one, in a thread. ``path`` may be a link that Graph gave."""
        body = await self._call("GET", path, query, prefer=prefer)
        if len(body) < LARGE:
            return read(json.loads(body))
        return await asyncio.to_thread(parsed, body, read)

    async def pages(
        self, path: str, read: Callable[[Any], T], query: Query | None = None, prefer: str = "", most: int = MOST_PAGES
    ) -> tuple[list[T], str]:
        """What ``read`` makes of each page, and the delta link of the last one, or none. Links are followed as they are."""
        found: list[T] = []
        seen = {""}

        def both(answer: Any) -> tuple[T, str, str]:
            return read(answer), answer.get("@odata.nextLink", ""), answer.get("@odata.deltaLink", "")

        while True:
            page, more, delta = await self.get(path, both, query, prefer)
            found.append(page)
            if not more:
                return found, delta
            if more in seen or len(found) >= most:
                raise ValueError("pages without an end")
            seen.add(more)
            path, query = more, None

    async def send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """A write, and the answer to it."""
        answer = await self._call(method, path, None, body)
        found = json.loads(answer) if answer else {}
        if not isinstance(found, dict):
            raise ValueError("answer")
        return found

    async def _call(
        self, method: str, path: str, query: Query | None, body: Mapping[str, Any] | None = None, prefer: str = ""
    ) -> bytes:
        token = await self.session.bearer()
        async with self._turn:
            try:
                return await self._once(method, path, query, body, prefer, token)
            except Refused as refused:
                if refused.status != 401:
                    raise
                claims = refused.claims
            token = await self.session.bearer(stale=token, claims=claims)
            return await self._once(method, path, query, body, prefer, token)

    async def _once(
        self, method: str, path: str, query: Query | None, body: Mapping[str, Any] | None, prefer: str, token: str
    ) -> bytes:
        places = self.session.places
        address = path if path.startswith(("http://", "https://")) else f"{places.api}/{path}"
        if not places.is_ours(address):
            raise ValueError("a link to somebody else")
        headers = {"Authorization": f"Bearer {token}", "Prefer": f"{PREFERENCES}, {prefer}" if prefer else PREFERENCES}
        if query:
            address += "?" + "&".join(f"{name}={quote(str(value), safe='$,:()/')}" for name, value in query.items())
        async with (await self._open()).stream(method, address, json=body, headers=headers) as answer:
            found = await content(answer)
        if not 200 <= answer.status_code < 300:
            told = answer.headers
            challenge = told.get("WWW-Authenticate", "")
            raise refusal(answer.status_code, found, told.get("Retry-After", ""), challenge, self.session.clock.now())
        return found

    async def _open(self) -> httpx2.AsyncClient:
        async with self._opening:
            if self._http is None:
                # Reading the certificates of the system takes a while.
                context = await asyncio.to_thread(trust, self.session.places.graph)
                self._http = httpx2.AsyncClient(
                    verify=context,
                    timeout=httpx2.Timeout(ANSWER, connect=CONNECT),
                    headers={"User-Agent": "Aftale", "Accept": "application/json"},
                    follow_redirects=False,
                )
            return self._http


async def mailbox_settings(api: Api) -> dict[str, Any]:
    """The settings of the mailbox, empty where they may not be read or there are none."""
    try:
        return await api.get("me/mailboxSettings", dict)
    except Refused as refused:
        if refused.no_mailbox or refused.status not in (400, 403, 404, 405):
            raise
        return {}


def part(text: str) -> str:
    """An id as one part of a path."""
    return quote(text, safe="")
