"""The day ribbon: one day as a horizontal track of time."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QFocusEvent, QHelpEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.i18n import _
from app.ui import theme
from app.ui.widgets.base import Focusable, FocusRing, draw_rounded, draw_text, painter_for, tell_role
from app.ui.widgets.ribbon_day import Block, RibbonDay
from app.ui.widgets.speaking import tell

tell_role("DayRibbon", QAccessible.Role.List)
tell_role("RibbonBlock", QAccessible.Role.ListItem)

_TRACK_TOP, _TRACK_HIGH = 8, 20
_TICKS_TOP = 32


class RibbonBlock(QWidget):
    """What a screen reader and the mouse find where a block is painted."""

    def __init__(self, block: Block, ribbon: DayRibbon) -> None:
        super().__init__(ribbon)
        self.setAccessibleName(block.words)
        self.setToolTip(block.words)


class DayRibbon(Focusable, QWidget):
    """08 to 18, wider if the day needs it. Arrow keys go from block to block and tell each in words."""

    focus_radius = 6

    def __init__(self, day: RibbonDay = RibbonDay(), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._children: list[RibbonBlock] = []
        self._at = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._day = RibbonDay()
        self.set_day(day)

    def set_day(self, day: RibbonDay) -> None:
        """Shows another day; the keyboard stays at its block unless the blocks are others."""
        if day.blocks != self._day.blocks or not self._children:
            for child in self._children:
                child.hide()
                child.deleteLater()
            self._children = [RibbonBlock(block, self) for block in day.blocks]
            for child in self._children:
                child.show()
            self._at = -1
        self._day = day
        self._place()
        self.update()

    def span(self) -> tuple[int, int]:
        """First and last hour of the track."""
        times = [time for block in self._day.blocks for time in (block.start, block.end)]
        times += [time for span in self._day.free for time in span]
        first = min([8 * 60, *times]) // 60
        last = -(-max([18 * 60, *times]) // 60)
        return first, min(24, last + (last - first) % 2)

    def sizeHint(self) -> QSize:
        return QSize(240, _TICKS_TOP + theme.line("tick"))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def focus_place(self) -> QRect:
        """The block that the keyboard is at, else the whole track."""
        if 0 <= self._at < len(self._children):
            return self._children[self._at].geometry()
        return QRect(0, _TRACK_TOP, self.width(), _TRACK_HIGH)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._tell()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
        if step and self._children:
            FocusRing.keyboard = True
            self._at = max(0, min(len(self._children) - 1, self._at + step if self._at >= 0 else 0))
            FocusRing.refresh_at(self)
            self._tell()
            place = self._children[self._at].geometry()
            QToolTip.showText(
                self.mapToGlobal(QPoint(place.center().x(), place.bottom())), self._day.blocks[self._at].words, self
            )
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        now = self._day.now
        if isinstance(event, QHelpEvent) and now is not None and abs(event.pos().x() - self._x(now)) < 5:
            QToolTip.showText(event.globalPos(), _("Now"), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        track = QRectF(0, _TRACK_TOP, self.width(), _TRACK_HIGH)
        draw_rounded(painter, track, 6, c.sunken)
        for start, end in self._day.free:
            draw_rounded(painter, self._rect(start, end), 4, c.accent_soft)
        for block in self._day.blocks:
            colour = theme.page_colour(block.colour) if block.colour else c.border_button
            draw_rounded(painter, self._rect(block.start, block.end), 5, colour)
        if self._day.now is not None:
            x = self._x(self._day.now)
            painter.setPen(QPen(c.text, 2))
            painter.drawLine(QPointF(x, 4), QPointF(x, _TRACK_TOP + _TRACK_HIGH + 4))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(c.text)
            painter.drawEllipse(QPointF(x, 4), 3.5, 3.5)
        self._draw_ticks(painter)

    def _draw_ticks(self, painter: QPainter) -> None:
        c = theme.colours()
        first, last = self.span()
        step = 2 if last - first <= 16 else 3
        for hour in range(first, last + 1, step):
            x = self._x(hour * 60)
            align = Qt.AlignmentFlag.AlignHCenter
            left = x - 20
            if hour == first:
                align, left = Qt.AlignmentFlag.AlignLeft, 0.0
            elif hour == last:
                align, left = Qt.AlignmentFlag.AlignRight, self.width() - 40.0
            draw_text(painter, QRectF(left, _TICKS_TOP, 40, theme.line("tick")), f"{hour:02d}", "tick", c.text_faint, align)

    def _x(self, minute: int) -> float:
        first, last = self.span()
        return self.width() * (minute - first * 60) / ((last - first) * 60)

    def _rect(self, start: int, end: int) -> QRectF:
        left, right = self._x(start), self._x(end)
        return QRectF(left, _TRACK_TOP, max(3.0, right - left), _TRACK_HIGH)

    def _place(self) -> None:
        for block, child in zip(self._day.blocks, self._children, strict=True):
            child.setGeometry(self._rect(block.start, block.end).toRect())

    def _tell(self) -> None:
        words = self._day.blocks[self._at].words if 0 <= self._at < len(self._day.blocks) else ""
        self.setAccessibleDescription(words)
        if words:
            tell(self._children[self._at], QAccessible.Event.Focus)
