"""The Google of the tests: driven by the maker's own client, and as strict as the service is."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from app.providers.google.client_file import check_client, read_client
from tests.servers.google.faults import Kind
from tests.servers.google.serving import GoogleServer, serving
from tests.servers.google.state import HeldCalendar, OAuthRegistration

ROOT = Path(__file__).resolve().parents[2]
JUDGES = os.environ.get("AFTALE_JUDGES")
CLIENT = OAuthRegistration("123456789012-server.apps.googleusercontent.com", "GOCSPX-server-secret")
ANNA, BO = "anna@example.com", "bo@example.com"
TIMES = {
    "start": {"dateTime": "2026-10-20T09:00:00+02:00", "timeZone": "Europe/Copenhagen"},
    "end": {"dateTime": "2026-10-20T10:00:00+02:00", "timeZone": "Europe/Copenhagen"},
}
WINDOW = {"timeMin": "2026-10-01T00:00:00Z", "timeMax": "2026-12-01T00:00:00Z"}


@pytest.fixture(scope="module")
def server() -> Iterator[GoogleServer]:
    with serving() as running:
        running.service.clients[CLIENT.id] = CLIENT
        testing = OAuthRegistration("999999999999-testing.apps.googleusercontent.com", "GOCSPX-testing-secret", testing=True)
        running.service.clients[testing.id] = testing
        running.service.add_user(ANNA, "Anna")
        running.service.add_user(BO, "Bo")
        yield running


@pytest.fixture
def calendar(server: GoogleServer) -> HeldCalendar:
    """Bo's, shared with Anna as its owner."""
    held = server.service.add_calendar(BO, "Shared")
    server.service.share(held.id, ANNA, "owner")
    return held


class Raw:
    """Requests as nobody should make them, which no judge has to see."""

    def __init__(self, server: GoogleServer, email: str = ANNA, scopes: tuple[str, ...] | None = None) -> None:
        given = (scopes,) if scopes else ()
        token = server.consents.give(email, CLIENT.id, *given)["access_token"]
        self.server, self.headers = server, {"Authorization": f"Bearer {token}"}

    def __call__(
        self, method: str, path: str, json: Any = None, headers: dict[str, str] | None = None, **query: str
    ) -> httpx2.Response:
        address = f"{self.server.base}/calendar/v3/{path.replace('#', '%23')}"
        with self.server.unrecorded():
            return httpx2.request(method, address, params=query, json=json, headers=self.headers | (headers or {}))

    def reason(
        self, method: str, path: str, json: Any = None, headers: dict[str, str] | None = None, **query: str
    ) -> tuple[int, str]:
        answer = self(method, path, json, headers, **query)
        return answer.status_code, answer.json()["error"]["errors"][0]["reason"]


@pytest.fixture
def raw(server: GoogleServer) -> Raw:
    return Raw(server)


def makers_client(server: GoogleServer, email: str = ANNA) -> Any:
    from google.oauth2.credentials import Credentials
    from googleapiclient.discovery import build

    told = server.consents.give(email, CLIENT.id)
    credentials = Credentials(  # type: ignore[no-untyped-call]
        token=None, refresh_token=told["refresh_token"], token_uri=f"{server.base}/token", client_id=CLIENT.id,
        client_secret=CLIENT.secret,
    )  # fmt: skip
    options = {"api_endpoint": f"{server.base}/calendar/v3/"}
    return build(
        "calendar", "v3", credentials=credentials, client_options=options, static_discovery=True, cache_discovery=False
    )


