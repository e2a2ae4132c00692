"""The day ribbon that can be asked: any time on it, pressed or reached with the arrows, leads to why guests can have it or not
(PAGE-4)."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from app.i18n import _
from app.ui import theme
from app.ui.widgets import DayRibbon
from app.ui.widgets.base import FocusRing, painter_for
from app.ui.widgets.ribbon_day import RibbonDay

STEP = 15
"""Minutes from one time to the next under the arrows."""
_TRACK_TOP, _TRACK_HIGH = 8, 20


class AskingRibbon(DayRibbon):
    """Left and Right move over the day in quarters of an hour, Up and Down from block to block, Home and End to its edges;
    each place is told in words. ``time_asked`` carries the minute that was pressed or confirmed."""

    time_asked = Signal(int)

    def __init__(self, day: RibbonDay = RibbonDay(), parent: QWidget | None = None) -> None:
        self._minute: int | None = None
        self._hover: int | None = None
        super().__init__(day, parent)
        self._anchor = QWidget(self)
        self._anchor.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_day(self, day: RibbonDay) -> None:
        super().set_day(day)
        for block in self._children:
            block.setMouseTracking(True)

    def anchor_at(self, minute: int) -> QWidget:
        """A place on the ribbon below which an answer can stand."""
        self._anchor.setGeometry(round(self._x(minute)) - 1, _TRACK_TOP, 2, _TRACK_HIGH)
        return self._anchor

    def minute_at(self, x: float) -> int:
        """The time under ``x``, on the last full five minutes."""
        first, last = self.span()
        minute = first * 60 + (last - first) * 60 * x / max(1, self.width())
        return int(max(first * 60, min(last * 60 - 5, minute)) // 5 * 5)

    def words_at(self, minute: int) -> str:
        """``10:30, bookable``: what is at a time."""
        clock = f"{minute // 60:02d}:{minute % 60:02d}"
        for block in self._day.blocks:
            if block.start <= minute < block.end:
                return _("{time}: {what}").format(time=clock, what=block.words)
        if any(start <= minute < end for start, end in self._day.free):
            return _("{time}: can be booked").format(time=clock)
        return _("{time}: cannot be booked").format(time=clock)

    def focus_place(self) -> QRect:
        """The minute that the keyboard is at, else the whole track."""
        if self._minute is not None:
            return QRect(round(self._x(self._minute)) - 4, _TRACK_TOP - 2, 8, _TRACK_HIGH + 4)
        return QRect(0, _TRACK_TOP, self.width(), _TRACK_HIGH)

    # Keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        first, last = self.span()
        at = self._minute
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.time_asked.emit(at if at is not None else self._begin())
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = STEP if key == Qt.Key.Key_Right else -STEP
            self._go(self._begin() if at is None else at - at % STEP + (step if step > 0 or at % STEP == 0 else 0))
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._go_to_block(1 if key == Qt.Key.Key_Down else -1)
        elif key == Qt.Key.Key_Home:
            self._go(first * 60)
        elif key == Qt.Key.Key_End:
            self._go(last * 60 - STEP)
        else:
            super().keyPressEvent(event)

    def _begin(self) -> int:
        """Where the arrows begin: now, or the start of the track on another day."""
        first, last = self.span()
        now = self._day.now if self._day.now is not None else first * 60
        return max(first * 60, min(last * 60 - STEP, now - now % STEP))

    def _go_to_block(self, step: int) -> None:
        at = self._minute if self._minute is not None else (-1 if step > 0 else 24 * 60)
        starts = sorted({block.start for block in self._day.blocks})
        later = [start for start in starts if (start > at if step > 0 else start < at)]
        if later:
            self._go(later[0] if step > 0 else later[-1])

    def _go(self, minute: int) -> None:
        FocusRing.keyboard = True
        first, last = self.span()
        self._minute = max(first * 60, min(last * 60 - 5, minute))
        words = self.words_at(self._minute)
        self.setAccessibleDescription(words)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))
        QToolTip.showText(self.mapToGlobal(QPoint(round(self._x(self._minute)), _TRACK_TOP + _TRACK_HIGH)), words, self)
        FocusRing.refresh_at(self)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.OtherFocusReason:
            # An answer that opens takes the focus and gives it back: then the place stays.
            self._minute = None
        self.update()

    # Mouse: presses on the blocks come here as well, for these take none.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self._minute = None
            self.time_asked.emit(self.minute_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover = self.minute_at(event.position().x())
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        at = self._minute if self._minute is not None and self.hasFocus() else self._hover
        if at is None:
            return
        painter = painter_for(self)
        accent = theme.colours().accent
        painter.setPen(QPen(accent, 2))
        x = self._x(at)
        painter.drawLine(QPointF(x, _TRACK_TOP), QPointF(x, _TRACK_TOP + _TRACK_HIGH))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(accent)
        painter.drawRoundedRect(QRectF(x - 3, _TRACK_TOP + _TRACK_HIGH - 2, 6, 4), 2, 2)
