"""Negotiate (SPNEGO) against the library's own other side, over a real socket."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
import spnego

from app.providers.exchange.showing import Negotiate

USER, PASSWORD = "EXAMPLE\\anna", "correct horse"


class Door(BaseHTTPRequestHandler):
    """Lets those in who finish a handshake on one connection."""

    protocol_version = "HTTP/1.1"
    context: Any = None

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        if scheme != "Negotiate":
            self.answer(401, "Negotiate")
            return
        if self.context is None:
            self.context = spnego.server(protocol="negotiate", options=spnego.NegotiateOptions.use_negotiate)
        try:
            told = self.context.step(base64.b64decode(token))
        except spnego.exceptions.SpnegoError:
            self.answer(401, "Negotiate")
            return
        shown = f"Negotiate {base64.b64encode(told).decode()}" if told else "Negotiate"
        self.answer(200 if self.context.complete else 401, shown)

    def answer(self, status: int, challenge: str) -> None:
        body = b"in" if status == 200 else b""
        self.send_response(status)
        self.send_header("WWW-Authenticate", challenge)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    people = tmp_path / "people"
    people.write_text(f"EXAMPLE:anna:{PASSWORD}\n")
    monkeypatch.setenv("NTLM_USER_FILE", str(people))
    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


def sent(door: str, password: str) -> requests.Response:
    with requests.Session() as http:
        http.trust_env = False
        http.auth = Negotiate(USER, password)
        return http.post(door, data=b"hello", timeout=10)


@pytest.mark.shows("CON-8")
def test_negotiate_when_the_password_is_right_then_the_request_gets_in(door: str) -> None:
    answer = sent(door, PASSWORD)
    assert (answer.status_code, answer.text) == (200, "in")
    assert len(answer.history) >= 1


@pytest.mark.shows("CON-8")
def test_negotiate_when_the_password_is_wrong_then_it_stays_out(door: str) -> None:
    assert sent(door, "wrong").status_code == 401
