"""A look into a workspace that is not open, by the standard library alone: for what is wanted before SQLAlchemy is there."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path


def last_place(database: Path) -> tuple[int, str]:
    """The port that the pages had last, 0 if it cannot be told, and how far they reached (``settings.Reach``). Only while no
    connection of this process has the file open."""
    if not database.exists():
        return 0, ""
    with contextlib.suppress(sqlite3.Error, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        # Immutable: nothing is locked and nothing written, whatever state the file is in.
        connection = sqlite3.connect(f"{database.absolute().as_uri()}?immutable=1", uri=True)
        try:
            (document,) = connection.execute("SELECT document FROM setting").fetchone()
        finally:
            connection.close()
        publishing = json.loads(document)["publishing"]
        port, reach = publishing["port"], publishing.get("reach", "")
        return (port if isinstance(port, int) and 0 < port < 65536 else 0), str(reach)
    return 0, ""
