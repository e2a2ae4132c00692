"""Half-open spans of instants, as sorted, disjoint tuples: what the core cuts and joins instead of looking at every minute.

Plain pairs of integers and sorting, because ten thousand events have to be merged within a few milliseconds.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import islice
from operator import itemgetter

from app.domain.clock import Instant

Span = tuple[Instant, Instant]
Spans = tuple[Span, ...]
"""Ascending, neither overlapping nor touching."""

_start, _end = itemgetter(0), itemgetter(1)


def union(starts: Iterable[Instant], ends: Iterable[Instant]) -> Spans:
    """All that is covered by spans given as their starts and their ends, both in any order; touching spans become one.

    No span may end before it starts. The pairs need not be kept together: wherever the next start in order lies behind as many
    ends as there were starts before it, everything begun has ended, and a new span of the union begins.
    """
    firsts, lasts = sorted(starts), sorted(ends)
    if not firsts:
        return ()
    breaks = [pair for pair in zip(lasts, islice(firsts, 1, None), strict=False) if pair[1] > pair[0]]
    return tuple(zip([firsts[0], *map(_end, breaks)], [*map(_start, breaks), lasts[-1]], strict=True))


def overlapping(spans: Spans, start: Instant, end: Instant) -> Spans:
    """Those of ``spans`` that share an instant with [start, end), whole."""
    return spans[bisect_right(spans, start, key=_end) : bisect_left(spans, end, key=_start)]


def gaps(span: Span, taken: Spans) -> Iterator[Span]:
    """What is left of ``span`` without ``taken``, ascending."""
    at, end = span
    for index in range(bisect_right(taken, at, key=_end), len(taken)):
        low, high = taken[index]
        if low >= end:
            break
        if low > at:
            yield at, low
        at = high
    if at < end:
        yield at, end
