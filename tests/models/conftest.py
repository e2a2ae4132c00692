"""A database in a workspace of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.models.database import Database
from app.paths import database_file
from tests.models.made import StandingClock


@pytest.fixture
def database(workspace_folder: Path) -> Iterator[Database]:
    found = Database(database_file(workspace_folder), StandingClock())
    found.open()
    yield found
    found.close()
