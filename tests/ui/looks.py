"""Draws the window's states into PNG files, to be held beside the design by eye.

    python tests/ui/looks.py FOLDER [--plain]

Each screen at two pixels to one, in light and dark, English and Danish, at text size 100 and 130; ``--plain`` only light,
English, 100.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("QT_SCALE_FACTOR", "2")
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtWidgets import QApplication, QWidget

from app import i18n
from app.ui import theme, zone_list
from app.ui.dashboard.state import build
from app.ui.dashboard.view import DashboardView
from app.ui.gallery.whole import Gallery, save
from app.ui.main_window import MainWindow, Screen
from app.ui.settings.availability import AvailabilityPanel
from app.ui.settings.state import PANELS, SettingsState
from app.ui.settings.view import SettingsWindow
from tests.ui import overviews
from tests.ui.settings import pictured, pictured_notify, pictured_public


def main_window(name: str) -> MainWindow:
    """The main window with the dashboard in one of the states of ``overviews``."""
    window, view = MainWindow(), DashboardView()
    window.add_screen(Screen("meetings", "nav_meetings", lambda: i18n._("Meetings"), lambda: view))
    window.add_screen(Screen("pages", "nav_pages", lambda: i18n._("Scheduling pages"), QWidget))
    state = build(overviews.ALL[name])
    view.render_state(state)
    window.show_status(state.status, state.link)
    window.set_live(True)
    window.set_count("meetings", len(state.requests))
    return window


def settings_window(panel: str, name: str = "inactive", *, below: bool = False) -> SettingsWindow:
    """The settings at a panel in one of the states of ``pictured``; ``below``: scrolled to its end."""
    window = SettingsWindow(zone_list.options)
    window.render_state(pictured.ALL[name])
    window.show_panel(panel)
    if below:
        window.show()
        QApplication.processEvents()
        bar = window.panel_of(panel).area.verticalScrollBar()
        bar.setValue(bar.maximum())
    return window


def public_window(name: str) -> SettingsWindow:
    """The settings at one of the states of ``pictured_public``."""
    panel, state, prepare = pictured_public.PANELS[name]
    window = SettingsWindow(zone_list.options)
    shown = [state]

    def show(changed: SettingsState) -> None:
        shown[0] = changed
        window.render_state(changed)

    window.edited.connect(lambda draft: show(replace(shown[0], draft=draft)))
    window.troubled.connect(lambda *trouble: show(shown[0].troubled(*trouble)))
    window.render_state(state)
    window.show_panel(panel)
    prepare(window.panel_of(panel))
    return window


def availability_window(name: str, part: str = "") -> SettingsWindow:
    """Availability with what departs from the usual hours; ``part``: the list whose first entry is open, or ``below``."""
    window = SettingsWindow(zone_list.options)
    window.resize(960, 1500 if part else 720)
    shown = [pictured.departing(name)]

    def show(changed: SettingsState) -> None:
        shown[0] = changed
        window.render_state(changed)

    window.edited.connect(lambda draft: show(replace(shown[0], draft=draft)))
    window.troubled.connect(lambda *trouble: show(shown[0].troubled(*trouble)))
    window.render_state(shown[0])
    window.show_panel("availability")
    panel = window.panel_of("availability")
    assert isinstance(panel, AvailabilityPanel)
    entries = {"spells": panel.spells, "journeys": panel.journeys}.get(part)
    if part:
        window.show()
        QApplication.processEvents()
    if entries is not None:
        next(iter(entries.rows.values())).opened.emit()
        QApplication.processEvents()
    elif part:
        panel.area.verticalScrollBar().setValue(panel.area.verticalScrollBar().maximum())
    return window


def own_window(name: str) -> SettingsWindow:
    """The settings in one of the states of ``pictured_notify``."""
    shown = pictured_notify.PANELS[name]
    window = SettingsWindow(zone_list.options)
    window.render_state(shown.state, failed=pictured_notify.failure() if shown.failed else "")
    window.show_panel(shown.panel)
    window.show()
    QApplication.processEvents()
    shown.after(window.panel_of(shown.panel))
    return window


def blocks_open() -> SettingsWindow:
    """What blocks, unfolded."""
    window = settings_window("calendars", "connected")
    card = window.calendars.accounts["g"]
    assert card.blocks is not None
    card.blocks.open_up(True)
    return window


def looks(plain: bool) -> Iterator[tuple[str, str, int]]:
    """Scheme, language and text size of each look."""
    yield "light", "en", 100
    if not plain:
        yield "dark", "en", 100
        yield "light", "da", 130
        yield "dark", "da", 130


def draw(window: QWidget, folder: Path, name: str) -> None:
    window.show()
    QApplication.processEvents()
    QApplication.processEvents()
    if isinstance(window, Gallery):
        save(window, folder / f"{name}.png")
        window.hide()
        return
    window.grab().save(str(folder / f"{name}.png"))
    window.hide()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--only", default="", help="only windows whose name begins so")
    chosen = parser.parse_args(arguments)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    application = QApplication.instance() or QApplication(sys.argv[:1])
    kept: list[QWidget] = []
    for scheme, language, size in looks(chosen.plain):
        i18n.use(language)
        theme.active().apply(scheme, size)
        end = f"{scheme}-{language}-{size}"
        windows: dict[str, QWidget] = {f"meetings-{name}": main_window(name) for name in overviews.ALL}
        windows |= {f"settings-{panel}": settings_window(panel) for panel in PANELS}
        windows |= {f"settings-calendars-{name}": settings_window("calendars", name) for name in pictured.ALL}
        windows["settings-calendars-below"] = settings_window("calendars", below=True)
        windows["settings-blocks"] = blocks_open()
        windows |= {f"settings-{name}": public_window(name) for name in pictured_public.PANELS}
        windows |= {f"settings-{name}": own_window(name) for name in pictured_notify.PANELS}
        windows |= {f"settings-availability-{name}": availability_window(name) for name in pictured.DEPARTURES}
        windows |= {
            f"settings-availability-{part}": availability_window("all", part) for part in ("spells", "journeys", "below")
        }
        windows["kit"] = Gallery()
        for name, window in windows.items():
            if not name.startswith(chosen.only):
                continue
            draw(window, chosen.folder, f"{name}-{end}")
        kept += windows.values()
    application.processEvents()
    return 0


if __name__ == "__main__":
    sys.exit(main())
