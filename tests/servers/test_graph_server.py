"""The Microsoft of the tests: its mailboxes are as strict as the service's, and what it says holds before judges."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.servers.graph.calendars import HeldCalendar
from tests.servers.graph.driving import ANNA, BO, CLIENT, EVENT, OURS, WINDOW, Caller, between
from tests.servers.graph.faults import Kind
from tests.servers.graph.serving import GraphServer, serving

ROOT = Path(__file__).resolve().parents[2]
JUDGES = os.environ.get("AFTALE_JUDGES")


@pytest.fixture(scope="module")
def server() -> Iterator[GraphServer]:
    with serving() as running:
        running.service.clients[CLIENT.id] = CLIENT
        running.service.add_user(ANNA, "Anna Holm")
        running.service.add_user(BO, "Bo Lind")
        running.service.add_user("guest@contoso.example", "Gitte", mailbox=False)
        yield running


@pytest.fixture
def calendar(server: GraphServer) -> HeldCalendar:
    """Bo's, shared with Anna."""
    held = server.service.add_calendar(BO, "Shared")
    server.service.share(held.id, ANNA, "delegateWithPrivateEventAccess")
    return held


@pytest.fixture
def call(server: GraphServer) -> Caller:
    return Caller(server)


# The person and the calendars


def test_person_when_asked_for_then_comes_with_the_zone_of_the_mailbox(call: Caller) -> None:
    person = call("GET", "me", _select="displayName,mail,userPrincipalName").json()
    assert (person["displayName"], person["mail"]) == ("Anna Holm", ANNA)
    settings = call("GET", "me/mailboxSettings").json()
    assert (settings["timeZone"], settings["userPurpose"]) == ("Romance Standard Time", "user")


def test_calendars_when_there_are_many_then_they_come_in_pages_of_ten(server: GraphServer, call: Caller) -> None:
    owner = server.service.add_user("many@contoso.example", "Many")
    for number in range(14):
        server.service.add_calendar(owner.email, f"Number {number}")
    many = Caller(server, owner.email)
    first = many("GET", "me/calendars").json()
    assert (len(first["value"]), "@odata.nextLink" in first) == (10, True)
    found = many.all("me/calendars", _select="id,name,isDefaultCalendar")
    assert len({each["id"] for each in found}) == 15
    assert [each["name"] for each in found if each["isDefaultCalendar"]] == ["Calendar"]
    assert found[0].keys() == {"id", "name", "isDefaultCalendar"}


def test_calendar_when_made_for_tasks_then_it_can_be_changed_and_deleted(call: Caller) -> None:
    made = call("POST", "me/calendars", {"name": "Aftale tasks"}).json()
    assert call.refused("POST", "me/calendars", {"name": "Aftale tasks"}) == (409, "ErrorFolderExists")
    assert call("PATCH", f"me/calendars/{made['id']}", {"color": "lightTeal"}).json()["color"] == "lightTeal"
    found = call("GET", "me/calendars", _filter="name eq 'Aftale tasks'").json()["value"]
    assert [(each["id"], each["canEdit"], each["isRemovable"]) for each in found] == [(made["id"], True, True)]
    assert call("DELETE", f"me/calendars/{made['id']}").status_code == 204
    assert call.refused("GET", f"me/calendars/{made['id']}") == (404, "ErrorItemNotFound")
    default = call("GET", "me/calendar").json()["id"]
    assert call.refused("DELETE", f"me/calendars/{default}") == (400, "ErrorDeleteDistinguishedFolder")


@pytest.mark.parametrize(
    ("role", "read", "subject", "write"),
    [("", 404, None, 404), ("none", 403, None, 403), ("freeBusyRead", 200, "", 403), ("limitedRead", 200, "Open", 403),
     ("read", 200, "Open", 403), ("write", 200, "Open", 201), ("delegateWithoutPrivateEventAccess", 200, "Open", 201),
     ("delegateWithPrivateEventAccess", 200, "Open", 201)],
)  # fmt: skip
def test_role_when_it_is_low_then_it_sees_and_does_less(
    server: GraphServer, call: Caller, role: str, read: int, subject: str | None, write: int
) -> None:
    held = server.service.add_calendar(BO, "By role")
    if role:
        server.service.share(held.id, ANNA, role)
    server.service.insert(held.id, {**EVENT, "subject": "Open"})
    server.service.insert(held.id, {**EVENT, "subject": "Secret", "sensitivity": "private"})
    answer = call("GET", f"me/calendars/{held.id}/calendarView", **WINDOW)
    assert answer.status_code == read
    if read == 200:
        told = {each["sensitivity"]: each["subject"] for each in answer.json()["value"]}
        private = role == "delegateWithPrivateEventAccess"
        assert told == {"normal": subject, "private": "Secret" if private else ""}
        entry = call("GET", f"me/calendars/{held.id}").json()
        assert (entry["canEdit"], entry["canViewPrivateItems"]) == (write == 201, private)
        assert entry["owner"]["address"] == BO
    assert call("POST", f"me/calendars/{held.id}/events", EVENT).status_code == write
    listed = [each["id"] for each in call.all("me/calendars")]
    assert (held.id in listed) == (read == 200)


