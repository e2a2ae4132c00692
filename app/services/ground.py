"""What every decision stands on: pages, accounts, calendars, busy time and bookings, read together in one transaction.

The same reading serves the public snapshot, the booking transaction and *Why is this time (not) offered?*, so that the three
can never disagree about what is bookable.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.availability import Busy, Occupied, Plan
from app.domain.booking import Booking, State
from app.domain.calendars import blocks
from app.domain.clock import DAY, Instant
from app.domain.connections import Account, Calendar, CalendarState, booking_calendar, checked_calendars
from app.domain.decisions import Standing
from app.domain.pages import Mode, Page
from app.domain.settings import Settings
from app.domain.syncing import fresh
from app.domain.usual import hours_of, usual_hours
from app.models import accounts as account_rows
from app.models import bookings as booking_rows
from app.models import calendars as calendar_rows
from app.models.base import Session

WEEK = 7 * DAY
ON_THIS_COMPUTER = "local"


@dataclass(frozen=True, slots=True)
class Ground:
    """Accounts and calendars as they are connected now."""

    settings: Settings
    accounts: tuple[Account, ...]
    calendars: tuple[Calendar, ...]

    @classmethod
    def read(cls, session: Session, settings: Settings) -> Ground:
        return cls(settings, tuple(account_rows.list_accounts(session)), tuple(account_rows.list_calendars(session)))

    @property
    def target(self) -> Calendar | None:
        """Where bookings are written; None in offline mode."""
        return booking_calendar(self.accounts, self.calendars)

    def checked(self, page: Page) -> tuple[Calendar, ...]:
        """The calendars that take time away on ``page``."""
        return checked_calendars(self.calendars, page.calendars or None)

    def plan(self, page: Page) -> Plan:
        """The page's rules, its hours or else the usual ones, and the owner's limits over all pages."""
        availability = self.settings.availability
        hours = hours_of(page.hours, usual_hours(self.settings.profile.zone, availability))
        return Plan(page.id, page.rules, hours, availability.limits)

    def name_of(self, source: str) -> str:
        """What the owner calls the spell or holiday that a reason speaks of; of a journey the zone."""
        kind, _, rest = source.partition(":")
        availability = self.settings.availability
        if kind == "holiday":
            return next((each.name for each in availability.holidays.known if each.day.isoformat() == rest), "")
        if kind == "spell":
            return next((each.name for each in reversed(availability.spells) if each.first.isoformat() == rest), "")
        return rest if kind == "journey" else ""

    def standing(self, page: Page, now: Instant, read: Iterable[str] = ()) -> Standing:
        """How the page stands at ``now``. ``read``: calendars that were read a moment ago."""
        just_read = set(read)
        local = {account.id for account in self.accounts if account.provider.value == ON_THIS_COMPUTER}
        checked = self.checked(page)
        return Standing(
            offline=self.target is None,
            approval=page.mode is Mode.APPROVAL,
            paused=not (self.settings.pages_on and page.on),
            inactive=tuple(each.id for each in checked if each.state is CalendarState.INACTIVE),
            stale=tuple(
                each.id
                for each in checked
                if each.account not in local and each.id not in just_read and not fresh(each.read_at, now)
            ),
        )


def busy_time(
    session: Session, ground: Ground, calendars: Iterable[Calendar], start: Instant, end: Instant, without: str = ""
) -> tuple[Busy, ...]:
    """What takes time away from ``start`` to ``end``: blocking events of ``calendars`` and live bookings with their own
    buffers.

    An event that one of our bookings made counts only while it shows what the booking is: not for one that is gone, nor while a
    move is still owed to the calendar, and never for the booking ``without`` (the one that is being moved).
    """
    wanted = tuple(calendars)
    policies = {account.id: account.policy for account in ground.accounts}
    policy_of = {each.id: policies[each.account] for each in wanted if each.account in policies}
    live = {each.id: each for each in booking_rows.live_between(session, start - DAY, end + DAY) if each.id != without}
    found = [
        Busy(each.start, each.end, each.buffer_before * 60, each.buffer_after * 60, f"booking:{each.id}")
        for each in live.values()
    ]
    for event in calendar_rows.events_between(session, tuple(policy_of), start - DAY, end + DAY):
        if event.booking and (event.booking not in live or live[event.booking].state is not State.WRITTEN):
            continue
        if blocks(event, policy_of[event.calendar]):
            found.append(Busy(event.start, event.end, source=f"event:{event.calendar}:{event.id}"))
    return tuple(found)


def occupied(session: Session, start: Instant, end: Instant, without: str = "") -> tuple[Occupied, ...]:
    """The live bookings that count towards limits, from the week before ``start`` to the week after ``end``."""
    rows: tuple[Booking, ...] = booking_rows.live_between(session, start - WEEK - DAY, end + WEEK + DAY)
    return tuple(Occupied(each.start, each.page) for each in rows if each.id != without)
