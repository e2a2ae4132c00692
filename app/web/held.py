"""The pages behind a manage link:

the visitor's own booking as it stands, and what can still be done about it (BOOK-5, BOOK-6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from markupsafe import Markup

from app.domain.after import host_of_link, keeping, way_back
from app.domain.booking import ManagedBooking, State
from app.domain.choosing import NextDay, next_days
from app.domain.clock import Instant
from app.domain.pages import LocationKind
from app.domain.public import PublicPage
from app.domain.saying import Words, capital, cutoff_text, greeting, place, place_within, wall, when
from app.i18n import LANGUAGES, Wording
from app.web import problems
from app.web.drawing import Drawing
from app.web.visit import Visit, clock_of

_ALL_DAYS, _ALL_TIMES = 60, 100
_WITH_LINK = (LocationKind.VIDEO, LocationKind.LINK, LocationKind.ONLINE)
_SAID_WHOLE = (LocationKind.PLACE, LocationKind.ASK)
"""Where the words for the place are the place itself."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A word above: ``kind`` is its colour."""

    kind: str
    icon: str
    text: str


class HeldViews:
    """Draws the page that fits the booking's state; returns its text."""

    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing

    def show(
        self,
        visit: Visit,
        token: str,
        booking: ManagedBooking,
        page: PublicPage | None,
        starts: Sequence[Instant],
        now: Instant,
        key: str,
        *,
        problem: str = "",
        nearest: Sequence[Instant] = (),
    ) -> str:
        """``starts``: where it could be moved to.

        ``problem``: a reason code of a change that failed; ``nearest``: what to take instead.
        """
        # Their own choice when they booked counts more than what the browser says.
        language = visit.words.language if visit.one("lang") in LANGUAGES else booking.visitor.language
        words = Wording(language, clock_of(page, visit.host))
        visit = replace(visit, words=words)
        notice = _notice(words, visit, booking, page, problem)
        if booking.state in (State.DECLINED, State.CANCELLED, State.EXPIRED, State.RESCHEDULED):
            return self._ended(visit, token, booking, page)
        moving = bool(problem or nearest) or visit.has("change")
        if booking.state is State.REQUESTED and not moving:
            return self._sent(visit, token, booking, page, key, notice)
        if visit.has("new") and not problem:
            return self._confirmed(visit, token, booking, page, now)
        return self._manage(visit, token, booking, page, starts, key, notice, nearest)

    def _draw(
        self,
        template: str,
        visit: Visit,
        token: str,
        booking: ManagedBooking,
        page: PublicPage | None,
        *,
        title: str,
        **values: Any,
    ) -> str:
        where = place(booking.location, visit.words, visit.host.first_name)
        return self._drawing.draw(
            template,
            visit,
            title=title,
            page=page,
            here=f"/manage/{token}" if visit.method == "POST" else "",
            booking=booking,
            place=where,
            place_small=place_within(booking.location, visit.words, visit.host.first_name),
            place_detail=_detail(booking),
            join=join_link(booking),
            first=visit.host.first_name,
            moment=lambda start: capital(visit.words.moment(wall(start, booking.visitor.zone))),
            when=when(visit.words, booking.start, booking.end, booking.visitor.zone, booking.zone),
            here_path=f"/manage/{token}",
            **values,
        )

    def _confirmed(self, visit: Visit, token: str, booking: ManagedBooking, page: PublicPage | None, now: Instant) -> str:
        title = greeting(visit.words, booking.visitor.first_name, booking.start, booking.visitor.zone, now)
        link = f"{visit.host.origin}/manage/{token}"
        onward = host_of_link(page.redirect) if page is not None else ""
        onward_link = Markup('<a href="{}" rel="noopener noreferrer">{}</a>').format(page.redirect, onward) if page else ""
        return self._draw(
            "confirmed", visit, token, booking, page, title=title, greeting=title, onward=onward, onward_link=onward_link,
            keeping=keeping(
                visit.words, may_move=booking.may_move, may_cancel=booking.may_cancel,
                calendar=page is None or page.add_to_calendar,
            ),
            google=google_link(visit.words, booking, link), outlook=outlook_link(visit.words, booking, link),
        )  # fmt: skip

    def _sent(
        self, visit: Visit, token: str, booking: ManagedBooking, page: PublicPage | None, key: str, notice: Notice | None
    ) -> str:
        words = visit.words
        wishes = [capital(words.moment(wall(start, booking.visitor.zone))) for start in (booking.start, *booking.alternatives)]
        title = words.gettext("The request is sent")
        return self._draw("sent", visit, token, booking, page, title=title, wishes=wishes, key=key, notice=notice)

    def _manage(
        self,
        visit: Visit,
        token: str,
        booking: ManagedBooking,
        page: PublicPage | None,
        starts: Sequence[Instant],
        key: str,
        notice: Notice | None,
        nearest: Sequence[Instant],
    ) -> str:
        words, whole = visit.words, visit.has("all")
        others = [start for start in (nearest or starts) if start != booking.start]
        many = (_ALL_DAYS, _ALL_TIMES) if whole or nearest else (2, 3)
        days: tuple[NextDay, ...] = next_days(words, others, booking.start, booking.visitor.zone, *many)
        title, request = words.gettext("Your meeting with {name}"), booking.state is State.REQUESTED
        return self._draw(
            "manage", visit, token, booking, page, title=title.format(name=visit.host.first_name),
            days=days, whole=whole, key=key, notice=notice, request=request,
        )  # fmt: skip

    def _ended(self, visit: Visit, token: str, booking: ManagedBooking, page: PublicPage | None) -> str:
        _, name = visit.words.gettext, visit.host.first_name
        if booking.state is State.DECLINED:
            heading = _("{name} could not take this meeting").format(name=name)
            text = _("The request was declined. You are welcome to suggest another time.")
        elif booking.state is State.EXPIRED:
            heading = _("The suggested times have passed")
            text = _("There was no answer in time, so nothing is booked.")
        else:
            heading = _("The meeting is cancelled")
            text = _("It does not take place, and the time is free again.")
        return self._draw("ended", visit, token, booking, page, title=heading, heading=heading, text=text)


