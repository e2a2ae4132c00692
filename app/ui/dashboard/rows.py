"""The agenda: a card for each day, and a painted row for each meeting."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QContextMenuEvent, QEnterEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.i18n import _
from app.ui import theme
from app.ui.dashboard.asking_ribbon import AskingRibbon
from app.ui.dashboard.state import DayCard, MeetingRow
from app.ui.widgets import Button, Card, IconButton, Label, row
from app.ui.widgets.base import Focusable, draw_rounded, draw_text, painter_for, tell_role, text_width
from app.ui.widgets.icons import draw_icon

tell_role("MeetingLine", QAccessible.Role.ListItem)
tell_role("DayBox", QAccessible.Role.List)

_HIGH = 60
_BAR, _TEXT = 56, 72
"""Where bar and words begin, at normal text size: larger figures of time push them to the right."""


class MeetingLine(Focusable, QWidget):
    """One meeting. A press or Enter opens it, the menu key, a right press or the button at the right shows what can be done.

    ``stepped`` asks for the row before (-1) or after (1); ``opened`` and ``menu_wanted`` carry nothing: the row knows its
    ``state``.
    """

    opened = Signal()
    menu_wanted = Signal(QPoint)
    stepped = Signal(int)
    join_requested = Signal()

    focus_inside = True
    focus_radius = 8

    def __init__(self, state: MeetingRow, first: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state = state
        self._first = first
        self._lit = False
        self.setObjectName(f"meeting {state.id}")
        self.setAccessibleName(state.spoken)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        line = row(gap=4, margins=(0, 1, 0, 0), on=self)
        line.addStretch(1)
        self.join: Button | None = None
        if state.join:
            self.join = Button(_("Join"), "secondary", "small", icon="where_video")
            self.join.clicked.connect(self.join_requested)
            line.addWidget(self.join)
        self.more: IconButton | None = None
        if state.booking and not state.join:
            self.more = IconButton("more_vertical", _("What you can do with this meeting"))
            self.more.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self.more.clicked.connect(lambda: self.menu_wanted.emit(self._below_more()))
            line.addWidget(self.more)

    def sizeHint(self) -> QSize:
        return QSize(320, theme.sized(_HIGH) + 1)

    def minimumSizeHint(self) -> QSize:
        return QSize(220, self.sizeHint().height())

    def enterEvent(self, event: QEnterEvent) -> None:
        self._lit = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._lit = False
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if (
            event.button() == Qt.MouseButton.LeftButton
            and self.rect().contains(event.position().toPoint())
            and self.state.booking
        ):
            self.opened.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.state.booking:
            by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
            self.menu_wanted.emit(self._below_more() if by_key else self.mapTo(self.window(), event.pos()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.stepped.emit(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.state.booking:
            self.opened.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        if not self._first:
            painter.fillRect(QRectF(theme.sized(_BAR) + 4, 0, self.width() - theme.sized(_BAR) - 4, 1), c.border)
        if self._lit and self.state.booking:
            draw_rounded(painter, QRectF(self.rect()).adjusted(-8, 1, 0, 0), 8, c.hover)
        self._draw_time(painter)
        self._draw_words(painter)

    def _draw_time(self, painter: QPainter) -> None:
        c = theme.colours()
        top, low = self._lines()
        state = self.state
        draw_text(
            painter,
            QRectF(0, top, theme.sized(_BAR) - 4, theme.line("sub")),
            state.time,
            "sub",
            c.text_muted if state.past else c.text,
        )
        draw_text(
            painter,
            QRectF(0, low, theme.sized(_BAR) - 4, theme.line("caption_regular")),
            state.end,
            "caption_regular",
            c.text_muted,
        )
        high = round(36 * max(1.0, theme.active().scale))
        bar = QRectF(theme.sized(_BAR), (self.height() + 1 - high) / 2, 4, high)
        draw_rounded(painter, bar, 2, theme.page_colour(state.colour))

    def _draw_words(self, painter: QPainter) -> None:
        c = theme.colours()
        top, low = self._lines()
        state = self.state
        shown = self.join or self.more
        left = theme.sized(_TEXT)
        room = (shown.x() if shown is not None else self.width()) - left - 8
        badge = self._badge()
        wide = min(text_width(state.title, "body_medium"), room - (text_width(badge, "caption") + 24 if badge else 0))
        high = theme.line("body_medium")
        draw_text(
            painter, QRectF(left, top, wide + 1, high), state.title, "body_medium", c.text_muted if state.past else c.text
        )
        if badge:
            amber = bool(state.note) and not state.soon
            place = QRectF(left + wide + 8, top, round(text_width(badge, "caption")) + 16, 20)
            draw_rounded(painter, place, 10, c.amber_soft if amber else c.accent_soft)
            draw_text(painter, place, badge, "caption", c.amber_text if amber else c.accent_text, Qt.AlignmentFlag.AlignHCenter)
        draw_icon(
            painter, state.place_icon, QRectF(left, low + (theme.line("caption_regular") - 16) // 2, 16, 16), c.text_muted
        )
        place = QRectF(left + 22, low, room - 22, theme.line("caption_regular"))
        draw_text(painter, place, state.place, "caption_regular", c.text_muted)

    def _badge(self) -> str:
        return self.state.soon or self.state.note

    def _lines(self) -> tuple[float, float]:
        """Where the two lines begin."""
        first, second = theme.line("body_medium"), theme.line("caption_regular")
        top = (self.height() + 1 - first - second - 2) / 2
        return round(top), round(top + first + 2)

    def _below_more(self) -> QPoint:
        anchor = self.more or self.join
        if anchor is None:
            return self.mapTo(self.window(), QPoint(self.width() - 180, self.height() - 8))
        return anchor.mapTo(self.window(), QPoint(anchor.width() - 180, anchor.height() + 2))


class DayBox(Card):
    """The card of one day."""

    def __init__(self, state: DayCard, parent: QWidget | None = None) -> None:
        super().__init__(padding=0, parent=parent)
        self.state = state
        self.lines: list[MeetingLine] = []
        self.body.setContentsMargins(16, 14, 12, 4)
        head = row(gap=8)
        title = Label(state.title, "sub")
        title.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        head.addWidget(title)
        head.addWidget(Label(state.date, "caption_regular", "muted"), 1)
        self.body.addLayout(head)
        self.body.addSpacing(6)
        self.setAccessibleName(f"{state.title}, {state.date}")
        self.ribbon: AskingRibbon | None = None
        if state.ribbon is not None:
            self.ribbon = AskingRibbon(state.ribbon)
            self.ribbon.setAccessibleName(_("Your day"))
            self.ribbon.setObjectName("ribbon")
            self.ribbon.setToolTip(_("Press a time to see why it can be booked or not"))
            holder = row(margins=(0, 0, 4, 0))
            holder.addWidget(self.ribbon)
            self.body.addLayout(holder)
            self.body.addSpacing(4)
        if not state.rows:
            empty = Label(state.empty, "small", "muted", wrap=True)
            empty.setContentsMargins(0, 0, 0, 0)
            self.body.addSpacing(4)
            self.body.addWidget(empty)
            self.body.addSpacing(12)
        for index, meeting in enumerate(state.rows):
            line = MeetingLine(meeting, index == 0)
            self.body.addWidget(line)
            self.lines.append(line)

    def show_ribbon(self, state: DayCard) -> bool:
        """Takes over a state that differs in the ribbon alone. Returns False when more differs."""
        same = (state.title, state.date, state.rows, state.empty) == (
            self.state.title,
            self.state.date,
            self.state.rows,
            self.state.empty,
        )
        if not same or (state.ribbon is None) != (self.ribbon is None):
            return False
        if self.ribbon is not None and state.ribbon is not None:
            self.ribbon.set_day(state.ribbon)
        self.state = state
        return True
