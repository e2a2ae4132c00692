"""One program for each workspace: a lock that ends with the process that holds it, however it ends.

The system keeps the lock, not the file's existence: after a crash or ``kill -9`` the next start simply takes it. The window and
``serve`` respect the same one. The file says who holds it, so that a second start knows whether there is a window to raise.
"""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from types import TracebackType

from app.domain.errors import WorkspaceFull, WorkspaceInUse, WorkspaceReadOnly, WorkspaceUnusable

NAME = "workspace.lock"
WINDOW = "window"
SERVE = "serve"

_NOTE = 64
_FAR = 1 << 30
"""Where Windows locks: beyond the note, which others could not read otherwise."""


class Lock:
    """The workspace is ours until ``release`` or the end of the process."""

    def __init__(self, file: int) -> None:
        self._file = file

    def release(self) -> None:
        """Gives the workspace free; a second call does nothing."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> Lock:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.release()


def acquire(folder: Path, holder: str = SERVE) -> Lock:
    """Makes the folder if there is none and takes it for this process.

    ``holder`` is what a later start reads: ``window`` or ``serve``. Raises WorkspaceInUse with the other holder as its detail,
    WorkspaceReadOnly, WorkspaceFull, or WorkspaceUnusable where the path is no folder.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(folder / NAME, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _translated(error) from error
    try:
        free = _take(file)
    except OSError as error:
        os.close(file)
        raise WorkspaceUnusable(str(error)) from error
    if not free:
        note = os.pread(file, _NOTE, 0) if hasattr(os, "pread") else os.read(file, _NOTE)
        os.close(file)
        raise WorkspaceInUse(note.decode("ascii", "replace").strip())
    _write(file, holder)
    return Lock(file)


def _write(file: int, holder: str) -> None:
    note = holder.ljust(_NOTE).encode()
    try:
        os.lseek(file, 0, os.SEEK_SET)
        os.write(file, note)
    except OSError as error:
        # A full disk still lets the owner look; only a second start learns less.
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            os.close(file)
            raise _translated(error) from error


def _translated(error: OSError) -> WorkspaceUnusable:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return WorkspaceFull(str(error))
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return WorkspaceReadOnly(str(error))
    return WorkspaceUnusable(str(error))


if sys.platform == "win32":
    import msvcrt

    def _take(file: int) -> bool:
        os.lseek(file, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EDEADLK):
                return False
            raise
        finally:
            os.lseek(file, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def _take(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
                return False
            raise
        return True
