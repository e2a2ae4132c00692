"""A month of days: the guest's calendar in the preview, and the picker of the date fields."""

from __future__ import annotations

from datetime import date, timedelta

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.choosing import Cell, Month
from app.ui import theme
from app.ui.tokens import Role
from app.ui.widgets import Focusable
from app.ui.widgets.base import FocusRing, draw_rounded, draw_text, painter_for, tell_role
from app.ui.widgets.layouts import row

tell_role("MonthGrid", QAccessible.Role.Table)


class MonthGrid(Focusable, QWidget):
    """One Tab stop: arrows move by day and week, PageUp and PageDown turn the month, Enter picks.

    ``picked`` carries the day, ``turned`` -1 or 1.
    """

    picked = Signal(object)
    turned = Signal(int)

    def __init__(self, name: str = "", *, row_height: int = 34, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = row_height
        self._name = name
        self._month = Month("", (), (), "", "")
        self._at: date | None = None
        self._chosen: date | None = None
        self._hover: date | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_month(self, month: Month) -> None:
        """The keyboard goes to a day that was chosen just now; else it stays at its day, or goes to the first free one."""
        self._month = month
        cells = self._cells()
        chosen = next((cell.day for cell in cells if cell.chosen), None)
        if chosen is not None and chosen != self._chosen:
            self._at = chosen
        elif self._at not in {cell.day for cell in cells}:
            self._at = next((cell.day for cell in cells if cell.free), cells[0].day if cells else None)
        self._chosen = chosen
        self.updateGeometry()
        self._tell()
        self.update()

    def go_to(self, day: date) -> None:
        """Brings the keyboard's place to ``day``."""
        self._at = day
        self._tell()
        FocusRing.refresh_at(self)
        self.update()

    def cells(self) -> tuple[Cell, ...]:
        return tuple(self._cells())

    def sizeHint(self) -> QSize:
        return QSize(7 * 40, self._top() + max(5, len(self._month.weeks)) * self._pitch())

    def minimumSizeHint(self) -> QSize:
        return QSize(7 * 32, self.sizeHint().height())

    def focus_place(self) -> QRect:
        found = self._place_of(self._at)
        return found.toAlignedRect() if found is not None else self.rect()

    @property
    def focus_radius(self) -> float:  # type: ignore[override]
        return self._pitch() / 2

    def _cells(self) -> list[Cell]:
        return [cell for week in self._month.weeks for cell in week if cell is not None]

    def _cell(self, day: date | None) -> Cell | None:
        return next((cell for cell in self._cells() if cell.day == day), None)

    def _pitch(self) -> int:
        return theme.sized(self._row)

    def _top(self) -> int:
        return theme.line("caption") + 8

    def _place(self, line: int, place: int) -> QRectF:
        wide, pitch = self.width() / 7, self._pitch()
        size = pitch - 3
        middle = QPointF(wide * (place + 0.5), self._top() + pitch * (line + 0.5))
        return QRectF(middle.x() - size / 2, middle.y() - size / 2, size, size)

    def _place_of(self, day: date | None) -> QRectF | None:
        for line, week in enumerate(self._month.weeks):
            for place, cell in enumerate(week):
                if cell is not None and cell.day == day:
                    return self._place(line, place)
        return None

    def _day_at(self, point: QPoint) -> Cell | None:
        line = (point.y() - self._top()) // self._pitch()
        place = int(point.x() / max(1.0, self.width() / 7))
        if 0 <= line < len(self._month.weeks) and 0 <= place < 7:
            return self._month.weeks[line][place]
        return None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell = self._day_at(event.position().toPoint())
        self._hover = cell.day if cell is not None and cell.free else None
        self.setCursor(Qt.CursorShape.PointingHandCursor if self._hover else Qt.CursorShape.ArrowCursor)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = None
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        cell = self._day_at(event.position().toPoint())
        if cell is not None and cell.free:
            self.go_to(cell.day)
            self.picked.emit(cell.day)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        FocusRing.keyboard = True
        key = Qt.Key(event.key())
        days = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -7, Qt.Key.Key_Down: 7}.get(key)
        if days is not None and self._at is not None:
            self._step(days)
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self._turn(-1 if key == Qt.Key.Key_PageUp else 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            cell = self._cell(self._at)
            if cell is not None and cell.free:
                self.picked.emit(cell.day)
        else:
            super().keyPressEvent(event)

    def _step(self, days: int) -> None:
        assert self._at is not None
        to = self._at + timedelta(days=days)
        if self._cell(to) is not None or (self._turn(1 if days > 0 else -1) and self._cell(to) is not None):
            self.go_to(to)

    def _turn(self, by: int) -> bool:
        if not (self._month.after if by > 0 else self._month.before):
            return False
        self.turned.emit(by)
        return True

    def _tell(self) -> None:
        cell = self._cell(self._at)
        words = f"{self._month.title}. {cell.name}" if cell is not None else self._month.title
        if self._name:
            words = f"{self._name}. {words}"
        if words != self.accessibleName():
            self.setAccessibleName(words)
            if self.hasFocus():
                QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.NameChanged))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        wide = self.width() / 7
        middle = Qt.AlignmentFlag.AlignHCenter
        for place, weekday in enumerate(self._month.weekdays):
            head = QRectF(place * wide, 0, wide, theme.line("caption"))
            draw_text(painter, head, weekday.letter, "caption_regular", c.text_muted, middle)
        for line, week in enumerate(self._month.weeks):
            for place, cell in enumerate(week):
                if cell is not None:
                    self._draw_day(painter, cell, self._place(line, place))

    def _draw_day(self, painter: QPainter, cell: Cell, place: QRectF) -> None:
        c = theme.colours()
        if cell.chosen:
            draw_rounded(painter, place, place.height() / 2, c.accent)
        elif cell.free:
            lit = cell.day == self._hover and not theme.contrast()
            draw_rounded(painter, place, place.height() / 2, c.accent_line if lit else c.accent_soft)
        if cell.today:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(c.on_accent if cell.chosen else c.amber)
            painter.drawEllipse(QPointF(place.center().x(), place.bottom() - 3), 2, 2)
        colour = c.on_accent if cell.chosen else c.accent_text if cell.free else c.text_faint
        role: Role = "label" if cell.free or cell.chosen else "small"
        draw_text(painter, place, str(cell.day.day), role, colour, Qt.AlignmentFlag.AlignHCenter)


def month_head(title: QWidget, back: QWidget, ahead: QWidget) -> QWidget:
    """The line above a month: its name and the two arrows."""
    head = QWidget()
    line = row(gap=0, on=head)
    line.addWidget(title, 1)
    line.addWidget(back)
    line.addWidget(ahead)
    return head
