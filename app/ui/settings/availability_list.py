"""A list of entries that hold for days in a row: each is a line, which opens in place to be changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.domain.usual import overlaps, settled
from app.i18n import _
from app.ui.settings.availability_form import Entry, EntryForm
from app.ui.settings.availability_rows import EntryFrame, EntryRow
from app.ui.widgets import Button, Label, column, row, toast


@dataclass(frozen=True, slots=True)
class ListWords:
    """What a list says of itself."""

    title: str
    add: str
    none: str


class EntryList(QWidget):
    """A heading, a button that adds, the entries, and those that are over, folded away. ``changed`` carries all entries;
    ``troubled`` what is wrong in the open form; ``form_opened`` the form. Subclasses know the entries.

    What is told never overlaps; what is shown does while a form is open, so that days which are typed take nothing away for
    good."""

    changed = Signal(object)
    troubled = Signal(str)
    form_opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: tuple[Any, ...] = ()
        self._told: tuple[Any, ...] = ()
        self._today = date(2000, 1, 1)
        self._open, self._past, self._trouble = -1, False, ""
        self.monday_first = True
        self.form: EntryForm | None = None
        self.rows: dict[int, EntryRow] = {}
        self._heading = Label("", "sub")
        self.add = Button("", "ghost", "small", icon="add_quiet", flush=True)
        self.frame = EntryFrame()
        self._none = Label("", "small", "muted", wrap=True)
        self.fold = Button("", "quiet", "small", icon="row_open", flush=True)
        head = row()
        head.addWidget(self._heading, 1)
        head.addWidget(self.add)
        lines = column(gap=8, on=self)
        lines.addLayout(head)
        lines.addWidget(self._none)
        lines.addWidget(self.frame)
        lines.addWidget(self.fold, 0, Qt.AlignmentFlag.AlignLeft)
        self.add.clicked.connect(self._add)
        self.fold.clicked.connect(self._turn_fold)

    # What subclasses know

    def words(self) -> ListWords:
        raise NotImplementedError

    def past_words(self, count: int) -> str:
        raise NotImplementedError

    def icon(self, entry: Any) -> str:
        raise NotImplementedError

    def describe(self, entry: Any, today: date) -> tuple[str, str]:
        raise NotImplementedError

    def fresh(self, day: date) -> Entry:
        """A new entry that begins on ``day``."""
        raise NotImplementedError

    def make_form(self) -> EntryForm:
        raise NotImplementedError

    # State

    def show_entries(self, entries: Sequence[Entry], today: date) -> None:
        """Entries that are not those that were told here close the form."""
        self._today = today
        if self.form is None or tuple(entries) != self._told:
            self._close()
            self._entries = self._told = tuple(entries)
        self._render()

    def retranslate(self) -> None:
        words = self.words()
        self._heading.setText(words.title)
        self.frame.setAccessibleName(words.title)
        self.add.setText(words.add)
        self._none.setText(words.none)
        if self.form is not None:
            self._open_form(self._open, self.form)
        self._render()

    def finish(self) -> bool:
        """Closes the open form, settling overlaps; whether it could."""
        if self.form is None:
            return True
        if self.form.show_trouble():
            return False
        at, entry = self._open, self._entries[self._open]
        overlapped = overlaps(self._entries, at)
        self._entries = found = settled(self._entries, at)
        self._close()
        self._tell_entries()
        self._render()
        if overlapped:
            whole = next(each for each in found if each.first <= entry.first <= each.last)
            title, note = self.describe(whole, self._today)
            toast(self, _("The days overlapped and were merged. {name}: {days}").format(name=title, days=note))
        return True

    def show_trouble(self) -> None:
        """Leads to what is wrong."""
        if self.form is not None:
            self.form.show_trouble()

    # Acts

    def _add(self) -> None:
        if not self.finish():
            return
        taken = {each.first + timedelta(days=n) for each in self._entries for n in range((each.last - each.first).days + 1)}
        day = self._today + timedelta(days=1)
        while day in taken:
            day += timedelta(days=1)
        self._entries = (*self._entries, self.fresh(day))
        # Part of the draft from the start: the form tells that it cannot be kept as it stands, not that it is not there.
        self._tell_entries()
        self._open_form(len(self._entries) - 1)

    def _open_row(self, at: int) -> None:
        if at == self._open:
            self._finish_and_stay()
            return
        entry = self._entries[at]
        if self.finish():
            self._open_form(self._entries.index(entry) if entry in self._entries else -1)

    def _open_form(self, at: int, before: EntryForm | None = None) -> None:
        """``before``: the form whose place it takes, with all that is typed in it."""
        if at < 0:
            return
        form = self.make_form()
        form.first.monday_first = form.last.monday_first = self.monday_first
        form.begin(self._entries[at], self._today)
        if before is not None:
            form.take_over(before)
            self._put_away()
        form.changed.connect(self._change_open)
        form.troubled.connect(self._tell)
        form.done.connect(self._finish_and_stay)
        self._open, self.form = at, form
        self._render()
        form.judge()
        form.setFocus(Qt.FocusReason.OtherFocusReason)
        self.form_opened.emit(form)

    def _finish_and_stay(self) -> None:
        """Done: the keyboard goes back to the entry's row."""
        entry = self._entries[self._open]
        if self.finish():
            for at, line in self.rows.items():
                if self._entries[at].first <= entry.first <= self._entries[at].last:
                    line.setFocus(Qt.FocusReason.OtherFocusReason)

    def _change_open(self, entry: Entry) -> None:
        if self._open >= 0 and entry != self._entries[self._open]:
            self._entries = (*self._entries[: self._open], entry, *self._entries[self._open + 1 :])
        if self._open >= 0:
            self._render()
            self._tell_entries()

    def _remove(self, at: int) -> None:
        if at == self._open:
            self._close()
        elif self._open > at:
            self._open -= 1
        self._entries = (*self._entries[:at], *self._entries[at + 1 :])
        self._render()
        self._tell_entries()
        self.add.setFocus(Qt.FocusReason.OtherFocusReason)

    def _turn_fold(self) -> None:
        self._past = not self._past
        self._render()

    def _close(self) -> None:
        self._open = -1
        self._put_away()
        self._tell("")

    def _put_away(self) -> None:
        """The form goes; what it told stays told."""
        if self.form is not None:
            # A field that loses the keyboard by being hidden has nothing to say any more.
            self.form.blockSignals(True)
            self.frame.lines.removeWidget(self.form)
            self.form.hide()
            self.form.deleteLater()
            self.form = None

    def _tell_entries(self) -> None:
        found = settled(self._entries, self._open) if self._open >= 0 else self._entries
        if found != self._told:
            self._told = found
            self.changed.emit(found)

    def _tell(self, words: str) -> None:
        if words != self._trouble:
            self._trouble = words
            self.troubled.emit(words)

    # Drawing

    def _render(self) -> None:
        over = [at for at, each in enumerate(self._entries) if each.last < self._today and at != self._open]
        shown = [at for at in range(len(self._entries)) if at not in over] + (over if self._past else [])
        if list(self.rows) != shown or (self.form is not None and self.frame.lines.indexOf(self.form) < 0):
            self._lay_out(shown)
        for at, line in self.rows.items():
            entry = self._entries[at]
            title, note = self.describe(entry, self._today)
            line.show_entry(self.icon(entry), title, note, past=at in over, is_open=at == self._open)
        self.frame.setVisible(bool(shown))
        self._none.setVisible(not self._entries)
        self.fold.setVisible(bool(over))
        self.fold.setText(self.past_words(len(over)))
        self.fold.set_icon("expand" if self._past else "row_open")

    def _lay_out(self, shown: Sequence[int]) -> None:
        for line in self.rows.values():
            self.frame.lines.removeWidget(line)
            line.hide()
            line.deleteLater()
        self.rows = {}
        for at in shown:
            line = self.rows[at] = EntryRow()
            line.opened.connect(lambda at=at: self._open_row(at))
            line.removed.connect(lambda at=at: self._remove(at))
            self.frame.lines.addWidget(line)
            # At once, so that it can take the keyboard.
            line.show()
            if at == self._open and self.form is not None:
                self.frame.lines.addWidget(self.form)
                self.form.show()
