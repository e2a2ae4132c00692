"""The provider of an account that is kept elsewhere, made when it is first used.

Its libraries are heavy and its sign-in lies sealed under a key that a keyring gives up only after a while, so neither is there
when the workspace opens. Whoever asks first waits for both.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from app.domain.calendars import Event, EventDraft
from app.domain.clock import Instant
from app.domain.connections import Account
from app.domain.errors import SecretUnreadable, SignInExpired
from app.providers.base import Changes, Early, Provider, RemoteCalendar, TellsEarly

Maker = Callable[[Account], Awaitable[Provider]]


class RemoteProvider:
    """``make`` opens the sign-in and builds the provider. Raises SignInExpired from every call while there is no sign-in."""

    keeps_events_here = False
    tells_early = True

    def __init__(self, account: Account, make: Maker) -> None:
        self.kind, self.account = account.provider, account.id
        self._of, self._make = account, make
        self._made: Provider | None = None
        self._lock = asyncio.Lock()

    async def renew(self) -> None:
        """From the next call on with the sign-in that is kept then."""
        async with self._lock:
            made, self._made = self._made, None
        if made is not None:
            await made.close()

    async def close(self) -> None:
        await self.renew()

    async def _there(self) -> Provider:
        async with self._lock:
            if self._made is None:
                try:
                    self._made = await self._make(self._of)
                except SecretUnreadable as error:
                    raise SignInExpired(self.account, error.reason) from error
            return self._made

    async def calendars(self) -> tuple[RemoteCalendar, ...]:
        return await (await self._there()).calendars()

    async def read_window(self, calendar: str, start: Instant, end: Instant) -> tuple[Event, ...]:
        return await (await self._there()).read_window(calendar, start, end)

    async def changes(self, calendar: str, token: str, start: Instant, end: Instant, early: Early | None = None) -> Changes:
        """``early`` hears nothing from a provider that tells everything at its end."""
        made = await self._there()
        if early is not None and isinstance(made, TellsEarly):
            return await made.changes(calendar, token, start, end, early)
        return await made.changes(calendar, token, start, end)

    async def create(self, calendar: str, draft: EventDraft) -> Event:
        return await (await self._there()).create(calendar, draft)

    async def update(self, calendar: str, event: str, draft: EventDraft) -> Event:
        return await (await self._there()).update(calendar, event, draft)

    async def delete(self, calendar: str, event: str) -> None:
        await (await self._there()).delete(calendar, event)

    async def find(self, calendar: str, key: str) -> Event | None:
        return await (await self._there()).find(calendar, key)
