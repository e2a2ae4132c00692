"""What the owner keeps and gives up: backups, what is known of a person, the record of what was removed (DATA-2, DATA-3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from app.domain.booking import Attempt, Booking, Change
from app.domain.clock import DAY, Instant
from app.domain.contacts import Contact, ContactMeeting
from app.domain.settings import Retention

YEAR = 365 * DAY


class BackupKind(StrEnum):
    """``COPY``: a backup. ``SET_ASIDE``: what a workspace was before a backup was put in its place."""

    COPY = "copy"
    SET_ASIDE = "set_aside"


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy of the whole database. ``size`` in bytes."""

    path: str
    at: Instant
    size: int
    kind: BackupKind = BackupKind.COPY


@dataclass(frozen=True, slots=True)
class Stock:
    """How much there is, and when it was last copied; 0: never."""

    contacts: int = 0
    meetings: int = 0
    backed_up: Instant = 0


class RemovalKind(StrEnum):
    """``PERSON``: the owner deleted somebody. ``RETENTION``: time was up. ``LOOKED``: time was up for nobody; only the latest
    of these is kept, and what is doubtful is written there."""

    PERSON = "person"
    RETENTION = "retention"
    LOOKED = "looked"


@dataclass(frozen=True, slots=True)
class Removal:
    """One line of the record. ``address_hash`` proves whose data it was to whoever knows the address; the address itself is not
    kept. ``counts``: rows by table."""

    id: str
    at: Instant
    kind: RemovalKind
    address_hash: bytes = b""
    counts: Mapping[str, int] = field(default_factory=dict)
    doubt: bool = False


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Events that name the person in a calendar that is kept elsewhere: only its owner can delete them there."""

    calendar: str
    account: str
    events: int


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that is stored about one e-mail address. ``guest_of``: meetings of others, to which the person was invited;
    ``events``: entries of calendars kept here that name them; ``letters`` waiting or sent."""

    email: str
    contact: Contact | None = None
    meetings: tuple[ContactMeeting, ...] = ()
    bookings: tuple[Booking, ...] = ()
    history: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)
    guest_of: tuple[Booking, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    letters: int = 0
    notices: int = 0
    events: int = 0
    elsewhere: tuple[Elsewhere, ...] = ()

    @property
    def anything(self) -> bool:
        here = (
            self.contact,
            self.meetings,
            self.bookings,
            self.guest_of,
            self.attempts,
            self.letters,
            self.notices,
            self.events,
        )
        return any(here)

    @property
    def name(self) -> str:
        """As the person wrote it last."""
        if self.bookings:
            return max(self.bookings, key=lambda each: each.created_at).visitor.name
        if self.contact is not None:
            return f"{self.contact.first_name} {self.contact.last_name}".strip()
        return self.attempts[0].name if self.attempts else ""

    def upcoming(self, now: Instant) -> tuple[Booking, ...]:
        """Meetings that would still take place."""
        return tuple(each for each in self.bookings if each.live and each.end > now)


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """Instants before which something is removed; None keeps it."""

    bookings: Instant | None
    attempts: Instant | None
    addresses: Instant | None


def cutoffs(rule: Retention, now: Instant) -> Cutoffs:
    """What the rule means now. Months are those of the calendar in UTC; the 31st of a shorter month is its last day."""
    return Cutoffs(
        bookings=months_before(now, rule.bookings) if rule.bookings > 0 else None,
        attempts=now - rule.attempts * DAY if rule.attempts > 0 else None,
        addresses=now - rule.addresses * DAY if rule.addresses > 0 else None,
    )


def months_before(instant: Instant, months: int) -> Instant:
    """By the calendar in UTC; where the month is shorter, its last day."""
    moment = datetime.fromtimestamp(instant, UTC)
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    for day in range(moment.day, 0, -1):
        try:
            return int(moment.replace(year=year, month=month + 1, day=day).timestamp())
        except ValueError:
            continue
    raise ValueError("no such month")


def clock_is_doubtful(now: Instant, last: Instant) -> bool:
    """Whether the clock has gone forward by more than a year since it was last believed. Then nothing is removed on its word
    alone (R21). One that has gone back removes less than before, which harms nobody."""
    return now - last > YEAR
