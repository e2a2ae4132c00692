"""Whether an address leads to this very program (URL-3, PUB-2): asked from here, as a visitor would ask.

The child that serves the pages signs a number that was never used before. Whoever cannot is somebody else.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import secrets
import socket
import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING

from app.domain.clock import Clock
from app.domain.reaching import DomainCheck, Obstacle
from app.domain.settings import Domain

if TYPE_CHECKING:
    import httpx2

CHECKED_WITHIN = 10.0
"""Seconds for a whole check, from the name to the last byte."""
_LONGEST_ANSWER = 4096
_CLIENT = ("httpx2", "httpcore2", "anyio._backends._asyncio")
"""What asking needs, with what it imports when it is first used."""
Trust = Callable[[], ssl.SSLContext]


def system_trust() -> ssl.SSLContext:
    """Whom the operating system trusts, as a visitor's browser does."""
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


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
        host, port = domain.host.strip("[]"), domain.port or (443 if domain.secure else 80)
        try:
            known = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return Obstacle.NO_ADDRESS
        found.addresses = tuple(dict.fromkeys(str(each[4][0]) for each in known))
        nonce = secrets.token_hex(16)
        answer = await _ask(f"{domain.origin}/healthz?sign={nonce}", await self._trusted())
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
            # The loop may be the window's, and the system's certificates and the client's modules are many.
            self._context = await asyncio.get_running_loop().run_in_executor(None, self._prepare)
        return self._context

    def _prepare(self) -> ssl.SSLContext:
        for name in _CLIENT:
            importlib.import_module(name)
        return self._trust()


class _Found:
    """What a check came upon before it ended."""

    def __init__(self) -> None:
        self.addresses: tuple[str, ...] = ()
        self.proxied = False


async def _ask(url: str, trusted: ssl.SSLContext) -> object:
    """The JSON that stands there, nothing for anything else, or what was in the way."""
    import httpx2

    try:
        # Not through a proxy for going out: visitors do not come that way.
        async with (
            httpx2.AsyncClient(verify=trusted, timeout=CHECKED_WITHIN, trust_env=False) as http,
            http.stream("GET", url, headers={"accept": "application/json"}, follow_redirects=False) as answer,
        ):
            return await _read(answer) if answer.status_code == 200 else None
    except httpx2.TimeoutException:
        return Obstacle.TIMEOUT
    except httpx2.NetworkError as error:
        return _why(error)
    except httpx2.RemoteProtocolError as error:
        # A tunnel without an end takes the call and hangs up.
        return Obstacle.REFUSED if "without sending" in str(error) else None
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, ValueError):
        return None


async def _read(answer: httpx2.Response) -> object:
    body = b""
    async for chunk in answer.aiter_bytes():
        body += chunk
        if len(body) > _LONGEST_ANSWER:
            return None
    try:
        return json.loads(body)
    except RecursionError:
        return None


def _why(error: BaseException) -> Obstacle | None:
    """What lies below a connection that was not made, or broke. A service that speaks no TLS is somebody else's."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Obstacle.CERTIFICATE
        if isinstance(cause, ssl.SSLError):
            return Obstacle.ELSEWHERE
        cause = cause.__cause__ or cause.__context__
    return Obstacle.REFUSED
