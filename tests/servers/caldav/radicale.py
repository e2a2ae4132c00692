"""A real Radicale in a process of its own, with passwords and a folder of its own."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2

from tests.servers.caldav.rights import FILE, OWNER

PASSWORD = "s3cret & <ä>:pass"
ROOT = Path(__file__).parents[3]


class Radicale:
    """``base`` is its address. Passwords and rights count from the next request on."""

    def __init__(self, folder: Path, port: int) -> None:
        self.base, self._folder = f"http://127.0.0.1:{port}", folder
        self._passwords: dict[str, str] = {}
        self._rights: dict[str, str] = {}
        self.set_password(OWNER, PASSWORD)
        self._write_rights()

    def set_password(self, user: str, password: str) -> None:
        self._passwords[user] = password
        text = "".join(f"{name}:{secret}\n" for name, secret in self._passwords.items())
        self._replace("passwords", text)

    def add_user(self, user: str) -> None:
        """With the first sign-in the home is made."""
        self.set_password(user, PASSWORD)
        httpx2.request(
            "PROPFIND", f"{self.base}/{user}/", auth=(user, PASSWORD), timeout=60, trust_env=False
        ).raise_for_status()

    def set_rights(self, path: str, permissions: str | None) -> None:
        """Radicale's letters for one collection; None: as its owner has them."""
        self._rights.pop(path.strip("/"), None)
        if permissions is not None:
            self._rights[path.strip("/")] = permissions
        self._write_rights()

    def _write_rights(self) -> None:
        self._replace("rights.json", json.dumps(self._rights))

    def _replace(self, name: str, text: str) -> None:
        fresh = self._folder / f"{name}.new"
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(self._folder / name)

    def client(self) -> httpx2.Client:
        """Whoever may do everything."""
        return httpx2.Client(base_url=self.base, auth=(OWNER, PASSWORD), timeout=60, trust_env=False)


@contextlib.contextmanager
def running() -> Iterator[Radicale]:
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        server = Radicale(folder, port)
        command = [
            sys.executable, "-m", "radicale", "--config", "", "--server-hosts", f"127.0.0.1:{port}",
            "--auth-type", "htpasswd", "--auth-htpasswd-filename", str(folder / "passwords"),
            "--auth-htpasswd-encryption", "plain", "--auth-delay", "0",
            "--rights-type", "tests.servers.caldav.rights",
            "--storage-filesystem-folder", str(folder / "collections"),
            "--logging-level", "error", "--server-max_connections", "0",
        ]  # fmt: skip
        environment = {**os.environ, FILE: str(folder / "rights.json")}
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            wait_for(port, process, folder)
            yield server
        finally:
            process.terminate()
            process.wait(10)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"Radicale did not start: {(folder / 'log').read_text()}")
