"""The public child as a process: ``main.py --pages``.

Reads lines on standard input, serves pages on the socket that it was handed, writes lines on standard output, and ends when its
input does. Whatever else would write to standard output goes to standard error instead.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import logging
import os
import selectors
import signal
import socket
import sys
from collections.abc import Iterator
from typing import BinaryIO

from uvicorn import Server

from app import wire
from app.domain.clock import Clock, SystemClock
from app.web.asgi import App
from app.web.connection import Gate, GatedConfig
from app.web.link import ParentLink

GREETED_WITHIN = 3.0
"""Seconds that the first page waits for the program to have told everything."""
COUNTS_EVERY = 5.0
FINISHED_WITHIN = 12
"""Seconds for those who are being answered when another child takes over; the program may take eight for its part."""
LETTING_IN = 1.0
"""Seconds at most for those who come in the moment in which the socket is closed."""
_TEMPLATES = ("choose", "form", "confirmed", "closed", "note")


def main(arguments: list[str] | None = None) -> int:
    """Runs the child until its input ends. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="aftale --pages")
    parser.add_argument("--fd", type=int, help="a listening socket that was inherited")
    parser.add_argument("--port", type=int, default=0, help="listen on this port of this computer instead")
    options = parser.parse_args(arguments)
    # Ctrl+C in a terminal reaches the child as well; it ends when the program does.
    with contextlib.suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    _raise_file_limit()
    listening = socket.socket(fileno=options.fd) if options.fd is not None else _listen(options.port)
    source, sink = _take_streams()
    with asyncio.Runner() as runner:
        runner.run(serve(listening, source, sink, SystemClock()))
    return 0


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    return listening


def _take_streams() -> tuple[BinaryIO, BinaryIO]:
    """Standard input, and standard output for lines alone."""
    sink = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return sys.stdin.buffer, sink


def _raise_file_limit() -> None:
    """Room for every connection that the gate lets in."""
    try:
        import resource
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4096 if hard == resource.RLIM_INFINITY else min(hard, 4096)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class _Server(Server):
    """uvicorn's server, which here neither takes signals nor says anything, but tells when it listens."""

    def __init__(self, config: GatedConfig) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


async def serve(listening: socket.socket, source: BinaryIO, sink: BinaryIO, clock: Clock) -> None:
    """Serves on ``listening`` until ``source`` ends."""
    ended, leaving = asyncio.Event(), asyncio.Event()
    link = ParentLink(source, sink, clock, ended.set, leaving.set)
    link.start()
    await _first(link.met, ended)
    if link.hello is None:
        return
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(_first(link.greeted, ended), GREETED_WITHIN)
    app = App(link, bytes.fromhex(link.hello.key), clock)
    gate = Gate(lambda: link.shelf.host, app.headers, lambda: link.count(refused=1))
    server = _Server(GatedConfig(app, gate))
    running = asyncio.ensure_future(server.serve([listening]))
    await server.listening.wait()
    link.tell(wire.Ready(int(listening.getsockname()[1])))
    app.drawing.warm(*_TEMPLATES)
    # What was made until now stays for good: the collector need not look through it while visitors wait.
    gc.collect()
    gc.freeze()
    telling = asyncio.ensure_future(_tell_counts(link))
    # Whoever is being answered when another child takes over still gets the program's answers by this one.
    await _first(ended, leaving)
    if leaving.is_set() and not ended.is_set():
        server.config.timeout_graceful_shutdown = FINISHED_WITHIN
        await _let_in(listening)
        for listener in server.servers:
            # At once, for the one who takes over waits for the port.
            listener.close()
        link.tell(wire.Deaf())
    server.should_exit = True
    await running
    telling.cancel()
    link.tell_counts()
    await link.told()


async def _let_in(listening: socket.socket) -> None:
    """Whoever has just come, for closing the socket would cut them off. A connection is taken in three turns of the loop."""
    quiet, end = 0, asyncio.get_running_loop().time() + LETTING_IN
    with selectors.DefaultSelector() as selector:
        selector.register(listening, selectors.EVENT_READ)
        while quiet < 3 and asyncio.get_running_loop().time() < end:
            await asyncio.sleep(0)
            quiet = 0 if selector.select(0) else quiet + 1


async def _first(*events: asyncio.Event) -> None:
    """Returns when one of the events is set."""
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waiting:
            each.cancel()


async def _tell_counts(link: ParentLink) -> None:
    while True:
        await asyncio.sleep(COUNTS_EVERY)
        link.tell_counts()
