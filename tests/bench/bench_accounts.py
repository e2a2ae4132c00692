"""What the first reading of an account costs, through the whole sync engine: Exchange (Basic and NTLM), CalDAV, Office 365.

Prints one JSON object, each figure the median over the rounds. The servers of the tests run in a process
of their own; what one has answered once it keeps and gives again ``LATENCY`` after it was asked, so that its own work is no
part of the figures. The calendar holds 10,000 events of 13 months, a third of them meetings with guests.

*Total*: wall time of the first reading over that of a bare download of the same answers, one after the other and unread.
*Stall*: by how much a 5 ms timer in the loop's thread was late at worst; ``own``: as far as this process used the processor
meanwhile, which a machine that has other things to do makes no longer. Garbage is collected as in the program, in the loop's
thread. ``first``: the same for the first round, with all imports. *Progress*: how often the reading told how far it is.
*Trips*: requests for a month with 40 events that was read before, and, ``new``, for one that was not.

Run it on a quiet machine:

    python -m tests.bench accounts
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import http.client
import json
import random
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from app.domain.clock import DAY, HOUR, MINUTE
from app.domain.connections import Access, Account, Calendar, ProviderKind
from app.domain.events import SyncProgressed
from app.domain.pages import Rolling
from app.models import accounts as account_rows
from app.models import calendars as calendar_rows
from app.providers import registry
from app.providers.base import Provider
from app.services.pace import LoopPace
from app.ui.runtime.garbage import EVERY, Collector
from tests.bench.bench_sync import PEOPLE, WORDS
from tests.services.opened import MONDAY, ZONE, StandingClock, page
from tests.services.sync.followed import engine, opened

ROOT = Path(__file__).resolve().parents[2]
EVENTS, DAYS, LATENCY, ROUNDS = 10_000, 395, 0.02, 3
TICK = 0.005
START = MONDAY - 6 * HOUR
QUIET = START - 300 * DAY
"""The beginning of a month long ago in which there are 40 events."""
KINDS = ("exchange", "ntlm", "caldav", "office365")
EMAIL, PASSWORD = "anna@example.com", "correct horse"


@dataclass(frozen=True, slots=True)
class Made:
    """One event, as people have them."""

    start: int
    end: int
    title: str
    guests: tuple[str, ...] = ()
    place: str = ""
    text: str = ""


def events() -> Iterator[Made]:
    dice = random.Random(17)
    for number in range(EVENTS):
        yield made(dice, START + number * DAYS * DAY // EVENTS // MINUTE * MINUTE)
    for number in range(40):
        yield made(dice, QUIET + number * 17 * HOUR)


def made(dice: random.Random, start: int) -> Made:
    def words(least: int, most: int) -> str:
        return " ".join(dice.choices(WORDS, k=dice.randrange(least, most)))

    guests = tuple(dice.sample(PEOPLE, dice.randrange(1, 5))) if dice.random() < 0.33 else ()
    text = words(10, 120) if dice.random() < 0.3 else ""
    return Made(start, start + dice.choice((15, 30, 60)) * MINUTE, words(3, 6), guests, words(2, 4) if guests else "", text)


# The services, in a process of their own


@dataclass(slots=True)
class Kept:
    """Answers by request, and the requests in the order in which they came."""

    answers: dict[Any, Any] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def __call__(self, request: Any, body: bytes, answer: Callable[[], Any]) -> Any:
        began, headers = time.monotonic(), request.headers
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        told = tuple(headers.get(name) for name in ("depth", "prefer", "accept-encoding"))
        key = (request.method, path, body, "authorization" in headers, told)
        if key not in self.answers:
            self.answers[key] = await answer()
        sent = {name: text for name, text in headers.items() if name not in ("host", "content-length", "connection")}
        self.asked.append({"method": request.method, "path": path, "headers": sent, "body": body.decode()})
        await asyncio.sleep(max(0.0, began + LATENCY - time.monotonic()))
        return self.answers[key]


@contextlib.contextmanager
def exchange(kept: Kept, *offers: str) -> Iterator[dict[str, Any]]:
    from starlette.responses import Response

    from tests.servers.ews.serving import serving

    with serving(tls=True) as server:
        service, signed_in = server.service, server._signed_in
        service.recording, service.offers = False, offers or ("Basic",)
        service.add_user(EMAIL, "Anna Holm", PASSWORD, ZONE)
        held = service.default(EMAIL)
        for each in events():
            body = {"Subject": each.title, "Start": each.start, "End": each.end, "RequiredAttendees": list(each.guests),
                    "Location": each.place, "Body": each.text}  # fmt: skip
            service.insert(held.id, body)

        async def remembered(request: Any, body: bytes, user: Any) -> Any:
            found = await kept(request, body, lambda: signed_in(request, body, user))
            return Response(found.body, found.status_code, dict(found.headers))

        server._signed_in = remembered  # type: ignore[method-assign]
        yield {"url": server.url, "ca": server.ca, "calendar": held.id}


@contextlib.contextmanager
def ntlm(kept: Kept) -> Iterator[dict[str, Any]]:
    # Who downloads for comparison signs in by name.
    with exchange(kept, "NTLM", "Basic") as told:
        yield told


@contextlib.contextmanager
def caldav(kept: Kept) -> Iterator[dict[str, Any]]:
    """Not by Radicale, which would take a minute for its first answer."""
    from lxml import etree

    from app.domain.calendars import EventDraft
    from app.providers.caldav.writing import Hand, new_object
    from tests.servers.caldav.door import open_door
    from tests.servers.caldav.odd import HOME, PASSWORD, PRINCIPAL, USER, C, D, OddServer, multistatus

    class EvenServer(OddServer):
        """Without what is odd: it believes everybody, looks at the window of a query, and gives texts with it."""

        spans: dict[str, tuple[int, int]] = {}

        def _knows(self, request: Any) -> bool:
            return "authorization" in request.headers

        def _report(self, held: Any, folder: str, body: bytes) -> Any:
            root = etree.fromstring(body)
            window = root.find(f".//{C}time-range")
            if root.tag != f"{C}calendar-query" or window is None:
                return super()._report(held, folder, body)
            low, high = (instant(window.get(name)) for name in ("start", "end"))
            names = (name for name, (start, end) in self.spans.items() if start < high and end > low)
            text = root.find(f"{D}prop/{C}calendar-data") is not None
            return multistatus("".join(self._resource(held, folder, name, text) for name in names))

    server, hand = EvenServer(), Hand("owner@example.com", MONDAY)
    held = server.calendars["work"]
    for number, each in enumerate(events()):
        name = f"{number:032x}.ics"
        draft = EventDraft(name, each.title, each.start, each.end, ZONE, location=each.place, description=each.text,
                           attendees=each.guests)  # fmt: skip
        held.texts[name], server.spans[name] = new_object(draft, hand), (each.start, each.end)
    with open_door(lambda request, body: kept(request, body, lambda: server(request, body))) as door:
        door.recording = False
        yield {"base": door.base, "calendar": f"{HOME}work/", "home": HOME, "principal": PRINCIPAL, "user": USER,
               "password": PASSWORD}  # fmt: skip


def instant(text: str) -> int:
    from datetime import UTC, datetime

    return int(datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp())


@contextlib.contextmanager
def office365(kept: Kept) -> Iterator[dict[str, Any]]:
    from starlette.responses import Response

    from tests.providers.office365.worlds import GraphWorld

    world = GraphWorld(own=True)
    server, answer = world.server, world.server._answer
    for each in events():
        moments = [{"dateTime": moment(at), "timeZone": "UTC"} for at in (each.start, each.end)]
        guests = [{"emailAddress": {"address": guest}, "type": "required"} for guest in each.guests]
        body = {"subject": each.title, "start": moments[0], "end": moments[1], "location": {"displayName": each.place},
                "body": {"contentType": "text", "content": each.text}, "attendees": guests}  # fmt: skip
        server.service.insert(world.calendar, body)

    async def remembered(request: Any, body: bytes, found: Any, user: Any) -> Any:
        told = await kept(request, body, lambda: answer(request, body, found, user))
        return Response(told.body, told.status_code, dict(told.headers))

    server._answer = remembered  # type: ignore[method-assign]
    yield {"base": server.base, "calendar": world.calendar, "secret": world.credentials().dump().decode()}


def moment(at: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def serve(kind: str) -> None:
    """Says where it is, and for each line of input what was asked for since the last one; until that ends."""
    kept = Kept()
    with {"exchange": exchange, "ntlm": ntlm, "caldav": caldav, "office365": office365}[kind](kept) as told:
        print(json.dumps(told), flush=True)
        for _line in sys.stdin:
            asked, kept.asked = kept.asked, []
            print(json.dumps(asked), flush=True)


class Service:
    """The running service of a kind."""

    def __init__(self, kind: str) -> None:
        command = [sys.executable, "-m", "tests.bench.bench_accounts", "serve", kind]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.kind, self.told = kind, self._line()

    def _line(self) -> Any:
        assert self._process.stdout
        return json.loads(self._process.stdout.readline())

    def asked(self) -> list[dict[str, Any]]:
        """The requests since the last call."""
        assert self._process.stdin
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        found: list[dict[str, Any]] = self._line()
        return found

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(30)

    @property
    def provider_kind(self) -> ProviderKind:
        return {"caldav": ProviderKind.CALDAV, "office365": ProviderKind.OFFICE365}.get(self.kind, ProviderKind.EXCHANGE)

    def provider(self) -> Provider:
        """As the program makes it, which imports in a thread what a kind needs."""
        told, clock = self.told, StandingClock()
        registry.load(self.provider_kind)
        if self.kind == "caldav":
            from app.providers.caldav.keys import Keys as DavKeys
            from app.providers.caldav.provider import CalDavProvider

            home, principal = (f"{told['base']}{told[name]}" for name in ("home", "principal"))
            return CalDavProvider("account", DavKeys(EMAIL, told["user"], told["password"], (home,), principal), clock)
        if self.kind == "office365":
            from app.providers.office365.places import Places
            from app.providers.office365.provider import OfficeProvider
            from app.providers.office365.tokens import Credentials, Session

            async def keep(_secret: bytes) -> None:
                """For this run alone."""

            session = Session(
                "account", Credentials.load(told["secret"].encode()), clock, keep, Places(told["base"], told["base"])
            )  # fmt: skip
            return OfficeProvider(session, here=ZONE)
        from app.providers.exchange.keys import Keys
        from app.providers.exchange.provider import ExchangeProvider

        auth = "ntlm" if self.kind == "ntlm" else "basic"
        keys = Keys(EMAIL, PASSWORD, EMAIL, told["url"], "Exchange2016", (15, 2, 1544, 11), auth, told["ca"])
        return ExchangeProvider("account", keys, clock, here=ZONE)

    def download(self, asked: list[dict[str, Any]]) -> float:
        """Seconds for the same answers, one after the other, unread. Whoever signs in by connection does so before."""
        base = urlsplit(self.told.get("url") or self.told["base"])
        if base.scheme == "https":
            context = ssl.create_default_context(cadata=self.told["ca"])
            connection: Any = http.client.HTTPSConnection(str(base.hostname), base.port, context=context)
        else:
            connection = http.client.HTTPConnection(str(base.hostname), base.port)
        took = 0.0
        for each in asked:
            headers = dict(each["headers"])
            if self.kind == "ntlm":
                headers["authorization"] = f"Basic {b64encode(f'{EMAIL}:{PASSWORD}'.encode()).decode()}"
            began = time.perf_counter()
            connection.request(each["method"], each["path"], body=each["body"].encode() or None, headers=headers)
            connection.getresponse().read()
            took += time.perf_counter() - began
        connection.close()
        return took


# Who reads


class Ticker:
    """A timer of 5 ms in the loop's thread that knows by how much it was late at worst, and which part of that was ours; and,
    beside it, the program's collector of garbage."""

    late = own = 0.0

    async def __aenter__(self) -> Ticker:
        gc.collect()
        gc.freeze()
        gc.disable()
        self._tasks = [asyncio.ensure_future(self._tick()), asyncio.ensure_future(self._collect())]
        await asyncio.sleep(0.1)
        self.late = self.own = 0.0
        return self

    async def __aexit__(self, *_: object) -> None:
        for each in self._tasks:
            each.cancel()
        gc.enable()

    async def _tick(self) -> None:
        while True:
            began, used = time.perf_counter(), time.process_time()
            await asyncio.sleep(TICK)
            late = time.perf_counter() - began - TICK
            self.late = max(self.late, late)
            self.own = max(self.own, min(late, time.process_time() - used))

    async def _collect(self) -> None:
        while True:
            await asyncio.sleep(EVERY / 1000)
            Collector.look(cast(Any, None))