def test_makers_client_when_it_does_all_that_we_do_then_it_is_served(server: GoogleServer, calendar: HeldCalendar) -> None:
    from googleapiclient.errors import HttpError

    with makers_client(server) as google:
        names = [each["id"] for each in google.calendarList().list().execute()["items"]]
        assert {ANNA, calendar.id} <= set(names)
        assert google.calendarList().get(calendarId="primary").execute()["primary"] is True
        events, name = google.events(), calendar.id
        body = {"id": "aftale0001", "summary": "Intro", "attendees": [{"email": "ase@example.com"}], **TIMES}
        body["extendedProperties"] = {"private": {"aftaleBooking": "b1"}}
        body["conferenceData"] = {"createRequest": {"requestId": "r1", "conferenceSolutionKey": {"type": "hangoutsMeet"}}}
        made = events.insert(calendarId=name, body=body, sendUpdates="all", conferenceDataVersion=1).execute()
        assert made["hangoutLink"].startswith("https://meet.google.com/")
        with pytest.raises(HttpError) as taken:
            events.insert(calendarId=name, body={"id": "aftale0001", **TIMES}).execute()
        assert taken.value.status_code == 409
        first = events.list(calendarId=name, singleEvents=True, **WINDOW).execute()
        assert [each["id"] for each in first["items"]] == ["aftale0001"]
        moved = events.patch(calendarId=name, eventId=made["id"], body={"summary": "Moved"}).execute()
        assert (moved["summary"], moved["sequence"]) == ("Moved", 1)
        whole = {key: value for key, value in moved.items() if key not in ("conferenceData",)}
        assert (
            events.update(calendarId=name, eventId=made["id"], body=whole | {"location": "Room"}).execute()["location"]
            == "Room"
        )
        found = events.list(calendarId=name, privateExtendedProperty="aftaleBooking=b1").execute()
        assert [each["location"] for each in found["items"]] == ["Room"]
        query = {
            "timeMin": WINDOW["timeMin"],
            "timeMax": WINDOW["timeMax"],
            "items": [{"id": name}, {"id": "nobody@example.com"}],
        }
        busy = google.freebusy().query(body=query).execute()["calendars"]
        assert busy[name]["busy"] == [{"start": "2026-10-20T07:00:00Z", "end": "2026-10-20T08:00:00Z"}]
        assert busy["nobody@example.com"]["errors"][0]["reason"] == "notFound"
        events.delete(calendarId=name, eventId=made["id"], sendUpdates="all").execute()
        assert events.get(calendarId=name, eventId=made["id"]).execute()["status"] == "cancelled"
        changed = events.list(calendarId=name, singleEvents=True, syncToken=first["nextSyncToken"]).execute()
        assert [(each["id"], each["status"]) for each in changed["items"]] == [("aftale0001", "cancelled")]
        assert google.calendars().insert(body={"summary": "Tasks", "timeZone": "Europe/Copenhagen"}).execute()["id"]


def test_makers_client_when_a_series_has_exceptions_then_they_are_told(server: GoogleServer, calendar: HeldCalendar) -> None:
    with makers_client(server) as google:
        events, name = google.events(), calendar.id
        series = events.insert(
            calendarId=name,
            body={"summary": "Weekly", "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=4", "EXDATE:20261103T080000Z"], **TIMES},
        ).execute()
        instances = events.instances(calendarId=name, eventId=series["id"], maxResults=2).execute()
        rest = events.instances(
            calendarId=name, eventId=series["id"], maxResults=2, pageToken=instances["nextPageToken"]
        ).execute()
        ids = [each["id"] for each in (*instances["items"], *rest["items"])]
        assert ids == [f"{series['id']}_{at}" for at in ("20261020T070000Z", "20261027T080000Z", "20261110T080000Z")]
        events.delete(calendarId=name, eventId=ids[0]).execute()
        day = {
            "start": {"date": "2026-10-28", "dateTime": None, "timeZone": None},
            "end": {"date": "2026-10-29", "dateTime": None, "timeZone": None},
        }
        events.patch(calendarId=name, eventId=ids[1], body=day).execute()
        shown = events.list(calendarId=name, singleEvents=True, orderBy="startTime", **WINDOW).execute()["items"]
        assert [(each["id"], each["start"].get("date")) for each in shown] == [(ids[1], "2026-10-28"), (ids[2], None)]
        masters = events.list(calendarId=name).execute()["items"]
        assert {(each["id"], each["status"]) for each in masters} == {
            (series["id"], "confirmed"), (ids[0], "cancelled"), (ids[1], "confirmed"),
        }  # fmt: skip


EVENT = {"summary": "x", **TIMES}
WINDOWS_ZONE = {"dateTime": "2026-10-20T09:00:00", "timeZone": "Romance Standard Time"}


