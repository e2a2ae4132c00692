"""An outbox on a real database, with accounts at services of the tests and bookings that owe them writes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from app.domain.booking import Booking, Cause, State
from app.domain.clock import HOUR, Instant
from app.domain.connections import Account, Calendar, ProviderKind
from app.domain.errors import NotFound
from app.domain.outbox import Job, JobKind
from app.models import accounts, bookings, notices, outbox
from app.models.base import Session
from app.models.database import Database
from app.paths import database_file
from app.providers.base import Provider
from app.services.announcer import Announcer
from app.services.outbox import Outbox
from app.services.taking import owe_write
from tests.models.made import booking, inserting
from tests.services.opened import MONDAY, ZONE
from tests.services.simulated import SimulatedTime

FIRST = MONDAY + 30 * 24 * HOUR
PENDING = "SELECT DISTINCT booking FROM outbox WHERE state = 'pending'"


class Office:
    """Bookings stand an hour apart, each in the calendar that it was promised to."""

    def __init__(self, folder: Path, time: SimulatedTime) -> None:
        self.time, self.announcer, self.providers = time, Announcer(), dict[str, Provider]()
        self.database = Database(database_file(folder), time)
        self.database.open()
        self.outbox = self.started()
        self.booked = 0

    def started(self, *, real: bool = False) -> Outbox:
        """Another run of the program, in real time or in the simulated one."""
        self.outbox = Outbox(self.database, self.announcer, self.time, self.provider, None if real else self.time)
        return self.outbox

    async def provider(self, account: str) -> Provider:
        async def known(name: str) -> bool:
            return any(each.id == name for each in await self.database.read(accounts.list_accounts))

        if not await known(account):
            raise NotFound("account")
        return self.providers[account]

    async def connect(self, account: str, provider: Provider, remote: str, **rest: Any) -> Calendar:
        """An account with one calendar, which has another id here than at the service."""
        self.providers[account] = provider
        found = Calendar(f"{account}-calendar", account, account, ZONE, booking=True, remote=remote, read_at=MONDAY)
        saved = replace(found, **rest)

        def write(session: Session) -> None:
            accounts.save_account(session, Account(account, ProviderKind.GOOGLE, account, connected_at=1))
            accounts.save_calendar(session, saved)

        await self.database.write(write)
        return saved

    async def set_account(self, account: str, **changed: Any) -> Account:
        found = next(each for each in await self.database.read(accounts.list_accounts) if each.id == account)
        await self.database.write(lambda session: accounts.save_account(session, replace(found, **changed)))
        return replace(found, **changed)

    async def set_calendar(self, calendar: str, **changed: Any) -> Calendar:
        found = next(each for each in await self.database.read(accounts.list_calendars) if each.id == calendar)
        await self.database.write(lambda session: accounts.save_calendar(session, replace(found, **changed)))
        return replace(found, **changed)

    async def book(self, calendar: Calendar) -> Booking:
        new = booking(FIRST + self.booked * HOUR)
        self.booked += 1

        def write(session: Session) -> None:
            inserting(new)(session)
            owe_write(session, JobKind.CREATE, new, calendar, self.time.now())

        await self.database.write(write)
        self.outbox.wake()
        return new

    async def move(self, name: str, calendar: Calendar) -> Instant:
        """To a time of its own. Returns it."""
        start = FIRST + self.booked * HOUR
        self.booked += 1

        def write(session: Session) -> None:
            moved = bookings.move_booking(session, name, start, start + 1800, Cause.VISITOR, self.time.now())
            owe_write(session, JobKind.UPDATE, moved, calendar, self.time.now())

        await self.database.write(write)
        self.outbox.wake()
        return start

    async def cancel(self, name: str, calendar: Calendar) -> None:
        def write(session: Session) -> None:
            gone = bookings.change_state(session, name, State.CANCELLED, Cause.VISITOR, self.time.now())
            owe_write(session, JobKind.DELETE, gone, calendar, self.time.now())

        await self.database.write(write)
        self.outbox.wake()

    async def state(self, name: str) -> State:
        return (await self.database.read(lambda session: bookings.get_booking(session, name))).state

    async def owed(self) -> tuple[Job, ...]:
        return await self.database.read(pending)

    async def dead(self) -> tuple[Job, ...]:
        return await self.database.read(outbox.dead_jobs)

    async def paid(self) -> bool:
        """Nothing is owed any more."""
        return not await self.database.read(lambda session: session.exec_driver_sql(PENDING).first())

    async def notices(self) -> tuple[Any, ...]:
        return await self.database.read(notices.pending_notices)

    def close(self) -> None:
        self.database.close()


def pending(session: Session) -> tuple[Job, ...]:
    names = session.exec_driver_sql(PENDING).scalars().all()
    return tuple(job for name in names for job in outbox.pending_for(session, name))
