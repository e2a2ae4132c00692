"""A page's settings in a few words: for the cards of the list and for the closed sections of the editor."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby

from app.domain.after import host_of_link
from app.domain.pages import (
    Consent,
    ConsentKind,
    Fixed,
    Hours,
    Location,
    LocationKind,
    Minutes,
    Mode,
    Page,
    Picture,
    Question,
    Range,
    Rolling,
    Rules,
    WeeklyHours,
)
from app.i18n import Wording, _, current, ngettext
from app.ui.widgets import hours_text

DOT = " · "
NOON = 720
_A_MONDAY = date(2024, 1, 1)


def page_in_words(page: Page) -> str:
    """One line for a card: lengths, where, when."""
    return DOT.join((lengths_in_words(page.rules.durations), where_in_words(page.location), when_in_words(page.hours)))


def any_of(words: Sequence[str]) -> str:
    """``15``, ``15 or 30``, ``15, 30 or 60``."""
    if len(words) < 2:
        return "".join(words)
    return _("{first} or {last}").format(first=", ".join(words[:-1]), last=words[-1])


def all_of(words: Sequence[str]) -> str:
    """``Monday``, ``Monday and Friday``, ``Monday, Tuesday and Friday``."""
    if len(words) < 2:
        return "".join(words)
    return _("{first} and {last}").format(first=", ".join(words[:-1]), last=words[-1])


def lengths_in_words(durations: Sequence[Minutes]) -> str:
    if not durations:
        return _("no length yet")
    return _("{lengths} min").format(lengths=any_of([str(each) for each in sorted(durations)]))


def span_in_words(minutes: Minutes) -> str:
    """``45 min``, ``4 hours``, ``2 days``: the largest unit that divides it."""
    if minutes and minutes % 1440 == 0:
        return ngettext("{count} day", "{count} days", minutes // 1440).format(count=minutes // 1440)
    if minutes and minutes % 60 == 0:
        return ngettext("{count} hour", "{count} hours", minutes // 60).format(count=minutes // 60)
    return _("{count} min").format(count=minutes)


def where_name(kind: LocationKind) -> str:
    """The kind as it stands in the select of the editor."""
    return {
        LocationKind.VIDEO: _("Video call"),
        LocationKind.HOST_CALLS: _("Phone, I call"),
        LocationKind.GUEST_CALLS: _("Phone, the guest calls"),
        LocationKind.PLACE: _("At a place"),
        LocationKind.LINK: _("My own link"),
        LocationKind.ASK: _("The guest says where"),
        LocationKind.ONLINE: _("Google Meet or Teams"),
    }[kind]


def where_in_words(location: Location) -> str:
    """The kind in the middle of a line, a place with its address."""
    place = location.detail.strip().partition("\n")[0]
    if location.kind is LocationKind.PLACE and place:
        return _("at {place}").format(place=place if len(place) <= 32 else place[:31].rstrip() + "…")
    return {
        LocationKind.VIDEO: _("video call"),
        LocationKind.HOST_CALLS: _("phone"),
        LocationKind.GUEST_CALLS: _("phone"),
        LocationKind.PLACE: _("at a place"),
        LocationKind.LINK: _("online"),
        LocationKind.ASK: _("place by agreement"),
        LocationKind.ONLINE: _("video call"),
    }[location.kind]


def when_in_words(hours: Hours | None) -> str:
    """The weekdays of a page, not the figures: ``Tuesdays and Thursdays``, ``Friday mornings``, ``your usual hours``."""
    if hours is None:
        return _("your usual hours")
    days = [day for day, ranges in enumerate(hours.weekly.days) if ranges]
    if not days:
        return _("no weekly hours") if hours.overrides else _("no hours yet")
    ranges = [each for day in days for each in hours.weekly.days[day]]
    if all(end <= NOON + 30 for _start, end in ranges):
        return _part_of_days(days, _("{days} mornings"), _("every morning"), _("weekday mornings"))
    if all(start >= NOON for start, _end in ranges):
        return _part_of_days(days, _("{days} afternoons"), _("every afternoon"), _("weekday afternoons"))
    return _whole_days(days)


def _part_of_days(days: list[int], some: str, every: str, workweek: str) -> str:
    if len(days) == 7:
        return every
    if days == [0, 1, 2, 3, 4]:
        return workweek
    if len(days) > 3:
        return _days_a_week(len(days))
    return some.format(days=all_of([current().day_name(_A_MONDAY + timedelta(days=day)) for day in days]))


def _whole_days(days: list[int]) -> str:
    if len(days) == 7:
        return _("every day")
    if days == [0, 1, 2, 3, 4]:
        return _("weekdays")
    if len(days) > 3:
        return _days_a_week(len(days))
    names = (_("Mondays"), _("Tuesdays"), _("Wednesdays"), _("Thursdays"), _("Fridays"), _("Saturdays"), _("Sundays"))
    return all_of([names[day] for day in days])


def _days_a_week(count: int) -> str:
    return ngettext("{count} day a week", "{count} days a week", count).format(count=count)


def weekly_in_words(weekly: WeeklyHours, wording: Wording) -> str:
    """Days with the same hours together: ``Mon to Thu 9–12 and 13–17, Fri 9–12.30``."""
    groups = []
    for ranges, run in groupby(range(7), key=lambda day: weekly.days[day]):
        if ranges:
            groups.append(f"{_run_in_words(list(run), wording)} {_ranges_in_words(ranges)}")
    return ", ".join(groups) or _("No hours")


def weekday_short(day: int, wording: Wording) -> str:
    """``Mon``, ``man.``: ``day`` 0 is Monday."""
    return wording.day_short(_A_MONDAY + timedelta(days=day))


def _run_in_words(days: list[int], wording: Wording) -> str:
    first, last = weekday_short(days[0], wording), weekday_short(days[-1], wording)
    if len(days) == 1:
        return first
    if len(days) == 2:
        return all_of([first, last])
    return _("{first} to {last}").format(first=first, last=last)


def _ranges_in_words(ranges: tuple[Range, ...]) -> str:
    return all_of([hours_text.write((each,)) for each in ranges])


def limits_in_words(rules: Rules, wording: Wording) -> str:
    """``10 min before and after · 4 hours' notice · 60 days ahead``; what is not set is left out."""
    parts = [_buffers_in_words(rules), _notice_in_words(rules.notice), window_in_words(rules.window, wording)]
    if rules.limits.per_day is not None:
        parts.append(_("at most {count} a day").format(count=rules.limits.per_day))
    if rules.limits.per_week is not None:
        parts.append(_("at most {count} a week").format(count=rules.limits.per_week))
    return DOT.join(part for part in parts if part)


