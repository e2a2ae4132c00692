"""The public child seen from the program: started with a clean environment, fed with lines, started again when it dies.

The listening socket belongs to the program and is handed down, so that the address stays the same and visitors who come while
the child restarts wait a moment in the socket's queue instead of being refused.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from app import wire
from app.domain.booking import Refused
from app.domain.clock import Instant
from app.domain.errors import PortTaken
from app.services.counts import Counts

HERE, EVERYWHERE = "127.0.0.1", "0.0.0.0"
"""Where to listen: for this computer alone, or for its network as well."""
ALIVE_EVERY = 5.0
BACKOFF = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
READY_WITHIN = 20.0
SHOWN_WITHIN = 2.0
DEAF_WITHIN = 3.0
RETIRED_WITHIN = 15.0
"""Seconds that a child has for its last visitors when another takes over."""
_KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "SYSTEMROOT", "TEMP", "TMP", "HOME")
_MAIN = Path(__file__).resolve().parent.parent.parent / "main.py"
_log = logging.getLogger(__name__)

Handler = Callable[[wire.Ask], Awaitable[wire.Reply]]


def listen(port: int, host: str = HERE, beside: bool = False) -> socket.socket:
    """A listening socket on ``port``, 0 for any free one; ``beside`` another that was told to share it. Raises PortTaken."""
    # With its protocol named, so that asyncio switches Nagle's delay off on every connection.
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    # Restarting must not wait for old connections to time out; the option lets nobody take a port that is listened on.
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if beside:
        _share(server, True)
    try:
        server.bind((host, port))
        server.listen(512)
    except OSError as error:
        server.close()
        raise PortTaken(port) from error
    server.set_inheritable(True)
    return server


def _share(server: socket.socket, on: bool) -> None:
    """Whether another socket may listen on the same port. It must be of the same user and share as well; where the system knows
    no such thing, none can."""
    if hasattr(socket, "SO_REUSEPORT"):
        with contextlib.suppress(OSError):
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, int(on))


def _nobody_hears(state: str, reason: str) -> None:
    """What becomes of a child that has been replaced is no news."""


async def _nobody(ask: wire.Ask) -> wire.Reply:
    """Nothing is asked before the child was told."""
    return wire.Reply(ask.id, Refused("unavailable"))


class Child:
    """Supervises one child on one socket.

    It can be begun before anybody knows what the pages say: starting takes its time, and so does opening a workspace. It is
    told, and serves, from ``start`` on. ``before``: the child that it takes over from.
    """

    def __init__(self, server: socket.socket, before: Child | None = None) -> None:
        self._server = server
        self._key = ""
        self._retired = False
        self._ending: asyncio.Task[None] | None = None
        self.counts: Counts = before.counts if before is not None else Counts()
        self.last_visit: Instant = before.last_visit if before is not None else 0
        self._greet: Callable[[], list[wire.Line]] = list
        self._handle: Handler = _nobody
        self._changed: Callable[[str, str], None] = lambda state, reason: None
        self._known = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None
        self._running: asyncio.Task[None] | None = None
        self._answers: set[asyncio.Task[None]] = set()
        self._live, self._deaf = asyncio.Event(), asyncio.Event()
        self._shown = 0
        self._waiting: dict[int, asyncio.Event] = {}
        self.revision: int = before.revision if before is not None else 0

    def sign_of(self, nonce: str) -> str:
        """What the child that runs now answers to ``nonce``, and no other."""
        return wire.sign_of(self._key, nonce) if self._key else ""

    @property
    def everywhere(self) -> bool:
        """Whether other computers of the network reach the socket."""
        return str(self._server.getsockname()[0]) == EVERYWHERE

    @property
    def ended(self) -> bool:
        return self._running is None or self._running.done()

    @property
    def port(self) -> int:
        return int(self._server.getsockname()[1])

    @property
    def pid(self) -> int:
        return self._process.pid if self._process is not None else 0

    def begin(self) -> None:
        """Starts the child, which waits to be told. A second call does nothing."""
        if self._running is None:
            self._running = asyncio.ensure_future(self._run())

    async def start(self, greet: Callable[[], list[wire.Line]], handle: Handler, changed: Callable[[str, str], None]) -> None:
        """Tells the child and waits until it answers; raises TimeoutError when it does not.

        ``greet`` gives the lines that a new child needs to know everything; ``handle`` answers what the child asks; ``changed``
        hears ``starting``, ``live``, ``failed`` and ``stopped``.
        """
        self._greet, self._handle, self._changed = greet, handle, changed
        self._known.set()
        self.begin()
        async with asyncio.timeout(READY_WITHIN):
            await self._live.wait()

    def listen_beside(self, place: str) -> socket.socket:
        """Another socket on the same port, for the child that takes over: so nobody is refused in between. Raises PortTaken."""
        _share(self._server, True)
        try:
            return listen(self.port, place, beside=True)
        finally:
            _share(self._server, False)

    async def deaf(self) -> None:
        """Returns when a child that retires has closed its socket, or takes too long."""
        if self._process is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(DEAF_WITHIN):
                    await self._deaf.wait()

    def retire(self) -> None:
        """Another child takes over: this one hears nobody new, finishes with those who are here, and ends. Its port is free a
        moment later."""
        self._retired, self._changed = True, _nobody_hears
        self._server.close()
        self.send(wire.Farewell())
        self._ending = asyncio.ensure_future(self._end_within(RETIRED_WITHIN))

    async def _end_within(self, seconds: float) -> None:
        if self._running is not None:
            await asyncio.wait([self._running], timeout=seconds)
            self._running.cancel()

    async def stop(self) -> None:
        """Returns once the child has ended, killed if it takes long, and the port is free. Tells ``stopped``."""
        if self._ending is not None:
            self._ending.cancel()
        if self._running is not None:
            self._running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._running
            self._running = None
        self._server.close()
        self._changed("stopped", "")

    def send(self, line: wire.Line) -> None:
        """Queues a line for the child; without one it is lost, for a new child is greeted with everything."""
        process = self._process
        if process is None or process.stdin is None or process.stdin.is_closing():
            return
        if not self._known.is_set() and not isinstance(line, wire.Hello):
            return
        process.stdin.write(wire.encode(line))

    async def shown(self) -> None:
        """Waits until the pages show the newest revision; not for a child that is just being started again."""
        revision = self.revision
        if self._process is None or not self._live.is_set() or revision <= self._shown:
            return
        self.send(wire.Alive(revision, 0))
        waiting = self._waiting.setdefault(revision, asyncio.Event())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SHOWN_WITHIN):
                await waiting.wait()

    async def _run(self) -> None:
        failures = 0
        try:
            while not self._retired:
                self._changed("starting", "")
                started = asyncio.get_running_loop().time()
                await self._live_once()
                self._live.clear()
                if self._retired:
                    return
                if asyncio.get_running_loop().time() - started > 60:
                    failures = 0
                wait = BACKOFF[min(failures, len(BACKOFF) - 1)]
                failures += 1
                self._changed("failed", f"the page server ended; next try in {wait:g} s")
                await asyncio.sleep(wait)
        finally:
            await self._end()
            self._deaf.set()

    async def _live_once(self) -> None:
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-E",
            str(_MAIN),
            "--pages",
            "--fd",
            str(self._server.fileno()),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=environment,
            pass_fds=(self._server.fileno(),),
            limit=wire.LONGEST,
        )
        self._shown = 0
        self._key = secrets.token_hex(32)
        self.send(wire.Hello(self._key, self.revision))
        await self._known.wait()
        for counted in tuple(self.counts.lines):
            self.send(counted)
        for line in self._greet():
            self.send(line)
        alive = asyncio.ensure_future(self._stay_alive())
        try:
            await self._listen(self._process)
        finally:
            alive.cancel()
            await self._end()

    async def _stay_alive(self) -> None:
        while True:
            self.send(wire.Alive(self.revision, 0))
            await asyncio.sleep(ALIVE_EVERY)

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while True:
            try:
                raw = await process.stdout.readline()
            except ValueError:
                _log.warning("the page server sent a line that is too long")
                return
            if not raw:
                return
            try:
                line = wire.decode(raw)
            except ValueError:
                _log.warning("the page server sent a line that is none")
                return
            self._hear(line)

    def _hear(self, line: wire.Line) -> None:
        if isinstance(line, wire.Ask):
            task = asyncio.ensure_future(self._answer(line))
            self._answers.add(task)
            task.add_done_callback(self._answers.discard)
        elif isinstance(line, wire.Ready):
            self._live.set()
            self._changed("live", "")
        elif isinstance(line, wire.Deaf):
            self._deaf.set()
        elif isinstance(line, wire.Counted):
            self.counts.add(line)
        elif isinstance(line, wire.Visits):
            self.last_visit = max(self.last_visit, line.at)
        elif isinstance(line, wire.Shown):
            self._shown = line.revision
            for revision, waiting in tuple(self._waiting.items()):
                if revision <= line.revision:
                    waiting.set()
                    del self._waiting[revision]

    async def _answer(self, ask: wire.Ask) -> None:
        self.send(await self._handle(ask))

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        if process.returncode is None:
            try:
                # The end of its input tells the child to finish what it is answering and go.
                async with asyncio.timeout(3):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