def test_event_when_its_calendar_is_anothers_then_it_is_found_only_through_that(calendar: HeldCalendar, call: Caller) -> None:
    made = call("POST", f"me/calendars/{calendar.id}/events", EVENT).json()
    assert call("GET", f"me/calendars/{calendar.id}/events/{made['id']}").status_code == 200
    assert call.refused("GET", f"me/events/{made['id']}") == (404, "ErrorItemNotFound")


def test_calendar_when_it_is_lost_while_in_use_then_the_reason_is_told(server: GraphServer, call: Caller) -> None:
    held = server.service.add_calendar(BO, "Fleeting")
    server.service.share(held.id, ANNA, "write")
    view = f"me/calendars/{held.id}/calendarView"
    assert call("GET", view, **WINDOW).status_code == 200
    server.service.share(held.id, ANNA, "none")
    assert call.refused("GET", view, **WINDOW) == (403, "ErrorAccessDenied")
    server.service.remove_calendar(held.id)
    assert call.refused("GET", view, **WINDOW) == (404, "ErrorItemNotFound")


def test_scopes_when_they_are_too_small_then_the_call_is_refused(server: GraphServer, calendar: HeldCalendar) -> None:
    small = Caller(server, scopes=("openid", "profile", "User.Read", "Calendars.Read"))
    assert small("GET", "me/calendars").status_code == 200
    own = server.service.default(ANNA).id
    assert small.refused("POST", f"me/calendars/{own}/events", EVENT) == (403, "ErrorAccessDenied")
    assert small.refused("GET", f"me/calendars/{calendar.id}/calendarView", **WINDOW) == (403, "ErrorAccessDenied")
    assert small.refused("GET", "me/mailboxSettings") == (403, "ErrorAccessDenied")


def test_mailbox_when_there_is_none_then_only_the_person_is_known(server: GraphServer) -> None:
    guest = Caller(server, "guest@contoso.example")
    assert guest("GET", "me").json()["mail"] is None
    assert guest.refused("GET", "me/calendars") == (404, "MailboxNotEnabledForRESTAPI")


# Reading


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        ("calendarView", {}, (400, "ErrorInvalidParameter")),
        ("calendarView", {"startDateTime": WINDOW["startDateTime"]}, (400, "ErrorInvalidParameter")),
        ("calendarView", {**WINDOW, "startDateTime": "2026-10-01T00:00:00 02:00"}, (400, "ErrorInvalidParameter")),
        ("calendarView", {**WINDOW, "endDateTime": WINDOW["startDateTime"]}, (400, "ErrorInvalidParameter")),
        ("calendarView", {**WINDOW, "_top": "1001"}, (400, "ErrorInvalidUrlQuery")),
        ("calendarView", {**WINDOW, "_top": "0"}, (400, "ErrorInvalidUrlQuery")),
        ("calendarView", {**WINDOW, "_select": "colour"}, (400, "RequestBroker--ParseUri")),
        ("calendarView", {**WINDOW, "_select": "lastModifiedDateTime"}, (400, "ErrorInvalidUrlQuery")),
        ("calendarView", {**WINDOW, "_search": "x"}, (400, "ErrorInvalidUrlQuery")),
        ("calendarView", {**WINDOW, "_expand": "attachments"}, (400, "ErrorInvalidUrlQuery")),
        ("calendarView", {**WINDOW, "_expand": "singleValueExtendedProperties"}, (400, "ErrorInvalidUrlQuery")),
        ("calendarView", {**WINDOW, "_orderby": "colour"}, (400, "ErrorInvalidUrlQuery")),
        ("calendarView", {**WINDOW, "timeMin": "x"}, (400, "ErrorInvalidUrlQuery")),
        ("calendarView/delta", {**WINDOW, "_select": "id"}, (400, "ErrorInvalidUrlQuery")),
        ("calendarView/delta", {**WINDOW, "_expand": "x"}, (400, "ErrorInvalidUrlQuery")),
        ("calendarView/delta", {**WINDOW, "_deltatoken": "x"}, (400, "ErrorInvalidUrlQuery")),
        ("calendarView/delta", {"_deltatoken": "never"}, (410, "SyncStateNotFound")),
        ("events", {"_filter": "subject like 'x'"}, (400, "ErrorInvalidUrlQueryFilter")),
        ("events", {"_filter": "transactionId eq 'x'"}, (400, "ErrorInvalidUrlQueryFilter")),
        ("events", {"_filter": "singleValueExtendedProperties/any(e: e/id eq 'Mine')"}, (400, "ErrorInvalidExtendedProperty")),
        ("events/nothing", {}, (400, "ErrorInvalidIdMalformed")),
        ("nowhere", {}, (400, "BadRequest")),
    ],
)
def test_reading_when_it_is_asked_wrongly_then_it_is_refused(
    call: Caller, calendar: HeldCalendar, path: str, query: dict[str, str], expected: tuple[int, str]
) -> None:
    assert call.refused("GET", f"me/calendars/{calendar.id}/{path}", **query) == expected


