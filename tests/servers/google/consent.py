"""Signing in: the consent page, codes and tokens (RFC 6749, RFC 7636, RFC 8252), and what ends them."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import secrets
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from tests.servers.google.recording import record
from tests.servers.google.state import GoogleService, OAuthRegistration, User

PREFIX = "https://www.googleapis.com/auth/"
SCOPES = {
    "openid": "Associate you with your personal info on Google",
    "email": "See your primary Google Account email address",
    f"{PREFIX}calendar.calendarlist.readonly": "See the list of Google calendars you’re subscribed to",
    f"{PREFIX}calendar.events": "View and edit events on all your calendars",
    f"{PREFIX}calendar.freebusy": "View your availability in your calendars",
    f"{PREFIX}calendar.app.created": "Make secondary calendars, and see, create, change, and delete events on them",
    f"{PREFIX}calendar": "See, edit, share, and permanently delete all the calendars you can access",
}
ACCESS_LIFE, CODE_LIFE, TESTING_LIFE = 3599, 600, 7 * 86400
LOOPBACK = re.compile(r"http://(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?(/[^#]*)?")
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;background:#f0f4f9;color:#1f1f1f;margin:0}"
    "main{background:#fff;border-radius:24px;max-width:560px;margin:6vh auto;padding:36px 40px}"
    "h1{font-size:26px;line-height:1.25}fieldset{border:1px solid #c4c7c5;border-radius:12px;margin:16px 0;padding:12px 16px}"
    "label{display:block;padding:4px 0}.buttons{display:flex;justify-content:flex-end;gap:12px}"
    "button{font:inherit;border:0;border-radius:20px;padding:9px 24px;background:#e8eef7;cursor:pointer}"
    ".main{background:#0b57d0;color:#fff}small{color:#5f6368}"
)
PASSED_ON = ("client_id", "redirect_uri", "state", "code_challenge", "access_type", "prompt")


@dataclass
class Grant:
    """One consent. It ends when it is revoked, when its code is used twice, or after a week if the client is in testing."""

    client: str
    email: str
    scopes: tuple[str, ...]
    granted_at: float
    refresh: str = ""
    access: dict[str, float] = field(default_factory=dict)
    revoked: bool = False


@dataclass
class Code:
    grant: Grant
    redirect: str
    challenge: str
    made_at: float
    offline: bool
    used: bool = False


class Consents:
    def __init__(self, service: GoogleService) -> None:
        self.service = service
        self.grants: list[Grant] = []
        self.codes: dict[str, Code] = {}
        self.unticked: set[str] = set()
        self.token_calls = 0
        self.tells_ends = True
        """Whether token answers say when the refresh token of a client in testing ends."""

    # What people do

    def give(self, email: str, client: str, scopes: tuple[str, ...] = tuple(SCOPES)) -> dict[str, object]:
        """A consent without a browser: the token answer of a first sign-in."""
        with self.service.lock:
            grant = Grant(client, email, scopes, self.service.clock.now())
            self.grants.append(grant)
            return self._answer(grant, offline=True, first=True)

    def withdraw(self, email: str) -> None:
        """The owner removes our access in the Google account, or changes the password."""
        with self.service.lock:
            for grant in self.grants:
                grant.revoked = grant.revoked or grant.email == email

    def expire_access(self, email: str) -> None:
        """Access tokens end early, as after a change of the account's security."""
        with self.service.lock:
            for grant in self.grants:
                if grant.email == email:
                    grant.access.clear()

    # What tokens are worth

    def bearer(self, token: str) -> tuple[User, Grant] | None:
        now = self.service.clock.now()
        for grant in self.grants:
            if not grant.revoked and now < grant.access.get(token, 0) and grant.email in self.service.users:
                return self.service.users[grant.email], grant
        return None

    def _ended(self, grant: Grant) -> bool:
        testing = self.service.clients[grant.client].testing
        return grant.revoked or (testing and self.service.clock.now() >= grant.granted_at + TESTING_LIFE)

    def _answer(self, grant: Grant, offline: bool, first: bool) -> dict[str, object]:
        now = self.service.clock.now()
        token = f"ya29.{secrets.token_urlsafe(40)}"
        grant.access[token] = now + ACCESS_LIFE
        answer: dict[str, object] = {
            "access_token": token, "expires_in": ACCESS_LIFE, "scope": " ".join(grant.scopes), "token_type": "Bearer",
        }  # fmt: skip
        if "openid" in grant.scopes:
            answer["id_token"] = id_token(grant, now)
        if first and offline:
            grant.refresh = f"1//{secrets.token_urlsafe(40)}"
            answer["refresh_token"] = grant.refresh
        if offline and self.tells_ends and self.service.clients[grant.client].testing:
            answer["refresh_token_expires_in"] = int(grant.granted_at + TESTING_LIFE - now)
        return answer

    # Pages and calls

    async def page(self, request: Request) -> Response:
        """The consent page, or why there is none."""
        query = dict(request.query_params)
        client, wrong = self.service.clients.get(query.get("client_id", "")), self._wrong(query)
        if client is None or wrong:
            return failure(wrong or "invalid_client")
        return HTMLResponse(consent_page(client, query, list(self.service.users.values())))

    def _wrong(self, query: dict[str, str]) -> str:
        client = self.service.clients.get(query.get("client_id", ""))
        if client is None or client.disabled:
            return "invalid_client"
        if not LOOPBACK.fullmatch(query.get("redirect_uri", "")):
            return "redirect_uri_mismatch"
        if query.get("response_type") != "code" or query.get("code_challenge_method") != "S256":
            return "invalid_request"
        if not re.fullmatch(r"[\w-]{43}", query.get("code_challenge", "")):
            return "invalid_request"
        asked = query.get("scope", "").split()
        return "" if asked and all(each in SCOPES for each in asked) else "invalid_scope"

    async def decide(self, request: Request) -> Response:
        """What the person answered."""
        form = parse_qs((await request.body()).decode(), keep_blank_values=True)
        query = {name: form.get(name, [""])[0] for name in PASSED_ON}
        if form.get("decision") != ["allow"]:
            back = {"error": "access_denied", "state": query["state"]}
            return RedirectResponse(f"{query['redirect_uri']}?{urlencode(back)}", 302)
        with self.service.lock:
            grant = Grant(query["client_id"], form["user"][0], tuple(form.get("scope", [])), self.service.clock.now())
            code = f"4/0A{secrets.token_urlsafe(30)}"
            offline = query["access_type"] == "offline"
            self.codes[code] = Code(grant, query["redirect_uri"], query["code_challenge"], grant.granted_at, offline)
        back = {"state": query["state"], "code": code, "scope": " ".join(grant.scopes)}
        return RedirectResponse(f"{query['redirect_uri']}?{urlencode(back)}", 302)

    async def token(self, request: Request) -> Response:
        body = await request.body()
        with self.service.lock:
            self.token_calls += 1
            status, answer = self._token(request, body)
        response = JSONResponse(answer, status, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})
        if self.service.recording:
            record(
                "POST",
                str(request.url),
                request.headers,
                b"&".join(veiled(body)),
                status,
                response.headers,
                bytes(response.body),
            )
        return response

    def _token(self, request: Request, body: bytes) -> tuple[int, dict[str, object]]:
        if request.headers.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
            return refused("invalid_request")
        form = parse_qs(body.decode(), keep_blank_values=True)
        if any(len(values) != 1 for values in form.values()):
            return refused("invalid_request")
        told = {name: values[0] for name, values in form.items()}
        client = self.service.clients.get(told.get("client_id", ""))
        if client is None or client.disabled or not secrets.compare_digest(client.secret, told.get("client_secret", "")):
            return 401, refused("invalid_client")[1]
        kinds = {"authorization_code": self._by_code, "refresh_token": self._by_refresh}
        kind = kinds.get(told.get("grant_type", ""))
        return kind(told, client) if kind else refused("unsupported_grant_type")

    def _by_code(self, told: dict[str, str], client: OAuthRegistration) -> tuple[int, dict[str, object]]:
        code = self.codes.get(told.get("code", ""))
        if code is None or code.grant.client != client.id or self.service.clock.now() > code.made_at + CODE_LIFE:
            return refused("invalid_grant", "Malformed auth code.")
        if code.used:
            code.grant.revoked = True
            return refused("invalid_grant", "Bad Request")
        challenge = base64.urlsafe_b64encode(hashlib.sha256(told.get("code_verifier", "").encode()).digest()).rstrip(b"=")
        if not secrets.compare_digest(challenge.decode(), code.challenge):
            return refused("invalid_grant", "Invalid code verifier.")
        if told.get("redirect_uri") != code.redirect:
            return refused("redirect_uri_mismatch")
        code.used = True
        self.grants.append(code.grant)
        return 200, self._answer(code.grant, code.offline, first=True)

    def _by_refresh(self, told: dict[str, str], client: OAuthRegistration) -> tuple[int, dict[str, object]]:
        token = told.get("refresh_token", "")
        for grant in self.grants:
            if token and grant.refresh == token and grant.client == client.id and not self._ended(grant):
                return 200, self._answer(grant, offline=True, first=False)
        return refused("invalid_grant", "Token has been expired or revoked.")

    async def revoke(self, request: Request) -> Response:
        token = parse_qs((await request.body()).decode()).get("token", [""])[0]
        with self.service.lock:
            for grant in self.grants:
                if token and not grant.revoked and (grant.refresh == token or token in grant.access):
                    grant.revoked = True
                    return JSONResponse({})
        return JSONResponse({"error": "invalid_token", "error_description": "Token expired or revoked"}, 400)


