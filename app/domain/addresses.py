"""What an owner types as an address: a domain of theirs, and their own part of a page's address (URL-1, URL-3)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from app.domain.errors import InvalidFields
from app.domain.pages import to_slug_part
from app.domain.settings import Domain

LONGEST_HOST = 253
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_WHOLE = {True: 443, False: 80}


def read_domain(text: str) -> Domain:
    """The domain that a person means: scheme, path and whatever else a browser copies are cut away, letters beyond ASCII are
    written as IDNA. Raises InvalidFields (``domain``: ``missing``, ``form``, ``too_long``, ``port``, ``scheme``)."""
    rest, secure = text.strip(), True
    if found := _SCHEME.match(rest):
        if found[1].lower() not in ("http", "https"):
            raise InvalidFields({"domain": "scheme"})
        secure, rest = found[1].lower() == "https", rest[found.end() :]
    rest = re.split(r"[/?#\\]", rest, maxsplit=1)[0].rpartition("@")[2]
    if not rest:
        raise InvalidFields({"domain": "missing"})
    name, port = _split(rest)
    return Domain(_host(name), 0 if port == _WHOLE[secure] else port, secure)


def _split(text: str) -> tuple[str, int]:
    """Name and port, 0 where none is said."""
    found = re.fullmatch(r"(\[[^\]]*\]|[^:\s]*)(?::(\d{0,5}))?", text)
    if found is None:
        raise InvalidFields({"domain": "form"})
    port = int(found[2] or 0)
    if found[2] and not 0 < port < 65536:
        raise InvalidFields({"domain": "port"})
    return found[1], port


def _host(name: str) -> str:
    if name.startswith("["):
        return f"[{_number(name.strip('[]'), 6)}]"
    if re.fullmatch(r"[\d.]+", name):
        return _number(name, 4)
    try:
        host = name.rstrip(".").lower().encode("idna").decode()
    except UnicodeError:
        raise InvalidFields({"domain": "form"}) from None
    if len(host) > LONGEST_HOST:
        raise InvalidFields({"domain": "too_long"})
    labels = host.split(".")
    # A name of one word is found in the owner's own network at best, "localhost" not even there.
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        raise InvalidFields({"domain": "form"})
    return host


def _number(text: str, version: int) -> str:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        raise InvalidFields({"domain": "form"}) from None
    if found.version != version:
        raise InvalidFields({"domain": "form"})
    return found.compressed


def shown_host(domain: Domain) -> str:
    """A domain as people read it: letters instead of IDNA, the port only where it is not the usual one."""
    host = domain.host
    if "xn--" in host:
        try:
            host = host.encode().decode("idna")
        except UnicodeError:
            host = domain.host
    return f"{host}:{domain.port}" if domain.port else host


def other_parts(part: str, name: str) -> Iterator[str]:
    """Own parts to offer instead of ``part``, without end: those of the owner's name first, then with -2, -3 …"""
    words = name.split()
    for said in (name, " ".join(reversed(words)), f"{words[0]} {part}" if words else ""):
        offered = to_slug_part(said)
        if len(offered) > 1 and offered != part:
            yield offered
    number = 2
    while True:
        yield f"{part[:36].rstrip('-')}-{number}"
        number += 1


def as_typed(text: str) -> str:
    """An own part while it is typed: as ``to_slug_part``, but a hyphen may still stand at the end, for more is to come."""
    part = to_slug_part(text)
    if part and len(part) < 40 and text[-1:] and not text[-1].isalnum():
        return f"{part}-"
    return part
