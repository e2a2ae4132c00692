"""Languages: one gettext catalogue for window, pages and mails, and the way dates and times are written in each.

The desktop program has one language at a time (``use``); the public child has one per request (``wording``).
"""

from __future__ import annotations

import gettext as _gettext
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

CATALOGUES = Path(__file__).resolve().parent.parent / "resources" / "i18n"
LANGUAGES = ("en", "da")

_DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "da": ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"),
}
_DAYS_SHORT = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "da": ("man.", "tirs.", "ons.", "tors.", "fre.", "lør.", "søn."),
}
_DAYS_LETTER = {"en": ("M", "T", "W", "T", "F", "S", "S"), "da": ("M", "T", "O", "T", "F", "L", "S")}
_MONTHS = {
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ),
    "da": (
        "januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober", "november", "december",
    ),
}  # fmt: skip
_MONTHS_SHORT = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "da": ("jan.", "feb.", "mar.", "apr.", "maj", "jun.", "jul.", "aug.", "sep.", "okt.", "nov.", "dec."),
}
_CITIES = {"da": {"Europe/Copenhagen": "København", "Europe/Gothenburg": "Göteborg", "Europe/Rome": "Rom", "Europe/Prague":
"Prag",
                  "Europe/Vienna": "Wien", "Europe/Warsaw": "Warszawa", "Europe/Athens": "Athen", "Europe/Lisbon": "Lissabon",
                  "Europe/Moscow": "Moskva", "Atlantic/Reykjavik": "Reykjavík"}}  # fmt: skip


@cache
def translations(language: str) -> _gettext.NullTranslations:
    """The catalogue of ``language``; English is the language of the source."""
    if language == "en":
        return _gettext.NullTranslations()
    return _gettext.translation("aftale", CATALOGUES, [language], fallback=True)


@dataclass(frozen=True, slots=True)
class Wording:
    """How one language says dates, times and texts. Local times are naive or aware datetimes of the zone to be shown."""

    language: str = "en"
    clock_24: bool = True

    def gettext(self, text: str) -> str:
        return translations(self.language).gettext(text)

    def ngettext(self, one: str, many: str, count: int) -> str:
        return translations(self.language).ngettext(one, many, count)

    def time(self, at: datetime) -> str:
        """``09:40``, Danish ``09.40``; with a 12-hour clock ``9:40 am``."""
        if not self.clock_24:
            return f"{(at.hour - 1) % 12 + 1}:{at.minute:02d} {'am' if at.hour < 12 else 'pm'}"
        return f"{at.hour:02d}{'.' if self.language == 'da' else ':'}{at.minute:02d}"

    def day_name(self, day: date) -> str:
        return _DAYS[self.language][day.weekday()]

    def day_short(self, day: date) -> str:
        return _DAYS_SHORT[self.language][day.weekday()]

    def day_letters(self, monday_first: bool = True) -> tuple[str, ...]:
        """One for each day, as heads of a month."""
        letters = _DAYS_LETTER[self.language]
        return letters if monday_first else letters[6:] + letters[:6]

    def month_name(self, month: int) -> str:
        return _MONTHS[self.language][month - 1]

    def month_short(self, month: int) -> str:
        return _MONTHS_SHORT[self.language][month - 1]

    def month(self, year: int, month: int) -> str:
        """``October 2026``, ``oktober 2026``; capitalised, for it stands as a heading."""
        name = self.month_name(month)
        return f"{name[0].upper()}{name[1:]} {year}"

    def date_long(self, day: date) -> str:
        """``Thursday 15 October``, ``torsdag den 15. oktober``."""
        if self.language == "da":
            return f"{self.day_name(day)} den {day.day}. {self.month_name(day.month)}"
        return f"{self.day_name(day)} {day.day} {self.month_name(day.month)}"

    def date_short(self, day: date) -> str:
        """``Thu 15 Oct``, ``tors. 15. okt.``"""
        dot = "." if self.language == "da" else ""
        return f"{self.day_short(day)} {day.day}{dot} {self.month_short(day.month)}"

    def date_plain(self, day: date) -> str:
        """``15 October``, ``15. oktober``."""
        dot = "." if self.language == "da" else ""
        return f"{day.day}{dot} {self.month_name(day.month)}"

    def moment(self, at: datetime) -> str:
        """``Thu 15 Oct, 09:40``, ``tors. 15. okt. kl. 09.40``."""
        joint = " kl. " if self.language == "da" else ", "
        return f"{self.date_short(at)}{joint}{self.time(at)}"

    def moment_long(self, at: datetime) -> str:
        """``Thursday 15 October, 09:40``, ``torsdag den 15. oktober kl. 09.40``."""
        joint = " kl. " if self.language == "da" else ", "
        return f"{self.date_long(at)}{joint}{self.time(at)}"

    def span(self, start: datetime, end: datetime) -> str:
        """``09:40 to 10:10``, ``09.40 til 10.10``."""
        return f"{self.time(start)} {'til' if self.language == 'da' else 'to'} {self.time(end)}"

    def city(self, zone: str) -> str:
        """The place that names a zone: ``Copenhagen``, ``København``."""
        return _CITIES.get(self.language, {}).get(zone) or zone.rpartition("/")[2].replace("_", " ")

    def cities(self) -> dict[str, str]:
        """The zones whose place has another name in this language than in the zone's own."""
        return dict(_CITIES.get(self.language, {}))

    def zone_name(self, zone: str) -> str:
        """``Copenhagen time``; in Danish ``dansk tid``, else ``tid i Paris``."""
        if zone in ("UTC", "Etc/UTC"):
            return "UTC"
        if self.language == "da":
            return "dansk tid" if zone == "Europe/Copenhagen" else f"{self.city(zone)}-tid"
        return f"{self.city(zone)} time"


def local(instant: int, zone: str) -> datetime:
    """The wall time in ``zone`` at ``instant``."""
    return datetime.fromtimestamp(instant, ZoneInfo(zone))


_current = Wording()


def use(language: str, clock_24: bool = True) -> None:
    """Sets the language of the desktop program; widgets read it when they draw."""
    global _current
    _current = Wording(language if language in LANGUAGES else "en", clock_24)


def current() -> Wording:
    return _current


def _(text: str) -> str:
    """The text in the desktop program's language."""
    return _current.gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    return _current.ngettext(one, many, count)
