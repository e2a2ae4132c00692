"""A calendar service in memory that notes when it was asked and how that went."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

from app.domain.errors import AftaleError, RateLimited
from app.providers.memory import MemoryAccount


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: when it came, whether it was answered well, and after how many seconds another one was welcome (0: any)."""

    at: float
    good: bool
    wait: float = 0.0


class WatchedAccount(MemoryAccount):
    """``draw`` may make trouble of its own before a request is looked at."""

    def __init__(self, account: str, time: Callable[[], float]) -> None:
        super().__init__(account)
        self._time = time
        self.asked: list[Asked] = []
        self.draw: Callable[[bool], None] = lambda write: None

    async def receive(self, write: bool) -> None:
        try:
            self.draw(write)
            await super().receive(write)
        except AftaleError as error:
            self._note(error)
            raise
        self.asked.append(Asked(self._time(), good=True))

    def answer(self, operation: str, key: str) -> None:
        try:
            super().answer(operation, key)
        except AftaleError as error:
            self.asked.pop()
            self._note(error)
            raise

    def _note(self, error: AftaleError) -> None:
        wait = error.retry_after if isinstance(error, RateLimited) else 0.0
        self.asked.append(Asked(self._time(), good=False, wait=wait))


def most_a_second(asked: list[Asked]) -> int:
    """The most requests in any second that began with a failure, that failure included."""
    return max((sum(1 for each in asked if one.at <= each.at < one.at + 1) for one in asked if not one.good), default=0)


def kept_waits(asked: list[Asked]) -> list[float]:
    """By how much of it each wait that the service asked for was overrun; negative if a request came too early."""
    return [
        (after.at - before.at - max(1.0, before.wait)) / max(1.0, before.wait)
        for before, after in itertools.pairwise(asked)
        if before.wait
    ]
