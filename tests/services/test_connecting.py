"""Connecting accounts: consent first, nothing stored before a yes, and everything of it at once (CON)."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.booking import State
from app.domain.calendars import ONLY_BUSY
from app.domain.connecting import AccountChoice, Choices
from app.domain.connections import Access, CalendarState, Lost, ProviderKind
from app.domain.errors import InvalidFields, NotFound, SignInExpired, SignInFailed, Unreachable
from app.domain.settings import FirstRun, Profile
from app.paths import database_file
from app.providers.memory import MemoryAccount
from app.providers.secrets import SecretState, SecretStore
from app.services.workspace import Workspace
from tests.services.doors import MemoryDoor, open_with_doors, team
from tests.services.opened import ZONE, StandingClock, at, page, settle, wish

pytestmark = pytest.mark.anyio
GOOGLE, OFFICE = ProviderKind.GOOGLE, ProviderKind.OFFICE365


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def door() -> MemoryDoor:
    door = MemoryDoor()
    team(door.service("jane@example.com"))
    return door


@pytest.fixture
def office() -> MemoryDoor:
    return MemoryDoor(OFFICE, person="jane@contoso.example")


@pytest.fixture
async def workspace(tmp_path: Path, door: MemoryDoor, office: MemoryDoor) -> AsyncIterator[Workspace]:
    """With the calendar on this computer, one page, and the owner's consent to e-mail access."""
    workspace = open_with_doors(tmp_path, StandingClock(), door, office)
    await workspace.load()
    current = workspace.settings.current
    await workspace.settings.save(replace(current, profile=Profile("Anna Holm", zone=ZONE), first_run=FirstRun(4)))
    await workspace.accounts.connect_local("On this computer", ZONE)
    await workspace.pages.save(page())
    await workspace.connecting.allow(True)
    yield workspace
    await workspace.close()


async def signed_in(workspace: Workspace, kind: ProviderKind = GOOGLE):
    steps: list[str] = []
    found = await workspace.connecting.sign_in(kind, lambda address: None, asyncio.Event(), steps.append)
    return found, steps


async def connected(workspace: Workspace, kind: ProviderKind = GOOGLE):
    found, _ = await signed_in(workspace, kind)
    return await workspace.connecting.confirm(found.id)


def rows(workspace: Workspace) -> tuple[int, int]:
    with closing(sqlite3.connect(database_file(workspace.folder))) as connection:
        count = [connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("account", "secret")]
    return count[0], count[1]


@pytest.mark.shows("CON-3", "CON-13")
async def test_sign_in_when_it_is_done_then_it_says_who_and_which_calendars_and_stores_nothing(workspace: Workspace) -> None:
    found, steps = await signed_in(workspace)
    assert (found.email, found.primary) == ("jane@example.com", True)
    assert [(each.name, each.access) for each in found.calendars] == [
        ("jane@example.com", Access.OWNER),
        ("Family", Access.EDIT),
        ("Holidays in Denmark", Access.DETAILS),
        ("Jonas Beck", Access.FREE_BUSY),
    ]
    assert steps == ["browser", "calendars"]
    assert rows(workspace) == (1, 0)


@pytest.mark.shows("CON-2", "SET-1", "SET-2", "SET-4")
async def test_confirm_when_said_then_bookings_go_to_the_accounts_own_calendar(workspace: Workspace) -> None:
    account = await connected(workspace)
    assert (account.primary, account.sync, account.scheduling) == (True, True, True)
    calendars = {each.name: each for each in await workspace.accounts.calendars()}
    assert calendars["jane@example.com"].booking
    assert not calendars["On this computer"].booking
    ticked = {name for name, each in calendars.items() if each.checked}
    assert ticked == {"jane@example.com", "Family", "On this computer"}
    assert [each.primary for each in await workspace.accounts.accounts()] == [True, False]
    assert rows(workspace) == (2, 1)


