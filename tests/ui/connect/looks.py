"""Draws the states of the dialog into PNG files, to be held beside the design by eye.

    python tests/ui/connect/looks.py FOLDER [NAME …] [--plain]

At two pixels to one, in light and dark, English and Danish, at text size 100 and 130; ``--plain`` only light, English, 100.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("QT_SCALE_FACTOR", "2")
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from PySide6.QtWidgets import QApplication, QWidget

from app import i18n
from app.ui import theme
from app.ui.connect.shared import PrivacyDialog
from app.ui.connect.state import Page, State
from app.ui.connect.view import SIZE, ConnectWindow
from tests.ui.connect.states import ALL, GOOGLE
from tests.ui.looks import looks


def window_of(state: State) -> ConnectWindow:
    """The dialog in one of the states."""
    window = ConnectWindow(None)
    if state.page is Page.FORM:
        # What is wrong is said to somebody who looks at the form already.
        window.show_state(replace(state, trouble=None, problems={}, busy=False))
        window.show()
        QApplication.processEvents()
    window.show_state(state)
    # The screen of a test is smaller than the window.
    window.resize(theme.sized(SIZE.width()), theme.sized(SIZE.height()))
    return window


def draw(window: QWidget, file: Path) -> None:
    window.show()
    for _turn in range(3):
        QApplication.processEvents()
    window.grab().save(str(file))
    window.hide()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--plain", action="store_true")
    chosen = parser.parse_args(arguments)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    application = QApplication.instance() or QApplication(sys.argv[:1])
    kept: list[QWidget] = []
    for scheme, language, size in looks(chosen.plain):
        i18n.use(language)
        theme.active().apply(scheme, size)
        windows: dict[str, QWidget] = {name: window_of(ALL[name]) for name in chosen.names or ALL}
        if not chosen.names:
            parent = window_of(GOOGLE)
            kept.append(parent)
            windows["privacy"] = PrivacyDialog(parent, GOOGLE.kind, "")
        for name, window in windows.items():
            draw(window, chosen.folder / f"{name}-{scheme}-{language}-{size}.png")
        kept += windows.values()
    application.processEvents()
    return 0


if __name__ == "__main__":
    sys.exit(main())
