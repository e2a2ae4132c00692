"""The settings window: one list of panels, one Save for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.services.workspace import Workspace
    from app.ui.settings.controller import SettingsController


def open_settings(window: QWidget, workspace: Workspace, panel: str = "") -> SettingsController:
    """Opens the settings of ``workspace`` over ``window``, or brings those that are open to the front."""
    from app.ui import zone_list
    from app.ui.settings.controller import SettingsController

    for known in window.children():
        if isinstance(known, SettingsController) and known.workspace is workspace:
            known.open(window, panel)
            return known
    made = SettingsController(workspace, zone_list.options, window)
    made.open(window, panel)
    return made
