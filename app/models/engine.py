"""Connections: how SQLite is opened. Nothing outside ``database`` and its helpers knows which database it is.

One connection writes and alone makes checkpoints, because SQLite before 3.51.3 can damage a file when two connections do.
It keeps FULL, so that what a visitor was promised survives a power cut, and overwrites what it deletes, so that nobody who was
forgotten can be read in the file. All others only read.

Nobody may open the file itself while a connection is open in this process: closing any descriptor of it drops all of its
POSIX locks.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool

BUSY_MS = 5000
"""How long a statement waits for another program that holds the lock."""
LOG_LIMIT = 8 * 1024 * 1024
LOG_PAGES = 4000
"""Pages after which a commit moves the log into the file itself, if the writer found no quiet moment for it before."""

_ALL = ("foreign_keys=ON", "trusted_schema=OFF")
_WRITER = ("synchronous=FULL", "secure_delete=ON", f"wal_autocheckpoint={LOG_PAGES}", f"journal_size_limit={LOG_LIMIT}")
_READER = ("query_only=ON", "wal_autocheckpoint=0")


def writer(path: Path) -> Engine:
    """The engine of the one connection that writes. Every transaction takes the write lock first."""
    engine = _engine(path, "rwc", (*_ALL, *_WRITER))

    @event.listens_for(engine, "begin")
    def begin(session: Connection) -> None:
        raw(session).execute("BEGIN IMMEDIATE")

    return engine


def reader(path: Path) -> Engine:
    """The engine of a connection that cannot write. A transaction sees one state of the database from its first read on."""
    engine = _engine(path, "rw", (*_ALL, *_READER))

    @event.listens_for(engine, "begin")
    def begin(session: Connection) -> None:
        raw(session).execute("BEGIN")

    return engine


def raw(session: Connection) -> sqlite3.Connection:
    """The driver's own connection beneath the session."""
    found = session.connection.dbapi_connection
    assert isinstance(found, sqlite3.Connection)
    return found


def looker(path: Path) -> sqlite3.Connection:
    """A bare connection that leaves the file as it is even when it closes as the last one."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=BUSY_MS / 1000)
    connection.execute("PRAGMA trusted_schema=OFF")
    return connection


def _engine(path: Path, mode: str, pragmas: tuple[str, ...]) -> Engine:
    uri = f"{path.absolute().as_uri()}?mode={mode}"

    def connect() -> sqlite3.Connection:
        # isolation_level None: the driver begins nothing by itself, so that check and write are one transaction.
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_MS / 1000, cached_statements=256)
        try:
            for pragma in (f"busy_timeout={BUSY_MS}", *pragmas):
                connection.execute(f"PRAGMA {pragma}")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    # An error's text names the statement; the parameters, which say who booked, stay out of every log.
    return create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)
