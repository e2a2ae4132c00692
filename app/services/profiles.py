"""Profiles from elsewhere: their accounts are there at once, and can be read as soon as their owner signs in (CON-12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from app.domain.clock import Instant
from app.domain.connections import Account, Role
from app.domain.errors import InvalidFields
from app.domain.ids import new_id
from app.domain.profiles import may_be_primary, read_profile, roles_of
from app.models import accounts as rows
from app.models.base import Session

ALREADY = "already"


def import_profile(session: Session, document: Mapping[str, object], now: Instant) -> tuple[Account, ...]:
    """Adds the accounts of a profile, signed out, with the roles that they hold there, and returns them.

    In a workspace that has its own primary account they are only checked. The calendar on this computer steps back, as it does
    when an account is connected. Raises InvalidFields as ``read_profile`` does, and with ``already`` for an account that is
    here; then nothing was added.
    """
    profile = read_profile(document)
    known = rows.list_accounts(session)
    here = {(each.provider, each.email.lower()) for each in known}
    faults = {
        f"accounts.{number}.email": ALREADY
        for number, each in enumerate(profile.accounts)
        if (each.provider, each.email.lower()) in here
    }
    if faults:
        raise InvalidFields(faults)
    free = may_be_primary(known)
    added = []
    for found, role in roles_of(profile):
        primary = free and role is not None
        account = Account(
            id=new_id(),
            provider=found.provider,
            name=found.name or found.email,
            email=found.email,
            primary=primary,
            sync=primary,
            scheduling=primary,
            connected_at=now,
            role=role if primary and role is not None else Role.BOTH,
            signed_out=True,
        )
        rows.save_account(session, account)
        added.append(account)
    if any(each.primary for each in added):
        step_back(session, known)
    return tuple(added)


def step_back(session: Session, accounts: tuple[Account, ...]) -> None:
    """The calendar on this computer is only checked from now on (CON-2)."""
    stepping = {each.id for each in accounts if each.primary}
    for account in accounts:
        if account.id in stepping:
            rows.save_account(session, replace(account, primary=False))
    for calendar in rows.list_calendars(session):
        if calendar.account in stepping and calendar.booking:
            rows.save_calendar(session, replace(calendar, booking=False, checked=True))
