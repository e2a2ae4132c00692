"""Where Microsoft's doors are, and where they are when other servers stand in for them."""

from __future__ import annotations

import functools
import ipaddress
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import truststore

GRAPH_VARIABLE, LOGIN_VARIABLE = "AFTALE_GRAPH_BASE", "AFTALE_LOGIN_BASE"
"""Base addresses of other servers: below the first lies ``/v1.0``, below the second ``/<tenant>/oauth2/v2.0``."""
LOGIN = "https://login.microsoftonline.com"
GRAPH = "https://graph.microsoft.com"


@dataclass(frozen=True, slots=True)
class Places:
    """Addresses without a slash at their end."""

    graph: str = GRAPH
    login: str = LOGIN

    @property
    def api(self) -> str:
        return f"{self.graph}/v1.0"

    @property
    def stands_in(self) -> bool:
        """Somebody else stands in for Microsoft's sign-in."""
        return self.login != LOGIN

    def is_ours(self, address: str) -> bool:
        """Whether a link that Graph gave leads to Graph: nobody else gets our token."""
        here, there = urlsplit(self.graph), urlsplit(address)
        return (here.scheme, here.netloc) == (there.scheme, there.netloc)


def places(environment: Mapping[str, str] = os.environ) -> Places:
    """Microsoft's own doors, unless the environment names others."""
    graph = environment.get(GRAPH_VARIABLE, "").rstrip("/").removesuffix("/v1.0")
    return Places(graph or GRAPH, environment.get(LOGIN_VARIABLE, "").rstrip("/") or LOGIN)


def trust(base: str) -> ssl.SSLContext | bool:
    """Whose certificates count: the system's, with the roots of the company in it. What lies on this computer is no one else's,
    and a stand-in there has a certificate of its own making, so none is asked for."""
    parts = urlsplit(base)
    if parts.scheme == "https" and parts.hostname and _is_here(parts.hostname):
        return False
    return _system_trust()


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@functools.cache
def _system_trust() -> ssl.SSLContext:
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
