"""Whether there is a screen to open a window on. Qt ends the process when there is none, so this asks first."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_WITHOUT = ("offscreen", "minimal", "vnc", "linuxfb", "eglfs")
"""Qt platforms that bring their own screen."""


def reachable() -> bool:
    """False when a window could not be opened: neither Wayland nor X answers."""
    if sys.platform in ("win32", "darwin"):
        return True
    if os.environ.get("QT_QPA_PLATFORM", "").startswith(_WITHOUT):
        return True
    return _wayland() or _x11()


def _wayland() -> bool:
    name = os.environ.get("WAYLAND_DISPLAY", "")
    return bool(name) and _answers(str(Path(os.environ.get("XDG_RUNTIME_DIR", "/")) / name))


def _x11() -> bool:
    host, colon, rest = os.environ.get("DISPLAY", "").rpartition(":")
    number = rest.partition(".")[0]
    if not (colon and number.isdigit()):
        return False
    if host in ("", "unix"):
        path = f"/tmp/.X11-unix/X{number}"
        return _answers(path) or _answers("\0" + path)
    import socket

    try:
        with socket.create_connection((host.strip("[]"), 6000 + int(number)), 2):
            return True
    except OSError:
        return False


def _answers(address: str) -> bool:
    import socket

    with socket.socket(socket.AF_UNIX) as caller:
        try:
            caller.connect(address)
        except OSError:
            return False
        return True
