"""Everything the owner sets, as one frozen tree, kept as one versioned JSON document. Secrets are kept elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from app.domain.clock import Instant
from app.domain.notices import Subject
from app.domain.pages import WORKWEEK, Limits, Page, Picture, Range, WeeklyHours

VERSION = 2


class Theme(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Language(StrEnum):
    ENGLISH = "en"
    DANISH = "da"


class Reach(StrEnum):
    """How pages are published (PUB-1): only on this computer, to its own network, or behind the owner's own reverse proxy."""

    COMPUTER = "computer"
    NETWORK = "network"
    PROXY = "proxy"
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
    """``pages_language``: of all pages that have none of their own, empty for the guest's. ``colour``: that of pages made from
    now on. ``picture``: the owner's photo or logo, on every page that has none of its own. ``reduced_motion``: always, whatever
    the system wishes."""

    theme: Theme = Theme.SYSTEM
    language: Language = Language.ENGLISH
    clock_24: bool = True
    week_starts_monday: bool = True
    text_size: int = 100
    landscape: bool = True
    made_with: bool = True
    pages_language: str = ""
    colour: str = "fjord"
    picture: str = ""
    picture_kind: Picture = Picture.NONE
    reduced_motion: bool = False

    def picture_on(self, page: Page) -> tuple[str, Picture]:
        """Name and kind of what stands beside the owner's name on ``page``: its own picture, else the owner's."""
        if page.picture_kind is not Picture.NONE and page.picture:
            return page.picture, page.picture_kind
        if self.picture_kind is not Picture.NONE and self.picture:
            return self.picture, self.picture_kind
        return "", Picture.NONE


@dataclass(frozen=True, slots=True)
class Spell:
    """Days in a row, ``first`` to ``last``, that go by other hours; without ``ranges`` they are off. ``name`` is for the owner
    alone and never leaves this computer."""

    first: date
    last: date
    ranges: tuple[Range, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Journey:
    """Days on which the owner lives by the clock of another ``zone``: the usual hours are read on it."""

    first: date
    last: date
    zone: str


@dataclass(frozen=True, slots=True)
class Holiday:
    """A public holiday, with the name that the owner reads."""

    day: date
    name: str = ""


@dataclass(frozen=True, slots=True)
class Holidays:
    """Public holidays are days off. ``country``: ISO 3166-1 alpha-2, empty for none; ``region``: its subdivision, as the
    library ``holidays`` names it; ``working``: holidays on which the owner works all the same.

    ``known``: the holidays of the years around the present, kept here so that nothing that decides on a time has to wait for
    the library; ``edition`` names what they were read for and is compared to learn whether they still hold.
    """

    country: str = ""
    region: str = ""
    working: tuple[date, ...] = ()
    known: tuple[Holiday, ...] = ()
    edition: str = ""

    @property
    def days_off(self) -> tuple[date, ...]:
        return tuple(each.day for each in self.known if each.day not in self.working) if self.country else ()


@dataclass(frozen=True, slots=True)
class Availability:
    """The owner's usual hours, what departs from them, and the limits over all pages."""

    weekly: WeeklyHours = WORKWEEK
    limits: Limits = Limits()
    spells: tuple[Spell, ...] = ()
    journeys: tuple[Journey, ...] = ()
    holidays: Holidays = Holidays()


@dataclass(frozen=True, slots=True)
class Domain:
    """An address of the owner's own under which the pages are found (URL-3). ``host``: lower case, in ASCII (IDNA); ``port`` 0:
    the usual one; ``secure``: over TLS; ``indexed``: search engines may list what is under it (URL-5)."""

    host: str
    port: int = 0
    secure: bool = True
    indexed: bool = False

    @property
    def origin(self) -> str:
        return f"{'https' if self.secure else 'http'}://{self.host}{f':{self.port}' if self.port else ''}"


@dataclass(frozen=True, slots=True)
class Publishing:
    """``port`` 0: not chosen yet; the first free one is kept. ``programs``: CONTRACT 3, *Let programs book*. ``domains``: every
    one serves every page, and links are made with the one whose host is ``default_domain``. ``indexed``: for addresses that are
    no domain. ``prefill``: forms may be filled in from links and for visitors who agreed (URL-6). ``embedders``: origins of
    sites that may show the pages in a frame."""

    reach: Reach = Reach.COMPUTER
    port: int = 0
    domains: tuple[Domain, ...] = ()
    default_domain: str = ""
    programs: bool = False
    indexed: bool = False
    prefill: bool = True
    embedders: tuple[str, ...] = ()

    @property
    def domain(self) -> Domain | None:
        """The domain that links are made with."""
        named = next((each for each in self.domains if each.host == self.default_domain), None)
        return named or (self.domains[0] if self.domains else None)

    def origin(self, here: str, lan: str = "") -> str:
        """Scheme, host and port of every link. A domain counts only where something leads from it to this computer. ``here``:
        where the pages are on this computer; ``lan``: where they are in its network."""
        if self.reach in (Reach.PROXY, Reach.TUNNEL) and self.domain is not None:
            return self.domain.origin
        return lan if self.reach is Reach.NETWORK and lan else here


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
class QuietHours:
    """From ``start`` to ``end``, in minutes after midnight on the owner's clock, on ``days`` (0 is Monday). An end that is not
    after the start is that of the next day."""

    on: bool = False
    start: int = 22 * 60
    end: int = 7 * 60
    days: frozenset[int] = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class Notify:
    """Which kinds of notices appear on screen, which make a ``sound``, and when they wait. That somebody could not book is
    always told as long as the screen is the only way to learn of it."""

    booked: bool = True
    requested: bool = True
    attempt: bool = True
    cancelled: bool = True
    rescheduled: bool = True
    server: bool = True
    calendar: bool = True
    sounds: frozenset[Subject] = frozenset({Subject.ATTEMPT, Subject.REQUESTED, Subject.BOOKED})
    quiet_in_meetings: bool = True
    quiet_hours: QuietHours = QuietHours()


@dataclass(frozen=True, slots=True)
class Desktop:
    """How the program lives on the desktop. ``stay_in_tray``: closing the window leaves the pages online."""

    stay_in_tray: bool = True


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
    desktop: Desktop = Desktop()
    privacy: Privacy = Privacy()
    retention: Retention = Retention()
    first_run: FirstRun = FirstRun()
    own_part: str = ""
    default_page: str = ""
    pages_on: bool = True
    paused_until: Instant = 0
    demo: bool = False


@dataclass(frozen=True, slots=True)
class KeptSettings:
    """A settings document that could not be read, as it was stored. ``newer``: a later version of the program made it, so it is
    not damaged."""

    document: str
    newer: bool = False
