"""A workspace whose accounts are signed in to at services that live in memory, sealed under a real key."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.domain.clock import Clock, Instant
from app.domain.connections import Access, Account, ProviderKind
from app.domain.errors import InvalidFields, NotFound, SignInFailed
from app.models.database import Database
from app.paths import database_file
from app.providers.base import Connector, Keep, Provider, SignedIn, Told
from app.providers.local import LocalProvider
from app.providers.memory import MemoryAccount, MemoryProvider
from app.providers.secrets import SecretState, SecretStore
from app.services.event_store import DatabaseEventStore
from app.services.workspace import Workspace
from tests.services.opened import StandingClock

KEY = SecretStore(SecretState.KEYRING, b"k" * 32)


@dataclass
class MemoryDoor:
    """A connector whose *browser* answers by itself: ``person`` is who signs in, ``answer`` what they do there."""

    kind: ProviderKind = ProviderKind.GOOGLE
    by_browser: bool = True
    services: dict[str, MemoryAccount] = field(default_factory=dict)
    person: str = "jane@example.com"
    answer: str = "accept"
    shared: bool = False
    missing: tuple[str, ...] = ()
    ends: Instant = 0
    signed_out: list[str] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)

    def service(self, email: str) -> MemoryAccount:
        if email not in self.services:
            self.services[email] = made = MemoryAccount(email)
            made.add_calendar(email, email)
        return self.services[email]

    def check(self, fields: Mapping[str, str]) -> dict[str, str]:
        return {} if fields.get("client_id") else {"client_id": "missing"}

    def read_file(self, text: str) -> dict[str, str]:
        if not text.startswith("{"):
            raise InvalidFields({"client_file": "not_json"})
        found: dict[str, str] = json.loads(text)
        return found

    async def sign_in(
        self, fields: Mapping[str, str], open_browser: Callable[[str], object], cancel: asyncio.Event, told: Told, clock: Clock,
        *, login_hint: str = "", limit: float = 300.0,
    ) -> SignedIn:  # fmt: skip
        told("browser")
        self.opened.append(login_hint)
        open_browser("https://consent.example/")
        if self.answer == "wait":
            await cancel.wait()
            raise SignInFailed("cancelled")
        if self.answer != "accept":
            raise SignInFailed(self.answer)
        self.service(self.person)
        secret = json.dumps({"who": self.person, "client": fields["client_id"], "token": "planted-refresh-token"}).encode()
        return SignedIn(self.person, "Jane", secret, self.missing, self.ends, self.shared)

    def provider(self, account: str, secret: bytes, keep: Keep, clock: Clock) -> Provider:
        service = self.service(json.loads(secret)["who"])
        return MemoryProvider(service, self.kind)

    def sign_in_ends(self, secret: bytes) -> Instant:
        return self.ends

    async def sign_out(self, secret: bytes, clock: Clock) -> None:
        self.signed_out.append(json.loads(secret)["who"])


def team(service: MemoryAccount) -> None:
    """What a consultant sees besides the own calendar."""
    service.add_calendar("family", "Family", access=Access.EDIT)
    service.add_calendar("holidays", "Holidays in Denmark", access=Access.DETAILS)
    service.add_calendar("jonas@example.com", "Jonas Beck", access=Access.FREE_BUSY)


def open_with_doors(
    folder: Path,
    clock: StandingClock,
    *doors: MemoryDoor,
    store: SecretStore = KEY,
    shipped: Mapping[ProviderKind, Mapping[str, str]] | None = None,
) -> Workspace:
    """Built, not yet loaded. OAuth clients are shipped unless ``shipped`` says otherwise."""
    by_kind: dict[ProviderKind, Connector] = {door.kind: door for door in doors}

    async def connector_of(kind: ProviderKind) -> Connector:
        if kind not in by_kind:
            raise NotFound("provider")
        return by_kind[kind]

    database = Database(database_file(folder))
    database.open()

    def provider_of(account: Account) -> Provider:
        return LocalProvider(account.id, DatabaseEventStore(database))

    clients = {kind: {"client_id": "shipped"} for kind in by_kind} if shipped is None else shipped
    return Workspace(
        folder, database, clock, provider_of, store.seal_or_none, None, store.open, connector_of, tuple(by_kind), clients
    )
