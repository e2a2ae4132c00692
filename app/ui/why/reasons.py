"""Why a time is not offered, in words: the rule or event that decides, from when or until when it does, and the way to it
(PAGE-4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.availability import Reason, Why
from app.domain.pages import Mode, Page
from app.i18n import Wording, _, local
from app.services.availability import Explained


class Goal(StrEnum):
    """Where a way leads: ``BOOKING`` to a meeting, ``SETTINGS`` to a panel, ``SECTION`` to a part of the page's editor,
    ``PAGES`` to the list of pages."""

    BOOKING = "booking"
    SETTINGS = "settings"
    SECTION = "section"
    PAGES = "pages"


@dataclass(frozen=True, slots=True)
class Way:
    """The way to what decides. ``target``: the booking, the panel of the settings, or the section of the editor."""

    goal: Goal
    target: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One reason as it is read, with the way to it if there is one."""

    words: str
    way: Way | None = None


class Verdict(StrEnum):
    OFFERED = "offered"
    ASKED_FOR = "asked_for"
    NOT_OFFERED = "not_offered"


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether guests can have the time, and everything that decides it."""

    verdict: Verdict
    lines: tuple[Line, ...]

    @property
    def words(self) -> str:
        return "\n".join(line.words for line in self.lines)


def answer_of(found: Sequence[Explained], page: Page, wording: Wording, zone: str, *, offline: bool) -> Answer:
    """``offline``: guests can only ask for times now, whatever ``page`` says."""
    if found:
        lines = tuple(Line(reason_words(each, wording, zone), way_of(each.reason, page)) for each in found)
        return Answer(Verdict.NOT_OFFERED, lines)
    words = _("It is offered: nothing stands in its way.")
    if offline:
        way = Way(Goal.SETTINGS, "calendars")
        asked = Line(_("No calendar is connected for bookings, so guests ask for it and you answer."), way)
    elif page.mode is Mode.APPROVAL:
        asked = Line(_("You approve each booking on this page, so guests ask for it."), Way(Goal.SECTION, "booking"))
    else:
        return Answer(Verdict.OFFERED, (Line(words),))
    return Answer(Verdict.ASKED_FOR, (Line(words), asked))


def verdict_words(verdict: Verdict) -> str:
    """In a word or two, for the head of an answer."""
    return {
        Verdict.OFFERED: _("Bookable"),
        Verdict.ASKED_FOR: _("On request"),
        Verdict.NOT_OFFERED: _("Not bookable"),
    }[verdict]


_SECTIONS = {
    Why.DURATION: "basics",
    Why.OFF_GRID: "limits",
    Why.NOTICE: "limits",
    Why.BEYOND_WINDOW: "limits",
    Why.BEFORE_WINDOW: "limits",
    Why.PAGE_DAY_LIMIT: "limits",
    Why.PAGE_WEEK_LIMIT: "limits",
}


def way_of(reason: Reason, page: Page) -> Way | None:
    """The way to the rule or event of ``reason``; the past has none."""
    kind, _colon, rest = reason.source.partition(":")
    match reason.why:
        case Why.PAST:
            return None
        case Why.BUSY | Why.BUFFER if kind == "booking":
            return Way(Goal.BOOKING, rest)
        case Why.BUSY | Why.BUFFER | Why.CALENDAR_INACTIVE | Why.STALE:
            return Way(Goal.SETTINGS, "calendars")
        case Why.HOST_DAY_LIMIT | Why.HOST_WEEK_LIMIT | Why.AWAY | Why.HOLIDAY:
            return Way(Goal.SETTINGS, "availability")
        case Why.PAUSED:
            return Way(Goal.PAGES)
    if reason.why in _SECTIONS:
        return Way(Goal.SECTION, _SECTIONS[reason.why])
    # Hours and days off: the page's own, or those that the owner has for all pages.
    own = page.hours is not None and kind not in ("spell", "journey")
    return Way(Goal.SECTION, "hours") if own else Way(Goal.SETTINGS, "availability")


def way_words(way: Way) -> str:
    """The words of the button that leads there."""
    return {
        (Goal.BOOKING, ""): _("Show the meeting"),
        (Goal.PAGES, ""): _("Open Scheduling pages"),
        (Goal.SETTINGS, "calendars"): _("Open Calendars in Settings"),
        (Goal.SETTINGS, "availability"): _("Open Availability in Settings"),
        (Goal.SECTION, "basics"): _("Open Basics of the page"),
        (Goal.SECTION, "hours"): _("Open Hours of the page"),
        (Goal.SECTION, "limits"): _("Open Buffers and limits of the page"),
        (Goal.SECTION, "booking"): _("Open Booking of the page"),
    }[way.goal, "" if way.goal in (Goal.BOOKING, Goal.PAGES) else way.target]


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
        case Why.AWAY | Why.HOLIDAY | Why.OUTSIDE_HOURS if name:
            return _departed(reason, name, wording)
    return _plain(reason.why)


def _departed(reason: Reason, name: str, wording: Wording) -> str:
    """The days off, the holiday, the other hours or the journey that is called ``name``."""
    match reason.why:
        case Why.HOLIDAY:
            return _("It is a public holiday: {name}.").format(name=name)
        case Why.AWAY:
            return _("You are off then: “{name}”.").format(name=name)
    if reason.source.startswith("journey:"):
        return _("It lies outside your hours, which are read on the clock of {city} then.").format(city=wording.city(name))
    return _("It lies outside the hours of “{name}”.").format(name=name)


def _plain(why: Why) -> str:
    return {
        Why.DURATION: _("The page does not offer this length."),
        Why.OFF_GRID: _("Meetings do not begin at this minute: the start times are set in Buffers and limits."),
        Why.OUTSIDE_HOURS: _("It lies outside the page’s hours, or does not fit into them."),
        Why.DAY_OFF: _("It is a day off."),
        Why.AWAY: _("It is a day off that you took for all pages."),
        Why.HOLIDAY: _("It is a public holiday."),
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
