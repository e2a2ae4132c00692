"""A day as the ribbon shows it. Pure data, so that a screen's state can hold it."""

from __future__ import annotations

from typing import NamedTuple


class Block(NamedTuple):
    """A span of the day in minutes since midnight. ``colour``: a page colour, or none for a grey one. ``words`` tell it."""

    start: int
    end: int
    words: str
    colour: str = ""


class RibbonDay(NamedTuple):
    """``free``: bookable spans in minutes; ``now``: minutes, or None on another day."""

    blocks: tuple[Block, ...] = ()
    free: tuple[tuple[int, int], ...] = ()
    now: int | None = None