@pytest.mark.parametrize(
    ("method", "path", "body", "query", "expected"),
    [
        ("GET", "events", None, {"singleEvent": "true"}, (400, "badRequest")),
        ("GET", "events", None, {"maxResults": "0"}, (400, "invalidParameter")),
        ("GET", "events", None, {"singleEvents": "yes"}, (400, "invalidParameter")),
        ("GET", "events", None, {"timeMin": "2026-10-01T00:00:00"}, (400, "invalidParameter")),
        ("GET", "events", None, {"timeMin": WINDOW["timeMax"], "timeMax": WINDOW["timeMin"]}, (400, "timeRangeEmpty")),
        ("GET", "events", None, {"orderBy": "startTime"}, (400, "badRequest")),
        ("GET", "events", None, {"syncToken": "CPnever="}, (410, "fullSyncRequired")),
        ("GET", "events", None, {"syncToken": "CPnever=", "timeMin": "2026-10-01T00:00:00Z"}, (400, "badRequest")),
        ("GET", "events", None, {"pageToken": "never"}, (400, "invalid")),
        ("GET", "events", None, {"fields": "items(id,colour)"}, (400, "invalidParameter")),
        ("GET", "events", None, {"fields": "items(id"}, (400, "invalidParameter")),
        ("POST", "events", {**EVENT, "colour": "red"}, {}, (400, "badRequest")),
        ("POST", "events", {**EVENT, "id": "Aftale-1"}, {}, (400, "invalid")),
        ("POST", "events", {**EVENT, "id": "abc"}, {}, (400, "invalid")),
        ("POST", "events", {"summary": "no times"}, {}, (400, "required")),
        ("POST", "events", {**EVENT, "end": {"date": "2026-10-21"}}, {}, (400, "invalid")),
        ("POST", "events", {**EVENT, "end": {"dateTime": "2026-10-20T08:00:00+02:00"}}, {}, (400, "timeRangeEmpty")),
        ("POST", "events", {**EVENT, "start": {"dateTime": "2026-10-20T09:00:00"}}, {}, (400, "required")),
        ("POST", "events", {**EVENT, "start": WINDOWS_ZONE}, {}, (400, "invalid")),
        ("POST", "events", {**EVENT, "recurrence": ["RRULE:FREQ=OFTEN"]}, {}, (400, "invalid")),
        ("POST", "events", {**EVENT, "recurrence": ["DTSTART:20261020"]}, {}, (400, "invalid")),
        ("POST", "events", {**EVENT, "attendees": [{"email": "nobody"}]}, {}, (400, "invalid")),
        ("POST", "events", {**EVENT, "transparency": "busy"}, {}, (400, "invalid")),
        ("POST", "events", {**EVENT, "extendedProperties": {"private": {"k" * 45: "v"}}}, {}, (400, "invalid")),
        ("POST", "events", EVENT, {"sendUpdates": "yes"}, (400, "invalidParameter")),
        ("PATCH", "events/nothing00", {"summary": "x"}, {}, (404, "notFound")),
        ("DELETE", "events/nothing00", None, {}, (404, "notFound")),
        ("GET", "events/nothing00", None, {}, (404, "notFound")),
        ("PUT", "nowhere", {}, {}, (404, "notFound")),
    ],
)  # fmt: skip
def test_request_when_it_is_wrong_then_it_is_refused_with_the_reason(
    raw: Raw, calendar: HeldCalendar, method: str, path: str, body: Any, query: dict[str, str], expected: tuple[int, str]
) -> None:
    assert raw.reason(method, f"calendars/{calendar.id}/{path}", body, **query) == expected
    assert not calendar.events


def test_id_when_its_event_was_deleted_then_it_stays_taken(raw: Raw, calendar: HeldCalendar) -> None:
    events = f"calendars/{calendar.id}/events"
    body = {**EVENT, "id": "taken00"}
    assert raw("POST", events, body).status_code == 200
    assert raw("DELETE", f"{events}/taken00").status_code == 204
    assert raw.reason("POST", events, body) == (409, "duplicate")
    assert raw.reason("PATCH", f"{events}/taken00", {"summary": "back"}) == (403, "forbidden")
    assert raw.reason("DELETE", f"{events}/taken00") == (410, "deleted")
    assert raw("GET", f"{events}/taken00").json()["status"] == "cancelled"


