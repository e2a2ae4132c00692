"""Ids as Exchange makes them: opaque, long, and of two kinds.

A plain id follows from where the item lies and changes when it is moved. An immutable one stays; it is told only to those who
ask for it. Both name an occurrence by its series and its original start. Calendars have one id, for good.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass

IMMUTABLE = "AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A"
PLAIN = "AAMkADc0YjI1OWFmLTFkM2QtNDNjZS1hYmIxLTAxZDEzYTg5NDIxMwBGAAAAAAD"
CALENDAR = "AAMkADc0YjI1OWFmLTFkM2QtNDNjZS1hYmIxLTAxZDEzYTg5NDIxMwAuAAAAAAD"


@dataclass(frozen=True, slots=True)
class Named:
    """What an id says. ``stamp``: original start of an occurrence; ``place``: only in a plain id."""

    token: str
    stamp: str = ""
    place: str = ""


def new_token() -> str:
    return secrets.token_hex(8)


def new_place() -> str:
    return secrets.token_hex(4)


def immutable_id(token: str, stamp: str = "") -> str:
    return IMMUTABLE + _coded(f"{token}:{stamp}")


def plain_id(place: str, token: str, stamp: str = "") -> str:
    return PLAIN + _coded(f"{place}:{token}:{stamp}") + "AAA="


def calendar_id() -> str:
    return CALENDAR + _coded(secrets.token_hex(12)) + "AAA="


def read_id(text: str) -> Named | None:
    """What an event's id of either kind says; None for anything else."""
    if text.startswith(IMMUTABLE):
        parts = _decoded(text.removeprefix(IMMUTABLE))
        return Named(parts[0], parts[1]) if len(parts) == 2 else None
    if text.startswith(PLAIN) and text.endswith("AAA="):
        parts = _decoded(text[len(PLAIN) : -4])
        return Named(parts[1], parts[2], parts[0]) if len(parts) == 3 else None
    return None


def _coded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _decoded(text: str) -> list[str]:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().split(":")
    except (ValueError, binascii.Error):
        return []
