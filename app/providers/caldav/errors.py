"""What the refusals of CalDAV servers mean, in the errors that all providers share. All passes through ``translated``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.domain.connections import Lost
from app.domain.errors import AccessLost, Conflict, ProviderError, RateLimited, SignInExpired, Unreachable

DEFAULT_WAIT = 15.0
"""Seconds to wait where the answer does not say."""
REFUSED_WRITE = (400, 403, 405, 409, 412, 413, 415, 422, 423, 507)


class Refused(Exception):
    """An answer that is no success. ``precondition`` is the name in its DAV:error, ``wait`` what Retry-After says."""

    def __init__(self, status: int, precondition: str = "", wait: float | None = None) -> None:
        super().__init__(f"{status} {precondition}".strip())
        self.status, self.precondition, self.wait = status, precondition, wait


class Astray(Exception):
    """An address or a redirect that is not followed: without TLS, or to somebody else."""


def meaning(refused: Refused, account: str, calendar: str = "", write: bool = False) -> ProviderError:
    """The shared error. A refusal that says nothing about the calendar never makes it inactive. Who may not even see which
    calendars there are is let in no more."""
    status = refused.status
    if status == 401:
        return SignInExpired(account, "unauthorized")
    if status == 403 and not calendar and not write:
        return SignInExpired(account, "forbidden")
    if status == 429 or (status == 503 and refused.wait is not None):
        return RateLimited(account, refused.wait if refused.wait is not None else DEFAULT_WAIT)
    if status in (404, 410) and calendar:
        return AccessLost(account, calendar, Lost.REMOVED)
    if status == 403 and calendar and not write and not refused.precondition.startswith(("supported-", "number-of-")):
        return AccessLost(account, calendar, Lost.UNSHARED)
    if write and status in REFUSED_WRITE:
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
    except Astray as error:
        raise Unreachable(account, str(error)) from error
    except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL) as error:
        raise Unreachable(account, type(error).__name__) from error
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, ArithmeticError, RecursionError) as error:
        # An answer that cannot be understood: half of it, a captive portal's page, a shape that nobody announced.
        raise Unreachable(account, f"answer not understood: {type(error).__name__}") from error
