"""Lets the service of an account say itself that something changed, where it can."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from app.domain.errors import ProviderError
from app.providers.base import Provider, TellsAtOnce

_log = logging.getLogger(__name__)


class Listening:
    """``told`` hears the id, at its service, of each calendar in which something may have changed."""

    def __init__(self, told: Callable[[str], None]) -> None:
        self._told = told
        self._calendars: frozenset[str] = frozenset()
        self._task: asyncio.Task[None] | None = None

    def follow(self, provider: Provider, calendars: frozenset[str]) -> None:
        """Listens to these and no others from now on; goes on where it does already, and begins anew where that has ended."""
        if self._task is not None and (self._task.done() or calendars != self._calendars):
            self.stop()
        if self._task is None and calendars and isinstance(provider, TellsAtOnce):
            self._calendars = calendars
            self._task = asyncio.ensure_future(self._listen(provider, calendars))

    @property
    def listens(self) -> bool:
        """The service tells, as far as is known."""
        return self._task is not None and not self._task.done()

    def stop(self) -> None:
        """Does not wait for its end; ``follow`` begins anew."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _listen(self, provider: TellsAtOnce, calendars: frozenset[str]) -> None:
        try:
            await provider.listen(calendars, self._told)
        except ProviderError as error:
            # The next reading hears the same, and says what it means.
            _log.debug("nobody listens to %s: %s", provider.account, type(error).__name__)
