"""Opening a workspace: made when it is new, checked when the last exit was not clean, migrated when it is older.

Whatever is wrong is found before anything is written, so that a damaged or newer database stays exactly as it is (DATA-4).
"""

from __future__ import annotations

import logging
import os
import secrets
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, String, Table, insert, update
from sqlalchemy.exc import DBAPIError

from app.domain.clock import Clock
from app.domain.errors import WorkspaceDamaged, WorkspaceFull, WorkspaceNewer
from app.models import backups, engine, schema
from app.models.errors import translate
from app.models.log_check import lost_transactions
from app.models.seal import Seal, break_seal, digest_of, log_is_empty, log_path, read_seal, seal_path
from app.models.settings import meta
from app.paths import make_private

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008")
"""Every revision that a workspace can have, oldest first; by test the same as the migrations. Named here so that Alembic is
imported only when there is something to migrate."""
NEWEST = REVISIONS[-1]

_alembic_version = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """What lies in the file. ``revision`` None: nothing yet."""

    revision: str | None
    opening: int


def open_writer(path: Path, clock: Clock) -> tuple[Connection, int]:
    """The one connection that writes, to a workspace of the newest revision, and the number of this opening.

    Raises WorkspaceReadOnly, WorkspaceDamaged (``detail``: path of the newest good backup, or empty), WorkspaceNewer,
    WorkspaceBusy, WorkspaceFull.
    """
    try:
        _make_private_file(path)
        found = _examine(path)
        session = engine.writer(path).connect()
        try:
            return session, _make_ready(session, path, found, clock)
        except BaseException:
            session.close()
            raise
    except (DBAPIError, sqlite3.Error, OSError) as error:
        told = translate(error, path)
        raise (_damaged(path, str(error)) if isinstance(told, WorkspaceDamaged) else told) from error


def open_reader(path: Path) -> Connection:
    """A connection that only reads. Raises as ``open_writer`` does."""
    try:
        return engine.reader(path).connect()
    except (DBAPIError, sqlite3.Error, OSError) as error:
        raise translate(error, path) from error


def _make_private_file(path: Path) -> None:
    make_private(path.parent)
    if path.exists() and path.stat().st_size:
        return
    if not log_is_empty(path):
        # SQLite would throw the log away together with every booking in it.
        raise _damaged(path, "the database is missing beside its log")
    if seal_path(path).exists() or backups.newest_good(path) is not None:
        # Something was here. An empty workspace in its place would look as if everything was lost on purpose.
        raise _damaged(path, "the database is missing")
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _examine(path: Path) -> Found:
    """Looks without writing. Raises WorkspaceDamaged, WorkspaceNewer."""
    if lost_transactions(log_path(path)):
        raise _damaged(path, "the log is broken in the middle")
    _finish_creation(path)
    seal = read_seal(path)
    digest = digest_of(path) if seal is not None and log_is_empty(path) else None
    connection = engine.looker(path)
    try:
        found = _find(connection, path)
        if found.revision is not None:
            _check(connection, path, found, seal, digest)
        return found
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        # Damage in the catalogue shows as tables or columns that are not there, or as text that is none.
        if translate(error, path) is error:
            raise _damaged(path, str(error)) from error
        raise
    finally:
        connection.close()


def _finish_creation(path: Path) -> None:
    """Undoes a switch to the write-ahead log that the power cut short: only a connection that may write can do that."""
    if not path.with_name(path.name + "-journal").exists():
        return
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    finally:
        connection.close()


def _find(connection: sqlite3.Connection, path: Path) -> Found:
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    if not tables:
        return Found(None, 0)
    if "alembic_version" not in tables or "meta" not in tables:
        raise _damaged(path, "this is not a workspace")
    revisions = [revision for (revision,) in connection.execute("SELECT version_num FROM alembic_version")]
    if len(revisions) == 1 and revisions[0] not in REVISIONS:
        raise WorkspaceNewer(str(revisions[0]))
    openings = [opening for (opening,) in connection.execute("SELECT opening FROM meta")]
    if len(revisions) != 1 or len(openings) != 1:
        raise _damaged(path, "the workspace does not know what it is")
    return Found(revisions[0], openings[0])


def _check(connection: sqlite3.Connection, path: Path, found: Found, seal: Seal | None, digest: str | None) -> None:
    if seal is not None and digest is not None and seal.opening == found.opening:
        if seal.digest != digest:
            raise _damaged(path, "the file changed while it was closed")
    elif not backups.is_sound(connection):
        raise _damaged(path, "the check found damage")


def _damaged(path: Path, reason: str) -> WorkspaceDamaged:
    backup = backups.newest_good(path)
    _log.error("%s is damaged: %s; newest good backup: %s", path.name, reason, backup.name if backup else "none")
    return WorkspaceDamaged(str(backup or ""))


def _make_ready(session: Connection, path: Path, found: Found, clock: Clock) -> int:
    run = engine.raw(session).execute
    if found.revision is None:
        run("PRAGMA auto_vacuum=INCREMENTAL")
    if run("PRAGMA journal_mode").fetchone() != ("wal",):
        run("PRAGMA journal_mode=WAL")
    if found.revision is None:
        _create(session, clock)
    elif found.revision != NEWEST:
        _migrate(session, path, clock)
    opening = secrets.randbits(62) + 1
    try:
        with session.begin():
            session.execute(update(meta).values(opening=opening))
    except DBAPIError as error:
        # A full disk keeps nobody from reading.
        if not isinstance(translate(error, path), WorkspaceFull):
            raise
    break_seal(path)
    return opening


def _create(session: Connection, clock: Clock) -> None:
    """Makes all tables as the migrations would, in one transaction."""
    with session.begin():
        schema.metadata.create_all(session, checkfirst=False)
        _alembic_version.create(session, checkfirst=False)
        session.execute(insert(_alembic_version), {"version_num": NEWEST})
        session.execute(insert(meta), {"id": 1, "salt": secrets.token_bytes(32), "created_at": clock.now()})


def _migrate(session: Connection, path: Path, clock: Clock) -> None:
    from app.models.migrations import upgrade

    backups.copy(path, backups.backup_path(path, clock.now()))
    backups.prune(path)
    with session.begin():
        upgrade(session)
