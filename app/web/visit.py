"""One request as the pages need it: who asks, in which language, for what, and what was sent along."""

from __future__ import annotations

import json
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope

from app.domain.pages import ClockFace
from app.domain.public import PublicHost, PublicPage
from app.i18n import LANGUAGES, Wording
from app.web import guard

BODY_LONGEST = 64 * 1024
_MOST_FIELDS = 200
FORM = "application/x-www-form-urlencoded"


class TooLarge(Exception):
    """The body is longer than anything that a form here could send."""


class NotReadable(Exception):
    """The body is not what its content type says. ``type_known``: it is a type that is read at all."""

    def __init__(self, type_known: bool) -> None:
        super().__init__("body" if type_known else "content type")
        self.type_known = type_known


@dataclass(frozen=True, slots=True)
class Visit:
    """``query``: names and values in their order. ``here``: from this computer. ``direct``: the same, and published nowhere
    else. ``address``: the name under which the visitor is counted. ``secure``: over TLS, as the owner's proxy says. ``link``:
    the token of the secret link that was opened, if it was one. ``embed``: shown inside another site (PUB-3)."""

    request: Request
    path: str
    host: PublicHost
    words: Wording
    wants_data: bool
    direct: bool
    address: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[bytes, bytes] = field(default_factory=dict)
    link: str = ""
    secure: bool = False
    embed: bool = False
    here: bool = False

    @property
    def method(self) -> str:
        return str(self.request.scope["method"])

    def one(self, name: str) -> str:
        """The last value of a parameter; empty if there is none."""
        return next((value for key, value in reversed(self.query) if key == name), "")

    def has(self, name: str) -> bool:
        return any(key == name for key, _ in self.query)

    def on(self, page: PublicPage) -> Visit:
        """The same visit in the language and with the clock that the page has of its own, unless its address asks otherwise."""
        language = self.words.language
        if page.language in LANGUAGES and self.one("lang") not in LANGUAGES:
            language = page.language
        return replace(self, words=Wording(language, clock_of(page, self.host)))

    def path_of(self, page: PublicPage) -> str:
        """Where the page is for this visitor: under the link that they came by."""
        return f"/meetings/{page.slug}" + (f"/{self.link}" if self.link else "")

    def home_of(self, page: PublicPage) -> str:
        """The same as a link back to its beginning."""
        return self.path_of(page) + ("?embed=1" if self.embed else "")

    @property
    def staying(self) -> tuple[tuple[str, str], ...]:
        """What every address carries along so that the next page is shown inside the other site as well."""
        return (("embed", "1"),) if self.embed else ()

    @property
    def asked_query(self) -> str:
        """The query as it was sent, with its question mark, for another address that means the same."""
        query = self.request.scope["query_string"].decode("ascii", "ignore")
        return f"?{query}" if query else ""

    @property
    def asked_host(self) -> str:
        """The host that the visitor sees in the address."""
        return guard.host_of(self.headers.get(b"host", b""))

    @property
    def indexed(self) -> bool:
        """Whether search engines may list what is shown at this address (URL-5)."""
        return guard.is_indexed(self.asked_host, self.host)

    def cookie(self, name: str) -> str:
        """The value of a cookie, or an empty text."""
        for part in self.headers.get(b"cookie", b"").decode("latin-1").split(";"):
            key, _, value = part.strip().partition("=")
            if key == name:
                return value
        return ""

    @property
    def content_type(self) -> str:
        return self.request.headers.get("content-type", "").partition(";")[0].strip().lower()


def clock_of(page: PublicPage | None, host: PublicHost) -> bool:
    """Whether times are written with 24 hours."""
    face = page.clock if page is not None else ClockFace.USUAL
    return host.clock_24 if face is ClockFace.USUAL else face is ClockFace.HOURS_24


