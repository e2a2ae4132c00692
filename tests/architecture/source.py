"""The files of the project as the rules see them: what git tracks or would track, and the syntax trees of the program."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[2]

Node = TypeVar("Node", bound=ast.AST)


@cache
def files() -> tuple[str, ...]:
    """Every file that is or could be committed, relative to the project."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
    return tuple(sorted({name for name in names if name and (ROOT / name).is_file()}))


@cache
def modules() -> dict[str, ast.Module]:
    """Syntax trees of the program by path."""
    names = [name for name in files() if name.endswith(".py") and (name.startswith("app/") or name == "main.py")]
    return {name: ast.parse((ROOT / name).read_text(encoding="utf-8")) for name in names}


def nodes(kind: type[Node]) -> Iterator[tuple[str, Node]]:
    """Every node of a kind in the program, with the path of its module."""
    for name, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, kind):
                yield name, node


def place(name: str, node: ast.AST) -> str:
    return f"{name}:{getattr(node, 'lineno', 1)}: {ast.unparse(node).splitlines()[0]}"


def dotted(node: ast.expr) -> str:
    """``a.b.c`` for a chain of names, else the last name of it."""
    match node:
        case ast.Name(name):
            return name
        case ast.Attribute(value=inner, attr=name):
            return f"{dotted(inner)}.{name}".lstrip(".")
    return ""
