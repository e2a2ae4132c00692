"""How long the free starts of one page take: 60 days, 12,000 events, 15-minute steps, 30 minutes each, buffers of 10 and 15.

Prints one JSON object with medians of CPU milliseconds, for two workloads: *dense*, with all events inside the 60 days, and
*spread*, with events over two years. The headline figures are the slower workload's. From scratch: from a list of busy entries
in no order to starts under the visitor's days with their times as text. Cached: the same from merged busy time. Run it on a
quiet machine:

    python tests/bench/bench_slots.py
"""

from __future__ import annotations

import gc
import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.domain.availability import Busy, Plan, blocked, free_slots, free_starts
from app.domain.clock import DAY, MINUTE, Instant, from_iso
from app.domain.hours import bookable_span
from app.domain.intervals import Spans
from app.domain.pages import Hours, Rolling, Rules, WeeklyHours
from app.domain.zones import visitor_days

NOW = from_iso("2027-03-01T08:07:00Z")
DAYS = 60
LENGTH = 30
VISITOR = "America/New_York"
ROUNDS = 41

WORKDAY = ((9 * 60, 12 * 60), (13 * 60, 17 * 60))
SUNDAY = ((0, 4 * 60),)
"""Across the hour that the clocks skip in spring."""
PLAN = Plan(
    page="intro",
    rules=Rules(durations=(LENGTH,), step=15, buffer_before=10, buffer_after=15, notice=24 * 60, window=Rolling(DAYS)),
    hours=Hours("Europe/Copenhagen", WeeklyHours((WORKDAY,) * 5 + ((), SUNDAY))),
)
TIMES = tuple(f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(1440))


def events(seed: int, first: Instant, days: int, calendars: int = 6, each: int = 2000) -> list[Busy]:
    """Events of six calendars in no order; they crowd into the same parts of each day, as a consultant's calendars do."""
    draw = random.Random(seed)
    crowded = [
        (first + day * DAY + draw.randrange(96) * 15 * MINUTE, draw.randrange(2, 7) * 3600) for day in range(days) for _ in "ab"
    ]
    found = []
    for calendar in range(calendars):
        for number in range(each):
            begin, length = draw.choice(crowded)
            start = begin + draw.randrange(length // 300) * 300
            found.append(Busy(start, start + draw.choice((15, 25, 30, 45, 60)) * MINUTE, source=f"event:{calendar}:{number}"))
    draw.shuffle(found)
    return found


WORKLOADS = {
    "dense": lambda: events(1, NOW, DAYS),
    "spread": lambda: events(2, NOW - 365 * DAY, 730),
}


def shown(starts: tuple[Instant, ...]) -> dict[date, list[str]]:
    """What a page shows: the times of each day where the visitor is."""
    return {day: [TIMES[minute] for _, minute in times] for day, times in visitor_days(starts, VISITOR).items()}


def from_scratch(busy: list[Busy]) -> dict[date, list[str]]:
    return shown(free_slots(PLAN, LENGTH, busy, (), NOW, NOW, NOW + (DAYS + 1) * DAY))


def from_blocked(spans: Spans) -> dict[date, list[str]]:
    first, behind = bookable_span(PLAN.rules.notice, PLAN.rules.window, PLAN.hours, NOW)
    return shown(free_starts(PLAN, LENGTH, spans, (), first, behind))


def median_ms(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(ROUNDS):
        gc.collect()
        begun = time.process_time_ns()
        work()
        taken.append((time.process_time_ns() - begun) / 1e6)
    return round(statistics.median(taken), 3)


def main() -> None:
    figures: dict[str, float] = {}
    for name, make in WORKLOADS.items():
        busy = make()
        spans = blocked(busy, PLAN.rules)
        assert from_scratch(busy) == from_blocked(spans)
        figures[f"slots_{name}"] = sum(map(len, from_blocked(spans).values()))
        figures[f"slots_from_scratch_{name}_ms"] = median_ms(lambda busy=busy: from_scratch(busy))
        figures[f"slots_cached_{name}_ms"] = median_ms(lambda spans=spans: from_blocked(spans))
    for kind in ("from_scratch", "cached"):
        figures[f"slots_{kind}_ms"] = max(figures[f"slots_{kind}_{name}_ms"] for name in WORKLOADS)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