def refused(error: str, text: str = "") -> tuple[int, dict[str, object]]:
    return 400, {"error": error, "error_description": text or "Bad Request"}


def veiled(body: bytes) -> list[bytes]:
    """The form without its secrets."""
    secret = (b"client_secret=", b"refresh_token=", b"code=")
    return [part[: part.index(b"=") + 1] + b"x" if part.startswith(secret) else part for part in body.split(b"&")]


def id_token(grant: Grant, now: float) -> str:
    """Who signed in, as OpenID Connect says it; nobody here checks the signature."""
    subject = str(int(hashlib.sha256(grant.email.encode()).hexdigest(), 16))[:21]
    claims: dict[str, object] = {
        "iss": "https://accounts.google.com", "aud": grant.client, "sub": subject,
        "iat": int(now), "exp": int(now) + 3600,
    }  # fmt: skip
    if "email" in grant.scopes:
        claims |= {"email": grant.email, "email_verified": True}
    parts = (json.dumps({"alg": "RS256", "typ": "JWT"}).encode(), json.dumps(claims).encode(), b"not signed")
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def failure(error: str) -> Response:
    return HTMLResponse(
        f"<!doctype html><title>Error</title><h1>Access blocked</h1><p>Error 400: {html.escape(error)}</p>", 400
    )


