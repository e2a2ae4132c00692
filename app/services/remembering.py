"""What a visitor's browser keeps so that their fields are filled in the next time: sealed here, read here only (URL-6).

Nothing is stored on this side. The seal holds the host that gave it, so that it is good there and nowhere else, and the time,
so that it ends.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets

from app.domain.booking import Visitor
from app.domain.clock import DAY, Instant

KEPT_FOR = 180 * DAY
_FIELDS = ("first_name", "last_name", "email")


def keep(salt: bytes, host: str, visitor: Visitor, now: Instant) -> str:
    """The value of the cookie."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    plain = {"until": now + KEPT_FOR, **{name: getattr(visitor, name) for name in _FIELDS}}
    nonce = secrets.token_bytes(12)
    sealed = nonce + AESGCM(_key(salt)).encrypt(nonce, json.dumps(plain).encode(), host.encode())
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def recall(salt: bytes, host: str, kept: str, now: Instant) -> dict[str, str]:
    """The form's fields; none for a value that was not made here, for another host, or too long ago."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        sealed = base64.urlsafe_b64decode(kept + "=" * (-len(kept) % 4))
        plain = json.loads(AESGCM(_key(salt)).decrypt(sealed[:12], sealed[12:], host.encode()))
    except (InvalidTag, ValueError, binascii.Error):
        return {}
    return {name: plain[name] for name in _FIELDS} if plain["until"] > now else {}


def _key(salt: bytes) -> bytes:
    return hmac.new(salt, b"remembered visitor\x01", hashlib.sha256).digest()
