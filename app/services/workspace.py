"""One workspace: a user's whole state, opened, with all services built on it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.domain.clock import DAY, Clock
from app.domain.connections import Account, ProviderKind
from app.domain.errors import AftaleError, NotFound, SecretUnreadable
from app.models.database import Database
from app.providers.base import Connector, Provider
from app.services import demo
from app.services.accounts import AccountsService
from app.services.announcer import Announcer
from app.services.availability import AvailabilityService
from app.services.booking import BookingService
from app.services.connecting import ConnectingService
from app.services.data.service import DataService
from app.services.following import Following
from app.services.holidays import HolidayKeeper
from app.services.notices import NoticesService
from app.services.outbox import Outbox
from app.services.overview import OverviewService
from app.services.pages import PagesService
from app.services.publishing import PublishingService
from app.services.remote import RemoteProvider
from app.services.secrets import Door, Need, SecretsService, account_secret
from app.services.settings import SettingsService
from app.services.sync.service import SyncService

HOUSE_AFTER = 30.0
HOUSE_EVERY = 6 * 3600.0
_log = logging.getLogger(__name__)


def _locked(sealed: bytes, context: str) -> bytes:
    raise SecretUnreadable("locked")


async def _no_connector(kind: ProviderKind) -> Connector:
    raise NotFound(f"provider {kind}")


class Workspace:
    """``provider_of`` makes the provider of an account that needs no sign-in, once; ``seal`` encrypts what is kept for later,
    or returns None while the key has not been found, and ``open_sealed`` is its way back; ``unlock`` looks for the key, given
    the salt of the workspace. ``connector_of`` finds how accounts of the ``kinds`` are connected; ``shipped``: OAuth clients
    that came with the program. ``door``: how an owner opens the secrets when ``unlock`` found no key."""

    def __init__(
        self,
        folder: Path,
        database: Database,
        clock: Clock,
        provider_of: Callable[[Account], Provider],
        seal: Callable[[bytes, str], bytes | None],
        unlock: Callable[[bytes], None] | None = None,
        open_sealed: Callable[[bytes, str], bytes] | None = None,
        connector_of: Callable[[ProviderKind], Awaitable[Connector]] | None = None,
        kinds: tuple[ProviderKind, ...] = (),
        shipped: Mapping[ProviderKind, Mapping[str, str]] | None = None,
        door: Door | None = None,
    ) -> None:
        self.folder, self.database, self.clock = folder, database, clock
        self.announcer = Announcer()
        self.settings = SettingsService(database, self.announcer, clock)
        self.pages = PagesService(database, self.announcer, clock, self.settings)
        self._providers: dict[str, Provider] = {}
        self._make_provider = provider_of
        self.outbox = Outbox(database, self.announcer, clock, lambda account: self.accounts.provider(account))
        self.sync = SyncService(
            database, self.announcer, clock, self.settings, self._provider_of, self.outbox.wake, self.outbox.account_back
        )
        self.outbox.lost = self.sync.lost
        self.sync.after.append(Following(clock))
        self.accounts = AccountsService(
            database, self.announcer, clock, self.settings, self._provider_of, self.outbox.wake,
            self._account_gone, self.sync.follow, self.sync.now, self.sync,
        )  # fmt: skip
        self.secrets = SecretsService(database, seal, open_sealed or _locked)
        self.connecting = ConnectingService(
            database, self.announcer, clock, self.settings, self.secrets,
            connector_of or _no_connector, kinds if connector_of is not None else (), shipped or {}, self._account_connected,
        )  # fmt: skip
        self._connects = connector_of is not None
        self.availability = AvailabilityService(database, clock, self.settings)
        self.bookings = BookingService(database, self.announcer, clock, self.settings, seal, self.accounts, self.outbox.wake)
        self.publishing = PublishingService(
            self.announcer, clock, self.settings, self.pages, self.availability, self.bookings, database
        )
        self.domains = self.publishing.domains
        self.holidays = HolidayKeeper(clock, self.settings, self.announcer)
        self.overview = OverviewService(database, clock, self.settings, self.publishing.reach, lambda: self.sync.network)
        self.notices = NoticesService(database, self.announcer, self.settings, clock)
        self.data = DataService(
            folder, database, self.announcer, clock, self.settings, self.accounts, self.bookings, self.publishing
        )
        self._unlock, self._unlocked, self._door = unlock, False, door
        self._open = open_sealed or _locked
        self._key_sought = asyncio.Event()
        if unlock is None:
            self._key_sought.set()
        self._tasks: list[asyncio.Task[None]] = []

    def _provider_of(self, account: Account) -> Provider:
        if account.id not in self._providers:
            kept_here = account.provider is ProviderKind.LOCAL or not self._connects
            made = self._make_provider(account) if kept_here else RemoteProvider(account, self._open_account)
            self._providers[account.id] = made
        return self._providers[account.id]

    async def _open_account(self, account: Account) -> Provider:
        # A keyring takes a moment after the start: whoever needs a sign-in waits for it.
        await self._key_sought.wait()
        return await self.connecting.open(account)

    async def _account_connected(self, account: Account) -> None:
        """A new sign-in is kept: everything that talks to the account uses it from now on."""
        provider = self._provider_of(account)
        if isinstance(provider, RemoteProvider):
            await provider.renew()
        await self.accounts.load()
        self.sync.account_connected(account.id)
        self.outbox.wake()

    async def _account_gone(self, account: Account, sealed: bytes | None) -> None:
        self.sync.account_gone(account.id)
        provider = self._providers.pop(account.id, None)
        if provider is not None:
            await provider.close()
        if sealed is not None and self._connects:
            # Not waited for: the provider may be out of reach for long.
            self._later(self._give_back(account, sealed))

    async def _give_back(self, account: Account, sealed: bytes) -> None:
        with contextlib.suppress(SecretUnreadable):
            await self.connecting.forget(account, self._open(sealed, account_secret(account.id)))

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.append(task)
        task.add_done_callback(lambda done: self._tasks.remove(done) if done in self._tasks else None)

    async def load(self) -> None:
        """Reads what is kept in memory. The database must be open."""
        await self.settings.load()
        for account in await self.accounts.accounts():
            self._provider_of(account)
        await self.accounts.load()

    def unlock(self) -> None:
        """Looks for the key of the secrets, once. Takes seconds; for a thread."""
        if self._unlock is not None and not self._unlocked:
            self._unlocked = True
            self._unlock(self.settings.salt)

    def look_for_key(self) -> None:
        """``unlock`` in a thread of its own: a keyring may wait for its owner, and only those who need a sign-in wait for
        it."""
        loop = asyncio.get_running_loop()

        def look() -> None:
            try:
                self.unlock()
            finally:
                # The loop may have ended while the keyring was waiting.
                with contextlib.suppress(RuntimeError):
                    loop.call_soon_threadsafe(self._key_sought.set)

        threading.Thread(target=look, name="secrets", daemon=True).start()

    async def key_needed(self) -> Need | None:
        """What would open the secrets, once the key was looked for; None while nothing is locked."""
        await self._key_sought.wait()
        if self._door is None or not self.secrets.locked:
            return None
        return await asyncio.get_running_loop().run_in_executor(None, self._door.need)

    async def open_secrets(self, passphrase: str = "") -> bool:
        """Looks in the keyring again, or takes ``passphrase``. When that opens the secrets, all accounts go on at once."""
        assert self._door is not None
        opened = await asyncio.get_running_loop().run_in_executor(None, self._door.try_open, self.settings.salt, passphrase)
        if opened:
            for account in await self.accounts.accounts():
                provider = self._providers.get(account.id)
                if isinstance(provider, RemoteProvider):
                    await provider.renew()
                    self.sync.account_connected(account.id)
            self.outbox.wake()
        return opened

    def run(self) -> None:
        """Starts the workers; ``close`` ends them."""
        self.data.tidy()
        workers: tuple[Coroutine[Any, Any, None], ...] = (
            self.outbox.run(), self.sync.run(), self.notices.run(), self.holidays.run(), self._keep_house(),
        )  # fmt: skip
        self._tasks += [asyncio.ensure_future(worker) for worker in workers]

    async def _keep_house(self) -> None:
        """What has to be done now and then: series expanded further, kept answers forgotten, a backup a day."""
        # A program that starts every morning makes its backup every morning; the newest seven are kept.
        backed_up = self.clock.now() - DAY
        await asyncio.sleep(HOUSE_AFTER)
        while True:
            try:
                await self.accounts.extend_horizons()
                await self.bookings.forget_old_answers()
                await self.data.retention.apply()
                if self.clock.now() - backed_up >= DAY:
                    await self.database.backup()
                    backed_up = self.clock.now()
            except AftaleError as error:
                _log.warning("the house could not be kept: %s", error)
            await asyncio.sleep(HOUSE_EVERY)

    async def close(self) -> None:
        """Ends the pages and the workers, then closes the database."""
        await self.publishing.stop()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._tasks.clear()
        for provider in self._providers.values():
            await provider.close()
        await asyncio.get_running_loop().run_in_executor(None, self.database.close)

    async def is_new(self) -> bool:
        """Nothing was ever set up here."""
        return not await self.pages.all() and not await self.accounts.accounts() and self.settings.current.first_run.step == 0

    async def begin_without_questions(self, zone: str) -> None:
        """Connects the calendar on this computer, in its ``zone``, in a new workspace that nobody sets up in a window."""
        if await self.is_new():
            await self.settings.change(lambda stored: replace(stored, profile=replace(stored.profile, zone=zone)))
            await self.accounts.connect_local("On this computer", zone)

    async def fill_demo(self) -> bool:
        """Fills an empty workspace with demo data. Returns False, having changed nothing, when it is not empty."""
        if not await self.is_new():
            return False
        await demo.fill(self)
        return True
