"""Answers kept for a day, so that a form sent twice is answered the same and books once (idempotency keys).

A kept answer holds a manage token, so it is encrypted: with a key derived from the sender's own idempotency key, which is not
stored. Whoever reads the database cannot read the answers; whoever repeats the request can.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets

from app.domain.booking import Answer, Promised, Taken
from app.domain.clock import DAY, Instant
from app.domain.plain import from_plain, to_plain

KEPT_FOR = DAY


def key_hash(salt: bytes, key: str) -> bytes:
    """What stands in the database for the key."""
    return hmac.new(salt, b"idempotency\0" + key.encode(), hashlib.sha256).digest()


def seal(salt: bytes, key: str, answer: Promised | Taken) -> bytes:
    """A nonce of 12 bytes, then the encrypted answer."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    plain = {"kind": type(answer).__name__, "answer": to_plain(answer)}
    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(_cipher_key(salt, key)).encrypt(nonce, json.dumps(plain).encode(), b"answer")


def open_sealed(salt: bytes, key: str, sealed: bytes) -> Answer:
    """What ``seal`` made with the same salt and key; with others it raises cryptography's InvalidTag."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    plain = json.loads(AESGCM(_cipher_key(salt, key)).decrypt(sealed[:12], sealed[12:], b"answer"))
    if plain["kind"] == "Promised":
        return from_plain(Promised, plain["answer"])
    return from_plain(Taken, plain["answer"])


def _cipher_key(salt: bytes, key: str) -> bytes:
    # HKDF with one output block (RFC 5869): the key may be short text, the salt is the workspace's own.
    secret = hmac.new(salt, key.encode(), hashlib.sha256).digest()
    return hmac.new(secret, b"kept answer\x01", hashlib.sha256).digest()


def expires(now: Instant) -> Instant:
    return now + KEPT_FOR