def visit(scope: Scope, receive: Receive, headers: Mapping[bytes, bytes], host: PublicHost) -> Visit:
    """Reads a request. Its language is that of the address, else that of all pages, else the browser's."""
    query = read_query(scope["query_string"])
    language = next((value for key, value in reversed(query) if key == "lang" and value in LANGUAGES), "")
    if not language and host.pages_language in LANGUAGES:
        language = host.pages_language
    language = language or preferred(headers.get(b"accept-language", b""), host.language)
    sent = headers.get(b"content-type", b"")
    return Visit(
        request=Request(scope, receive),
        path=scope["path"],
        host=host,
        words=Wording(language, host.clock_24),
        wants_data=wants_data(headers.get(b"accept", b""), sent),
        direct=guard.is_direct(scope, headers, host),
        address=guard.visitor_address(scope, headers, host),
        query=query,
        headers=headers,
        secure=guard.is_secure(headers, host),
        embed=("embed", "1") in query,
        here=guard.is_here(scope, headers),
    )


def read_query(raw: bytes) -> tuple[tuple[str, str], ...]:
    """The parameters of an address; none at all if there are more than anybody needs."""
    try:
        return tuple(parse_qsl(raw.decode("latin-1"), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        return ()


@lru_cache(maxsize=256)
def preferred(accepted: bytes, otherwise: str) -> str:
    """The first of our languages in an Accept-Language header (RFC 9110 §12.5.4), or ``otherwise``."""
    best, weight = "", 0.0
    for part in accepted.decode("latin-1").split(","):
        tag, _, rest = part.strip().partition(";")
        language = tag.strip().lower().partition("-")[0]
        worth = _weight(rest)
        if language in LANGUAGES and worth > weight:
            best, weight = language, worth
    return best or (otherwise if otherwise in LANGUAGES else LANGUAGES[0])


def _weight(text: str) -> float:
    name, _, value = text.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0


@lru_cache(maxsize=256)
def wants_data(accepted: bytes, sent: bytes) -> bool:
    """Whether JSON is wanted: because it is preferred to HTML, or because JSON was sent and nothing else is asked for."""
    weights = {"text/html": 0.0, "application/json": 0.0}
    for part in accepted.decode("latin-1").split(","):
        kind, _, rest = part.strip().partition(";")
        if kind.strip().lower() in weights:
            weights[kind.strip().lower()] = _weight(rest)
    if sent.partition(b";")[0].strip().lower() == b"application/json" and not weights["text/html"]:
        return True
    return weights["application/json"] > weights["text/html"]


async def read_body(request: Request) -> bytes:
    """Raises TooLarge, as soon as that is known, and ClientDisconnect."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > BODY_LONGEST:
        raise TooLarge
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LONGEST:
            raise TooLarge
    return bytes(body)


Fields = MutableMapping[str, Any]


def read_fields(body: bytes, content_type: str) -> Fields:
    """The fields of a JSON object, or of a form in the same shape. Raises NotReadable."""
    if content_type == "application/json":
        return _read_json(body)
    if content_type == FORM:
        return nest(_read_form(body))
    raise NotReadable(type_known=False)


def _read_json(body: bytes) -> Fields:
    try:
        found = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise NotReadable(type_known=True) from None
    if not isinstance(found, dict):
        raise NotReadable(type_known=True)
    return found


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def _read_form(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise NotReadable(type_known=True) from None


_LISTS = frozenset({"alternatives", "guests", "pick", "start"})
_GROUPS = ("answers", "consent")


def nest(pairs: list[tuple[str, str]]) -> Fields:
    """``answers.topic`` or ``answers[topic]`` becomes an entry of ``answers``; what may come several times becomes a list."""
    found: Fields = {}
    for name, value in pairs:
        group, key = _grouped(name)
        if group:
            entries = found.setdefault(group, {})
            entries[key] = _joined(entries.get(key), value)
        elif name in _GROUPS:
            continue
        elif name in _LISTS:
            found.setdefault(name, []).append(value)
        else:
            found[name] = value
    return found


def _grouped(name: str) -> tuple[str, str]:
    for group in _GROUPS:
        if name.startswith(f"{group}."):
            return group, name[len(group) + 1 :]
        if name.startswith(f"{group}[") and name.endswith("]"):
            return group, name[len(group) + 1 : -1]
    return "", ""


def _joined(before: Any, value: str) -> Any:
    if before is None:
        return value
    return [*before, value] if isinstance(before, list) else [before, value]


__all__ = [
    "FORM",
    "ClientDisconnect",
    "Fields",
    "NotReadable",
    "TooLarge",
    "Visit",
    "nest",
    "read_body",
    "read_fields",
    "visit",
]
