"""How long an event lasts: days of the calendar, and time that passes (RFC 5545 §3.3.6)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta, tzinfo

from app.domain.clock import DAY, Instant
from app.domain.series import to_instant, to_wall

_DURATION = re.compile(
    r"([+-])?P(?:([0-9]{1,7})W)?(?:([0-9]{1,7})D)?(?:T(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9})S)?)?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Length:
    """``days`` follow the wall clock, ``seconds`` do not: PT24H ends so many seconds later, P1D tomorrow at the same hour."""

    days: int = 0
    seconds: int = 0

    def after(self, start: Instant, zone: tzinfo) -> Instant:
        """The end of what begins at ``start`` on the clocks of ``zone``."""
        if self.days:
            start = to_instant(to_wall(start, zone) + timedelta(days=self.days), zone)
        return start + self.seconds

    @property
    def whole_days(self) -> int:
        """The days of an all-day event that lasts so long; a day that is begun counts."""
        return self.days - -self.seconds // DAY


def read_length(text: str) -> Length:
    """The value of a DURATION; nothing for one that would end before it begins. Raises ValueError."""
    match = _DURATION.fullmatch(text.strip())
    if match is None or not any(match.groups()[1:]):
        raise ValueError(f"not a duration: {text[:40]}")
    weeks, days, hours, minutes, seconds = (int(each or 0) for each in match.groups()[1:])
    return Length() if match[1] == "-" else Length(weeks * 7 + days, (hours * 60 + minutes) * 60 + seconds)
