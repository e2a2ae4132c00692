"""The methods of the Calendar API: paths, parameters, rights, and what an answer may be narrowed to."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.domain.clock import Instant
from tests.servers.google.answers import Refusal
from tests.servers.google.consent import PREFIX, Grant
from tests.servers.google.events import READ_ONLY, WRITABLE, ZONES
from tests.servers.google.state import RANK, User

EVENT = dict.fromkeys(WRITABLE | READ_ONLY)
ENTRY = dict.fromkeys(
    (
        "kind", "etag", "id", "summary", "summaryOverride", "description", "location", "timeZone", "dataOwner", "colorId",
        "backgroundColor", "foregroundColor", "hidden", "selected", "accessRole", "defaultReminders", "notificationSettings",
        "primary", "deleted", "conferenceProperties", "autoAcceptInvitations",
    )
)  # fmt: skip
LIST = {"kind": None, "etag": None, "nextPageToken": None, "nextSyncToken": None}
EVENTS = (
    LIST | dict.fromkeys(("summary", "description", "updated", "timeZone", "accessRole", "defaultReminders")) | {"items": EVENT}
)
FREE_BUSY = dict.fromkeys(("kind", "timeMin", "timeMax", "groups", "calendars"))
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")

Check = Callable[[str], bool]
FLAG: Check = lambda text: text in ("true", "false")  # noqa: E731
NUMBER: Check = lambda text: text.isdecimal() and int(text) >= 1  # noqa: E731
MOMENT: Check = lambda text: bool(TIME.fullmatch(text))  # noqa: E731
ANY: Check = lambda text: True  # noqa: E731


def among(*words: str) -> Check:
    return lambda text: text in words


COMMON: dict[str, Check] = {
    "alt": among("json"), "fields": ANY, "key": ANY, "prettyPrint": FLAG, "quotaUser": ANY, "userIp": ANY, "oauth_token": ANY,
}  # fmt: skip
PAGED: dict[str, Check] = {"maxResults": NUMBER, "pageToken": ANY}
SHAPE: dict[str, Check] = {"maxAttendees": NUMBER, "alwaysIncludeEmail": FLAG, "timeZone": lambda text: text in ZONES}
KINDS = among("birthday", "default", "focusTime", "fromGmail", "outOfOffice", "workingLocation")
LISTED: dict[str, Check] = {
    **PAGED, **SHAPE, "eventTypes": KINDS, "iCalUID": ANY, "orderBy": among("startTime", "updated"), "q": ANY,
    "privateExtendedProperty": ANY, "sharedExtendedProperty": ANY, "showDeleted": FLAG, "showHiddenInvitations": FLAG,
    "singleEvents": FLAG, "syncToken": ANY, "timeMin": MOMENT, "timeMax": MOMENT, "updatedMin": MOMENT,
}  # fmt: skip
SENT: dict[str, Check] = {"sendUpdates": among("all", "externalOnly", "none"), "sendNotifications": FLAG}
WRITTEN: dict[str, Check] = {
    **SENT, "conferenceDataVersion": among("0", "1"), "eventLabelVersion": among("0", "1"), "maxAttendees": NUMBER,
    "supportsAttachments": FLAG,
}  # fmt: skip
CALENDAR_LIST: dict[str, Check] = {
    **PAGED, "minAccessRole": among(*RANK), "showDeleted": FLAG, "showHidden": FLAG, "showOwnOrganizationOnly": FLAG,
    "syncToken": ANY,
}  # fmt: skip
INSTANCES: dict[str, Check] = {
    **PAGED, **SHAPE, "originalStart": ANY, "showDeleted": FLAG, "timeMin": MOMENT, "timeMax": MOMENT,
}  # fmt: skip
REPEATED = {"eventTypes", "privateExtendedProperty", "sharedExtendedProperty"}
NOT_WITH_SYNC_TOKEN = {
    "iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty", "timeMin", "timeMax", "updatedMin",
}  # fmt: skip
NO_SYNC_TOKEN_AFTER = NOT_WITH_SYNC_TOKEN - {"timeMin", "timeMax"}
SAME_AS_FIRST = ("singleEvents", "maxResults", "eventTypes", "showHiddenInvitations", "maxAttendees")


@dataclass
class Call:
    """One request, its query checked. ``many`` holds what may be repeated."""

    user: User
    grant: Grant
    query: dict[str, str]
    many: dict[str, list[str]]
    body: Any = None
    if_match: str = ""

    def flag(self, name: str) -> bool:
        return self.query.get(name) == "true"

    def moment(self, name: str) -> Instant | None:
        return int(datetime.fromisoformat(self.query[name]).timestamp()) if name in self.query else None


@dataclass(frozen=True)
class Method:
    """A method of the API. ``scopes``: any one of them is enough."""

    name: str
    verb: str
    path: re.Pattern[str]
    allowed: Mapping[str, Check]
    scopes: tuple[str, ...]
    shape: Mapping[str, Any] = field(default_factory=dict)
    writes: bool = False


def method(name: str, verb: str, path: str, allowed: Mapping[str, Check], *scopes: str, **more: Any) -> Method:
    pattern = re.compile("/calendar/v3/" + re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", path))
    return Method(
        name, verb, pattern, {**COMMON, **allowed}, tuple(f"{PREFIX}{each}" for each in ("calendar", *scopes)), **more
    )


ONE = "calendars/{calendar}/events/{event}"
MAY_LIST = "calendar.calendarlist.readonly"
MAY_EVENTS = ("calendar.events", "calendar.app.created")
METHODS = (
    method("calendar_list", "GET", "users/me/calendarList", CALENDAR_LIST, MAY_LIST, shape=LIST | {"items": ENTRY}),
    method("calendar_entry", "GET", "users/me/calendarList/{calendar}", {}, MAY_LIST, shape=ENTRY),
    method("make_calendar", "POST", "calendars", {}, "calendar.app.created", shape=ENTRY, writes=True),
    method("free_busy", "POST", "freeBusy", {}, "calendar.freebusy", shape=FREE_BUSY),
    method("list_events", "GET", "calendars/{calendar}/events", LISTED, *MAY_EVENTS, shape=EVENTS),
    method("insert_event", "POST", "calendars/{calendar}/events", WRITTEN, *MAY_EVENTS, shape=EVENT, writes=True),
    method("get_event", "GET", ONE, SHAPE, *MAY_EVENTS, shape=EVENT),
    method("patch_event", "PATCH", ONE, {**WRITTEN, "alwaysIncludeEmail": FLAG}, *MAY_EVENTS, shape=EVENT, writes=True),
    method("update_event", "PUT", ONE, {**WRITTEN, "alwaysIncludeEmail": FLAG}, *MAY_EVENTS, shape=EVENT, writes=True),
    method("delete_event", "DELETE", ONE, SENT, *MAY_EVENTS, writes=True),
    method("list_instances", "GET", ONE + "/instances", INSTANCES, *MAY_EVENTS, shape=EVENTS),
)  # fmt: skip


def find_method(verb: str, path: str) -> tuple[Method, dict[str, str]]:
    """The method that a request means. Raises Refusal."""
    for each in METHODS:
        if (match := each.path.fullmatch(path)) and each.verb == verb:
            return each, match.groupdict()
    raise Refusal(404, "notFound", "Not Found")


def checked_query(allowed: Mapping[str, Check], given: list[tuple[str, str]]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The query of a request. Raises Refusal for what is unknown, repeated or malformed."""
    query: dict[str, str] = {}
    many: dict[str, list[str]] = {}
    for name, text in given:
        if name not in allowed:
            raise Refusal(400, "badRequest", f'Invalid query parameter "{name}"')
        if not allowed[name](text):
            raise Refusal(400, "invalidParameter", f"Invalid value {text!r} for {name}")
        if name in REPEATED:
            many.setdefault(name, []).append(text)
        elif name in query:
            raise Refusal(400, "badRequest", f"{name} is given twice")
        query[name] = text
    return query, many
