"""Waiting, as one thing that can be replaced: the machine's own time runs on while its clock is set."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Protocol


class Timer(Protocol):
    def time(self) -> float:
        """Seconds that never run backwards. They may stand still while the machine sleeps."""
        ...

    async def wait(self, woken: asyncio.Event, seconds: float) -> None:
        """Returns when ``woken`` is set, or so many seconds later."""
        ...


class LoopTimer:
    """The running loop's time."""

    def time(self) -> float:
        return asyncio.get_running_loop().time()

    async def wait(self, woken: asyncio.Event, seconds: float) -> None:
        # Not wait_for: in Python 3.11 it can swallow the cancellation that ends the caller.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, seconds)):
                await woken.wait()
