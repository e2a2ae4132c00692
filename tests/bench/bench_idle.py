"""What it costs to follow five connected accounts in which nothing happens, and what a long first reading does to the window.

*Idle*: an hour of simulated time with the real engine, the real database and five accounts in memory of 200 events each; CPU
seconds of the whole process, readings, and how much memory has grown from its beginning to its end. *First*: 10,000
events into an empty calendar, wall time, and the lateness of a 5 ms timer in the loop's thread. Run it on a quiet machine:

    python -m tests.bench.bench_idle
"""

from __future__ import annotations

import asyncio
import gc
import json
import statistics
import tempfile
import time
import tracemalloc
from pathlib import Path

from app.domain.calendars import Event
from app.domain.clock import HOUR, MINUTE
from app.providers.memory import MemoryAccount
from tests.services.opened import MONDAY
from tests.services.sync.followed import draft, house, service

ACCOUNTS, EVENTS = 5, 200
MANY, ROUNDS = 10_000, 3
TICK = 0.005


def busy(name: str) -> MemoryAccount:
    made = service(account=name)
    for number in range(EVENTS):
        made.add("work", draft(f"Event {number}", 24 + number * 3))
    return made


async def idle(folder: Path, *, traced: bool) -> dict[str, float]:
    """With ``traced`` it tells of memory alone: that makes everything slower."""
    followed = await house(folder, *(busy(f"account{number}") for number in range(ACCOUNTS)))
    followed.run()
    await followed.pass_time(10 * MINUTE)
    calls = sum(each.calls for each in followed.services.values())
    gc.collect()
    if traced:
        tracemalloc.start()
        await followed.pass_time(10 * MINUTE)
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
    began = time.process_time()
    await followed.pass_time(HOUR)
    used = time.process_time() - began
    gc.collect()
    figures: dict[str, float]
    if traced:
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        figures = {"idle_growth_kb": round((after - before) / 1024, 1)}
    else:
        turns = sum(each.calls for each in followed.services.values()) - calls
        figures = {"idle_cpu_s": round(used, 2), "idle_requests": turns}
    await followed.close()
    return figures


async def first(folder: Path) -> tuple[float, float]:
    """Wall seconds of a first reading, and by how much the loop was late at worst."""
    account = service()
    held = account.calendars["work"]
    starts = (MONDAY + 24 * HOUR + number * 8 * MINUTE for number in range(MANY))
    events = [Event(f"e{number}", "work", at, at + 900, f"Event {number}") for number, at in enumerate(starts)]
    held.versions[-1] = {each.id: each for each in events}
    followed = await house(folder, account)
    late = 0.0

    async def tick() -> None:
        nonlocal late
        while True:
            began = time.perf_counter()
            await asyncio.sleep(TICK)
            late = max(late, time.perf_counter() - began - TICK)

    # What the memory account itself needs for its answer is none of ours: it is asked once before.
    provider = followed.sync._desk.provider_of(await followed.account())
    told = await provider.changes("work", "", MONDAY - 48 * HOUR, MONDAY + 70 * 24 * HOUR)

    async def changes(*_: object) -> object:
        return told

    provider.changes = changes  # type: ignore[method-assign,assignment]
    gc.collect()
    ticking = asyncio.ensure_future(tick())
    await asyncio.sleep(0.05)
    began = time.perf_counter()
    await followed.sync.now()
    wall = time.perf_counter() - began
    ticking.cancel()
    assert len(await followed.copy()) == MANY
    await followed.close()
    return wall, late


def main() -> None:
    figures: dict[str, float] = {}
    for traced in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            figures |= asyncio.run(idle(Path(folder), traced=traced))
    rounds = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            rounds.append(asyncio.run(first(Path(folder))))
    figures["first_10000_ms"] = round(statistics.median(wall for wall, _ in rounds) * 1000)
    figures["first_10000_stall_ms"] = round(statistics.median(late for _, late in rounds) * 1000, 1)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
