"""The socket: requests come in, faults strike, exchanges are recorded."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import ssl
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from tests.servers.ews import soap
from tests.servers.ews.answers import XML, fault_of, refusing, replayed, unauthorized
from tests.servers.ews.authentication import Outcome, SignIns, binding_of
from tests.servers.ews.autodiscover import Answer, Autodiscover
from tests.servers.ews.certificates import Tls, authority, pem, write
from tests.servers.ews.changing import User
from tests.servers.ews.faults import AFTERWARDS, Fault, Kind
from tests.servers.ews.operations import WRITES
from tests.servers.ews.places import Call
from tests.servers.ews.recording import record
from tests.servers.ews.replay import Replay
from tests.servers.ews.soap import Refusal
from tests.servers.ews.state import EwsService
from tests.servers.ews.streaming import Streaming
from tests.servers.google.serving import TRANSPORTS, Broken

LARGE = 2000
LOOK, DRIP = 0.005, 0.1
OPERATIONS = {
    "ConvertId": "convert_id", "CreateFolder": "create_folder", "CreateItem": "create_item", "DeleteFolder": "delete_folder",
    "DeleteItem": "delete_item", "FindFolder": "find_folder", "FindItem": "find_item", "GetFolder": "get_folder",
    "GetItem": "get_item", "GetServerTimeZones": "get_server_time_zones", "ResolveNames": "resolve_names",
    "Subscribe": "subscribe", "SyncFolderHierarchy": "sync_folder_hierarchy", "SyncFolderItems": "sync_folder_items",
    "Unsubscribe": "unsubscribe", "UpdateItem": "update_item", "GetStreamingEvents": "check_streaming",
}  # fmt: skip
"""What the API calls them."""


class EwsServer:
    """A service and its socket. ``base`` is its address, ``url`` that of EWS; ``ca`` the authority in PEM, if it speaks TLS:
    who trusts it trusts the server. ``silent``: set while no request at all is answered. ``minute``: how long one of a
    streaming connection takes. ``put_off``: the operation whose next request is not answered and not done before
    ``carry_out``, however long that is after its client gave up. ``replay``: recorded answers instead of the service's."""

    def __init__(self, version: str = "2019", replay: Replay | None = None) -> None:
        self.service = EwsService(version)
        self.sign_ins, self.api, self.discovering = SignIns(self.service), Streaming(self.service), Autodiscover(self.service)
        self.base, self.ca, self.certificate = "", "", ""
        self.replay = replay
        self.silent, self.ended = threading.Event(), threading.Event()
        self.minute = 60.0
        self.put_off = ""
        self.late: list[Call] = []
        self.app = Starlette(routes=[Route("/{path:path}", self._enter, methods=["GET", "POST", "HEAD", "PUT"])])

    @property
    def url(self) -> str:
        return f"{self.base}/EWS/Exchange.asmx"

    # EWS

    async def _enter(self, request: Request) -> Response:
        body = await request.body()
        await self._kept_waiting(self.silent.is_set)
        if self.service.latency:
            await asyncio.sleep(self.service.latency)
        path = request.url.path.lower()
        if path == "/ews/exchange.asmx":
            return await self._call(request, body)
        if path in {f"/autodiscover/autodiscover.{each}" for each in self.service.dialects}:
            return self._discover(request, body)
        return HTMLResponse("<html><body>Not found</body></html>", 404)

    async def _call(self, request: Request, body: bytes) -> Response:
        connection = tuple(request.scope["client"])
        with self.service.lock:
            outcome = self.sign_ins.who(request.headers.get("authorization", ""), connection)
        if outcome.user is None:
            return self._recorded(request, body, unauthorized(self.service, outcome))
        return await self._signed_in(request, body, outcome.user)

    async def _signed_in(self, request: Request, body: bytes, user: User) -> Response:
        user.requests += 1
        await self._kept_waiting(lambda: not user.open.is_set())
        if user.blocked:
            return self._recorded(request, body, Response("", 403))
        if request.method != "POST":
            return HTMLResponse("<html><body>You have created a service.</body></html>")
        try:
            call: Call | soap.Fault = Call(user, soap.read_request(body))
        except soap.Fault as told:
            call = told
        fault = None
        if isinstance(call, Call):
            name = call.request.name
            user.calls.append(name)
            fault = user.faults.next(name, name in WRITES)
        return await self._struck(request, body, call, fault)

    async def _struck(self, request: Request, body: bytes, call: Call | soap.Fault, fault: Fault | None) -> Response:
        kind = fault.kind if fault else None
        if isinstance(call, Call) and call.request.name == self.put_off:
            self.put_off = ""
            self.late.append(call)
            return Broken(Response(), 0)
        if kind is Kind.DROP:
            return Broken(Response(), 0)
        if kind is Kind.HTML:
            return HTMLResponse("<html><body>Sign in to the hotel network</body></html>")
        if kind is Kind.NOTHING:
            await self._kept_waiting(lambda: True)
            return Broken(Response(), 0)
        if kind is Kind.DRIP:
            return StreamingResponse(self._drip(), media_type=XML)
        if kind is Kind.UNAUTHORIZED:
            return self._recorded(request, body, unauthorized(self.service, Outcome()))
        if kind is Kind.FORBIDDEN:
            return self._recorded(request, body, Response("", 403))
        if kind is Kind.ERROR_503:
            wait = {"Retry-After": str(fault.wait)} if fault and fault.wait is not None else {}
            return self._recorded(request, body, Response("The service is unavailable.", 503, wait, "text/plain"))
        if self.replay is not None:
            return replayed(self.replay.answer(body))
        with self.service.lock:
            status, text = self._respond(call, fault)
        if isinstance(call, Call) and call.request.name == "GetStreamingEvents" and status == 200:
            return StreamingResponse(self._stream(request, body, call), media_type=XML)
        answer = Response(text, status, media_type=XML)
        if kind in AFTERWARDS:
            return Broken(answer, 0.5 if kind is Kind.HALF else 0)
        return self._recorded(request, body, answer)

    def _respond(self, call: Call | soap.Fault, fault: Fault | None) -> tuple[int, str]:
        try:
            if isinstance(call, soap.Fault):
                raise call
            if not self.service.release.understands(call.request.version):
                raise soap.Fault("ErrorInvalidServerVersion")
            if fault and fault.kind is Kind.REFUSE:
                content = refusing(call)
            else:
                if fault and fault.kind not in AFTERWARDS:
                    raise fault_of(fault)
                content = self._perform(call)
        except soap.Fault as told:
            return 500, soap.fault_envelope(told)
        except Refusal as refusal:
            return 500, soap.fault_envelope(soap.Fault(refusal.code, refusal.text))
        return 200, soap.envelope(content, self.service.release)

    def _perform(self, call: Call) -> str:
        name = OPERATIONS.get(call.request.name)
        if name is None:
            raise soap.invalid(f"The element '{call.request.name}' is no operation.")
        return str(getattr(self.api, name)(call))

    def carry_out(self) -> list[str]:
        """Does what was put off. Returns the answers that nobody gets."""
        done, self.late = self.late, []
        with self.service.lock:
            return [self._respond(each, None)[1] for each in done]

    async def _stream(self, request: Request, body: bytes, call: Call) -> AsyncIterator[str]:
        sent = []
        try:
            async for content in self.api.events(call, self.minute):
                sent.append(soap.envelope(content, self.service.release))
                yield sent[-1]
                if self.ended.is_set():
                    return
        finally:
            self._recorded(request, body, Response("".join(sent), media_type=XML))

    # Autodiscover

    def _discover(self, request: Request, body: bytes) -> Response:
        if request.method == "GET" and self.service.elsewhere:
            return RedirectResponse(self.service.elsewhere, 302)
        connection = tuple(request.scope["client"])
        with self.service.lock:
            outcome = self.sign_ins.who(request.headers.get("authorization", ""), connection)
        if outcome.user is None:
            return unauthorized(self.service, outcome)
        outcome.user.requests += 1
        find = self.discovering.pox if request.url.path.lower().endswith(".xml") else self.discovering.soap
        with self.service.lock:
            answer: Answer = find(body, self.base)
        if answer.location:
            return RedirectResponse(answer.location, answer.status)
        return Response(answer.body, answer.status, media_type=XML)

    # What all have in common

    async def _drip(self) -> AsyncIterator[str]:
        yield '<?xml version="1.0" encoding="utf-8"?>'
        while not self.ended.is_set():
            yield " "
            await asyncio.sleep(DRIP)

    async def _kept_waiting(self, held: Any) -> None:
        while held() and not self.ended.is_set():
            await asyncio.sleep(LOOK)

    def _recorded(self, request: Request, body: bytes, answer: Response) -> Response:
        if self.service.recording and request.method == "POST":
            sent = dict(request.headers)
            if answer.status_code != 401 and "authorization" not in sent:
                # The connection is signed in.
                sent["authorization"] = "NTLM x"
            got = {name: ", ".join(answer.headers.getlist(name)) for name in answer.headers}
            record(request.method, str(request.url), sent, body, answer.status_code, got, bytes(answer.body))
        if len(answer.body) > LARGE and "gzip" in request.headers.get("accept-encoding", ""):
            packed = gzip.compress(bytes(answer.body), 3)
            headers = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
            return Response(packed, answer.status_code, headers, answer.media_type)
        return answer

    @contextlib.contextmanager
    def unrecorded(self) -> Iterator[None]:
        """For requests that are wrong on purpose."""
        self.service.recording = False
        try:
            yield
        finally:
            self.service.recording = True


