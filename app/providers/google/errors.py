"""What Google's refusals mean, in the errors that all providers share. Everything passes through ``translated``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from app.domain.clock import Instant
from app.domain.connections import Lost
from app.domain.errors import AccessLost, Conflict, NotFound, ProviderError, RateLimited, SignInExpired, Unreachable
from app.providers.http import seconds_to_wait

RATE_REASONS = frozenset(
    {
        "rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded", "calendarUsageLimitsExceeded",
        "RATE_LIMIT_EXCEEDED",
    }
)  # fmt: skip
"""A 403 with one of these asks to wait; it is no lost access."""
CONSENT_REASONS = frozenset(
    {
        "insufficientPermissions", "insufficientScopes", "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "authError", "accessNotConfigured",
        "SERVICE_DISABLED",
    }
)  # fmt: skip
"""The account's owner has to do something: give a right, or switch the Calendar API on in the project of the client."""
DEFAULT_WAIT, DAILY_WAIT = 15.0, 3600.0
"""Seconds to wait where the answer does not say."""


class Refused(Exception):
    """An answer that is no success. ``reason`` is Google's word for it, ``wait`` what Retry-After says, in seconds."""

    def __init__(self, status: int, reason: str = "", wait: float | None = None) -> None:
        super().__init__(f"{status} {reason}".strip())
        self.status, self.reason, self.wait = status, reason, wait


def refusal(status: int, body: bytes, retry_after: str, now: Instant) -> Refused:
    """The refusal that an answer is. A proxy or a load balancer may answer in Google's place, with a page for people: that says
    nothing about a calendar, whatever its status."""
    if 400 <= status < 429 and body.lstrip()[:1] == b"<":
        status = 502
    return Refused(status, _reason(body), seconds_to_wait(retry_after, now))


def _reason(body: bytes) -> str:
    """Google's word for it: in the old form of its errors, or in the details of the new one alone."""
    try:
        error = json.loads(body)["error"]
        if isinstance(error, str):
            # The token endpoint says the reason itself there (RFC 6749 §5.2).
            return error
        told = error.get("errors") or error["details"]
        return str(next(each["reason"] for each in told if "reason" in each))
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration):
        return ""


def meaning(refused: Refused, account: str, calendar: str = "", write: bool = False) -> ProviderError | NotFound:
    """The shared error. A refusal that says nothing about the calendar never makes it inactive."""
    status, reason = refused.status, refused.reason
    if status == 401 or reason in CONSENT_REASONS or reason == "invalid_grant":
        return SignInExpired(account, reason or "unauthorized")
    if status == 429 or reason in RATE_REASONS or (status == 503 and refused.wait is not None):
        daily = reason in ("quotaExceeded", "dailyLimitExceeded", "calendarUsageLimitsExceeded")
        return RateLimited(account, refused.wait if refused.wait is not None else DAILY_WAIT if daily else DEFAULT_WAIT)
    if status == 404 and calendar:
        return AccessLost(account, calendar, Lost.REMOVED)
    if status == 403 and calendar and not write:
        return AccessLost(account, calendar, Lost.UNSHARED)
    if status == 410 and reason == "deleted":
        return NotFound("event")
    if write and status in (400, 403, 409, 413):
        return Conflict(account, str(refused))
    return Unreachable(account, str(refused))


@contextmanager
def translated(account: str, calendar: str = "", write: bool = False) -> Iterator[None]:
    """Nothing but errors of ``domain.errors`` leaves this block."""
    import httpx2

    try:
        yield
    except Refused as refused:
        raise meaning(refused, account, calendar, write) from refused
    except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL) as error:
        raise Unreachable(account, type(error).__name__) from error
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        # An answer that cannot be understood: half of it, a captive portal's page, a shape that nobody announced.
        raise Unreachable(account, f"answer not understood: {type(error).__name__}") from error
