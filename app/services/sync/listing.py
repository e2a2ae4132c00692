"""Keeps an account's list of calendars as the service has it: names, colours, zones, access, new and vanished ones (CON-13).
Functions run inside ``Database.write``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from app.domain.clock import Instant
from app.domain.connections import Access, Account, Calendar, CalendarState, Lost
from app.domain.errors import Conflict, NotFound
from app.domain.ids import new_id
from app.domain.outbox import JobKind
from app.domain.syncing import LONG_NAME, NAME, TITLE, in_use, storable
from app.models import accounts as account_rows
from app.models import bookings as booking_rows
from app.models import calendars as rows
from app.models import outbox as outbox_rows
from app.models.base import Session
from app.providers.base import RemoteCalendar
from app.services.sync.losing import lose


@dataclass(frozen=True, slots=True)
class Listed:
    """``changed``: calendars that differ from before; ``shown``: ids of ours that the service lists with their events;
    ``writable``: there is a booking calendar that can be written again."""

    changed: tuple[Calendar, ...]
    shown: frozenset[str]
    writable: bool = False


def sane(offered: Iterable[RemoteCalendar]) -> tuple[RemoteCalendar, ...]:
    """Calendars as they can be stored, whatever people or services call them. One whose id is no text is left out: nobody could
    ask for it."""
    return tuple(
        replace(
            each,
            name=storable(each.name, TITLE),
            owner=storable(each.owner, NAME),
            owner_name=storable(each.owner_name, TITLE),
        )
        for each in offered
        if each.id == storable(each.id, LONG_NAME)
    )


def follow_list(session: Session, account: Account, offered: tuple[RemoteCalendar, ...], now: Instant) -> Listed:
    """New calendars are added without being used, vanished ones that are not used are removed. Whether one that is used and no
    longer listed is lost, its next reading tells: what can still be read is not. What a calendar refused while it could not be
    written is owed to it again once it can."""
    accounts = account_rows.list_accounts(session)
    own = {each.at: each for each in account_rows.list_calendars(session) if each.account == account.id}
    changed: list[Calendar] = []
    shown: set[str] = set()
    writable = False
    for found in offered:
        before = own.pop(found.id, None)
        calendar = _as_listed(account, before, found)
        if found.access is not Access.FREE_BUSY:
            shown.add(calendar.id)
        if calendar != before:
            account_rows.save_calendar(session, calendar)
            changed.append(calendar)
        if before is not None and calendar.writable and not before.writable:
            owe_again(session, calendar, now)
            writable = writable or calendar.booking
        if found.access is Access.FREE_BUSY and in_use(account, calendar, accounts):
            lost = lose(session, calendar.id, Lost.LOWERED, now)
            changed += [lost] if lost is not None else []
    for vanished in own.values():
        # An empty list is more likely a fault than the end of every calendar.
        if offered and not in_use(account, vanished, accounts) and not holds_ours(session, vanished, now):
            account_rows.delete_calendar(session, vanished.id)
            changed.append(vanished)
    return Listed(tuple(changed), frozenset(shown), writable)


def owe_again(session: Session, calendar: Calendar, now: Instant) -> None:
    """What the calendar refused, of meetings that are not over."""
    for job in outbox_rows.dead_jobs(session):
        if job.calendar == calendar.id and job.error == Conflict.__name__ and _is_wanted(session, job.booking, job.kind, now):
            outbox_rows.revive(session, job.number, now)


def _is_wanted(session: Session, booking_id: str, kind: JobKind, now: Instant) -> bool:
    try:
        booking = booking_rows.get_booking(session, booking_id)
    except NotFound:
        return kind is JobKind.DELETE
    return booking.end > now and (booking.live or kind is JobKind.DELETE)


def forget_unused(session: Session, account: Account, now: Instant) -> None:
    """Only what is needed is stored: a calendar that is not used any more leaves no events behind."""
    accounts = account_rows.list_accounts(session)
    for calendar in account_rows.list_calendars(session):
        if calendar.account != account.id or in_use(account, calendar, accounts) or holds_ours(session, calendar, now):
            continue
        ids, _, _ = rows.changes_since(session, calendar.id, 0)
        if ids or calendar.read_at or account_rows.sync_token(session, calendar.id):
            rows.delete_events(session, calendar.id, ids)
            account_rows.keep_sync_token(session, calendar.id, "")
            idle = replace(
                calendar, read_at=0, failing_since=0, doubt=0, flaws=(), state=CalendarState.ACTIVE, lost=None, since=0
            )  # fmt: skip
            account_rows.save_calendar(session, idle)


def _as_listed(account: Account, before: Calendar | None, found: RemoteCalendar) -> Calendar:
    if before is None:
        before = Calendar(new_id(), account.id, found.name, found.zone, checked=False, remote=found.id)
    return replace(
        before,
        name=found.name,
        zone=found.zone,
        access=found.access,
        colour=found.colour,
        main=found.primary,
        owner=found.owner,
        owner_name=found.owner_name,
    )


def holds_ours(session: Session, calendar: Calendar, now: Instant) -> bool:
    """Whether meetings to come that were booked here stand in it."""
    ahead = rows.events_between(session, (calendar.id,), now, now + (1 << 31)) if calendar.read_at else ()
    return any(each.booking for each in ahead)
