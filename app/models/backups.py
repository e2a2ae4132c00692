"""Backups: whole copies of the database, made while it is in use, checked before they count, the newest seven kept (DATA-2,
DATA-4).
"""

from __future__ import annotations

import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from app.domain.clock import Instant
from app.models.engine import looker
from app.paths import backup_folder, make_private

KEPT = 7
_PATTERN = "aftale-*.db"
_PAGES = 256
"""Pages a step: between two steps the writer and the readers go on."""
_SMALL = 32 * 1024 * 1024
"""Bytes that can be checked throughout in a fraction of a second."""


def backup_path(database: Path, now: Instant) -> Path:
    """Where a backup made ``now`` belongs; by name the newest is the last."""
    stamp = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")
    return backup_folder(database.parent) / f"aftale-{stamp}.db"


def copy(database: Path, to: Path) -> None:
    """Copies the database to ``to``, which appears whole or not at all. Raises sqlite3.Error and OSError."""
    make_private(to.parent)
    half = to.with_name(to.name + ".part")
    half.unlink(missing_ok=True)
    os.close(os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        _fill(database, half)
        _flush(half)
        half.replace(to)
        _flush(to.parent)
    finally:
        half.unlink(missing_ok=True)


def _fill(database: Path, half: Path) -> None:
    source, target = looker(database), sqlite3.connect(half, isolation_level=None)
    try:
        source.execute("BEGIN")
        source.backup(target, pages=_PAGES, sleep=0)
        # A copy in one file, with no log beside it that could get lost; and with no opening that a seal could speak of.
        target.execute("PRAGMA journal_mode=DELETE")
        target.execute("UPDATE meta SET opening = 0")
        if not is_sound(target):
            raise sqlite3.DatabaseError("the copy is damaged")
    finally:
        target.close()
        source.close()


def _flush(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return
    file = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def is_sound(connection: sqlite3.Connection) -> bool:
    """Whether the database is whole; for a large one, where that would take seconds, whether its structure is."""
    pages, size = connection.execute("SELECT page_count, page_size FROM pragma_page_count, pragma_page_size").fetchone()
    check = "integrity_check" if pages * size <= _SMALL else "quick_check"
    return connection.execute(f"PRAGMA {check}(1)").fetchall() == [("ok",)]


def prune(database: Path, keep: int = KEPT) -> None:
    """Deletes all but the newest backups."""
    for old in _all(database)[keep:]:
        old.unlink(missing_ok=True)


def newest_good(database: Path) -> Path | None:
    """The newest backup that can be read whole."""
    for path in _all(database):
        try:
            connection = looker(path)
            try:
                if is_sound(connection):
                    return path
            finally:
                connection.close()
        except sqlite3.Error:
            continue
    return None


def _all(database: Path) -> list[Path]:
    return sorted(backup_folder(database.parent).glob(_PATTERN), reverse=True)
