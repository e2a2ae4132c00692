"""What the dashboard and the tray show, gathered by the services in one read. Pure data; the screens turn it into words."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.booking import Attempt, Booking
from app.domain.clock import Instant
from app.domain.connections import Account, Calendar
from app.domain.pages import Location, Page
from app.domain.public import PageState


class Reachability(StrEnum):
    """The public server, seen from outside this process."""

    STARTING = "starting"
    COMPUTER_ONLY = "computer_only"
    LIVE = "live"
    NOT_REACHED = "not_reached"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Meeting:
    """A row of the agenda or a block of the day ribbon. ``booking`` is empty for other events of the calendar.

    ``who``: the guest's name or the attendees; ``event_only``: a grey block, shown on the ribbon but not listed as a meeting.
    """

    id: str
    title: str
    start: Instant
    end: Instant
    colour: str = "slate"
    who: str = ""
    email: str = ""
    location: Location = Location()
    booking: str = ""
    page_title: str = ""
    event_only: bool = False
    written: bool = True


@dataclass(frozen=True, slots=True)
class Wish:
    """A time that a request proposes, and whether it is still free."""

    start: Instant
    free: bool


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request that waits for the owner's answer, its wished times in the visitor's order."""

    booking: Booking
    wishes: tuple[Wish, ...]


@dataclass(frozen=True, slots=True)
class FailedWrite:
    """A booking whose event the calendar refused for good. ``reason`` is a code (``Conflict``, ``NotFound``, or the name of the
    error that did not go away); ``nearest``: other free times of its page, nearest first, to be offered with one click."""

    booking: Booking
    reason: str
    at: Instant
    nearest: tuple[Instant, ...] = ()


class Upstream(StrEnum):
    """What happened to a booking's event in the calendar itself (SYNC-5)."""

    DELETED = "deleted"
    MOVED = "moved"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class UpstreamChange:
    """The booking has followed already; whether its visitor is told waits for the owner's yes. ``before``: the start it had.
    ``who``: the guests who declined. ``wanted``, if not 0: the booking could not follow, because another one lies there or the
    new length is none for a booking; it kept its time, and the event begins then in the calendar."""

    id: str
    kind: Upstream
    booking: Booking
    at: Instant
    before: Instant = 0
    who: tuple[str, ...] = ()
    wanted: Instant = 0


@dataclass(frozen=True, slots=True)
class PageSummary:
    page: Page
    state: PageState
    path: str
    booked_this_month: int = 0
    default: bool = False


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on the first screen at the instant ``now``, in the owner's ``zone``.

    ``meetings``: from the beginning of today for 14 days. ``free_today``: bookable spans of today, half-open. ``offline``:
    requests only (no writable calendar, or scheduling switched off). ``inactive``: checked calendars to which access was lost.
    ``failures``: writes that a calendar refused for good. ``upstream``: what was changed in the calendar itself and waits for a
    word to the visitor. ``mails_waiting``: letters that will be sent when mail is set up.
    ``way``: how pages are published, a value of ``settings.Reach``. ``network``: this computer has a way out.
    """

    now: Instant
    zone: str
    owner: str
    tagline: str = ""
    meetings: tuple[Meeting, ...] = ()
    free_today: tuple[tuple[Instant, Instant], ...] = ()
    requests: tuple[OpenRequest, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    blocked_since_inactive: int = 0
    pages: tuple[PageSummary, ...] = ()
    accounts: tuple[Account, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    inactive: tuple[Calendar, ...] = ()
    offline: bool = False
    scheduling_off: bool = False
    pages_on: bool = True
    paused_until: Instant = 0
    reach: Reachability = Reachability.STARTING
    address: str = ""
    link: str = ""
    ever_booked: bool = False
    demo: bool = False
    failed_writes: tuple[str, ...] = field(default_factory=tuple)
    failures: tuple[FailedWrite, ...] = ()
    upstream: tuple[UpstreamChange, ...] = ()
    mails_waiting: int = 0
    way: str = "computer"
    network: bool = True
