"""Hours as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ui.pages.hours_text import HoursError, ranges_to_text, read_ranges


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        ("9-12, 13-17", ((540, 720), (780, 1020))),
        ("9–12.30", ((540, 750),)),
        ("09:00 to 12:30; 13 til 16", ((540, 750), (780, 960))),
        ("9 am-5 pm", ((540, 1020),)),
        ("12 am - 12 pm", ((0, 720),)),
        ("13-17 og 9-12", ((540, 720), (780, 1020))),
        ("9-12, 12-15, 14-16", ((540, 960),)),
        ("20-24", ((1200, 1440),)),
        ("22-0", ((1320, 1440),)),
        ("", ()),
        ("Closed", ()),
        ("lukket", ()),
        ("9-12,", ((540, 720),)),
    ],
)
def test_hours_when_typed_in_any_usual_form_then_are_read(text: str, ranges: tuple[tuple[int, int], ...]) -> None:
    assert read_ranges(text) == ranges


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("9", "form"),
        ("nine to five", "form"),
        ("9-12-15", "form"),
        ("13-9", "order"),
        ("9-9", "order"),
        ("9-25", "day"),
        ("9.75-12", "day"),
        ("13 pm-15", "day"),
        ("-5-7", "form"),
    ],
)
def test_hours_when_they_cannot_be_meant_then_the_reason_is_named(text: str, why: str) -> None:
    with pytest.raises(HoursError) as error:
        read_ranges(text)
    assert error.value.why == why


@given(st.lists(st.integers(0, 1440), min_size=2, max_size=8, unique=True).filter(lambda found: len(found) % 2 == 0))
def test_hours_when_written_and_read_again_then_are_the_same(cuts: list[int]) -> None:
    cuts.sort()
    ranges = tuple(zip(cuts[::2], cuts[1::2], strict=True))
    assert read_ranges(ranges_to_text(ranges)) == ranges
