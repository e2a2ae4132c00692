"""The child's only tie to the world: what the program pushed, and what may be asked of it.

``Shelf`` keeps the pages as they were pushed last. ``ParentLink`` speaks the lines of ``app.wire`` over two byte streams; one
thread reads and one writes, so that a program that is slow to read never holds up a visitor, and every line goes out whole.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import logging
import queue
import secrets
import threading
from collections.abc import Callable, Sequence
from typing import BinaryIO, Protocol

from app import wire
from app.domain.booking import BookingRequest, LeftMessage, ManagedBooking, Promised, Refused, Taken
from app.domain.choosing import open_starts
from app.domain.clock import Clock, Instant
from app.domain.public import PublicHost, PublicPage

ANSWER_WITHIN = 8.0
"""Seconds that a visitor waits for the program."""
SILENT_AFTER = 15.0
"""Seconds without a line after which the program is not asked any more until it speaks again."""
STALE_AFTER = 600.0
"""Seconds without a line after which not even free times are shown (CONTRACT 4: ten minutes)."""
_WAITING_LINES = 256
_log = logging.getLogger(__name__)

Question = BookingRequest | LeftMessage | wire.Lookup | wire.LinkFor | wire.WhoIs | wire.FileFor | wire.CancelIt | wire.MoveIt
Answered = Promised | Taken | Refused | ManagedBooking | wire.File | wire.Left | wire.Opens | wire.Remembered


class ParentSilent(Exception):
    """The program did not answer in time. ``asked``: it may have heard the question and may still act on it."""

    def __init__(self, asked: bool) -> None:
        super().__init__("asked" if asked else "not asked")
        self.asked = asked


class Link(Protocol):
    """What the pages need to know, and whom they ask."""

    @property
    def shelf(self) -> Shelf: ...

    @property
    def silent(self) -> bool:
        """Whether the program is not there just now: nothing can be booked."""
        ...

    @property
    def stale(self) -> bool:
        """Whether it has been gone for so long that its free times mean nothing any more."""
        ...

    async def ask(self, what: Question) -> Answered:
        """The program's answer. Raises ParentSilent."""
        ...

    def count(self, *, views: int = 0, bots: int = 0, refused: int = 0) -> None:
        """Adds to what the program is told now and then."""
        ...

    def remember(self, kind: str, name: str) -> None:
        """Has the program keep for the next child what this one counted."""
        ...

    @property
    def remembered(self) -> Sequence[wire.Counted]:
        """What the program kept from earlier children, the oldest first."""
        ...


class Shelf:
    """The pages by slug, as they were pushed last. ``revision`` grows with every change. ``pictures``: type and bytes
    by name. ``naming``: key of the names under which visitors are counted; one of its own until the program tells the
    workspace's."""

    def __init__(self) -> None:
        self.revision = 0
        self.naming = secrets.token_bytes(32)
        self.host: PublicHost | None = None
        self.redirects: dict[str, str] = {}
        self.pictures: dict[str, tuple[bytes, bytes]] = {}
        self._pages: dict[str, PublicPage] = {}
        self._starts: dict[tuple[str, int], Sequence[Instant]] = {}

    @property
    def pages(self) -> tuple[PublicPage, ...]:
        return tuple(sorted(self._pages.values(), key=lambda page: (page.position, page.slug)))

    def name_of(self, address: str) -> str:
        """Always the same for an address in one workspace; nobody reads the address from it. Nobody's address has no name."""
        return hmac.new(self.naming, address.encode(), hashlib.sha256).hexdigest()[:32] if address else ""

    def page(self, slug: str) -> PublicPage | None:
        return self._pages.get(slug)

    def starts(self, page: PublicPage, duration: int, now: Instant) -> Sequence[Instant]:
        """The starts of ``page`` that can be booked at ``now``, ascending; none for a length that it does not offer."""
        key = (page.slug, duration)
        if key not in self._starts:
            if duration not in page.free:
                return ()
            self._starts[key] = page.free[duration].unpack()
        return open_starts(page, self._starts[key], now)

    def take(self, line: wire.HostLine | wire.PageLine | wire.PageGone | wire.PictureLine) -> None:
        """Keeps what the line says."""
        match line:
            case wire.HostLine():
                self.host, self.redirects = line.host, dict(line.redirects)
            case wire.PageLine(page=page):
                for slug in [slug for slug, known in self._pages.items() if known.id == page.id or slug == page.slug]:
                    self._drop(slug)
                self._pages[page.slug] = page
            case wire.PageGone(slug=slug):
                self._drop(slug)
            case wire.PictureLine():
                self.pictures[line.name] = (line.type.encode(), base64.b64decode(line.body))
        # Lines of one push carry one revision; what was drawn in between must not outlive them.
        self.revision += 1

    def _drop(self, slug: str) -> None:
        self._pages.pop(slug, None)
        for key in [key for key in self._starts if key[0] == slug]:
            del self._starts[key]


