"""Free time: for the public pages, for the preview of a page that is not saved, and the reasons behind each answer (PAGE-4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from app.domain.availability import (
    Busy,
    Occupied,
    Reason,
    Why,
    blocked,
    bookable_span,
    explain,
    free_slots,
    free_starts,
    open_spans,
)
from app.domain.clock import DAY, HOUR, Clock, Instant
from app.domain.connections import ProviderKind
from app.domain.decisions import Standing
from app.domain.embedding import is_embedder
from app.domain.errors import NotFound
from app.domain.intervals import Spans, gaps, union
from app.domain.pages import Location, LocationKind, Page, Rules
from app.domain.public import FreeStarts, PageState, PublicHost, PublicPage
from app.domain.settings import Reach, Settings
from app.models import bookings as booking_rows
from app.models import calendars as calendar_rows
from app.models import pages as page_rows
from app.models.base import Session
from app.models.database import Database
from app.models.limits import booked_since
from app.services.ground import Ground, busy_time, occupied
from app.services.own_addresses import LOOPBACK
from app.services.settings import SettingsService

MOST_AN_HOUR = 30
"""Bookings, over all pages, after which the next ones are requests while pages are published."""
AHEAD = 3 * DAY
"""How much farther than its window a public page is computed, so that midnight does not empty it before the next push."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A reason, and the name of the event, booking, calendar, spell or holiday that it speaks of."""

    reason: Reason
    name: str = ""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What took time away from ``start`` to ``end`` when the database had this revision, on these calendars."""

    revision: int
    calendars: tuple[str, ...]
    start: Instant
    end: Instant
    busy: tuple[Busy, ...]
    taken: tuple[Occupied, ...]

    def holds(self, other: _Seen) -> bool:
        """Whether it can stand for ``other``, which is still empty."""
        same = (self.revision, self.calendars) == (other.revision, other.calendars)
        return same and self.start <= other.start and self.end >= other.end


class AvailabilityService:
    """Computes in the database's reading thread; between calls nothing is kept but what the core caches, and the busy time of
    the last preview for as long as nothing was written: while somebody edits a page, rules change at every key and events do
    not."""

    def __init__(self, database: Database, clock: Clock, settings: SettingsService) -> None:
        self._database, self._clock, self._settings = database, clock, settings
        self._seen: _Seen | None = None

    async def starts(self, page_id: str, duration: int, start: Instant, end: Instant) -> tuple[Instant, ...]:
        """The free starts of a saved page from ``start`` to ``end`` as they stand now."""
        now, settings = self._clock.now(), self._settings.current

        def read(session: Session) -> tuple[Instant, ...]:
            return page_starts(
                session, Ground.read(session, settings), page_rows.get_page(session, page_id), duration, now, start, end
            )

        return await self._database.read(read)

    async def preview(self, page: Page, duration: int) -> tuple[Instant, ...]:
        """The free starts that ``page`` would have if it were saved as it is."""
        now, settings, revision = self._clock.now(), self._settings.current, self._database.revision

        def read(session: Session) -> tuple[Instant, ...]:
            ground = Ground.read(session, settings)
            first, last = window_of(ground, page, now)
            if last <= first:
                return ()
            seen = self._look(session, ground, page, revision, first, last + duration * 60)
            return tuple(free_slots(ground.plan(page), duration, seen.busy, seen.taken, now, first, last))

        return await self._database.read(read)

    def _look(self, session: Session, ground: Ground, page: Page, revision: int, start: Instant, end: Instant) -> _Seen:
        calendars = ground.checked(page)
        wanted = _Seen(revision, tuple(each.id for each in calendars), start, end, (), ())
        if self._seen is None or not self._seen.holds(wanted):
            busy, taken = busy_time(session, ground, calendars, start, end), occupied(session, start, end)
            self._seen = replace(wanted, busy=busy, taken=taken)
        return self._seen

    async def explain(self, page_id: str, start: Instant, duration: int) -> tuple[Reason, ...]:
        """Every reason why ``start`` is not offered; empty when it is."""
        page = await self._database.read(lambda session: page_rows.get_page(session, page_id))
        return tuple(each.reason for each in await self.explain_page(page, start, duration))

    async def explain_page(self, page: Page, start: Instant, duration: int) -> tuple[Explained, ...]:
        """The same for ``page`` as it is, saved or not, with the names of what stands in the way (PAGE-4)."""
        now, settings = self._clock.now(), self._settings.current

        def read(session: Session) -> tuple[Explained, ...]:
            ground = Ground.read(session, settings)
            standing = ground.standing(page, now)
            end = start + duration * 60
            busy = busy_time(session, ground, ground.checked(page), start - DAY, end + DAY)
            reasons = explain(ground.plan(page), duration, busy, occupied(session, start, end), now, start)
            found = standing_reasons(standing) + tuple(reasons)
            return tuple(Explained(each, _name_of(session, ground, each.source)) for each in found)

        return await self._database.read(read)

    async def public_pages(self) -> tuple[tuple[PublicPage, ...], dict[str, str]]:
        """Every page as the public child gets it, and old slugs with the ones that replaced them."""
        now, settings = self._clock.now(), self._settings.current
        return await self._database.read(
            lambda session: (public_pages(session, settings, now), dict(page_rows.redirects(session)))
        )


def _name_of(session: Session, ground: Ground, source: str) -> str:
    """The title of the event or booking, or the name of the calendar, spell or holiday, that a reason speaks of."""
    kind, _, rest = source.partition(":")
    try:
        if kind == "booking":
            booking = booking_rows.get_booking(session, rest)
            return f"{booking.title}: {booking.visitor.name}"
        if kind == "calendar":
            return next((each.name for each in ground.calendars if each.id == rest), "")
        if kind == "event":
            calendar, _, event_id = rest.partition(":")
            event = calendar_rows.get_event(session, calendar, event_id)
            return event.title if event is not None else ""
    except NotFound:
        return ""
    return ground.name_of(source)


def standing_reasons(standing: Standing) -> tuple[Reason, ...]:
    """Why no time at all can be had on the page, whatever its hours say."""
    found = [Reason(Why.CALENDAR_INACTIVE, f"calendar:{each}") for each in standing.inactive]
    if standing.paused:
        found.append(Reason(Why.PAUSED))
    return tuple(found)


def window_of(ground: Ground, page: Page, now: Instant) -> tuple[Instant, Instant]:
    """From now to the end of the page's window."""
    plan = ground.plan(page)
    _, last = bookable_span(0, page.rules.window, plan.hours, now)
    return now, max(now, last)


