"""The overview as the window knows it: read again after each fact, and once a minute moved on in time.

Dashboard, status chip and tray all follow one watch, so they never tell different things.
"""

from __future__ import annotations

import typing
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from app.domain.clock import MINUTE, Clock
from app.domain.errors import AftaleError
from app.domain.overview import Overview
from app.i18n import local
from app.ui.runtime import tasks

if typing.TYPE_CHECKING:
    from app.services.workspace import Workspace

READ_EVERY = 5
"""Minutes after which the overview is read again even if nothing was announced: requests grow old by themselves."""


class OverviewWatch(QObject):
    """``changed`` carries each new ``Overview``; ``failed`` the error of a read that did not succeed.

    ``show`` gives the one of the last run at once; ``attach`` begins the real ones.
    """

    changed = Signal(object)
    failed = Signal(object)

    def __init__(self, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.current: Overview | None = None
        self._clock = clock
        self._workspace: Workspace | None = None
        self._ends: list[Callable[[], None]] = []
        self._reading = self._again = False
        self._tick = QTimer(self)
        self._tick.setSingleShot(True)
        self._tick.timeout.connect(self._minute)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.reload)

    def show(self, overview: Overview) -> None:
        """Shows an overview that was not read now: that of the last run, before the services are there."""
        self.current = overview
        self.changed.emit(overview)

    def attach(self, workspace: Workspace) -> None:
        """Follows the facts of ``workspace`` from now on."""
        from app.domain import events

        self._workspace = workspace
        for fact in typing.get_args(events.Fact):
            self._ends.append(workspace.announcer.subscribe(fact, lambda _fact: self._soon.start()))
        self.reload()
        self._wait_for_minute()

    def detach(self) -> None:
        """Stops following, before the services go."""
        for end in self._ends:
            end()
        self._ends.clear()
        self._tick.stop()
        self._soon.stop()
        self._workspace = None

    def reload(self) -> None:
        """Reads the overview. Wishes that come meanwhile are one more read afterwards."""
        if self._workspace is None:
            return
        if self._reading:
            self._again = True
            return
        self._reading = True
        tasks.start(self._workspace.overview.load(), owner=self, done=self._read_done, failed=self._read_failed)

    def _read_done(self, overview: Overview) -> None:
        self._reading = False
        self.show(overview)
        self._read_again()

    def _read_failed(self, error: AftaleError) -> None:
        self._reading = False
        self.failed.emit(error)
        self._read_again()

    def _read_again(self) -> None:
        if self._again:
            self._again = False
            self.reload()

    def _wait_for_minute(self) -> None:
        self._tick.start(1000 * (MINUTE - self._clock.now() % MINUTE))

    def _minute(self) -> None:
        now, shown = self._clock.now(), self.current
        self._wait_for_minute()
        if shown is None:
            return
        new_day = local(now, shown.zone).date() != local(shown.now, shown.zone).date()
        if new_day or now // MINUTE % READ_EVERY == 0:
            self.reload()
        else:
            self.show(replace(shown, now=now))
