"""What lies in the repository: no lock file, no address of a machine or private registry, a notice for all that is not ours."""

from __future__ import annotations

import configparser
import fnmatch
import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from tests.architecture.source import ROOT, files

LOCK_FILES = {"uv.lock", "package-lock.json", "poetry.lock", "pdm.lock", "yarn.lock", "pnpm-lock.yaml", "Pipfile.lock"}
AT_THE_TOP = {
    "app",
    "resources",
    "tests",
    "main.py",
    "pyproject.toml",
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
}
PUBLIC_REGISTRIES = {"pypi.org", "files.pythonhosted.org", "registry.npmjs.org"}
# A folder in somebody's home, or one that exists only where the program was written.
SOMEBODYS_FOLDER = re.compile(r"(?<![\w.~$}])/(?:root|work|home/\w+|Users/\w+|builds?/\w+)/[\w.-]+|[A-Z]:\\Users\\")
TEXT = {".py", ".md", ".toml", ".html", ".css", ".js", ".json", ".po", ".sh", ".svg", ".txt", ".ics", ""}


def texts() -> list[tuple[str, str]]:
    return [(name, (ROOT / name).read_text(encoding="utf-8")) for name in files() if Path(name).suffix in TEXT]


def registries_of_this_machine() -> set[str]:
    """Hosts of package registries that this machine is set to, other than the public ones."""
    addresses = [
        value for name, value in os.environ.items() if re.match(r"(UV|PIP|NPM)_.*(INDEX|REGISTRY)", name, re.IGNORECASE)
    ]
    for place in ("/etc/pip.conf", "~/.pip/pip.conf", "~/.config/pip/pip.conf"):
        settings = configparser.RawConfigParser(strict=False)
        settings.read(Path(place).expanduser())
        addresses += [value for section in settings.values() for name, value in section.items() if "index" in name]
    for place in ("/etc/uv/uv.toml", "~/.config/uv/uv.toml"):
        if Path(place).expanduser().is_file():
            addresses += re.findall(r"https?://[^\s\"']+", Path(place).expanduser().read_text(encoding="utf-8"))
    hosts = {urlsplit(part).hostname for value in addresses for part in value.split()}
    return {host for host in hosts if host} - PUBLIC_REGISTRIES - {"localhost", "127.0.0.1"}


def test_lock_files_when_made_are_not_kept():
    assert not [name for name in files() if Path(name).name in LOCK_FILES]


def test_the_top_folder_when_listed_holds_only_what_the_layout_names():
    assert {top for name in files() if not (top := name.partition("/")[0]).startswith(".")} <= AT_THE_TOP


def test_files_when_read_name_no_folder_of_a_machine_and_no_private_registry():
    hosts = registries_of_this_machine()
    found = [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if SOMEBODYS_FOLDER.search(line) or any(host in line for host in hosts)
    ]
    assert not found


def test_files_when_read_are_utf8_with_unix_line_ends():
    assert not [name for name, text in texts() if "\r" in text]


def test_drawings_and_fonts_when_shipped_are_covered_by_a_notice():
    notices = (ROOT / "resources/NOTICES.md").read_text(encoding="utf-8")
    covered = re.findall(r"`(resources/[^`]+)`", notices)
    shipped = [name for name in files() if name.startswith(("resources/icons/", "resources/fonts/"))]
    assert shipped
    assert not [name for name in shipped if not any(fnmatch.fnmatch(name, pattern) for pattern in covered)]
    assert "Permission is hereby granted, free of charge" in notices
    assert "SIL OPEN FONT LICENSE Version 1.1" in notices


def test_the_licence_when_read_is_ours():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.startswith("MIT License")
    assert "The Aftale authors" in text
