"""How long the occurrences of 2,000 series in one year take (P11), beside recurring-ical-events and python-dateutil.

Prints one JSON object. The series begin up to five years before the window; about 8 % of them have rules that are looked at
day by day, not by plain steps. Each side starts from what it is handed where it is used: ours and dateutil from the rule's
text, recurring-ical-events from a calendar that icalendar has read already. CPU milliseconds, medians of five rounds for ours,
of three for dateutil, one for recurring-ical-events, and how many series have other instants. Run it on a quiet machine:

    python tests/bench/bench_recurrence.py
"""

from __future__ import annotations

import gc
import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import icalendar
import recurring_ical_events
from dateutil.rrule import rrulestr

from app.domain.clock import Instant
from app.domain.rules import parse_rule
from app.domain.series import expand

SERIES = 2_000
ZONES = ("Europe/Copenhagen", "America/New_York", "Asia/Kolkata")
LOW, HIGH = datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
OTHERS = (
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=YEARLY;BYMONTH=3,9;BYDAY=2TU",
    "FREQ=MONTHLY;BYMONTHDAY=-1",
    "FREQ=DAILY;BYMONTH=1,2,3;BYDAY=MO,WE,FR",
    "FREQ=WEEKLY;BYDAY=MO,FR;BYHOUR=9,15",
    "FREQ=YEARLY;BYYEARDAY=1,100,-1",
)


@dataclass(frozen=True, slots=True)
class Series:
    first: datetime
    zone: str
    rule: str


def series(seed: int = 11) -> list[Series]:
    """What a calendar of some years holds: mostly weekly and daily, some monthly and yearly, a few that are odd."""
    draw = random.Random(seed)
    return [_one(draw) for _ in range(SERIES)]


def _one(draw: random.Random) -> Series:
    first = datetime(2022, 1, 3, draw.randrange(7, 18), draw.choice((0, 15, 30, 45))) + timedelta(days=draw.randrange(5 * 365))
    weekday, kind = DAYS[first.weekday()], draw.random()
    if kind < 0.08:
        rule = draw.choice(OTHERS)
    elif kind < 0.28:
        rule = f"FREQ=DAILY;INTERVAL={draw.choice((1, 1, 1, 2, 3))}"
    elif kind < 0.48:
        rule = "FREQ=WEEKLY;BYDAY=" + ",".join(day for day in DAYS if day == weekday or draw.random() < 0.3)
    elif kind < 0.82:
        rule = f"FREQ=WEEKLY;INTERVAL={draw.choice((1, 1, 2))}"
    elif kind < 0.94:
        rule = f"FREQ=MONTHLY;BYDAY={(first.day - 1) // 7 + 1}{weekday}" if first.day <= 28 else "FREQ=MONTHLY;BYMONTHDAY=15"
    else:
        rule = "FREQ=YEARLY"
    first = _fitting(rule, first)
    if draw.random() < 0.25:
        rule += f";UNTIL={first + timedelta(days=draw.randrange(200, 2500)):%Y%m%dT%H%M%SZ}"
    return Series(first, draw.choice(ZONES), rule)


def _fitting(rule: str, first: datetime) -> datetime:
    """A first start that its rule names: on others the three disagree (RFC 5545 leaves it open)."""
    found = rrulestr(rule, dtstart=first)[0]
    assert isinstance(found, datetime)
    return found


Instants = list[list[Instant]]


def ours(every: list[Series]) -> Instants:
    low, high = int(LOW.timestamp()), int(HIGH.timestamp()) - 1
    found = []
    for each in every:
        zone = ZoneInfo(each.zone)
        found.append([at for at in expand(each.first, [parse_rule(each.rule)], zone, low, high) if isinstance(at, int)])
    return found


def dateutils(every: list[Series]) -> Instants:
    found = []
    for each in every:
        rule = rrulestr(each.rule, dtstart=each.first.replace(tzinfo=ZoneInfo(each.zone)))
        found.append([int(at.timestamp()) for at in rule.between(LOW, HIGH - timedelta(seconds=1), inc=True)])
    return found


def calendar(every: list[Series]) -> icalendar.Calendar:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//bench//EN"]
    for number, each in enumerate(every):
        end = each.first + timedelta(minutes=30)
        lines += [
            "BEGIN:VEVENT", f"UID:{number}", f"DTSTART;TZID={each.zone}:{each.first:%Y%m%dT%H%M%S}",
            f"DTEND;TZID={each.zone}:{end:%Y%m%dT%H%M%S}", f"RRULE:{each.rule}", "END:VEVENT",
        ]  # fmt: skip
    made = icalendar.Calendar.from_ical("\r\n".join([*lines, "END:VCALENDAR", ""]))
    assert isinstance(made, icalendar.Calendar)
    return made


def recurring(made: icalendar.Calendar) -> Instants:
    found: Instants = [[] for _ in range(SERIES)]
    for event in recurring_ical_events.of(made).between(LOW, HIGH):
        start: date = event["DTSTART"].dt
        assert isinstance(start, datetime)
        if start >= LOW:
            found[int(event["UID"])].append(int(start.timestamp()))
    return found


def measure(call: Callable[[], Instants], rounds: int) -> tuple[float, Instants]:
    """Median CPU milliseconds, and what was found."""
    spent, found = [], []
    for _ in range(rounds):
        gc.collect()
        began = time.process_time()
        found = call()
        spent.append((time.process_time() - began) * 1000)
    return statistics.median(spent), [sorted(each) for each in found]


def main() -> int:
    every = series()
    made = calendar(every)
    own, mine = measure(lambda: ours(every), 5)
    peer, theirs = measure(lambda: dateutils(every), 3)
    library, others = measure(lambda: recurring(made), 1)
    figures = {
        "recurrence_dateutil_ratio": round(own / peer, 4),
        "recurrence_library_ratio": round(own / library, 4),
        "recurrence_differences": sum(a != b or a != c for a, b, c in zip(mine, theirs, others, strict=True)),
        "recurrence_ms": round(own, 1),
        "recurrence_dateutil_ms": round(peer, 1),
        "recurrence_library_ms": round(library, 1),
        "recurrence_instants": sum(map(len, mine)),
    }
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
