"""``main.py`` as a desktop starts it: what it loads before the first picture, its exit codes, its locks and its end."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from app.paths import database_file, first_screen_file
from app.ui import first_picture
from app.workspace_lock import SERVE, acquire
from tests.servers.notifications import screen

MAIN = Path(__file__).resolve().parents[2] / "main.py"
PATIENCE = 30

ALLOWED = {
    "app", "main", "qasync", "shiboken6", "tzdata", "_distutils_hack", "sitecustomize",
    # What PySide6 loads for itself.
    "shibokensupport", "signature_bootstrap", "__feature__", "__main__",
}  # fmt: skip
QT = {"support", "QtCore", "QtGui", "QtWidgets", "QtSvg", "QtNetwork"}
PARTS = {"bootstrap", "domain", "i18n", "log", "paths", "ui", "workspace_lock"}

AT_FIRST_PAINT = """
import json, sys
sys.path.insert(0, ".")
import main
from app import bootstrap
from app.domain.errors import WorkspaceDamaged
from app.ui import first_picture

def look():
    print(json.dumps(sorted(sys.modules)), flush=True)

async def opening(*arguments):
    look()
    raise WorkspaceDamaged("only looking")

def shown(*arguments, real=first_picture.show):
    window = real(*arguments)
    if window is not None:
        look()
        sys.exit(3)
    return None

bootstrap.open_workspace = opening
first_picture.show = shown
sys.exit(main.main(["--workspace", sys.argv[1]]))
"""
"""Tells the modules at the first paint: of the picture if there is one, else of the widgets."""


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "QT_QPA_PLATFORM": "offscreen", **more}


def start(folder: Path, *arguments: str, **more: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(MAIN), "--workspace", str(folder), *arguments]
    return subprocess.Popen(command, env=environment(**more), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(folder: Path, *arguments: str, **more: str) -> tuple[int, str]:
    child = start(folder, *arguments, **more)
    _, errors = child.communicate(timeout=PATIENCE)
    return child.returncode, errors


@contextmanager
def window(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A running window whose pages are served; killed if the test does not end it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    child = start(folder, "--port", str(port), *arguments)
    try:
        wait_for(lambda: answers(port), child)
        yield child
    finally:
        child.kill()
        child.communicate()


def wait_for(true: Callable[[], bool], child: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert child.poll() is None, child.communicate()[1]
        assert time.monotonic() < deadline, "the window did not get ready"
        time.sleep(0.02)


def answers(port: int) -> bool:
    """Whether the page server is there."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def ends(child: subprocess.Popen[str], number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
    child.send_signal(number)
    _, errors = child.communicate(timeout=PATIENCE)
    return child.returncode, errors


def foreign(modules: list[str]) -> list[str]:
    """What does not belong before the first paint."""
    return [name for name in modules if not belongs(*name.split("."))]


def belongs(top: str, part: str = "", *_rest: str) -> bool:
    if top == "PySide6":
        return part in QT or not part or part.startswith("_")
    if top == "app":
        return part in PARTS or not part
    return top in ALLOWED or top in STANDARD or top.startswith("_sysconfigdata")


STANDARD = {*sys.stdlib_module_names, *sys.builtin_module_names}


