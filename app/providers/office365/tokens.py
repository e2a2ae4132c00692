"""Tokens of one account: msal behind our own HTTP client, one refresh at a time, and what has to be kept of it.

msal wants an https authority that it knows. It always gets Microsoft's; where a server stands in, the HTTP client sends its
requests there. It blocks, so every call runs ``apart``.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import httpx2

from app.domain.clock import Clock, Instant
from app.domain.errors import RateLimited, SignInExpired, Unreachable
from app.providers.http import ANSWER, CONNECT, seconds_to_wait
from app.providers.office365.apart import apart
from app.providers.office365.places import LOGIN, Places, places, trust

ESSENTIAL = ("User.Read", "Calendars.ReadWrite")
"""Without the others less is offered: no calendars of others, and days lie in the zone that
each event names itself."""
Application = Any
"""msal's PublicClientApplication; msal tells no types."""
NEEDED = ("User.Read", "Calendars.ReadWrite", "Calendars.ReadWrite.Shared", "MailboxSettings.Read")
"""The least that works (CON-6): who signed in, the own calendars, those that others share, and the zone that all-day events are
read in. msal adds what a lasting sign-in needs."""
EARLY = 120
"""Seconds by which an access token counts as expired before it is: it has to arrive while it is valid."""
LASTING = frozenset(
    {
        "invalid_grant", "interaction_required", "consent_required", "login_required", "invalid_client", "unauthorized_client",
        "access_denied", "invalid_scope",
    }
)  # fmt: skip
"""Refusals of the token endpoint that only a new sign-in can cure (RFC 6749 §5.2, OpenID Connect Core §3.1.2.6)."""
PASSING = frozenset({"temporarily_unavailable", "server_error"})
CLIENT_FAULTS = frozenset({"invalid_client", "unauthorized_client", "invalid_request", "invalid_resource"})


@dataclass(frozen=True, slots=True)
class Credentials:
    """One sign-in, complete: a later change of the OAuth client does not matter to it. ``home`` is msal's id of the account,
    ``cache`` its serialised tokens, ``scopes`` the rights that were given."""

    client: str
    tenant: str
    home: str
    email: str
    scopes: tuple[str, ...]
    cache: str = field(repr=False)

    def dump(self) -> bytes:
        """To be sealed; nothing else may keep it."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def load(cls, plain: bytes) -> Credentials:
        """What ``dump`` made."""
        found = json.loads(plain)
        return cls(**{**found, "scopes": tuple(found["scopes"])})


class TokenCallFailed(Exception):
    """The sign-in service was not reached or is not well. ``wait``: seconds that it asks for."""

    def __init__(self, detail: str, wait: float | None = None, limited: bool = False) -> None:
        super().__init__(detail)
        self.wait, self.limited = wait, limited


@dataclass(slots=True)
class TokenAnswer:
    """What msal looks at of an HTTP answer."""

    status_code: int
    text: str = field(repr=False)
    headers: dict[str, str]

    def raise_for_status(self) -> None:
        if self.status_code >= 400:
            raise TokenCallFailed(f"status {self.status_code}")


class TokenHttp:
    """The HTTP client that msal gets. ``discovers``: the authority is asked where its endpoints are, which tells a tenant that
    does not exist; else, and always at a stand-in, they are where they have been for years."""

    def __init__(self, where: Places, clock: Clock, discovers: bool = False) -> None:
        self._where, self._clock, self._discovers = where, clock, discovers and not where.stands_in

    def get(self, url: str, params: Any = None, headers: Any = None, **_: Any) -> TokenAnswer:
        base, found, _rest = url.partition("/v2.0/.well-known/openid-configuration")
        if found and not self._discovers:
            return TokenAnswer(200, json.dumps(endpoints(base)), {})
        return self._answer("GET", url, params=params, headers=headers)

    def post(self, url: str, params: Any = None, data: Any = None, headers: Any = None, **_: Any) -> TokenAnswer:
        if isinstance(data, Mapping):
            data = {name: str(value) for name, value in data.items() if value is not None}
        return self._answer("POST", url, params=params, data=data, headers=headers)

    def close(self) -> None:
        """Nothing is open between two calls, which are an hour apart."""

    def _answer(self, method: str, url: str, **more: Any) -> TokenAnswer:
        limits = httpx2.Timeout(ANSWER, connect=CONNECT)
        try:
            with httpx2.Client(verify=trust(self._where.login), timeout=limits, follow_redirects=False) as http:
                answer = http.request(method, self._where.login + url.removeprefix(LOGIN), **more)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise TokenCallFailed(type(error).__name__) from error
        if answer.status_code == 429 or answer.status_code >= 500:
            # msal would repeat this answer for a minute, whatever the service says meanwhile.
            wait = seconds_to_wait(answer.headers.get("Retry-After", ""), self._clock.now())
            raise TokenCallFailed(f"status {answer.status_code}", wait, limited=answer.status_code == 429 or wait is not None)
        reason = error_of(answer.text)
        if reason is None:
            # msal would write all of it into the log, and half a token answer has tokens in it.
            raise TokenCallFailed("answer not understood")
        if reason in PASSING:
            raise TokenCallFailed(reason)
        return TokenAnswer(answer.status_code, answer.text, dict(answer.headers))


def error_of(text: str) -> str | None:
    """The error in an answer of the sign-in service, empty if it is none; None for what is no answer of it at all."""
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return str(found.get("error", "")) if isinstance(found, dict) else None


def endpoints(authority: str) -> dict[str, str]:
    """The part of an authority's discovery document that msal reads."""
    return {
        "issuer": f"{authority}/v2.0",
        "authorization_endpoint": f"{authority}/oauth2/v2.0/authorize",
        "token_endpoint": f"{authority}/oauth2/v2.0/token",
    }


