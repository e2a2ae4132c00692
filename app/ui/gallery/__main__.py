"""``python -m app.ui.gallery [--dark] [--contrast] [--size 130] [--language da] [--sheet] [--save FILE]``

``--sheet`` shows only the part that the design has drawn; ``--save`` writes a picture and ends.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app import i18n
from app.ui import theme, tokens
from app.ui.gallery.states import show_rings
from app.ui.gallery.whole import HIGH, WIDE, Gallery, save
from app.ui.widgets import ScrollArea


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m app.ui.gallery", description="Shows every component in all its states.")
    parser.add_argument("--dark", action="store_true", help="the dark look")
    parser.add_argument("--contrast", action="store_true", help="forced colours")
    parser.add_argument("--size", type=int, default=100, choices=tokens.load().text_sizes, help="text size in per cent")
    parser.add_argument("--language", choices=("en", "da"), default="en", help="of the components' own words")
    parser.add_argument("--sheet", action="store_true", help="only what the design has drawn")
    parser.add_argument("--save", type=Path, metavar="FILE", help="write a picture and end")
    chosen = parser.parse_args(arguments)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    i18n.use(chosen.language)
    theme.active().apply("dark" if chosen.dark else "light", chosen.size)
    theme.active().force_contrast(True if chosen.contrast else None)
    gallery = Gallery(whole=not chosen.sheet)
    if chosen.save is not None:
        # Spinners show themselves after a moment.
        QTimer.singleShot(500, app, lambda: save(gallery, chosen.save))
        QTimer.singleShot(500, app, app.quit)
        gallery.show()
        return app.exec()
    window = ScrollArea(gallery)
    window.resize(WIDE, HIGH)
    window.show()
    QTimer.singleShot(0, gallery, lambda: show_rings(gallery))
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
