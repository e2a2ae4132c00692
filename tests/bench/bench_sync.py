"""What a first synchronisation costs (P17), what storing events costs (P12), and what a sync does to bookings (P15).

Prints one JSON object of ratios and of the figures that they come of, each the median over the rounds. The Google of the tests
runs in a process of its own, gives pages of 2,500 events and thinks for 80 ms a page; what it has answered once it keeps, so
that its own work is no part of the figures.

*First sync*: 10,000 events into an empty calendar, each page stored while the next one is on its way. Wall time over that of
reading the same pages with ``http.client``, packed and unread (``whole``: everything read first, then stored). CPU time over
that of google-api-python-client, which reads its pages the way it does by itself and leaves them to our mapping and our store
(``narrow``: with the same ``fields=`` as ours). *Stall*: the lateness of a 5 ms timer in the loop's thread.

*Store*: ``upsert_events`` of 10,000 events over ``executemany`` of the same rows with ``sqlite3`` alone, in the same table.

*Bookings*: p99 of one booking beside a sync that never ends over p99 without one.

Run it on a quiet machine:

    python -m tests.bench sync
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import http.client
import json
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from app.domain.calendars import Event
from app.domain.clock import DAY, HOUR, SystemClock, from_iso, to_iso
from app.models import calendars
from app.models.base import Session
from app.models.database import Database, chunks
from app.providers.google import api
from app.providers.google.client_file import OAuthClient
from app.providers.google.mapping import window
from app.providers.google.pages import page_reader
from app.providers.google.places import Places
from app.providers.google.provider import PAGE_FIELDS, GoogleProvider
from app.providers.google.tokens import granted
from tests.bench.bench_database import booking, insert, percentile

ROOT = Path(__file__).resolve().parents[2]
EVENTS, PAGE, LATENCY = 10_000, 2_500, 0.08
ROUNDS, STORES = 7, 9
BOOKINGS, BOOKING_ROUNDS = 200, 7
START = from_iso("2027-01-01T00:00:00Z")
END = START + 400 * DAY
ME, CLIENT = "anna@example.com", OAuthClient("123456789012-benchbench.apps.googleusercontent.com", "GOCSPX-bench-secret")


# The service, in a process of its own

WORDS = (
    "offer", "review", "planning", "contract", "budget", "call", "workshop", "onboarding", "draft", "numbers", "quarter",
    "roadmap", "client", "visit",
)  # fmt: skip
PEOPLE = [f"{name}.lund@example.org" for name in ("ase", "bo", "ib", "eva", "kai", "lis", "ole", "pia")]


def furnish(server: Any) -> None:
    """10,000 events as people have them: meetings with guests and a video link, blocks of their own, whole days; 2 kB of JSON
    each."""
    dice = random.Random(17)
    held = server.service.calendars[ME]
    for number in range(EVENTS):
        item = event_of(dice, number)
        held.events[item["id"]] = item


def event_of(dice: random.Random, number: int) -> dict[str, Any]:
    start = START + dice.randrange(399 * 24 * 2) * HOUR // 2
    name, day = f"{dice.getrandbits(128):032x}"[:26], number % 25 == 0
    item = {
        "kind": "calendar#event", "etag": f'"{dice.getrandbits(52)}"', "id": name, "status": "confirmed",
        "htmlLink": f"https://www.google.com/calendar/event?eid={dice.getrandbits(256):064x}",
        "created": to_iso(START - dice.randrange(99 * DAY)), "updated": "2026-11-01T08:00:00.000Z",
        "summary": " ".join(dice.choices(WORDS, k=4)), "creator": {"email": ME, "self": True},
        "organizer": {"email": ME, "self": True, "displayName": "Anna Holm"},
        "start": times(start, day), "end": times(start + (DAY if day else HOUR), day),
        "iCalUID": f"{name}@google.com", "sequence": number % 3, "reminders": {"useDefault": True}, "eventType": "default",
    }  # fmt: skip
    if dice.random() < 0.3:
        item["description"] = " ".join(dice.choices(WORDS, k=dice.randrange(10, 120)))
    if dice.random() < 0.3:
        item["location"] = " ".join(dice.choices(WORDS, k=3))
    if number % 3 == 0 and not day:
        item |= {"recurringEventId": name[:20], "originalStartTime": item["start"]}
    return item | meeting(dice) if dice.random() < 0.65 and not day else item


def meeting(dice: random.Random) -> dict[str, Any]:
    """Guests, and a conference as Google Meet describes it."""
    code = "-".join("".join(dice.choices("abcdefghijklmnopqrstuvwxyz", k=n)) for n in (3, 4, 3))
    guests = [{"email": ME, "self": True, "organizer": True, "responseStatus": "accepted"}]
    guests += [
        {"email": each, "displayName": each.partition(".")[0], "responseStatus": "needsAction"}
        for each in dice.sample(PEOPLE, dice.randrange(1, 5))
    ]
    entries = [
        {"entryPointType": "video", "uri": f"https://meet.google.com/{code}", "label": f"meet.google.com/{code}"},
        {"entryPointType": "more", "uri": f"https://tel.meet/{code}?pin={dice.getrandbits(40)}",
         "pin": str(dice.getrandbits(40))},
        {"regionCode": "DK", "entryPointType": "phone", "uri": "tel:+45-70-71-45-55", "label": "+45 70 71 45 55",
         "pin": str(dice.getrandbits(30))},
    ]  # fmt: skip
    solution = {
        "key": {"type": "hangoutsMeet"}, "name": "Google Meet",
        "iconUri": "https://fonts.gstatic.com/s/i/productlogos/meet_2020q4/v6/web-512dp/logo_meet_2020q4_color_2x_web_512dp.png",
    }  # fmt: skip
    return {
        "attendees": guests, "hangoutLink": f"https://meet.google.com/{code}",
        "conferenceData": {
            "createRequest": {"requestId": f"{dice.getrandbits(128):x}", "conferenceSolutionKey": {"type": "hangoutsMeet"},
                              "status": {"statusCode": "success"}},
            "entryPoints": entries, "conferenceSolution": solution, "conferenceId": code,
        },
    }  # fmt: skip


def times(at: int, day: bool) -> dict[str, str]:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    wall = datetime.fromtimestamp(at, ZoneInfo("Europe/Copenhagen"))
    return {"date": wall.date().isoformat()} if day else {"dateTime": wall.isoformat(), "timeZone": "Europe/Copenhagen"}


def serve() -> None:
    """Says its address and a token, and answers until its standard input ends."""
    from tests.servers.google.serving import serving
    from tests.servers.google.state import OAuthRegistration

    with serving(around=Remembering) as server:
        server.service.clients[CLIENT.id] = OAuthRegistration(CLIENT.id, CLIENT.secret)
        server.service.add_user(ME, "Anna Holm")
        furnish(server)
        print(json.dumps({"base": server.base, "token": server.consents.give(ME, CLIENT.id)}), flush=True)
        sys.stdin.read()


class Remembering:
    """The service as it would be if it had nothing to do: every answer is given again, ``LATENCY`` after it was asked for."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.kept: dict[tuple[str, bytes, bytes], list[Any]] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asked = (scope["path"], scope["query_string"], dict(scope["headers"]).get(b"accept-encoding", b""))
        began = time.monotonic()
        if asked not in self.kept:
            said: list[Any] = []

            async def keep(message: Any) -> None:
                said.append(message)

            await self.app(scope, receive, keep)
            self.kept[asked] = said
        await asyncio.sleep(max(0.0, began + LATENCY - time.monotonic()))
        for message in self.kept[asked]:
            await send(message)


