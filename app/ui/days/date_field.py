"""A date: typed in any usual form, or picked from a month."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.i18n import _, current
from app.ui.days.dates import day_text, month_of, picker_month, read_day, shifted
from app.ui.days.month_grid import MonthGrid, month_head
from app.ui.widgets import IconButton, Label, LineEdit, Popover, row
from app.ui.widgets.fields import Field

_EPOCH = date(2000, 1, 1)


class DateField(Field):
    """``changed`` carries the day, or None while none can be read; ``left`` comes when the field was left.

    ``monday_first``: how its month begins the week."""

    changed = Signal(object)
    left = Signal()

    def __init__(self, label: str, *, help: str = "", parent: QWidget | None = None) -> None:
        super().__init__(label, help=help, parent=parent)
        self._day: date | None = None
        self._today = _EPOCH
        self.monday_first = True
        self.edit = LineEdit()
        self.pick = IconButton("set_calendars", _("Pick a date for {field}").format(field=label))
        self._pair = QWidget()
        line = row(gap=4, on=self._pair)
        line.addWidget(self.edit, 1)
        line.addWidget(self.pick)
        self._place_input(self._pair)
        self._pair.setFocusProxy(self.edit)
        self.setFocusProxy(self._pair)
        self._tell()
        self.edit.textEdited.connect(self._typed)
        self.edit.editingFinished.connect(self._finish)
        self.pick.clicked.connect(self._open)

    @property
    def day(self) -> date | None:
        return self._day

    def set_day(self, day: date | None, today: date) -> None:
        """Shows ``day`` without ``changed``; what is half typed stays."""
        self._today = today
        if day != self._day:
            self._day = day
            self.edit.setText(day_text(day, current()) if day is not None else "")

    def take_over(self, other: DateField) -> None:
        """Shows what stands in ``other``, without ``changed``: a day in the language of now, what is half typed as it is."""
        self._day, self._today = other._day, other._today
        self.edit.setText(day_text(self._day, current()) if self._day is not None else other.edit.text())

    def _typed(self, text: str) -> None:
        self._day = read_day(text, self._today, current())
        self.changed.emit(self._day)

    def _finish(self) -> None:
        if self._day is not None:
            self.edit.setText(day_text(self._day, current()))
        self.left.emit()

    def _open(self) -> None:
        popover = MonthPopover(self.pick, self.label, self._day, self._today, monday_first=self.monday_first)
        popover.picked.connect(self._take)
        popover.open_at(self.pick, "right")

    def _take(self, day: date) -> None:
        self._day = day
        self.edit.setText(day_text(day, current()))
        self.changed.emit(day)
        self.left.emit()

    def _mark(self, *, error: bool = False, valid: bool = False) -> None:
        self.edit.set_state(error=error, valid=valid)

    def _tell(self) -> None:
        super()._tell()
        if self.focusProxy() is not None:
            self.edit.setAccessibleName(self.label)

    def _show_message(self) -> None:
        super()._show_message()
        self.edit.setAccessibleDescription(self._message.text)


class MonthPopover(Popover):
    """A month to pick a day from, below the field."""

    picked = Signal(object)

    def __init__(self, anchor: QWidget, name: str, day: date | None, today: date, *, monday_first: bool = True) -> None:
        super().__init__(anchor, name=name, width=312, padding=16)
        self._day, self._today, self._monday_first = day, today, monday_first
        shown = day or today
        self._shown = (shown.year, shown.month)
        self._title = Label("", "sub")
        self.back = IconButton("caret-left", _("Month before"))
        self.ahead = IconButton("caret-right", _("Month after"))
        self.month = MonthGrid(name, row_height=36)
        self.body.addWidget(month_head(self._title, self.back, self.ahead))
        self.body.addSpacing(4)
        self.body.addWidget(self.month)
        self.back.clicked.connect(lambda: self._turn(-1))
        self.ahead.clicked.connect(lambda: self._turn(1))
        self.month.turned.connect(self._turn)
        self.month.picked.connect(self._take)
        self._show()

    def first_focus(self) -> None:
        self.month.setFocus(Qt.FocusReason.OtherFocusReason)

    def _turn(self, by: int) -> None:
        self._shown = month_of(shifted(*self._shown, by))
        self._show()

    def _show(self) -> None:
        month = picker_month(*self._shown, self._day, self._today, current(), monday_first=self._monday_first)
        self._title.setText(month.title)
        self.month.show_month(month)

    def _take(self, day: date) -> None:
        self.close()
        self.picked.emit(day)
