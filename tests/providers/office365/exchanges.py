"""Exchanges made by hand, for what no good server would answer."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator


class Answering:
    """``base`` is where it is, ``heard`` what was sent to it: head and body together."""

    def __init__(self, answers: list[bytes]) -> None:
        self.base, self.heard, self.answers = "", list[bytes](), answers

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        size = re.search(rb"(?i)content-length: (\d+)", head)
        self.heard.append(head + await reader.readexactly(int(size[1]) if size else 0))
        writer.write(self.answers.pop(0) if self.answers else b"")
        await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def answering(*answers: bytes) -> AsyncIterator[Answering]:
    """A server that gives these answers, one a connection, and none after that."""
    made = Answering(list(answers))
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield made


def answer(status: str, body: str, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body.encode())}", "Connection: close", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()
