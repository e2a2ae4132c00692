"""Blocking calls in a daemon thread of their own. One that never returns keeps neither the loop nor the program from ending,
which a job of the loop's executor would."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def apart(call: Callable[[], T], name: str = "sign-in") -> T:
    """What ``call`` returns or raises. A cancelled wait leaves the thread alone; what it brings is dropped."""
    loop = asyncio.get_running_loop()
    brought: asyncio.Future[T] = loop.create_future()

    def deliver(done: Callable[[], None]) -> None:
        # The loop may have ended meanwhile.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(lambda: None if brought.done() else done())

    def work() -> None:
        try:
            result = call()
        except BaseException as error:
            failed = error
            deliver(lambda: brought.set_exception(failed))
        else:
            deliver(lambda: brought.set_result(result))

    threading.Thread(target=work, name=name, daemon=True).start()
    return await brought
