"""How the window starts, what it weighs, and how it feels while guests are busy, each against a bare PySide6 window.

Prints one JSON object. Start (P1, P2): wall time from spawn to the first paint with data, and until everything works, over
the wall time of a bare window to its first paint; the worst stall is the lateness of a 5 ms timer on the way. Memory (P4):
proportional, own and resident memory at the first paint, at rest and of the page server, over the bare window's. Lateness
(P6): p99 of the same timer while the page server is saturated. Notice (P8): p99 from a booking's commit until the window has
heard of it, and until it has drawn it. Rounds are interleaved, figures are medians. Screenless; run it on a quiet machine:

    python tests/bench/bench_start.py
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = int(os.environ.get("AFTALE_BENCH_ROUNDS", "7"))
BARE = """
import sys, time
from PySide6.QtWidgets import QApplication, QLabel
class Window(QLabel):
    def paintEvent(self, event):
        super().paintEvent(event)
        print("painted", time.monotonic(), flush=True)
        sys.stdin.readline()
        app.quit()
app = QApplication([])
window = Window("A window")
window.show()
app.exec()
"""

WINDOW = Path(__file__).with_name("watched_window.py")


def environment() -> dict[str, str]:
    """Screenless, and with byte code kept: a program that is installed compiles nothing at its start."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": COMPILED.name}


COMPILED = tempfile.TemporaryDirectory()


class Child:
    """A process that says a line at each point and waits until it may go on."""

    def __init__(self, *command: str) -> None:
        self.spawned = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        atexit.register(self.process.kill)

    def hear(self, word: str) -> list[float]:
        """The numbers of the next line, which must begin with ``word``."""
        assert self.process.stdout is not None
        said, *numbers = (self.process.stdout.readline() or "nothing").split()
        if said != word:
            raise RuntimeError(f"{word} expected, {said} heard")
        return [float(number) for number in numbers]

    def go_on(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def memory(self) -> tuple[float, float, float]:
        return weight(psutil.Process(self.process.pid))

    def child_memory(self) -> tuple[float, float, float]:
        (pages,) = psutil.Process(self.process.pid).children()
        return weight(pages)

    def end(self) -> None:
        with contextlib.suppress(OSError):
            self.go_on()
        self.process.communicate(timeout=60)


def weight(process: psutil.Process) -> tuple[float, float, float]:
    """Proportional, own and resident memory in MB. Other programs that use the same libraries lower the first two."""
    found = process.memory_full_info()
    return found.pss / 1e6, found.uss / 1e6, found.rss / 1e6


def free_port() -> str:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        return str(taken.getsockname()[1])


@contextlib.contextmanager
def known_workspace() -> Iterator[str]:
    """A workspace with sample data that was open before, so that there is a last state to draw."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, str(ROOT / "main.py"), "--workspace", folder, "--demo"]
        window = subprocess.Popen(command, env=environment())
        while not (Path(folder) / "first_screen.json").exists():
            time.sleep(0.1)
        window.terminate()
        window.wait(60)
        for command, word in (("-c", BARE), "painted"), ((str(WINDOW), "start", folder, free_port()), "painted"):
            child = Child(*command)
            child.hear(word)
            child.end()
        yield folder


def starts(folder: str) -> dict[str, float]:
    """P1, P2 and P4."""
    bare, paint, ready, stall = [], [], [], []
    weights: dict[str, list[tuple[float, float, float]]] = {name: [] for name in ("bare", "paint", "rest", "pages")}
    for _ in range(ROUNDS):
        child = Child("-c", BARE)
        bare.append(child.hear("painted")[0] - child.spawned)
        weights["bare"].append(child.memory())
        child.end()
        child = Child(str(WINDOW), "start", folder, free_port())
        painted = child.hear("painted")[0]
        paint.append(painted - child.spawned)
        weights["paint"].append(child.memory())
        held = time.monotonic() - painted
        child.go_on()
        end, worst = child.hear("ready")
        ready.append(end - child.spawned - held)
        stall.append(worst)
        child.go_on()
        child.hear("rest")
        weights["rest"].append(child.memory())
        weights["pages"].append(child.child_memory())
        child.end()
    ratio = statistics.median
    one = ratio(bare)
    figures = {
        "bare_window_ms": one * 1000,
        "first_paint_ratio": ratio(paint) / one,
        "ready_ratio": ratio(ready) / one,
        "start_stall_ms": ratio(stall),
        "start_stall_worst_ms": max(stall),
    }
    for kind, index in (("pss", 0), ("uss", 1), ("rss", 2)):
        base = ratio(each[index] for each in weights["bare"])
        figures[f"bare_window_{kind}_mb"] = base
        for name, word in (("paint", "first_paint"), ("rest", "rest"), ("pages", "page_server")):
            figures[f"memory_{word}_{kind}_ratio"] = ratio(each[index] for each in weights[name]) / base
    return figures


async def saturate(port: str, seconds: float, connections: int = 16) -> int:
    """Asks for the page as fast as it comes, on connections that are kept. Returns how many answers came."""
    end = time.monotonic() + seconds
    request = f"GET /meetings/anna-holm/intro-call HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()

    async def ask() -> int:
        count = 0
        reader, writer = await asyncio.open_connection("127.0.0.1", int(port))
        while time.monotonic() < end:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(length)
            count += 1
        writer.close()
        return count

    return sum(await asyncio.gather(*(ask() for _ in range(connections))))


def lateness(folder: str) -> dict[str, float]:
    """P6: the timer in the window, with and without the load."""
    quiet, busy, answers = [], [], []
    for _ in range(max(5, ROUNDS - 2)):
        for kept, loaded in ((quiet, False), (busy, True)):
            port = free_port()
            child = Child(str(WINDOW), "late", folder, port)
            for word in ("painted", "ready", "rest"):
                child.hear(word)
                child.go_on()
            if loaded:
                answers.append(asyncio.run(saturate(port, 3.0)) / 3.0)
            kept.append(child.hear("late")[0])
            child.end()
    return {
        "lateness_p99_ms": statistics.median(busy),
        "lateness_p99_unloaded_ms": statistics.median(quiet),
        "lateness_pages_a_second": statistics.median(answers),
    }


def notices(folder: str) -> dict[str, float]:
    """P8."""
    told, usual, drawn = [], [], []
    for _ in range(5):
        child = Child(str(WINDOW), "notices", folder, free_port())
        for word in ("painted", "ready", "rest"):
            child.hear(word)
            child.go_on()
        for kept, value in zip((told, usual, drawn), child.hear("notices"), strict=True):
            kept.append(value)
        child.end()
    return {
        "notice_told_p99_ms": statistics.median(told),
        "notice_drawn_p50_ms": statistics.median(usual),
        "notice_drawn_p99_ms": statistics.median(drawn),
    }


def main() -> None:
    with known_workspace() as folder:
        figures = {**starts(folder), **lateness(folder), **notices(folder)}
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