def test_write_when_its_etag_is_old_then_it_is_refused(raw: Raw, calendar: HeldCalendar) -> None:
    made = raw("POST", f"calendars/{calendar.id}/events", EVENT).json()
    path = f"calendars/{calendar.id}/events/{made['id']}"
    assert raw("PATCH", path, {"summary": "a"}, {"If-Match": made["etag"]}).status_code == 200
    assert raw.reason("PATCH", path, {"summary": "b"}, {"If-Match": made["etag"]}) == (412, "conditionNotMet")


def test_sync_token_when_the_first_request_was_another_then_it_is_refused(raw: Raw, calendar: HeldCalendar) -> None:
    events = f"calendars/{calendar.id}/events"
    token = raw("GET", events, singleEvents="true", maxResults="10").json()["nextSyncToken"]
    assert raw("GET", events, singleEvents="true", maxResults="10", syncToken=token).json()["items"] == []
    assert raw.reason("GET", events, maxResults="10", syncToken=token) == (400, "badRequest")
    assert "nextSyncToken" not in raw("GET", events, singleEvents="true", orderBy="startTime").json()


def test_pages_when_there_are_several_then_only_the_last_has_a_sync_token(raw: Raw, calendar: HeldCalendar) -> None:
    events = f"calendars/{calendar.id}/events"
    for _ in range(3):
        raw("POST", events, EVENT)
    first = raw("GET", events, maxResults="2").json()
    assert (len(first["items"]), "nextSyncToken" in first) == (2, False)
    assert raw.reason("GET", events, maxResults="3", pageToken=first["nextPageToken"]) == (400, "badRequest")
    last = raw("GET", events, maxResults="2", pageToken=first["nextPageToken"]).json()
    assert (len(last["items"]), "nextPageToken" in last, "nextSyncToken" in last) == (1, False, True)


def test_fields_when_some_are_asked_for_then_only_they_come(raw: Raw, calendar: HeldCalendar) -> None:
    raw(
        "POST",
        f"calendars/{calendar.id}/events",
        {**EVENT, "extendedProperties": {"private": {"a": "b"}, "shared": {"c": "d"}}},
    )
    told = raw(
        "GET", f"calendars/{calendar.id}/events", fields="timeZone,items(id,start/dateTime,extendedProperties/private)"
    ).json()
    (item,) = told.pop("items")
    assert told == {"timeZone": "Europe/Copenhagen"}
    assert item.pop("id")
    assert item == {"start": {"dateTime": "2026-10-20T09:00:00+02:00"}, "extendedProperties": {"private": {"a": "b"}}}


def test_answer_when_it_is_not_to_be_pretty_then_it_is_the_same_without_indentation(raw: Raw, calendar: HeldCalendar) -> None:
    path = f"calendars/{calendar.id}/events"
    raw("POST", path, EVENT)
    pretty, compact = raw("GET", path, fields="items"), raw("GET", path, fields="items", prettyPrint="false")
    assert pretty.json() == compact.json()
    assert ("\n " in pretty.text, "\n " in compact.text) == (True, False)
    assert raw.reason("GET", path, prettyPrint="no") == (400, "invalidParameter")


def test_calendars_when_they_are_secondary_then_their_data_owner_is_told(raw: Raw, calendar: HeldCalendar) -> None:
    found = {each["id"]: each.get("dataOwner") for each in raw("GET", "users/me/calendarList").json()["items"]}
    assert (found[calendar.id], found[ANNA]) == (BO, None)


