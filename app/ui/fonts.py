"""The product's own fonts, given to Qt once a process."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QFontDatabase

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "fonts"
FILES = ("Inter-Regular.ttf", "Inter-Medium.ttf", "Inter-SemiBold.ttf", "SchibstedGrotesk-SemiBold.ttf")
_loaded = False


def load_fonts() -> None:
    """A second call does nothing."""
    global _loaded
    if not _loaded:
        _loaded = True
        for name in FILES:
            QFontDatabase.addApplicationFont(str(FOLDER / name))
