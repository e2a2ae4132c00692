"""A second start of the same workspace raises the first window instead of opening another (DESK-4).

Who is first is decided by ``workspace_lock`` alone. The local socket here only carries "show yourself", is open to the same
user alone, and is named after the workspace, so that two workspaces never meet.
"""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_SHOW = b"show "
_SHOWN = b"shown\n"
_LONGEST = 1024
_TOKENS = ("XDG_ACTIVATION_TOKEN", "DESKTOP_STARTUP_ID")


class Doorbell(QObject):
    """Hears later starts of the workspace. ``rung`` carries the desktop's token that allows the window to come to the front."""

    rung = Signal(str)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        name = _name(folder)
        # The lock is ours, so a socket that is there already was left by a process that died.
        QLocalServer.removeServer(name)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._answer)
        self._server.listen(name)

    def close(self) -> None:
        self._server.close()

    def _answer(self) -> None:
        caller = self._server.nextPendingConnection()
        caller.disconnected.connect(caller.deleteLater)
        # A closure would keep this object alive until the socket dies, and then end it inside the socket's own end.
        caller.readyRead.connect(self._read)

    def _read(self) -> None:
        for caller in self._server.findChildren(QLocalSocket):
            if caller.canReadLine():
                self._hear(caller)
            elif caller.bytesAvailable() > _LONGEST:
                caller.abort()

    def _hear(self, caller: QLocalSocket) -> None:
        line = bytes(caller.readLine(_LONGEST).data())
        if line.startswith(_SHOW):
            caller.write(_SHOWN)
            caller.flush()
            self.rung.emit(line.removeprefix(_SHOW).decode("ascii", "ignore").strip())
        caller.disconnectFromServer()


def ring(folder: Path, seconds: float = 5.0) -> bool:
    """Asks the window that holds ``folder`` to show itself. False when nobody answered in time.

    The first one may have the lock and not yet listen: then this tries again until the time is over.
    """
    token = next((os.environ[name] for name in _TOKENS if os.environ.get(name)), "")
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        socket = QLocalSocket()
        socket.connectToServer(_name(folder))
        if socket.waitForConnected(int(left * 1000) + 1):
            socket.write(_SHOW + token.encode("ascii", "ignore") + b"\n")
            socket.flush()
            if socket.waitForReadyRead(int(left * 1000) + 1) and bytes(socket.readAll().data()) == _SHOWN:
                return True
        socket.abort()
        time.sleep(0.02)
    return False


def _name(folder: Path) -> str:
    """Where the socket lies: among the user's run-time files where the system has such a place."""
    name = "aftale-" + hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:20]
    place = os.environ.get("XDG_RUNTIME_DIR", "")
    return str(Path(place) / name) if place and Path(place).is_dir() else name
