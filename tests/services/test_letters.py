"""Letters to the owner about visitors who could not book."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.booking import LeftMessage, Refused
from app.domain.clock import DAY, HOUR
from app.domain.connections import CalendarState, Lost
from app.domain.mails import Mail, MailKind, MailState
from app.models import accounts, mails
from app.models.base import Session
from app.services.workspace import Workspace
from tests.services.opened import MONDAY, StandingClock, at, furnished, open_workspace, page, wish

pytestmark = [pytest.mark.anyio, pytest.mark.shows("INACT-3")]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
async def lost(tmp_path: Path, clock: StandingClock) -> AsyncIterator[Workspace]:
    """Its calendar is lost: nobody can book."""
    opened = await furnished(tmp_path, clock, page(1))
    await opened.accounts.set_state("local", CalendarState.INACTIVE, Lost.UNSHARED)
    yield opened
    await opened.close()


async def tried(workspace: Workspace, name: str) -> None:
    answer = await workspace.bookings.book(wish(at(13, 10), email=f"{name}@example.org"))
    assert answer == Refused("unavailable")


async def letters(workspace: Workspace) -> tuple[Mail, ...]:
    return await workspace.database.read(lambda session: mails.open_mails(session, MailKind.ATTEMPT))


async def sent(workspace: Workspace) -> Mail:
    """The one letter that waits goes out."""
    (letter,) = await letters(workspace)
    await workspace.database.write(lambda session: mails.set_mail_state(session, letter.id, MailState.SENT))
    return letter


async def address(workspace: Workspace, email: str) -> None:
    def write(session: Session) -> None:
        (account,) = accounts.list_accounts(session)
        accounts.save_account(session, replace(account, email=email))

    await workspace.database.write(write)


async def test_a_letter_is_owed_at_once_when_the_first_visitor_cannot_book(lost: Workspace) -> None:
    await address(lost, "anna@example.org")
    await tried(lost, "ida")
    (letter,) = await letters(lost)
    assert (letter.kind, letter.state, letter.to, letter.count) == (MailKind.ATTEMPT, MailState.WAITING, "anna@example.org", 1)
    assert (letter.created_at, letter.run_at) == (MONDAY, MONDAY)
    assert (letter.name, letter.title, letter.start) == ("Ida Winther", "Page 1", at(13, 10))
    overview = await lost.overview.load()
    assert letter.about == overview.attempts[0].id
    assert overview.mails_waiting == 1


async def test_a_letter_that_waits_counts_other_visitors_and_no_repeats(lost: Workspace) -> None:
    for name in ("ida", "bo", "ida", "ida"):
        await tried(lost, name)
    await lost.bookings.leave_message(LeftMessage("anna/page-1", "Eva", "eva@example.org", "Friday"))
    (letter,) = await letters(lost)
    assert (letter.count, letter.name) == (3, "Ida Winther")
    assert (await lost.overview.load()).mails_waiting == 1


async def test_the_next_letter_waits_a_day_and_counts_who_came_meanwhile(lost: Workspace, clock: StandingClock) -> None:
    await tried(lost, "ida")
    await sent(lost)
    clock.at += HOUR
    await tried(lost, "bo")
    clock.at += HOUR
    await tried(lost, "eva")
    (letter,) = await letters(lost)
    assert (letter.count, letter.created_at, letter.run_at) == (2, MONDAY + HOUR, MONDAY + DAY)
    await sent(lost)
    clock.at = MONDAY + 3 * DAY
    await tried(lost, "kim")
    (letter,) = await letters(lost)
    assert (letter.count, letter.run_at) == (1, MONDAY + 3 * DAY)


async def test_a_letter_without_an_address_is_kept_until_there_is_one(lost: Workspace) -> None:
    await tried(lost, "ida")
    (letter,) = await letters(lost)
    assert letter.to == ""
    await address(lost, "anna@example.org")
    await tried(lost, "bo")
    (letter,) = await letters(lost)
    assert (letter.to, letter.count) == ("anna@example.org", 2)


async def test_a_letter_outlives_the_program(tmp_path: Path, clock: StandingClock) -> None:
    opened = await furnished(tmp_path, clock, page(1))
    await opened.accounts.set_state("local", CalendarState.INACTIVE, Lost.UNSHARED)
    await tried(opened, "ida")
    await opened.close()
    again = await open_workspace(tmp_path, clock)
    assert len(await letters(again)) == 1
    assert (await again.overview.load()).mails_waiting == 1
    await again.close()


async def test_no_letter_is_owed_when_a_visitor_merely_lost_a_race(tmp_path: Path, clock: StandingClock) -> None:
    opened = await furnished(tmp_path, clock, page(1))
    await opened.bookings.book(wish(at(13, 10)))
    await opened.bookings.book(wish(at(13, 10), email="bo@example.org"))
    assert await letters(opened) == ()
    await opened.close()
