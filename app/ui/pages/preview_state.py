"""What the live preview shows: the page as guests will see it, from the same view model that the public pages draw."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from app.domain import usual as usual_rules
from app.domain.after import Done, done
from app.domain.choosing import Choose, Selection, choose
from app.domain.clock import Instant
from app.domain.pages import Hours, Location, LocationKind, Mode, Page
from app.domain.public import PageState, PublicHost, PublicPage
from app.domain.settings import Appearance, Settings
from app.i18n import Wording

GUEST = "Maja"
"""Who is seen to have booked."""


class Hindrance(StrEnum):
    """What keeps guests from the page as the preview shows it."""

    NONE = ""
    PAUSED = "paused"
    ALL_PAUSED = "all_paused"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class PreviewState:
    """``starts`` None: still being worked out; they belong to ``duration``. ``no_hours``: the page has no hours at all;
    ``picture``: the bytes of its photo or logo; ``hindrance``: what guests would meet instead, as things stand."""

    page: PublicPage
    host: PublicHost
    words: Wording
    now: Instant
    duration: int
    starts: tuple[Instant, ...] | None = None
    no_hours: bool = False
    saved: bool = True
    picture: bytes = b""
    hindrance: Hindrance = Hindrance.NONE


def public_page(
    page: Page, usual: Hours, *, offline: bool, online: bool = True, appearance: Appearance | None = None
) -> PublicPage:
    """The public page that ``page`` would be; its free starts are worked out apart. ``online``: the booking calendar's service
    makes links to video meetings; ``appearance``: what all pages show that have nothing of their own."""
    hours = usual_rules.hours_of(page.hours, usual)
    picture, kind = (appearance or Appearance()).picture_on(page)
    requests = page.mode is Mode.APPROVAL or offline
    return PublicPage(
        id=page.id,
        slug=page.slug,
        title=page.title,
        state=PageState.REQUEST if requests else PageState.BOOK,
        durations=page.rules.durations,
        zone=hours.zone,
        notice=page.rules.notice,
        window=page.rules.window,
        hours=hours,
        description=page.description,
        colour=page.colour,
        location=page.location if online or page.location.kind is not LocationKind.ONLINE else Location(LocationKind.VIDEO),
        questions=page.questions,
        consent=page.consent,
        guests_max=page.guests_max,
        cutoff=page.cutoff,
        offline=offline,
        thanks=page.thanks,
        zone_fixed=page.zone_fixed,
        language=page.language,
        clock=page.clock,
        redirect=page.redirect,
        add_to_calendar=page.add_to_calendar,
        may_move=page.may_move,
        may_cancel=page.may_cancel,
        prefill=page.prefill,
        picture=picture,
        picture_kind=kind,
        secret=page.secret,
    )


def host_of(settings: Settings) -> PublicHost:
    """The owner as guests see them."""
    profile, appearance = settings.profile, settings.appearance
    return PublicHost(
        name=profile.name,
        tagline=profile.tagline,
        language=profile.language,
        pages_language=appearance.pages_language,
        zone=profile.zone,
        landscape=appearance.landscape,
        clock_24=appearance.clock_24,
        week_starts_monday=appearance.week_starts_monday,
        own_part=settings.own_part,
    )


def usual_hours(settings: Settings) -> Hours:
    return usual_rules.usual_hours(settings.profile.zone, settings.availability)


def fitted(selection: Selection, state: PreviewState, zone: str = "") -> Selection:
    """``selection`` after the page changed under it: another length, times that are gone; on the clock of ``zone``, or else
    of the page."""
    starts = state.starts or ()
    fresh = replace(selection, duration=state.duration, zone=zone or state.page.zone)
    picks = tuple(start for start in fresh.picks if start in starts)
    if fresh.duration != selection.duration:
        picks = ()
    return replace(fresh, picks=picks)


def finished(state: PreviewState, selection: Selection, timed: Choose) -> Done | None:
    """The page after booking the time of ``timed``; None where there is none."""
    if not timed.picks:
        return None
    start, page = timed.picks[0].start, state.page
    if page.location.kind is LocationKind.ASK:
        chosen = state.words.gettext("The place that {name} has written").format(name=GUEST)
        page = replace(page, location=replace(page.location, detail=chosen))
    return done(page, state.host, state.words, state.now, start, state.duration, selection.zone, GUEST)


def chosen_view(state: PreviewState, selection: Selection) -> Choose:
    return choose(state.page, state.host, state.words, state.now, selection, state.starts or ())
