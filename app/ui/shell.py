"""The main window with its screens, as it can be drawn before any service is there; ``attach`` gives it the services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QObject, Signal

from app.domain.clock import Clock
from app.i18n import _
from app.ui import messages
from app.ui.dashboard.controller import DashboardController
from app.ui.dashboard.state import DashboardState
from app.ui.dashboard.view import DashboardView
from app.ui.dashboard.watch import OverviewWatch
from app.ui.main_window import MainWindow, Screen
from app.ui.runtime import tasks
from app.ui.window_state import FirstScreen, as_of

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.services.workspace import Workspace
    from app.ui.pages.controller import PagesController
    from app.ui.pages.screen import PagesScreen
    from app.ui.why.reasons import Way

MEETINGS, PAGES = "meetings", "pages"


class Shell(QObject):
    """Window, dashboard and the one watch that dashboard, status chip and tray follow.

    ``window``: one that shows the last picture already. ``settings_requested`` carries the panel to open, or nothing.
    """

    settings_requested = Signal(str)

    def __init__(self, clock: Clock, window: MainWindow | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.window = window if window is not None else MainWindow()
        self.watch = OverviewWatch(clock, self)
        self.meetings = DashboardView()
        self.dashboard = DashboardController(self.meetings, self.watch)
        self.pages: PagesController | None = None
        self._clock = clock
        self._pages_screen: PagesScreen | None = None
        self._workspace: Workspace | None = None
        self._add_screens()
        self._connect()

    def show_last(self, last: FirstScreen, *, placed: bool = False) -> None:
        """Shows what is known of the last time, as it can be now. ``placed``: the window stands where it shall already."""
        if last.overview is not None:
            self.watch.show(as_of(last.overview, self._clock.now()))
        if last.geometry and not placed:
            self.window.restoreGeometry(QByteArray.fromBase64(last.geometry.encode()))

    def attach(self, workspace: Workspace) -> None:
        """From now on everything works."""
        self._workspace = workspace
        self.dashboard.attach(workspace)
        self.window.set_live(True)
        self.watch.attach(workspace)
        if self._pages_screen is not None:
            self._follow_pages(self._pages_screen)

    def detach(self) -> None:
        """The services go; the window stays as it is."""
        self.watch.detach()
        self.dashboard.detach()
        self.window.set_live(False)
        self._workspace = None

    def show_meetings(self) -> None:
        self.window.show_section(MEETINGS)

    def geometry(self) -> str:
        """Place and size of the window, for the next start."""
        return bytes(self.window.saveGeometry().toBase64().data()).decode("ascii")

    async def leave(self) -> bool:
        """Asks about unsaved changes. False: the owner goes on editing."""
        return self.pages is None or await self.pages.leave()

    def _add_screens(self) -> None:
        self.window.add_screen(Screen(MEETINGS, "nav_meetings", lambda: _("Meetings"), lambda: self.meetings))
        self.window.add_screen(Screen(PAGES, "nav_pages", lambda: _("Scheduling pages"), self._make_pages))
        self.window.set_live(False)

    def _connect(self) -> None:
        window, dashboard = self.window, self.dashboard
        window.settings_requested.connect(lambda: self.settings_requested.emit(""))
        window.copy_link_requested.connect(dashboard.copy_link)
        window.open_page_requested.connect(dashboard.open_page)
        window.publishing_requested.connect(lambda: self.settings_requested.emit("publishing"))
        dashboard.section_requested.connect(window.show_section)
        dashboard.settings_requested.connect(self.settings_requested)
        dashboard.editor_requested.connect(self._edit)
        dashboard.state_changed.connect(self._follow)

    def _follow(self, state: DashboardState) -> None:
        overview = self.watch.current
        if overview is not None:
            self.window.show_status(messages.status(overview), overview.link)
            self.window.set_count(MEETINGS, len(overview.requests))

    def _edit(self, page: str, section: str) -> None:
        """Opens a page's editor at a section."""
        self.window.show_section(PAGES)
        if self.pages is not None:
            tasks.start(self.pages.go_to(page, section), self)

    def _go(self, way: Way) -> None:
        """From the page editor to what decides about a time."""
        if way.goal == "booking":
            self.show_meetings()
            self.dashboard.open_booking(way.target)
        else:
            self.settings_requested.emit(way.target)

    def _make_pages(self) -> QWidget:
        from app.ui.pages.screen import PagesScreen

        screen = self._pages_screen = PagesScreen()
        screen.editing_changed.connect(self.window.force_compact)
        screen.way_chosen.connect(self._go)
        if self._workspace is not None:
            self._follow_pages(screen)
        return screen

    def _follow_pages(self, screen: PagesScreen) -> None:
        from app.ui.pages.controller import PagesController

        assert self._workspace is not None
        self.pages = PagesController(self._workspace, screen)
