"""The outbox: writes to calendars that are owed, with leases, so that one worker at a time does each (SYNC-4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Index, Integer, Row, and_, case, func, insert, select, update
from sqlalchemy import text as sql

from app.domain.calendars import EventDraft
from app.domain.clock import Instant
from app.domain.outbox import Job, JobKind, JobState
from app.domain.plain import to_plain
from app.models.base import Session, table
from app.models.types import document, dump, load, number, one_of, text

_PENDING = "state = 'pending'"
_DEAD = "state = 'dead'"

outbox = table(
    "outbox",
    Column("number", Integer, primary_key=True),
    text("kind", default=None),
    text("booking", default=None),
    text("account", default=None),
    text("calendar", default=None),
    document("draft"),
    text("state", default=JobState.PENDING.value),
    number("tries", default=0),
    number("run_at"),
    text("lease_owner"),
    number("lease_until", default=0),
    text("error"),
    number("created_at"),
    one_of("kind", JobKind),
    one_of("state", JobState),
    Index("outbox_pending", "booking", "number", sqlite_where=sql(_PENDING), postgresql_where=sql(_PENDING)),
    Index("outbox_dead", "number", sqlite_where=sql(_DEAD), postgresql_where=sql(_DEAD)),
)

_first = select(func.min(outbox.c.number)).where(sql(_PENDING)).group_by(outbox.c.booking)
"""The oldest pending job of each booking: its younger ones wait for it."""


def enqueue(
    session: Session,
    kind: JobKind,
    booking: str,
    account: str,
    calendar: str,
    draft: EventDraft | Mapping[str, object],
    now: Instant,
) -> Job:
    """Owes a write, in the same transaction as its cause."""
    plain = to_plain(draft) if isinstance(draft, EventDraft) else dict(draft)
    values = {
        "kind": kind.value,
        "booking": booking,
        "account": account,
        "calendar": calendar,
        "draft": dump(plain),
        "run_at": now,
        "created_at": now,
    }
    (number,) = session.execute(insert(outbox), values).inserted_primary_key or (0,)
    return Job(number, kind, booking, account, calendar, plain, run_at=now, created_at=now)


def lease(session: Session, owner: str, now: Instant, lease_seconds: int, limit: int) -> tuple[Job, ...]:
    """Takes up to ``limit`` jobs that are due and that nobody holds; a lease that has ended holds nothing. Each counts one
    try more.
    """
    due = (
        select(outbox.c.number)
        .where(outbox.c.number.in_(_first), outbox.c.run_at <= now, outbox.c.lease_until <= now)
        .order_by(outbox.c.run_at, outbox.c.number)
        .limit(limit)
    )
    numbers = list(session.execute(due).scalars())
    if not numbers:
        return ()
    taken = {"lease_owner": owner, "lease_until": now + lease_seconds}
    session.execute(update(outbox).where(outbox.c.number.in_(numbers)).values(tries=outbox.c.tries + 1, **taken))
    rows = session.execute(select(outbox).where(outbox.c.number.in_(numbers)).order_by(outbox.c.run_at, outbox.c.number))
    return tuple(_from_row(row) for row in rows)


def release_all(session: Session) -> None:
    """Ends every lease. For a worker that starts where no other can be: whoever held one has died."""
    session.execute(update(outbox).where(sql(_PENDING)).values(lease_owner="", lease_until=0))


def finish(session: Session, number: int, owner: str) -> bool:
    """The write is done. What it said is forgotten; that it was owed and paid stays on record. False when the lease was
    lost.
    """
    return _settle(session, number, owner, state=JobState.DONE.value, draft="{}", error="")


def postpone(session: Session, number: int, owner: str, run_at: Instant, error: str) -> bool:
    """The write failed for now and is tried again at ``run_at``. False when the lease was lost."""
    return _settle(session, number, owner, run_at=run_at, error=error)


def bury(session: Session, number: int, owner: str, error: str) -> bool:
    """The write failed for good: a dead letter. False when the lease was lost."""
    return _settle(session, number, owner, state=JobState.DEAD.value, error=error)


def next_run(session: Session) -> Instant | None:
    """When the next job can be taken; None when nothing is owed."""
    free_at = case((outbox.c.lease_until > outbox.c.run_at, outbox.c.lease_until), else_=outbox.c.run_at)
    return session.execute(select(func.min(free_at)).where(outbox.c.number.in_(_first))).scalar()


def dead_jobs(session: Session) -> tuple[Job, ...]:
    """Dead letters, oldest first."""
    return _all(session, sql(_DEAD))


def pending_for(session: Session, booking: str) -> tuple[Job, ...]:
    """What is still owed for the booking, in the order in which it will be done."""
    return _all(session, and_(outbox.c.booking == booking, sql(_PENDING)))


def _settle(session: Session, number: int, owner: str, **values: Any) -> bool:
    ours = and_(outbox.c.number == number, outbox.c.lease_owner == owner, sql(_PENDING))
    return session.execute(update(outbox).where(ours).values(lease_owner="", lease_until=0, **values)).rowcount == 1


def _all(session: Session, which: Any) -> tuple[Job, ...]:
    return tuple(_from_row(row) for row in session.execute(select(outbox).where(which).order_by(outbox.c.number)))


def _from_row(row: Row[Any]) -> Job:
    return Job(
        number=row.number,
        kind=JobKind(row.kind),
        booking=row.booking,
        account=row.account,
        calendar=row.calendar,
        draft=load(row.draft),
        state=JobState(row.state),
        tries=row.tries,
        run_at=row.run_at,
        lease_owner=row.lease_owner,
        lease_until=row.lease_until,
        error=row.error,
        created_at=row.created_at,
    )
