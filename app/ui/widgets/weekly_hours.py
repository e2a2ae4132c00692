"""The weekly hours: seven days with check box, track and figures that can be typed."""

from __future__ import annotations

from datetime import date
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QEnterEvent, QFocusEvent, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLineEdit, QSizePolicy, QWidget

from app import i18n
from app.domain.pages import Range, WeeklyHours
from app.i18n import _
from app.ui import theme
from app.ui.widgets import hours_text
from app.ui.widgets.base import Sized, draw_rounded, draw_text, painter_for, tell_role
from app.ui.widgets.choices import CheckBox
from app.ui.widgets.day_track import Bubble, DayTrack
from app.ui.widgets.fields import clear_base
from app.ui.widgets.icons import draw_icon
from app.ui.widgets.layouts import column
from app.ui.widgets.menu import MenuPopup
from app.ui.widgets.text import Label

tell_role("WeeklyHoursEditor", QAccessible.Role.List)

_USUAL: tuple[Range, ...] = ((540, 1020),)


class _Figures(Sized, QLineEdit):
    """The hours of a day in figures. It looks like text until one wants to type in it."""

    stepped = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._error = False
        self.setFrame(False)
        clear_base(self)
        self.setTextMargins(6, 0, 6, 0)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_error(self, text: str) -> None:
        """Says what is wrong as tooltip and for screen readers; an empty text takes the error away."""
        self._error = bool(text)
        self.setToolTip(text)
        self.setAccessibleDescription(text)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(round(118 * max(1.0, theme.active().scale)), theme.sized(32))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if step:
            self.stepped.emit(step)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.setCursorPosition(0)
        self.update()

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        c = theme.colours()
        painter = painter_for(self)
        if self._error:
            draw_rounded(painter, self.rect(), 6, c.surface, c.danger, 2)
        elif self.hasFocus():
            draw_rounded(painter, self.rect(), 6, c.surface, c.accent, 2)
        elif self.underMouse():
            draw_rounded(painter, self.rect(), 6, c.surface, c.border_strong)
        if self.hasFocus() or self._error:
            painter.end()
            super().paintEvent(event)
            return
        words = self.text() or _("Closed")
        draw_text(painter, QRectF(self.rect()).adjusted(8, 0, -4, 0), words, "small", c.text_muted)


