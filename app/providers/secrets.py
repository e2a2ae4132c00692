"""Where secrets are safe: sealed under one key, which lies in the system's keyring or follows from a passphrase (CON-10).

The key is 32 random bytes in the keyring, one for each workspace: small enough for every keyring. Without a keyring that works
the key is made from a passphrase (Argon2id, RFC 9106 §4). Without either the store is *locked*: it seals and opens nothing, and
accounts that need a secret show *sign in again*. Never is a key or a secret written in clear anywhere else.

What is sealed can be kept in the database: AES-256-GCM with a nonce of its own, bound to a *context* such as ``account:1``,
so that a row moved to another place does not open there.

The *proof* is a known text sealed under the key, for the caller to keep beside the salt. It tells at the next start whether a
passphrase is the right one, and whether the keyring still has the key.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import secrets
import threading
import unicodedata
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from app.domain.errors import SecretUnreadable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from keyring.backend import KeyringBackend

T = TypeVar("T")
SERVICE = "aftale"
VARIABLE = "AFTALE_PASSPHRASE"
PATIENCE = 5.0
"""Seconds that the keyring may take: a locked one may wait for a prompt that nobody sees."""
KEY_BYTES, NONCE_BYTES = 32, 12
VERSION = b"\x01"
PROOF_CONTEXT = "proof"
TRUSTED = frozenset(f"keyring.backends.{name}" for name in ("SecretService", "kwallet", "libsecret", "macOS", "Windows"))
"""Keyrings of operating systems. Others may be plain files."""


class SecretState(StrEnum):
    KEYRING = "keyring"
    PASSPHRASE = "passphrase"
    LOCKED = "locked"


class SecretStore:
    """Seals and opens secrets under one key. ``renewed``: the key of the last time is lost, and what was sealed with it."""

    def __init__(self, state: SecretState, key: bytes = b"", renewed: bool = False) -> None:
        self.state, self._key, self.renewed = state, key, renewed

    def __repr__(self) -> str:
        return f"SecretStore({self.state})"

    @classmethod
    def unlock(
        cls,
        workspace: str,
        salt: bytes,
        proof: bytes = b"",
        ask: Callable[[bool], str | None] | None = None,
        environment: Mapping[str, str] = os.environ,
        patience: float = PATIENCE,
    ) -> SecretStore:
        """Finds the key of ``workspace``. Takes up to twice ``patience`` seconds, and as long as ``ask`` does: not for the
        loop's thread.

        ``salt``: at least 16 random bytes of the workspace. ``proof``: the one kept from the last time, if any. ``ask`` is
        called for a passphrase where one is needed and ``environment`` has none, with True after a wrong one; None gives up.
        """
        with_passphrase = proof[:1] == _mark(SecretState.PASSPHRASE)
        if not with_passphrase:
            key, renewed = _keyring_key(workspace, proof, patience)
            if key:
                return cls(SecretState.KEYRING, key, renewed)
        passphrase, again = environment.get(VARIABLE, ""), False
        while True:
            if not passphrase and ask is not None:
                passphrase = ask(again) or ""
            if not passphrase:
                return cls(SecretState.LOCKED)
            store = cls(SecretState.PASSPHRASE, derive(passphrase, salt), renewed=bool(proof) and not with_passphrase)
            if not with_passphrase or store.proves(proof):
                return store
            passphrase, again = "", True

    @property
    def proof(self) -> bytes:
        """To be kept by the caller; empty while locked."""
        if self.state is SecretState.LOCKED:
            return b""
        return _mark(self.state) + self.seal(SERVICE.encode(), PROOF_CONTEXT)

    def proves(self, proof: bytes) -> bool:
        """Whether ``proof`` was made under this key."""
        try:
            return self.open(proof[1:], PROOF_CONTEXT) == SERVICE.encode()
        except SecretUnreadable:
            return False

    def seal(self, plain: bytes, context: str) -> bytes:
        """What only this key opens again, in the same context. Raises SecretUnreadable while locked."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return VERSION + nonce + self._cipher().encrypt(nonce, plain, context.encode())

    def seal_or_none(self, plain: bytes, context: str) -> bytes | None:
        """``seal``, or None while locked."""
        return None if self.state is SecretState.LOCKED else self.seal(plain, context)

    def open(self, sealed: bytes, context: str) -> bytes:
        """The secret. Raises SecretUnreadable."""
        from cryptography.exceptions import InvalidTag

        cipher = self._cipher()
        nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        if sealed[:1] != VERSION or len(nonce) != NONCE_BYTES:
            raise SecretUnreadable("damaged")
        try:
            return cipher.decrypt(nonce, body, context.encode())
        except InvalidTag as error:
            raise SecretUnreadable("damaged") from error

    def _cipher(self) -> AESGCM:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        if self.state is SecretState.LOCKED:
            raise SecretUnreadable("locked")
        return AESGCM(self._key)


