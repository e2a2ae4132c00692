"""The kinds of columns: what the program's values look like in the database.

SQLite tables are STRICT, so only INTEGER, TEXT and BLOB exist there; other databases get their nearest kind. Instants are whole
seconds, flags are 0 or 1, lists and small trees are JSON text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, Integer, LargeBinary, Text
from sqlalchemy.sql.schema import SchemaItem

_NUMBER = BigInteger().with_variant(Integer(), "sqlite")


def text(name: str, *items: SchemaItem, default: str | None = "", **options: Any) -> Column[str]:
    """Text that is never NULL. ``default`` None: a value must be given."""
    return Column(name, Text, *items, nullable=False, server_default=default, **options)


def maybe_text(name: str) -> Column[str | None]:
    return Column(name, Text, nullable=True)


def number(name: str, *items: SchemaItem, default: int | None = None, **options: Any) -> Column[int]:
    """A whole number or an instant, never NULL."""
    return Column(name, _NUMBER, *items, nullable=False, server_default=None if default is None else str(default), **options)


def maybe_number(name: str) -> Column[int | None]:
    return Column(name, _NUMBER, nullable=True)


def flag(name: str, default: bool = False) -> Column[int]:
    """0 or 1."""
    return Column(name, Integer, CheckConstraint(f"{name} IN (0, 1)"), nullable=False, server_default=str(int(default)))


def blob(name: str, *items: SchemaItem, **options: Any) -> Column[bytes]:
    return Column(name, LargeBinary, *items, nullable=False, **options)


def maybe_blob(name: str) -> Column[bytes | None]:
    return Column(name, LargeBinary, nullable=True)


def document(name: str, default: str = "{}") -> Column[str]:
    """JSON text; ``default`` is its empty form."""
    return Column(name, Text, nullable=False, server_default=default)


def one_of(name: str, kinds: type[StrEnum]) -> CheckConstraint:
    """The values that ``name`` may have."""
    return CheckConstraint(f"{name} IN ({listed(kinds)})")


def listed(words: Iterable[str]) -> str:
    """Words as SQL literals, in a stable order."""
    return ", ".join(f"'{word}'" for word in words)


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def dump(value: object) -> str:
    """The JSON text of a plain value: the same value gives the same text."""
    return _encode(value)


def load(text: str) -> Any:
    return json.loads(text)
