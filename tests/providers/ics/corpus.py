"""The ``.ics`` files that icalendar and recurring-ical-events bring along, read by us and by recurring-ical-events, and where
the two disagree: ``python -m tests.providers.ics.corpus`` writes ``disagreements.json`` anew.

Compared are the starts of all occurrences from 1990 to 2030 that the file itself places in that time. Each disagreement has a
reason there, written by hand and kept; the test fails where one is new, is another one now, or has gone.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from types import FrameType
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from app.domain.calendars import midnight
from app.providers.ics import read_ics
from tests.providers.ics.files import ZONE, at

ACCOUNT = Path(__file__).with_name("disagreements.json")
LOW, HIGH = at("1990-01-01 00:00"), at("2030-01-01 00:00")
PATIENCE = 20
"""Seconds for the other side."""


def files() -> dict[str, Path]:
    """By a name that says which package brings it."""
    found = {}
    for package in (icalendar, recurring_ical_events):
        folder = Path(package.__file__).parent
        found.update({f"{folder.name}/{path.relative_to(folder)}": path for path in sorted(folder.rglob("*.ics"))})
    return found


def read_ours(path: Path) -> tuple[list[int], list[str], float]:
    """Starts, problems, and the CPU seconds it took."""
    text = path.read_bytes().decode("utf-8", "replace")
    began = time.process_time()
    found = read_ics(text, ZONE, LOW, HIGH)
    spent = time.process_time() - began
    return sorted(each.start for each in found.events if each.start >= LOW), list(found.problems), spent


def read_theirs(path: Path) -> list[int] | str:
    """Starts, or the name of what it ended with."""
    try:
        made = icalendar.Calendar.from_ical(path.read_bytes(), multiple=True)
        found = [
            _instant(event["DTSTART"].dt)
            for each in made
            for event in recurring_ical_events.of(each, skip_bad_series=True).between(_utc(LOW), _utc(HIGH))
        ]
    except Exception as error:  # whatever it is, it is what we compare with
        return type(error).__name__
    return sorted(each for each in found if LOW <= each < HIGH)


def _utc(instant: int) -> datetime:
    return datetime.fromtimestamp(instant, UTC)


def _instant(start: date) -> int:
    if not isinstance(start, datetime):
        return midnight(start, ZONE)
    return int((start if start.tzinfo else start.replace(tzinfo=ZoneInfo(ZONE))).timestamp())


def patiently(call: Callable[[], list[int] | str]) -> list[int] | str:
    def give_up(number: int, frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE)
    try:
        return call()
    except TimeoutError:
        return "TimeoutError"
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def shown(starts: Counter[int]) -> list[str]:
    """The first few, to be looked at."""
    return [_utc(each).strftime("%Y-%m-%dT%H:%M:%SZ") for each in sorted(starts.elements())[:4]]


def disagreement(path: Path) -> dict[str, object] | None:
    ours, problems, _ = read_ours(path)
    theirs = patiently(lambda: read_theirs(path))
    if isinstance(theirs, str):
        return {"theirs": theirs, "ours": len(ours), "problems": problems}
    a, b = Counter(ours), Counter(theirs)
    if a == b:
        return None
    return {
        "ours": len(ours), "theirs": len(theirs), "only_ours": (a - b).total(), "only_theirs": (b - a).total(),
        "first_only_ours": shown(a - b), "first_only_theirs": shown(b - a), "problems": problems,
    }  # fmt: skip


def main() -> int:
    account = {name: found for name, path in files().items() if (found := disagreement(path)) is not None}
    known = json.loads(ACCOUNT.read_text()) if ACCOUNT.exists() else {}
    for name, found in account.items():
        found["reason"] = known.get(name, {}).get("reason", "")
    ACCOUNT.write_text(json.dumps(account, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    print(
        len(files()),
        "files",
        len(account),
        "disagreements",
        sum(not each["reason"] for each in account.values()),
        "unexplained",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
