"""How fast the public child answers: an unchanged page against a constant answer of the same server (P7), and paced visitors.

Prints one JSON object. ``page_ratio``: requests a second of the page over those of ``/healthz``, medians of interleaved rounds
of wrk with 16 connections; ``page_packed_ratio`` is the same for browsers that take gzip. ``paced``: 30 requests a second for
some seconds, milliseconds counted from the instant at which each was due. The page shows 60 days in steps of 15 minutes, for
two lengths.

    python -m tests.bench.bench_web
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

from app import wire
from app.domain.clock import SystemClock
from app.domain.pages import Hours, Rolling, WeeklyHours
from app.domain.public import FreeStarts, PageState, PublicHost, PublicPage

MAIN = Path(__file__).resolve().parents[2] / "main.py"
ROUNDS, SECONDS, CONNECTIONS = 7, 2, 16
PACED, PACED_RATE = 8, 30
PAGE, CONSTANT = "/meetings/anna/intro", "/healthz"


def page() -> PublicPage:
    day = (SystemClock().now() // 86400 + 1) * 86400
    starts = tuple(
        day + number * 86400 + quarter * 900 for number in range(60) for quarter in range(8 * 4, 17 * 4) if quarter % 16
    )
    return PublicPage(
        id="p1",
        slug="anna/intro",
        title="Intro call",
        description="A short first talk: what you need, and whether I can help.",
        state=PageState.BOOK,
        durations=(30, 60),
        zone="Europe/Copenhagen",
        notice=60,
        window=Rolling(60),
        hours=Hours("Europe/Copenhagen", WeeklyHours((((0, 1440),),) * 7)),
        free={30: FreeStarts.pack(starts), 60: FreeStarts.pack(starts)},
    )


class Child:
    """The real one, spoken to over its pipes."""

    def __init__(self) -> None:
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        self.port = int(listening.getsockname()[1])
        began = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-E", str(MAIN), "--pages", "--fd", str(listening.fileno())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=[listening.fileno()],
        )
        listening.close()
        host = PublicHost("Anna Holm", "Organisation consultant", zone="Europe/Copenhagen")
        for line in (wire.Hello("ab" * 32), wire.HostLine(1, host), wire.PageLine(1, page()), wire.Alive(1, 0)):
            self.say(line)
        assert self.process.stdout is not None
        while not isinstance(wire.decode(self.process.stdout.readline()), wire.Ready):
            pass
        self.ready_ms = (time.perf_counter() - began) * 1000

    def say(self, line: wire.Line) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(wire.encode(line))
        self.process.stdin.flush()

    def memory_mb(self) -> float:
        """The share of its own, in megabytes."""
        text = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        return sum(int(found) for found in re.findall(r"Private_\w+:\s+(\d+) kB", text)) / 1024

    def end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(10)


def per_second(port: int, path: str, *headers: str) -> float:
    extra = [part for header in headers for part in ("-H", header)]
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", *extra, f"http://127.0.0.1:{port}{path}"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", text)
    if found is None or "Non-2xx" in text:
        raise RuntimeError(text)
    return float(found[1])


async def paced(port: int, path: str = PAGE) -> list[float]:
    """Milliseconds of requests that are due 30 times a second, whether or not the last one is answered."""
    times: list[float] = []

    async def ask(due: float) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n".encode())
        await reader.read()
        times.append((asyncio.get_running_loop().time() - due) * 1000)
        writer.close()

    began = asyncio.get_running_loop().time()
    asking = []
    for number in range(PACED * PACED_RATE):
        due = began + number / PACED_RATE
        await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
        asking.append(asyncio.create_task(ask(due)))
    await asyncio.gather(*asking)
    return sorted(times)


def main() -> None:
    child = Child()
    try:
        constant, whole, packed = [], [], []
        per_second(child.port, PAGE)
        for _ in range(ROUNDS):
            constant.append(per_second(child.port, CONSTANT))
            whole.append(per_second(child.port, PAGE))
            packed.append(per_second(child.port, PAGE, "Accept-Encoding: gzip"))
        times = asyncio.run(paced(child.port))
        steady = statistics.median(constant)
        figures = {
            "page_ratio": round(statistics.median(whole) / steady, 3),
            "page_packed_ratio": round(statistics.median(packed) / steady, 3),
            "constant_per_second": round(steady),
            "page_per_second": round(statistics.median(whole)),
            "paced_p50_ms": round(times[len(times) // 2], 2),
            "paced_p99_ms": round(times[int(len(times) * 0.99)], 2),
            "child_ready_ms": round(child.ready_ms),
            "child_private_mb": round(child.memory_mb(), 1),
        }
    finally:
        child.end()
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
