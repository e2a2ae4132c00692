"""Secret links to pages: known by the hash of their token alone, good for one booking or until a time (PAGE-2)."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, Row, delete, insert, select, update

from app.domain.clock import Instant
from app.domain.pages import PageLink
from app.models.base import Session, table
from app.models.types import blob, flag, number, text

page_link = table(
    "page_link",
    text("id", default=None, primary_key=True),
    blob("hash", unique=True),
    text("page", ForeignKey("page.id", ondelete="CASCADE"), default=None),
    text("label"),
    number("created_at"),
    number("expires", default=0),
    flag("single"),
    text("booking"),
    number("used_at", default=0),
    Index("page_link_of", "page", "created_at"),
)
"""``booking``: the one that a single-use link was spent on."""


def add_link(session: Session, link: PageLink, token_hash: bytes) -> None:
    values = {
        "id": link.id, "hash": token_hash, "page": link.page, "label": link.label, "created_at": link.created_at,
        "expires": link.expires, "single": int(link.single),
    }  # fmt: skip
    session.execute(insert(page_link), values)


def link_by_hash(session: Session, token_hash: bytes) -> PageLink | None:
    """Whichever page it opens; also one that is spent or has expired."""
    row = session.execute(select(page_link).where(page_link.c.hash == token_hash)).first()
    return None if row is None else _from_row(row)


def links_of(session: Session, page_id: str) -> tuple[PageLink, ...]:
    """The page's links, newest first."""
    statement = select(page_link).where(page_link.c.page == page_id).order_by(page_link.c.created_at.desc(), page_link.c.id)
    return tuple(_from_row(row) for row in session.execute(statement))


def spend(session: Session, link_id: str, booking: str, at: Instant) -> None:
    session.execute(update(page_link).where(page_link.c.id == link_id).values(booking=booking, used_at=at))


def drop_link(session: Session, link_id: str) -> None:
    session.execute(delete(page_link).where(page_link.c.id == link_id))


def _from_row(row: Row[tuple[object, ...]]) -> PageLink:
    return PageLink(
        row.id, row.page, row.label, row.created_at, row.expires, bool(row.single), row.booking, row.used_at
    )  # fmt: skip