@dataclass(slots=True)
class Round:
    wall: float
    stall: float
    own: float
    progress: int
    asked: list[dict[str, Any]]


async def first(service: Service, folder: Path) -> Round:
    """One first reading, in a new workspace."""
    provider = service.provider()
    workspace = opened(folder, {"account": provider}, StandingClock())

    def connect(session: Any) -> None:
        account = Account("account", service.provider_kind, "Anna", EMAIL, primary=True, sync=True, scheduling=True)
        account_rows.save_account(session, account)
        held = Calendar("work", "account", "Work", ZONE, Access.OWNER, remote=service.told["calendar"])
        account_rows.save_calendar(session, replace(held, booking=True, main=True))

    await workspace.database.write(connect)
    await workspace.load()
    plain = page()
    await workspace.pages.save(replace(plain, rules=replace(plain.rules, window=Rolling(DAYS))))
    told: list[SyncProgressed] = []
    workspace.announcer.subscribe(SyncProgressed, told.append)
    sync = engine(workspace, {"account": provider}, LoopPace())
    service.asked()
    async with Ticker() as ticker:
        began = time.perf_counter()
        await sync.now()
        wall, late, own = time.perf_counter() - began, ticker.late, ticker.own
    found = await workspace.database.read(
        lambda session: calendar_rows.events_between(session, ("work",), START, START + DAYS * DAY)
    )
    assert len(found) == EVENTS, f"{service.kind}: {len(found)} events"
    asked = [each for each in service.asked() if service.kind != "caldav" or each["headers"].get("authorization")]
    await provider.close()
    await workspace.close()
    return Round(wall, late, own, len(told), asked)


