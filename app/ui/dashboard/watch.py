"""The overview as the window knows it: read again after each fact, once a minute moved on in time, and kept for the next start.

Dashboard, status chip and tray all follow one watch, so they never tell different things.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import typing
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.domain import events
from app.domain.clock import MINUTE, Clock
from app.domain.errors import AftaleError
from app.domain.overview import Overview
from app.domain.plain import from_plain, to_plain
from app.i18n import local
from app.ui.dashboard.state import before_services
from app.ui.runtime import tasks

if typing.TYPE_CHECKING:
    from app.services.workspace import Workspace

READ_EVERY = 5
"""Minutes after which the overview is read again even if nothing was announced: requests grow old by themselves."""
_log = logging.getLogger(__name__)


class OverviewWatch(QObject):
    """``changed`` carries each new ``Overview``; ``failed`` the error of a read that did not succeed.

    ``show_kept`` gives the one of the last run at once; ``attach`` begins the real ones.
    """

    changed = Signal(object)
    failed = Signal(object)

    def __init__(self, clock: Clock, kept: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.current: Overview | None = None
        self._clock, self._kept = clock, kept
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

    def show_kept(self) -> bool:
        """Shows what the last run kept, as of now. False if there is nothing, or nothing that can be read."""
        found = read_kept(self._kept)
        if found is None:
            return False
        self._show(before_services(found, self._clock.now()))
        return True

    def attach(self, workspace: Workspace) -> None:
        """Follows the facts of ``workspace`` from now on."""
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
        tasks.start(self._read(self._workspace), owner=self, done=self._read_done, failed=self._read_failed)

    async def _read(self, workspace: Workspace) -> Overview:
        overview = await workspace.overview.load()
        await asyncio.get_running_loop().run_in_executor(None, keep, self._kept, overview)
        return overview

    def _read_done(self, overview: Overview) -> None:
        self._reading = False
        self._show(overview)
        self._read_again()

    def _read_failed(self, error: AftaleError) -> None:
        self._reading = False
        self.failed.emit(error)
        self._read_again()

    def _read_again(self) -> None:
        if self._again:
            self._again = False
            self.reload()

    def _show(self, overview: Overview) -> None:
        self.current = overview
        self.changed.emit(overview)

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
            self._show(replace(shown, now=now))


def keep(path: Path, overview: Overview) -> None:
    """Writes the overview for the next start, whole or not at all, for the owner's eyes only. A full disk only costs the
    first screen."""
    beside = path.with_suffix(".new")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor, not a path
            json.dump(to_plain(overview), file, ensure_ascii=False, separators=(",", ":"))
        beside.replace(path)
    except OSError as error:
        _log.info("the first screen was not kept: %s", error)


def read_kept(path: Path) -> Overview | None:
    """What ``keep`` wrote, or None: a file of another version or a damaged one counts as none."""
    try:
        return from_plain(Overview, json.loads(path.read_bytes()))
    except (OSError, ValueError):
        return None
