"""Putting a backup in the place of the database, so that a crash at any instant leaves one whole workspace (DATA-2, DATA-4).

It takes two steps. ``prepare`` copies the backup beside the database, checks it and writes an *order*; the program goes on
meanwhile. ``finish``, at the next opening, carries the order out before anything is opened: what is there is moved aside,
whole, into the folder of backups, then the copy is put in its place. Each step can be repeated; the order goes last. Nothing
is overwritten.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import sqlite3
from pathlib import Path

from app.domain.clock import Instant, to_iso
from app.domain.errors import WorkspaceDamaged, WorkspaceNewer
from app.models import backups
from app.models.engine import looker
from app.models.errors import translate
from app.models.opening import REVISIONS
from app.models.seal import log_path, seal_path
from app.paths import backup_folder, first_screen_file, make_private

ORDER = "order.json"
RESTORE, DELETE = "restore", "delete"
_OWN = ("key.proof", "mark.png", "first.picture")


def restore_folder(database: Path) -> Path:
    return database.parent / "restore"


def check(source: Path) -> str:
    """The revision of a backup that can be put back. Raises WorkspaceDamaged, WorkspaceNewer, or what the disk says."""
    try:
        connection = looker(source)
        try:
            if not backups.is_sound(connection):
                raise WorkspaceDamaged(source.name)
            found = connection.execute("SELECT version_num FROM alembic_version").fetchall()
            connection.execute("SELECT salt FROM meta").fetchone()
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise WorkspaceDamaged(source.name) from error
    if len(found) != 1:
        raise WorkspaceDamaged(source.name)
    revision = str(found[0][0])
    if revision not in REVISIONS:
        raise WorkspaceNewer(revision)
    return revision


def prepare(database: Path, source: Path, now: Instant) -> None:
    """Orders that ``source`` takes the place of the database at its next opening. An earlier order is replaced.

    Raises WorkspaceDamaged and WorkspaceNewer for a backup that cannot be used, WorkspaceFull and its siblings; then nothing is
    ordered.
    """
    try:
        check(source)
        withdraw(database)
        backups.copy(source, restore_folder(database) / database.name)
        _give_order(database, {"kind": RESTORE, "aside": _aside_name(now)})
    except (sqlite3.Error, OSError) as error:
        raise translate(error, database) from error


def prepare_deletion(database: Path, now: Instant) -> None:
    """Orders that the whole workspace, with its backups, is deleted at its next opening. Raises WorkspaceFull
    and its siblings."""
    try:
        withdraw(database)
        _give_order(database, {"kind": DELETE, "aside": _aside_name(now)})
    except OSError as error:
        raise translate(error, database) from error


def withdraw(database: Path) -> None:
    """Takes an order back that was not carried out yet."""
    folder = restore_folder(database)
    with contextlib.suppress(FileNotFoundError):
        (folder / ORDER).unlink()
        backups.flush(folder)
    shutil.rmtree(folder, ignore_errors=True)


def is_ordered(database: Path) -> bool:
    return (restore_folder(database) / ORDER).exists()


def finish(database: Path) -> str:
    """Carries out what was ordered, if anything, and returns what that was. Only while nobody has the database open. Raises
    OSError."""
    folder = restore_folder(database)
    if not folder.exists():
        return ""
    try:
        order = json.loads((folder / ORDER).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        # Cut short before the order stood: nothing was asked for yet.
        shutil.rmtree(folder, ignore_errors=True)
        return ""
    kind = str(order["kind"])
    if kind == DELETE:
        _delete(database)
    else:
        _put_in_place(database, folder / database.name, str(order["aside"]))
    (folder / ORDER).unlink()
    backups.flush(folder)
    shutil.rmtree(folder, ignore_errors=True)
    return kind


def _put_in_place(database: Path, staged: Path, aside: str) -> None:
    if not staged.exists():
        # The copy stands in its place already; only the order was left.
        return
    kept = make_private(backup_folder(database.parent) / aside)
    for each in _files(database):
        if each.exists():
            each.replace(kept / each.name)
    backups.flush(kept)
    backups.flush(kept.parent)
    staged.replace(database)
    backups.flush(database.parent)


def _delete(database: Path) -> None:
    """The log stays: it is open, and nothing about anybody stands in it. So does the lock."""
    folder = database.parent
    shutil.rmtree(backup_folder(folder), ignore_errors=True)
    for each in (*_files(database), first_screen_file(folder), *(folder / name for name in _OWN)):
        each.unlink(missing_ok=True)
    backups.flush(folder)


def _files(database: Path) -> tuple[Path, ...]:
    """The database with all that belongs to it: the log moves with it, for there may be bookings in it."""
    beside = [database.with_name(database.name + end) for end in ("-shm", "-journal")]
    return (seal_path(database), *beside, log_path(database), database)


def _give_order(database: Path, order: dict[str, str]) -> None:
    folder = make_private(restore_folder(database))
    half = folder / (ORDER + ".part")
    file = os.open(half, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    try:
        os.write(file, json.dumps(order).encode())
        os.fsync(file)
    finally:
        os.close(file)
    half.replace(folder / ORDER)
    backups.flush(folder)
    backups.flush(folder.parent)


def _aside_name(now: Instant) -> str:
    stamp = to_iso(now).replace("-", "").replace(":", "")
    return f"{backups.ASIDE}{stamp}-{secrets.token_hex(4)}"
