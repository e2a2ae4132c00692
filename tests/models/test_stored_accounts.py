"""Accounts and calendars as they are stored."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.calendars import BlockingPolicy
from app.domain.connections import Access, Account, Calendar, CalendarState, Lost, ProviderKind
from app.models.accounts import delete_account, delete_calendar, list_accounts, list_calendars, save_account, save_calendar
from tests.models.made import GOOGLE, LOCAL, connect

pytestmark = pytest.mark.anyio


@pytest.mark.shows("CON-2")
async def test_accounts_when_stored_come_back_with_the_primary_one_first(database):
    full = Account(
        "exchange", ProviderKind.EXCHANGE, "Work", "anna@example.org", primary=False, sync=False, scheduling=False, tasks=True,
        policy=BlockingPolicy(tentative=False, free=True), connected_at=1,
    )  # fmt: skip
    for account in (full, GOOGLE, LOCAL):
        await database.write(lambda session, account=account: save_account(session, account))
    assert await database.read(list_accounts) == (LOCAL, full, GOOGLE)
    changed = replace(GOOGLE, scheduling=False, name="Other")
    await database.write(lambda session: save_account(session, changed))
    assert await database.read(list_accounts) == (LOCAL, full, changed)


@pytest.mark.shows("CON-13", "INACT-1")
async def test_calendars_when_stored_come_back_as_they_were(database):
    await database.write(connect)
    lost = Calendar(
        "old", "google", "Old", "Asia/Kathmandu", Access.FREE_BUSY, "brick", True, False,
        CalendarState.INACTIVE, Lost.UNSHARED, 7, 8,
    )  # fmt: skip
    await database.write(lambda session: save_calendar(session, lost))
    found = await database.read(list_calendars)
    assert [each.id for each in found] == ["local", "old", "team", "work"]
    assert found[1] == lost
    back = replace(lost, state=CalendarState.ACTIVE, lost=None, since=0)
    await database.write(lambda session: save_calendar(session, back))
    assert (await database.read(list_calendars))[1] == back


async def test_accounts_and_calendars_when_deleted_twice_are_simply_gone(database):
    await database.write(connect)
    for _ in range(2):
        await database.write(lambda session: delete_calendar(session, "work"))
        await database.write(lambda session: delete_account(session, "local"))
    assert await database.read(list_accounts) == (GOOGLE,)
    assert [each.id for each in await database.read(list_calendars)] == ["team"]
