"""The scheduling pages on a real workspace: a window to press and type in, and ways to wait for what follows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from app import i18n
from app.domain.pages import Page
from app.services.workspace import Workspace
from app.ui import theme
from app.ui.pages.controller import PagesController
from app.ui.pages.editor import Editor
from app.ui.pages.editor_state import Section
from app.ui.pages.screen import PagesScreen
from app.ui.pages.sections.section import SectionBody
from app.ui.widgets import Question, Toast, reading_order
from tests.services.opened import StandingClock, furnished

W = TypeVar("W", bound=QWidget)
B = TypeVar("B", bound=SectionBody)
PATIENCE = 10.0


class Screen(PagesScreen):
    """The screen as a window of its own, in which Tab goes as in the main window."""

    def focusNextPrevChild(self, forward: bool) -> bool:
        return reading_order.go(self, forward)


class Desk:
    def __init__(self, workspace: Workspace, screen: PagesScreen, controller: PagesController) -> None:
        self.workspace, self.screen, self.controller = workspace, screen, controller

    async def until(self, happened: Callable[[], object]) -> None:
        """Lets the program go on until ``happened`` is true."""
        end = asyncio.get_running_loop().time() + PATIENCE
        while not happened():
            assert asyncio.get_running_loop().time() < end, "this never happened"
            await asyncio.sleep(0.005)

    @property
    def editor(self) -> Editor:
        return self.screen.editor

    def body(self, section: Section, kind: type[B]) -> B:
        """The opened section."""
        card = self.editor.sections[section]
        card.set_open(True)
        assert isinstance(card.body, kind)
        return card.body

    async def edit(self, page_id: str) -> Editor:
        self.controller.edit(page_id)
        await self.until(lambda: self.screen.editing)
        return self.editor

    async def page(self, page_id: str = "page1") -> Page:
        return await self.workspace.pages.get(page_id)

    def titles(self) -> list[str]:
        return [card.title for card in self.screen.list._state.cards]

    def toast(self) -> Toast | None:
        shown = [each for each in self.screen.window().findChildren(Toast) if each.isVisible()]
        return shown[-1] if shown else None

    async def told(self, words: str) -> Toast:
        await self.until(lambda: (found := self.toast()) is not None and found.accessibleName() == words)
        found = self.toast()
        assert found is not None
        return found

    async def asked(self) -> Question:
        """The question that is open."""
        await self.until(lambda: any(each.isVisible() for each in self.screen.window().findChildren(Question)))
        return next(each for each in self.screen.window().findChildren(Question) if each.isVisible())

    def press(self, words: str, under: QWidget | None = None) -> None:
        """Presses the visible button with these words or this name."""
        for button in (under or self.screen.window()).findChildren(QPushButton):
            if button.isVisible() and words in (button.text().replace("&", ""), button.accessibleName()):
                button.click()
                return
        raise AssertionError(f"no button {words!r}")


def type_into(field: QWidget, text: str) -> None:
    """Types ``text`` in place of what stands there, and leaves the field."""
    target = field.focusProxy() or field
    while target.focusProxy() is not None:
        target = target.focusProxy()
    target.setFocus()
    QTest.keyClick(target, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(target, Qt.Key.Key_Delete)
    QTest.keyClicks(target, text)


def strike(widget: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Brings the keyboard to ``widget`` and strikes a key."""
    widget.setFocus()
    QTest.keyClick(widget, key, modifier)


def leave(field: QWidget) -> None:
    """Tab."""
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, Qt.Key.Key_Tab)


@asynccontextmanager
async def desk(folder: Path, *pages: Page, size: tuple[int, int] = (1056, 720)) -> AsyncIterator[Desk]:
    workspace = await furnished(folder, StandingClock(), *pages)
    theme.active().apply("light", 100)
    screen = Screen()
    screen.resize(*size)
    controller = PagesController(workspace, screen)
    screen.show()
    screen.activateWindow()
    found = Desk(workspace, screen, controller)
    try:
        await found.until(lambda: screen.list._state.loaded and screen.isActiveWindow())
        yield found
    finally:
        screen.close()
        screen.deleteLater()
        i18n.use("en")
        await asyncio.sleep(0)
        await workspace.close()
