"""Connected accounts and their calendars (CON, SET)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Row, delete, select, update

from app.domain.calendars import BlockingPolicy
from app.domain.connections import Access, Account, Calendar, CalendarState, Flaw, Lost, ProviderKind, Role
from app.domain.plain import from_plain, to_plain
from app.models.base import Session, store, table
from app.models.types import document, dump, flag, listed, load, maybe_text, number, one_of, text

account = table(
    "account",
    text("id", default=None, primary_key=True),
    text("provider", default=None),
    text("name"),
    text("email"),
    flag("main"),
    flag("sync"),
    flag("scheduling"),
    flag("tasks"),
    document("policy"),
    number("connected_at", default=0),
    text("role", CheckConstraint(f"role IN ({listed(Role)})"), default=Role.BOTH.value),
    flag("signed_out"),
    number("sign_in_ends", default=0),
    one_of("provider", ProviderKind),
)

calendar = table(
    "calendar",
    text("id", default=None, primary_key=True),
    text("account", ForeignKey("account.id", ondelete="CASCADE"), default=None),
    text("name"),
    text("zone", default=None),
    text("access", default=None),
    text("colour"),
    flag("booking"),
    flag("checked"),
    text("state", default=None),
    maybe_text("lost"),
    number("since", default=0),
    number("read_at", default=0),
    number("change", default=0),
    text("remote"),
    flag("main"),
    text("owner"),
    text("owner_name"),
    number("failing_since", default=0),
    number("doubt", default=0),
    text("token"),
    document("flaws", default="[]"),
    one_of("access", Access),
    one_of("state", CalendarState),
    one_of("lost", Lost),
    Index("calendar_of_account", "account"),
)
"""``change`` counts the changes of the calendar's events, for change tokens of our own; ``token`` is the provider's, up to
which the copy has followed it."""

_ACCOUNTS = select(account).order_by(account.c.main.desc(), account.c.connected_at, account.c.id)
_CALENDARS = (
    select(calendar)
    .join(account, account.c.id == calendar.c.account)
    .order_by(account.c.main.desc(), account.c.connected_at, calendar.c.booking.desc(), calendar.c.name, calendar.c.id)
)


def list_accounts(session: Session) -> tuple[Account, ...]:
    """The primary account first, then in the order in which they were connected."""
    return tuple(_to_account(row) for row in session.execute(_ACCOUNTS))


def save_account(session: Session, saved: Account) -> None:
    """Adds the account or changes it."""
    values = {
        "id": saved.id,
        "provider": saved.provider.value,
        "name": saved.name,
        "email": saved.email,
        "main": int(saved.primary),
        "sync": int(saved.sync),
        "scheduling": int(saved.scheduling),
        "tasks": int(saved.tasks),
        "policy": dump(to_plain(saved.policy)),
        "connected_at": saved.connected_at,
        "role": saved.role.value,
        "signed_out": int(saved.signed_out),
        "sign_in_ends": saved.sign_in_ends,
    }
    store(session, account, values)


def delete_account(session: Session, account_id: str) -> None:
    """Removes the account with its calendars and their events. One that is gone already is no error."""
    session.execute(delete(account).where(account.c.id == account_id))


def list_calendars(session: Session) -> tuple[Calendar, ...]:
    """By account, as ``list_accounts``; the booking calendar before the others, then by name."""
    return tuple(_to_calendar(row) for row in session.execute(_CALENDARS))


def save_calendar(session: Session, saved: Calendar) -> None:
    """Adds the calendar to its account or changes it. Its events stay."""
    values = {
        "id": saved.id,
        "account": saved.account,
        "name": saved.name,
        "zone": saved.zone,
        "access": saved.access.value,
        "colour": saved.colour,
        "booking": int(saved.booking),
        "checked": int(saved.checked),
        "state": saved.state.value,
        "lost": None if saved.lost is None else saved.lost.value,
        "since": saved.since,
        "read_at": saved.read_at,
        "remote": saved.remote,
        "main": int(saved.main),
        "owner": saved.owner,
        "owner_name": saved.owner_name,
        "failing_since": saved.failing_since,
        "doubt": saved.doubt,
        "flaws": dump([[flaw.value, count] for flaw, count in saved.flaws]),
    }
    store(session, calendar, values)


def delete_calendar(session: Session, calendar_id: str) -> None:
    """Removes the calendar with its events. One that is gone already is no error."""
    session.execute(delete(calendar).where(calendar.c.id == calendar_id))


def sync_token(session: Session, calendar_id: str) -> str:
    """The provider's token up to which the copy has followed the calendar; empty if it has to be read anew."""
    return session.execute(select(calendar.c.token).where(calendar.c.id == calendar_id)).scalar() or ""


def keep_sync_token(session: Session, calendar_id: str, token: str) -> None:
    session.execute(update(calendar).where(calendar.c.id == calendar_id).values(token=token))


def _to_account(row: Row[Any]) -> Account:
    return Account(
        id=row.id,
        provider=ProviderKind(row.provider),
        name=row.name,
        email=row.email,
        primary=bool(row.main),
        sync=bool(row.sync),
        scheduling=bool(row.scheduling),
        tasks=bool(row.tasks),
        policy=from_plain(BlockingPolicy, load(row.policy)),
        connected_at=row.connected_at,
        role=Role(row.role),
        signed_out=bool(row.signed_out),
        sign_in_ends=row.sign_in_ends,
    )


def _to_calendar(row: Row[Any]) -> Calendar:
    return Calendar(
        id=row.id,
        account=row.account,
        name=row.name,
        zone=row.zone,
        access=Access(row.access),
        colour=row.colour,
        booking=bool(row.booking),
        checked=bool(row.checked),
        state=CalendarState(row.state),
        lost=None if row.lost is None else Lost(row.lost),
        since=row.since,
        read_at=row.read_at,
        remote=row.remote,
        main=bool(row.main),
        owner=row.owner,
        owner_name=row.owner_name,
        failing_since=row.failing_since,
        doubt=row.doubt,
        flaws=tuple((Flaw(flaw), count) for flaw, count in load(row.flaws)),
    )
