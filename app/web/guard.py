"""Who is asking, and whether their own page sent them: hosts, addresses, cross-site requests (QUALITY 4.2 to 4.4).

No header of a request is believed about where it comes from: the address is that of the socket's peer. Only the owner's reverse
proxy, which proves itself with the secret of the workspace, is believed about the visitor's address and whether TLS is used.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Mapping
from enum import Enum, auto
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from app.domain.public import PublicHost
from app.domain.settings import Reach

MARK = b"x-aftale-proxy"
"""In it the owner's reverse proxy sends its secret."""
FORWARDED = frozenset(
    {
        MARK,
        b"forwarded",
        b"via",
        b"x-forwarded",
        b"x-forwarded-for",
        b"x-forwarded-host",
        b"x-forwarded-port",
        b"x-forwarded-proto",
        b"x-forwarded-server",
        b"x-real-ip",
        b"x-client-ip",
        b"x-cluster-client-ip",
        b"x-original-host",
        b"cf-connecting-ip",
        b"cf-ray",
        b"true-client-ip",
        b"fastly-client-ip",
    }
)
"""Headers that tell of something between the visitor and this computer."""

HERE = frozenset({"127.0.0.1", "localhost", "::1"})
Headers = Mapping[bytes, bytes]


class Origin(Enum):
    """Where a POST says that it comes from."""

    OWN = auto()
    FOREIGN = auto()
    UNSAID = auto()


def peer(scope: Mapping[str, Any]) -> str:
    """Who is at the other end of the connection, perhaps a proxy; empty if nobody knows."""
    client = scope.get("client")
    return str(client[0]) if client else ""


@lru_cache(maxsize=1024)
def counted_as(address: str) -> str:
    """The name under which an address is counted: an IPv6 network of 64 bits belongs to one visitor."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False).network_address)
    return str(found)


@lru_cache(maxsize=1024)
def is_loopback(address: str) -> bool:
    """Whether an IP address is this computer's own, also as IPv4 in IPv6. What is no address is not."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return found.is_loopback or (mapped is not None and mapped.is_loopback)


def is_marked(headers: Headers, host: PublicHost) -> bool:
    """Whether the request came by the owner's reverse proxy. The child knows only the digest of what it sends."""
    sent = headers.get(MARK)
    if sent is None or host.reach != Reach.PROXY or not host.proxy_mark:
        return False
    return hmac.compare_digest(hashlib.sha256(sent).hexdigest(), host.proxy_mark)


def visitor_address(scope: Mapping[str, Any], headers: Headers, host: PublicHost) -> str:
    """The name under which the visitor is counted. A proxy may have been told addresses by those before it: only the last one,
    its own word, counts, and only if it is an address."""
    if is_marked(headers, host):
        told = headers.get(b"x-forwarded-for", b"").decode("latin-1").rpartition(",")[2].strip()
        if len(told) < 50 and (found := counted_as(told)):
            return found
    return counted_as(peer(scope))


def is_secure(headers: Headers, host: PublicHost) -> bool:
    """Whether the visitor's connection ends in TLS, as far as the proxy says so."""
    return is_marked(headers, host) and headers.get(b"x-forwarded-proto", b"").strip().lower() == b"https"


def is_here(scope: Mapping[str, Any], headers: Headers) -> bool:
    """Whether the visitor sits at this computer, so that programs may book, however far the pages reach.

    Whoever asks for another name than this computer's own came from elsewhere, by whatever way.
    """
    return FORWARDED.isdisjoint(headers) and is_loopback(peer(scope)) and host_of(headers.get(b"host", b"")) in HERE


def is_direct(scope: Mapping[str, Any], headers: Headers, host: PublicHost) -> bool:
    """Whether the visitor sits at this computer while pages are published only on it: no limits then."""
    return host.reach == Reach.COMPUTER and is_here(scope, headers)


def is_indexed(name: str, host: PublicHost) -> bool:
    """Whether search engines may list the pages under this host name (URL-5)."""
    return name in host.indexed_hosts or (host.indexed and name not in domain_names(host.origins))


@lru_cache(maxsize=16)
def domain_names(origins: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name for each in origins if (name := urlsplit(each).hostname))


@lru_cache(maxsize=256)
def host_of(header: bytes) -> str:
    """The name in a Host header, lowered and without its port; empty if it is none."""
    try:
        text = header.decode("ascii").lower()
        parts = urlsplit(f"//{text}")
        valid = parts.port is None or parts.port >= 0
    except (UnicodeDecodeError, ValueError):
        return ""
    if not valid or parts.path or parts.query or parts.fragment or parts.username is not None or "@" in text:
        return ""
    return (parts.hostname or "").rstrip(".")


def host_allowed(header: bytes | None, host: PublicHost) -> bool:
    return header is not None and host_of(header) in host.hosts


def origin_of(headers: Headers, host: PublicHost) -> Origin:
    """What Sec-Fetch-Site says, and where it is missing, the Origin (QUALITY 4.3).

    A browser cannot be made to lie in either.
    """
    site, origin = headers.get(b"sec-fetch-site"), headers.get(b"origin")
    if site is not None and site not in (b"same-origin", b"none"):
        return Origin.FOREIGN
    if origin is not None and origin != b"null" and not _own(origin, headers.get(b"host", b""), host):
        return Origin.FOREIGN
    if site is not None:
        return Origin.OWN
    if origin is None:
        return Origin.UNSAID
    return Origin.FOREIGN if origin == b"null" else Origin.OWN


def _own(origin: bytes, asked: bytes, host: PublicHost) -> bool:
    """Whether an Origin is the address that was asked for, the one that links carry, or a domain of the owner's. Another port
    is another site."""
    try:
        parts = urlsplit(origin.decode("ascii").lower())
    except (UnicodeDecodeError, ValueError):
        return False
    if parts.scheme not in ("http", "https"):
        return False
    said = origin.decode("ascii").lower()
    return parts.netloc == asked.decode("latin-1").lower() or said in (host.origin.rstrip("/").lower(), *host.origins)
