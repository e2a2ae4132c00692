"""The JSON lines between the program and its public child, and the words that stand in them.

One message a line, UTF-8, at most ``LONGEST`` bytes. The program speaks on the child's standard input, the child on its
standard output. Every message is one of the frozen dataclasses below; ``t`` on the line names which.

    program to child    Hello, once and first · HostLine, PageLine, PageGone, PictureLine whenever something changed ·
    Alive every few seconds · Reply · Naming, once · Counted, once, of what an earlier child counted ·
    Farewell, at most once and last
    child to program    Ready, once · Ask, answered by exactly one Reply · Visits and Counted now and then ·
    Deaf, after Farewell
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from app.domain.booking import Answer, BookingRequest, LeftMessage, ManagedBooking, Promised, Refused, Taken
from app.domain.clock import Instant
from app.domain.plain import from_plain, to_plain
from app.domain.public import PublicHost, PublicPage

LONGEST = 4 * 1024 * 1024
_AT_ONCE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Hello:
    """First line. ``key``: random per start, 64 hex digits, signs form tokens and nothing else."""

    key: str
    revision: int = 0


@dataclass(frozen=True, slots=True)
class HostLine:
    revision: int
    host: PublicHost
    redirects: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PageLine:
    revision: int
    page: PublicPage


@dataclass(frozen=True, slots=True)
class PageGone:
    revision: int
    slug: str


@dataclass(frozen=True, slots=True)
class PictureLine:
    """A picture that pages show, under a name that no other picture has. ``body``: base64."""

    revision: int
    name: str
    type: str
    body: str


@dataclass(frozen=True, slots=True)
class Alive:
    """The program is there, and ``revision`` is still the newest."""

    revision: int
    at: Instant


@dataclass(frozen=True, slots=True)
class Lookup:
    """Asks for the booking behind a manage token."""

    token: str


@dataclass(frozen=True, slots=True)
class LinkFor:
    """Asks whether a secret link still opens the page; answered by an Opens, or Refused."""

    slug: str
    token: str


@dataclass(frozen=True, slots=True)
class WhoIs:
    """Asks what a browser that was told to remember its visitor holds; answered by a Remembered. ``host``: where it was
    given."""

    kept: str
    host: str


@dataclass(frozen=True, slots=True)
class FileFor:
    """Asks for the booking's ``.ics`` file; answered by a File, or Refused."""

    token: str


@dataclass(frozen=True, slots=True)
class CancelIt:
    token: str
    word: str = ""


@dataclass(frozen=True, slots=True)
class MoveIt:
    token: str
    start: Instant


@dataclass(frozen=True, slots=True)
class Ask:
    """``id`` pairs it with its Reply. After ``until`` nobody waits for the answer any more: what is read later is left alone,
    for the visitor was told that nothing was saved. 0 means no such limit."""

    id: int
    what: BookingRequest | LeftMessage | Lookup | LinkFor | WhoIs | FileFor | CancelIt | MoveIt
    kind: str = ""
    until: Instant = 0


@dataclass(frozen=True, slots=True)
class File:
    """An iCalendar object, RFC 5545, as text with CRLF."""

    text: str


@dataclass(frozen=True, slots=True)
class Left:
    """The message was kept."""

    kept: bool = True


@dataclass(frozen=True, slots=True)
class Opens:
    """The link opens the page that has this address now."""

    slug: str


@dataclass(frozen=True, slots=True)
class Remembered:
    """What fills the form's fields, by name; none for what was not given here, or too long ago."""

    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    id: int
    what: Promised | Taken | Refused | ManagedBooking | File | Left | Opens | Remembered
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Ready:
    """The child answers requests on ``port``."""

    port: int


@dataclass(frozen=True, slots=True)
class Shown:
    """Answers an Alive: everything up to this revision stands on the pages."""

    revision: int


@dataclass(frozen=True, slots=True)
class Visits:
    """Counters since the last such line: page views, refused bots, refused floods; ``at``: when somebody looked last."""

    views: int = 0
    bots: int = 0
    refused: int = 0
    at: Instant = 0