@pytest.mark.parametrize(
    ("role", "read", "write"),
    [("none", (404, "notFound"), (404, "notFound")), ("freeBusyReader", None, (403, "requiredAccessLevel")),
     ("reader", None, (403, "requiredAccessLevel")), ("writerWithoutPrivateAccess", None, None), ("writer", None, None)],
)  # fmt: skip
def test_role_when_it_is_low_then_it_sees_and_does_less(
    raw: Raw,
    server: GoogleServer,
    calendar: HeldCalendar,
    role: str,
    read: tuple[int, str] | None,
    write: tuple[int, str] | None,
) -> None:
    server.service.insert(calendar.id, {**EVENT, "visibility": "private"})
    server.service.share(calendar.id, ANNA, role)
    events = f"calendars/{calendar.id}/events"
    if read:
        assert raw.reason("GET", events) == read
    else:
        told = raw("GET", events).json()
        assert told["accessRole"] == role
        assert ("summary" in told["items"][0]) is (role == "writer")
    if write:
        assert raw.reason("POST", events, EVENT) == write
    else:
        assert raw("POST", events, EVENT).status_code == 200


def test_scopes_when_they_are_too_small_then_the_call_is_refused(server: GoogleServer, calendar: HeldCalendar) -> None:
    small = Raw(server, scopes=("https://www.googleapis.com/auth/calendar.calendarlist.readonly",))
    assert small("GET", "users/me/calendarList").status_code == 200
    assert small.reason("GET", f"calendars/{calendar.id}/events") == (403, "insufficientPermissions")
    small.headers["Authorization"] = "Bearer ya29.nothing"
    answer = small("GET", "users/me/calendarList")
    assert (answer.status_code, "invalid_token" in answer.headers["www-authenticate"]) == (401, True)


@pytest.mark.parametrize(
    ("kind", "status", "done"),
    [(Kind.ERROR_500, 500, 0), (Kind.ERROR_503, 503, 0), (Kind.LIMIT_429, 429, 0), (Kind.LIMIT_403, 403, 0),
     (Kind.REFUSE, 403, 0), (Kind.UNAUTHORIZED, 401, 0), (Kind.HTML, 200, 0), (Kind.DROP, None, 0), (Kind.LOSE, None, 1),
     (Kind.HALF, None, 1)],
)  # fmt: skip
def test_fault_when_it_strikes_a_write_then_it_is_done_or_not_as_the_fault_says(
    raw: Raw, server: GoogleServer, calendar: HeldCalendar, kind: Kind, status: int | None, done: int
) -> None:
    server.service.users[ANNA].faults.add(kind, writes_only=True, wait=2)
    assert raw("GET", f"calendars/{calendar.id}/events").status_code == 200
    try:
        answer = raw("POST", f"calendars/{calendar.id}/events", EVENT)
    except httpx2.TransportError:
        assert status is None
    else:
        assert answer.status_code == status
        assert answer.headers.get("retry-after") == ("2" if kind in (Kind.ERROR_503, Kind.LIMIT_429) else None)
    assert len(calendar.events) == done


# Sign-in

VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ASKED = {
    "response_type": "code", "client_id": CLIENT.id, "redirect_uri": "http://127.0.0.1:9", "state": "s",
    "access_type": "offline", "scope": "openid https://www.googleapis.com/auth/calendar.events",
    "code_challenge": CHALLENGE, "code_challenge_method": "S256",
}  # fmt: skip


def code_of(server: GoogleServer, **more: str) -> str:
    """A code that a person's consent brought."""
    page = httpx2.get(f"{server.base}/o/oauth2/v2/auth", params=ASKED | more)
    assert page.status_code == 200
    form: dict[str, Any] = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    form |= {"user": ANNA, "decision": "allow", "scope": re.findall(r'name="scope" value="([^"]*)"', page.text)}
    answer = httpx2.post(f"{server.base}/o/oauth2/v2/auth/consent", data=form)
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


def token(server: GoogleServer, **form: str) -> httpx2.Response:
    whole = {"client_id": CLIENT.id, "client_secret": CLIENT.secret, **form}
    with server.unrecorded():
        return httpx2.post(f"{server.base}/token", data=whole)


