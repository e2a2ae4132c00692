"""Everything the owner sets, as one frozen tree, kept as one versioned JSON document. Secrets are kept elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.clock import Instant
from app.domain.pages import WORKWEEK, DayOverride, Limits, WeeklyHours

VERSION = 1


class Theme(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Language(StrEnum):
    ENGLISH = "en"
    DANISH = "da"


class Reach(StrEnum):
    """How pages are published (PUB-1). Only the first exists until tunnels are set up."""

    COMPUTER = "computer"
    NETWORK = "network"
    TUNNEL = "tunnel"


@dataclass(frozen=True, slots=True)
class Profile:
    """The owner, as guests see them."""

    name: str = ""
    tagline: str = ""
    zone: str = "UTC"
    language: Language = Language.ENGLISH


@dataclass(frozen=True, slots=True)
class Appearance:
    theme: Theme = Theme.SYSTEM
    language: Language = Language.ENGLISH
    clock_24: bool = True
    week_starts_monday: bool = True
    text_size: int = 100
    landscape: bool = True
    made_with: bool = True


@dataclass(frozen=True, slots=True)
class Availability:
    """The owner's usual hours, and the limits over all pages."""

    weekly: WeeklyHours = WORKWEEK
    overrides: tuple[DayOverride, ...] = ()
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class Publishing:
    """``port`` 0: not chosen yet; the first free one is kept. ``programs``: CONTRACT 3, *Let programs book*."""

    reach: Reach = Reach.COMPUTER
    port: int = 0
    origin: str = ""
    programs: bool = False
    indexed: bool = False


@dataclass(frozen=True, slots=True)
class Privacy:
    """``email_access``: *Personal e-mail access* (CON-5), without which no account can be connected. ``asked``: at the first
    connection the owner is asked once."""

    email_access: bool = False
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Retention:
    """How long is kept what visitors left (DATA-3): ``bookings`` in months after the meeting, 0 until the owner deletes them;
    ``attempts`` in days, also for requests that came to nothing; ``addresses`` in days: the log, the one place where the
    network address of a visitor, cut short, may stand."""

    bookings: int = 12
    attempts: int = 30
    addresses: int = 14


@dataclass(frozen=True, slots=True)
class Notify:
    """Which kinds of notices appear on screen."""

    booked: bool = True
    requested: bool = True
    attempt: bool = True
    cancelled: bool = True
    rescheduled: bool = True


@dataclass(frozen=True, slots=True)
class FirstRun:
    """``step`` 0: not begun; 1 to 3: the step to resume at; 4: done."""

    step: int = 0
    told_tray: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole document. ``pages_on`` is the master switch (URL-7); ``own_part`` the address of pages made from now on
    (URL-1)."""

    version: int = VERSION
    profile: Profile = Profile()
    appearance: Appearance = Appearance()
    availability: Availability = field(default_factory=Availability)
    publishing: Publishing = Publishing()
    notify: Notify = Notify()
    privacy: Privacy = Privacy()
    retention: Retention = Retention()
    first_run: FirstRun = FirstRun()
    own_part: str = ""
    default_page: str = ""
    pages_on: bool = True
    paused_until: Instant = 0
    demo: bool = False
