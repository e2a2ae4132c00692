"""Errors, places and tokens, without a server."""

from __future__ import annotations

import base64
import inspect
import json
import ssl
import subprocess
import sys
from datetime import UTC, datetime

import httpx2
import pytest

from app.domain.connections import Lost
from app.domain.errors import AccessLost, AftaleError, Conflict, RateLimited, SignInExpired, Unreachable
from app.providers.http import seconds_to_wait
from app.providers.office365.errors import Refused, claims_of, meaning, refusal, translated
from app.providers.office365.places import GRAPH, LOGIN, Places, places, trust
from app.providers.office365.reading import Token, calendar_hash
from app.providers.office365.tokens import NEEDED, Credentials, TokenHttp, lacking, short_scopes
from tests.providers.contract import at

NOW = at("2026-10-20 09:00")


def said(status: int, code: str, message: str = "m", wait: str = "", challenge: str = "") -> Refused:
    body = json.dumps({"error": {"code": code, "message": message, "innerError": {"request-id": "r"}}}).encode()
    return refusal(status, body, wait, challenge, NOW)


@pytest.mark.shows("INACT-1", "R15", "R16")
@pytest.mark.parametrize(
    ("refused", "write", "expected"),
    [
        (said(401, "InvalidAuthenticationToken"), False, SignInExpired),
        (said(403, "ErrorInsufficientPermissionsInAccessToken"), False, SignInExpired),
        (said(404, "MailboxNotEnabledForRESTAPI"), False, SignInExpired),
        (said(400, "Unknown", "REST API is not yet supported for this mailbox."), True, SignInExpired),
        (said(403, "ErrorAccessDenied"), False, AccessLost),
        (said(403, "ErrorAccessDenied"), True, Conflict),
        (said(404, "ErrorItemNotFound"), False, AccessLost),
        (said(404, "ErrorFolderNotFound"), True, AccessLost),
        (said(400, "ErrorInvalidIdMalformed"), False, AccessLost),
        (said(429, "ApplicationThrottled", "Application is over its MailboxConcurrency limit."), False, RateLimited),
        (said(403, "ErrorThrottled", "Application is over its MailboxConcurrency limit."), False, RateLimited),
        (said(503, "ServiceUnavailable", wait="7"), True, RateLimited),
        (said(503, "ServiceUnavailable"), False, Unreachable),
        (said(504, "GatewayTimeout"), False, Unreachable),
        (said(500, "ErrorInternalServerError"), True, Unreachable),
        (said(502, ""), True, Unreachable),
        (said(400, "ErrorOccurrenceCrossingBoundary"), True, Conflict),
        (said(400, "ErrorPropertyValidationFailure"), True, Conflict),
        (said(409, "ErrorIrresolvableConflict"), True, Unreachable),
        (said(412, ""), True, Unreachable),
        (said(409, "ErrorFolderExists"), True, Conflict),
        (said(400, "ErrorInvalidUrlQuery"), False, Unreachable),
        (said(302, ""), False, Unreachable),
    ],
)
def test_refusal_when_graph_says_it_then_it_means_that(refused: Refused, write: bool, expected: type[AftaleError]) -> None:
    found = meaning(refused, "a", "c", write)
    assert type(found) is expected


def test_refusal_when_a_calendar_is_lost_then_the_reason_tells_how() -> None:
    removed, unshared = meaning(said(404, "ErrorItemNotFound"), "a", "c"), meaning(said(403, "ErrorAccessDenied"), "a", "c")
    assert isinstance(removed, AccessLost)
    assert isinstance(unshared, AccessLost)
    assert (removed.reason, unshared.reason, removed.calendar) == (Lost.REMOVED, Lost.UNSHARED, "c")


def test_refusal_when_no_calendar_was_asked_for_then_none_is_lost() -> None:
    assert type(meaning(said(404, "ErrorItemNotFound"), "a")) is Unreachable
    assert type(meaning(said(403, "ErrorAccessDenied"), "a")) is SignInExpired


@pytest.mark.shows("INACT-1")
@pytest.mark.parametrize("status", [401, 403, 404, 407, 410])
def test_refusal_when_it_is_a_page_for_people_then_it_says_nothing_about_the_calendar(status: int) -> None:
    page = b"\n<!doctype html><title>Blocked by your company</title>"
    assert type(meaning(refusal(status, page, "", "", NOW), "a", "c")) is Unreachable


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"error": "x"}', b'{"error": null}', b'{"error": {}}', b"\xff"])
def test_refusal_when_its_body_is_no_error_then_only_the_status_counts(body: bytes) -> None:
    refused = refusal(429, body, "", "", NOW)
    assert (refused.status, refused.code) == (429, "")
    assert type(meaning(refused, "a", "c")) is RateLimited


@pytest.mark.shows("R17")
@pytest.mark.parametrize(
    ("refused", "expected"),
    [(said(410, "SyncStateNotFound"), True), (said(400, "syncStateNotFound"), True), (said(410, "resyncRequired"), True),
     (said(410, ""), True), (said(404, "ErrorItemNotFound"), False), (said(500, ""), False)],
)  # fmt: skip
def test_refusal_when_a_delta_has_ended_then_it_starts_over(refused: Refused, expected: bool) -> None:
    assert refused.resync is expected


