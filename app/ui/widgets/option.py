"""One thing to choose."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose. ``note`` stands muted beside the text; ``colour`` is a page colour's dot; ``reason`` says why it
    cannot be chosen."""

    value: object
    text: str
    note: str = ""
    colour: str = ""
    icon: str = ""
    possible: bool = True
    reason: str = ""
