"""The door on this computer through which the browser comes back from the consent page (RFC 8252 §7.3).

It listens on 127.0.0.1 alone, on a port that the system chooses, for one answer with the right state; whatever else knocks is
sent away and does not end the waiting. It needs no thread and ends with the coroutine that opened it.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import html
from collections.abc import AsyncIterator
from urllib.parse import parse_qsl, urlsplit

from app.i18n import _, current

HOST = "127.0.0.1"
LONGEST_REQUEST = 16_384
SLOWEST_REQUEST = 10.0
"""Bytes and seconds that a request may take."""
HEADERS = (
    "Content-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n"
    "X-Content-Type-Options: nosniff\r\nContent-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n"
    "Connection: close\r\n"
)
PAGE = """<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width"><style>
:root{{color-scheme:light dark}}body{{font:18px/1.5 system-ui,sans-serif;max-width:32em;margin:18vh auto;padding:0 1.5em}}
h1{{font-size:1.5em;line-height:1.25}}</style></head><body><h1>{title}</h1><p>{text}</p></body></html>"""


class Listener:
    """``query`` is what the browser brought."""

    def __init__(self, state: str) -> None:
        self._state = state
        self._brought: asyncio.Future[dict[str, str]] = asyncio.get_running_loop().create_future()
        self.redirect = ""

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, state: str) -> AsyncIterator[Listener]:
        """Listens for as long as the block lasts."""
        listener = cls(state)
        server = await asyncio.start_server(listener._serve, HOST, 0, limit=LONGEST_REQUEST)
        listener.redirect = f"http://{HOST}:{server.sockets[0].getsockname()[1]}"
        async with server:
            yield listener

    async def answer(self) -> dict[str, str]:
        """The query of the first request with our state."""
        return await asyncio.shield(self._brought)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, TimeoutError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            async with asyncio.timeout(SLOWEST_REQUEST):
                head = await reader.readuntil(b"\r\n\r\n")
                status, query = self._judge(head.decode("latin-1"))
                writer.write(_page(status, query))
                await writer.drain()
            if status == "200 OK" and not self._brought.done():
                self._brought.set_result(query)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    def _judge(self, head: str) -> tuple[str, dict[str, str]]:
        line, *headers = head.split("\r\n")
        method, target, _version = line.split(" ")
        hosts = [each.partition(":")[2].strip() for each in headers if each.lower().startswith("host:")]
        if hosts != [self.redirect.removeprefix("http://")]:
            return "400 Bad Request", {}
        if method != "GET":
            return "405 Method Not Allowed", {}
        parts = urlsplit(target)
        if parts.path != "/":
            return "404 Not Found", {}
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        if not hmac.compare_digest(query.get("state", "").encode(), self._state.encode()):
            return "400 Bad Request", {}
        return ("200 OK", query) if "code" in query or "error" in query else ("400 Bad Request", {})


def _page(status: str, query: dict[str, str]) -> bytes:
    """What the browser shows at the end."""
    if status != "200 OK":
        title, text = _("This is not the answer that Aftale waits for"), _("Go back to Aftale and try again from there.")
    elif "code" in query:
        title, text = _("You can close this page"), _("Google has answered. Go back to Aftale, which goes on by itself.")
    else:
        title, text = _("Nothing was connected"), _("You did not agree, so Aftale got no access. You can close this page.")
    body = PAGE.format(language=current().language, title=html.escape(title), text=html.escape(text)).encode()
    return f"HTTP/1.1 {status}\r\n{HEADERS}Content-Length: {len(body)}\r\n\r\n".encode() + body
