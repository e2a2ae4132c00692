"""Refusals in Google's shape, and partial answers (``fields=``)."""

from __future__ import annotations

import re
from typing import Any

REASONS = {400: "badRequest", 401: "authError", 403: "forbidden", 404: "notFound", 409: "duplicate", 412: "conditionNotMet"}
MESSAGES = {
    "notFound": "Not Found",
    "duplicate": "The requested identifier already exists.",
    "deleted": "Resource has been deleted",
    "fullSyncRequired": "Sync token is no longer valid, a full sync is required.",
    "requiredAccessLevel": "You need to have writer access to this calendar.",
    "insufficientPermissions": "Request had insufficient authentication scopes.",
    "rateLimitExceeded": "Rate Limit Exceeded",
    "quotaExceeded": "Quota exceeded.",
    "authError": "Invalid Credentials",
    "conditionNotMet": "Precondition Failed",
    "backendError": "Backend Error",
}


class Refusal(Exception):
    def __init__(self, status: int, reason: str = "", detail: str = "", wait: int | None = None) -> None:
        super().__init__(f"{status} {reason} {detail}")
        self.status, self.reason, self.detail, self.wait = status, reason or REASONS[status], detail, wait

    @property
    def body(self) -> dict[str, Any]:
        message = self.detail or MESSAGES.get(self.reason, "Bad Request")
        domain = "usageLimits" if "imit" in self.reason or "quota" in self.reason else "global"
        error = {"domain": domain, "reason": self.reason, "message": message}
        return {"error": {"errors": [error], "code": self.status, "message": message}}

    @property
    def headers(self) -> dict[str, str]:
        headers = {"Retry-After": str(self.wait)} if self.wait is not None else {}
        if self.status == 401:
            headers["WWW-Authenticate"] = 'Bearer realm="https://accounts.google.com/", error="invalid_token"'
        return headers


Selection = dict[str, "Selection"]
_NAME = re.compile(r"\*|[A-Za-z][\w.-]*")


def parse_fields(text: str) -> Selection:
    """``a,b(c,d/e)`` as a tree; an empty branch is all of it."""
    found, rest = _list(text)
    if rest:
        raise Refusal(400, "invalidParameter", f"Invalid field selection {text}")
    return found


def _list(text: str) -> tuple[Selection, str]:
    found: Selection = {}
    while True:
        match = _NAME.match(text)
        if not match:
            raise Refusal(400, "invalidParameter", f"Invalid field selection {text}")
        name, text, below = match[0], text[match.end() :], Selection()
        path = [name]
        while text.startswith("/"):
            match = _NAME.match(text, 1)
            if not match:
                raise Refusal(400, "invalidParameter", f"Invalid field selection {text}")
            path.append(match[0])
            text = text[match.end() :]
        if text.startswith("("):
            below, text = _list(text[1:])
            if not text.startswith(")"):
                raise Refusal(400, "invalidParameter", "Invalid field selection")
            text = text[1:]
        branch = found
        for each in path[:-1]:
            branch = branch.setdefault(each, {})
        branch.setdefault(path[-1], {}).update(below)
        if not text.startswith(","):
            return found, text
        text = text[1:]


def check_fields(selection: Selection, known: dict[str, Any], path: str = "") -> None:
    """Refuses a name that the answer cannot have. ``known`` maps names to what lies below, or to None."""
    for name, below in selection.items():
        if name == "*":
            continue
        if name not in known:
            raise Refusal(400, "invalidParameter", f"Invalid field selection {path}{name}")
        if below and known[name]:
            check_fields(below, known[name], f"{path}{name}/")


def projected(value: Any, selection: Selection) -> Any:
    """What ``fields`` asked for of an answer."""
    if not selection or "*" in selection:
        return value
    if isinstance(value, list):
        return [projected(each, selection) for each in value]
    if isinstance(value, dict):
        return {name: projected(value[name], below) for name, below in selection.items() if name in value}
    return value
