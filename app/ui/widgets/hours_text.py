"""A day's hours as a person types them: ``9-12, 13-17`` and back."""

from __future__ import annotations

import re
from datetime import datetime

from app import i18n
from app.domain.pages import Range

_RANGE = re.compile(
    r"\s*(\d{1,2})(?:[.:](\d{1,2}))?\s*(?:-|–|—|to|til)\s*(\d{1,2})(?:[.:](\d{1,2}))?\s*(?:h|t)?\s*", re.IGNORECASE
)
_PARTS = re.compile(r"\s*(?:,|;|\bog\b|\band\b|\+|&)\s*", re.IGNORECASE)


def parse(text: str) -> tuple[Range, ...] | None:
    """The ranges that ``text`` names, sorted and joined where they touch; empty for an empty text or a word such as *closed*;
    None if it cannot be read. Minutes are given after ``.`` or ``:``; ``24`` is the end of the day."""
    if not re.search(r"\d", text):
        return ()
    found: list[Range] = []
    for part in _PARTS.split(text.strip().rstrip(",;")):
        match = _RANGE.fullmatch(part)
        if match is None:
            return None
        hours = match.group(1), match.group(2), match.group(3), match.group(4)
        start, end = int(hours[0]) * 60 + int(hours[1] or 0), int(hours[2]) * 60 + int(hours[3] or 0)
        if int(hours[1] or 0) > 59 or int(hours[3] or 0) > 59 or not 0 <= start < end <= 1440:
            return None
        found.append((start, end))
    return join(found)


def join(ranges: list[Range] | tuple[Range, ...]) -> tuple[Range, ...]:
    """Ranges in order, those that touch or overlap made one."""
    found: list[Range] = []
    for start, end in sorted(ranges):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def write(ranges: tuple[Range, ...]) -> str:
    """``9–12, 13–17``, with minutes only where there are some: ``9–12.30``."""
    return ", ".join(f"{_time(start)}–{_time(end)}" for start, end in ranges)


def clock(minutes: int) -> str:
    """A time of the day as the owner writes it; the end of the day is 24."""
    wording = i18n.current()
    if minutes == 1440:
        return "24.00" if wording.language == "da" else "24:00"
    return wording.time(datetime(2000, 1, 1, minutes // 60, minutes % 60))


def spoken(span: Range) -> str:
    """``09:00 to 12:00``: a range to be read aloud."""
    return i18n._("{first} to {last}").format(first=clock(span[0]), last=clock(span[1]))


def _time(minutes: int) -> str:
    hour, minute = divmod(minutes, 60)
    return f"{hour}.{minute:02d}" if minute else str(hour)
