"""One day of the weekly hours as a track: drag to make a block, drag an edge to change it, or do the same with the keyboard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.pages import Range
from app.ui import theme
from app.ui.widgets import hours_text
from app.ui.widgets.base import Focusable, FocusRing, draw_rounded, draw_text, painter_for, tell_role, text_width
from app.ui.widgets.hours_text import join
from app.ui.widgets.speaking import announce, tell

tell_role("DayTrack", QAccessible.Role.List)
tell_role("TrackBlock", QAccessible.Role.ListItem)

STEP = 15
_HIGH, _TARGET = 24, 32
_EDGE = 7
Grip = Literal["start", "end", "whole", "new"]


@dataclass(slots=True)
class _Drag:
    grip: Grip
    index: int
    origin: int
    ranges: tuple[Range, ...]


class Bubble(QWidget):
    """The times of the block that is being changed, above it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._canvas = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._text = ""
        self.hide()

    def show_at(self, middle: int, bottom: int, text: str) -> None:
        """Shows it above ``bottom`` and centred at ``middle``, in pixels of the parent, as far as the parent's edges let it."""
        self._text = text
        wide, high = round(text_width(text, "label")) + 20, theme.sized(26)
        left = max(0, min(middle - wide // 2, self._canvas.width() - wide))
        self.setGeometry(QRect(left, max(0, bottom - high), wide, high))
        self.raise_()
        self.show()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        draw_rounded(painter, self.rect(), 6, c.tooltip)
        draw_text(painter, self.rect(), self._text, "label", c.on_tooltip, Qt.AlignmentFlag.AlignHCenter)


class TrackBlock(QWidget):
    """What a screen reader finds where a block is painted."""

    def __init__(self, track: QWidget) -> None:
        super().__init__(track)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)


class DayTrack(Focusable, QWidget):
    """The track of one day. ``changed`` carries the new ranges; ``left`` asks to go to the day before (-1) or after (1).

    Keys: left and right go between blocks; Enter opens the block (or makes one); then left and right move it by 15 minutes,
    with Shift its end; Enter or Esc ends that; Delete removes it. ``pointed`` tells the block that is being changed, or None.
    """

    changed = Signal(object)
    left = Signal(int)
    pointed = Signal(object)

    focus_radius = 6

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ranges: tuple[Range, ...] = ()
        self._blocks: list[TrackBlock] = []
        self._first, self._last = 7, 19
        self._at = -1
        self._open = False
        self._drag: _Drag | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def ranges(self) -> tuple[Range, ...]:
        return self._ranges

    def show_day(self, ranges: tuple[Range, ...], first: int, last: int) -> None:
        """``first`` and ``last`` are the hours at the ends of the track."""
        self._ranges, self._first, self._last = ranges, first, last
        self._at = min(self._at, len(ranges) - 1)
        if self._at < 0:
            self._open = False
        self._place_blocks()
        self.update()

    def _place_blocks(self) -> None:
        while len(self._blocks) > len(self._ranges):
            gone = self._blocks.pop()
            gone.hide()
            gone.deleteLater()
        while len(self._blocks) < len(self._ranges):
            self._blocks.append(TrackBlock(self))
            self._blocks[-1].show()
        for index, block in enumerate(self._blocks):
            block.setGeometry(self.block_place(index).toRect())
            block.setAccessibleName(hours_text.spoken(self._ranges[index]))

    def _tell_block(self) -> None:
        """Says at which block the keyboard is."""
        if 0 <= self._at < len(self._blocks):
            tell(self._blocks[self._at], QAccessible.Event.Focus)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place_blocks()

    def sizeHint(self) -> QSize:
        return QSize(200, _TARGET)

    def minimumSizeHint(self) -> QSize:
        return QSize(96, _TARGET)

    def focus_place(self) -> QRect:
        """The block that the keyboard is at, else the whole track."""
        if 0 <= self._at < len(self._ranges):
            return self.block_place(self._at).toRect()
        return self._track().toRect()

    def _track(self) -> QRectF:
        """What is drawn. It is pressed in the air above and below it too."""
        return QRectF(0, (self.height() - _HIGH) / 2, self.width(), _HIGH)

    def block_place(self, index: int) -> QRectF:
        """Where a block is painted; however short, it is 4 pixels wide."""
        start, end = self._ranges[index]
        track = self._track()
        return QRectF(self._x(start), track.y(), max(4.0, self._x(end) - self._x(start)), track.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        track = self._track()
        draw_rounded(painter, track, 6, c.sunken)
        painter.setPen(QPen(c.surface, 1))
        for hour in range(self._first + 1, self._last):
            x = round(self._x(hour * 60)) + 0.5
            painter.drawLine(QPointF(x, track.top() + 1), QPointF(x, track.bottom() - 1))
        for index in range(len(self._ranges)):
            place = self.block_place(index)
            active = self._is_active(index)
            draw_rounded(painter, place, 5, c.accent if active else c.accent_line)
            if active and place.width() > 24:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(c.on_accent)
                for x in (place.left() + 4, place.right() - 6):
                    painter.drawRoundedRect(QRectF(x, place.center().y() - 5, 2, 10), 1, 1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        minute = self._minute(event.position().x())
        grip, index = self._grip_at(event.position().x())
        if grip == "new":
            start = max(self._first * 60, min(minute, self._last * 60 - STEP))
            self._drag = _Drag("new", -1, start, self._ranges)
            return
        self._at = index
        self._drag = _Drag(grip, index, minute, self._ranges)
        self._point()
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is None:
            grip, _index = self._grip_at(event.position().x())
            shape = {
                "start": Qt.CursorShape.SizeHorCursor,
                "end": Qt.CursorShape.SizeHorCursor,
                "whole": Qt.CursorShape.OpenHandCursor,
            }
            self.setCursor(shape.get(grip, Qt.CursorShape.CrossCursor))
            return
        self._drag_to(self._minute(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        drag, self._drag = self._drag, None
        if drag is None:
            return
        if self._ranges != drag.ranges:
            self._settle()
        self.pointed.emit(None)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        FocusRing.keyboard = True
        key = event.key()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._close()
            self.left.emit(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._key_sideways(
                1 if key == Qt.Key.Key_Right else -1, bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            )
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._key_enter()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self._at >= 0:
            self._ranges = self._ranges[: self._at] + self._ranges[self._at + 1 :]
            self._at = min(self._at, len(self._ranges) - 1)
            self._close()
            self.changed.emit(self._ranges)
        elif key == Qt.Key.Key_Escape and self._open:
            self._close()
        else:
            super().keyPressEvent(event)
            return
        FocusRing.refresh_at(self)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._close()
        self._at = -1
        self.update()

    def _is_active(self, index: int) -> bool:
        if self._drag is not None:
            return index == self._at
        return self._open and index == self._at

    def _key_sideways(self, step: int, end_only: bool) -> None:
        if not self._open:
            self._at = max(0, min(len(self._ranges) - 1, self._at + step)) if self._ranges else -1
            self._tell_block()
            return
        start, end = self._ranges[self._at]
        low = self._ranges[self._at - 1][1] if self._at else 0
        high = self._ranges[self._at + 1][0] if self._at + 1 < len(self._ranges) else 1440
        if end_only:
            end = max(start + STEP, min(high, end + step * STEP))
        else:
            move = max(low - start, min(high - end, step * STEP))
            start, end = start + move, end + move
        self._replace(self._at, (start, end))
        self.changed.emit(self._ranges)
        self._point()
        announce(self, hours_text.spoken(self._ranges[self._at]))

    def _key_enter(self) -> None:
        if self._open:
            self._close()
            return
        if self._at < 0:
            self._make()
        if self._at >= 0:
            self._open = True
            self._point()
            announce(self, hours_text.spoken(self._ranges[self._at]))

    def _make(self) -> None:
        """A block where there is room: 9 to 17, else an hour in the first gap."""
        busy = self._ranges
        if not busy:
            self._ranges = ((9 * 60, 17 * 60),)
            self._at = 0
        else:
            ends = [9 * 60, *(end + 60 for __, end in busy)]
            start = next((at for at in ends if at + 60 <= 1440 and all(at + 60 < b or at > e for b, e in busy)), None)
            if start is None:
                return
            self._ranges = join([*busy, (start, start + 60)])
            self._at = self._ranges.index((start, start + 60))
        self.changed.emit(self._ranges)

    def _close(self) -> None:
        if self._open:
            self._open = False
            self.pointed.emit(None)

    def _drag_to(self, minute: int) -> None:
        drag = self._drag
        assert drag is not None
        if drag.grip == "new":
            low = max((end for __, end in drag.ranges if end <= drag.origin), default=0)
            high = min((start for start, __ in drag.ranges if start >= drag.origin), default=1440)
            start, end = sorted((drag.origin, max(low, min(high, minute))))
            if end - start < STEP:
                self._ranges, self._at = drag.ranges, -1
            else:
                self._ranges = tuple(sorted([*drag.ranges, (start, end)]))
                self._at = self._ranges.index((start, end))
        else:
            self._drag_block(drag, minute)
        self._point()
        self.update()

    def _drag_block(self, drag: _Drag, minute: int) -> None:
        start, end = drag.ranges[drag.index]
        low = drag.ranges[drag.index - 1][1] if drag.index else 0
        high = drag.ranges[drag.index + 1][0] if drag.index + 1 < len(drag.ranges) else 1440
        if drag.grip == "start":
            start = max(low, min(end - STEP, minute))
        elif drag.grip == "end":
            end = max(start + STEP, min(high, minute))
        else:
            move = max(low - start, min(high - end, minute - drag.origin))
            start, end = start + move, end + move
        self._ranges = drag.ranges
        self._replace(drag.index, (start, end))

    def _replace(self, index: int, span: Range) -> None:
        self._ranges = (*self._ranges[:index], span, *self._ranges[index + 1 :])

    def _settle(self) -> None:
        self._ranges = join(self._ranges)
        self._at = min(self._at, len(self._ranges) - 1)
        self.changed.emit(self._ranges)

    def _point(self) -> None:
        self.pointed.emit(self._at if self._at >= 0 else None)

    def _grip_at(self, x: float) -> tuple[Grip, int]:
        for index in range(len(self._ranges)):
            place = self.block_place(index)
            reach = min(_EDGE, place.width() / 3)
            if abs(x - place.left()) <= reach:
                return "start", index
            if abs(x - place.right()) <= reach:
                return "end", index
            if place.left() < x < place.right():
                return "whole", index
        return "new", -1

    def _x(self, minute: int) -> float:
        return self.width() * (minute - self._first * 60) / ((self._last - self._first) * 60)

    def _minute(self, x: float) -> int:
        minute = self._first * 60 + x / max(1, self.width()) * (self._last - self._first) * 60
        return max(0, min(1440, round(minute / STEP) * STEP))
