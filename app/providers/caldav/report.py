"""What a sign-in tried and what answered, line by line, for whoever runs the server (CON-9)."""

from __future__ import annotations

import base64
import json
import urllib.parse
from datetime import UTC, datetime
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from app.domain.clock import Clock

HIDDEN = "…"


class Report:
    """Lines with time, address, what was tried and what came of it. No form of the password gets into the text, whatever a
    server gives back."""

    def __init__(self, clock: Clock, password: str) -> None:
        self._clock, self._lines, self._secrets = clock, list[str](), forms_of(password)

    def add(self, where: str, what: str, came: str) -> None:
        """``where`` is an address, of which the query is left out, or other words. Line breaks become spaces."""
        parts = urlsplit(where)
        # What a server puts behind a question mark is nobody's business.
        place = f"{parts.scheme}://{parts.netloc}{parts.path}" if parts.netloc else where
        moment = datetime.fromtimestamp(self._clock.now(), UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        self._lines.append("  ".join(" ".join(part.split()) for part in (moment, place, what, came) if part))

    def text(self) -> str:
        text = "\n".join(self._lines)
        for each in self._secrets:
            text = text.replace(each, HIDDEN)
        return text


def forms_of(secret: str) -> tuple[str, ...]:
    """The ways in which a secret may stand in a text, the longest first."""
    plain = secret.encode(errors="surrogatepass")
    found = {
        secret, urllib.parse.quote(plain, safe=""), urllib.parse.quote_plus(plain), escape(secret), json.dumps(secret)[1:-1],
        plain.hex(), base64.b64encode(plain).decode().rstrip("="),
    }  # fmt: skip
    return tuple(sorted(filter(None, found), key=len, reverse=True))
