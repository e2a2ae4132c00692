"""Raw sockets against the real server: what is slow, huge, ambiguous or many."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator

import pytest

from app.web import connection
from tests.web.fake import link
from tests.web.serving import Served, serving

GET = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"
POST = b"POST /meetings/anna/intro/book HTTP/1.1\r\nHost: 127.0.0.1\r\n"


@pytest.fixture
def served() -> Iterator[Served]:
    with serving(link()) as found:
        yield found


def connect(served: Served) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", served.port), timeout=15)
    return made


def talk(served: Served, data: bytes) -> bytes:
    """Sends ``data`` and returns everything until the server closes."""
    with connect(served) as made:
        with contextlib.suppress(ConnectionError):
            made.sendall(data)
        return read_all(made)


def read_all(made: socket.socket) -> bytes:
    found = b""
    with contextlib.suppress(ConnectionError, TimeoutError):
        while chunk := made.recv(65536):
            found += chunk
    return found


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0


def is_open(made: socket.socket) -> bool:
    made.settimeout(0.01)
    try:
        return made.recv(65536) != b""
    except TimeoutError:
        return True
    except ConnectionError:
        return False


def wait_closed(sockets: list[socket.socket], within: float) -> float:
    """Seconds until all of them are closed by the server."""
    began = time.monotonic()
    left = list(sockets)
    while left and time.monotonic() - began < within:
        left = [made for made in left if is_open(made)]
    assert not left, f"{len(left)} still open after {within} s"
    return time.monotonic() - began


# Slow


@pytest.mark.shows("R25")
def test_head_when_it_comes_drop_by_drop_then_the_connection_ends_in_time_and_others_are_served(served: Served) -> None:
    served.gate.head_within = 0.6
    slow = [connect(served) for _ in range(300)]
    for made in slow:
        made.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
    began = time.monotonic()
    assert status(talk(served, GET + b"Connection: close\r\n\r\n")) == 200
    assert time.monotonic() - began < 1.0
    wait_closed(slow, 5)
    assert len(served.gate._open) == 0
    for made in slow:
        made.close()


@pytest.mark.parametrize("drip", [b"\r\n", b"G", b"X: y\r\n"])
def test_connection_when_it_only_drips_then_no_drop_prolongs_it(served: Served, drip: bytes) -> None:
    served.gate.head_within = 0.5
    with connect(served) as made:
        began = time.monotonic()
        while time.monotonic() - began < 3:
            try:
                made.sendall(drip)
                if not is_open(made):
                    break
            except ConnectionError:
                break
            time.sleep(0.05)
        assert time.monotonic() - began < 2


def test_second_request_when_it_is_slow_then_it_has_a_deadline_too(served: Served) -> None:
    served.gate.head_within = 0.5
    with connect(served) as made:
        made.sendall(GET + b"\r\n")
        assert status(made.recv(65536)) == 200
        made.sendall(b"GET / HTTP/1.1\r\nHo")
        assert wait_closed([made], 3) < 2


def test_connection_when_it_drips_empty_lines_between_requests_then_it_ends_in_time(served: Served) -> None:
    served.gate.head_within = 0.5
    with connect(served) as made:
        made.sendall(GET + b"\r\n")
        time.sleep(0.1)
        assert is_open(made)
        began = time.monotonic()
        while time.monotonic() - began < 5:
            try:
                made.sendall(b"\r\n")
            except ConnectionError:
                break
            if not is_open(made):
                break
            time.sleep(0.05)
        assert time.monotonic() - began < 3


def test_pipelined_request_when_its_head_stays_unfinished_then_it_has_a_deadline_too(served: Served) -> None:
    served.gate.head_within = 0.5
    with connect(served) as made:
        made.sendall(GET + b"\r\nGET / HTTP/1.1\r\nHo")
        assert status(made.recv(65536)) == 200
        assert wait_closed([made], 3) < 2


def test_body_when_it_never_ends_then_it_has_a_deadline_too(served: Served) -> None:
    served.gate.body_within = 0.5
    with connect(served) as made:
        made.sendall(POST + b"Content-Type: application/json\r\nContent-Length: 99\r\n\r\n{")
        assert wait_closed([made], 3) < 2


def test_connection_when_idle_between_requests_then_it_is_kept_for_a_while(served: Served) -> None:
    served.gate.head_within = 0.3
    with connect(served) as made:
        for _ in range(3):
            made.sendall(GET + b"\r\n")
            answer = b""
            while not answer.endswith(b"\r\n\r\nok"):
                answer += made.recv(65536)
            assert status(answer) == 200
            time.sleep(0.4)


def test_requests_when_sent_in_one_go_then_each_is_answered_in_turn(served: Served) -> None:
    answer = talk(served, (GET + b"\r\n") * 2 + GET + b"Connection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200 OK") == 3


# Huge


@pytest.mark.shows("R25")
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"GET /" + b"a" * 3000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 414),
        (GET + b"X: " + b"a" * 17_000 + b"\r\n\r\n", 431),
        (GET + b"X: " + b"a" * 200_000 + b"\r\n\r\n", 431),
        (GET + b"X: " + b"a" * 200_000, 431),
        (GET + b"".join(b"X%d: %s\r\n" % (number, b"a" * 200) for number in range(100)) + b"\r\n", 431),
    ],
)
def test_head_when_it_is_too_long_then_the_answer_says_which_part(served: Served, data: bytes, code: int) -> None:
    answer = talk(served, data)
    assert status(answer) == code
    assert b"content-security-policy" in answer
    assert b"x-frame-options: DENY" in answer
    assert status(talk(served, GET + b"Connection: close\r\n\r\n")) == 200


@pytest.mark.shows("R25")
@pytest.mark.parametrize("size", [10_000_000, 60_000_000])
def test_body_when_it_is_huge_then_413_reaches_the_visitor_and_the_connection_goes_on(served: Served, size: int) -> None:
    head = POST + b"Content-Type: application/x-www-form-urlencoded\r\n"
    with connect(served) as made:
        made.sendall(head + b"Content-Length: %d\r\n\r\n" % size)
        block = b"a" * 1_000_000
        for _ in range(size // len(block)):
            made.sendall(block)
        made.sendall(GET + b"Connection: close\r\n\r\n")
        answer = read_all(made)
    assert status(answer) == 413
    assert answer.count(b"HTTP/1.1 ") == 2
    assert answer.rstrip().endswith(b"ok")


def test_body_when_it_comes_in_chunks_without_end_then_413(served: Served) -> None:
    head = POST + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    with connect(served) as made:
        made.sendall(head)
        for _ in range(20):
            made.sendall(b"2000\r\n" + b"a" * 0x2000 + b"\r\n")
        assert status(made.recv(65536)) == 413


# Ambiguous


@pytest.mark.shows("S6")
@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET http://127.0.0.1/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nabcde",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: +5\r\n\r\nabcde",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n X: folded\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: 127.0.0.1\r\n\r\n",
        b"CONNECT evil.example:80 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET\x00/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    ],
)
def test_head_when_two_readers_could_understand_it_differently_then_400_and_the_end(served: Served, data: bytes) -> None:
    answer = talk(served, data + GET + b"\r\n")
    assert status(answer) == 400
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"connection: close" in answer


def test_host_when_it_is_foreign_then_421_over_the_wire(served: Served) -> None:
    answer = talk(served, b"GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
    assert status(answer) == 421
    assert b"Anna" not in answer


def test_upgrade_when_asked_for_then_the_request_is_answered_as_it_stands(served: Served) -> None:
    answer = talk(served, GET + b"Upgrade: websocket\r\nConnection: Upgrade, close\r\n\r\n")
    assert status(answer) in (200, 400)


def test_answer_when_given_then_it_names_no_server(served: Served) -> None:
    head = talk(served, GET + b"Connection: close\r\n\r\n").partition(b"\r\n\r\n")[0].lower()
    assert b"\r\nserver:" not in head
    assert b"\r\ndate:" in head


# Many


def test_connections_when_one_address_holds_too_many_then_its_next_gets_503_and_others_do_not(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    served.link.set_host(reach="network")
    monkeypatch.setattr(connection, "is_loopback", lambda address: False)
    held = [connect(served) for _ in range(connection.CONNECTIONS_EACH)]
    time.sleep(0.1)
    answer = talk(served, GET + b"\r\n")
    assert status(answer) == 503
    assert b"retry-after" in answer
    held.pop().close()
    time.sleep(0.1)
    assert status(talk(served, GET + b"Connection: close\r\n\r\n")) == 200
    for made in held:
        made.close()


def test_connections_when_all_places_are_held_then_the_oldest_idle_one_goes_and_a_newcomer_is_served(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "CONNECTIONS_HERE", 30)
    held = []
    for _ in range(30):
        held.append(connect(served))
        held[-1].sendall(b"GET / HTTP/1.1\r\n")
    for _ in range(5):
        assert status(talk(served, GET + b"Connection: close\r\n\r\n")) == 200
    assert [is_open(made) for made in held].count(False) >= 1
    assert not is_open(held[0])
    for made in held:
        made.close()


@pytest.mark.slow
@pytest.mark.shows("R25")
def test_connections_when_a_thousand_stay_idle_then_a_newcomer_is_served_and_they_end(served: Served) -> None:
    idle = [connect(served) for _ in range(1000)]
    began = time.monotonic()
    assert status(talk(served, GET + b"Connection: close\r\n\r\n")) == 200
    assert time.monotonic() - began < 2
    wait_closed(idle, 15)
    for made in idle:
        made.close()


@pytest.mark.slow
@pytest.mark.shows("R25")
def test_heads_when_three_hundred_stay_unfinished_with_the_real_deadline_then_they_end_within_eleven_seconds(
    served: Served,
) -> None:
    slow = [connect(served) for _ in range(300)]
    for made in slow:
        made.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ")
    times = []
    for _ in range(20):
        began = time.monotonic()
        assert status(talk(served, GET + b"Connection: close\r\n\r\n")) == 200
        times.append(time.monotonic() - began)
    assert sorted(times)[10] < 0.1
    assert wait_closed(slow, 13) < 11.5
    for made in slow:
        made.close()
