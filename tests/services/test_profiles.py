"""A profile from elsewhere in a real workspace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.connections import Account, Calendar, ProviderKind, Role, booking_calendar, sync_account
from app.domain.errors import InvalidFields
from app.models import accounts
from app.models.database import Database
from app.paths import database_file
from app.services.profiles import import_profile

pytestmark = [pytest.mark.anyio, pytest.mark.shows("CON-12")]
NOW = 1_790_000_000
PROFILE = {
    "created": "2021-08-01",
    "accounts": [
        {"provider": "google", "email": "anna@example.org", "use": "sync"},
        {"provider": "office365", "email": "anna@firm.example", "name": "Anna Holm", "use": "booking"},
    ],
}
LOCAL = Account("local", ProviderKind.LOCAL, "On this computer", connected_at=1)
HERE = Calendar("local", "local", "On this computer", "UTC", booking=True)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    found = Database(database_file(tmp_path))
    found.open()
    yield found
    found.close()


async def test_an_older_profile_when_imported_then_both_accounts_keep_their_role_and_wait_for_a_sign_in(
    database: Database,
) -> None:
    added = await database.write(lambda session: import_profile(session, PROFILE, NOW))
    database.close()
    database.open()
    kept = await database.read(accounts.list_accounts)
    assert set(kept) == set(added)
    assert [(each.email, each.name, each.role) for each in added] == [
        ("anna@example.org", "anna@example.org", Role.SYNC),
        ("anna@firm.example", "Anna Holm", Role.BOOKING),
    ]
    assert all(each.primary and each.signed_out and each.connected_at == NOW for each in kept)
    assert sync_account(kept) == added[0]
    assert booking_calendar(kept, [Calendar("c", added[1].id, "Calendar", "UTC", booking=True)]) is not None
    assert booking_calendar(kept, [Calendar("c", added[0].id, "Calendar", "UTC", booking=True)]) is None


async def test_a_younger_profile_when_imported_then_one_account_is_primary_and_the_other_only_checked(
    database: Database,
) -> None:
    sync, booking = await database.write(lambda session: import_profile(session, {**PROFILE, "created": "2023-03-13"}, NOW))
    assert (booking.primary, booking.role, booking.sync, booking.scheduling) == (True, Role.BOTH, True, True)
    assert (sync.primary, sync.sync, sync.scheduling, sync.signed_out) == (False, False, False, True)


async def test_the_calendar_on_this_computer_when_a_profile_is_imported_then_steps_back(database: Database) -> None:
    def connect(session):  # type: ignore[no-untyped-def]
        accounts.save_account(session, LOCAL)
        accounts.save_calendar(session, HERE)

    await database.write(connect)
    await database.write(lambda session: import_profile(session, PROFILE, NOW))
    kept = {each.id: each for each in await database.read(accounts.list_accounts)}
    (calendar,) = await database.read(accounts.list_calendars)
    assert not kept["local"].primary
    assert (calendar.booking, calendar.checked) == (False, True)


async def test_a_profile_when_the_workspace_has_a_primary_account_then_brings_accounts_that_are_only_checked(
    database: Database,
) -> None:
    own = Account("own", ProviderKind.GOOGLE, "Anna", "anna@own.example", connected_at=1)
    await database.write(lambda session: accounts.save_account(session, own))
    added = await database.write(lambda session: import_profile(session, PROFILE, NOW))
    assert [(each.primary, each.role) for each in added] == [(False, Role.BOTH)] * 2
    assert sync_account(await database.read(accounts.list_accounts)) == own


async def test_a_profile_when_imported_again_or_unreadable_then_changes_nothing(database: Database) -> None:
    await database.write(lambda session: import_profile(session, PROFILE, NOW))
    before = await database.read(accounts.list_accounts)
    with pytest.raises(InvalidFields) as caught:
        await database.write(lambda session: import_profile(session, PROFILE, NOW + 1))
    assert caught.value.fields == {"accounts.0.email": "already", "accounts.1.email": "already"}
    with pytest.raises(InvalidFields):
        await database.write(lambda session: import_profile(session, {"created": "2021-08-01"}, NOW))
    assert await database.read(accounts.list_accounts) == before
