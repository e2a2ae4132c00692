"""Signing in at the Microsoft of the tests: driven by the maker's own library, and as strict as the service is."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import ssl
import threading
import webbrowser
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import msal
import pytest
import requests

from tests.servers.graph.driving import ANNA, BO, CLIENT, Caller
from tests.servers.graph.serving import GraphServer, serving
from tests.servers.graph.state import PERSONAL_TENANT, TENANT, AppRegistration

HOME = "anna@outlook.example"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
SCOPES = ["User.Read", "Calendars.ReadWrite"]
ASKED = {
    "response_type": "code", "client_id": CLIENT.id, "redirect_uri": "http://localhost:9", "state": "s", "nonce": "n",
    "scope": "openid profile offline_access User.Read https://graph.microsoft.com/Calendars.ReadWrite",
    "response_mode": "form_post", "code_challenge": CHALLENGE, "code_challenge_method": "S256",
}  # fmt: skip
WORK_ONLY = AppRegistration("11111111-aaaa-bbbb-cccc-000000000001", audience="work")
HOME_ONLY = AppRegistration("11111111-aaaa-bbbb-cccc-000000000002", audience="personal")
ONE_TENANT = AppRegistration("11111111-aaaa-bbbb-cccc-000000000003", audience=TENANT)
LITERAL = AppRegistration("11111111-aaaa-bbbb-cccc-000000000004", ("http://127.0.0.1/back",))


def furnish(running: GraphServer) -> None:
    for client in (CLIENT, WORK_ONLY, HOME_ONLY, ONE_TENANT, LITERAL):
        running.service.clients[client.id] = client
    running.service.add_user(ANNA, "Anna Holm")
    running.service.add_user(BO, "Bo Lind", needs_admin=True)
    running.service.add_user(HOME, "Anna at home", tenant=PERSONAL_TENANT)


@pytest.fixture(scope="module")
def server() -> Iterator[GraphServer]:
    with serving() as running:
        furnish(running)
        yield running


@pytest.fixture(scope="module")
def secure() -> Iterator[GraphServer]:
    with serving(tls=True) as running:
        furnish(running)
        yield running


def form_of(page: str) -> tuple[str, dict[str, str]]:
    """Where the form of a page goes, and its hidden fields."""
    action = re.search(r'<form [^>]*action="([^"]*)"', page)
    assert action, page
    fields = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return html.unescape(action[1]), {name: html.unescape(value) for name, value in fields}


def page_of(server: GraphServer, tenant: str = "common", **more: str) -> httpx2.Response:
    asked = {name: value for name, value in {**ASKED, **more}.items() if value}
    return httpx2.get(f"{server.base}/{tenant}/oauth2/v2.0/authorize", params=asked)


def decided(
    server: GraphServer, decision: str = "accept", user: str = ANNA, tenant: str = "common", **more: str
) -> httpx2.Response:
    action, fields = form_of(page_of(server, tenant, **more).text)
    return httpx2.post(server.base + action, data={**fields, "user": user, "decision": decision})


def code_of(server: GraphServer, user: str = ANNA, **more: str) -> str:
    return form_of(decided(server, user=user, **more).text)[1]["code"]


def token(server: GraphServer, tenant: str = "common", **form: str) -> httpx2.Response:
    with server.unrecorded():
        return httpx2.post(f"{server.base}/{tenant}/oauth2/v2.0/token", data={"client_id": CLIENT.id, **form})


def redeemed(server: GraphServer, code: str, /, **more: str) -> httpx2.Response:
    form = {"grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER, "redirect_uri": ASKED["redirect_uri"]}
    return token(server, **{**form, **more})


def refreshed(server: GraphServer, refresh: str, **more: str) -> dict[str, Any]:
    answer: dict[str, Any] = token(server, grant_type="refresh_token", refresh_token=refresh, **more).json()
    return answer


# The maker's own library


class Browser:
    """Opens an address, accepts, and posts the answer where it belongs."""

    def __init__(self, server: GraphServer) -> None:
        self.server = server

    def open(self, address: str, new: int = 0, autoraise: bool = True) -> bool:
        threading.Thread(target=self._sign_in, args=(address,), daemon=True).start()
        return True

    def _sign_in(self, address: str) -> None:
        trusted = ssl.create_default_context(cafile=str(self.server.certificate))
        with httpx2.Client(verify=trusted) as client:
            action, fields = form_of(client.get(address).text)
            page = client.post(self.server.base + action, data={**fields, "user": ANNA, "decision": "accept"}).text
            target, answer = form_of(page)
            client.post(target, data=answer)


@pytest.fixture
def application(secure: GraphServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[msal.PublicClientApplication]:
    monkeypatch.setattr(webbrowser, "open", Browser(secure).open)
    with requests.Session() as session:
        # The environment may name certificates, and requests would prefer those.
        session.verify, session.trust_env = str(secure.certificate), False
        authority = f"{secure.base}/common"
        yield msal.PublicClientApplication(CLIENT.id, authority=authority, instance_discovery=False, http_client=session)


def test_makers_library_when_it_signs_in_then_its_token_opens_the_mailbox(
    secure: GraphServer, application: msal.PublicClientApplication
) -> None:
    told = application.acquire_token_interactive(SCOPES, timeout=20, login_hint=ANNA)
    assert set(told["scope"].split()) == {"openid", "profile", *SCOPES}
    claims = told["id_token_claims"]
    assert (claims["preferred_username"], claims["tid"], claims["name"]) == (ANNA, TENANT, "Anna Holm")
    trusted = ssl.create_default_context(cafile=str(secure.certificate))
    headers = {"Authorization": f"Bearer {told['access_token']}"}
    assert httpx2.get(f"{secure.base}/v1.0/me", headers=headers, verify=trusted).json()["mail"] == ANNA
    (account,) = application.get_accounts()
    assert account["home_account_id"] == f"{secure.service.users[ANNA].id}.{TENANT}"
    fresh = application.acquire_token_silent_with_error(SCOPES, account, force_refresh=True)
    assert fresh["access_token"] != told["access_token"]


@pytest.mark.parametrize(
    ("what", "error"),
    [("interaction_required", "interaction_required"), ("consent_required", "invalid_grant"), ("", "invalid_grant")],
)
def test_makers_library_when_the_sign_in_has_ended_then_it_says_so(
    secure: GraphServer, application: msal.PublicClientApplication, what: str, error: str
) -> None:
    application.acquire_token_interactive(SCOPES, timeout=20)
    if what:
        secure.consents.demand(ANNA, what)
    else:
        secure.consents.withdraw(ANNA)
    (account,) = application.get_accounts()
    told = application.acquire_token_silent_with_error(SCOPES, account, force_refresh=True)
    assert told["error"] == error
    assert told["error_description"].startswith("AADSTS")


# The page


@pytest.mark.parametrize(
    ("tenant", "change", "number"),
    [("nobody.example", {}, 90002), ("common", {"client_id": "nobody"}, 700016), ("common", {"redirect_uri": ""}, 900971),
     ("common", {"redirect_uri": "https://evil.example/"}, 50011),
     ("common", {"redirect_uri": "http://localhost.evil.example/"}, 50011),
     ("common", {"redirect_uri": "http://127.0.0.1:9"}, 50011), ("common", {"redirect_uri": "http://localhost:9/path"}, 50011),
     ("common", {"client_id": ONE_TENANT.id}, 50194), ("consumers", {"client_id": WORK_ONLY.id}, 9002331),
     ("organizations", {"client_id": HOME_ONLY.id}, 9002346)],
)  # fmt: skip
def test_page_when_nobody_could_be_answered_then_it_says_why(
    server: GraphServer, tenant: str, change: dict[str, str], number: int
) -> None:
    page = page_of(server, tenant, **change)
    assert (page.status_code, f"AADSTS{number}:" in page.text, "Accept" in page.text) == (400, True, False)


@pytest.mark.parametrize(
    ("change", "error", "number"),
    [({"code_challenge_method": "plain"}, "invalid_request", 501491), ({"code_challenge": "short"}, "invalid_request", 501491),
     ({"code_challenge": ""}, "invalid_request", 9002325), ({"scope": ""}, "invalid_request", 900144),
     ({"scope": "openid Everything.Read"}, "invalid_client", 70011), ({"prompt": "often"}, "invalid_request", 9002313),
     ({"response_type": "token"}, "unsupported_response_type", 9002313),
     ({"prompt": "none", "login_hint": "x"}, "login_required", 50058)],
)  # fmt: skip
def test_page_when_the_request_is_wrong_then_the_program_is_told(
    server: GraphServer, change: dict[str, str], error: str, number: int
) -> None:
    target, answer = form_of(page_of(server, **change).text)
    assert (target, answer["error"], answer["state"]) == ("http://localhost:9", error, "s")
    assert answer["error_description"].startswith(f"AADSTS{number}:")


@pytest.mark.parametrize("redirect", ["http://localhost", "http://localhost:4711", "http://localhost:4711/"])
def test_page_when_the_port_is_another_then_it_is_the_same_program(server: GraphServer, redirect: str) -> None:
    assert form_of(decided(server, redirect_uri=redirect).text)[0] == redirect
    assert page_of(server, client_id=LITERAL.id, redirect_uri="http://127.0.0.1:4711/back").status_code == 200


def test_page_when_it_is_cancelled_or_not_allowed_then_access_is_denied(server: GraphServer) -> None:
    for decision, user, number in (("cancel", ANNA, 65004), ("accept", BO, 90094)):
        answer = form_of(decided(server, decision, user).text)[1]
        assert (answer["error"], answer["state"]) == ("access_denied", "s")
        assert f"AADSTS{number}:" in answer["error_description"]


def test_page_when_its_form_is_tampered_with_then_nothing_is_given_away(server: GraphServer) -> None:
    action, fields = form_of(page_of(server).text)
    form = {**fields, "redirect_uri": "https://evil.example/", "user": ANNA, "decision": "accept"}
    answer = httpx2.post(server.base + action, data=form)
    assert (answer.status_code, "AADSTS50011:" in answer.text) == (400, True)


def test_person_when_the_name_for_signing_in_is_no_address_then_both_are_told(server: GraphServer) -> None:
    server.service.add_user("carl@contoso.example", "Carl", upn="c.holm@contoso.onmicrosoft.example")
    person = Caller(server, "carl@contoso.example")("GET", "me").json()
    assert (person["mail"], person["userPrincipalName"]) == ("carl@contoso.example", "c.holm@contoso.onmicrosoft.example")
    del server.service.users["carl@contoso.example"]


def test_page_when_the_answer_goes_into_the_address_then_it_has_a_path(server: GraphServer) -> None:
    answer = decided(server, response_mode="query")
    parts = urlsplit(answer.headers["location"])
    assert (answer.status_code, parts.netloc, parts.path) == (302, "localhost:9", "/")
    assert {"code", "state"} <= parse_qs(parts.query).keys()


@pytest.mark.parametrize(
    ("tenant", "people"),
    [("common", {ANNA, BO, HOME}), ("organizations", {ANNA, BO}), ("consumers", {HOME}), (TENANT, {ANNA, BO})],
)
def test_page_when_it_is_for_some_accounts_then_only_they_are_offered(
    server: GraphServer, tenant: str, people: set[str]
) -> None:
    assert set(re.findall(r'name="user" value="([^"]*)"', page_of(server, tenant).text)) == people


def test_page_when_somebody_is_signed_in_then_it_can_be_passed_over(server: GraphServer) -> None:
    redeemed(server, code_of(server))
    answer = form_of(page_of(server, prompt="none", login_hint=ANNA).text)[1]
    assert redeemed(server, answer["code"]).status_code == 200


# Tokens


def test_code_when_it_is_redeemed_rightly_then_it_brings_all_tokens_once(server: GraphServer) -> None:
    code = code_of(server)
    told = redeemed(server, code).json()
    assert (told["token_type"], set(told["scope"].split())) == ("Bearer", {"openid", "profile", *SCOPES})
    head, claims, signature = told["id_token"].split(".")
    whole = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert (whole["nonce"], whole["aud"], whole["iss"]) == ("n", CLIENT.id, f"{server.base}/{TENANT}/v2.0")
    (key,) = httpx2.get(f"{server.base}/common/discovery/v2.0/keys").json()["keys"]
    assert json.loads(base64.urlsafe_b64decode(head + "=="))["kid"] == key["kid"]
    check_signature(key, f"{head}.{claims}", signature)
    again = redeemed(server, code).json()
    assert (again["error"], again["error_codes"]) == ("invalid_grant", [54005])


def check_signature(key: dict[str, str], text: str, signature: str) -> None:
    """Raises where the key did not sign the text."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
    from cryptography.hazmat.primitives.hashes import SHA256

    exponent, modulus = (int.from_bytes(base64.urlsafe_b64decode(key[name] + "=="), "big") for name in ("e", "n"))
    RSAPublicNumbers(exponent, modulus).public_key().verify(
        base64.urlsafe_b64decode(signature + "=="), text.encode(), PKCS1v15(), SHA256()
    )


