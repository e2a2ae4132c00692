"""Whether SQLite's write-ahead log is broken in a way that would silently lose what had been promised.

At its first open SQLite takes the log up to the first frame whose checksum does not fit and forgets the rest, because after a
power cut the last transaction may be half there. A frame that went bad *later* would take its own transaction and all that
follow with it, without a word. With ``synchronous=FULL`` each transaction is on the disk before the next begins and before the
log's index knows of it, so the two can be told apart: the log reaches as far as its index says, and behind an interrupted
commit there is nothing. Formats: https://sqlite.org/fileformat2.html#walformat, https://sqlite.org/walformat.html
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_HEADER = struct.Struct(">8I")
_FRAME = struct.Struct(">6I")
_MAGIC = 0x377F0682
"""The last bit tells the byte order of the words that are summed: 0 little, 1 big."""
_INDEX_HEADER = 48
_MASK = 0xFFFFFFFF

Sums = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Log:
    big: bool
    page: int
    salts: bytes
    sums: Sums


def lost_transactions(path: Path) -> bool:
    """Whether the log at ``path`` lost transactions that had been committed. Only while no connection has it open."""
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
        return _reaches_less_far(file, log, _frames_in_index(path, log))


def _read_header(raw: bytes) -> _Log | None:
    magic, _, page, _, _, _, *sums = _HEADER.unpack(raw)
    big = bool(magic & 1)
    if magic & ~1 != _MAGIC or _sum(raw[:24], (0, 0), big) != tuple(sums):
        return None
    return _Log(big, page, raw[16:24], (sums[0], sums[1]))


def _frames_in_index(path: Path, log: _Log) -> int:
    """How many frames the log's index knows; 0 where there is no index of this log, as after a restart of the computer."""
    try:
        with path.with_name(path.name.removesuffix("-wal") + "-shm").open("rb") as file:
            raw, again = file.read(_INDEX_HEADER), file.read(_INDEX_HEADER)
    except OSError:
        return 0
    if len(raw) < _INDEX_HEADER or raw != again or raw[32:40] != log.salts:
        return 0
    if _sum(raw[:40], (0, 0), sys.byteorder == "big") != struct.unpack("=2I", raw[40:]):
        return 0
    (frames,) = struct.unpack("=I", raw[16:20])
    return int(frames)


def _reaches_less_far(file: BinaryIO, log: _Log, known: int) -> bool:
    sums, whole, count, committed = log.sums, True, 0, False
    for header, page in _frames(file, log):
        ours = header[8:16] == log.salts
        if whole:
            sums = _sum(page, _sum(header[:8], sums, log.big), log.big)
            whole = ours and sums == _FRAME.unpack(header)[4:]
            if whole:
                count += 1
                continue
        if ours and committed:
            return True
        committed = committed or (ours and header[4:8] != bytes(4))
    return count < known


def _frames(file: BinaryIO, log: _Log) -> Iterator[tuple[bytes, bytes]]:
    """The frames' headers (page, size of the database after a commit or 0, salts, sums) and pages."""
    size = _FRAME.size + log.page
    while len(frame := file.read(size)) == size:
        yield frame[: _FRAME.size], frame[_FRAME.size :]


def _sum(data: bytes, sums: Sums, big: bool) -> Sums:
    words = struct.unpack(f"{'>' if big else '<'}{len(data) // 4}I", data)
    first, second = sums
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) & _MASK
        second = (second + odd + first) & _MASK
    return first, second
