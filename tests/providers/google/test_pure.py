"""The client file, tokens, and what refusals mean."""

from __future__ import annotations

import gzip
import json
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.clock import DAY, HOUR
from app.domain.connections import Lost
from app.domain.errors import (
    AccessLost,
    AftaleError,
    Conflict,
    InvalidFields,
    NotFound,
    ProviderError,
    RateLimited,
    SignInExpired,
    Unreachable,
)
from app.providers.google import api
from app.providers.google.client_file import OAuthClient, check_client, read_client
from app.providers.google.errors import Refused, meaning, refusal, translated
from app.providers.google.pages import Page, page_reader
from app.providers.google.places import Places, places
from app.providers.google.reading import Reader
from app.providers.google.tokens import EVENTS, LIST, Tokens, died_of_testing, from_plain, granted, missing, plain, refreshed
from app.providers.http import seconds_to_wait

GOOD = {
    "client_id": "123456789012-abc123def456.apps.googleusercontent.com",
    "client_secret": "GOCSPX-abcdefghijklmnop",
    "project_id": "aftale-1",
    "auth_uri": "https://accounts.google.com/o/oauth2/auth",
    "token_uri": "https://oauth2.googleapis.com/token",
    "redirect_uris": ["http://localhost"],
}
NOW = 1_792_000_000


# The client's file


@pytest.mark.shows("CON-7")
def test_client_file_when_it_is_of_a_desktop_app_then_it_is_taken() -> None:
    client = read_client(json.dumps({"installed": GOOD}))
    assert client == OAuthClient(GOOD["client_id"], GOOD["client_secret"], "aftale-1")
    assert client.project_number == "123456789012"


@pytest.mark.shows("CON-7")
@pytest.mark.parametrize(
    ("content", "problems"),
    [
        ("", {"client_file": "not_json"}),
        ("[]", {"client_file": "not_json"}),
        ("x" * 30_000, {"client_file": "not_json"}),
        (json.dumps({"web": GOOD}), {"client_file": "web_client"}),
        (json.dumps({"type": "service_account", "client_email": "x"}), {"client_file": "service_account"}),
        (json.dumps({"hello": 1}), {"client_file": "not_a_client"}),
        (json.dumps({"installed": GOOD | {"token_uri": "https://evil.example/token"}}), {"client_file": "foreign"}),
        (json.dumps({"installed": GOOD | {"token_uri": "http://oauth2.googleapis.com/token"}}), {"client_file": "foreign"}),
        (json.dumps({"installed": GOOD | {"auth_uri": "https://notgoogle.com/"}}), {"client_file": "foreign"}),
        (json.dumps({"installed": GOOD | {"auth_uri": "https://["}}), {"client_file": "foreign"}),
        (json.dumps({"installed": {}}), {"client_id": "missing", "client_secret": "missing"}),
        (json.dumps({"installed": GOOD | {"client_id": "aftale"}}), {"client_id": "form"}),
    ],
)
def test_client_file_when_it_is_another_one_then_it_says_which(content: str, problems: dict[str, str]) -> None:
    with pytest.raises(InvalidFields) as refused:
        read_client(content)
    assert refused.value.fields == problems


@pytest.mark.shows("CON-7")
def test_client_fields_when_they_are_mixed_up_then_each_says_so() -> None:
    assert check_client(GOOD["client_secret"], GOOD["client_id"]) == {"client_id": "secret", "client_secret": "id"}
    assert check_client("AIzaSyA", "short") == {"client_id": "api_key", "client_secret": "form"}
    assert check_client(f" {GOOD['client_id']}\n", GOOD["client_secret"]) == {}


@given(st.recursive(st.none() | st.text() | st.integers(), lambda each: st.lists(each) | st.dictionaries(st.text(), each)))
def test_client_file_when_it_is_any_json_then_it_is_refused_with_a_reason(content: Any) -> None:
    with pytest.raises(InvalidFields):
        read_client(json.dumps({"installed": content}))


