"""The way from every older form of the workspace to the newest, and back. Run by Alembic, on a transaction that is open
already.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def config(session: Connection | None = None) -> Config:
    """Alembic's configuration; there is no file of it."""
    found = Config()
    # The folder may bear a per cent sign, which the configuration would expand.
    found.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    found.attributes["connection"] = session
    return found


def upgrade(session: Connection, revision: str = "head") -> None:
    """Brings the workspace to ``revision`` inside the running transaction."""
    command.upgrade(config(session), revision)


def downgrade(session: Connection, revision: str) -> None:
    command.downgrade(config(session), revision)