def redeemed(server: GoogleServer, code: str, /, **more: str) -> httpx2.Response:
    form = {"grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER, "redirect_uri": ASKED["redirect_uri"]}
    return token(server, **{**form, **more})


@pytest.mark.parametrize(
    "change",
    [{"client_id": "nobody"}, {"redirect_uri": "https://evil.example/"}, {"redirect_uri": "http://127.0.0.1.evil.example/"},
     {"code_challenge_method": "plain"}, {"code_challenge": "short"}, {"scope": "everything"}, {"response_type": "token"}],
)  # fmt: skip
def test_consent_page_when_the_request_is_wrong_then_there_is_none(server: GoogleServer, change: dict[str, str]) -> None:
    answer = httpx2.get(f"{server.base}/o/oauth2/v2/auth", params=ASKED | change)
    assert (answer.status_code, "Continue" in answer.text) == (400, False)


def test_code_when_it_is_redeemed_rightly_then_once_and_a_second_time_ends_all(server: GoogleServer) -> None:
    code = code_of(server)
    told = redeemed(server, code).json()
    assert told["scope"].split() == ASKED["scope"].split()
    refresh = {"grant_type": "refresh_token", "refresh_token": told["refresh_token"]}
    assert token(server, **refresh).status_code == 200
    assert redeemed(server, code).json()["error"] == "invalid_grant"
    assert token(server, **refresh).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("change", "error"),
    [({"code_verifier": "w" * 64}, "invalid_grant"), ({"redirect_uri": "http://127.0.0.1:10"}, "redirect_uri_mismatch"),
     ({"client_secret": "x"}, "invalid_client"), ({"client_id": "x"}, "invalid_client"), ({"code": "4/x"}, "invalid_grant"),
     ({"grant_type": "password"}, "unsupported_grant_type")],
)  # fmt: skip
def test_code_when_it_is_redeemed_wrongly_then_it_is_refused(server: GoogleServer, change: dict[str, str], error: str) -> None:
    assert redeemed(server, code_of(server), **change).json()["error"] == error


def test_testing_client_when_a_week_is_over_then_its_refresh_token_is_dead(server: GoogleServer) -> None:
    client = server.service.clients["999999999999-testing.apps.googleusercontent.com"]
    own = {"client_id": client.id, "client_secret": client.secret}
    told = redeemed(server, code_of(server, client_id=client.id), **own).json()
    assert told["refresh_token_expires_in"] == pytest.approx(7 * 86400, abs=5)
    refresh = {"grant_type": "refresh_token", "refresh_token": told["refresh_token"], **own}
    server.service.clock.advance(6.9 * 86400)
    assert token(server, **refresh).status_code == 200
    server.service.clock.advance(0.2 * 86400)
    assert token(server, **refresh).json()["error"] == "invalid_grant"
    server.service.clock.ahead = 0


def test_command_when_started_by_hand_then_it_says_how_to_use_it() -> None:
    command = [sys.executable, "-m", "tests.servers.google", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            base = process.stdout.readline().strip().removeprefix("export AFTALE_GOOGLE_BASE=")
            client = read_client(process.stdout.readline().removeprefix("client_secret.json: "))
            assert check_client(client.id, client.secret) == {}
            page = httpx2.get(f"{base}/o/oauth2/v2/auth", params=ASKED | {"client_id": client.id})
            assert page.status_code == 200
            assert all(name in page.text for name in ("Anna Holm", "Kirsten Lund", "Jonas Beck"))
            assert "Access blocked" in httpx2.get(f"{base}/o/oauth2/v2/auth").text
        finally:
            process.terminate()


if JUDGES:

    @pytest.mark.timeout(240)
    def test_exchanges_when_judged_from_outside_then_there_is_no_violation(tmp_path: Path) -> None:
        others = ["-k", "not judged_from_outside", "tests/providers/google", str(Path(__file__).relative_to(ROOT))]
        subprocess.run(
            [sys.executable, "-m", "pytest", "-q", *others], cwd=ROOT, check=True, capture_output=True,
            env=os.environ | {"AFTALE_RECORD": str(tmp_path)},
        )  # fmt: skip
        judged = subprocess.run(
            [sys.executable, str(Path(JUDGES) / "judge.py"), "google", str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert judged.returncode == 0, judged.stdout[-4000:] + judged.stderr