# Tokens


def answer(**more: object) -> dict[str, object]:
    return {"access_token": "a", "expires_in": 3599, "scope": f"{LIST} openid", "token_type": "Bearer", **more}


def test_tokens_when_dumped_and_loaded_then_they_are_the_same() -> None:
    tokens = granted(answer(refresh_token="r", refresh_token_expires_in=604_799), NOW)
    assert from_plain(plain(tokens)) == tokens


def test_tokens_when_refreshed_then_what_the_answer_leaves_out_stays() -> None:
    before = granted(answer(refresh_token="r"), NOW)
    after = refreshed(before, {"access_token": "b", "expires_in": 3599}, NOW + HOUR)
    assert (after.access, after.refresh, after.scopes, after.granted_at) == ("b", "r", before.scopes, NOW)


@pytest.mark.shows("R21")
def test_access_token_when_the_clock_jumps_then_it_is_not_trusted_blindly() -> None:
    tokens = granted(answer(refresh_token="r"), NOW)
    moments = (NOW, NOW + 3500, NOW + 3600, NOW + 400 * DAY, NOW - 2 * HOUR, NOW - 400 * DAY)
    assert [tokens.is_fresh(each) for each in moments] == [True, True, False, False, True, False]


@pytest.mark.shows("CON-6")
def test_missing_rights_when_wider_ones_were_given_then_there_are_none() -> None:
    assert missing((LIST, EVENTS), ("https://www.googleapis.com/auth/calendar",)) == ()
    assert missing((LIST, EVENTS), ("https://www.googleapis.com/auth/calendar.readonly",)) == (EVENTS,)


@pytest.mark.shows("CON-7")
@pytest.mark.parametrize(
    ("days", "told", "expected"),
    [
        (7.0, 0, True),
        (7.5, 0, True),
        (3, 0, False),
        (30, 0, False),
        (7, 604_799, True),
        (2, 604_799, False),
        (7, 7_776_000, False),
    ],
)
def test_refused_refresh_token_when_its_age_is_known_then_testing_is_recognised(days: float, told: int, expected: bool) -> None:
    more = {"refresh_token_expires_in": told} if told else {}
    tokens = granted(answer(refresh_token="r", **more), NOW)
    assert died_of_testing(tokens, NOW + int(days * DAY)) is expected


@pytest.mark.parametrize("id_token", ["", "x", "a.b.c", "a.e30.c", "a.W10.c"])
def test_email_when_the_id_token_is_odd_then_there_is_none(id_token: str) -> None:
    assert granted(answer(id_token=id_token), NOW).email == ""


# Answers


def test_answer_when_it_is_packed_then_it_is_read_and_half_of_it_or_too_much_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = gzip.compress(b'{"items": []}' * 100)
    assert api.Body(packed, packed=True).text() == '{"items": []}' * 100
    assert api.Body(b"{}").text() == "{}"
    for broken in (packed[:-9], packed[:40], b"", b"{}", b"\xff" * 50):
        with pytest.raises(ValueError, match="answer"):
            api.Body(broken, packed=True).text()
    monkeypatch.setattr(api, "MOST_BYTES", 1000)
    with pytest.raises(ValueError, match="too large"):
        api.Body(packed, packed=True).text()
    assert "items" not in repr(api.Body(b'{"items": []}'))


# Refusals


