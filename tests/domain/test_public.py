"""Free starts as they travel to the public child."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.plain import from_plain, to_plain
from app.domain.public import FreeStarts, PublicHost

steps = st.lists(st.integers(1, 5000), max_size=50)


@given(st.integers(-(10**9), 10**10), steps)
def test_free_starts_when_packed_and_sent_then_are_the_same(first: int, gaps: list[int]) -> None:
    starts = [first]
    for gap in gaps:
        starts.append(starts[-1] + gap * 60)
    packed = FreeStarts.pack(tuple(starts))
    received = from_plain(FreeStarts, json.loads(json.dumps(to_plain(packed))))
    assert received.unpack() == tuple(starts)


def test_free_starts_when_there_are_none_then_are_none_again() -> None:
    assert FreeStarts.pack(()).unpack() == ()
    assert from_plain(FreeStarts, to_plain(FreeStarts())).unpack() == ()


def test_free_starts_when_the_only_one_is_the_first_instant_of_all_then_is_kept() -> None:
    assert from_plain(FreeStarts, to_plain(FreeStarts.pack((0,)))).unpack() == (0,)


@pytest.mark.parametrize(
    ("name", "first"), [("Nora Lind", "Nora"), ("Nora", "Nora"), ("  Nora  Lind ", "Nora"), ("", ""), ("  ", "  ")]
)
def test_first_name_when_a_host_has_a_name_then_is_its_first_word(name: str, first: str) -> None:
    assert PublicHost(name).first_name == first
