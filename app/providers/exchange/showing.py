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
    """SPNEGO by the system: Kerberos, or NTLM inside it (RFC 4559)."""

    def response_hook(self, r: requests.Response, **kwargs: Any) -> requests.Response:
        response, how = r, kwargs
        challenge = response.headers.get("www-authenticate", "")
        if response.status_code != 401 or NEGOTIATE not in offered(challenge) or "Authorization" in response.request.headers:
            return response
        client = spnego.client(
            self.username, self.password, hostname=urlsplit(response.url).hostname or "", service="HTTP", protocol="negotiate"
        )
        token, seen = client.step(), response
        while token is not None:
            seen.content  # noqa: B018 - the connection is used again, so what is left in it has to be read
            seen.raw.release_conn()
            request = seen.request.copy()
            request.headers["Authorization"] = f"Negotiate {base64.b64encode(token).decode()}"
            answer: requests.Response = seen.connection.send(request, **how)
            answer.history.append(seen)
            seen = answer
            told = re.search(r"negotiate ([\w+/=]+)", answer.headers.get("www-authenticate", ""), re.IGNORECASE)
            if answer.status_code != 401 or told is None or client.complete:
                return answer
            token = client.step(base64.b64decode(told[1]))
        return seen
