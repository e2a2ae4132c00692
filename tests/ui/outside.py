"""Accounts that are kept elsewhere, put into a real workspace as if they had been connected and read."""

from __future__ import annotations

from app.domain.connections import Account, Calendar
from app.domain.events import AccountChanged
from app.models import accounts as rows
from app.models.base import Session
from app.services.workspace import Workspace


async def put(workspace: Workspace, account: Account, *calendars: Calendar) -> None:
    """Saves the account with its calendars and tells so. An earlier version of either is replaced."""

    def write(session: Session) -> None:
        rows.save_account(session, account)
        for calendar in calendars:
            rows.save_calendar(session, calendar)

    await workspace.database.write(write)
    await workspace.accounts.load()
    workspace.announcer.announce(AccountChanged(account))


async def instead_of_local(workspace: Workspace, account: Account, *calendars: Calendar) -> None:
    """The account is the only one."""
    for each in await workspace.accounts.accounts():
        await workspace.accounts.disconnect(each.id)
    await put(workspace, account, *calendars)
