"""Instants, and the one place that reads the clock.

An *instant* is a whole number of seconds since 1970-01-01T00:00:00Z. Integers, because the core compares and sorts
instants by the ten thousand, and because an integer cannot carry a wrong time zone.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from typing import Protocol

Instant = int
MINUTE = 60
HOUR = 3600
DAY = 86400

_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)")


class Clock(Protocol):
    """Tells the present instant."""

    def now(self) -> Instant: ...


class SystemClock:
    """The computer's own clock."""

    def now(self) -> Instant:
        return int(time.time())


def to_iso(instant: Instant) -> str:
    """``2026-11-24T08:00:00Z``: the only form in which instants leave the program."""
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_iso(text: str) -> Instant:
    """Reads an RFC 3339 date-time with ``Z`` or an offset. Raises ValueError for anything else, also for a bare local time."""
    if not _ISO.fullmatch(text):
        raise ValueError(f"not a date and time with an offset: {text[:40]!r}")
    return int(datetime.fromisoformat(text).timestamp())