class ParentLink:
    """Lines in, lines out.

    What it promises: ``on_end`` is called once, in the loop, when the input ends; a line that is none is logged and left out; a
    line that the program does not read in time is dropped, and its question fails. ``greeted`` is set once everything that
    there is to know has been heard. ``on_farewell`` is called when another child takes over.
    """

    def __init__(
        self,
        source: BinaryIO,
        sink: BinaryIO,
        clock: Clock,
        on_end: Callable[[], None],
        on_farewell: Callable[[], None] = lambda: None,
    ) -> None:
        self.shelf = Shelf()
        self.hello: wire.Hello | None = None
        self.met, self.greeted = asyncio.Event(), asyncio.Event()
        self._source, self._sink, self._clock, self._on_end, self._on_farewell = source, sink, clock, on_end, on_farewell
        self._loop = asyncio.get_running_loop()
        self._out: queue.Queue[bytes | None] = queue.Queue(_WAITING_LINES)
        self._waiting: dict[int, asyncio.Future[Answered]] = {}
        self._last_id = 0
        self._failed = False
        self._heard = self._loop.time()
        self._heard_at = clock.now()
        self._counts = [0, 0, 0]
        self._seen_at: Instant = 0
        self._writer: threading.Thread | None = None
        self.remembered: list[wire.Counted] = []

    def start(self) -> None:
        """Starts both threads, once."""
        threading.Thread(target=self._read, name="lines in", daemon=True).start()
        self._writer = threading.Thread(target=self._write, name="lines out", daemon=True)
        self._writer.start()

    # Speaking

    def tell(self, line: wire.Line) -> bool:
        """Queues a line; False if the program has let too many wait."""
        try:
            self._out.put_nowait(wire.encode(line))
        except queue.Full:
            return False
        return True

    def count(self, *, views: int = 0, bots: int = 0, refused: int = 0) -> None:
        """Adds to what ``tell_counts`` tells; views also say when the last one was."""
        for index, more in enumerate((views, bots, refused)):
            self._counts[index] += more
        if views:
            self._seen_at = self._clock.now()

    def remember(self, kind: str, name: str) -> None:
        self.tell(wire.Counted(kind, name, self._clock.now()))

    def tell_counts(self) -> None:
        """Tells what was counted since the last time, if anything."""
        if any(self._counts):
            views, bots, refused = self._counts
            self.tell(wire.Visits(views, bots, refused, self._seen_at))
            self._counts = [0, 0, 0]

    async def told(self) -> None:
        """Returns when every line has been written, or nobody reads any more."""
        with contextlib.suppress(queue.Full):
            self._out.put_nowait(None)
        writer = self._writer
        if writer is not None:
            await asyncio.get_running_loop().run_in_executor(None, writer.join, 1.0)

    async def ask(self, what: Question) -> Answered:
        """Raises ParentSilent. What comes later than that is dropped."""
        if self.silent:
            raise ParentSilent(asked=False)
        self._last_id += 1
        number = self._last_id
        answer: asyncio.Future[Answered] = self._loop.create_future()
        self._waiting[number] = answer
        # What the program reads too late it leaves: nobody is booked after they were told that nothing was saved.
        until = self._clock.now() + int(ANSWER_WITHIN) - 1
        try:
            if not self.tell(wire.Ask(number, what, until=until)):
                raise ParentSilent(asked=False)
            return await asyncio.wait_for(answer, ANSWER_WITHIN)
        except TimeoutError:
            self._failed = True
            raise ParentSilent(asked=True) from None
        finally:
            self._waiting.pop(number, None)

    def _write(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while (raw := self._out.get()) is not None:
                self._sink.write(raw)
                self._sink.flush()

    # Listening

    @property
    def _unheard_for(self) -> float:
        # A computer that slept has a still clock for its programs, but the wall clock went on.
        return max(self._loop.time() - self._heard, float(self._clock.now() - self._heard_at))

    @property
    def silent(self) -> bool:
        return self._failed or self._unheard_for > SILENT_AFTER

    @property
    def stale(self) -> bool:
        return self.shelf.host is None or self._unheard_for > STALE_AFTER

    def _read(self) -> None:
        # A loop that is closed raises RuntimeError.
        with contextlib.suppress(OSError, ValueError, RuntimeError):
            for raw in wire.lines_of(self._source.fileno()):
                try:
                    line = wire.decode(raw)
                except ValueError:
                    _log.error("the program sent a line that is none")
                    continue
                self._loop.call_soon_threadsafe(self._hear, line)
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._end)

    def _end(self) -> None:
        """The program is gone: nobody will answer those who wait."""
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(ParentSilent(asked=True))
        self._on_end()

    def _hear(self, line: wire.Line) -> None:
        self._heard, self._heard_at, self._failed = self._loop.time(), self._clock.now(), False
        match line:
            case wire.Hello():
                self.hello = self.hello or line
                self.met.set()
            case wire.HostLine() | wire.PageLine() | wire.PageGone() | wire.PictureLine():
                self.shelf.take(line)
            case wire.Counted():
                if not self.greeted.is_set():
                    self.remembered.append(line)
            case wire.Naming():
                self.shelf.naming = bytes.fromhex(line.key)
            case wire.Farewell():
                self._on_farewell()
            case wire.Alive():
                self.greeted.set()
                self.tell(wire.Shown(line.revision))
            case wire.Reply(id=number, what=what):
                answer = self._waiting.get(number)
                if answer is not None and not answer.done():
                    answer.set_result(what)
