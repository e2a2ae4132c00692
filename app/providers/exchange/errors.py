"""What refusals of EWS mean, in the errors that all providers share. Everything passes through ``translated``.

Imports exchangelib: for threads of accounts alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import requests.exceptions
from exchangelib.errors import (  # type: ignore[import-untyped]
    DoesNotExist,
    EWSError,
    MultipleObjectsReturned,
    RateLimitError,
    ResponseMessageError,
    UnauthorizedError,
)
from lxml import etree  # type: ignore[import-untyped]
from spnego.exceptions import SpnegoError

from app.domain.connections import Lost
from app.domain.errors import AccessLost, Conflict, NotFound, ProviderError, RateLimited, SignInExpired, Unreachable
from app.domain.rules import RuleError
from app.providers.exchange.calls import NotServed
from app.providers.exchange.items import NOT_UNDERSTOOD

SIGN_IN = frozenset(
    {
        "UnauthorizedError", "ErrorAccountDisabled", "ErrorPasswordExpired", "ErrorPasswordChangeRequired",
        "CASError",
    }
)  # fmt: skip
BUSY = frozenset(
    {"ErrorServerBusy", "ErrorExceededConnectionCount", "ErrorTooManyObjectsOpened", "ErrorExceededSubscriptionCount"}
)
GONE = frozenset(
    {
        "ErrorItemNotFound", "ErrorFolderNotFound", "ErrorSyncFolderNotFound", "ErrorNonExistentMailbox",
        "ErrorInvalidFolderId", "ErrorCannotUseFolderIdForItemId", "ErrorFolderPropertyRequestFailed",
        "ErrorInvalidIdMalformed", "ErrorInvalidIdEmpty", "ErrorInvalidId", "ErrorInvalidIdStoreObjectIdTooLong",
        "ErrorInvalidIdNotAnItemAttachmentId", "ErrorInvalidIdXml", "ErrorInvalidIdMonikerTooLong",
        "ErrorCannotUseItemIdForFolderId", "ErrorParentFolderNotFound", "ErrorInvalidIdMalformedEwsLegacyIdFormat",
    }
)  # fmt: skip
NO_ITEM = frozenset(
    {
        "ErrorItemNotFound", "ErrorCalendarOccurrenceIsDeletedFromRecurrence", "ErrorRecurrenceHasNoOccurrence",
        "ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange", *(each for each in GONE if each.startswith("ErrorInvalidId")),
    }
)  # fmt: skip
"""There is no such item (any more)."""
UNTOUCHED = frozenset({"ErrorBatchProcessingStopped"})
"""Another item of the same request kept the server from looking at this one."""
DENIED = frozenset({"ErrorAccessDenied", "ErrorCreateItemAccessDenied"})
PASSING = frozenset(
    {
        "ErrorTimeoutExpired", "ErrorInternalServerError", "ErrorInternalServerTransientError", "ErrorMailboxMoveInProgress",
        "ErrorMailboxStoreUnavailable", "ErrorConnectionFailed", "ErrorADUnavailable", "ErrorADOperation",
        "ErrorProxyCallFailed", "ErrorConnectionFailedTransientError", "ErrorInsufficientResources", "ErrorMailboxFailover",
        "ErrorNoRespondingCASInDestinationSite",
        "ErrorProxiedSubscriptionCallFailure", "ErrorBatchProcessingStopped", "ErrorIrresolvableConflict",
    }
)  # fmt: skip
RESYNC = frozenset({"ErrorInvalidSyncStateData", "ErrorSyncFolderNotFound"})
MISPLACED = (
    *NOT_UNDERSTOOD, etree.LxmlError, DoesNotExist, MultipleObjectsReturned
)  # fmt: skip
DEFAULT_WAIT = 15.0
"""Seconds to wait where the answer does not say."""


def name_of(error: BaseException) -> str:
    return type(error).__name__


def no_item(error: BaseException | None) -> bool:
    """Whether the error says that there is no such item."""
    return error is not None and name_of(error) in NO_ITEM


def outdated(error: BaseException | None) -> bool:
    """The item changed since its change key was read."""
    return error is not None and name_of(error) == "ErrorIrresolvableConflict"


def denied(error: BaseException | None) -> bool:
    return error is not None and name_of(error) in DENIED


def lasting(error: BaseException) -> bool:
    """Whether it says something about one item, and will again: that it is damaged, that it cannot be shown."""
    name = name_of(error)
    return isinstance(error, ResponseMessageError) and name not in BUSY | PASSING | SIGN_IN


def meaning(error: BaseException, account: str, calendar: str = "", write: bool = False) -> ProviderError | NotFound:
    """The shared error. A refusal that says nothing about the calendar never makes it inactive."""
    name = name_of(error)
    if isinstance(error, NotServed):
        return _served(error, account)
    if name in BUSY or isinstance(error, RateLimitError):
        wait = getattr(error, "back_off", None) or getattr(error, "wait", None)
        return RateLimited(account, float(wait) if wait else DEFAULT_WAIT)
    if name in SIGN_IN or isinstance(error, UnauthorizedError):
        return SignInExpired(account, name)
    if name in PASSING or not isinstance(error, ResponseMessageError):
        return Unreachable(account, name)
    if calendar and name in GONE:
        return AccessLost(account, calendar, Lost.REMOVED)
    if name in DENIED and not write:
        return AccessLost(account, calendar, Lost.UNSHARED) if calendar else SignInExpired(account, name)
    return Conflict(account, name) if write else Unreachable(account, name)


def _served(error: NotServed, account: str) -> ProviderError:
    if error.status == 429 or (error.status == 503 and error.wait is not None):
        return RateLimited(account, error.wait if error.wait is not None else DEFAULT_WAIT)
    if error.status == 403:
        return SignInExpired(account, "forbidden")
    return Unreachable(account, str(error))


@contextmanager
def translated(account: str, calendar: str = "", write: bool = False) -> Iterator[None]:
    """Nothing but errors of ``domain.errors`` leaves this block."""
    try:
        yield
    except (ProviderError, NotFound):
        raise
    except EWSError as error:
        raise meaning(error, account, calendar, write) from error
    except PermissionError as error:
        # NTLM was asked for, and the server does not speak it (any more).
        raise SignInExpired(account, "no way in") from error
    except (requests.exceptions.RequestException, OSError, SpnegoError) as error:
        raise Unreachable(account, name_of(error)) from error
    except RuleError as error:
        raise Conflict(account, str(error)) from error
    except MISPLACED as error:
        # An answer that cannot be understood: half of it, a captive portal's page, a shape that nobody announced.
        raise Unreachable(account, f"answer not understood: {name_of(error)}") from error
