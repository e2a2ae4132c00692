"""The program that is traced: ``book FOLDER COUNT`` books, cancels and moves; ``migrate FOLDER`` opens an older workspace."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from pathlib import Path

from app.domain.booking import Cause, State
from app.models import bookings
from app.models.database import Database
from app.paths import database_file
from tests.models.made import HALF, NOON, StandingClock, booking
from tests.reliability.booker import take


def tell(what: str, name: str) -> None:
    os.write(1, f"{what} {name}\n".encode())


async def book(database: Database, count: int, first: int) -> None:
    rng, mine = random.Random(count), []
    # So small a limit that the log is moved into the file and begun anew while bookings go on.
    await database.write(lambda session: session.exec_driver_sql("PRAGMA wal_autocheckpoint=60"))
    for number in range(count):
        new = booking(first + number * HALF)
        await database.write(lambda session, new=new: take(session, new))
        tell("booked", new.id)
        mine.append(new.id)
        if rng.random() < 0.3:
            name = mine.pop(rng.randrange(len(mine)))
            await database.write(lambda s, name=name: bookings.change_state(s, name, State.CANCELLED, Cause.HOST, NOON))
            tell("cancelled", name)


def main(what: str, folder: str, count: str = "0") -> None:
    database = Database(database_file(Path(folder)), StandingClock())
    for opening in range(2 if what == "book" else 1):
        database.open()
        tell("open", "-")
        if what == "book":
            asyncio.run(book(database, int(count) // 2, NOON + opening * 1000 * HALF))
        database.close()
        tell("closed", "-")


if __name__ == "__main__":
    main(*sys.argv[1:])
