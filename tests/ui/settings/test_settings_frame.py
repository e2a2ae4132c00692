"""The frame of the settings: what its footer says in each state, Esc, and the search over all panels."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from sqlalchemy import text

from app.paths import database_file
from app.ui.settings.state import PANELS
from tests.ui.settings.test_settings_window import InLoop, Room, room, turns

pytestmark = [
    pytest.mark.shows("SET-6"),
    pytest.mark.qt_log_ignore("does not support raise|propagateSizeHints"),
]


@asynccontextmanager
async def locked(r: Room, folder: Path) -> AsyncIterator[None]:
    """Another program holds the database, longer than ours waits."""
    await r.workspace.database.write(lambda session: session.execute(text("pragma busy_timeout = 50")))
    other = sqlite3.connect(database_file(folder), isolation_level=None)
    other.execute("begin immediate")
    try:
        yield
    finally:
        other.execute("rollback")
        other.close()


def type_name(r: Room, name: str) -> None:
    panel: Any = r.window.panel_of("appearance")
    r.window.show_panel("appearance")
    panel.you.name.edit.setFocus()
    panel.you.name.edit.selectAll()
    QTest.keyClicks(panel.you.name.edit, name)


def test_saving_when_it_fails_says_why_loses_nothing_and_can_be_tried_again(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            type_name(r, "Anna Marie Holm")
            assert not r.window._footer.again.isVisible()
            async with locked(r, tmp_path):
                QTest.keyClick(r.window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
                await r.until(lambda: r.window._footer.again.isVisible())
            assert (
                r.footer() == "Aftale’s database is busy. Another program is using it. Nothing was lost. Try again in a moment."
            )
            assert r.workspace.settings.current.profile.name == "Anna Holm"
            assert r.window._state is not None
            assert r.window._state.draft.profile.name == "Anna Marie Holm"
            r.button("Try again").click()
            await r.told("Saved")
            assert r.workspace.settings.current.profile.name == "Anna Marie Holm"
            await r.until(lambda: r.footer() == "Everything is saved")
            assert not r.window._footer.again.isVisible()

    in_loop(main)


@pytest.mark.parametrize("answer", ["stay", "discard", "save"])
def test_escape_when_something_changed_asks_and_does_as_answered(in_loop: InLoop, tmp_path: Path, answer: str) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            window = r.window
            type_name(r, "Anna Marie Holm")
            QTest.keyClick(window, Qt.Key.Key_Escape)
            question = await r.question()
            assert question.windowTitle() == "Save changes?"
            question.button(answer).click()
            if answer == "stay":
                await turns()
                assert window.isVisible()
                assert r.footer() == "Unsaved changes"
            else:
                await r.until(lambda: r.controller.window is None)
            kept = r.workspace.settings.current.profile.name
            assert kept == ("Anna Marie Holm" if answer == "save" else "Anna Holm")

    in_loop(main)


@pytest.mark.parametrize(
    ("typed", "panel", "control"),
    [
        ("quiet h", "notifications", "quiet.box"),
        ("test mess", "notifications", "test"),
        ("could not book", "notifications", "table.first"),
        ("picture or", "appearance", "choose"),
        ("movem", "appearance", "_motion.box"),
        ("your name", "appearance", "you.name.edit"),
    ],
)
def test_search_when_a_setting_is_typed_leads_to_its_control(
    in_loop: InLoop, tmp_path: Path, typed: str, panel: str, control: str
) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            r.window.activateWindow()
            QTest.keyClicks(r.window._search, typed)
            await turns()
            assert panel in [key for key, item in r.window._items.items() if item.isVisible()]
            QTest.keyClick(r.window._search, Qt.Key.Key_Return)
            assert r.window.panel == panel
            found: Any = r.window.panel_of(panel)
            for part in control.split("."):
                found = getattr(found, part)
            assert r.window.focusWidget() is found
            r.window._search.clear()
            assert all(item.isVisible() for item in r.window._items.values())

    in_loop(main)


def test_search_when_it_is_entered_has_all_panels_ready_before_the_first_letter(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            assert list(r.window._panels) == ["calendars"]
            r.window.activateWindow()
            await turns()
            QTest.keyClick(r.window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
            await r.until(lambda: len(r.window._panels) == len(PANELS))
            assert r.window.panel == "calendars"

    in_loop(main)
