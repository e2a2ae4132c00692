"""The Calendar API: which requests are understood, what they answer, and how they are refused."""

from __future__ import annotations

import json
import secrets
from datetime import datetime
from typing import Any

from app.domain.clock import Instant, to_iso
from tests.servers.google.answers import Refusal, check_fields, parse_fields, projected
from tests.servers.google.consent import PREFIX, Grant
from tests.servers.google.events import ZONES, Item, original_start, span, touches
from tests.servers.google.methods import (
    NO_SYNC_TOKEN_AFTER,
    NOT_WITH_SYNC_TOKEN,
    SAME_AS_FIRST,
    TIME,
    Call,
    checked_query,
    find_method,
)
from tests.servers.google.state import RANK, TOKENS_KEPT, GoogleService, HeldCalendar, SyncPoint, User, etag


class CalendarApi:
    def __init__(self, service: GoogleService) -> None:
        self.service = service
        self.pages: dict[str, tuple[dict[str, str], list[Item], dict[str, Any]]] = {}
        self.mails: list[tuple[str, str, str, tuple[str, ...]]] = []

    def answer(
        self, verb: str, path: str, given: list[tuple[str, str]], body: bytes, if_match: str, user: User, grant: Grant
    ) -> Any:
        """The answer's body; None for one that has none. Raises Refusal."""
        meant, names = find_method(verb, path)
        query, many = checked_query(meant.allowed, given)
        selection = parse_fields(query["fields"]) if query.get("fields") else {}
        check_fields(selection, dict(meant.shape))
        if not set(meant.scopes) & set(grant.scopes):
            raise Refusal(403, "insufficientPermissions")
        call = Call(user, grant, query, many, self._body(verb, body), if_match)
        answer = getattr(self, f"_{meant.name}")(call, **names)
        return projected(answer, selection) if answer is not None else None

    @staticmethod
    def _body(verb: str, body: bytes) -> Any:
        if verb in ("GET", "DELETE"):
            return None
        try:
            return json.loads(body)
        except ValueError as error:
            raise Refusal(400, "parseError", "Parse Error") from error

    # Calendars

    def _held(self, call: Call, calendar: str, wants: str = "freeBusyReader") -> HeldCalendar:
        """The calendar, if the user has the role. Raises Refusal."""
        held = self.service.calendars.get(call.user.email if calendar == "primary" else calendar)
        role = held.role(call.user.email) if held else "none"
        if held is None or role == "none":
            raise Refusal(404)
        if RANK.get(role, RANK["reader"]) < RANK[wants]:
            raise Refusal(403, "requiredAccessLevel")
        made_for_us = f"{PREFIX}calendar.app.created" in call.grant.scopes and held.description.startswith("aftale:")
        if not made_for_us and not {
            f"{PREFIX}calendar",
            f"{PREFIX}calendar.events",
            f"{PREFIX}calendar.calendarlist.readonly",
        } & set(call.grant.scopes):
            raise Refusal(403, "insufficientPermissions")
        return held

    def _entry(self, held: HeldCalendar, user: User) -> Item:
        entry: Item = {
            "kind": "calendar#calendarListEntry", "etag": held.etag, "id": held.id, "summary": held.summary,
            "timeZone": held.zone, "accessRole": held.role(user.email), "backgroundColor": held.colour, "selected": True,
            "conferenceProperties": {"allowedConferenceSolutionTypes": ["hangoutsMeet"] if held.meet else []},
        }  # fmt: skip
        if held.description:
            entry["description"] = held.description
        if held.data_owner:
            entry["dataOwner"] = held.data_owner
        return entry | ({"primary": True} if held.primary and held.id == user.email else {})

    def _calendar_list(self, call: Call) -> Item:
        least = RANK[call.query.get("minAccessRole", "freeBusyReader")]
        shown = [each for each in self.service.calendars.values() if each.role(call.user.email) != "none"]
        entries = [self._entry(each, call.user) for each in shown if RANK.get(each.role(call.user.email), 2) >= least]
        head = {"kind": "calendar#calendarList", "etag": etag(), "nextSyncToken": secrets.token_urlsafe(12)}
        return self._page(call, entries, head, 100, 250)

    def _calendar_entry(self, call: Call, calendar: str) -> Item:
        return self._entry(self._held(call, calendar), call.user)

    def _make_calendar(self, call: Call) -> Item:
        if not isinstance(call.body, dict) or not call.body.get("summary"):
            raise Refusal(400, "required", "Missing title.")
        if (
            call.body.keys() - {"summary", "description", "location", "timeZone"}
            or call.body.get("timeZone", "UTC") not in ZONES
        ):
            raise Refusal(400, "invalid", "Invalid Value")
        more = {"description": call.body.get("description", "")}
        held = self.service.add_calendar(call.user.email, call.body["summary"], call.body.get("timeZone", "UTC"), **more)
        call.user.writes.append(("make_calendar", held.id))
        entry = self._entry(held, call.user)
        made = {name: entry[name] for name in ("etag", "id", "summary", "description", "timeZone") if name in entry}
        return {"kind": "calendar#calendar", **made}

    def _free_busy(self, call: Call) -> Item:
        body = call.body if isinstance(call.body, dict) else {}
        if body.keys() - {"timeMin", "timeMax", "timeZone", "items", "groupExpansionMax", "calendarExpansionMax"}:
            raise Refusal(400, "badRequest", "Invalid JSON payload received.")
        if not all(TIME.fullmatch(str(body.get(name, ""))) for name in ("timeMin", "timeMax")):
            raise Refusal(400, "badRequest", "Invalid time.")
        low, high = (int(datetime.fromisoformat(body[name]).timestamp()) for name in ("timeMin", "timeMax"))
        if low >= high:
            raise Refusal(400, "timeRangeEmpty", "The specified time range is empty.")
        calendars = {each["id"]: self._busy(call, each["id"], low, high) for each in body.get("items", [])}
        return {"kind": "calendar#freeBusy", "timeMin": to_iso(low), "timeMax": to_iso(high), "calendars": calendars}

    def _busy(self, call: Call, calendar: str, low: Instant, high: Instant) -> Item:
        held = self.service.calendars.get(calendar)
        if held is None or held.role(call.user.email) == "none":
            return {"errors": [{"domain": "global", "reason": "notFound"}], "busy": []}
        spans = sorted(
            (max(start, low), min(end, high))
            for each in held.listed(True, low, high, False, self.service.clock.now())
            if blocks(each)
            for start, end in [span(each, held.zone)]
        )
        merged: list[list[Instant]] = []
        for start, end in spans:
            if merged and start <= merged[-1][1]:
                merged[-1][1] = max(merged[-1][1], end)
            else:
                merged.append([start, end])
        return {"busy": [{"start": to_iso(start), "end": to_iso(end)} for start, end in merged]}

    # Reading events

    def _list_events(self, call: Call, calendar: str) -> Item:
        held = self._held(call, calendar)
        if call.query.get("orderBy") == "startTime" and not call.flag("singleEvents"):
            raise Refusal(400, "badRequest", "The requested ordering is not available for the particular query.")
        low, high = call.moment("timeMin"), call.moment("timeMax")
        if low is not None and high is not None and low >= high:
            raise Refusal(400, "timeRangeEmpty", "The specified time range is empty.")
        head: Item = {
            "kind": "calendar#events", "etag": held.etag, "summary": held.summary, "timeZone": held.zone,
            "accessRole": held.role(call.user.email), "defaultReminders": [],
        }  # fmt: skip
        if "pageToken" in call.query:
            return self._page(call, [], head, 250, self.service.most_a_page)
        if "syncToken" in call.query:
            items, token = self._changed(call, held)
        else:
            items = held.listed(call.flag("singleEvents"), low, high, call.flag("showDeleted"), self.service.clock.now())
            token = self._point(held, call, low, high, items)
            items = [each for each in items if matches(each, call)]
        items = [view(each, held.role(call.user.email)) for each in items if not each.get("purged")]
        if call.query.get("orderBy") == "startTime":
            items.sort(key=lambda each: span(each, held.zone))
        else:
            # No promise is made about the order, so the start does not decide it.
            items.sort(key=lambda each: str(each["id"])[::-1])
        if not NO_SYNC_TOKEN_AFTER & call.query.keys():
            head["nextSyncToken"] = token
        return self._page(call, items, head, 250, self.service.most_a_page)

    def _point(self, held: HeldCalendar, call: Call, low: Instant | None, high: Instant | None, items: list[Item]) -> str:
        conditions = {name: call.query[name] for name in SAME_AS_FIRST if name in call.query}
        token = f"CP{secrets.token_urlsafe(12)}="
        alive = {each["id"]: each["etag"] for each in items if each["status"] != "cancelled"}
        held.points[token] = SyncPoint(conditions, low, high, alive)
        for old in list(held.points)[:-TOKENS_KEPT]:
            del held.points[old]
        return token

    def _changed(self, call: Call, held: HeldCalendar) -> tuple[list[Item], str]:
        """What became different since a token, and the next one."""
        if NOT_WITH_SYNC_TOKEN & call.query.keys() or call.query.get("showDeleted") == "false":
            raise Refusal(400, "badRequest", "Sync token cannot be used with query restrictions.")
        point = held.points.get(call.query["syncToken"])
        if point is None:
            raise Refusal(410, "fullSyncRequired")
        if point.conditions != {name: call.query[name] for name in SAME_AS_FIRST if name in call.query}:
            raise Refusal(400, "badRequest", "The parameters are not those of the first request.")
        now = held.listed(call.flag("singleEvents"), point.low, point.high, False, self.service.clock.now())
        changed = [each for each in now if point.seen.get(each["id"]) != each["etag"]]
        here = {each["id"] for each in now}
        for name in point.seen.keys() - here:
            found = held.find(name)
            changed.append(found if found and found["status"] != "cancelled" else gone(name, found))
        # How many occurrences of a changed series are told is no promise: here it is one.
        told = {each.get("recurringEventId", each["id"]): each for each in changed}
        return list(told.values()), self._point(held, call, point.low, point.high, now)

    def _page(self, call: Call, items: list[Item], head: Item, default: int, most: int) -> Item:
        """A part of the items, and how to get the next one. A page token belongs to its request."""
        asked = {name: text for name, text in call.query.items() if name not in ("pageToken", "fields")}
        if "pageToken" in call.query:
            if call.query["pageToken"] not in self.pages:
                raise Refusal(400, "invalid", "Invalid page token value.")
            before, items, head = self.pages[call.query["pageToken"]]
            if before != asked:
                raise Refusal(400, "badRequest", "The parameters are not those of the first page.")
        size = min(int(call.query.get("maxResults", default)), most)
        answer = {**head, "items": items[:size]}
        if len(items) > size:
            token = secrets.token_urlsafe(12)
            self.pages[token] = (asked, items[size:], head)
            answer.pop("nextSyncToken", None)
            answer["nextPageToken"] = token
        return answer

    def _get_event(self, call: Call, calendar: str, event: str) -> Item:
        held = self._held(call, calendar)
        item = held.find(event)
        if item is None or item.get("purged"):
            raise Refusal(404)
        return view(self._with_link(call, held, item), held.role(call.user.email))

    def _list_instances(self, call: Call, calendar: str, event: str) -> Item:
        held = self._held(call, calendar)
        series = held.find(event)
        if series is None:
            raise Refusal(404)
        low, high = call.moment("timeMin"), call.moment("timeMax")
        until = high if high is not None else int(self.service.clock.now()) + 3 * 366 * 86400
        found = [series] if "recurrence" not in series else list(held.occurrences(series, low or 0, until))
        shown = [each for each in found if each["status"] != "cancelled" or call.flag("showDeleted")]
        items = [view(each, held.role(call.user.email)) for each in shown if touches(each, held.zone, low, high)]
        head = {
            "kind": "calendar#events", "etag": held.etag, "timeZone": held.zone, "accessRole": held.role(call.user.email),
            "defaultReminders": [], "summary": held.summary,
        }  # fmt: skip
        return self._page(call, items, head, 250, self.service.most_a_page)

    # Writing events

    def _insert_event(self, call: Call, calendar: str) -> Item:
        held = self._held(call, calendar, "writerWithoutPrivateAccess")
        body = self._with_conference(call, held, call.body)
        item = self.service.insert(held.id, body, call.user.email)
        call.user.writes.append(("insert", item["id"]))
        self._mail(call, held, "invited", item)
        return self._with_link(call, held, item, again=False)

    def _patch_event(self, call: Call, calendar: str, event: str) -> Item:
        return self._edit(call, calendar, event, whole=False)

    def _update_event(self, call: Call, calendar: str, event: str) -> Item:
        return self._edit(call, calendar, event, whole=True)

    def _edit(self, call: Call, calendar: str, event: str, whole: bool) -> Item:
        held = self._held(call, calendar, "writerWithoutPrivateAccess")
        self._match(call, held, event)
        body = self._with_conference(call, held, call.body)
        item = self.service.edit(held.id, event, body, whole)
        call.user.writes.append(("update", event))
        self._mail(call, held, "updated", item)
        return self._with_link(call, held, item, again=False)

    def _delete_event(self, call: Call, calendar: str, event: str) -> None:
        held = self._held(call, calendar, "writerWithoutPrivateAccess")
        self._match(call, held, event)
        item = held.find(event)
        self.service.delete(held.id, event)
        call.user.writes.append(("delete", event))
        self._mail(call, held, "cancelled", item or {})

    def _match(self, call: Call, held: HeldCalendar, event: str) -> None:
        item = held.find(event)
        if call.if_match and item and call.if_match != item["etag"]:
            raise Refusal(412)

    def _with_conference(self, call: Call, held: HeldCalendar, body: Any) -> Any:
        """Video data counts only with its version; a request for a link has to be one."""
        if not isinstance(body, dict) or "conferenceData" not in body:
            return body
        if call.query.get("conferenceDataVersion") != "1":
            return {name: value for name, value in body.items() if name != "conferenceData"}
        request = (body["conferenceData"] or {}).get("createRequest", {})
        kind = request.get("conferenceSolutionKey", {}).get("type")
        if not request.get("requestId") or kind != "hangoutsMeet" or not held.meet:
            raise Refusal(400, "invalid", "Invalid conference type value.")
        return {**body, "conferenceData": {"createRequest": {**request, "status": {"statusCode": "pending"}}}}

    def _with_link(self, call: Call, held: HeldCalendar, item: Item, again: bool = True) -> Item:
        """A video link that was asked for is made, sooner or later."""
        request = item.get("conferenceData", {}).get("createRequest", {})
        if request.get("status", {}).get("statusCode") != "pending":
            return item
        if call.user.pending_links:
            call.user.pending_links -= again
            return item
        code = "-".join(secrets.token_hex(2)[:n] for n in (3, 4, 3))
        link = f"https://meet.google.com/{code}"
        data = {
            "createRequest": {**request, "status": {"statusCode": "success"}}, "conferenceId": code,
            "entryPoints": [{"entryPointType": "video", "uri": link, "label": link.removeprefix("https://")}],
            "conferenceSolution": {"key": {"type": "hangoutsMeet"}, "name": "Google Meet"},
        }  # fmt: skip
        return held.put({**item, "conferenceData": data, "hangoutLink": link}, self.service.clock.now())

    def _mail(self, call: Call, held: HeldCalendar, what: str, item: Item) -> None:
        guests = tuple(each["email"] for each in item.get("attendees", ()) if not each.get("self"))
        if call.query.get("sendUpdates", "none") != "none" and guests:
            self.mails.append((what, held.id, item["id"], guests))


