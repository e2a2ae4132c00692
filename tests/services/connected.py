"""Workspace folders with an account that was signed in to at a server of the tests, for programs that are started on them.

A kind of account is one entry in ``KINDS``: its world, what a sign-in there leaves behind, where the program finds the server,
and how the tests lay hands on it.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from app.bootstrap import Keys
from app.domain.clock import DAY, Clock, SystemClock
from app.domain.connections import Account, Calendar, ProviderKind
from app.domain.pages import Hours, Page, Rolling, Rules
from app.domain.settings import FirstRun, Profile
from app.models.database import Database
from app.paths import database_file
from app.providers import registry
from app.providers.base import Connector, Provider, SignedIn
from app.providers.local import LocalProvider
from app.services.event_store import DatabaseEventStore
from app.services.workspace import Workspace
from tests.servers.ews.certificates import authority, pem
from tests.services.hands import CalDavHands, ExchangeHands, Hands
from tests.services.opened import ALWAYS, ZONE

PASSPHRASE = "planted passphrase 5c1e"


@dataclass(frozen=True, slots=True)
class Kind:
    """``sign_in``: what a sign-in of the world leaves behind, given the address through which the server is reached; ``how``:
    what the world is made with; ``base``: its server's address."""

    provider: ProviderKind
    world: str
    sign_in: Callable[[Any, str], bytes]
    environment: Callable[[str], dict[str, str]]
    fields: Mapping[str, str]
    base: Callable[[Any], str] = lambda world: str(world.server.base)
    hands: type[Hands] = Hands
    how: Mapping[str, Any] = field(default_factory=dict)

    def new_world(self) -> Any:
        """An account at the server, of whoever asks alone."""
        module, name = self.world.split(":")
        return getattr(importlib.import_module(module), name)(**self.how)

    def secret(self, world: Any, through: str = "") -> bytes:
        return self.sign_in(world, through or self.base(world))


def _google_secret(world: Any, base: str) -> bytes:
    from app.providers.google.connector import dump

    return dump(world.client, world.tokens())


def _exchange_secret(world: Any, base: str) -> bytes:
    return replace(world.keys, url=world.keys.url.replace(world.server.base, base)).dump()


def _caldav_secret(world: Any, base: str) -> bytes:
    keys = world.keys()
    homes = tuple(each.replace(world.door.base, base) for each in keys.homes)
    ca = pem(authority()[0]) if base.startswith("https:") else ""
    return replace(keys, homes=homes, principal=keys.principal.replace(world.door.base, base), ca=ca).dump()


KINDS = {
    "google": Kind(
        ProviderKind.GOOGLE, "tests.providers.google.worlds:GoogleWorld", _google_secret,
        lambda base: {"AFTALE_GOOGLE_BASE": base}, {"client_id": "shipped", "client_secret": "shipped"},
    ),
    "office365": Kind(
        ProviderKind.OFFICE365, "tests.providers.office365.worlds:GraphWorld", lambda world, base: world.credentials().dump(),
        lambda base: {"AFTALE_GRAPH_BASE": base, "AFTALE_LOGIN_BASE": base}, {"client_id": "shipped"},
    ),
    "exchange": Kind(
        ProviderKind.EXCHANGE, "tests.providers.exchange.worlds:EwsWorld", _exchange_secret,
        lambda base: {}, {"email": "filled in"}, hands=ExchangeHands,
    ),
    "caldav": Kind(
        ProviderKind.CALDAV, "tests.providers.caldav.worlds:CalDavWorld", _caldav_secret,
        lambda base: {}, {"address": "filled in"}, base=lambda world: str(world.door.base), hands=CalDavHands,
    ),
}  # fmt: skip
BY_BROWSER, BY_FORM = ("google", "office365"), ("exchange", "caldav")


class SignedInAlready:
    """The connector of a kind, at which somebody has done all that a person does in the browser."""

    def __init__(self, real: Connector, signed: SignedIn) -> None:
        self._real, self._signed = real, signed

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    async def sign_in(self, *given: Any, **named: Any) -> SignedIn:
        return self._signed


