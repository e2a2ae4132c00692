"""Pages inside a website of the owner's own: which sites may show them, and the code that goes into such a site (PUB-3)."""

from __future__ import annotations

import re
from html import escape

from app.domain.addresses import read_domain
from app.domain.errors import InvalidFields

FIELD = "embedder"
LOWEST, HIGHEST = 300, 2000
"""Heights of a frame in pixels: in less nobody can choose a time, more is no part of a page."""
_SHOWN_HERE = frozenset({"localhost", "127.0.0.1"})
_ADDRESS = re.compile(r"(?:([a-z][a-z0-9+.-]*)://)?([^/?#\\\s]*)(/?)", re.IGNORECASE)


def check_embedder(text: str) -> str:
    """The origin of a site that may show the pages, as a browser writes it: ``https``, or ``http`` on the owner's own computer,
    where a site is tried out. Raises InvalidFields (``embedder``: ``missing``, ``form``, ``too_long``, ``port``, ``scheme``,
    ``path``, ``wildcard``)."""
    text = text.strip()
    if not text:
        raise InvalidFields({FIELD: "missing"})
    if "*" in text:
        raise InvalidFields({FIELD: "wildcard"})
    found = _ADDRESS.fullmatch(text)
    if found is None:
        raise InvalidFields({FIELD: "path" if re.search(r"[/?#\\]", text.partition("://")[2] or text) else "form"})
    if "@" in found[2]:
        raise InvalidFields({FIELD: "form"})
    scheme, name = (found[1] or "https").lower(), found[2].lower()
    if name.partition(":")[0] in _SHOWN_HERE:
        return _on_this_computer(scheme, name)
    try:
        domain = read_domain(f"{scheme}://{name}")
    except InvalidFields as error:
        raise InvalidFields({FIELD: next(iter(error.fields.values()))}) from None
    if not domain.secure:
        raise InvalidFields({FIELD: "scheme"})
    return domain.origin


def is_embedder(origin: str) -> bool:
    """Whether the text is an origin as ``check_embedder`` gives them: nothing else may stand in a header."""
    try:
        return check_embedder(origin) == origin
    except InvalidFields:
        return False


def _on_this_computer(scheme: str, name: str) -> str:
    if scheme not in ("http", "https"):
        raise InvalidFields({FIELD: "scheme"})
    host, colon, said = name.partition(":")
    usual = 80 if scheme == "http" else 443
    port = int(said) if said.isascii() and said.isdigit() and len(said) < 6 else 0 if colon else usual
    if not 0 < port < 65536:
        raise InvalidFields({FIELD: "port"})
    return f"{scheme}://{host}" + (f":{port}" if port != usual else "")


def frame_code(url: str, title: str, height: int = 760) -> str:
    """HTML that shows the page at ``url`` within a site. ``title`` is what a screen reader says of it."""
    source = f"{url}{'&' if '?' in url else '?'}embed=1"
    high = min(max(height, LOWEST), HIGHEST)
    return (
        f'<iframe src="{escape(source)}" title="{escape(title)}" loading="lazy"\n'
        f'  style="width: 100%; height: {high}px; border: 0"></iframe>'
    )


def link_code(url: str, text: str) -> str:
    """HTML of a link to the page."""
    return f'<a href="{escape(url)}">{escape(text)}</a>'
