"""What ``changes`` needs the next time: the window that was told, how it looked, and the server's state of the folder."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import asdict, dataclass, replace

from app.domain.clock import Instant


@dataclass(frozen=True, slots=True)
class Token:
    """``state`` is empty until there is one."""

    calendar: str
    start: Instant
    end: Instant
    fingerprint: int
    state: str = ""

    def dump(self) -> str:
        return base64.urlsafe_b64encode(json.dumps(asdict(self), separators=(",", ":")).encode()).decode()

    @classmethod
    def load(cls, text: str) -> Token | None:
        """What ``dump`` made; None for anything else."""
        try:
            found = cls(**json.loads(base64.urlsafe_b64decode(text.encode("ascii"))))
        except (ValueError, TypeError, binascii.Error):
            return None
        numbers, words = (found.start, found.end, found.fingerprint), (found.calendar, found.state)
        return found if all(type(each) is int for each in numbers) and all(type(each) is str for each in words) else None

    def shows(self, start: Instant, end: Instant) -> bool:
        """It was made for this window."""
        return (self.start, self.end) == (start, end)

    def with_state(self, state: str) -> Token:
        return replace(self, state=state)

    def with_fingerprint(self, fingerprint: int) -> Token:
        return replace(self, fingerprint=fingerprint)


def calendar_hash(calendar: str) -> str:
    return hashlib.sha256(calendar.encode()).hexdigest()[:16]
