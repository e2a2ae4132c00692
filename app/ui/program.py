"""One run of the window: its stages, its end, and what it says when it cannot begin.

Painted already, at best, is the picture of the last screen (``first_picture``). Then come the widgets, drawn from the last
state, with nothing imported but Qt, asyncio and this package; when they are painted, the workspace opens in threads; then the
services are attached, the tray and the notices.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QWidget

from app import i18n
from app.domain.clock import SystemClock
from app.domain.errors import AftaleError, PortTaken, WorkspaceDamaged, WorkspaceUnusable
from app.domain.events import WorkspaceOrdered
from app.i18n import _
from app.paths import database_file
from app.ui import theme, window_state
from app.ui.runtime import tasks
from app.ui.runtime.painting import painted
from app.ui.runtime.single_instance import Doorbell
from app.ui.window_state import FirstScreen

if TYPE_CHECKING:
    from app.services.workspace import Workspace
    from app.ui.first_run import FirstRunWindow
    from app.ui.main_window import MainWindow
    from app.ui.session import Session
    from app.ui.shell import Shell

EXIT_WORKSPACE, EXIT_PORT = 3, 4
CLOSED_BY = 10.0
"""Seconds that the workspace gets to close."""
FIRST_RUN_DONE = 4
"""The step of ``settings.FirstRun`` at which the first run is over."""
log = logging.getLogger(__name__)
Opening = Callable[[], Awaitable["Workspace"]]
"""Opens the workspace and serves its pages. Raises WorkspaceUnusable or PortTaken."""


class Program:
    """``window`` shows the picture of the last screen already; ``quit`` ends the run."""

    def __init__(self, app: QApplication, folder: Path, demo: bool = False, window: MainWindow | None = None) -> None:
        self.app, self.folder, self._demo, self._window = app, folder, demo, window
        self.clock = SystemClock()
        self.shell: Shell | None = None
        self.session: Session | None = None
        self.first_run: FirstRunWindow | None = None
        self.last: FirstScreen | None = None
        self._ended = asyncio.Event()
        self._again = self._asked = False
        self._bell: Doorbell | None = None

    async def main(self, opening: Opening) -> int:
        """All three stages, then waits for the end."""
        workspace: Workspace | None = None
        self._heed_signals()
        try:
            await self.draw()
            await painted(self.shown)
            self._listen()
            while True:
                workspace = await self._open_or_mend(opening)
                await self.attach(workspace)
                await self._ended.wait()
                if not self._again:
                    break
                await self._let_go(workspace)
                workspace = None
        except (WorkspaceUnusable, PortTaken) as error:
            return await self._tell(error)
        finally:
            await self.close(workspace)
        return 0

    @property
    def shown(self) -> QWidget:
        """The window that the owner sees now."""
        if self.first_run is not None:
            return self.first_run.view
        assert self.shell is not None
        return self.shell.window

    def quit(self) -> None:
        """Ends the program; what is unsaved must have been asked about before."""
        self._ended.set()

    def open_anew(self) -> None:
        """Closes the workspace and opens it again: another database takes its place then."""
        self._again = True
        self._ended.set()

    # Stage 1

    async def draw(self) -> None:
        """The first picture that can be used: the window as it was last, or the first run in a new workspace."""
        self.last = last = window_state.read(self.folder)
        if last is not None:
            i18n.use(last.appearance.language.value, last.appearance.clock_24)
            theme.active().reduced_motion = last.appearance.reduced_motion
            theme.active().apply(last.appearance.theme.value, last.appearance.text_size)
        new = last is None and not self._demo and not database_file(self.folder).exists()
        half_way = last is not None and 0 < last.first_run.step < FIRST_RUN_DONE
        if self._window is None and (new or half_way):
            self._draw_first_run()
        else:
            await self.draw_shell()

    async def draw_shell(self) -> None:
        """The main window, with the last state on the dashboard. Made in two turns of the loop, so that none is long."""
        from app.ui.shell import Shell

        shell = Shell(self.clock, self._window, self.app)
        # The picture stays until the widgets know what to show.
        shell.window.setUpdatesEnabled(False)
        await asyncio.sleep(0)
        shell.show_last(self.last or FirstScreen(), placed=self._window is not None)
        shell.window.setUpdatesEnabled(True)
        shell.window.on_close = self._closed_early
        self.shell, self._window = shell, None
        self._show(shell.window)

    def _closed_early(self) -> bool:
        """The owner closes the window before there is anything to keep running."""
        self.quit()
        return True

    def _draw_first_run(self) -> None:
        from app.ui.first_run import FirstRunWindow

        self.first_run = FirstRunWindow(self.last)
        self.first_run.view.left.connect(self.quit)
        self.first_run.finished.connect(lambda workspace: tasks.start(self._finish_first_run(workspace), self.app))
        self._show(self.first_run.view)

    def _show(self, window: QWidget) -> None:
        from app.ui.widgets import mark_icon

        window.setWindowIcon(mark_icon())
        window.show()

    # Stage 2

    async def open(self, opening: Opening) -> Workspace:
        """Opens the workspace while the window stands there. Raises WorkspaceUnusable or PortTaken."""
        opened = asyncio.ensure_future(_awaited(opening))
        if self.first_run is not None:
            self.first_run.attach(opened)
        return await opened

    async def _open_or_mend(self, opening: Opening) -> Workspace:
        """``open``; a damaged workspace is offered its newest good backups first, as often as that helps (DATA-4)."""
        while True:
            try:
                return await self.open(opening)
            except WorkspaceDamaged:
                if not somebody_sees(self.app) or not await self._mend():
                    raise

    async def _mend(self) -> bool:
        """Whether the owner chose a backup, which stands in the place of the damaged database at the next opening."""
        from app.ui.rescue import rescue

        self._asked = True
        if not await rescue(self.folder, self.clock, self.shown):
            return False
        if self.first_run is not None:
            # The database was missing, so the window took the workspace for a new one.
            first = self.first_run
            await self.draw_shell()
            self.first_run = None
            first.end()
        return True

    # Stage 3

    async def attach(self, workspace: Workspace) -> None:
        """Gives the drawn window its services: all that a person can do works from here on."""
        needed = await needs_first_run(workspace)
        if self._ended.is_set():
            return
        if self.shell is not None and needed:
            self._go_back_to_first_run(workspace)
        elif self.shell is not None:
            self._begin(workspace)
        elif not needed:
            await self._finish_first_run(workspace)

    def _begin(self, workspace: Workspace) -> None:
        from app.ui.session import Session

        assert self.shell is not None
        self.session = Session(self.shell, workspace, self.folder, self.quit)
        workspace.announcer.subscribe(WorkspaceOrdered, lambda _fact: self.open_anew())

    def _go_back_to_first_run(self, workspace: Workspace) -> None:
        """The window was drawn, but the three questions were never answered: this workspace only served so far."""
        old, self.shell = self.shell, None
        ready: asyncio.Future[Workspace] = asyncio.get_running_loop().create_future()
        ready.set_result(workspace)
        self._draw_first_run()
        assert self.first_run is not None
        self.first_run.attach(ready)
        if old is not None:
            old.window.on_close = lambda: True
            old.window.close()
            old.window.deleteLater()
            old.deleteLater()

    async def _finish_first_run(self, workspace: Workspace) -> None:
        first = self.first_run
        assert first is not None
        current = workspace.settings.current
        self.last = FirstScreen(profile=current.profile, appearance=current.appearance, first_run=current.first_run)
        await self.draw_shell()
        self.first_run = None
        self._begin(workspace)
        first.end()

    async def _let_go(self, workspace: Workspace) -> None:
        """Takes the window down with all that knows the workspace, and draws one that waits for the next."""
        current = workspace.settings.current
        self.last = FirstScreen(profile=current.profile, appearance=current.appearance, first_run=current.first_run)
        if self.session is not None:
            await self.session.close()
            self.session.deleteLater()
            self.session = None
        old, self.shell = self.shell, None
        await self.draw_shell()
        if old is not None:
            old.window.on_close = lambda: True
            old.window.close()
            old.window.deleteLater()
            old.deleteLater()
        self._again = False
        self._ended.clear()
        await _closed(workspace)

    # The end

    async def close(self, workspace: Workspace | None) -> None:
        """Takes everything down in the reverse order."""
        tasks.on_fault(None)
        if self.first_run is not None and workspace is not None:
            await self.first_run.keep()
            self._remember_first_run(workspace)
        if self.session is not None:
            await self.session.close()
        if self.first_run is not None or self.shell is not None:
            self.shown.hide()
            self.shown.deleteLater()
        if self.shell is not None:
            self.shell.deleteLater()
        if self._bell is not None:
            self._bell.close()
        if workspace is not None:
            await _closed(workspace)

    def _remember_first_run(self, workspace: Workspace) -> None:
        """A run that is left half-way is drawn at once by the next start."""
        current = workspace.settings.current
        if current.first_run.step:
            left = FirstScreen(profile=current.profile, appearance=current.appearance, first_run=current.first_run)
            window_state.write(self.folder, left)

    def _heed_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            try:
                loop.add_signal_handler(number, self.quit)
            except NotImplementedError:
                signal.signal(number, lambda *_: loop.call_soon_threadsafe(self.quit))

    def _listen(self) -> None:
        tasks.on_fault(self._our_fault)
        self._bell = Doorbell(self.folder, self.app)
        self._bell.rung.connect(self._rung)

    def _rung(self, token: str) -> None:
        if token:
            os.environ["XDG_ACTIVATION_TOKEN"] = token
        window = self.shown
        if window.isMinimized():
            window.showNormal()
        window.show()
        window.raise_()
        window.activateWindow()

    async def _tell(self, error: WorkspaceUnusable | PortTaken) -> int:
        code = say(error)
        if somebody_sees(self.app) and not (self._asked and isinstance(error, WorkspaceDamaged)):
            await tell_problem(error, self.folder, self.shown)
        return code

    def _our_fault(self, error: BaseException) -> None:
        from app.ui.messages import our_fault
        from app.ui.widgets import toast

        window = self.app.activeWindow() or self.shown
        if window.isVisible():
            words = our_fault()
            toast(window, f"{words.title}. {words.text}", icon="status_error")


async def needs_first_run(workspace: Workspace) -> bool:
    """Whether the three questions were never answered. A workspace that already serves pages is past them."""
    step = workspace.settings.current.first_run.step
    return 0 < step < FIRST_RUN_DONE or (step == 0 and not await workspace.pages.all())


async def _closed(workspace: Workspace) -> None:
    """Closes the workspace. One that hangs is told twice: the program must end when it is told to."""
    for _attempt in range(2):
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSED_BY):
                await workspace.close()
                return
        log.error("the workspace did not close within %g seconds", CLOSED_BY)


async def tell_problem(error: AftaleError, folder: Path, parent: QWidget | None = None) -> None:
    """Says in a dialog why the program cannot start, and what to do."""
    from app.ui.messages import error_words
    from app.ui.widgets import Question

    words = error_words(error)
    text = words.text
    if isinstance(error, WorkspaceDamaged) and error.detail:
        backup = Path(error.detail)
        text, folder = " ".join((text, _("The newest good backup is {name}.").format(name=backup.name))), backup.parent
    dialog = Question(parent, words.title, text, (("folder", _("Show folder"), "ghost"), ("quit", _("Quit"), "primary")))
    if await tasks.ask(dialog) and dialog.answer == "folder":
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def say(error: WorkspaceUnusable | PortTaken) -> int:
    """To the terminal; the exit code that belongs to it."""
    if isinstance(error, PortTaken):
        print(f"aftale: port {error.port} is taken by another program; choose another with --port", file=sys.stderr)
        return EXIT_PORT
    print(f"aftale: the workspace cannot be used: {error}", file=sys.stderr)
    return EXIT_WORKSPACE


def somebody_sees(app: QApplication) -> bool:
    """False where nobody could see or close a dialog."""
    return app.platformName() not in ("offscreen", "minimal")


async def _awaited(opening: Opening) -> Workspace:
    return await opening()
