"""What the public child holds: page texts and *free* time, never a busy interval, a title or a token (DATA-1).

The same types feed the templates, the JSON answers and the preview in the window.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from app.domain.clock import Instant
from app.domain.pages import ClockFace, Consent, Fixed, Hours, Location, Picture, Question, Rolling
from app.domain.settings import Retention


class PageState(StrEnum):
    """``BOOK``: booked at once. ``REQUEST``: the owner answers (approval or offline mode). The others take no bookings."""

    BOOK = "book"
    REQUEST = "request"
    UNAVAILABLE = "unavailable"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class PublicHost:
    """The owner and the server, as all pages need them.

    ``origin``: scheme, host and port of links, from the settings, never from a request. ``hosts``: accepted Host headers
    without port. ``reach``: a value of ``settings.Reach``. ``indexed_hosts``: hosts under which search engines may list the
    pages; ``embedders``: origins that may frame them. ``proxy_mark``: SHA-256 in hex of what the owner's reverse proxy sends
    along; only with it a forwarded address is believed. ``origins``: of all domains; the hosts that are none of theirs are this
    computer's own names. ``pages_language``: of pages that have none of their own, empty for the visitor's.
    """

    name: str
    tagline: str = ""
    language: str = "en"
    zone: str = "UTC"
    origin: str = "http://127.0.0.1"
    hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    reach: str = "computer"
    programs: bool = False
    indexed: bool = False
    landscape: bool = True
    made_with: bool = True
    clock_24: bool = True
    week_starts_monday: bool = True
    default_slug: str = ""
    own_part: str = ""
    prefill: bool = True
    indexed_hosts: tuple[str, ...] = ()
    embedders: tuple[str, ...] = ()
    proxy_mark: str = ""
    retention: Retention = Retention()
    origins: tuple[str, ...] = ()
    pages_language: str = ""

    @property
    def first_name(self) -> str:
        return self.name.split()[0] if self.name.split() else self.name


@dataclass(frozen=True, slots=True)
class FreeStarts:
    """Free starts of one duration, ascending, as the first one and the gaps to each next, in minutes: small on the wire."""

    first: Instant = 0
    gaps: tuple[int, ...] = ()
    any: bool = False

    @classmethod
    def pack(cls, starts: tuple[Instant, ...]) -> FreeStarts:
        """Ascending starts, whole minutes apart."""
        if not starts:
            return cls()
        gaps = tuple((after - before) // 60 for before, after in pairwise(starts))
        return cls(starts[0], gaps, True)

    def unpack(self) -> tuple[Instant, ...]:
        if not self.any:
            return ()
        found, at = [self.first], self.first
        for gap in self.gaps:
            at += gap * 60
            found.append(at)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class PublicPage:
    """One page. ``free`` maps a duration in minutes to its free starts, computed as if notice were nil and the window a few
    days longer: the child leaves out what the present moment forbids (``availability.bookable_span``). ``picture`` is a name
    under ``/picture/``."""

    id: str
    slug: str
    title: str
    state: PageState
    durations: tuple[int, ...]
    zone: str
    notice: int
    window: Rolling | Fixed
    hours: Hours
    free: dict[int, FreeStarts] = field(default_factory=dict)
    description: str = ""
    colour: str = "fjord"
    location: Location = Location()
    questions: tuple[Question, ...] = ()
    consent: Consent = Consent()
    guests_max: int = 0
    cutoff: int = 0
    offline: bool = False
    secret: bool = False
    paused_until: Instant = 0
    position: int = 0
    thanks: str = ""
    zone_fixed: bool = False
    language: str = ""
    clock: ClockFace = ClockFace.USUAL
    redirect: str = ""
    add_to_calendar: bool = True
    may_move: bool = True
    may_cancel: bool = True
    prefill: bool = True
    picture: str = ""
    picture_kind: Picture = Picture.NONE


@dataclass(frozen=True, slots=True)
class PublicSnapshot:
    """All of it at one instant. ``redirects``: old slug to new."""

    revision: int
    host: PublicHost
    pages: tuple[PublicPage, ...] = ()
    redirects: dict[str, str] = field(default_factory=dict)
