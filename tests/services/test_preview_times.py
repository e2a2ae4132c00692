"""The free times of a page that is being edited: worked out at every key, and never from what is not so any more."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.connections import LOCAL
from app.domain.pages import Rolling, Rules
from app.services.workspace import Workspace
from tests.services.opened import StandingClock, at, furnished, page, wish

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def same_as_saved(workspace: Workspace, clock: StandingClock) -> tuple[int, ...]:
    """What the preview of the saved page finds, which must be what the page itself offers."""
    saved = await workspace.pages.get("page1")
    found = await workspace.availability.preview(saved, 30)
    assert found == await workspace.availability.starts("page1", 30, clock.at, clock.at + 40 * 86_400)
    return found


async def test_the_preview_when_something_is_written_between_two_looks_then_knows_it(tmp_path: Path) -> None:
    clock = StandingClock()
    workspace = await furnished(tmp_path, clock, page(rules=Rules((30,), step=30, notice=0, window=Rolling(10))))
    try:
        assert at(13, 10) in await same_as_saved(workspace, clock)
        await workspace.accounts.add_busy(LOCAL, at(13, 10), at(13, 11), "Dentist")
        assert at(13, 10) not in await same_as_saved(workspace, clock)
        await workspace.bookings.book(wish(at(14, 9)))
        assert at(14, 9) not in await same_as_saved(workspace, clock)
        clock.at = at(13, 12)
        assert min(await same_as_saved(workspace, clock)) >= at(13, 12)
    finally:
        await workspace.close()


async def test_the_preview_when_the_rules_change_at_every_key_then_follows_each(tmp_path: Path) -> None:
    clock = StandingClock()
    rules = Rules((30,), step=30, notice=0, window=Rolling(3))
    workspace = await furnished(tmp_path, clock, page(rules=rules))
    try:
        await workspace.accounts.add_busy(LOCAL, at(13, 12), at(13, 13), "Lunch")
        await workspace.accounts.add_busy(LOCAL, at(30, 9), at(30, 17), "Fair")
        saved = await workspace.pages.get("page1")
        for changed in (
            rules,
            replace(rules, buffer_before=30),
            replace(rules, window=Rolling(25)),
            replace(rules, window=Rolling(2), step=15),
            replace(rules, window=Rolling(0)),
            replace(rules, durations=(60,)),
        ):
            draft = replace(saved, rules=changed)
            length = changed.durations[0]
            found = await workspace.availability.preview(draft, length)
            fresh = type(workspace.availability)(workspace.database, clock, workspace.settings)
            assert found == await fresh.preview(draft, length)
        await workspace.accounts.set_scheduling(LOCAL, False)
        assert await workspace.availability.preview(saved, 30)
    finally:
        await workspace.close()
