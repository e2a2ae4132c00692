"""The socket: requests come in, faults strike, exchanges are recorded."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from tests.servers.google.serving import TRANSPORTS, Broken
from tests.servers.graph.answers import Refusal, request_id
from tests.servers.graph.certificate import write_certificate
from tests.servers.graph.consent import Consents, Grant
from tests.servers.graph.faults import AFTERWARDS, Fault, Kind
from tests.servers.graph.methods import Call, Method, checked_prefer, checked_query, find_method
from tests.servers.graph.recording import record
from tests.servers.graph.signing import coded
from tests.servers.graph.state import GraphService, User
from tests.servers.graph.writing import GraphApi

JSON = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
CLAIMS = coded(b'{"access_token":{"nbf":{"essential":true,"value":"1700000000"}}}')
WRITTEN_OUT = {
    "outlook.timezone": "outlook.timezone",
    "idtype": "IdType",
    "outlook.body-content-type": "outlook.body-content-type",
}
VERBS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


class GraphServer:
    """A service and its socket. ``base`` is for ``AFTALE_GRAPH_BASE`` and ``AFTALE_LOGIN_BASE``; ``certificate`` is there when
    it speaks TLS: who trusts it trusts the server."""

    def __init__(self) -> None:
        self.service = GraphService()
        self.consents, self.api = Consents(self.service), GraphApi(self.service)
        self.base = ""
        self.certificate: Path | None = None
        consents = self.consents
        routes = [
            Route("/{tenant}/v2.0/.well-known/openid-configuration", consents.configuration, methods=["GET"]),
            Route("/{tenant}/discovery/v2.0/keys", consents.keys, methods=["GET"]),
            Route("/{tenant}/oauth2/v2.0/authorize", consents.page, methods=["GET"]),
            Route("/{tenant}/oauth2/v2.0/token", consents.token, methods=["POST"]),
            Route("/{tenant}/Consent/Set", consents.decide, methods=["POST"]),
            Route("/v1.0/{rest:path}", self._call, methods=VERBS),
        ]
        self.app = GZipMiddleware(Starlette(routes=routes), minimum_size=2000, compresslevel=4)

    async def _call(self, request: Request) -> Response:
        body = await request.body()
        found = self.consents.bearer(request.headers.get("authorization", "").removeprefix("Bearer "))
        user = found[0] if found else None
        if user is None:
            return self._finished(request, body, None, None)
        user.running += 1
        user.most_running = max(user.most_running, user.running)
        try:
            return await self._answer(request, body, found, user)
        finally:
            user.running -= 1

    async def _answer(self, request: Request, body: bytes, found: tuple[User, Grant] | None, user: User) -> Response:
        user.requests += 1
        crowded = user.running > self.service.concurrency
        if self.service.latency:
            await asyncio.sleep(self.service.latency)
        while not crowded and not user.open.is_set():
            await asyncio.sleep(0.005)
        wait = 1 if crowded else user.over_quota(self.service.clock.now(), self.service.quota)
        if wait:
            return self._finished(request, body, found, Fault(Kind.LIMIT_429, wait=wait))
        fault = self._struck(request, user)
        if fault and fault.kind is Kind.DROP:
            return Broken(Response(), 0)
        if fault and fault.kind is Kind.HTML:
            return HTMLResponse("<html><body>Sign in to the hotel network</body></html>")
        return self._finished(request, body, found, fault)

    def _struck(self, request: Request, user: User) -> Fault | None:
        with contextlib.suppress(Refusal):
            method = find_method(request.method, sent_path(request))[0]
            return user.faults.next(method.writes, method.name == "delta")
        return None

    def _finished(self, request: Request, body: bytes, found: tuple[User, Grant] | None, fault: Fault | None) -> Response:
        with self.service.lock:
            response = self._respond(request, body, found, fault)
        response.headers["request-id"] = request_id()
        if "client-request-id" in request.headers:
            response.headers["client-request-id"] = request.headers["client-request-id"]
        if fault and fault.kind in AFTERWARDS:
            return Broken(response, 0.5 if fault.kind is Kind.HALF else 0)
        if self.service.recording:
            sent, got = request.headers, bytes(response.body)
            record(request.method, str(request.url), sent, body, response.status_code, response.headers, got)
        return response

    def _respond(self, request: Request, body: bytes, found: tuple[User, Grant] | None, fault: Fault | None) -> Response:
        try:
            if fault and fault.kind not in AFTERWARDS:
                raise refusal_of(fault)
            if found is None:
                raise Refusal(401, "InvalidAuthenticationToken")
            meant, call, answer = self._perform(request, body, *found)
        except Refusal as refused:
            told = refused.body(self.service.clock.now(), request.headers.get("client-request-id", ""))
            return Response(json.dumps(told), refused.status, refused.headers, "application/json")
        if answer is None:
            return Response(status_code=202 if meant.name == "cancel_event" else 204)
        text = answer if isinstance(answer, str) else json.dumps(answer)
        status = 201 if meant.name.startswith("make_") else 200
        applied = {name: f'{WRITTEN_OUT[name]}="{value}"' for name, value in call.prefer.items() if name in WRITTEN_OUT}
        headers = {"OData-Version": "4.0"} | ({"Preference-Applied": ", ".join(applied.values())} if applied else {})
        return Response(text, status, headers, JSON)

    def _perform(self, request: Request, body: bytes, user: User, grant: Grant) -> tuple[Method, Call, Any]:
        path = sent_path(request)
        meant, names = find_method(request.method, path)
        given = tuple(request.query_params.multi_items())
        query = checked_query(meant, given)
        prefer = checked_prefer(", ".join(request.headers.getlist("prefer")))
        shared = {f"{each}.Shared" for each in meant.scopes if each.startswith("Calendars.")}
        if not {*meant.scopes, *shared} & set(grant.scopes):
            code = "Authorization_RequestDenied" if meant.name == "me" else "ErrorAccessDenied"
            raise Refusal(403, code, "Insufficient privileges to complete the operation." if meant.name == "me" else "")
        if meant.mailbox and not user.mailbox:
            raise Refusal(404, "MailboxNotEnabledForRESTAPI")
        calendar = names.pop("calendar", "")
        call = Call(
            user, grant, query, prefer, self._body(request, body), request.headers.get("if-match", ""),
            str(request.base_url).rstrip("/"), path, calendar, given,
        )  # fmt: skip
        return meant, call, getattr(self.api, meant.name)(call, **names)

    @staticmethod
    def _body(request: Request, body: bytes) -> Any:
        if request.method in ("GET", "DELETE"):
            if body:
                raise Refusal(400, "BadRequest", "The request must not have a body.")
            return None
        if not body:
            return {}
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            raise Refusal(415, "RequestBodyRead", "A supported MIME type could not be found for the content of the request.")
        try:
            return json.loads(body)
        except ValueError as error:
            raise Refusal(400, "BadRequest", "Unable to read JSON request payload.") from error

    @contextlib.contextmanager
    def unrecorded(self) -> Iterator[None]:
        """For requests that are wrong on purpose."""
        self.service.recording = False
        try:
            yield
        finally:
            self.service.recording = True


def sent_path(request: Request) -> str:
    """The path as it was sent: a slash that is escaped belongs to an id."""
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    return raw.decode("ascii").partition("?")[0]


def refusal_of(fault: Fault) -> Refusal:
    """The answer of a service that is not well, or not willing."""
    return {
        Kind.ERROR_500: lambda: Refusal(500, "ErrorInternalServerError"),
        Kind.ERROR_503: lambda: Refusal(503, "ServiceUnavailable", wait=fault.wait),
        Kind.ERROR_504: lambda: Refusal(504, "GatewayTimeout"),
        Kind.LIMIT_429: lambda: Refusal(429, "ApplicationThrottled", wait=fault.wait),
        Kind.REFUSE: lambda: Refusal(403, "ErrorAccessDenied"),
        Kind.UNAUTHORIZED: lambda: Refusal(401, "InvalidAuthenticationToken"),
        Kind.CLAIMS: lambda: Refusal(401, "InvalidAuthenticationToken", claims=CLAIMS),
        Kind.RESYNC: lambda: Refusal(410, "SyncStateNotFound"),
    }[fault.kind]()


def breakable(open_here: set[asyncio.Transport]) -> type[H11Protocol]:
    """A protocol whose open connections are known, so that a fault, or the end of the server, can break them."""

    class Breakable(H11Protocol):
        peer: tuple[str, int]

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            # Over TLS a transport has no names any more when it is lost.
            self.peer = transport.get_extra_info("peername")
            TRANSPORTS[self.peer] = transport
            open_here.add(transport)
            super().connection_made(transport)

        def connection_lost(self, exc: Exception | None) -> None:
            TRANSPORTS.pop(self.peer, None)
            open_here.discard(self.transport)
            super().connection_lost(exc)

    return Breakable


@contextlib.contextmanager
def serving(port: int = 0, tls: bool = False) -> Iterator[GraphServer]:
    """The server in a thread of its own: on 127.0.0.1, or with ``tls`` on localhost, with a certificate made for it."""
    server = GraphServer()
    # With the protocol named, asyncio switches Nagle off, which costs 40 ms an answer.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    # Who comes before the thread is up waits instead of being refused.
    listening.listen(128)
    number = listening.getsockname()[1]
    server.base = server.consents.base = f"https://localhost:{number}" if tls else f"http://127.0.0.1:{number}"
    open_here: set[asyncio.Transport] = set()
    config = uvicorn.Config(
        server.app, http=breakable(open_here), lifespan="off", log_config=None, log_level="critical", access_log=False,
        timeout_graceful_shutdown=1,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        if tls:
            server.certificate, key = write_certificate(Path(folder))
            config.ssl_certfile, config.ssl_keyfile = str(server.certificate), key
        running = uvicorn.Server(config)
        running.install_signal_handlers = lambda: None  # type: ignore[attr-defined]

        async def serve() -> None:
            await running.serve([listening])
            # Over TLS a close waits for the other side, which may not care.
            for transport in tuple(open_here):
                transport.abort()
            await asyncio.sleep(0)

        thread = threading.Thread(target=lambda: asyncio.run(serve()), name="graph server", daemon=True)
        thread.start()
        try:
            yield server
        finally:
            running.should_exit = True
            thread.join(10)
            listening.close()
