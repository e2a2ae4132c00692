"""Requests for the tests of the server itself: right ones, which judges may see, and wrong ones, which they need not."""

from __future__ import annotations

from typing import Any

import httpx2

from tests.servers.graph.serving import GraphServer
from tests.servers.graph.state import AppRegistration

CLIENT = AppRegistration("7c2f6a0e-5b1d-4f7a-9d3e-1a2b3c4d5e6f")
ANNA, BO = "anna@contoso.example", "bo@contoso.example"
OURS = "String {7a1f0e52-91c4-4bb0-8a7c-2f7c0f5d9b31} Name AftaleBooking"
TIMES = {
    "start": {"dateTime": "2026-10-20T09:00:00", "timeZone": "Europe/Copenhagen"},
    "end": {"dateTime": "2026-10-20T10:00:00", "timeZone": "Europe/Copenhagen"},
}
EVENT = {"subject": "x", **TIMES}
WINDOW = {"startDateTime": "2026-10-01T00:00:00Z", "endDateTime": "2026-12-01T00:00:00Z"}


def between(start: str, end: str, zone: str = "Europe/Copenhagen", **more: Any) -> dict[str, Any]:
    times = {"start": {"dateTime": start, "timeZone": zone}, "end": {"dateTime": end, "timeZone": zone}}
    return {"subject": "x", **times, **more}


def weekly(first: str, *days: str, **limits: Any) -> dict[str, Any]:
    pattern = {"type": "weekly", "interval": 1, "daysOfWeek": list(days), "firstDayOfWeek": "monday"}
    return {"pattern": pattern, "range": {"type": "noEnd", "startDate": first, **limits}}


class Caller:
    """One person's requests. ``prefer``: what every one of them asks for."""

    def __init__(
        self, server: GraphServer, email: str = ANNA, scopes: tuple[str, ...] = (), prefer: str = 'IdType="ImmutableId"'
    ) -> None:
        given = (scopes,) if scopes else ()
        self.server, self.token = server, server.consents.give(email, CLIENT.id, *given)["access_token"]
        self.prefer = prefer

    def __call__(
        self, method: str, path: str, json: Any = None, headers: dict[str, str] | None = None, /, **query: str
    ) -> httpx2.Response:
        """A request that a judge may look at. In the names of query options ``_`` stands for ``$``."""
        address = path if path.startswith("http") else f"{self.server.base}/v1.0/{path}"
        options = {name.replace("_", "$"): value for name, value in query.items()}
        sent = {"Authorization": f"Bearer {self.token}", "Prefer": self.prefer} | (headers or {})
        return httpx2.request(method, address, params=options or None, json=json, headers=sent)

    def unseen(
        self, method: str, path: str, json: Any = None, headers: dict[str, str] | None = None, /, **query: str
    ) -> httpx2.Response:
        """One that no judge has to look at."""
        with self.server.unrecorded():
            return self(method, path, json, headers, **query)

    def refused(
        self, method: str, path: str, json: Any = None, headers: dict[str, str] | None = None, /, **query: str
    ) -> tuple[int, str]:
        """How a wrong request is refused."""
        answer = self.unseen(method, path, json, headers, **query)
        error = answer.json()["error"]
        assert error["message"]
        assert error["innerError"]["request-id"]
        return answer.status_code, error["code"]

    def all(self, path: str, /, **query: str) -> list[dict[str, Any]]:
        """The items of all pages."""
        answer = self("GET", path, **query).json()
        found = list(answer["value"])
        while "@odata.nextLink" in answer:
            answer = self("GET", answer["@odata.nextLink"]).json()
            found += answer["value"]
        return found
