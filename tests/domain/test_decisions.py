"""Booked at once, asked for, or refused."""

from __future__ import annotations

import pytest

from app.domain.availability import Busy, Plan, Reason, Why
from app.domain.clock import HOUR, from_iso
from app.domain.decisions import Decision, Outcome, Standing, decide
from app.domain.pages import Hours, Rules

NINE = from_iso("2026-11-24T08:00:00Z")
PLAN = Plan("intro", Rules(), Hours("Europe/Copenhagen"))
TAKEN = Busy(NINE, NINE + HOUR, source="event:work:1")


def decision(*busy: Busy, **standing: object) -> Decision:
    return decide(PLAN, 30, NINE, busy, (), Standing(**standing), NINE - 24 * HOUR)  # type: ignore[arg-type]


@pytest.mark.shows("BOOK-1")
def test_decide_when_nothing_forbids_it_then_confirms() -> None:
    assert decision() == Decision(Outcome.CONFIRM)


@pytest.mark.shows("BOOK-3")
@pytest.mark.parametrize("standing", ["offline", "approval"])
def test_decide_when_the_owner_has_to_answer_then_makes_a_request(standing: str) -> None:
    assert decision(**{standing: True}) == Decision(Outcome.REQUEST)


@pytest.mark.shows("SYNC-6")
def test_decide_when_calendars_are_stale_then_makes_a_request_that_names_them() -> None:
    stale = (Reason(Why.STALE, "calendar:work"), Reason(Why.STALE, "calendar:home"))
    assert decision(stale=("work", "home")) == Decision(Outcome.REQUEST, stale)


@pytest.mark.shows("BOOK-2")
@pytest.mark.parametrize("standing", [{}, {"offline": True}, {"approval": True}, {"stale": ("work",)}])
def test_decide_when_the_time_is_not_free_then_refuses_with_the_reason(standing: dict[str, object]) -> None:
    assert decision(TAKEN, **standing) == Decision(Outcome.REFUSE, (Reason(Why.BUSY, TAKEN.source, TAKEN.start, TAKEN.end),))


@pytest.mark.shows("INACT-2")
def test_decide_when_one_checked_calendar_is_inactive_then_refuses_even_if_the_time_is_free() -> None:
    assert decision(inactive=("work",)) == Decision(Outcome.REFUSE, (Reason(Why.CALENDAR_INACTIVE, "calendar:work"),))
    assert decision(TAKEN, offline=True, inactive=("work",)).reasons == (Reason(Why.CALENDAR_INACTIVE, "calendar:work"),)


@pytest.mark.shows("URL-7")
def test_decide_when_paused_then_refuses_and_says_that_first() -> None:
    assert decision(paused=True, stale=("work",)) == Decision(Outcome.REFUSE, (Reason(Why.PAUSED),))
    both = decision(paused=True, inactive=("work",))
    assert [reason.why for reason in both.reasons] == [Why.PAUSED, Why.CALENDAR_INACTIVE]
