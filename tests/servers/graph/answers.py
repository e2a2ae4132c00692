"""Refusals in the shape of Graph."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

MESSAGES = {
    "ErrorItemNotFound": "The specified object was not found in the store.",
    "ErrorInvalidIdMalformed": "Id is malformed.",
    "ErrorAccessDenied": "Access is denied. Check credentials and try again.",
    "InvalidAuthenticationToken": "Lifetime validation failed, the token is expired.",
    "ErrorIrresolvableConflict": "The change key passed in the request does not match the current change key for the item.",
    "ApplicationThrottled": "Application is over its MailboxConcurrency limit.",
    "MailboxNotEnabledForRESTAPI": "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
    "SyncStateNotFound": "The sync state generation is not found; synchronize from the beginning.",
    "ErrorInternalServerError": "An internal server error occurred. The operation failed.",
    "ServiceUnavailable": "The service is temporarily unavailable.",
    "GatewayTimeout": "The server did not get an answer in time.",
    "ErrorCalendarEndDateIsEarlierThanStartDate": "End date is earlier than start date.",
    "ErrorFolderExists": "A folder with the specified name already exists.",
    "ErrorOccurrenceCrossingBoundary": "Modified occurrence is crossing or overlapping adjacent occurrence.",
    "ErrorDeleteDistinguishedFolder": "Distinguished folders cannot be deleted.",
}


class Refusal(Exception):
    """``claims``: what a sign-in has to show besides (a claims challenge)."""

    def __init__(self, status: int, code: str, detail: str = "", wait: int | None = None, claims: str = "") -> None:
        super().__init__(f"{status} {code} {detail}")
        self.status, self.code, self.wait, self.claims = status, code, wait, claims
        self.message = detail or MESSAGES.get(code, "The request is invalid.")

    def body(self, now: float, client_request: str) -> dict[str, Any]:
        inner = {
            "date": datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%S"), "request-id": request_id(),
            "client-request-id": client_request or request_id(),
        }  # fmt: skip
        return {"error": {"code": self.code, "message": self.message, "innerError": inner}}

    @property
    def headers(self) -> dict[str, str]:
        headers = {"Retry-After": str(self.wait)} if self.wait is not None else {}
        if self.status == 401:
            challenge = 'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"'
            challenge += ', client_id="00000003-0000-0000-c000-000000000000"'
            if self.claims:
                challenge += f', error="insufficient_claims", claims="{self.claims}"'
            headers["WWW-Authenticate"] = challenge
        return headers


def not_found() -> Refusal:
    return Refusal(404, "ErrorItemNotFound")


def invalid(detail: str) -> Refusal:
    """A value that the service does not take."""
    return Refusal(400, "ErrorPropertyValidationFailure", detail)


def unread(detail: str) -> Refusal:
    """A body that does not fit the data model."""
    return Refusal(400, "RequestBodyRead", detail)


def bad_query(detail: str) -> Refusal:
    return Refusal(400, "ErrorInvalidUrlQuery", detail)


def request_id() -> str:
    text = secrets.token_hex(16)
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
