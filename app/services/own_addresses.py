"""What this computer is called in its own network. Nothing is sent to find out."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import struct
import sys
from pathlib import Path

LOOPBACK = ("127.0.0.1", "localhost")
"""Names by which programs on this computer reach it."""
_ROUTES = Path("/proc/net/route")
_ASK_ADDRESS = {"linux": 0x8915, "darwin": 0xC0206921}
"""SIOCGIFADDR: the address of an interface."""


def lan_addresses() -> tuple[str, ...]:
    """The IPv4 addresses under which other computers of the network find this one, that of the way out first."""
    found = _of_interfaces() if sys.platform in _ASK_ADDRESS else _of_name()
    return tuple(dict.fromkeys(each for each in found if _reaches_others(each)))


def own_names() -> tuple[str, ...]:
    """Its host names as a browser of the network may ask for them, lowered."""
    name = socket.gethostname().lower().rstrip(".")
    short = name.partition(".")[0]
    return tuple(dict.fromkeys(each for each in (name, short, f"{short}.local") if each and each != ".local"))


def _reaches_others(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return not (found.is_loopback or found.is_unspecified or found.is_link_local)


def _of_interfaces() -> list[str]:
    import fcntl

    first = _way_out()
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in sorted(socket.if_nameindex(), key=lambda each: (each[1] != first, each[0])):
            # An interface without an address has none to tell.
            with contextlib.suppress(OSError):
                asked = fcntl.ioctl(probe.fileno(), _ASK_ADDRESS[sys.platform], struct.pack("256s", name.encode()[:15]))
                found.append(socket.inet_ntoa(asked[20:24]))
    return found


def _way_out() -> str:
    """The interface of the default route."""
    try:
        rows = [line.split() for line in _ROUTES.read_text(encoding="ascii").splitlines()[1:]]
    except OSError:
        return ""
    return next((row[0] for row in rows if len(row) > 7 and row[1] == "00000000" and row[7] == "00000000"), "")


def _of_name() -> list[str]:
    found = []
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        # An address for documents (RFC 5737): connecting a datagram socket only chooses a route.
        probe.connect(("192.0.2.1", 9))
        found.append(str(probe.getsockname()[0]))
    with contextlib.suppress(OSError):
        found += socket.gethostbyname_ex(socket.gethostname())[2]
    return found
