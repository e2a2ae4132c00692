"""The whole life of bookings against a model: whatever is done in whatever order, no two overlap (R29)."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as some
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from app.domain.booking import FOLLOWS, Booking, Cause, State
from app.domain.errors import SlotTaken, StateConflict
from app.models import bookings
from app.models.opening import open_writer
from app.paths import database_file
from tests.models.made import NOON, StandingClock, booking, hash_of

STARTS = some.integers(0, 12).map(lambda number: NOON + number * 600)
LENGTHS = some.sampled_from([600, 1800, 3600])


@cache
def empty_workspace() -> bytes:
    """The file of a new workspace, made once."""
    with tempfile.TemporaryDirectory() as folder:
        session, _ = open_writer(database_file(Path(folder)), StandingClock())
        session.close()
        return database_file(Path(folder)).read_bytes()


class BookingLife(RuleBasedStateMachine):
    """``model`` holds each booking as it must be stored, ``changes`` how long its history must be."""

    known = Bundle("known")

    @initialize()
    def open(self) -> None:
        memory = Path("/dev/shm")
        self.folder = Path(tempfile.mkdtemp(prefix="aftale-", dir=memory if memory.is_dir() else None))
        database_file(self.folder).write_bytes(empty_workspace())
        self.session, _ = open_writer(database_file(self.folder), StandingClock())
        self.model: dict[str, Booking] = {}
        self.changes: dict[str, int] = {}

    def teardown(self) -> None:
        if hasattr(self, "session"):
            self.session.close()
            shutil.rmtree(self.folder)

    def is_free(self, wanted: Booking) -> bool:
        return not any(
            each.live and each.seat == wanted.seat and each.start < wanted.end and wanted.start < each.end
            for each in self.model.values()
            if each.id != wanted.id
        )

    @rule(
        target=known,
        start=STARTS,
        length=LENGTHS,
        state=some.sampled_from(State),
        holds=some.booleans(),
        seat=some.integers(0, 1),
    )
    def book(self, start, length, state, holds, seat):
        new = booking(start, length, state, holds=holds, seat=seat)
        try:
            with self.session.begin():
                bookings.insert_booking(self.session, new, hash_of(new), None, new.end, Cause.VISITOR)
        except SlotTaken:
            assert new.live
            assert not self.is_free(new)
            return multiple()
        assert not new.live or self.is_free(new)
        self.model[new.id], self.changes[new.id] = new, 1
        return new.id

    @rule(name=known, want=some.sampled_from(State), start=some.none() | STARTS, holds=some.none() | some.booleans())
    def change(self, name, want, start, holds):
        have = self.model[name]
        moved = start is not None and start != have.start
        wanted = replace(
            have,
            state=want,
            start=have.start if start is None else start,
            end=have.end if start is None else start + have.end - have.start,
            holds=have.holds if holds is None else holds,
            sequence=have.sequence + int(moved or want is State.CANCELLED),
            changed_at=NOON + 1,
        )
        end = None if start is None else wanted.end
        try:
            with self.session.begin():
                bookings.change_state(self.session, name, want, Cause.HOST, NOON + 1, start=start, end=end, holds=holds)
        except StateConflict:
            assert want not in FOLLOWS[have.state]
        except SlotTaken:
            assert wanted.live
            assert not self.is_free(wanted)
        else:
            self.model[name], self.changes[name] = wanted, self.changes[name] + 1

    @rule(name=known, start=STARTS, length=LENGTHS)
    def move(self, name, start, length):
        have = self.model[name]
        wanted = replace(
            have, state=State.CONFIRMED, start=start, end=start + length, sequence=have.sequence + 1, changed_at=NOON + 2
        )
        try:
            with self.session.begin():
                bookings.move_booking(self.session, name, start, start + length, Cause.VISITOR, NOON + 2)
        except StateConflict:
            assert have.state not in (State.CONFIRMED, State.WRITTEN)
        except SlotTaken:
            assert not self.is_free(wanted)
        else:
            self.model[name], self.changes[name] = wanted, self.changes[name] + 1

    @rule(name=consumes(known))
    def expire_for_good(self, name):
        if State.EXPIRED in FOLLOWS[self.model[name].state]:
            with self.session.begin():
                self.model[name] = bookings.change_state(self.session, name, State.EXPIRED, Cause.SYSTEM, NOON + 3)
            self.changes[name] += 1

    @rule(start=STARTS)
    def crash_in_a_transaction(self, start):
        self.session.begin()
        new = booking(start, seat=9)
        bookings.insert_booking(self.session, new, hash_of(new), None, new.end, Cause.VISITOR)
        self.restart()

    @rule()
    def restart(self):
        self.session.close()
        self.session, _ = open_writer(database_file(self.folder), StandingClock())

    @invariant()
    def stored_is_what_was_promised(self):
        if not hasattr(self, "session"):
            return
        with self.session.begin() as transaction:
            stored = {each.id: each for each in bookings.list_bookings(self.session)}
            lengths = {name: len(bookings.history(self.session, name)) for name in stored}
            transaction.rollback()
        assert stored == self.model
        assert lengths == self.changes
        live = sorted((each.seat, each.start, each.end) for each in stored.values() if each.live)
        assert not [1 for one, two in pairwise(live) if one[0] == two[0] and two[1] < one[2]]


BookingLife.TestCase.settings = settings(stateful_step_count=25, max_examples=settings().max_examples // 2)
TestBookingLife = pytest.mark.shows("R29", "BOOK-1", "BOOK-2", "BOOK-6")(BookingLife.TestCase)
