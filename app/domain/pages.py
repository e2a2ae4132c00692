"""Scheduling pages: what the owner sets, and the rules that a slug obeys (PAGE, URL-2)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from app.domain.clock import Instant
from app.domain.errors import InvalidFields

Minutes = int
Range = tuple[Minutes, Minutes]
"""Minutes since local midnight, half-open, 0 to 1440."""

RESERVED = frozenset(
    {
        "slots", "book", "manage", "ics", "embed", "static", "api", "healthz", "robots", "meetings", "cancel",
        "reschedule", "privacy", "assets", "widget", "admin", "new", "well-known",
    }
)  # fmt: skip
_PART = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class Mode(StrEnum):
    """Whether a visitor's choice is booked at once or asked for."""

    AT_ONCE = "at_once"
    APPROVAL = "approval"


class LocationKind(StrEnum):
    VIDEO = "video"
    HOST_CALLS = "host_calls"
    GUEST_CALLS = "guest_calls"
    PLACE = "place"
    LINK = "link"
    ASK = "ask"
    ONLINE = "online"


@dataclass(frozen=True, slots=True)
class Location:
    """Where the meeting is. ``detail``: the address, the number to call or the link.

    ``ONLINE``: the booking calendar's own service makes the link (Google Meet, Teams); where it cannot, it is a video call
    whose link the owner sends.
    """

    kind: LocationKind = LocationKind.VIDEO
    detail: str = ""

    @property
    def link(self) -> str:
        """What *Join* opens, if it is a link. Never what a visitor wrote: that is for the owner to read first."""
        is_link = self.kind is not LocationKind.ASK and self.detail.startswith(("https://", "http://"))
        return self.detail if is_link else ""


