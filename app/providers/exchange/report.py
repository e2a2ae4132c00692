"""What a sign-in tried and what answered, line by line, for the IT department (CON-9)."""

from __future__ import annotations

import base64
import json
import threading
import urllib.parse
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from app.domain.clock import Clock

HIDDEN = "…"


class Report:
    """Lines with time, address, what was tried and what came of it. No form of a secret gets into the text, whatever a server
    gives back. Safe to be written in one thread and read in another."""

    def __init__(self, clock: Clock, *secrets: str) -> None:
        self._clock, self._lines = clock, list[str]()
        self._secrets, self._here = forms_of(*secrets[:1]), threading.Lock()

    def add(self, where: str, what: str, came: str) -> None:
        """Line breaks become spaces."""
        moment = datetime.fromtimestamp(self._clock.now(), UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        line = "  ".join(" ".join(part.split()) for part in (moment, where, what, came) if part)
        with self._here:
            self._lines.append(line)

    def text(self) -> str:
        with self._here:
            text = "\n".join(self._lines)
        for each in self._secrets:
            text = text.replace(each, HIDDEN)
        return text


def forms_of(*secrets: str) -> tuple[str, ...]:
    """The ways in which a secret may stand in a text, the longest first."""
    found: set[str] = set()
    for secret in filter(None, secrets):
        plain = secret.encode(errors="surrogatepass")
        found |= {
            secret, urllib.parse.quote(secret, safe=""), urllib.parse.quote_plus(secret), urllib.parse.quote(secret),
            escape(secret), escape(secret, {'"': "&quot;", "'": "&apos;"}), json.dumps(secret)[1:-1], plain.hex(),
        }  # fmt: skip
        found |= {base64.b64encode(plain).decode().rstrip("="), base64.urlsafe_b64encode(plain).decode().rstrip("=")}
    return tuple(sorted(found, key=len, reverse=True))
