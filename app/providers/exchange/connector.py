"""How mailboxes of an Exchange server are connected (``providers.base.Connector``).

The form (``check``), all of it text, and the reason codes of each field:

- ``email``: ``missing``, ``form``, ``microsoft`` (a domain of Exchange Online: Office 365 is the way there);
- ``password``: ``missing``;
- ``user``, may be empty (then the e-mail address, then what stands before its @): ``form``; a name, ``DOMAIN\\name`` or a UPN;
- ``server``, may be empty (autodiscover, then the usual hosts): ``form``, ``http`` (never without TLS), ``microsoft``;
- ``version``, may be empty or ``auto`` (found out): ``form``, ``too_old``; one of ``2010_sp2``, ``2013``, ``2013_sp1``,
  ``2016``, ``2019``, ``se``;
- ``ca``, may be empty: text of a PEM file with the company's own certificates, for this server alone: ``not_a_certificate``;
- ``shared``, may be left out: addresses of colleagues who share their calendars with this mailbox, by comma or space: ``form``.

The steps that ``sign_in`` tells: ``look``, ``server:HOST`` (once for each that is tried), ``user``, ``version``, ``calendars``.
What it can end with besides: ``domain.errors.SignInFailed``. Whoever remembers server and version of a mail domain reads them
from the secret with ``known`` and passes them as fields.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from app.domain.clock import Clock, Instant
from app.domain.connections import ProviderKind
from app.domain.errors import InvalidFields
from app.providers.base import Keep, Provider, SignedIn, Told
from app.providers.exchange.attempt import Attempt
from app.providers.exchange.forms import VERSIONS, problems_of, typed
from app.providers.exchange.keys import Keys
from app.providers.exchange.provider import ExchangeProvider
from app.providers.exchange.report import Report
from app.providers.exchange.search import Search


class Connector:
    """Mailboxes on a company's own server, signed in to in a form here. ``search``: where servers are looked for."""

    kind = ProviderKind.EXCHANGE
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
        """Tries servers, names and ways until one works."""
        if problems := self.check(fields):
            raise InvalidFields(problems)
        form = typed(fields)
        self._report = Report(clock, form.password, form.email)
        return await Attempt(form, self._search, self._report).run(cancel, told, limit)

    def report(self) -> str:
        """What the last sign-in tried (CON-9)."""
        return self._report.text() if self._report is not None else ""

    def provider(self, account: str, secret: bytes, keep: Keep, clock: Clock) -> Provider:
        return ExchangeProvider(account, Keys.load(secret), clock)

    def sign_in_ends(self, secret: bytes) -> Instant:
        """Not by itself: a password that the company lets end is refused when it has."""
        return 0

    async def sign_out(self, secret: bytes, clock: Clock) -> None:
        """Nothing to be done: a password cannot be given back."""

    @staticmethod
    def known(secret: bytes) -> dict[str, str]:
        """The fields of the form that a sign-in found out, to be filled in the next time: all but the password."""
        keys = Keys.load(secret)
        version = next((name for name, schema in VERSIONS.items() if schema == keys.version and name), "")
        return {"email": keys.email, "user": keys.user, "server": keys.url, "version": version, "ca": keys.ca} | (
            {"shared": " ".join(keys.shared)} if keys.shared else {}
        )
