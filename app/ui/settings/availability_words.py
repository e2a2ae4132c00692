"""Days and hours of the availability panel, as its rows say them."""

from __future__ import annotations

from datetime import date, datetime

from app.domain.pages import Range
from app.domain.saying import capital
from app.domain.settings import Journey, Spell
from app.i18n import Wording, _, current
from app.ui.widgets import hours_text

FORM = "9-12, 13-17"
"""How hours can be written, whatever the language."""


def days_words(first: date, last: date, today: date) -> str:
    """``Thu 29 October``, ``Mon 2 to Fri 6 November``, ``Mon 21 December to Sun 3 January 2027``; the year where it is not this
    one."""
    wording = current()
    year = f" {last.year}" if {first.year, last.year} != {today.year} else ""
    end = f"{_day(last, wording)} {wording.month_name(last.month)}{year}"
    if first == last:
        return capital(end)
    begin = _day(first, wording)
    if (first.year, first.month) != (last.year, last.month):
        begin = f"{begin} {wording.month_name(first.month)}"
    return capital(_("{first} to {last}").format(first=begin, last=end))


def span_words(first: date, last: date) -> str:
    """The same within a sentence, without weekdays: ``3 to 9 May``."""
    wording = current()
    end = wording.date_plain(last)
    if first == last:
        return end
    dot = "." if wording.language == "da" else ""
    same = (first.year, first.month) == (last.year, last.month)
    return _("{first} to {last}").format(first=f"{first.day}{dot}" if same else wording.date_plain(first), last=end)


def hours_words(ranges: tuple[Range, ...]) -> str:
    """``18:00 to 21:00``, ``9.00 til 12.00``; for days off ``closed``."""
    if not ranges:
        return _("closed")
    spans = [_("{first} to {last}").format(first=_time(start), last=_time(end)) for start, end in ranges]
    return ", ".join(spans)


def spell_words(spell: Spell, today: date) -> tuple[str, str]:
    """Title and note of an exception."""
    plain = _("Other hours") if spell.ranges else _("Day off") if spell.first == spell.last else _("Days off")
    return spell.name or plain, f"{days_words(spell.first, spell.last, today)} · {hours_words(spell.ranges)}"


def journey_words(journey: Journey, today: date) -> tuple[str, str]:
    """Title and note of a journey."""
    return current().city(journey.zone), days_words(journey.first, journey.last, today)


def journey_follows(journey: Journey) -> str:
    """What comes of a journey."""
    if journey.first == journey.last:
        words = _("On {days} your hours are read as {zone}. Guests elsewhere see the right times.")
    else:
        words = _("Your hours are read as {zone} from {days}. Guests elsewhere see the right times.")
    return words.format(zone=current().zone_name(journey.zone), days=span_words(journey.first, journey.last))


def typed_hours(ranges: tuple[Range, ...]) -> str:
    """Hours as a field shows them and reads them."""
    return hours_text.write(ranges)


def _day(day: date, wording: Wording) -> str:
    return f"{wording.day_short(day)} {day.day}{'.' if wording.language == 'da' else ''}"


def _time(minutes: int) -> str:
    if minutes == 1440 and current().clock_24:
        return current().time(datetime(2000, 1, 1)).replace("00", "24", 1)
    return current().time(datetime(2000, 1, 1, minutes // 60 % 24, minutes % 60))
