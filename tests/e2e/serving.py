"""Drives a real ``main.py serve`` the way another program would: lines in, lines out, HTTP."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2

MAIN = Path(__file__).resolve().parents[2] / "main.py"
PATIENCE = 30.0
"""Seconds to wait for an event before the test fails; generous, for the machine may be busy."""


class Served:
    """One running instance."""

    def __init__(self, workspace: Path, *arguments: str, environment: dict[str, str] | None = None) -> None:
        self.workspace = workspace
        self.events: list[dict[str, Any]] = []
        self._incoming: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self.process = subprocess.Popen(
            [sys.executable, str(MAIN), "serve", "--workspace", str(workspace), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **(environment or {})},
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._incoming.put(json.loads(line))
        self._incoming.put(None)

    def wait_for(self, event: str, **match: object) -> dict[str, Any]:
        """The next event of this kind (also one that has come and was not asked for yet)."""
        deadline = time.monotonic() + PATIENCE
        for seen in self.events:
            if seen["event"] == event and all(seen.get(key) == value for key, value in match.items()):
                self.events.remove(seen)
                return seen
        while True:
            try:
                got = self._incoming.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no {event} {match} within {PATIENCE:g} s; seen: {self.events}") from None
            if got is None:
                raise AssertionError(f"the program ended: {self.errors()}")
            if got["event"] == event and all(got.get(key) == value for key, value in match.items()):
                return got
            self.events.append(got)

    def ready(self) -> dict[str, Any]:
        found = self.wait_for("ready")
        self.url = found["url"]
        self.pages = found["pages"]
        self.http = httpx2.Client(base_url=self.url, timeout=PATIENCE)
        return found

    def send(self, **command: object) -> dict[str, Any]:
        """Sends a command and returns its answer."""
        self.write(json.dumps(command))
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for event in ("done", "refused"):
                for seen in self.events:
                    if seen["event"] == event and seen["command"] == command["do"]:
                        self.events.remove(seen)
                        return seen
            got = self._incoming.get(timeout=PATIENCE)
            assert got is not None, self.errors()
            self.events.append(got)
        raise AssertionError(f"no answer to {command}")

    def write(self, text: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def slots(self, page: int = 0, duration: int = 30, first: str = "", last: str = "") -> list[str]:
        """Free starts of the page, of the next 40 days unless told."""
        from datetime import UTC, datetime, timedelta

        today = datetime.now(UTC).date()
        answer = self.http.get(
            f"/meetings/{self.pages[page]}/slots",
            params={
                "from": first or str(today),
                "to": last or str(today + timedelta(days=40)),
                "duration": duration,
            },
        )
        assert answer.status_code == 200, answer.text
        return starts_of(answer.json())

    def book(self, start: str, page: int = 0, **rest: object) -> httpx2.Response:
        body: dict[str, object] = {
            "start": start, "duration": 30, "first_name": "Ida", "last_name": "Winther", "email": "ida@example.org", **rest,
        }  # fmt: skip
        return self.http.post(f"/meetings/{self.pages[page]}/book", json=body)

    def __enter__(self) -> Served:
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def kill(self) -> None:
        """As a power button would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE)

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.terminate()
        code = self.process.wait(PATIENCE)
        with contextlib.suppress(AttributeError):
            self.http.close()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            with contextlib.suppress(OSError):
                stream.close()  # type: ignore[union-attr]
        return code

    def errors(self) -> str:
        assert self.process.stderr is not None
        return self.process.stderr.read() if self.process.poll() is not None else ""


def starts_of(answer: object) -> list[str]:
    """The starts in a slots answer."""
    assert isinstance(answer, dict)
    return [each if isinstance(each, str) else each["start"] for each in answer["slots"]]


@contextlib.contextmanager
def serving(workspace: Path, *arguments: str, environment: dict[str, str] | None = None) -> Iterator[Served]:
    served = Served(workspace, *arguments, environment=environment)
    try:
        served.ready()
        yield served
    finally:
        served.stop()
