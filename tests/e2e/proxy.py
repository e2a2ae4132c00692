"""A stretch of network between the program and a server that can be cut, in the ways in which networks are."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
from collections.abc import Iterator
from enum import StrEnum
from urllib.parse import urlsplit


class Weather(StrEnum):
    """``RESET``: connections are broken and new ones refused. ``SILENT``: nothing gets through, nobody is told (a cable
    pulled). ``HALF_OPEN``: what the program sends arrives, what comes back is lost."""

    FINE = "fine"
    RESET = "reset"
    SILENT = "silent"
    HALF_OPEN = "half open"


class Proxy:
    """Carries bytes between 127.0.0.1:``port`` and the server at ``base``."""

    def __init__(self, base: str) -> None:
        parts = urlsplit(base)
        self._server = (parts.hostname, parts.port)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.base = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.weather, self.connections = Weather.FINE, 0
        self._open: set[socket.socket] = set()
        self._ended = False
        threading.Thread(target=self._accept, daemon=True).start()

    def change(self, weather: Weather) -> None:
        """What is open now breaks when it resets."""
        self.weather = weather
        if weather is Weather.RESET:
            for each in tuple(self._open):
                reset(each)

    def close(self) -> None:
        self._ended = True
        self._listening.close()
        for each in tuple(self._open):
            reset(each)

    def _accept(self) -> None:
        while not self._ended:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            if self.weather is Weather.RESET:
                reset(near)
            else:
                threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        with contextlib.suppress(OSError), socket.create_connection(self._server) as far:
            self._open |= {near, far}
            try:
                while self._pass_on(near, far):
                    pass
            finally:
                self._open -= {near, far}
                near.close()

    def _pass_on(self, near: socket.socket, far: socket.socket) -> bool:
        """One portion in either direction; False at the end."""
        for ready in select.select((near, far), (), (), 0.1)[0]:
            if self.weather is Weather.SILENT or (self.weather is Weather.HALF_OPEN and ready is far):
                # Taken off the wire, or it would be there when the weather is fine again.
                if not ready.recv(65536):
                    return False
                continue
            portion = ready.recv(65536)
            if not portion:
                return False
            (far if ready is near else near).sendall(portion)
        return not self._ended


def reset(connection: socket.socket) -> None:
    """Ends it without a word of farewell."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RDWR)
        connection.close()


@contextlib.contextmanager
def between(base: str) -> Iterator[Proxy]:
    proxy = Proxy(base)
    try:
        yield proxy
    finally:
        proxy.close()
