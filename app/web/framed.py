"""What is said after booking on a page that is shown inside another site (PUB-3).

The page of the booking is never shown there, for another site could lead a visitor's clicks on it; it opens beside the site.
"""

from __future__ import annotations

from markupsafe import Markup

from app.domain.after import host_of_link
from app.domain.booking import BookingRequest, Promised, State
from app.domain.forms import answered
from app.domain.public import PublicPage
from app.domain.saying import place, place_later, when
from app.i18n import Wording
from app.web.drawing import Drawing
from app.web.visit import Visit


def booked(drawing: Drawing, visit: Visit, page: PublicPage, request: BookingRequest, answer: Promised, words: Wording) -> str:
    """The text of the page."""
    asked, name, zone = answer.state is State.REQUESTED, visit.host.first_name, request.visitor.zone
    starts = (answer.start, *request.alternatives) if asked else (answer.start,)
    heading, text = _said(words, name, asked)
    onward = "" if asked else host_of_link(page.redirect)
    location = answered(page.location, request.answers)
    where = place(location, words, name)
    return drawing.draw(
        "booked",
        visit,
        title=heading,
        page=page,
        words=words,
        here=visit.path_of(page),
        heading=heading,
        text=text,
        thanks="" if asked else page.thanks,
        asked=asked,
        whens=[when(words, start, start + answer.end - answer.start, zone, page.zone) for start in starts],
        icon_of_place=where.icon,
        place=place_later(location, words, name) if asked else where.text,
        link=f"{visit.host.origin.rstrip('/')}/manage/{answer.manage}",
        calendar=not asked and page.add_to_calendar,
        onward=onward,
        onward_link=Markup('<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>').format(page.redirect, onward),
        scripted=False,
    )


def _said(words: Wording, name: str, asked: bool) -> tuple[str, str]:
    _ = words.gettext
    if asked:
        text = _("The meeting is not booked yet. The answer will stand on a page of its own, so keep its link.")
        return _("{name} answers you soon").format(name=name), text
    text = _("There is a page for this meeting alone. Keep its link: there you can look it up, move it or cancel it.")
    return _("The meeting is booked"), text
