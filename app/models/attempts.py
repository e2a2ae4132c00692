"""Booking attempts: what visitors did or tried, as the dashboard lists it (INACT-3, CONTRACT 4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Index, Row, and_, func, insert, or_, select, update

from app.domain.booking import Attempt, AttemptKind
from app.domain.clock import DAY, Instant
from app.models.base import Session, table
from app.models.types import flag, number, one_of, text

FOLDED_WITHIN = DAY

attempt = table(
    "attempt",
    text("id", default=None, primary_key=True),
    number("at"),
    text("kind", default=None),
    text("page", default=None),
    text("title"),
    text("name"),
    text("email"),
    number("start", default=0),
    text("reason"),
    text("message"),
    text("booking"),
    number("times", default=1),
    flag("dismissed"),
    one_of("kind", AttemptKind),
    Index("attempt_by_time", "at"),
)


def record_attempt(session: Session, new: Attempt) -> Attempt:
    """Keeps the attempt, and returns what is kept.

    A blocked one that repeats an earlier of the same visitor within a day is folded into that: known by e-mail, or, without
    one, by name and page. It then counts one more, stands at the later time and says what was said last.
    """
    earlier = _earlier(session, new) if new.kind is AttemptKind.BLOCKED else None
    if earlier is None:
        session.execute(insert(attempt), {**_to_row(new), "dismissed": 0})
        return new
    folded = replace(
        new, id=earlier.id, times=earlier.times + 1, start=new.start or earlier.start, message=new.message or earlier.message
    )
    session.execute(update(attempt).where(attempt.c.id == earlier.id).values(**_to_row(folded)))
    return folded


def recent_attempts(session: Session, limit: int = 30) -> tuple[Attempt, ...]:
    """The latest that were not put away, newest first."""
    statement = select(attempt).where(attempt.c.dismissed == 0).order_by(attempt.c.at.desc(), attempt.c.id).limit(limit)
    return tuple(_from_row(row) for row in session.execute(statement))


def attempts_of(session: Session, email: str, bookings: Iterable[str]) -> tuple[Attempt, ...]:
    """All of a visitor, by an address in lower case or by one of their bookings, newest first."""
    which = or_(func.lower(attempt.c.email) == email, attempt.c.booking.in_(list(bookings)))
    statement = select(attempt).where(which).order_by(attempt.c.at.desc(), attempt.c.id)
    return tuple(_from_row(row) for row in session.execute(statement))


def each_attempt(session: Session) -> Iterator[Attempt]:
    """All attempts by time, read as they are asked for."""
    rows = session.execute(select(attempt).order_by(attempt.c.at, attempt.c.id)).yield_per(500)
    return (_from_row(row) for row in rows)


def dismiss_attempt(session: Session, attempt_id: str) -> None:
    """Takes the attempt off the list. It still counts, and a repetition of it comes as a new one."""
    session.execute(update(attempt).where(attempt.c.id == attempt_id).values(dismissed=1))


def blocked_since(session: Session, at: Instant) -> int:
    """How many visitors could not book since then."""
    statement = select(func.count()).where(attempt.c.kind == AttemptKind.BLOCKED.value, attempt.c.at >= at)
    return session.execute(statement).scalar_one()


def _earlier(session: Session, new: Attempt) -> Attempt | None:
    who: ColumnElement[bool]
    if new.email:
        who = func.lower(attempt.c.email) == new.email.lower()
    elif new.name:
        who = and_(attempt.c.email == "", attempt.c.name == new.name, attempt.c.page == new.page)
    else:
        return None
    statement = (
        select(attempt)
        .where(
            attempt.c.kind == AttemptKind.BLOCKED.value,
            attempt.c.dismissed == 0,
            attempt.c.at > new.at - FOLDED_WITHIN,
            who,
        )
        .order_by(attempt.c.at.desc())
        .limit(1)
    )
    row = session.execute(statement).first()
    return None if row is None else _from_row(row)


def _to_row(kept: Attempt) -> dict[str, Any]:
    return {
        "id": kept.id,
        "at": kept.at,
        "kind": kept.kind.value,
        "page": kept.page,
        "title": kept.title,
        "name": kept.name,
        "email": kept.email,
        "start": kept.start,
        "reason": kept.reason,
        "message": kept.message,
        "booking": kept.booking,
        "times": kept.times,
    }


def _from_row(row: Row[Any]) -> Attempt:
    return Attempt(
        id=row.id,
        at=row.at,
        kind=AttemptKind(row.kind),
        page=row.page,
        title=row.title,
        name=row.name,
        email=row.email,
        start=row.start,
        reason=row.reason,
        message=row.message,
        booking=row.booking,
        times=row.times,
    )
