"""The desktop program's first steps: is there a screen, is the workspace free, and a picture as soon as Qt can paint one.

Little is imported here, and in this order: everything before the first picture is time in which the owner sees nothing. A
second start of the same workspace raises the first window and ends.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from app.domain.clock import SystemClock
from app.domain.errors import WorkspaceInUse, WorkspaceUnusable
from app.ui import first_picture
from app.ui.runtime import screen
from app.workspace_lock import WINDOW, acquire

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from typing import Protocol

    from app.services.workspace import Workspace

    class Opener(Protocol):
        """What the composition root gives: opens the workspace and serves its pages."""

        def __call__(self, folder: Path, port: int | None, demo: bool) -> Awaitable[Workspace]: ...


EXIT_SCREEN = 5


def run(folder: Path, port: int | None, demo: bool, open_workspace: Opener, diagnose: bool = False) -> int:
    """Runs the window on the workspace in ``folder``. Returns the exit code of CONTRACT 2."""
    if not screen.reachable():
        print("aftale: there is no display to open a window on; main.py serve runs without one", file=sys.stderr)
        return EXIT_SCREEN
    try:
        lock = acquire(folder, WINDOW)
    except WorkspaceInUse as error:
        from app.ui.runtime.single_instance import ring

        return 0 if error.detail == WINDOW and ring(folder) else _refuse(error, folder)
    except WorkspaceUnusable as error:
        return _refuse(error, folder)
    with lock:
        return _run_locked(folder, port, demo, open_workspace, diagnose)


def _run_locked(folder: Path, port: int | None, demo: bool, opener: Opener, diagnose: bool) -> int:
    app = application()
    window = first_picture.show(folder, SystemClock().now())

    import asyncio

    from app import log
    from app.ui.runtime import tasks

    async def main() -> int:
        if window is not None:
            # The picture stands. What draws the widgets is loaded beside it, so that the window answers meanwhile.
            await asyncio.get_running_loop().run_in_executor(None, _load)
        from app.ui.program import Program

        program = Program(app, folder, demo, window)
        if not diagnose:
            return await program.main(lambda: opener(folder, port, demo))
        from app.ui.diagnose import diagnosis

        return await diagnosis(program, lambda: opener(folder, port, True))

    log.start(folder)
    try:
        return tasks.run(main, app)
    finally:
        log.stop()


def _load() -> None:
    """The modules of the widgets, in a thread."""
    import app.ui.program
    import app.ui.shell  # noqa: F401


def application() -> QApplication:
    """The application object with its names, made once a process."""
    found = QApplication.instance()
    app = found if isinstance(found, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("aftale")
    app.setApplicationDisplayName("Aftale")
    app.setDesktopFileName("aftale")
    return app


def _refuse(error: WorkspaceUnusable, folder: Path) -> int:
    """The workspace could not even be locked: a line, a dialog where somebody can see it, and the code."""
    from app.ui.program import say, somebody_sees, tell_problem
    from app.ui.runtime import tasks

    code = say(error)
    app = application()
    if not somebody_sees(app):
        return code

    async def main() -> int:
        await tell_problem(error, folder)
        return code

    return tasks.run(main, app)
