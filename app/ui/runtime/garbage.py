"""Cyclic garbage is collected in the Qt thread alone.

Python collects in whichever thread happens to allocate. A dialog that a worker thread collects is destroyed in that thread, and
Qt does not survive that. So the automatic collector is off while the program runs, and a timer does its work here. That also
keeps long collections out of the imports of the start, during which they would hold the window.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, QTimer

EVERY = 2000
"""Milliseconds between two looks."""
_OFTEN, _SELDOM, _RARELY = 700, 10, 10
"""As Python's own: new objects, then collections of the younger generation, after which a generation is collected."""


class Collector(QObject):
    """Looks after the generations as Python would."""

    def __init__(self) -> None:
        super().__init__()
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Only the oldest generation that is due: a collection takes the younger ones along."""
        new, young, middle = gc.get_count()
        if middle > _RARELY:
            gc.collect(2)
        elif young > _SELDOM:
            gc.collect(1)
        elif new > _OFTEN:
            gc.collect(0)


@contextmanager
def collected_here() -> Iterator[None]:
    """Turns the automatic collector off and looks after garbage in this thread instead."""
    was_on = gc.isenabled()
    gc.disable()
    collector = Collector()
    try:
        yield
    finally:
        collector.deleteLater()
        if was_on:
            gc.enable()


def settle() -> None:
    """Once the program stands: what lives now lives for ever, and no collection need look at it. Looking once would already
    hold the window for longer than a frame."""
    gc.freeze()
