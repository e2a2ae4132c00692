"""How long a failed write waits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.outbox import backoff


@pytest.mark.shows("SYNC-4")
@pytest.mark.parametrize(("tries", "seconds"), [(0, 1), (1, 1), (2, 2), (3, 4), (4, 8), (10, 512), (11, 900), (60, 900)])
def test_backoff_when_it_fails_again_then_doubles_up_to_a_quarter_of_an_hour(tries: int, seconds: int) -> None:
    assert backoff(tries, 0.5) == seconds


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_backoff_when_drawn_then_stays_within_a_quarter_of_its_middle(tries: int, jitter: float) -> None:
    assert 1 <= backoff(tries, jitter) <= 1125
    assert abs(backoff(tries, jitter) - backoff(tries, 0.5)) <= backoff(tries, 0.5) * 0.25 + 1
