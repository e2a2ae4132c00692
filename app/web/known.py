"""Visitors who asked their browser to remember them: one cookie, only after they ticked it, read by the program alone (URL-6).

It fills fields in and authorises nothing. Its value is sealed by the program and good on the host that gave it.
"""

from __future__ import annotations

from app.web import guard
from app.web.answers import Header
from app.web.visit import Visit

COOKIE = "aftale-known"
KEPT_FOR = 180 * 86_400
"""Seconds; the program refuses older ones as well."""


def host_name(visit: Visit) -> str:
    """The host that the visitor sees in the address."""
    return guard.host_of(visit.headers.get(b"host", b""))


def keep_cookie(visit: Visit, value: str) -> Header:
    return _cookie(visit, value, KEPT_FOR)


def forget_cookie(visit: Visit) -> Header:
    return _cookie(visit, "", 0)


def _cookie(visit: Visit, value: str, age: int) -> Header:
    secure = "; Secure" if visit.host.origin.startswith("https://") else ""
    text = f"{COOKIE}={value}; Path=/meetings; Max-Age={age}; HttpOnly; SameSite=Lax{secure}"
    return b"set-cookie", text.encode("ascii")
