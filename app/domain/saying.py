"""How the public pages say small things: names, places, times and zones, in the visitor's language and on their clock.

Pure: the language itself comes in as ``Words``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from app.domain.clock import HOUR, MINUTE, Instant
from app.domain.pages import Location, LocationKind


class Words(Protocol):
    """How one language says dates, times and texts; ``app.i18n.Wording`` is one."""

    @property
    def language(self) -> str:
        """``en`` or ``da``."""
        ...

    def gettext(self, text: str, /) -> str:
        """The text in this language."""
        ...

    def ngettext(self, one: str, many: str, count: int, /) -> str:
        """The text for so many of something."""
        ...

    def time(self, at: datetime, /) -> str:
        """``09:40``, ``09.40``, ``9:40 am``."""
        ...

    def day_name(self, day: date, /) -> str:
        """``Thursday``."""
        ...

    def day_short(self, day: date, /) -> str:
        """``Thu``."""
        ...

    def day_letters(self, monday_first: bool = True, /) -> tuple[str, ...]:
        """Seven letters, the first of the week first."""
        ...

    def month_short(self, month: int, /) -> str:
        """``Oct``."""
        ...

    def month(self, year: int, month: int, /) -> str:
        """``October 2026``, as a heading."""
        ...

    def month_name(self, month: int, /) -> str:
        """``October``."""
        ...

    def date_long(self, day: date, /) -> str:
        """``Thursday 15 October``."""
        ...

    def date_short(self, day: date, /) -> str:
        """``Thu 15 Oct``."""
        ...

    def date_plain(self, day: date, /) -> str:
        """``15 October``."""
        ...

    def moment(self, at: datetime, /) -> str:
        """``Thu 15 Oct, 09:40``."""
        ...

    def zone_name(self, zone: str, /) -> str:
        """``Copenhagen time``."""
        ...


def capital(text: str) -> str:
    """``text`` at the beginning of a line or sentence: Danish writes days and months small."""
    return text[:1].upper() + text[1:]


def small(text: str) -> str:
    """``text`` in the middle of a line."""
    return text[:1].lower() + text[1:]


def genitive(name: str, language: str) -> str:
    """Whose: ``Anna’s``, Danish ``Annas`` but ``Jens’``."""
    if language == "da":
        return f"{name}’" if name[-1:].lower() in ("s", "x", "z") else f"{name}s"
    return f"{name}’s"


def initials(name: str) -> str:
    """The letters of an avatar: of the first name and the last."""
    parts = name.split()
    return "".join(part[0] for part in (parts[:1] + parts[1:][-1:])).upper()


def length(words: Words, minutes: int) -> str:
    return words.gettext("{minutes} min").format(minutes=minutes)


def wall(instant: Instant, zone: str) -> datetime:
    return datetime.fromtimestamp(instant, ZoneInfo(zone))


def zone_abbreviation(zone: str, instant: Instant) -> str:
    """``CEST``; ``UTC+3`` where a zone has no letters of its own."""
    at = wall(instant, zone)
    name = at.tzname() or ""
    return name if name.isalpha() else offset_text(at)


def offset_text(at: datetime) -> str:
    """``UTC+2``, ``UTC-3:30``."""
    ahead = int((at.utcoffset() or timedelta()).total_seconds()) // 60
    hours, minutes = divmod(abs(ahead), 60)
    if not ahead:
        return "UTC"
    return f"UTC{'+' if ahead > 0 else '-'}{hours}" + (f":{minutes:02d}" if minutes else "")


def same_wall_time(instant: Instant, zone: str, other: str) -> bool:
    return zone == other or wall(instant, zone).utcoffset() == wall(instant, other).utcoffset()


@dataclass(frozen=True, slots=True)
class Place:
    """Where the meeting is, in words. ``icon`` is a file of ``resources/icons``."""

    icon: str
    text: str


def place(location: Location, words: Words, host: str) -> Place:
    """As a visitor may know it before they have booked: neither a link nor a number to call. What they wrote themselves stands
    in the place of the choice."""
    match location.kind:
        case LocationKind.VIDEO | LocationKind.ONLINE:
            return Place("video-camera", words.gettext("Video call"))
        case LocationKind.HOST_CALLS:
            return Place("phone", words.gettext("{name} calls you").format(name=host))
        case LocationKind.GUEST_CALLS:
            return Place("phone", words.gettext("You call {name}").format(name=host))
        case LocationKind.LINK:
            return Place("globe-simple", words.gettext("Online meeting"))
        case LocationKind.ASK:
            return Place("map-pin", location.detail or words.gettext("You choose the place"))
        case LocationKind.PLACE:
            return Place("map-pin", location.detail or words.gettext("In person"))


def place_within(location: Location, words: Words, host: str) -> str:
    """The same in the middle of a line: names and addresses keep their capital."""
    text = place(location, words, host).text
    theirs = location.kind in (LocationKind.PLACE, LocationKind.ASK) and location.detail
    return text if theirs or location.kind is LocationKind.HOST_CALLS else small(text)


def place_later(location: Location, words: Words, host: str) -> str:
    """The same as a sentence for somebody about to book, with what they will be told then."""
    text = place(location, words, host).text
    linked = location.kind in (LocationKind.VIDEO, LocationKind.LINK) and location.detail.startswith("http")
    if linked or location.kind is LocationKind.ONLINE:
        return words.gettext("{place}. You get the link once it is booked.").format(place=text)
    return text


@dataclass(frozen=True, slots=True)
class When:
    """A meeting's time for one visitor. ``elsewhere``: the same time where the owner is, if clocks show another one there."""

    start: Instant
    end: Instant
    tile_month: str
    tile_day: str
    tile_weekday: str
    day: str
    span: str
    zone: str
    abbreviation: str
    elsewhere: str = ""


