"""Notices for the owner: what the tray tells. Data only; the words are made where they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.domain.clock import Instant


class NoticeKind(StrEnum):
    """``ACCOUNT``: an account has to be signed in to again. ``GUEST_DECLINED``: a guest said no to a meeting."""

    BOOKED = "booked"
    REQUESTED = "requested"
    ATTEMPT = "attempt"
    CANCELLED = "cancelled"
    RESCHEDULED = "rescheduled"
    CALENDAR = "calendar"
    SERVER = "server"
    WRITE_FAILED = "write_failed"
    ACCOUNT = "account"
    GUEST_DECLINED = "guest_declined"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell. ``target`` is the booking, attempt, calendar or account that a click opens; ``count`` how many were
    folded into one."""

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
