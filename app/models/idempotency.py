"""Answers that are kept for a day, so that a form sent twice is answered the same (CONTRACT 3).

Only hashes and ciphers lie here.
"""

from __future__ import annotations

from sqlalchemy import Index, delete, select

from app.domain.clock import Instant
from app.models.base import Session, store, table
from app.models.types import blob, number

idempotency = table(
    "idempotency",
    blob("key_hash", primary_key=True),
    blob("body_hash"),
    blob("cipher"),
    number("expires"),
    Index("idempotency_by_expiry", "expires"),
)


def recall(session: Session, key_hash: bytes, now: Instant) -> tuple[bytes, bytes] | None:
    """Hash of the body and the enciphered answer that belong to the key; None for a key that is unknown or has expired."""
    statement = select(idempotency.c.body_hash, idempotency.c.cipher)
    row = session.execute(statement.where(idempotency.c.key_hash == key_hash, idempotency.c.expires > now)).first()
    return None if row is None else (row.body_hash, row.cipher)


def remember(session: Session, key_hash: bytes, body_hash: bytes, cipher: bytes, expires: Instant) -> None:
    """Keeps an answer until ``expires``; an expired one with the same key makes room."""
    store(session, idempotency, {"key_hash": key_hash, "body_hash": body_hash, "cipher": cipher, "expires": expires})


def forget_expired(session: Session, now: Instant) -> int:
    """Removes the answers whose time is over and returns how many."""
    return session.execute(delete(idempotency).where(idempotency.c.expires <= now)).rowcount