def when(words: Words, start: Instant, end: Instant, zone: str, host_zone: str) -> When:
    """A meeting from ``start`` to ``end`` on the clock of ``zone``, the visitor's."""
    begins, ends = wall(start, zone), wall(end, zone)
    return When(
        start=start,
        end=end,
        tile_month=words.month_short(begins.month).rstrip(".").upper(),
        tile_day=str(begins.day),
        tile_weekday=words.day_short(begins),
        day=capital(words.date_long(begins)),
        span=between(words, begins, ends),
        zone=capital(words.zone_name(zone)),
        abbreviation=zone_abbreviation(zone, start),
        elsewhere="" if same_wall_time(start, zone, host_zone) else elsewhere(words, start, end, zone, host_zone),
    )


def between(words: Words, begins: datetime, ends: datetime) -> str:
    return words.gettext("{start} to {end}").format(start=words.time(begins), end=words.time(ends))


def elsewhere(words: Words, start: Instant, end: Instant, zone: str, host_zone: str) -> str:
    """The same times on the owner's clocks, with the day where it is another one there."""
    begins, ends = wall(start, host_zone), wall(end, host_zone)
    span = small(between(words, begins, ends))
    if begins.date() != wall(start, zone).date():
        span = f"{words.date_short(begins)}, {span}"
    return words.gettext("{time} in {zone}").format(time=span, zone=words.zone_name(host_zone))


def greeting(words: Words, first_name: str, start: Instant, zone: str, now: Instant) -> str:
    """The heading of the confirmed page."""
    at, today = wall(start, zone).date(), wall(now, zone).date()
    days = (at - today).days
    if days == 0:
        return words.gettext("See you today, {name}").format(name=first_name)
    if days == 1:
        return words.gettext("See you tomorrow, {name}").format(name=first_name)
    if 1 < days < 7:
        return words.gettext("See you {day}, {name}").format(day=words.day_name(at), name=first_name)
    return words.gettext("See you on {date}, {name}").format(date=words.date_plain(at), name=first_name)


def cutoff_text(words: Words, minutes: int) -> str:
    """How long before a meeting it can be changed: ``4 hours``."""
    hours = minutes * MINUTE // HOUR
    if minutes % 60 or not hours:
        return words.ngettext("{count} minute", "{count} minutes", minutes).format(count=minutes)
    if hours % 24 == 0:
        return words.ngettext("{count} day", "{count} days", hours // 24).format(count=hours // 24)
    return words.ngettext("{count} hour", "{count} hours", hours).format(count=hours)
