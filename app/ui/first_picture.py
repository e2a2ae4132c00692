"""The first paint of a start: the window as it was last drawn, played back until its widgets are there.

Making the widgets takes longer than the whole start of a bare window: most of it is defining classes. So the last screen is
kept as a list of drawing commands (a QPicture), which Qt plays in a few milliseconds, in any pixel ratio. It is shown, never
believed: the widgets replace it a moment later with what is true then. It is used on the day on which it was drawn; on
another one only the frame is, because *Today* would be wrong. Nothing is imported here but Qt's three basic modules and the
small parts of the standard library.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QBuffer, QByteArray, QEvent, QObject, QPoint
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPicture, QResizeEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.ui.fonts import load_fonts

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.domain.clock import Instant
    from app.ui.main_window import MainWindow

FILE = "first.picture"
VERSION = 1


class Picture(NamedTuple):
    """``geometry`` is Qt's record of the window; ``frame`` the width of the sidebar; ``whole``: it was drawn today."""

    drawing: QPicture
    geometry: QByteArray
    canvas: QColor
    frame: int
    whole: bool


class PictureView(QWidget):
    """Stands where the widgets will be. Its background comes from its palette and its clip from its size: asking the painter
    for either makes PySide define the whole ``Qt`` namespace, which takes as long as all the rest here."""

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self.setPalette(QPalette(picture.canvas, picture.canvas))
        self.setAutoFillBackground(True)
        self._drawn = _Drawn(picture.drawing, self)
        self._wide = 0 if picture.whole else picture.frame

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._drawn.setGeometry(0, 0, self._wide or self.width(), self.height())


class _Drawn(QWidget):
    """The picture, or as much of it as fits."""

    def __init__(self, drawing: QPicture, parent: QWidget) -> None:
        super().__init__(parent)
        self._drawing = drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._drawing.play(painter)
        painter.end()


def show(folder: Path, now: Instant) -> MainWindow | None:
    """The main window with the picture in it, shown and painted; None where there is no picture that fits. It needs no event
    loop."""
    picture = read(folder, now)
    if picture is None:
        return None
    from app.ui.main_window import MainWindow

    load_fonts()
    window = MainWindow()
    window.show_picture(PictureView(picture))
    if not picture.geometry.isEmpty():
        window.restoreGeometry(picture.geometry)
    window.show()
    QApplication.processEvents()
    return window


def read(folder: Path, now: Instant) -> Picture | None:
    """What ``keep`` wrote, or None: one of another version, a damaged one, or one in the other of light and dark counts as
    none."""
    try:
        head, _, drawn = (folder / FILE).read_bytes().partition(b"\n")
        told = json.loads(head)
        if told["version"] != VERSION or (told["system"] and told["dark"] != _dark()):
            return None
        drawing = QPicture()
        buffer = QBuffer()
        buffer.setData(drawn)
        buffer.open(QBuffer.OpenModeFlag.ReadOnly)
        if not drawing.load(buffer):
            return None
        return Picture(
            drawing,
            QByteArray.fromBase64(told["geometry"].encode()),
            QColor(told["canvas"]),
            told["frame"],
            now < told["until"],
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def keep(window: MainWindow, folder: Path, until: Instant, *, system: bool) -> None:
    """Records ``window`` for the next start. ``until``: when the owner's day ends; ``system``: light and dark follow the
    system.

    A disk that is full or cannot be written only makes the next start slower.
    """
    from app.ui import theme
    from app.ui.widgets import icons

    shown = window.centralWidget()
    if shown is None:
        return
    drawing = QPicture()
    painter = QPainter(drawing)
    with icons.recorded_at(window.devicePixelRatioF()):
        shown.render(painter, QPoint(0, 0))
    painter.end()
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    drawing.save(buffer)
    head = {
        "version": VERSION,
        "until": until,
        "system": system,
        "dark": theme.active().dark,
        "canvas": theme.colours().canvas.name(),
        "frame": window.sidebar.width(),
        "geometry": bytes(window.saveGeometry().toBase64().data()).decode("ascii"),
    }
    _write(folder / FILE, json.dumps(head).encode() + b"\n" + bytes(buffer.data().data()))


class Keeper(QObject):
    """Keeps the picture whenever the window is left, hidden or closed: moments in which nobody waits for it.

    ``until`` gives the end of the owner's day, or 0 while there is nothing worth keeping; ``system`` whether the look follows
    the system.
    """

    def __init__(self, window: MainWindow, folder: Path, until: Callable[[], Instant], system: Callable[[], bool]) -> None:
        super().__init__(window)
        self._window, self._folder, self._until, self._system = window, folder, until, system
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.WindowDeactivate, QEvent.Type.Close):
            self.keep()
        return False

    def keep(self) -> None:
        """Keeps the picture now, if the first screen is shown and nothing floats over it."""
        until = self._until()
        if until and self._window.shows_first_screen():
            keep(self._window, self._folder, until, system=self._system())


def _dark() -> bool:
    return QApplication.palette().window().color().lightness() < 128


def _write(path: Path, content: bytes) -> None:
    beside = path.with_suffix(".new")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
