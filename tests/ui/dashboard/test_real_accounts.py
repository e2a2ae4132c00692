"""Accounts that are spoken to over sockets, as the dashboard and the settings show them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from app import i18n
from app.domain.clock import SystemClock
from app.services.workspace import Workspace
from app.ui import theme
from app.ui.dashboard.controller import DashboardController
from app.ui.dashboard.view import DashboardView
from app.ui.dashboard.watch import OverviewWatch
from app.ui.main_window import MainWindow, Screen
from app.ui.settings import open_settings
from app.ui.widgets import Banner
from tests.services.connected import KINDS, connect, sign_in_again, working
from tests.ui.settings.test_settings_window import InLoop

pytestmark = pytest.mark.qt_log_ignore("does not support raise")
NAMES = {"google": "Google Calendar", "office365": "Office 365", "exchange": "Exchange", "caldav": "CalDAV"}


class Screens:
    """The dashboard in its window, and the settings over it."""

    def __init__(self, workspace: Workspace) -> None:
        i18n.use("en")
        theme.active().apply("light", 100)
        self.workspace = workspace
        self.window, self.view, self.watch = MainWindow(), DashboardView(), OverviewWatch(SystemClock())
        self.window.add_screen(Screen("meetings", "nav_meetings", lambda: "Meetings", lambda: self.view))
        self.dashboard = DashboardController(self.view, self.watch)
        self.window.show()
        self.dashboard.attach(workspace)
        self.watch.attach(workspace)
        self.settings = open_settings(self.window, workspace)

    async def until(self, words: str, *, gone: bool = False) -> None:
        end = asyncio.get_running_loop().time() + 15
        while (words in self.texts()) is gone:
            assert asyncio.get_running_loop().time() < end, f"{words!r} not among {self.texts()}"
            await asyncio.sleep(0.01)

    def texts(self) -> list[str]:
        shown = [each.text() for each in self.window.findChildren(QLabel) if each.isVisible()]
        return shown + [each.accessibleName() for each in self.view.findChildren(Banner) if each.isVisible()]

    def button(self, name: str) -> QPushButton:
        return self.window.findChildren(QPushButton, name)[-1]

    async def close(self) -> None:
        self.settings.close()
        self.watch.detach()
        self.dashboard.detach()
        self.window.close()
        self.window.deleteLater()
        await asyncio.sleep(0)


@pytest.mark.shows("CON-10", "INACT-1", "INACT-4", "SYNC-6")
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_account_when_its_sign_in_is_lost_and_found_is_told_on_both_screens(in_loop: InLoop, tmp_path: Path, kind: str) -> None:
    name = NAMES[kind]

    async def main() -> None:
        connected = await connect(tmp_path, KINDS[kind])
        async with working(connected) as workspace:
            screens = Screens(workspace)
            try:
                await screens.until(f"{connected.account.email} · checked just now")
                assert screens.settings.window is not None
                assert screens.settings.window.calendars.booking is not None
                connected.world.sign_out()
                await workspace.sync.now()
                await screens.until(f"Nobody can book you: sign in to {name} again")
                await screens.until("Sign in again")
                assert screens.button(f"reconnect {connected.account.id}").isVisible()
                await sign_in_again(connected, workspace)
                await screens.until(f"Nobody can book you: sign in to {name} again", gone=True)
                await screens.until(f"{connected.account.email} · checked just now")
            finally:
                await screens.close()

    in_loop(main)
