"""A workspace belongs to one process, and to nobody once that process is gone."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from app import workspace_lock
from app.domain.errors import WorkspaceInUse, WorkspaceReadOnly, WorkspaceUnusable

HOLD = """
import sys
from pathlib import Path
from app.workspace_lock import acquire
lock = acquire(Path(sys.argv[1]), sys.argv[2])
print("held", flush=True)
sys.stdin.read()
"""


def hold(folder: Path, holder: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLD, str(folder), holder]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "held\n"
    return child


def test_acquire_when_the_folder_is_new_makes_it_private(tmp_path):
    folder = tmp_path / "deep" / "workspace"
    with workspace_lock.acquire(folder):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((folder / workspace_lock.NAME).stat().st_mode) == 0o600


@pytest.mark.parametrize("holder", [workspace_lock.WINDOW, workspace_lock.SERVE])
def test_acquire_when_another_process_holds_it_says_what_that_is(workspace_folder, holder):
    other = hold(workspace_folder, holder)
    with pytest.raises(WorkspaceInUse) as caught:
        workspace_lock.acquire(workspace_folder)
    assert caught.value.detail == holder
    other.communicate("")
    with workspace_lock.acquire(workspace_folder):
        pass


@pytest.mark.shows("R13")
def test_acquire_when_the_holder_was_killed_takes_over_at_once(workspace_folder):
    for holder in (workspace_lock.WINDOW, workspace_lock.SERVE) * 5:
        other = hold(workspace_folder, holder)
        other.send_signal(signal.SIGKILL)
        other.communicate()
        workspace_lock.acquire(workspace_folder, holder).release()


def test_acquire_when_the_holder_started_programs_does_not_leave_the_lock_with_them(workspace_folder):
    with workspace_lock.acquire(workspace_folder):
        child = subprocess.Popen([sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE)
    with workspace_lock.acquire(workspace_folder):
        child.communicate(b"\n")


def test_acquire_when_released_twice_gives_it_free_once(workspace_folder):
    lock = workspace_lock.acquire(workspace_folder)
    lock.release()
    with workspace_lock.acquire(workspace_folder):
        lock.release()
        with pytest.raises(WorkspaceInUse):
            workspace_lock.acquire(workspace_folder)


def test_acquire_when_the_path_is_a_file_says_that_it_cannot_be_used(tmp_path):
    path = tmp_path / "file"
    path.write_text("not a folder")
    with pytest.raises(WorkspaceUnusable):
        workspace_lock.acquire(path)
    assert path.read_text() == "not a folder"


@pytest.mark.root
@pytest.mark.shows("R6")
def test_acquire_when_the_file_system_is_read_only_says_so(tmp_path):
    place = tmp_path / "mounted"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", place], check=True)
    try:
        for folder in (place, place / "new"):
            with pytest.raises(WorkspaceReadOnly):
                workspace_lock.acquire(folder)
    finally:
        subprocess.run(["umount", place], check=True)


def test_acquire_when_the_disk_is_full_works_without_a_note(workspace_folder, monkeypatch):
    def full(file: int, data: bytes) -> int:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(workspace_lock.os, "write", full)
    with workspace_lock.acquire(workspace_folder), pytest.raises(WorkspaceInUse) as caught:
        workspace_lock.acquire(workspace_folder)
    assert caught.value.detail == ""
