"""Colours to pick from: a grid below the button, one Tab stop, gone through with the arrows."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QColor, QKeyEvent, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain import colours
from app.i18n import _
from app.ui import theme
from app.ui.widgets import Focusable, Label, Popover
from app.ui.widgets.base import FocusRing, draw_rounded, painter_for, tell_role

tell_role("Swatches", QAccessible.Role.List)

_CELL, _GAP = 33, 5


class Swatches(Focusable, QWidget):
    """``picked`` carries a colour as ``#rrggbb``."""

    picked = Signal(str)
    focus_radius = 6

    def __init__(self, chosen: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = colours.palette()
        self._at = next(
            ((row, column) for row, line in enumerate(self._rows) for column, each in enumerate(line) if each == chosen), (1, 0)
        )
        self._hover: tuple[int, int] | None = None
        self._chosen = chosen
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._tell()

    def sizeHint(self) -> QSize:
        return QSize(len(self._rows[0]) * _CELL, len(self._rows) * _CELL)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @property
    def colour(self) -> str:
        """The colour that the keyboard is at."""
        return self._rows[self._at[0]][self._at[1]]

    def place(self, cell: tuple[int, int]) -> QRect:
        return QRect(cell[1] * _CELL, cell[0] * _CELL, _CELL, _CELL)

    def focus_place(self) -> QRect:
        return self.place(self._at).adjusted(3, 3, -3, -3)

    def _cell_at(self, point: QPoint) -> tuple[int, int] | None:
        row, column = point.y() // _CELL, point.x() // _CELL
        return (row, column) if 0 <= row < len(self._rows) and 0 <= column < len(self._rows[0]) else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        step = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }.get(key)
        if step is not None:
            FocusRing.keyboard = True
            row = max(0, min(len(self._rows) - 1, self._at[0] + step[0]))
            column = max(0, min(len(self._rows[0]) - 1, self._at[1] + step[1]))
            self._at = row, column
            self._tell()
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, self.colour))
            FocusRing.refresh_at(self)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.picked.emit(self.colour)
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover = self._cell_at(event.position().toPoint())
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = None
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        cell = self._cell_at(event.position().toPoint())
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self._at = cell
            self.picked.emit(self.colour)

    def _tell(self) -> None:
        self.setAccessibleName(_("Colour {colour}").format(colour=self.colour))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        for row, line in enumerate(self._rows):
            for column, colour in enumerate(line):
                place = QRectF(self.place((row, column))).adjusted(_GAP / 2, _GAP / 2, -_GAP / 2, -_GAP / 2)
                lit = (row, column) == self._hover
                draw_rounded(painter, place, 6, QColor(colour), c.text if lit or colour == self._chosen else c.border)


class PalettePopover(Popover):
    """``picked`` carries the colour; the popover closes with it."""

    picked = Signal(str)

    def __init__(self, anchor: QWidget, chosen: str) -> None:
        super().__init__(anchor, name=_("Pick a colour"), width=10 * _CELL + 40)
        self.swatches = Swatches(chosen)
        self.body.addWidget(Label(_("Pick a colour"), "sub"))
        self.body.addSpacing(10)
        self.body.addWidget(self.swatches)
        self.body.addSpacing(8)
        self.body.addWidget(Label(_("Any other colour can be typed into the field."), "caption_regular", "muted", wrap=True))
        self.swatches.picked.connect(self._take)

    def _take(self, colour: str) -> None:
        self.close()
        self.picked.emit(colour)
