"""Hours of a day as figures that a person reads and types: ``9–12, 13–17``."""

from __future__ import annotations

import re

from app.domain.pages import Minutes, Range

_TIME = r"(\d{1,2})(?:[.:](\d{2}))?\s*(am|pm|a\.m\.|p\.m\.)?"
_RANGE = re.compile(rf"{_TIME}\s*(?:-|–|—|to|til)\s*{_TIME}")
_JOINT = re.compile(r"\s*(?:[,;+&]|\band\b|\bog\b)\s*")
_CLOSED = frozenset({"", "closed", "lukket", "-", "–", "0"})


class HoursError(ValueError):
    """The text is not hours. ``why``: ``form``, ``order`` (ends before it begins) or ``day`` (no such time of day)."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def read_ranges(text: str) -> tuple[Range, ...]:
    """Reads ``9-12, 13-17``, ``9.30–12`` or ``9 am to 5 pm``; ranges that touch or overlap become one. Raises HoursError."""
    plain = text.strip().lower()
    if plain in _CLOSED:
        return ()
    found = sorted(_read_range(part) for part in _JOINT.split(plain.rstrip(",;")) if part)
    merged: list[Range] = []
    for start, end in found:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _read_range(text: str) -> Range:
    match = _RANGE.fullmatch(text.strip())
    if match is None:
        raise HoursError("form")
    start, end = _minutes(*match.groups()[:3]), _minutes(*match.groups()[3:])
    if end == 0:
        end = 1440
    if end <= start:
        raise HoursError("order")
    return start, end


def _minutes(hour: str, minute: str | None, half: str | None) -> Minutes:
    found = int(hour) * 60 + int(minute or 0)
    if half is not None:
        if not 1 <= int(hour) <= 12:
            raise HoursError("day")
        found = found % 720 + (720 if half.startswith("p") else 0)
    if found > 1440 or int(minute or 0) > 59:
        raise HoursError("day")
    return found


def ranges_to_text(ranges: tuple[Range, ...]) -> str:
    """``9–12, 13–16.30``; empty without ranges."""
    return ", ".join(f"{_figure(start)}–{_figure(end)}" for start, end in ranges)


def _figure(minutes: Minutes) -> str:
    hour, minute = divmod(minutes, 60)
    return f"{hour}.{minute:02d}" if minute else str(hour)