class QuestionKind(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    CHOICE = "choice"
    SEVERAL = "several"
    DROPDOWN = "dropdown"
    DATE = "date"
    PHONE = "phone"
    TICK = "tick"


@dataclass(frozen=True, slots=True)
class Question:
    """A further question of the form (PAGE-3). ``id`` is the key in ``answers``.

    ``default`` stands in the field to begin with. ``hidden``: nobody is asked; the answer is what the link says, or
    ``default``.
    """

    id: str
    label: str
    kind: QuestionKind = QuestionKind.TEXT
    required: bool = False
    choices: tuple[str, ...] = ()
    help: str = ""
    hidden: bool = False
    default: str = ""


class ConsentKind(StrEnum):
    NONE = "none"
    NOTICE = "notice"
    TICK = "tick"
    LEGITIMATE_INTEREST = "legitimate_interest"


@dataclass(frozen=True, slots=True)
class Consent:
    """What the visitor is told or asked about their data. The key in ``consent`` is ``privacy``.

    ``basis``: the legal ground, where it is a legitimate interest; empty names just that.
    """

    kind: ConsentKind = ConsentKind.NONE
    text: str = ""
    link: str = ""
    basis: str = ""


class Picture(StrEnum):
    """What stands beside the owner's name: their initials, a photo (drawn round) or a logo (drawn whole)."""

    NONE = "none"
    PHOTO = "photo"
    LOGO = "logo"


class ClockFace(StrEnum):
    """How a page writes times: as the owner does, or in one way whatever they do elsewhere."""

    USUAL = ""
    HOURS_24 = "24"
    HOURS_12 = "12"


@dataclass(frozen=True, slots=True)
class Invite:
    """The words of the event in the owner's calendar, with tokens (``domain.tokens``); empty: the usual ones."""

    title: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """Bookable wall times, Monday first: seven tuples of ranges."""

    days: tuple[tuple[Range, ...], ...] = ((), (), (), (), (), (), ())

    def __post_init__(self) -> None:
        if len(self.days) != 7:
            raise ValueError("seven days expected")
        for ranges in self.days:
            check_ranges(ranges)


def check_ranges(ranges: tuple[Range, ...]) -> None:
    """Raises ValueError unless the ranges lie within the day, are not empty, ascend and do not overlap."""
    last = 0
    for start, end in ranges:
        if not (last <= start < end <= 1440):
            raise ValueError(f"ranges must ascend within the day: {ranges}")
        last = end


WORKWEEK = WeeklyHours((((540, 1020),),) * 5 + ((), ()))
"""Weekdays 9 to 17."""
MORNINGS = WeeklyHours((((540, 720),),) * 5 + ((), ()))
"""Weekdays 9 to 12."""


@dataclass(frozen=True, slots=True)
class DayOverride:
    """Other hours on one date; no ranges means a day off."""

    day: date
    ranges: tuple[Range, ...] = ()


@dataclass(frozen=True, slots=True)
class OtherDays:
    """Other hours on the dates from ``first`` to ``last``, both included; no ranges means days off."""

    first: date
    last: date
    ranges: tuple[Range, ...] = ()


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The dates from ``first`` to ``last``, both included, on which wall times are those of another ``zone``."""

    first: date
    last: date
    zone: str


@dataclass(frozen=True, slots=True)
class Hours:
    """When the owner can be booked at all: wall times in ``zone`` (SYNC-3).

    A date goes by the first of these that knows it: ``overrides``, ``spells``, ``holidays`` (days off), ``weekly``; where
    entries of one kind overlap, the later one holds. ``elsewhere``: where wall times are not those of ``zone``.
    """

    zone: str
    weekly: WeeklyHours = WORKWEEK
    overrides: tuple[DayOverride, ...] = ()
    spells: tuple[OtherDays, ...] = ()
    holidays: tuple[date, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()


@dataclass(frozen=True, slots=True)
class Rolling:
    """Bookable from today until ``days`` later, counted in calendar days or, with ``working``, in days that have hours."""

    days: int = 60
    working: bool = False


@dataclass(frozen=True, slots=True)
class Fixed:
    """Bookable on the dates from ``first`` to ``last``, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Limits:
    """The most meetings a day and a week (ISO week, Monday first, in the page's zone); None is no limit."""

    per_day: int | None = None
    per_week: int | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides whether a start is bookable, besides hours and busy time. All spans in minutes.

    ``step`` 0 means the meeting's own length. Buffers: between two neighbours the larger of the two facing buffers wins.
    """

    durations: tuple[Minutes, ...] = (30,)
    step: Minutes = 0
    buffer_before: Minutes = 0
    buffer_after: Minutes = 0
    notice: Minutes = 240
    window: Rolling | Fixed = field(default_factory=Rolling)
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class Page:
    """A scheduling page as the owner sets it.

    ``hours`` None means the owner's usual hours. ``calendars`` are the checked ones (empty: all ticked in Settings).
    ``holds``: a request keeps its time from others until it is answered. ``cutoff``: minutes before the start after which
    a visitor can no longer move or cancel. ``paused_at`` is set while ``on`` is False. ``internal`` is the name that only the
    owner reads. ``zone_fixed``: every visitor reads times on the page's own clock. ``language`` empty: the visitor's.
    ``redirect``: where guests are led after booking (https). ``secret``: only a link of ``page_link`` opens the page.
    ``picture``: the id of the stored one.
    """

    id: str
    slug: str
    title: str
    description: str = ""
    colour: str = "fjord"
    mode: Mode = Mode.AT_ONCE
    holds: bool = False
    rules: Rules = field(default_factory=Rules)
    hours: Hours | None = None
    location: Location = Location()
    questions: tuple[Question, ...] = ()
    consent: Consent = Consent()
    guests_max: int = 0
    cutoff: Minutes = 0
    thanks: str = ""
    calendars: tuple[str, ...] = ()
    on: bool = True
    paused_at: Instant = 0
    secret: bool = False
    internal: str = ""
    zone_fixed: bool = False
    language: str = ""
    clock: ClockFace = ClockFace.USUAL
    invite: Invite = Invite()
    redirect: str = ""
    may_move: bool = True
    may_cancel: bool = True
    add_to_calendar: bool = True
    prefill: bool = True
    picture: str = ""
    picture_kind: Picture = Picture.NONE
    position: int = 0
    created_at: Instant = 0


@dataclass(frozen=True, slots=True)
class PageLink:
    """A secret link to a page. ``single``: good for one booking, ``booking`` once that is made; ``expires`` 0: never."""

    id: str
    page: str
    label: str = ""
    created_at: Instant = 0
    expires: Instant = 0
    single: bool = False
    booking: str = ""
    used_at: Instant = 0


def check_slug(slug: str) -> None:
    """Raises InvalidFields for ``slug``: ``missing``, ``too_short``, ``too_long``, ``form`` or ``reserved`` (URL-2)."""
    if not slug:
        raise InvalidFields({"slug": "missing"})
    parts = slug.split("/")
    if len(parts) > 2 or not all(_PART.fullmatch(part) for part in parts):
        raise InvalidFields({"slug": "form"})
    if any(len(part) < 2 or len(part) > 40 for part in parts):
        raise InvalidFields({"slug": "too_short" if any(len(part) < 2 for part in parts) else "too_long"})
    if any(part in RESERVED for part in parts):
        raise InvalidFields({"slug": "reserved"})


_LETTERS = {
    "æ": "ae",
    "ø": "oe",
    "å": "aa",
    "ä": "ae",
    "ö": "oe",
    "ü": "ue",
    "ß": "ss",
    "ð": "d",
    "þ": "th",
    "ł": "l",
    "đ": "d",
}


def to_slug_part(text: str) -> str:
    """What a person typed, as one part of a slug: ``Møde med Åse`` becomes ``moede-med-aase``. May be empty."""
    lowered = "".join(_LETTERS.get(letter, letter) for letter in unicodedata.normalize("NFC", text).lower())
    plain = unicodedata.normalize("NFKD", lowered).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-")