def breakable(open_here: set[asyncio.Transport], sign_ins: SignIns) -> type[H11Protocol]:
    """A protocol whose open connections are known, so that a fault, or the end of the server, can break them."""

    class Breakable(H11Protocol):
        peer: tuple[str, int]

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            # Over TLS a transport has no names any more when it is lost.
            self.peer = transport.get_extra_info("peername")
            TRANSPORTS[self.peer] = transport
            sign_ins.closed(self.peer)
            open_here.add(transport)
            super().connection_made(transport)

        def connection_lost(self, exc: Exception | None) -> None:
            TRANSPORTS.pop(self.peer, None)
            sign_ins.closed(self.peer)
            open_here.discard(self.transport)
            super().connection_lost(exc)

    return Breakable


def listening_on(port: int) -> socket.socket:
    # With the protocol named, asyncio switches Nagle off, which costs 40 ms an answer.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    # Who comes before the thread is up waits instead of being refused.
    listening.listen(128)
    return listening


@contextlib.contextmanager
def serving(
    port: int = 0, tls: Tls | bool = False, version: str = "2019", replay: Replay | Path | None = None
) -> Iterator[EwsServer]:
    """The server in a thread of its own: on 127.0.0.1, or with ``tls`` on localhost with a certificate of that kind
    (``True``: a good one). ``version``: a key of ``RELEASES``. ``replay``: recorded exchanges, or the folder with them."""
    server = EwsServer(version, Replay.of(replay) if isinstance(replay, Path) else replay)
    listening = listening_on(port)
    number = listening.getsockname()[1]
    server.base = f"https://localhost:{number}" if tls else f"http://127.0.0.1:{number}"
    open_here: set[asyncio.Transport] = set()
    config = uvicorn.Config(
        server.app, http=breakable(open_here, server.sign_ins), lifespan="off", log_config=None, log_level="critical",
        access_log=False, timeout_graceful_shutdown=1,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        if tls:
            shown, key = write(Tls.GOOD if tls is True else tls, Path(folder))
            config.ssl_certfile, config.ssl_keyfile = str(shown), str(key)
            server.ca, server.certificate = pem(authority()[0]), shown.read_text(encoding="ascii")
            server.sign_ins.binding = binding_of(ssl.PEM_cert_to_DER_cert(server.certificate))
        running = uvicorn.Server(config)
        running.install_signal_handlers = lambda: None  # type: ignore[attr-defined]

        async def serve() -> None:
            await running.serve([listening])
            # Over TLS a close waits for the other side, which may not care.
            for transport in tuple(open_here):
                transport.abort()
            await asyncio.sleep(0)

        thread = threading.Thread(target=lambda: asyncio.run(serve()), name="ews server", daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.ended.set()
            running.should_exit = True
            thread.join(10)
            listening.close()