@dataclass(frozen=True, slots=True)
class Counted:
    """What was done under a name that was made of an address (``Naming``) and is limited over longer than a child may live;
    ``kind``: of ``web.limits``. The program keeps it for the next child."""

    kind: str
    name: str
    at: Instant


@dataclass(frozen=True, slots=True)
class Naming:
    """``key``: of the workspace, hex digits; makes the names under which addresses are counted and nothing else."""

    key: str


@dataclass(frozen=True, slots=True)
class Farewell:
    """Another child takes over: hear nobody new, finish with those who are here, then end."""


@dataclass(frozen=True, slots=True)
class Deaf:
    """Answers a Farewell: the socket is closed, and nobody new is heard."""


def sign_of(key: str, nonce: str) -> str:
    """What the child with this key, and no other, answers to ``nonce``: the proof that an address leads to it."""
    return hmac.new(bytes.fromhex(key), b"reached\0" + nonce.encode(), hashlib.sha256).hexdigest()


Line = (
    Hello
    | HostLine
    | PageLine
    | PageGone
    | PictureLine
    | Alive
    | Ask
    | Reply
    | Ready
    | Shown
    | Visits
    | Counted
    | Naming
    | Farewell
    | Deaf
)
_LINES: dict[str, Any] = {
    kind.__name__: kind
    for kind in (
        Hello, HostLine, PageLine, PageGone, PictureLine, Alive, Ask, Reply, Ready, Shown, Visits, Counted, Farewell, Deaf,
        Naming,
    )
}  # fmt: skip
_ASKED: dict[str, Any] = {
    kind.__name__: kind for kind in (BookingRequest, LeftMessage, Lookup, LinkFor, WhoIs, FileFor, CancelIt, MoveIt)
}
_REPLIED: dict[str, Any] = {
    kind.__name__: kind for kind in (Promised, Taken, Refused, ManagedBooking, File, Left, Opens, Remembered)
}


def encode(line: Line) -> bytes:
    """The line with its newline."""
    plain = to_plain(line)
    if isinstance(line, Ask | Reply):
        plain["kind"] = type(line.what).__name__
    plain["t"] = type(line).__name__
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def decode(raw: bytes) -> Line:
    """Raises ValueError for anything that is not exactly one known line."""
    try:
        plain = json.loads(raw)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(plain, dict):
        raise ValueError("not a line of this protocol")
    kind = _named(plain.get("t"), _LINES)
    if kind not in (Ask, Reply):
        found: Line = from_plain(kind, plain)
        return found
    what = from_plain(_named(plain.get("kind"), _ASKED if kind is Ask else _REPLIED), plain.get("what"))
    line: Ask | Reply = kind(id=from_plain(int, plain.get("id")), what=what, kind=plain["kind"])
    return replace(line, until=from_plain(int, plain.get("until", 0))) if isinstance(line, Ask) else line


def lines_of(descriptor: int, longest: int = LONGEST) -> Iterator[bytes]:
    """The lines of a pipe, each with its newline, until it ends; one that is longer comes in pieces.

    For a thread that may still be reading when the process ends: it waits in the system, not inside a stream of Python's, whose
    lock would end the interpreter with an abort.
    """
    kept, seen = bytearray(), 0
    while read := os.read(descriptor, _AT_ONCE):
        kept += read
        while (end := kept.find(b"\n", seen, longest) + 1 or (longest if len(kept) >= longest else 0)) > 0:
            yield bytes(kept[:end])
            del kept[:end]
            seen = 0
        seen = len(kept)
    if kept:
        yield bytes(kept)


def _named(name: object, kinds: dict[str, Any]) -> Any:
    if isinstance(name, str) and name in kinds:
        return kinds[name]
    raise ValueError("not a line of this protocol")


__all__ = [
    "LONGEST", "Alive", "Answer", "Ask", "CancelIt", "Counted", "Deaf", "Farewell", "File", "FileFor", "Hello", "HostLine",
    "Left", "Line", "LinkFor", "Lookup", "MoveIt", "Naming", "Opens", "PageGone", "PageLine", "PictureLine", "Ready",
    "Remembered", "Reply", "Shown", "Visits", "WhoIs", "decode", "encode", "lines_of", "sign_of",
]  # fmt: skip
