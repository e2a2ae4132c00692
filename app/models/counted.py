"""What visitors did that is limited over longer than the program may run (QUALITY 4.5).

Addresses lie here under names that the page server makes of them with a key of the workspace, so that nobody reads them here.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Column, Index, Integer, delete, insert, select

from app.domain.clock import Instant
from app.models.base import Session, table
from app.models.types import number, text

counted = table(
    "counted",
    Column("id", Integer, primary_key=True),
    text("kind", default=None),
    text("name", default=None),
    number("at"),
    Index("counted_by_time", "at"),
)


def add_counted(session: Session, lines: Iterable[tuple[str, str, Instant]]) -> None:
    """Kind, name and time of each."""
    rows = [{"kind": kind, "name": name, "at": at} for kind, name, at in lines]
    if rows:
        session.execute(insert(counted), rows)


def counted_since(session: Session, since: Instant, most: int) -> list[tuple[str, str, Instant]]:
    """The newest ``most``, the oldest of them first."""
    newest = select(counted.c.kind, counted.c.name, counted.c.at).where(counted.c.at > since)
    rows = session.execute(newest.order_by(counted.c.id.desc()).limit(most)).all()
    return [(row.kind, row.name, row.at) for row in reversed(rows)]


def forget_counted(session: Session, until: Instant) -> None:
    session.execute(delete(counted).where(counted.c.at <= until))