@pytest.mark.shows("BOOK-4", "CON-3")
async def test_a_booking_when_an_account_is_connected_then_it_stands_in_its_calendar(
    workspace: Workspace, door: MemoryDoor
) -> None:
    await connected(workspace)
    await make_fresh(workspace)
    await workspace.bookings.book(wish(at(13, 10)))
    await settle(workspace)
    held = door.service("jane@example.com").calendars["jane@example.com"]
    assert [(each.title, each.start) for each in held.holding.values()] == [("Page 1: Ida Winther", at(13, 10))]


async def make_fresh(workspace: Workspace) -> None:
    """As if all calendars had just been read."""
    now = workspace.clock.now()
    with closing(sqlite3.connect(database_file(workspace.folder))) as connection, connection:
        connection.execute("UPDATE calendar SET read_at = ?", (now,))


@pytest.mark.shows("CON-4")
@pytest.mark.parametrize("reason", ["refused", "time_out", "client", "answer"])
async def test_sign_in_when_it_fails_then_nothing_is_stored(workspace: Workspace, door: MemoryDoor, reason: str) -> None:
    door.answer = reason
    with pytest.raises(SignInFailed) as failed:
        await signed_in(workspace)
    assert failed.value.reason == reason
    assert rows(workspace) == (1, 0)


@pytest.mark.shows("CON-4")
async def test_refuse_when_it_is_the_wrong_account_then_the_sign_in_is_given_back(
    workspace: Workspace, door: MemoryDoor
) -> None:
    found, _ = await signed_in(workspace)
    await workspace.connecting.refuse(found.id)
    assert door.signed_out == ["jane@example.com"]
    with pytest.raises(NotFound):
        await workspace.connecting.confirm(found.id)
    assert rows(workspace) == (1, 0)


@pytest.mark.shows("CON-4")
async def test_sign_in_when_it_is_cancelled_then_it_ends_and_stores_nothing(workspace: Workspace, door: MemoryDoor) -> None:
    door.answer, cancel = "wait", asyncio.Event()
    waiting = asyncio.ensure_future(workspace.connecting.sign_in(GOOGLE, lambda _: None, cancel, lambda _: None))
    await asyncio.sleep(0)
    cancel.set()
    with pytest.raises(SignInFailed, match="cancelled"):
        await waiting
    assert rows(workspace) == (1, 0)


@pytest.mark.shows("CON-5")
async def test_sign_in_when_email_access_is_off_then_no_request_is_made(workspace: Workspace, door: MemoryDoor) -> None:
    await workspace.connecting.allow(False)
    with pytest.raises(SignInFailed, match="no_consent"):
        await signed_in(workspace)
    assert door.opened == []
    assert workspace.settings.current.privacy.asked


@pytest.mark.shows("CON-6")
async def test_sign_in_when_the_mailbox_is_shared_then_it_is_only_checked(workspace: Workspace, door: MemoryDoor) -> None:
    door.shared = True
    found, _ = await signed_in(workspace)
    assert (found.shared, found.primary) == (True, False)
    account = await workspace.connecting.confirm(found.id)
    assert not account.primary
    assert next(each for each in await workspace.accounts.calendars() if each.booking).id == "local"


@pytest.mark.shows("CON-6")
async def test_sign_in_when_a_right_was_unticked_then_it_says_which_and_gives_the_rest_back(
    workspace: Workspace, door: MemoryDoor
) -> None:
    door.missing = ("calendar.events",)
    with pytest.raises(SignInFailed) as failed:
        await signed_in(workspace)
    assert (failed.value.reason, failed.value.detail) == ("rights", "calendar.events")
    assert door.signed_out == ["jane@example.com"]


@pytest.mark.shows("CON-7")
async def test_save_client_when_there_is_none_then_the_own_one_is_checked_kept_sealed_and_used(
    tmp_path: Path, door: MemoryDoor
) -> None:
    workspace = open_with_doors(tmp_path, StandingClock(), door, shipped={})
    await workspace.load()
    await workspace.connecting.allow(True)
    assert not await workspace.connecting.has_client(GOOGLE)
    with pytest.raises(SignInFailed, match="no_client"):
        await signed_in(workspace)
    with pytest.raises(InvalidFields):
        await workspace.connecting.save_client(GOOGLE, {"client_id": ""})
    await workspace.connecting.save_client(GOOGLE, {"client_id": "planted-client"})
    assert await workspace.connecting.has_client(GOOGLE)
    await connected(workspace)
    await workspace.close()
    stored = database_file(tmp_path).read_bytes()
    assert b"planted" not in stored


