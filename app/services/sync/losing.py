"""What is written when a calendar cannot be read, for a while or for good (INACT-1). Runs inside ``Database.write``."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from app.domain.clock import Instant
from app.domain.connections import Account, Calendar, CalendarState, Flaws, Lost
from app.domain.ids import new_id
from app.domain.notices import Notice, NoticeKind
from app.domain.syncing import in_use
from app.models import accounts as rows
from app.models import notices as notice_rows
from app.models.base import Session


def fail(session: Session, calendars: Collection[str], now: Instant, flaws: Flaws = ()) -> tuple[Calendar, ...]:
    """A passing fault: since when is noted once, and why, if it is known. Returns those for which that is news."""
    failed = []
    for calendar in rows.list_calendars(session):
        if calendar.id not in calendars:
            continue
        changed = replace(calendar, failing_since=calendar.failing_since or now, flaws=flaws or calendar.flaws)
        if changed != calendar:
            failed.append(changed)
            rows.save_calendar(session, changed)
    return tuple(failed)


def lose(session: Session, calendar_id: str, lost: Lost, now: Instant) -> Calendar | None:
    """The calendar is inactive from now on, and its owner is told. None if it is inactive already, or gone."""
    for calendar in rows.list_calendars(session):
        if calendar.id == calendar_id and calendar.state is CalendarState.ACTIVE:
            changed = _inactive(session, calendar, lost, now)
            notice = Notice(new_id(), NoticeKind.CALENDAR, now, changed.id, reason=lost.value, calendar=changed.name)
            notice_rows.add_notice(session, notice)
            return changed
    return None


def sign_out(session: Session, account_id: str, now: Instant) -> tuple[Account, tuple[Calendar, ...]] | None:
    """Nothing of the account can be read before its owner signs in again. That is told once, not for each calendar. None if
    nothing is new."""
    accounts = rows.list_accounts(session)
    account = next((each for each in accounts if each.id == account_id), None)
    if account is None:
        return None
    lost = tuple(
        _inactive(session, calendar, Lost.SIGN_IN, now)
        for calendar in rows.list_calendars(session)
        if calendar.account == account_id and calendar.state is CalendarState.ACTIVE and in_use(account, calendar, accounts)
    )
    if not account.signed_out:
        account = replace(account, signed_out=True)
        rows.save_account(session, account)
        notice = Notice(
            new_id(), NoticeKind.ACCOUNT, now, account.id,
            name=account.name, email=account.email, reason=Lost.SIGN_IN.value,
        )  # fmt: skip
        notice_rows.add_notice(session, notice)
    elif not lost:
        return None
    return account, lost


def sign_in(session: Session, account_id: str) -> Account | None:
    """The account could be read although it seemed to be signed out. None if that is no news."""
    for account in rows.list_accounts(session):
        if account.id == account_id and account.signed_out:
            changed = replace(account, signed_out=False)
            rows.save_account(session, changed)
            return changed
    return None


def _inactive(session: Session, calendar: Calendar, lost: Lost, now: Instant) -> Calendar:
    changed = replace(calendar, state=CalendarState.INACTIVE, lost=lost, since=now, failing_since=0)
    rows.save_calendar(session, changed)
    return changed
