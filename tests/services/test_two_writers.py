"""Two changes at the same moment, on a real database: neither is lost, whichever comes first."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.connecting import AccountChoice, Choices
from app.domain.events import SettingsSaved
from app.domain.pages import Limits, Page
from app.domain.settings import Holidays, Settings, Theme
from app.models import settings as rows
from app.services.workspace import Workspace
from tests.services.opened import MONDAY, StandingClock, furnished, page

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def anna(tmp_path: Path) -> AsyncIterator[Workspace]:
    workspace = await furnished(tmp_path, StandingClock(), page(1), page(2))
    yield workspace
    await workspace.close()


async def choices_of(workspace: Workspace) -> Choices:
    accounts, calendars = await workspace.accounts.accounts(), await workspace.accounts.calendars()
    return Choices(
        {each.id: AccountChoice(each.sync, each.scheduling, each.tasks, each.policy) for each in accounts},
        frozenset(each.id for each in calendars if each.checked),
        next(each.id for each in calendars if each.booking),
    )


def in_own_part(held: Settings) -> Settings:
    return replace(held, own_part="holm")


def in_look(held: Settings) -> Settings:
    return replace(held, appearance=replace(held.appearance, theme=Theme.DARK))


def in_limits(held: Settings) -> Settings:
    return replace(held, availability=replace(held.availability, limits=Limits(per_day=3)))


def in_holidays(held: Settings) -> Settings:
    return replace(held, availability=replace(held.availability, holidays=Holidays("DK")))


def off(held: Settings) -> Settings:
    return replace(held, pages_on=False)


WRITERS: dict[str, tuple[Callable[[Workspace, Choices], Awaitable[object]], Callable[[Settings], Settings]]] = {
    "tray": (lambda anna, _: anna.settings.switch_pages(False), off),
    "window": (
        lambda anna, choices: anna.accounts.save(in_limits(in_own_part(anna.settings.current)), choices),
        lambda held: in_limits(in_own_part(held)),
    ),
    "save": (lambda anna, _: anna.settings.save(in_look(anna.settings.current)), in_look),
    "keeper": (lambda anna, _: anna.settings.change(in_holidays), in_holidays),
    "list": (lambda anna, _: anna.pages.make_default("page2"), lambda held: replace(held, default_page="page2")),
}


@pytest.mark.shows("SET-6", "URL-7")
async def test_settings_when_two_change_them_at_once_in_any_order_keep_both(anna: Workspace) -> None:
    choices, start = await choices_of(anna), anna.settings.current
    told = 0

    def count(_fact: SettingsSaved) -> None:
        nonlocal told
        told += 1

    anna.announcer.subscribe(SettingsSaved, count)
    for first, second in itertools.permutations(WRITERS.values(), 2):
        await anna.settings.change(lambda _held: start)
        told = 0
        await asyncio.gather(first[0](anna, choices), second[0](anna, choices))
        expected = second[1](first[1](start))
        assert anna.settings.current == expected
        assert await anna.database.read(rows.load_settings) == (expected, "")
        assert told == 2


def in_title(held: Page) -> Page:
    return replace(held, title="New")


def in_rules(held: Page) -> Page:
    return replace(held, rules=replace(held.rules, notice=60))


def paused(held: Page) -> Page:
    return replace(held, on=False, paused_at=MONDAY)


def behind(held: Page) -> Page:
    return replace(held, position=1)


PAGE_WRITERS: dict[str, tuple[Callable[[Workspace, Page], Awaitable[object]], Callable[[Page], Page]]] = {
    "editor": (lambda anna, base: anna.pages.save(in_title(base), base), in_title),
    "other editor": (lambda anna, base: anna.pages.save(in_rules(base), base), in_rules),
    "switch": (lambda anna, _: anna.pages.set_on("page1", False), paused),
    "order": (lambda anna, _: anna.pages.reorder(["page2", "page1"]), behind),
}


@pytest.mark.shows("PAGE-1")
async def test_a_page_when_two_change_it_at_once_in_any_order_keeps_both(anna: Workspace) -> None:
    start = await anna.pages.get("page1")
    for first, second in itertools.permutations(PAGE_WRITERS.values(), 2):
        await anna.pages.save(start)
        await anna.pages.set_on("page1", True)
        await anna.pages.reorder(["page1", "page2"])
        assert await anna.pages.get("page1") == start
        await asyncio.gather(first[0](anna, start), second[0](anna, start))
        assert await anna.pages.get("page1") == second[1](first[1](start))


async def test_a_pause_when_its_end_comes_as_the_owner_makes_it_endless_then_stays(anna: Workspace) -> None:
    await anna.settings.switch_pages(False, MONDAY - 60)
    await asyncio.gather(anna.settings.switch_pages(False), anna.settings.wake_up())
    assert not anna.settings.current.pages_on


async def test_the_default_page_when_deleted_as_another_is_chosen_then_is_that_other_one(anna: Workspace) -> None:
    assert anna.settings.current.default_page == "page1"
    await asyncio.gather(anna.pages.make_default("page2"), anna.pages.delete("page1"))
    assert anna.settings.current.default_page == "page2"


async def test_a_title_when_saved_by_somebody_who_saw_the_page_running_does_not_end_its_pause(anna: Workspace) -> None:
    seen = await anna.pages.get("page1")
    await anna.pages.set_on("page1", False)
    saved = await anna.pages.save(replace(seen, title="New"))
    assert (saved.title, saved.on, saved.paused_at) == ("New", False, MONDAY)
