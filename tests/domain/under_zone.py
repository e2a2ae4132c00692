"""Compares the core with the brute force in this process, whose own zone is set from outside, and prints a digest.

Run as ``python -m tests.domain.under_zone``; ends with an error at the first difference.
"""

from __future__ import annotations

import hashlib
import os
import random
import time
from dataclasses import replace
from datetime import date, timedelta

from app.domain.availability import Busy, Plan, free_slots
from app.domain.calendars import Days, days_to_instants
from app.domain.clock import DAY, HOUR, MINUTE, from_iso
from app.domain.pages import DayOverride, Elsewhere, Hours, OtherDays, Rolling, Rules, WeeklyHours
from app.domain.zones import visitor_days
from tests.bench import bench_slots
from tests.domain import brute
from tests.domain.cases import AWAY, CHANGES, ELSEWHERE, local_date

WEEKS = (
    WeeklyHours((((540, 720), (780, 1020)),) * 5 + ((), ((0, 240),))),
    WeeklyHours((((0, 90), (100, 150), (1380, 1440)),) * 7),
    WeeklyHours((((0, 1440),),) * 4 + ((), ((120, 600),), ((0, 1440),))),
)


def plans(zone: str, change: int, draw: random.Random) -> list[Plan]:
    day, one = local_date(zone, change), timedelta(days=1)
    other = DayOverride(day + one, ((75, 500), (600, 700)))
    found = []
    for number, week in enumerate(WEEKS):
        step = draw.choice((0, 10, 15, 30, 60, 50, 90))
        rules = Rules((draw.choice((15, 30, 45, 60)),), step, draw.choice((0, 10)), draw.choice((0, 15)), 24 * 60, Rolling(14))
        hours = Hours(zone, week, (other,), (OtherDays(day + 2 * one, day + 2 * one),), (day - one,))
        away = Elsewhere(day - one, day + number * one, draw.choice(AWAY))
        found.append(Plan("page", rules, replace(hours, elsewhere=(away,)) if number else hours))
    return found


def meetings(change: int, draw: random.Random) -> list[Busy]:
    starts = [change + draw.randrange(-4 * 96, 4 * 96) * 15 * MINUTE for _ in range(30)]
    found = [
        Busy(start, start + draw.choice((0, 20, 45, 60, 600)) * MINUTE, after=draw.choice((0, 0, 900))) for start in starts
    ]
    first, end = days_to_instants(Days(date(2026, 10, 26), date(2026, 10, 27)), "Pacific/Auckland")
    return [*found, Busy(first, end)]


def check_clock_changes(answers: hashlib._Hash) -> None:
    draw = random.Random(20261025)
    for zone, changes in sorted(CHANGES.items()):
        for change in map(from_iso, changes):
            busy = meetings(change, draw)
            for plan in plans(zone, change, draw):
                (duration,) = plan.rules.durations
                question = (plan, duration, busy, (), change - 3 * DAY + 421, change - 3 * DAY, change + 3 * DAY + 5 * HOUR)
                found = free_slots(*question)
                assert list(found) == brute.free_slots(*question), (zone, change, plan)
                answers.update(repr((zone, found, visitor_days(found, draw.choice(ELSEWHERE)))).encode())


def check_sixty_days(answers: hashlib._Hash) -> None:
    """The workload of the benchmark."""
    plan, duration = bench_slots.PLAN, bench_slots.LENGTH
    for name in bench_slots.WORKLOADS:
        busy = bench_slots.WORKLOADS[name]()
        question = (plan, duration, busy, (), bench_slots.NOW, bench_slots.NOW, bench_slots.NOW + (bench_slots.DAYS + 1) * DAY)
        found = free_slots(*question)
        assert list(found) == brute.free_slots(*question), name
        answers.update(repr(found).encode())


def main() -> None:
    answers = hashlib.sha256()
    check_clock_changes(answers)
    check_sixty_days(answers)
    print(os.environ["TZ"], time.localtime(from_iso("2026-11-24T12:00:00Z")).tm_hour, answers.hexdigest())


if __name__ == "__main__":
    main()
