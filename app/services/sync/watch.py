"""Notices what makes everything due at once: the machine slept, its clock was set, its network changed."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from pathlib import Path

from app.domain.clock import Clock
from app.services.pace import Pace

GAP = 5.0
"""Seconds that are missing between two heartbeats, or that the clock went its own way, from which on something happened."""
_ROUTES = (Path("/proc/net/route"), Path("/proc/net/ipv6_route"))


class Heartbeat:
    """Compares the clock on the wall with the time that never runs backwards. Where that stands still during sleep (Linux), the
    wall has run ahead; where it goes on (Windows), or the process was stopped, both have."""

    def __init__(self, clock: Clock, pace: Pace) -> None:
        self._clock, self._pace = clock, pace
        self._wall, self._steady = float(clock.now()), pace.time()

    def jumped(self) -> bool:
        """Whether more or less time has passed since the last call than a second or so. To be called each second."""
        wall, steady = float(self._clock.now()), self._pace.time()
        walls, steadies = wall - self._wall, steady - self._steady
        self._wall, self._steady = wall, steady
        return steadies > GAP or abs(walls - steadies) > GAP


class Network:
    """Notices that the way out has changed. ``way_out`` describes it cheaply; empty where there is none."""

    def __init__(self, way_out: Callable[[], str] | None = None) -> None:
        self._way_out = way_out or default_way_out
        self._last = self._way_out()

    @property
    def there(self) -> bool:
        """Whether there was a way out when it was last looked at."""
        return bool(self._last)

    def changed(self) -> bool:
        """Whether there is a way out, and another one than at the last call."""
        before, self._last = self._last, self._way_out()
        return bool(self._last) and self._last != before


def default_way_out() -> str:
    """The default routes; where the system does not show them as a file, the address that packets would leave from. Nothing is
    sent."""
    if sys.platform == "linux":
        return "\n".join(sorted(route for each in _ROUTES for route in _default_routes(each)))
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            # An address for documents (RFC 5737): connecting a datagram socket only chooses a route.
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
    except OSError:
        return ""


def _default_routes(table: Path) -> list[str]:
    try:
        lines = table.read_text(encoding="ascii").splitlines()
    except OSError:
        return []
    if table.name == "route":
        rows = [line.split() for line in lines[1:]]
        return [f"{row[0]} {row[2]}" for row in rows if len(row) > 7 and row[1] == "00000000" and row[7] == "00000000"]
    rows = [line.split() for line in lines]
    return [f"{row[9]} {row[4]}" for row in rows if len(row) > 9 and row[1] == "00" and row[9] != "lo"]