def _notice(words: Words, visit: Visit, booking: ManagedBooking, page: PublicPage | None, problem: str) -> Notice | None:
    _ = words.gettext
    if problem == "taken":
        return Notice("amber", "warning-fill", _("That time was just taken. These are the nearest free ones."))
    if problem in ("paused", "unavailable", "stale", "not_saved"):
        return Notice("amber", "warning-fill", _("It cannot be moved at the moment. Nothing was changed."))
    if problem and problem not in ("too_late", "state", "not_allowed"):
        return Notice("danger", "warning-circle-fill", problems.sentence(words, problem))
    if "not_allowed" in (problem, booking.why_not):
        text = _("This cannot be changed here: please write to {name}.")
        return Notice("amber", "warning-fill", text.format(name=visit.host.first_name))
    if booking.why_not == "over":
        return Notice("plain", "info", _("This meeting is over."))
    if booking.why_not == "too_late" or problem == "too_late":
        return Notice("amber", "warning-fill", _too_late(words, visit.host.first_name, page))
    if problem:
        return Notice("amber", "warning-fill", _("It was changed in the meantime. This is how it stands now."))
    if visit.has("moved"):
        text = _("The meeting is moved. {name} has the new time.").format(name=visit.host.first_name)
        return Notice("success", "check-circle-fill", text)
    return None


def _too_late(words: Words, name: str, page: PublicPage | None) -> str:
    if page is None or not page.cutoff:
        return words.gettext("It is too late to change it here: please call {name}.").format(name=name)
    text = words.gettext("Less than {time} left: please call {name}.")
    return text.format(time=cutoff_text(words, page.cutoff), name=name)


def _detail(booking: ManagedBooking) -> str:
    """What the visitor may know of the place now that they have booked, if it is no link."""
    if booking.state is State.REQUESTED or booking.location.kind in _SAID_WHOLE or join_link(booking):
        return ""
    return booking.location.detail


def join_link(booking: ManagedBooking) -> str:
    """The address of the online meeting, for those who have it booked."""
    detail = booking.location.detail.strip()
    if booking.state is State.REQUESTED or booking.location.kind not in _WITH_LINK:
        return ""
    try:
        parts = urlsplit(detail)
    except ValueError:
        return ""
    return detail if parts.scheme in ("http", "https") and parts.hostname else ""


def _calendar_title(words: Words, booking: ManagedBooking) -> str:
    return words.gettext("{title} with {name}").format(title=booking.title, name=booking.host)


def _calendar_text(words: Words, booking: ManagedBooking, link: str) -> str:
    return way_back(words, link, may_move=booking.may_move, may_cancel=booking.may_cancel)


def google_link(words: Words, booking: ManagedBooking, link: str) -> str:
    """Opens Google Calendar with the appointment filled in."""
    span = "/".join(wall(at, "UTC").strftime("%Y%m%dT%H%M%SZ") for at in (booking.start, booking.end))
    query = {
        "action": "TEMPLATE",
        "text": _calendar_title(words, booking),
        "dates": span,
        "details": _calendar_text(words, booking, link),
        "location": booking.location.detail,
    }
    return f"https://calendar.google.com/calendar/render?{urlencode(query)}"


def outlook_link(words: Words, booking: ManagedBooking, link: str) -> str:
    """Opens Outlook.com with the appointment filled in."""
    query = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": _calendar_title(words, booking),
        "startdt": wall(booking.start, "UTC").strftime("%Y-%m-%dT%H:%M:%SZ"),
        "enddt": wall(booking.end, "UTC").strftime("%Y-%m-%dT%H:%M:%SZ"),
        "body": _calendar_text(words, booking, link),
        "location": booking.location.detail,
    }
    return f"https://outlook.live.com/calendar/0/deeplink/compose?{urlencode(query)}"
