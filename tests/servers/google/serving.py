"""The socket: requests come in, faults strike, exchanges are recorded."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from tests.servers.google.answers import Refusal
from tests.servers.google.calendar import CalendarApi
from tests.servers.google.consent import Consents
from tests.servers.google.faults import AFTERWARDS, Fault, Kind
from tests.servers.google.methods import find_method
from tests.servers.google.recording import record
from tests.servers.google.state import GoogleService, User

JSON = "application/json; charset=UTF-8"
TRANSPORTS: dict[tuple[str, int], asyncio.Transport] = {}
"""Open connections by the client's address, so that a fault can break one."""


class BreakableProtocol(H11Protocol):
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        TRANSPORTS[transport.get_extra_info("peername")] = transport
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        TRANSPORTS.pop(self.transport.get_extra_info("peername"), None)
        super().connection_lost(exc)


class Broken(Response):
    """A part of an answer, and the connection ends."""

    def __init__(self, whole: Response, share: float) -> None:
        super().__init__()
        self.whole, self.share = whole, share

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport = TRANSPORTS[tuple(scope["client"])]
        body = bytes(self.whole.body)
        if self.share and body:
            await send({"type": "http.response.start", "status": self.whole.status_code, "headers": self.whole.raw_headers})
            await send({"type": "http.response.body", "body": body[: int(len(body) * self.share)], "more_body": True})
            transport.close()
        else:
            transport.abort()
        # Whoever called waits for an end of the answer, which nobody gets.
        with contextlib.suppress(Exception):
            await send({"type": "http.response.body", "body": b"", "more_body": False})


class GoogleServer:
    """A service and its socket. ``base`` is for ``AFTALE_GOOGLE_BASE``."""

    def __init__(self) -> None:
        self.service = GoogleService()
        self.consents, self.api = Consents(self.service), CalendarApi(self.service)
        self.base = ""
        routes = [
            Route("/o/oauth2/v2/auth", self.consents.page, methods=["GET"]),
            Route("/o/oauth2/v2/auth/consent", self.consents.decide, methods=["POST"]),
            Route("/token", self.consents.token, methods=["POST"]),
            Route("/revoke", self.consents.revoke, methods=["POST"]),
            Route("/calendar/v3/{rest:path}", self._call, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        ]
        app = Starlette(routes=routes)
        self.app = GZipMiddleware(app, minimum_size=2000, compresslevel=4)

    async def _call(self, request: Request) -> Response:
        body = await request.body()
        if self.service.latency:
            await asyncio.sleep(self.service.latency)
        found = self.consents.bearer(request.headers.get("authorization", "").removeprefix("Bearer "))
        user = found[0] if found else None
        fault = await self._struck(request, user)
        if fault and fault.kind is Kind.DROP:
            return Broken(Response(), 0)
        if fault and fault.kind is Kind.HTML:
            return Response("<html><body>Sign in to the hotel network</body></html>", 200, media_type="text/html")
        with self.service.lock:
            response = self._respond(request, body, found, fault)
        if fault and fault.kind in AFTERWARDS:
            return Broken(response, 0.5 if fault.kind is Kind.HALF else 0)
        self._record(request, body, response)
        return response

    async def _struck(self, request: Request, user: User | None) -> Fault | None:
        if user is None:
            return None
        user.requests += 1
        while not user.open.is_set():
            await asyncio.sleep(0.005)
        with contextlib.suppress(Refusal):
            return user.faults.next(find_method(request.method, request.scope["path"])[0].writes)
        return None

    def _respond(self, request: Request, body: bytes, found: Any, fault: Fault | None) -> Response:
        try:
            if fault and fault.kind not in AFTERWARDS:
                raise refusal_of(fault)
            if found is None:
                raise Refusal(401)
            given = request.query_params.multi_items()
            etag = request.headers.get("if-match", "")
            answer = self.api.answer(request.method, request.scope["path"], given, body, etag, *found)
        except Refusal as refused:
            return Response(json.dumps(refused.body), refused.status, refused.headers, JSON)
        if answer is None:
            return Response(status_code=204)
        compact = dict(given).get("prettyPrint") == "false"
        text = json.dumps(answer, separators=(",", ":")) if compact else json.dumps(answer, indent=1)
        return Response(text, media_type=JSON)

    def _record(self, request: Request, body: bytes, response: Response) -> None:
        if self.service.recording:
            content = bytes(response.body)
            record(request.method, address_of(request), request.headers, body, response.status_code, response.headers, content)

    @contextlib.contextmanager
    def unrecorded(self) -> Iterator[None]:
        """For requests that are wrong on purpose."""
        self.service.recording = False
        try:
            yield
        finally:
            self.service.recording = True


def address_of(request: Request) -> str:
    """What was asked for, as it was written: ids of calendars have signs that mean something in an address."""
    query = request.scope["query_string"].decode()
    return f"{request.base_url}{request.scope['raw_path'].decode().lstrip('/')}{'?' if query else ''}{query}"


def refusal_of(fault: Fault) -> Refusal:
    """The answer of a service that is not well, or not willing."""
    return {
        Kind.ERROR_500: lambda: Refusal(500, "backendError"),
        Kind.ERROR_503: lambda: Refusal(503, "backendError", wait=fault.wait),
        Kind.LIMIT_429: lambda: Refusal(429, "rateLimitExceeded", wait=fault.wait),
        Kind.LIMIT_403: lambda: Refusal(403, "userRateLimitExceeded"),
        Kind.DAILY_403: lambda: Refusal(403, "quotaExceeded"),
        Kind.REFUSE: lambda: Refusal(403, "forbidden", "The organization does not allow this."),
        Kind.UNAUTHORIZED: lambda: Refusal(401),
    }[fault.kind]()


@contextlib.contextmanager
def serving(port: int = 0, around: Callable[[ASGIApp], Any] = lambda app: app) -> Iterator[GoogleServer]:
    """The server in a thread of its own, on 127.0.0.1, with ``around`` between it and the socket."""
    server = GoogleServer()
    # With the protocol named, asyncio switches Nagle off, which costs 40 ms an answer.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    server.base = f"http://127.0.0.1:{listening.getsockname()[1]}"
    config = uvicorn.Config(
        around(server.app), http=BreakableProtocol, lifespan="off", log_config=None, log_level="critical", access_log=False,
        timeout_graceful_shutdown=1,
    )  # fmt: skip
    running = uvicorn.Server(config)
    running.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    thread = threading.Thread(target=lambda: asyncio.run(running.serve([listening])), name="google server", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        running.should_exit = True
        thread.join(10)
        listening.close()
