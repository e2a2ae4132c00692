"""A place where connections are taken and nothing is ever said."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator


@contextlib.contextmanager
def mute(port: int = 0) -> Iterator[int]:
    """A port where connections are taken and nothing is ever said, not even TLS. Gives the port."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    listening.listen(128)
    try:
        yield listening.getsockname()[1]
    finally:
        listening.close()
