"""What *Notifications* does at once: the test message, and looking where notices go and whether there is a tray."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QSystemTrayIcon

from app.domain.notices import Way
from app.ui.runtime import tasks
from app.ui.settings.notifications import NotificationsPanel

if TYPE_CHECKING:
    from app.services.workspace import Workspace


class NotificationActs(QObject):
    """One for a panel."""

    def __init__(self, workspace: Workspace, panel: NotificationsPanel) -> None:
        super().__init__(panel)
        self._notices, self._panel = workspace.notices, panel
        panel.test_requested.connect(lambda: tasks.start(self._test(), panel, panel.show_tested))
        panel.show_tray(QSystemTrayIcon.isSystemTrayAvailable())
        tasks.start(self._look(), panel, panel.show_way)

    async def _look(self) -> Way:
        return await self._notices.teller.way() if self._notices.teller is not None else Way.NONE

    async def _test(self) -> Way:
        return await self._notices.teller.test() if self._notices.teller is not None else Way.NONE