@dataclass
class Connected:
    """``environment`` is for the program; ``remote`` is the booking calendar in the words of its service."""

    kind: Kind
    world: Any
    folder: Path
    environment: dict[str, str]
    secret: bytes
    account: Account
    calendars: tuple[Calendar, ...]

    @property
    def hands(self) -> Hands:
        return self.kind.hands(self.world)

    @property
    def booking(self) -> Calendar:
        return next(each for each in self.calendars if each.booking)

    async def events(self) -> list[tuple[str, int]]:
        """Which bookings stand at the service, and when."""
        now, provider = SystemClock().now(), self.world.connect()
        try:
            found = await provider.read_window(self.booking.at, now - DAY, now + 60 * DAY)
            return sorted((each.booking, each.start) for each in found if each.booking)
        finally:
            await provider.close()


@contextlib.contextmanager
def environment(changed: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in changed}
    os.environ.update(changed)
    try:
        yield
    finally:
        for name, text in before.items():
            if text is None:
                del os.environ[name]
            else:
                os.environ[name] = text


async def connect(folder: Path, kind: Kind, world: Any = None, through: str = "") -> Connected:
    """A workspace with one page, open all day, and one connected account whose calendars have been read once. ``through``: base
    address of something between the program and the server."""
    world = world or kind.new_world()
    variables = {"AFTALE_PASSPHRASE": PASSPHRASE, **kind.environment(through or kind.base(world))}
    secret = kind.secret(world, through)
    with environment(variables):
        signed = SignedIn(world.email, "Anna Holm", secret)
        workspace = await asyncio.to_thread(_built, folder, kind, SignedInAlready(registry.load(kind.provider), signed))
        await workspace.load()
        await asyncio.to_thread(workspace.unlock)
        workspace.look_for_key()
        current = workspace.settings.current
        profile = Profile("Anna Holm", zone=ZONE)
        await workspace.settings.save(replace(current, profile=profile, own_part="anna", first_run=FirstRun(4)))
        await workspace.pages.save(open_page())
        await workspace.connecting.allow(True)
        found = await workspace.connecting.sign_in(kind.provider, str, asyncio.Event(), str)
        account = await workspace.connecting.confirm(found.id)
        await workspace.sync.now(account.id)
        calendars = await workspace.accounts.calendars()
        await workspace.close()
    return Connected(kind, world, folder, variables, secret, account, calendars)


def open_page() -> Page:
    rules = Rules((30,), step=30, notice=0, window=Rolling(30))
    return Page("page1", "anna/page-1", "Page 1", rules=rules, hours=Hours(ZONE, ALWAYS))


@contextlib.asynccontextmanager
async def working(
    connected: Connected, passphrase: str = PASSPHRASE, clock: Clock | None = None, door: Connector | None = None
) -> AsyncIterator[Workspace]:
    """The workspace in this process, its workers running, without the pages' server. ``door``: a connector in the place of the
    real one."""
    with environment({**connected.environment, "AFTALE_PASSPHRASE": passphrase}):
        real = door or registry.load(connected.kind.provider)
        workspace = await asyncio.to_thread(_built, connected.folder, connected.kind, real, clock)
        await workspace.load()
        await asyncio.to_thread(workspace.unlock)
        workspace.look_for_key()
        workspace.outbox.lost = workspace.sync.lost
        workspace.run()
        try:
            yield workspace
        finally:
            await workspace.close()


async def sign_in_again(connected: Connected, workspace: Workspace) -> None:
    """What *Reconnect* does once the person is back from the browser, or has filled in the form."""
    connected.hands.renew()
    signed = SignedIn(connected.world.email, "Anna Holm", connected.kind.secret(connected.world))
    door = SignedInAlready(registry.load(connected.kind.provider), signed)
    workspace.connecting._known[connected.kind.provider] = door  # type: ignore[assignment]
    await workspace.connecting.reconnect(connected.account.id, str, asyncio.Event(), str)


def _built(folder: Path, kind: Kind, door: Any, clock: Clock | None = None) -> Workspace:
    database = Database(database_file(folder))
    database.open()
    keys = Keys(folder, None)

    async def connector_of(asked: ProviderKind) -> Connector:
        made: Connector = door
        return made

    def provider_of(account: Account) -> Provider:
        return LocalProvider(account.id, DatabaseEventStore(database))

    return Workspace(
        folder, database, clock or SystemClock(), provider_of, keys.seal, keys.unlock, keys.open,
        connector_of, (kind.provider,), {kind.provider: kind.fields},
    )  # fmt: skip
