"""What every provider promises, as tests: a provider joins by a subclass of ``ProviderContract`` that makes its world, one that
can only be read by a subclass of ``ReadContract``.

A *world* is the provider together with its other side: the service with the calendar, in which a test can act as the owner does
there. One that can also be injured joins ``FaultContract``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from app.domain.calendars import Days, Event, EventDraft, ShowAs
from app.domain.clock import DAY, HOUR, MINUTE, Instant
from app.domain.connections import Access, Lost
from app.domain.errors import AccessLost, Conflict, NotFound, RateLimited, SignInExpired, Unreachable
from app.providers.base import Provider

ZONE = "Europe/Copenhagen"


def at(text: str, zone: str = ZONE, fold: int = 0) -> Instant:
    """``2026-10-20 09:00`` in ``zone``."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp())


START, END = at("2026-10-12 00:00"), at("2026-11-09 00:00")
"""Four weeks with the end of summer time in their middle."""


def timed(key: str, start: str | Instant, minutes: int = 60, **more: object) -> EventDraft:
    begin = start if isinstance(start, int) else at(start)
    draft = EventDraft(key, f"Event {key}", begin, begin + minutes * MINUTE, ZONE)
    return replace(draft, **more)  # type: ignore[arg-type]


def all_day(key: str, first: str, days: int = 1, **more: object) -> EventDraft:
    day = date.fromisoformat(first)
    draft = EventDraft(key, f"Event {key}", 0, 0, ZONE, Days(day, day + timedelta(days=days)))
    return replace(draft, **more)  # type: ignore[arg-type]


class World(Protocol):
    """One writable calendar of zone ``ZONE``, empty at first, seen from both sides. ``provider`` is ours, the functions are the
    owner's, who works with the service itself."""

    provider: Provider
    calendar: str

    async def add(self, draft: EventDraft) -> str:
        """An event or, with a rule, a series. Returns its id as the provider tells it, or the series'."""
        ...

    async def change(self, event: str, draft: EventDraft) -> None:
        """An event, an occurrence of a series, or a whole series."""
        ...

    async def remove(self, event: str) -> None: ...
    async def again(self) -> Provider:
        """Another connection, as after a restart."""
        ...

    async def remove_calendar(self) -> None: ...


class InjurableWorld(World, Protocol):
    """``times``: for so many calls."""

    def unreachable(self, times: int = 1) -> None: ...
    def limit(self, retry_after: float) -> None: ...
    def refuse_writes(self) -> None: ...
    def lose_answers(self, times: int = 1) -> None: ...
    def sign_out(self) -> None: ...
    def unshare(self) -> None: ...
    def set_access(self, access: Access) -> None: ...
    def hold(self) -> asyncio.Event:
        """From now on calls wait until the event is set."""
        ...


async def seen(world: World, start: Instant = START, end: Instant = END) -> tuple[Event, ...]:
    return await world.provider.read_window(world.calendar, start, end)


def spans(events: tuple[Event, ...]) -> list[tuple[Instant, Instant]]:
    return [(each.start, each.end) for each in events]


