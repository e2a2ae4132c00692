"""Signing in with the system's browser: authorization code with PKCE on the loopback interface (RFC 8252, RFC 7636).

Nothing is stored here. Whatever goes wrong, cancelling and time limit included, leaves no trace but the error.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from app.domain.clock import Clock, SystemClock
from app.domain.errors import SignInFailed
from app.providers.base import Told
from app.providers.google.api import Api, Session, exchange, http_client
from app.providers.google.client_file import OAuthClient
from app.providers.google.errors import Refused, translated
from app.providers.google.listener import Listener
from app.providers.google.places import Places, places
from app.providers.google.tokens import IDENTITY, NEEDED, Tokens, missing

if TYPE_CHECKING:
    import httpx2

LIMIT = 300.0
"""Seconds that a person has for the consent page."""


async def sign_in(
    client: OAuthClient,
    scopes: Iterable[str],
    open_browser: Callable[[str], object],
    cancel: asyncio.Event,
    *,
    limit: float = LIMIT,
    login_hint: str = "",
    clock: Clock | None = None,
    where: Places | None = None,
    told: Told = lambda step: None,
) -> Tokens:
    """The tokens that a person's consent brings. ``open_browser`` gets the address of the consent page; ``limit`` are seconds;
    ``told`` hears ``browser`` when that is open and ``token`` when the person has answered.

    People can untick rights: compare with ``tokens.missing``. Raises SignInFailed; Unreachable or RateLimited where the
    token call fails for a while.
    """
    work = asyncio.ensure_future(
        _sign_in(client, tuple(scopes), open_browser, login_hint, clock or SystemClock(), where or places(), told)
    )
    stopped = asyncio.ensure_future(cancel.wait())
    try:
        done, _ = await asyncio.wait((work, stopped), timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        if work in done:
            return work.result()
        raise SignInFailed("cancelled" if stopped in done else "time_out")
    finally:
        for each in (work, stopped):
            each.cancel()
        await asyncio.gather(work, stopped, return_exceptions=True)


async def _sign_in(
    client: OAuthClient,
    scopes: tuple[str, ...],
    open_browser: Callable[[str], object],
    login_hint: str,
    clock: Clock,
    where: Places,
    told: Told,
) -> Tokens:
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    async with Listener.open(state) as listener:
        open_browser(consent_address(where, client, scopes, listener.redirect, state, verifier, login_hint))
        told("browser")
        query = await listener.answer()
        redirect = listener.redirect
    if "error" in query:
        raise SignInFailed("refused" if query["error"] == "access_denied" else "client", query["error"])
    told("token")
    async with http_client() as http:
        tokens = await _exchange(http, where, client, query["code"], verifier, redirect, clock)
    if not tokens.refresh:
        raise SignInFailed("no_refresh")
    # Scopes are left out where they are those that were asked for (RFC 6749 §5.1).
    return tokens if tokens.scopes else replace(tokens, scopes=tuple(sorted((*IDENTITY, *scopes))))


async def _exchange(
    http: httpx2.AsyncClient, where: Places, client: OAuthClient, code: str, verifier: str, redirect: str, clock: Clock
) -> Tokens:
    with translated(""):
        try:
            return await exchange(http, where, client, code, verifier, redirect, clock.now())
        except Refused as refused:
            if refused.reason in ("invalid_client", "unauthorized_client", "deleted_client", "redirect_uri_mismatch"):
                raise SignInFailed("client", refused.reason) from refused
            if refused.status in (400, 401):
                raise SignInFailed("answer", refused.reason) from refused
            raise


def consent_address(
    where: Places, client: OAuthClient, scopes: Iterable[str], redirect: str, state: str, verifier: str, login_hint: str = ""
) -> str:
    """Where the browser goes. ``prompt`` and ``access_type`` make Google give a refresh token also to one who agreed before."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": client.id,
        "redirect_uri": redirect,
        "scope": " ".join((*IDENTITY, *scopes)),
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "access_type": "offline",
        "prompt": "consent",
    }
    return f"{where.consent}?{urlencode(query | ({'login_hint': login_hint} if login_hint else {}))}"


async def sign_out(session: Session) -> None:
    """Tells Google that the sign-in is over. Raises Unreachable: then it can be revoked in the Google account only."""
    api = Api(session)
    try:
        with translated(session.account):
            await api.revoke()
    finally:
        await api.close()


def lacking(tokens: Tokens, scopes: Iterable[str] = NEEDED) -> tuple[str, ...]:
    """The rights that the person did not give."""
    return missing(scopes, tokens.scopes)