@contextlib.contextmanager
def google() -> Iterator[dict[str, Any]]:
    """The running service: its address and a consent of ``ME``."""
    command = [sys.executable, "-m", "tests.bench.bench_sync", "serve"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdin
        yield json.loads(process.stdout.readline())
        process.stdin.close()


# Who reads


class Ticker:
    """A timer of 5 ms in the loop's thread that knows by how much it was late at worst."""

    def __init__(self) -> None:
        self.late = 0.0

    async def __aenter__(self) -> Ticker:
        self._task = asyncio.create_task(self._tick())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()

    async def _tick(self) -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.005)
            self.late = max(self.late, time.perf_counter() - began - 0.005)


async def ours(told: dict[str, Any], database: Database) -> int:
    """All events as the program can read and store them: each page while the next one is on its way."""
    stored: set[str] = set()

    async def early(events: tuple[Event, ...]) -> None:
        await store(database, events)
        stored.update(each.id for each in events)

    async with reading(told) as provider:
        found = await provider.changes(ME, "", START, END, early)
    await store(database, tuple(each for each in found.events if each.id not in stored))
    return len(found.events)


async def whole(told: dict[str, Any], database: Database) -> int:
    """The same, first all that is read and then all that is stored."""
    async with reading(told) as provider:
        found = await provider.changes(ME, "", START, END)
    await store(database, found.events)
    return len(found.events)