def page_starts(
    session: Session, ground: Ground, page: Page, duration: int, now: Instant, start: Instant, end: Instant, without: str = ""
) -> tuple[Instant, ...]:
    """Free starts of ``page`` from ``start`` to ``end`` at the instant ``now``; the booking ``without`` is out of the way."""
    if end <= start:
        return ()
    busy = busy_time(session, ground, ground.checked(page), start, end + duration * 60, without)
    taken = occupied(session, start, end, without)
    return tuple(free_slots(ground.plan(page), duration, busy, taken, now, start, end))


def public_pages(session: Session, settings: Settings, now: Instant) -> tuple[PublicPage, ...]:
    """Every page in one transaction; all of them ask first while ``pressed``."""
    ground = Ground.read(session, settings)
    pages = tuple(public_page(session, ground, page, now) for page in page_rows.list_pages(session))
    return tuple(map(asking, pages)) if pressed(session, settings, now) else pages


def pressed(session: Session, settings: Settings, now: Instant) -> bool:
    """Whether so much was booked within an hour that the owner has to look before more is promised (QUALITY 4.5)."""
    published = settings.publishing.reach is not Reach.COMPUTER
    return published and booked_since(session, now - HOUR) >= MOST_AN_HOUR


def asking(page: PublicPage) -> PublicPage:
    """The page while its owner is asked first."""
    return replace(page, state=PageState.REQUEST) if page.state is PageState.BOOK else page


def public_page(session: Session, ground: Ground, page: Page, now: Instant) -> PublicPage:
    """What may leave: texts and free starts, computed as if notice were nil and the window a few days longer."""
    texts = public_page_texts(ground, page, now)
    if texts.state in (PageState.BOOK, PageState.REQUEST):
        return replace(texts, free=free_by_duration(session, ground, page, now))
    return texts


def public_page_texts(ground: Ground, page: Page, now: Instant) -> PublicPage:
    """The public page without its free starts."""
    plan, standing = ground.plan(page), ground.standing(page, now)
    picture, kind = ground.settings.appearance.picture_on(page)
    return PublicPage(
        id=page.id,
        slug=page.slug,
        title=page.title,
        state=page_state(standing),
        durations=page.rules.durations,
        zone=plan.hours.zone,
        notice=page.rules.notice,
        window=page.rules.window,
        hours=plan.hours,
        description=page.description,
        colour=page.colour,
        location=location_of(ground, page),
        questions=page.questions,
        consent=page.consent,
        guests_max=page.guests_max,
        cutoff=page.cutoff,
        offline=standing.offline,
        secret=page.secret,
        paused_until=ground.settings.paused_until if not ground.settings.pages_on else 0,
        position=page.position,
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
    )


