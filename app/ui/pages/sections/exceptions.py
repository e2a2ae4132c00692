"""Exceptions of the hours: days off and days with other hours, each a row that opens to be changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QWidget

from app.domain.saying import capital
from app.i18n import Wording, _, current
from app.ui import theme
from app.ui.pages.date_field import DateField
from app.ui.pages.editor_words import problem_words
from app.ui.pages.grids import columns_of, ends_of
from app.ui.pages.overrides import OverrideDraft
from app.ui.pages.sections.rows import ListRow, Panel, RowFrame
from app.ui.widgets import Button, FlowLayout, IconButton, Label, TextField, column
from app.ui.widgets.fields import FieldMessage


def days_in_words(override: OverrideDraft, wording: Wording) -> str:
    """``Thu 24 December``, ``Mon 21 Dec to Sun 3 Jan``."""
    if override.first == override.last:
        return capital(wording.date_long(override.first))
    words = _("{first} to {last}").format(first=wording.date_short(override.first), last=wording.date_short(override.last))
    return capital(words)


class ExceptionsList(QWidget):
    """``changed`` carries all overrides; ``row_left`` the key of a row whose fields were left."""

    changed = Signal(object)
    row_left = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._overrides: tuple[OverrideDraft, ...] = ()
        self._today = date(2000, 1, 1)
        self._open = -1
        self._told: dict[str, str] = {}
        self.rows: list[ExceptionRow] = []
        self.frame = RowFrame(_("Exceptions"))
        self.panel = ExceptionPanel()
        self.days_off = Button(_("Add days off"), "ghost", "small", icon="add_quiet", flush=True)
        self.other = Button(_("Add other hours"), "ghost", "small", icon="add_quiet", flush=True)
        adders = QWidget()
        flow = FlowLayout(adders, gap=16, line_gap=4)
        flow.addWidget(self.days_off)
        flow.addWidget(self.other)
        lines = column(gap=8, on=self)
        lines.addWidget(ends_of(Label(_("Exceptions"), "sub"), adders))
        lines.addWidget(self.frame)
        lines.addWidget(self.panel)
        self.panel.hide()
        self.days_off.clicked.connect(lambda: self._add(""))
        self.other.clicked.connect(lambda: self._add("9–12"))
        self.panel.changed.connect(self._change_open)
        self.panel.left.connect(lambda: self.row_left.emit(f"overrides.{self._open}"))
        self.panel.done.connect(self.close_panel)

    def show_overrides(self, overrides: tuple[OverrideDraft, ...], today: date) -> None:
        """The panel stays at its number, and closes where there are fewer by now."""
        self._overrides, self._today = overrides, today
        while len(self.rows) > len(overrides):
            gone = self.rows.pop()
            self.frame.lines.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        while len(self.rows) < len(overrides):
            self._make_row(len(self.rows))
        self.frame.setVisible(bool(overrides))
        if self._open >= len(overrides):
            self._open = -1
        self._render()

    def show_problems(self, told: dict[str, str]) -> None:
        """Reason codes by ``overrides.<number>``."""
        self._told = told
        self._render()

    def go_to(self, number: int) -> None:
        self._open_row(number)

    def close_panel(self) -> None:
        """The keyboard goes back to the row."""
        at = self._open
        self._open = -1
        self._render()
        if 0 <= at < len(self.rows):
            self.rows[at].setFocus(Qt.FocusReason.OtherFocusReason)

    def _make_row(self, number: int) -> None:
        line = ExceptionRow()
        line.opened.connect(lambda: self._open_row(number))
        line.edit.clicked.connect(lambda: self._open_row(number))
        line.removed.connect(lambda: self._remove(number))
        line.delete.clicked.connect(lambda: self._remove(number))
        self.rows.append(line)
        self.frame.lines.addWidget(line)

    def _render(self) -> None:
        for number, (line, override) in enumerate(zip(self.rows, self._overrides, strict=True)):
            line.show_override(override, f"overrides.{number}" in self._told, self._today)
        self.panel.setVisible(self._open >= 0)
        if self._open >= 0:
            why = self._told.get(f"overrides.{self._open}", "")
            self.panel.show_override(self._overrides[self._open], why, self._today)

    def _add(self, hours: str) -> None:
        """A new exception on the first day from tomorrow on that has none."""
        taken = {each.first + timedelta(days=number) for each in self._overrides for number in range(_count(each))}
        day = self._today + timedelta(days=1)
        while day in taken:
            day += timedelta(days=1)
        self._open = len(self._overrides)
        self.changed.emit((*self._overrides, OverrideDraft(day, day, hours)))
        self.panel.begin()

    def _open_row(self, number: int) -> None:
        self._open = number
        self._render()
        self.panel.begin()

    def _remove(self, number: int) -> None:
        self._open = -1
        self.changed.emit(self._overrides[:number] + self._overrides[number + 1 :])

    def _change_open(self, values: dict[str, Any]) -> None:
        override = replace(self._overrides[self._open], **values)
        if values.get("first") is not None and override.last < override.first:
            override = replace(override, last=override.first)
        self.changed.emit((*self._overrides[: self._open], override, *self._overrides[self._open + 1 :]))


def _count(override: OverrideDraft) -> int:
    return max(0, (override.last - override.first).days + 1)


class ExceptionRow(ListRow):
    """Days and hours of one exception."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.hide_handle()
        self.edit = IconButton("edit", _("Change"), glyph=16)
        self.delete = IconButton("delete", _("Remove"), glyph=16)
        self.line.addWidget(self.edit)
        self.line.addWidget(self.delete)

    def sizeHint(self) -> QSize:
        return QSize(240, theme.sized(44))

    def show_override(self, override: OverrideDraft, wrong: bool, today: date) -> None:
        days = days_in_words(override, current())
        hours = override.hours or _("Closed")
        self.show_row("holiday" if not override.hours else "set_availability", days, hours)
        self.note.set_tone("danger" if wrong else "muted")
        self.title.set_tone("faint" if override.last < today else "text")
        self.edit.set_name(_("Change {days}").format(days=days))
        self.delete.set_name(_("Remove {days}").format(days=days))