def test_view_when_a_zone_is_preferred_then_times_come_in_it_and_else_in_utc(call: Caller, calendar: HeldCalendar) -> None:
    call("POST", f"me/calendars/{calendar.id}/events", EVENT)
    path = f"me/calendars/{calendar.id}/calendarView"
    (plain,) = call("GET", path, **WINDOW).json()["value"]
    assert plain["start"] == {"dateTime": "2026-10-20T07:00:00.0000000", "timeZone": "UTC"}
    assert plain["originalStartTimeZone"] == "Romance Standard Time"
    for zone, wall in (("Tokyo Standard Time", "16:00"), ("America/New_York", "03:00")):
        answer = call("GET", path, None, {"Prefer": f'outlook.timezone="{zone}"'}, **WINDOW)
        assert answer.headers["preference-applied"] == f'outlook.timezone="{zone}"'
        (item,) = answer.json()["value"]
        assert item["start"] == {"dateTime": f"2026-10-20T{wall}:00.0000000", "timeZone": zone}
    wrong = {"Prefer": 'outlook.timezone="Copenhagen"'}
    assert call.refused("GET", path, None, wrong, **WINDOW) == (400, "TimeZoneNotSupportedException")


def test_view_when_properties_are_selected_then_only_they_come(call: Caller, calendar: HeldCalendar) -> None:
    marks = [{"id": OURS, "value": "b1"}]
    call("POST", f"me/calendars/{calendar.id}/events", {**EVENT, "singleValueExtendedProperties": marks})
    path = f"me/calendars/{calendar.id}/calendarView"
    query = {**WINDOW, "_select": "subject,singleValueExtendedProperties"}
    (item,) = call("GET", path, **query).json()["value"]
    assert item.keys() == {"@odata.etag", "id", "subject"}
    other = OURS.replace("Booking", "Other")
    (item,) = call(
        "GET", path, **query, _expand=f"singleValueExtendedProperties($filter=id eq '{other}' or id eq '{OURS}')"
    ).json()["value"]
    assert item["singleValueExtendedProperties"] == marks


def test_pages_when_followed_then_every_event_comes_once_in_order(
    call: Caller, calendar: HeldCalendar, server: GraphServer
) -> None:
    for day in range(1, 26):
        server.service.insert(
            calendar.id, between(f"2026-11-{day:02}T09:00:00", f"2026-11-{day:02}T10:00:00", subject=str(day))
        )
    path = f"me/calendars/{calendar.id}/calendarView"
    assert len(call("GET", path, **WINDOW).json()["value"]) == 10
    found = call.all(path, **WINDOW, _top="7", _orderby="start/dateTime desc", _select="subject")
    assert [each["subject"] for each in found] == [str(day) for day in range(25, 0, -1)]
    late = call("GET", path, **WINDOW, _filter="start/dateTime ge '2026-11-24T00:00:00'", _count="true").json()
    assert (sorted(each["subject"] for each in late["value"]), late["@odata.count"]) == (["24", "25"], 2)
    assert len(call("GET", path, **WINDOW, _skip="20").json()["value"]) == 5