@contextlib.asynccontextmanager
async def reading(told: dict[str, Any]) -> AsyncIterator[GoogleProvider]:
    tokens = granted(told["token"], SystemClock().now())
    provider = GoogleProvider(api.Session("google", CLIENT, tokens, SystemClock(), None, Places.below(told["base"])))
    try:
        yield provider
    finally:
        await provider.close()


async def store(database: Database, events: tuple[Event, ...]) -> None:
    await database.write_slowly(storing(part) for part in chunks(events))


def storing(part: Any) -> Callable[[Session], int]:
    return lambda session: calendars.upsert_events(session, "work", part)


def makers(told: dict[str, Any], **narrow: Any) -> Callable[[dict[str, Any], Database], Awaitable[int]]:
    """The same with the maker's client, in a thread as its authors advise."""
    from google.oauth2.credentials import Credentials
    from googleapiclient.discovery import build

    credentials = Credentials(told["token"]["access_token"])  # type: ignore[no-untyped-call]
    options = {"api_endpoint": f"{told['base']}/calendar/v3/"}
    client = build(
        "calendar", "v3", credentials=credentials, client_options=options, static_discovery=True, cache_discovery=False
    )

    def read() -> tuple[Event, ...]:
        found: list[Event] = []
        query = {"calendarId": ME, "singleEvents": True, "maxResults": PAGE, **window(START - DAY, END + DAY), **narrow}
        request = client.events().list(**query)
        while request is not None:
            answer = request.execute()
            found += page_reader(ME)(answer).events
            request = client.events().list_next(request, answer)
        return tuple(found)

    async def run(_: dict[str, Any], database: Database) -> int:
        events = await asyncio.to_thread(read)
        await store(database, events)
        return len(events)

    return run


