"""Writes to outside calendars that are owed: made in the same transaction as the change that caused them (SYNC-4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.clock import DAY, MINUTE, Instant


class JobKind(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class JobState(StrEnum):
    PENDING = "pending"
    DONE = "done"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Job:
    """One owed write for ``booking``. Jobs of one booking run one after the other, in the order of ``number``.

    ``draft``: the plain form of the ``EventDraft`` as it stood when the job was made. ``lease_until``: another worker may not
    touch it before. ``run_at``: not before; of a dead letter, when it died. ``tries``: attempts begun. ``error``: the name of
    the error that its last attempt met.
    """

    number: int
    kind: JobKind
    booking: str
    account: str
    calendar: str
    draft: dict[str, object] = field(default_factory=dict)
    state: JobState = JobState.PENDING
    tries: int = 0
    run_at: Instant = 0
    lease_owner: str = ""
    lease_until: Instant = 0
    error: str = ""
    created_at: Instant = 0


def backoff(tries: int, jitter: float) -> int:
    """Seconds to wait after the ``tries``-th failure: 1, 2, 4 … at most 15 minutes, times 0.75 to 1.25 (``jitter`` in 0 to
    1)."""
    doubled: int = 1 << min(max(tries - 1, 0), 10)
    return max(1, round(min(doubled, 900) * (0.75 + 0.5 * jitter)))


GIVE_UP_AFTER = 3 * DAY
GIVE_UP_TRIES = 40
"""Seconds and attempts after which a write that still fails becomes a dead letter with a visible task. Both: a weekend in which
the computer slept is no attempt."""
LIMITED = "RateLimited"
RESTING = ("SignInExpired", "AccessLost")
"""Errors after which a job waits for the service's own time, and for its owner."""
RESTS = DAY
"""Seconds after which a write is tried again that waits for its owner to sign in or to get a calendar back: by then one of them
has long been told, and what told them made it due."""
LONGEST_BACKOFF, LONGEST_WAIT = 20 * MINUTE, 2 * DAY
"""No write waits longer for its back-off, for its owner or for the service; one that seems to was put off by a clock that was
ahead."""


def given_up(job: Job, now: Instant) -> bool:
    """Whether a write that failed once more has failed for good."""
    return job.tries >= GIVE_UP_TRIES and now - job.created_at > GIVE_UP_AFTER
