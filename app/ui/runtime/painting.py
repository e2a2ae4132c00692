"""Waiting for a window to be seen."""

from __future__ import annotations

import asyncio
import contextlib

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

PAINTED_BY = 3.0
"""Seconds after which a wait ends even if nothing was painted: the window may have come up minimised."""


class _PaintWatch(QObject):
    """Hears of a window's first paint."""

    painted = Signal()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            # Not yet on the screen while the event is handled.
            QTimer.singleShot(0, self, self.painted.emit)
        return False


async def painted(window: QWidget) -> None:
    """Returns after the first paint of ``window``."""
    watch, done = _PaintWatch(), asyncio.Event()
    watch.painted.connect(done.set)
    window.installEventFilter(watch)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PAINTED_BY):
            await done.wait()
