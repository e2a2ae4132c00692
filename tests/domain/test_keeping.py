"""How long things are kept, in months and days, and when the clock is not believed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.clock import DAY, from_iso
from app.domain.keeping import YEAR, clock_is_doubtful, cutoffs, months_before
from app.domain.settings import Retention


@pytest.mark.parametrize(
    ("now", "months", "then"),
    [
        ("2026-11-24T12:00:00Z", 12, "2025-11-24T12:00:00Z"),
        ("2026-03-31T12:00:00Z", 1, "2026-02-28T12:00:00Z"),
        ("2024-02-29T00:00:00Z", 12, "2023-02-28T00:00:00Z"),
        ("2026-01-15T08:30:00Z", 3, "2025-10-15T08:30:00Z"),
    ],
)
def test_months_when_counted_back_are_those_of_the_calendar(now: str, months: int, then: str) -> None:
    assert months_before(from_iso(now), months) == from_iso(then)


@given(st.integers(from_iso("2000-01-01T00:00:00Z"), from_iso("2100-01-01T00:00:00Z")), st.integers(1, 120))
def test_months_when_counted_back_never_come_out_shorter(now: int, months: int) -> None:
    then = datetime.fromtimestamp(months_before(now, months), UTC)
    moment = datetime.fromtimestamp(now, UTC)
    assert (moment.year - then.year) * 12 + moment.month - then.month == months
    assert then.day <= moment.day


def test_a_rule_of_nothing_when_applied_keeps_everything() -> None:
    found = cutoffs(Retention(0, 0, 0), from_iso("2026-11-24T12:00:00Z"))
    assert (found.bookings, found.attempts, found.addresses) == (None, None, None)


@pytest.mark.shows("R21")
@pytest.mark.parametrize(("ahead", "doubtful"), [(400 * DAY, True), (YEAR, False), (DAY, False), (-400 * DAY, False)])
def test_a_clock_when_it_jumps_more_than_a_year_ahead_is_doubted(ahead: int, doubtful: bool) -> None:
    last = from_iso("2026-11-24T12:00:00Z")
    assert clock_is_doubtful(last + ahead, last) is doubtful
