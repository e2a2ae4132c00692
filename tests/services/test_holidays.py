"""Public holidays: read for the owner's country, named in their language, and kept up to date by themselves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from app.domain.clock import from_iso
from app.domain.settings import Availability, Holiday, Holidays, Language
from app.services.holidays import YEARS_AHEAD, guess_country, public_holidays, read, regions
from app.services.workspace import Workspace
from tests.services.opened import ZONE, StandingClock, furnished

pytestmark = [pytest.mark.anyio, pytest.mark.shows("PAGE-2")]


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
async def workspace(tmp_path: Path, clock: StandingClock) -> AsyncIterator[Workspace]:
    opened = await furnished(tmp_path, clock)
    yield opened
    await opened.close()


async def choose(workspace: Workspace, choice: Holidays) -> None:
    await workspace.settings.save(replace(workspace.settings.current, availability=Availability(holidays=choice)))


def of(workspace: Workspace) -> Holidays:
    return workspace.settings.current.availability.holidays


def test_holidays_when_the_library_speaks_the_language_then_are_named_in_it_and_else_in_english() -> None:
    assert Holiday(date(2026, 12, 26), "Anden juledag") in public_holidays("DK", "", 2026, 2026, "da")
    assert Holiday(date(2026, 12, 25), "Christmas Day") in public_holidays("DK", "", 2026, 2026, "en")
    assert Holiday(date(2026, 12, 25), "Christmas Day") in public_holidays("DE", "", 2026, 2026, "da")


def test_holidays_when_a_region_is_chosen_then_has_its_own_and_an_unknown_one_counts_for_nothing() -> None:
    epiphany = date(2026, 1, 6)
    assert epiphany in [each.day for each in public_holidays("DE", "BY", 2026, 2026, "en")]
    assert epiphany not in [each.day for each in public_holidays("DE", "", 2026, 2026, "en")]
    assert public_holidays("DE", "nowhere", 2026, 2026, "en") == public_holidays("DE", "", 2026, 2026, "en")


def test_holidays_when_the_country_is_unknown_then_are_none() -> None:
    assert public_holidays("XX", "", 2026, 2026, "en") == ()
    assert regions("XX") == ()


def test_regions_when_a_country_has_some_then_have_names() -> None:
    assert ("BY", "Bayern") in [(each.code, each.name) for each in regions("DE")]
    assert regions("DK") == ()


def test_country_when_guessed_then_is_where_the_zone_lies() -> None:
    assert [guess_country(zone) for zone in (ZONE, "Atlantic/Faroe", "Asia/Tokyo", "UTC")] == ["DK", "FO", "JP", ""]


def test_read_when_read_again_for_the_same_then_changes_nothing() -> None:
    found = read(Holidays("DK"), 2026, "da")
    assert {each.day.year for each in found.known} == set(range(2026, 2026 + YEARS_AHEAD + 1))
    assert read(found, 2026, "da") is found
    assert read(replace(found, country=""), 2026, "da") == Holidays()


async def test_keeper_when_a_country_was_kept_without_its_holidays_then_reads_them(workspace: Workspace) -> None:
    keeper = asyncio.ensure_future(workspace.holidays.run())
    try:
        await choose(workspace, Holidays("DK"))
        async with asyncio.timeout(20):
            while not of(workspace).known:
                await asyncio.sleep(0.01)
    finally:
        keeper.cancel()
    assert of(workspace).known[0] == Holiday(date(2026, 1, 1), "New Year's Day")


async def test_keeper_when_the_year_turns_or_the_language_changes_then_reads_again_and_keeps_the_days_worked(
    workspace: Workspace, clock: StandingClock
) -> None:
    second = date(2027, 12, 26)
    await choose(workspace, Holidays("DK", "", (date(2026, 1, 1), second)))
    assert await workspace.holidays.refresh()
    assert of(workspace).working == (date(2026, 1, 1), second)
    assert not await workspace.holidays.refresh()
    clock.at = from_iso("2027-01-01T00:00:00Z")
    assert await workspace.holidays.refresh()
    assert of(workspace).working == (second,)
    assert of(workspace).known[-1].day.year == 2027 + YEARS_AHEAD
    current = workspace.settings.current
    await workspace.settings.save(replace(current, appearance=replace(current.appearance, language=Language.DANISH)))
    assert await workspace.holidays.refresh()
    assert of(workspace).known[0].name == "Nytårsdag"


async def test_keeper_when_there_is_no_country_then_leaves_the_library_alone(workspace: Workspace) -> None:
    assert not await workspace.holidays.refresh()
    assert of(workspace) == Holidays()
