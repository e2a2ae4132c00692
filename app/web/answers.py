"""Answers of the child: status, headers and bytes. Every answer carries the same protective headers (QUALITY 4.1)."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

Header = tuple[bytes, bytes]
HTML = b"text/html; charset=utf-8"
JSON = b"application/json"
TEXT = b"text/plain; charset=utf-8"
_WORTH_PACKING = 1024


class Drawn(str):
    """The text of a page. ``style``: the source expression of a second style sheet in it, for an owner's own colour; only what
    draws the page can set it, so nothing that found its way into the text can allow itself. ``framable``: the sites that the
    owner named may show it in a frame."""

    style: str = ""
    framable: bool = False


def protective(style: str) -> list[Header]:
    """The headers that every answer has. ``style`` is the source expression of the one style sheet that stands in the pages."""
    policy = (
        f"default-src 'none'; script-src 'self'; style-src {style}; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return [
        (b"content-security-policy", policy.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"same-origin"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
        (b"x-frame-options", b"DENY"),
    ]


@dataclass(frozen=True, slots=True)
class Answer:
    """``keep``: the same bytes may be sent again while nothing changes. ``cache``: what the browser may do.

    ``plain``: never packed, because it holds a secret of the visitor's beside text that others may have a hand in. ``style``:
    one more style sheet that the policy allows. ``framable``: see ``Drawn``.
    """

    status: int
    body: bytes = b""
    type: bytes = b""
    headers: tuple[Header, ...] = ()
    keep: bool = False
    plain: bool = False
    cache: bytes = b"no-store"
    style: str = ""
    framable: bool = False

    def packed(self) -> Answer:
        """The same with its body as gzip, if that is worth it."""
        if self.plain or len(self.body) < _WORTH_PACKING or not self.type.startswith((b"text/", b"application/json")):
            return self
        body = gzip.compress(self.body, 6, mtime=0)
        return replace(self, body=body, headers=(*self.headers, (b"content-encoding", b"gzip")))

    def header_list(self, common: Sequence[Header], embedders: Sequence[str] = ()) -> list[Header]:
        """``embedders``: origins that may show what is framable."""
        if self.framable and embedders:
            common = _framed(common, embedders)
        found = [*(_allowing(each, self.style) for each in common), (b"cache-control", self.cache), *self.headers]
        if self.type:
            found.append((b"content-type", self.type))
        if self.status not in (204, 304):
            found.append((b"content-length", b"%d" % len(self.body)))
        return found


def _allowing(header: Header, style: str) -> Header:
    name, value = header
    if not style or name != b"content-security-policy":
        return header
    return name, value.replace(b"style-src ", b"style-src " + style.encode() + b" ")


def _framed(common: Sequence[Header], embedders: Sequence[str]) -> list[Header]:
    ancestors = b"frame-ancestors " + " ".join(embedders).encode("ascii")
    kept = [each for each in common if each[0] != b"x-frame-options"]
    return [(name, value.replace(b"frame-ancestors 'none'", ancestors)) for name, value in kept]


@lru_cache(maxsize=64)
def accepts_gzip(header: bytes) -> bool:
    """What an Accept-Encoding header says about gzip (RFC 9110 §12.5.3)."""
    for part in header.lower().split(b","):
        name, _, weight = part.strip().partition(b";")
        if name.strip() == b"gzip":
            return not re.fullmatch(rb"\s*q\s*=\s*0(\.0*)?\s*", weight)
    return False


def page(status: int, text: str, *headers: Header, keep: bool = False, plain: bool = False) -> Answer:
    """HTML, which depends on the language too. ``text`` brings along its style sheet and who may frame it, if it was drawn."""
    vary = (b"vary", b"accept, accept-language, accept-encoding")
    drawn = text if isinstance(text, Drawn) else Drawn(text)
    return Answer(
        status, text.encode(), HTML, (vary, *headers), keep=keep, plain=plain, style=drawn.style, framable=drawn.framable
    )


def data(status: int, value: object, *headers: Header, keep: bool = False) -> Answer:
    """JSON; the same in every language."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Answer(status, body, JSON, ((b"vary", b"accept, accept-encoding"), *headers), keep=keep)


def redirect(status: int, location: str, *headers: Header) -> Answer:
    return Answer(status, headers=((b"location", location.encode("ascii")), *headers))
