"""What is installed: pinned, free of known troublemakers, and under licences that go together with ours."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution, distributions

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.architecture.source import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

# The first replaces urllib3 by a copy of its own, and what lives on urllib3 then hangs; the others bring it.
TROUBLEMAKERS = {"urllib3-future", "niquests", "caldav"}

# Licences under which a library may be used by a program that is MIT: permissive ones, and copyleft that ends at the library.
GOOD_LICENCES = re.compile(
    r"\b(MIT|MIT-0|0BSD|BSD|BSD-[23]-Clause|Apache|Apache-2\.0|ISC|PSF|PSF-2\.0|Python Software Foundation|Unlicense|Zlib"
    r"|CC0-1\.0|Public Domain|LGPL|LGPL-3\.0-only|LGPL-3\.0-or-later|MPL-2\.0|Mozilla Public License 2\.0)\b"
)


def runtime() -> dict[str, Distribution]:
    """The distributions that the program itself needs here, reached from its requirements."""
    found: dict[str, Distribution] = {}
    waiting = [Requirement(text) for text in PROJECT["project"]["dependencies"]]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        extras = requirement.extras or {""}
        if name in found or (requirement.marker and not requirement.marker.evaluate()):
            continue
        found[name] = distribution(name)
        inner = [Requirement(text) for text in found[name].requires or ()]
        waiting += [one for one in inner if not one.marker or any(one.marker.evaluate({"extra": extra}) for extra in extras)]
    return found


def licence(one: Distribution) -> str:
    """All that a distribution says about its licence, in a line."""
    said = one.metadata
    classifiers = [text for text in said.get_all("Classifier", []) if text.startswith("License ::")]
    return " ".join([said.get("License-Expression") or "", *(said.get("License") or "").splitlines()[:1], *classifiers])


def test_libraries_when_installed_include_no_troublemaker():
    names = {canonicalize_name(one.name) for one in distributions()}
    assert not names & TROUBLEMAKERS


def test_pyside_when_python_counts_references_to_none_is_older_than_6_12():
    if sys.version_info < (3, 12):
        assert Version(distribution("PySide6-Essentials").version) < Version("6.12")
    rules = [Requirement(text) for text in PROJECT["project"]["dependencies"] if text.startswith("PySide6")]
    old = [rule for rule in rules if rule.marker and rule.marker.evaluate({"python_version": "3.11"})]
    assert old
    assert not any(rule.specifier.contains("6.12.0") for rule in old)


def test_every_library_when_installed_has_the_version_that_is_pinned():
    pins = [Requirement(text) for text in PROJECT["tool"]["uv"]["constraint-dependencies"]]
    pinned = {canonicalize_name(pin.name): pin for pin in pins if not pin.marker or pin.marker.evaluate()}
    wrong = [
        f"{one.name} {one.version}"
        for one in distributions()
        if (name := canonicalize_name(one.name)) not in ("pip", "setuptools", "wheel", "uv")
        and (name not in pinned or not pinned[name].specifier.contains(one.version))
    ]
    assert not wrong, "not as pinned: run uv sync, or python tests/versions.py after a change of requirements"


def test_libraries_of_the_program_when_shipped_are_under_compatible_licences():
    doubtful = {name: licence(one) for name, one in runtime().items() if not GOOD_LICENCES.search(licence(one))}
    assert not doubtful


def test_requirements_when_listed_are_all_installed():
    missing = []
    for text in [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]:
        requirement = Requirement(text)
        if requirement.marker and not requirement.marker.evaluate():
            continue
        try:
            version = distribution(requirement.name).version
        except PackageNotFoundError:
            version = "none"
        if version == "none" or not requirement.specifier.contains(version):
            missing.append(f"{text}: {version}")
    assert not missing
