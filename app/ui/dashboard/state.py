"""What the Meetings dashboard shows, as frozen data with its words. No Qt.

Named tuples, because a frozen dataclass takes six times as long to define, and all of these are defined before the first paint.
``build`` turns an ``Overview`` into a ``DashboardState`` in the language in force; equal overviews give equal states, so the
view can leave alone what did not change.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from app import i18n
from app.domain.clock import Instant
from app.domain.overview import Meeting, OpenRequest, Overview
from app.i18n import _, local, ngettext
from app.ui import messages
from app.ui.dashboard.attempts import AttemptRow, attempt_rows
from app.ui.dashboard.banners import BannerState, banners
from app.ui.dashboard.troubles import ChangeState, FailureState, changes, failures, mails_words, stale_words
from app.ui.messages import Status
from app.ui.widgets.ribbon_day import Block, RibbonDay

SOON = 60
"""Minutes before a meeting at which its row says how long it is until then."""
FIRST_DAYS = 7
"""Days that are shown before *Show later* is asked for."""


class MeetingRow(NamedTuple):
    """One meeting. ``soon``: the badge; ``join``: a link to open; ``note``: what is not yet as it should be; ``spoken``: the
    row in words."""

    id: str
    booking: str
    time: str
    end: str
    colour: str
    title: str
    place_icon: str
    place: str
    spoken: str
    guest: str = ""
    email: str = ""
    soon: str = ""
    join: str = ""
    note: str = ""
    past: bool = False


class DayCard(NamedTuple):
    """One day. ``empty`` is said where a day without meetings is shown all the same."""

    day: date
    title: str
    date: str
    rows: tuple[MeetingRow, ...]
    ribbon: RibbonDay | None = None
    empty: str = ""


class WishState(NamedTuple):
    """A time that a request proposes."""

    start: Instant
    text: str
    accept: str
    free: bool


class RequestState(NamedTuple):
    """A request that waits. ``possible``: at least one wished time is still free, of which ``first_free`` is the first."""

    booking: str
    name: str
    email: str
    page: str
    length: str
    when: str
    message: str
    wishes: tuple[WishState, ...]

    @property
    def possible(self) -> bool:
        return any(wish.free for wish in self.wishes)

    @property
    def first_free(self) -> Instant:
        return next((wish.start for wish in self.wishes if wish.free), 0)


class PageRow(NamedTuple):
    """One scheduling page in *My pages*. ``note`` says that it is paused."""

    id: str
    title: str
    note: str
    colour: str
    path: str
    on: bool


class Step(NamedTuple):
    """A first step. ``action``: ``calendar``, ``page``, ``book`` or none once it is done."""

    done: bool
    title: str
    text: str = ""
    action: str = ""


class DashboardState(NamedTuple):
    """The whole screen. ``first_day``: nothing ever happened here, so the landscape and the first steps are shown instead of
    days. ``stale``: which calendar was last read when, empty where all is current; ``mails``: letters that wait."""

    subtitle: str
    status: Status
    banners: tuple[BannerState, ...] = ()
    days: tuple[DayCard, ...] = ()
    later: tuple[DayCard, ...] = ()
    requests: tuple[RequestState, ...] = ()
    requests_in_main: bool = False
    attempts: tuple[AttemptRow, ...] = ()
    pages: tuple[PageRow, ...] = ()
    steps: tuple[Step, ...] = ()
    first_day: bool = False
    empty_text: str = ""
    link: str = ""
    failures: tuple[FailureState, ...] = ()
    changes: tuple[ChangeState, ...] = ()
    stale: str = ""
    network: bool = True
    mails: str = ""


def build(overview: Overview) -> DashboardState:
    """The screen for ``overview``, as of its ``now``."""
    first_day = not (overview.ever_booked or overview.requests or overview.attempts or _listed(overview))
    days = () if first_day else _days(overview)
    today = local(overview.now, overview.zone).date()
    first = tuple(day for day in days if (day.day - today).days < FIRST_DAYS)
    return DashboardState(
        subtitle=_subtitle(overview),
        status=messages.status(overview),
        banners=banners(overview),
        days=first,
        later=days[len(first) :],
        requests=tuple(_request(each, overview) for each in overview.requests),
        requests_in_main=overview.offline,
        attempts=attempt_rows(overview),
        pages=tuple(_page(overview)),
        steps=_steps(overview) if first_day else (),
        first_day=first_day,
        empty_text=_empty_text(overview) if first_day else "",
        link=overview.link,
        failures=failures(overview),
        changes=changes(overview),
        stale=stale_words(overview),
        network=overview.network,
        mails=mails_words(overview),
    )


def _listed(overview: Overview) -> tuple[Meeting, ...]:
    return tuple(meeting for meeting in overview.meetings if not meeting.event_only)


def _subtitle(overview: Overview) -> str:
    today = local(overview.now, overview.zone).date()
    day = _first_up(i18n.current().date_long(today))
    if overview.offline and overview.requests:
        many = len(overview.requests)
        count = ngettext("{count} request to answer", "{count} requests to answer", many).format(count=many)
        return f"{day} · {count}"
    many = sum(local(meeting.start, overview.zone).date() == today for meeting in _listed(overview))
    if not many:
        return day
    return f"{day} · {ngettext('{count} meeting today', '{count} meetings today', many).format(count=many)}"


# Days


def _days(overview: Overview) -> tuple[DayCard, ...]:
    today = local(overview.now, overview.zone).date()
    by_day: dict[date, list[Meeting]] = {}
    for meeting in _listed(overview):
        by_day.setdefault(max(today, local(meeting.start, overview.zone).date()), []).append(meeting)
    if not overview.offline:
        by_day.setdefault(today, [])
    return tuple(_day(day, by_day[day], today, overview) for day in sorted(by_day))


def _day(day: date, meetings: list[Meeting], today: date, overview: Overview) -> DayCard:
    wording = i18n.current()
    rows = tuple(_row(meeting, overview) for meeting in sorted(meetings, key=lambda each: (each.start, each.end)))
    if day == today:
        return DayCard(
            day, _("Today"), wording.date_long(day), rows, _ribbon(day, overview), "" if rows else _("No meetings today")
        )
    if day == today + timedelta(days=1):
        return DayCard(day, _("Tomorrow"), wording.date_long(day), rows)
    return DayCard(day, _first_up(wording.day_name(day)), wording.date_plain(day), rows)


def _row(meeting: Meeting, overview: Overview) -> MeetingRow:
    wording = i18n.current()
    start, end = local(meeting.start, overview.zone), local(meeting.end, overview.zone)
    icon, where = messages.place(meeting.location)
    title = _("{title} with {name}").format(title=meeting.title, name=meeting.who) if meeting.who else meeting.title
    minutes = -(-(meeting.start - overview.now) // 60)
    soon = _("in {minutes} min").format(minutes=minutes) if 0 < minutes <= SOON else ""
    if meeting.start <= overview.now < meeting.end:
        soon = _("now")
    note = "" if meeting.written else _("Not in your calendar yet")
    parts = (where, meeting.email if icon != "where_place" else "")
    spoken = (wording.span(start, end), title, where, soon, note)
    return MeetingRow(
        id=meeting.id,
        booking=meeting.booking,
        time=wording.time(start),
        end=wording.time(end),
        colour=meeting.colour,
        title=title,
        place_icon=icon,
        place=" · ".join(part for part in parts if part),
        spoken=", ".join(part for part in spoken if part),
        guest=meeting.who,
        email=meeting.email,
        soon=soon,
        join=meeting.location.link if soon else "",
        note=note,
        past=meeting.end <= overview.now,
    )


def _ribbon(day: date, overview: Overview) -> RibbonDay:
    wording = i18n.current()
    blocks = []
    for meeting in overview.meetings:
        start, end = local(meeting.start, overview.zone), local(meeting.end, overview.zone)
        if start.date() > day or end.date() < day:
            continue
        title = _("{title} with {name}").format(title=meeting.title, name=meeting.who) if meeting.who else meeting.title
        words = f"{wording.span(start, end)}, {title or _('Busy')}"
        first, last = _minutes(start, day), _minutes(end, day)
        if first < last:
            blocks.append(Block(first, last, words, "" if meeting.event_only else meeting.colour))
    free = tuple(
        (_minutes(local(start, overview.zone), day), _minutes(local(end, overview.zone), day))
        for start, end in overview.free_today
    )
    return RibbonDay(tuple(blocks), free, _minutes(local(overview.now, overview.zone), day))


def _minutes(at: datetime, day: date) -> int:
    """Minutes since the midnight that begins ``day``, held within that day."""
    if at.date() < day:
        return 0
    return 1440 if at.date() > day else at.hour * 60 + at.minute


# Requests, pages, first steps


def _request(found: OpenRequest, overview: Overview) -> RequestState:
    wording = i18n.current()
    booking = found.booking
    wishes = []
    for wish in found.wishes:
        at = local(wish.start, overview.zone)
        accept = _("Accept {day}").format(day=wording.date_short(at))
        wishes.append(WishState(wish.start, wording.moment(at), accept, wish.free))
    return RequestState(
        booking=booking.id,
        name=booking.visitor.name,
        email=booking.visitor.email,
        page=booking.title,
        length=messages.length(booking.duration),
        when=_first_up(messages.stamp(booking.created_at, overview.now, overview.zone)),
        message=booking.message,
        wishes=tuple(wishes),
    )


def _page(overview: Overview) -> list[PageRow]:
    rows = []
    for summary in overview.pages:
        page = summary.page
        lengths = _("{minutes} min").format(minutes=", ".join(str(minutes) for minutes in page.rules.durations))
        rows.append(PageRow(page.id, page.title, lengths if page.on else _("Paused"), page.colour, summary.path, page.on))
    return rows


def _steps(overview: Overview) -> tuple[Step, ...]:
    if overview.offline:
        calendar = Step(
            False, _("Connect a calendar"), _("Until then people send requests and you answer each one"), "calendar"
        )
    else:
        calendar = Step(True, _("Your calendar is connected"))
    page = Step(True, _("Your first page is ready")) if overview.pages else Step(False, _("Make your first page"), "", "page")
    return calendar, page, Step(False, _("Book yourself once"), _("See what your guests see"), "book" if overview.pages else "")


def _empty_text(overview: Overview) -> str:
    if not overview.pages:
        return _("Make a scheduling page. When someone picks a time on it, it shows up here and in your calendar.")
    if overview.offline:
        return _("Open your page and try it. When someone asks for a time, the request shows up here.")
    return _("Open your page and try it. When someone picks a time, it shows up here and in your calendar.")


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]
