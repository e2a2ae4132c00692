"""How a password is shown to a server: Basic, NTLM, or Negotiate, which is Kerberos where the system has it."""

from __future__ import annotations

import base64
import importlib.util
import re
from typing import Any
from urllib.parse import urlsplit

import requests.auth
import requests_ntlm
import spnego
import spnego.channel_bindings

BASIC, NTLM, NEGOTIATE = "basic", "ntlm", "negotiate"
_SCHEME = re.compile(r"(?:^|,)\s*([A-Za-z]+)(?=\s*(?:,|$|\s))")


def offered(challenge: str) -> tuple[str, ...]:
    """The ways that a challenge (``WWW-Authenticate``) offers, the safest first."""
    found = {each.lower() for each in _SCHEME.findall(challenge)}
    return tuple(each for each in (NEGOTIATE, NTLM, BASIC) if each in found)


def only_tokens(challenge: str) -> bool:
    """A challenge that takes no password at all, as Exchange Online's."""
    return not offered(challenge) and "bearer" in challenge.lower()


def has_kerberos() -> bool:
    """Whether this system can speak Kerberos for somebody."""
    return any(importlib.util.find_spec(each) is not None for each in ("sspilib", "gssapi"))


def auth_of(way: str, user: str, password: str) -> requests.auth.AuthBase | None:
    """What signs the requests of a session. Credentials that were typed are always used, never those of whoever is logged in
    to the computer."""
    if way == BASIC:
        return Basic(user, password)
    if way == NEGOTIATE and has_kerberos():
        return Negotiate(user, password)
    if way in (NTLM, NEGOTIATE):
        return requests_ntlm.HttpNtlmAuth(user if "\\" in user or "@" in user else f"\\{user}", password)
    return None


class Basic(requests.auth.AuthBase):
    """Basic in UTF-8 (RFC 7617), never over bare http."""

    def __init__(self, user: str, password: str) -> None:
        self._shown = base64.b64encode(f"{user}:{password}".encode()).decode()

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if urlsplit(request.url or "").scheme != "https":
            raise requests.exceptions.InvalidSchema("no password over http")
        request.headers["Authorization"] = f"Basic {self._shown}"
        return request


class Negotiate(requests_ntlm.HttpNtlmAuth):
    """SPNEGO by the system: Kerberos, or NTLM inside it (RFC 4559), bound to the server's certificate (RFC 5929), as servers
    with extended protection want it."""

    def response_hook(self, r: requests.Response, **kwargs: Any) -> requests.Response:
        """Answers a 401 that offers Negotiate, round after round. A request that showed something already is left as it is."""
        if r.status_code != 401 or NEGOTIATE not in offered(challenge_of(r)) or "Authorization" in r.request.headers:
            return r
        client = spnego.client(
            self.username, self.password, hostname=urlsplit(r.url).hostname or "", service="HTTP", protocol="negotiate",
            channel_bindings=self._bindings(r),
        )  # fmt: skip
        token, seen = client.step(), r
        while token is not None:
            answer = self._again(seen, token, kwargs)
            told = re.search(r"negotiate ([\w+/=]+)", challenge_of(answer), re.IGNORECASE)
            if answer.status_code != 401 or told is None or client.complete:
                return answer
            seen, token = answer, client.step(base64.b64decode(told[1]))
        return seen

    def _bindings(self, answer: requests.Response) -> spnego.channel_bindings.GssChannelBindings | None:
        shown = self._get_server_cert(answer)
        if not shown:
            return None
        return spnego.channel_bindings.GssChannelBindings(application_data=b"tls-server-end-point:" + shown)

    @staticmethod
    def _again(seen: requests.Response, token: bytes, how: dict[str, Any]) -> requests.Response:
        """The same request once more, over the same connection: what is left of the last answer has to be read first."""
        _rest = seen.content
        seen.raw.release_conn()
        request = seen.request.copy()
        request.headers["Authorization"] = f"Negotiate {base64.b64encode(token).decode()}"
        connection: Any = seen.connection
        answer: requests.Response = connection.send(request, **how)
        answer.history.append(seen)
        return answer


def challenge_of(answer: requests.Response) -> str:
    return answer.headers.get("www-authenticate", "")
