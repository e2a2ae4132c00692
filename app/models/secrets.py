"""Sealed secrets: sign-ins, passwords and OAuth clients, as ciphertext only (CON-10).

What is sealed is bound to the row's ``id`` (its *context*), so that a row moved to another place does not open there.
"""

from __future__ import annotations

from sqlalchemy import delete, select

from app.models.base import Session, store, table
from app.models.types import blob, text

secret = table("secret", text("id", default=None, primary_key=True), blob("sealed"))


def save_secret(session: Session, secret_id: str, sealed: bytes) -> None:
    """Keeps what was sealed, in place of what was kept under that id before."""
    store(session, secret, {"id": secret_id, "sealed": sealed})


def get_secret(session: Session, secret_id: str) -> bytes | None:
    return session.execute(select(secret.c.sealed).where(secret.c.id == secret_id)).scalar()


def delete_secret(session: Session, secret_id: str) -> None:
    """Forgets it. One that is gone already is no error."""
    session.execute(delete(secret).where(secret.c.id == secret_id))
