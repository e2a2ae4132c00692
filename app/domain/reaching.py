"""How the pages are reached: whether a domain leads to this computer, and how publishing stands (PUB, URL-3). Data only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.domain.clock import Instant


class Obstacle(StrEnum):
    """Why an address does not lead here: it has no number, nobody takes the call, no answer in time, a certificate that is not
    trusted, somebody else answers, or this program answers but not this one."""

    NO_ADDRESS = "no_address"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    CERTIFICATE = "certificate"
    ELSEWHERE = "elsewhere"
    ANOTHER = "another"


@dataclass(frozen=True, slots=True)
class DomainCheck:
    """What came of asking a domain for this computer's own sign. ``addresses``: the numbers that it points to, for the owner to
    compare; ``milliseconds``: how long the answer took; ``proxied``: the question came in by the own reverse proxy, with its
    secret: without it all visitors count as one."""

    domain: str
    at: Instant
    obstacle: Obstacle | None = None
    addresses: tuple[str, ...] = ()
    milliseconds: int = 0
    proxied: bool = False

    @property
    def reached(self) -> bool:
        return self.obstacle is None


class Serving(StrEnum):
    """``LIVE`` only while the last check of the address that guests use succeeded; on this computer, while it serves."""

    STARTING = "starting"
    LIVE = "live"
    NOT_REACHED = "not_reached"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Standing:
    """How publishing stands. ``url``: where guests find the pages, without a path; ``reach``: a value of ``settings.Reach``
    that is in force; ``since``: since when the state holds; ``last_visit``: when somebody last opened a page; ``reason``: of a
    state that is not live, a code of ``Obstacle`` or of the page server; ``lan``: this computer's addresses in its network;
    ``proxy_secret``: what the own reverse proxy sends along, made for this workspace; ``checks``: of each domain that was
    checked, the last one."""

    serving: Serving = Serving.STARTING
    reach: str = "computer"
    url: str = ""
    since: Instant = 0
    last_visit: Instant = 0
    milliseconds: int = 0
    reason: str = ""
    port: int = 0
    lan: tuple[str, ...] = ()
    proxy_secret: str = ""
    checks: tuple[DomainCheck, ...] = ()
