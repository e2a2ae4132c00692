"""What the dashboard and the tray show, read in one go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from app.domain.booking import LIVE, Booking, State
from app.domain.calendars import Event, blocks, midnight
from app.domain.clock import DAY, Clock, Instant
from app.domain.connections import CalendarState, checked_calendars
from app.domain.forms import answered
from app.domain.overview import Meeting, OpenRequest, Overview, PageSummary, Reachability, Wish
from app.domain.pages import Location, LocationKind, Page
from app.domain.settings import Settings
from app.models import attempts as attempt_rows
from app.models import bookings as booking_rows
from app.models import calendars as calendar_rows
from app.models import mails as mail_rows
from app.models import pages as page_rows
from app.models import upstream as upstream_rows
from app.models.base import Session
from app.models.database import Database
from app.services.availability import free_spans, page_state
from app.services.changing import is_free
from app.services.failures import failed_writes
from app.services.ground import Ground
from app.services.settings import SettingsService

DAYS_SHOWN = 14
ATTEMPTS_SHOWN = 30


class OverviewService:
    """``reach``, which gives the address too, comes from publishing, ``network`` from whoever watches it: they are no rows."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        settings: SettingsService,
        reach: Callable[[], tuple[Reachability, str]],
        network: Callable[[], bool] = lambda: True,
    ) -> None:
        self._database, self._clock, self._settings, self._reach = database, clock, settings, reach
        self._network = network

    async def load(self) -> Overview:
        now, settings = self._clock.now(), self._settings.current
        reach, origin = self._reach()
        overview = await self._database.read(lambda session: gather(session, settings, now, reach, origin))
        return replace(overview, network=self._network())


def gather(session: Session, settings: Settings, now: Instant, reach: Reachability, origin: str) -> Overview:
    """Everything of the overview from one transaction, so that its parts agree."""
    ground = Ground.read(session, settings)
    zone = settings.profile.zone
    today = midnight(datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(zone)).date(), zone)
    tomorrow = today + DAY
    pages = tuple(page_rows.list_pages(session))
    inactive = tuple(each for each in checked_calendars(ground.calendars) if each.state is CalendarState.INACTIVE)
    default = next((page.slug for page in pages if page.id == settings.default_page), pages[0].slug if pages else "")
    on = settings.pages_on and not inactive
    failures = failed_writes(session, ground, now)
    return Overview(
        now=now,
        zone=zone,
        owner=settings.profile.name,
        tagline=settings.profile.tagline,
        meetings=_meetings(session, ground, today, today + DAYS_SHOWN * DAY),
        free_today=free_spans(session, ground, pages, max(now, today), tomorrow) if on else (),
        requests=_requests(session, ground, now),
        attempts=tuple(attempt_rows.recent_attempts(session, ATTEMPTS_SHOWN)),
        blocked_since_inactive=attempt_rows.blocked_since(session, min(each.since for each in inactive)) if inactive else 0,
        pages=_summaries(session, ground, pages, now, zone),
        accounts=ground.accounts,
        calendars=ground.calendars,
        inactive=inactive,
        offline=ground.target is None,
        scheduling_off=bool(ground.accounts) and ground.target is None,
        pages_on=settings.pages_on,
        paused_until=settings.paused_until,
        reach=reach,
        address=origin.partition("://")[2],
        link=f"{origin}/meetings/{default}" if default else "",
        ever_booked=bool(booking_rows.list_bookings(session, 1)),
        demo=settings.demo,
        failed_writes=tuple(each.booking.id for each in failures),
        failures=failures,
        upstream=upstream_rows.open_changes(session),
        mails_waiting=mail_rows.waiting_mails(session),
        way=settings.publishing.reach.value,
    )


def _meetings(session: Session, ground: Ground, start: Instant, end: Instant) -> tuple[Meeting, ...]:
    live = {each.id: each for each in booking_rows.live_between(session, start, end) if each.state in LIVE}
    found = [_from_booking(each) for each in live.values()]
    policies = {account.id: account.policy for account in ground.accounts}
    calendars = {each.id: each for each in ground.calendars if each.account in policies}
    for event in calendar_rows.events_between(session, tuple(calendars), start, end):
        if not event.booking and blocks(event, policies[calendars[event.calendar].account]):
            found.append(_from_event(event))
    return tuple(sorted(found, key=lambda meeting: (meeting.start, meeting.end, meeting.id)))


def _from_booking(booking: Booking) -> Meeting:
    return Meeting(
        id=f"booking:{booking.id}",
        title=booking.title,
        start=booking.start,
        end=booking.end,
        colour=booking.colour,
        who=booking.visitor.name,
        email=booking.visitor.email,
        location=answered(booking.location, booking.answers),
        booking=booking.id,
        page_title=booking.title,
        written=booking.state is State.WRITTEN,
    )


def _from_event(event: Event) -> Meeting:
    location = Location(LocationKind.PLACE, event.location) if event.location else Location()
    return Meeting(f"event:{event.id}", event.title, event.start, event.end, location=location, event_only=True)


def _requests(session: Session, ground: Ground, now: Instant) -> tuple[OpenRequest, ...]:
    found = []
    for booking in booking_rows.open_requests(session):
        times = (booking.start, *booking.alternatives)
        found.append(OpenRequest(booking, tuple(Wish(at, is_free(session, ground, booking, at, now)) for at in times)))
    return tuple(found)


def _summaries(session: Session, ground: Ground, pages: tuple[Page, ...], now: Instant, zone: str) -> tuple[PageSummary, ...]:
    first = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(zone)).date().replace(day=1)
    after = first.replace(year=first.year + 1, month=1) if first.month == 12 else first.replace(month=first.month + 1)
    counts = booking_rows.count_by_page(session, midnight(first, zone), midnight(after, zone))
    return tuple(
        PageSummary(
            page,
            page_state(ground.standing(page, now)),
            f"/meetings/{page.slug}",
            counts.get(page.id, 0),
            page.id == ground.settings.default_page,
        )
        for page in pages
    )
