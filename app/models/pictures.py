"""Photos and logos of pages, as they are sent: named by their content, so that one can be kept for ever by whoever has it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sqlalchemy import delete, select

from app.models.base import Session, store, table
from app.models.types import blob, text

picture = table(
    "picture",
    text("name", default=None, primary_key=True),
    text("type", default=None),
    blob("body"),
)


def keep_picture(session: Session, type_: str, body: bytes) -> str:
    """Stores it, and returns its name."""
    name = f"{hashlib.sha256(body).hexdigest()[:32]}.{'png' if type_ == 'image/png' else 'jpg'}"
    store(session, picture, {"name": name, "type": type_, "body": body})
    return name


def get_picture(session: Session, name: str) -> tuple[str, bytes] | None:
    """Type and bytes."""
    row = session.execute(select(picture.c.type, picture.c.body).where(picture.c.name == name)).first()
    return None if row is None else (row.type, row.body)


def drop_pictures(session: Session, besides: Iterable[str]) -> None:
    """Forgets what no page shows any more."""
    session.execute(delete(picture).where(picture.c.name.not_in(list(besides))))
