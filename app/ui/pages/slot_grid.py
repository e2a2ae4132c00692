"""The times of a day in the preview."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QKeyEvent, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.choosing import Slot
from app.ui import theme
from app.ui.widgets import Focusable
from app.ui.widgets.base import FocusRing, draw_rounded, draw_text, painter_for, tell_role

tell_role("SlotGrid", QAccessible.Role.List)
_GAP = 8
_WAIT, _LINES_WAITING = 300, 2


class SlotGrid(Focusable, QWidget):
    """Times in three columns. One Tab stop; arrows move, Enter picks. ``picked`` carries the start."""

    picked = Signal(object)

    def __init__(self, columns: int = 3, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._columns = columns
        self._title = ""
        self._slots: tuple[Slot, ...] = ()
        self._at = 0
        self._hover = -1
        self._waits = False
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_WAIT)
        self._patience.timeout.connect(self._show_shapes)
        self.setMouseTracking(True)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizePolicy(policy)

    def show_slots(self, title: str, slots: tuple[Slot, ...]) -> None:
        """The keyboard goes to the chosen time; without one it stays at its place, or begins anew where the times are
        others."""
        if (title, len(slots)) != (self._title, len(self._slots)):
            self._at = 0
        self._title, self._slots = title, slots
        chosen = next((number for number, slot in enumerate(slots) if slot.chosen), None)
        if chosen is not None:
            self._at = chosen
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if slots else Qt.FocusPolicy.NoFocus)
        self.updateGeometry()
        self._tell()
        self.update()

    def set_loading(self, loading: bool) -> None:
        """While the times are worked out their shapes are shown, once that takes a moment."""
        if not loading:
            self._patience.stop()
            if self._waits:
                self._waits = False
                self.updateGeometry()
                self.update()
        elif not self._waits and not self._patience.isActive():
            self._patience.start()

    def _show_shapes(self) -> None:
        self._waits = True
        self.updateGeometry()
        self.update()

    @property
    def loading(self) -> bool:
        """Whether the shapes stand there."""
        return self._waits

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(_text(slot) for slot in self._slots)

    def sizeHint(self) -> QSize:
        lines = _LINES_WAITING if self._waits else -(-len(self._slots) // self._columns)
        return QSize(240, lines * (self._high() + _GAP) - _GAP if lines else 0)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.sizeHint().height())

    def _high(self) -> int:
        return theme.sized(36)

    def place(self, number: int) -> QRectF:
        """Where the time of this number is painted."""
        wide = (self.width() - (self._columns - 1) * _GAP) / self._columns
        line, column = divmod(number, self._columns)
        return QRectF(round(column * (wide + _GAP)), line * (self._high() + _GAP), round(wide), self._high())

    def focus_place(self) -> QRect:
        return self.place(self._at).toAlignedRect()

    def _number_at(self, point: QPoint) -> int:
        return next((number for number in range(len(self._slots)) if self.place(number).contains(point)), -1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover = self._number_at(event.position().toPoint())
        self.setCursor(Qt.CursorShape.PointingHandCursor if self._hover >= 0 else Qt.CursorShape.ArrowCursor)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = -1
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        number = self._number_at(event.position().toPoint())
        if number >= 0:
            self._at = number
            self.picked.emit(self._slots[number].start)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        FocusRing.keyboard = True
        key = Qt.Key(event.key())
        step = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -self._columns,
            Qt.Key.Key_Down: self._columns,
        }.get(key)
        if step is not None:
            if 0 <= self._at + step < len(self._slots):
                self._at += step
                self._tell()
                FocusRing.refresh_at(self)
                self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._slots:
            self.picked.emit(self._slots[self._at].start)
        else:
            super().keyPressEvent(event)

    def _tell(self) -> None:
        words = f"{self._title}: {_text(self._slots[self._at])}" if self._slots else self._title
        if words != self.accessibleName():
            self.setAccessibleName(words)
            if self.hasFocus():
                QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.NameChanged))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        if self._waits:
            for number in range(_LINES_WAITING * self._columns):
                draw_rounded(painter, self.place(number), 8, c.sunken)
            return
        for number, slot in enumerate(self._slots):
            place = self.place(number)
            if slot.chosen:
                draw_rounded(painter, place, 8, c.accent)
            else:
                draw_rounded(painter, place, 8, c.accent_soft if number == self._hover else c.surface, c.accent_line)
            colour = c.on_accent if slot.chosen else c.accent_text
            draw_text(painter, place, _text(slot), "body_medium", colour, Qt.AlignmentFlag.AlignHCenter)


def _text(slot: Slot) -> str:
    return f"{slot.text} {slot.note}".strip()
