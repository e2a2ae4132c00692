"""The states that a booking passes through, and which of them take time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.booking import FOLLOWS, Booking, State, Visitor, check_follows
from app.domain.errors import StateConflict

OVER = (State.DECLINED, State.CANCELLED, State.RESCHEDULED, State.EXPIRED)
BOOKING = Booking(
    id="b", page="p", slug="intro", title="Intro", start=3600, end=5400, state=State.CONFIRMED,
    visitor=Visitor("Nora", "Lind", "n@example.org", "UTC"), zone="Europe/Copenhagen", created_at=0, changed_at=0, uid="u",
)  # fmt: skip


@pytest.mark.shows("BOOK-1")
def test_follows_when_looked_up_then_every_state_has_its_row() -> None:
    assert set(FOLLOWS) == set(State)


@pytest.mark.shows("BOOK-1")
@pytest.mark.parametrize("have", State)
@pytest.mark.parametrize("want", State)
def test_check_follows_when_the_step_is_not_in_the_table_then_is_refused_with_both_states(have: State, want: State) -> None:
    if want in FOLLOWS[have]:
        check_follows(have, want)
        return
    with pytest.raises(StateConflict) as refused:
        check_follows(have, want)
    assert (refused.value.have, refused.value.want) == (have, want)


@pytest.mark.shows("BOOK-1")
@pytest.mark.parametrize("state", OVER)
def test_check_follows_when_it_is_over_then_nothing_follows(state: State) -> None:
    assert FOLLOWS[state] == frozenset()
    assert not replace(BOOKING, state=state, holds=True).live


@pytest.mark.shows("BOOK-2")
def test_live_when_held_confirmed_or_written_then_takes_time_and_a_request_only_if_its_page_holds() -> None:
    assert all(replace(BOOKING, state=state).live for state in (State.HELD, State.CONFIRMED, State.WRITTEN))
    assert not replace(BOOKING, state=State.REQUESTED).live
    assert replace(BOOKING, state=State.REQUESTED, holds=True).live


def test_booking_when_read_then_tells_its_length_and_the_visitors_name() -> None:
    assert BOOKING.duration == 30
    assert BOOKING.visitor.name == "Nora Lind"
    assert replace(BOOKING.visitor, last_name="").name == "Nora"
