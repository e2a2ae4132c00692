"""Connecting accounts and choosing what their calendars are used for, as data (CON-3, CON-13, SET)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.calendars import BlockingPolicy
from app.domain.clock import Instant
from app.domain.connections import Access, ProviderKind


@dataclass(frozen=True, slots=True)
class OfferedCalendar:
    """A calendar of an account that is about to be connected. ``main``: the account's own; ``owner``: the e-mail address of
    whoever shares it, empty for the account's own."""

    name: str
    access: Access
    main: bool = False
    colour: str = "fjord"
    owner: str = ""
    owner_name: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who signed in and has not said yet that this is the right account. Nothing is stored.

    ``missing``: rights that were left out on the consent page; ``shared``: a shared mailbox, which cannot be the primary
    account (CON-6); ``ends``: when the sign-in ends by itself, 0 if it does not; ``primary``: it would be the primary account.
    """

    id: str
    kind: ProviderKind
    email: str
    name: str
    calendars: tuple[OfferedCalendar, ...] = ()
    missing: tuple[str, ...] = ()
    shared: bool = False
    ends: Instant = 0
    primary: bool = True


@dataclass(frozen=True, slots=True)
class AccountChoice:
    """The three check boxes of an account (SET-1 to SET-3) and what blocks in its calendars (SET-5)."""

    sync: bool = True
    scheduling: bool = True
    tasks: bool = False
    policy: BlockingPolicy = BlockingPolicy()


@dataclass(frozen=True, slots=True)
class Choices:
    """What Save brings for all accounts together. ``checked``: ids of the calendars that are checked for conflicts;
    ``booking``: where bookings go, empty where there is nothing to choose."""

    accounts: Mapping[str, AccountChoice] = field(default_factory=dict)
    checked: frozenset[str] = frozenset()
    booking: str = ""


@dataclass(frozen=True, slots=True)
class Effects:
    """What follows from choices (SET-6): so many ``pages`` check so many calendars ``more`` and ``fewer``; ``offline`` mode is
    entered (True), left (False) or stays as it is (None); ``booking`` names the calendar that bookings go to from now on, empty
    if that does not change."""

    pages: int = 0
    more: int = 0
    fewer: int = 0
    offline: bool | None = None
    booking: str = ""
