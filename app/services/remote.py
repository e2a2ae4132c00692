"""The provider of an account that is kept elsewhere, made when it is first used.

Its libraries are heavy and its sign-in lies sealed under a key that a keyring gives up only after a while, so neither is there
when the workspace opens. Whoever asks first waits for both.

Nothing but errors of the tree comes out: what else a provider raises is a mistake of ours or of a library, told to the log
once and a passing fault to whoever asked. It says nothing about the calendar, least of all that it is free.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager

from app.domain.calendars import Event, EventDraft
from app.domain.clock import Instant
from app.domain.connections import Account
from app.domain.errors import AftaleError, SecretUnreadable, SignInExpired, Unreachable
from app.providers.base import Changes, Early, Provider, RemoteCalendar, TellsAtOnce, TellsEarly

Maker = Callable[[Account], Awaitable[Provider]]
_log = logging.getLogger(__name__)


class _Held:
    """A provider with those who are using it: it is closed when the last one of them is done."""

    def __init__(self, provider: Provider) -> None:
        self.provider, self.users, self._retired = provider, 0, False

    async def retire(self) -> None:
        """Closes it now, or when the last one who uses it is done."""
        self._retired = True
        await self.close_if_done()

    async def close_if_done(self) -> None:
        if self._retired and not self.users:
            await self.provider.close()


class RemoteProvider:
    """``make`` opens the sign-in and builds the provider. Raises SignInExpired from every call while there is no sign-in."""

    keeps_events_here = False
    tells_early = True

    def __init__(self, account: Account, make: Maker) -> None:
        self.kind, self.account = account.provider, account.id
        self._of, self._make = account, make
        self._held: _Held | None = None
        self._lock = asyncio.Lock()
        self._told: set[str] = set()

    async def renew(self) -> None:
        """From the next call on with the sign-in that is kept then. Calls that are running end with the one that they began
        with."""
        async with self._lock:
            held, self._held = self._held, None
        if held is not None:
            await held.retire()

    async def close(self) -> None:
        await self.renew()

    @asynccontextmanager
    async def _there(self) -> AsyncIterator[Provider]:
        async with self._lock:
            if self._held is None:
                try:
                    self._held = _Held(await self._make(self._of))
                except SecretUnreadable as error:
                    raise SignInExpired(self.account, error.reason) from error
            held = self._held
            held.users += 1
        try:
            with self._within_the_tree():
                yield held.provider
        finally:
            held.users -= 1
            await held.close_if_done()

    @contextmanager
    def _within_the_tree(self) -> Iterator[None]:
        """The same mistake is told once: a calendar is asked each minute."""
        try:
            yield
        except AftaleError:
            raise
        except Exception as error:
            what = f"{type(error).__name__}: {error}"
            if what not in self._told:
                self._told.add(what)
                _log.error("a calendar could not be used as it should", exc_info=error)
            raise Unreachable(self.account, type(error).__name__) from error

    async def calendars(self) -> tuple[RemoteCalendar, ...]:
        async with self._there() as made:
            return await made.calendars()

    async def read_window(self, calendar: str, start: Instant, end: Instant) -> tuple[Event, ...]:
        async with self._there() as made:
            return await made.read_window(calendar, start, end)

    async def changes(self, calendar: str, token: str, start: Instant, end: Instant, early: Early | None = None) -> Changes:
        """``early`` hears nothing from a provider that tells everything at its end."""
        async with self._there() as made:
            if early is not None and isinstance(made, TellsEarly):
                return await made.changes(calendar, token, start, end, early)
            return await made.changes(calendar, token, start, end)

    async def create(self, calendar: str, draft: EventDraft) -> Event:
        async with self._there() as made:
            return await made.create(calendar, draft)

    async def update(self, calendar: str, event: str, draft: EventDraft) -> Event:
        async with self._there() as made:
            return await made.update(calendar, event, draft)

    async def delete(self, calendar: str, event: str) -> None:
        async with self._there() as made:
            await made.delete(calendar, event)

    async def find(self, calendar: str, key: str) -> Event | None:
        async with self._there() as made:
            return await made.find(calendar, key)

    async def listen(self, calendars: Collection[str], told: Callable[[str], None]) -> None:
        """Ends with the sign-in that it began with, and at once where the service tells nothing. Whoever listens uses nothing:
        a provider that is given up is closed meanwhile."""
        async with self._there() as made:
            pass
        if isinstance(made, TellsAtOnce) and self._held is not None and self._held.provider is made:
            with self._within_the_tree():
                await made.listen(calendars, told)
