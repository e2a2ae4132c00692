"""Eight starts of one workspace at once: one owner, and all others raise its window."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalSocket

from app.ui.runtime import single_instance
from app.ui.runtime.single_instance import Doorbell, ring

START = """
import sys, time
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from app.domain.errors import WorkspaceInUse
from app.ui.runtime.single_instance import Doorbell, ring
from app.workspace_lock import WINDOW, acquire

folder = Path(sys.argv[1])
try:
    lock = acquire(folder, WINDOW)
except WorkspaceInUse as error:
    begun = time.monotonic()
    print("later", ring(folder), time.monotonic() - begun, flush=True)
    sys.exit(0)
app = QCoreApplication(sys.argv)
time.sleep(float(sys.argv[2]))
bell = Doorbell(folder)
bell.rung.connect(lambda token: print("rung", token, flush=True))
print("first", flush=True)
app.exec()
"""


def begin(folder: Path, delay: float = 0.0, **environment: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", START, str(folder), str(delay)]
    return subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True)


def contest(folder: Path) -> None:
    starts = [begin(folder) for _ in range(8)]
    said = {start: start.stdout.readline().split() for start in starts}
    owners = [start for start, words in said.items() if words == ["first"]]
    assert len(owners) == 1
    later = [words for words in said.values() if words[0] == "later"]
    assert len(later) == 7
    assert all(words[1] == "True" and float(words[2]) < 1 for words in later), later
    assert [owners[0].stdout.readline() for _ in range(7)] == ["rung \n"] * 7
    owners[0].send_signal(signal.SIGKILL)
    for start in starts:
        start.communicate()


@pytest.mark.shows("R13", "DESK-4")
def test_start_when_eight_come_at_once_has_one_owner_even_after_a_kill(workspace_folder):
    for _ in range(5):
        contest(workspace_folder)


@pytest.mark.slow
@pytest.mark.shows("R13", "DESK-4")
def test_start_when_eight_come_at_once_a_hundred_times_has_one_owner_each_time(workspace_folder):
    for _ in range(100):
        contest(workspace_folder)


def test_ring_when_the_first_is_slow_to_listen_waits_for_it(workspace_folder):
    first = begin(workspace_folder, delay=0.7)
    while not (workspace_folder / "workspace.lock").exists():
        time.sleep(0.01)
    later = begin(workspace_folder, XDG_ACTIVATION_TOKEN="from-the-panel")
    assert later.communicate()[0].startswith("later True")
    assert [first.stdout.readline() for _ in range(2)] == ["first\n", "rung from-the-panel\n"]
    first.kill()
    first.communicate()


def test_ring_when_nobody_is_there_gives_up(workspace_folder):
    assert not ring(workspace_folder, 0.1)


def test_doorbell_when_two_workspaces_are_open_answers_only_its_own(qapp, qtbot, tmp_path):
    here, there = Doorbell(tmp_path / "here"), Doorbell(tmp_path / "there")
    rung = []
    there.rung.connect(lambda _: rung.append("there"))
    with qtbot.waitSignal(here.rung):
        ringer = QLocalSocket()
        ringer.connectToServer(single_instance._name(tmp_path / "here"))
        ringer.write(b"show \n")
    assert rung == []
    here.close()
    there.close()


def test_doorbell_when_somebody_talks_nonsense_hangs_up_and_rings_nothing(qapp, qtbot, tmp_path):
    bell, rung = Doorbell(tmp_path), []
    bell.rung.connect(rung.append)
    for noise in (b"hello\n", b"x" * 5000, b"\xff\xfe\n"):
        caller = QLocalSocket()
        caller.connectToServer(single_instance._name(tmp_path))
        with qtbot.waitSignal(caller.disconnected):
            caller.write(noise)
    assert rung == []
    bell.close()


def test_doorbell_when_listening_is_open_to_the_same_user_alone(qapp, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    bell = Doorbell(tmp_path / "workspace")
    socket = Path(single_instance._name(tmp_path / "workspace"))
    assert socket.parent == tmp_path
    assert socket.stat().st_mode & 0o077 == 0
    bell.close()
