"""The child as a process: lines in and out over pipes, pages over a socket that was handed to it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from app import wire
from app.domain.booking import BookingRequest, Promised, State
from app.domain.clock import SystemClock, to_iso
from app.domain.pages import Hours, Rolling, WeeklyHours
from app.domain.public import FreeStarts
from tests.web.fake import anna, intro

MAIN = Path(__file__).resolve().parents[2] / "main.py"
SOON = (SystemClock().now() // 3600 + 48) * 3600
PAGE = intro(
    durations=(30,), zone="UTC", window=Rolling(30), hours=Hours("UTC", WeeklyHours((((0, 1440),),) * 7)),
    free={30: FreeStarts.pack(tuple(range(SOON, SOON + 20 * 1800, 1800)))},
)  # fmt: skip


def hear(process: subprocess.Popen[bytes]) -> wire.Line:
    """The next line that is no mere sign of having heard."""
    assert process.stdout is not None
    while True:
        line = wire.decode(process.stdout.readline())
        if not isinstance(line, wire.Shown):
            return line


class Child:
    def __init__(self) -> None:
        self.listening = socket.socket()
        self.listening.bind(("127.0.0.1", 0))
        self.listening.listen(64)
        self.port = self.listening.getsockname()[1]
        descriptor = self.listening.fileno()
        self.process = subprocess.Popen(
            [sys.executable, "-E", str(MAIN), "--pages", "--fd", str(descriptor)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=[descriptor],
            env={"PATH": "/usr/bin"},
        )
        self.http = httpx2.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=15)

    def say(self, *lines: wire.Line) -> None:
        assert self.process.stdin is not None
        for line in lines:
            self.process.stdin.write(wire.encode(line))
        self.process.stdin.flush()

    def hear(self) -> wire.Line:
        return hear(self.process)

    def greet(self) -> None:
        origin = f"http://127.0.0.1:{self.port}"
        self.say(wire.Hello("ab" * 32), wire.HostLine(1, anna(origin=origin)), wire.PageLine(1, PAGE), wire.Alive(1, 0))

    def end(self) -> None:
        self.http.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None and not stream.closed:
                stream.close()
        self.listening.close()


@pytest.fixture
def child() -> Iterator[Child]:
    child = Child()
    yield child
    child.end()


@pytest.fixture
def ready(child: Child) -> Child:
    child.greet()
    assert child.hear() == wire.Ready(child.port)
    return child


def test_child_when_greeted_then_it_is_ready_and_its_first_page_is_whole(ready: Child) -> None:
    page = ready.http.get("/meetings/anna/intro", headers={"accept": "text/html"})
    assert page.status_code == 200
    assert "Intro call" in page.text
    assert len(ready.http.get("/meetings/anna/intro/slots").json()["slots"]) == 20


def test_visitor_when_they_come_before_the_greeting_then_they_wait_in_the_queue(child: Child) -> None:
    with socket.create_connection(("127.0.0.1", child.port), timeout=15) as early:
        early.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        child.greet()
        assert early.recv(100).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.shows("BOOK-1")
def test_booking_when_posted_then_one_line_asks_and_the_answer_is_the_programs(ready: Child) -> None:
    body = {"start": to_iso(SOON), "duration": 30, "first_name": "Maja", "last_name": "Lindqvist", "email": "maja@example.org"}
    with socket.create_connection(("127.0.0.1", ready.port), timeout=15) as visitor:
        raw = json.dumps(body).encode()
        head = "POST /meetings/anna/intro/book HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        head += f"Content-Length: {len(raw)}\r\n\r\n"
        visitor.sendall(head.encode() + raw)
        ask = ready.hear()
        assert isinstance(ask, wire.Ask)
        assert isinstance(ask.what, BookingRequest)
        assert ask.what.visitor.email == "maja@example.org"
        ready.say(wire.Reply(ask.id, Promised(State.CONFIRMED, SOON, SOON + 1800, "t" * 43)))
        answer = visitor.recv(65536)
    assert answer.startswith(b"HTTP/1.1 201 Created")


def test_page_when_the_program_pushes_a_change_then_the_next_visitor_sees_it(ready: Child) -> None:
    ready.say(wire.PageGone(2, "anna/intro"), wire.Alive(2, 0))
    deadline = time.monotonic() + 10
    while ready.http.get("/meetings/anna/intro").status_code == 200 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert ready.http.get("/meetings/anna/intro").status_code == 404


def test_child_when_its_input_ends_then_it_ends_and_leaves_no_word(ready: Child) -> None:
    assert ready.process.stdin is not None
    ready.http.get("/healthz")
    ready.process.stdin.close()
    assert ready.process.wait(10) == 0
    assert ready.process.stderr is not None
    assert ready.process.stderr.read() == b""


def test_child_when_another_takes_over_then_it_ends_well_though_its_input_stays_open(ready: Child) -> None:
    ready.http.get("/healthz")
    ready.http.close()
    ready.say(wire.Farewell())
    assert ready.process.wait(15) == 0
    assert ready.process.stderr is not None
    assert ready.process.stderr.read() == b""


def test_child_when_its_input_ends_before_the_greeting_then_it_ends(child: Child) -> None:
    assert child.process.stdin is not None
    child.process.stdin.close()
    assert child.process.wait(15) == 0


def test_child_when_something_prints_then_the_lines_stay_lines() -> None:
    script = (
        "import sys, app.web.serve as s\n"
        "source, sink = s._take_streams()\n"
        "print('a stray word', flush=True)\n"
        "sink.write(b'{}\\n'); sink.flush()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=MAIN.parent, capture_output=True, check=True)
    assert done.stdout == b"{}\n"
    assert b"a stray word" in done.stderr


def test_child_when_no_socket_is_handed_over_then_it_listens_on_this_computer_alone() -> None:
    process = subprocess.Popen(
        [sys.executable, str(MAIN), "--pages", "--port", "0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(
        wire.encode(wire.Hello("ab" * 32)) + wire.encode(wire.HostLine(1, anna())) + wire.encode(wire.Alive(1, 0))
    )
    process.stdin.flush()
    line = hear(process)
    assert isinstance(line, wire.Ready)
    assert httpx2.get(f"http://127.0.0.1:{line.port}/healthz").status_code == 200
    with pytest.raises(OSError), socket.create_connection(("127.0.0.2", line.port), timeout=2):
        pass
    process.stdin.close()
    assert process.wait(10) == 0
    process.stdout.close()
