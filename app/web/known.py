"""Visitors who asked their browser to remember them: one cookie, only after they ticked it, read by the program alone (URL-6).

It fills fields in and authorises nothing. Its value is sealed by the program and good on the host that gave it.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from app.web.answers import Header
from app.web.visit import Visit

COOKIE = "aftale-known"
KEPT_FOR = 180 * 86_400
"""Seconds; the program refuses older ones as well."""


def keep_cookie(visit: Visit, value: str) -> Header:
    return _cookie(visit, value, KEPT_FOR)


def forget_cookie(visit: Visit) -> Header:
    return _cookie(visit, "", 0)


def _cookie(visit: Visit, value: str, age: int) -> Header:
    told = any(each.startswith("https://") and urlsplit(each).hostname == visit.asked_host for each in _origins(visit))
    secure = "; Secure" if visit.secure or told else ""
    text = f"{COOKIE}={value}; Path=/meetings; Max-Age={age}; HttpOnly; SameSite=Lax{secure}"
    return b"set-cookie", text.encode("ascii")


def _origins(visit: Visit) -> tuple[str, ...]:
    return (visit.host.origin, *visit.host.origins)
