"""Everything goes wrong in every order, and what comes of it is right nevertheless."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from app.domain.clock import DAY, HOUR
from app.domain.errors import RateLimited, Unreachable
from tests.providers.contract import END, START, EditsMachine, seen, timed
from tests.providers.exchange.worlds import Bounded, BoundedWorld, EwsWorld, plain_exchange

T = TypeVar("T")
PASSING = (Unreachable, RateLimited)
"""What is tried again."""


async def insisting(call: Callable[[], Awaitable[T]], tries: int = 400) -> T:
    """What the outbox does, without its pauses."""
    for _ in range(tries):
        try:
            return await call()
        except PASSING:
            continue
    raise AssertionError("never done")


class Insisting:
    """A provider whose every call is tried until it is answered."""

    def __init__(self, provider: Any) -> None:
        self._provider = provider

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._provider, name)
        return lambda *arguments: insisting(lambda: found(*arguments))


class TroubledWorld(BoundedWorld):
    """``BoundedWorld`` as seen by somebody patient."""

    @classmethod
    async def open(cls, **how: Any) -> TroubledWorld:
        world = await super().open(**how)
        assert isinstance(world, cls)
        world.provider = Insisting(world.provider)  # type: ignore[assignment]
        return world

    @classmethod
    async def open_unexpanded(cls) -> TroubledWorld:
        return await cls.open(server=plain_exchange())


class TroubledMachine(EditsMachine):
    """Edits from both sides, readings, restarts and faults, in any order."""

    world: TroubledWorld

    @rule(seed=st.integers(0, 10_000), share=st.sampled_from((0.0, 0.1, 0.4)))
    def weather_changes(self, seed: int, share: float) -> None:
        self.world.faults.draw_from(seed, share)

    @rule()
    def program_starts_again(self) -> None:
        self.world.provider = Insisting(Bounded(self.world.connect()))  # type: ignore[assignment]

    @rule()
    def states_end(self) -> None:
        self.world.server.service.forget_states(self.world.calendar)

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.faults.stop()
        super().teardown()


@pytest.mark.timeout(600)
@pytest.mark.shows("SYNC-1", "SYNC-2", "R14", "R17")
@pytest.mark.parametrize("make_world", [TroubledWorld.open, TroubledWorld.open_unexpanded], ids=["expanded", "unexpanded"])
def test_sync_when_edits_faults_and_restarts_come_in_any_order_then_it_ends_as_a_full_read(make_world: Any) -> None:
    machine = type("Machine", (TroubledMachine,), {"make_world": staticmethod(make_world)})
    few = settings(
        max_examples=max(15, settings.default.max_examples // 6),
        stateful_step_count=25,
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
    )
    run_state_machine_as_test(machine, settings=few)


@pytest.mark.anyio
@pytest.mark.timeout(300)
@pytest.mark.shows("SYNC-4", "R14")
@pytest.mark.parametrize("operations", [120, pytest.param(1000, marks=pytest.mark.slow)])
async def test_bookings_when_any_call_may_meet_a_fault_then_each_is_written_exactly_once(
    world: EwsWorld, operations: int
) -> None:
    dice = random.Random(operations)
    world.faults.draw_from(operations, 0.3)
    wanted: dict[str, int] = {}
    for number in range(operations):
        key = f"booking {number % 50}"
        provider: Any = Insisting(world.provider if dice.random() < 0.95 else await world.again())
        start = START + dice.randrange(27 * 24) * HOUR
        event = await provider.find(world.calendar, key)
        if event is None:
            await provider.create(world.calendar, timed(key, start, booking=key))
            wanted[key] = start
        elif dice.random() < 0.7:
            await provider.update(world.calendar, event.id, timed(key, start, booking=key))
            wanted[key] = start
        else:
            await provider.delete(world.calendar, event.id)
            del wanted[key]
    struck = world.faults.struck
    world.faults.stop()
    assert struck > operations / 2
    found = await seen(world, START - DAY, END + DAY)
    assert sorted((each.booking, each.start) for each in found) == sorted(wanted.items())


@pytest.mark.anyio
@pytest.mark.shows("SYNC-4", "R14")
async def test_create_when_the_program_is_stopped_at_any_moment_of_it_then_the_next_start_leaves_one_event(
    world: EwsWorld,
) -> None:
    for number in range(30):
        draft = timed(f"k{number}", START + number * HOUR)
        running = asyncio.ensure_future(world.provider.create(world.calendar, draft))
        before = world.user.requests
        while world.user.requests - before < number % 5 and not running.done():
            await asyncio.sleep(0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await (await world.again()).create(world.calendar, draft)
    assert len(await seen(world)) == 30
