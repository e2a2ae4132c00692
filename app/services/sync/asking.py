"""How a service is asked: nobody is waited for without an end, and while something fails, requests keep their distance."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from app.domain.errors import Unreachable
from app.services.pace import Pace

LONGEST = 300.0
"""Seconds after which an answer is not waited for any more."""
SPACING = 1.0
"""Seconds between two requests while something fails."""
T = TypeVar("T")


class Asking:
    """One account's requests. ``failing``: the last ones were not answered."""

    def __init__(self, account: str, pace: Pace) -> None:
        self._account, self._pace = account, pace
        self._asked_at = float("-inf")
        self.failing = False

    def is_spaced(self) -> bool:
        """Whether a request that is made now keeps its distance; it counts as made."""
        at = self._pace.time()
        if self.failing and at < self._asked_at + SPACING:
            return False
        self._asked_at = at
        return True

    async def __call__(self, call: Awaitable[T]) -> T:
        """The answer. Raises Unreachable, and what the call raises."""
        if self.failing:
            await self._pace.pause(asyncio.Event(), self._asked_at + SPACING - self._pace.time())
        self._asked_at = self._pace.time()
        try:
            async with asyncio.timeout(LONGEST):
                return await call
        except TimeoutError as error:
            raise Unreachable(self._account, "no answer") from error