@pytest.mark.shows("INACT-1", "R15", "R16")
@pytest.mark.parametrize(
    ("refused", "write", "expected"),
    [
        (Refused(401, "authError"), False, SignInExpired),
        (Refused(403, "insufficientPermissions"), False, SignInExpired),
        (Refused(403, "accessNotConfigured"), False, SignInExpired),
        (Refused(400, "invalid_grant"), False, SignInExpired),
        (Refused(404, "notFound"), False, AccessLost),
        (Refused(403, "forbidden"), False, AccessLost),
        (Refused(403, "forbidden"), True, Conflict),
        (Refused(403, "requiredAccessLevel"), True, Conflict),
        (Refused(403, "rateLimitExceeded"), True, RateLimited),
        (Refused(403, "userRateLimitExceeded"), False, RateLimited),
        (Refused(403, "quotaExceeded"), False, RateLimited),
        (Refused(429, ""), False, RateLimited),
        (Refused(503, "", 3.0), False, RateLimited),
        (Refused(503, ""), False, Unreachable),
        (Refused(500, "backendError"), True, Unreachable),
        (Refused(502, ""), True, Unreachable),
        (Refused(408, ""), True, Unreachable),
        (Refused(412, "conditionNotMet"), True, Unreachable),
        (Refused(410, "deleted"), True, NotFound),
        (Refused(410, "fullSyncRequired"), False, Unreachable),
        (Refused(400, "invalid"), True, Conflict),
        (Refused(400, "badRequest"), False, Unreachable),
        (Refused(302, ""), False, Unreachable),
        (Refused(418, ""), True, Unreachable),
    ],
)
def test_refusal_when_google_says_it_then_it_means_that(refused: Refused, write: bool, expected: type[AftaleError]) -> None:
    meant = meaning(refused, "a", "c", write)
    assert type(meant) is expected
    if isinstance(meant, AccessLost):
        assert (meant.calendar, meant.reason) == ("c", Lost.REMOVED if refused.status == 404 else Lost.UNSHARED)


def test_refusal_when_no_calendar_was_asked_for_then_none_is_lost() -> None:
    assert all(type(meaning(Refused(status), "a")) is Unreachable for status in (403, 404))


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"error": 5}', b'{"error": {"errors": []}}', b'{"error": {"errors": [1]}}', b"\xff"]
)
def test_refusal_when_its_body_is_no_error_then_only_the_status_counts(body: bytes) -> None:
    assert (refusal(502, body, "", NOW).status, refusal(502, body, "", NOW).reason) == (502, "")


@pytest.mark.shows("INACT-1")
@pytest.mark.parametrize("status", [401, 403, 404, 407, 410])
def test_refusal_when_it_is_a_page_for_people_then_it_says_nothing_about_the_calendar(status: int) -> None:
    page = b"\n<!doctype html><title>Blocked by your company</title>"
    assert type(meaning(refusal(status, page, "", NOW), "a", "c")) is Unreachable


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("RATE_LIMIT_EXCEEDED", RateLimited),
        ("ACCESS_TOKEN_SCOPE_INSUFFICIENT", SignInExpired),
        ("SERVICE_DISABLED", SignInExpired),
    ],
)
def test_refusal_when_only_its_details_say_why_then_that_counts(reason: str, expected: type[AftaleError]) -> None:
    details = [{"@type": "type.googleapis.com/google.rpc.Help"}, {"reason": reason, "domain": "googleapis.com"}]
    body = json.dumps({"error": {"code": 403, "status": "PERMISSION_DENIED", "details": details}}).encode()
    assert type(meaning(refusal(403, body, "", NOW), "a", "c")) is expected


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("17", 17), ("0", 0), ("Sun, 11 Oct 2026 22:13:20 GMT", 0), ("", None), ("soon", None), ("99999999", DAY), ("-3", None)],
)
def test_retry_after_when_it_is_seconds_or_a_date_then_it_is_understood(text: str, seconds: float | None) -> None:
    assert seconds_to_wait(text, NOW) == seconds
    assert seconds_to_wait("Wed, 14 Oct 2026 14:00:00 GMT", 1_791_986_400) == 0