@pytest.mark.shows("CON-10")
async def test_sign_in_when_there_is_no_key_then_nobody_is_asked_to_sign_in(tmp_path: Path, door: MemoryDoor) -> None:
    workspace = open_with_doors(tmp_path, StandingClock(), door, store=SecretStore(SecretState.LOCKED))
    await workspace.load()
    await workspace.connecting.allow(True)
    with pytest.raises(SignInFailed, match="locked"):
        await signed_in(workspace)
    assert door.opened == []
    await workspace.close()


@pytest.mark.shows("CON-10")
async def test_an_account_when_the_key_is_lost_then_it_needs_a_sign_in_and_nothing_else_breaks(
    tmp_path: Path, door: MemoryDoor
) -> None:
    workspace = open_with_doors(tmp_path, StandingClock(), door)
    await workspace.load()
    await workspace.accounts.connect_local("On this computer", ZONE)
    await workspace.connecting.allow(True)
    account = await connected(workspace)
    await workspace.close()
    again = open_with_doors(tmp_path, StandingClock(), door, store=SecretStore(SecretState.KEYRING, b"n" * 32))
    await again.load()
    provider = await again.accounts.provider(account.id)
    with pytest.raises(SignInExpired):
        await provider.calendars()
    assert len(await again.accounts.calendars()) == 5
    await reconnected(again, account.id)
    assert len(await provider.calendars()) == 4
    await again.close()


async def reconnected(workspace: Workspace, account: str):
    return await workspace.connecting.reconnect(account, lambda _: None, asyncio.Event(), lambda _: None)


@pytest.mark.shows("CON-11", "INACT-4")
async def test_reconnect_when_the_sign_in_was_lost_then_everything_is_as_it_was(workspace: Workspace, door: MemoryDoor) -> None:
    account = await connected(workspace)
    before = await workspace.accounts.calendars()
    for calendar in before:
        if calendar.account == account.id:
            await workspace.accounts.set_state(calendar.id, CalendarState.INACTIVE, Lost.SIGN_IN)
    await reconnected(workspace, account.id)
    assert await workspace.accounts.calendars() == before
    assert door.opened[-1] == "jane@example.com"


@pytest.mark.shows("CON-11")
async def test_reconnect_when_somebody_else_signs_in_then_it_is_refused(workspace: Workspace, door: MemoryDoor) -> None:
    account = await connected(workspace)
    door.person = "bo@example.com"
    with pytest.raises(SignInFailed) as failed:
        await reconnected(workspace, account.id)
    assert (failed.value.reason, failed.value.detail) == ("other_account", "bo@example.com")
    provider = await workspace.accounts.provider(account.id)
    assert len(await provider.calendars()) == 4


@pytest.mark.shows("CON-2")
async def test_sign_in_when_the_account_is_connected_already_then_it_stays_signed_in(
    workspace: Workspace, door: MemoryDoor
) -> None:
    await connected(workspace)
    door.person = "JANE@example.com"
    with pytest.raises(SignInFailed, match="already"):
        await signed_in(workspace)
    assert door.signed_out == []


@pytest.mark.shows("CON-2")
async def test_confirm_when_there_is_a_primary_account_then_the_second_is_only_checked(
    workspace: Workspace, office: MemoryDoor
) -> None:
    first = await connected(workspace)
    second = await connected(workspace, OFFICE)
    assert (second.primary, second.sync, second.scheduling) == (False, False, False)
    booking = next(each for each in await workspace.accounts.calendars() if each.booking)
    assert booking.account == first.id
    own = next(each for each in await workspace.accounts.calendars() if each.account == second.id)
    assert (own.checked, own.booking) == (True, False)


