"""How long every screen takes to open in a workspace with a long history, over its time in an empty one, and whether scrolling
it stalls the window.

The full workspace has 200 pages, 5,000 contacts, 50,000 past bookings, 60 to come and 2,000 events, seeded and made through the
models. A screen is open when it has been read, laid out and painted. Prints one JSON object of milliseconds:
``<screen>_over_ms`` is the median in the full workspace less that in the empty one, ``<screen>_scroll_ms`` the longest step
on the way through its lists from end to end, of three ways the best. Both are CPU time, of all threads and of the window's, so
that nothing else on the machine counts. ``preview_ms``: from a change in the editor until the preview shows it, waiting
included, the median over edits of a page of 60 days beside 12,000 events. Qt paints into memory here; run it on a quiet
machine:

    python -m tests.bench.bench_screens
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget

from app.domain.booking import Booking, Cause, State, Visitor
from app.domain.calendars import Event
from app.domain.clock import DAY, HOUR, MINUTE, Instant
from app.domain.connections import LOCAL
from app.domain.contacts import Contact
from app.domain.pages import Page, Rolling, Rules
from app.models import bookings, calendars, contacts, pages
from app.models.base import Session
from app.services.workspace import Workspace
from app.ui import theme, zone_list
from app.ui.dashboard.controller import DashboardController
from app.ui.dashboard.view import DashboardView
from app.ui.dashboard.watch import OverviewWatch
from app.ui.main_window import MainWindow, Screen
from app.ui.pages.controller import PagesController
from app.ui.pages.editor_state import Section
from app.ui.pages.screen import PagesScreen
from app.ui.pages.sections.limits import LimitsSection
from app.ui.runtime import tasks
from app.ui.settings.controller import SettingsController
from app.ui.settings.state import PANELS
from tests.services.opened import MONDAY, ZONE, StandingClock, furnished, page

PAGES, CONTACTS, BOOKINGS, COMING, EVENTS = 200, 5_000, 50_000, 60, 2_000
ROUNDS = 7
EDITS = 15
COLOURS = ("fjord", "heather", "moss", "amber", "brick", "slate", "#7a1fd0")
_NAMES = ("Ida", "Jonas", "Maja", "Noor", "Åse", "Emil", "Sofie", "Lars")
Open = Callable[[Workspace], Awaitable[tuple[QWidget, Callable[[], None]]]]


# The full workspace


def fill(session: Session) -> None:
    """Seeded; every past half hour holds a booking, the next days some, and more than half a year has events."""
    draw = random.Random(7)
    for number in range(2, PAGES + 1):
        pages.save_page(session, _page(number, draw))
    for number in range(CONTACTS):
        name = draw.choice(_NAMES)
        contacts.keep_contact(session, Contact(f"c{number}", f"{name}{number}@example.org".lower(), name, f"Holm {number}"))
    for number in range(-COMING, BOOKINGS):
        bookings.insert_booking(session, _booking(number, draw), f"t{number}".encode(), None, MONDAY, Cause.VISITOR)
    calendars.upsert_events(session, LOCAL, [_event(number, draw) for number in range(EVENTS)])


def _page(number: int, draw: random.Random) -> Page:
    return page(number, title=f"Page {number} of many", colour=draw.choice(COLOURS), position=number, on=draw.random() < 0.8)


def _booking(number: int, draw: random.Random) -> Booking:
    start = MONDAY - DAY - number * 30 * MINUTE if number >= 0 else MONDAY - number * 2 * HOUR
    name, guest = draw.choice(_NAMES), draw.randrange(CONTACTS)
    return Booking(
        id=f"b{number}",
        page=f"page{draw.randrange(1, PAGES + 1)}",
        slug="anna/page-1",
        title="Intro call",
        start=start,
        end=start + 30 * MINUTE,
        state=State.WRITTEN,
        visitor=Visitor(name, f"Holm {guest}", f"{name}{guest}@example.org".lower(), ZONE),
        zone=ZONE,
        created_at=start - DAY,
        changed_at=start - DAY,
        uid=f"u{number}",
    )


def _event(number: int, draw: random.Random) -> Event:
    start = MONDAY + draw.randrange(-200 * 24, 60 * 24) * HOUR
    return Event(f"e{number}", LOCAL, start, start + draw.choice((30, 60, 90)) * MINUTE, f"Event {number}")


# Screens


async def until(happened: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not happened():
        if time.monotonic() > end:
            raise TimeoutError
        await asyncio.sleep(0.001)


async def painted(widget: QWidget) -> None:
    """Everything that was asked for is laid out and on the screen."""
    for _turn in range(3):
        await asyncio.sleep(0)
        QCoreApplication.sendPostedEvents()
    widget.repaint()


async def dashboard(workspace: Workspace) -> tuple[QWidget, Callable[[], None]]:
    window, view, watch = MainWindow(), DashboardView(), OverviewWatch(workspace.clock)
    window.add_screen(Screen("meetings", "nav_meetings", lambda: "Meetings", lambda: view))
    controller = DashboardController(view, watch)
    window.show()
    controller.attach(workspace)
    watch.attach(workspace)
    await until(lambda: watch.current is not None)
    await painted(window)

    def close() -> None:
        watch.detach()
        controller.detach()
        window.close()
        window.deleteLater()

    return window, close


async def page_list(workspace: Workspace) -> tuple[QWidget, Callable[[], None]]:
    screen, _controller = _pages(workspace)
    await until(lambda: screen.list._state.loaded)
    await painted(screen)
    return screen, lambda: _drop(screen)


def _pages(workspace: Workspace) -> tuple[PagesScreen, PagesController]:
    screen = PagesScreen()
    screen.resize(1056, 720)
    controller = PagesController(workspace, screen)
    screen.show()
    return screen, controller


async def editor(workspace: Workspace) -> tuple[QWidget, Callable[[], None]]:
    """From the list, as one opens it."""
    screen, controller = _pages(workspace)
    controller.edit("page1")
    await until(lambda: screen.editing and screen.editor.preview.choose.slots.texts)
    await painted(screen)
    return screen, lambda: _drop(screen)


def panel(key: str) -> Open:
    async def opened(workspace: Workspace) -> tuple[QWidget, Callable[[], None]]:
        controller = SettingsController(workspace, zone_list.options)
        controller.open(None, key)
        await until(lambda: controller.state is not None)
        window = controller.window
        assert window is not None
        await painted(window)

        def close() -> None:
            controller.close()
            controller.deleteLater()

        return window, close

    return opened


def _drop(widget: QWidget) -> None:
    widget.close()
    widget.deleteLater()


SCREENS: dict[str, Open] = {
    "dashboard": dashboard,
    "pages": page_list,
    "editor": editor,
    **{f"settings_{key}": panel(key) for key in PANELS},
}


# Measuring


async def opening(workspace: Workspace, screen: Open) -> float:
    """The median of the milliseconds until it is open; the first time, which loads modules, does not count."""
    taken = []
    for _round in range(ROUNDS + 1):
        gc.collect()
        gc.disable()
        begun = time.process_time()
        _widget, close = await screen(workspace)
        taken.append((time.process_time() - begun) * 1000)
        gc.enable()
        close()
        await asyncio.sleep(0.02)
    return statistics.median(taken[1:])


async def scrolling(workspace: Workspace, screen: Open) -> float:
    """The longest step, of three ways through everything that scrolls the best."""
    widget, close = await screen(workspace)
    await asyncio.sleep(0.3)
    best = min([await _through(widget) for _way in range(3)])
    close()
    await asyncio.sleep(0.02)
    return best


async def _through(widget: QWidget) -> float:
    longest = 0.0
    for area in widget.findChildren(QAbstractScrollArea):
        bar = area.verticalScrollBar()
        if not area.isVisible() or bar.maximum() <= 0:
            continue
        for end in (bar.maximum(), 0):
            while bar.value() != end:
                step = max(1, area.viewport().height() // 4)
                at = min(end, bar.value() + step) if end else max(0, bar.value() - step)
                gc.disable()
                begun = time.thread_time()
                bar.setValue(at)
                # Lays out and paints what the step brought.
                QCoreApplication.sendPostedEvents()
                longest = max(longest, (time.thread_time() - begun) * 1000)
                gc.enable()
                await asyncio.sleep(0)
    return longest


async def previewing(folder: Path) -> float:
    """The median until the preview shows what was typed."""
    rules = Rules((30,), step=15, notice=0, window=Rolling(60))
    workspace = await furnished(folder, StandingClock(), page(rules=rules))
    draw = random.Random(3)
    crowd = [replace(_event(number, draw), start=0, end=0) for number in range(12_000)]
    spread = [_placed(each, MONDAY + draw.randrange(0, 60 * 24 * 2) * 30 * MINUTE) for each in crowd]
    await workspace.database.write(lambda session: calendars.upsert_events(session, LOCAL, spread))
    screen, controller = _pages(workspace)
    controller.edit("page1")
    preview = screen.editor.preview
    await until(lambda: preview._state is not None and preview._state.starts is not None)
    card = screen.editor.sections[Section.LIMITS]
    card.set_open(True)
    assert isinstance(card.body, LimitsSection)
    limits = card.body
    await asyncio.sleep(0.5)
    taken = []
    for number in range(EDITS):
        shown = preview._state
        begun = time.perf_counter()
        limits.before.set_text(str(5 + number))
        limits.before.changed.emit(str(5 + number))
        before = shown.starts if shown is not None else None
        await until(lambda before=before: preview._state is not None and preview._state.starts is not before)
        await painted(screen)
        taken.append((time.perf_counter() - begun) * 1000)
        await asyncio.sleep(0.05)
    _drop(screen)
    await workspace.close()
    return statistics.median(taken)


def _placed(event: Event, start: Instant) -> Event:
    return replace(event, start=start, end=start + 20 * MINUTE)


async def measure(folder: Path) -> dict[str, float]:
    figures: dict[str, float] = {}
    theme.active().apply("light", 100)
    empty = await furnished(folder / "empty", StandingClock(), page())
    full = await furnished(folder / "full", StandingClock(), page())
    begun = time.perf_counter()
    await full.database.write(fill)
    print(f"made in {time.perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)
    for name, screen in SCREENS.items():
        without, with_ = await opening(empty, screen), await opening(full, screen)
        figures[f"{name}_empty_ms"] = round(without, 1)
        figures[f"{name}_over_ms"] = round(with_ - without, 1)
        figures[f"{name}_scroll_ms"] = round(await scrolling(full, screen), 1)
        print(name, {key: value for key, value in figures.items() if key.startswith(name)}, file=sys.stderr, flush=True)
    await empty.close()
    await full.close()
    figures["preview_ms"] = round(await previewing(folder / "preview"), 1)
    figures["screens_over_ms"] = max(value for name, value in figures.items() if name.endswith("_over_ms"))
    figures["screens_scroll_ms"] = max(value for name, value in figures.items() if name.endswith("_scroll_ms"))
    return figures


def main() -> None:
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    found: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:

        async def run() -> int:
            for name in ("empty", "full", "preview"):
                (Path(folder) / name).mkdir()
            found.append(await measure(Path(folder)))
            return 0

        tasks.run(run, application)
    print(json.dumps(found[0]))


if __name__ == "__main__":
    main()
