"""The log: one record a line, in a file of limited size and, from WARNING on, on standard error.

No secret and nothing about a visitor gets into it, whoever logs what: the finished line, traceback included, passes through
``redacted`` on its way out (DATA-5).
"""

from __future__ import annotations

import logging
import os
import re
import sys
import threading
import time
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import cast

from app.paths import log_file, make_private

LONGEST_FILE = 10 * 1024 * 1024
FILES = 3
HIDDEN = "…"

_SECRET = r"pass(?:word|wd|phrase)?|pwd|secret|token|key|cookie|authorization|signature|salt"
_PERSONAL = (
    r"first_name|last_name|name|e?mail|phone|guests|attendees|message|answers|consent|word|wishes|subject|description"
    r"|location|title|detail"
)
# How Python and JSON write values: quoted text, or something in brackets.
_QUOTED = r"""(?:b?"(?:[^"\\]|\\.)*"|b?'(?:[^'\\]|\\.)*'|\{[^}]*\}|\[[^\]]*\]|\([^)]*\))"""
_VALUE = rf"(?:{_QUOTED}|[^\s,;&)}}\]]+)"

_RULES = (
    # Credentials in front of a host, then everything behind the path of any address.
    (re.compile(r"(\w[\w+.-]*://)[^\s/@]+@"), r"\1"),
    (re.compile(r"\?[^\s\"'<>]*=[^\s\"'<>]*"), f"?{HIDDEN}"),
    (re.compile(r"(/manage/)[^\s/?#\"'<>]+"), rf"\1{HIDDEN}"),
    (re.compile(r"(?i)\b(authorization|cookie|set-cookie)(\"|')?(\s*[:=]\s*)[^\n\"']*"), rf"\1\2\3{HIDDEN}"),
    (re.compile(r"(?i)\b(bearer|basic|digest|negotiate|ntlm)\s+[\w+/=.~-]{6,}"), rf"\1 {HIDDEN}"),
    (re.compile(rf"(?i)([\w-]*(?:{_SECRET})[\"']?\s*[:=]\s*){_VALUE}"), rf"\1{HIDDEN}"),
    (re.compile(rf"(?i)([\w-]*(?:{_PERSONAL})[\"']?\s*[:=]\s*){_QUOTED}"), rf"\1{HIDDEN}"),
    (re.compile(r"[^\s<>\"'(),;:=\[\]]+(?:@|%40)[^\s<>\"'(),;:=\[\]]+"), HIDDEN),
    (re.compile(r"\beyJ[\w-]+(?:\.[\w-]+)*"), HIDDEN),
    # Random keys and tokens: long, and of both cases, as no name in this program is. Row ids are short hex and may stand.
    (re.compile(r"(?<![\w-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{36,}={0,2}"), HIDDEN),
    (re.compile(r"\b[0-9a-f]{40,}\b"), HIDDEN),
)
# C0 and C1, DEL, line and paragraph separators, and whatever turns the direction of writing.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def redacted(text: str) -> str:
    """``text`` without secrets, addresses of people and what they wrote."""
    for pattern, instead in _RULES:
        text = pattern.sub(instead, text)
    return text


def on_one_line(text: str) -> str:
    """``text`` with control characters written out, so that no record can pretend to be another."""
    return _CONTROL.sub(lambda found: found.group().encode("unicode_escape").decode(), text)


class LineFormatter(logging.Formatter):
    """``2026-11-24T08:00:00Z INFO app.services.booking: …``, traceback and all on one line."""

    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%SZ")

    def format(self, record: logging.LogRecord) -> str:
        return on_one_line(redacted(super().format(record)))


class _PrivateFile(RotatingFileHandler):
    """A log that only its user can read."""

    def _open(self) -> TextIOWrapper:
        def opener(path: str, flags: int) -> int:
            return os.open(path, flags, 0o600)

        return cast(TextIOWrapper, open(self.baseFilename, self.mode, encoding="utf-8", opener=opener))


_handlers: list[logging.Handler] = []


def start(workspace: Path) -> None:
    """Begins to log into the workspace; where nothing can be written there, on standard error alone. ``stop`` ends it."""
    stop()
    # A full disk must not make the logging module print the raw record.
    logging.raiseExceptions = False
    told = logging.StreamHandler(sys.stderr)
    told.setLevel(logging.WARNING)
    _add(told)
    try:
        path = log_file(workspace)
        make_private(path.parent)
        _add(_PrivateFile(path, maxBytes=LONGEST_FILE, backupCount=FILES - 1, encoding="utf-8"))
    except OSError as error:
        logging.getLogger(__name__).warning("no log in this workspace: %s", error)
    logging.getLogger().setLevel(logging.WARNING)
    logging.getLogger("app").setLevel(logging.INFO)
    sys.excepthook = _crashed
    threading.excepthook = _thread_crashed


def stop() -> None:
    """Ends what ``start`` began."""
    for handler in _handlers:
        logging.getLogger().removeHandler(handler)
        handler.close()
    _handlers.clear()
    sys.excepthook, threading.excepthook = sys.__excepthook__, threading.__excepthook__


def forget_before(workspace: Path, instant: float) -> None:
    """Takes older records out of the log. What is logged meanwhile waits, so that nothing is lost. Raises OSError."""
    first = datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    current = log_file(workspace)
    for handler in _handlers:
        handler.acquire()
    try:
        for path in current.parent.glob(f"{current.name}*"):
            lines = path.read_text("utf-8", "replace").splitlines(keepends=True)
            kept = "".join(line for line in lines if line[:20] >= first)
            if not kept and path != current:
                path.unlink()
            elif len(kept) < sum(map(len, lines)):
                # In place: the handler goes on at the end of the same file.
                with path.open("r+", encoding="utf-8", newline="") as file:
                    file.write(kept)
                    file.truncate()
    finally:
        for handler in reversed(_handlers):
            handler.release()


def recent(workspace: Path, longest: int) -> str:
    """The end of the log, at most so many characters, redacted once more; empty where there is none."""
    current = log_file(workspace)
    found = sorted(current.parent.glob(f"{current.name}*"), key=lambda path: (path != current, path.name))
    text = ""
    for path in found:
        if len(text) < longest:
            text = path.read_text("utf-8", "replace") + text
    return "".join(on_one_line(redacted(line)) + "\n" for line in text[-longest:].splitlines())


def _add(handler: logging.Handler) -> None:
    handler.setFormatter(LineFormatter())
    logging.getLogger().addHandler(handler)
    _handlers.append(handler)


def _crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logging.getLogger("app").critical("crashed", exc_info=(kind, error, trace))


def _thread_crashed(crash: threading.ExceptHookArgs) -> None:
    if crash.exc_value is not None:
        logging.getLogger("app").critical("a thread crashed", exc_info=crash.exc_value)