@pytest.mark.shows("CON-11")
async def test_disconnect_when_the_primary_account_goes_then_its_secrets_go_and_this_computer_takes_over(
    workspace: Workspace, door: MemoryDoor
) -> None:
    account = await connected(workspace)
    await make_fresh(workspace)
    answer = await workspace.bookings.book(wish(at(13, 10)))
    await settle(workspace)
    await workspace.accounts.disconnect(account.id)
    for _ in range(20):
        await asyncio.sleep(0)
    assert door.signed_out == ["jane@example.com"]
    assert rows(workspace) == (1, 0)
    assert [each.booking for each in await workspace.accounts.calendars()] == [True]
    assert answer.booking in [each.id for each in await workspace.bookings.list()]
    assert not (await workspace.overview.load()).offline


@pytest.mark.shows("CON-13", "R24")
async def test_calendars_when_their_names_are_no_text_then_they_are_connected_and_followed_all_the_same(
    workspace: Workspace, door: MemoryDoor
) -> None:
    service = door.service("jane@example.com")
    service.add_calendar("half", "Half \ud83d a character")
    account = await connected(workspace)
    service.add_calendar("long", "x" * 100_000)
    service.add_calendar("\ud83d", "Nobody can ask for this one")
    await workspace.sync.now(account.id)
    names = {each.at: each.name for each in await workspace.accounts.calendars()}
    assert names["half"] == "Half ? a character"
    assert len(names["long"]) == 300
    assert "\ud83d" not in names


@pytest.mark.shows("CON-11", "SYNC-4")
async def test_disconnect_when_a_meeting_is_promised_and_not_written_then_this_computer_gets_it(workspace: Workspace) -> None:
    account = await connected(workspace)
    await make_fresh(workspace)
    answer = await workspace.bookings.book(wish(at(13, 10)))
    await workspace.accounts.disconnect(account.id)
    await settle(workspace)
    assert (await workspace.bookings.get(answer.booking)).state is State.WRITTEN
    provider = await workspace.accounts.provider("local")
    assert [each.booking for each in await provider.read_window("local", at(13, 9), at(13, 12))] == [answer.booking]


@pytest.mark.shows("CON-2", "INACT-4")
async def test_remove_when_it_is_this_computer_then_another_account_is_the_primary_one(
    workspace: Workspace, door: MemoryDoor
) -> None:
    first, second = await connected(workspace), await connected(workspace, OFFICE)
    await workspace.accounts.disconnect(first.id)
    await workspace.accounts.remove_calendar("local")
    (left,) = await workspace.accounts.accounts()
    assert (left.id, left.primary, left.scheduling) == (second.id, True, False)


@pytest.mark.shows("CON-2")
async def test_confirm_when_it_is_said_twice_then_there_is_one_account(workspace: Workspace) -> None:
    found, _ = await signed_in(workspace)
    done = await asyncio.gather(*(workspace.connecting.confirm(found.id) for _ in range(2)), return_exceptions=True)
    assert sorted(type(each).__name__ for each in done) == ["Account", "NotFound"]
    assert [each.provider for each in await workspace.accounts.accounts()] == [GOOGLE, ProviderKind.LOCAL]


@pytest.mark.shows("CON-4")
async def test_refuse_when_it_comes_while_the_yes_is_stored_then_the_sign_in_is_kept(
    workspace: Workspace, door: MemoryDoor
) -> None:
    found, _ = await signed_in(workspace)
    confirming = asyncio.ensure_future(workspace.connecting.confirm(found.id))
    await asyncio.sleep(0)
    await workspace.connecting.refuse(found.id)
    assert (await confirming).email == "jane@example.com"
    assert door.signed_out == []


@pytest.mark.shows("CON-11")
async def test_reconnect_when_a_right_is_not_given_then_the_sign_in_that_is_there_goes_on(
    workspace: Workspace, door: MemoryDoor
) -> None:
    account = await connected(workspace)
    door.missing = ("calendar.events",)
    for again in (
        workspace.connecting.reconnect(account.id, str, asyncio.Event(), str),
        workspace.connecting.sign_in(GOOGLE, str, asyncio.Event(), str),
    ):
        with pytest.raises(SignInFailed, match="rights"):
            await again
    assert door.signed_out == []