def test_errors_of_the_client_when_any_is_raised_then_it_is_a_passing_fault() -> None:
    request = httpx2.Request("GET", "http://x")
    families = (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL)
    kinds = [each for each in vars(httpx2).values() if isinstance(each, type) and issubclass(each, families)]
    assert len(kinds) > 20
    for kind in kinds:
        error = kind.__new__(kind)
        Exception.__init__(error, "planted")
        error._request = request
        with pytest.raises(Unreachable), translated("a", "c"):
            raise error
    for other in (
        ValueError(),
        KeyError("x"),
        TypeError(),
        AttributeError(),
        IndexError(),
        UnicodeDecodeError("u", b"", 0, 1, ""),
    ):
        with pytest.raises(Unreachable), translated("a", "c"):
            raise other


def test_errors_of_ours_when_raised_inside_then_they_come_through() -> None:
    for error in (AccessLost("a", "c", Lost.LOWERED), SignInExpired("a"), NotFound("event")):
        with pytest.raises(AftaleError) as raised, translated("b", "d"):
            raise error
        assert raised.value is error
    assert issubclass(Unreachable, ProviderError)


def test_places_when_another_server_is_named_then_all_doors_lie_there() -> None:
    assert places({}) == Places()
    assert places({"AFTALE_GOOGLE_BASE": "http://127.0.0.1:8787/"}) == Places(
        "http://127.0.0.1:8787/calendar/v3", "http://127.0.0.1:8787/o/oauth2/v2/auth", "http://127.0.0.1:8787/token",
        "http://127.0.0.1:8787/revoke",
    )  # fmt: skip


def test_tokens_when_shown_then_no_secret_is() -> None:
    assert "secret-a" not in repr(Tokens("secret-a", "secret-r", NOW, (), NOW))
    assert "secret" not in repr(OAuthClient("id", "secret"))


# Servers that are not quite Google's


def test_tokens_when_their_life_stands_in_quotation_marks_then_it_is_read() -> None:
    assert granted(answer(expires_in="3599"), NOW).expires_at == NOW + 3599
    with pytest.raises(ValueError, match="soon"):
        granted(answer(expires_in="soon"), NOW)


def test_page_when_the_role_is_left_out_then_its_events_are_read_and_no_other_answer_is_taken_for_an_empty_page() -> None:
    assert page_reader("c")({"kind": "calendar#events", "items": []}).events == ()
    with pytest.raises(ValueError, match="list"):
        page_reader("c")({"login": "captive portal"})


def test_event_when_its_empty_fields_are_null_then_it_is_read_as_if_they_were_left_out() -> None:
    times = {"start": {"dateTime": "2026-10-13T10:00:00Z"}, "end": {"dateTime": "2026-10-13T11:00:00Z"}}
    names = ("summary", "description", "location", "hangoutLink", "attendees", "visibility", "iCalUID", "recurringEventId")
    empty = dict.fromkeys((*names, "extendedProperties", "created"))
    assert Reader("c", "UTC").event({"id": "e", **times, **empty}) == Reader("c", "UTC").event({"id": "e", **times})


def page_of(*odd: dict[str, object], good: int = 5) -> Page:
    hour = {"start": {"dateTime": "2026-10-20T09:00:00Z"}, "end": {"dateTime": "2026-10-20T10:00:00Z"}}
    items = [{"id": f"good{number}", **hour} for number in range(good)]
    return page_reader("c")({"accessRole": "owner", "timeZone": "Europe/Copenhagen", "items": [*items, *odd]})


@pytest.mark.shows("SYNC-2", "R24")
def test_page_when_one_event_makes_no_sense_then_the_others_count() -> None:
    later = {"id": "later", "start": {"dateTime": "10000-01-01T00:00:00Z"}, "end": {"dateTime": "10000-01-01T01:00:00Z"}}
    assert len(page_of({"id": "startless"}, later).events) == 5


def test_page_when_many_events_make_no_sense_then_it_is_not_believed() -> None:
    with pytest.raises(KeyError):
        page_of(*({"id": f"odd{number}"} for number in range(4)))
