"""One connection of a visitor: uvicorn's protocol with deadlines and limits (QUALITY 4.5; LIBRARIES 0.6).

What it promises: a request has arrived whole within ten seconds, one with a body within thirty, also the second one of a
connection and the hundredth; heads are short and mean one thing only; nobody keeps others out by holding connections.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from app.domain.public import PublicHost
from app.domain.settings import Reach
from app.web.answers import Header
from app.web.guard import counted_as, is_loopback

HEAD_WITHIN, BODY_WITHIN = 10.0, 30.0
LINGER = 2.0
LAST_WORD_WITHIN = 0.5
"""Seconds for the first request of a connection when the server ends."""
URL_LONGEST, HEAD_LONGEST = 2048, 16 * 1024
CONNECTIONS, CONNECTIONS_EACH = 200, 20
CONNECTIONS_HERE = 800
"""The most while pages are published only on this computer: what the process can hold, no measure against anybody."""

_quiet = logging.getLogger(__name__)
"""What strangers send wrongly is their affair: it is answered, not logged."""
_quiet.setLevel(logging.ERROR)


class Gate:
    """Counts the open connections, and makes room: of those that ask nothing just now the oldest goes.

    Only addresses from elsewhere are counted one by one: behind a tunnel all visitors come from this computer.
    """

    def __init__(self, host: Callable[[], PublicHost | None], headers: Sequence[Header], count: Callable[[], None]) -> None:
        self._host, self._count = host, count
        self._open: dict[Connection, str] = {}
        self.head_within, self.body_within = HEAD_WITHIN, BODY_WITHIN
        self._headers = b"".join(b"%s: %s\r\n" % header for header in (*headers, (b"cache-control", b"no-store")))

    def admit(self, connection: Connection, address: str) -> bool:
        """Whether the connection may stay."""
        host = self._host()
        here = host is None or host.reach == Reach.COMPUTER
        if not here and not is_loopback(address):
            name = counted_as(address)
            if sum(other == name for other in self._open.values()) >= CONNECTIONS_EACH:
                self._count()
                return False
        if len(self._open) >= (CONNECTIONS_HERE if here else CONNECTIONS) and not self._make_room():
            self._count()
            return False
        self._open[connection] = counted_as(address)
        return True

    def leave(self, connection: Connection) -> None:
        self._open.pop(connection, None)

    def _make_room(self) -> bool:
        idle = [connection for connection in self._open if not connection.answering]
        if not idle:
            return False
        held = Counter(self._open.values())
        # Dictionaries keep their order, so that of equals the oldest is found.
        chosen = max(idle, key=lambda connection: held[self._open[connection]])
        self.leave(chosen)
        chosen.transport.abort()
        return True

    def refusal(self, status: int) -> bytes:
        """A whole answer for what never becomes a request."""
        phrase = HTTPStatus(status).phrase
        retry = b"retry-after: 5\r\n" if status == HTTPStatus.SERVICE_UNAVAILABLE else b""
        return (
            f"HTTP/1.1 {status} {phrase}\r\n".encode()
            + self._headers
            + retry
            + b"content-type: text/plain; charset=utf-8\r\nconnection: close\r\n"
            + f"content-length: {len(phrase)}\r\n\r\n{phrase}".encode()
        )


class GatedConfig(Config):
    """uvicorn's settings and the gate that its connections share."""

    def __init__(self, app: Any, gate: Gate) -> None:
        self.gate = gate
        super().__init__(
            app,
            http=Connection,
            ws="none",
            loop="asyncio",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            backlog=512,
            timeout_keep_alive=15,
            timeout_graceful_shutdown=2,
        )


