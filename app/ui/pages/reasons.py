"""Why a time is not offered, in words: the rule or event that decides, and from when or until when it does (PAGE-4)."""

from __future__ import annotations

from app.domain.availability import Reason, Why
from app.i18n import Wording, _, local
from app.services.availability import Explained


def reason_words(found: Explained, wording: Wording, zone: str) -> str:
    """One sentence. Times are those of ``zone``, the page's."""
    reason, name = found.reason, found.name
    match reason.why:
        case Why.BUSY | Why.BUFFER:
            return _in_the_way(reason, name, wording, zone)
        case Why.NOTICE:
            return _("The notice is too short: the first time that can be booked now is {time}.").format(
                time=_moment(reason.start, wording, zone)
            )
        case Why.BEYOND_WINDOW | Why.BEFORE_WINDOW:
            return _beside_the_window(reason, wording, zone)
        case Why.CALENDAR_INACTIVE:
            return _("Access to {calendar} was lost, so nothing can be booked.").format(calendar=name or _("a calendar"))
    return _plain(reason.why)


def _plain(why: Why) -> str:
    return {
        Why.DURATION: _("The page does not offer this length."),
        Why.OFF_GRID: _("Meetings do not begin at this minute: the start times are set in Buffers and limits."),
        Why.OUTSIDE_HOURS: _("It lies outside the page’s hours, or does not fit into them."),
        Why.DAY_OFF: _("It is a day off."),
        Why.PAST: _("It has passed."),
        Why.PAGE_DAY_LIMIT: _("The page has its most meetings on this day already."),
        Why.PAGE_WEEK_LIMIT: _("The page has its most meetings in this week already."),
        Why.HOST_DAY_LIMIT: _("You have your most meetings on this day already, over all pages."),
        Why.HOST_WEEK_LIMIT: _("You have your most meetings in this week already, over all pages."),
        Why.PAUSED: _("The page is paused."),
        Why.STALE: _("A calendar was not read lately, so guests can only ask for it."),
    }[why]


def _in_the_way(reason: Reason, name: str, wording: Wording, zone: str) -> str:
    values = {
        "name": name or _("Something"),
        "start": _moment(reason.start, wording, zone),
        "end": _clock(reason.end, wording, zone),
    }
    if reason.why is Why.BUFFER:
        return _("Too close to “{name}”, {start} to {end}: the free time between meetings would be cut.").format(**values)
    return _("“{name}” is then, {start} to {end}.").format(**values)


def _beside_the_window(reason: Reason, wording: Wording, zone: str) -> str:
    if reason.why is Why.BEFORE_WINDOW:
        return _("The page can be booked from {time} on.").format(time=_moment(reason.start, wording, zone))
    return _("The page can be booked until {time}, not farther ahead.").format(time=_moment(reason.end, wording, zone))


def _moment(instant: int, wording: Wording, zone: str) -> str:
    return wording.moment(local(instant, zone))


def _clock(instant: int, wording: Wording, zone: str) -> str:
    return wording.time(local(instant, zone))