async def trips(service: Service) -> dict[str, float]:
    """Requests for a month with 40 events."""
    provider, counts = service.provider(), []
    await provider.read_window(service.told["calendar"], QUIET - 60 * DAY, QUIET - 59 * DAY)
    for _ in range(2):
        service.asked()
        found = await provider.read_window(service.told["calendar"], QUIET, QUIET + 30 * DAY)
        assert len(found) == 40, f"{service.kind}: {len(found)} events"
        counts.append(len(service.asked()))
    await provider.close()
    return {f"{service.kind}_trips_new": counts[0], f"{service.kind}_trips": counts[1]}


def measure(kind: str) -> dict[str, float]:
    service = Service(kind)
    try:
        rounds, ratios = [], []
        for _ in range(ROUNDS + 1):
            with tempfile.TemporaryDirectory(dir=".") as folder:
                rounds.append(asyncio.run(first(service, Path(folder))))
            ratios.append(rounds[-1].wall / service.download(rounds[-1].asked))
        # What imports need is part of the first round, and of its stall.
        return {
            f"{kind}_total_ratio": statistics.median(ratios[1:]),
            f"{kind}_stall_ms": statistics.median(each.stall for each in rounds[1:]) * 1000,
            f"{kind}_stall_own_ms": statistics.median(each.own for each in rounds[1:]) * 1000,
            f"{kind}_first_stall_ms": rounds[0].stall * 1000,
            f"{kind}_first_stall_own_ms": rounds[0].own * 1000,
            f"{kind}_progress": min(each.progress for each in rounds),
            f"{kind}_first_ms": statistics.median(each.wall for each in rounds[1:]) * 1000,
            f"{kind}_requests": len(rounds[-1].asked),
            **asyncio.run(trips(service)),
        }
    finally:
        service.close()


def main() -> None:
    if sys.argv[1:2] == ["serve"]:
        serve(sys.argv[2])
        return
    figures: dict[str, float] = {}
    for kind in sys.argv[1:] or KINDS:
        figures |= measure(kind)
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