class _Hours(Sized, QWidget):
    """The hours above the tracks."""

    def __init__(self) -> None:
        super().__init__()
        self._first, self._last = 7, 19

    def show_span(self, first: int, last: int) -> None:
        """The hours at which the tracks begin and end, 0 to 24."""
        self._first, self._last = first, last
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, theme.line("caption"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        span = self._last - self._first
        step = 2 if span <= 16 else 3
        begin = self._first + (1 if self._first % 2 else 2)
        for hour in range(begin, self._last, step):
            x = self.width() * (hour - self._first) / span
            place = QRectF(x - 20, 0, 40, self.height())
            draw_text(painter, place, f"{hour:02d}", "caption_regular", c.text_faint, Qt.AlignmentFlag.AlignHCenter)


class _Hint(Sized, QWidget):
    """The line beneath: how to change hours, and in which zone they are."""

    def __init__(self) -> None:
        super().__init__()
        self.label = Label("", "small", "muted", wrap=True)
        column(margins=(26, 0, 0, 0), on=self).addWidget(self.label)

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_icon(painter_for(self), "info", QRectF(1, (theme.line("small") - 16) / 2, 16, 16), theme.colours().text_muted)


class WeeklyHoursEditor(Sized, QWidget):
    """Edits ``WeeklyHours``. ``changed`` carries them after each valid change; while figures cannot be read ``valid()`` is
    False.

    Check boxes, tracks and figures are one Tab stop each; up and down go from day to day.
    """

    changed = Signal(object)

    def __init__(
        self,
        hours: WeeklyHours = WeeklyHours(),
        *,
        zone: str = "",
        monday_first: bool = True,
        hint: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._hours = hours
        self._zone = zone
        self._before: dict[int, tuple[Range, ...]] = {}
        self._order = list(range(7)) if monday_first else [6, *range(6)]
        self._boxes = [CheckBox(role="body_medium") for _day in range(7)]
        self._tracks = [DayTrack() for _day in range(7)]
        self._figures = [_Figures() for _day in range(7)]
        self._ticks = _Hours()
        self._hint = _Hint()
        self._bubble = Bubble(self)
        self._lay_out(hint)
        self._connect()
        self.retranslate()
        self.set_hours(hours)

    def hours(self) -> WeeklyHours:
        return self._hours

    def set_hours(self, hours: WeeklyHours) -> None:
        """Shows ``hours`` without ``changed``."""
        self._hours = hours
        for day in range(7):
            self._show(day)
            self._figures[day].set_error("")
        self._show_span()

    def set_zone(self, zone: str) -> None:
        self._zone = zone
        self._say_hint()

    def set_monday_first(self, monday_first: bool) -> None:
        """The order of the lines alone: the days of ``hours`` begin with Monday either way."""
        self._order = list(range(7)) if monday_first else [6, *range(6)]
        self._fill_grid()

    def valid(self) -> bool:
        return all(hours_text.parse(figures.text()) is not None for figures in self._figures)

    def copy_day(self, day: int, to: tuple[int, ...]) -> None:
        """Gives the days ``to`` (0 is Monday) the hours of ``day``."""
        days = tuple(self._hours.days[day] if each in to else ranges for each, ranges in enumerate(self._hours.days))
        self.set_hours(WeeklyHours(days))
        self.changed.emit(self._hours)

    def open_copy_menu(self, anchor: QWidget) -> MenuPopup:
        """The menu behind *Copy Monday to…*."""
        wording = i18n.current()
        names = [wording.day_name(_weekday(day)) for day in range(7)]
        menu = MenuPopup(anchor, name=_("Copy Monday to…"))
        joint = _("{first} to {last}")
        menu.add(_first_up(joint.format(first=names[1], last=names[4])), lambda: self.copy_day(0, (1, 2, 3, 4)))
        menu.add(_("All other days"), lambda: self.copy_day(0, tuple(range(1, 7))))
        menu.add_separator()
        for day in range(1, 7):
            menu.add(_first_up(names[day]), partial(self.copy_day, 0, (day,)))
        menu.open_at(anchor, "right")
        return menu

    def day_parts(self, day: int) -> tuple[CheckBox, DayTrack, QLineEdit]:
        """The controls of one day."""
        return self._boxes[day], self._tracks[day], self._figures[day]

    def tab_order(self) -> list[QWidget]:
        """Boxes, tracks and figures are one stop each, and each stop moves from day to day: each kind stays together."""
        return [group[day] for group in (self._boxes, self._tracks, self._figures) for day in self._order]

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def retranslate(self) -> None:
        wording = i18n.current()
        self.setAccessibleName(_("Weekly hours"))
        for day in range(7):
            name = _first_up(wording.day_name(_weekday(day)))
            self._boxes[day].setText(name)
            self._figures[day].setAccessibleName(_("Hours on {day}").format(day=wording.day_name(_weekday(day))))
            self._name_track(day)
        self._say_hint()

    def _lay_out(self, hint: bool) -> None:
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(1, 1)
        self._fill_grid()
        lines = column(gap=8, on=self)
        lines.addLayout(self._grid)
        if hint:
            lines.addWidget(self._hint)
        else:
            self._hint.setParent(self)
            self._hint.hide()

    def _fill_grid(self) -> None:
        self._grid.addWidget(self._ticks, 0, 1)
        self._grid.setRowMinimumHeight(0, 24)
        for at, day in enumerate(self._order, start=1):
            self._grid.setRowMinimumHeight(at, theme.sized(36))
            for place, widget in enumerate((self._boxes[day], self._tracks[day], self._figures[day])):
                self._grid.addWidget(widget, at, place, Qt.AlignmentFlag.AlignVCenter)
        self._rove(self._boxes, self._order[0])
        self._rove(self._tracks, self._order[0])
        self._rove(self._figures, self._order[0])

    def _connect(self) -> None:
        for day in range(7):
            self._boxes[day].clicked.connect(lambda on, day=day: self._tick(day, on))
            self._boxes[day].installEventFilter(self)
            self._tracks[day].changed.connect(lambda ranges, day=day: self._take(day, ranges))
            self._tracks[day].pointed.connect(lambda index, day=day: self._point(day, index))
            self._tracks[day].left.connect(lambda step, day=day: self._go(self._tracks, day, step))
            self._figures[day].textEdited.connect(lambda text, day=day: self._typed(day, text))
            self._figures[day].editingFinished.connect(lambda day=day: self._finish(day))
            self._figures[day].stepped.connect(lambda step, day=day: self._go(self._figures, day, step))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and watched in self._boxes:
            step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
            if step:
                self._go(self._boxes, self._boxes.index(watched), step)
                return True
        return False

    def _go(self, group: list[CheckBox] | list[DayTrack] | list[_Figures], day: int, step: int) -> None:
        at = self._order.index(day) + step
        if 0 <= at < 7:
            self._rove(group, self._order[at])
            group[self._order[at]].setFocus(Qt.FocusReason.TabFocusReason)

    def _rove(self, group: list[CheckBox] | list[DayTrack] | list[_Figures], stop: int) -> None:
        """Makes the member of ``stop`` the one that Tab comes to."""
        for day, member in enumerate(group):
            member.setFocusPolicy(Qt.FocusPolicy.StrongFocus if day == stop else Qt.FocusPolicy.ClickFocus)

    def _show(self, day: int) -> None:
        ranges = self._hours.days[day]
        self._boxes[day].setChecked(bool(ranges))
        self._boxes[day].set_quiet(not ranges)
        first, last = self._span()
        self._tracks[day].show_day(ranges, first, last)
        if not self._figures[day].hasFocus():
            self._figures[day].setText(hours_text.write(ranges))
            self._figures[day].setCursorPosition(0)
        self._name_track(day)

    def _name_track(self, day: int) -> None:
        words = hours_text.write(self._hours.days[day]) or _("Closed")
        self._tracks[day].setAccessibleName(f"{self._boxes[day].text()}: {words}")

    def _span(self) -> tuple[int, int]:
        times = [time for ranges in self._hours.days for span in ranges for time in span]
        first, last = min([7 * 60, *times]) // 60, -(-max([19 * 60, *times]) // 60)
        return first, last

    def _show_span(self) -> None:
        first, last = self._span()
        self._ticks.show_span(first, last)
        for day in range(7):
            self._tracks[day].show_day(self._hours.days[day], first, last)

    def _take(self, day: int, ranges: tuple[Range, ...]) -> None:
        days = tuple(ranges if each == day else old for each, old in enumerate(self._hours.days))
        if days == self._hours.days:
            return
        self._hours = WeeklyHours(days)
        self._show(day)
        self._show_span()
        self.changed.emit(self._hours)

    def _tick(self, day: int, on: bool) -> None:
        if not on:
            self._before[day] = self._hours.days[day]
        self._figures[day].set_error("")
        self._take(day, (self._before.get(day) or _USUAL) if on else ())

    def _typed(self, day: int, text: str) -> None:
        ranges = hours_text.parse(text)
        if ranges is not None:
            self._figures[day].set_error("")
            self._take(day, ranges)

    def _finish(self, day: int) -> None:
        figures = self._figures[day]
        ranges = hours_text.parse(figures.text())
        if ranges is None:
            figures.set_error(_("Write hours like 9-12, 13-17."))
        else:
            figures.set_error("")
            figures.setText(hours_text.write(ranges))

    def _point(self, day: int, index: int | None) -> None:
        track = self._tracks[day]
        if index is None or index >= len(track.ranges()):
            self._bubble.hide()
            return
        start, end = track.ranges()[index]
        place = track.block_place(index)
        corner = track.mapTo(self, QPoint(round(place.center().x()), 0))
        self._bubble.show_at(corner.x(), corner.y(), f"{hours_text.clock(start)} – {hours_text.clock(end)}")

    def _say_hint(self) -> None:
        words = _("Drag to add hours, drag an edge to change them.")
        if self._zone:
            zone = i18n.current().zone_name(self._zone)
            words = _("Drag to add hours, drag an edge to change them. Times are {zone}.").format(zone=zone)
        self._hint.label.setText(words)


def _weekday(day: int) -> date:
    """Some date on that day of the week, for the wording."""
    return date(2024, 1, 1 + day)


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]
