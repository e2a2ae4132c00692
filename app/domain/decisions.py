"""The decision on one wanted time: booked at once, asked for, or refused (BOOK-1, BOOK-3, SYNC-6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.domain.availability import Busy, Occupied, Plan, Reason, Why, explain
from app.domain.clock import Instant


class Outcome(StrEnum):
    CONFIRM = "confirm"
    REQUEST = "request"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a page stands, whatever the time wanted.

    ``offline``: no calendar takes bookings. ``approval``: the owner wants to be asked. ``inactive``: checked calendars to which
    access was lost. ``stale``: checked calendars that could not be read afresh and were last read longer ago than the limit.
    """

    offline: bool = False
    approval: bool = False
    paused: bool = False
    inactive: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """``reasons``: why it is refused, or which stale calendars made a request of it."""

    outcome: Outcome
    reasons: tuple[Reason, ...] = ()


def decide(
    plan: Plan,
    duration_minutes: int,
    start: Instant,
    busy: Iterable[Busy],
    occupied: Iterable[Occupied],
    standing: Standing,
    now: Instant,
) -> Decision:
    """What becomes of a visitor's wish for ``start``; confirmed or asked for only if ``free_slots`` offers it at ``now``."""
    closed = tuple(Reason(Why.CALENDAR_INACTIVE, f"calendar:{each}") for each in standing.inactive)
    if standing.paused:
        closed = (Reason(Why.PAUSED), *closed)
    reasons = closed or explain(plan, duration_minutes, busy, occupied, now, start)
    if reasons:
        return Decision(Outcome.REFUSE, reasons)
    stale = tuple(Reason(Why.STALE, f"calendar:{each}") for each in standing.stale)
    if standing.offline or standing.approval or stale:
        return Decision(Outcome.REQUEST, stale)
    return Decision(Outcome.CONFIRM)
