"""What a failing database means: its codes become the few errors that the program knows, the world's fault; the rest is
ours.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from app.domain.errors import (
    WorkspaceBusy,
    WorkspaceDamaged,
    WorkspaceFull,
    WorkspaceReadOnly,
    WorkspaceUnusable,
)

_SCARCE = 256 * 1024
"""Bytes: a disk with less room than this is full, whatever the failing call said."""

_PLAIN: dict[int, type[WorkspaceUnusable]] = {
    sqlite3.SQLITE_FULL: WorkspaceFull,
    sqlite3.SQLITE_READONLY: WorkspaceReadOnly,
    sqlite3.SQLITE_PERM: WorkspaceReadOnly,
    sqlite3.SQLITE_BUSY: WorkspaceBusy,
    sqlite3.SQLITE_LOCKED: WorkspaceBusy,
    sqlite3.SQLITE_PROTOCOL: WorkspaceBusy,
    sqlite3.SQLITE_CORRUPT: WorkspaceDamaged,
    sqlite3.SQLITE_NOTADB: WorkspaceDamaged,
}
_UNCLEAR = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
_SYSTEM: dict[int, type[WorkspaceUnusable]] = {
    errno.ENOSPC: WorkspaceFull,
    errno.EDQUOT: WorkspaceFull,
    errno.EROFS: WorkspaceReadOnly,
    errno.EACCES: WorkspaceReadOnly,
    errno.EPERM: WorkspaceReadOnly,
}


def translate(error: BaseException, path: Path) -> BaseException:
    """The program's error for one of the database at ``path``; ``error`` itself where it is neither the disk nor the file."""
    kind = _kind(error, path)
    if kind is None:
        return error
    told = kind(str(error.orig if isinstance(error, DBAPIError) else error))
    told.__cause__ = error
    return told


def _kind(error: BaseException, path: Path) -> type[WorkspaceUnusable] | None:
    original = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(original, OSError):
        return _SYSTEM.get(original.errno or 0, WorkspaceUnusable)
    if not isinstance(original, sqlite3.Error):
        return None
    # Extended codes carry the primary one in their lowest byte.
    primary = getattr(original, "sqlite_errorcode", -1) & 0xFF
    return _look(path) if primary in _UNCLEAR else _PLAIN.get(primary)


def _look(path: Path) -> type[WorkspaceUnusable]:
    """Why a file could not be opened or written, where the database does not say it."""
    try:
        if shutil.disk_usage(path.parent).free < _SCARCE:
            return WorkspaceFull
    except OSError:
        return WorkspaceUnusable
    writable = os.access(path.parent, os.W_OK) and (not path.exists() or os.access(path, os.R_OK | os.W_OK))
    return WorkspaceUnusable if writable else WorkspaceReadOnly
