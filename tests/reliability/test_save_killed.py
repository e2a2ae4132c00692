"""Killed at any instant of Save, the program has wholly what was there or wholly what was saved, of all panels together (SET-6,
R1)."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.calendars import ONLY_BUSY
from app.domain.connecting import AccountChoice, Choices
from app.domain.connections import LOCAL
from app.domain.pages import Limits, WeeklyHours
from app.domain.settings import (
    Appearance,
    Availability,
    Desktop,
    Domain,
    Notify,
    Privacy,
    Profile,
    Publishing,
    Reach,
    Retention,
    Settings,
    Theme,
)
from app.services.workspace import Workspace
from tests.services.opened import ZONE, StandingClock, furnished, open_workspace, page

ROUNDS = pytest.mark.parametrize("rounds", [3, pytest.param(30, marks=pytest.mark.slow)])
SAVE = """
import asyncio, sys
from pathlib import Path
from tests.reliability.test_save_killed import choices, document
from tests.services.opened import StandingClock, open_workspace
async def main():
    workspace = await open_workspace(Path(sys.argv[1]), StandingClock())
    number = int(workspace.settings.current.profile.tagline or 0)
    print("begun", number, flush=True)
    while True:
        number += 1
        await workspace.accounts.save(document(workspace.settings.current, number), choices(number))
        print("saved", number, flush=True)
asyncio.run(main())
"""


def document(current: Settings, number: int) -> Settings:
    """Something changed in every panel; all of it says which Save it comes from."""
    odd = bool(number % 2)
    domain = Domain(f"meet{number}.example.com", indexed=odd)
    return replace(
        current,
        profile=Profile("Anna Holm", str(number), ZONE),
        appearance=Appearance(Theme.DARK if odd else Theme.LIGHT, text_size=90 + number % 40),
        availability=Availability(WeeklyHours((((540, 600 + number % 400),),) * 7), Limits(number % 9 + 1)),
        publishing=Publishing(Reach.PROXY if odd else Reach.COMPUTER, 40000 + number % 999, (domain,), domain.host),
        notify=Notify(booked=odd),
        desktop=Desktop(stay_in_tray=odd),
        privacy=Privacy(email_access=odd, asked=True),
        retention=Retention(number % 24 + 1),
        own_part=f"part-{number}",
        default_page=f"page{number % 2 + 1}",
        pages_on=odd,
    )


def choices(number: int) -> Choices:
    odd = bool(number % 2)
    policy = replace(ONLY_BUSY, tentative=odd)
    return Choices({LOCAL: AccountChoice(sync=odd, scheduling=not odd, policy=policy)}, frozenset({LOCAL}), LOCAL)


async def furnish(folder: Path) -> None:
    workspace = await furnished(folder, StandingClock(), page(1), page(2))
    await workspace.accounts.save(document(workspace.settings.current, 0), choices(0))
    await workspace.close()


async def found(folder: Path) -> int:
    """Which Save the workspace holds, after having seen that it holds nothing of another."""
    workspace = await open_workspace(folder, StandingClock())
    try:
        return await _whole(workspace)
    finally:
        await workspace.close()


async def _whole(workspace: Workspace) -> int:
    current = workspace.settings.current
    assert not workspace.settings.kept_aside
    number = int(current.profile.tagline)
    assert current == document(current, number)
    (account,) = await workspace.accounts.accounts()
    choice = choices(number).accounts[LOCAL]
    assert (account.sync, account.scheduling, account.policy) == (choice.sync, choice.scheduling, choice.policy)
    return number


def killed(folder: Path, after: float) -> int:
    """Saves in a process of its own until it is killed. Returns the last Save that it was told had been done."""
    command = [sys.executable, "-c", SAVE, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout is not None
        last = int(process.stdout.readline().split()[1])
        time.sleep(after)
        process.kill()
        lines = [line.split() for line in process.stdout.read().splitlines()]
    return max((int(line[1]) for line in lines if len(line) == 2 and line[0] == "saved"), default=last)


@pytest.mark.timeout(300)
@pytest.mark.shows("SET-6", "R1")
@ROUNDS
def test_save_when_the_program_is_killed_is_whole_or_not_at_all(workspace_folder: Path, rounds: int) -> None:
    asyncio.run(furnish(workspace_folder))
    rng, saves = random.Random(rounds), 0
    for _round in range(rounds):
        told = killed(workspace_folder, rng.uniform(0.005, 0.3))
        number = asyncio.run(found(workspace_folder))
        assert told <= number <= told + 1
        saves = number
    assert saves >= rounds
