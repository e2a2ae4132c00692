"""The methods of Graph that are served here: paths, query options, Prefer headers, rights."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote, urlencode

from app.domain.clock import Instant
from tests.servers.graph.answers import Refusal, bad_query
from tests.servers.graph.consent import Grant
from tests.servers.graph.state import User
from tests.servers.graph.zones import zone

ODATA = {"$select", "$expand", "$filter", "$orderby", "$top", "$skip", "$count", "$search", "$skiptoken", "$deltatoken"}
WINDOW = {"startdatetime", "enddatetime"}
LISTED = {"$select", "$expand", "$filter", "$orderby", "$top", "$skip", "$count", "$skiptoken"}
SHOWN = {"$select", "$expand"}
MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,7})?)?(Z|[+-]\d\d:\d\d)?)?")
READ = ("Calendars.Read", "Calendars.ReadWrite")
WRITE = ("Calendars.ReadWrite",)
SETTINGS = ("MailboxSettings.Read", "MailboxSettings.ReadWrite")
PREFERENCES = {
    "outlook.timezone": r'"([^"]+)"', "outlook.body-content-type": r'"(text|html)"', "outlook.allow-unsafe-html": "()",
    "idtype": r'"(ImmutableId)"', "odata.maxpagesize": r"([1-9]\d*)", "include-unknown-enum-members": "()",
    "return": "(minimal|representation)",
}  # fmt: skip
MOST_A_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Method:
    name: str
    verb: str
    path: re.Pattern[str]
    options: frozenset[str]
    scopes: tuple[str, ...]
    windowed: bool = False
    mailbox: bool = True

    @property
    def writes(self) -> bool:
        return self.verb != "GET" and self.name != "get_schedule"


@dataclass
class Call:
    """One request, its query and preferences checked. ``calendar``: the id in the path, if one is there."""

    user: User
    grant: Grant
    query: dict[str, str]
    prefer: dict[str, str]
    body: Any = None
    if_match: str = ""
    base: str = ""
    path: str = ""
    calendar: str = ""
    given: tuple[tuple[str, str], ...] = ()
    names: dict[str, str] = field(default_factory=dict)

    @property
    def zone(self) -> str:
        return self.prefer.get("outlook.timezone", "UTC")

    @property
    def immutable(self) -> bool:
        return "idtype" in self.prefer

    def moment(self, name: str) -> Instant:
        """An edge of the window; without an offset it is UTC, whatever zone is preferred."""
        at = datetime.fromisoformat(re.sub(r"(\.\d{1,6})\d*", r"\1", self.query[name]))
        return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())

    def next_link(self, skip: int) -> str:
        """The same request, further on. As with the real service, what changes meanwhile moves things between pages."""
        kept = [(name, text) for name, text in self.given if name.lower() != "$skip"]
        query = urlencode([*kept, ("$skip", str(skip))], quote_via=quote, safe="$,:'()/")
        return f"{self.base}{self.path}?{query}"

    @property
    def size(self) -> int:
        return int(self.query.get("$top", 10))


def method(name: str, verb: str, path: str, options: Iterable[str], scopes: tuple[str, ...], **more: Any) -> Method:
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path).replace("{", "").replace("}", "")
    return Method(name, verb, re.compile(f"/v1\\.0/{pattern}"), frozenset(options), scopes, **more)


PLACE = "me(?:/calendar|/calendars/{calendar})?"
ONE = f"{PLACE}/events/{{event}}"
METHODS = (
    method("me", "GET", "me", {"$select"}, ("User.Read",), mailbox=False),
    method("mailbox_settings", "GET", "me/mailboxSettings", {"$select"}, SETTINGS),
    method("list_calendars", "GET", "me/calendars", LISTED - {"$expand"}, READ),
    method("make_calendar", "POST", "me/calendars", (), WRITE),
    method("get_calendar", "GET", "me/(?:calendar|calendars/{calendar})", SHOWN, READ),
    method("edit_calendar", "PATCH", "me/(?:calendar|calendars/{calendar})", (), WRITE),
    method("delete_calendar", "DELETE", "me/calendars/{calendar}", (), WRITE),
    method("get_schedule", "POST", "me/(?:calendar|calendars/{calendar})/(?:microsoft\\.graph\\.)?getSchedule", (), READ),
    method("view", "GET", f"{PLACE}/calendarView", LISTED | WINDOW, READ, windowed=True),
    method(
        "delta", "GET", f"{PLACE}/calendarView/(?:microsoft\\.graph\\.)?delta(?:\\(\\))?", ODATA | WINDOW, READ, windowed=True
    ),
    method("list_events", "GET", f"{PLACE}/events", LISTED, READ),
    method("make_event", "POST", f"{PLACE}/events", (), WRITE),
    method("get_event", "GET", ONE, SHOWN, READ),
    method("edit_event", "PATCH", ONE, (), WRITE),
    method("delete_event", "DELETE", ONE, (), WRITE),
    method("instances", "GET", f"{ONE}/instances", LISTED | WINDOW, READ, windowed=True),
    method("cancel_event", "POST", f"{ONE}/(?:microsoft\\.graph\\.)?cancel", (), WRITE),
)  # fmt: skip


def find_method(verb: str, path: str) -> tuple[Method, dict[str, str]]:
    """The method that a request means. Raises Refusal. ``path`` as it was sent, so that a slash in an id is no separator."""
    known = False
    for each in METHODS:
        if match := each.path.fullmatch(path):
            known = True
            if each.verb == verb:
                names = {name: unquote(value) for name, value in match.groupdict().items() if value is not None}
                return each, names
    if known:
        raise Refusal(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
    segment = path.rpartition("/")[2]
    raise Refusal(400, "BadRequest", f"Resource not found for the segment '{segment}'.")


def checked_query(meant: Method, given: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The query of a request, names in lower case. Raises Refusal for what is unknown, repeated or malformed."""
    query: dict[str, str] = {}
    for name, text in given:
        key = name.lower()
        if key in query:
            raise bad_query(f"Query option '{name}' was specified more than once, but it must be specified at most once.")
        if key not in meant.options:
            raise bad_query(f"The query parameter '{name}' is not supported.")
        query[key] = text
    for name in ("$top", "$skip"):
        if name in query and not query[name].isdecimal():
            raise bad_query(f"Invalid value '{query[name]}' for {name} query option found.")
    if "$top" in query and not 1 <= int(query["$top"]) <= MOST_A_PAGE:
        raise bad_query(f"The limit of '{MOST_A_PAGE}' for Top query has been exceeded, or it is not positive.")
    if query.get("$count", "true") not in ("true", "false"):
        raise bad_query("Invalid value for $count.")
    if meant.windowed and not {"$deltatoken", "$skiptoken"} & query.keys():
        _check_window(query)
    return query


