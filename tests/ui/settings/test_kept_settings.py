"""Settings of a damaged or newer document: reported in the window, shown as they were, kept through Save."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from sqlalchemy import text

from app import i18n
from app.services.workspace import Workspace
from app.ui.settings import open_settings
from app.ui.settings.kept import KeptDialog
from app.ui.settings.view import SettingsWindow
from tests.services.opened import StandingClock, furnished, open_workspace
from tests.ui.settings.test_settings_window import InLoop, Room, room

pytestmark = pytest.mark.qt_log_ignore("does not support raise|propagateSizeHints")
NEWER = json.dumps({"version": 99, "profile": {"name": "Anna af Fremtiden"}})


async def spoil(folder: Path, document: str) -> Workspace:
    """A workspace whose settings cannot be read."""
    workspace = await furnished(folder, StandingClock())
    await workspace.database.write(lambda session: session.execute(text("update setting set document = :it"), {"it": document}))
    await workspace.close()
    return await open_workspace(folder, StandingClock())


@pytest.mark.shows("SET-6")
@pytest.mark.parametrize(
    ("document", "why"),
    [(NEWER, "They were saved by a newer version of Aftale."), ("{ half", "They are damaged.")],
)
def test_settings_that_cannot_be_read_when_opened_are_shown_copied_and_kept_through_save(
    in_loop: InLoop, tmp_path: Path, document: str, why: str
) -> None:
    async def main() -> None:
        i18n.use("en")
        workspace = await spoil(tmp_path, document)
        r = Room(workspace)
        try:
            await r.until(lambda: r.window._state is not None)
            banner = r.window._kept.banner
            assert banner.isVisible()
            assert banner.accessibleName() == "Your earlier settings could not be read"
            assert banner.accessibleDescription().startswith(why)
            await show_and_copy(r, document)
            appearance: object = r.window.panel_of("appearance")
            appearance._set_profile("name", "Anna Holm")  # type: ignore[attr-defined]
            r.button("Save").click()
            await r.told("Saved")
            assert workspace.settings.current.profile.name == "Anna Holm"
            assert [each.document for each in await workspace.settings.kept()] == [document]
            await r.until(lambda: r.footer() == "Everything is saved")
            assert banner.isVisible()
            r.button("Throw it away…").click()
            (await r.question()).button("forget").click()
            await r.until(lambda: not banner.isVisible())
            assert await workspace.settings.kept() == ()
            assert workspace.settings.current.profile.name == "Anna Holm"
        finally:
            r.controller.close()
            r.parent.deleteLater()
            await workspace.close()

    in_loop(main)


async def show_and_copy(r: Room, document: str) -> None:
    r.button("Show what was kept").click()
    await r.until(lambda: any(each.isVisible() for each in r.window.findChildren(KeptDialog)))
    (dialog,) = [each for each in r.window.findChildren(KeptDialog) if each.isVisible()]
    assert json_of(dialog.text.text()) == json_of(document)
    dialog.copy.click()
    await r.told("Copied")
    assert json_of(QGuiApplication.clipboard().text()) == json_of(document)


def json_of(document: str) -> object:
    try:
        return json.loads(document)
    except ValueError:
        return document


def test_settings_when_all_can_be_read_show_no_banner_and_open_only_once(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            assert not r.window._kept.isVisible()
            again = open_settings(r.parent, r.workspace, "privacy")
            assert again is r.controller
            assert len([each for each in QApplication.topLevelWidgets() if isinstance(each, SettingsWindow)]) == 1
            assert r.window.panel == "privacy"

    in_loop(main)
