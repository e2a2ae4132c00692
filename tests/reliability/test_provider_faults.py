"""Whatever services answer, every booking stands in its calendar exactly once, or is a task for the owner (R14)."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from app.domain.booking import LIVE
from app.domain.clock import DAY
from app.domain.connections import Calendar
from app.domain.notices import NoticeKind
from app.models import bookings as rows
from tests.reliability.failing import KINDS, Failing, doubled
from tests.services.connected import BY_FORM
from tests.services.office import Office
from tests.services.simulated import SimulatedTime
from tests.services.watched import kept_waits, most_a_second

pytestmark = pytest.mark.anyio
CASES = [
    *((kind, 90 if kind in BY_FORM else 200) for kind in KINDS),
    *(pytest.param(kind, 1000, marks=[pytest.mark.slow, pytest.mark.timeout(900)]) for kind in KINDS),
]
"""Kinds of accounts and numbers of operations; those with a form take more requests for each."""
BURIED = pytest.mark.logs("a calendar refused a write for good")


class Owner:
    """Books, moves and cancels at random."""

    def __init__(self, office: Office, calendar: Calendar, dice: random.Random) -> None:
        self.office, self.calendar, self.dice = office, calendar, dice
        self.wanted: dict[str, int] = {}
        self.restarts: list[float] = []

    async def act(self) -> None:
        drawn = self.dice.random()
        if not self.wanted or drawn < 0.4:
            booked = await self.office.book(self.calendar)
            self.wanted[booked.id] = booked.start
        elif drawn < 0.8:
            name = self.dice.choice(sorted(self.wanted))
            self.wanted[name] = await self.office.move(name, self.calendar)
        else:
            name = self.dice.choice(sorted(self.wanted))
            await self.office.cancel(name, self.calendar)
            del self.wanted[name]


async def check(office: Office, service: Failing, owner: Owner, operations: int) -> None:
    """Every operation is done, or dead with a task; one event a booking; the service's wishes were kept."""
    states = await office.database.read(
        lambda session: session.exec_driver_sql("SELECT state, count(*) FROM outbox GROUP BY state").all()
    )
    counts = dict(states)
    assert set(counts) <= {"done", "dead"}
    assert sum(counts.values()) == operations
    told = [each for each in await office.notices() if each.kind is NoticeKind.WRITE_FAILED]
    assert len(told) == counts.get("dead", 0)
    service.stop()
    events, dead = await service.events(), {job.booking for job in await office.dead()}
    assert doubled(events) == []
    assert [each for each in events if each[0] not in dead] == sorted(
        (name, start) for name, start in owner.wanted.items() if name not in dead
    )
    live = {each.id for each in await office.database.read(rows.list_bookings) if each.state in LIVE}
    assert live == owner.wanted.keys()
    waits = kept_waits(service.asked, owner.restarts)
    assert waits
    assert min(waits) >= 0
    assert max(waits) <= 0.1
    assert most_a_second(service.asked) == 1


@BURIED
@pytest.mark.shows("SYNC-4", "R14")
@pytest.mark.timeout(180)
@pytest.mark.parametrize(("kind", "operations"), CASES)
async def test_each_write_is_done_once_or_becomes_a_task_when_any_answer_may_be_a_fault(
    workspace_folder: Path, kind: str, operations: int
) -> None:
    time, dice = SimulatedTime(), random.Random(operations)
    service, office = KINDS[kind](time, operations), Office(workspace_folder, time)
    try:
        owner = Owner(office, await office.connect("account", service.provider(), service.remote), dice)
        for number in range(operations):
            await owner.act()
            if dice.random() < 0.3:
                await time.run(office.outbox, within=dice.choice((0.5, 5.0, 60.0)))
            if dice.random() < 0.05:
                office.providers["account"] = service.provider()
                office.started()
                owner.restarts.append(time.ran)
            if number == operations // 2:
                await time.run(office.outbox, office.paid, within=30 * DAY)
        await time.run(office.outbox, office.paid, within=30 * DAY)
        await check(office, service, owner, operations)
        assert service.struck() > operations / 4
        print(
            f"{kind}: {operations} operations, {service.struck()} faults in {len(service.asked)} requests, "
            f"{len(owner.wanted)} events, {len(await office.dead())} open tasks, {len(owner.restarts)} restarts, "
            f"{time.ran / DAY:.2f} days; "
            f"most requests in a failing second: {most_a_second(service.asked)}, "
            f"worst overrun of a wait: {max(kept_waits(service.asked, owner.restarts)):.1%}"
        )
    finally:
        await service.close()
        office.close()
