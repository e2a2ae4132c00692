"""Signing in with the system's browser: authorization code with PKCE, answered by a form on the loopback interface.

msal makes the address and redeems the code, each ``apart``; the waiting is ours, so that it can be cancelled and ends. Nothing
is stored here. Whatever goes wrong leaves no trace but the error.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.clock import Clock
from app.domain.errors import InvalidFields, ProviderError, RateLimited, SignInExpired, SignInFailed, Unreachable
from app.providers.base import SignedIn, Told
from app.providers.office365.apart import apart
from app.providers.office365.api import Api, mailbox_settings
from app.providers.office365.errors import Refused, translated
from app.providers.office365.listener import Listener
from app.providers.office365.places import LOGIN, Places
from app.providers.office365.tokens import (
    CLIENT_FAULTS,
    NEEDED,
    Application,
    Credentials,
    Session,
    TokenCallFailed,
    lacking,
    msal_client,
    short_scopes,
)

SHARED_PURPOSES = ("shared", "room", "equipment")
"""Mailboxes that belong to nobody in particular (CON-6)."""
NOT_ALLOWED = ("AADSTS65001", "AADSTS90094", "AADSTS90008", "AADSTS65005")
"""The organisation, or the person, has not given a right."""


@dataclass(frozen=True, slots=True)
class Client:
    """An app registration: the OAuth client of whoever connects."""

    id: str
    tenant: str


async def sign_in(
    client: Client,
    open_browser: Callable[[str], object],
    cancel: asyncio.Event,
    told: Told,
    clock: Clock,
    where: Places,
    *,
    login_hint: str = "",
    limit: float = 300.0,
) -> SignedIn:
    """Who signed in within ``limit`` seconds. Raises SignInFailed, InvalidFields, Unreachable, RateLimited."""
    work = asyncio.ensure_future(_sign_in(client, open_browser, told, clock, where, login_hint))
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
    client: Client, open_browser: Callable[[str], object], told: Told, clock: Clock, where: Places, login_hint: str
) -> SignedIn:
    state = secrets.token_urlsafe(32)
    async with Listener.open(state) as listener:
        application, flow = await _begun(client, clock, where, state, listener.redirect, login_hint)
        # msal knows Microsoft's address alone; the person may have to go to the one that stands in for it.
        open_browser(where.login + str(flow["auth_uri"]).removeprefix(LOGIN))
        told("browser")
        form = await listener.answer()
    if "error" in form:
        raise _refused(form)
    told("token")
    credentials = await _redeemed(client, application, flow, form)
    return await _identified(credentials, clock, where, told)


async def _begun(
    client: Client, clock: Clock, where: Places, state: str, redirect: str, login_hint: str
) -> tuple[Application, dict[str, Any]]:
    def begin() -> tuple[Application, dict[str, Any]]:
        application = msal_client(client.id, client.tenant, where, clock, discovers=True)
        flow = application.initiate_auth_code_flow(
            list(NEEDED), redirect_uri=redirect, state=state, login_hint=login_hint or None,
            prompt=None if login_hint else "select_account", response_mode="form_post",
        )  # fmt: skip
        return application, flow

    try:
        return await apart(begin)
    except ValueError as error:
        # The authority says that it does not exist.
        raise InvalidFields({"tenant": "unknown"}) from error
    except TokenCallFailed as failed:
        raise _passing(failed) from failed


async def _redeemed(client: Client, application: Application, flow: dict[str, Any], form: Mapping[str, str]) -> Credentials:
    """The tokens for the code that the form brought."""

    def redeem() -> tuple[dict[str, Any], str, bool]:
        result = application.acquire_token_by_auth_code_flow(flow, dict(form))
        cache = application.token_cache
        lasts = any(True for _ in cache.search(cache.CredentialType.REFRESH_TOKEN))
        accounts = application.get_accounts()
        return result, accounts[0]["home_account_id"] if accounts else "", lasts

    try:
        result, home, lasts = await apart(redeem)
    except TokenCallFailed as failed:
        raise _passing(failed) from failed
    except (ValueError, KeyError, TypeError, RuntimeError) as error:
        raise SignInFailed("answer", type(error).__name__) from error
    if "access_token" not in result:
        raise _refused(result)
    if not lasts or not home:
        raise SignInFailed("no_refresh")
    claims = result.get("id_token_claims") or {}
    email = str(claims.get("preferred_username") or claims.get("email") or "")
    scopes = short_scopes(str(result.get("scope", "")).split())
    return Credentials(client.id, client.tenant, home, email, scopes, application.token_cache.serialize())


def _passing(failed: TokenCallFailed) -> ProviderError:
    if failed.limited:
        return RateLimited("", failed.wait if failed.wait is not None else 15.0)
    return Unreachable("", str(failed))


def _refused(answer: Mapping[str, Any]) -> SignInFailed:
    """Why Microsoft gave nothing: the person, the organisation, or the app registration."""
    error, text = str(answer.get("error", "")), str(answer.get("error_description", ""))
    if error == "access_denied" and not any(code in text for code in NOT_ALLOWED):
        return SignInFailed("refused", error)
    if error in ("access_denied", "consent_required", "interaction_required", "invalid_scope"):
        return SignInFailed("rights", error)
    return SignInFailed("client" if error in CLIENT_FAULTS else "answer", error)


async def _identified(credentials: Credentials, clock: Clock, where: Places, told: Told) -> SignedIn:
    """Whose the sign-in is, once it is known that there is a mailbox behind it."""
    session = Session("", credentials, clock, where=where)
    api = Api(session)
    told("who")
    try:
        with translated(""):
            try:
                person = await api.get("me", dict, {"$select": "displayName,mail,userPrincipalName"})
                told("calendars")
                await api.get("me/calendars", dict, {"$select": "id", "$top": 1})
                settings = await mailbox_settings(api)
            except Refused as refused:
                if refused.no_mailbox or (refused.status == 404 and refused.gone):
                    raise SignInFailed("no_mailbox", refused.code) from refused
                raise
    except SignInExpired as expired:
        raise SignInFailed("rights", expired.detail) from expired
    finally:
        await api.close()
    email = str(person.get("mail") or person.get("userPrincipalName") or credentials.email)
    if not email:
        # Without its address nobody could tell later which account this is.
        raise SignInFailed("rights", "email")
    return SignedIn(
        email=email,
        name=str(person.get("displayName") or email),
        secret=session.credentials.dump(),
        missing=lacking(credentials.scopes),
        shared=settings.get("userPurpose") in SHARED_PURPOSES,
    )
