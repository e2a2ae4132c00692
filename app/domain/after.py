"""What a guest reads after booking: worked out here, drawn by the public pages and by the preview in the window."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.domain.clock import MINUTE, Instant
from app.domain.public import PageState, PublicHost, PublicPage
from app.domain.saying import Place, When, Words, greeting, place, when

_HTTPS = re.compile(r"https://([^\s/?#@:\\\[\]]+)(?::[0-9]{1,5})?(?:[/?#][^\s\\]*)?", re.IGNORECASE)


def host_of_link(link: str) -> str:
    """The host that visitors are told before a page leads them there; empty for what is no plain https address."""
    found = _HTTPS.fullmatch(link)
    return found[1].lower() if found else ""


def keeping(words: Words, *, may_move: bool, may_cancel: bool, calendar: bool) -> str:
    """What to do with the page and the appointment."""
    _ = words.gettext
    link = _("Keep the link of this page: with it you can see the meeting again.")
    if may_move and may_cancel:
        link = _("Keep the link of this page: with it you can move or cancel the meeting.")
    elif may_move:
        link = _("Keep the link of this page: with it you can move the meeting.")
    elif may_cancel:
        link = _("Keep the link of this page: with it you can cancel the meeting.")
    return _("Save the appointment in your calendar.") + f" {link}" if calendar else link


def way_back(words: Words, link: str, *, may_move: bool, may_cancel: bool) -> str:
    """The line with the manage link, as it stands in calendars."""
    _ = words.gettext
    if may_move and may_cancel:
        text = _("Move or cancel: {link}")
    elif may_move:
        text = _("Move it: {link}")
    else:
        text = _("Cancel it: {link}") if may_cancel else _("Your meeting: {link}")
    return text.format(link=link)


@dataclass(frozen=True, slots=True)
class Done:
    """The page after booking, or after asking. ``onward``: the host of the page that guests are led to, if any;
    ``leads`` says it. ``calendar``: the words over the buttons that add it to a calendar; empty where there are none."""

    request: bool
    state: str
    heading: str
    thanks: str
    text: str
    title: str
    when: When
    place: Place
    onward: str
    leads: str
    calendar: str


def done(
    page: PublicPage, host: PublicHost, words: Words, now: Instant, start: Instant, duration: int, zone: str, guest: str
) -> Done:
    """``guest``: the first name of whoever booked."""
    _, request = words.gettext, page.state is PageState.REQUEST
    if request:
        heading = _("{name} answers you soon").format(name=host.first_name)
        text = _("The meeting is not booked yet. The answer will stand on this page, so keep its link.")
    else:
        heading = greeting(words, guest, start, zone, now)
        text = keeping(words, may_move=page.may_move, may_cancel=page.may_cancel, calendar=page.add_to_calendar)
    onward = "" if request else host_of_link(page.redirect)
    return Done(
        request=request,
        state=_("The request is sent") if request else _("The meeting is booked"),
        heading=heading,
        thanks="" if request else page.thanks,
        text=text,
        title=_("{title} with {name}").format(title=page.title, name=host.name),
        when=when(words, start, start + duration * MINUTE, zone, page.zone),
        place=place(page.location, words, host.first_name),
        onward=onward,
        leads=_("Go on to {host}.").format(host=onward) if onward else "",
        calendar=_("Add it to your calendar") if page.add_to_calendar and not request else "",
    )
