"""``python -m app.providers.ics.worker``: reads one feed in a process of its own, which a hostile one may take down.

In: one line of JSON, then the bytes of the feed. Out: one JSON document. The system ends the process where it takes too much
time or memory; whoever started it ends it where it takes too long.
"""

from __future__ import annotations

import contextlib
import json
import sys
from typing import Any

from app.domain.calendars import Event
from app.providers.ics.reading import read_ics

SECONDS = 10
"""Of processor time."""
MEMORY = 1024 * 1024 * 1024


def limited() -> None:
    """Windows has no such limits; there the time of the one who waits is the limit."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def text_of(body: bytes) -> str:
    """As UTF-8, which is the rule (RFC 5545 §3.1.4), or as what other programs write."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")


def row(event: Event) -> list[Any]:
    """What reading a feed can know of an event."""
    days = None if event.days is None else [event.days.first.isoformat(), event.days.end.isoformat()]
    return [
        event.id, event.calendar, event.start, event.end, event.title, days, event.show_as, event.response, event.uid,
        event.series, event.location, event.description, event.attendees, event.private,
    ]  # fmt: skip


def main() -> int:
    limited()
    head = json.loads(sys.stdin.buffer.readline())
    text = text_of(sys.stdin.buffer.read())
    found = read_ics(text, head["zone"], head["start"], head["end"], calendar=head["calendar"], own=False)
    answer = {
        "events": [row(each) for each in found.events], "name": found.name, "zone": found.zone, "problems": found.problems,
        "flaws": found.flaws,
    }  # fmt: skip
    sys.stdout.write(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
