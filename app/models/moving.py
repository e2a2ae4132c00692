"""Makes a copy of the database fit to leave this computer: without what only this computer's keyring opens (DATA-2)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from app.domain.connections import ProviderKind

_STATEMENTS = (
    "DELETE FROM secret",
    "DELETE FROM idempotency",
    "UPDATE manage_token SET cipher = NULL",
    f"UPDATE account SET signed_out = 1 WHERE provider <> '{ProviderKind.LOCAL.value}'",
)


def strip(copy: Path) -> None:
    """Takes sign-ins and ciphers out of the copy, also where they lay before. Accounts elsewhere have to be signed in to again.
    Raises sqlite3.Error."""
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute("BEGIN IMMEDIATE")
        for statement in _STATEMENTS:
            connection.execute(statement)
        connection.execute("COMMIT")
        connection.execute("VACUUM")


def sign_ins(copy: Path) -> int:
    """How many accounts will have to be signed in to again."""
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        wanted = "SELECT count(*) FROM account WHERE provider <> ?"
        return int(connection.execute(wanted, (ProviderKind.LOCAL.value,)).fetchone()[0])
