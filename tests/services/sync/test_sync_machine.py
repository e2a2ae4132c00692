"""Any order of edits at the service, bookings, faults, kills, restarts, lost tokens, other windows and clocks: when it is calm
again the copy is what a full reading brings, it never looked freer than the calendar was before and after (SYNC-1, SYNC-2), and
every booking is where its event is, also where the owner moved or deleted that in the very second of a write (SYNC-5)."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from app.domain.booking import State
from app.domain.calendars import Event, EventDraft
from app.domain.clock import DAY, HOUR
from app.domain.connections import Account, Calendar, ProviderKind
from app.domain.errors import Conflict, NotFound, RateLimited, Unreachable
from app.domain.pages import Rolling, Rules
from app.domain.syncing import Window, kept
from app.models import accounts as rows
from app.models import calendars as event_rows
from app.models.base import Session
from app.services.following import Following
from app.services.sync import replica
from app.services.sync.desk import Plan, plan
from tests.providers.caldav.worlds import CalDavWorld
from tests.providers.contract import ZONE, Edit, InjurableWorld, edits, rules
from tests.providers.exchange import worlds as exchange
from tests.providers.google.worlds import GoogleWorld
from tests.providers.office365.worlds import BoundedWorld
from tests.providers.test_memory import MemoryWorld
from tests.services.opened import StandingClock, page, wish
from tests.services.sync.followed import EVER, RushingTimer, engine, furnish, opened


async def memory_world() -> InjurableWorld:
    return MemoryWorld()


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the machine plays: how a world is made, and for how many examples there is time."""

    name: str
    make: Callable[[], Awaitable[InjurableWorld]]
    examples: int
    steps: int


MOST_TURNS = 100
"""More than faults can be heaped up in one example."""
STAGES = (
    Stage("memory", memory_world, 40, 25),
    Stage("google", GoogleWorld.open, 6, 15),
    Stage("office365", BoundedWorld.open, 5, 15),
    Stage("exchange", exchange.BoundedWorld.open, 6, 15),
    Stage("caldav", CalDavWorld.open, 6, 15),
)


def unmarked(event: Event) -> Event:
    """What carries the mark of nobody's booking loses it here."""
    return replace(event, booking="")


