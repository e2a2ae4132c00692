"""What can go wrong between a client and the server, by command or drawn from a seed."""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """``DROP``: the connection breaks and nothing was done; ``LOSE``: it was done, and the answer is lost; ``HALF``: done, and
    half of the answer arrives; ``HTML``: a proxy answers in Exchange's place; ``NOTHING``: no answer comes, and the connection
    stays; ``DRIP``: an answer begins, and a byte of it comes now and then, for ever; the rest are the server's own refusals."""

    DROP = "drop"
    LOSE = "lose"
    HALF = "half"
    HTML = "html"
    ERROR_500 = "500"
    FAULT = "fault"
    ERROR_503 = "503"
    BUSY = "busy"
    TIMEOUT = "timeout"
    REFUSE = "refuse"
    FORBIDDEN = "403"
    UNAUTHORIZED = "401"
    NOTHING = "nothing"
    DRIP = "drip"


AFTERWARDS = (Kind.LOSE, Kind.HALF)
NOT_DRAWN = (Kind.REFUSE, Kind.FORBIDDEN, Kind.UNAUTHORIZED, Kind.NOTHING, Kind.DRIP)
"""What does not pass by itself."""


@dataclass(slots=True)
class Fault:
    """Strikes the next ``times`` requests, or the next ``times`` writes, or those of one ``operation``. ``wait``: seconds that
    the client is told to back off, if any."""

    kind: Kind
    times: int = 1
    writes_only: bool = False
    wait: int | None = None
    operation: str = ""


class Faults:
    """Of one account. Commanded ones come first; ``share`` of the other requests are struck by what the seed draws."""

    def __init__(self) -> None:
        self._commanded: deque[Fault] = deque()
        self._random, self._share = random.Random(0), 0.0
        self.struck = 0

    def add(self, kind: Kind, times: int = 1, writes_only: bool = False, wait: int | None = None, operation: str = "") -> None:
        self._commanded.append(Fault(kind, times, writes_only, wait, operation))

    def draw_from(self, seed: int, share: float) -> None:
        self._random, self._share = random.Random(seed), share

    def stop(self) -> None:
        self._commanded.clear()
        self._share = 0.0

    def next(self, operation: str, write: bool) -> Fault | None:
        """What strikes this request."""
        if self._commanded:
            fault = self._commanded[0]
            if (fault.writes_only and not write) or fault.operation not in ("", operation):
                return None
            fault.times -= 1
            if fault.times <= 0:
                self._commanded.popleft()
        elif self._random.random() < self._share:
            drawable = [kind for kind in Kind if kind not in NOT_DRAWN]
            fault = Fault(self._random.choice(drawable), wait=self._random.choice((None, 1, 3)))
        else:
            return None
        self.struck += 1
        return fault
