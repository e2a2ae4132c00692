"""Whether SQLite's write-ahead log is broken in a way that would silently lose what had been promised.

At its first open SQLite takes the log up to the first frame whose checksum does not fit and forgets the rest, because after
a power cut the last transaction may be half there. A frame that went bad *earlier* would take every later transaction with
it, without a word. With ``synchronous=FULL`` each transaction is on the disk before the next begins, so the two differ:
behind a commit that was interrupted there is nothing; behind one that went bad there is more of the same log. Format:
https://sqlite.org/fileformat2.html#walformat
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_HEADER = struct.Struct(">8I")
_FRAME = struct.Struct(">6I")
_MAGIC = 0x377F0682
"""The last bit tells the byte order of the words that are summed: 0 little, 1 big."""
_MASK = 0xFFFFFFFF

Sums = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Log:
    big: bool
    page: int
    salts: Sums
    sums: Sums


def lost_transactions(path: Path) -> bool:
    """Whether transactions that had been committed stand behind damage in the log. Only while no connection has it open."""
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return False
    if size < _HEADER.size + _FRAME.size:
        return False
    with path.open("rb") as file:
        log = _read_header(file.read(_HEADER.size))
        if log is None:
            return True
        return _has_more_behind_break(file, log)


def _read_header(raw: bytes) -> _Log | None:
    magic, _, page, _, salt_1, salt_2, sum_1, sum_2 = _HEADER.unpack(raw)
    if magic & ~1 != _MAGIC or _sum(raw[:24], (0, 0), bool(magic & 1)) != (sum_1, sum_2):
        return None
    return _Log(bool(magic & 1), page, (salt_1, salt_2), (sum_1, sum_2))


def _has_more_behind_break(file: BinaryIO, log: _Log) -> bool:
    sums, whole, committed = log.sums, True, False
    for header, page in _frames(file, log):
        _, pages_after_commit, salt_1, salt_2, sum_1, sum_2 = _FRAME.unpack(header)
        ours = (salt_1, salt_2) == log.salts
        if whole:
            sums = _sum(page, _sum(header[:8], sums, log.big), log.big)
            whole = ours and sums == (sum_1, sum_2)
            if whole:
                continue
        if ours and committed:
            return True
        committed = committed or (ours and pages_after_commit != 0)
    return False


def _frames(file: BinaryIO, log: _Log) -> Iterator[tuple[bytes, bytes]]:
    while len(frame := file.read(_FRAME.size + log.page)) == _FRAME.size + log.page:
        yield frame[: _FRAME.size], frame[_FRAME.size :]


def _sum(data: bytes, sums: Sums, big: bool) -> Sums:
    words = struct.unpack(f"{'>' if big else '<'}{len(data) // 4}I", data)
    first, second = sums
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) & _MASK
        second = (second + odd + first) & _MASK
    return first, second
