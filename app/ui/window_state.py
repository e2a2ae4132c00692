"""What the next start draws before the database is open: the last state of the first screen, and where the window stood.

A small document beside the database, for its user alone. It is drawn from, never believed: what could have changed meanwhile is
shown as starting, what is over is left out, and an unreadable one counts as none.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass, replace
from pathlib import Path

from app.domain.calendars import midnight
from app.domain.clock import Instant
from app.domain.overview import Overview, Reachability
from app.domain.plain import from_plain, to_plain
from app.domain.settings import Appearance, FirstRun, Profile
from app.i18n import local
from app.paths import first_screen_file

VERSION = 1


@dataclass(frozen=True, slots=True)
class FirstScreen:
    """``geometry`` is Qt's own record of place and size, base64; ``section`` the one that was open."""

    version: int = VERSION
    profile: Profile = Profile()
    appearance: Appearance = Appearance()
    first_run: FirstRun = FirstRun()
    overview: Overview | None = None
    geometry: str = ""
    section: str = ""


def read(folder: Path) -> FirstScreen | None:
    """The last state, or None where there is none that this version understands."""
    try:
        plain = json.loads(first_screen_file(folder).read_bytes())
        found = from_plain(FirstScreen, plain)
    except (OSError, ValueError):
        return None
    return found if found.version == VERSION else None


def write(folder: Path, state: FirstScreen) -> None:
    """Keeps ``state``, whole or not at all. A full or read-only disk only makes the next start plainer."""
    path = first_screen_file(folder)
    fresh = path.with_suffix(".new")
    with contextlib.suppress(OSError):
        file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as stream:
            json.dump(to_plain(state), stream, ensure_ascii=False, separators=(",", ":"))
        fresh.replace(path)


def as_of(overview: Overview, now: Instant) -> Overview:
    """An overview of some time ago as it can be shown at ``now``: nothing that is over, and pages that are only starting."""
    zone = overview.zone
    today = local(now, zone).date()
    begins = midnight(today, zone)
    same_day = local(overview.now, zone).date() == today
    paused = overview.paused_until if overview.paused_until > now else 0
    return replace(
        overview,
        now=now,
        reach=Reachability.STARTING,
        meetings=tuple(meeting for meeting in overview.meetings if meeting.end > begins),
        free_today=overview.free_today if same_day else (),
        pages_on=overview.pages_on or bool(overview.paused_until and not paused),
        paused_until=paused,
    )
