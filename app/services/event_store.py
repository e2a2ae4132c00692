"""The calendar rows of the database, as the calendar *On this computer* asks for them (``providers.local.EventStore``)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from app.domain.calendars import Event, Series
from app.domain.clock import Instant
from app.domain.connections import Calendar
from app.models import accounts as account_rows
from app.models import calendars as rows
from app.models.database import Database, Session

T = TypeVar("T")


class SessionEventTable:
    """The rows inside one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def calendars(self, account: str) -> tuple[Calendar, ...]:
        return tuple(each for each in account_rows.list_calendars(self._session) if each.account == account)

    def between(self, calendar: str, start: Instant, end: Instant) -> tuple[Event, ...]:
        return rows.events_between(self._session, (calendar,), start, end)

    def get(self, calendar: str, event: str) -> Event | None:
        return rows.get_event(self._session, calendar, event)

    def by_key(self, calendar: str, key: str) -> Event | None:
        return rows.find_event_by_key(self._session, calendar, key)

    def put(self, calendar: str, events: Iterable[Event]) -> None:
        rows.upsert_events(self._session, calendar, events)

    def drop(self, calendar: str, events: Iterable[str]) -> None:
        rows.delete_events(self._session, calendar, events)

    def series(self, calendar: str) -> tuple[Series, ...]:
        return rows.list_series(self._session, calendar)

    def one_series(self, calendar: str, series: str) -> Series | None:
        return rows.get_series(self._session, calendar, series)

    def put_series(self, series: Series) -> None:
        rows.save_series(self._session, series)

    def drop_series(self, calendar: str, series: str) -> None:
        rows.delete_series(self._session, calendar, series)

    def changes_since(self, calendar: str, number: int) -> tuple[tuple[str, ...], tuple[str, ...], int]:
        return rows.changes_since(self._session, calendar, number)


class DatabaseEventStore:
    """Runs a function over the calendar rows in one transaction of the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, function: Callable[[SessionEventTable], T]) -> T:
        return await self._database.read(lambda session: function(SessionEventTable(session)))

    async def write(self, function: Callable[[SessionEventTable], T]) -> T:
        return await self._database.write(lambda session: function(SessionEventTable(session)))
