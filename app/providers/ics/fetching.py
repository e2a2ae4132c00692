"""A feed over HTTP: asked only for what is new, followed over a few redirects, never longer than a calendar may be.

An address can be a secret by itself, so it stands in no error and no log.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
import ipaddress
import re
import ssl
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from app.domain.clock import Instant
from app.providers.certificates import why_not_believed
from app.providers.http import ANSWER, CONNECT, LARGE, seconds_to_wait
from app.providers.ics.limits import LARGEST

if TYPE_CHECKING:
    import httpx2

MOST_REDIRECTS = 5
LONGEST = 120.0
"""Seconds that one answer may take in all: a server may send a byte now and then for ever."""
HEADERS = {
    "User-Agent": "Aftale (gzip)", "Accept": "text/calendar, text/plain;q=0.5, */*;q=0.1", "Accept-Encoding": "gzip",
}  # fmt: skip
_STAMPS = re.compile(rb"^(?:DTSTAMP|LAST-MODIFIED)[:;][^\n]*\n", re.MULTILINE)


class FeedTrouble(Exception):
    """``reason``: ``gone``, ``refused``, ``limited`` (``wait`` seconds), ``server``, ``time_out``, ``too_large``,
    ``not_a_calendar``, or ``certificate`` (``detail``: why)."""

    def __init__(self, reason: str, detail: str = "", wait: float = 0.0) -> None:
        super().__init__(f"{reason} {detail}".strip())
        self.reason, self.detail, self.wait = reason, detail, wait


@dataclass(frozen=True, slots=True)
class Fetched:
    """``body`` is None where the server says that nothing is new. ``digest``: of the body without the time stamps that some
    services write anew for every reader."""

    body: bytes | None = field(repr=False)
    etag: str = ""
    modified: str = ""
    digest: str = ""


def feed_address(text: str) -> str:
    """The address as it is asked for. Raises ValueError with ``missing``, ``scheme`` or ``form``."""
    text = text.strip()
    if not text:
        raise ValueError("missing")
    scheme, mark, rest = text.partition("://")
    if not mark:
        if re.match(r"[a-z][a-z0-9+.-]*:(?!\d)", text, re.IGNORECASE):
            raise ValueError("scheme")
        scheme, rest = "https", text
    scheme = {"webcal": "https", "webcals": "https"}.get(scheme.lower(), scheme.lower())
    if scheme not in ("http", "https"):
        raise ValueError("scheme")
    try:
        parts = urlsplit(f"{scheme}://{rest}")
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError("form") from error
    if not host or any(character.isspace() or ord(character) < 32 for character in text):
        raise ValueError("form")
    if "." not in host and ":" not in host and not is_loopback(host):
        raise ValueError("form")
    return urlunsplit((scheme, parts.netloc, parts.path or "/", parts.query, ""))


def is_loopback(host: str) -> bool:
    """Whether a host is this computer; no name but ``localhost`` is, for nothing is looked up."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


@functools.cache
def _trust() -> ssl.SSLContext:
    import httpx2

    return httpx2.create_ssl_context()


def http_client() -> httpx2.AsyncClient:
    """It belongs to the running loop."""
    import httpx2

    return httpx2.AsyncClient(
        verify=_trust(), timeout=httpx2.Timeout(ANSWER, connect=CONNECT), headers=HEADERS, follow_redirects=False
    )


async def fetch(http: httpx2.AsyncClient, address: str, now: Instant, etag: str = "", modified: str = "") -> Fetched:
    """The feed, or word that it is as it was under these validators. Raises FeedTrouble."""
    import httpx2

    asked = {name: value for name, value in (("If-None-Match", etag), ("If-Modified-Since", modified)) if value}
    try:
        async with asyncio.timeout(LONGEST):
            return await _followed(http, address, asked, now)
    except TimeoutError:
        raise FeedTrouble("time_out") from None
    except httpx2.TimeoutException:
        raise FeedTrouble("time_out") from None
    except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL) as error:
        # Without the error itself as cause: its text holds the address.
        why = why_not_believed(error)
        raise (FeedTrouble("certificate", f"why={why}") if why else FeedTrouble("server", type(error).__name__)) from None


async def _followed(http: httpx2.AsyncClient, address: str, asked: Mapping[str, str], now: Instant) -> Fetched:
    for _ in range(MOST_REDIRECTS + 1):
        async with http.stream("GET", address, headers=dict(asked)) as answer:
            if answer.status_code not in (301, 302, 303, 307, 308):
                return await _answered(answer, asked, now)
            address = _next_address(answer, address)
    raise FeedTrouble("server", "too many redirects")


def _next_address(answer: httpx2.Response, address: str) -> str:
    import httpx2

    try:
        after = httpx2.URL(address).join(answer.headers.get("Location", ""))
    except (httpx2.InvalidURL, ValueError):
        raise FeedTrouble("server", "redirect") from None
    # What was asked for under TLS is not asked for without it.
    if after.scheme not in ("http", "https") or (after.scheme == "http" and address.startswith("https:")):
        raise FeedTrouble("server", "redirect")
    return str(after)


async def _answered(answer: httpx2.Response, asked: Mapping[str, str], now: Instant) -> Fetched:
    status, wait = answer.status_code, seconds_to_wait(answer.headers.get("Retry-After", ""), now)
    if status == 304 and asked:
        return Fetched(None, asked.get("If-None-Match", ""), asked.get("If-Modified-Since", ""))
    if status in (404, 410):
        raise FeedTrouble("gone", str(status))
    if status in (401, 403, 407):
        raise FeedTrouble("refused", str(status))
    if status == 429 or (status == 503 and wait is not None):
        raise FeedTrouble("limited", str(status), wait if wait is not None else 900.0)
    if status != 200:
        raise FeedTrouble("server", str(status))
    encoding = answer.headers.get("Content-Encoding", "identity").strip().lower()
    wire = await _wire(answer)
    heavy = len(wire) > LARGE or encoding != "identity"
    body, digest = await asyncio.to_thread(_unpacked, wire, encoding) if heavy else _unpacked(wire, encoding)
    return Fetched(body, answer.headers.get("ETag", "")[:1000], answer.headers.get("Last-Modified", "")[:100], digest)


async def _wire(answer: httpx2.Response) -> bytes:
    if answer.headers.get("Content-Length", "").isdecimal() and int(answer.headers["Content-Length"]) > LARGEST:
        raise FeedTrouble("too_large")
    chunks, size = [], 0
    async for chunk in answer.aiter_raw():
        size += len(chunk)
        if size > LARGEST:
            raise FeedTrouble("too_large")
        chunks.append(chunk)
    return b"".join(chunks)


def _unpacked(wire: bytes, encoding: str) -> tuple[bytes, str]:
    """Body and digest. What swells beyond the limit is given up at the limit."""
    if encoding in ("gzip", "x-gzip"):
        unpacking = zlib.decompressobj(31)
        try:
            body = unpacking.decompress(wire, LARGEST + 1)
        except zlib.error:
            raise FeedTrouble("server", "not packed as told") from None
        if len(body) > LARGEST:
            raise FeedTrouble("too_large")
        if not unpacking.eof:
            raise FeedTrouble("server", "half an answer")
    elif encoding in ("", "identity"):
        body = wire
    else:
        raise FeedTrouble("server", "packed in a way that nobody asked for")
    return body, hashlib.sha256(_STAMPS.sub(b"", body)).hexdigest()