class Connection(HttpToolsProtocol):
    """See the module's promise. ``_refused`` once it was decided to hear no more, ``_last`` once after one more answer."""

    def __init__(
        self, config: Any, server_state: ServerState, app_state: dict[str, Any], _loop: asyncio.AbstractEventLoop | None = None
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.logger = _quiet
        self.gate: Gate = config.gate
        self._deadline: asyncio.TimerHandle | None = None
        self._refused = self._last = False
        self._in_head = self._in_message = False
        self._head_size = self._headers_size = 0
        self._fault = 0

    @property
    def answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    # Deadlines

    def _expect_within(self, seconds: float) -> None:
        self._expect_nothing()
        self._deadline = self.loop.call_later(seconds, self._too_late)

    def _expect_nothing(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_late(self) -> None:
        self._deadline = None
        if not self.transport.is_closing() or self.transport.get_write_buffer_size():
            self.transport.abort()

    def timeout_keep_alive_handler(self) -> None:
        if self.transport.get_write_buffer_size():
            # The visitor does not read: closing would wait for them.
            self.transport.abort()
        else:
            super().timeout_keep_alive_handler()

    def shutdown(self) -> None:
        """The server ends. Who has only just come may still ask, once; who is being answered gets it."""
        if self.cycle is None and not self._refused and not self.transport.is_closing():
            self._last = True
            self._expect_within(LAST_WORD_WITHIN)
        else:
            super().shutdown()

    # What the connection does

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A connection for which the gate has no room gets 503."""
        super().connection_made(transport)
        if not self.gate.admit(self, self.client[0] if self.client else ""):
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)
            return
        self._expect_within(self.gate.head_within)

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect_nothing()
        self.gate.leave(self)
        super().connection_lost(exc)

    def eof_received(self) -> None:
        if self._refused:
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        """Refuses for what the parser's calls found wrong, and for a head that is too long before it ends."""
        if self._refused:
            return
        if self._deadline is None and not self._in_message and not self.answering:
            self._expect_within(self.gate.head_within)
        self._head_size += len(data)
        super().data_received(data)
        if not self._refused and self.parser is not None:
            if self._in_head and self._head_size > HEAD_LONGEST + URL_LONGEST:
                self._fault = self._fault or HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            if self._fault:
                self._refuse(self._fault)

    def _refuse(self, status: int) -> None:
        """Answers and hears no more. Reading goes on for a moment, for a reset would take the answer away from the visitor."""
        self._refused = True
        self._unset_keepalive_if_required()
        if self.transport.is_closing():
            return
        self.transport.write(self.gate.refusal(status))
        self.transport.write_eof()
        self._expect_within(LINGER)

    def send_400_response(self, msg: str) -> None:
        self._refuse(HTTPStatus.BAD_REQUEST)

    def _unsupported_upgrade_warning(self) -> None:
        """A wish to speak another protocol is no news; the request is answered as it stands."""

    # What the parser finds

    def on_message_begin(self) -> None:
        """From now on the head has its deadline, the hundredth of a connection too."""
        super().on_message_begin()
        self._in_head = self._in_message = True
        self._head_size = self._headers_size = 0
        if self._deadline is None:
            self._expect_within(self.gate.head_within)

    def on_url(self, url: bytes) -> None:
        """Notes an address that is too long, for ``data_received`` to refuse."""
        super().on_url(url)
        if len(self.url) > URL_LONGEST:
            self._fault = self._fault or HTTPStatus.REQUEST_URI_TOO_LONG

    def on_header(self, name: bytes, value: bytes) -> None:
        """Notes a head that is too long, for ``data_received`` to refuse."""
        super().on_header(name, value)
        self._headers_size += len(name) + len(value) + 4
        if self._headers_size > HEAD_LONGEST:
            self._fault = self._fault or HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE

    def on_headers_complete(self) -> None:
        """Only now the application begins, unless the head has a fault; the body gets a deadline of its own."""
        self._in_head = False
        if not self._fault and self._ambiguous():
            self._fault = HTTPStatus.BAD_REQUEST
        if self._fault:
            return
        self._expect_within(self.gate.body_within)
        super().on_headers_complete()
        if self._last and self.cycle is not None:
            self.cycle.keep_alive = False

    def _ambiguous(self) -> bool:
        """Whether two readers could understand the head differently: who is asked, or where it ends (RFC 9112 §11.2)."""
        names = [name for name, _ in self.headers]
        lengths = names.count(b"content-length")
        whole = self.url.startswith(b"/") or (self.url == b"*" and self.parser.get_method() == b"OPTIONS")
        return (
            names.count(b"host") != 1
            or lengths > 1
            or names.count(b"transfer-encoding") > 1
            or (lengths > 0 and b"transfer-encoding" in names)
            or not whole
        )

    def on_body(self, body: bytes) -> None:
        if not self._fault:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_message = False
        self._head_size = 0
        if self._fault:
            return
        self._expect_nothing()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """A last answer that the visitor does not fetch is waited for no longer than a head."""
        super().on_response_complete()
        if self.transport.is_closing() and self.transport.get_write_buffer_size():
            self._expect_within(self.gate.head_within)
