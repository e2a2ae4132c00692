"""File systems for a test: of a given size, or read-only."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def disk(folder: Path, size: int) -> Iterator[Callable[[int], None]]:
    """A disk of ``size`` bytes at ``folder``; what is given out changes its size. Needs root."""
    folder.mkdir(mode=0o700)
    _mount("-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", folder)
    try:
        yield lambda new: _mount("-o", f"remount,size={new}", folder)
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nothing in ``folder`` can be written: by a mount where the user is root, for whom permissions do not count."""
    if os.geteuid() != 0:
        before = folder.stat().st_mode
        folder.chmod(0o500)
        for path in folder.iterdir():
            path.chmod(0o400)
        yield
        folder.chmod(before)
        return
    _mount("--bind", folder, folder)
    try:
        _mount("-o", "remount,bind,ro", folder)
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def _mount(*arguments: str | Path) -> None:
    subprocess.run(["mount", *arguments], check=True)
