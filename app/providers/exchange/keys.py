"""What an account needs to sign in: kept as one secret document (CON-10)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True)
class Keys:
    """One sign-in that worked. ``version`` is the name of a schema, ``build`` what the server said of itself, ``auth`` how the
    password is shown: ``basic``, ``ntlm`` or ``negotiate``. ``ca``: PEM of an own certificate authority, for this server alone.
    ``shared``: mailboxes of others whose calendars are looked at."""

    email: str
    password: str = field(repr=False)
    user: str
    url: str
    version: str
    build: tuple[int, int, int, int]
    auth: str
    ca: str = ""
    shared: tuple[str, ...] = ()

    def dump(self) -> bytes:
        """To be sealed; nothing else may keep it."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def load(cls, plain: bytes) -> Keys:
        """What ``dump`` made."""
        found = json.loads(plain)
        return cls(**{**found, "build": tuple(found["build"]), "shared": tuple(found.get("shared", ()))})
