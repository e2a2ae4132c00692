"""Backups: whole copies of the database, made while it is in use, checked before they count, the newest seven kept (DATA-2,
DATA-4).
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from app.domain.clock import Instant, from_iso
from app.domain.keeping import Backup, BackupKind
from app.models.engine import looker
from app.paths import backup_folder, make_private

KEPT = 7
ASIDE = "before-"
"""How the folders begin in which a workspace lies that a backup has replaced."""
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
        flush(half)
        half.replace(to)
        flush(to.parent)
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


def flush(path: Path) -> None:
    """Brings a file, or the names in a folder, to the disk."""
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
    return next((path for path in _all(database) if _can_be_read(path)), None)


def good(database: Path, most: int) -> tuple[Backup, ...]:
    """The newest backups that can be read whole, at most so many."""
    found: list[Backup] = []
    for each in known(database):
        if len(found) < most and _can_be_read(Path(each.path)):
            found.append(each)
    return tuple(found)


def known(database: Path) -> tuple[Backup, ...]:
    """All backups, and what was set aside when one was put back, newest first. None of them is opened."""
    found = [_told(path, path.name, BackupKind.COPY) for path in _all(database)]
    for folder in backup_folder(database.parent).glob(f"{ASIDE}*"):
        path = folder / database.name
        if path.exists():
            found.append(_told(path, folder.name, BackupKind.SET_ASIDE))
    return tuple(sorted(found, key=lambda each: (each.at, each.path), reverse=True))


def prune_set_aside(database: Path, before: Instant) -> None:
    """Deletes workspaces that were set aside before that instant."""
    for each in known(database):
        if each.kind is BackupKind.SET_ASIDE and each.at < before:
            shutil.rmtree(Path(each.path).parent, ignore_errors=True)


def _can_be_read(path: Path) -> bool:
    try:
        connection = looker(path)
        try:
            return is_sound(connection)
        finally:
            connection.close()
    except sqlite3.Error:
        return False


def _told(path: Path, name: str, kind: BackupKind) -> Backup:
    """The time stands in the name, for a copy of a backup has another time of its own."""
    digits = "".join(each for each in name if each.isdigit())
    try:
        at = from_iso(f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}T{digits[8:10]}:{digits[10:12]}:{digits[12:14]}Z")
    except ValueError:
        at = int(path.stat().st_mtime)
    return Backup(str(path), at, path.stat().st_size, kind)


def _all(database: Path) -> list[Path]:
    return sorted(backup_folder(database.parent).glob(_PATTERN), reverse=True)
