"""The whole life of bookings against a model: any order of what visitors, the owner, a faulty calendar and crashes do (R29)."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from app.domain.booking import LIVE, ManagedBooking, Promised, Refused, State, Taken
from app.domain.calendars import EventDraft
from app.domain.clock import HOUR, Instant
from app.domain.connections import CalendarState, Lost
from app.domain.errors import SlotTaken, StateConflict
from app.domain.pages import Mode
from app.providers.memory import MemoryAccount, MemoryProvider
from app.services.workspace import Workspace
from tests.services.opened import MONDAY, ZONE, StandingClock, at, furnished, open_workspace, page, wish

SLOTS = st.integers(min_value=0, max_value=24)
pytestmark = [pytest.mark.shows("BOOK-1", "BOOK-2", "BOOK-6", "SYNC-4", "R11", "R29"), pytest.mark.timeout(600)]


class Life(RuleBasedStateMachine):
    """Two pages on one calendar that loses answers; the clock only goes forward."""

    bookings: Bundle[Promised] = Bundle("bookings")
    requests: Bundle[Promised] = Bundle("requests")

    @initialize()
    def open(self) -> None:
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = StandingClock()
        self.own: set[Instant] = set()
        self.service = MemoryAccount("local")
        self.service.add_calendar("local", "Calendar", ZONE)
        self.provider = MemoryProvider(self.service)
        self.workspace: Workspace = self.do(
            furnished(
                Path(self.folder.name), self.clock, page(1), page(2, mode=Mode.APPROVAL, holds=True), provider=self.provider
            )
        )

    def do(self, work: Any) -> Any:
        return self.runner.run(work)

    def slot(self, number: int) -> Instant:
        return at(13, 9) + number * 1800

    # Visitors

    @rule(target=bookings, number=SLOTS)
    def book(self, number: int) -> Any:
        before = {each.id for each in self.live()}
        answer = self.do(self.workspace.bookings.book(wish(self.slot(number))))
        if isinstance(answer, Promised):
            assert answer.state is State.CONFIRMED
            assert answer.booking not in before
            assert self.slot(number) not in self.own
            return answer
        assert isinstance(answer, Taken | Refused)
        assert {each.id for each in self.live()} == before
        return multiple()

    @rule(target=requests, number=SLOTS)
    def ask(self, number: int) -> Any:
        answer = self.do(self.workspace.bookings.book(wish(self.slot(number), slug="anna/page-2")))
        return answer if isinstance(answer, Promised) else multiple()

    @rule(one=bookings, number=SLOTS)
    def move(self, one: Promised, number: int) -> None:
        before = self.do(self.workspace.bookings.get(one.booking))
        answer = self.do(self.workspace.bookings.move_by_token(one.manage, self.slot(number)))
        after = self.do(self.workspace.bookings.get(one.booking))
        if isinstance(answer, ManagedBooking):
            assert after.start == self.slot(number)
        else:
            assert (after.start, after.state) == (before.start, before.state)

    @rule(one=st.one_of(bookings, requests))
    def visitor_cancels(self, one: Promised) -> None:
        answer = self.do(self.workspace.bookings.cancel_by_token(one.manage))
        assert isinstance(answer, ManagedBooking | Refused)

    # The owner

    @rule(one=consumes(requests), yes=st.booleans())
    def answer(self, one: Promised, yes: bool) -> None:
        act = self.workspace.bookings.accept if yes else self.workspace.bookings.decline
        with contextlib.suppress(StateConflict, SlotTaken):
            self.do(act(one.booking))

    @rule(one=bookings)
    def owner_cancels(self, one: Promised) -> None:
        with contextlib.suppress(StateConflict):
            self.do(self.workspace.bookings.cancel(one.booking))

    @rule(number=SLOTS)
    def owner_adds_an_event(self, number: int) -> None:
        start = self.slot(number)
        self.own.add(start)
        self.service.add("local", EventDraft(f"own{number}{self.clock.at}", "Own", start, start + 1800, ZONE))

    @rule()
    def pages_off_and_on(self) -> None:
        self.do(self.workspace.settings.switch_pages(False))
        assert self.do(self.workspace.bookings.book(wish(self.slot(3)))) == Refused("paused")
        self.do(self.workspace.settings.switch_pages(True))

    @rule()
    def calendar_lost_and_found(self) -> None:
        self.do(self.workspace.accounts.set_state("local", CalendarState.INACTIVE, Lost.UNSHARED))
        assert self.do(self.workspace.bookings.book(wish(self.slot(4)))) == Refused("unavailable")
        self.do(self.workspace.accounts.set_state("local", CalendarState.ACTIVE))

    # The world

    @rule(hours=st.integers(min_value=1, max_value=6))
    def time_passes(self, hours: int) -> None:
        self.clock.at += hours * HOUR
        self.do(self.workspace.bookings.expire_requests())

    @rule(fault=st.sampled_from(["unreachable", "lose_answers", "limit"]))
    def calendar_fails_while_written(self, fault: str) -> None:
        if fault == "limit":
            self.service.limit(2.0)
        else:
            getattr(self.service, fault)()
        self.do(self.workspace.outbox.drain())
        self.service.heal()

    @rule()
    def outbox_runs(self) -> None:
        self.do(self.workspace.outbox.drain())

    @rule()
    def program_restarts(self) -> None:
        self.do(self.workspace.close())
        self.workspace = self.do(open_workspace(Path(self.folder.name), self.clock, self.provider))

    # What always holds

    def live(self) -> list[Any]:
        return [each for each in self.do(self.workspace.bookings.list()) if each.live]

    @invariant()
    def no_two_live_bookings_overlap(self) -> None:
        spans = sorted((each.start, each.end) for each in self.live())
        assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))

    def teardown(self) -> None:
        if not hasattr(self, "workspace"):
            return
        try:
            self.come_to_rest()
        finally:
            self.do(self.workspace.close())
            self.runner.close()
            self.folder.cleanup()

    def come_to_rest(self) -> None:
        """With the calendar well again every live booking stands in it once, and no other does."""
        for _ in range(30):
            self.clock.at += 60
            while self.do(self.workspace.outbox.drain()):
                pass
        events = self.do(self.provider.read_window("local", MONDAY, MONDAY + 40 * 86400))
        written = sorted((event.booking, event.start) for event in events if event.booking)
        wanted = sorted((each.id, each.start) for each in self.live() if each.state in LIVE)
        assert written == wanted


class Alike(Life):
    """The same with few examples, for every run."""


Alike.TestCase.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
TestLifeOfBookings = Alike.TestCase


@pytest.mark.slow
class TestLongLifeOfBookings(Life.TestCase):  # type: ignore[misc]
    settings = settings(max_examples=1000, stateful_step_count=50, deadline=None)
