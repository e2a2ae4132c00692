"""What an account needs to sign in: kept as one secret document (CON-10)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True)
class Keys:
    """One sign-in that worked. ``homes`` are the addresses below which the calendars lie, ``principal`` that of the person;
    ``schedules``: the server sends invitations itself (RFC 6638). ``ca``: PEM of an own certificate authority, for this server
    alone."""

    email: str
    user: str
    password: str = field(repr=False)
    homes: tuple[str, ...]
    principal: str = ""
    schedules: bool = False
    ca: str = ""

    def dump(self) -> bytes:
        """To be sealed; nothing else may keep it."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def load(cls, plain: bytes) -> Keys:
        """What ``dump`` made."""
        found = json.loads(plain)
        return cls(**{**found, "homes": tuple(found["homes"])})