@pytest.mark.parametrize(
    ("change", "error", "number"),
    [({"code_verifier": "w" * 64}, "invalid_grant", 50148), ({"redirect_uri": "http://localhost:10"}, "invalid_grant", 500112),
     ({"client_id": "x"}, "unauthorized_client", 700016), ({"client_secret": "x"}, "invalid_client", 70000),
     ({"code": "1.x"}, "invalid_grant", 70000), ({"grant_type": "password"}, "unsupported_grant_type", 70003)],
)  # fmt: skip
def test_code_when_it_is_redeemed_wrongly_then_it_is_refused(
    server: GraphServer, change: dict[str, str], error: str, number: int
) -> None:
    told = redeemed(server, code_of(server), **change).json()
    assert (told["error"], told["error_codes"]) == (error, [number])
    assert told.keys() >= {"error_description", "timestamp", "trace_id", "correlation_id"}


def test_code_when_it_is_ten_minutes_old_then_it_is_over(server: GraphServer) -> None:
    code = code_of(server)
    server.service.clock.advance(601)
    assert redeemed(server, code).json()["error_codes"] == [70008]
    server.service.clock.ahead = 0


def test_refresh_when_it_is_used_then_there_is_a_new_one_and_the_old_one_lasts(server: GraphServer) -> None:
    first = str(server.consents.give(ANNA, CLIENT.id)["refresh_token"])
    second = refreshed(server, first)["refresh_token"]
    assert second != first
    assert "access_token" in refreshed(server, first)
    server.service.clock.advance(89 * 86400)
    assert "access_token" in refreshed(server, second)
    server.service.clock.advance(91 * 86400)
    assert refreshed(server, second)["error_codes"] == [700082]
    server.service.clock.ahead = 0


