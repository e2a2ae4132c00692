"""Pins every package, direct or not, to the version that was tested, in pyproject.toml's ``constraint-dependencies``.

    python tests/versions.py            take the versions that uv resolves now, the pinned ones where they still fit
    python tests/versions.py --upgrade  forget the pins first, so that everything moves to its newest allowed version
    python tests/versions.py --check    write nothing; exit 1 if a package is not pinned

uv's own lock file is not kept in the repository, for it names the registry that it came from.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROJECT = ROOT / "pyproject.toml"
PINS = re.compile(r"^constraint-dependencies = \[\n.*?^\]\n", re.MULTILINE | re.DOTALL)


def resolve() -> list[dict[str, object]]:
    """All packages for all platforms and Python versions, as uv resolves them."""
    uv = [shutil.which("uv")] if shutil.which("uv") else [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "lock", "--quiet"], cwd=ROOT, check=True)
    return tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]


def pins(packages: list[dict[str, object]]) -> list[str]:
    """One requirement a package; one for each range of Python versions where these need different ones."""
    found = set()
    for package in packages:
        if "virtual" in package["source"]:
            continue
        requirement = f"{package['name']}=={package['version']}"
        markers = package.get("resolution-markers")
        found.add(f"{requirement} ; {' or '.join(markers)}" if markers else requirement)
    return sorted(found)


def with_pins(project: str, wanted: list[str]) -> str:
    text = "constraint-dependencies = [\n" + "".join(f'    "{pin}",\n' for pin in wanted) + "]\n"
    if PINS.search(project):
        return PINS.sub(lambda _match: text, project, count=1)
    return project.replace("[tool.uv]\n", f"[tool.uv]\n{text}", 1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--upgrade", action="store_true", help="move everything to its newest allowed version")
    parser.add_argument("--check", action="store_true", help="write nothing")
    options = parser.parse_args()
    project = PROJECT.read_text(encoding="utf-8")
    if options.upgrade:
        PROJECT.write_text(PINS.sub("", project), encoding="utf-8")
        (ROOT / "uv.lock").unlink(missing_ok=True)
    try:
        fresh = with_pins(project, pins(resolve()))
    except subprocess.CalledProcessError:
        PROJECT.write_text(project, encoding="utf-8")
        return 1
    if options.check:
        print("every package is pinned" if fresh == project else "pins are not what uv resolves: run python tests/versions.py")
        return 0 if fresh == project else 1
    PROJECT.write_text(fresh, encoding="utf-8")
    print(f"{fresh.count('==')} versions pinned")
    return 0


if __name__ == "__main__":
    sys.exit(main())
