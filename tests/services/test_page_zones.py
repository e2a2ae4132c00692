"""A page whose own hours are in a time zone that this computer does not know, as one from another computer can be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.errors import InvalidFields
from app.domain.pages import Hours
from app.models.base import Session
from app.services.availability import public_pages
from tests.services.opened import MONDAY, StandingClock, furnished, open_workspace, page

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def lose_zone(session: Session) -> None:
    words = "UPDATE page SET options = replace(options, 'Europe/Copenhagen', 'Moon/Base') WHERE id = 'page1'"
    session.exec_driver_sql(words)


@pytest.mark.shows("DATA-4")
async def test_a_page_when_its_zone_is_unknown_is_paused_until_another_is_chosen_and_costs_nothing_else(tmp_path: Path) -> None:
    before = await furnished(tmp_path, StandingClock(), page(1), page(2))
    await before.database.write(lose_zone)
    await before.close()
    workspace = await open_workspace(tmp_path, StandingClock())
    first, second = await workspace.pages.all()
    assert (first.on, first.hours, second.on) == (False, Hours("Moon/Base", page(1).hours.weekly), True)  # type: ignore[union-attr]
    settings = workspace.settings.current
    await workspace.database.read(lambda session: public_pages(session, settings, MONDAY))
    assert await workspace.availability.preview(first, 30) is not None
    with pytest.raises(InvalidFields):
        await workspace.pages.set_on("page1", True)
    await workspace.pages.save(replace(first, hours=page(1).hours), first)
    await workspace.pages.set_on("page1", True)
    assert (await workspace.pages.get("page1")).on
    await workspace.close()
