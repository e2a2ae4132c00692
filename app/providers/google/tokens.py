"""What a consent brought: tokens, rights, and how long they last. Pure."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from app.domain.clock import DAY, HOUR, Instant

_PREFIX = "https://www.googleapis.com/auth/"
LIST = f"{_PREFIX}calendar.calendarlist.readonly"
EVENTS = f"{_PREFIX}calendar.events"
FREE_BUSY = f"{_PREFIX}calendar.freebusy"
OWN_CALENDARS = f"{_PREFIX}calendar.app.created"
IDENTITY = ("openid", "email")
NEEDED = (LIST, EVENTS, FREE_BUSY)
"""The least that works (CON-6): which calendars there are, their events, and the last look before a booking."""

TESTING_LIFE = 7 * DAY
"""So long lives the refresh token of a client whose publishing status is *Testing* (CON-7)."""
EARLY = 60
"""Seconds by which an access token counts as expired before it is: it has to arrive while it is valid."""
_WIDER = {
    LIST: {f"{_PREFIX}calendar", f"{_PREFIX}calendar.readonly", f"{_PREFIX}calendar.calendarlist"},
    EVENTS: {f"{_PREFIX}calendar"},
    FREE_BUSY: {f"{_PREFIX}calendar", f"{_PREFIX}calendar.readonly", f"{_PREFIX}calendar.events.freebusy"},
    OWN_CALENDARS: {f"{_PREFIX}calendar"},
    "email": {f"{_PREFIX}userinfo.email"},
    "profile": {f"{_PREFIX}userinfo.profile"},
}
"""Rights that contain another one, and names under which Google tells some that were asked for."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """``refresh_until``: when the refresh token ends, as far as Google told; 0 where it did not."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: Instant
    scopes: tuple[str, ...]
    granted_at: Instant
    refresh_until: Instant = 0
    email: str = ""

    def is_fresh(self, now: Instant) -> bool:
        """Whether the access token can be used. One from a clock that was far ahead is not trusted."""
        return bool(self.access) and now < self.expires_at - EARLY and self.expires_at - now <= DAY


def granted(answer: Mapping[str, Any], now: Instant) -> Tokens:
    """The tokens of a first token answer (RFC 6749 §5.1). Raises ValueError for one that makes no sense."""
    # Some authorities write the seconds in quotation marks.
    access, lasts = answer["access_token"], int(answer.get("expires_in", HOUR))
    if not isinstance(access, str):
        raise ValueError("token answer")
    ends = answer.get("refresh_token_expires_in")
    return Tokens(
        access=access,
        refresh=str(answer.get("refresh_token", "")),
        expires_at=now + lasts,
        scopes=tuple(sorted(str(answer.get("scope", "")).split())),
        granted_at=now,
        refresh_until=now + ends if isinstance(ends, int) else 0,
        email=email_of(str(answer.get("id_token", ""))),
    )


def refreshed(before: Tokens, answer: Mapping[str, Any], now: Instant) -> Tokens:
    """The tokens after a refresh; what the answer leaves out stays. Raises ValueError."""
    after = granted(answer, now)
    return replace(
        before,
        access=after.access,
        refresh=after.refresh or before.refresh,
        expires_at=after.expires_at,
        scopes=after.scopes or before.scopes,
        refresh_until=after.refresh_until or before.refresh_until,
    )


def missing(asked: Iterable[str], scopes: Iterable[str]) -> tuple[str, ...]:
    """The rights that were asked for and not given: people can untick boxes on the consent page."""
    have = set(scopes)
    return tuple(each for each in asked if each not in have and not _WIDER.get(each, set()) & have)


def consent_ends(tokens: Tokens) -> Instant | None:
    """When a sign-in with a client in *Testing* ends, to be counted down; None for a client that is published."""
    lasts = tokens.refresh_until - tokens.granted_at
    return tokens.refresh_until if 0 < lasts <= TESTING_LIFE + HOUR else None


def died_of_testing(tokens: Tokens, failed_at: Instant) -> bool:
    """Whether a refresh token that Google refuses probably ended because its client is in *Testing*: where Google did not tell
    an end, one that was refused about a week after the consent did."""
    if tokens.refresh_until:
        return consent_ends(tokens) is not None and failed_at >= tokens.refresh_until - HOUR
    return TESTING_LIFE - HOUR <= failed_at - tokens.granted_at <= TESTING_LIFE + DAY


def known_as_testing(tokens: Tokens) -> Tokens:
    """The tokens of a client of which it turned out that it is in *Testing*: what Google did not tell is known now."""
    return tokens if tokens.refresh_until else replace(tokens, refresh_until=tokens.granted_at + TESTING_LIFE)


def email_of(id_token: str) -> str:
    """Who signed in. The token came straight from Google over TLS, so its signature says nothing more (OpenID Connect Core
    §3.1.3.7, 6)."""
    try:
        body = id_token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return str(claims["email"])
    except (IndexError, KeyError, TypeError, ValueError, binascii.Error):
        return ""


def plain(tokens: Tokens) -> dict[str, Any]:
    """The tokens as a tree for JSON. It is a secret."""
    return asdict(tokens)


def from_plain(found: Mapping[str, Any]) -> Tokens:
    """What ``plain`` made."""
    return Tokens(**{**found, "scopes": tuple(found["scopes"])})
