"""The OAuth client of whoever connects: read from Google's ``client_secret.json`` or typed in (CON-7). Pure.

Reason codes. ``client_file``: ``not_json``, ``web_client`` (made as *Web application*; a desktop program needs *Desktop app*),
``service_account`` (a key for servers, which no person can sign in with), ``not_a_client``, ``foreign`` (its addresses are not
Google's, so the code would be sent to somebody else). ``client_id``: ``missing``, ``form``, ``api_key``, ``secret``.
``client_secret``: ``missing``, ``form``, ``id``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from app.domain.errors import InvalidFields

LONGEST_FILE = 20_000
_ID = re.compile(r"[0-9]{4,}(-[0-9a-z]{6,})?\.apps\.googleusercontent\.com")
_SECRET = re.compile(r"[\w-]{10,128}")
_GOOGLE = ("google.com", "googleapis.com")


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """A client of type *Desktop app*. Its secret is none (RFC 8252 §8.5), yet nothing is gained by showing it."""

    id: str
    secret: str = field(default="", repr=False)
    project: str = ""

    @property
    def project_number(self) -> str:
        """With it, addresses of Google's console lead to the right project."""
        return self.id.partition("-")[0] if _ID.fullmatch(self.id) else ""


def read_client(text: str) -> OAuthClient:
    """The client of a ``client_secret.json``. Raises InvalidFields."""
    try:
        found = json.loads(text) if len(text) <= LONGEST_FILE else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise InvalidFields({"client_file": "not_json"})
    if found.get("type") == "service_account":
        raise InvalidFields({"client_file": "service_account"})
    installed = found.get("installed")
    if not isinstance(installed, dict):
        raise InvalidFields({"client_file": "web_client" if "web" in found else "not_a_client"})
    if not all(_is_googles(installed.get(name, "")) for name in ("auth_uri", "token_uri")):
        raise InvalidFields({"client_file": "foreign"})
    client = OAuthClient(*(str(installed.get(name, "")).strip() for name in ("client_id", "client_secret", "project_id")))
    if problems := check_client(client.id, client.secret):
        raise InvalidFields(problems)
    return client


def check_client(client_id: str, secret: str) -> dict[str, str]:
    """What is wrong with the two fields, empty if nothing is: each can be checked while it is typed."""
    problems = {"client_id": _wrong_id(client_id.strip()), "client_secret": _wrong_secret(secret.strip())}
    return {name: reason for name, reason in problems.items() if reason}


def _wrong_id(text: str) -> str:
    if not text:
        return "missing"
    if text.startswith("AIza"):
        return "api_key"
    if text.startswith("GOCSPX-"):
        return "secret"
    return "" if _ID.fullmatch(text) else "form"


def _wrong_secret(text: str) -> str:
    if not text:
        return "missing"
    if text.endswith(".apps.googleusercontent.com"):
        return "id"
    return "" if _SECRET.fullmatch(text) else "form"


def _is_googles(address: object) -> bool:
    """Whether an address of the file is one of Google's. None at all is fine: ours are used anyway."""
    if address == "":
        return True
    try:
        parts = urlsplit(str(address))
    except ValueError:
        return False
    host = parts.hostname or ""
    return parts.scheme == "https" and any(host == name or host.endswith(f".{name}") for name in _GOOGLE)
