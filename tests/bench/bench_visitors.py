"""What a busy window costs visitors (P5): the wait for a page at 30 requests a second, with the window idle and saturated.

Prints one JSON object. The same window is idle and busy in turn; waits are counted from the instant at which each request was
due, and each figure is the median over the rounds. Screenless; run it on a quiet machine:

    python -m tests.bench.bench_visitors
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from tests.bench.bench_start import ROOT, environment, free_port, known_workspace
from tests.bench.bench_web import paced

WINDOW = Path(__file__).with_name("busy_window.py")
PAGE = "/meetings/anna-holm/intro-call"
ROUNDS = 5


class Window:
    def __init__(self, folder: str) -> None:
        self.port = free_port()
        self._process = subprocess.Popen(
            [sys.executable, str(WINDOW), folder, self.port],
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._hear("ready")

    def _hear(self, word: str) -> None:
        assert self._process.stdout is not None
        said = self._process.stdout.readline().strip()
        if said != word:
            raise RuntimeError(f"{word} expected, {said or 'nothing'} heard")

    def become(self, word: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()
        self._hear(word)

    def end(self) -> None:
        self.become("quit")
        self._process.wait(30)


def measure(window: Window) -> dict[str, float]:
    """Idle and busy in turn; the first round warms up."""
    waits: dict[str, list[list[float]]] = {"idle": [], "busy": []}
    for _ in range(ROUNDS + 1):
        for state, kept in waits.items():
            window.become(state)
            kept.append(asyncio.run(paced(int(window.port), PAGE)))
    window.become("idle")
    p99 = {state: statistics.median(one[int(len(one) * 0.99)] for one in kept[1:]) for state, kept in waits.items()}
    p50 = {state: statistics.median(one[len(one) // 2] for one in kept[1:]) for state, kept in waits.items()}
    return {
        "visitor_p99_busy_ratio": p99["busy"] / p99["idle"],
        **{f"visitor_p99_{state}_ms": value for state, value in p99.items()},
        **{f"visitor_p50_{state}_ms": value for state, value in p50.items()},
    }


def stand_apart() -> None:
    """Visitors have a computer of their own, which no window here makes slower: where that may be, their requests go first."""
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, -10)


def main() -> None:
    with known_workspace() as folder:
        window = Window(folder)
        stand_apart()
        try:
            figures = measure(window)
        finally:
            window.end()
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
