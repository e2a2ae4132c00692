"""The socket: one thread a connection, so that a slow answer holds up nobody else."""

from __future__ import annotations

import contextlib
import email.utils
import gzip
import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


@dataclass
class FeedFile:
    """One address. ``etag`` and ``modified``: whether it tells such a validator. ``status``: answered in its place.
    ``redirect``: where it sends to. ``half``: the connection ends in the middle. ``breaks_at``: nobody says how long the body
    is, and it ends after so many bytes. ``endless``: the body has no end. ``hold``: answers wait until it is set."""

    body: bytes
    etag: bool = True
    modified: bool = False
    packed: bool = False
    kind: str = "text/calendar; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    redirect: str = ""
    half: bool = False
    breaks_at: int = 0
    endless: bool = False
    drops: int = 0
    hold: threading.Event = field(default_factory=threading.Event)
    changed_at: int = 1_790_000_000

    def __post_init__(self) -> None:
        self.hold.set()

    def write(self, body: bytes) -> None:
        self.body, self.changed_at = body, self.changed_at + 60

    @property
    def tag(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'


@dataclass(frozen=True)
class Asked:
    """A request that came."""

    path: str
    headers: dict[str, str]
    status: int


class FeedServer:
    """``files`` by path. ``base`` is the address before it."""

    def __init__(self) -> None:
        self.files: dict[str, FeedFile] = {}
        self.asked: list[Asked] = []
        server = self

        class Handler(_Handler):
            feeds = server

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.base = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def of(self, path: str) -> list[Asked]:
        return [each for each in self.asked if each.path == path]

    def close(self) -> None:
        for each in self.files.values():
            each.hold.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)


@contextlib.contextmanager
def serving() -> Iterator[FeedServer]:
    server = FeedServer()
    try:
        yield server
    finally:
        server.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    feeds: FeedServer

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        found = self.feeds.files.get(path)
        status = 404 if found is None else self._status(found)
        self.feeds.asked.append(Asked(path, dict(self.headers.items()), status))
        if found is not None:
            found.hold.wait(30)
            if found.drops:
                found.drops -= 1
                self.close_connection = True
                return
        with contextlib.suppress(OSError):
            self._answer(found, status)

    def _status(self, found: FeedFile) -> int:
        if found.redirect:
            return 302
        if found.status == 200 and self._knows(found):
            return 304
        return found.status

    def _knows(self, found: FeedFile) -> bool:
        """RFC 9110 §13.2.2: a tag goes before a date."""
        tag, since = self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")
        if tag is not None:
            return found.etag and tag == found.tag
        if since is None or not found.modified:
            return False
        return email.utils.parsedate_to_datetime(since).timestamp() >= found.changed_at

    def _answer(self, found: FeedFile | None, status: int) -> None:
        body = found.body if found is not None and status == found.status else b""
        if found is not None and found.packed:
            body = gzip.compress(body)
        self.send_response(status)
        if found is not None:
            for name, value in found.headers.items():
                self.send_header(name, value)
            if found.redirect:
                self.send_header("Location", found.redirect)
            if found.etag:
                self.send_header("ETag", found.tag)
            if found.modified:
                self.send_header("Last-Modified", email.utils.formatdate(found.changed_at, usegmt=True))
            if found.packed and "Content-Encoding" not in found.headers:
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Type", found.kind)
        if status == 304:
            self.end_headers()
            return
        if found is not None and found.endless:
            self.send_header("Connection", "close")
            self.end_headers()
            self.close_connection = True
            while True:
                self.wfile.write(body or b"x" * 65_536)
        if found is not None and found.breaks_at:
            self.send_header("Connection", "close")
            self.end_headers()
            self.close_connection = True
            self.wfile.write(body[: found.breaks_at])
            return
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if found is not None and found.half else body)
        if found is not None and found.half:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""