def location_of(ground: Ground, page: Page) -> Location:
    """Where the meeting is: a link that the booking calendar's service shall make only where it makes some."""
    if page.location.kind is LocationKind.ONLINE and not makes_links(ground):
        return Location(LocationKind.VIDEO)
    return page.location


def makes_links(ground: Ground) -> bool:
    """Whether the booking calendar's service makes links to video meetings (Google Meet, Teams)."""
    target = ground.target
    provider = {account.id: account.provider for account in ground.accounts}.get(target.account) if target is not None else None
    return provider in (ProviderKind.GOOGLE, ProviderKind.OFFICE365)


def page_state(standing: Standing) -> PageState:
    """Paused is the owner's own choice and wins; then a lost calendar; a stale one makes requests (SYNC-6)."""
    if standing.paused:
        return PageState.PAUSED
    if standing.inactive:
        return PageState.UNAVAILABLE
    if standing.offline or standing.approval or standing.stale:
        return PageState.REQUEST
    return PageState.BOOK


def free_by_duration(session: Session, ground: Ground, page: Page, now: Instant) -> dict[int, FreeStarts]:
    """Free starts from now to a few days beyond the window, for each length that the page offers."""
    plan = ground.plan(page)
    first, last = window_of(ground, page, now)
    last += AHEAD
    first -= first % 60
    longest = max(page.rules.durations, default=0) * 60
    spans = blocked(busy_time(session, ground, ground.checked(page), first, last + longest), page.rules)
    taken = occupied(session, first, last)
    return {
        duration: FreeStarts.pack(tuple(free_starts(plan, duration, spans, taken, first, last)))
        for duration in page.rules.durations
    }


def free_spans(
    session: Session, ground: Ground, pages: Iterable[Page], start: Instant, end: Instant
) -> tuple[tuple[Instant, Instant], ...]:
    """When the owner can be booked at all between ``start`` and ``end``, over the pages that are on: hours less busy time."""
    bare = Rules()
    taken: dict[tuple[str, ...], Spans] = {}
    spans: list[tuple[Instant, Instant]] = []
    # Most pages share calendars and hours: each pair is looked at once.
    for hours, calendars in dict.fromkeys((ground.plan(page).hours, ground.checked(page)) for page in pages if page.on):
        checked = tuple(each.id for each in calendars)
        if checked not in taken:
            taken[checked] = blocked(busy_time(session, ground, calendars, start, end), bare)
        for low, high in open_spans(hours, start, end):
            spans += gaps((max(low, start), min(high, end)), taken[checked])
    return union((low for low, _ in spans), (high for _, high in spans))


def public_host(
    settings: Settings, origin: str, pages: Iterable[Page], names: Sequence[str] = LOOPBACK, proxy_mark: str = ""
) -> PublicHost:
    """What every page needs to know of the owner and of the server. ``origin`` goes into links; ``names``: what this computer
    is called where it is reached without a domain; ``proxy_mark``: see ``PublicHost``."""
    profile, appearance, publishing = settings.profile, settings.appearance, settings.publishing
    slugs = {page.id: page.slug for page in pages}
    return PublicHost(
        name=profile.name,
        tagline=profile.tagline,
        language=profile.language,
        pages_language=appearance.pages_language,
        zone=profile.zone,
        origin=origin,
        reach=publishing.reach,
        hosts=tuple(dict.fromkeys((*names, *(each.host.strip("[]") for each in publishing.domains)))),
        programs=publishing.programs,
        indexed=publishing.indexed,
        indexed_hosts=tuple(each.host.strip("[]") for each in publishing.domains if each.indexed),
        embedders=tuple(each for each in publishing.embedders if is_embedder(each)),
        proxy_mark=proxy_mark if publishing.reach is Reach.PROXY else "",
        origins=tuple(each.origin for each in publishing.domains),
        prefill=publishing.prefill,
        landscape=appearance.landscape,
        made_with=appearance.made_with,
        clock_24=appearance.clock_24,
        week_starts_monday=appearance.week_starts_monday,
        default_slug=slugs.get(settings.default_page, ""),
        own_part=settings.own_part,
        retention=settings.retention,
    )
