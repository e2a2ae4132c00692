"""Requests to one server: shown the password by Basic or Digest, over TLS that the system trusts, or that an own certificate
authority vouches for where its file was given: for the account's own site alone, never for a well-known service.

A redirect is followed to another address of the same site alone, and never from https to http; http itself is for this
computer. No answer is waited for without an end: ``CONNECT`` seconds to reach the server, ``ANSWER`` (or ``wait``) for more of
an answer, ``WHOLE`` for all of it.
"""

from __future__ import annotations

import asyncio
import functools
import ipaddress
import re
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import httpx2

from app.domain.clock import Clock
from app.providers import certificates
from app.providers.caldav.dav import read_precondition
from app.providers.caldav.errors import Astray, Refused
from app.providers.http import ANSWER, CONNECT, WHOLE, content, seconds_to_wait

if TYPE_CHECKING:
    import ssl

AGENT = "Aftale"
MOST_HOPS = 5
XML, ICS = "application/xml; charset=utf-8", "text/calendar; charset=utf-8"
KNOWN = ("icloud.com", "fastmail.com")
"""Sites that hold the calendars of other people's domains, so that a domain may lead there."""
_BASIC = re.compile(r"(?:^|,)\s*basic\b")
_SECOND_LEVEL = frozenset({"co", "com", "org", "net", "ac", "gov", "edu", "or", "ne"})

Heard = Callable[[str, str, str], object]
"""Hears of each request: address, method, and what came of it."""


@dataclass(frozen=True, slots=True)
class Got:
    """``url`` is where the answer came from, after redirects."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


class Credentials(httpx2.Auth):
    """Shows the password in the way that the server asks for first, Digest where there is a choice, and then at once."""

    def __init__(self, user: str, password: str) -> None:
        self._user, self._password = user, password
        self._ways: dict[str, httpx2.Auth] = {}

    def insist(self, url: str) -> None:
        """Shows the password to that server by Basic from now on, which never asked for it."""
        self._ways[origin_of(url)] = httpx2.BasicAuth(self._user, self._password)

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """httpx's hook. The first request to a server goes without the password: its answer tells how that is to be shown."""
        origin = origin_of(str(request.url))
        way = self._ways.get(origin)
        if way is None:
            answer = yield request
            way = self._way(answer)
            if way is None:
                return
            self._ways[origin] = way
        yield from way.auth_flow(request)

    def _way(self, answer: httpx2.Response) -> httpx2.Auth | None:
        if answer.status_code != 401:
            return None
        offered = [each.strip().lower() for each in answer.headers.get_list("www-authenticate")]
        if any(each.startswith("digest ") for each in offered):
            return httpx2.DigestAuth(self._user, self._password)
        return httpx2.BasicAuth(self._user, self._password) if any(map(_BASIC.search, offered)) else None


class Client:
    """To be closed; it can be used again afterwards. ``ca``: PEM of certificates that count besides the system's. Raises
    Refused, Astray, ValueError and the errors of httpx2."""

    def __init__(self, user: str, password: str, clock: Clock, heard: Heard | None = None, ca: str = "") -> None:
        self._credentials, self._clock, self._heard, self._ca = Credentials(user, password), clock, heard, ca
        self._http: dict[str, httpx2.AsyncClient] = {}

    async def close(self) -> None:
        known, self._http = self._http, {}
        for http in known.values():
            await http.aclose()

    def insist(self, url: str) -> None:
        """Shows the password to that server, which answers strangers too and so never asks for it."""
        self._credentials.insist(url)

    async def call(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        ok: tuple[int, ...] = (),
        wait: float = ANSWER,
    ) -> Got:
        """The answer; any that is no success, and none of ``ok``, is Refused. ``wait``: seconds for more of it to come."""
        for _hop in range(MOST_HOPS):
            got = await self._told(method, url, body, headers or {}, wait)
            if got.status not in (301, 302, 307, 308):
                break
            url = followed(url, got.headers.get("location", ""))
        if 200 <= got.status < 300 or got.status in ok:
            return got
        later = seconds_to_wait(got.headers.get("retry-after", ""), self._clock.now())
        raise Refused(got.status, read_precondition(got.body), later)

    async def dav(self, method: str, url: str, body: bytes, depth: str = "0", wait: float = ANSWER) -> Got:
        """A request with an XML body that is answered with a multistatus."""
        got = await self.call(method, url, body, {"Content-Type": XML, "Depth": depth}, wait=wait)
        if got.status != 207:
            raise ValueError(f"status {got.status} for {method}")
        return got

    async def _told(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str], wait: float) -> Got:
        try:
            got = await self._once(method, url, body, headers, wait)
        except Exception as error:
            self._tell(url, method, type(error).__name__)
            raise
        self._tell(url, method, str(got.status))
        return got

    def _tell(self, url: str, method: str, came: str) -> None:
        if self._heard is not None:
            self._heard(url, method, came)

    async def _once(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str], wait: float) -> Got:
        if not may_be_asked(url):
            raise Astray("not over https")
        limits = httpx2.Timeout(wait, connect=CONNECT)
        try:
            async with (
                asyncio.timeout(WHOLE),
                self._open(url).stream(method, url, content=body, headers=dict(headers), timeout=limits) as answer,
            ):
                return Got(answer.status_code, answer.headers, await content(answer), url)
        except TimeoutError as error:
            raise httpx2.ReadTimeout("an answer without an end") from error

    def _open(self, url: str) -> httpx2.AsyncClient:
        ca = self._ca if site_of(urlsplit(url).hostname or "") not in KNOWN else ""
        if ca not in self._http:
            agent = {"User-Agent": AGENT, "Accept-Encoding": "gzip"}
            self._http[ca] = httpx2.AsyncClient(
                verify=_trust(ca), headers=agent, follow_redirects=False, auth=self._credentials
            )
        return self._http[ca]


@functools.lru_cache(16)
def _trust(ca: str) -> ssl.SSLContext:
    return certificates.context(ca) if ca else httpx2.create_ssl_context()


def origin_of(url: str) -> str:
    """Scheme, host and port of an address, to be compared: in small letters, the port always said."""
    parts = urlsplit(url)
    port = parts.port or (80 if parts.scheme == "http" else 443)
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}"


def may_be_asked(url: str) -> bool:
    """Over TLS anybody, without it this computer alone."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))


def is_loopback(host: str) -> bool:
    """Whether a host, in small letters, is this computer; no name but ``localhost`` is, for nothing is looked up."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def followed(url: str, location: str) -> str:
    """Where a redirect or a href leads. Raises Astray where nobody follows it."""
    if not location:
        raise Astray("redirected to nowhere")
    target = urljoin(url, location)
    parts, here = urlsplit(target), urlsplit(url)
    if not may_be_asked(target) or (here.scheme == "https" and parts.scheme != "https"):
        raise Astray(f"led away from https to {parts.hostname}")
    if parts.username or parts.password:
        raise Astray("led to an address with a password")
    if site_of(parts.hostname or "") not in (site_of(here.hostname or ""), *KNOWN):
        raise Astray(f"led to another site: {parts.hostname}")
    return target


def site_of(host: str) -> str:
    """The part of a host's name that one owner has: two labels, or three where the second is no owner's (``co.uk``)."""
    labels = host.lower().rstrip(".").split(".")
    if host.replace(".", "").isdigit() or ":" in host:
        return host
    wide = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL
    return ".".join(labels[-3 if wide else -2 :])