class ExceptionPanel(Panel):
    """The fields of one exception. ``changed`` carries the fields that were changed."""

    changed = Signal(object)
    left = Signal()
    done = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.first = DateField(_("From"))
        self.last = DateField(_("To"))
        self.hours = TextField(_("Hours"), placeholder=_("Closed"))
        self.message = FieldMessage()
        self.finish = Button(_("Done"), "soft")
        self.body.addWidget(columns_of([self.first, self.last, self.hours], least=136))
        self.body.addWidget(self.message)
        self.body.addWidget(self.finish, 0, Qt.AlignmentFlag.AlignRight)
        self.first.changed.connect(lambda day: self._tell("first", day))
        self.last.changed.connect(lambda day: self._tell("last", day))
        self.hours.changed.connect(lambda text: self._tell("hours", text))
        self.first.left.connect(self.left)
        self.last.left.connect(self.left)
        self.hours.edit.editingFinished.connect(self.left)
        self.hours.edit.returnPressed.connect(self.done)
        self.finish.clicked.connect(self.done)

    def begin(self) -> None:
        self.first.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_override(self, override: OverrideDraft, why: str, today: date) -> None:
        self.first.set_day(override.first, today)
        self.last.set_day(override.last, today)
        self.hours.set_text(override.hours)
        if why:
            self.message.say(problem_words("overrides", why), "error")
        else:
            self.message.say(_("Leave the hours empty for days off, or write them like 9-12, 13-17."), "help")

    def _tell(self, name: str, value: object) -> None:
        if value is not None:
            self.changed.emit({name: value})
