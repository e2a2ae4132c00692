"""What holds for all plans, calendars and presents, tried around the clock changes of many zones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.availability import Busy, Plan, blocked, bookable_span, explain, free_slots, free_starts, nearest, open_spans
from app.domain.clock import DAY
from app.domain.decisions import Outcome, Standing, decide
from app.domain.pages import Hours, Rules, WeeklyHours
from app.domain.zones import visitor_days
from tests.domain import brute
from tests.domain.cases import ALWAYS, ELSEWHERE, Case, busy_around, cases, changes

pytestmark = pytest.mark.timeout(1800)


def slots(case: Case, busy: tuple[Busy, ...] | None = None) -> tuple[int, ...]:
    taken = case.busy if busy is None else busy
    return free_slots(case.plan, case.duration, taken, case.occupied, case.now, case.start, case.end)


def why(case: Case, start: int, duration: int | None = None) -> tuple[object, ...]:
    return explain(case.plan, case.duration if duration is None else duration, case.busy, case.occupied, case.now, start)


@pytest.mark.shows("P10", "R22", "PAGE-2", "SYNC-3")
@given(cases())
def test_free_slots_when_looked_at_minute_by_minute_then_are_the_same(case: Case) -> None:
    assert list(slots(case)) == brute.free_slots(
        case.plan, case.duration, case.busy, case.occupied, case.now, case.start, case.end
    )


@pytest.mark.shows("PAGE-4")
@given(cases(), st.data())
def test_explain_when_asked_for_any_start_then_is_empty_exactly_for_free_slots(case: Case, data: st.DataObject) -> None:
    free = set(slots(case))
    assert all(why(case, start) == () for start in free)
    around = [*free, case.now, case.start, *(each.start for each in case.busy), *(each.end for each in case.busy)]
    for _ in range(10):
        start = (
            data.draw(st.sampled_from(around))
            + 60 * data.draw(st.integers(-240, 240))
            + data.draw(st.sampled_from((0, 0, 0, 1)))
        )
        if case.start <= start < case.end:
            assert (why(case, start) == ()) == (start in free)


@pytest.mark.shows("PAGE-4", "BOOK-2")
@given(cases(), st.integers(-10, 300))
def test_free_slots_when_the_duration_is_not_offered_then_there_are_none_and_a_reason(case: Case, duration: int) -> None:
    found = free_slots(case.plan, duration, case.busy, case.occupied, case.now, case.start, case.end)
    assert duration in case.plan.rules.durations or found == ()
    assert all(why(case, start, duration) == () for start in found)
    assert duration in case.plan.rules.durations or why(case, case.start, duration) != ()


@pytest.mark.shows("BOOK-2")
@given(cases())
def test_free_slots_when_any_then_none_overlaps_busy_time_or_its_buffers(case: Case) -> None:
    before, after = case.plan.rules.buffer_before * 60, case.plan.rules.buffer_after * 60
    for start in slots(case):
        end = start + case.duration * 60
        for each in case.busy:
            if each.end > each.start:
                assert start >= each.end + max(each.after, before) or end <= each.start - max(each.before, after)


@given(cases())
def test_free_slots_when_any_then_none_is_before_notice_or_beyond_the_window(case: Case) -> None:
    first, behind = bookable_span(case.plan.rules.notice, case.plan.rules.window, case.plan.hours, case.now)
    assert case.now + case.plan.rules.notice * 60 <= first <= behind
    assert all(first <= start < behind and case.start <= start < case.end for start in slots(case))


@given(cases(), st.data())
def test_free_slots_when_something_becomes_busy_then_none_is_added(case: Case, data: st.DataObject) -> None:
    more = data.draw(busy_around(case.start))
    assert set(slots(case, (*case.busy, more))) <= set(slots(case))


@given(cases(), st.randoms(use_true_random=False))
def test_free_slots_when_busy_time_comes_in_another_order_or_twice_then_are_the_same(case: Case, random: object) -> None:
    shuffled = [*case.busy, *case.busy]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert slots(case, tuple(shuffled)) == slots(case)


@pytest.mark.shows("BOOK-7")
@given(cases(), st.sampled_from(ELSEWHERE))
def test_slots_when_shown_elsewhere_then_are_the_same_instants_under_that_clock(case: Case, zone: str) -> None:
    found = slots(case)
    days = visitor_days(found, zone)
    assert [start for times in days.values() for start, _ in times] == list(found)
    for day, times in days.items():
        for start, minute in times:
            there = datetime.fromtimestamp(start, UTC).astimezone(ZoneInfo(zone))
            assert (there.date(), there.hour * 60 + there.minute) == (day, minute)


@given(cases(), st.integers(0, 3 * DAY))
def test_free_starts_when_asked_in_two_parts_then_are_the_same(case: Case, first: int) -> None:
    cut = min(case.start + first, case.end)
    spans = blocked(case.busy, case.plan.rules)

    def part(start: int, end: int) -> tuple[int, ...]:
        return free_starts(case.plan, case.duration, spans, case.occupied, start, end)

    assert part(case.start, cut) + part(cut, case.end) == part(case.start, case.end)


@given(cases())
def test_free_slots_when_cut_out_of_the_starts_of_any_present_then_are_the_same(case: Case) -> None:
    spans = blocked(case.busy, case.plan.rules)
    starts = free_starts(case.plan, case.duration, spans, case.occupied, case.start, case.end)
    first, behind = bookable_span(case.plan.rules.notice, case.plan.rules.window, case.plan.hours, case.now)
    assert tuple(start for start in starts if first <= start < behind) == slots(case)


@pytest.mark.shows("R22", "SYNC-3")
@given(changes(), st.sampled_from((5, 10, 15, 30)))
def test_starts_when_the_clock_changes_then_none_is_repeated_or_lost(change: tuple[str, int], step: int) -> None:
    zone, at = change
    plan = Plan("page", Rules(durations=(5,), step=step), Hours(zone, ALWAYS))
    found = free_starts(plan, 5, (), (), at - 2 * DAY, at + 2 * DAY)
    assert {after - before for before, after in pairwise(found)} == {step * 60}
    assert found[0] < at - 2 * DAY + step * 60
    assert found[-1] >= at + 2 * DAY - step * 60


@given(changes(), st.integers(-2 * DAY, 2 * DAY), st.integers(1, DAY))
def test_open_spans_when_always_open_then_leave_no_instant_out(change: tuple[str, int], first: int, length: int) -> None:
    zone, at = change
    ((start, end),) = open_spans(Hours(zone, ALWAYS), at + first, at + first + length)
    assert start <= at + first
    assert at + first + length <= end


@given(cases())
def test_open_spans_when_any_then_ascend_without_touching(case: Case) -> None:
    found = open_spans(case.plan.hours, case.start, case.end)
    assert all(start < end for start, end in found)
    assert all(before[1] < after[0] for before, after in pairwise(found))
    assert all(start < case.end and case.start < end for start, end in found)


standings = st.builds(
    Standing,
    offline=st.booleans(),
    approval=st.booleans(),
    paused=st.booleans(),
    inactive=st.sampled_from(((), (), ("work",))),
    stale=st.sampled_from(((), (), ("work", "home"))),
)


@pytest.mark.shows("BOOK-1", "BOOK-2", "SYNC-6")
@given(cases(), standings, st.data())
def test_decide_when_a_start_is_wanted_then_agrees_with_the_slots(case: Case, standing: Standing, data: st.DataObject) -> None:
    free = slots(case)
    wishes: Sequence[int] = (*free, case.start, case.end, case.now)
    start = data.draw(st.sampled_from(wishes))
    decision = decide(case.plan, case.duration, start, case.busy, case.occupied, standing, case.now)
    offered = free_slots(case.plan, case.duration, case.busy, case.occupied, case.now, start, start + 1) == (start,)
    closed = standing.paused or bool(standing.inactive)
    asked = standing.offline or standing.approval or bool(standing.stale)
    assert decision.outcome is (Outcome.REFUSE if closed or not offered else Outcome.REQUEST if asked else Outcome.CONFIRM)
    assert (decision.outcome is Outcome.REFUSE) <= bool(decision.reasons)
    assert (decision.outcome is Outcome.CONFIRM) <= (decision.reasons == ())


@pytest.mark.shows("INACT-2")
@given(cases(), standings)
def test_decide_when_a_checked_calendar_is_inactive_then_no_slot_can_be_had(case: Case, standing: Standing) -> None:
    lost = replace(standing, inactive=("work",))
    for start in slots(case):
        assert decide(case.plan, case.duration, start, case.busy, case.occupied, lost, case.now).outcome is Outcome.REFUSE


@given(st.lists(st.integers(-1000, 1000), unique=True).map(sorted), st.integers(-1100, 1100), st.integers(0, 8))
def test_nearest_when_asked_then_no_start_left_out_is_nearer(starts: list[int], wanted: int, most: int) -> None:
    found = nearest(starts, wanted, most)
    assert list(found) == sorted(found)
    assert len(found) == min(most, len(starts))
    left_out = [abs(each - wanted) for each in starts if each not in found]
    assert not found or not left_out or max(abs(each - wanted) for each in found) <= min(left_out)


far = st.integers(-(10**12), 10**12)


@given(cases(), far, far)
def test_explain_and_decide_when_instants_are_absurd_then_still_answer(case: Case, start: int, now: int) -> None:
    reasons = explain(case.plan, case.duration, case.busy, case.occupied, now, start)
    decision = decide(case.plan, case.duration, start, case.busy, case.occupied, Standing(), now)
    assert (decision.outcome is Outcome.CONFIRM) == (reasons == ())


@given(cases())
def test_free_slots_when_no_day_has_hours_then_there_are_none(case: Case) -> None:
    shut = replace(case.plan, hours=Hours(case.plan.hours.zone, WeeklyHours()))
    assert free_slots(shut, case.duration, case.busy, case.occupied, case.now, case.start, case.end) == ()