def consent_page(client: OAuthRegistration, query: dict[str, str], users: list[User]) -> str:
    hidden = "".join(f'<input type="hidden" name="{name}" value="{html.escape(query.get(name, ""))}">' for name in PASSED_ON)
    hint = query.get("login_hint", "")
    people = ""
    for number, each in enumerate(users):
        chosen = " checked" if each.email == hint or not number else ""
        who = f"{html.escape(each.name)} &lt;{html.escape(each.email)}&gt;"
        people += f'<label><input type="radio" name="user" value="{html.escape(each.email)}"{chosen}> {who}</label>'
    rights = "".join(
        f'<label><input type="checkbox" name="scope" value="{scope}" checked> {html.escape(SCOPES[scope])}</label>'
        for scope in query["scope"].split()
    )
    warning = "<p>Google hasn’t verified this app. It is in testing.</p>" if client.testing else ""
    back = urlsplit(query["redirect_uri"]).netloc
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Sign in</title><style>{STYLE}</style>"
        f"<main><h1>Aftale wants access to your Google Account</h1>{warning}"
        f'<form method="post" action="/o/oauth2/v2/auth/consent">{hidden}<fieldset><legend>Account</legend>{people}</fieldset>'
        f"<fieldset><legend>Select what the app can access</legend>{rights}</fieldset><p>Leads back to {html.escape(back)}</p>"
        '<p class=buttons><button name="decision" value="deny">Cancel</button>'
        '<button name="decision" value="allow" class=main>Continue</button></p></form>'
        "<p><small>A stand-in for Google on this computer.</small></p></main></html>"
    )
