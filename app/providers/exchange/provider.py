"""Exchange on premises as a provider of calendars (``providers.base.Provider``).

All that blocks runs in one thread of the account, in turn. Nothing is guessed there: address, version and way in come with the
keys. Changes are looked for with SyncFolderItems; that it is time to look, the server may tell (``listening``).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, TypeVar

from app.domain.calendars import Event, EventDraft
from app.domain.clock import Clock, Instant
from app.domain.connections import ProviderKind
from app.domain.errors import SignInExpired, Unreachable
from app.providers.base import Changes, Early, RemoteCalendar
from app.providers.exchange.keys import Keys
from app.providers.exchange.listening import Ears, Patience
from app.providers.exchange.worker import LIMIT, Broke, TookTooLong, Worker

if TYPE_CHECKING:
    from app.providers.exchange.mailbox import Mailbox

_log = logging.getLogger(__name__)
T = TypeVar("T")
REFUSED_FOR = 60
"""Seconds for which a refused password is not shown again: companies lock accounts after a few."""


class ExchangeProvider:
    """``invites``: guests of our events stand in them, and Exchange invites them and tells them about every change; else their
    addresses stand in the text. ``here``: the zone of this computer. ``limit``: seconds that a call may wait for an answer;
    ``patience``: how it listens. To be closed."""

    kind = ProviderKind.EXCHANGE
    keeps_events_here = False
    tells_early = True

    def __init__(
        self,
        account: str,
        keys: Keys,
        clock: Clock,
        invites: bool = True,
        here: str = "",
        limit: float = LIMIT,
        patience: Patience | None = None,
    ) -> None:
        self.account, self._keys, self._clock = account, keys, clock
        self._invites, self._here = invites, here
        self._refused_until = 0
        self._worker: Worker[Mailbox] = Worker("exchange", self._open, limit)
        self._ears = Ears(keys, patience)

    def __repr__(self) -> str:
        return f"ExchangeProvider({self.account})"

    async def close(self) -> None:
        self._worker.close()
        self._ears.close()

    async def calendars(self) -> tuple[RemoteCalendar, ...]:
        return await self._do(lambda mailbox: mailbox.calendars())

    async def read_window(self, calendar: str, start: Instant, end: Instant) -> tuple[Event, ...]:
        return (await self._do(lambda mailbox: mailbox.window(calendar, start, end))).events

    async def changes(self, calendar: str, token: str, start: Instant, end: Instant, early: Early | None = None) -> Changes:
        """``early`` gets the months of a first reading while the next one is on its way. Whoever waits no longer ends it with
        the month that is being read."""
        if early is None:
            return await self._do(lambda mailbox: mailbox.changes(calendar, token, start, end))
        loop, months, given_up = asyncio.get_running_loop(), asyncio.Queue[tuple[Event, ...] | None](), threading.Event()

        def hand_over(events: tuple[Event, ...]) -> None:
            if given_up.is_set():
                raise Unreachable(self.account, "nobody waits for it")
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(months.put_nowait, events)

        async def pass_on() -> None:
            while (events := await months.get()) is not None:
                await early(events)

        passing = asyncio.ensure_future(pass_on())
        try:
            told = await self._do(lambda mailbox: mailbox.changes(calendar, token, start, end, hand_over))
            months.put_nowait(None)
            await passing
            return told
        finally:
            given_up.set()
            passing.cancel()

    async def listen(self, calendars: Collection[str], told: Callable[[str], None]) -> None:
        """Streaming notifications, on a connection of their own."""
        await self._ears.listen(frozenset(calendars), told)

    async def create(self, calendar: str, draft: EventDraft) -> Event:
        """Writes the event once: it is looked for by its mark first, which is written with it; guests are invited to the one
        that is there. What a request makes that is done late is found and removed when the calendar is read."""
        return await self._do(lambda mailbox: mailbox.create(calendar, draft))

    async def update(self, calendar: str, event: str, draft: EventDraft) -> Event:
        return await self._do(lambda mailbox: mailbox.update(calendar, event, draft))

    async def delete(self, calendar: str, event: str) -> None:
        """Removes the event; guests of a meeting of ours get a cancellation."""
        await self._do(lambda mailbox: mailbox.delete(calendar, event))

    async def find(self, calendar: str, key: str) -> Event | None:
        return await self._do(lambda mailbox: mailbox.find(calendar, key))

    async def _do(self, call: Callable[[Mailbox], T]) -> T:
        if self._clock.now() < self._refused_until:
            raise SignInExpired(self.account, "refused")
        try:
            return await self._worker.run(call)
        except SignInExpired:
            self._refused_until = self._clock.now() + REFUSED_FOR
            raise
        except TookTooLong as error:
            raise Unreachable(self.account, "took too long") from error
        except Broke as error:
            _log.error("Exchange: %s", error)
            raise Unreachable(self.account, str(error)) from error

    def _open(self) -> Mailbox:
        """In the thread: exchangelib takes half a second to import."""
        from app.providers.exchange.calls import Line
        from app.providers.exchange.mailbox import Mailbox
        from app.providers.exchange.mapping import Home
        from app.providers.exchange.writing import Manners

        home = Home(self._keys.email, self._here or _local_zone())
        return Mailbox(self.account, Line(self._keys, self._worker.beat), home, Manners(self._invites))


def _local_zone() -> str:
    import tzlocal

    return str(tzlocal.get_localzone_name() or "UTC")
