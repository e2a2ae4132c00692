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


class Subject(StrEnum):
    """What the owner chooses about in Settings: one line of the table there."""

    ATTEMPT = "attempt"
    REQUESTED = "requested"
    BOOKED = "booked"
    CHANGED = "changed"
    SERVER = "server"
    CALENDAR = "calendar"


SUBJECT_OF = {
    NoticeKind.ATTEMPT: Subject.ATTEMPT,
    NoticeKind.REQUESTED: Subject.REQUESTED,
    NoticeKind.BOOKED: Subject.BOOKED,
    NoticeKind.CANCELLED: Subject.CHANGED,
    NoticeKind.RESCHEDULED: Subject.CHANGED,
    NoticeKind.GUEST_DECLINED: Subject.CHANGED,
    NoticeKind.SERVER: Subject.SERVER,
    NoticeKind.CALENDAR: Subject.CALENDAR,
    NoticeKind.ACCOUNT: Subject.CALENDAR,
    NoticeKind.WRITE_FAILED: Subject.CALENDAR,
}
URGENT = frozenset({NoticeKind.CALENDAR, NoticeKind.SERVER, NoticeKind.WRITE_FAILED, NoticeKind.ACCOUNT})
"""Faults: they come through whenever other notices wait."""


class Way(StrEnum):
    """Where a notice went. ``HELD``: the desktop took it and holds it back, for it was told not to disturb; ``BLOCKED``: the
    system lets this program show none; ``NONE``: there is nothing that shows notices."""

    DESKTOP = "desktop"
    TRAY = "tray"
    HELD = "held"
    BLOCKED = "blocked"
    NONE = "none"


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