def test_view_when_events_touch_its_ends_then_it_is_half_open(
    call: Caller, calendar: HeldCalendar, server: GraphServer
) -> None:
    for hours in (("08", "09"), ("08", "10"), ("10", "11"), ("12", "13"), ("09", "09"), ("12", "12")):
        start, end = (f"2026-10-20T{hour}:00:00" for hour in hours)
        body = between(start, end, "UTC", subject="-".join(hours))
        server.service.insert(calendar.id, body)
    window = {"startDateTime": "2026-10-20T09:00:00Z", "endDateTime": "2026-10-20T12:00:00Z"}
    found = call.all(f"me/calendars/{calendar.id}/calendarView", **window)
    assert sorted(each["subject"] for each in found) == ["08-10", "09-09", "10-11"]


def test_schedule_when_people_are_asked_for_then_it_tells_what_may_be_seen(call: Caller, server: GraphServer) -> None:
    busy = server.service.add_user("busy@contoso.example", "Busy")
    held = server.service.default(busy.email)
    server.service.insert(held.id, {**between("2026-10-20T08:00:00", "2026-10-20T08:45:00", "UTC"), "showAs": "oof"})
    server.service.insert(
        held.id, {**between("2026-10-20T10:00:00", "2026-10-20T11:00:00", "UTC"), "showAs": "workingElsewhere"}
    )
    body: dict[str, Any] = {
        "schedules": [busy.email, "nobody@contoso.example"], "availabilityViewInterval": 60,
        "startTime": {"dateTime": "2026-10-20T07:00:00", "timeZone": "UTC"},
        "endTime": {"dateTime": "2026-10-20T12:00:00", "timeZone": "UTC"},
    }  # fmt: skip
    known, unknown = call("POST", "me/calendar/getSchedule", body).json()["value"]
    assert known["availabilityView"] == "03000"
    assert [(each["status"], "subject" in each) for each in known["scheduleItems"]] == [
        ("oof", False),
        ("workingElsewhere", False),
    ]
    assert unknown["error"]["responseCode"] == "ErrorMailRecipientNotFound"
    own = Caller(server, busy.email)("POST", "me/calendar/getSchedule", body).json()["value"][0]
    assert own["scheduleItems"][0]["subject"] == "x"
    assert call.refused("POST", "me/calendar/getSchedule", {**body, "schedules": []}) == (400, "ErrorPropertyValidationFailure")
    long = {**body, "endTime": {"dateTime": "2027-10-20T07:00:00", "timeZone": "UTC"}}
    assert call.refused("POST", "me/calendar/getSchedule", long) == (400, "ErrorInvalidTimeInterval")


# What goes wrong


@pytest.mark.parametrize(
    ("kind", "status", "done"),
    [(Kind.ERROR_500, 500, 0), (Kind.ERROR_503, 503, 0), (Kind.ERROR_504, 504, 0), (Kind.LIMIT_429, 429, 0),
     (Kind.REFUSE, 403, 0), (Kind.UNAUTHORIZED, 401, 0), (Kind.HTML, 200, 0), (Kind.DROP, None, 0), (Kind.LOSE, None, 1),
     (Kind.HALF, None, 1)],
)  # fmt: skip
def test_fault_when_it_strikes_a_write_then_it_is_done_or_not_as_the_fault_says(
    server: GraphServer, call: Caller, calendar: HeldCalendar, kind: Kind, status: int | None, done: int
) -> None:
    server.service.users[ANNA].faults.add(kind, writes_only=True, wait=2)
    events = f"me/calendars/{calendar.id}/events"
    assert call("GET", events).status_code == 200
    try:
        answer = call.unseen("POST", events, {**EVENT, "transactionId": "t1"})
    except httpx2.TransportError:
        assert status is None
    else:
        assert answer.status_code == status
        assert answer.headers.get("retry-after") == ("2" if kind in (Kind.ERROR_503, Kind.LIMIT_429) else None)
    assert len(calendar.events) == done
    assert call("POST", events, {**EVENT, "transactionId": "t1"}).status_code == 201
    assert len(calendar.events) == 1


def test_token_when_it_is_not_good_then_the_answer_says_how_to_sign_in(server: GraphServer, call: Caller) -> None:
    server.service.users[ANNA].faults.add(Kind.CLAIMS)
    challenge = call.unseen("GET", "me").headers["www-authenticate"]
    assert re.search(r'error="insufficient_claims", claims="[\w-]+"', challenge)
    call.token = "nothing"
    answer = call("GET", "me")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")
    assert answer.headers["www-authenticate"].startswith("Bearer ")


