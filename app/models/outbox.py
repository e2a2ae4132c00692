"""The outbox: writes to calendars that are owed, with leases, so that one worker at a time does each (SYNC-4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Index, Integer, Row, Update, and_, case, exists, func, insert, or_, select, update
from sqlalchemy import text as sql

from app.domain.calendars import EventDraft
from app.domain.clock import Instant
from app.domain.connections import CalendarState
from app.domain.outbox import LIMITED, LONGEST_BACKOFF, LONGEST_WAIT, RESTING, Job, JobKind, JobState
from app.domain.plain import to_plain
from app.models import accounts
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
_newer = outbox.alias("newer")
_is_last = ~exists().where(_newer.c.booking == outbox.c.booking, _newer.c.number > outbox.c.number)
_longest = case((outbox.c.error.in_((LIMITED, *RESTING)), LONGEST_WAIT), else_=LONGEST_BACKOFF)
_can_be_written = and_(
    ~exists().where(accounts.account.c.id == outbox.c.account, accounts.account.c.signed_out == 1),
    ~exists().where(
        accounts.calendar.c.id == outbox.c.calendar,
        accounts.calendar.c.state == CalendarState.INACTIVE.value,
        or_(accounts.calendar.c.booking == 1, accounts.calendar.c.checked == 1),
    ),
)
"""Its account is signed in, and its calendar not known to be lost. One that is lost and used for nothing any more does not come
back: its jobs are taken, to be found impossible."""


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


def lease(
    session: Session, owner: str, now: Instant, lease_seconds: int, limit: int, account: str | None = None
) -> tuple[Job, ...]:
    """Takes up to ``limit`` jobs, of ``account`` if one is named, that are due and that nobody holds; a lease that has ended,
    or was made by a clock that was ahead, holds nothing. Each counts one try more.
    """
    due = (
        select(outbox.c.number)
        .where(outbox.c.number.in_(_first), _can_be_written)
        .where(or_(outbox.c.run_at <= now, outbox.c.run_at > now + _longest))
        .where(or_(outbox.c.lease_until <= now, outbox.c.lease_until > now + LONGEST_BACKOFF))
        .order_by(outbox.c.run_at, outbox.c.number)
        .limit(limit)
    )
    if account is not None:
        due = due.where(outbox.c.account == account)
    numbers = list(session.execute(due).scalars())
    if not numbers:
        return ()
    taken = {"lease_owner": owner, "lease_until": now + lease_seconds}
    session.execute(update(outbox).where(outbox.c.number.in_(numbers)).values(tries=outbox.c.tries + 1, **taken))
    rows = session.execute(select(outbox).where(outbox.c.number.in_(numbers)).order_by(outbox.c.run_at, outbox.c.number))
    return tuple(_from_row(row) for row in rows)


def begin(session: Session, now: Instant) -> None:
    """Ends every lease and every rest. For a worker that starts where no other can be: whoever held a lease has died, and what
    rested for a sign-in may have missed it."""
    session.execute(update(outbox).where(sql(_PENDING)).values(lease_owner="", lease_until=0))
    session.execute(update(outbox).where(sql(_PENDING), outbox.c.error.in_(RESTING)).values(run_at=now))


def finish(session: Session, number: int, owner: str) -> bool:
    """The write is done. What it said is forgotten; that it was owed and paid stays on record. False when the lease was
    lost.
    """
    return _settle(session, number, owner, state=JobState.DONE.value, draft="{}", error="")


def postpone(session: Session, number: int, owner: str, run_at: Instant, error: str) -> bool:
    """The write failed for now and is tried again at ``run_at``. False when the lease was lost."""
    return _settle(session, number, owner, run_at=run_at, error=error)


def bury(session: Session, number: int, owner: str, error: str, now: Instant) -> bool:
    """The write failed for good: a dead letter. False when the lease was lost."""
    return _settle(session, number, owner, state=JobState.DEAD.value, error=error, run_at=now)


def revive(session: Session, number: int, now: Instant) -> None:
    """A dead letter is owed once more, as if it had never been tried."""
    dead = update(outbox).where(outbox.c.number == number, sql(_DEAD))
    session.execute(dead.values(state=JobState.PENDING.value, tries=0, run_at=now, error="", created_at=now))


def put_off(session: Session, account: str, until: Instant, error: str, calendar: str = "") -> None:
    """Nothing of the account, or of one calendar of it, is tried before ``until``."""
    session.execute(_of(account, calendar).where(outbox.c.run_at < until).values(run_at=until, error=error))


def forgive(session: Session, account: str) -> None:
    """Nothing is owed to the account any more: it is not connected."""
    session.execute(_of(account, "").values(state=JobState.DONE.value, lease_owner="", lease_until=0))


def make_due(session: Session, account: str, now: Instant, calendar: str = "") -> None:
    """What of the account, or of one calendar of it, was put off is due, unless the service itself said when."""
    waiting = _of(account, calendar).where(outbox.c.run_at > now, outbox.c.error != LIMITED)
    session.execute(waiting.values(run_at=now))


def next_runs(session: Session, now: Instant) -> dict[str, Instant]:
    """By account, when its next job can be taken. Accounts that nothing is owed to, or that cannot be written to, are left
    out."""
    run_at = case((outbox.c.run_at > now + _longest, now), else_=outbox.c.run_at)
    held = and_(outbox.c.lease_until > run_at, outbox.c.lease_until <= now + LONGEST_BACKOFF)
    free_at = case((held, outbox.c.lease_until), else_=run_at)
    found = select(outbox.c.account, func.min(free_at)).where(outbox.c.number.in_(_first), _can_be_written)
    return {row[0]: row[1] for row in session.execute(found.group_by(outbox.c.account))}


def failing(session: Session) -> tuple[str, ...]:
    """The accounts at which the last try of a job failed."""
    return tuple(session.execute(select(outbox.c.account).where(sql(_PENDING), outbox.c.error != "").distinct()).scalars())


def limited_until(session: Session, now: Instant) -> dict[str, Instant]:
    """The accounts whose service asked us to wait, and until when."""
    limited = and_(sql(_PENDING), outbox.c.error == LIMITED, outbox.c.run_at > now, outbox.c.run_at <= now + LONGEST_WAIT)
    found = select(outbox.c.account, func.max(outbox.c.run_at)).where(limited).group_by(outbox.c.account)
    return {row[0]: row[1] for row in session.execute(found)}


def dead_jobs(session: Session) -> tuple[Job, ...]:
    """Dead letters that nothing was owed after, oldest first. One that its booking has left behind stays on record only."""
    return _all(session, and_(sql(_DEAD), _is_last))


def last_for(session: Session, booking: str) -> Job | None:
    """The newest job of the booking, whatever became of it."""
    row = session.execute(select(outbox).where(outbox.c.booking == booking).order_by(outbox.c.number.desc()).limit(1)).first()
    return None if row is None else _from_row(row)


def count_of(session: Session, booking: str, kind: JobKind) -> int:
    """How many jobs of the kind the booking has had, whatever became of them."""
    statement = select(func.count()).where(outbox.c.booking == booking, outbox.c.kind == kind.value)
    return session.execute(statement).scalar_one()


def pending_for(session: Session, booking: str) -> tuple[Job, ...]:
    """What is still owed for the booking, in the order in which it will be done."""
    return _all(session, and_(outbox.c.booking == booking, sql(_PENDING)))


def _settle(session: Session, number: int, owner: str, **values: Any) -> bool:
    ours = and_(outbox.c.number == number, outbox.c.lease_owner == owner, sql(_PENDING))
    return session.execute(update(outbox).where(ours).values(lease_owner="", lease_until=0, **values)).rowcount == 1


def _of(account: str, calendar: str) -> Update:
    """What is owed to the account, or to one calendar of it."""
    owed = update(outbox).where(sql(_PENDING), outbox.c.account == account)
    return owed.where(outbox.c.calendar == calendar) if calendar else owed


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
