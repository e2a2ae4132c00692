"""The rules of ``conftest.py``, tried out on a small project that breaks each of them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OFFENDERS = """
import logging, socket, warnings
import pytest
from PySide6.QtCore import qWarning

def test_calm(): assert not logging.getLogger("x").info("fine")
def test_logs(): logging.getLogger("x").warning("something is off")
@pytest.mark.logs("is off")
def test_logs_as_said(): logging.getLogger("x").warning("something is off")
@pytest.mark.logs("is off")
def test_logs_less_than_said(): pass
def test_qt_warns(): qWarning("ouch")
def test_python_warns(): warnings.warn("old", stacklevel=1)
def reach(host):
    try:
        socket.create_connection((host, 9), 1)
    except OSError:
        pass
def test_reaches_far(): reach("192.0.2.1")
def test_asks_for_a_far_name(): reach("example.org")
def test_stays_near(): reach("127.0.0.1")
@pytest.mark.slow
def test_takes_minutes(): pass
@pytest.mark.root
@pytest.mark.shows("R5")
def test_mounts(): pass
"""
SKIPPER = "import pytest\ndef test_gives_up(): pytest.skip('no time')\n"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A project with the same rules, run by somebody who is not root."""
    (tmp_path / "tests").mkdir()
    shutil.copy(ROOT / "tests/conftest.py", tmp_path / "tests/conftest.py")
    shutil.copy(ROOT / "pyproject.toml", tmp_path / "pyproject.toml")
    (tmp_path / "rootless.py").write_text("import os\nos.geteuid = lambda: 1000\n")
    return tmp_path


def run(project: Path, text: str, *options: str) -> tuple[int, str]:
    (project / "tests/test_small.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "-p", "rootless", "-rA", *options]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(project)})
    return done.returncode, done.stdout


def test_rules_when_broken_fail_exactly_the_tests_that_broke_them(small: Path):
    code, said = run(small, OFFENDERS)
    assert code == 1
    complained = set(re.findall(r"^(?:FAILED|ERROR) tests/test_small.py::(\w+)", said, re.MULTILINE))
    assert complained == {
        "test_logs", "test_logs_less_than_said", "test_qt_warns", "test_python_warns", "test_reaches_far",
        "test_asks_for_a_far_name",
    }  # fmt: skip
    assert "something is off" in said
    assert "192.0.2.1" in said
    assert "test_takes_minutes" not in said


def test_rows_when_they_need_root_are_named_and_with_full_the_slow_ones_run(small: Path):
    _, said = run(small, OFFENDERS, "--full")
    assert "not run, needs root: tests/test_small.py::test_mounts" in said
    assert "PASSED tests/test_small.py::test_takes_minutes" in said


def test_tests_when_they_skip_fail_the_run(small: Path):
    code, said = run(small, SKIPPER)
    assert code == 1
    assert "counts as a failure" in said


def test_requirements_when_listed_name_their_tests_and_unknown_ones_are_refused(small: Path):
    code, said = run(small, OFFENDERS, "--requirements")
    assert code == 0
    assert "R5: 1 tests\n    tests/test_small.py::test_mounts" in said
    assert "BOOK-1: none" in said
    code, _ = run(small, "import pytest\n@pytest.mark.shows('BOOK-99')\ndef test_it(): pass\n")
    assert code != 0
