"""No worker thread ever destroys what belongs to Qt."""

from __future__ import annotations

import asyncio
import gc
import threading

from PySide6.QtCore import QObject, QTimer

from app.ui.runtime import garbage


class Knot(QObject):
    """A Qt object in a cycle: only the collector can end it."""

    def __init__(self, ended: list[int]) -> None:
        super().__init__()
        self.timer = QTimer(self)
        self.timer.start(60_000)
        self.itself = self
        self.ended = ended

    def __del__(self) -> None:
        self.ended.append(threading.get_ident())


def waste(rounds: int) -> list[int]:
    """Makes so many objects that Python would collect all generations."""
    kept = []
    for _ in range(rounds):
        kept.append([[] for _ in range(50)])
    return [len(kept)]


def test_run_when_a_thread_makes_much_garbage_ends_qt_objects_in_the_qt_thread(in_loop):
    ended: list[int] = []

    async def main() -> None:
        for _ in range(5):
            Knot(ended)
        await asyncio.to_thread(waste, 20_000)
        assert ended == []
        collector, kept = garbage.Collector(), []
        while len(ended) < 5:
            kept += [[] for _ in range(1000)]
            collector.look()

    in_loop(main)
    assert set(ended) == {threading.get_ident()}


def test_run_when_over_gives_the_collector_back(in_loop):
    gc.enable()

    async def main() -> bool:
        return gc.isenabled()

    assert in_loop(main) is False
    assert gc.isenabled()


def test_look_when_little_happened_collects_nothing(qapp):
    collector = garbage.Collector()
    gc.collect()
    before = gc.get_stats()
    collector.look()
    assert [each["collections"] for each in gc.get_stats()] == [each["collections"] for each in before]
