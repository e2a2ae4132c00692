"""What the list of scheduling pages shows, made from the overview (PAGE-1, URL-7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from app.domain.connections import Calendar
from app.domain.overview import Overview, PageSummary
from app.domain.public import PageState
from app.i18n import Wording, _, local, ngettext
from app.ui.pages.summaries import all_of, page_in_words


class PageAction(StrEnum):
    """What the owner can want of a page in the list."""

    EDIT = "edit"
    OPEN = "open"
    COPY_LINK = "copy_link"
    SWITCH_ON = "switch_on"
    SWITCH_OFF = "switch_off"
    DUPLICATE = "duplicate"
    MAKE_DEFAULT = "make_default"
    MOVE_UP = "move_up"
    MOVE_DOWN = "move_down"
    QR_CODE = "qr_code"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class PageCard:
    """One page. ``address`` is shown, ``link`` is copied; ``note`` stands at the foot, ``warning`` in amber."""

    id: str
    title: str
    colour: str
    default: bool
    on: bool
    summary: str
    address: str
    link: str
    note: str
    warning: str = ""
    first: bool = False
    last: bool = False


@dataclass(frozen=True, slots=True)
class PagesState:
    """The whole screen. ``loaded`` is False until the first read, ``failed`` after one that went wrong; ``pages_on`` is the
    master switch."""

    cards: tuple[PageCard, ...] = ()
    line: str = ""
    loaded: bool = False
    failed: bool = False
    pages_on: bool = True
    pause_line: str = ""

    @property
    def empty(self) -> bool:
        return self.loaded and not self.cards

    @property
    def order(self) -> tuple[str, ...]:
        return tuple(card.id for card in self.cards)


def pages_state(overview: Overview, own_part: str, link: Callable[[str], str], wording: Wording) -> PagesState:
    """``link`` makes a page's whole address from its slug."""
    last = len(overview.pages) - 1
    return PagesState(
        cards=tuple(
            _card(summary, overview, link, wording, first=number == 0, last=number == last)
            for number, summary in enumerate(overview.pages)
        ),
        line=_line(len(overview.pages), without_scheme(link(own_part)).rstrip("/")),
        loaded=True,
        pages_on=overview.pages_on,
        pause_line=_pause_line(overview, wording),
    )


def _line(count: int, address: str) -> str:
    if count == 0:
        return _("No pages yet")
    return ngettext("{count} page at {address}", "{count} pages at {address}", count).format(count=count, address=address)


def _card(
    summary: PageSummary, overview: Overview, link: Callable[[str], str], wording: Wording, *, first: bool, last: bool
) -> PageCard:
    page = summary.page
    return PageCard(
        id=page.id,
        title=page.internal or page.title,
        colour=page.colour,
        default=summary.default,
        on=page.on,
        summary=page_in_words(page),
        address=f"/{page.slug}",
        link=link(page.slug),
        note=_booked(summary.booked_this_month) if page.on else _paused(page.paused_at, overview.zone, wording),
        warning=_warning(summary, overview.inactive) if page.on and overview.pages_on else "",
        first=first,
        last=last,
    )


def _booked(count: int) -> str:
    if count == 0:
        return _("Nothing booked this month")
    return ngettext("{count} booked this month", "{count} booked this month", count).format(count=count)


def _paused(since: int, zone: str, wording: Wording) -> str:
    if not since:
        return _("Paused by you")
    return _("Paused by you on {date}").format(date=wording.date_plain(local(since, zone).date()))


def _warning(summary: PageSummary, inactive: tuple[Calendar, ...]) -> str:
    if summary.state is not PageState.UNAVAILABLE:
        return ""
    wanted = set(summary.page.calendars)
    names = [each.name for each in inactive if not wanted or each.id in wanted or each.booking]
    if not names:
        return ""
    return ngettext("Nobody can book: {calendars} is inactive", "Nobody can book: {calendars} are inactive", len(names)).format(
        calendars=all_of(names)
    )


def _pause_line(overview: Overview, wording: Wording) -> str:
    if overview.pages_on:
        return ""
    if not overview.paused_until:
        return _("Guests read that you take no bookings at the moment. Each page comes back as it was.")
    moment = wording.moment(local(overview.paused_until, overview.zone))
    return _("Until {moment} guests read that you take no bookings. Each page comes back as it was.").format(moment=moment)


def without_scheme(link: str) -> str:
    """``meet.example.com/meetings/anna``: an address as people say it."""
    return link.partition("://")[2] or link


def placed(order: tuple[str, ...], page_id: str, number: int) -> tuple[str, ...]:
    """``order`` with one page at the place ``number``."""
    found = [each for each in order if each != page_id]
    found.insert(number, page_id)
    return tuple(found)


def reordered(order: tuple[str, ...], page_id: str, by: int) -> tuple[str, ...]:
    """``order`` with one page moved up (-1) or down (1)."""
    found = list(order)
    at = found.index(page_id)
    found.insert(max(0, min(len(found) - 1, at + by)), found.pop(at))
    return tuple(found)