def _buffers_in_words(rules: Rules) -> str:
    before, after = rules.buffer_before, rules.buffer_after
    if before == after:
        return _("{span} before and after").format(span=span_in_words(before)) if before else ""
    parts = []
    if before:
        parts.append(_("{span} before").format(span=span_in_words(before)))
    if after:
        parts.append(_("{span} after").format(span=span_in_words(after)))
    return ", ".join(parts)


def _notice_in_words(notice: Minutes) -> str:
    if not notice:
        return ""
    if notice % 1440 == 0:
        return ngettext("{count} day’s notice", "{count} days’ notice", notice // 1440).format(count=notice // 1440)
    if notice % 60 == 0:
        return ngettext("{count} hour’s notice", "{count} hours’ notice", notice // 60).format(count=notice // 60)
    return _("{count} min notice").format(count=notice)


def window_in_words(window: Rolling | Fixed, wording: Wording) -> str:
    if isinstance(window, Fixed):
        return _("{first} to {last}").format(first=wording.date_plain(window.first), last=wording.date_plain(window.last))
    if window.working:
        return ngettext("{count} working day ahead", "{count} working days ahead", window.days).format(count=window.days)
    return ngettext("{count} day ahead", "{count} days ahead", window.days).format(count=window.days)


def booking_in_words(mode: Mode, holds: bool, cutoff: Minutes) -> str:
    if mode is Mode.AT_ONCE:
        how = _("Booked at once")
    else:
        how = _("You approve each one; the time is held") if holds else _("You approve each one")
    if not cutoff:
        return how
    return how + DOT + _("changes until {span} before").format(span=span_in_words(cutoff))


def after_in_words(page: Page) -> str:
    """What happens after booking."""
    host = host_of_link(page.redirect)
    if host:
        return _("guests go on to {host}").format(host=host)
    return _("a thank-you text of your own") if page.thanks else _("the usual confirmation")


def look_in_words(page: Page) -> str:
    """Language, clock, time zone and picture, as far as they are the page's own."""
    pictures = {Picture.NONE: "", Picture.PHOTO: _("a photo"), Picture.LOGO: _("a logo")}
    parts = [language_name(page.language) if page.language else "", pictures[page.picture_kind]]
    if page.zone_fixed:
        parts.append(_("times on my clock"))
    return DOT.join(each for each in parts if each) or _("As in Settings")


def language_name(language: str) -> str:
    return {"": _("As in Settings"), "en": _("English"), "da": _("Danish")}.get(language, language)


def invite_in_words(page: Page) -> str:
    if page.invite.title and page.invite.body:
        return _("title and text of your own")
    if page.invite.title:
        return _("a title of your own")
    return _("a text of your own") if page.invite.body else _("the usual words")


def links_in_words(page: Page, links: int) -> str:
    found = _("only with a secret link") if page.secret else _("for everybody")
    if not links:
        return found
    return found + DOT + ngettext("{count} secret link", "{count} secret links", links).format(count=links)


def form_in_words(questions: Sequence[Question]) -> str:
    if not questions:
        return _("Name and e-mail")
    count = len(questions)
    return ngettext("Name, e-mail and {count} question", "Name, e-mail and {count} questions", count).format(count=count)


def consent_in_words(consent: Consent) -> str:
    return {
        ConsentKind.NONE: _("Nothing is shown"),
        ConsentKind.NOTICE: _("Guests read a notice"),
        ConsentKind.TICK: _("Guests must agree"),
        ConsentKind.LEGITIMATE_INTEREST: _("Guests read on what ground you keep their answers"),
    }[consent.kind]


def colour_name(colour: str) -> str:
    """A colour of one's own is its own name."""
    return {
        "fjord": _("Fjord"),
        "heather": _("Heather"),
        "moss": _("Moss"),
        "amber": _("Amber"),
        "brick": _("Brick"),
        "slate": _("Slate"),
    }.get(colour, colour)