class ReadContract:
    """What can be promised of a calendar that is only looked at. Subclasses give a fixture ``world``, and ``make_world`` for
    tests that need many of them in one go."""

    pytestmark = pytest.mark.anyio
    accesses: tuple[Access, ...] = (Access.DETAILS,)
    machine: type[ReadMachine]
    examples = 0
    """Of edits in any order, where each of them is dear."""

    @staticmethod
    async def make_world() -> World:
        raise NotImplementedError

    # Windows

    async def test_read_window_when_events_touch_its_ends_then_it_is_half_open(self, world: World) -> None:
        nine, ten, eleven, noon = (at(f"2026-10-20 {hour}:00") for hour in ("09", "10", "11", "12"))
        for key, start, minutes in (("before", nine, 60), ("across", nine, 61), ("inside", ten, 60), ("after", noon, 60)):
            await world.add(timed(key, start, minutes))
        assert spans(await seen(world, ten, noon)) == [(nine, ten + MINUTE), (ten, eleven)]
        assert spans(await seen(world, eleven, noon)) == []

    async def test_read_window_when_an_event_has_no_length_then_it_counts_from_the_start_of_the_window_on(
        self, world: World
    ) -> None:
        ten, noon = at("2026-10-20 10:00"), at("2026-10-20 12:00")
        await world.add(timed("start", ten, 0))
        await world.add(timed("end", noon, 0))
        assert spans(await seen(world, ten, noon)) == [(ten, ten)]

    async def test_read_window_when_an_event_lasts_longer_than_the_window_then_it_is_found(self, world: World) -> None:
        await world.add(timed("long", "2026-10-01 08:00", 30 * 24 * 60))
        await world.add(all_day("holiday", "2026-10-05", 20))
        found = await seen(world, at("2026-10-20 10:00"), at("2026-10-20 10:05"))
        assert [each.title for each in found] == ["Event long", "Event holiday"]

    async def test_read_window_when_events_share_starts_then_they_are_in_order(self, world: World) -> None:
        for number, minutes in enumerate((30, 10, 20, 10)):
            await world.add(timed(f"k{number}", "2026-10-20 10:00", minutes))
        await world.add(timed("first", "2026-10-19 10:00"))
        found = await seen(world)
        assert list(found) == sorted(found, key=lambda each: (each.start, each.end, each.id))
        assert len(found) == 5

    @pytest.mark.shows("SYNC-3")
    async def test_read_window_when_an_event_is_all_day_then_it_has_the_midnights_of_the_calendars_zone(
        self, world: World
    ) -> None:
        await world.add(all_day("short night", "2026-10-25"))
        (found,) = await seen(world)
        assert found.days == Days(date(2026, 10, 25), date(2026, 10, 26))
        assert (found.start, found.end) == (at("2026-10-25 00:00"), at("2026-10-26 00:00"))
        assert found.end - found.start == 25 * HOUR
        assert await seen(world, found.end - MINUTE, found.end) == (found,)
        assert await seen(world, found.end, found.end + HOUR) == ()

    @pytest.mark.shows("SYNC-2", "SYNC-3")
    async def test_read_window_when_an_hour_comes_twice_then_its_events_keep_their_instants(self, world: World) -> None:
        first, second = at("2026-10-25 02:30"), at("2026-10-25 02:30", fold=1)
        await world.add(timed("first", first, 30))
        await world.add(timed("second", second, 30))
        assert spans(await seen(world)) == [(first, first + 30 * MINUTE), (second, second + 30 * MINUTE)]

    @pytest.mark.shows("SYNC-2", "SYNC-3")
    @pytest.mark.parametrize("day", ["2026-10-11", "2027-03-14"], ids=["autumn", "spring"])
    async def test_series_when_the_clock_changes_then_its_wall_time_stays(self, world: World, day: str) -> None:
        await world.add(timed("weekly", f"{day} 09:00", rrule="FREQ=WEEKLY;COUNT=4"))
        found = await seen(world, at(f"{day} 00:00"), at(f"{day} 00:00") + 40 * DAY)
        walls = [datetime.fromtimestamp(each.start, ZoneInfo(ZONE)) for each in found]
        assert [wall.strftime("%H:%M") for wall in walls] == ["09:00"] * 4
        assert len({wall.utcoffset() for wall in walls}) == 2
        assert {each.end - each.start for each in found} == {HOUR}

    # Series

    @pytest.mark.shows("SYNC-2")
    async def test_series_when_occurrences_were_moved_cancelled_and_made_all_day_then_they_are_read_so(
        self, world: World
    ) -> None:
        await world.add(timed("weekly", "2026-10-13 09:00", rrule="FREQ=WEEKLY;COUNT=4"))
        first, second, third, fourth = await seen(world)
        assert len({each.series for each in (first, second, third, fourth)}) == 1
        assert first.series
        await world.change(first.id, timed("", "2026-10-16 14:00", title="Moved"))
        await world.remove(second.id)
        await world.change(third.id, all_day("", "2026-10-28", title="All day"))
        found = {each.id: each for each in await seen(world)}
        assert found.keys() == {first.id, third.id, fourth.id}
        assert (found[first.id].start, found[first.id].title) == (at("2026-10-16 14:00"), "Moved")
        assert found[third.id].days == Days(date(2026, 10, 28), date(2026, 10, 29))
        assert found[fourth.id] == fourth
        assert await seen(world, first.start, first.end) == ()

    @pytest.mark.shows("SYNC-2")
    async def test_series_when_an_occurrence_was_moved_into_the_window_then_it_is_found_there(self, world: World) -> None:
        await world.add(timed("weekly", "2026-10-13 09:00", rrule="FREQ=WEEKLY;COUNT=4"))
        (*_, last) = await seen(world)
        await world.change(last.id, timed("", "2026-09-01 10:00"))
        assert [each.id for each in await seen(world, at("2026-09-01 00:00"), at("2026-09-02 00:00"))] == [last.id]

    @pytest.mark.shows("SYNC-2")
    async def test_series_when_all_of_it_is_moved_then_every_occurrence_is(self, world: World) -> None:
        series = await world.add(timed("daily", "2026-10-19 09:00", rrule="FREQ=DAILY;COUNT=5"))
        await world.change(series, timed("daily", "2026-10-20 16:00", 30, rrule="FREQ=DAILY;COUNT=3"))
        starts = [at(f"2026-10-{day} 16:00") for day in (20, 21, 22)]
        assert spans(await seen(world)) == [(start, start + 30 * MINUTE) for start in starts]

    @pytest.mark.shows("SYNC-2", "SYNC-3")
    async def test_series_when_it_is_all_day_then_each_day_has_its_own_midnights(self, world: World) -> None:
        await world.add(all_day("weekend", "2026-10-24", 2, rrule="FREQ=WEEKLY;COUNT=2"))
        assert spans(await seen(world)) == [
            (at("2026-10-24 00:00"), at("2026-10-26 00:00")),
            (at("2026-10-31 00:00"), at("2026-11-02 00:00")),
        ]

    # Changes

    @pytest.mark.shows("SYNC-1")
    async def test_changes_when_there_is_no_token_then_everything_is_told(self, world: World) -> None:
        await world.add(timed("a", "2026-10-20 09:00"))
        told = await world.provider.changes(world.calendar, "", START, END)
        assert told.full
        assert told.events == await seen(world)
        assert told.gone == ()

    @pytest.mark.shows("SYNC-1")
    async def test_changes_when_nothing_happened_then_nothing_is_told(self, world: World) -> None:
        await world.add(timed("a", "2026-10-20 09:00"))
        first = await world.provider.changes(world.calendar, "", START, END)
        second = await world.provider.changes(world.calendar, first.token, START, END)
        assert (second.events, second.gone) == ((), ())

    @pytest.mark.shows("SYNC-1")
    @pytest.mark.parametrize("token", ["no such token", "0", "-1", "999999999", "æ/ø/å"])
    async def test_changes_when_the_token_is_not_valid_then_everything_is_told(self, world: World, token: str) -> None:
        await world.add(timed("a", "2026-10-20 09:00"))
        told = await world.provider.changes(world.calendar, token, START, END)
        assert told.full
        assert told.events == await seen(world)

    @pytest.mark.shows("SYNC-1")
    async def test_changes_when_the_window_is_another_then_what_lies_in_it_is_told(self, world: World) -> None:
        await world.add(timed("a", "2026-10-20 09:00"))
        await world.add(timed("b", "2026-12-20 09:00"))
        token = (await world.provider.changes(world.calendar, "", START, END)).token
        told = await world.provider.changes(world.calendar, token, START, END + 60 * DAY)
        assert told.full
        assert [each.title for each in told.events] == ["Event a", "Event b"]

    @pytest.mark.shows("SYNC-1")
    async def test_changes_when_an_event_leaves_the_window_then_it_is_gone_and_comes_back_with_its_return(
        self, world: World
    ) -> None:
        event = await world.add(timed("a", "2026-10-20 09:00"))
        replica = Replica(world)
        await replica.follow()
        await world.change(event, timed("a", "2027-02-20 09:00"))
        await replica.follow()
        assert replica.events == {}
        await world.change(event, timed("a", "2026-10-21 09:00"))
        await replica.follow()
        assert list(replica.events) == [event]

    @pytest.mark.shows("SYNC-1", "SYNC-2")
    def test_changes_when_any_edits_happen_in_any_order_then_a_replica_that_follows_equals_a_full_read(self) -> None:
        machine = type("Machine", (self.machine,), {"make_world": staticmethod(self.make_world)})
        # Without shrinking: with a real service behind it, that takes minutes.
        few = settings(
            max_examples=self.examples or max(12, settings.default.max_examples // 8),
            stateful_step_count=20,
            phases=(Phase.explicit, Phase.reuse, Phase.generate),
        )
        run_state_machine_as_test(machine, settings=few)

    # Calendars and errors

    @pytest.mark.shows("CON-13")
    async def test_calendars_when_asked_then_the_calendar_is_among_them(self, world: World) -> None:
        (found,) = (each for each in await world.provider.calendars() if each.id == world.calendar)
        assert found.zone == ZONE
        assert found.access in self.accesses
        assert found.name

    @pytest.mark.shows("INACT-1")
    async def test_read_when_the_calendar_is_gone_then_access_is_lost_with_the_reason(self, world: World) -> None:
        await world.add(timed("a", "2026-10-20 09:00"))
        await seen(world)
        await world.remove_calendar()
        for call in looks(world):
            with pytest.raises(AccessLost) as lost:
                await call
            assert (lost.value.calendar, lost.value.reason) == (world.calendar, Lost.REMOVED)
            assert lost.value.account == world.provider.account
        assert world.calendar not in [each.id for each in await world.provider.calendars()]


class ProviderContract(ReadContract):
    """What every provider promises whose calendars can be written."""

    accesses = (Access.OWNER, Access.EDIT)

    # Writing

    @pytest.mark.shows("SYNC-4")
    async def test_create_when_read_back_then_it_is_the_event_of_the_draft(self, world: World) -> None:
        draft = timed(
            "k1", "2026-10-20 09:00", title="Intro: Åse Ø. & <co>", location="Havnegade 1; 2. sal, th", uid="uid-1@aftale",
            description="one\ntwo, \\three", attendees=("ase@example.com",), booking="b1", show_as=ShowAs.TENTATIVE,
        )  # fmt: skip
        made = await world.provider.create(world.calendar, draft)
        assert (made,) == await seen(world)
        assert made.calendar == world.calendar
        for name in ("start", "end", "title", "location", "description", "attendees", "booking", "show_as"):
            assert getattr(made, name) == getattr(draft, name), name

    async def test_create_when_the_draft_is_all_day_then_the_event_is(self, world: World) -> None:
        made = await world.provider.create(world.calendar, all_day("k", "2026-10-24", 2))
        assert (made.start, made.end) == (at("2026-10-24 00:00"), at("2026-10-26 00:00"))
        assert (made,) == await seen(world)

    @pytest.mark.shows("SYNC-4")
    async def test_create_when_it_is_called_again_then_there_is_one_event(self, world: World) -> None:
        draft = timed("k", "2026-10-20 09:00")
        made = await world.provider.create(world.calendar, draft)
        assert await world.provider.create(world.calendar, draft) == made
        assert await (await world.again()).create(world.calendar, draft) == made
        assert await seen(world) == (made,)

    @pytest.mark.shows("SYNC-4")
    async def test_create_when_many_call_at_once_then_there_is_one_event(self, world: World) -> None:
        draft, other = timed("k", "2026-10-20 09:00"), await world.again()
        made = await asyncio.gather(*(each.create(world.calendar, draft) for each in (world.provider, other) * 4))
        assert {each.id for each in made} == {each.id for each in await seen(world)}
        assert len(await seen(world)) == 1

    async def test_create_when_keys_differ_then_equal_events_stand_side_by_side(self, world: World) -> None:
        for key in ("k1", "k2"):
            await world.provider.create(world.calendar, timed(key, "2026-10-20 09:00", title="Same"))
        assert len(await seen(world)) == 2

    @pytest.mark.shows("SYNC-4")
    async def test_find_when_an_event_was_made_moved_and_removed_then_the_key_follows_it(self, world: World) -> None:
        provider, draft = world.provider, timed("k", "2026-10-20 09:00")
        assert await provider.find(world.calendar, "k") is None
        made = await provider.create(world.calendar, draft)
        assert await provider.find(world.calendar, "k") == made
        moved = await provider.update(world.calendar, made.id, timed("k", "2026-10-21 15:00"))
        assert moved.id == made.id
        assert await provider.find(world.calendar, "k") == moved
        await provider.delete(world.calendar, made.id)
        assert await provider.find(world.calendar, "k") is None
        again = await provider.create(world.calendar, draft)
        assert await provider.find(world.calendar, "k") == again
        assert await seen(world) == (again,)

    @pytest.mark.shows("SYNC-4")
    async def test_update_when_it_is_called_again_then_nothing_more_changes(self, world: World) -> None:
        made = await world.provider.create(world.calendar, timed("k", "2026-10-20 09:00"))
        draft = timed("k", "2026-10-22 11:00", 45, title="Moved", sequence=1)
        once = await world.provider.update(world.calendar, made.id, draft)
        assert (once.start, once.end, once.title) == (draft.start, draft.end, "Moved")
        assert await world.provider.update(world.calendar, made.id, draft) == once
        assert await seen(world) == (once,)

    async def test_update_when_the_event_becomes_all_day_and_back_then_its_times_follow(self, world: World) -> None:
        made = await world.provider.create(world.calendar, timed("k", "2026-10-20 09:00"))
        await world.provider.update(world.calendar, made.id, all_day("k", "2026-10-25"))
        assert [each.days for each in await seen(world)] == [Days(date(2026, 10, 25), date(2026, 10, 26))]
        await world.provider.update(world.calendar, made.id, timed("k", "2026-10-20 09:00"))
        (found,) = await seen(world)
        assert (found.days, found.start) == (None, made.start)

    async def test_update_when_there_is_no_such_event_then_it_says_so(self, world: World) -> None:
        made = await world.provider.create(world.calendar, timed("k", "2026-10-20 09:00"))
        await world.provider.delete(world.calendar, made.id)
        with pytest.raises(NotFound):
            await world.provider.update(world.calendar, made.id, timed("k", "2026-10-20 10:00"))
        assert await seen(world) == ()

    @pytest.mark.shows("SYNC-4")
    async def test_delete_when_the_event_is_gone_already_then_nothing_happens(self, world: World) -> None:
        made = await world.provider.create(world.calendar, timed("k", "2026-10-20 09:00"))
        await world.add(timed("other", "2026-10-21 09:00"))
        for _ in range(2):
            await world.provider.delete(world.calendar, made.id)
        assert [each.title for each in await seen(world)] == ["Event other"]

    async def test_delete_when_the_owner_was_faster_then_nothing_happens(self, world: World) -> None:
        made = await world.provider.create(world.calendar, timed("k", "2026-10-20 09:00"))
        await world.remove(made.id)
        await world.provider.delete(world.calendar, made.id)
        assert await world.provider.find(world.calendar, "k") is None

    # Series

    async def test_create_when_the_draft_recurs_then_the_first_occurrence_comes_back_and_all_are_there(
        self, world: World
    ) -> None:
        draft = timed("k", "2026-10-13 09:00", rrule="FREQ=WEEKLY;COUNT=4")
        made = await world.provider.create(world.calendar, draft)
        assert await world.provider.create(world.calendar, draft) == made
        assert await world.provider.find(world.calendar, "k") == made
        found = await seen(world)
        assert (found[0], len(found)) == (made, 4)

    async def test_update_when_one_occurrence_is_meant_then_the_others_stay(self, world: World) -> None:
        await world.provider.create(world.calendar, timed("k", "2026-10-13 09:00", rrule="FREQ=WEEKLY;COUNT=3"))
        first, second, third = await seen(world)
        draft = timed("", "2026-10-22 13:00", 90)
        changed = await world.provider.update(world.calendar, second.id, draft)
        assert await world.provider.update(world.calendar, second.id, draft) == changed
        assert await seen(world) == (first, changed, third)
        assert (changed.id, changed.start, changed.end) == (second.id, draft.start, draft.end)

    async def test_delete_when_one_occurrence_is_meant_then_the_others_stay(self, world: World) -> None:
        await world.provider.create(world.calendar, timed("k", "2026-10-13 09:00", rrule="FREQ=WEEKLY;COUNT=3"))
        first, second, third = await seen(world)
        for _ in range(2):
            await world.provider.delete(world.calendar, first.id)
        assert await seen(world) == (second, third)
        with pytest.raises(NotFound):
            await world.provider.update(world.calendar, first.id, timed("", "2026-10-13 10:00"))
        await world.provider.delete(world.calendar, second.series)
        assert await seen(world) == ()

    # Calendars and errors

    @pytest.mark.shows("INACT-1")
    async def test_any_call_when_the_calendar_is_gone_then_access_is_lost_with_the_reason(self, world: World) -> None:
        await world.provider.create(world.calendar, timed("k", "2026-10-20 09:00"))
        await world.remove_calendar()
        for call in every_call(world):
            with pytest.raises(AccessLost) as lost:
                await call
            assert (lost.value.calendar, lost.value.reason) == (world.calendar, Lost.REMOVED)
            assert lost.value.account == world.provider.account
        assert world.calendar not in [each.id for each in await world.provider.calendars()]


def looks(world: World) -> list[Awaitable[object]]:
    """The calls that any calendar allows."""
    return [
        world.provider.read_window(world.calendar, START, END),
        world.provider.changes(world.calendar, "", START, END),
    ]


def reads(world: World) -> list[Awaitable[object]]:
    """All calls that only look at the calendar."""
    return [*looks(world), world.provider.find(world.calendar, "k")]


def writes(world: World, event: str = "e") -> list[Awaitable[object]]:
    provider, calendar, draft = world.provider, world.calendar, timed("k2", "2026-10-21 09:00")
    return [
        provider.create(calendar, draft),
        provider.update(calendar, event, draft),
        provider.delete(calendar, event),
    ]


def every_call(world: World) -> list[Awaitable[object]]:
    return [*reads(world), *writes(world)]


class FaultContract:
    """What a provider of a service that can be injured promises besides."""

    pytestmark = pytest.mark.anyio

    @pytest.mark.shows("SYNC-4", "R14")
    async def test_create_when_the_answer_is_lost_then_a_retry_finds_what_the_first_call_made(
        self, world: InjurableWorld
    ) -> None:
        world.lose_answers(2)
        draft = timed("k", "2026-10-20 09:00")
        with pytest.raises(Unreachable):
            await world.provider.create(world.calendar, draft)
        made = await (await world.again()).create(world.calendar, draft)
        assert await seen(world) == (made,)

    @pytest.mark.shows("SYNC-4", "R14")
    async def test_update_and_delete_when_answers_are_lost_then_retries_end_in_the_same_state(
        self, world: InjurableWorld
    ) -> None:
        made = await world.provider.create(world.calendar, timed("k", "2026-10-20 09:00"))
        draft = timed("k", "2026-10-23 09:00")
        world.lose_answers()
        with pytest.raises(Unreachable):
            await world.provider.update(world.calendar, made.id, draft)
        assert (await world.provider.update(world.calendar, made.id, draft)).start == draft.start
        world.lose_answers()
        with pytest.raises(Unreachable):
            await world.provider.delete(world.calendar, made.id)
        await world.provider.delete(world.calendar, made.id)
        assert await seen(world) == ()

    @pytest.mark.shows("INACT-1", "R14")
    async def test_any_call_when_the_service_does_not_answer_then_it_is_unreachable_and_nothing_was_written(
        self, world: InjurableWorld
    ) -> None:
        calls = every_call(world)
        world.unreachable(len(calls))
        for call in calls:
            with pytest.raises(Unreachable):
                await call
        assert await seen(world) == ()

    @pytest.mark.shows("R14")
    async def test_any_call_when_the_service_limits_us_then_it_says_for_how_long(self, world: InjurableWorld) -> None:
        world.limit(17)
        with pytest.raises(RateLimited) as limited:
            await seen(world)
        assert limited.value.retry_after == pytest.approx(17, abs=1)
        assert await seen(world) == ()

    @pytest.mark.shows("SYNC-4")
    async def test_write_when_it_is_refused_for_good_then_it_is_a_conflict(self, world: InjurableWorld) -> None:
        world.refuse_writes()
        with pytest.raises(Conflict):
            await world.provider.create(world.calendar, timed("k", "2026-10-20 09:00"))
        assert await seen(world) == ()

    @pytest.mark.shows("INACT-1")
    async def test_any_call_when_the_sign_in_is_over_then_it_says_so(self, world: InjurableWorld) -> None:
        world.sign_out()
        for call in (*every_call(world), world.provider.calendars()):
            with pytest.raises(SignInExpired) as expired:
                await call
            assert expired.value.account == world.provider.account

    @pytest.mark.shows("INACT-1", "CON-13")
    async def test_any_call_when_the_calendar_is_unshared_then_access_is_lost(self, world: InjurableWorld) -> None:
        world.unshare()
        for call in every_call(world):
            with pytest.raises(AccessLost) as lost:
                await call
            assert lost.value.reason in (Lost.UNSHARED, Lost.REMOVED)

    @pytest.mark.shows("INACT-1", "CON-13")
    async def test_any_call_when_the_role_is_lowered_to_free_busy_then_access_is_lost(self, world: InjurableWorld) -> None:
        world.set_access(Access.FREE_BUSY)
        with pytest.raises(AccessLost) as lost:
            await seen(world)
        assert lost.value.reason == Lost.LOWERED
        (found,) = (each for each in await world.provider.calendars() if each.id == world.calendar)
        assert found.access is Access.FREE_BUSY

    @pytest.mark.shows("CON-13")
    async def test_write_when_the_calendar_may_only_be_read_then_it_is_a_conflict(self, world: InjurableWorld) -> None:
        event = await world.add(timed("a", "2026-10-20 09:00"))
        world.set_access(Access.DETAILS)
        for call in writes(world, event):
            with pytest.raises(Conflict):
                await call
        assert [each.id for each in await seen(world)] == [event]

    async def test_read_when_the_service_is_slow_then_it_waits_and_can_be_given_up(self, world: InjurableWorld) -> None:
        await world.add(timed("a", "2026-10-20 09:00"))
        gate = world.hold()
        given_up, waiting = asyncio.ensure_future(seen(world)), asyncio.ensure_future(seen(world))
        await asyncio.sleep(0)
        given_up.cancel()
        with pytest.raises(asyncio.CancelledError):
            await given_up
        assert not waiting.done()
        gate.set()
        assert len(await waiting) == 1


class Replica:
    """What sync keeps of a calendar: made of nothing but what ``changes`` told."""

    def __init__(self, world: World) -> None:
        self.world, self.token = world, ""
        self.events: dict[str, Event] = {}

    async def follow(self) -> None:
        told = await self.world.provider.changes(self.world.calendar, self.token, START, END)
        if told.full:
            self.events = {}
        for event in told.gone:
            self.events.pop(event, None)
        self.events |= {each.id: each for each in told.events}
        self.token = told.token


@dataclass(frozen=True)
class Edit:
    """A time for an event: days after the window's start, minutes, and whether it is all-day."""

    day: int
    minute: int
    length: int
    whole: bool

    def draft(self, key: str, rrule: str = "") -> EventDraft:
        if self.whole:
            first = date(2026, 10, 12) + timedelta(days=self.day)
            days = Days(first, first + timedelta(days=1 + self.length // 1440))
            return EventDraft(key, f"Event {key}", 0, 0, ZONE, days, rrule=rrule)
        begin = START + self.day * DAY + self.minute * MINUTE
        return EventDraft(key, f"Event {key}", begin, begin + self.length * MINUTE, ZONE, rrule=rrule)


edits = st.builds(
    Edit, st.integers(-6, 33), st.sampled_from((0, 120, 150, 540, 1439)), st.sampled_from((0, 30, 60, 2880)), st.booleans()
)
rules = st.sampled_from(
    ("FREQ=DAILY;COUNT=6", "FREQ=WEEKLY;COUNT=4", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;COUNT=5", "FREQ=MONTHLY")
)


class ReadMachine(RuleBasedStateMachine):
    """Edits of the owner and readings of changes, in any order."""

    @initialize()
    def open(self) -> None:
        self.runner = asyncio.Runner()
        self.world: World = self.runner.run(self.make_world())
        self.replica, self.number = Replica(self.world), 0

    def key(self) -> str:
        self.number += 1
        return f"k{self.number}"

    def some(self, data: st.DataObject) -> str | None:
        """Drawn by what the edits made them, for ids may be other ones when an example is run again."""
        events = sorted(self.events(), key=lambda each: (each.title, each.start, each.end))
        return events[data.draw(st.integers(0, len(events) - 1))].id if events else None

    def events(self) -> tuple[Event, ...]:
        return self.runner.run(seen(self.world, START - 20 * DAY, END + 40 * DAY))

    @rule(edit=edits)
    def owner_adds(self, edit: Edit) -> None:
        self.runner.run(self.world.add(edit.draft(self.key())))

    @rule(edit=edits, recurs=rules)
    def owner_adds_series(self, edit: Edit, recurs: str) -> None:
        self.runner.run(self.world.add(edit.draft(self.key(), recurs)))

    @rule(edit=edits, data=st.data())
    def owner_changes(self, edit: Edit, data: st.DataObject) -> None:
        if event := self.some(data):
            self.runner.run(self.world.change(event, edit.draft(self.key())))

    @rule(data=st.data())
    def owner_removes(self, data: st.DataObject) -> None:
        if event := self.some(data):
            self.runner.run(self.world.remove(event))

    @rule(data=st.data(), edit=edits, recurs=rules)
    def owner_changes_series(self, data: st.DataObject, edit: Edit, recurs: str) -> None:
        events = sorted((each for each in self.events() if each.series), key=lambda each: (each.title, each.start, each.end))
        if series := list(dict.fromkeys(each.series for each in events)):
            chosen = series[data.draw(st.integers(0, len(series) - 1))]
            self.runner.run(self.world.change(chosen, edit.draft(self.key(), recurs)))

    @rule()
    def replica_follows(self) -> None:
        self.runner.run(self.replica.follow())
        assert self.replica.events == {each.id: each for each in self.runner.run(seen(self.world))}

    def teardown(self) -> None:
        if hasattr(self, "runner"):
            try:
                self.replica_follows()
            finally:
                self.runner.close()


class EditsMachine(ReadMachine):
    """Edits from both sides."""

    @rule(edit=edits)
    def program_creates(self, edit: Edit) -> None:
        self.runner.run(self.world.provider.create(self.world.calendar, edit.draft(self.key())))

    @rule(edit=edits, data=st.data())
    def program_updates(self, edit: Edit, data: st.DataObject) -> None:
        if event := self.some(data):
            self.runner.run(self.world.provider.update(self.world.calendar, event, edit.draft(self.key())))

    @rule(data=st.data())
    def program_deletes(self, data: st.DataObject) -> None:
        if event := self.some(data):
            self.runner.run(self.world.provider.delete(self.world.calendar, event))


ReadContract.machine = ReadMachine
ProviderContract.machine = EditsMachine
