"""Notices for the owner: what the tray tells. Data only; the words are made where they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.domain.clock import Instant


class NoticeKind(StrEnum):
    BOOKED = "booked"
    REQUESTED = "requested"
    ATTEMPT = "attempt"
    CANCELLED = "cancelled"
    RESCHEDULED = "rescheduled"
    CALENDAR = "calendar"
    SERVER = "server"
    WRITE_FAILED = "write_failed"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell. ``target`` is the booking, attempt or calendar that a click opens; ``count`` how many were folded
    into one."""

    id: str
    kind: NoticeKind
    at: Instant
    target: str = ""
    page_title: str = ""
    name: str = ""
    email: str = ""
    start: Instant = 0
    end: Instant = 0
    reason: str = ""
    calendar: str = ""
    count: int = 1
