"""What ``watched_window`` measures from inside the window's process, once the first paint is done."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

REST = 4000
"""Milliseconds after which the window is at rest."""
LOAD = 3000
"""Milliseconds for which the timer's lateness is collected."""
BOOKINGS = 150

_kept: list[QObject] = []


class Ticker(QTimer):
    """A timer of 5 ms that knows by how many milliseconds it was late."""

    def __init__(self) -> None:
        super().__init__()
        self.late: list[float] = []
        self._last = time.monotonic()
        self.setTimerType(Qt.TimerType.PreciseTimer)
        self.setInterval(5)
        self.timeout.connect(self._tick)
        self.start()

    def begin_again(self) -> None:
        self.late.clear()
        self._last = time.monotonic()

    def _tick(self) -> None:
        now = time.monotonic()
        self.late.append((now - self._last) * 1000 - 5)
        self._last = now


class Look(QTimer):
    """Waits until services and pages are there, then measures what is wanted and ends the program."""

    def __init__(self, what: str, tell: Callable[..., None]) -> None:
        super().__init__()
        self._what, self._tell, self._ticker = what, tell, Ticker()
        self.setInterval(2)
        self.timeout.connect(self._look)
        self.start()

    def _look(self) -> None:
        self._session = session = found_session()
        overview = session.shell.watch.current if session is not None else None
        if overview is not None and overview.reach == "computer_only":
            self.stop()
            self._tell("ready", time.monotonic(), max(self._ticker.late))
            QTimer.singleShot(REST, self._rest)

    def _rest(self) -> None:
        self._tell("rest")
        self._ticker.begin_again()
        if self._what == "late":
            QTimer.singleShot(LOAD, self._lateness)
        elif self._what == "notices":
            self._task = asyncio.ensure_future(self._notices())
            # Whether it went well or not: the bench hears an end in place of figures.
            self._task.add_done_callback(lambda _: self._session._quit())
        else:
            self._session._quit()

    def _lateness(self) -> None:
        late = sorted(self._ticker.late)
        self._tell("late", late[int(len(late) * 0.99)])
        self._session._quit()

    async def _notices(self) -> None:
        """From the commit of a booking to the fact in this thread, and until the window has drawn it."""
        from app.domain.booking import BookingRequest, Visitor
        from app.domain.events import Booked

        workspace, shell = self._session.workspace, self._session.shell
        facts: list[float] = []
        workspace.announcer.subscribe(Booked, lambda fact: facts.append(time.monotonic()))
        drawn = asyncio.Event()
        shell.dashboard.state_changed.connect(drawn.set)
        page = (await workspace.pages.all())[0]
        starts = await workspace.availability.preview(page, 30)
        told, seen = [], []
        for number in range(BOOKINGS):
            await asyncio.sleep(0.05)
            COMMITS.clear()
            facts.clear()
            visitor = Visitor("Ida", f"Number{number}", f"ida{number}@example.org", "Europe/Copenhagen")
            answer = await workspace.bookings.book(BookingRequest(page.slug, starts[number % 20], 30, visitor))
            while not any(each.booking == answer.booking for each in shell.watch.current.meetings):
                drawn.clear()
                await drawn.wait()
            shell.window.repaint()
            seen.append((time.monotonic() - COMMITS[0]) * 1000)
            told.append((facts[0] - COMMITS[0]) * 1000)
            await workspace.bookings.cancel(answer.booking)
            await asyncio.sleep(0.05)
        told.sort()
        seen.sort()
        self._tell("notices", told[int(len(told) * 0.99)], seen[len(seen) // 2], seen[int(len(seen) * 0.99)])


COMMITS: list[float] = []


def found_session():
    """What lives in the window while its workspace is open. Found without an import: those are the program's own work."""
    for window in QApplication.topLevelWidgets():
        owner = getattr(getattr(window, "on_close", None), "__self__", None)
        if type(owner).__name__ == "Session":
            return owner
    return None


def note_commits() -> None:
    from app.models.database import Database

    def committed(self: Database, real=Database._committed) -> None:
        COMMITS.append(time.monotonic())
        real(self)

    Database._committed = committed


def watch(what: str, tell: Callable[..., None]) -> None:
    """Begins to watch the program that is about to be made."""
    if what == "notices":
        note_commits()
    _kept.append(Look(what, tell))