@pytest.mark.shows("P3")
@pytest.mark.parametrize(
    ("state", "drawn"),
    [("new", "app.ui.onboarding.view"), ("known", "app.ui.first_picture"), ("changed", "app.ui.dashboard.view")],
)
def test_start_when_the_first_picture_is_painted_has_loaded_nothing_but_qt_and_itself(workspace_folder, state, drawn):
    picture = workspace_folder / first_picture.FILE
    if state != "new":
        with window(workspace_folder, "--demo") as child:
            wait_for(lambda: first_screen_file(workspace_folder).exists(), child)
            assert ends(child)[0] == 0
        assert picture.exists()
        if state == "changed":
            picture.unlink()
    run = subprocess.run(
        [sys.executable, "-c", AT_FIRST_PAINT, str(workspace_folder)],
        cwd=MAIN.parent, env=environment(), capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert run.returncode == 3, run.stderr
    modules = json.loads(run.stdout)
    assert foreign(modules) == []
    assert drawn in modules
    assert "app.ui.dashboard.view" not in modules or state == "changed"


@pytest.mark.shows("P3")
def test_foreign_when_something_heavy_slips_in_finds_it():
    heavy = ["sqlalchemy", "app.services.workspace", "PySide6.QtTest", "json", "_json", "app.ui.theme", "PySide6.QtSvg"]
    assert foreign(heavy) == ["sqlalchemy", "app.services.workspace", "PySide6.QtTest"]


@pytest.mark.parametrize("display", [{}, {"DISPLAY": ":4711"}, {"WAYLAND_DISPLAY": "nowhere"}, {"DISPLAY": "nonsense"}])
def test_start_when_there_is_no_display_ends_with_5_and_says_so(workspace_folder, display):
    code, errors = ended(workspace_folder, **{"QT_QPA_PLATFORM": "", **display})
    assert code == 5
    assert errors == "aftale: there is no display to open a window on; main.py serve runs without one\n"
    assert list(workspace_folder.iterdir()) == []


@pytest.mark.shows("DESK-4", "R13")
def test_start_when_a_window_is_open_raises_it_and_ends_well(workspace_folder):
    with window(workspace_folder) as first:
        begun = time.monotonic()
        assert ended(workspace_folder) == (0, "")
        assert time.monotonic() - begun < 5
        assert first.poll() is None
        code, errors = ends(first)
    # The screenless platform has no stack of windows, and says so when one is raised.
    assert (code, "raise()" in errors) == (0, True)


@pytest.mark.shows("DESK-4")
def test_start_when_serve_has_the_workspace_ends_with_3(workspace_folder):
    with acquire(workspace_folder, SERVE):
        code, errors = ended(workspace_folder)
    assert (code, errors) == (3, "aftale: the workspace cannot be used: in use: serve\n")


@pytest.mark.shows("R13")
def test_start_when_the_first_was_killed_takes_over(workspace_folder):
    with window(workspace_folder) as first:
        first.kill()
        first.communicate()
    with window(workspace_folder) as second:
        assert ends(second) == (0, "")


@pytest.mark.slow
@pytest.mark.shows("R13", "DESK-4")
def test_start_when_eight_windows_come_at_once_opens_one(workspace_folder):
    for _ in range(10):
        children = [start(workspace_folder) for _ in range(8)]
        codes: dict[int, int | None] = {}
        deadline = time.monotonic() + 60
        while sum(child.poll() is not None for child in children) < 7:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        codes = {child.pid: child.poll() for child in children}
        (owner,) = [child for child in children if child.poll() is None]
        assert [code for code in codes.values() if code is not None] == [0] * 7
        owner.kill()
        for child in children:
            child.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_end_when_told_by_a_signal_closes_cleanly_and_keeps_the_first_screen(workspace_folder, number):
    kept = first_screen_file(workspace_folder)
    with window(workspace_folder, "--demo") as child:
        wait_for(lambda: kept.exists() and "Maja Lindqvist" in kept.read_text(), child)
        kept.unlink()
        assert ends(child, number) == (0, "")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert "Maja Lindqvist" in kept.read_text()
    assert not database_file(workspace_folder).with_name("aftale.db-wal").exists()


def test_start_when_the_port_is_taken_ends_with_4(workspace_folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, errors = ended(workspace_folder, "--port", str(port))
    assert (code, errors) == (4, f"aftale: port {port} is taken by another program; choose another with --port\n")


@pytest.mark.shows("DATA-4", "R7")
def test_start_when_the_database_is_damaged_ends_with_3_and_overwrites_nothing(workspace_folder):
    database_file(workspace_folder).write_bytes(b"this is no database" * 500)
    code, errors = ended(workspace_folder)
    assert code == 3
    assert errors.splitlines()[-1] == "aftale: the workspace cannot be used: damaged"
    assert database_file(workspace_folder).read_bytes() == b"this is no database" * 500


def test_start_when_the_folder_is_a_file_ends_with_3(tmp_path):
    path = tmp_path / "file"
    path.write_text("")
    assert ended(path)[0] == 3


@pytest.mark.root
@pytest.mark.shows("R6")
def test_start_when_the_workspace_is_read_only_ends_with_3(tmp_path):
    place = tmp_path / "mounted"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", place], check=True)
    try:
        code, errors = ended(place)
    finally:
        subprocess.run(["umount", place], check=True)
    assert code == 3
    assert errors.startswith("aftale: the workspace cannot be used: read-only")


@pytest.mark.shows("BOOK-2")
def test_diagnose_when_all_works_says_each_step_and_ends_well():
    run = subprocess.run(
        [sys.executable, str(MAIN), "--diagnose"], env=environment(), capture_output=True, text=True, timeout=60
    )
    assert (run.returncode, run.stderr) == (0, "")
    lines = run.stdout.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["ok"] * 6 + ["closed"]
    assert "the meeting stands in the window" in run.stdout


LOOK = """
import sys
from PySide6.QtGui import QGuiApplication
app = QGuiApplication([])
image = app.primaryScreen().grabWindow(0).toImage()
print(len({image.pixel(x, y) for x in range(0, image.width(), 16) for y in range(0, image.height(), 16)}))
"""


@pytest.mark.desktop
def test_start_when_there_is_a_real_screen_paints_a_window_there(workspace_folder):
    with screen() as display:
        child = start(workspace_folder, QT_QPA_PLATFORM="", **display)
        try:
            wait_for(lambda: colours(display) > 20, child)
            assert ends(child) == (0, "")
        finally:
            child.kill()
            child.communicate()


def colours(display: dict[str, str]) -> int:
    """How many colours are on the screen: one as long as nothing is there."""
    run = subprocess.run(
        [sys.executable, "-c", LOOK], env=environment(QT_QPA_PLATFORM="xcb", **display), capture_output=True, text=True
    )
    return int(run.stdout)
