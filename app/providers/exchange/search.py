"""Where the server of a mailbox may be."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterable
from dataclasses import dataclass

from app.providers.exchange.forms import Typed, is_microsoft, server_candidates

DISCOVERY_PATH = "/autodiscover/autodiscover.xml"


@dataclass(frozen=True, slots=True)
class Search:
    """Where servers are looked for. Seconds to reach one, and to wait for its answer."""

    connect: float = 8.0
    answer: float = 15.0

    def discovery(self, domain: str) -> Iterable[str]:
        """Where a mail domain may tell of its server ([MS-OXDISCO] §3.1.5). Bare http is left out: whoever listens could name a
        server of his own."""
        for host in (domain, f"autodiscover.{domain}"):
            yield f"https://{host}{DISCOVERY_PATH}"
        for host in services_of(domain):
            yield f"https://{host}{DISCOVERY_PATH}"

    def usual(self, form: Typed) -> tuple[str, ...]:
        return server_candidates(form)

    def real_name(self, host: str) -> str:
        """What a host is called behind its aliases, empty where nobody knows it."""
        with contextlib.suppress(OSError, UnicodeError):
            for *_, name, _address in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM, flags=socket.AI_CANONNAME):
                return str(name)
        return ""


def services_of(domain: str) -> tuple[str, ...]:
    """The hosts that DNS names for autodiscovery (SRV), those of the same domain and Microsoft's: another one could be
    anybody's."""
    import dns.exception
    import dns.resolver

    try:
        found = dns.resolver.resolve(f"_autodiscover._tcp.{domain}", "SRV", lifetime=3.0)
    except (dns.exception.DNSException, OSError):
        return ()
    hosts = (str(each.target).rstrip(".").lower() for each in found)
    return tuple(each for each in hosts if each.endswith(f".{domain}") or is_microsoft(each))
