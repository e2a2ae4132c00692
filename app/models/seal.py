"""The seal of a clean exit: whether the file is still what it was when the program closed it.

At a clean exit the digest of the file is kept beside it, together with the number of that opening. While the program runs
there is none. So at the next start either the digest fits, and the file is exactly what was written; or it does not, and
something else changed the file: a failing disk, another program. Without one the last exit was not clean and the database
has to be checked.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Seal:
    """``opening``: the number that the database had while it was open."""

    opening: int
    digest: str


def seal_path(database: Path) -> Path:
    return database.with_suffix(".seal")


def log_path(database: Path) -> Path:
    """SQLite's write-ahead log of ``database``."""
    return database.with_name(database.name + "-wal")


def log_is_empty(database: Path) -> bool:
    """Whether everything stands in the database file itself."""
    log = log_path(database)
    return not log.exists() or log.stat().st_size == 0


def digest_of(database: Path) -> str:
    """SHA-256 of the file. Only while no connection of this process has it open."""
    with database.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_seal(database: Path) -> Seal | None:
    """What a clean exit left, or None."""
    try:
        opening, digest = seal_path(database).read_text("ascii").split()
        return Seal(int(opening), digest)
    except (OSError, ValueError):
        return None


def break_seal(database: Path) -> None:
    with contextlib.suppress(OSError):
        seal_path(database).unlink()


def put_seal(database: Path, opening: int) -> None:
    """Seals a database that is closed. Where there is no room for it, the next start checks the database instead."""
    with contextlib.suppress(OSError):
        if not log_is_empty(database):
            return
        half = seal_path(database).with_suffix(".seal-new")
        with half.open("w", encoding="ascii") as file:
            file.write(f"{opening} {digest_of(database)}\n")
            file.flush()
            os.fsync(file.fileno())
        half.replace(seal_path(database))
