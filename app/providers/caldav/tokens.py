"""What is remembered of a calendar between two readings, as the text of a change token. Pure.

It says for itself which window of which calendar it is about, how changes can be found, and which resources are series: when
one of these changes, nobody could tell which of its occurrences were told before, so all of the window is read.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from app.domain.clock import Instant


@dataclass(frozen=True, slots=True)
class Token:
    """``sync``: the server's own token; else ``ctag``: what changes with the calendar; else ``tags``: what follows from the
    tags of all resources. ``series`` holds the marks of series, ``unread`` the names of resources that could not be read."""

    window: str
    zone: str
    sync: str = ""
    ctag: str = ""
    tags: str = ""
    series: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()

    def text(self) -> str:
        return json.dumps(
            [
                self.window, self.zone, self.sync, self.ctag, self.tags, "".join(sorted(self.series)),
                "\n".join(sorted(self.unread)),
            ],
            separators=(",", ":"),
        )  # fmt: skip

    def after(self, sync: str, unread: Iterable[str]) -> Token:
        return replace(self, sync=sync, unread=frozenset(unread))

    def knows(self, name: str) -> bool:
        """Whether a resource is among the series."""
        return mark(name) in self.series


MARK = 7
"""Characters of a mark."""


def mark(name: str) -> str:
    """Stands for the name of a resource. Two that share one cost a full reading, no more."""
    digest = hashlib.blake2b(name.encode(), digest_size=5).digest()
    return base64.b64encode(digest).decode()[:MARK]


def window_of(calendar: str, start: Instant, end: Instant) -> str:
    return f"{hashlib.sha256(calendar.encode()).hexdigest()[:12]}/{start}/{end}"


def read_token(text: str, window: str) -> Token | None:
    """The token; None if it is none, or one of another window."""
    try:
        found = json.loads(text)
    except ValueError:
        return None
    if not isinstance(found, list) or len(found) != 7 or not all(isinstance(each, str) for each in found) or found[0] != window:
        return None
    *_, zone, sync, ctag, tags, series, unread = found
    marks = frozenset(series[at : at + MARK] for at in range(0, len(series), MARK))
    return Token(window, zone, sync, ctag, tags, marks, frozenset(filter(None, unread.split("\n"))))


def tags_of(named: Iterable[tuple[str, str]]) -> str:
    """What follows from the names and tags of all resources."""
    joined = "\n".join(sorted(f"{name} {etag}" for name, etag in named))
    return hashlib.sha256(joined.encode()).hexdigest()[:32]
