"""Accounts and calendars: what is connected, what each calendar is used for, and whether it can be used (CON, SET, INACT)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.domain.calendars import BlockingPolicy
from app.domain.clock import Instant

LOCAL = "local"


class ProviderKind(StrEnum):
    LOCAL = "local"
    GOOGLE = "google"
    OFFICE365 = "office365"
    EXCHANGE = "exchange"
    CALDAV = "caldav"
    ICS = "ics"


class Access(StrEnum):
    """What the owner may do with a calendar."""

    OWNER = "owner"
    EDIT = "edit"
    DETAILS = "details"
    FREE_BUSY = "free_busy"


class CalendarState(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"


class Lost(StrEnum):
    """Why a calendar is inactive (INACT-1)."""

    REMOVED = "removed"
    UNSHARED = "unshared"
    SIGN_IN = "sign_in"
    LOWERED = "lowered"
    SWITCHED = "switched"


@dataclass(frozen=True, slots=True)
class Account:
    """A connected mailbox or calendar service. ``primary`` holds both roles: sync and booking (CON-2)."""

    id: str
    provider: ProviderKind
    name: str
    email: str = ""
    primary: bool = True
    sync: bool = True
    scheduling: bool = True
    tasks: bool = False
    policy: BlockingPolicy = BlockingPolicy()
    connected_at: Instant = 0


@dataclass(frozen=True, slots=True)
class Calendar:
    """One calendar of an account. ``booking``: bookings are written here; ``checked``: it takes time away."""

    id: str
    account: str
    name: str
    zone: str
    access: Access = Access.OWNER
    colour: str = "fjord"
    booking: bool = False
    checked: bool = True
    state: CalendarState = CalendarState.ACTIVE
    lost: Lost | None = None
    since: Instant = 0
    read_at: Instant = 0

    @property
    def writable(self) -> bool:
        return self.access in (Access.OWNER, Access.EDIT)


def booking_calendar(accounts: Iterable[Account], calendars: Iterable[Calendar]) -> Calendar | None:
    """Where bookings are written, or None in *offline mode* (CONTRACT 4: no writable calendar, or scheduling switched off)."""
    primary = {account.id for account in accounts if account.primary and account.scheduling}
    for calendar in calendars:
        if calendar.account in primary and calendar.booking and calendar.writable:
            return calendar
    return None


def checked_calendars(calendars: Iterable[Calendar], wanted: Iterable[str] | None = None) -> tuple[Calendar, ...]:
    """The calendars that take time away: the ticked ones, always with the booking calendar (SET-4)."""
    names = None if wanted is None else set(wanted)
    return tuple(
        each for each in calendars if each.booking or (each.checked and (names is None or not names or each.id in names))
    )