def _check_window(query: dict[str, str]) -> None:
    for name in ("startdatetime", "enddatetime"):
        if not MOMENT.fullmatch(query.get(name, "")):
            # A plus that was not escaped arrives as a space, and ends here too.
            raise Refusal(400, "ErrorInvalidParameter", f"This request requires a time window; {name} is missing or malformed.")
    try:
        low, high = (datetime.fromisoformat(query[name][:19]) for name in ("startdatetime", "enddatetime"))
    except ValueError as error:
        raise Refusal(400, "ErrorInvalidParameter", "The time window is no time.") from error
    if low >= high:
        raise Refusal(400, "ErrorInvalidParameter", "The end of the time window has to be after its start.")


def checked_prefer(header: str) -> dict[str, str]:
    """The preferences that are understood, by name in lower case; others are passed over, as RFC 7240 says. Raises Refusal."""
    found: dict[str, str] = {}
    for part in re.findall(r'(?:[^,"]|"[^"]*")+', header):
        name, _, value = (text.strip() for text in part.partition("="))
        pattern = PREFERENCES.get(name.lower())
        match = re.fullmatch(pattern, value) if pattern is not None else None
        if match:
            found[name.lower()] = match[1]
    if "outlook.timezone" in found:
        zone(found["outlook.timezone"])
    return found
