"""Letters that are owed, kept from the moment of their cause until they are sent."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, Row, func, select, update
from sqlalchemy import text as sql

from app.domain.mails import Mail, MailKind, MailState
from app.domain.plain import from_plain, to_plain
from app.models.base import Session, store, table
from app.models.types import document, dump, load, number, one_of, text

_OPEN = "state IN ('held', 'waiting')"

mail = table(
    "mail",
    text("id", default=None, primary_key=True),
    text("kind", default=None),
    text("state", default=None),
    text("recipient"),
    text("about"),
    number("created_at"),
    number("run_at", default=0),
    document("content"),
    one_of("kind", MailKind),
    one_of("state", MailState),
    Index("mail_open", "run_at", sqlite_where=sql(_OPEN), postgresql_where=sql(_OPEN)),
    Index("mail_about", "about"),
)


def owe_mail(session: Session, new: Mail) -> None:
    """Owes a letter, in the transaction of its cause; the same id again brings it to this content."""
    values = {
        "id": new.id,
        "kind": new.kind.value,
        "state": new.state.value,
        "recipient": new.to,
        "about": new.about,
        "created_at": new.created_at,
        "run_at": new.run_at,
        "content": dump(to_plain(new)),
    }
    store(session, mail, values)


def open_mails(session: Session, kind: MailKind | None = None) -> tuple[Mail, ...]:
    """What is held or waits, oldest first."""
    statement = select(mail).where(sql(_OPEN)).order_by(mail.c.created_at, mail.c.id)
    if kind is not None:
        statement = statement.where(mail.c.kind == kind.value)
    return tuple(_from_row(row) for row in session.execute(statement))


def waiting_mails(session: Session) -> int:
    """How many letters wait to be sent."""
    statement = select(func.count()).where(mail.c.state == MailState.WAITING.value)
    return session.execute(statement).scalar_one()


def last_mail(session: Session, kind: MailKind, recipient: str) -> Mail | None:
    """The latest of the kind to that address, whatever became of it."""
    statement = (
        select(mail)
        .where(mail.c.kind == kind.value, mail.c.recipient == recipient)
        .order_by(mail.c.created_at.desc(), mail.c.id.desc())
        .limit(1)
    )
    row = session.execute(statement).first()
    return None if row is None else _from_row(row)


def set_mail_state(session: Session, mail_id: str, state: MailState) -> bool:
    """False if the letter is not open any more."""
    changed = session.execute(update(mail).where(mail.c.id == mail_id, sql(_OPEN)).values(state=state.value))
    return changed.rowcount == 1


def _from_row(row: Row[Any]) -> Mail:
    found: Mail = from_plain(Mail, {**load(row.content), "state": row.state})
    return found
