"""How calendars behind a link are connected (``providers.base.Connector``).

The form (``check``), all of it text, and the reason codes of each field:

- ``address``: ``missing``, ``form``, ``scheme`` (neither ``http``, ``https`` nor ``webcal``); without a scheme ``https``;
- ``name``, may be empty (then the calendar's own name, then its host): ``form`` where it is too long.

The steps that ``sign_in`` tells: ``look``, ``calendars``. It ends with SignInFailed ``server``, ``not_a_calendar``,
``password`` (the link is not, or no longer, open), ``certificate`` (``why=…``), ``too_large``, ``time_out``, ``cancelled``.
``server`` has the host as its detail, never the address: whoever has that can read the calendar.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from app.domain.clock import DAY, Clock, Instant
from app.domain.connections import ProviderKind
from app.domain.errors import InvalidFields, SignInFailed
from app.providers.base import Keep, Provider, SignedIn, Told
from app.providers.ics.aside import ReadFeed, read_aside
from app.providers.ics.feed import Feed, FeedProvider
from app.providers.ics.fetching import FeedTrouble, feed_address, fetch, http_client

LONGEST_NAME = 200
LOOK_AHEAD = 60 * DAY
_REASONS = {"gone": "server", "limited": "server", "refused": "password"}


class Connector:
    """Feeds, given by their link in a form here."""

    kind = ProviderKind.ICS
    by_browser = False

    def check(self, fields: Mapping[str, str]) -> dict[str, str]:
        """What is wrong with the form, as the module says."""
        problems = {}
        try:
            feed_address(fields.get("address", ""))
        except ValueError as error:
            problems["address"] = str(error)
        if len(fields.get("name", "").strip()) > LONGEST_NAME:
            problems["name"] = "form"
        return problems

    def read_file(self, text: str) -> dict[str, str]:
        """There is no client to be registered. Raises InvalidFields."""
        raise InvalidFields({"client_file": "not_here"})

    async def sign_in(
        self,
        fields: Mapping[str, str],
        open_browser: Callable[[str], object],
        cancel: asyncio.Event,
        told: Told,
        clock: Clock,
        *,
        login_hint: str = "",
        limit: float = 300.0,
    ) -> SignedIn:
        """Looks at the feed once."""
        if problems := self.check(fields):
            raise InvalidFields(problems)
        address = feed_address(fields["address"])
        looking = asyncio.ensure_future(_look(address, told, clock))
        cancelled = asyncio.ensure_future(cancel.wait())
        try:
            await asyncio.wait((looking, cancelled), timeout=limit, return_when=asyncio.FIRST_COMPLETED)
            if not looking.done():
                raise SignInFailed("cancelled" if cancelled.done() else "time_out")
            found, zone = looking.result()
        except FeedTrouble as trouble:
            reason = _REASONS.get(trouble.reason, trouble.reason)
            raise SignInFailed(reason, _host(address) if reason == "server" else trouble.detail) from trouble
        finally:
            await _ended(looking, cancelled)
        name = (fields.get("name", "").strip() or found.name or _name_of(address))[:LONGEST_NAME]
        digest = hashlib.sha256(address.encode()).hexdigest()[:32]
        return SignedIn(email="", name=name, secret=Feed(address, f"feed-{digest}", name, zone).dump())

    def provider(self, account: str, secret: bytes, keep: Keep, clock: Clock) -> Provider:
        return FeedProvider(account, Feed.load(secret), clock)

    def known(self, secret: bytes) -> dict[str, str]:
        """The form as it was filled in."""
        feed = Feed.load(secret)
        return {"address": feed.address, "name": feed.name}

    def sign_in_ends(self, secret: bytes) -> Instant:
        return 0

    async def sign_out(self, secret: bytes, clock: Clock) -> None:
        """Nobody knows that we looked."""


async def _look(address: str, told: Told, clock: Clock) -> tuple[ReadFeed, str]:
    """What stands there, and the zone in which its days are read."""
    told("look")
    now = clock.now()
    async with http_client() as http:
        fetched = await fetch(http, address, now)
    told("calendars")
    here = await asyncio.to_thread(_zone_here)
    found = await read_aside(fetched.body or b"", here, now, now + LOOK_AHEAD, "")
    return found, found.zone or here


async def _ended(*tasks: asyncio.Future[Any]) -> None:
    for each in tasks:
        each.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _host(address: str) -> str:
    return urlsplit(address).hostname or ""


def _name_of(address: str) -> str:
    """The file's name where it says something, else the host."""
    last = unquote(urlsplit(address).path.rpartition("/")[2]).removesuffix(".ics")
    return last if last.lower() not in ("", "basic", "calendar", "reachcalendar") and len(last) <= 40 else _host(address)


def _zone_here() -> str:
    import tzlocal

    return str(tzlocal.get_localzone_name() or "UTC")
