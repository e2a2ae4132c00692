"""The status chip: how bookable the owner is, with the master switch. It never leaves the sidebar."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from app.i18n import _
from app.ui import theme
from app.ui.messages import Status
from app.ui.tokens import Role
from app.ui.widgets import StatusDot, Switch
from app.ui.widgets.base import Focusable, Sized, draw_rounded, draw_text, painter_for
from app.ui.widgets.icons import draw_icon
from app.ui.widgets.speaking import announce


class StatusChip(Sized, QWidget):
    """Dot, words and master switch. A press on the words opens the popover; in the compact sidebar only the dot is left."""

    switch_requested = Signal(bool)
    opened = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._status: Status | None = None
        self._compact = False
        self._words = _ChipWords(self)
        self._words.clicked.connect(self.opened)
        self._switch = Switch(parent=self)
        self._switch.toggled.connect(self._toggled)
        self._dot = StatusDot(parent=self)
        self._dot.move(9, 11)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(40, 40) if self._compact else QSize(176, self._words.sizeHint().height() + 16)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        wide = self._switch.sizeHint()
        self._switch.setGeometry(QRect(QPoint(self.width() - wide.width() - 8, 3), wide))
        if self._compact:
            self._words.setGeometry(self.rect())
        else:
            self._words.setGeometry(34, 8, self.width() - 34 - 6, self._words.sizeHint().height())
        self._words.set_room(self._switch.x() - 34 - 4)

    def show_status(self, status: Status) -> None:
        """Screen readers hear of a status that differs from the last one."""
        before, self._status = self._status, status
        self._dot.set_state(status.dot)  # type: ignore[arg-type]
        self._words.show_words(status)
        self._switch.set_on(status.on)
        if not self._compact:
            self._words.resize(self._words.width(), self._words.sizeHint().height())
        self._switch.set_name(_("Scheduling pages are on") if status.on else _("Scheduling pages are off"))
        self.setAccessibleName(status.spoken)
        self.updateGeometry()
        self.update()
        if before is not None and before.spoken != status.spoken:
            announce(self, status.spoken)

    def set_compact(self, compact: bool) -> None:
        self._compact = compact
        self._words.set_compact(compact)
        self._switch.setVisible(not compact)
        self._dot.move(*((12, 12) if compact else (9, 11)))
        self.updateGeometry()

    def set_live(self, live: bool) -> None:
        """The switch works only when the services are there."""
        self._switch.setEnabled(live)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._compact:
            return
        c = theme.colours()
        painter = painter_for(self)
        draw_rounded(painter, self.rect(), 10, c.surface, c.border)
        if self._status is not None and self._status.warning:
            top = 8 + theme.line("label") + theme.line("caption_regular") + 10 + (theme.line("caption") - 14) // 2
            draw_icon(painter, "status_warning", QRectF(10, top, 14, 14), c.amber)

    def _toggled(self, on: bool) -> None:
        if self._status is not None and on != self._status.on:
            self.switch_requested.emit(on)


class _ChipWords(Focusable, QPushButton):
    """The words of the chip: a button that opens what lies behind them."""

    focus_radius = 6

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._status: Status | None = None
        self._room = 80
        self._compact = False
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def show_words(self, status: Status) -> None:
        self._status = status
        self.setAccessibleName(status.spoken)
        self.setToolTip(status.spoken)
        self.update()

    def set_compact(self, compact: bool) -> None:
        """In the compact sidebar only the dot is seen, and pressed."""
        self._compact = compact
        self.update()

    def set_room(self, room: int) -> None:
        """How far the first line may reach before the switch begins."""
        self._room = room
        self.update()

    def sizeHint(self) -> QSize:
        high = theme.line("label") + 3 + theme.line("caption_regular") + 4
        if self._status is not None and self._status.warning:
            high += theme.line("caption") + 6
        return QSize(80, high)

    def paintEvent(self, event: QPaintEvent) -> None:
        status = self._status
        if status is None or self._compact:
            return
        painter = painter_for(self)
        c = theme.colours()
        first, second = theme.line("label"), theme.line("caption_regular")
        lit = c.accent if self.underMouse() else c.text
        draw_text(painter, QRectF(0, 2, self._room, first), status.first, "label", lit)
        role: Role = "label" if status.strong else "caption_regular"
        colour = lit if status.strong else c.text_muted
        draw_text(painter, QRectF(0, first + 5, self.width(), second), status.second, role, colour)
        if status.warning:
            place = QRectF(0, first + second + 10, self.width(), theme.line("caption"))
            draw_text(painter, place, status.warning, "caption", c.amber_text)