def msal_client(client: str, tenant: str, where: Places, clock: Clock, cache: str = "", discovers: bool = False) -> Application:
    """msal's public client. Imports msal, and asks for the authority's endpoints: call it ``apart``. Raises ValueError for a
    tenant that does not exist, and TokenCallFailed."""
    import msal  # type: ignore[import-untyped]

    tokens = msal.SerializableTokenCache()
    if cache:
        tokens.deserialize(cache)
    return msal.PublicClientApplication(
        client,
        authority=f"{LOGIN}/{tenant}",
        token_cache=tokens,
        http_client=TokenHttp(where, clock, discovers),
        instance_discovery=False,
        enable_broker_on_windows=False,
    )


def short_scopes(scopes: Iterable[str]) -> tuple[str, ...]:
    """Rights without the address of Graph before them, which Entra may write or leave out."""
    return tuple(sorted({each.rpartition("/")[2] for each in scopes} - {"openid", "profile", "offline_access", "email"}))


def lacking(scopes: Iterable[str], asked: Iterable[str] = ESSENTIAL) -> tuple[str, ...]:
    """The rights that were asked for and not given, by people or by their organisation."""
    have = {each.lower() for each in short_scopes(scopes)}
    return tuple(each for each in asked if each.lower() not in have)


class Session:
    """The sign-in of one account. However many calls find the access token old, one of them refreshes it and the others wait.

    A sign-in that Microsoft refused is not tried again: only a new one helps (no retry storm).
    """

    def __init__(
        self,
        account: str,
        credentials: Credentials,
        clock: Clock,
        keep: Callable[[bytes], Awaitable[None]] | None = None,
        where: Places | None = None,
    ) -> None:
        self.account, self.credentials, self.clock, self.places = account, credentials, clock, where or places()
        self._keep, self._lock, self._refused = keep, asyncio.Lock(), ""
        self._client: Application | None = None
        self._token, self._until = "", 0

    def __repr__(self) -> str:
        return f"Session({self.account})"

    async def bearer(self, stale: str = "", claims: str = "") -> str:
        """A valid access token, another one than ``stale``, with which ``claims`` are met. Raises SignInExpired, Unreachable,
        RateLimited."""
        async with self._lock:
            if self._refused:
                raise SignInExpired(self.account, self._refused)
            if not self._token or self._token == stale or not self._is_fresh(self.clock.now()):
                self._token, self._until = await self._acquire(stale, claims)
            return self._token

    def _is_fresh(self, now: Instant) -> bool:
        return now < self._until - EARLY

    async def _acquire(self, stale: str, claims: str) -> tuple[str, Instant]:
        try:
            result, cache = await apart(lambda: self._silent(bool(stale), claims))
        except TokenCallFailed as failed:
            if failed.limited:
                raise RateLimited(self.account, failed.wait if failed.wait is not None else 15.0) from failed
            raise Unreachable(self.account, str(failed)) from failed
        except (ValueError, KeyError, TypeError, RuntimeError) as error:
            raise Unreachable(self.account, f"token answer: {type(error).__name__}") from error
        if cache is not None:
            self.credentials = replace(self.credentials, cache=cache)
            if self._keep is not None:
                await self._keep(self.credentials.dump())
        if "access_token" in result:
            return str(result["access_token"]), self.clock.now() + int(result.get("expires_in", 3600))
        reason = str(result.get("error", ""))
        if reason in LASTING:
            self._refused = reason
            raise SignInExpired(self.account, reason)
        raise Unreachable(self.account, f"token: {reason}")

    def _silent(self, force: bool, claims: str) -> tuple[dict[str, Any], str | None]:
        """What msal brings, and its cache if that changed. Blocks."""
        found = self.credentials
        if self._client is None:
            self._client = msal_client(found.client, found.tenant, self.places, self.clock, found.cache)
        accounts = [each for each in self._client.get_accounts() if each["home_account_id"] == found.home]
        if not accounts:
            return {"error": "invalid_grant"}, None
        result = self._client.acquire_token_silent_with_error(
            list(found.scopes), accounts[0], force_refresh=force, claims_challenge=claims or None,
            http_exceptions=(TokenCallFailed,),
        )  # fmt: skip
        cache = self._client.token_cache
        changed = cache.serialize() if cache.has_state_changed else None
        return result or {"error": "invalid_grant"}, changed
