"""The tables as the code describes them and as the migrations make them are the same, at every step, up and down."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy.exc import IntegrityError

from app.domain.booking import State
from app.domain.errors import WorkspaceNewer
from app.models import bookings, engine, migrations, opening
from app.models.database import Database
from app.paths import backup_folder, database_file
from tests.models.made import NOON, StandingClock, booking, hash_of

REVISIONS = (*opening.REVISIONS,)


def ddl(path: Path) -> dict[str, str]:
    """Everything in the database's catalogue, with white space and quotes made even."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL").fetchall()
    return {name: re.sub(r"\s+", " ", sql.replace('"', "")).replace("( ", "(").replace(" )", ")") for name, sql in rows}


def at_revision(path: Path, revision: str) -> Path:
    """A database brought there by the migrations alone."""
    with engine.writer(path).connect() as session:
        session.connection.dbapi_connection.execute("PRAGMA journal_mode=WAL")
        with session.begin():
            migrations.upgrade(session, revision)
    return path


def filled(path: Path, revision: str) -> Path:
    """An older workspace with one booking in it."""
    at_revision(path, revision)
    new = booking()
    with engine.writer(path).connect() as session, session.begin():
        session.exec_driver_sql("INSERT INTO meta (id, salt, created_at) VALUES (1, ?, 0)", (b"s" * 32,))
        bookings.insert_booking(session, new, hash_of(new), None, NOON, bookings.Cause.VISITOR)
    return path


def test_models_and_migrations_when_compared_describe_the_same_tables(tmp_path):
    made = Database(tmp_path / "made.db")
    made.open()
    made.close()
    described = ddl(tmp_path / "made.db")
    assert ddl(at_revision(tmp_path / "migrated.db", "head")) == described
    assert len([name for name in described if "STRICT" in described[name]]) == 26
    assert len([name for name in described if "TRIGGER" in described[name]]) == 6


def test_the_revisions_when_named_in_the_code_are_those_of_the_migrations():
    script = ScriptDirectory.from_config(migrations.config())
    assert [each.revision for each in reversed(list(script.walk_revisions()))] == list(REVISIONS)
    assert script.get_heads() == [opening.NEWEST]


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_migration_when_undone_leaves_what_was_before(tmp_path, revision):
    before = REVISIONS[REVISIONS.index(revision) - 1] if revision != REVISIONS[0] else "base"
    path = at_revision(tmp_path / "up.db", revision)
    up = ddl(path)
    with engine.writer(path).connect() as session, session.begin():
        migrations.downgrade(session, before)
    expected = ddl(at_revision(tmp_path / "before.db", before)) if before != "base" else {"alembic_version"}
    assert ddl(path).keys() == expected if before == "base" else ddl(path) == expected
    with engine.writer(path).connect() as session, session.begin():
        migrations.upgrade(session, revision)
    assert ddl(path) == up


@pytest.mark.anyio
@pytest.mark.shows("R28", "DATA-2")
@pytest.mark.parametrize("revision", REVISIONS[:-1])
async def test_an_older_workspace_when_opened_is_migrated_with_a_backup_before(workspace_folder, revision):
    path = filled(database_file(workspace_folder), revision)
    database = Database(path, StandingClock())
    database.open()
    (kept,) = await database.read(bookings.list_bookings)
    with pytest.raises(IntegrityError, match="slot_taken"):
        await database.write(
            lambda session: session.exec_driver_sql(
                'INSERT INTO booking (id, page, start, "end", state, zone, created_at, changed_at, uid)'
                " SELECT 'x', page, start, \"end\", state, zone, 0, 0, 'u' FROM booking"
            )
        )
    database.close()
    assert kept.state is State.CONFIRMED
    (backup,) = backup_folder(workspace_folder).iterdir()
    assert backup.name == "aftale-20261124T120000Z.db"
    with closing(sqlite3.connect(backup)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (revision,)
        assert connection.execute("SELECT id FROM booking").fetchall() == [(kept.id,)]


@pytest.mark.shows("R4")
def test_a_migration_when_it_fails_leaves_the_older_workspace_as_it_was(workspace_folder, monkeypatch):
    path = filled(database_file(workspace_folder), REVISIONS[0])
    before = ddl(path)
    real = migrations.upgrade

    def half(session, revision="head"):
        real(session, revision)
        raise RuntimeError("in the middle")

    monkeypatch.setattr(migrations, "upgrade", half)
    with pytest.raises(RuntimeError, match="in the middle"):
        Database(path, StandingClock()).open()
    assert ddl(path) == before
    monkeypatch.undo()
    database = Database(path, StandingClock(NOON + 1))
    database.open()
    database.close()
    assert ddl(path) != before


def test_a_workspace_when_newer_than_the_program_is_refused_and_not_touched(workspace_folder):
    path = at_revision(database_file(workspace_folder), "head")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO meta (id, salt, created_at) VALUES (1, x'00', 0)")
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = path.read_bytes()
    with pytest.raises(WorkspaceNewer, match="9999"):
        Database(path).open()
    assert path.read_bytes() == before


def test_a_workspace_when_new_or_of_this_version_is_opened_without_alembic_and_the_object_mapper(workspace_folder):
    code = (
        "import sys; from pathlib import Path; from app.models.database import Database\n"
        "database = Database(Path(sys.argv[1])); database.open(); database.close()\n"
        "print([name for name in ('alembic', 'sqlalchemy.orm') if name in sys.modules])"
    )
    for _ in range(2):
        command = [sys.executable, "-c", code, database_file(workspace_folder)]
        assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "[]\n"
