"""A process that only pays what the outbox owes, at a real server, to be killed at any instant."""

from __future__ import annotations

import asyncio
import os
from multiprocessing.connection import Connection
from pathlib import Path

from app.domain.clock import SystemClock
from app.domain.connections import ProviderKind
from app.models.database import Database
from app.providers import registry
from app.providers.base import Provider
from app.services.announcer import Announcer
from app.services.outbox import Outbox
from tests.reliability.booker import processes
from tests.services.office import PENDING

processes.set_forkserver_preload(
    [
        "tests.reliability.booker", "tests.reliability.writer", "httpx2", "app.providers.google.connector",
        "app.providers.office365.connector", "app.providers.exchange.connector", "app.providers.exchange.mailbox",
        "app.providers.caldav.connector",
    ]
)  # fmt: skip


def run(path: Path, pipe: Connection, kind: ProviderKind, secret: bytes, environment: dict[str, str]) -> None:
    """Tells when it begins and when nothing is owed any more. ``environment`` may name a place to die at."""
    os.environ.update(environment)
    database = Database(path)
    database.open()

    async def all_of_it() -> None:
        clock = SystemClock()

        async def keep(changed: bytes) -> None:
            """The next process signs in as this one did."""

        provider: Provider = registry.load(kind).provider("account", secret, keep, clock)

        async def provider_of(account: str) -> Provider:
            return provider

        pipe.send("ready")
        working = asyncio.ensure_future(Outbox(database, Announcer(), clock, provider_of).run())
        while await database.read(lambda session: session.exec_driver_sql(PENDING).first()):
            await asyncio.sleep(0.005)
        if environment.get("AFTALE_FAIL_AT"):
            # It dies by itself; the end of the work may come a moment before the place.
            await asyncio.Event().wait()
        pipe.send("paid")
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        await provider.close()

    asyncio.run(all_of_it())
    database.close()
