"""The one check command, the same by hand and in CI: format, lint, types, layers, translations, tests.

    python tests/check.py           everything that must hold at every commit, in under ten minutes on two cores
    python tests/check.py --fast    without the tests: seconds
    python tests/check.py --full    also the slow rows of the matrix, 2,000 examples a property, and the benches; for a release

It stops at the first step that fails and names it. Whatever stands after ``--`` is handed to pytest. Where ``AFTALE_JUDGES``
names the folder of the outside judges, they look at every exchange that the tests had with their servers.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = Path(sys.executable).parent
JUDGED = ("google", "graph", "ews", "caldav")
"""Protocols whose exchanges in the tests are judged from outside."""


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    command: tuple[str, ...]
    variables: dict[str, str] = field(default_factory=dict)


def tool(name: str, *arguments: str) -> tuple[str, ...]:
    """A command that is installed beside the running Python."""
    return (str(TOOLS / name), *arguments)


def judges(records: str) -> list[Step]:
    """The outside judges over what the servers of the tests recorded, if there are any."""
    folder = os.environ.get("AFTALE_JUDGES", "")
    if not folder:
        return []
    judge = str(Path(folder) / "judge.py")
    return [Step(f"judge {each}", (sys.executable, judge, each, records)) for each in JUDGED]


def steps(options: argparse.Namespace, records: str) -> list[Step]:
    python = sys.executable
    checks = [
        Step("format", tool("ruff", "format", "--check", ".")),
        Step("lint", tool("ruff", "check", ".")),
        Step("types", tool("mypy")),
        Step("layers", tool("lint-imports", "--no-logo")),
        Step("translations", (python, "tests/translations.py", "--check")),
    ]
    if options.fast:
        return checks
    order = random.randrange(1_000_000)
    # Two at a time, whole files together: they share a browser, a screen or a served program.
    pytest = (python, "-m", "pytest", "-n2", "--dist=loadfile", f"--randomly-seed={order}", *options.pytest)
    # Sets have the same order in both, and in another run of the same order.
    hashes = {"PYTHONHASHSEED": str(order)}
    judged = judges(records) if not options.pytest else []
    if judged:
        hashes["AFTALE_RECORD"] = records
    if not options.full:
        return [*checks, Step(f"tests in order {order}", pytest, hashes), *judged]
    return [
        *checks,
        Step(f"tests in order {order}, slow rows included", (*pytest, "--full"), {**hashes, "HYPOTHESIS_PROFILE": "full"}),
        *judged,
        Step("speed", (python, "-m", "tests.bench")),
    ]


def run(step: Step) -> int:
    """The step's exit code; what it prints is shown."""
    print(f"── {step.name}", flush=True)
    began = time.monotonic()
    code = subprocess.run(step.command, cwd=ROOT, env={**os.environ, **step.variables}, stdin=subprocess.DEVNULL).returncode
    print(f"   {step.name}: {'ok' if code == 0 else 'FAILED'} after {time.monotonic() - began:.1f} s", flush=True)
    return code


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--fast", action="store_true", help="without the tests")
    size.add_argument("--full", action="store_true", help="slow rows, 2,000 examples a property and the benches too")
    parser.add_argument("pytest", nargs="*", help="arguments for pytest, after --")
    with tempfile.TemporaryDirectory(prefix="aftale-records-") as records:
        for step in steps(parser.parse_args(), records):
            if run(step):
                print(f"check failed: {step.name}")
                return 1
    print("check passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
