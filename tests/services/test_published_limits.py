"""Limits that hold over all visitors together while pages are published (BOOK-8, QUALITY 4.5)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.booking import Answer, Promised, Refused, State
from app.domain.clock import HOUR
from app.domain.pages import Limits
from app.domain.public import PageState
from app.domain.settings import Reach
from app.services.workspace import Workspace
from tests.services.opened import StandingClock, at, furnished, page, wish

pytestmark = pytest.mark.anyio


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
async def workspace(tmp_path: Path, clock: StandingClock) -> AsyncIterator[Workspace]:
    opened = await furnished(tmp_path, clock, page(1))
    current = opened.settings.current
    await opened.settings.save(
        replace(
            current,
            publishing=replace(current.publishing, reach=Reach.NETWORK),
            availability=replace(current.availability, limits=Limits()),
        )
    )
    yield opened
    await opened.close()


async def here_only(workspace: Workspace) -> None:
    current = workspace.settings.current
    await workspace.settings.save(replace(current, publishing=replace(current.publishing, reach=Reach.COMPUTER)))


def state_of(answer: Answer) -> State:
    assert isinstance(answer, Promised), answer
    return State(answer.state)


@pytest.mark.shows("BOOK-8", "S5")
async def test_visitor_when_three_bookings_are_open_then_a_fourth_is_one_too_many_until_one_is_over(
    workspace: Workspace, clock: StandingClock
) -> None:
    answers = [await workspace.bookings.book(wish(at(13 + number, 10), email="Ida@Example.org")) for number in range(3)]
    assert all(isinstance(each, Promised) for each in answers)
    assert await workspace.bookings.book(wish(at(20, 10))) == Refused("too_many")
    assert isinstance(await workspace.bookings.book(wish(at(20, 11), email="lars@example.org")), Promised)
    first = answers[0]
    assert isinstance(first, Promised)
    await workspace.bookings.cancel_by_token(first.manage)
    assert isinstance(await workspace.bookings.book(wish(at(20, 12))), Promised)
    assert await workspace.bookings.book(wish(at(20, 13))) == Refused("too_many")
    clock.at = at(15, 12)
    assert isinstance(await workspace.bookings.book(wish(at(20, 14))), Promised), "two of the three lie behind"


@pytest.mark.shows("BOOK-8")
async def test_same_form_when_sent_again_at_the_limit_then_the_answer_is_the_same(workspace: Workspace) -> None:
    wishes = [wish(at(13 + number, 10), key=f"key{number}" * 8, body="same") for number in range(3)]
    answers = [await workspace.bookings.book(each) for each in wishes]
    assert [await workspace.bookings.book(each) for each in wishes] == answers


@pytest.mark.shows("BOOK-8", "S5")
async def test_pages_when_thirty_were_booked_within_an_hour_then_ask_the_owner_first_and_refuse_nobody(
    workspace: Workspace, clock: StandingClock
) -> None:
    async def state() -> PageState:
        pages, _ = await workspace.availability.public_pages()
        return pages[0].state

    for number in range(30):
        assert await state() is PageState.BOOK
        answer = await workspace.bookings.book(
            wish(at(13 + number // 10, 9 + number % 8, 30 * (number % 10 > 7)), email=f"{number}@example.org")
        )
        assert state_of(answer) is State.CONFIRMED
    assert await state() is PageState.REQUEST
    asked = await workspace.bookings.book(wish(at(20, 10), email="late@example.org", alternatives=(at(20, 11), at(20, 12))))
    assert state_of(asked) is State.REQUESTED
    clock.at += HOUR + 1
    assert await state() is PageState.BOOK


@pytest.mark.shows("BOOK-8")
async def test_limits_when_pages_are_only_on_this_computer_then_do_not_hold(workspace: Workspace) -> None:
    await here_only(workspace)
    for number in range(32):
        start = at(13 + number // 10, 9 + number % 8, 30 * (number % 10 > 7))
        answer = await workspace.bookings.book(wish(start))
        assert state_of(answer) is State.CONFIRMED
