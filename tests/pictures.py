"""The pictures of the README, taken from the real program on demo data: ``python -m tests.pictures [FOLDER]``.

The window is drawn without a screen, at two pixels a pixel, on a morning that does not change; the pages are what
``main.py serve`` answers to a real Chromium today.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget

from app.domain.booking import BookingRequest, Visitor
from app.domain.clock import HOUR, from_iso
from app.services.workspace import Workspace
from app.ui import theme
from app.ui.application import application
from app.ui.onboarding.state import Step
from app.ui.program import Program
from app.ui.runtime import tasks
from tests.e2e.serving import Served
from tests.services.opened import StandingClock, open_workspace, settle
from tests.ui.looks import availability_window, public_window, settings_window
from tests.ui.opened_program import press, running, until

FOLDER = Path(__file__).resolve().parent.parent / "resources/pictures"
MORNING = from_iso("2026-10-13T07:41:00Z")
"""Tuesday 13 October 2026, 09:41 in Copenhagen."""
SETTLED = 0.8
"""Seconds that fades and first reads need; a picture may wait for them, a test may not."""
WINDOW = (1120, 720)
PORT = 8477
CHROMIUM = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run")


def keep(window: QWidget, folder: Path, name: str) -> None:
    window.grab().save(str(folder / f"{name}.png"))


async def on_the_air(workspace: Path, *, demo: bool) -> Workspace:
    """Open, its pages served, its bookings written."""
    opened = await open_workspace(workspace, StandingClock(MORNING))
    if demo:
        await opened.fill_demo()
        await fill_today(opened)
    await opened.publishing.start(PORT)
    await settle(opened)
    return opened


async def fill_today(workspace: Workspace) -> None:
    """A morning of which something has happened already, and two meetings to come."""
    for start, minutes, title in ((-70, 45, "Accounts"), (80, 30, "Call the bank"), (410, 45, "Tax papers")):
        begin = MORNING - 60 + start * 60
        await workspace.accounts.add_busy("local", begin, begin + minutes * 60, title)
    intro = (await workspace.pages.all())[0]
    starts = await workspace.availability.starts(intro.id, 30, MORNING + 2 * HOUR, MORNING + 7 * HOUR)
    for number, guest in ((2, ("Noor", "Haddad", "noor@example.com")), (9, ("Emil", "Krogh", "emil@example.net"))):
        await workspace.bookings.book(BookingRequest(intro.slug, starts[number], 30, Visitor(*guest, "Europe/Copenhagen")))
    await workspace.notices.forget()


async def take_main_window(folder: Path, workspace: Path) -> None:
    """The dashboard, light and dark, and the list of pages, on demo data."""
    opening = partial(on_the_air, workspace, demo=True)
    async with running(workspace, StandingClock(MORNING), opening=opening, demo=True) as program:
        await until(lambda: program.session is not None, "the session")
        assert program.shell is not None
        program.shown.resize(*WINDOW)
        for look in ("dark", "light"):
            theme.active().apply(look)
            await asyncio.sleep(SETTLED)
            keep(program.shown, folder, f"meetings-{look}")
        program.shell.window.show_section("pages")
        await asyncio.sleep(SETTLED)
        keep(program.shown, folder, "pages")


async def take_first_run(folder: Path, workspace: Path) -> None:
    """The last step of the first run."""
    opening = partial(on_the_air, workspace, demo=False)
    async with running(workspace, StandingClock(MORNING), opening=opening) as program:
        program.shown.resize(*WINDOW)
        for label, text in (("Your name", "Anna Holm"), ("What you do", "Organisation consultant")):
            QTest.keyClicks(
                next(each for each in program.shown.findChildren(QLineEdit) if label in each.accessibleName()), text
            )
        for answer, step in (("Continue", Step.CALENDAR), ("On this computer", Step.PAGE)):
            press(program.shown, answer)
            await until(lambda step=step: reached(program, step), f"{step}")
        await asyncio.sleep(SETTLED)
        keep(program.shown, folder, "first-run")


def reached(program: Program, step: Step) -> bool:
    assert program.first_run is not None
    state = program.first_run.view.state
    return state.step is step and not state.busy


async def take_settings(folder: Path) -> None:
    """Panels of the settings: a connected account, days off and other hours, pages behind an own proxy."""
    windows = {
        "calendars": settings_window("calendars", "connected"),
        "availability": availability_window("drawn"),
        "publishing": public_window("publishing-live"),
    }
    for name, window in windows.items():
        window.resize(960, 720)
        window.show()
        await asyncio.sleep(SETTLED)
        keep(window, folder, name)
        window.close()


async def take_windows(folder: Path, scratch: Path) -> int:
    theme.active().apply("light")
    await take_settings(folder)
    await take_first_run(folder, scratch / "new")
    await take_main_window(folder, scratch / "demo")
    return 0


def take_pages(folder: Path, scratch: Path) -> None:
    """What a visitor sees: a desktop, and a phone in the dark and in Danish."""
    served = Served(scratch / "served", "--demo", "--port", "0")
    try:
        served.ready()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(CHROMIUM))
            address = f"{served.url}/meetings/{served.pages[0]}"
            take_page(browser, address, folder / "choose-desktop.png", (1100, 700), "light", "en")
            take_page(browser, address, folder / "choose-phone-dark-danish.png", (390, 844), "dark", "da")
            browser.close()
    finally:
        served.stop()


def take_page(browser: Browser, address: str, file: Path, size: tuple[int, int], scheme: str, language: str) -> None:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        device_scale_factor=2,
        color_scheme=scheme,
        locale=language,
        timezone_id="Europe/Copenhagen",
    )
    page = context.new_page()
    page.goto(address)
    page.evaluate("document.fonts.ready")
    page.screenshot(path=file)
    context.close()


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0]) if arguments else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    os.environ |= {"QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": "2"}
    with tempfile.TemporaryDirectory() as scratch:
        take_pages(folder, Path(scratch))
        return tasks.run(lambda: take_windows(folder, Path(scratch)), application())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
