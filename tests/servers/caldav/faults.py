"""What can go wrong between a client and a CalDAV server, by command."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """``DROP``: the connection breaks and nothing was done; ``LOSE``: it was done, and the answer is lost; ``HALF``: done, and
    half of the answer arrives; ``HTML``: a proxy answers in the server's place; ``ODD``: a good status with a body that is no
    XML; ``REFUSE``: the server will not have it."""

    DROP = "drop"
    LOSE = "lose"
    HALF = "half"
    HTML = "html"
    ODD = "odd"
    ERROR_500 = "500"
    ERROR_503 = "503"
    LIMIT_429 = "429"
    REFUSE = "refuse"
    TOO_MANY = "too many"
    NO_TOKEN = "no token"


AFTERWARDS = (Kind.LOSE, Kind.HALF)
WRITES = ("PUT", "DELETE", "MKCALENDAR", "PROPPATCH", "POST")


@dataclass(slots=True)
class Fault:
    """Strikes the next ``times`` requests with one of ``methods``. ``wait``: seconds of Retry-After, if any. ``about``: only
    where the body has that in it."""

    kind: Kind
    times: int = 1
    methods: tuple[str, ...] = ()
    wait: int | None = None
    about: bytes = b""


class Faults:
    """Of one user."""

    def __init__(self) -> None:
        self._commanded: deque[Fault] = deque()

    def add(
        self, kind: Kind, times: int = 1, methods: tuple[str, ...] = (), wait: int | None = None, about: bytes = b""
    ) -> None:
        self._commanded.append(Fault(kind, times, methods, wait, about))

    def stop(self) -> None:
        self._commanded.clear()

    def next(self, method: str, body: bytes) -> Fault | None:
        if not self._commanded:
            return None
        fault = self._commanded[0]
        if (fault.methods and method not in fault.methods) or fault.about not in body:
            return None
        fault.times -= 1
        if fault.times <= 0:
            self._commanded.popleft()
        return fault
