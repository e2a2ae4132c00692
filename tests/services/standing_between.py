"""Somebody between the program and a server: passes everything on, until told to fall silent, to stop after the head of an
answer, to let it drip, to answer in the server's place, or to show another certificate."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import tempfile
import threading
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from tests.servers.ews.certificates import Tls, write


class Mode(StrEnum):
    """``MUTE``: requests are taken and never answered; ``HEAD``: the head of each answer comes, and never its body; ``DRIP``: a
    byte of the answer a second; ``DOWN``: nobody takes connections; ``SAYS``: ``words`` are the answer to everything."""

    THROUGH = "through"
    MUTE = "mute"
    HEAD = "head"
    DRIP = "drip"
    DOWN = "down"
    SAYS = "says"


class Between:
    """In a thread of its own. ``base`` is its address: with TLS that of localhost, with a certificate as of ``Tls.GOOD``.
    ``second``: how long one takes, where time is swift. ``heard``: whether a request came since the last change."""

    def __init__(self, server: str, tls: bool) -> None:
        parts = urlsplit(server)
        self._server, self._server_tls, self._tls = (parts.hostname, parts.port), parts.scheme == "https", tls
        self.mode, self.words, self.second, self.heard = Mode.THROUGH, b"", 1.0, threading.Event()
        self._loop = asyncio.new_event_loop()
        self._open: set[asyncio.StreamWriter] = set()
        self._listening: asyncio.Server | None = None
        self._port, self._folder = 0, tempfile.TemporaryDirectory()
        self._shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if tls else None
        self._thread = threading.Thread(target=self._loop.run_forever, name="between", daemon=True)
        self._thread.start()
        self.show(Tls.GOOD)
        self._do(self._listen())
        self.base = f"{'https://localhost' if tls else 'http://127.0.0.1'}:{self._port}"

    def show(self, kind: Tls) -> None:
        """From the next connection on, with the certificate of that kind."""
        if self._shown is not None:
            self._shown.load_cert_chain(*write(kind, Path(self._folder.name)))
            self._do(self._break())

    def change(self, mode: Mode, words: bytes = b"") -> None:
        """Connections that are open break."""
        self.mode, self.words = mode, words
        self.heard.clear()
        self._do(self._break())
        self._do(self._deafen() if mode is Mode.DOWN else self._listen())

    def close(self) -> None:
        self._do(self._deafen())
        self._do(self._break())
        self._do(self._settle())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()
        self._folder.cleanup()

    # In the thread

    def _do(self, work: object) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)  # type: ignore[arg-type]

    async def _listen(self) -> None:
        if self._listening is None:
            server = await asyncio.start_server(self._carry, "127.0.0.1", self._port, ssl=self._shown)
            self._listening, self._port = server, server.sockets[0].getsockname()[1]

    async def _deafen(self) -> None:
        if self._listening is not None:
            self._listening.close()
            self._listening = None

    async def _break(self) -> None:
        for each in tuple(self._open):
            each.transport.abort()
        self._open.clear()
        # Those that are still shaking hands are known to nobody else, and nobody else would ever close them.
        for transport in list(self._loop._transports.values()):  # type: ignore[attr-defined]
            transport.abort()
        for _turn in range(3):
            await asyncio.sleep(0)

    async def _settle(self) -> None:
        for _time in range(2):
            await self._break()
            # Each task ends by itself once its connections are broken.
            if others := asyncio.all_tasks() - {asyncio.current_task()}:
                await asyncio.wait(others, timeout=5)
            await asyncio.sleep(0.01)

    async def _carry(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        self._open.add(back)
        # Whoever guards the server is not in question here: this is its own computer.
        trust = ssl._create_unverified_context() if self._server_tls else None
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            far, to_server = await asyncio.open_connection(*self._server, ssl=trust)
            self._open.add(to_server)
            answers, said = asyncio.ensure_future(self._answer(far, back)), False
            try:
                while portion := await near.read(65536):
                    self.heard.set()
                    if self.mode is Mode.SAYS:
                        if not said:
                            back.write(self.words)
                        said = True
                        continue
                    to_server.write(portion)
                    await to_server.drain()
            finally:
                answers.cancel()
                await asyncio.gather(answers, return_exceptions=True)
                to_server.transport.abort()
        back.transport.abort()
        self._open.discard(back)

    async def _answer(self, far: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            while True:
                if self.mode is Mode.HEAD:
                    back.write(await far.readuntil(b"\r\n\r\n"))
                portion = await far.read(65536)
                if not portion:
                    break
                if self.mode in (Mode.MUTE, Mode.HEAD, Mode.SAYS):
                    await asyncio.Event().wait()
                if self.mode is Mode.DRIP:
                    await self._drip(portion, back)
                back.write(portion)
                await back.drain()
        back.transport.abort()

    async def _drip(self, portion: bytes, back: asyncio.StreamWriter) -> None:
        for at in range(len(portion)):
            back.write(portion[at : at + 1])
            await back.drain()
            await asyncio.sleep(self.second)
        await asyncio.Event().wait()


@contextlib.contextmanager
def between(server: str, *, tls: bool = False) -> Iterator[Between]:
    made = Between(server, tls)
    try:
        yield made
    finally:
        made.close()


def answer(status: str, *headers: str) -> bytes:
    """An answer without a body, for ``Mode.SAYS``."""
    return "\r\n".join((f"HTTP/1.1 {status}", *headers, "Content-Length: 0", "Connection: close", "", "")).encode()
