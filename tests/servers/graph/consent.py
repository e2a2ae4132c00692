"""Signing in: the page, codes and tokens (RFC 6749, RFC 7636, RFC 8252) as Entra does it, and what ends them."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from tests.servers.graph.pages import answer_form, failure_page, sign_in_page
from tests.servers.graph.recording import record
from tests.servers.graph.signing import client_info, coded, id_token, keys, refused
from tests.servers.graph.state import PERSONAL_TENANT, AppRegistration, GraphService, User

RESOURCE = "https://graph.microsoft.com/"
OPENID = ("openid", "profile", "email", "offline_access")
RIGHTS = {
    "User.Read": "Sign you in and read your profile",
    "Calendars.Read": "Read your calendars",
    "Calendars.ReadBasic": "Read basic details of your calendars",
    "Calendars.ReadWrite": "Have full access to your calendars",
    "Calendars.Read.Shared": "Read calendars you can access",
    "Calendars.ReadWrite.Shared": "Read and write to your and shared calendars",
    "MailboxSettings.Read": "Read your mailbox settings",
    "MailboxSettings.ReadWrite": "Read and write to your mailbox settings",
}
USUAL = ("openid", "profile", "offline_access", "User.Read", "Calendars.ReadWrite", "Calendars.ReadWrite.Shared",
         "MailboxSettings.Read")  # fmt: skip
ACCESS_LIFE, CODE_LIFE, UNUSED_LIFE = 4500, 600, 90 * 86400
TENANTS = ("common", "organizations", "consumers")
PASSED_ON = (
    "client_id", "redirect_uri", "response_mode", "state", "nonce", "code_challenge", "scope", "client_info", "login_hint",
)  # fmt: skip


@dataclass
class Grant:
    """One sign-in. ``demand``: what a refresh is refused with until the person signs in again."""

    client: str
    email: str
    scopes: tuple[str, ...]
    used_at: float
    refresh: set[str] = field(default_factory=set)
    access: dict[str, float] = field(default_factory=dict)
    revoked: bool = False
    demand: tuple[str, int, str] | None = None


@dataclass
class Code:
    grant: Grant
    redirect: str
    challenge: str
    nonce: str
    made_at: float
    used: bool = False


class Consents:
    def __init__(self, service: GraphService) -> None:
        self.service = service
        self.base = ""
        self.grants: list[Grant] = []
        self.codes: dict[str, Code] = {}
        self.withheld: set[str] = set()
        self.token_calls = 0

    # What people do

    def give(self, email: str, client: str, scopes: tuple[str, ...] = USUAL) -> dict[str, object]:
        """A sign-in without a browser: the token answer that it brings."""
        with self.service.lock:
            grant = Grant(client, email, scopes, self.service.clock.now())
            self.grants.append(grant)
            return self._answer(grant)

    def withdraw(self, email: str) -> None:
        """The person changes the password, or the administrator ends all sessions: no token is good any more."""
        with self.service.lock:
            for grant in self.grants:
                grant.revoked = grant.revoked or grant.email == email

    def demand(self, email: str, what: str = "interaction_required") -> None:
        """From now on a refresh is refused until a new sign-in: ``interaction_required`` (a second factor) or
        ``consent_required``. Access tokens end."""
        found = {
            "interaction_required": ("interaction_required", 50076, "basic_action"),
            "consent_required": ("invalid_grant", 65001, "consent_required"),
        }[what]
        with self.service.lock:
            for grant in self.grants:
                if grant.email == email:
                    grant.demand = found
            self.expire_access(email)

    def expire_access(self, email: str) -> None:
        """Access tokens end early."""
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

    def _answer(self, grant: Grant, nonce: str = "", asked: tuple[str, ...] = ()) -> dict[str, object]:
        now, user = self.service.clock.now(), self.service.users[grant.email]
        token = f"eyJ0eXAi.{secrets.token_urlsafe(60)}.{secrets.token_urlsafe(40)}"
        grant.access[token], grant.used_at = now + ACCESS_LIFE, now
        told = [each for each in grant.scopes if each != "offline_access" and (not asked or each in asked or each in OPENID)]
        answer: dict[str, object] = {
            "token_type": "Bearer", "scope": " ".join(told), "expires_in": ACCESS_LIFE, "ext_expires_in": ACCESS_LIFE,
            "access_token": token, "client_info": client_info(user),
        }  # fmt: skip
        if "offline_access" in grant.scopes:
            # The old one stays good, as Entra has it.
            refresh = f"1.AXEA.{secrets.token_urlsafe(60)}"
            grant.refresh.add(refresh)
            answer["refresh_token"] = refresh
        if "openid" in grant.scopes:
            answer["id_token"] = id_token(user, grant.client, f"{self.base}/{user.tenant}/v2.0", nonce, now)
        return answer

    # Discovery

    async def configuration(self, request: Request) -> Response:
        tenant = str(request.path_params["tenant"])
        if not self._is_tenant(tenant):
            now = self.service.clock.now()
            return JSONResponse(refused("invalid_tenant", 90002, now), 400)
        root, issuer = f"{self.base}/{tenant}", tenant if tenant not in TENANTS else "{tenantid}"
        if tenant == "consumers":
            issuer = PERSONAL_TENANT
        return JSONResponse(
            {
                "token_endpoint": f"{root}/oauth2/v2.0/token", "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
                "jwks_uri": f"{root}/discovery/v2.0/keys", "issuer": f"{self.base}/{issuer}/v2.0",
                "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
                "response_modes_supported": ["query", "fragment", "form_post"], "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"], "response_types_supported": ["code"],
                "scopes_supported": list(OPENID), "request_uri_parameter_supported": False,
            }
        )  # fmt: skip

    async def keys(self, request: Request) -> Response:
        return JSONResponse(keys())

    def _is_tenant(self, tenant: str) -> bool:
        return tenant in TENANTS or tenant in {each.tenant for each in self.service.users.values()}

    # The page

    async def page(self, request: Request) -> Response:
        """The sign-in page, or why there is none."""
        query, tenant = dict(request.query_params), str(request.path_params["tenant"])
        now = self.service.clock.now()
        if number := self._unanswerable(query, tenant):
            return HTMLResponse(failure_page(refused("invalid_request", number, now)), 400)
        if wrong := self._wrong(query):
            return self._sent_back(query, refused(*wrong, now))
        people = [each for each in self.service.users.values() if self._may_sign_in(each, query["client_id"], tenant)]
        if query.get("prompt") == "none":
            return self._silently(query, people)
        asked = [each.removeprefix(RESOURCE) for each in query["scope"].split()]
        rights = [RIGHTS[each] for each in asked if each in RIGHTS]
        if "offline_access" in asked:
            rights.append("Maintain access to data you have given it access to")
        hidden = {name: query.get(name, "") for name in PASSED_ON}
        name = self.service.clients[query["client_id"]].name
        return HTMLResponse(sign_in_page(f"/{tenant}/Consent/Set", name, hidden, people, rights))

    def _unanswerable(self, query: dict[str, str], tenant: str) -> int:
        """Why there is nobody to whom the answer could be sent; 0 if there is."""
        client = self.service.clients.get(query.get("client_id", ""))
        if not self._is_tenant(tenant):
            return 90002
        if client is None:
            return 700016
        if client.audience not in ("all", "work", "personal") and tenant in TENANTS:
            return 50194
        if client.audience == "personal" and tenant not in ("common", "consumers", PERSONAL_TENANT):
            return 9002346
        if client.audience == "work" and tenant in ("consumers", PERSONAL_TENANT):
            return 9002331
        if "redirect_uri" not in query:
            return 900971
        return 0 if fits(query["redirect_uri"], client) else 50011

    def _wrong(self, query: dict[str, str]) -> tuple[str, int] | None:
        if query.get("response_mode", "query") not in ("query", "form_post"):
            return "invalid_request", 9002313
        if query.get("response_type") != "code":
            return "unsupported_response_type", 9002313
        if query.get("prompt", "") not in ("", "login", "none", "consent", "select_account"):
            return "invalid_request", 9002313
        if "code_challenge" not in query:
            return "invalid_request", 9002325
        if query.get("code_challenge_method") != "S256" or not re.fullmatch(r"[\w-]{43}", query["code_challenge"]):
            return "invalid_request", 501491
        if not query.get("scope", "").strip():
            return "invalid_request", 900144
        asked = {each.removeprefix(RESOURCE) for each in query["scope"].split()}
        return None if asked <= {*OPENID, *RIGHTS} else ("invalid_client", 70011)

    def _may_sign_in(self, user: User, client: str, tenant: str) -> bool:
        personal, audience = user.tenant == PERSONAL_TENANT, self.service.clients[client].audience
        allowed = {"all": True, "work": not personal, "personal": personal}.get(audience, user.tenant == audience)
        here = {"common": True, "organizations": not personal, "consumers": personal}.get(tenant, user.tenant == tenant)
        return allowed and here

    def _silently(self, query: dict[str, str], people: list[User]) -> Response:
        """``prompt=none``: only for somebody who signed in before."""
        hint, client = query.get("login_hint", ""), query["client_id"]
        known = {each.email for each in self.grants if each.client == client and not each.revoked}
        for user in people:
            if user.email in known and hint in ("", user.email, user.upn):
                return self._granted(query, user)
        return self._sent_back(query, refused("login_required", 50058, self.service.clock.now()))

    def _sent_back(self, query: dict[str, str], answer: dict[str, object]) -> Response:
        """The answer of a sign-in, to the program that listens for it."""
        told = {name: str(value) for name, value in answer.items() if name in ("code", "error", "error_description")}
        told |= {"error_subcode": "cancel"} if answer.get("error") == "access_denied" else {}
        told |= {name: str(answer[name]) for name in ("client_info", "session_state") if name in answer}
        if query.get("state"):
            told["state"] = query["state"]
        if query.get("response_mode") == "form_post":
            return HTMLResponse(answer_form(query["redirect_uri"], told))
        parts = urlsplit(query["redirect_uri"])
        # An address without a path gets one.
        to = parts._replace(path=parts.path or "/", query="&".join(filter(None, (parts.query, urlencode(told)))))
        return RedirectResponse(to.geturl(), 302)

    async def decide(self, request: Request) -> Response:
        """What the person answered."""
        form = parse_qs((await request.body()).decode(), keep_blank_values=True)
        query = {name: form.get(name, [""])[0] for name in PASSED_ON}
        now = self.service.clock.now()
        user = self.service.users.get(form.get("user", [""])[0])
        if number := self._unanswerable(query, str(request.path_params["tenant"])):
            return HTMLResponse(failure_page(refused("invalid_request", number, now)), 400)
        if form.get("decision") != ["accept"] or user is None:
            return self._sent_back(query, refused("access_denied", 65004, now))
        if user.needs_admin:
            return self._sent_back(query, refused("access_denied", 90094, now))
        return self._granted(query, user)

    def _granted(self, query: dict[str, str], user: User) -> Response:
        with self.service.lock:
            asked = tuple(each.removeprefix(RESOURCE) for each in query["scope"].split())
            scopes = tuple(each for each in asked if each not in self.withheld)
            grant = Grant(query["client_id"], user.email, scopes, self.service.clock.now())
            code = f"1.AXEA.{secrets.token_urlsafe(90)}"
            self.codes[code] = Code(
                grant, query["redirect_uri"], query["code_challenge"], query.get("nonce", ""), grant.used_at
            )
        answer: dict[str, object] = {"code": code, "session_state": secrets.token_hex(16)}
        if query.get("client_info") == "1":
            answer["client_info"] = client_info(user)
        return self._sent_back(query, answer)

    # The token call

    async def token(self, request: Request) -> Response:
        body = await request.body()
        with self.service.lock:
            self.token_calls += 1
            status, answer = self._token(request, body)
        response = JSONResponse(answer, status, headers={"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"})
        if self.service.recording:
            sent, got = b"&".join(veiled(body)), bytes(response.body)
            record("POST", str(request.url), request.headers, sent, status, response.headers, got)
        return response

    def _token(self, request: Request, body: bytes) -> tuple[int, dict[str, object]]:
        now = self.service.clock.now()
        if request.headers.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
            return 400, refused("invalid_request", 900144, now)
        form = parse_qs(body.decode(), keep_blank_values=True)
        if any(len(values) != 1 for values in form.values()):
            return 400, refused("invalid_request", 9002313, now)
        told = {name: values[0] for name, values in form.items()}
        client, tenant = self.service.clients.get(told.get("client_id", "")), str(request.path_params["tenant"])
        if not self._is_tenant(tenant):
            return 400, refused("invalid_request", 90002, now)
        if client is None:
            return 400, refused("unauthorized_client", 700016, now)
        if "client_secret" in told:
            detail = "Client is public so neither 'client_assertion' nor 'client_secret' should be presented."
            return 401, refused("invalid_client", 70000, now, detail=detail)
        kinds: dict[str, Callable[[dict[str, str]], tuple[int, dict[str, object]]]] = {
            "authorization_code": self._by_code, "refresh_token": self._by_refresh,
        }  # fmt: skip
        kind = kinds.get(told.get("grant_type", ""))
        return kind(told) if kind else (400, refused("unsupported_grant_type", 70003, now))

    def _by_code(self, told: dict[str, str]) -> tuple[int, dict[str, object]]:
        now = self.service.clock.now()
        if not {"code", "redirect_uri", "code_verifier"} <= told.keys():
            return 400, refused("invalid_request", 900144, now)
        code = self.codes.get(told["code"])
        if code is None or code.grant.client != told["client_id"]:
            return 400, refused("invalid_grant", 70000, now)
        if now > code.made_at + CODE_LIFE:
            return 400, refused("invalid_grant", 70008, now)
        if code.used:
            return 400, refused("invalid_grant", 54005, now)
        challenge = coded(hashlib.sha256(told["code_verifier"].encode()).digest())
        if not secrets.compare_digest(challenge, code.challenge):
            return 400, refused("invalid_grant", 50148, now)
        if told["redirect_uri"] != code.redirect:
            return 400, refused("invalid_grant", 500112, now)
        code.used = True
        self.grants.append(code.grant)
        return 200, self._answer(code.grant, code.nonce)

    def _by_refresh(self, told: dict[str, str]) -> tuple[int, dict[str, object]]:
        now, token = self.service.clock.now(), told.get("refresh_token", "")
        grant = next((each for each in self.grants if token in each.refresh and each.client == told["client_id"]), None)
        if grant is None:
            return 400, refused("invalid_grant", 9002313, now)
        if grant.revoked or grant.email not in self.service.users:
            return 400, refused("invalid_grant", 50173, now, "bad_token")
        if now > grant.used_at + UNUSED_LIFE:
            return 400, refused("invalid_grant", 700082, now, "bad_token")
        if grant.demand:
            return 400, refused(grant.demand[0], grant.demand[1], now, grant.demand[2])
        asked = tuple(each.removeprefix(RESOURCE) for each in told.get("scope", "").split())
        if not set(asked) <= {*OPENID, *RIGHTS}:
            return 400, refused("invalid_scope", 70011, now)
        if not {each for each in asked if each not in OPENID} <= set(grant.scopes):
            return 400, refused("invalid_grant", 65001, now, "consent_required")
        return 200, self._answer(grant, asked=asked)


def fits(redirect: str, client: AppRegistration) -> bool:
    """Whether an answer may be sent there. The port of ``localhost`` is free, its path is not; ``127.0.0.1`` is another host,
    which has to be registered by itself."""
    given = urlsplit(redirect)
    for each in client.redirects:
        known = urlsplit(each)
        same = (given.scheme, given.hostname, given.path.rstrip("/")) == (known.scheme, known.hostname, known.path.rstrip("/"))
        near = known.hostname in ("localhost", "127.0.0.1") and known.scheme == "http"
        if not given.fragment and (redirect == each or (near and same)):
            return True
    return False


def veiled(body: bytes) -> list[bytes]:
    """The form without its secrets."""
    secret = (b"refresh_token=", b"code=")
    return [part[: part.index(b"=") + 1] + b"x" if part.startswith(secret) else part for part in body.split(b"&")]
