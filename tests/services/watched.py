"""A calendar service in memory that notes when it was asked and how that went."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app.domain.errors import AftaleError, Conflict, RateLimited
from app.providers.memory import MemoryAccount

STARTING = 3.0
"""Seconds that a start of the program may take."""


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
        # A refusal is an answer, if not the one that was hoped for.
        wait = error.retry_after if isinstance(error, RateLimited) else 0.0
        self.asked.append(Asked(self._time(), good=isinstance(error, Conflict), wait=wait))


def most_a_second(asked: list[Asked]) -> int:
    """The most requests in any second that began with a failure, that failure included."""
    most = 0
    for number, failed in enumerate(asked):
        if not failed.good:
            soon = itertools.takewhile(lambda each, until=failed.at + 1: each.at < until, asked[number:])  # type: ignore[misc]
            most = max(most, sum(1 for _ in soon))
    return most


def kept_waits(asked: list[Asked], restarts: Iterable[float] = ()) -> list[float]:
    """By how much of it each wait that the service asked for was overrun; negative if a request came too early. Where the
    program started again meanwhile, that has its own seconds."""
    found, starts = [], tuple(restarts)
    for before, after in itertools.pairwise(asked):
        if before.wait:
            late = after.at - before.at - before.wait
            if late > 0 and any(before.at <= at <= after.at for at in starts):
                late = max(0.0, late - STARTING)
            found.append(late / before.wait)
    return found
