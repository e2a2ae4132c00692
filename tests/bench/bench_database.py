"""What a booking costs above the bare database, and what many bookers at once do to each other (P13, P14).

*One booking*: the overlap check over 20,000 live bookings, the booking, the first entry of its history and the token of its
link, in one durable commit, awaited from the loop. The reference does the same with ``sqlite3`` alone on a file of its own.
*Many bookers*: 32 at once want times that overlap; how long the slowest of a hundred waits, against one commit of the
reference. Rounds of both alternate; each figure is the median over the rounds. Run it on a quiet machine:

    python tests/bench/bench_database.py
"""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import closing
from itertools import pairwise
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.domain.booking import Booking, Cause, State, Visitor
from app.domain.clock import DAY, from_iso
from app.domain.errors import SlotTaken
from app.domain.ids import new_id, token_hash
from app.models import bookings
from app.models.base import Session
from app.models.database import Database, chunks
from app.models.overlap import LIVE

NOW = from_iso("2027-03-01T08:00:00Z")
HALF = 1800
ROWS = 20_000
ROUNDS, BOOKINGS = 9, 150
BOOKERS, WISHES = 32, 20
PRAGMAS = ("synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000")


def booking(number: int) -> Booking:
    """The ``number``-th half hour, as a visitor books it."""
    name, start = new_id(), NOW + number * HALF
    return Booking(
        id=name,
        page="intro",
        slug="anna/intro",
        title="Intro call",
        start=start,
        end=start + HALF,
        state=State.CONFIRMED,
        visitor=Visitor("Ida", "Winther", "ida.winther@example.org", "Europe/Copenhagen", "da"),
        zone="Europe/Copenhagen",
        created_at=NOW,
        changed_at=NOW,
        uid=f"{name}@aftale",
        answers={"why": "We spoke in October"},
        message="See you then",
    )


def insert(session: Session, new: Booking) -> None:
    bookings.insert_booking(session, new, token_hash(b"salt", "manage", new.id), b"c" * 71, new.end + 7 * DAY, Cause.VISITOR)


class Bare:
    """The reference: the same rows with nothing between, and the overlap check as a query instead of the triggers."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in PRAGMAS:
            self._connection.execute(f"PRAGMA {pragma}")
        for (name,) in self._connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            self._connection.execute(f"DROP TRIGGER {name}")
        names = [column.name for column in bookings.booking.columns]
        self._insert = f"INSERT INTO booking ({', '.join(map(quoted, names))}) VALUES ({', '.join('?' * len(names))})"
        self._check = 'SELECT "end" FROM booking WHERE seat = 0 AND start < ? AND (' + LIVE + ") ORDER BY start DESC LIMIT 1"

    def book(self, new: Booking) -> None:
        run, row = self._connection.execute, tuple(bookings._to_row(new).values())
        run("BEGIN IMMEDIATE")
        found = run(self._check, (new.end,)).fetchone()
        assert found is None or found[0] <= new.start
        run(self._insert, row)
        run(
            "INSERT INTO manage_token (hash, booking, cipher, expires) VALUES (?, ?, ?, ?)",
            (token_hash(b"salt", "manage", new.id), new.id, b"c" * 71, new.end + 7 * DAY),
        )
        run(
            'INSERT INTO booking_change (booking, at, state, cause, start, "end", note) VALUES (?, ?, ?, ?, ?, ?, ?)',
            (new.id, NOW, "confirmed", "visitor", new.start, new.end, ""),
        )
        run("COMMIT")

    def close(self) -> None:
        self._connection.close()


def quoted(name: str) -> str:
    return f'"{name}"'


async def fill(database: Database) -> None:
    def store(part: Iterable[int]):
        return lambda session: [insert(session, booking(number)) for number in part]

    await database.write_slowly(store(part) for part in chunks(range(-ROWS, 0), 2000))


async def time_ours(database: Database, first: int) -> list[float]:
    took = []
    for number in range(first, first + BOOKINGS):
        new = booking(number)
        began = time.perf_counter()
        await database.write(lambda session, new=new: insert(session, new))
        took.append(time.perf_counter() - began)
    return took


def time_bare(bare: Bare, first: int) -> list[float]:
    took = []
    for number in range(first, first + BOOKINGS):
        new = booking(number)
        began = time.perf_counter()
        bare.book(new)
        took.append(time.perf_counter() - began)
    return took


async def contend(database: Database, first: int, seed: int) -> tuple[list[float], int]:
    """What each of 32 bookers waited for each of 20 wishes at quarter hours, and how many wishes ended in an error."""
    waited, errors = [], 0

    async def booker(draw: random.Random) -> None:
        nonlocal errors
        for _ in range(WISHES):
            new = booking(first)
            start = new.start + draw.randrange(2 * BOOKERS * WISHES // 8) * HALF // 2
            wish = Booking(**{**{name: getattr(new, name) for name in new.__slots__}, "start": start, "end": start + HALF})
            began = time.perf_counter()
            try:
                await database.write(lambda session, wish=wish: insert(session, wish))
            except SlotTaken:
                pass
            except Exception:
                errors += 1
            waited.append(time.perf_counter() - began)

    await asyncio.gather(*(booker(random.Random(seed * 1000 + number)) for number in range(BOOKERS)))
    return waited, errors


def overlaps(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        spans = connection.execute(f'SELECT start, "end" FROM booking WHERE {LIVE} ORDER BY start').fetchall()
    return sum(1 for one, two in pairwise(spans) if two[0] < one[1])


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


async def measure(folder: Path) -> dict[str, float]:
    database = Database(folder / "ours.db")
    database.open()
    await fill(database)
    bare = Bare(await database.backup(folder / "bare.db"))
    bare._connection.execute("PRAGMA journal_mode=WAL")
    one, many, reference, errors = [], [], [], 0
    for round_ in range(ROUNDS + 1):
        first = round_ * 10_000
        reference.append(statistics.median(time_bare(bare, first)))
        one.append(statistics.median(await time_ours(database, first)))
        waited, failed = await contend(database, first + 5_000, round_)
        many.append(percentile(waited, 0.99))
        errors += failed
    database.close()
    bare.close()
    # The first round warms up.
    one, many, reference = one[1:], many[1:], reference[1:]
    return {
        "booking_commit_ratio": statistics.median(a / b for a, b in zip(one, reference, strict=True)),
        "bookers_32_p99_ratio": statistics.median(a / b for a, b in zip(many, reference, strict=True)),
        "bookers_32_errors": errors,
        "bookers_32_overlaps": overlaps(folder / "ours.db"),
        "booking_commit_ms": statistics.median(one) * 1000,
        "bookers_32_p99_ms": statistics.median(many) * 1000,
        "bare_commit_ms": statistics.median(reference) * 1000,
    }


def main() -> None:
    with tempfile.TemporaryDirectory(dir=".") as folder:
        print(json.dumps(asyncio.run(measure(Path(folder)))))


if __name__ == "__main__":
    main()