@pytest.mark.shows("SET-4", "SET-5", "SET-6", "PAGE-1")
async def test_save_when_choices_change_then_it_says_what_follows_and_writes_all(workspace: Workspace) -> None:
    account = await connected(workspace)
    calendars = {each.name: each for each in await workspace.accounts.calendars()}
    checked = frozenset(calendars[name].id for name in ("jane@example.com", "Holidays in Denmark", "Family"))
    choices = Choices({account.id: AccountChoice(policy=ONLY_BUSY)}, checked, calendars["Family"].id)
    expected = await workspace.accounts.effects(choices)
    assert (expected.pages, expected.more, expected.fewer, expected.offline, expected.booking) == (1, 1, 1, None, "Family")
    settings = replace(workspace.settings.current, own_part="jane")
    assert await workspace.accounts.save(settings, choices) == expected
    after = {each.name: each for each in await workspace.accounts.calendars()}
    assert {name for name, each in after.items() if each.checked} == {"jane@example.com", "Holidays in Denmark", "Family"}
    assert [name for name, each in after.items() if each.booking] == ["Family"]
    assert (await workspace.accounts.accounts())[0].policy == ONLY_BUSY
    assert workspace.settings.current.own_part == "jane"


@pytest.mark.shows("SET-6")
@pytest.mark.parametrize(
    ("booking", "checked", "error"),
    [("Holidays in Denmark", (), InvalidFields), ("On this computer", (), InvalidFields), ("", ("Jonas Beck",), InvalidFields)],
)
async def test_save_when_one_choice_cannot_be_then_nothing_is_written(
    workspace: Workspace, booking: str, checked: tuple[str, ...], error: type[Exception]
) -> None:
    account = await connected(workspace)
    names = {each.name: each.id for each in await workspace.accounts.calendars()}
    before = await workspace.accounts.calendars(), await workspace.accounts.accounts(), workspace.settings.current
    choices = Choices(
        {account.id: AccountChoice(scheduling=False)},
        frozenset(names[name] for name in checked),
        names[booking] if booking else "",
    )
    with pytest.raises(error):
        await workspace.accounts.save(replace(workspace.settings.current, own_part="other"), choices)
    assert before == (await workspace.accounts.calendars(), await workspace.accounts.accounts(), workspace.settings.current)


@pytest.mark.shows("SET-2", "BOOK-3")
async def test_save_when_scheduling_is_switched_off_then_it_says_offline_mode(workspace: Workspace) -> None:
    account = await connected(workspace)
    checked = frozenset(each.id for each in await workspace.accounts.calendars() if each.checked)
    choices = Choices({account.id: AccountChoice(scheduling=False)}, checked)
    assert (await workspace.accounts.save(workspace.settings.current, choices)).offline is True
    assert (await workspace.overview.load()).offline


@pytest.mark.shows("INACT-4")
async def test_remove_calendar_when_undone_then_it_is_checked_again(workspace: Workspace, door: MemoryDoor) -> None:
    await connected(workspace)
    family = next(each for each in await workspace.accounts.calendars() if each.name == "Family")
    door.service("jane@example.com").unshare("family")
    await workspace.accounts.check_again(family.id)
    assert [each.name for each in (await workspace.overview.load()).inactive] == ["Family"]
    await workspace.accounts.remove_calendar(family.id)
    assert (await workspace.overview.load()).inactive == ()
    await workspace.accounts.restore_calendar(family.id)
    assert [each.name for each in (await workspace.overview.load()).inactive] == ["Family"]


@pytest.mark.shows("CON-13")
async def test_two_accounts_when_they_share_a_calendar_then_each_has_it(
    workspace: Workspace, door: MemoryDoor, office: MemoryDoor
) -> None:
    office.services["jane@contoso.example"] = shared = MemoryAccount("jane@contoso.example")
    shared.add_calendar("jane@contoso.example")
    shared.add_calendar("family", "Family")
    await connected(workspace)
    await connected(workspace, OFFICE)
    assert len([each for each in await workspace.accounts.calendars() if each.at == "family"]) == 2


async def test_sign_in_when_the_calendars_cannot_be_listed_then_it_is_given_back(
    workspace: Workspace, door: MemoryDoor
) -> None:
    door.service("jane@example.com").unreachable()
    with pytest.raises(Unreachable):
        await signed_in(workspace)
    assert door.signed_out == ["jane@example.com"]
