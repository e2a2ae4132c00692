"""A copy of the database, opened to be read at leisure: nobody waits for whoever reads it, and nothing in it changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Column, LargeBinary, Table, func, select

from app.models import engine
from app.models.base import Session
from app.models.schema import metadata
from app.models.types import load

_NOT_OURS = frozenset({"secret", "manage_token", "idempotency", "meta", "counted"})
"""Tables in which nothing but keys, ciphers and hashes lies."""
_HIDDEN = ("token", "hash", "secret", "cipher", "sealed", "salt")


@contextmanager
def opened(copy: Path) -> Iterator[Session]:
    """The copy, for this thread alone."""
    connection = engine.reader(copy).connect()
    try:
        yield connection
    finally:
        connection.close()


def tables() -> tuple[Table, ...]:
    """The tables that can be taken away, in an order in which no row refers to a later one."""
    return tuple(each for each in metadata.sorted_tables if each.name not in _NOT_OURS)


def count(session: Session, table: Table) -> int:
    return session.execute(select(func.count()).select_from(table)).scalar_one()


def each_row(session: Session, table: Table) -> Iterator[dict[str, Any]]:
    """The rows as plain values, read as they are asked for; without tokens, hashes and ciphers, and with documents as trees."""
    columns = [each for each in table.columns if _can_go(each)]
    keys = [table.c[each.name] for each in table.primary_key]
    documents = {each.name for each in columns if _is_document(each)}
    for row in session.execute(select(*columns).order_by(*keys)).yield_per(500):
        yield {name: _tree(value) if name in documents else value for name, value in row._mapping.items()}


def _can_go(column: Column[Any]) -> bool:
    return not isinstance(column.type, LargeBinary) and not any(word in column.name for word in _HIDDEN)


def _is_document(column: Column[Any]) -> bool:
    default = getattr(column.server_default, "arg", "")
    return str(default) in ("{}", "[]") or (column.table.name in ("setting",) and column.name == "document")


def _tree(text: str) -> Any:
    try:
        return load(text)
    except ValueError:
        # One that could not be read stands in the settings that were put aside; it is taken along as it is.
        return text
