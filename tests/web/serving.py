"""The pages on a real socket: uvicorn with the connections of the child, in a thread of the test."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from app.web.asgi import App
from app.web.assets import Assets
from app.web.connection import Gate, GatedConfig
from app.web.drawing import Drawing
from app.web.serve import _Server
from tests.web.fake import FakeLink

KEY = bytes(range(32))
DRAWING = Drawing(Assets())
"""One for all tests: it keeps nothing, and compiling the templates takes a while."""


@dataclass
class Served:
    url: str
    port: int
    link: FakeLink
    app: App
    gate: Gate


@contextlib.contextmanager
def serving(link: FakeLink, **app_options: object) -> Iterator[Served]:
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    app = App(link, KEY, link.clock, drawing=DRAWING, **app_options)  # type: ignore[arg-type]
    gate = Gate(lambda: link.shelf.host, app.headers, lambda: link.count(refused=1))
    ready = threading.Event()
    stop: list[object] = []

    async def run() -> None:
        server = _Server(GatedConfig(app, gate))
        running = asyncio.ensure_future(server.serve([listening]))
        await server.listening.wait()
        stop.append(lambda: setattr(server, "should_exit", True))
        ready.set()
        await running

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    assert ready.wait(10)
    url = f"http://127.0.0.1:{port}"
    link.set_host(origin=url)
    try:
        yield Served(url, port, link, app, gate)
    finally:
        stop[0]()  # type: ignore[operator]
        thread.join(10)
