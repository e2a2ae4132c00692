"""How Google accounts are connected (``providers.base.Connector``).

The secret of an account is one JSON document with the OAuth client and the tokens: a refresh token is worth nothing without the
client that it was given to, and each account may have come by another one (CON-7).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict

from app.domain.clock import Clock, Instant
from app.domain.connections import ProviderKind
from app.domain.errors import InvalidFields, SignInFailed
from app.providers.base import Keep, Provider, SignedIn, Told
from app.providers.google import auth, tokens
from app.providers.google.api import Session
from app.providers.google.client_file import OAuthClient, check_client, read_client
from app.providers.google.provider import GoogleProvider


class Connector:
    """Accounts at Google, signed in to in the system's browser."""

    kind = ProviderKind.GOOGLE
    by_browser = True

    def check(self, fields: Mapping[str, str]) -> dict[str, str]:
        return check_client(fields.get("client_id", ""), fields.get("client_secret", ""))

    def read_file(self, text: str) -> dict[str, str]:
        client = read_client(text)
        return {"client_id": client.id, "client_secret": client.secret}

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
        """Raises SignInFailed too where the address of the account was not told."""
        if problems := self.check(fields):
            raise InvalidFields(problems)
        client = OAuthClient(fields["client_id"].strip(), fields["client_secret"].strip())
        given = await auth.sign_in(
            client, tokens.NEEDED, open_browser, cancel, limit=limit, login_hint=login_hint, clock=clock, told=told
        )
        told("who")
        if not given.email:
            # Without its address nobody could tell later which account this is.
            raise SignInFailed("rights", "email")
        return SignedIn(
            email=given.email,
            name=given.email,
            secret=dump(client, given),
            missing=auth.lacking(given),
            ends=tokens.consent_ends(given) or 0,
        )

    def provider(self, account: str, secret: bytes, keep: Keep, clock: Clock) -> Provider:
        return GoogleProvider(_session(account, secret, clock, keep))

    def sign_in_ends(self, secret: bytes) -> Instant:
        return tokens.consent_ends(load(secret)[1]) or 0

    async def sign_out(self, secret: bytes, clock: Clock) -> None:
        await auth.sign_out(_session("", secret, clock))


def _session(account: str, secret: bytes, clock: Clock, keep: Keep | None = None) -> Session:
    client, given = load(secret)

    async def keep_all(new: tokens.Tokens) -> None:
        if keep is not None:
            await keep(dump(client, new))

    return Session(account, client, given, clock, keep_all)


def dump(client: OAuthClient, given: tokens.Tokens) -> bytes:
    """To be sealed; nothing else may keep it."""
    return json.dumps({"client": asdict(client), "tokens": tokens.plain(given)}).encode()


def load(secret: bytes) -> tuple[OAuthClient, tokens.Tokens]:
    """What ``dump`` made."""
    found = json.loads(secret)
    return OAuthClient(**found["client"]), tokens.from_plain(found["tokens"])
