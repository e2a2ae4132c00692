"""What refusals of Graph mean, in the errors that all providers share. Everything passes through ``translated``."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2

from app.domain.clock import Instant
from app.domain.connections import Lost
from app.domain.errors import AccessLost, Conflict, NotFound, ProviderError, RateLimited, SignInExpired, Unreachable
from app.providers.http import seconds_to_wait

NO_MAILBOX = frozenset({"MailboxNotEnabledForRESTAPI", "MailboxNotSupportedForRESTAPI", "MailboxNotHostedInExchangeOnline"})
"""The mailbox is on a server of the company's own, of a guest, or has no licence: Graph never reaches it."""
WAIT_CODES = frozenset(
    {"ApplicationThrottled", "TooManyRequests", "activityLimitReached", "ErrorServerBusy", "ErrorTooManyRequests"}
)
RIGHT_CODES = frozenset(
    {"ErrorInsufficientPermissionsInAccessToken", "InvalidAuthenticationToken", "Authorization_RequestDenied"}
)
GONE_CODES = frozenset({"ErrorItemNotFound", "ErrorFolderNotFound", "ErrorInvalidIdMalformed", "ErrorCalendarFolderNotFound"})
RESYNC_CODES = frozenset({"SyncStateNotFound", "SyncStateInvalid", "resyncRequired", "ErrorInvalidSyncStateData"})
"""Compared without regard to capitals, in which Graph is not steady."""
RACES = frozenset({"ErrorIrresolvableConflict"})
"""Somebody else wrote at the same moment: the next try finds the new state."""
DEFAULT_WAIT = 15.0
"""Seconds to wait where the answer does not say."""
_CLAIMS = re.compile(r'\bclaims="([^"]+)"')


class Refused(Exception):
    """An answer that is no success. ``code`` is Graph's word for it, ``wait`` what Retry-After says (seconds), ``claims`` what
    a token must prove besides (JSON; a claims challenge)."""

    def __init__(self, status: int, code: str = "", wait: float | None = None, message: str = "", claims: str = "") -> None:
        super().__init__(f"{status} {code}".strip())
        self.status, self.code, self.wait, self.claims = status, code, wait, claims
        self.no_mailbox = code in NO_MAILBOX or "REST API is not yet supported" in message
        self.asks_to_wait = status == 429 or code in WAIT_CODES or "MailboxConcurrency" in message + code

    @property
    def resync(self) -> bool:
        """The delta link leads nowhere any more."""
        return self.status == 410 or self.code.lower() in {each.lower() for each in RESYNC_CODES}

    @property
    def gone(self) -> bool:
        return self.status in (404, 410) or self.code in GONE_CODES


def refusal(status: int, body: bytes, retry_after: str, challenge: str, now: Instant) -> Refused:
    """The refusal that an answer is. A proxy or a load balancer may answer in Graph's place, in words of its own."""
    code = message = ""
    try:
        error = json.loads(body)["error"]
        code, message = str(error.get("code", "")), str(error.get("message", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        if 400 <= status <= 428 and body.lstrip().startswith(b"<"):
            # A page for people, from something on the way: it says nothing about the account or the calendar.
            status = 502
    return Refused(status, code, seconds_to_wait(retry_after, now), message, claims_of(challenge))


def claims_of(challenge: str) -> str:
    """What a WWW-Authenticate header asks a token to prove (claims challenge of Entra): base64 of JSON."""
    found = _CLAIMS.search(challenge)
    try:
        text = base64.b64decode(found[1] + "=" * (-len(found[1]) % 4), validate=False).decode() if found else ""
        return text if isinstance(json.loads(text or "null"), dict) else ""
    except (ValueError, binascii.Error):
        return ""


def meaning(refused: Refused, account: str, calendar: str = "", write: bool = False) -> ProviderError | NotFound:
    """The shared error. A refusal that says nothing about the calendar never makes it inactive."""
    status, code = refused.status, refused.code
    if refused.no_mailbox:
        return SignInExpired(account, "no_mailbox")
    if status == 401 or code in RIGHT_CODES:
        return SignInExpired(account, code or "unauthorized")
    if refused.asks_to_wait or (status == 503 and refused.wait is not None):
        return RateLimited(account, refused.wait if refused.wait is not None else DEFAULT_WAIT)
    if status >= 500 or status == 412 or code in RACES:
        return Unreachable(account, str(refused))
    if calendar and refused.gone:
        return AccessLost(account, calendar, Lost.REMOVED)
    if status == 403 and not write:
        return AccessLost(account, calendar, Lost.UNSHARED) if calendar else SignInExpired(account, code or "forbidden")
    if write and status in (400, 403, 409, 413, 422):
        return Conflict(account, str(refused))
    return Unreachable(account, str(refused))


@contextmanager
def translated(account: str, calendar: str = "", write: bool = False) -> Iterator[None]:
    """Nothing but errors of ``domain.errors`` leaves this block."""
    try:
        yield
    except Refused as refused:
        raise meaning(refused, account, calendar, write) from refused
    except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL) as error:
        raise Unreachable(account, type(error).__name__) from error
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        # An answer that cannot be understood: half of it, a captive portal's page, a shape that nobody announced.
        raise Unreachable(account, f"answer not understood: {type(error).__name__}") from error
