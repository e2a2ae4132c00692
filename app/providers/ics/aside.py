"""Feeds read by the ``worker``: what comes back of its process, or why nothing does."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from app.domain.calendars import Days, Event, Response, ShowAs
from app.domain.clock import Instant
from app.domain.connections import Flaw, Flaws
from app.providers.events import quick_event
from app.providers.http import LARGE, parsed
from app.providers.ics.fetching import FeedTrouble

PATIENCE = 20.0
"""Seconds of waiting, of which the process may compute ten: others want the processor too."""
READING = "reading"
"""The detail of a trouble that came of the reading here, not of the server."""
_ROOT = Path(__file__).resolve().parents[3]
_KEPT = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "PYTHONDONTWRITEBYTECODE", "PYTHONTZPATH", "VIRTUAL_ENV")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReadFeed:
    events: tuple[Event, ...]
    name: str
    zone: str
    problems: tuple[str, ...]
    flaws: Flaws = ()


async def read_aside(
    body: bytes, zone: str, start: Instant, end: Instant, calendar: str, patience: float = PATIENCE
) -> ReadFeed:
    """What the feed holds in the window. Raises FeedTrouble (``too_large``, ``not_a_calendar``, ``time_out``, ``server``)."""
    head = json.dumps({"zone": zone, "start": start, "end": end, "calendar": calendar}).encode() + b"\n"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-E", "-m", "app.providers.ics.worker", cwd=_ROOT,
        env={name: os.environ[name] for name in _KEPT if name in os.environ},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(patience):
            out, _ = await process.communicate(head + body)
    except TimeoutError:
        raise FeedTrouble("time_out", READING) from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode:
        # A negative one is the signal that the limits sent.
        _log.info("a calendar feed could not be read: exit %s", process.returncode)
        raise FeedTrouble("time_out" if process.returncode < 0 else "server", READING)
    found = await asyncio.to_thread(parsed, out, _read) if len(out) > LARGE else parsed(out, _read)
    for reason in ("too_large", "not_a_calendar"):
        if reason in found.problems:
            raise FeedTrouble(reason)
    return found


def _read(answer: dict[str, Any]) -> ReadFeed:
    flaws = tuple((Flaw(flaw), count) for flaw, count in answer["flaws"])
    return ReadFeed(tuple(map(_event, answer["events"])), answer["name"], answer["zone"], tuple(answer["problems"]), flaws)


def _event(row: list[Any]) -> Event:
    """What ``worker.row`` told."""
    event, calendar, start, end, title, days, show_as, response, uid, series, location, description, attendees, private = row
    made_of = Days(*map(date.fromisoformat, days)) if days else None
    return quick_event(
        event, calendar, start, end, title, made_of, ShowAs(show_as), Response(response), uid, series, "", location,
        description, tuple(attendees), private, "", "", (), 0, False,
    )  # fmt: skip
