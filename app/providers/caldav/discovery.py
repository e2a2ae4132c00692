"""From what a person typed to the place of the calendars (RFC 6764, RFC 4791 §6.2, RFC 5397)."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlsplit

import httpx2

from app.domain.clock import Clock
from app.domain.errors import AftaleError, RateLimited, SignInFailed, Unreachable
from app.providers.base import Told
from app.providers.caldav import dav
from app.providers.caldav.client import KNOWN, Client, Got, followed, site_of
from app.providers.caldav.collection import read_aside
from app.providers.caldav.errors import Astray, Refused
from app.providers.caldav.forms import Typed, candidates
from app.providers.caldav.keys import Keys
from app.providers.caldav.listing import LISTED, NAME, TYPE, is_calendar
from app.providers.caldav.report import Report
from app.providers.certificates import Certificate, shown, why_not_believed

T = TypeVar("T")
PRINCIPAL, HOMES, ADDRESSES = f"{dav.D}current-user-principal", f"{dav.C}calendar-home-set", f"{dav.C}calendar-user-address-set"
SCHEDULES = "calendar-auto-schedule"
DNS_LIMIT = 3.0


@dataclass(frozen=True, slots=True)
class Search:
    """Where servers are looked for: what DNS tells of a domain, and the usual places."""

    services: Callable[[str], tuple[str, ...]] = lambda domain: services_of(domain)
    usual: Callable[[Typed], tuple[str, ...]] = candidates


def services_of(domain: str) -> tuple[str, ...]:
    """The addresses that DNS names for CalDAV over TLS (SRV, and TXT for the path), those of the same site and of well-known
    services: another one could be anybody's, for nothing proves the answer."""
    try:
        import dns.exception
        import dns.resolver
    except ImportError:
        return ()
    name = f"_caldavs._tcp.{domain}"
    try:
        records = sorted(dns.resolver.resolve(name, "SRV", lifetime=DNS_LIMIT), key=lambda each: (each.priority, -each.weight))
    except (dns.exception.DNSException, OSError):
        return ()
    path = "/.well-known/caldav"
    try:
        for record in dns.resolver.resolve(name, "TXT", lifetime=DNS_LIMIT):
            for text in (each.decode(errors="replace") for each in record.strings):
                path = text.removeprefix("path=") if text.startswith("path=/") else path
    except (dns.exception.DNSException, OSError):
        pass
    hosts = ((str(each.target).rstrip(".").lower(), each.port) for each in records)
    return tuple(f"https://{host}:{port}{path}" for host, port in hosts if site_of(host) in (site_of(domain), *KNOWN))


@dataclass(slots=True)
class Seen:
    """What was seen on the way, to say at the end what is most likely wrong."""

    tried: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    certificate: str = ""
    forbidden: str = ""
    down: str = ""
    wait: float | None = None
    offline: int = 0
    empty: bool = False


