"""What a power cut can leave behind: every state of the files between two operations of a traced program.

``strace`` records what the program did to the files of its folder and what it told. From that, for every point in time, the
files are built as they may be on the disk then: what was synced is there; of what was not, nothing, everything, some writes
at random, or everything with the last one torn at a sector. Lost directory entries and disks that lie are not modelled.
"""

from __future__ import annotations

import hashlib
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512
TRACED = "openat,pwrite64,write,fsync,fdatasync,ftruncate,unlink,unlinkat,rename,renameat,renameat2,exit_group"
_CALL = re.compile(r"^(?P<pid>\d+) +(?P<name>\w+)\((?P<rest>.*)$")
_RESUMED = re.compile(r"^(?P<pid>\d+) +<\.\.\. \w+ resumed>(?P<rest>.*)$")
_FILE = re.compile(r"^\d+<(?P<path>[^>]*)>")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


@dataclass(frozen=True, slots=True)
class Step:
    """One operation. ``kind``: create, write, truncate, sync, unlink, rename or told."""

    kind: str
    path: str = ""
    at: int = 0
    data: bytes = b""
    to: str = ""


def record(command: list[str], folder: Path, trace: Path) -> list[Step]:
    """Runs the command under strace and returns what it did below ``folder``."""
    if shutil.which("strace") is None:
        raise FileNotFoundError("strace missing: sh tests/setup.sh installs what the tests need")
    subprocess.run(
        ["strace", "-f", "-y", "-xx", "-s", "2000000", "-o", trace, "-e", f"trace={TRACED}", sys.executable, *command],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=Path(__file__).parents[2],
    )
    return list(_steps(trace.read_text("ascii").splitlines(), str(folder)))


def _steps(lines: list[str], folder: str) -> Iterator[Step]:
    begun: dict[str, str] = {}
    for line in lines:
        if line.endswith("<unfinished ...>"):
            pid = line.partition(" ")[0]
            begun[pid] = line.removesuffix("<unfinished ...>").rstrip()
            continue
        resumed = _RESUMED.match(line)
        whole = begun.pop(resumed["pid"]) + resumed["rest"] if resumed else line
        call = _CALL.match(whole)
        if call and not re.search(r"\) += -1 ", whole):
            step = _step(call["name"], call["rest"], folder)
            if step is not None:
                yield step


def _step(name: str, rest: str, folder: str) -> Step | None:
    texts = [bytes.fromhex(found.replace("\\x", "")) for found in _TEXT.findall(rest)]
    of = _FILE.match(rest)
    path = bytes.fromhex(of["path"].replace("\\x", "")).decode(errors="replace") if of else ""
    match name:
        case "openat":
            opened = texts[0].decode(errors="replace")
            return Step("create", opened) if opened.startswith(folder) and "O_CREAT" in rest else None
        case "unlink" | "unlinkat":
            return Step("unlink", texts[0].decode()) if texts[0].decode().startswith(folder) else None
        case "rename" | "renameat" | "renameat2":
            return Step("rename", texts[0].decode(), to=texts[1].decode()) if texts[0].decode().startswith(folder) else None
        case "write" if rest.startswith("1<"):
            return Step("told", data=texts[0])
    if not path.startswith(folder) or path.endswith("-shm"):
        return None
    match name:
        case "pwrite64":
            return Step("write", path, int(rest.split(", ")[-1].partition(")")[0], 0), texts[0])
        case "write":
            return Step("write", path, -1, texts[0])
        case "ftruncate":
            return Step("truncate", path, int(rest.split(", ")[1].partition(")")[0], 0))
        case "fsync" | "fdatasync":
            return Step("sync", path)
    return None


@dataclass
class Disk:
    """What of each file is on the disk for sure, and the operations on it that may or may not be."""

    synced: dict[str, bytes] = field(default_factory=dict)
    pending: dict[str, list[Step]] = field(default_factory=dict)

    def take(self, step: Step) -> None:
        match step.kind:
            case "create":
                self.synced.setdefault(step.path, b"")
                self.pending.setdefault(step.path, [])
            case "write" | "truncate":
                self.pending[step.path].append(step)
            case "sync" if step.path in self.pending:
                self.synced[step.path] = apply(self.synced[step.path], self.pending[step.path])
                self.pending[step.path] = []
            case "unlink":
                self.synced.pop(step.path, None)
                self.pending.pop(step.path, None)
            case "rename":
                self.synced[step.to] = self.synced.pop(step.path)
                self.pending[step.to] = self.pending.pop(step.path)

    def variants(self, rng: random.Random) -> Iterator[dict[str, bytes]]:
        """What the files may hold if the power goes now."""
        for choose in (
            _none,
            _all,
            lambda steps: _some(steps, rng),
            lambda steps: _some(steps, rng),
            lambda steps: _torn(steps, rng),
        ):
            yield {path: apply(kept, choose(self.pending[path])) for path, kept in self.synced.items()}


def apply(content: bytes, steps: list[Step]) -> bytes:
    found = bytearray(content)
    for step in steps:
        at = len(found) if step.at < 0 else step.at
        if step.kind == "truncate":
            del found[at:]
            found.extend(bytes(at - len(found)))
        else:
            found.extend(bytes(max(0, at - len(found))))
            found[at : at + len(step.data)] = step.data
    return bytes(found)


def _none(_: list[Step]) -> list[Step]:
    return []


def _all(steps: list[Step]) -> list[Step]:
    return steps


def _some(steps: list[Step], rng: random.Random) -> list[Step]:
    return [step for step in steps if rng.random() < 0.5]


def _torn(steps: list[Step], rng: random.Random) -> list[Step]:
    if not steps or steps[-1].kind == "truncate" or len(steps[-1].data) <= SECTOR:
        return steps[:-1]
    last = steps[-1]
    cut = rng.randrange(1, -(-len(last.data) // SECTOR)) * SECTOR
    return [*steps[:-1], Step("write", last.path, last.at, last.data[:cut])]


def cuts(
    steps: list[Step], seed: int, held: dict[str, bytes] | None = None, before: int = 1
) -> Iterator[tuple[dict[str, bytes], list[str]]]:
    """Every different state with what had been told by then. ``held``: what the files held at the beginning; ``before``: until
    something was told, only every so manieth step is looked at."""
    disk, rng, said, seen = Disk(dict(held or {}), {path: [] for path in held or {}}), random.Random(seed), "", set()
    for number, step in enumerate(steps):
        if step.kind == "told":
            said += step.data.decode()
        else:
            disk.take(step)
        if not said and number % before:
            continue
        for files in disk.variants(rng):
            mark = hashlib.blake2b(repr((sorted((path, hash(data)) for path, data in files.items()), said)).encode()).digest()
            if mark not in seen:
                seen.add(mark)
                yield files, said.splitlines()


def lay_out(files: dict[str, bytes], source: Path, target: Path) -> None:
    """Writes the files of ``source`` as they were into ``target``, which is emptied before."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(mode=0o700)
    for name, data in files.items():
        path = target / Path(name).relative_to(source)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(data)