def bare_headers(told: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {told['token']['access_token']}", "Accept-Encoding": "gzip", "User-Agent": "gzip"}


def download(told: dict[str, Any]) -> float:
    """Seconds for the same pages, unpacked and unread; where the next one is was found out before."""
    base = urlsplit(told["base"])
    connection = http.client.HTTPConnection(str(base.hostname), base.port)
    headers = bare_headers(told)
    began = time.perf_counter()
    for path in told["pages"]:
        connection.request("GET", path, headers=headers)
        connection.getresponse().read()
    took = time.perf_counter() - began
    connection.close()
    return took


def pages_of(told: dict[str, Any]) -> list[str]:
    """The addresses of the pages that we read."""
    base = urlsplit(told["base"])
    query: dict[str, Any] = {
        "singleEvents": "true",
        "maxResults": PAGE,
        "fields": PAGE_FIELDS,
        "prettyPrint": "false",
        **window(START - DAY, END + DAY),
    }
    headers = bare_headers(told)
    found: list[str] = []
    connection = http.client.HTTPConnection(str(base.hostname), base.port)
    while True:
        found.append(f"/calendar/v3/calendars/{quote(ME, safe='')}/events?{urlencode(query)}")
        connection.request("GET", found[-1], headers=headers)
        answer = json.loads(gzip.decompress(connection.getresponse().read()))
        if "nextPageToken" not in answer:
            connection.close()
            return found
        query["pageToken"] = answer["nextPageToken"]


# What it takes


def connect(session: Session) -> None:
    from app.domain.connections import Access, Account, Calendar, ProviderKind
    from app.models import accounts

    accounts.save_account(session, Account("google", ProviderKind.GOOGLE, ME, connected_at=1))
    accounts.save_calendar(session, Calendar("work", "google", "Work", "Europe/Copenhagen", Access.OWNER))


def emptied(session: Session) -> None:
    session.exec_driver_sql("DELETE FROM event")


async def timed(
    read: Callable[[dict[str, Any], Database], Awaitable[int]], told: dict[str, Any], database: Database
) -> list[float]:
    """Wall seconds, CPU seconds and the worst stall of one first sync."""
    await database.write(emptied)
    async with Ticker() as ticker:
        await asyncio.sleep(0.1)
        ticker.late = 0.0
        wall, cpu = time.perf_counter(), time.process_time()
        assert await read(told, database) == EVENTS
        return [time.perf_counter() - wall, time.process_time() - cpu, ticker.late]


async def first_syncs(told: dict[str, Any], database: Database) -> dict[str, float]:
    ways = {"ours": ours, "whole": whole, "makers": makers(told), "narrow": makers(told, fields=PAGE_FIELDS, prettyPrint=False)}
    took: dict[str, list[list[float]]] = {name: [] for name in ways}
    downloads = []
    for _ in range(ROUNDS + 1):
        downloads.append(await asyncio.to_thread(download, told))
        for name, way in ways.items():
            took[name].append(await timed(way, told, database))
    # The first round warms up.
    wall, cpu, stall = (
        {name: statistics.median(each[which] for each in rounds[1:]) for name, rounds in took.items()} for which in range(3)
    )
    total = {
        name: statistics.median(one[0] / down for one, down in zip(took[name][1:], downloads[1:], strict=True))
        for name in ("ours", "whole")
    }
    against = {
        name: statistics.median(a[1] / b[1] for a, b in zip(took["ours"][1:], took[name][1:], strict=True))
        for name in ("makers", "narrow")
    }
    return {
        "sync_total_ratio": total["ours"],
        "sync_total_whole_ratio": total["whole"],
        "sync_cpu_ratio": against["makers"],
        "sync_stall_ms": stall["ours"] * 1000,
        "sync_cpu_narrow_ratio": against["narrow"],
        "sync_download_ms": statistics.median(downloads[1:]) * 1000,
        **{f"sync_{name}_ms": value * 1000 for name, value in wall.items()},
        **{f"sync_{name}_cpu_ms": value * 1000 for name, value in cpu.items()},
        "sync_makers_stall_ms": stall["makers"] * 1000,
    }


def made(number: int, **more: Any) -> Event:
    start = START + number * HOUR
    plain = Event(
        f"{number:026x}", "work", start, start + HOUR, f"Event {number}", uid=f"{number:026x}@google.com", location="Room 1",
        description="What we spoke about last time, and what comes next", attendees=("ase@example.org", "bo@example.org"),
        tag=f'"{number}"', created=START,
    )  # fmt: skip
    return replace(plain, **more)


class Bare:
    """The reference of the store: the same rows, as dicts, into the same table."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            self.connection.execute(f"PRAGMA {pragma}")
        names = [column.name for column in calendars.event.columns]
        rest = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name not in ("calendar", "id"))
        self.statement = (
            f"INSERT INTO event ({', '.join(map(quoted, names))}) VALUES ({', '.join(f':{name}' for name in names)}) "
            f"ON CONFLICT (calendar, id) DO UPDATE SET {rest}"
        )

    def time(self, events: list[Event]) -> float:
        rows = [row_of(each) for each in events]
        began = time.perf_counter()
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.executemany(self.statement, rows)
        self.connection.execute("COMMIT")
        return time.perf_counter() - began

    def empty(self) -> None:
        self.connection.execute("DELETE FROM event")


def row_of(each: Event) -> dict[str, Any]:
    values = {name: getattr(each, name) for name in each.__slots__}
    days = values.pop("days")
    plain = {name: json.dumps(value) if isinstance(value, tuple) else value for name, value in values.items()}
    whole = {**plain, "change": 1, "first_day": days and str(days.first), "end_day": days and str(days.end)}
    return {name: str(value) if name in ("show_as", "response") else value for name, value in whole.items()}


def quoted(name: str) -> str:
    return f'"{name}"'


async def stores(database: Database, bare: Bare) -> dict[str, float]:
    events, changed = [made(number) for number in range(EVENTS)], [made(number, title="Moved") for number in range(EVENTS)]
    took: dict[str, list[float]] = {name: [] for name in ("insert", "change", "unchanged")}
    for _ in range(STORES + 1):
        await database.write(emptied)
        bare.empty()
        for name, wanted in (("insert", events), ("unchanged", events), ("change", changed)):
            reference = bare.time(wanted)
            began = time.perf_counter()
            await database.write(storing(wanted))
            took[name].append((time.perf_counter() - began) / reference)
    return {f"upsert_{name}_ratio": statistics.median(ratios[1:]) for name, ratios in took.items()}


async def bookings_beside(database: Database) -> dict[str, float]:
    """Bookings without and beside a sync that never ends, in turn."""
    events = [[made(number, title=f"Title {turn}") for number in range(EVENTS)] for turn in range(2)]
    waits: dict[str, list[list[float]]] = {"quiet": [], "beside": []}
    number = 0

    async def book() -> list[float]:
        nonlocal number
        took = []
        for _ in range(BOOKINGS):
            number += 1
            began = time.perf_counter()
            await database.write(lambda session, new=booking(number): insert(session, new))
            took.append(time.perf_counter() - began)
            await asyncio.sleep(0.002)
        return took

    async def endless() -> None:
        while True:
            for some in events:
                await database.write_slowly(storing(part) for part in chunks(some))

    for _ in range(BOOKING_ROUNDS + 1):
        waits["quiet"].append(await book())
        syncing = asyncio.create_task(endless())
        await asyncio.sleep(0.05)
        waits["beside"].append(await book())
        syncing.cancel()
        await asyncio.gather(syncing, return_exceptions=True)
        await asyncio.sleep(0.2)
    p99 = {name: [percentile(one, 0.99) for one in rounds[1:]] for name, rounds in waits.items()}
    return {
        "booking_beside_sync_ratio": statistics.median(a / b for a, b in zip(p99["beside"], p99["quiet"], strict=True)),
        **{f"booking_{name}_p99_ms": statistics.median(values) * 1000 for name, values in p99.items()},
    }


async def measure(folder: Path) -> dict[str, float]:
    database = Database(folder / "ours.db")
    database.open()
    await database.write(connect)
    bare = Bare(await database.backup(folder / "bare.db"))
    try:
        figures = await stores(database, bare)
        with google() as told:
            told["pages"] = await asyncio.to_thread(pages_of, told)
            figures |= await first_syncs(told, database)
        return figures | await bookings_beside(database)
    finally:
        bare.connection.close()
        database.close()


def main() -> None:
    if sys.argv[1:] == ["serve"]:
        serve()
        return
    with tempfile.TemporaryDirectory(dir=".") as folder:
        figures = asyncio.run(measure(Path(folder)))
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
