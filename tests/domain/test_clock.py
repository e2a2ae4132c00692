"""Instants and their one written form."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.clock import SystemClock, from_iso, to_iso


@given(st.integers(from_iso("1900-01-01T00:00:00Z"), from_iso("9999-12-31T23:59:59Z")))
def test_from_iso_when_given_what_to_iso_wrote_then_is_the_same_instant(instant: int) -> None:
    assert from_iso(to_iso(instant)) == instant


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-24T08:00:00Z", 1795507200),
        ("2026-11-24T09:00:00+01:00", 1795507200),
        ("2026-11-24T13:45:00+05:45", 1795507200),
        ("2026-11-24T08:00Z", 1795507200),
        ("2026-11-24T08:00:00.999999999Z", 1795507200),
        ("1970-01-01T00:00:00Z", 0),
    ],
)
def test_from_iso_when_the_offset_is_given_then_is_that_instant(text: str, instant: int) -> None:
    assert from_iso(text) == instant


@pytest.mark.parametrize(
    "text",
    [
        "", "now", "2026-11-24", "2026-11-24T08:00:00", "2026-11-24 08:00:00Z", "2026-02-30T08:00:00Z", "2026-11-24T25:00:00Z",
        "2026-11-24T08:00:00z", "2026-11-24T08:00:00+99:00", "2026-11-24T08:00:00Z\n", " 2026-11-24T08:00:00Z",
        "20261124T080000Z",
        "2026-W48-2T08:00:00Z", "\u0662\u0660\u0662\u0666-11-24T08:00:00Z", "2026-11-24T08:00:00[Europe/Copenhagen]",
    ],
)  # fmt: skip
def test_from_iso_when_it_is_anything_else_then_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        from_iso(text)


@given(st.text(max_size=40))
def test_from_iso_when_given_any_text_then_raises_nothing_but_value_error(text: str) -> None:
    with suppress(ValueError):
        from_iso(text)


def test_system_clock_when_read_then_tells_whole_seconds_of_now() -> None:
    before, now, after = time.time(), SystemClock().now(), time.time()
    assert isinstance(now, int)
    assert before - 1 < now <= after
