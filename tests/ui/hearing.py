"""Hears what a signal says."""

from __future__ import annotations

from typing import Any


def hear(signal: Any) -> list[Any]:
    """All that ``signal`` emits from now on, in order: its one argument, or True for a signal without any."""
    heard: list[Any] = []

    def slot(*values: Any) -> None:
        heard.append(values[0] if values else True)

    signal.connect(slot)
    return heard
