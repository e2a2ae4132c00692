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


class Flaw(StrEnum):
    """What of a calendar cannot be read as it should, although the calendar is there. ``LEFT_OUT``: entries that make no sense;
    ``REPEATS``: repeating events whose rule makes no sense, so that their first time alone is known; ``COARSE``: repeating
    events with more times than are followed one by one, whose days or whole rest are taken instead; ``ZONE``: time zones that
    nobody knows; ``CUT_OFF``: its file ends in the middle. The rest concern the whole: ``TOO_LARGE``, ``TOO_LONG`` (reading it
    takes too long), ``NO_CALENDAR`` (something else stands there)."""

    LEFT_OUT = "left_out"
    REPEATS = "repeats"
    COARSE = "coarse"
    ZONE = "zone"
    CUT_OFF = "cut_off"
    TOO_LARGE = "too_large"
    TOO_LONG = "too_long"
    NO_CALENDAR = "no_calendar"


Flaws = tuple[tuple[Flaw, int], ...]
"""Each flaw and how many times there is it, in the order of ``Flaw``."""


class Role(StrEnum):
    """What the primary account is for. Only profiles from before 13 March 2023 have two primary accounts that share the roles
    (CON-12)."""

    BOTH = "both"
    SYNC = "sync"
    BOOKING = "booking"


@dataclass(frozen=True, slots=True)
class Account:
    """A connected mailbox or calendar service. ``primary`` holds both roles: sync and booking (CON-2); any other account is
    only checked for conflicts.

    ``signed_out``: nothing of it can be read until its owner signs in again. ``sign_in_ends``: when the sign-in ends by itself,
    0 if it does not (CON-7).
    """

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
    role: Role = Role.BOTH
    signed_out: bool = False
    sign_in_ends: Instant = 0


@dataclass(frozen=True, slots=True)
class Calendar:
    """One calendar of an account. ``booking``: bookings are written here; ``checked``: it takes time away.

    ``remote`` is the provider's id of it (``at``), which two accounts may share; ``main``: it is the account's own main
    calendar. ``read_at``: when it was last known to be as at the service; ``failing_since``: since when that has been tried in
    vain, 0 if it has not; a passing fault, no lost access. ``owner`` is the e-mail address of whoever shares it, if it is
    somebody else's. ``doubt``: so many events vanished at once that the owner is asked before the copy follows, 0 if none did.
    ``flaws``: what of it the last reading could not take as it should.
    """

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
    remote: str = ""
    main: bool = False
    owner: str = ""
    owner_name: str = ""
    failing_since: Instant = 0
    doubt: int = 0
    flaws: Flaws = ()

    @property
    def at(self) -> str:
        """How the provider calls it."""
        return self.remote or self.id

    @property
    def usable(self) -> bool:
        """It can be checked for conflicts: whoever sees only free and busy cannot tell which events block (CON-13)."""
        return self.access is not Access.FREE_BUSY

    @property
    def writable(self) -> bool:
        return self.access in (Access.OWNER, Access.EDIT)

    @property
    def given_up(self) -> bool:
        """It was lost and is used for nothing any more: what was promised to it cannot be kept."""
        return self.state is CalendarState.INACTIVE and not self.booking and not self.checked


def booking_calendar(accounts: Iterable[Account], calendars: Iterable[Calendar]) -> Calendar | None:
    """Where bookings are written, or None in *offline mode* (CONTRACT 4: no writable calendar, or scheduling switched off)."""
    primary = {each.id for each in accounts if each.primary and each.scheduling and each.role is not Role.SYNC}
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


def sync_account(accounts: Iterable[Account]) -> Account | None:
    """The account whose events are followed and whose invitations are sent, if calendar sync is on (SET-1)."""
    for account in accounts:
        if account.primary and account.sync and account.role is not Role.BOOKING:
            return account
    return None
