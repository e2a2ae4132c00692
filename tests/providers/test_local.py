"""The calendar on this computer, in a real database file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from app.domain.calendars import EventDraft
from app.domain.connections import Account, Calendar, ProviderKind
from app.domain.ids import new_id
from app.models import accounts as account_rows
from app.models.database import Database
from app.providers.base import Provider
from app.providers.local import LocalProvider
from app.services.event_store import DatabaseEventStore
from tests.providers.contract import ZONE, ProviderContract, World

ACCOUNT = Account("local", ProviderKind.LOCAL, "On this computer")


class LocalWorld:
    """There is no other side: the owner, too, edits through the provider."""

    def __init__(self, database: Database, calendar: str) -> None:
        self.database, self.calendar = database, calendar
        self.provider = LocalProvider("local", DatabaseEventStore(database))

    @classmethod
    async def open(cls, database: Database) -> LocalWorld:
        calendar = Calendar(new_id(), "local", "On this computer", ZONE)
        await database.write(lambda session: account_rows.save_account(session, ACCOUNT))
        await database.write(lambda session: account_rows.save_calendar(session, calendar))
        return cls(database, calendar.id)

    async def add(self, draft: EventDraft) -> str:
        made = await self.provider.create(self.calendar, draft)
        return made.series or made.id

    async def change(self, event: str, draft: EventDraft) -> None:
        await self.provider.update(self.calendar, event, draft)

    async def remove(self, event: str) -> None:
        await self.provider.delete(self.calendar, event)

    async def again(self) -> Provider:
        return LocalProvider("local", DatabaseEventStore(self.database))

    async def remove_calendar(self) -> None:
        await self.database.write(lambda session: account_rows.delete_calendar(session, self.calendar))


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    folder: Path = tmp_path_factory.mktemp("local")
    found = Database(folder / "workspace.db")
    found.open()
    TestLocalProvider.database = found
    yield found
    found.close()


@pytest.fixture
async def world(database: Database) -> LocalWorld:
    return await LocalWorld.open(database)


@pytest.mark.usefixtures("database")
class TestLocalProvider(ProviderContract):
    database: ClassVar[Database]

    @staticmethod
    async def make_world() -> World:
        return await LocalWorld.open(TestLocalProvider.database)
