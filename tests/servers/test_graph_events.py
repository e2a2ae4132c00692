"""Events at the Microsoft of the tests: what may be written, series and their exceptions, and what a delta tells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.servers.graph.calendars import HeldCalendar
from tests.servers.graph.driving import ANNA, BO, CLIENT, EVENT, OURS, WINDOW, Caller, between, weekly
from tests.servers.graph.serving import GraphServer, serving
from tests.servers.graph.zones import CUSTOM

GUEST = {"emailAddress": {"address": "ase@example.com", "name": "Åse"}, "type": "required"}
DAY = between("2026-10-20T00:00:00", "2026-10-21T00:00:00", isAllDay=True)


@pytest.fixture(scope="module")
def server() -> Iterator[GraphServer]:
    with serving() as running:
        running.service.clients[CLIENT.id] = CLIENT
        running.service.add_user(ANNA, "Anna Holm")
        running.service.add_user(BO, "Bo Lind")
        yield running


@pytest.fixture
def calendar(server: GraphServer) -> HeldCalendar:
    return server.service.add_calendar(ANNA, f"Calendar {len(server.service.calendars)}")


@pytest.fixture
def call(server: GraphServer) -> Caller:
    return Caller(server)


@pytest.fixture
def events(calendar: HeldCalendar) -> str:
    return f"me/calendars/{calendar.id}/events"


@pytest.fixture
def view(calendar: HeldCalendar) -> str:
    return f"me/calendars/{calendar.id}/calendarView"


# What may be written


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({**EVENT, "colour": "red"}, "RequestBodyRead"),
        ({**EVENT, "iCalUId": "1"}, "ErrorInvalidPropertySet"),
        ({**EVENT, "isCancelled": True}, "ErrorInvalidPropertySet"),
        ({**EVENT, "organizer": {}}, "ErrorInvalidPropertySet"),
        ({**EVENT, "showAs": "away"}, "RequestBodyRead"),
        ({**EVENT, "isAllDay": "true"}, "RequestBodyRead"),
        ({**EVENT, "subject": "x" * 256}, "ErrorPropertyValidationFailure"),
        ({**EVENT, "body": "text"}, "RequestBodyRead"),
        ({**EVENT, "attendees": [{"emailAddress": {"address": "nobody"}}]}, "ErrorInvalidRecipients"),
        ({**EVENT, "singleValueExtendedProperties": [{"id": "Mine", "value": "1"}]}, "ErrorInvalidExtendedProperty"),
        ({**EVENT, "singleValueExtendedProperties": [{"id": OURS, "value": 1}]}, "RequestBodyRead"),
        ({"subject": "no times"}, "ErrorPropertyValidationFailure"),
        ({**EVENT, "end": None}, "ErrorPropertyValidationFailure"),
        ({**EVENT, "start": {"dateTime": "2026-10-20T09:00:00+02:00", "timeZone": "UTC"}}, "ErrorPropertyValidationFailure"),
        ({**EVENT, "start": {"dateTime": "2026-10-20T09:00:00"}}, "TimeZoneNotSupportedException"),
        ({**EVENT, "start": {"dateTime": "2026-10-20T09:00:00", "timeZone": "CET time"}}, "TimeZoneNotSupportedException"),
        (between("2026-10-20T10:00:00", "2026-10-20T09:00:00"), "ErrorCalendarEndDateIsEarlierThanStartDate"),
        ({**EVENT, "isAllDay": True}, "ErrorPropertyValidationFailure"),
        ({**DAY, "end": DAY["start"]}, "ErrorPropertyValidationFailure"),
        ({**DAY, "end": {"dateTime": "2026-10-21T00:00:00", "timeZone": "UTC"}}, "ErrorPropertyValidationFailure"),
        ({**EVENT, "recurrence": weekly("2026-10-21", "tuesday")}, "ErrorPropertyValidationFailure"),
        ({**EVENT, "recurrence": weekly("2026-10-20", "monday")}, "ErrorPropertyValidationFailure"),
        ({**EVENT, "recurrence": weekly("2026-10-20", "tirsdag")}, "RequestBodyRead"),
        ({**EVENT, "recurrence": weekly("2026-10-20", "tuesday", type="endDate")}, "ErrorPropertyValidationFailure"),
        ({**EVENT, "recurrence": {"pattern": {"type": "hourly"}, "range": {}}}, "RequestBodyRead"),
    ],
)
def test_event_when_it_is_wrong_then_it_is_refused(
    call: Caller, calendar: HeldCalendar, events: str, body: dict[str, Any], code: str
) -> None:
    assert call.refused("POST", events, body) == (400, code)
    assert not calendar.events


def test_event_when_made_twice_in_one_transaction_then_there_is_one(call: Caller, calendar: HeldCalendar, events: str) -> None:
    body = {**EVENT, "transactionId": "booking-1", "subject": "First"}
    first = call("POST", events, body)
    again = call("POST", events, {**body, "subject": "Again"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert (again.json()["id"], again.json()["subject"]) == (first.json()["id"], "First")
    assert len(calendar.events) == 1
    assert call("PATCH", f"{events}/{first.json()['id']}", {"subject": "Later"}).json()["transactionId"] == "booking-1"
    changed = {"transactionId": "booking-2"}
    assert call.refused("PATCH", f"{events}/{first.json()['id']}", changed) == (400, "ErrorInvalidPropertySet")
    assert call("DELETE", f"{events}/{first.json()['id']}").status_code == 204
    assert call("POST", events, body).json()["id"] == first.json()["id"]
    assert call.refused("GET", f"{events}/{first.json()['id']}") == (404, "ErrorItemNotFound")


def test_event_when_it_has_our_mark_then_it_is_found_by_it(call: Caller, events: str) -> None:
    for value in ("b1", "b2"):
        call("POST", events, {**EVENT, "singleValueExtendedProperties": [{"id": OURS, "value": value}]})
    upper = OURS.replace("7a1f0e52", "7A1F0E52")
    found = call.all(events, _filter=f"singleValueExtendedProperties/Any(ep: ep/id eq '{upper}' and ep/value eq 'b2')",
                     _expand=f"singleValueExtendedProperties($filter=id eq '{upper}')")  # fmt: skip
    assert [each["singleValueExtendedProperties"] for each in found] == [[{"id": OURS, "value": "b2"}]]


def test_event_when_its_change_key_is_old_then_nothing_is_written(call: Caller, events: str) -> None:
    made = call("POST", events, EVENT).json()
    path, old = f"{events}/{made['id']}", {"If-Match": made["@odata.etag"]}
    changed = call("PATCH", path, {"subject": "a"}, old).json()
    assert changed["changeKey"] != made["changeKey"]
    assert call.refused("PATCH", path, {"subject": "b"}, old) == (412, "ErrorIrresolvableConflict")
    assert call.refused("DELETE", path, None, old) == (412, "ErrorIrresolvableConflict")
    assert call("GET", path, _select="subject").json()["subject"] == "a"


def test_event_when_it_lasts_days_then_it_is_midnight_in_every_zone(call: Caller, events: str, view: str) -> None:
    body = between("2026-10-24T00:00:00", "2026-10-26T00:00:00", "Tokyo Standard Time", isAllDay=True)
    call("POST", events, body)
    window = {"startDateTime": "2026-10-20T00:00:00Z", "endDateTime": "2026-10-30T00:00:00Z"}
    for zone in ("UTC", "Romance Standard Time"):
        (item,) = call("GET", view, None, {"Prefer": f'outlook.timezone="{zone}"'}, **window).json()["value"]
        assert item["start"] == {"dateTime": "2026-10-24T00:00:00.0000000", "timeZone": zone}
        assert (item["end"]["dateTime"][:10], item["originalStartTimeZone"]) == ("2026-10-26", "Tokyo Standard Time")


def test_text_when_it_was_written_as_text_then_it_comes_back_as_it_was(call: Caller, events: str) -> None:
    made = call("POST", events, {**EVENT, "body": {"contentType": "text", "content": "a < b\n& c"}}).json()
    assert (made["body"]["contentType"], made["bodyPreview"]) == ("html", "a < b\n& c")
    assert "a &lt; b<br>" in made["body"]["content"]
    headers = {"Prefer": 'IdType="ImmutableId", outlook.body-content-type="text"'}
    path = f"{events}/{made['id']}"
    assert call("GET", path, None, headers).json()["body"] == {"contentType": "text", "content": "a < b\n& c"}
    call("PATCH", path, {"body": {"contentType": "html", "content": "<p>x &amp; y</p>z"}})
    assert call("GET", path, None, headers).json()["body"] == {"contentType": "text", "content": "x & y\nz"}


def test_event_when_only_other_programs_make_such_then_it_is_told_as_it_is(
    server: GraphServer, call: Caller, calendar: HeldCalendar, view: str
) -> None:
    made = server.service.insert(calendar.id, DAY)
    server.service.put_raw(calendar.id, made["id"], originalStartTimeZone=CUSTOM, isCancelled=True, showAs="unknown")
    (item,) = call.all(view, **WINDOW)
    told = (item["originalStartTimeZone"], item["isCancelled"], item["showAs"])
    assert told == ("tzone://Microsoft/Custom", True, "unknown")


def test_id_when_the_event_is_moved_then_only_the_immutable_one_stays(
    server: GraphServer, call: Caller, calendar: HeldCalendar, events: str
) -> None:
    plain = Caller(server, prefer="include-unknown-enum-members")
    made = call("POST", events, EVENT).json()
    (before,) = plain("GET", events).json()["value"]
    assert before["id"] != made["id"]
    assert plain("GET", f"me/events/{before['id']}").status_code == 200
    other = server.service.add_calendar(ANNA, f"Elsewhere {len(server.service.calendars)}")
    server.service.move(calendar.id, made["id"], other.id)
    assert plain.refused("GET", f"me/events/{before['id']}") == (404, "ErrorItemNotFound")
    assert call("GET", f"me/events/{made['id']}").json()["id"] == made["id"]
    assert call.refused("GET", f"{events}/{made['id']}") == (404, "ErrorItemNotFound")


def test_meeting_when_it_is_online_then_it_has_a_link_where_there_is_teams(server: GraphServer, call: Caller) -> None:
    wanted = {**EVENT, "isOnlineMeeting": True, "onlineMeetingProvider": "teamsForBusiness"}
    made = call("POST", "me/events", wanted).json()
    assert made["onlineMeeting"]["joinUrl"].startswith("https://teams.microsoft.com/")
    undo = {"isOnlineMeeting": False}
    assert call.refused("PATCH", f"me/events/{made['id']}", undo) == (400, "ErrorPropertyValidationFailure")
    without = server.service.add_calendar(ANNA, "No Teams", online=())
    made = call("POST", f"me/calendars/{without.id}/events", wanted).json()
    assert (made["isOnlineMeeting"], made["onlineMeeting"]) == (False, None)


# Guests


def test_guests_when_a_meeting_changes_then_they_are_written_to(server: GraphServer, call: Caller, events: str) -> None:
    server.service.mails.clear()
    made = call("POST", events, {**EVENT, "attendees": [GUEST]}).json()
    path = f"{events}/{made['id']}"
    call("PATCH", path, {"subject": "Later"})
    assert call("POST", f"{path}/cancel", {"comment": "I am ill."}).status_code == 202
    assert call.refused("GET", path) == (404, "ErrorItemNotFound")
    told = [(each.kind, each.guests, each.comment) for each in server.service.mails]
    guests = ("ase@example.com",)
    assert told == [("invited", guests, ""), ("updated", guests, ""), ("cancelled", guests, "I am ill.")]


def test_cancel_when_there_is_nobody_to_tell_or_no_right_to_then_it_is_refused(
    server: GraphServer, call: Caller, calendar: HeldCalendar, events: str
) -> None:
    alone = call("POST", events, EVENT).json()["id"]
    assert call.refused("POST", f"{events}/{alone}/cancel", {"comment": ""}) == (400, "ErrorInvalidRequest")
    assert call.refused("POST", f"{events}/{alone}/cancel", {"reason": ""}) == (400, "RequestBodyRead")
    own = server.service.default(BO)
    server.service.insert(own.id, {**EVENT, "subject": "Bo asks", "attendees": [{"emailAddress": {"address": ANNA}}]})
    (invited,) = call.all("me/events", _filter="subject eq 'Bo asks'")
    assert call.refused("POST", f"me/events/{invited['id']}/cancel", {}) == (400, "ErrorInvalidRequest")
    assert calendar.events


def test_invitation_when_it_comes_then_it_stands_tentatively_in_the_calendar(server: GraphServer, call: Caller) -> None:
    own, service = server.service.default(BO), server.service
    service.mails.clear()
    body = {**EVENT, "subject": "Lunch", "attendees": [{"emailAddress": {"address": ANNA}}]}
    asked = service.insert(own.id, body)
    (mine,) = call.all("me/events", _filter="subject eq 'Lunch'")
    assert (mine["showAs"], mine["responseStatus"]["response"], mine["isOrganizer"]) == ("tentative", "notResponded", False)
    assert (mine["iCalUId"], mine["organizer"]["emailAddress"]["address"]) == (asked["iCalUId"], BO)
    service.respond(ANNA, mine["id"], "declined")
    assert call("GET", f"me/events/{mine['id']}").json()["responseStatus"]["response"] == "declined"
    (guest,) = service.find(own.id, asked["id"])["attendees"]  # type: ignore[index]
    assert guest["status"]["response"] == "declined"
    service.edit(own.id, asked["id"], between("2026-10-21T09:00:00", "2026-10-21T10:00:00", subject="Lunch"))
    moved = call("GET", f"me/events/{mine['id']}").json()
    assert (moved["start"]["dateTime"][:10], moved["responseStatus"]["response"]) == ("2026-10-21", "notResponded")
    service.delete(own.id, asked["id"], "No time")
    left = call("GET", f"me/events/{mine['id']}").json()
    assert (left["isCancelled"], left["showAs"], left["subject"]) == (True, "free", "Canceled: Lunch")
    assert call("DELETE", f"me/events/{mine['id']}").status_code == 204


# Series


def starts(items: list[dict[str, Any]]) -> list[str]:
    return sorted(each["start"]["dateTime"][:16] for each in items)


PATTERNS: list[tuple[dict[str, Any], dict[str, Any], str, list[str]]] = [
    ({"type": "daily", "interval": 2}, {"type": "endDate", "endDate": "2026-10-30"}, "2026-10-23",
     ["2026-10-23T07:00", "2026-10-25T08:00", "2026-10-27T08:00", "2026-10-29T08:00"]),
    ({"type": "weekly", "interval": 2, "daysOfWeek": ["tuesday", "sunday"], "firstDayOfWeek": "monday"},
     {"type": "numbered", "numberOfOccurrences": 4}, "2026-10-20",
     ["2026-10-20T07:00", "2026-10-25T08:00", "2026-11-03T08:00", "2026-11-08T08:00"]),
    ({"type": "weekly", "interval": 2, "daysOfWeek": ["tuesday", "sunday"], "firstDayOfWeek": "sunday"},
     {"type": "numbered", "numberOfOccurrences": 4}, "2026-10-20",
     ["2026-10-20T07:00", "2026-11-01T08:00", "2026-11-03T08:00", "2026-11-15T08:00"]),
    ({"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 31}, {"type": "noEnd"}, "2026-08-31",
     ["2026-10-31T08:00", "2026-11-30T08:00"]),
    ({"type": "relativeMonthly", "interval": 1, "daysOfWeek": ["wednesday"], "index": "last"}, {"type": "noEnd"}, "2026-09-30",
     ["2026-10-28T08:00", "2026-11-25T08:00"]),
    ({"type": "relativeMonthly", "interval": 1, "daysOfWeek": ["monday", "tuesday"], "index": "second"}, {"type": "noEnd"},
     "2026-09-07", ["2026-10-06T07:00", "2026-11-03T08:00"]),
    ({"type": "absoluteYearly", "interval": 1, "dayOfMonth": 7, "month": 11}, {"type": "noEnd"}, "2025-11-07",
     ["2026-11-07T08:00"]),
    ({"type": "relativeYearly", "interval": 1, "daysOfWeek": ["friday"], "index": "first", "month": 10}, {"type": "noEnd"},
     "2025-10-03", ["2026-10-02T07:00"]),
]  # fmt: skip


@pytest.mark.parametrize(("pattern", "limits", "first", "expected"), PATTERNS)
def test_series_when_its_pattern_is_known_then_it_takes_place_by_the_wall_clock(
    call: Caller, events: str, view: str, pattern: dict[str, Any], limits: dict[str, Any], first: str, expected: list[str]
) -> None:
    recurrence = {"pattern": pattern, "range": {"startDate": first, **limits}}
    body = between(f"{first}T09:00:00", f"{first}T10:00:00", "Romance Standard Time", recurrence=recurrence)
    made = call("POST", events, body).json()
    assert made["type"] == "seriesMaster"
    found = call.all(view, **WINDOW)
    assert starts(found) == expected
    assert {(each["type"], each["seriesMasterId"]) for each in found} == {("occurrence", made["id"])}
    assert starts(call.all(f"{events}/{made['id']}/instances", **WINDOW)) == expected
    masters = call.all(events)
    assert [(each["id"], each["recurrence"]["pattern"]["type"]) for each in masters] == [(made["id"], pattern["type"])]


def test_series_when_an_occurrence_is_changed_then_the_others_stay(call: Caller, events: str, view: str) -> None:
    body = {**EVENT, "recurrence": weekly("2026-10-20", "tuesday", type="numbered", numberOfOccurrences=4)}
    series = call("POST", events, body).json()
    first, second, third, fourth = sorted(call.all(view, **WINDOW), key=lambda each: str(each["start"]["dateTime"]))
    day = between("2026-10-29T00:00:00", "2026-10-30T00:00:00", isAllDay=True)
    changed = call("PATCH", f"{events}/{second['id']}", {**day, "subject": "All day"}).json()
    assert (changed["type"], changed["seriesMasterId"]) == ("exception", series["id"])
    assert changed["originalStart"] == "2026-10-27T08:00:00Z"
    assert call("DELETE", f"{events}/{third['id']}").status_code == 204
    too_far = between("2026-11-10T15:00:00", "2026-11-10T16:00:00", isAllDay=False)
    assert call.refused("PATCH", f"{events}/{second['id']}", too_far) == (400, "ErrorOccurrenceCrossingBoundary")
    assert call.refused("GET", f"{events}/{third['id']}") == (404, "ErrorItemNotFound")
    refused = {"recurrence": weekly("2026-10-27", "tuesday")}
    assert call.refused("PATCH", f"{events}/{first['id']}", refused) == (400, "ErrorPropertyValidationFailure")
    call("PATCH", f"{events}/{series['id']}", {"subject": "Renamed", "location": {"displayName": "Room"}})
    left = call.all(view, **WINDOW)
    found = {each["id"]: each for each in left}
    assert len(left) == 3
    assert found.keys() == {first["id"], second["id"], fourth["id"]}
    assert [found[each["id"]]["subject"] for each in (first, second, fourth)] == ["Renamed", "All day", "Renamed"]
    assert (found[second["id"]]["isAllDay"], found[second["id"]]["location"]["displayName"]) == (True, "Room")
    told = call("GET", f"{events}/{series['id']}", _select="cancelledOccurrences").json()["cancelledOccurrences"]
    assert [each.rpartition(".")[2] for each in told] == ["2026-11-03"]
    call("PATCH", f"{events}/{series['id']}", between("2026-10-20T11:00:00", "2026-10-20T12:00:00"))
    assert starts(call.all(view, **WINDOW)) == ["2026-10-20T09:00", "2026-10-27T10:00", "2026-11-03T10:00", "2026-11-10T10:00"]


def test_series_when_the_clock_is_set_forward_then_skipped_times_are_later(call: Caller, events: str, view: str) -> None:
    limits = {"type": "endDate", "startDate": "2027-03-27", "endDate": "2027-03-29"}
    recurrence = {"pattern": {"type": "daily", "interval": 1}, "range": limits}
    call("POST", events, between("2027-03-27T02:30:00", "2027-03-27T03:30:00", recurrence=recurrence))
    found = call.all(view, startDateTime="2027-03-26T00:00:00Z", endDateTime="2027-03-31T00:00:00Z")
    assert starts(found) == ["2027-03-27T01:30", "2027-03-28T01:30", "2027-03-29T00:30"]
    assert {each["end"]["dateTime"][11:13] for each in found} == {"01", "02"}


# Delta


def rows(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["id"]: each for each in answer["value"]}


def test_delta_when_nothing_happened_then_it_is_empty_and_else_it_tells(
    server: GraphServer, call: Caller, calendar: HeldCalendar, events: str, view: str
) -> None:
    kept, gone = (call("POST", events, EVENT).json()["id"] for _ in range(2))
    first = call("GET", f"{view}/delta", **WINDOW).json()
    assert rows(first).keys() == {kept, gone}
    link = first["@odata.deltaLink"]
    again = call("GET", link).json()
    assert again["value"] == []
    call("PATCH", f"{events}/{kept}", {"subject": "Changed"})
    call("DELETE", f"{events}/{gone}")
    outside = call("POST", events, between("2027-10-20T09:00:00", "2027-10-20T10:00:00")).json()["id"]
    told = rows(call("GET", link).json())
    assert told[kept]["subject"] == "Changed"
    assert {name for name, each in told.items() if each.get("@removed") == {"reason": "deleted"}} == {gone, outside}
    assert rows(call("GET", link).json()).keys() == told.keys()


def test_delta_when_there_is_a_series_then_occurrences_are_stubs(call: Caller, events: str, view: str) -> None:
    series = call("POST", events, {**EVENT, "recurrence": weekly("2026-10-20", "tuesday")}).json()["id"]
    first = call("GET", f"{view}/delta", None, {"Prefer": 'IdType="ImmutableId", odata.maxpagesize=50'}, **WINDOW).json()
    stubs = [each for each in first["value"] if each["type"] == "occurrence"]
    assert len(stubs) == 6
    assert stubs[0].keys() == {"@odata.type", "@odata.etag", "id", "type", "seriesMasterId", "start", "end"}
    assert [each["id"] for each in first["value"] if each["type"] == "seriesMaster"] == [series]
    changed, cancelled = sorted(each["id"] for each in stubs)[:2]
    call("PATCH", f"{events}/{changed}", {"subject": "Only this one"})
    call("DELETE", f"{events}/{cancelled}")
    told = rows(call("GET", first["@odata.deltaLink"], None, {"Prefer": 'IdType="ImmutableId", odata.maxpagesize=50'}).json())
    assert (told[changed]["type"], told[changed]["subject"]) == ("exception", "Only this one")
    # Nothing tells of the cancelled one but that its series changed.
    assert (cancelled in told, series in told) == (False, True)


def test_delta_when_it_has_pages_then_only_the_last_has_the_link(call: Caller, events: str, view: str) -> None:
    made = {call("POST", events, EVENT).json()["id"] for _ in range(5)}
    three = {"Prefer": 'IdType="ImmutableId", odata.maxpagesize=3'}
    first = call("GET", f"{view}/delta", None, three, **WINDOW).json()
    assert (len(first["value"]), "@odata.deltaLink" in first) == (3, False)
    assert call.refused("GET", first["@odata.nextLink"] + "&$top=2") == (400, "ErrorInvalidUrlQuery")
    last = call("GET", first["@odata.nextLink"], None, three).json()
    assert ("@odata.nextLink" in last, "@odata.deltaLink" in last) == (False, True)
    assert {*rows(first), *rows(last)} == made