def test_wait_when_it_is_seconds_or_a_date_then_it_is_understood() -> None:
    date = datetime.fromtimestamp(NOW + 90, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert [seconds_to_wait(each, NOW) for each in ("12", date, "", "soon", "999999")] == [12, 90, None, None, 86400]
    found = meaning(said(429, "TooManyRequests", wait=date), "a")
    assert isinstance(found, RateLimited)
    assert found.retry_after == 90


def test_claims_when_they_are_challenged_then_they_are_read() -> None:
    wanted = '{"access_token":{"nbf":{"essential":true,"value":"1700000000"}}}'
    coded = base64.b64encode(wanted.encode()).decode()
    challenge = f'Bearer realm="", authorization_uri="https://x", error="insufficient_claims", claims="{coded}"'
    assert claims_of(challenge) == wanted
    assert claims_of(challenge.replace("=", "", 0)[:-3] + '"') in ("", wanted)
    assert [claims_of(each) for each in ("", 'Bearer realm=""', 'Bearer claims="&&&"', 'Bearer claims="W10="')] == [""] * 4


def test_errors_of_the_client_when_any_is_raised_then_it_is_a_passing_fault() -> None:
    kinds = [each for _, each in inspect.getmembers(httpx2, inspect.isclass) if issubclass(each, Exception)]
    raised = [each for each in kinds if issubclass(each, httpx2.HTTPError | httpx2.StreamError | httpx2.InvalidURL)]
    assert len(raised) > 15
    for kind in (*raised, ValueError, KeyError, TypeError):
        error = kind.__new__(kind)
        with pytest.raises(Unreachable), translated("a", "c"):
            raise error


def test_places_when_others_are_named_then_both_lie_there() -> None:
    assert places({}) == Places(GRAPH, LOGIN)
    found = places({"AFTALE_GRAPH_BASE": "http://127.0.0.1:1/v1.0/", "AFTALE_LOGIN_BASE": "http://127.0.0.1:2/"})
    assert (found.api, found.login, found.stands_in) == ("http://127.0.0.1:1/v1.0", "http://127.0.0.1:2", True)
    assert not places({"AFTALE_GRAPH_BASE": "http://127.0.0.1:1"}).stands_in


@pytest.mark.parametrize(
    ("link", "ours"),
    [
        ("https://graph.microsoft.com/v1.0/me/calendarView/delta?$deltatoken=x", True),
        ("https://graph.microsoft.com.evil.example/v1.0/me", False),
        ("https://graph.microsoft.com@evil.example/v1.0/me", False),
        ("http://graph.microsoft.com/v1.0/me", False),
        ("//graph.microsoft.com/v1.0/me", False),
        ("", False),
    ],
)
def test_link_when_it_leads_elsewhere_then_it_is_not_followed(link: str, ours: bool) -> None:
    assert Places().is_ours(link) is ours


def test_trust_when_it_is_asked_for_then_only_a_stand_in_on_this_computer_goes_without() -> None:
    assert trust("https://localhost:1") is False
    assert trust("https://127.0.0.1:1") is False
    for base in (GRAPH, LOGIN, "https://localhost.evil.example", "https://10.0.0.1"):
        context = trust(base)
        assert isinstance(context, ssl.SSLContext)
        assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


@pytest.mark.shows("CON-6")
def test_rights_when_they_are_told_in_any_way_then_the_missing_ones_are_known() -> None:
    told = ["openid", "profile", "https://graph.microsoft.com/User.Read", "calendars.readwrite", "MailboxSettings.Read"]
    assert lacking(told, NEEDED) == ("Calendars.ReadWrite.Shared",)
    assert lacking(told) == ()
    assert lacking(["openid", "User.Read", "Calendars.Read"]) == ("Calendars.ReadWrite",)
    assert short_scopes(told) == ("MailboxSettings.Read", "User.Read", "calendars.readwrite")


@pytest.mark.shows("CON-10")
def test_credentials_when_dumped_and_loaded_then_they_are_the_same_and_show_no_secret() -> None:
    whole = Credentials("client", "common", "home", "anna@holm.dk", ("User.Read",), '{"planted": "secret"}')
    assert Credentials.load(whole.dump()) == whole
    assert "planted" not in repr(whole)


def test_authority_when_somebody_stands_in_then_it_is_not_asked_where_its_endpoints_are() -> None:
    class Never:
        def now(self) -> int:
            raise AssertionError

    http = TokenHttp(Places(GRAPH, "http://127.0.0.1:1"), Never(), discovers=True)
    answer = http.get(f"{LOGIN}/common/v2.0/.well-known/openid-configuration")
    assert json.loads(answer.text)["token_endpoint"] == f"{LOGIN}/common/oauth2/v2.0/token"


def test_token_when_it_is_not_ours_then_it_is_none() -> None:
    good = Token(calendar_hash("c"), 1, 2, 77, 0, 9, "https://x")
    assert Token.load(good.dump()) == good
    assert good.reaches(0, 9)
    assert good.shows(1, 2)
    assert not good.reaches(0, 10)
    assert not good.shows(0, 9)
    assert not Token(calendar_hash("c"), 1, 2, 77).reaches(1, 2)
    wrong = ["", "0", "[]", "{}", "null", '{"calendar": 1}', good.dump().replace("9", '"9"'), good.dump() + " x", "æ/ø"]
    assert [Token.load(each) for each in wrong] == [None] * len(wrong)


@pytest.mark.shows("DESK-1")
def test_package_when_it_is_imported_then_msal_is_not() -> None:
    look = (
        "import sys; import app.providers.office365.connector;"
        "print([each for each in ('msal', 'requests', 'tzlocal') if each in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout.strip() == "[]"
