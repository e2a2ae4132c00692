"""The record of what was removed and when (DATA-3): proof towards whoever asked, without keeping whom."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, Row, delete, select

from app.domain.keeping import Removal, RemovalKind
from app.models.base import Session, store, table
from app.models.types import document, dump, flag, load, maybe_blob, number, one_of, text

LOOKED = "looked"

removal = table(
    "removal",
    text("id", default=None, primary_key=True),
    number("at"),
    text("kind", default=None),
    maybe_blob("address_hash"),
    document("counts"),
    flag("doubt"),
    one_of("kind", RemovalKind),
    Index("removal_by_time", "at"),
)


def record_removal(session: Session, new: Removal) -> None:
    """Adds a line. Of *looked* there is one, brought to the latest look."""
    values = {
        "id": LOOKED if new.kind is RemovalKind.LOOKED else new.id,
        "at": new.at,
        "kind": new.kind.value,
        "address_hash": new.address_hash or None,
        "counts": dump(dict(new.counts)),
        "doubt": int(new.doubt),
    }
    store(session, removal, values)


def last_look(session: Session) -> Removal | None:
    """When time was last looked at, and whether the clock was believed."""
    row = session.execute(select(removal).where(removal.c.id == LOOKED)).first()
    return None if row is None else _from_row(row)


def list_removals(session: Session, limit: int = 200) -> tuple[Removal, ...]:
    """The record, newest first."""
    kept = select(removal).where(removal.c.kind != RemovalKind.LOOKED.value)
    return tuple(_from_row(row) for row in session.execute(kept.order_by(removal.c.at.desc(), removal.c.id).limit(limit)))


def forget_looks(session: Session) -> None:
    """Takes the latest look back, so that the next one begins anew."""
    session.execute(delete(removal).where(removal.c.id == LOOKED))


def _from_row(row: Row[Any]) -> Removal:
    return Removal(row.id, row.at, RemovalKind(row.kind), row.address_hash or b"", load(row.counts), bool(row.doubt))