def gone(name: str, found: Item | None) -> Item:
    """What is told of an event that is no more: little but its id."""
    item: Item = {"kind": "calendar#event", "etag": (found or {}).get("etag", etag()), "id": name, "status": "cancelled"}
    if split := original_start(name):
        item["recurringEventId"] = split[0]
        at = split[1]
        item["originalStartTime"] = {"dateTime": to_iso(at)} if isinstance(at, int) else {"date": at.isoformat()}
    return item


def view(item: Item, role: str) -> Item:
    """What a role may see of an event."""
    hides = role == "freeBusyReader"
    hides |= role in ("reader", "writerWithoutPrivateAccess") and item.get("visibility") in ("private", "confidential")
    shown = {"kind", "etag", "id", "status", "start", "end", "recurringEventId", "originalStartTime", "transparency", "iCalUID"}
    if item["status"] == "cancelled":
        return {name: value for name, value in item.items() if name != "purged"}
    return {name: item[name] for name in shown & item.keys()} | {"visibility": "private"} if hides else item


def matches(item: Item, call: Call) -> bool:
    """The narrowing parts of a query."""
    for wanted in call.many.get("privateExtendedProperty", ()):
        name, _, value = wanted.partition("=")
        if item.get("extendedProperties", {}).get("private", {}).get(name) != value:
            return False
    if "q" in call.query and call.query["q"].casefold() not in str(item.get("summary", "")).casefold():
        return False
    if "iCalUID" in call.query and item.get("iCalUID") != call.query["iCalUID"]:
        return False
    return "eventTypes" not in call.many or item.get("eventType", "default") in call.many["eventTypes"]


def blocks(item: Item) -> bool:
    mine = next((each for each in item.get("attendees", ()) if each.get("self")), {})
    return item.get("transparency") != "transparent" and mine.get("responseStatus") != "declined"
