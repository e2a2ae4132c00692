"""The door before a CalDAV server: everything passes through it, faults strike there, exchanges are counted and recorded."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import socket
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2
import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from tests.servers.caldav.faults import AFTERWARDS, Fault, Faults, Kind
from tests.servers.caldav.recording import record

TRANSPORTS: dict[tuple[str, int], asyncio.Transport] = {}
"""Open connections by the client's address, so that a fault can break one."""
LEFT_OUT = frozenset({"transfer-encoding", "content-length", "connection", "content-encoding", "server", "date"})
Answer = tuple[int, Mapping[str, str], bytes]
Behind = Callable[[Request, bytes], Any]
"""Answers a request, as an Answer; a coroutine function."""


class BreakableProtocol(H11Protocol):
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        TRANSPORTS[transport.get_extra_info("peername")] = transport
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        TRANSPORTS.pop(self.transport.get_extra_info("peername"), None)
        super().connection_lost(exc)


@dataclass(slots=True)
class Visitor:
    """What the door knows of one user: faults to come, and whether it is open."""

    faults: Faults = field(default_factory=Faults)
    open: threading.Event = field(default_factory=threading.Event)
    requests: list[tuple[str, str]] = field(default_factory=list)


def new_visitor() -> Visitor:
    made = Visitor()
    made.open.set()
    return made


class Door:
    """``base`` is its address. ``recording``: exchanges are kept for judges."""

    def __init__(self, behind: Behind) -> None:
        self._behind, self.base, self.recording = behind, "", True
        self.visitors: defaultdict[str, Visitor] = defaultdict(new_visitor)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await request.body()
        user = user_of(request)
        visitor = self.visitors[user]
        visitor.requests.append((request.method, request.url.path))
        while not visitor.open.is_set():
            await asyncio.sleep(0.005)
        # The first request is without a password; faults are about somebody.
        fault = visitor.faults.next(request.method, body) if user else None
        if fault is not None and fault.kind is Kind.DROP:
            await broken(scope, send, b"", 200)
            return
        if fault is not None and fault.kind not in AFTERWARDS:
            status, headers, content = refusal_of(fault)
        else:
            status, headers, content = await self._behind(request, body)
        if fault is not None and fault.kind in AFTERWARDS:
            await broken(scope, send, content[: len(content) // 2] if fault.kind is Kind.HALF else b"", status)
            return
        if self.recording and (fault is None or fault.kind not in (Kind.HTML, Kind.ODD)):
            record(request.method, str(request.url), request.headers, body, status, headers, content)
        sent = {name: text for name, text in headers.items() if name.lower() not in LEFT_OUT}
        await Response(content, status, sent)(scope, receive, send)

    @contextlib.contextmanager
    def unrecorded(self) -> Iterator[None]:
        """For requests that are wrong on purpose."""
        self.recording = False
        try:
            yield
        finally:
            self.recording = True


def user_of(request: Request) -> str:
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        return base64.b64decode(rest).decode().partition(":")[0]
    if scheme.lower() == "digest":
        return rest.partition('username="')[2].partition('"')[0]
    return ""


async def broken(scope: Scope, send: Send, part: bytes, status: int) -> None:
    """A part of an answer, and the connection ends."""
    transport = TRANSPORTS[tuple(scope["client"])]
    if part:
        length = str(2 * len(part)).encode()
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", length)]})
        await send({"type": "http.response.body", "body": part, "more_body": True})
        transport.close()
    else:
        transport.abort()
    # Whoever called waits for an end of the answer, which nobody gets.
    with contextlib.suppress(Exception):
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def refusal_of(fault: Fault) -> Answer:
    """The answer of a server that is not well, or not willing."""
    waiting = {} if fault.wait is None else {"retry-after": str(fault.wait)}
    if fault.kind is Kind.HTML:
        return 200, {"content-type": "text/html"}, b"<!DOCTYPE html><html><body>Sign in to the hotel network</body></html>"
    if fault.kind is Kind.ODD:
        return (
            207,
            {"content-type": "application/xml"},
            b'<!DOCTYPE x [<!ENTITY a "aaaa">]><multistatus xmlns="DAV:">&a;</multistatus>',
        )
    if fault.kind in (Kind.REFUSE, Kind.TOO_MANY, Kind.NO_TOKEN):
        inside = {
            Kind.REFUSE: '<C:valid-calendar-object-resource xmlns:C="urn:ietf:params:xml:ns:caldav"/>',
            Kind.TOO_MANY: "<D:number-of-matches-within-limits/>",
            Kind.NO_TOKEN: "<D:valid-sync-token/>",
        }[fault.kind]
        body = f'<?xml version="1.0"?><D:error xmlns:D="DAV:">{inside}</D:error>'
        return (507 if fault.kind is Kind.TOO_MANY else 403), {"content-type": "application/xml; charset=utf-8"}, body.encode()
    status = {Kind.ERROR_500: 500, Kind.ERROR_503: 503, Kind.LIMIT_429: 429}[fault.kind]
    return status, {"content-type": "text/plain", **waiting}, b"not now"


def forwarding(base: str) -> Behind:
    """To a server behind."""
    clients: list[httpx2.AsyncClient] = []

    async def forward(request: Request, body: bytes) -> Answer:
        if not clients:
            clients.append(httpx2.AsyncClient(timeout=300, trust_env=False))
        headers = {name: text for name, text in request.headers.items() if name not in ("content-length", "accept-encoding")}
        raw = request.scope["raw_path"].decode()
        answer = await clients[0].request(request.method, base + raw, headers=headers, content=body)
        return answer.status_code, answer.headers, answer.content

    return forward


@contextlib.contextmanager
def open_door(behind: Behind, **tls: Any) -> Iterator[Door]:
    """In a thread of its own, on 127.0.0.1."""
    door = Door(behind)
    # With the protocol named, asyncio switches Nagle off, which costs 40 ms an answer.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen(64)
    door.base = f"{'https' if tls else 'http'}://127.0.0.1:{listening.getsockname()[1]}"
    config = uvicorn.Config(
        door, http=BreakableProtocol, lifespan="off", log_config=None, log_level="critical", access_log=False,
        timeout_graceful_shutdown=1, **tls,
    )  # fmt: skip
    running = uvicorn.Server(config)
    running.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    thread = threading.Thread(target=lambda: asyncio.run(running.serve([listening])), name="caldav door", daemon=True)
    thread.start()
    try:
        yield door
    finally:
        running.should_exit = True
        thread.join(10)
        listening.close()
