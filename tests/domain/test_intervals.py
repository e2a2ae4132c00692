"""Spans joined and cut."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.domain.intervals import Span, gaps, overlapping, union

points = st.integers(0, 60)
some_spans = st.lists(st.tuples(points, points).map(lambda pair: (min(pair), max(pair) + 1)), max_size=12)
span = st.tuples(points, points).map(lambda pair: (min(pair), max(pair) + 1))


def instants(spans: object) -> set[int]:
    return {at for start, end in spans for at in range(start, end)}  # type: ignore[attr-defined]


@given(some_spans)
def test_union_when_made_of_any_spans_then_covers_the_same_without_overlap_or_touch(spans: list[Span]) -> None:
    found = union([start for start, _ in spans], [end for _, end in spans])
    assert instants(found) == instants(spans)
    assert all(start < end for start, end in found)
    assert all(before[1] < after[0] for before, after in pairwise(found))


def test_union_when_there_are_none_then_is_empty() -> None:
    assert union((), ()) == ()


def test_union_when_one_span_holds_the_others_then_is_that_one() -> None:
    assert union((0, 10, 30), (100, 20, 40)) == ((0, 100),)


@given(some_spans, span)
def test_gaps_when_cut_out_then_are_what_is_left(spans: list[Span], whole: Span) -> None:
    taken = union([start for start, _ in spans], [end for _, end in spans])
    found = list(gaps(whole, taken))
    assert instants(found) == set(range(*whole)) - instants(taken)
    assert all(start < end for start, end in found)


@given(some_spans, span)
def test_overlapping_when_asked_then_are_the_whole_spans_that_share_an_instant(spans: list[Span], asked: Span) -> None:
    all_spans = union([start for start, _ in spans], [end for _, end in spans])
    assert list(overlapping(all_spans, *asked)) == [each for each in all_spans if instants([each]) & set(range(*asked))]
