"""A copy follows its calendar: first and incremental readings, windows, and what of an event is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.services.sync.followed import House, draft, house, service

pytestmark = pytest.mark.anyio


@pytest.fixture
async def anna(tmp_path: Path) -> AsyncIterator[House]:
    opened = await house(tmp_path, service())
    yield opened
    await opened.close()


@pytest.mark.shows("SYNC-1")
async def test_calendar_when_it_is_read_first_then_its_events_and_its_age_are_known(anna: House) -> None:
    anna.services["anna"].add("work", draft("Dentist"))
    assert (await anna.calendar("anna-work")).read_at == 0
    await anna.sync.now()
    assert await anna.titles() == ["Dentist"]
    assert (await anna.calendar("anna-work")).read_at == anna.timer.clock.now()


@pytest.mark.shows("SYNC-1")
async def test_calendar_when_events_come_change_and_go_then_the_copy_follows(anna: House) -> None:
    work = anna.services["anna"]
    kept, gone = work.add("work", draft("Kept")), work.add("work", draft("Gone", 4))
    await anna.sync.now()
    work.change("work", kept, draft("Moved", 6))
    work.remove("work", gone)
    work.add("work", draft("New", 8))
    await anna.sync.now()
    assert await anna.titles() == ["Moved", "New"]
