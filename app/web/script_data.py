"""What the script of the first page gets along: all free times, and the words to say them in.

With it a day, a time, a length, a month or a zone is chosen without asking again. A test compares what the script writes with
what the templates write.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache

from app.domain.choosing import SUGGESTIONS, Choose, pack
from app.domain.clock import Instant
from app.domain.pages import LocationKind
from app.domain.public import PublicPage
from app.domain.saying import place_within
from app.i18n import Wording
from app.web.address import Address
from app.web.visit import Visit

_PATTERNS = {
    "en": {"long": "{weekday} {day} {month}", "short": "{weekday} {day} {month}", "joint": ", ", "colon": ":"},
    "da": {"long": "{weekday} den {day}. {month}", "short": "{weekday} {day}. {month}", "joint": " kl. ", "colon": "."},
}
_NAMED = ("UTC", "Etc/UTC", "Europe/Copenhagen")
"""Zones whose name in one of our languages follows no rule."""


def script_data(
    visit: Visit,
    page: PublicPage,
    address: Address,
    view: Choose,
    words: Wording,
    now: Instant,
    free: Mapping[int, Sequence[Instant]],
) -> dict[str, object]:
    """To be written as JSON. Instants are seconds, ``free`` is packed in minutes."""
    return {
        "path": visit.path_of(page),
        "kept": address.kept,
        "request": view.request,
        "duration": address.duration,
        "zone": address.zone,
        # Where people meet in person, the clock of the place counts, wherever they look from.
        "guess": not address.zone_said
        and not address.kept
        and not page.zone_fixed
        and page.location.kind is not LocationKind.PLACE,
        "owner": page.zone,
        "name": visit.host.first_name,
        "place": place_within(page.location, words, visit.host.first_name),
        "now": now,
        "month": f"{view.shown[0]:04d}-{view.shown[1]:02d}",
        "day": view.day.day.isoformat() if view.day else "",
        "picks": [pick.start for pick in view.picks],
        "nearest": [soon.start for soon in view.soonest] if view.after_loss else [],
        "most": SUGGESTIONS if view.request else 1,
        "free": {str(duration): pack(starts) for duration, starts in free.items()},
        "monday": visit.host.week_starts_monday,
        "clock24": words.clock_24,
        "language": words.language,
        "words": {
            **_script_words(words),
            "zones": {each: words.zone_name(each) for each in {*_NAMED, page.zone, address.zone}},
        },
    }


@lru_cache(maxsize=8)
def _script_words(words: Wording) -> dict[str, object]:
    _ = words.gettext
    days = [date(2024, 1, 1 + number) for number in range(7)]
    return {
        "days": [words.day_name(day) for day in days],
        "daysShort": [words.day_short(day) for day in days],
        "months": [words.month_name(month) for month in range(1, 13)],
        "monthsShort": [words.month_short(month) for month in range(1, 13)],
        "cities": words.cities(),
        "zoneName": _("{city} time"),
        **_PATTERNS[words.language],
        "free": [_one(words), _many(words)],
        "cell": [_("{day}, no free times"), _cell_one(words), _cell_many(words)],
        "parts": [_("Morning"), _("Afternoon"), _("Evening")],
        "today": _("Today {time}"),
        "tomorrow": _("Tomorrow {time}"),
        "now": _("now {time}"),
        "ownerTime": _("{time} for {name}, who is in {zone}"),
        "inZone": _("{time} in {zone}"),
        "span": _("{start} to {end}"),
        "momentTo": _("{moment} to {time}"),
        "min": _("{minutes} min"),
        "choose": _("Choose a time to continue"),
        "noTime": _("No time chosen yet"),
        "nothing": _("Nothing free in {month}."),
        "never": _("There are no free times at the moment."),
        "first": _("First free: {time}"),
        "show": _("Show it"),
        "count": _("{count} of {most}"),
        "suggestions": _("{count} of {most} suggestions"),
        "remove": _("Remove {time}"),
        "another": _("Add one more, if you like"),
        "above": _("Choose a time above"),
        "onDay": _("{count} on {day}"),
        "chosen": _("Chosen: {time}"),
        "removed": _("Removed: {time}"),
        "previous": _("Previous month"),
        "next": _("Next month"),
        "zoneTitle": _("In which time zone are you?"),
        "zoneFind": _("Search for a place"),
        "close": _("Close"),
    }


def _one(words: Wording) -> str:
    return words.ngettext("{count} free time", "{count} free times", 1)


def _many(words: Wording) -> str:
    return words.ngettext("{count} free time", "{count} free times", 2)


def _cell_one(words: Wording) -> str:
    return words.ngettext("{day}, {count} free time", "{day}, {count} free times", 1)


def _cell_many(words: Wording) -> str:
    return words.ngettext("{day}, {count} free time", "{day}, {count} free times", 2)