class SyncMachine(RuleBasedStateMachine):
    stage: Stage

    @initialize()
    def open(self) -> None:
        self.runner, self.folder = asyncio.Runner(), Path(tempfile.mkdtemp())
        self.number = 0
        self.runner.run(self.begin())

    async def begin(self) -> None:
        self.world = await self.stage.make()
        self.reader = await self.world.again()
        self.timer = RushingTimer(StandingClock())
        self.providers = {"anna": self.world.provider}
        self.workspace = opened(self.folder, self.providers, self.timer.clock)
        account = Account("anna", ProviderKind.GOOGLE, "Anna", "anna@example.com")
        calendar = Calendar("work", "anna", "Work", ZONE, booking=True, remote=self.world.calendar)

        def connect(session: Session) -> None:
            rows.save_account(session, account)
            rows.save_calendar(session, calendar)

        await self.workspace.database.write(connect)
        await furnish(self.workspace)
        self.start()
        await self.sync.now()
        self.timer.jump(1)

    def start(self) -> None:
        self.sync = engine(self.workspace, self.providers, self.timer)
        self.sync.after.append(Following(self.timer.clock))

    # Looking

    async def plan(self) -> Plan:
        now, current = self.timer.clock.now(), self.workspace.settings.current
        found = await self.workspace.database.read(lambda session: plan(session, "anna", current, now))
        assert found is not None
        return found

    async def copy(self) -> dict[str, Event]:
        events = await self.workspace.database.read(lambda session: event_rows.events_between(session, ("work",), -EVER, EVER))
        return {each.id: unmarked(each) for each in events}

    async def calendar(self) -> Calendar:
        return next(each for each in await self.workspace.accounts.calendars() if each.id == "work")

    async def truth(self, window: Window, details: bool) -> dict[str, Event]:
        for _ in range(MOST_TURNS):
            try:
                events = await self.reader.read_window(self.world.calendar, window.start, window.end)
                return {each.id: unmarked(kept(each, "work", details)) for each in events}
            except (Unreachable, RateLimited):
                continue
        raise AssertionError("the service never came to rest")

    async def events(self) -> list[Event]:
        now = self.timer.clock.now()
        found = await self.truth(Window(now - 20 * DAY, now + 80 * DAY), True)
        return sorted(found.values(), key=lambda each: (each.title, each.start, each.end))

    def key(self) -> str:
        self.number += 1
        return f"k{self.number}"

    async def some(self, data: st.DataObject, *, series: bool = False) -> str:
        ours = [await self.our_event(each.id) for each in await self.workspace.bookings.list()]
        known = {each.id for each in ours if each is not None}
        events = [each for each in await self.events() if (each.series or not series) and each.id not in known]
        names = list(dict.fromkeys(each.series if series else each.id for each in events))
        return names[data.draw(st.integers(0, len(names) - 1))] if names else ""

    # What happens at the service

    @rule(edit=edits)
    def owner_adds(self, edit: Edit) -> None:
        self.runner.run(self.world.add(edit.draft(self.key())))

    @rule(edit=edits, recurs=rules)
    def owner_adds_series(self, edit: Edit, recurs: str) -> None:
        self.runner.run(self.world.add(edit.draft(self.key(), recurs)))

    @rule(edit=edits, data=st.data())
    def owner_changes(self, edit: Edit, data: st.DataObject) -> None:
        self.runner.run(self.change(edit, data, ""))

    @rule(edit=edits, data=st.data(), recurs=rules)
    def owner_changes_series(self, edit: Edit, data: st.DataObject, recurs: str) -> None:
        self.runner.run(self.change(edit, data, recurs))

    async def change(self, edit: Edit, data: st.DataObject, recurs: str) -> None:
        event = await self.some(data, series=bool(recurs))
        if event:
            try:
                await self.world.change(event, edit.draft(self.key(), recurs))
            except (NotFound, Conflict):
                return

    @rule(data=st.data(), series=st.booleans())
    def owner_removes(self, data: st.DataObject, series: bool) -> None:
        async def remove() -> None:
            event = await self.some(data, series=series)
            if event:
                await self.world.remove(event)

        self.runner.run(remove())

    @rule(edit=edits)
    def booking_is_written(self, edit: Edit) -> None:
        async def create() -> None:
            key = self.key()
            try:
                await self.world.provider.create(self.world.calendar, replace(edit.draft(key), booking=key))
            except (Unreachable, RateLimited):
                return

        self.runner.run(create())

    # What visitors do, and what the owner does with it at the service

    async def paid(self) -> None:
        """Nothing is owed to the calendar any more."""
        for _ in range(MOST_TURNS):
            await self.workspace.outbox.drain()
            if not any(each.state is State.CONFIRMED for each in await self.workspace.bookings.list()):
                return
            self.timer.jump(60)
        raise AssertionError("the calendar takes no writes")

    @rule(number=st.integers(0, 300))
    def visitor_books(self, number: int) -> None:
        async def book() -> None:
            now = self.timer.clock.now()
            starts = await self.workspace.availability.starts("page1", 30, now + DAY, now + 9 * DAY)
            if starts:
                await self.workspace.bookings.book(wish(starts[number % len(starts)], email=f"{self.key()}@example.org"))
            await self.paid()

        self.runner.run(book())

    async def our_event(self, booking: str) -> Event | None:
        for _ in range(MOST_TURNS):
            try:
                return await self.reader.find(self.world.calendar, booking)
            except (Unreachable, RateLimited):
                continue
        raise AssertionError("the service never came to rest")

    @rule(number=st.integers(0, 20), hours=st.integers(0, 30), read=st.booleans())
    def owner_moves_or_deletes_our_event(self, number: int, hours: int, read: bool) -> None:
        """Deletes it where there are no ``hours``. ``read``: everything is read in the same second."""

        async def change() -> None:
            standing = [each for each in await self.workspace.bookings.list() if each.state is State.WRITTEN]
            event = await self.our_event(standing[number % len(standing)].id) if standing else None
            if event is not None and hours:
                start = event.start + hours * HOUR
                made = EventDraft(event.booking, "Moved", start, start + 1800, ZONE, uid=event.uid, booking=event.booking)
                await self.world.change(event.id, made)
            elif event is not None:
                await self.world.remove(event.id)
            if read:
                await self.sync.now()

        self.runner.run(change())

    # What goes wrong

    @rule(times=st.integers(1, 3))
    def service_fails(self, times: int) -> None:
        self.world.unreachable(times)

    @rule()
    def service_limits(self) -> None:
        self.world.limit(30)

    @rule(how=st.sampled_from(("", "nonsense", "times Europe/Copenhagen nonsense")))
    def token_is_lost(self, how: str) -> None:
        self.runner.run(self.workspace.database.write(lambda session: rows.keep_sync_token(session, "work", how)))

    @rule(seconds=st.sampled_from((-2 * HOUR, -5, 3 * HOUR, 2 * DAY)))
    def clock_is_set(self, seconds: int) -> None:
        self.timer.set_clock(seconds)

    @rule(seconds=st.sampled_from((1, 61, 2 * HOUR, 30 * HOUR)))
    def time_passes(self, seconds: int) -> None:
        self.timer.jump(seconds)

    @rule(days=st.sampled_from((10, 90, 120)))
    def window_changes(self, days: int) -> None:
        self.runner.run(self.workspace.pages.save(replace(page(), rules=Rules((30,), window=Rolling(days)))))

    @rule()
    def program_starts_anew(self) -> None:
        self.start()

    @rule(nth=st.integers(1, 6), after=st.booleans())
    def program_is_killed_while_it_reads(self, nth: int, after: bool) -> None:
        """Right before or after one of its writes. Whatever stood in the copy and still stands in the calendar stays there all
        the time."""

        async def kill() -> None:
            before, truth = await self.copy(), await self.events()
            standing = {each for each in truth if before.get(each.id) == each}
            await self.read_until_killed(nth, after)
            self.start()
            window = (await self.plan()).window
            there = {(each.id, each.start, each.end) for each in (await self.copy()).values()}
            assert {(each.id, each.start, each.end) for each in standing if window.holds(each)} <= there

        self.runner.run(kill())

    async def read_until_killed(self, nth: int, after: bool) -> None:
        database, writes = self.workspace.database, 0
        really = database.write

        async def write(function: Callable[[Session], object]) -> object:
            nonlocal writes
            writes += 1
            if writes == nth and not after:
                reading.cancel()
                await asyncio.sleep(0)
            found = await really(function)
            if writes == nth:
                reading.cancel()
            return found

        database.write = write  # type: ignore[method-assign,assignment]
        try:
            reading = asyncio.ensure_future(self.sync.now())
            await asyncio.gather(reading, return_exceptions=True)
        finally:
            del database.write  # type: ignore[method-assign]

    # What follows

    @rule()
    def copy_follows(self) -> None:
        self.runner.run(self.sync.now())

    @rule()
    def it_is_calm(self) -> None:
        self.runner.run(self.calm())

    async def calm(self) -> None:
        readings = 0
        for _ in range(MOST_TURNS):
            self.timer.jump(timedelta(minutes=6).total_seconds())
            began = self.timer.clock.now()
            await self.sync.now()
            calendar = await self.calendar()
            if calendar.doubt:
                await self.sync.follow("work")
                calendar = await self.calendar()
            # What was read before the clock was set back seems to lie ahead.
            is_new = began <= calendar.read_at <= self.timer.clock.now()
            if is_new and not calendar.failing_since and not calendar.doubt:
                readings += 1
            if readings == 3:
                break
        else:
            raise AssertionError("the calendar is not read any more")
        found = await self.plan()
        assert await self.copy() == await self.truth(found.window, "work" in found.detailed)
        await self.bookings_are_where_their_events_are()

    async def bookings_are_where_their_events_are(self) -> None:
        now = self.timer.clock.now()
        stuck = {each.booking.id for each in (await self.workspace.overview.load()).upstream if each.wanted}
        for booking in await self.workspace.bookings.list():
            if booking.state is not State.WRITTEN or booking.end <= now or booking.id in stuck:
                continue
            event = await self.our_event(booking.id)
            assert event is not None, "a booking without its event"
            assert (event.start, event.end) == (booking.start, booking.end)

    def teardown(self) -> None:
        if hasattr(self, "runner"):
            try:
                self.runner.run(self.calm())
            finally:
                self.runner.run(self.workspace.close())
                self.runner.close()
                shutil.rmtree(self.folder)


@pytest.mark.shows("SYNC-1", "SYNC-2", "R14", "R17", "R21")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_copy_when_anything_happens_in_any_order_then_it_ends_as_a_full_reading(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Small pieces, so that a few events are as many as thousands.
    monkeypatch.setattr(replica, "CHUNK", 3)
    machine = type("Machine", (SyncMachine,), {"stage": stage})
    # Without shrinking where a real service is behind it: that takes minutes.
    phases = (Phase.explicit, Phase.reuse, Phase.generate, *((Phase.shrink,) if stage.name == "memory" else ()))
    chosen = settings(max_examples=stage.examples, stateful_step_count=stage.steps, phases=phases, deadline=None)
    run_state_machine_as_test(machine, settings=chosen)
