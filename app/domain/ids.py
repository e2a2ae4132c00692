"""Identifiers: random, unguessable, made in one place."""

from __future__ import annotations

import hashlib
import hmac
import secrets


def new_id() -> str:
    """A random identifier of 128 bits, for rows. Not a secret: it may stand in logs and on standard output."""
    return secrets.token_hex(16)


def new_token() -> str:
    """A secret of 256 bits for a link, 43 characters of the URL-safe alphabet."""
    return secrets.token_urlsafe(32)


def token_hash(key: bytes, purpose: str, token: str) -> bytes:
    """What is stored of a token: HMAC-SHA256 over purpose, a zero byte and the token."""
    return hmac.new(key, purpose.encode() + b"\0" + token.encode(), hashlib.sha256).digest()
