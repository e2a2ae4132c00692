"""Sealed secrets in the database: written and read here and nowhere else (CON-10)."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from app.domain.connections import ProviderKind
from app.domain.errors import SecretUnreadable
from app.models import secrets as rows
from app.models.base import Session
from app.models.database import Database

Seal = Callable[[bytes, str], bytes | None]
Open = Callable[[bytes, str], bytes]


class Need(StrEnum):
    """What opens the secrets while there is no key: the system's keyring, which has it and is locked; the passphrase under
    which they lie; or a passphrase to be chosen, for nothing was ever kept."""

    KEYRING = "keyring"
    PASSPHRASE = "passphrase"
    NEW = "new"


class Door(Protocol):
    """The way to the key, for a thread: each try may wait for a keyring, or take a second to compute."""

    def need(self) -> Need: ...

    def try_open(self, salt: bytes, passphrase: str = "") -> bool:
        """Looks in the keyring again, or takes ``passphrase``; False if that does not open the secrets. A passphrase in the
        place of a keyring's key makes a new key: what was kept before cannot be opened with it."""
        ...


def account_secret(account: str) -> str:
    """Where an account's sign-in is kept."""
    return f"account:{account}"


def client_secret(kind: ProviderKind) -> str:
    """Where the OAuth client for accounts of ``kind`` is kept."""
    return f"client:{kind.value}"


class SecretsService:
    """``seal`` returns None while there is no key; ``open_sealed`` raises SecretUnreadable then."""

    def __init__(self, database: Database, seal: Seal, open_sealed: Open) -> None:
        self._database, self._seal, self._open = database, seal, open_sealed

    @property
    def locked(self) -> bool:
        """There is no key: nothing can be kept or read."""
        return self._seal(b"", "probe") is None

    def sealed(self, name: str, plain: bytes) -> bytes:
        """For a caller that keeps it in a transaction of its own. Raises SecretUnreadable while locked."""
        sealed = self._seal(plain, name)
        if sealed is None:
            raise SecretUnreadable("locked")
        return sealed

    async def keep(self, name: str, plain: bytes) -> None:
        """Keeps ``plain``, in place of what was there. Raises SecretUnreadable while locked."""
        sealed = self.sealed(name, plain)
        await self._database.write(lambda session: rows.save_secret(session, name, sealed))

    async def keep_if_there(self, name: str, plain: bytes) -> None:
        """``keep``, unless the secret was forgotten meanwhile: a refresh that ends after *Disconnect* brings nothing back."""
        sealed = self.sealed(name, plain)

        def write(session: Session) -> None:
            if rows.get_secret(session, name) is not None:
                rows.save_secret(session, name, sealed)

        await self._database.write(write)

    async def read(self, name: str) -> bytes | None:
        """What is kept under that name; None if nothing is. Raises SecretUnreadable."""
        sealed = await self._database.read(lambda session: rows.get_secret(session, name))
        return None if sealed is None else self._open(sealed, name)

    async def forget(self, name: str) -> None:
        await self._database.write(lambda session: rows.delete_secret(session, name))