def test_refresh_when_another_right_is_asked_for_then_consent_is_missing(server: GraphServer) -> None:
    server.consents.withheld.add("Calendars.ReadWrite")
    told = redeemed(server, code_of(server)).json()
    server.consents.withheld.clear()
    assert "Calendars.ReadWrite" not in told["scope"].split()
    answer = refreshed(server, told["refresh_token"], scope="Calendars.ReadWrite openid")
    assert (answer["error"], answer["suberror"]) == ("invalid_grant", "consent_required")
    assert refreshed(server, told["refresh_token"], scope="User.Read openid profile")["scope"] == "openid profile User.Read"


def test_tokens_when_the_password_was_changed_then_none_is_good(server: GraphServer) -> None:
    call = Caller(server)
    refresh = str(server.consents.give(ANNA, CLIENT.id)["refresh_token"])
    assert call("GET", "me").status_code == 200
    server.consents.withdraw(ANNA)
    assert call("GET", "me").status_code == 401
    answer = refreshed(server, refresh)
    assert (answer["error"], answer["error_codes"], answer["suberror"]) == ("invalid_grant", [50173], "bad_token")
    assert Caller(server)("GET", "me").status_code == 200


def test_access_token_when_its_time_is_over_then_it_is_refused(server: GraphServer) -> None:
    call = Caller(server)
    server.service.clock.advance(4501)
    assert call.refused("GET", "me") == (401, "InvalidAuthenticationToken")
    server.service.clock.ahead = 0


def test_configuration_when_asked_for_then_it_leads_to_the_right_places(server: GraphServer) -> None:
    found = httpx2.get(f"{server.base}/organizations/v2.0/.well-known/openid-configuration").json()
    assert found["token_endpoint"] == f"{server.base}/organizations/oauth2/v2.0/token"
    assert found["issuer"].endswith("/{tenantid}/v2.0")
    nobody = httpx2.get(f"{server.base}/nobody.example/v2.0/.well-known/openid-configuration")
    assert (nobody.status_code, nobody.json()["error"]) == (400, "invalid_tenant")