def derive(passphrase: str, salt: bytes) -> bytes:
    """The key of a passphrase: Argon2id with 64 MiB, three passes and four lanes."""
    from argon2.low_level import Type, hash_secret_raw

    text = unicodedata.normalize("NFC", passphrase).encode()
    return bytes(
        hash_secret_raw(text, salt, time_cost=3, memory_cost=64 * 1024, parallelism=4, hash_len=KEY_BYTES, type=Type.ID)
    )


def kept_under(proof: bytes) -> SecretState | None:
    """What kind of key a proof was made under; None for none."""
    return next((state for state in (SecretState.KEYRING, SecretState.PASSPHRASE) if proof[:1] == _mark(state)), None)


def _mark(state: SecretState) -> bytes:
    return state.value[:1].encode()


def _keyring_key(workspace: str, proof: bytes, patience: float) -> tuple[bytes, bool]:
    """The key from the keyring, made if there is none or it is not the one of ``proof``, and whether that key was lost. No key
    where there is no keyring that works."""
    kept = within(patience, lambda: _kept_key(workspace))
    if kept is None:
        return b"", False
    if kept and (not proof or SecretStore(SecretState.KEYRING, kept).proves(proof)):
        return kept, False
    made = secrets.token_bytes(KEY_BYTES)
    written = within(patience, lambda: _write_key(workspace, made))
    return (made, bool(proof)) if written else (b"", False)


def _kept_key(workspace: str) -> bytes | None:
    """The stored key, empty if there is none; None where the keyring does not keep what it is given."""
    backend = trusted_backend()
    if backend is None:
        return None
    found = _decode(backend.get_password(SERVICE, workspace))
    if found:
        return found
    probe, word = f"{workspace} probe", secrets.token_hex(8)
    backend.set_password(SERVICE, probe, word)
    works = backend.get_password(SERVICE, probe) == word
    backend.delete_password(SERVICE, probe)
    return b"" if works else None


def _write_key(workspace: str, key: bytes) -> bool:
    backend = trusted_backend()
    if backend is None:
        return False
    backend.set_password(SERVICE, workspace, base64.b64encode(key).decode())
    return _decode(backend.get_password(SERVICE, workspace)) == key


def _decode(text: str | None) -> bytes:
    try:
        found = base64.b64decode(text or "", validate=True)
    except binascii.Error:
        return b""
    return found if len(found) == KEY_BYTES else b""


def trusted_backend() -> KeyringBackend | None:
    """The operating system's keyring, as the user set it up; None if the one that is set up is not an operating system's."""
    import keyring

    chosen = keyring.get_keyring()
    for backend in getattr(chosen, "backends", [chosen]):
        if type(backend).__module__ in TRUSTED:
            found: KeyringBackend = backend
            return found
    return None


def within(seconds: float, function: Callable[[], T]) -> T | None:
    """What ``function`` returns in a thread of its own; None if it fails or takes longer. A thread that hangs does not keep the
    program from ending."""
    results: list[T] = []

    def work() -> None:
        # A keyring fails in as many ways as there are keyrings and buses; each of them means that there is none.
        with contextlib.suppress(Exception):
            results.append(function())

    thread = threading.Thread(target=work, name="keyring", daemon=True)
    thread.start()
    thread.join(seconds)
    return results[0] if results and not thread.is_alive() else None