def test_requests_when_there_are_five_at_once_then_one_is_one_too_many(server: GraphServer, call: Caller) -> None:
    user = server.service.users[ANNA]
    user.open.clear()
    answers: list[httpx2.Response] = []
    threads = [threading.Thread(target=lambda: answers.append(call("GET", "me/calendars"))) for _ in range(5)]
    for thread in threads:
        thread.start()
    refused = False
    while not refused:
        refused = any(each.status_code == 429 for each in answers)
    user.open.set()
    for thread in threads:
        thread.join()
    assert sorted(each.status_code for each in answers) == [200] * 4 + [429]
    (limited,) = [each for each in answers if each.status_code == 429]
    assert "MailboxConcurrency" in limited.json()["error"]["message"]
    assert limited.headers["retry-after"] == "1"


def test_requests_when_there_are_too_many_in_ten_minutes_then_the_mailbox_rests(server: GraphServer) -> None:
    service, keen = server.service, server.service.add_user("keen@contoso.example", "Keen")
    call = Caller(server, keen.email)
    service.quota = 3
    assert [call("GET", "me").status_code for _ in range(3)] == [200] * 3
    limited = call("GET", "me")
    assert (limited.status_code, limited.json()["error"]["code"]) == (429, "ApplicationThrottled")
    service.clock.advance(int(limited.headers["retry-after"]))
    assert call("GET", "me").status_code == 200
    service.quota, service.clock.ahead = 10_000, 0


def test_delta_when_the_service_has_forgotten_it_then_it_begins_anew(
    server: GraphServer, call: Caller, calendar: HeldCalendar
) -> None:
    path = f"me/calendars/{calendar.id}/calendarView/delta"
    link = call("GET", path, **WINDOW).json()["@odata.deltaLink"]
    assert call("GET", link).status_code == 200
    server.service.forget_tokens(calendar.id)
    assert call.refused("GET", link) == (410, "SyncStateNotFound")
    link = call("GET", path, **WINDOW).json()["@odata.deltaLink"]
    server.service.users[ANNA].faults.add(Kind.RESYNC)
    assert call("GET", "me").status_code == 200
    assert call.refused("GET", link) == (410, "SyncStateNotFound")
    assert call("GET", link).status_code == 200


def test_answer_when_it_is_large_then_it_comes_packed(server: GraphServer, call: Caller, calendar: HeldCalendar) -> None:
    server.service.insert(calendar.id, {**EVENT, "body": {"contentType": "text", "content": "word " * 1000}})
    answer = call("GET", f"me/calendars/{calendar.id}/calendarView", **WINDOW)
    assert (answer.headers["content-encoding"], len(answer.json()["value"])) == ("gzip", 1)


# By hand, and judged


def test_command_when_started_by_hand_then_it_says_how_to_use_it() -> None:
    command = [sys.executable, "-m", "tests.servers.graph", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            graph, login, client = (process.stdout.readline().strip() for _ in range(3))
            base = login.removeprefix("export AFTALE_LOGIN_BASE=")
            assert graph == f"export AFTALE_GRAPH_BASE={base}"
            asked = {
                "client_id": client.removeprefix("client id: "), "response_type": "code", "scope": "openid Calendars.ReadWrite",
                "redirect_uri": "http://localhost:1", "response_mode": "form_post", "code_challenge_method": "S256",
                "code_challenge": "c" * 43,
            }  # fmt: skip
            page = httpx2.get(f"{base}/common/oauth2/v2.0/authorize", params=asked).text
            assert all(word in page for word in ("Permissions requested", "Anna Holm", ">Accept<", ">Cancel<"))
        finally:
            process.terminate()


if JUDGES:

    @pytest.mark.timeout(240)
    def test_exchanges_when_judged_from_outside_then_there_is_no_violation(tmp_path: Path) -> None:
        here = [str(each.relative_to(ROOT)) for each in sorted(Path(__file__).parent.glob("test_graph_*.py"))]
        others = ["-k", "not judged_from_outside and not started_by_hand", "tests/providers/office365", *here]
        subprocess.run(
            [sys.executable, "-m", "pytest", "-q", *others], cwd=ROOT, check=True, capture_output=True,
            env=os.environ | {"AFTALE_RECORD": str(tmp_path)},
        )  # fmt: skip
        judged = subprocess.run(
            [sys.executable, str(Path(JUDGES) / "judge.py"), "graph", str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert judged.returncode == 0, judged.stdout[-4000:] + judged.stderr
