"""How long a server asks to be left alone."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from app.providers.http import seconds_to_wait


def asked_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds by the header Retry-After; None if there is none. A date in it is one on the server's own clock, which the header
    Date shows."""
    wish = headers.get("Retry-After", "")
    if wish.strip().isdecimal():
        return seconds_to_wait(wish, 0)
    try:
        return seconds_to_wait(wish, int(parsedate_to_datetime(headers["Date"]).timestamp())) if wish else None
    except (KeyError, ValueError):
        return None
