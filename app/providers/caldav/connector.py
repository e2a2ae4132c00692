"""How accounts of CalDAV servers are connected (``providers.base.Connector``).

The form (``check``), all of it text, and the reason codes of each field:

- ``preset``, may be empty: ``icloud``, ``fastmail`` or ``nextcloud``: ``form``;
- ``address``: an e-mail address, or the address of a server (whole, or a bare host): ``missing``, ``form``, ``http`` (never
  without TLS, but on this computer); with ``icloud`` and ``fastmail`` it is the e-mail address, with ``nextcloud`` the address
  of the cloud, or ``name@cloud``;
- ``user``, may be empty where the address is an e-mail address (then that, then what stands before its @): ``missing``,
  ``form``;
- ``password``, which for iCloud and Fastmail, and for Nextcloud with two factors, is an app password: ``missing``;
- ``ca``, may be empty: text of a PEM file with an own authority's certificates, for this server alone: ``not_a_certificate``.

The steps that ``sign_in`` tells: ``look``, ``server:HOST`` (once for each that is tried), ``calendars``. What it can end with:
SignInFailed with ``password`` (detail: the names that were tried), ``server`` (detail: the addresses that were tried),
``certificate``, ``forbidden``, ``no_calendars``, ``time_out``, ``cancelled``; InvalidFields, Unreachable, RateLimited.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from app.domain.clock import Clock, Instant
from app.domain.connections import ProviderKind
from app.domain.errors import InvalidFields, SignInFailed
from app.providers.base import Keep, Provider, SignedIn, Told
from app.providers.caldav.discovery import Discovery, Search
from app.providers.caldav.forms import problems_of, typed
from app.providers.caldav.keys import Keys
from app.providers.caldav.provider import CalDavProvider
from app.providers.caldav.report import Report


class Connector:
    """Accounts of CalDAV servers, signed in to in a form here. ``search``: where servers are looked for."""

    kind = ProviderKind.CALDAV
    by_browser = False

    def __init__(self, search: Search | None = None) -> None:
        self._search = search or Search()
        self._report: Report | None = None

    def check(self, fields: Mapping[str, str]) -> dict[str, str]:
        """What is wrong with the form, as the module says."""
        return problems_of(fields)

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
        """Tries servers and names until one works."""
        if problems := self.check(fields):
            raise InvalidFields(problems)
        form = typed(fields)
        report = self._report = Report(clock, form.password)
        looking = asyncio.create_task(Discovery(form, self._search, report, clock, told).run())
        stopped = asyncio.create_task(cancel.wait())
        try:
            await asyncio.wait((looking, stopped), timeout=limit, return_when=asyncio.FIRST_COMPLETED)
            if stopped.done():
                raise SignInFailed("cancelled")
            if not looking.done():
                report.add("", "sign in", f"not done after {limit:g} s")
                raise SignInFailed("time_out")
            keys, name = looking.result()
        finally:
            looking.cancel()
            stopped.cancel()
            await asyncio.gather(looking, stopped, return_exceptions=True)
        return SignedIn(email=keys.email, name=name, secret=keys.dump())

    def report(self) -> str:
        """What the last sign-in tried (CON-9)."""
        return self._report.text() if self._report is not None else ""

    def provider(self, account: str, secret: bytes, keep: Keep, clock: Clock) -> Provider:
        return CalDavProvider(account, Keys.load(secret), clock)

    def sign_in_ends(self, secret: bytes) -> Instant:
        """Not by itself: a password that was changed is refused from then on."""
        return 0

    async def sign_out(self, secret: bytes, clock: Clock) -> None:
        """Nothing to be done: a password cannot be given back."""

    @staticmethod
    def known(secret: bytes) -> dict[str, str]:
        """The fields of the form that a sign-in found out, to be filled in the next time: all but the password."""
        keys = Keys.load(secret)
        return {"preset": "", "address": keys.homes[0], "user": keys.user} | ({"ca": keys.ca} if keys.ca else {})
