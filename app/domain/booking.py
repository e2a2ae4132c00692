"""Bookings: what a visitor sends, the states a booking passes through, and what may follow what (BOOK-1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.clock import Instant
from app.domain.errors import StateConflict
from app.domain.pages import Location


class State(StrEnum):
    HELD = "held"
    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    WRITTEN = "written"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    RESCHEDULED = "rescheduled"
    EXPIRED = "expired"


LIVE = frozenset({State.HELD, State.CONFIRMED, State.WRITTEN})
"""States in which a booking occupies its time. A request does so only when its page holds requests (``Booking.holds``)."""

FOLLOWS: dict[State, frozenset[State]] = {
    State.HELD: frozenset({State.CONFIRMED, State.REQUESTED, State.CANCELLED, State.EXPIRED}),
    State.REQUESTED: frozenset({State.REQUESTED, State.CONFIRMED, State.DECLINED, State.CANCELLED, State.EXPIRED}),
    State.CONFIRMED: frozenset({State.WRITTEN, State.CANCELLED}),
    State.WRITTEN: frozenset({State.CONFIRMED, State.CANCELLED}),
    State.DECLINED: frozenset(),
    State.CANCELLED: frozenset(),
    State.RESCHEDULED: frozenset(),
    State.EXPIRED: frozenset(),
}
"""Which state may follow which. A move keeps the row and its token: the state goes back to confirmed until the calendar has
the new time, and the history holds an entry *rescheduled* with both times."""


class Cause(StrEnum):
    """Who brought a change about."""

    VISITOR = "visitor"
    HOST = "host"
    UPSTREAM = "upstream"
    SYSTEM = "system"


def check_follows(have: State, want: State) -> None:
    """Raises StateConflict unless ``want`` may follow ``have``."""
    if want not in FOLLOWS[have]:
        raise StateConflict(have, want)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who books. ``zone`` is an IANA name, ``language`` ``en`` or ``da``."""

    first_name: str
    last_name: str
    email: str
    zone: str
    language: str = "en"
    guests: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class BookingRequest:
    """One valid POST …/book, as the child hands it to the program. ``alternatives``: up to two more starts, for requests.

    ``key`` is the idempotency key, empty if the caller gave none; ``body`` a digest of what was sent with it. ``link``: the
    token of the secret link that the visitor came by. ``remember``: they want to be known again in this browser, on ``host``.
    """

    slug: str
    start: Instant
    duration: int
    visitor: Visitor
    answers: dict[str, str] = field(default_factory=dict)
    consent: dict[str, bool] = field(default_factory=dict)
    message: str = ""
    alternatives: tuple[Instant, ...] = ()
    key: str = ""
    body: str = ""
    link: str = ""
    remember: bool = False
    host: str = ""


@dataclass(frozen=True, slots=True)
class LeftMessage:
    """What a visitor left on a page that could not book them: a booking attempt (INACT-2, INACT-3)."""

    slug: str
    name: str
    email: str
    wishes: str = ""
    message: str = ""
    zone: str = "UTC"
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Booking:
    """A visitor's taken or wanted time. Times are instants; the buffers are those of the page when it was booked, in minutes.

    ``zone`` is the page's zone then: the owner's wall time of the meeting. ``uid`` and ``sequence``: RFC 5545 §3.8.4.7,
    §3.8.7.4.
    """

    id: str
    page: str
    slug: str
    title: str
    start: Instant
    end: Instant
    state: State
    visitor: Visitor
    zone: str
    created_at: Instant
    changed_at: Instant
    uid: str
    sequence: int = 0
    seat: int = 0
    holds: bool = False
    buffer_before: int = 0
    buffer_after: int = 0
    location: Location = Location()
    colour: str = "fjord"
    answers: dict[str, str] = field(default_factory=dict)
    consent: dict[str, str] = field(default_factory=dict)
    message: str = ""
    word: str = ""
    alternatives: tuple[Instant, ...] = ()
    offline: bool = False

    @property
    def duration(self) -> int:
        """Length in minutes."""
        return (self.end - self.start) // 60

    @property
    def live(self) -> bool:
        """Whether it occupies its time."""
        return self.state in LIVE or (self.state is State.REQUESTED and self.holds)


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of a booking's history."""

    at: Instant
    state: State
    cause: Cause
    start: Instant
    end: Instant
    note: str = ""


class AttemptKind(StrEnum):
    """Entries of *Booking attempts* on the dashboard: what visitors did or tried."""

    BLOCKED = "blocked"
    MESSAGE = "message"
    REQUESTED = "requested"
    BOOKED = "booked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    MOVED = "moved"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One entry of that list. ``reason`` (for blocked ones): ``paused`` or ``unavailable``; ``times`` counts folded
    repeats."""

    id: str
    at: Instant
    kind: AttemptKind
    page: str
    title: str
    name: str = ""
    email: str = ""
    start: Instant = 0
    reason: str = ""
    message: str = ""
    booking: str = ""
    times: int = 1


# What the program answers to the child. ``manage`` is the token of the manage link.


@dataclass(frozen=True, slots=True)
class Promised:
    """201: confirmed or requested. ``remember``: what the visitor's browser keeps so that they are known again."""

    state: State
    start: Instant
    end: Instant
    manage: str
    booking: str = ""
    remember: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """409: somebody else has it; 3 to 6 nearest free starts (fewer only when the page has fewer)."""

    nearest: tuple[Instant, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """422 (``invalid``, with fields), 404 (``not_found``), 503 (``paused``, ``unavailable``, ``not_saved``), 409
    (``state``, ``too_late``, ``not_allowed``), 410 (``link_spent``, ``link_expired``), 429 (``too_many``)."""

    error: str
    fields: dict[str, str] = field(default_factory=dict)


Answer = Promised | Taken | Refused


@dataclass(frozen=True, slots=True)
class ManagedBooking:
    """What the holder of a manage token may see: their own booking."""

    slug: str
    title: str
    host: str
    start: Instant
    end: Instant
    state: State
    visitor: Visitor
    zone: str
    location: Location
    sequence: int
    uid: str
    created_at: Instant
    changed_at: Instant
    alternatives: tuple[Instant, ...] = ()
    message: str = ""
    can_change: bool = True
    why_not: str = ""
    offline: bool = False
    thanks: str = ""
    may_move: bool = True
    may_cancel: bool = True
