"""Pictures of every screen and state, for the eye: ``python -m tests.looks FOLDER [--only PREFIX] [--plain] [--pages]``.

Each window, dialog and popover that the walk through the program knows (``tests.ui.every_window``), in light and dark, English
and Danish, at text sizes 100 and 130, drawn without a screen at two pixels a pixel; with ``--pages`` also every public page,
drawn by Chromium. ``--plain``: only light, English, 100.
"""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial
from pathlib import Path

SETTLED = 260
"""Milliseconds in which a section has opened."""
LOOKS = (("light", "en", 100), ("dark", "en", 100), ("light", "da", 130), ("dark", "da", 130))


def take_windows(folder: Path, prefix: str, plain: bool) -> int:
    """Returns how many pictures were made."""
    from PySide6.QtCore import QEvent
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from app import i18n
    from app.ui import theme
    from tests.ui.every_window import everything, settle, shown
    from tests.ui.looks import public_window
    from tests.ui.settings import pictured_public

    application = QApplication.instance() or QApplication(sys.argv[:1])
    windows = everything() | {
        f"settings-{name}": partial(lambda name: shown(public_window(name)), name) for name in pictured_public.PANELS
    }
    taken = 0
    for scheme, language, size in LOOKS[:1] if plain else LOOKS:
        i18n.use(language)
        theme.active().apply(scheme, size)
        for name, open_it in windows.items():
            if not name.startswith(prefix):
                continue
            found = open_it()
            settle()
            if "editor" in name or "month" in name:
                QTest.qWait(SETTLED)
            found.window().grab().save(str(folder / f"{name}-{scheme}-{language}-{size}.png"))
            taken += 1
            for window in QApplication.topLevelWidgets():
                window.close()
                window.deleteLater()
            application.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return taken


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.looks", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", metavar="PREFIX", help="only windows whose name begins so")
    parser.add_argument("--plain", action="store_true", help="only light, English, 100 %%")
    parser.add_argument("--pages", action="store_true", help="the public pages as well")
    chosen = parser.parse_args(arguments)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    print(f"{take_windows(chosen.folder, chosen.only, chosen.plain)} windows")
    if chosen.pages:
        from tests.web import looks

        looks.main([str(chosen.folder)])
    return 0


if __name__ == "__main__":
    os.environ |= {"QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": "2"}
    sys.exit(main())