class Discovery:
    """One sign-in with one form."""

    def __init__(self, form: Typed, search: Search, report: Report, clock: Clock, told: Told) -> None:
        self._form, self._search, self._report, self._clock, self._told = form, search, report, clock, told
        self._seen = Seen()

    async def run(self) -> tuple[Keys, str]:
        """What opens the account, and its owner's name. Raises SignInFailed, Unreachable, RateLimited."""
        self._told("look")
        async for place in self._places():
            self._seen.tried.append(place)
            self._told(f"server:{urlsplit(place).netloc}")
            for user in self._form.users:
                found = await self._enter(place, user)
                if found is not None:
                    return found
                if user not in self._seen.refused:
                    break
            if self._seen.refused:
                # The right server did not take the password: others are not shown it.
                break
        raise self._verdict()

    async def _places(self) -> AsyncIterator[str]:
        places = list(self._search.usual(self._form))
        if self._form.email and not self._form.preset:
            none: tuple[str, ...] = ()
            named = await beside(lambda: self._search.services(self._form.domain), none)
            self._report.add(f"_caldavs._tcp.{self._form.domain}", "look up", " ".join(named) or "nothing")
            places = [*named, *places]
        for place in dict.fromkeys(places):
            yield place

    async def _enter(self, place: str, user: str) -> tuple[Keys, str] | None:
        """None if nothing is there, or not for us; notes why."""
        client, seen = Client(user, self._form.password, self._clock, self._report.add, self._form.ca), self._seen
        try:
            return await self._at(client, place, user)
        except Refused as refused:
            if refused.status == 401:
                seen.refused.append(user)
            elif refused.status == 403:
                seen.forbidden = seen.forbidden or place
            elif refused.status == 429 or refused.status >= 500:
                seen.down, seen.wait = f"status {refused.status}", refused.wait
        except (Astray, ValueError) as error:
            self._report.add(place, "", str(error))
        except httpx2.HTTPError as error:
            await self._failed(place, error)
        finally:
            await client.close()
        return None

    async def _failed(self, place: str, error: Exception) -> None:
        seen = self._seen
        if why := why_not_believed(error):
            nothing: Certificate | None = None
            found = None if seen.certificate else await beside(lambda: shown(place, why), nothing)
            seen.certificate = seen.certificate or (found.text() if found is not None else f"why={why}")
            self._report.add(place, "certificate", seen.certificate)
        elif is_offline(error):
            seen.offline += 1
        elif isinstance(error, httpx2.TimeoutException | httpx2.RemoteProtocolError):
            seen.down = seen.down or type(error).__name__

    async def _at(self, client: Client, place: str, user: str) -> tuple[Keys, str] | None:
        """Looks from one address on. Raises Refused, Astray, ValueError and the errors of httpx2."""
        row, got = await self._asked(client, place)
        if row.found.get(PRINCIPAL) is not None and not row.hrefs(PRINCIPAL):
            # It tells strangers something too, and so never asks for the password.
            client.insist(got.url)
            row, got = await self._asked(client, got.url)
        principal = next(iter(row.hrefs(PRINCIPAL)), "")
        if principal:
            principal = followed(got.url, principal)
            row, got = await self._asked(client, principal)
        homes = tuple(followed(got.url, each) for each in row.hrefs(HOMES))
        if not homes and is_calendar(row):
            homes = (got.url.rstrip("/").rpartition("/")[0] + "/",)
        if not homes:
            self._report.add(got.url, "", "names no calendars")
            return None
        self._told("calendars")
        schedules = await self._looked(client, homes)
        if schedules is None:
            return None
        mail = next((each[7:] for each in row.hrefs(ADDRESSES) if each.lower().startswith("mailto:")), "")
        keys = Keys(
            mail or self._address(user, got.url), user, self._form.password, homes, principal, schedules and bool(mail),
            self._form.ca,
        )  # fmt: skip
        return keys, row.text(NAME)

    async def _asked(self, client: Client, place: str) -> tuple[dav.Row, Got]:
        got = await client.dav("PROPFIND", place, dav.propfind((PRINCIPAL, HOMES, ADDRESSES, NAME, TYPE)))
        rows = (await read_aside(got)).rows
        if not rows:
            raise ValueError("an empty answer")
        if rows[0].status != 200:
            raise Refused(rows[0].status)
        return rows[0], got

    async def _looked(self, client: Client, homes: tuple[str, ...]) -> bool | None:
        """Whether the server sends invitations itself; None if there is no calendar."""
        count = 0
        for home in homes:
            got = await client.dav("PROPFIND", home, dav.propfind(LISTED), "1")
            count += sum(is_calendar(row) for row in (await read_aside(got)).rows)
        self._report.add(homes[0], "calendars", str(count))
        if not count:
            self._seen.empty = True
            return None
        offered = await client.call("OPTIONS", homes[0], ok=(401, 403, 404, 405, 500, 501))
        return SCHEDULES in offered.headers.get("dav", "")

    def _address(self, user: str, url: str) -> str:
        """An e-mail address for who tells none: by it the account is known."""
        return self._form.email or (user if "@" in user else f"{user}@{urlsplit(url).hostname}")

    def _verdict(self) -> AftaleError:
        """What is most likely wrong, after nothing worked."""
        seen = self._seen
        if seen.refused:
            return SignInFailed("password", ", ".join(dict.fromkeys(seen.refused)))
        if seen.certificate:
            return SignInFailed("certificate", seen.certificate)
        if seen.empty:
            return SignInFailed("no_calendars")
        if seen.forbidden:
            return SignInFailed("forbidden", seen.forbidden)
        if seen.wait is not None:
            return RateLimited("", seen.wait)
        if seen.down:
            return Unreachable("", seen.down)
        if seen.offline and seen.offline == len(seen.tried):
            return Unreachable("", "no network")
        return SignInFailed("server", " ".join(dict.fromkeys(seen.tried)))


async def beside(call: Callable[[], T], otherwise: T) -> T:
    """Does what blocks in a thread that nobody has to wait for, neither for the answer nor at the end of the program; what
    fails there gives ``otherwise``."""
    loop = asyncio.get_running_loop()
    brought: asyncio.Future[T] = loop.create_future()

    def bring(found: T) -> None:
        if not brought.done():
            brought.set_result(found)

    def work() -> None:
        found = otherwise
        try:
            found = call()
        finally:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(bring, found)

    threading.Thread(target=work, name="caldav sign-in", daemon=True).start()
    return await brought


def is_offline(error: BaseException | None) -> bool:
    """Whether this computer has no network, as far as an error tells."""
    while error is not None:
        if isinstance(error, socket.gaierror):
            return error.errno == socket.EAI_AGAIN
        if isinstance(error, OSError) and error.errno in (errno.ENETUNREACH, errno.ENETDOWN):
            return True
        error = error.__cause__ or error.__context__
    return False
