"""How often one address may do what (QUALITY 4.5), and the tokens that forms carry (QUALITY 4.3).

Kept in memory and bounded there: whoever has not been seen for longest is forgotten first.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections import OrderedDict, deque
from collections.abc import Callable
from enum import StrEnum

from app.domain.typed import Fault

VIEWS, SLOTS = ((60, 60.0),), ((30, 60.0),)
BOOKINGS = ((5, 600.0), (20, 86400.0))
BAD_TOKENS = ((10, 600.0),)
BAD_TOKENS_IN_ALL = ((100, 3600.0),)
_REMEMBERED = 20_000
_YOUNGEST, _OLDEST = 2.0, 7200.0

Limit = tuple[tuple[int, float], ...]
"""So many in so many seconds, each of which holds."""


class Kind(StrEnum):
    VIEW = "view"
    SLOTS = "slots"
    BOOKING = "booking"
    BAD_TOKEN = "bad_token"


LIMITS: dict[Kind, Limit] = {Kind.VIEW: VIEWS, Kind.SLOTS: SLOTS, Kind.BOOKING: BOOKINGS, Kind.BAD_TOKEN: BAD_TOKENS}


LASTING = frozenset({Kind.BOOKING, Kind.BAD_TOKEN})
"""What is limited over longer than a moment."""


class Rates:
    """Counts in sliding windows. ``ticks``: seconds that only go forward. ``tell`` hears of what has to be remembered longer
    than this process may live, under the name that ``name_of`` makes of an address."""

    def __init__(
        self,
        ticks: Callable[[], float],
        tell: Callable[[Kind, str], None] | None = None,
        name_of: Callable[[str], str] = str,
    ) -> None:
        self._ticks, self._tell, self._name_of = ticks, tell, name_of
        self._seen: OrderedDict[tuple[Kind, str], deque[float]] = OrderedDict()

    def take(self, kind: Kind, address: str) -> int:
        """Counts one; if that is one too many it is not counted, and the seconds to wait are returned instead of 0."""
        wait = self.wait(kind, address)
        if not wait:
            self.note(kind, address)
        return wait

    def wait(self, kind: Kind, address: str, limit: Limit | None = None) -> int:
        """The whole seconds until one more is allowed; 0 if it is now."""
        times = self._seen.get((kind, self._name(kind, address)))
        if not times:
            return 0
        now, longest = self._ticks(), 0.0
        for most, within in limit or LIMITS[kind]:
            if len(times) >= most:
                longest = max(longest, times[-most] + within - now)
        return int(longest) + 1 if longest > 0 else 0

    def note(self, kind: Kind, address: str) -> None:
        """Counts one whether or not it is too many; ``tell`` hears of the lasting kinds."""
        name = self._name(kind, address)
        self._note(kind, name, self._ticks())
        if self._tell is not None and kind in LASTING:
            self._tell(kind, name)

    def restore(self, kind: Kind, name: str, age: float) -> None:
        """Counts what was done ``age`` seconds ago, before this process began. To be called in the order of the events."""
        self._note(kind, name, self._ticks() - age)

    def _name(self, kind: Kind, address: str) -> str:
        return self._name_of(address) if kind in LASTING else address

    def _note(self, kind: Kind, name: str, at: float) -> None:
        key = (kind, name)
        times = self._seen.get(key)
        if times is None:
            most = max(count for count, _ in (LIMITS[kind] if name else BAD_TOKENS_IN_ALL))
            times = self._seen[key] = deque(maxlen=most)
            if len(self._seen) > _REMEMBERED:
                self._seen.popitem(last=False)
        times.append(at)
        self._seen.move_to_end(key)

    # A bad manage token counts for its address and for everybody together. Good tokens work whatever the latter says.

    def note_bad_token(self, address: str) -> int:
        """Counts a bad token; the seconds to wait if there were too many from everywhere."""
        self.note(Kind.BAD_TOKEN, address)
        wait = self.wait(Kind.BAD_TOKEN, "", BAD_TOKENS_IN_ALL)
        self.note(Kind.BAD_TOKEN, "")
        return wait


class FormTokens:
    """What a form carries: proof that it was drawn here, when, and for what; and the key under which sending it twice is once.

    It is no authorisation. Its time is that of this process, so it dies with it.
    """

    def __init__(self, key: bytes, ticks: Callable[[], float]) -> None:
        self._key, self._ticks = key, ticks

    def make(self, page: str, purpose: str) -> str:
        """Good for this page and purpose alone, and unlike any other."""
        head = int(self._ticks() * 1000).to_bytes(7, "big") + secrets.token_bytes(16)
        return base64.urlsafe_b64encode(head + self._sign(page, purpose, head)).decode().rstrip("=")

    def fault(self, token: str, page: str, purpose: str) -> Fault | None:
        """Why the token is not accepted: it is not from here, or more than two hours old; or less than two seconds."""
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True)
        except (binascii.Error, ValueError):
            return Fault.EXPIRED
        head, signature = raw[:23], raw[23:]
        if len(raw) != 55 or not hmac.compare_digest(signature, self._sign(page, purpose, head)):
            return Fault.EXPIRED
        age = self._ticks() - int.from_bytes(head[:7], "big") / 1000
        if age > _OLDEST:
            return Fault.EXPIRED
        return Fault.TOO_FAST if age < _YOUNGEST else None

    def _sign(self, page: str, purpose: str, head: bytes) -> bytes:
        return hmac.new(self._key, f"{page}\0{purpose}\0".encode() + head, hashlib.sha256).digest()
