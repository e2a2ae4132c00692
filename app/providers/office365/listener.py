"""The door on this computer through which the browser comes back from Microsoft's sign-in (RFC 8252 §7.3).

Microsoft's page posts a form to it (*OAuth 2.0 Form Post Response Mode*), so that the code is in no address, history or log.
It listens on the loopback interface alone, on a port that the system chooses, for one form with the right state; whatever else
knocks, a GET with a code above all, is sent away and does not end the waiting. It needs no thread and ends with the coroutine
that opened it.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import html
from collections.abc import AsyncIterator
from urllib.parse import parse_qsl, urlsplit

from app.i18n import _, current

HOSTS = ("127.0.0.1", "::1")
"""What ``localhost`` may mean to the browser. Microsoft lets programs on the desktop register that name alone."""
LONGEST_HEAD, LONGEST_FORM = 32_768, 65_536
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

Form = dict[str, str]


class Listener:
    """``redirect`` is where the form is to be posted."""

    def __init__(self, state: str) -> None:
        self._state = state
        self._brought: asyncio.Future[Form] = asyncio.get_running_loop().create_future()
        self._port = 0

    @property
    def redirect(self) -> str:
        return f"http://localhost:{self._port}"

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, state: str) -> AsyncIterator[Listener]:
        """Listens for as long as the block lasts."""
        listener = cls(state)
        async with contextlib.AsyncExitStack() as stack:
            for host in HOSTS:
                try:
                    server = await asyncio.start_server(listener._serve, host, listener._port, limit=LONGEST_HEAD)
                except OSError:
                    if not listener._port:
                        raise
                    # No IPv6 here, or that port is taken there: browsers try the other address.
                    continue
                await stack.enter_async_context(server)
                listener._port = server.sockets[0].getsockname()[1]
            yield listener

    async def answer(self) -> Form:
        """The first form with our state."""
        return await asyncio.shield(self._brought)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, TimeoutError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            async with asyncio.timeout(SLOWEST_REQUEST):
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                status, size = self._judge(head)
                form: Form = {}
                if size:
                    status, form = self._judge_form(await reader.readexactly(size))
                writer.write(_page(status, form))
                await writer.drain()
            if status == "200 OK" and not self._brought.done():
                self._brought.set_result(form)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    def _judge(self, head: str) -> tuple[str, int]:
        """The status for a request without a form that could be ours, or the size of the form that follows."""
        line, *rest = head.split("\r\n")
        method, target, _version = line.split(" ")
        headers = {name.lower(): value.strip() for name, _mark, value in (each.partition(":") for each in rest if each)}
        if headers.get("host") != f"localhost:{self._port}":
            return "400 Bad Request", 0
        if urlsplit(target).path != "/":
            return "404 Not Found", 0
        if method != "POST":
            return "405 Method Not Allowed", 0
        if not headers.get("content-type", "").lower().startswith("application/x-www-form-urlencoded"):
            return "415 Unsupported Media Type", 0
        length = headers.get("content-length", "")
        if not length.isdecimal() or not 0 < int(length) <= LONGEST_FORM:
            return "413 Content Too Large", 0
        return "", int(length)

    def _judge_form(self, body: bytes) -> tuple[str, Form]:
        form = dict(parse_qsl(body.decode("ascii"), keep_blank_values=True))
        if not hmac.compare_digest(form.get("state", "").encode(), self._state.encode()):
            return "400 Bad Request", {}
        return ("200 OK", form) if "code" in form or "error" in form else ("400 Bad Request", {})


def _page(status: str, form: Form) -> bytes:
    """What the browser shows at the end."""
    if status != "200 OK":
        title, text = _("This is not the answer that Aftale waits for"), _("Go back to Aftale and try again from there.")
    elif "code" in form:
        title, text = _("You can close this page"), _("Microsoft has answered. Go back to Aftale, which goes on by itself.")
    else:
        title, text = _("Nothing was connected"), _("You did not agree, so Aftale got no access. You can close this page.")
    body = PAGE.format(language=current().language, title=html.escape(title), text=html.escape(text)).encode()
    return f"HTTP/1.1 {status}\r\n{HEADERS}Content-Length: {len(body)}\r\n\r\n".encode() + body
