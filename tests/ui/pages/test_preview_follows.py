"""The preview while something happens outside the editor: it offers what the page offers, and what is typed stays."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.domain.booking import Booking, Promised
from app.domain.pages import Limits, Mode
from app.services.workspace import Workspace
from app.ui.pages.editor_state import Section
from app.ui.pages.sections.basics import BasicsSection
from tests.services.opened import at, page, wish
from tests.ui.pages.desk import Desk, desk, type_into

InLoop = Callable[[Callable[[], Coroutine[Any, Any, Any]]], Any]
NINE, TEN, ELEVEN = at(13, 9), at(13, 10), at(13, 11)


async def booked(workspace: Workspace, slug: str = "anna/page-2") -> Booking:
    answer = await workspace.bookings.book(wish(TEN, slug))
    assert isinstance(answer, Promised)
    return await workspace.bookings.get(answer.booking)


async def book(workspace: Workspace) -> None:
    await booked(workspace)


async def ask(workspace: Workspace) -> None:
    await booked(workspace, "anna/page-3")


async def add_event(workspace: Workspace) -> None:
    (calendar,) = await workspace.accounts.calendars()
    await workspace.accounts.add_busy(calendar.id, TEN, TEN + 1800, "Dentist")


async def limit(workspace: Workspace) -> None:
    await booked(workspace)
    current = workspace.settings.current
    await workspace.settings.save(replace(current, availability=replace(current.availability, limits=Limits(per_day=1))))


def starts(there: Desk) -> tuple[int, ...]:
    state = there.editor._previewed
    return () if state is None else state.starts or ()


async def opened(there: Desk) -> BasicsSection:
    """The editor with something typed that is not saved."""
    await there.edit("page1")
    await there.until(lambda: TEN in starts(there))
    basics = there.body(Section.BASICS, BasicsSection)
    type_into(basics.title, "Half typ")
    return basics


PAGES = (page(1), page(2), page(3, mode=Mode.APPROVAL, holds=True))


@pytest.mark.shows("PAGE-1")
@pytest.mark.parametrize(
    ("happens", "gone"),
    [(book, TEN), (ask, TEN), (add_event, TEN), (limit, ELEVEN)],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_the_preview_when_a_time_is_taken_meanwhile_then_offers_it_no_more_and_keeps_what_is_typed(
    in_loop: InLoop, tmp_path: Path, happens: Callable[[Workspace], Awaitable[None]], gone: int
) -> None:
    async def main() -> None:
        async with desk(tmp_path, *PAGES) as there:
            basics = await opened(there)
            await happens(there.workspace)
            await there.until(lambda: gone not in starts(there))
            assert at(14, 10) in starts(there)
            assert basics.title.text() == "Half typ"
            assert basics.title.edit.hasFocus()
            assert there.editor.bar.save.isEnabled()

    in_loop(main)


@pytest.mark.shows("PAGE-1")
@pytest.mark.parametrize("moved", [False, True], ids=["cancelled", "moved"])
def test_the_preview_when_a_meeting_goes_then_offers_its_time_again(in_loop: InLoop, tmp_path: Path, moved: bool) -> None:
    async def main() -> None:
        async with desk(tmp_path, *PAGES) as there:
            meeting = await booked(there.workspace)
            await there.edit("page1")
            await there.until(lambda: NINE in starts(there))
            assert TEN not in starts(there)
            if moved:
                await there.workspace.bookings.reschedule(meeting.id, ELEVEN)
            else:
                await there.workspace.bookings.cancel(meeting.id)
            await there.until(lambda: TEN in starts(there))
            assert (ELEVEN in starts(there)) is not moved

    in_loop(main)


@pytest.mark.shows("PAGE-1")
def test_the_preview_of_a_new_page_when_a_time_is_taken_meanwhile_then_offers_it_no_more(
    in_loop: InLoop, tmp_path: Path
) -> None:
    async def main() -> None:
        async with desk(tmp_path, *PAGES) as there:
            there.press("New page")
            await there.until(lambda: at(19, 10) in starts(there))
            await there.workspace.bookings.book(wish(at(19, 10), "anna/page-2"))
            await there.until(lambda: at(19, 10) not in starts(there))
            assert at(19, 11) in starts(there)

    in_loop(main)


@pytest.mark.shows("PAGE-1")
def test_the_preview_when_what_was_stored_was_not_announced_then_follows_with_the_next_key(
    in_loop: InLoop, tmp_path: Path
) -> None:
    async def main() -> None:
        async with desk(tmp_path, *PAGES) as there:
            basics = await opened(there)
            there.workspace.announcer._listeners.clear()
            await booked(there.workspace)
            assert TEN in starts(there)
            type_into(basics.title, "Other")
            await there.until(lambda: TEN not in starts(there))

    in_loop(main)
