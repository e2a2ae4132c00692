"""Letters that the program owes to somebody. Only what decides about them is kept; the words are made when they are sent."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.domain.clock import DAY, Instant

ATTEMPTS_EVERY = DAY
"""Seconds between two letters to the host about people who could not book (INACT-3)."""


class MailKind(StrEnum):
    """``ATTEMPT``: to the host, somebody could not book. ``CANCELLED`` and ``RESCHEDULED``: to the visitor of a booking whose
    event was deleted or moved in the calendar itself."""

    ATTEMPT = "attempt"
    CANCELLED = "cancelled"
    RESCHEDULED = "rescheduled"


class MailState(StrEnum):
    """``HELD`` waits for the host's yes, ``WAITING`` for mail to be set up or for its time, ``DROPPED`` is not wanted."""

    HELD = "held"
    WAITING = "waiting"
    SENT = "sent"
    DROPPED = "dropped"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Mail:
    """``about``: the booking or attempt; ``count``: the attempts that the letter tells of; ``start`` and ``before``: when the
    meeting is, and when it was before it was moved. Not sent before ``run_at``."""

    id: str
    kind: MailKind
    state: MailState
    to: str
    about: str
    created_at: Instant
    run_at: Instant = 0
    count: int = 1
    start: Instant = 0
    before: Instant = 0
    name: str = ""
    title: str = ""
