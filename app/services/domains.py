"""Whether an address leads to this very program (URL-3, PUB-2): asked from here, as a visitor would ask.

The child that serves the pages signs a number that was never used before. Whoever cannot is somebody else.
"""

from __future__ import annotations

import asyncio
import http.client
import io
import json
import secrets
import socket
import ssl
from collections.abc import Callable

from app.domain.clock import Clock
from app.domain.reaching import DomainCheck, Obstacle
from app.domain.settings import Domain

CHECKED_WITHIN = 10.0
"""Seconds for a whole check, from the name to the last byte."""
_LONGEST_ANSWER = 8192
Trust = Callable[[], ssl.SSLContext]


def system_trust() -> ssl.SSLContext:
    """Whom the operating system trusts, as a visitor's browser does."""
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def port_of(domain: Domain) -> int:
    """Where it is asked."""
    return domain.port or (443 if domain.secure else 80)


class DomainsService:
    """``sign_of``: what the child that serves now answers to a number. ``checks``: of each host, what came last; in memory
    alone, for it is old news after a restart. ``heard`` is told of every check."""

    def __init__(self, clock: Clock, sign_of: Callable[[str], str], trust: Trust = system_trust) -> None:
        self._clock, self._sign_of, self._trust = clock, sign_of, trust
        self._context: ssl.SSLContext | None = None
        self._checks: dict[str, DomainCheck] = {}
        self.heard: Callable[[Domain, DomainCheck], None] = lambda domain, check: None

    @property
    def checks(self) -> tuple[DomainCheck, ...]:
        return tuple(self._checks.values())

    async def check(self, domain: Domain) -> DomainCheck:
        """Asks ``domain`` for the sign. Never raises for what may stand in the way: that is the answer."""
        began = asyncio.get_running_loop().time()
        found = _Found()
        obstacle: Obstacle | None
        try:
            async with asyncio.timeout(CHECKED_WITHIN):
                obstacle = await self._obstacle(domain, found)
        except TimeoutError:
            obstacle = Obstacle.TIMEOUT
        took = round((asyncio.get_running_loop().time() - began) * 1000)
        check = DomainCheck(domain.host, self._clock.now(), obstacle, found.addresses, took, found.proxied)
        self._checks[domain.host] = check
        self.heard(domain, check)
        return check

    def forget_all_but(self, hosts: frozenset[str]) -> None:
        """Domains that were removed leave nothing behind."""
        self._checks = {host: check for host, check in self._checks.items() if host in hosts}

    async def _obstacle(self, domain: Domain, found: _Found) -> Obstacle | None:
        loop = asyncio.get_running_loop()
        try:
            known = await loop.getaddrinfo(domain.host.strip("[]"), port_of(domain), type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return Obstacle.NO_ADDRESS
        found.addresses = tuple(dict.fromkeys(str(each[4][0]) for each in known))
        nonce = secrets.token_hex(16)
        answer = await _ask(domain, f"/healthz?sign={nonce}", await self._trusted())
        if isinstance(answer, Obstacle):
            return answer
        if not isinstance(answer, dict) or answer.get("status") != "ok" or not isinstance(answer.get("sign"), str):
            return Obstacle.ELSEWHERE
        if not secrets.compare_digest(answer["sign"].encode(), self._sign_of(nonce).encode()):
            return Obstacle.ANOTHER
        found.proxied = answer.get("proxied") is True
        return None

    async def _trusted(self) -> ssl.SSLContext:
        if self._context is None:
            # The system's certificates are many, and the loop may be the window's.
            self._context = await asyncio.get_running_loop().run_in_executor(None, self._trust)
        return self._context


class _Found:
    """What a check came upon before it ended."""

    def __init__(self) -> None:
        self.addresses: tuple[str, ...] = ()
        self.proxied = False


async def _ask(domain: Domain, path: str, trusted: ssl.SSLContext) -> object:
    """The JSON that stands there, nothing for anything else, or what was in the way. No redirect is followed."""
    host = domain.host.strip("[]")
    named = domain.origin.partition("://")[2]
    try:
        reader, writer = await asyncio.open_connection(
            host, port_of(domain), ssl=trusted if domain.secure else None, server_hostname=host if domain.secure else None
        )
    except ssl.SSLCertVerificationError:
        return Obstacle.CERTIFICATE
    except ssl.SSLError:
        # A service that speaks no TLS is somebody else's.
        return Obstacle.ELSEWHERE
    except TimeoutError:
        return Obstacle.TIMEOUT
    except OSError:
        return Obstacle.REFUSED
    try:
        asked = f"GET {path} HTTP/1.1\r\nHost: {named}\r\nAccept: application/json\r\nConnection: close\r\n\r\n"
        writer.write(asked.encode("ascii"))
        raw = await _read(reader)
    except OSError:
        raw = b""
    finally:
        writer.transport.abort()
    # A tunnel without an end takes the call and hangs up.
    return _json_in(raw) if raw else Obstacle.REFUSED


async def _read(reader: asyncio.StreamReader) -> bytes:
    """Everything up to the end, or as much as shows that it is too long."""
    raw = b""
    while len(raw) <= _LONGEST_ANSWER and (more := await reader.read(_LONGEST_ANSWER)):
        raw += more
    return raw


class _Sent(io.BytesIO):
    """What was read, as the library's parser wants it."""

    def makefile(self, mode: str) -> io.BytesIO:
        return self


def _json_in(raw: bytes) -> object:
    if len(raw) > _LONGEST_ANSWER:
        return None
    answer = http.client.HTTPResponse(_Sent(raw))  # type: ignore[arg-type]
    try:
        answer.begin()
        return json.loads(answer.read()) if answer.status == http.client.OK else None
    except (http.client.HTTPException, ValueError, RecursionError):
        return None
