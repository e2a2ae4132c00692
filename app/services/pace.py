"""How the workers wait: in real time, or in a test's own."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Protocol


class Pace(Protocol):
    """Measures spans, which no change of the computer's clock can bend, and waits."""

    def time(self) -> float:
        """Seconds since some moment."""
        ...

    async def pause(self, woken: asyncio.Event, seconds: float) -> None:
        """Until ``woken`` is set, and no longer than ``seconds``."""
        ...


class LoopPace:
    """The running loop's time."""

    def time(self) -> float:
        return asyncio.get_running_loop().time()

    async def pause(self, woken: asyncio.Event, seconds: float) -> None:
        # Not wait_for: in Python 3.11 it can swallow the cancellation that ends a worker.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await woken.wait()
