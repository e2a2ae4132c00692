"""How Office 365 accounts are connected (``providers.base.Connector``).

The secret of an account is one JSON document with the app registration and msal's token cache: tokens are worth nothing without
the client that they were given to, and each account may have come by another one (CON-7).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping

from app.domain.clock import Clock, Instant
from app.domain.connections import ProviderKind
from app.domain.errors import InvalidFields
from app.providers.base import Keep, Provider, SignedIn, Told
from app.providers.office365 import auth
from app.providers.office365.places import places
from app.providers.office365.provider import OfficeProvider
from app.providers.office365.tokens import Credentials, Session

ANYBODY = "common"
AUDIENCES = (ANYBODY, "organizations", "consumers")
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.IGNORECASE)


class Connector:
    """Accounts at Microsoft, signed in to in the system's browser."""

    kind = ProviderKind.OFFICE365
    by_browser = True

    def check(self, fields: Mapping[str, str]) -> dict[str, str]:
        """Reason codes. ``client_id``: ``missing``, ``form``. ``tenant``, which may be empty: ``form``."""
        client, tenant = fields.get("client_id", "").strip(), fields.get("tenant", "").strip()
        problems = {}
        if not _GUID.fullmatch(client):
            problems["client_id"] = "form" if client else "missing"
        if tenant and tenant.lower() not in AUDIENCES and not _GUID.fullmatch(tenant) and not _DOMAIN.fullmatch(tenant):
            problems["tenant"] = "form"
        return problems

    def read_file(self, text: str) -> dict[str, str]:
        """Microsoft gives none: what is needed stands on a page of its portal."""
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
        if problems := self.check(fields):
            raise InvalidFields(problems)
        client = auth.Client(fields["client_id"].strip().lower(), fields.get("tenant", "").strip().lower() or ANYBODY)
        return await auth.sign_in(
            client, open_browser, cancel, told, clock, places(), login_hint=login_hint, limit=limit
        )  # fmt: skip

    def provider(self, account: str, secret: bytes, keep: Keep, clock: Clock) -> Provider:
        return OfficeProvider(Session(account, Credentials.load(secret), clock, keep))

    def sign_in_ends(self, secret: bytes) -> Instant:
        """Never by itself: a refresh token that is used lives on."""
        return 0

    async def sign_out(self, secret: bytes, clock: Clock) -> None:
        """Nothing to be done: Microsoft has no revocation for programs on the desktop (RFC 7009 is not offered). Whoever
        forgets the secret has signed out; the person can take the consent back at myaccount.microsoft.com."""
