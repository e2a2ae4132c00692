"""The whole window in the test's own process, on a real workspace: drawn, opened, used and closed as a person would."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from app.services.workspace import Workspace
from app.ui.program import Program
from tests.services.opened import StandingClock, open_workspace

PATIENCE = 15.0


async def until(true: Callable[[], object], what: str = "") -> None:
    """Waits until the condition holds."""
    try:
        async with asyncio.timeout(PATIENCE):
            while not true():
                await asyncio.sleep(0.005)
    except TimeoutError:
        raise AssertionError(f"never came: {what or true}") from None


@asynccontextmanager
async def running(
    folder: Path, clock: StandingClock, *, opening: Callable[[], Awaitable[Workspace]] | None = None, demo: bool = False
) -> AsyncIterator[Program]:
    """The program with its window drawn; what it is told to do goes on in the loop."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)

    async def open_it() -> Workspace:
        workspace = await open_workspace(folder, clock)
        if demo:
            await workspace.fill_demo()
        return workspace

    program = Program(app, folder, demo)
    program.clock = clock
    task = asyncio.ensure_future(program.main(opening or open_it))
    try:
        await until(lambda: task.done() or program.shell or (program.first_run and program.first_run.attached), "a window")
        yield program
    finally:
        program.quit()
        await task


def button(window: QWidget, text: str) -> QAbstractButton:
    """The visible button that says ``text`` or is named so."""
    for each in window.findChildren(QAbstractButton):
        if each.isVisibleTo(window) and text in (each.text().replace("&", ""), each.accessibleName()):
            return each
    raise AssertionError(f"no button {text!r}; there are {[each.text() or each.accessibleName() for each in buttons(window)]}")


def buttons(window: QWidget) -> list[QAbstractButton]:
    return [each for each in window.findChildren(QAbstractButton) if each.isVisibleTo(window)]


def press(window: QWidget, text: str) -> None:
    found = button(window, text)
    assert found.isEnabled(), f"{text} cannot be pressed"
    found.click()


def reads(window: QWidget) -> str:
    """All that stands in the window."""
    shown = [each for each in window.findChildren(QWidget) if each.isVisibleTo(window)]
    return "\n".join(each.text() if isinstance(each, QLabel) else each.accessibleName() for each in shown)
