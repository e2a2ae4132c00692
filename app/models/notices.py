"""Notices for the owner that nobody has shown yet: kept from the moment of their cause, so that a restart loses none."""

from __future__ import annotations

from sqlalchemy import delete, select

from app.domain.notices import Notice, NoticeKind
from app.domain.plain import from_plain, to_plain
from app.models.base import Session, store, table
from app.models.types import document, dump, load, number, one_of, text

notice = table(
    "notice",
    text("id", default=None, primary_key=True),
    text("kind", default=None),
    number("at"),
    document("content"),
    one_of("kind", NoticeKind),
)


def add_notice(session: Session, new: Notice) -> None:
    """Owes the owner a notice; the same id again brings it to this content."""
    store(session, notice, {"id": new.id, "kind": new.kind.value, "at": new.at, "content": dump(to_plain(new))})


def pending_notices(session: Session) -> tuple[Notice, ...]:
    """What has not been shown, in the order in which it happened."""
    rows = session.execute(select(notice.c.content).order_by(notice.c.at, notice.c.id))
    return tuple(from_plain(Notice, load(content)) for (content,) in rows)


def notice_shown(session: Session, notice_id: str) -> None:
    """The notice is no longer owed; with it goes what it said about the visitor."""
    session.execute(delete(notice).where(notice.c.id == notice_id))
